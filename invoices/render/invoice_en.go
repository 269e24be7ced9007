package render

import "strings"

// drawInvoiceEN draws a pro-forma invoice in English for customers abroad.
func drawInvoiceEN(s *sheet, d *Document) error {
	s.title(d, left)
	if d.Notice != "" {
		s.paragraph(plain, 8, left, d.Notice)
		s.space(2)
	}
	s.field("Seller:", partyEN(&d.Seller))
	s.field("Buyer:", partyEN(&d.Buyer))
	s.field("Reference:", d.cite(d.Basis))
	s.reverses(d)
	s.field("Payment due:", longDate(d.DueOn, "en"))
	s.field("Valid until:", longDate(d.ValidUntil, "en"))
	s.space(2)
	end := func() error { return endInvoiceEN(s, d) }
	s.closesWith(end)
	linesTableEN(s, d, "Description")
	return end()
}

// endInvoiceEN is the totals, how to pay and the signatures.
func endInvoiceEN(s *sheet, d *Document) error {
	s.sums(d.sums(taxWordsEN, "Total due, "+string(d.Currency)+":"))
	s.space(4)
	s.room(40)
	s.paragraph(bold, 9, left, "Bank details")
	s.space(1)
	f := frame{sheet: s, size: 9}
	a := d.Seller.Account
	f.row(slot{width: 110, caption: "Beneficiary", value: d.Seller.Name, bold: true},
		slot{width: 70, caption: "SWIFT / BIC", value: a.BIC, bold: true})
	f.row(slot{width: 110, caption: "Bank", value: strings.TrimSpace(a.Bank + "\n" + labelled("Correspondent account", a.CorrAccount))},
		slot{width: 70, caption: "IBAN / account", value: groupedIBAN(a.Number), bold: true})
	s.space(4)
	notes := d.Notes
	if d.Seller.TaxStatus != "" {
		notes = append([]string{d.Seller.TaxStatus}, notes...)
	}
	return s.closing(d, closingWords{
		words: "Amount in words: ", qr: "Pay by QR code\nin your banking app",
		purpose: "Payment reference (please copy as it is):", notes: notes,
	}, func() error {
		s.space(9)
		lineX := s.signature(s.x, s.w*0.66, d.Seller.titleEN(), d.Seller.Director, signWordsEN)
		return s.signImages(d, lineX)
	})
}

func partyEN(p *Party) string {
	return list(p.Name, address(p.Address), labelled("Reg. No.", p.RegNo), labelled("Tax ID", p.TaxID), labelled("VAT No.", p.VATNo),
		labelled("tel.", p.Phone), p.Email)
}
