package render

import "strconv"

// contactsKZ is what form Р-1 wants of a party: full name, address, means of communication.
func contactsKZ(p *Party) string {
	return list(p.Name, address(p.Address), labelled("тел.:", p.Phone), p.Email)
}

// drawActKZ draws form Р-1, appendix 50 to order № 562 of the Minister of Finance of
// 20.12.2012 (documents.md 2.7), in landscape.
func drawActKZ(s *sheet, d *Document) error {
	s.paragraph(plain, 7, right, "Приложение 50\nк приказу Министра финансов Республики Казахстан\nот 20 декабря 2012 года № 562")
	s.space(1)
	s.paragraph(bold, 8, right, "Форма Р-1")
	s.space(1)
	s.partyR1("Заказчик", &d.Buyer, true)
	s.partyR1("Исполнитель", &d.Seller, false)
	s.basisR1(d)
	s.space(3)
	s.paragraph(bold, 12, center, "АКТ ВЫПОЛНЕННЫХ РАБОТ (ОКАЗАННЫХ УСЛУГ)")
	words := d.headingWords()
	if !d.Correction.IsZero() {
		s.paragraph(plain, 9, center, words.correction+" "+d.cite(d.Correction))
	}
	if d.storno() {
		s.paragraph(plain, 9, center, words.storno)
	}
	s.space(2)
	s.reverses(d)
	linesTableR1(s, d)
	s.space(3)
	s.room(78)
	s.paragraph(plain, 8, left, "Всего на сумму: "+d.words(d.Totals.Gross)+d.taxSentenceKZ())
	s.space(1.5)
	s.formLine("Сведения об использовании запасов, полученных от заказчика", "", "наименование, количество, стоимость")
	s.formLine("Приложение: Перечень документации, в том числе отчёт(ы) о маркетинговых, научных исследованиях, "+
		"консультационных и прочих услугах (обязательны при его (их) наличии) на", "", "страниц")
	for _, note := range d.Notes {
		s.paragraph(plain, 8, left, note)
	}
	s.space(4)
	s.signR1(d)
	return nil
}

func (d *Document) taxSentenceKZ() string {
	if d.exempt() {
		return ", без НДС"
	}
	return ", в том числе НДС " + d.money(d.Totals.Tax) + " " + string(d.Currency)
}

// partyR1 is a party's line of form Р-1 with the box of its number at the right.
func (s *sheet) partyR1(label string, p *Party, titled bool) {
	const boxWidth, labelWidth = 40.0, 24.0
	boxX, valueWidth := s.x+s.w-boxWidth, s.w-boxWidth-labelWidth-8
	if titled {
		s.font(plain, 7)
		s.text(boxX+boxWidth/2, s.y+s.baseline(), center, "ИИН/БИН")
		s.space(s.lineHeight() + 0.8)
	}
	s.font(bold, 8)
	lines := clipLines(s.wrap(contactsKZ(p), valueWidth), 4)
	h := float64(len(lines)) * s.lineHeight()
	s.cell(0.3, boxX, s.y-0.5, boxWidth, s.lineHeight()+1.5, clipLines(s.wrap(p.TaxID, boxWidth), 1))
	s.font(plain, 8)
	s.text(s.x, s.y+s.baseline(), left, label)
	s.font(bold, 8)
	for i, line := range lines {
		s.text(s.x+labelWidth, s.y+float64(i)*s.lineHeight()+s.baseline(), left, line)
	}
	s.y += h + 0.6
	s.stroke(0.2, s.x+labelWidth, s.y, s.x+labelWidth+valueWidth, s.y)
	s.font(plain, 6)
	s.text(s.x+labelWidth+valueWidth/2, s.y+0.4+s.baseline(), center, "полное наименование, адрес, данные о средствах связи")
	s.space(4)
}

// basisR1 is the contract at the left and the boxes of number and date at the right.
func (s *sheet) basisR1(d *Document) {
	const boxWidth, labelWidth = 30.0, 34.0
	boxX := s.x + s.w - 2*boxWidth
	s.font(plain, 7)
	headHeight := max(s.cellHeight("Номер документа", boxWidth), s.cellHeight("Дата составления", boxWidth))
	s.cell(0.2, boxX, s.y, boxWidth, headHeight, s.wrap("Номер документа", boxWidth))
	s.cell(0.2, boxX+boxWidth, s.y, boxWidth, headHeight, s.wrap("Дата составления", boxWidth))
	s.font(bold, 8)
	number := s.wrap(d.Number, boxWidth-2)
	boxHeight := float64(len(number))*s.lineHeight() + 1.6
	s.cell(0.3, boxX, s.y+headHeight, boxWidth, boxHeight, number)
	s.cell(0.3, boxX+boxWidth, s.y+headHeight, boxWidth, boxHeight, []string{date(d.Date)})
	s.font(plain, 8)
	s.text(s.x, s.y+headHeight+s.baseline(), left, "Договор (контракт)")
	s.font(bold, 8)
	basis := clipLines(s.wrap(first(d.cite(d.Basis), "Без договора"), boxX-s.x-labelWidth-5), 4)
	for i, line := range basis {
		s.text(s.x+labelWidth, s.y+headHeight+float64(i)*s.lineHeight()+s.baseline(), left, line)
	}
	s.y += headHeight + max(boxHeight, float64(len(basis))*s.lineHeight())
}

