package render

import (
	"strconv"
	"strings"
)

// reconciliationWords are a language's words of an акт сверки.
type reconciliationWords struct {
	period, between, and, basis    string
	preamble, oneSide, other, said string // «Мы, нижеподписавшиеся, A, с одной стороны, и B, с другой стороны, составили ...»
	books                          string // «По данным»
	operation, debit, credit       string
	opening, turnover, closing     string
	on                             string // «на» 31.12.2026
	nobody, owed, is               string // «задолженность отсутствует», «задолженность в пользу» A « » 1,00
	from                           string // «От» A
}

var reconciliationRU = reconciliationWords{
	period: "за период ", between: " между ", and: " и ", basis: "по документу: ",
	preamble: "Мы, нижеподписавшиеся, ", oneSide: ", с одной стороны, и ", other: ", с другой стороны, ",
	said:      "составили настоящий акт сверки в том, что состояние взаимных расчётов по данным учёта следующее:",
	books:     "По данным ",
	operation: "Наименование операции, документы", debit: "Дебет", credit: "Кредит",
	opening: "Сальдо начальное", turnover: "Обороты за период", closing: "Сальдо конечное",
	on: " на ", nobody: "задолженность отсутствует", owed: "задолженность в пользу ", is: " ", from: "От ",
}

var reconciliationUA = reconciliationWords{
	period: "за період ", between: " між ", and: " і ", basis: "за документом: ",
	preamble: "Ми, що нижче підписалися, ", oneSide: ", з одного боку, та ", other: ", з іншого боку, ",
	said:      "склали цей акт звірки про те, що стан взаємних розрахунків за даними обліку такий:",
	books:     "За даними ",
	operation: "Найменування операції, документи", debit: "Дебет", credit: "Кредит",
	opening: "Сальдо початкове", turnover: "Обороти за період", closing: "Сальдо кінцеве",
	on: " на ", nobody: "заборгованість відсутня", owed: "заборгованість на користь ", is: " ", from: "Від ",
}

var reconciliationEN = reconciliationWords{
	period: "for the period ", between: " between ", and: " and ", basis: "under ",
	preamble: "We, the undersigned, ", oneSide: ", on the one side, and ", other: ", on the other side, ",
	said:      "have drawn up this statement: according to the books, what is owed between us is as follows.",
	books:     "According to ",
	operation: "Operation, documents", debit: "Debit", credit: "Credit",
	opening: "Opening balance", turnover: "Turnover", closing: "Closing balance",
	on: ", on ", nobody: "nothing is owed", owed: "the amount owed to ", is: " is ", from: "For ",
}

// drawReconciliation draws an акт сверки взаимных расчётов (documents.md 2.5), an акт звірки or
// the like: the seller's books at the left, an empty mirror for the buyer at the right.
func drawReconciliation(s *sheet, d *Document) error {
	r, v := d.Reconciliation, d.voice()
	w := &v.reconciliation
	seller, buyer := first(d.Seller.ShortName, d.Seller.Name), first(d.Buyer.ShortName, d.Buyer.Name)
	words := d.headingWords()
	title := words.name
	if d.Number != "" {
		title += " " + words.number + " " + d.Number
	}
	s.paragraph(bold, 14, center, title)
	s.space(1)
	s.paragraph(plain, 9, center, w.period+d.span(r.Period)+w.between+seller+w.and+buyer)
	if basis := d.cite(d.Basis); basis != "" {
		s.paragraph(plain, 9, center, w.basis+basis)
	}
	s.space(4)
	s.paragraph(plain, 9, left, w.preamble+v.signatory(&d.Seller)+w.oneSide+v.signatory(&d.Buyer)+w.other+w.said)
	s.space(2)
	d.reconciliationTable(s, w, seller, buyer)
	s.space(4)
	s.room(60)
	s.paragraph(bold, 9, left, w.books+seller+w.on+d.date(r.Period.Last())+" "+d.debt(w, seller, buyer)+".")
	for _, note := range d.Notes {
		s.space(1)
		s.paragraph(plain, 9, left, note)
	}
	s.space(6)
	s.signColumns(v.sign,
		signColumn{head: w.from + seller, party: &d.Seller, about: v.short(&d.Seller), title: v.position(&d.Seller)},
		signColumn{head: w.from + buyer, party: &d.Buyer, about: v.short(&d.Buyer), title: v.position(&d.Buyer)})
	return nil
}

func (d *Document) reconciliationTable(s *sheet, w *reconciliationWords, seller, buyer string) {
	r := d.Reconciliation
	ours, theirs := w.books+seller+", "+d.unit(), w.books+buyer+", "+d.unit()
	half := func(group string) []column {
		return []column{
			{title: d.headingWords().number, width: 8, align: center, group: group},
			{title: w.operation, width: 42, group: group},
			{title: w.debit, width: 20, align: right, group: group},
			{title: w.credit, width: 20, align: right, group: group},
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
	saldo(w.opening, r.Opening)
	var debit, credit int64
	for i, e := range r.Rows {
		title := strings.ReplaceAll(e.Title, "№ ", "№"+string(nbsp))
		if !e.Date.IsZero() {
			title = d.date(e.Date) + " " + title
		}
		row(plain, strconv.Itoa(i+1), title, e.Debit, e.Credit)
		debit, credit = debit+e.Debit, credit+e.Credit
	}
	row(bold, "", w.turnover, debit, credit)
	saldo(w.closing, r.Closing)
	t.end()
}

func (d *Document) moneyOrNothing(minor int64) string {
	if minor == 0 {
		return ""
	}
	return d.money(minor)
}

// debt says who owes what.
func (d *Document) debt(w *reconciliationWords, seller, buyer string) string {
	amount := d.Reconciliation.Closing
	creditor := seller
	switch {
	case amount == 0:
		return w.nobody
	case amount < 0:
		amount, creditor = -amount, buyer
	}
	return w.owed + creditor + w.is + d.money(amount) + " " + d.unit() + " (" + d.words(amount) + ")"
}

// signatory is a party with the person who signs for it.
func (v *voice) signatory(p *Party) string {
	name := first(p.ShortName, p.Name)
	if p.Director == "" {
		return name
	}
	return v.represented(name, v.position(p), p.Director)
}
