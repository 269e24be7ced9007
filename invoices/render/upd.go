package render

import (
	"strconv"

	"prolong"
)

// updStrip is the width of the left strip of the form, which is also column А of the table.
const updStrip = 20.0 // mm

// drawUPD draws a универсальный передаточный документ in the form that the tax service
// recommends (письмо ФНС № ММВ-20-3/96@): a счёт-фактура in a frame of thick lines and the
// facts of the transfer around it (documents.md 2.4).
func drawUPD(s *sheet, d *Document) error {
	whole, x := s.w, s.x
	top, page := s.y, s.pages
	s.updStripText(d)
	// The head of the счёт-фактура at the right of the strip, in two columns.
	s.y = top
	s.paragraphIn(x+updStrip, whole-updStrip, plain, 6, right, "Приложение № 1 к письму ФНС России от 21.10.2013 № ММВ-20-3/96@")
	s.y = top
	s.taxHeading(d, x+updStrip+3, whole-updStrip-85, 10.5) // the appendix stands at the right
	s.space(1)
	headTop, lowest := s.y, s.y
	columnWidth := (whole - updStrip - 8) / 2
	for i, lines := range [][]taxLine{d.sellerLines(), d.buyerLines()} {
		s.y = headTop
		for _, l := range lines {
			s.codedLine(x+updStrip+3+float64(i)*(columnWidth+5), columnWidth, l)
		}
		lowest = max(lowest, s.y)
	}
	s.y = max(lowest, top+34) + 1.5
	tableTop := s.y
	taxTable(s, d, true)
	if s.pages == page {
		s.stroke(0.6, x+updStrip, top, x+updStrip, s.y)
	} else {
		s.stroke(0.6, x+updStrip, s.margins.top, x+updStrip, s.y)
		s.turnTo(page)
		s.stroke(0.6, x+updStrip, top, x+updStrip, tableTop)
		s.turnTo(s.pages)
	}
	s.room(27)
	signTop, signPage := s.y, s.pages
	s.space(1.5)
	s.taxSignatures(d, x+updStrip+3, whole-updStrip-3)
	s.stroke(0.6, x+updStrip, signTop, x+updStrip, s.y)
	s.stroke(0.6, x, s.y, x+whole, s.y)
	s.space(2)
	s.transfer(d)
	// Only now the number of pages is known.
	s.turnTo(signPage)
	s.font(plain, 6.5)
	for i, line := range s.wrap("Документ составлен на "+sheetsRU(s.pages), updStrip-2) {
		s.text(x, signTop+1.5+float64(i)*s.lineHeight()+s.baseline(), left, line)
	}
	s.turnTo(s.pages)
	return nil
}

// updStripText is the left strip: the name of the form and its status.
func (s *sheet) updStripText(d *Document) {
	s.font(plain, 6.5)
	for _, line := range s.wrap("Универсальный передаточный документ", updStrip-1) {
		s.line(s.x, updStrip-1, left, line)
	}
	s.space(2)
	s.font(plain, 7)
	s.text(s.x, s.y+s.baseline()+0.6, left, "Статус:")
	s.font(bold, 9)
	s.cell(0.4, s.x+10.5, s.y-0.6, 6, 5, []string{strconv.Itoa(d.UPDStatus)})
	s.space(6)
	for _, text := range []string{"1 – счёт-фактура и передаточный документ (акт)", "2 – передаточный документ (акт)"} {
		s.font(plain, 5.5)
		for _, line := range s.wrap(text, updStrip-2) {
			s.line(s.x, updStrip-2, left, line)
		}
	}
}

// transferHeight is kept together: a transfer is signed as a whole.
const transferHeight = 72

