package render

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// drawActUA draws an акт надання послуг with the requisites of ст. 9 Закону 996-XIV
// (documents.md 2.6). A one-sided act leaves the customer's side out (Law 4791-IX).
func drawActUA(s *sheet, d *Document) error {
	if !d.OneSided {
		s.approvals(d)
	}
	s.title(d, center)
	s.paragraph(plain, 9, left, d.preambleUA())
	s.space(2)
	s.reverses(d)
	if d.storno() && s.edition >= edition4 {
		s.space(1)
	}
	end := func() error { return endActUA(s, d) }
	s.closesWith(end)
	linesTableUA(s, d, "Найменування робіт, послуг")
	return end()
}

// endActUA is the totals, the statement and the signatures.
func endActUA(s *sheet, d *Document) error {
	s.sums(d.sumsOfAct(taxWordsUA, "Усього з ПДВ:"))
	s.space(3)
	s.room(66)
	count := "Всього надано послуг "
	if d.storno() {
		count = "Всього сторновано послуг "
	}
	s.paragraph(plain, 9, left, count+strconv.Itoa(len(d.Lines))+", загальна вартість "+
		d.money(d.Totals.Gross)+" "+d.unit())
	s.paragraph(bold, 9, left, d.words(d.Totals.Gross))
	s.paragraph(plain, 9, left, d.taxSentenceUA())
	s.space(3)
	switch {
	case !d.Reverses.IsZero():
		s.paragraph(plain, 9, left, "Цей акт скасовує зазначений вище документ у частині наведених рядків.")
	case !d.OneSided:
		s.paragraph(plain, 9, left, "Послуги надано в повному обсязі та в строк. "+
			"Замовник претензій щодо обсягу, якості та строків надання послуг не має.")
	case s.edition >= edition4:
		s.paragraph(plain, 9, left, "Послуги надано в повному обсязі та в строк. "+
			"Акт складено й підписано Виконавцем в односторонньому порядку: договір не вимагає підпису Замовника.")
	}
	if text := d.acceptanceUA(); text != "" {
		s.space(1)
		s.paragraph(plain, 9, left, text)
	}
	for _, note := range d.Notes {
		s.space(1)
		s.paragraph(plain, 9, left, note)
	}
	s.space(3)
	s.stroke(0.6, s.x, s.y, s.x+s.w, s.y)
	s.space(4)
	s.signColumns(signWordsUA,
		signColumn{head: "Від Виконавця*", party: &d.Seller, about: partyLinesUA(&d.Seller), title: capital(d.Seller.titleUA())},
		signColumn{head: "Від Замовника*", party: &d.Buyer, about: partyLinesUA(&d.Buyer), title: capital(d.Buyer.titleUA()), absent: d.OneSided})
	s.paragraph(plain, 7, left, "* Відповідальний за здійснення господарської операції та правильність її оформлення")
	return nil
}

// preambleUA says who gave what to whom and on what ground.
func (d *Document) preambleUA() string {
	ground := ""
	if basis := d.cite(d.Basis); basis != "" {
		ground = " на підставі: " + basis + ","
	}
	supplied := longDate(d.supplied(), "uk")
	if d.storno() {
		return "Виконавець " + d.Seller.Name + " і Замовник " + d.Buyer.Name + " склали цей акт про те, що" + ground + " сторнуються такі послуги:"
	}
	if d.OneSided {
		return "Виконавець " + d.Seller.Name + " склав цей акт про те, що" + ground + " Замовнику " + partyUA(&d.Buyer) +
			" станом на " + supplied + " надано такі послуги:"
	}
	return "Ми, що нижче підписалися, представник Замовника " + d.representedUA(&d.Buyer) + ", з одного боку, та представник Виконавця " +
		d.representedUA(&d.Seller) + ", з іншого боку, склали цей акт про те, що" + ground + " станом на " + supplied +
		" Виконавцем надано, а Замовником прийнято такі послуги:"
}

// representedUA is a party with the person who signs for it.
func (d *Document) representedUA(p *Party) string {
	if p.Director == "" || p.standsAlone() && d.edition() >= edition4 {
		return p.Name
	}
	return p.Name + " (" + p.titleUA() + " " + p.Director + ")"
}

func (p *Party) titleUA() string {
	if p.SoleTrader {
		return first(p.DirectorTitle, "фізична особа – підприємець")
	}
	return first(p.DirectorTitle, "директор")
}

// standsAlone says whether the party is a sole trader who signs for himself: his name says already what
// he is, and whose signature it will be.
func (p *Party) standsAlone() bool { return p.SoleTrader && p.DirectorTitle == "" }

// capital begins a text with a capital letter.
func capital(s string) string {
	if s == "" {
		return ""
	}
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// small begins a text with a small letter.
func small(s string) string {
	if s == "" {
		return ""
	}
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[size:]
}

// approvals are the two blocks «ЗАТВЕРДЖУЮ» above the title.
func (s *sheet) approvals(d *Document) {
	width := s.w/2 - 10
	s.font(plain, 9)
	parties := [2]*Party{&d.Seller, &d.Buyer}
	var who [2][]string
	lines := 0
	for i, p := range parties {
		name := capital(p.titleUA()) + " " + first(p.ShortName, p.Name)
		if p.standsAlone() && s.edition >= edition4 {
			name = first(p.ShortName, p.Name)
		}
		who[i] = clipLines(s.wrap(name, width), 6)
		lines = max(lines, len(who[i]))
	}
	top, lh := s.y, s.lineHeight()
	for i, p := range parties {
		x := s.x + float64(i)*(width+20)
		s.y = top
		s.font(bold, 9)
		s.line(x, width, left, "ЗАТВЕРДЖУЮ")
		s.font(plain, 9)
		for _, line := range who[i] {
			s.line(x, width, left, line)
		}
		// Both sides sign at the same height, whatever stands above.
		s.y = top + float64(lines+1)*lh + 5
		s.stroke(0.2, x, s.y+s.baseline()+0.8, x+30, s.y+s.baseline()+0.8)
		s.text(x+32, s.y+s.baseline(), left, clipLines(s.wrap(p.Director, width-34), 1)[0])
	}
	s.y = top + float64(lines+2)*lh + 11
}
