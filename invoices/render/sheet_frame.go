package render

// frame is a block of bordered cells with captions: the model of a payment order above an
// invoice. Rows are as high as their fullest cell.
type frame struct {
	sheet *sheet
	size  float64 // points
}

// slot is one cell of a frame: a small caption and below it the value.
type slot struct {
	width          float64 // mm
	caption, value string
	bold           bool
}

const slotLinesMax = 7

// row draws slots beside each other from the left edge.
func (f frame) row(slots ...slot) {
	s := f.sheet
	const captionSize = 7.0
	height := 0.0
	captions, values, widths := make([][]string, len(slots)), make([][]string, len(slots)), make([]float64, len(slots))
	for i, c := range slots {
		widths[i] = c.width
		h := 2 * cellPadY
		if c.caption != "" {
			s.font(plain, captionSize)
			captions[i] = clipLines(s.wrap(c.caption, c.width-2*cellPadX), 2)
			h += float64(len(captions[i])) * s.lineHeight()
		}
		s.font(f.style(c), f.size)
		values[i] = clipLines(s.wrap(c.value, c.width-2*cellPadX), slotLinesMax)
		height = max(height, h+float64(len(values[i]))*s.lineHeight())
	}
	s.room(height)
	s.grid(0.2, s.x, s.y, height, widths...)
	x := s.x
	for i, c := range slots {
		y := s.y + cellPadY
		s.font(plain, captionSize)
		for _, line := range captions[i] {
			s.text(x+cellPadX, y+s.baseline(), left, line)
			y += s.lineHeight()
		}
		s.font(f.style(c), f.size)
		for _, line := range values[i] {
			s.text(x+cellPadX, y+s.baseline(), left, line)
			y += s.lineHeight()
		}
		x += c.width
	}
	s.y += height
}

func (f frame) style(c slot) style {
	if c.bold {
		return bold
	}
	return plain
}