// transfer is the lower part: lines 10 to 21.
func (s *sheet) transfer(d *Document) {
	s.room(transferHeight)
	s.updLine("Основание передачи (сдачи) / получения (приёмки)", first(d.cite(d.Basis), "Без документа-основания"), "(договор; доверенность и др.)", "[10]")
	s.updLine("Данные о транспортировке и грузе", none, "(транспортная накладная, поручение экспедитору, складская расписка и др. / масса нетто / брутто груза)", "[11]")
	s.space(1)
	top, width := s.y, s.w/2-3
	for i, side := range []struct {
		head, day, other, caption, note string
		party                           *Party
		on                              prolong.Date
		signs                           bool
		codes                           [5]string
	}{
		{
			"Товар (груз) передал / услуги, результаты работ, права сдал", "Дата отгрузки, передачи (сдачи)",
			"Иные сведения об отгрузке, передаче", "(ссылки на неотъемлемые приложения, сопутствующие документы, иные документы и т. п.)",
			d.factUPD(), &d.Seller, d.supplied(), true, [5]string{"[12]", "[13]", "[14]", "[15]", "[16]"},
		},
		{
			"Товар (груз) получил / услуги, результаты работ, права принял", "Дата получения (приёмки)",
			"Иные сведения о получении, приёмке", "(информация о наличии/отсутствии претензии; ссылки на неотъемлемые приложения и др.)",
			"", &d.Buyer, prolong.Date{}, !d.OneSided, [5]string{"[17]", "[18]", "[19]", "[20]", "[21]"},
		},
	} {
		x := s.x + float64(i)*(width+6)
		s.y = top
		title, name := side.party.titleRU(), side.party.Director
		if !side.signs {
			title, name = "", ""
		}
		s.updSign(x, width, side.head, title, name, side.codes[0])
		s.font(plain, codedSize)
		s.text(x, s.y+s.baseline(), left, side.day)
		day := first(longDateRU(side.on), "«___» ______________ 20___ года")
		s.text(x+width-40, s.y+s.baseline(), center, day)
		s.text(x+width, s.y+s.baseline(), right, side.codes[1])
		s.space(4.6)
		s.updField(x, width, side.other, side.note, side.caption, side.codes[2])
		s.updSign(x, width, "Ответственный за правильность оформления факта хозяйственной жизни", title, name, side.codes[3])
		s.updField(x, width, "Наименование экономического субъекта – составителя документа (в т. ч. комиссионера / агента)",
			list(first(side.party.ShortName, side.party.Name), "ИНН/КПП "+idsRU(side.party)),
			"(может не заполняться при проставлении печати в М.П., может быть указан ИНН / КПП)", side.codes[4])
		s.font(plain, codedSize)
		s.text(x+4, s.y+1+s.baseline(), left, "М.П.")
	}
	s.stroke(0.6, s.x+s.w/2, top, s.x+s.w/2, s.y+4)
	s.space(5)
}

// updLine sets label and value on one line over the whole width, the caption below.
func (s *sheet) updLine(label, value, caption, code string) {
	s.font(plain, codedSize)
	from, to := s.x+s.width(label)+2, s.x+s.w-8
	y := s.y + s.baseline()
	s.text(s.x, y, left, label)
	s.text(from+1, y, left, clipLines(s.wrap(value, to-from-2), 1)[0])
	s.text(s.x+s.w, y, right, code)
	s.stroke(0.15, from, y+0.7, to, y+0.7)
	s.font(plain, 5.5)
	s.text((from+to)/2, y+2.9, center, caption)
	s.space(6.3)
}

// updField sets a label and below it the value on a line with its caption.
func (s *sheet) updField(x, w float64, label, value, caption, code string) {
	s.font(plain, codedSize)
	s.line(x, w, left, label)
	y := s.y + s.baseline()
	s.text(x+1, y, left, clipLines(s.wrap(value, w-10), 1)[0])
	s.text(x+w, y, right, code)
	s.stroke(0.15, x, y+0.7, x+w-8, y+0.7)
	s.font(plain, 5.5)
	s.text(x+(w-8)/2, y+2.9, center, caption)
	s.space(6.3)
}

// updSign sets a label and below it position, signature and name.
func (s *sheet) updSign(x, w float64, label, title, name, code string) {
	s.font(plain, codedSize)
	s.line(x, w, left, label)
	s.text(x+w, s.y+s.lineHeight()+s.baseline(), right, code)
	s.signThree(x, w-5, 2, title, name, [3]string{"(должность)", "(подпись)", "(ф.и.о.)"})
	s.space(10.4)
}

// factUPD is what line 14 says of the transfer.
func (d *Document) factUPD() string {
	if d.storno() {
		return "Сторно"
	}
	return "Услуги оказаны"
}

func longDateRU(d prolong.Date) string { return longDate(d, "ru") }

// sheetsRU is «1 листе», «2 листах»: the form says on how many sheets it is drawn up.
func sheetsRU(n int) string {
	if n%10 == 1 && n%100 != 11 {
		return strconv.Itoa(n) + string(nbsp) + "листе"
	}
	return strconv.Itoa(n) + string(nbsp) + "листах"
}
