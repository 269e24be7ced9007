package invoices

import (
	"slices"

	"prolong"
	"prolong/billing"
	"prolong/invoices/render"
)

// TaxRate is a rate of VAT as it is frozen on a line.
type TaxRate struct {
	// BasisPoints is the rate in hundredths of a percent; meaningless when Exempt.
	BasisPoints int
	// Exempt says that the line carries no VAT at all («Без НДС»), which is not a rate of 0 %.
	Exempt bool
}

// standardRates are the countries' standard rates of VAT by the date of supply, the newest
// first. Sources: RU 303-ФЗ of 2018 (20 %), 425-ФЗ of 28.11.2025 (22 %); UA ПКУ ст. 193;
// KZ НК ст. 422 (12 %), НК 214-VIII (16 %). Collected in documents.md section 1.
var standardRates = map[prolong.Country][]struct {
	from        prolong.Date
	basisPoints int
}{
	prolong.Russia: {
		{prolong.NewDate(2026, 1, 1), 2200},
		{prolong.NewDate(2019, 1, 1), 2000},
		{prolong.NewDate(2004, 1, 1), 1800},
	},
	prolong.Ukraine:    {{prolong.NewDate(1992, 1, 1), 2000}},
	prolong.Kazakhstan: {{prolong.NewDate(2026, 1, 1), 1600}, {prolong.NewDate(2009, 1, 1), 1200}},
}

// TaxOn returns the rate of a seller's services supplied on a day. Returns CodeInvalid for a
// seller on the general regime in a country whose rates are not known.
func TaxOn(country prolong.Country, regime billing.VATRegime, supply prolong.Date) (TaxRate, error) {
	switch regime {
	case billing.VATUSN5:
		return TaxRate{BasisPoints: 500}, nil
	case billing.VATUSN7:
		return TaxRate{BasisPoints: 700}, nil
	case billing.VATNone, billing.VATUSNExempt:
		return TaxRate{Exempt: true}, nil
	case billing.VATGeneral:
	}
	for _, rate := range standardRates[country] {
		if !supply.Before(rate.from) {
			return TaxRate{BasisPoints: rate.basisPoints}, nil
		}
	}
	return TaxRate{}, prolong.NewError(prolong.CodeInvalid, "error.tax_rate_unknown", prolong.Args{"Country": country, "Date": supply})
}

// Inside returns the tax contained in a gross amount.
func (r TaxRate) Inside(gross prolong.Money) (prolong.Money, error) {
	if r.Exempt {
		return prolong.NewMoney(0, gross.Currency()), nil
	}
	return gross.TaxInside(r.BasisPoints)
}

func (r TaxRate) kind() render.TaxKind {
	if r.Exempt {
		return render.TaxExempt
	}
	return render.TaxRate
}

// taxPart is a run of days of a supply that one rate is for.
type taxPart struct {
	days prolong.Period
	rate TaxRate
}

// taxParts divides the days of a supply where the law or the seller's regime changes the rate: the
// tax of a continuing service is that of its days, whenever it is invoiced, paid or signed
// (documents.md section 1). A supply of no period is of the day on.
func taxParts(seller billing.Seller, period prolong.Period, on prolong.Date) ([]taxPart, error) {
	if period.From.IsZero() || !period.From.Before(period.To) {
		rate, err := TaxOn(seller.Country, seller.VATOn(on), on)
		return []taxPart{{period, rate}}, err
	}
	borders := []prolong.Date{period.From}
	inside := func(day prolong.Date) {
		if day.After(period.From) && day.Before(period.To) {
			borders = append(borders, day)
		}
	}
	for _, rate := range standardRates[seller.Country] {
		inside(rate.from)
	}
	for _, change := range seller.VATChanges {
		inside(change.From)
	}
	slices.SortFunc(borders, prolong.Date.Compare)
	var parts []taxPart
	for _, day := range borders {
		rate, err := TaxOn(seller.Country, seller.VATOn(day), day)
		if err != nil {
			return nil, err
		}
		last := len(parts) - 1
		if last >= 0 && parts[last].rate == rate {
			continue
		}
		if last >= 0 {
			parts[last].days.To = day
		}
		parts = append(parts, taxPart{prolong.Period{From: day, To: period.To}, rate})
	}
	return parts, nil
}

// taxSum is what the lines of a paper come to at one rate.
type taxSum struct {
	rate       TaxRate
	gross, tax int64
}

// taxSums sums lines by rate, in the order in which the rates appear.
func taxSums(lines []render.Line) []taxSum {
	var sums []taxSum
	for i := range lines {
		l := &lines[i]
		rate := TaxRate{BasisPoints: l.TaxRateBP, Exempt: l.TaxKind == render.TaxExempt}
		at := slices.IndexFunc(sums, func(s taxSum) bool { return s.rate == rate })
		if at < 0 {
			at, sums = len(sums), append(sums, taxSum{rate: rate})
		}
		sums[at].gross, sums[at].tax = sums[at].gross+l.Gross, sums[at].tax+l.Tax
	}
	return sums
}
