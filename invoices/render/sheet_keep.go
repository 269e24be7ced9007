package render

// ending is what closes a document below its table: totals, statement, signatures. Renderer 4
// keeps it on one page with the last row, as accountants want it: signatures that stand apart from
// what is signed are worth nothing.
type ending func() error

// closesWith says what follows the table that is drawn next; the row before it goes to the next
// page with it where both do not fit on this one.
func (s *sheet) closesWith(e ending) { s.ending = e }

// beforeLastRow starts a new page if the last row, h high, and the ending do not fit on this one
// but do on the next. A row that is the only one stays with the head: a page that ends with the
// head of an empty table is worse than totals that stand apart.
func (s *sheet) beforeLastRow(h float64) {
	// Beyond this, measuring costs more than it may bring: nothing that ends a paper is higher.
	const endingMax = 175 // mm
	if s.edition < edition4 || s.ending == nil || s.y+h+endingMax <= s.bottom {
		return
	}
	h += s.measure(s.ending)
	head := s.measure(func() error { s.head(); return nil })
	fits, only := s.y+h <= s.bottom, s.y <= s.headEnd
	kept := fits || !only && s.margins.top+head+h <= s.bottom
	if kept {
		s.room(h)
	}
	s.kept = kept
}

// measure returns how high a block is, drawing nothing.
func (s *sheet) measure(block func() error) float64 {
	const endless = 1e6 // mm
	was, style, size, set := *s, s.style, s.size, s.set
	s.dry, s.y, s.bottom = true, 0, endless
	_ = block() // what is wrong with it will be found when it is drawn
	h := s.y
	*s = was
	s.dry, s.style, s.size, s.set = false, style, size, set
	return h
}
