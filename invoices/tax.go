package invoices

import (
	"prolong"
	"prolong/billing"
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
