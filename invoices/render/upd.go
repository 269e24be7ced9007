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
	t := newTaxTable(s, true)
	var signTop float64
	var signPage int
	end := func() error {
		taxTotals(d, t, true)
		s.updFrame(page, top, tableTop)
		s.room(27)
		signTop, signPage = s.y, s.pages
		s.space(1.5)
		s.taxSignatures(d, x+updStrip+3, whole-updStrip-3)
		s.stroke(0.6, x+updStrip, signTop, x+updStrip, s.y)
		s.stroke(0.6, x, s.y, x+whole, s.y)
		s.space(2)
		s.transfer(d)
		return nil
	}
	s.closesWith(end)
	taxLines(d, t, true)
	if err := end(); err != nil {
		return err
	}
	// Only now the number of pages is known.
	s.turnTo(signPage)
	s.font(plain, 6.5)
	for i, line := range s.wrap("Документ составлен на "+sheetsRU(s.pages), updStrip-2) {
		s.text(x, signTop+1.5+float64(i)*s.lineHeight()+s.baseline(), left, line)
	}
	s.turnTo(s.pages)
	return nil
}

// updFrame is the thick line at the right of the strip, from the top of the first page, whose table
// begins at tableTop, down to the end of the table on the last.
func (s *sheet) updFrame(page int, top, tableTop float64) {
	x, last := s.x+updStrip, s.pages
	if page == last {
		s.stroke(0.6, x, top, x, s.y)
		return
	}
	s.stroke(0.6, x, s.margins.top, x, s.y)
	if s.edition < edition4 {
		s.turnTo(page)
		s.stroke(0.6, x, top, x, tableTop)
		s.turnTo(last)
		return
	}
	from := top
	for ; page < last; page++ {
		s.turnTo(page)
		s.stroke(0.6, x, from, x, s.ends[page-1])
		from = s.margins.top
	}
	s.turnTo(last)
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
	sides := d.updSides()
	notes, names := s.updFieldLines(sides)
	basis := first(d.cite(d.Basis), "Без документа-основания")
	height := float64(transferHeight)
	if s.edition >= edition4 {
		s.font(plain, codedSize)
		height += float64(notes+names-2+min(len(s.wrap(basis, s.w*0.6)), updFieldLinesMax)) * s.lineHeight()
	}
	s.room(height)
	s.updLine("Основание передачи (сдачи) / получения (приёмки)", basis, "(договор; доверенность и др.)", "[10]")
	s.updLine("Данные о транспортировке и грузе", none, "(транспортная накладная, поручение экспедитору, складская расписка и др. / масса нетто / брутто груза)", "[11]")
	s.space(1)
	top, width := s.y, s.updSideWidth()
	for i, side := range sides {
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
		s.updField(x, width, notes, side.other, side.note, side.caption, side.codes[2])
		s.updSign(x, width, "Ответственный за правильность оформления факта хозяйственной жизни", title, name, side.codes[3])
		s.updField(x, width, names, "Наименование экономического субъекта – составителя документа (в т. ч. комиссионера / агента)", side.drawnUpBy(),
			"(может не заполняться при проставлении печати в М.П., может быть указан ИНН / КПП)", side.codes[4])
		s.font(plain, codedSize)
		s.text(x+4, s.y+1+s.baseline(), left, "М.П.")
	}
	s.stroke(0.6, s.x+s.w/2, top, s.x+s.w/2, s.y+4)
	s.space(5)
}

// updFieldLines is how many lines the values of lines 14, 19 and 16, 21 take, for both sides write at
// the same height.
func (s *sheet) updFieldLines(sides []updSide) (notes, names int) {
	notes, names = 1, 1
	if s.edition < edition4 {
		return notes, names
	}
	s.font(plain, codedSize)
	width := s.updSideWidth() - 10
	for _, side := range sides {
		notes = max(notes, min(len(s.wrap(side.note, width)), updFieldLinesMax))
		names = max(names, min(len(s.wrap(side.drawnUpBy(), width)), updFieldLinesMax))
	}
	return notes, names
}

