package prolong

import "strings"

// Currency is an ISO 4217 alphabetic code in upper case. The empty Currency means "not known".
type Currency string

// The currencies that Prolong's sellers invoice in; any other ISO 4217 code that a bank
// sends is kept as it is.
const (
	BYN Currency = "BYN"
	EUR Currency = "EUR"
	JPY Currency = "JPY"
	KGS Currency = "KGS"
	KZT Currency = "KZT"
	RUB Currency = "RUB"
	UAH Currency = "UAH"
	USD Currency = "USD"
	UZS Currency = "UZS"
)

// currencyAliases maps what banks write instead of the current alphabetic code: numeric
// codes, and RUR/810 that Russian banks have kept since the 1998 denomination.
var currencyAliases = map[string]Currency{
	"643": RUB, "810": RUB, "RUR": RUB,
	"398": KZT, "980": UAH, "840": USD, "978": EUR, "933": BYN, "392": JPY, "417": KGS, "860": UZS,
}

// exponents lists the currencies whose minor unit is not a hundredth (ISO 4217).
var exponents = map[Currency]int{
	"BHD": 3, "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "IQD": 3, "ISK": 0, "JOD": 3, JPY: 0, "KMF": 0,
	"KRW": 0, "KWD": 3, "LYD": 3, "OMR": 3, "PYG": 0, "RWF": 0, "TND": 3, "UGX": 0, "VND": 0, "VUV": 0,
	"XAF": 0, "XOF": 0, "XPF": 0,
}

// ParseCurrency reads an alphabetic or numeric ISO 4217 code. RUR, 810 and 643 all mean RUB.
// Returns CodeInvalid if s is neither.
func ParseCurrency(s string) (Currency, error) {
	s = strings.ToUpper(strings.TrimSpace(s))
	if cur, ok := currencyAliases[s]; ok {
		return cur, nil
	}
	if len(s) != 3 {
		return "", NewError(CodeInvalid, "error.currency_invalid", Args{"Value": s})
	}
	for i := range len(s) {
		if s[i] < 'A' || s[i] > 'Z' {
			return "", NewError(CodeInvalid, "error.currency_invalid", Args{"Value": s})
		}
	}
	return Currency(s), nil
}

// Exponent returns how many decimal digits the minor unit of the currency has.
func (c Currency) Exponent() int {
	if e, ok := exponents[c]; ok {
		return e
	}
	return 2
}

// Symbol returns the sign that people know the currency by, or the code itself.
func (c Currency) Symbol() string {
	switch c {
	case RUB:
		return "₽"
	case UAH:
		return "₴"
	case KZT:
		return "₸"
	case EUR:
		return "€"
	case USD:
		return "$"
	default:
		return string(c)
	}
}
