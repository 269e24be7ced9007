package render

import (
	"strconv"

	"prolong"
	"prolong/internal/i18n"
)

// drawInvoiceRU draws a счёт на оплату in the customary layout of accounting programs
// (documents.md 2.1); no law gives it a form.
func drawInvoiceRU(s *sheet, d *Document) error {
	if d.Notice != "" {
		s.paragraph(plain, 7.5, center, d.Notice)
		s.space(2)
	}
	bankBlockRU(s, d)
	s.space(5)
	s.title(d.heading())
	s.field(32, "Поставщик\n(Исполнитель):", partyRU(&d.Seller))
	s.field(32, "Покупатель\n(Заказчик):", partyRU(&d.Buyer))
	s.field(32, "Основание:", d.Basis.in("№", "от"))
	s.space(2)
	linesTableRU(s, d, "Товары (работы, услуги)")
	s.sums(34, d.sumsRU("Всего к оплате:"))
	s.space(2)
	s.room(62) // words, purpose, QR and signatures stay together

	top, page, textWidth := s.y, s.pages, s.w
	qrHeight, err := s.qr(d, s.x+s.w, top, "Оплата по QR-коду\nв приложении банка")
	if err != nil {
		return err
	}
	if qrHeight > 0 {
		textWidth -= qrSize + 10
	}
	s.paragraphIn(s.x, textWidth, plain, 9, left,
		"Всего наименований "+strconv.Itoa(len(d.Lines))+", на сумму "+d.money(d.Totals.Gross)+" "+d.unit())
	s.paragraphIn(s.x, textWidth, bold, 9, left, d.words(d.Totals.Gross))
	s.space(2)
	if d.PaymentPurpose != "" {
		s.purposeBox(textWidth, "Назначение платежа (укажите без изменений):", d.PaymentPurpose)
	}
	for _, note := range d.closingNotesRU() {
		s.paragraphIn(s.x, textWidth, plain, 8.5, left, note)
	}
	if s.pages == page {
		s.y = max(s.y, top+qrHeight)
	}
	s.space(1.5)
	s.room(22)
	s.stroke(0.6, s.x, s.y, s.x+s.w, s.y)
	signInvoiceRU(s, d)
	return nil
}

// closingNotesRU are the sentences between the amount and the signatures.
func (d *Document) closingNotesRU() []string {
	var notes []string
	if !d.DueOn.IsZero() {
		notes = append(notes, "Оплатите до "+i18n.LongDate(d.DueOn, "ru")+" включительно, чтобы обслуживание не прервалось.")
	}
	if !d.ValidUntil.IsZero() {
		notes = append(notes, "Счёт действителен до "+i18n.LongDate(d.ValidUntil, "ru")+" включительно.")
	}
	if d.Seller.TaxStatus != "" {
		notes = append(notes, d.Seller.TaxStatus)
	}
	return append(notes, d.Notes...)
}

// bankBlockRU is the «образец заполнения платёжного поручения»: a frame of 105 + 20 + rest.
func bankBlockRU(s *sheet, d *Document) {
	const leftWidth, labelWidth = 105.0, 20.0
	valueWidth := s.w - leftWidth - labelWidth
	a := d.Seller.Account
	s.font(plain, 9)
	// Very long names stand whole in the lines of the parties.
	bank, payee := clipLines(s.wrap(a.Bank, leftWidth-2*cellPadX), 4), clipLines(s.wrap(d.Seller.Name, leftWidth-2*cellPadX), 6)
	lh := s.lineHeight()
	const small = 3.4 // the caption under the value
	bankHeight := max(2*(lh+2*cellPadY), float64(len(bank))*lh+small+2*cellPadY)
	taxHeight := lh + 2*cellPadY
	payeeHeight := float64(max(len(payee), 2))*lh + small + 2*cellPadY
	labelX, valueX := s.x+leftWidth, s.x+leftWidth+labelWidth

	write := func(x, y float64, text string) { s.text(x+cellPadX, y+cellPadY+s.baseline(), left, text) }
	caption := func(bottom float64, text string) {
		s.font(plain, 7)
		s.text(s.x+cellPadX, bottom-1.2, left, text)
		s.font(plain, 9)
	}
	y := s.y
	for i, line := range bank {
		write(s.x, y+float64(i)*lh, line)
	}
	caption(y+bankHeight, "Банк получателя")
	write(labelX, y, "БИК")
	write(valueX, y, a.BIC)
	bicHeight := lh + 2*cellPadY
	write(labelX, y+bicHeight, "Сч. №")
	write(valueX, y+bicHeight, a.CorrAccount)
	s.grid(0.2, s.x, y, bankHeight, leftWidth, labelWidth, valueWidth)
	s.stroke(0.2, labelX, y+bicHeight, valueX, y+bicHeight)

	y += bankHeight
	write(s.x, y, labelled("ИНН", d.Seller.TaxID))
	write(s.x+leftWidth/2, y, "КПП"+string(nbsp)+d.Seller.KPP)
	s.grid(0.2, s.x, y, taxHeight, leftWidth/2, leftWidth/2)
	write(labelX, y, "Сч. №")
	write(valueX, y, a.Number)
	s.grid(0.2, labelX, y, taxHeight+payeeHeight, labelWidth, valueWidth)

	y += taxHeight
	for i, line := range payee {
		write(s.x, y+float64(i)*lh, line)
	}
	caption(y+payeeHeight, "Получатель")
	s.grid(0.2, s.x, y, payeeHeight, leftWidth)
	s.y = y + payeeHeight
}

