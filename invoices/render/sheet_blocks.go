package render

import "errors"

var errQRTooLong = errors.New("the payment QR does not fit its largest version")

// qrSize is the printed width of a payment QR in millimetres; a phone reads 30 from paper.
const qrSize = 32

// qr draws the payment QR of the document with its caption, its right edge at x, its quiet
// zone inside; it returns the height used, or 0 if the document has none.
func (s *sheet) qr(d *Document, x, y float64, caption string) (float64, error) {
	payload := PaymentQR(d)
	if payload == nil {
		return 0, nil
	}
	q := s.payment // a block that was measured has it already
	if q == nil {
		var err error
		if q, err = encodePaymentQR(d.Kind, payload); err != nil {
			return 0, err
		}
		s.payment = q
	}
	// A quiet zone of four modules on each side is part of the code.
	module := qrSize / float64(q.Size)
	x -= qrSize + 4*module
	y += 4 * module
	s.code(q, x, y, qrSize)
	if d.Kind == KindInvoiceUA {
		// Постанова № 97 demands the hryvnia sign in a white circle in the centre.
		const r = 2.4
		s.disc(x+qrSize/2, y+qrSize/2, r)
		s.font(bold, 10)
		s.text(x+qrSize/2, y+qrSize/2+1.25, center, "₴")
	}
	s.font(plain, 7)
	height := qrSize + 4*module + 1
	for _, line := range s.wrap(caption, qrSize+4*module) {
		s.text(x+qrSize/2, y+qrSize+2.5+s.baseline(), center, line)
		y += s.lineHeight()
		height += s.lineHeight()
	}
	return height + 2.5, nil
}

// reverses names the document that this one cancels.
func (s *sheet) reverses(d *Document) {
	s.field(d.headingWords().reverses, d.citeReversed())
}

// sumsTogetherMax is up to which height the rows of sums stay on one page.
const sumsTogetherMax = 40 // mm

// sums sets rows of label and amount at the right edge, the last one in bold like the others.
func (s *sheet) sums(rows [][2]string) {
	const amountWidth = 34.0 // mm
	s.space(1)
	s.font(bold, 9)
	s.room(min(float64(len(rows))*(s.lineHeight()+0.4), sumsTogetherMax))
	for _, row := range rows {
		s.font(bold, 9)
		labels := s.wrap(row[0], s.w-amountWidth-2)
		s.room(float64(len(labels)) * s.lineHeight())
		s.font(bold, 9)
		s.text(s.x+s.w-cellPadX, s.y+s.baseline(), right, row[1])
		for _, label := range labels {
			s.line(s.x, s.w-amountWidth-2, right, label)
		}
		s.space(0.4)
	}
}

// purposeBox sets the payment purpose into a shaded box, so that it is copied and not retyped.
func (s *sheet) purposeBox(w float64, label, purpose string) {
	s.font(bold, 9)
	lines := s.wrap(purpose, w-6)
	h := 7 + float64(len(lines))*s.lineHeight()
	s.room(h + 2)
	s.fill(0.94, s.x, s.y, w, h)
	s.fill(0.2, s.x, s.y, 0.8, h)
	s.y += 1.5
	s.font(plain, 7.5)
	s.line(s.x+3.5, w-6, left, label)
	s.y += 0.4
	s.font(bold, 9)
	for _, line := range lines {
		s.line(s.x+3.5, w-6, left, line)
	}
	s.y += h - (1.5 + 7.5*0.42 + 0.4 + float64(len(lines))*s.lineHeight()) + 2
}
