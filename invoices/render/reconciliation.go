package render

import (
	"strconv"
	"strings"
)

// drawReconciliation draws an акт сверки взаимных расчётов (documents.md 2.5): the seller's
// books at the left, an empty mirror for the buyer at the right.
func drawReconciliation(s *sheet, d *Document) error {
	r := d.Reconciliation
	seller, buyer := first(d.Seller.ShortName, d.Seller.Name), first(d.Buyer.ShortName, d.Buyer.Name)
	title := "Акт сверки взаимных расчётов"
	if d.Number != "" {
		title += " № " + d.Number
	}
	s.paragraph(bold, 14, center, title)
	s.space(1)
	s.paragraph(plain, 9, center, "за период "+d.span(r.Period)+" между "+seller+" и "+buyer)
	if basis := d.cite(d.Basis); basis != "" {
		s.paragraph(plain, 9, center, "по документу: "+basis)
	}
	s.space(4)
	s.paragraph(plain, 9, left, "Мы, нижеподписавшиеся, "+d.Seller.representedRU()+", с одной стороны, и "+d.Buyer.representedRU()+
		", с другой стороны, составили настоящий акт сверки в том, что состояние взаимных расчётов по данным учёта следующее:")
	s.space(2)
	d.reconciliationTable(s, seller, buyer)
	s.space(4)
	s.room(60)
	s.paragraph(bold, 9, left, "По данным "+seller+" на "+date(r.Period.Last())+" "+d.debtRU(seller, buyer))
	for _, note := range d.Notes {
		s.space(1)
		s.paragraph(plain, 9, left, note)
	}
	s.space(6)
	s.signColumns(signWordsRU,
		signColumn{head: "От " + seller, party: &d.Seller, about: shortRU(&d.Seller), title: d.Seller.titleRU()},
		signColumn{head: "От " + buyer, party: &d.Buyer, about: shortRU(&d.Buyer), title: d.Buyer.titleRU()})
	return nil
}

func (d *Document) reconciliationTable(s *sheet, seller, buyer string) {
	r := d.Reconciliation
	ours, theirs := "По данным "+seller+", "+d.unit(), "По данным "+buyer+", "+d.unit()
	half := func(group string) []column {
		return []column{
			{title: "№", width: 8, align: center, group: group},
			{title: "Наименование операции, документы", width: 42, group: group},
			{title: "Дебет", width: 20, align: right, group: group},
			{title: "Кредит", width: 20, align: right, group: group},
		}
	}
	if ours == theirs {
		theirs += " " // two groups even between namesakes
	}
	t := s.newTable(8, append(half(ours), half(theirs)...))
	t.open()
	row := func(st style, number, title string, debit, credit int64) {
		t.draw(st, []string{number, title, d.moneyOrNothing(debit), d.moneyOrNothing(credit), "", "", "", ""})
	}
	saldo := func(title string, amount int64) {
		row(bold, "", title, max(amount, 0), max(-amount, 0))
	}
	saldo("Сальдо начальное", r.Opening)
	var debit, credit int64
	for i, e := range r.Rows {
		title := strings.ReplaceAll(e.Title, "№ ", "№"+string(nbsp))
		if day := date(e.Date); day != "" {
			title = day + " " + title
		}
		row(plain, strconv.Itoa(i+1), title, e.Debit, e.Credit)
		debit, credit = debit+e.Debit, credit+e.Credit
	}
	row(bold, "", "Обороты за период", debit, credit)
	saldo("Сальдо конечное", r.Closing)
	t.end()
}

func (d *Document) moneyOrNothing(minor int64) string {
	if minor == 0 {
		return ""
	}
	return d.money(minor)
}

// debtRU says who owes what.
func (d *Document) debtRU(seller, buyer string) string {
	amount := d.Reconciliation.Closing
	creditor := seller
	switch {
	case amount == 0:
		return "задолженность отсутствует."
	case amount < 0:
		amount, creditor = -amount, buyer
	}
	return "задолженность в пользу " + creditor + " " + d.money(amount) + " " + d.unit() + " (" + d.words(amount) + ")."
}

// representedRU is a party with the person who signs for it.
func (p *Party) representedRU() string {
	name := first(p.ShortName, p.Name)
	if p.Director == "" {
		return name
	}
	return p.titleRU() + " " + name + " " + p.Director
}
