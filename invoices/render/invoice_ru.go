package render

import "strconv"

// drawInvoiceRU draws a счёт на оплату in the customary layout of accounting programs
// (documents.md 2.1); no law gives it a form.
func drawInvoiceRU(s *sheet, d *Document) error {
	if d.Notice != "" {
		s.paragraph(plain, 7.5, center, d.Notice)
		s.space(2)
	}
	bankBlockRU(s, d)
	s.space(5)
	s.title(d, left)
	s.field("Поставщик\n(Исполнитель):", partyRU(&d.Seller))
	s.field("Покупатель\n(Заказчик):", partyRU(&d.Buyer))
	s.field("Основание:", d.cite(d.Basis))
	s.reverses(d)
	s.space(2)
	end := func() error { return endInvoiceRU(s, d) }
	s.closesWith(end)
	linesTableRU(s, d, "Товары (работы, услуги)")
	return end()
}

// endInvoiceRU is the totals, how to pay and the signatures.
func endInvoiceRU(s *sheet, d *Document) error {
	s.sums(d.sums(taxWordsRU, "Всего к оплате:"))
	s.space(2)
	return s.closing(d, closingWords{
		count:   "Всего наименований " + strconv.Itoa(len(d.Lines)) + ", на сумму " + d.money(d.Totals.Gross) + " " + d.unit(),
		qr:      "Оплата по QR-коду\nв приложении банка",
		purpose: "Назначение платежа (укажите без изменений):",
		notes:   d.closingNotesRU(),
	}, func() error { return signInvoiceRU(s, d) })
}

// closingNotesRU are the sentences between the amount and the signatures.
func (d *Document) closingNotesRU() []string {
	var notes []string
	if !d.DueOn.IsZero() {
		notes = append(notes, "Оплатите до "+longDate(d.DueOn, "ru")+" включительно, чтобы обслуживание не прервалось.")
	}
	if !d.ValidUntil.IsZero() {
		notes = append(notes, "Счёт действителен до "+longDate(d.ValidUntil, "ru")+" включительно.")
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
		address(p.Address), labelled("тел.:", p.Phone))
}

// linesTableRU is the table of an invoice or act.
func linesTableRU(s *sheet, d *Document, nameTitle string) {
	linesTable(s, d, lineTitles{name: nameTitle, quantity: "Кол-во", unit: "Ед.", price: "Цена", discount: "Скидка",
		sum: "Сумма", period: "за период "})
}

// signInvoiceRU sets the signatures with facsimile and stamp over them.
func signInvoiceRU(s *sheet, d *Document) error {
	s.space(9)
	const directorShare = 0.55 // his title is the longer one
	var lineX float64
	if d.Seller.SoleTrader {
		lineX = s.signature(s.x, s.w*0.66, "Предприниматель", first(d.Seller.Director, d.Seller.ShortName), signWordsRU)
	} else {
		lineX = s.signature(s.x, s.w*directorShare, first(d.Seller.DirectorTitle, "Руководитель"), d.Seller.Director, signWordsRU)
		s.signature(s.x+s.w*directorShare+5, s.w*(1-directorShare)-5, "Бухгалтер", d.Seller.Accountant, signWordsRU)
	}
	return s.signImages(d, lineX)
}
