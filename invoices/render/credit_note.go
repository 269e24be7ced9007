package render

// drawCreditNote draws what is taken off the price of an issued document: negative lines, the
// document that they concern, and both signatures, for a price is lowered by agreement.
func drawCreditNote(s *sheet, d *Document) error {
	v := d.voice()
	s.title(d, left)
	s.field(v.seller, v.requisites(&d.Seller))
	s.field(v.buyer, v.requisites(&d.Buyer))
	s.reverses(d)
	s.space(2)
	end := func() error { return endCreditNote(s, d) }
	s.closesWith(end)
	v.table(s, d, v.goods)
	return end()
}

// endCreditNote is the totals, what they come to, the reason and the signatures.
func endCreditNote(s *sheet, d *Document) error {
	v := d.voice()
	s.sums(d.sumsOfAct(v.tax, v.total))
	s.space(3)
	s.room(50)
	off := -d.Totals.Gross
	s.paragraph(bold, 9, left, v.lowered+d.money(off)+" "+d.unit()+" ("+d.words(off)+").")
	for _, note := range d.Notes {
		s.space(1)
		s.paragraph(plain, 9, left, note)
	}
	s.space(3)
	s.stroke(0.6, s.x, s.y, s.x+s.w, s.y)
	s.space(4)
	s.signSides(d)
	return nil
}

// signSides sets the signatures of seller and buyer in the words of the country.
func (s *sheet) signSides(d *Document) {
	v := d.voice()
	s.signColumns(v.sign,
		signColumn{head: v.seller, party: &d.Seller, about: v.short(&d.Seller), title: v.position(&d.Seller)},
		signColumn{head: v.buyer, party: &d.Buyer, about: v.short(&d.Buyer), title: v.position(&d.Buyer), absent: d.OneSided})
}
