package render

// signature sets one place to sign between x and x+w: what the person is, a line, the name.
// It returns where the line begins, for a facsimile. The caller moves down.
func (s *sheet) signature(x, w float64, label, name string, words signWords) (lineX float64) {
	const lineLen, nameMin = 24.0, 30.0
	s.font(plain, 9)
	y := s.y + s.baseline()
	labelWidth := min(s.width(label)+2, w-lineLen-3-nameMin)
	for i, line := range clipLines(s.wrap(label, labelWidth-1), 3) {
		s.text(x, y+float64(i)*s.lineHeight(), left, line)
	}
	lineX = x + labelWidth
	s.signLines(lineX, lineLen, x+w-lineX-lineLen-3, name, words)
	return lineX
}

// signLines draws the line to sign on and beside it that of the name, with their captions.
func (s *sheet) signLines(x, lineLen, nameLen float64, name string, words signWords) {
	s.font(plain, 9)
	y, nameX := s.y+s.baseline(), x+lineLen+3
	s.stroke(0.2, x, y+0.8, x+lineLen, y+0.8)
	s.stroke(0.2, nameX, y+0.8, nameX+nameLen, y+0.8)
	s.text(nameX+nameLen/2, y, center, clipLines(s.wrap(name, nameLen-2.5), 1)[0])
	s.font(plain, 6.5)
	s.captions(x+lineLen/2, y+3.6, lineLen+2, words.sign)
	s.captions(nameX+nameLen/2, y+3.6, nameLen, words.name)
	s.font(plain, 9)
}

// captions sets a small text below a line to write on, in as many lines as its width asks for.
func (s *sheet) captions(x, y, w float64, text string) {
	for i, line := range s.wrap(text, w) {
		s.text(x, y+float64(i)*s.lineHeight(), center, line)
	}
}

// signWords are the small words around a signature.
type signWords struct{ sign, name, seal string }

// signColumn is one side of the signatures of a two-sided document.
type signColumn struct {
	head   string
	about  string // who the party is
	title  string // of the person
	party  *Party
	absent bool // the side does not sign
}

// signColumns sets the signatures of both sides beside each other, never on two pages.
func (s *sheet) signColumns(words signWords, sides ...signColumn) {
	width := s.w/2 - 5
	names, titles, heads := make([][]string, len(sides)), make([][]string, len(sides)), make([][]string, len(sides))
	headsMax, headLines := 1, 1
	if s.edition >= edition4 {
		headsMax = 4
	}
	s.font(bold, 9)
	for i, c := range sides {
		heads[i] = clipLines(s.wrap(c.head, width-3), headsMax)
		headLines = max(headLines, len(heads[i]))
	}
	s.font(plain, 9)
	lines := headLines - 1
	for i, c := range sides {
		names[i] = clipLines(s.wrap(c.about, width), 14)
		titles[i] = clipLines(s.wrap(list(c.title, c.party.Authority), width), 3)
		lines = max(lines, headLines-1+len(names[i])+len(titles[i]))
	}
	lh := s.lineHeight()
	s.room(float64(lines+1)*lh + 24)
	top := s.y
	for i, c := range sides {
		if c.absent {
			continue
		}
		s.y = top
		x := s.x + float64(i)*(width+10)
		s.font(bold, 9)
		for _, line := range heads[i] {
			s.line(x, width, left, line)
		}
		s.y = top + float64(headLines)*lh + 1
		s.font(plain, 9)
		for _, line := range append(names[i], titles[i]...) {
			s.line(x, width, left, line)
		}
		// Both sides sign at the same height, whatever stands above.
		s.y = top + float64(lines+1)*lh + 8
		const lineLen = 34.0
		s.signLines(x, lineLen, width-lineLen-3, c.party.Director, words)
		s.font(plain, 8)
		s.text(x+lineLen/2, s.y+11, center, words.seal)
	}
	s.y = top + float64(lines+1)*lh + 22
}

// signThree sets position / signature / name on three lines with their captions; texts of more
// than one line grow upwards.
func (s *sheet) signThree(x, w float64, linesMax int, title, name string, captions [3]string) {
	parts := threeWidths(w)
	for i, text := range []string{title, "", name} {
		s.font(plain, 8)
		lineWidth := parts[i] - 3
		lines := clipLines(s.wrap(text, lineWidth), linesMax)
		y := s.y + s.baseline() + s.lineHeight()
		for n, line := range lines {
			s.text(x+lineWidth/2, y-float64(len(lines)-1-n)*s.lineHeight(), center, line)
		}
		s.stroke(0.2, x, y+0.8, x+lineWidth, y+0.8)
		s.font(plain, 6)
		s.captions(x+lineWidth/2, y+3.4, parts[i], captions[i])
		x += parts[i]
	}
}

// threeWidths are the parts of position, signature and name.
func threeWidths(w float64) [3]float64 { return [3]float64{w * 0.36, w * 0.26, w * 0.38} }

// signImages draws facsimile and stamp over the line that begins at lineX.
func (s *sheet) signImages(d *Document, lineX float64) error {
	if !d.Facsimile.IsZero() {
		if err := s.picture("facsimile", d.Facsimile.PNG, lineX-2, s.y-9, 30, 0); err != nil {
			return err
		}
	}
	if !d.Stamp.IsZero() {
		return s.picture("stamp", d.Stamp.PNG, lineX+18, s.y-14, 38, 38)
	}
	return nil
}

// clipLines keeps at most n lines, for places where the whole text stands elsewhere too.
func clipLines(lines []string, n int) []string {
	if len(lines) > n {
		lines = lines[:n]
		lines[n-1] += "…"
	}
	return lines
}
