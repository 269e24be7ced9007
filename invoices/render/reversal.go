package render

import (
	"slices"

	"prolong"
)

// Reversal returns the document that cancels d (сторно): the same kind and parties under its
// own number and date, with negative quantities and amounts, naming what it cancels. What an
// invoice says about paying falls away. d is not changed.
func (d *Document) Reversal(number string, on prolong.Date) Document {
	r := *d
	r.Renderer = "" // a new paper, drawn as papers are drawn when it is issued
	r.Reverses = Reference{Title: d.headingWords().name, Number: d.Number, Date: d.Date}
	r.Number, r.Date, r.SuppliedOn, r.Correction = number, on, prolong.Date{}, Reference{}
	r.Notice, r.PaymentPurpose, r.DueOn, r.ValidUntil, r.AcceptanceDays = "", "", prolong.Date{}, prolong.Date{}, 0
	r.Facsimile, r.Stamp = Image{}, Image{}
	r.Lines = slices.Clone(d.Lines)
	for i := range r.Lines {
		l := &r.Lines[i]
		// A discount lowers the line that it stands on; here it would have to raise it.
		if l.Discount != 0 && l.QuantityMilli != 0 {
			l.Price, l.Discount = perUnit(d.amount(&d.Lines[i]), l.QuantityMilli), 0
		}
		l.QuantityMilli, l.Net, l.Tax, l.Gross = -l.QuantityMilli, -l.Net, -l.Tax, -l.Gross
	}
	r.Totals = Totals{Net: -d.Totals.Net, Tax: -d.Totals.Tax, Gross: -d.Totals.Gross}
	return r
}
