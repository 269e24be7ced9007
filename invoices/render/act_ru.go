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
	linesTableRU(s, d, "Наименование работ, услуг")
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
	if d.Reverses.IsZero() {
		s.paragraph(plain, 9, left, "Вышеперечисленные услуги выполнены полностью и в срок. "+
			"Заказчик претензий по объёму, качеству и срокам оказания услуг не имеет.")
	} else {
		s.paragraph(plain, 9, left, "Настоящий акт отменяет указанный выше документ в части приведённых строк.")
	}
	if d.AcceptanceDays > 0 {
		s.space(1)
		s.paragraph(plain, 9, left, "Услуги считаются принятыми, если в течение "+strconv.Itoa(d.AcceptanceDays)+
			" рабочих дней после получения акта Заказчик не направил мотивированных возражений.")
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