// partyRU writes a party's requisites in one line of text.
func partyRU(p *Party) string {
	regLabel := "ОГРН"
	if p.SoleTrader {
		regLabel = "ОГРНИП"
	}
	return list(p.Name, labelled("ИНН", p.TaxID), labelled("КПП", p.KPP), labelled(regLabel, p.RegNo),
		p.Address, labelled("тел.:", p.Phone))
}

// linesTableRU is the table of an invoice or act. Discounts get a column if there are any.
func linesTableRU(s *sheet, d *Document, nameTitle string) {
	columns := []column{{"№", 9, center}, {nameTitle, 89, left}, {"Кол-во", 15, right}, {"Ед.", 13, center}, {"Цена", 26, right}, {"Сумма", 28, right}}
	if d.discounted() {
		columns = []column{{"№", 9, center}, {nameTitle, 66, left}, {"Кол-во", 15, right}, {"Ед.", 13, center},
			{"Цена", 26, right}, {"Скидка", 23, right}, {"Сумма", 28, right}}
	}
	linesTable(s, d, columns, "за период ")
}

// linesTable sets the lines into columns of the order №, name, quantity, unit, price,
// discount if there are seven, sum.
func linesTable(s *sheet, d *Document, columns []column, periodWord string) {
	t := s.newTable(9, columns)
	t.open()
	for i := range d.Lines {
		l := &d.Lines[i]
		cells := []string{strconv.Itoa(i + 1), l.named(periodWord), d.quantity(l.QuantityMilli), l.Unit, d.money(l.Price)}
		if len(columns) == 7 {
			cells = append(cells, d.money(l.Discount))
		}
		t.row(append(cells, d.money(d.amount(l)))...)
	}
	t.end()
}

// named is a line's name with the period of the service below.
func (l *Line) named(periodWord string) string {
	if l.Period == (prolong.Period{}) {
		return l.Name
	}
	return l.Name + "\n" + periodWord + span(l.Period)
}

// sumsRU are the rows under the table.
func (d *Document) sumsRU(total string) [][2]string {
	base := d.Totals.Net
	if d.PricesIncludeTax {
		base = d.Totals.Gross
	}
	var rows [][2]string
	if d.Totals.Discount != 0 {
		rows = append(rows, [2]string{"Скидка:", d.money(d.Totals.Discount)})
	}
	rows = append(rows, [2]string{"Итого:", d.money(base)})
	switch {
	case d.exempt():
		rows = append(rows, [2]string{"Без налога (НДС)", "–"})
	default:
		for _, share := range d.taxes() {
			label := "НДС (" + percent(share.kind, share.bp) + "):"
			if d.PricesIncludeTax {
				label = "В том числе " + label
			}
			if share.kind == TaxExempt {
				continue
			}
			rows = append(rows, [2]string{label, d.money(share.tax)})
		}
	}
	return append(rows, [2]string{total, d.money(d.Totals.Gross)})
}

// signInvoiceRU sets the signatures with facsimile and stamp over them.
func signInvoiceRU(s *sheet, d *Document) {
	s.space(9)
	const directorShare = 0.55 // his title is the longer one
	var lineX float64
	if d.Seller.SoleTrader {
		lineX = s.signature(s.x, s.w*0.66, "Предприниматель", first(d.Seller.Director, d.Seller.ShortName), signWordsRU)
	} else {
		lineX = s.signature(s.x, s.w*directorShare, first(d.Seller.DirectorTitle, "Руководитель"), d.Seller.Director, signWordsRU)
		s.signature(s.x+s.w*directorShare+5, s.w*(1-directorShare)-5, "Бухгалтер", d.Seller.Accountant, signWordsRU)
	}
	if !d.Facsimile.IsZero() {
		s.picture("facsimile", d.Facsimile.PNG, lineX-2, s.y-9, 34, 0)
	}
	if !d.Stamp.IsZero() {
		s.picture("stamp", d.Stamp.PNG, lineX+18, s.y-14, 38, 38)
	}
	s.space(12)
}
