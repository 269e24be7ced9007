package render

// column is one column of a table. Neighbours with the same group stand under its common
// title. A table of which one column has a number gets a row of numbers below its head, as
// statutory forms have it.
type column struct {
	title  string
	width  float64 // mm
	align  align
	group  string
	number string
}

// table draws rows of bordered cells whose texts wrap, repeats its head on every page, and
// splits a row that does not fit.
type table struct {
	sheet    *sheet
	columns  []column
	x        float64
	size     float64 // points
	headSize float64 // points
	headBold style
	line     float64 // thickness of the borders in millimetres
	widths   []float64
}

const (
	cellPadX = 1.0 // mm
	cellPadY = 0.7 // mm
)

// newTable returns a table at the left edge; open draws its head and end closes it.
func (s *sheet) newTable(size float64, columns []column) *table {
	t := &table{sheet: s, columns: columns, x: s.x, size: size, headSize: size, headBold: bold, line: 0.2}
	t.widths = make([]float64, len(columns))
	for i, c := range columns {
		t.widths[i] = c.width
	}
	return t
}

// open draws the head and keeps it for the following pages.
func (t *table) open() {
	t.sheet.room(t.headHeight() + 12) // not without a row
	t.drawHead()
	t.sheet.head = t.drawHead
}

// end closes the table: pages that follow get no head.
func (t *table) end() { t.sheet.head = nil }

// row draws a row; texts are as many as columns.
func (t *table) row(texts ...string) { t.draw(plain, texts) }

// boldRow draws a row of totals.
func (t *table) boldRow(texts ...string) { t.draw(bold, texts) }

// lastRow draws the row that stands on one page with what ends the document.
func (t *table) lastRow(texts ...string) {
	rows, _ := t.wrapped(plain, texts)
	t.sheet.beforeLastRow(float64(rows)*t.sheet.lineHeight() + 2*cellPadY)
	t.draw(plain, texts)
}

// wrapped breaks the texts of a row into the lines of its cells, rows at most.
func (t *table) wrapped(st style, texts []string) (rows int, cells [][]string) {
	s := t.sheet
	s.font(st, t.size)
	rows, cells = 1, make([][]string, len(texts))
	for i, text := range texts {
		cells[i] = s.wrap(text, t.widths[i]-2*cellPadX)
		rows = max(rows, len(cells[i]))
	}
	return rows, cells
}

func (t *table) draw(st style, texts []string) {
	s := t.sheet
	rows, cells := t.wrapped(st, texts)
	lh := s.lineHeight()
	// A short row moves to the next page whole; a long one begins here if some lines fit.
	s.room(float64(min(rows, 6))*lh + 2*cellPadY)
	for from := 0; from < rows; {
		fit := max(1, int((s.bottom-s.y-2*cellPadY)/lh+1e-6))
		to := min(rows, from+fit)
		s.font(st, t.size)
		t.slice(cells, from, to)
		if from = to; from < rows {
			s.breakPage()
		}
	}
}

// span is a cell that takes the place of several columns.
type span struct {
	columns int
	text    string
	align   align
}

// merged draws a row in which cells span columns; the spans add up to all of them.
func (t *table) merged(st style, spans ...span) {
	m := &table{sheet: t.sheet, x: t.x, size: t.size, line: t.line}
	texts := make([]string, len(spans))
	at := 0
	for i, sp := range spans {
		width := 0.0
		for _, w := range t.widths[at : at+sp.columns] {
			width += w
		}
		at += sp.columns
		m.widths = append(m.widths, width)
		m.columns = append(m.columns, column{width: width, align: sp.align})
		texts[i] = sp.text
	}
	m.draw(st, texts)
}

// slice draws the lines [from, to) of the cells.
func (t *table) slice(cells [][]string, from, to int) {
	s := t.sheet
	lh := s.lineHeight()
	h := float64(to-from)*lh + 2*cellPadY
	s.grid(t.line, t.x, s.y, h, t.widths...)
	x := t.x
	for i, lines := range cells {
		for n := from; n < to && n < len(lines); n++ {
			y := s.y + cellPadY + float64(n-from)*lh + s.baseline()
			switch t.columns[i].align {
			case left:
				s.text(x+cellPadX, y, left, lines[n])
			case center:
				s.text(x+t.widths[i]/2, y, center, lines[n])
			case right:
				s.text(x+t.widths[i]-cellPadX, y, right, lines[n])
			}
		}
		x += t.widths[i]
	}
	s.y += h
}

// cell draws one bordered cell with its lines in the middle, in the current font.
func (s *sheet) cell(line, x, y, w, h float64, lines []string) {
	s.grid(line, x, y, h, w)
	lh := s.lineHeight()
	y += (h - float64(len(lines))*lh) / 2
	for i, text := range lines {
		s.text(x+w/2, y+float64(i)*lh+s.baseline(), center, text)
	}
}

// cellHeight is how high a cell of a head has to be, in the current font.
func (s *sheet) cellHeight(text string, w float64) float64 {
	return float64(len(s.wrap(text, w-2*headPadX)))*s.lineHeight() + 2*cellPadY
}

const headPadX = 0.5 // mm; titles of narrow columns need every letter's room

// groupEnd returns where the group of columns that begins at i ends, and its width.
func (t *table) groupEnd(i int) (end int, width float64) {
	for end = i; end < len(t.columns) && t.columns[end].group == t.columns[i].group; end++ {
		width += t.widths[end]
	}
	return end, width
}

// headHeights returns the height of group titles and of the whole head without the numbers.
func (t *table) headHeights() (upper, whole float64) {
	s := t.sheet
	s.font(t.headBold, t.headSize)
	lower := 0.0
	for i := 0; i < len(t.columns); {
		c := t.columns[i]
		if c.group == "" {
			whole = max(whole, s.cellHeight(c.title, c.width))
			i++
			continue
		}
		end, width := t.groupEnd(i)
		upper = max(upper, s.cellHeight(c.group, width))
		for ; i < end; i++ {
			lower = max(lower, s.cellHeight(t.columns[i].title, t.widths[i]))
		}
	}
	return upper, max(whole, upper+lower)
}

func (t *table) numbered() bool {
	for _, c := range t.columns {
		if c.number != "" {
			return true
		}
	}
	return false
}

func (t *table) headHeight() float64 {
	_, h := t.headHeights()
	if t.numbered() {
		h += t.sheet.lineHeight() + 2*cellPadY
	}
	return h
}

func (t *table) drawHead() {
	s := t.sheet
	upper, whole := t.headHeights()
	s.font(t.headBold, t.headSize)
	x := t.x
	for i := 0; i < len(t.columns); {
		c := t.columns[i]
		if c.group == "" {
			s.cell(t.line, x, s.y, c.width, whole, s.wrap(c.title, c.width-2*headPadX))
			x += c.width
			i++
			continue
		}
		end, width := t.groupEnd(i)
		s.cell(t.line, x, s.y, width, upper, s.wrap(c.group, width-2*headPadX))
		for ; i < end; i++ {
			s.cell(t.line, x, s.y+upper, t.widths[i], whole-upper, s.wrap(t.columns[i].title, t.widths[i]-2*headPadX))
			x += t.widths[i]
		}
	}
	s.y += whole
	defer func() { s.headEnd = s.y }()
	if t.numbered() {
		s.font(plain, t.headSize)
		h, x := s.lineHeight()+2*cellPadY, t.x
		for i, c := range t.columns {
			s.cell(t.line, x, s.y, t.widths[i], h, []string{c.number})
			x += t.widths[i]
		}
		s.y += h
	}
}