// updSideWidth is the width of one side of a transfer.
func (s *sheet) updSideWidth() float64 { return s.w/2 - 3 }

func (d *Document) updSides() []updSide {
	return []updSide{
		{
			"Товар (груз) передал / услуги, результаты работ, права сдал", "Дата отгрузки, передачи (сдачи)",
			"Иные сведения об отгрузке, передаче", "(ссылки на неотъемлемые приложения, сопутствующие документы, иные документы и т. п.)",
			d.factUPD(), &d.Seller, d.supplied(), true, [5]string{"[12]", "[13]", "[14]", "[15]", "[16]"}, d.idsUPD(&d.Seller),
		},
		{
			"Товар (груз) получил / услуги, результаты работ, права принял", "Дата получения (приёмки)",
			"Иные сведения о получении, приёмке", "(информация о наличии/отсутствии претензии; ссылки на неотъемлемые приложения и др.)",
			"", &d.Buyer, prolong.Date{}, !d.OneSided, [5]string{"[17]", "[18]", "[19]", "[20]", "[21]"}, d.idsUPD(&d.Buyer),
		},
	}
}

// updSide is one side of a transfer: lines 12 to 16, or 17 to 21.
type updSide struct {
	head, day, other, caption, note string
	party                           *Party
	on                              prolong.Date
	signs                           bool
	codes                           [5]string
	ids                             string
}

func (d *Document) idsUPD(p *Party) string {
	if d.edition() >= edition4 {
		return labelled("ИНН/КПП", idsRU(p))
	}
	return "ИНН/КПП " + idsRU(p)
}

// drawnUpBy is line 16 or 21.
func (u updSide) drawnUpBy() string {
	return list(first(u.party.ShortName, u.party.Name), u.ids)
}

// updFieldLinesMax is how many lines a value of a transfer may take.
const updFieldLinesMax = 4

// updLine sets label and value on one line over the whole width, the caption below.
func (s *sheet) updLine(label, value, caption, code string) {
	s.font(plain, codedSize)
	from, to := s.x+s.width(label)+2, s.x+s.w-8
	y := s.y + s.baseline()
	s.text(s.x, y, left, label)
	linesMax := 1
	if s.edition >= edition4 {
		linesMax = updFieldLinesMax // a basis is named whole
	}
	lines := clipLines(s.wrap(value, to-from-2), linesMax)
	y = s.valueLines(from, to, 1, lines, len(lines), code)
	s.font(plain, 5.5)
	s.text((from+to)/2, y+2.9, center, caption)
	s.space(6.3)
}

// updField sets a label and below it the value on as many lines to write on as said, with their caption.
func (s *sheet) updField(x, w float64, lines int, label, value, caption, code string) {
	s.font(plain, codedSize)
	s.line(x, w, left, label)
	y := s.valueLines(x, x+w-8, 1, clipLines(s.wrap(value, w-10), lines), lines, code)
	s.font(plain, 5.5)
	s.text(x+(w-8)/2, y+2.9, center, caption)
	s.space(6.3)
}

// valueLines sets the lines of a value on at least n lines to write on, the code of the field behind
// the last. It returns the last baseline and leaves the sheet at the last line.
func (s *sheet) valueLines(from, to, pad float64, lines []string, n int, code string) (y float64) {
	y = s.y + s.baseline()
	for i, line := range lines {
		s.text(from+pad, y+float64(i)*s.lineHeight(), left, line)
	}
	last := y + float64(n-1)*s.lineHeight()
	s.text(to+8, last, right, code)
	for i := range n {
		s.stroke(0.15, from, y+float64(i)*s.lineHeight()+0.7, to, y+float64(i)*s.lineHeight()+0.7)
	}
	s.space(float64(n-1) * s.lineHeight())
	return last
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
	if text := d.acceptanceRU("Услуги", "документа"); text != "" && d.edition() >= edition4 {
		return "Услуги оказаны. " + text
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
