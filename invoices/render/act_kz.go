package render

import (
	"strconv"

	"prolong"
	"prolong/internal/i18n"
)

// contactsKZ is what form Р-1 wants of a party: full name, address, means of communication.
func contactsKZ(p *Party) string {
	return list(p.Name, address(p.Address), labelled("тел.:", p.Phone), p.Email)
}

// drawActKZ draws form Р-1, appendix 50 to order № 562 of the Minister of Finance of
// 20.12.2012 (documents.md 2.7), in landscape.
func drawActKZ(s *sheet, d *Document) error {
	const orderWidth = 72.0 // mm
	if top := s.y; d.kazakh() {
		s.paragraphIn(s.x+s.w-2*orderWidth, orderWidth, plain, 7, right, "Қазақстан Республикасы Қаржы министрінің\n2012 жылғы 20 желтоқсандағы № 562 бұйрығына\n50-қосымша")
		s.y = top
	}
	s.paragraphIn(s.x+s.w-orderWidth, orderWidth, plain, 7, right, "Приложение 50\nк приказу Министра финансов Республики Казахстан\nот 20 декабря 2012 года № 562")
	s.space(1)
	s.paragraph(bold, 8, right, d.bi("Р-1 нысаны", "Форма Р-1"))
	s.space(1)
	s.partyR1(d, d.bi("Тапсырыс беруші", "Заказчик"), &d.Buyer, true)
	s.partyR1(d, d.bi("Орындаушы", "Исполнитель"), &d.Seller, false)
	s.basisR1(d)
	s.space(3)
	if d.kazakh() {
		s.paragraph(bold, 12, center, "ОРЫНДАЛҒАН ЖҰМЫСТАР (КӨРСЕТІЛГЕН ҚЫЗМЕТТЕР) АКТІСІ")
	}
	s.paragraph(bold, 12, center, "АКТ ВЫПОЛНЕННЫХ РАБОТ (ОКАЗАННЫХ УСЛУГ)")
	words := d.headingWords()
	if !d.Correction.IsZero() {
		s.paragraph(plain, 9, center, words.correction+" "+d.cite(d.Correction))
	}
	switch {
	case !d.storno():
		s.space(2)
	case s.edition >= edition4:
		s.paragraph(bold, 9, center, words.reverses+" "+d.citeReversed())
		s.space(2)
	default:
		s.paragraph(plain, 9, center, words.storno)
		s.space(2)
		s.reverses(d)
	}
	t := newTableR1(s, d)
	end := func() error { return endActKZ(s, d, t) }
	s.closesWith(end)
	linesR1(d, t)
	return end()
}

// endActKZ is the totals, what the form asks for below them, and the signatures.
func endActKZ(s *sheet, d *Document, t *table) error {
	totalsR1(d, t)
	s.space(3)
	if d.kazakh() {
		s.room(74)
		s.paragraph(plain, 8, left, "Барлығы: "+i18n.AmountInWords(prolong.NewMoney(d.Totals.Gross, d.Currency), "kk")+d.taxSentenceKZ(", ҚҚС-сыз", ", оның ішінде ҚҚС "))
		s.paragraph(plain, 8, left, "Всего на сумму: "+i18n.AmountInWords(prolong.NewMoney(d.Totals.Gross, d.Currency), "ru")+d.taxSentenceKZ(", без НДС", ", в том числе НДС "))
	} else {
		s.room(78)
		s.paragraph(plain, 8, left, "Всего на сумму: "+d.words(d.Totals.Gross)+d.taxSentenceKZ(", без НДС", ", в том числе НДС "))
	}
	s.space(1.5)
	s.formLine(d.bi("Тапсырыс берушіден алынған қорларды пайдалану туралы мәліметтер", "Сведения об использовании запасов, полученных от заказчика"), "",
		d.bi("атауы, саны, құны", "наименование, количество, стоимость"))
	s.formLine(d.bi("Қосымша: құжаттама тізбесі, оның ішінде ғылыми зерттеулер, маркетингтік, консультациялық және өзге де қызметтер туралы есеп(тер) "+
		"(олар болған кезде міндетті)", "Приложение: Перечень документации, в том числе отчёт(ы) о маркетинговых, научных исследованиях, "+
		"консультационных и прочих услугах (обязательны при его (их) наличии) на"), "", d.bi("бет", "страниц"))
	for _, note := range append(d.acceptanceR1(), d.Notes...) {
		s.paragraph(plain, 8, left, note)
	}
	s.space(4)
	s.signR1(d)
	return nil
}

