package render

import (
	"strconv"
	"strings"

	"prolong"
)

// drawInvoiceUA draws a рахунок на оплату in the customary layout (documents.md 2.6); the law
// does not know the document.
func drawInvoiceUA(s *sheet, d *Document) error {
	if d.Notice != "" {
		s.paragraph(plain, 7.5, center, d.Notice)
		s.space(2)
	}
	s.paragraph(bold, 9, center, "Зразок заповнення платіжної інструкції")
	s.space(1)
	f := frame{sheet: s, size: 9}
	a := d.Seller.Account
	f.row(slot{width: 130, caption: "Отримувач", value: d.Seller.Name, bold: true},
		slot{width: 50, caption: codeLabelUA(&d.Seller), value: d.Seller.TaxID, bold: true})
	f.row(slot{width: 90, caption: "Банк отримувача", value: a.Bank},
		slot{width: 90, caption: "Рахунок отримувача (IBAN)", value: groupedIBAN(a.Number), bold: true})
	s.space(5)
	s.title(d, left)
	s.field("Постачальник:", partyUA(&d.Seller))
	s.field("Покупець:", partyUA(&d.Buyer))
	s.field("Договір:", d.cite(d.Basis))
	s.reverses(d)
	s.space(2)
	end := func() error { return endInvoiceUA(s, d) }
	s.closesWith(end)
	linesTableUA(s, d, "Товари (роботи, послуги)")
	return end()
}

// endInvoiceUA is the totals, how to pay and the signatures.
func endInvoiceUA(s *sheet, d *Document) error {
	s.sums(d.sums(taxWordsUA, d.totalUA()))
	s.space(2)
	return s.closing(d, closingWords{
		count:   "Всього найменувань " + strconv.Itoa(len(d.Lines)) + ", на суму " + d.money(d.Totals.Gross) + " " + d.unit(),
		tax:     d.taxSentenceUA(),
		qr:      "Оплата за QR-кодом\nу застосунку банку",
		purpose: "Призначення платежу (вкажіть без змін):",
		notes:   d.closingNotesUA(),
	}, func() error {
		s.space(9)
		lineX := s.signature(s.x+s.w*0.4, s.w*0.6, "Виписав(ла):", first(d.Seller.Accountant, d.Seller.Director), signWordsUA)
		return s.signImages(d, lineX)
	})
}

var signWordsUA = signWords{sign: "підпис", name: "прізвище, ініціали", seal: "М.П."}

func (d *Document) totalUA() string {
	if d.exempt() {
		return "Усього до сплати:"
	}
	return "Усього з ПДВ:"
}

// taxSentenceUA is the sentence below the amount in words.
func (d *Document) taxSentenceUA() string {
	if d.exempt() {
		return "Без ПДВ"
	}
	return "У т.ч. ПДВ: " + d.money(d.Totals.Tax) + " " + d.unit()
}

func (d *Document) closingNotesUA() []string {
	var notes []string
	if !d.DueOn.IsZero() {
		notes = append(notes, "Сплатіть до "+longDate(d.DueOn, "uk")+" включно, щоб обслуговування не перервалося.")
	}
	if !d.ValidUntil.IsZero() {
		notes = append(notes, "Рахунок дійсний до "+longDate(d.ValidUntil, "uk")+" включно.")
	}
	return append(notes, d.Notes...)
}

// codeLabelUA names the register that a Ukrainian code is from: of companies or of persons.
func codeLabelUA(p *Party) string {
	if p.SoleTrader || len(p.TaxID) == 10 {
		return "РНОКПП"
	}
	return "Код ЄДРПОУ"
}

// codeUA is the same inside a sentence.
func codeUA(p *Party) string { return strings.Replace(codeLabelUA(p), "Код", "код", 1) }

func partyUA(p *Party) string {
	return list(p.Name, labelled(codeUA(p), p.TaxID), labelled("ІПН", p.VATNo), p.TaxStatus,
		address(p.Address), labelled("IBAN", p.Account.Number), labelled("тел.:", p.Phone))
}

// partyLinesUA are the same requisites one below the other, for the narrow column above a
// signature.
func partyLinesUA(p *Party) string {
	var lines []string
	for _, line := range []string{
		p.Name, list(labelled(codeUA(p), p.TaxID), labelled("ІПН", p.VATNo)), p.TaxStatus,
		address(p.Address), labelled("IBAN", p.Account.Number), labelled("тел.:", p.Phone),
	} {
		if line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func linesTableUA(s *sheet, d *Document, nameTitle string) {
	suffix := ""
	switch {
	case d.exempt():
	case d.PricesIncludeTax:
		suffix = " з ПДВ"
	default:
		suffix = " без ПДВ"
	}
	linesTable(s, d, lineTitles{name: nameTitle, quantity: "Кіл-сть", unit: "Од.",
		price: "Ціна" + suffix, discount: "Знижка", sum: "Сума" + suffix, period: "за період "})
}

// groupedIBAN writes an account number in fours, as on paper; anything else stays as it is.
func groupedIBAN(s string) string {
	if !prolong.ValidIBAN(s) {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if i > 0 && i%4 == 0 {
			b.WriteRune(nbsp)
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
