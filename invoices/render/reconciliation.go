package render

import (
	"strconv"
	"strings"

	"prolong"
	"prolong/internal/i18n"
)

// reconciliationWords are a language's words of an акт сверки.
type reconciliationWords struct {
	lang                           string
	period, between, and, basis    string
	preamble, oneSide, other, said string // «Мы, нижеподписавшиеся, A, с одной стороны, и B, с другой стороны, составили ...»
	books                          string // «По данным»
	operation, debit, credit       string
	opening, turnover, closing     string
	on, onOf                       string // «на» 31.12.2026, 31.12.2026 «күніне»
	nobody, owed, is               string // «задолженность отсутствует», «задолженность в пользу» A « » 1,00
	from                           string // «От» A
	// Where a language puts its words behind the name.
	booksOf, fromOf, owedTo string // A «деректері бойынша», A «атынан», A «пайдасына берешек:»
}

var reconciliationRU = reconciliationWords{
	lang:   "ru",
	period: "за период ", between: " между ", and: " и ", basis: "по документу: ",
	preamble: "Мы, нижеподписавшиеся, ", oneSide: ", с одной стороны, и ", other: ", с другой стороны, ",
	said:      "составили настоящий акт сверки в том, что состояние взаимных расчётов по данным учёта следующее:",
	books:     "По данным ",
	operation: "Наименование операции, документы", debit: "Дебет", credit: "Кредит",
	opening: "Сальдо начальное", turnover: "Обороты за период", closing: "Сальдо конечное",
	on: " на ", nobody: "задолженность отсутствует", owed: "задолженность в пользу ", is: " ", from: "От ",
}

var reconciliationUA = reconciliationWords{
	lang:   "uk",
	period: "за період ", between: " між ", and: " і ", basis: "за документом: ",
	preamble: "Ми, що нижче підписалися, ", oneSide: ", з одного боку, та ", other: ", з іншого боку, ",
	said:      "склали цей акт звірки про те, що стан взаємних розрахунків за даними обліку такий:",
	books:     "За даними ",
	operation: "Найменування операції, документи", debit: "Дебет", credit: "Кредит",
	opening: "Сальдо початкове", turnover: "Обороти за період", closing: "Сальдо кінцеве",
	on: " на ", nobody: "заборгованість відсутня", owed: "заборгованість на користь ", is: " ", from: "Від ",
}

var reconciliationEN = reconciliationWords{
	lang:   "en",
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
	v := d.voice()
	seller, buyer := first(d.Seller.ShortName, d.Seller.Name), first(d.Buyer.ShortName, d.Buyer.Name)
	words := d.headingWords()
	title := words.name
	if d.Number != "" {
		title += " " + words.number + " " + d.Number
	}
	s.paragraph(bold, 14, center, title)
	if d.kazakh() {
		s.paragraph(bold, 11, center, sharedRU.reconciliation.name)
	}
	s.space(1)
	for _, w := range d.reconciliationVoices() {
		s.paragraph(plain, 9, center, w.period+d.span(d.Reconciliation.Period)+w.between+seller+w.and+buyer)
	}
	if basis := d.cite(d.Basis); basis != "" {
		s.paragraph(plain, 9, center, v.reconciliation.basis+basis)
	}
	s.space(4)
	for _, w := range d.reconciliationVoices() {
		s.paragraph(plain, 9, left, w.preamble+d.signatory(&d.Seller)+w.oneSide+d.signatory(&d.Buyer)+w.other+w.said)
		s.space(2)
	}
	t := d.reconciliationTable(s, seller, buyer)
	end := func() error { return d.endReconciliation(s, t, seller, buyer) }
	s.closesWith(end)
	d.reconciliationRows(t)
	return end()
}

// reconciliationVoices are the languages in which the paper speaks in whole sentences.
func (d *Document) reconciliationVoices() []*reconciliationWords {
	if d.kazakh() {
		return []*reconciliationWords{&reconciliationKK, &reconciliationRU}
	}
	return []*reconciliationWords{&d.voice().reconciliation}
}

// endReconciliation is the totals, who owes what, and the signatures.
func (d *Document) endReconciliation(s *sheet, t *table, seller, buyer string) error {
	d.reconciliationTotals(t)
	s.space(4)
	s.room(60)
	v := d.voice()
	for _, w := range d.reconciliationVoices() {
		s.paragraph(bold, 9, left, w.books+seller+w.booksOf+w.on+d.date(d.Reconciliation.Period.Last())+w.onOf+" "+d.debt(w, seller, buyer)+".")
	}
	for _, note := range d.Notes {
		s.space(1)
		s.paragraph(plain, 9, left, note)
	}
	s.space(6)
	s.signColumns(v.sign,
		signColumn{head: d.signsFor(seller), party: &d.Seller, about: v.short(&d.Seller), title: v.position(&d.Seller)},
		signColumn{head: d.signsFor(buyer), party: &d.Buyer, about: v.short(&d.Buyer), title: v.position(&d.Buyer)})
	return nil
}