// taxSentenceKZ ends the sentence of the sum: what without says, or the tax behind included.
func (d *Document) taxSentenceKZ(without, included string) string {
	if d.exempt() {
		return without
	}
	return included + d.money(d.Totals.Tax) + " " + string(d.Currency)
}

// partyR1 is a party's line of form Р-1 with the box of its number at the right.
func (s *sheet) partyR1(d *Document, label string, p *Party, titled bool) {
	const boxWidth = 40.0
	labelWidth := 24.0
	if d.kazakh() {
		labelWidth = 30
	}
	boxX, valueWidth := s.x+s.w-boxWidth, s.w-boxWidth-labelWidth-8
	if titled {
		s.font(plain, 7)
		s.text(boxX+boxWidth/2, s.y+s.baseline(), center, d.bi("ЖСН/БСН", "ИИН/БИН"))
		s.space(s.lineHeight() + 0.8)
	}
	s.font(bold, 8)
	lines := clipLines(s.wrap(contactsKZ(p), valueWidth), 4)
	h := float64(len(lines)) * s.lineHeight()
	s.cell(0.3, boxX, s.y-0.5, boxWidth, s.lineHeight()+1.5, clipLines(s.wrap(p.TaxID, boxWidth), 1))
	s.labelR1(s.x, s.y, labelWidth-2, label)
	s.font(bold, 8)
	for i, line := range lines {
		s.text(s.x+labelWidth, s.y+float64(i)*s.lineHeight()+s.baseline(), left, line)
	}
	s.y += h + 0.6
	s.stroke(0.2, s.x+labelWidth, s.y, s.x+labelWidth+valueWidth, s.y)
	s.font(plain, 6)
	s.text(s.x+labelWidth+valueWidth/2, s.y+0.4+s.baseline(), center,
		d.bi("толық атауы, мекенжайы, байланыс құралдары туралы деректер", "полное наименование, адрес, данные о средствах связи"))
	s.space(4)
}

// labelR1 sets a label, whose two languages may take a line each; it returns how high it is.
func (s *sheet) labelR1(x, y, width float64, label string) float64 {
	s.font(plain, 8)
	lines := s.wrap(label, width)
	for i, line := range lines {
		s.text(x, y+float64(i)*s.lineHeight()+s.baseline(), left, line)
	}
	return float64(len(lines)) * s.lineHeight()
}

// basisR1 is the contract at the left and the boxes of number and date at the right.
func (s *sheet) basisR1(d *Document) {
	const boxWidth, labelWidth = 30.0, 34.0
	numberLabel, dateLabel := d.bi("Құжаттың нөмірі", "Номер документа"), d.bi("Жасалған күні", "Дата составления")
	boxX := s.x + s.w - 2*boxWidth
	s.font(plain, 7)
	headHeight := max(s.cellHeight(numberLabel, boxWidth), s.cellHeight(dateLabel, boxWidth))
	s.cell(0.2, boxX, s.y, boxWidth, headHeight, s.wrap(numberLabel, boxWidth))
	s.cell(0.2, boxX+boxWidth, s.y, boxWidth, headHeight, s.wrap(dateLabel, boxWidth))
	s.font(bold, 8)
	number := s.wrap(d.Number, boxWidth-2)
	boxHeight := float64(len(number))*s.lineHeight() + 1.6
	s.cell(0.3, boxX, s.y+headHeight, boxWidth, boxHeight, number)
	s.cell(0.3, boxX+boxWidth, s.y+headHeight, boxWidth, boxHeight, []string{date(d.Date)})
	label := s.labelR1(s.x, s.y+headHeight, labelWidth-2, d.bi("Шарт (келісімшарт)", "Договор (контракт)"))
	s.font(bold, 8)
	basis := clipLines(s.wrap(first(d.cite(d.Basis), d.bi("Шартсыз", "Без договора")), boxX-s.x-labelWidth-5), 4)
	for i, line := range basis {
		s.text(s.x+labelWidth, s.y+headHeight+float64(i)*s.lineHeight()+s.baseline(), left, line)
	}
	s.y += headHeight + max(boxHeight, label, float64(len(basis))*s.lineHeight())
}

