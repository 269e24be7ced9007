package render

// closingWords are a country's words in the closing of an invoice.
type closingWords struct {
	count   string // «Всего наименований 2, на сумму ...»
	words   string // before the amount in words
	tax     string // the tax below it
	qr      string // caption of the payment QR
	purpose string // head of the box with the payment purpose
	notes   []string
}

// closingHeight is kept together: amount in words, purpose, QR and signatures.
const closingHeight = 62 // mm

// signHeight is kept together below the closing rule.
const signHeight = 22

// closing sets what ends an invoice: the amount in words, the purpose and the notes at the
// left, the payment QR at the right, a rule, and what sign draws.
func (s *sheet) closing(d *Document, w closingWords, sign func() error) error {
	s.room(closingHeight)
	top, page, textWidth := s.y, s.pages, s.w
	qrHeight, err := s.qr(d, s.x+s.w, top, w.qr)
	if err != nil {
		return err
	}
	if qrHeight > 0 {
		textWidth -= qrSize + 10
	}
	if w.count != "" {
		s.paragraphIn(s.x, textWidth, plain, 9, left, w.count)
	}
	s.paragraphIn(s.x, textWidth, bold, 9, left, w.words+d.words(d.Totals.Gross))
	if w.tax != "" {
		s.paragraphIn(s.x, textWidth, plain, 9, left, w.tax)
	}
	s.space(2)
	if d.PaymentPurpose != "" {
		s.purposeBox(textWidth, w.purpose, d.PaymentPurpose)
	}
	for _, note := range w.notes {
		s.paragraphIn(s.x, textWidth, plain, 8.5, left, note)
	}
	if s.pages == page {
		s.y = max(s.y, top+qrHeight)
	}
	s.space(3)
	signed := float64(signHeight)
	if !d.Stamp.IsZero() {
		signed += 18 // it reaches below the names
	}
	s.room(signed)
	s.stroke(0.6, s.x, s.y, s.x+s.w, s.y)
	end := s.y + signed
	err = sign()
	s.y = end
	return err
}
