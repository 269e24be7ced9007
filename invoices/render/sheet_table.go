package render

// column is one column of a table.
type column struct {
	title string
	width float64 // mm
	align align
}

// table draws rows of bordered cells whose texts wrap, repeats its head on every page, and
// splits a row that does not fit.
type table struct {
	sheet   *sheet
	columns []column
	x       float64
	size    float64 // points
	line    float64 // thickness of the borders
	widths  []float64
}

const (
	cellPadX = 1.0
	cellPadY = 0.7
)

// newTable returns a table at the left edge; open draws its head and end closes it.
func (s *sheet) newTable(size float64, columns []column) *table {
	t := &table{sheet: s, columns: columns, x: s.x, size: size, line: 0.2}
	for _, c := range columns {
		t.widths = append(t.widths, c.width)
	}
	return t
}

// open draws the head and keeps it for the following pages.
func (t *table) open() {
	titles := make([]string, len(t.columns))
	for i, c := range t.columns {
		titles[i] = c.title
	}
	head := func() {
		saved := t.sheet.head
		t.sheet.head = nil
		t.draw(bold, titles, center)
		t.sheet.head = saved
	}
	head()
	t.sheet.head = head
}

// end closes the table: pages that follow get no head.
func (t *table) end() { t.sheet.head = nil }

// row draws a row; texts are as many as columns.
func (t *table) row(texts ...string) { t.draw(plain, texts, -1) }

// draw sets a row of cells. overAll, if not negative, aligns every cell alike.
func (t *table) draw(st style, texts []string, overAll align) {
	s := t.sheet
	s.font(st, t.size)
	rows, cells := 1, make([][]string, len(texts))
	for i, text := range texts {
		cells[i] = s.wrap(text, t.widths[i]-2*cellPadX)
		rows = max(rows, len(cells[i]))
	}
	lh := s.lineHeight()
	// A short row moves to the next page whole; a long one begins here if two lines fit.
	s.room(float64(min(rows, 6))*lh + 2*cellPadY)
	for from := 0; from < rows; {
		fit := max(1, int((s.bottom-s.y-2*cellPadY)/lh+1e-6))
		to := min(rows, from+fit)
		s.font(st, t.size)
		t.slice(cells, from, to, rows, overAll)
		if from = to; from < rows {
			s.breakPage()
		}
	}
}

// slice draws the lines [from, to) of the cells, of which the highest has rows lines. Heads
// stand in the middle of their height, rows at the top.
func (t *table) slice(cells [][]string, from, to, rows int, overAll align) {
	s := t.sheet
	lh := s.lineHeight()
	h := float64(to-from)*lh + 2*cellPadY
	s.grid(t.line, t.x, s.y, h, t.widths...)
	x := t.x
	for i, lines := range cells {
		a := t.columns[i].align
		shift := 0.0
		if overAll >= 0 {
			a = overAll
			shift = float64(rows-len(lines)) * lh / 2
		}
		for n := from; n < to && n < len(lines); n++ {
			y := s.y + cellPadY + shift + float64(n-from)*lh + s.baseline()
			switch a {
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