func newTableR1(s *sheet, d *Document) *table {
	price, sum := d.bi("бірлік үшін бағасы", "цена за единицу"), d.bi("құны", "стоимость")
	switch {
	case d.exempt():
	case d.PricesIncludeTax:
		price = d.bi("бірлік үшін бағасы, оның ішінде ҚҚС", "цена за единицу, в том числе НДС")
		sum = d.bi("құны, оның ішінде ҚҚС", "стоимость, в том числе НДС")
	default:
		price, sum = d.bi("бірлік үшін ҚҚС-сыз бағасы", "цена за единицу без НДС"), d.bi("ҚҚС-сыз құны", "стоимость без НДС")
	}
	done := d.bi("Орындалған жұмыстар (көрсетілген қызметтер)", "Выполнено работ (оказано услуг)")
	columns := []column{
		{title: d.bi("Реттік нөмірі", "Номер по порядку"), width: 14, align: center, number: "1"},
		{title: d.bi("Жұмыстардың (көрсетілетін қызметтердің) атауы (техникалық ерекшелікке, тапсырмаға, жұмыстарды орындау (қызметтерді көрсету) "+
			"кестесіне сәйкес олардың кіші түрлері бөлінісінде, олар болған кезде)", "Наименование работ (услуг) (в разрезе их подвидов в соответствии с технической "+
			"спецификацией, заданием, графиком выполнения работ (услуг) при их наличии)"), width: 74, number: "2"},
		{title: d.bi("Жұмыстарды орындау (қызметтерді көрсету) күні", "Дата выполнения работ (оказания услуг)"), width: 24, align: center, number: "3"},
		{title: d.bi("Ғылыми зерттеулер, маркетингтік, консультациялық және өзге де қызметтер туралы есеп туралы мәліметтер (күні, нөмірі, беттер саны) "+
			"(олар болған кезде)", "Сведения об отчёте о научных исследованиях, маркетинговых, консультационных и прочих услугах "+
			"(дата, номер, количество страниц) (при их наличии)"), width: 50, number: "4"},
		{title: d.bi("Өлшем бірлігі", "Единица измерения"), width: 19, align: center, number: "5"},
		{title: d.bi("саны", "количество"), width: 22, align: right, group: done, number: "6"},
		{title: price, width: 30, align: right, group: done, number: "7"},
		{title: sum, width: 34, align: right, group: done, number: "8"},
	}
	t := s.newTable(8, columns)
	t.headSize, t.headBold = 7, plain
	if d.kazakh() {
		t.headSize = 6.5
	}
	return t
}

func linesR1(d *Document, t *table) {
	t.open()
	for i := range d.Lines {
		l := &d.Lines[i]
		cells := []string{strconv.Itoa(i + 1), d.named(l, d.bi("кезеңі", "за период ")), date(d.supplied()), "", l.Unit, d.quantity(l.QuantityMilli),
			d.money(l.Price), d.money(d.amount(l))}
		if i < len(d.Lines)-1 {
			t.row(cells...)
		} else {
			t.lastRow(cells...)
		}
	}
}