// signsFor stands above a signature: «От ООО «Пример»».
func (d *Document) signsFor(name string) string {
	parts := make([]string, 0, 2)
	for _, w := range d.reconciliationVoices() {
		parts = append(parts, w.from+name+w.fromOf)
	}
	return strings.Join(parts, " / ")
}

func (d *Document) reconciliationTable(s *sheet, seller, buyer string) *table {
	w := d.voice().reconciliation
	books := func(name string) string {
		parts := make([]string, 0, 2)
		for _, w := range d.reconciliationVoices() {
			parts = append(parts, w.books+name+w.booksOf)
		}
		return strings.Join(parts, " / ") + ", " + d.unit()
	}
	ours, theirs := books(seller), books(buyer)
	amount := d.amountWidth(s)
	half := func(group string) []column {
		return []column{
			{title: d.headingWords().number, width: 8, align: center, group: group},
			{title: w.operation, width: 82 - 2*amount, group: group},
			{title: w.debit, width: amount, align: right, group: group},
			{title: w.credit, width: amount, align: right, group: group},
		}
	}
	if ours == theirs {
		theirs += " " // two groups even between namesakes
	}
	return s.newTable(reconciliationSize, append(half(ours), half(theirs)...))
}

// amountWidth is the width of a column of amounts, none of which is broken.
func (d *Document) amountWidth(s *sheet) float64 {
	const least, most = 20.0, 28.0 // mm
	if s.edition < edition4 {
		return least
	}
	r := d.Reconciliation
	amounts := []int64{r.Opening, r.Closing, 0, 0}
	for _, e := range r.Rows { // no single one is longer than their sum
		amounts[2], amounts[3] = amounts[2]+e.Debit, amounts[3]+e.Credit
	}
	s.font(bold, reconciliationSize)
	width := least
	for _, amount := range amounts {
		width = max(width, s.width(d.money(max(amount, -amount)))+2*cellPadX+0.3)
	}
	return min(width, most)
}

const reconciliationSize = 8 // points

// reconciliationCells are a row of our half; the other one is the buyer's to fill in.
func (d *Document) reconciliationCells(number, title string, debit, credit int64) []string {
	return []string{number, title, d.moneyOrNothing(debit), d.moneyOrNothing(credit), "", "", "", ""}
}

// saldoCells are a balance, on the side on which it stands.
func (d *Document) saldoCells(title string, amount int64) []string {
	return d.reconciliationCells("", title, max(amount, 0), max(-amount, 0))
}

func (d *Document) reconciliationRows(t *table) {
	t.open()
	r := d.Reconciliation
	t.boldRow(d.saldoCells(d.voice().reconciliation.opening, r.Opening)...)
	for i, e := range r.Rows {
		title := strings.ReplaceAll(e.Title, "№ ", "№"+string(nbsp))
		if !e.Date.IsZero() {
			title = d.date(e.Date) + " " + title
		}
		cells := d.reconciliationCells(strconv.Itoa(i+1), title, e.Debit, e.Credit)
		if i < len(r.Rows)-1 {
			t.row(cells...)
		} else {
			t.lastRow(cells...)
		}
	}
}

func (d *Document) reconciliationTotals(t *table) {
	r, w := d.Reconciliation, d.voice().reconciliation
	var debit, credit int64
	for _, e := range r.Rows {
		debit, credit = debit+e.Debit, credit+e.Credit
	}
	t.boldRow(d.reconciliationCells("", w.turnover, debit, credit)...)
	t.boldRow(d.saldoCells(w.closing, r.Closing)...)
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
	gap, words := " ", d.words(amount)
	if d.edition() >= edition4 {
		gap = string(nbsp)
	}
	if d.kazakh() {
		words = i18n.AmountInWords(prolong.NewMoney(amount, d.Currency), w.lang)
	}
	return w.owed + creditor + w.owedTo + w.is + d.money(amount) + gap + d.unit() + " (" + words + ")"
}

// signatory is a party with the person who signs for it.
func (d *Document) signatory(p *Party) string {
	v, name := d.voice(), first(p.ShortName, p.Name)
	if p.Director == "" || p.standsAlone() && d.edition() >= edition4 {
		return name
	}
	position := v.position(p)
	if d.edition() >= edition4 {
		position = small(position) // within a sentence
	}
	return v.represented(name, position, p.Director)
}
