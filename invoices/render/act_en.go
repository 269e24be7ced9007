package render

// drawActEN draws what confirms that services were rendered, for sellers of countries that have
// no form of their own here; the requisites are those of the Russian act.
func drawActEN(s *sheet, d *Document) error {
	s.title(d, left)
	s.field("Seller:", partyEN(&d.Seller))
	s.field("Buyer:", partyEN(&d.Buyer))
	s.field("Reference:", d.cite(d.Basis))
	s.reverses(d)
	s.space(2)
	end := func() error { return endActEN(s, d) }
	s.closesWith(end)
	linesTableEN(s, d, "Description")
	return end()
}

// endActEN is the totals, the statement and the signatures.
func endActEN(s *sheet, d *Document) error {
	s.sums(d.sums(taxWordsEN, "Total, "+string(d.Currency)+":"))
	s.space(3)
	s.room(60)
	count := "Services rendered to the amount of "
	if d.storno() {
		count = "Services cancelled to the amount of "
	}
	s.paragraph(plain, 9, left, count+d.money(d.Totals.Gross)+" "+d.unit()+":")
	s.paragraph(bold, 9, left, d.words(d.Totals.Gross))
	s.space(3)
	if d.Reverses.IsZero() {
		s.paragraph(plain, 9, left, "The services listed above were rendered in full and on time by "+longDate(d.supplied(), "en")+
			". The buyer has no claims regarding their extent, quality or time.")
	} else {
		s.paragraph(plain, 9, left, "This certificate cancels the document named above as far as the lines listed are concerned.")
	}
	if text := d.acceptanceEN(); text != "" {
		s.space(1)
		s.paragraph(plain, 9, left, text)
	}
	if d.Seller.TaxStatus != "" {
		s.space(1)
		s.paragraph(plain, 9, left, d.Seller.TaxStatus)
	}
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

var signWordsEN = signWords{sign: "signature", name: "name"}

// titleEN is the position under which a party signs.
func (p *Party) titleEN() string { return first(p.DirectorTitle, "Director") }

// linesTableEN is the table of English papers.
func linesTableEN(s *sheet, d *Document, nameTitle string) {
	linesTable(s, d, lineTitles{number: "No.", name: nameTitle, quantity: "Qty", unit: "Unit", price: "Unit price, " + string(d.Currency),
		discount: "Discount", sum: "Amount, " + string(d.Currency), period: ""})
}