func totalsR1(d *Document, t *table) {
	var quantity int64
	for i := range d.Lines {
		quantity += d.Lines[i].QuantityMilli
	}
	base := d.Totals.Net
	if d.PricesIncludeTax {
		base = d.Totals.Gross
	}
	t.boldRow("", d.bi("Барлығы", "Итого"), "", "", "", d.quantity(quantity), "х", d.money(base))
	if !d.exempt() && !d.PricesIncludeTax {
		t.boldRow("", d.bi("ҚҚС сомасы", "Сумма НДС"), "", "", "", "", "х", d.money(d.Totals.Tax))
		t.boldRow("", d.bi("ҚҚС-мен барлығы", "Всего с НДС"), "", "", "", "", "х", d.money(d.Totals.Gross))
	}
	t.end()
}

// signR1 is the foot of form Р-1.
func (s *sheet) signR1(d *Document) {
	width := s.w/2 - 6
	top, title, seal := s.y, (*Party).titleRU, d.bi("М.О.", "М.П.")
	if d.kazakh() {
		title = (*Party).titleKK
	}
	linesMax := 3 // of a position, and of a name; they grow upwards
	if s.edition >= edition4 {
		linesMax = 5
		s.font(plain, 8)
		lines, widths := 0, threeWidths(width-36)
		for _, p := range []*Party{&d.Seller, &d.Buyer} {
			lines = max(lines, len(s.wrap(title(p), widths[0]-3)), len(s.wrap(p.Director, widths[2]-3)))
		}
		s.space(float64(max(min(lines, linesMax)-3, 0)) * s.lineHeight())
		top = s.y
	}
	captions := [3]string{d.bi("лауазымы", "должность"), d.bi("қолы", "подпись"), d.bi("қолтаңбаның толық жазылуы", "расшифровка подписи")}
	bottom := top
	for i, side := range []struct {
		label, date string
		party       *Party
		absent      bool
	}{
		{d.bi("Тапсырды (Орындаушы)", "Сдал (Исполнитель)"), "", &d.Seller, false},
		{d.bi("Қабылдады (Тапсырыс беруші)", "Принял (Заказчик)"), d.bi("Жұмыстарға (қызметтерге) қол қойылған (қабылданған) күні", "Дата подписания (принятия) работ (услуг):"), &d.Buyer, d.OneSided},
	} {
		x := s.x + float64(i)*(width+12)
		s.y = top
		s.font(bold, 8)
		for n, line := range s.wrap(side.label, 34) {
			s.text(x, s.y+float64(n+1)*s.lineHeight()+s.baseline(), left, line)
		}
		position, name := title(side.party), side.party.Director
		if side.absent {
			position, name = "", ""
		}
		s.signThree(x+36, width-36, linesMax, position, name, captions)
		s.space(13)
		if d.kazakh() {
			s.space(3)
		}
		s.font(plain, 8)
		if side.date != "" {
			lines := s.wrap(side.date, width-30)
			for n, line := range lines {
				s.text(x, s.y+s.baseline(), left, line)
				if n < len(lines)-1 {
					s.space(s.lineHeight())
				}
			}
			label := s.width(lines[len(lines)-1])
			s.stroke(0.2, x+label+2, s.y+s.baseline()+0.8, x+width, s.y+s.baseline()+0.8)
		}
		bottom = max(bottom, s.y)
	}
	for i := range 2 {
		s.text(s.x+float64(i)*(width+12), bottom+6+s.baseline(), left, seal)
	}
	s.y = bottom + 12
	if s.edition >= edition4 {
		s.y = bottom + 10
	}
	if !d.SuppliedOn.IsZero() {
		s.font(plain, 8)
		s.line(s.x, s.w, left, d.bi("Қызмет көрсетілген күні", "Дата оказания услуг")+": "+d.bi(longDate(d.SuppliedOn, "kk"), longDate(d.SuppliedOn, "ru")))
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
