package invoices

import (
	"slices"

	"prolong"
	"prolong/billing"
	"prolong/invoices/render"
)

// An invoice says what its tax will be as far as that is known when it is issued. The document that
// closes it says what it is: a seller who crosses the threshold of УСН in June has invoiced July
// already, without VAT, and pays it from the 1st all the same (documents.md section 1; НК РФ ст. 145
// п. 5). The price stays, the tax is inside of it.

// rates say by which rates the days of an invoice's line are taxed.
type rates func(l *render.Line) ([]taxPart, error)

// ratesNow are the rates as they are known when an invoice is closed.
func ratesNow(seller billing.Seller) rates {
	return func(l *render.Line) ([]taxPart, error) { return partsKnownNow(seller, l) }
}

// ratesOn are those by which a closing document taxed the lines of its invoice; without one, the
// lines' own.
func ratesOn(document *render.Document) rates {
	return func(l *render.Line) ([]taxPart, error) { return partsOnDocument(document, l), nil }
}

// partsKnownNow divides the days of an issued line by rate. The rate that it was issued with is left
// only for what has a day: the law's new rate, or a change of the seller's regime. A first regime
// that is declared otherwise reaches nothing that is issued, nor do hours that were counted.
func partsKnownNow(seller billing.Seller, l *render.Line) ([]taxPart, error) {
	frozen := taxPart{l.Period, lineRate(l)}
	if l.Period.From.IsZero() || l.UnitCode == hourUnitCode {
		return []taxPart{frozen}, nil
	}
	known, err := taxParts(seller, l.Period, l.Period.From)
	if err != nil {
		return nil, err
	}
	var parts []taxPart
	for _, p := range known {
		dated := slices.ContainsFunc(seller.VATChanges, func(c billing.VATChange) bool { return !c.From.After(p.days.From) })
		if !dated && (seller.VATOn(p.days.From) != billing.VATGeneral || !standardRate(seller.Country, frozen.rate)) {
			p.rate = frozen.rate
		}
		if last := len(parts) - 1; last >= 0 && parts[last].rate == p.rate {
			parts[last].days.To = p.days.To
			continue
		}
		parts = append(parts, p)
	}
	return parts, nil
}

func lineRate(l *render.Line) TaxRate {
	return TaxRate{BasisPoints: l.TaxRateBP, Exempt: l.TaxKind == render.TaxExempt}
}

// standardRate says whether a rate is, or was, the country's standard one.
func standardRate(country prolong.Country, rate TaxRate) bool {
	for _, r := range standardRates[country] {
		if !rate.Exempt && rate.BasisPoints == r.basisPoints {
			return true
		}
	}
	return false
}

// dividedLine divides an issued line by days, each part with its rate; the tax of a line that keeps
// its rate stays as it was.
func dividedLine(l render.Line, parts []taxPart, cur prolong.Currency) ([]render.Line, error) {
	if len(parts) == 1 && parts[0].rate == lineRate(&l) {
		return []render.Line{l}, nil
	}
	gross, discount := sharesByDays(l.Gross, parts), sharesByDays(l.Discount, parts)
	lines := make([]render.Line, len(parts))
	for i, p := range parts {
		tax, err := p.rate.Inside(prolong.NewMoney(gross[i], cur))
		if err != nil {
			return nil, err
		}
		part := l
		part.Period, part.TaxKind, part.TaxRateBP = p.days, p.rate.kind(), p.rate.BasisPoints
		part.Gross, part.Discount, part.Tax, part.Net = gross[i], discount[i], tax.Minor(), gross[i]-tax.Minor()
		if len(parts) > 1 && l.QuantityMilli != 0 {
			price, err := prolong.NewMoney(part.Gross+part.Discount, cur).MulRatio(1000, l.QuantityMilli, prolong.HalfUp)
			if err != nil {
				return nil, err
			}
			part.Price = price.Minor()
		}
		lines[i] = part
	}
	return lines, nil
}

// sharesByDays divides an amount over parts of a period by their days. A greater amount gives no
// part less, so that what credit notes take off in turn is never negative.
func sharesByDays(minor int64, parts []taxPart) []int64 {
	days := int64(0)
	for _, p := range parts {
		days += int64(p.days.Days())
	}
	shares := make([]int64, len(parts))
	for i, p := range parts {
		n := int64(p.days.Days())
		if i == len(parts)-1 || days == 0 {
			shares[i] = minor
			break
		}
		share, err := prolong.NewMoney(minor, "").MulRatio(n, days, prolong.HalfUp)
		if err == nil {
			shares[i] = share.Minor()
		}
		minor, days = minor-shares[i], days-n
	}
	return shares
}

// partsOnDocument are the rates by which a closing document taxed the days of a line of its invoice;
// the line's own, where it does not know it.
func partsOnDocument(document *render.Document, l *render.Line) []taxPart {
	var parts []taxPart
	if document != nil && !l.Period.From.IsZero() {
		for i := range document.Lines {
			d := &document.Lines[i]
			within := d.Code == l.Code && d.Name == l.Name && !d.Period.From.Before(l.Period.From) && !d.Period.To.After(l.Period.To)
			if follows := len(parts) == 0 && d.Period.From == l.Period.From || len(parts) > 0 && d.Period.From == parts[len(parts)-1].days.To; within && follows {
				parts = append(parts, taxPart{d.Period, lineRate(d)})
			}
		}
	}
	if len(parts) == 0 || parts[len(parts)-1].days.To != l.Period.To {
		return []taxPart{{l.Period, lineRate(l)}}
	}
	return parts
}