func linesTableR1(s *sheet, d *Document) {
	price, sum := "цена за единицу", "стоимость"
	switch {
	case d.exempt():
	case d.PricesIncludeTax:
		price, sum = "цена за единицу, в том числе НДС", "стоимость, в том числе НДС"
	default:
		price, sum = "цена за единицу без НДС", "стоимость без НДС"
	}
	done := "Выполнено работ (оказано услуг)"
	columns := []column{
		{title: "Номер по порядку", width: 14, align: center, number: "1"},
		{title: "Наименование работ (услуг) (в разрезе их подвидов в соответствии с технической спецификацией, заданием, " +
			"графиком выполнения работ (услуг) при их наличии)", width: 74, number: "2"},
		{title: "Дата выполнения работ (оказания услуг)", width: 24, align: center, number: "3"},
		{title: "Сведения об отчёте о научных исследованиях, маркетинговых, консультационных и прочих услугах " +
			"(дата, номер, количество страниц) (при их наличии)", width: 50, number: "4"},
		{title: "Единица измерения", width: 19, align: center, number: "5"},
		{title: "количество", width: 22, align: right, group: done, number: "6"},
		{title: price, width: 30, align: right, group: done, number: "7"},
		{title: sum, width: 34, align: right, group: done, number: "8"},
	}
	t := s.newTable(8, columns)
	t.headSize, t.headBold = 7, plain
	t.open()
	var quantity int64
	for i := range d.Lines {
		l := &d.Lines[i]
		quantity += l.QuantityMilli
		t.row(strconv.Itoa(i+1), d.named(l, "за период "), date(d.supplied()), "", l.Unit, d.quantity(l.QuantityMilli),
			d.money(l.Price), d.money(d.amount(l)))
	}
	base := d.Totals.Net
	if d.PricesIncludeTax {
		base = d.Totals.Gross
	}
	t.boldRow("", "Итого", "", "", "", d.quantity(quantity), "х", d.money(base))
	if !d.exempt() && !d.PricesIncludeTax {
		t.boldRow("", "Сумма НДС", "", "", "", "", "х", d.money(d.Totals.Tax))
		t.boldRow("", "Всего с НДС", "", "", "", "", "х", d.money(d.Totals.Gross))
	}
	t.end()
}

// signR1 is the foot of form Р-1.
func (s *sheet) signR1(d *Document) {
	width := s.w/2 - 6
	top := s.y
	for i, side := range []struct {
		label, date string
		party       *Party
		absent      bool
	}{
		{"Сдал (Исполнитель)", "", &d.Seller, false},
		{"Принял (Заказчик)", "Дата подписания (принятия) работ (услуг):", &d.Buyer, d.OneSided},
	} {
		x := s.x + float64(i)*(width+12)
		s.y = top
		s.font(bold, 8)
		s.text(x, s.y+s.lineHeight()+s.baseline(), left, side.label)
		title, name := side.party.titleRU(), side.party.Director
		if side.absent {
			title, name = "", ""
		}
		s.signThree(x+36, width-36, 3, title, name, [3]string{"должность", "подпись", "расшифровка подписи"})
		s.space(13)
		s.font(plain, 8)
		if side.date != "" {
			label := s.width(side.date)
			s.text(x, s.y+s.baseline(), left, side.date)
			s.stroke(0.2, x+label+2, s.y+s.baseline()+0.8, x+width, s.y+s.baseline()+0.8)
		}
		s.text(x, s.y+6+s.baseline(), left, "М.П.")
	}
	s.space(12)
	if !d.SuppliedOn.IsZero() {
		s.font(plain, 8)
		s.line(s.x, s.w, left, "Дата оказания услуг: "+longDate(d.SuppliedOn, "ru"))
	}
}

// formLine sets a label, and behind its end a line to write on with a caption below.
func (s *sheet) formLine(label, value, caption string) {
	s.font(plain, 8)
	const lineMin = 60.0
	lines := s.wrap(label, s.w-lineMin)
	s.room(float64(len(lines))*s.lineHeight() + 4)
	for i, line := range lines {
		s.text(s.x, s.y+float64(i)*s.lineHeight()+s.baseline(), left, line)
	}
	s.y += float64(len(lines)-1) * s.lineHeight()
	from := s.x + s.width(lines[len(lines)-1]) + 2
	y := s.y + s.baseline()
	s.text(from+1, y, left, clipLines(s.wrap(value, s.x+s.w-from-2), 1)[0])
	s.stroke(0.2, from, y+0.8, s.x+s.w, y+0.8)
	s.font(plain, 6)
	s.text((from+s.x+s.w)/2, y+3.2, center, caption)
	s.font(plain, 8)
	s.y += s.lineHeight() + 3.2
}
