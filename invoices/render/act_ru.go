package render

import "strconv"

// drawActRU draws an акт with the requisites of 402-ФЗ ст. 9 ч. 2 (documents.md 2.2): name,
// date, who drew it up, the fact with its measure, positions and signatures.
func drawActRU(s *sheet, d *Document) error {
	s.title(d, left)
	s.field("Исполнитель:", partyRU(&d.Seller))
	s.field("Заказчик:", partyRU(&d.Buyer))
	s.field("Основание:", d.cite(d.Basis))
	s.reverses(d)
	s.space(2)
	end := func() error { return endActRU(s, d) }
	s.closesWith(end)
	linesTableRU(s, d, "Наименование работ, услуг")
	return end()
}

// endActRU is the totals, the statement and the signatures.
func endActRU(s *sheet, d *Document) error {
	s.sums(d.sumsOfAct(taxWordsRU, "Всего с НДС:"))
	s.space(3)
	s.room(70) // the statement is worth nothing apart from its signatures
	count := "Всего оказано услуг "
	if d.storno() {
		count = "Всего сторнировано услуг "
	}
	s.paragraph(plain, 9, left, count+strconv.Itoa(len(d.Lines))+", на сумму "+d.money(d.Totals.Gross)+" "+d.unit())
	s.paragraph(bold, 9, left, d.words(d.Totals.Gross))
	s.space(3)
	if !d.SuppliedOn.IsZero() && d.SuppliedOn != d.Date {
		s.paragraph(plain, 9, left, "Дата оказания услуг: "+longDate(d.SuppliedOn, "ru"))
		s.space(1)
	}
	switch done := "Вышеперечисленные услуги выполнены полностью и в срок."; {
	case !d.Reverses.IsZero():
		s.paragraph(plain, 9, left, "Настоящий акт отменяет указанный выше документ в части приведённых строк.")
	case d.OneSided && s.edition >= edition4: // the buyer, who does not sign, says nothing
		s.paragraph(plain, 9, left, done)
	default:
		s.paragraph(plain, 9, left, done+" Заказчик претензий по объёму, качеству и срокам оказания услуг не имеет.")
	}
	if text := d.acceptanceRU("Услуги", "акта"); text != "" {
		s.space(1)
		s.paragraph(plain, 9, left, text)
	}
	if d.Seller.TaxStatus != "" {
		s.space(1)
		s.paragraph(plain, 9, left, d.Seller.TaxStatus)
	}
	for _, note := range d.Notes {
		s.space(1)
		s.paragraph(plain, 9, left, note)
	}
	s.space(3)
	s.stroke(0.6, s.x, s.y, s.x+s.w, s.y)
	s.space(4)
	s.signColumns(signWordsRU,
		signColumn{head: "ИСПОЛНИТЕЛЬ", party: &d.Seller, about: shortRU(&d.Seller), title: d.Seller.titleRU()},
		signColumn{head: "ЗАКАЗЧИК", party: &d.Buyer, about: shortRU(&d.Buyer), title: d.Buyer.titleRU(), absent: d.OneSided})
	return nil
}

var signWordsRU = signWords{sign: "подпись", name: "расшифровка подписи", seal: "М.П."}

// titleRU is the position under which a party signs.
func (p *Party) titleRU() string {
	if p.SoleTrader {
		return first(p.DirectorTitle, "Индивидуальный предприниматель")
	}
	return first(p.DirectorTitle, "Руководитель")
}

// shortRU is what stands above a signature: the requisites are at the top of the page.
func shortRU(p *Party) string {
	return list(first(p.ShortName, p.Name), labelled("ИНН", p.TaxID))
}
