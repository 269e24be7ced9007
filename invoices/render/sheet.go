package render

import "strconv"

// margins are the free edges of a page in millimetres.
type margins struct{ left, top, right, bottom float64 }

// sheet is the running text of a document: it knows how far down the page is filled, starts
// pages, and repeats the head of an open table on them.
type sheet struct {
	*canvas
	edition edition
	margins margins
	x, w    float64   // left edge and width of the text
	y       float64   // upper edge of what comes next
	bottom  float64   // lowest y that may be used
	head    func()    // draws the head of the open table
	ends    []float64 // how far down each page before this one is filled
	headEnd float64   // where its rows begin on this page
	ending  ending    // follows the table that is drawn
	kept    bool      // the ending has its room on this page
}

// footerHeight is kept free at the bottom for the line with the page number.
const footerHeight = 6

func newSheet(c *canvas, m margins, e edition) *sheet {
	s := &sheet{canvas: c, edition: e, margins: m, x: m.left, w: c.paper.w - m.left - m.right, bottom: c.paper.h - m.bottom - footerHeight}
	c.newPage()
	s.y = m.top
	return s
}

// breakPage goes on at the top of a new page, below the head of the open table.
func (s *sheet) breakPage() {
	s.ends = append(s.ends, s.y)
	s.newPage()
	s.y = s.margins.top
	if s.head != nil {
		s.head()
	}
}

// room starts a new page unless h millimetres are left on this one, or a new one would not
// help. An ending that was measured and kept has its room.
func (s *sheet) room(h float64) {
	if !s.kept && s.y+h > s.bottom && s.y > s.margins.top+0.1 {
		s.breakPage()
	}
}

// space moves down.
func (s *sheet) space(h float64) { s.y += h }

// paragraph sets a text over the width of the sheet.
func (s *sheet) paragraph(st style, size float64, a align, text string) {
	s.paragraphIn(s.x, s.w, st, size, a, text)
}

// paragraphIn sets a text into the column that begins at x and is w wide, over several pages
// if need be.
func (s *sheet) paragraphIn(x, w float64, st style, size float64, a align, text string) {
	s.font(st, size)
	for _, line := range s.wrap(text, w) {
		s.room(s.lineHeight())
		s.font(st, size)
		s.line(x, w, a, line)
	}
}

// line sets one line of the current font into the column and moves below it.
func (s *sheet) line(x, w float64, a align, text string) {
	switch a {
	case left:
	case center:
		x += w / 2
	case right:
		x += w
	}
	s.text(x, s.y+s.baseline(), a, text)
	s.y += s.lineHeight()
}

// baseline is how far the baseline lies below the upper edge of a line.
func (c *canvas) baseline() float64 { return c.size * 0.315 }

// field sets a label and beside it a bold value that may take several lines. An empty value
// leaves the field out.
func (s *sheet) field(label, value string) {
	const labelWidth = 32.0 // mm
	if value == "" {
		return
	}
	s.font(bold, 9)
	lines := s.wrap(value, s.w-labelWidth)
	s.font(plain, 9)
	labels := s.wrap(label, labelWidth-2)
	s.room(float64(min(len(lines), 3)) * s.lineHeight())
	for i := range max(len(lines), len(labels)) {
		s.room(s.lineHeight())
		if i < len(labels) {
			s.font(plain, 9)
			s.text(s.x, s.y+s.baseline(), left, labels[i])
		}
		if i < len(lines) {
			s.font(bold, 9)
			s.text(s.x+labelWidth, s.y+s.baseline(), left, lines[i])
		}
		s.y += s.lineHeight()
	}
	s.space(1.2)
}

// title sets the heading of a document with a thick rule below; what changes another issue or
// document has a line of its own.
func (s *sheet) title(d *Document, a align) {
	unchanged := *d
	unchanged.Correction, unchanged.Reverses = Reference{}, Reference{}
	s.paragraph(bold, 14, a, unchanged.heading())
	if second := d.title2(); second != "" {
		s.space(0.5)
		s.paragraph(bold, 11, a, second)
	}
	if change := d.change(); change != "" {
		s.space(0.5)
		s.paragraph(bold, 10, a, capital(change))
	}
	s.space(1)
	s.stroke(0.6, s.x, s.y, s.x+s.w, s.y)
	s.space(3)
}

// finish writes the page numbers, if there is more than one page.
func (s *sheet) finish(heading string) {
	if s.pages < 2 {
		return
	}
	y := s.paper.h - s.margins.bottom
	for page := 1; page <= s.pages; page++ {
		s.turnTo(page)
		number := strconv.Itoa(page) + " / " + strconv.Itoa(s.pages)
		s.font(plain, 7.5)
		numberWidth := s.width(number)
		s.text(s.x, y, left, s.wrap(heading, s.w-numberWidth-5)[0])
		s.text(s.x+s.w, y, right, number)
	}
}
