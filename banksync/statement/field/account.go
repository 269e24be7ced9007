package field

import (
	"strings"

	"prolong"
)

// Account returns the account number without spaces, dots and dashes, letters in upper case;
// empty for placeholders made of zeros.
func Account(s string) string {
	clean := true
	zero := true
	for i := range len(s) {
		c := s[i]
		if !isDigit(c) && (c < 'A' || c > 'Z') {
			clean = false
		}
		if c != '0' {
			zero = false
		}
	}
	switch {
	case zero:
		return ""
	case clean:
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == ' ' || r == '\u00a0' || r == '-' || r == '.' || r == '\u202f' || r == '\t':
		case r >= 'a' && r <= 'z':
			b.WriteRune(r - 'a' + 'A')
		default:
			b.WriteRune(r)
		}
	}
	if strings.Trim(b.String(), "0") == "" {
		return ""
	}
	return b.String()
}

// russianAccountLen is the length of an account number by Положение Банка России № 809-П;
// its digits 6 to 8 are the currency.
const russianAccountLen = 20

// numericCurrencies are the codes inside Russian account numbers that prolong.ParseCurrency
// does not know.
var numericCurrencies = map[string]prolong.Currency{
	"036": "AUD", "051": "AMD", "124": "CAD", "156": "CNY", "208": "DKK", "344": "HKD", "356": "INR", "410": "KRW",
	"498": "MDL", "578": "NOK", "702": "SGD", "752": "SEK", "756": "CHF", "784": "AED", "826": "GBP", "934": "TMT",
	"944": "AZN", "949": "TRY", "972": "TJS", "975": "BGN", "981": "GEL", "985": "PLN",
}

// AccountCurrency returns the currency that an account number tells: digits 6 to 8 of a
// Russian account, the country of an IBAN of Kazakhstan, Ukraine or Belarus only as a
// default (their currency accounts look alike). Empty if it tells nothing.
func AccountCurrency(account string) (cur prolong.Currency, certain bool) {
	if len(account) == russianAccountLen && allDigits(account) {
		code := account[5:8]
		if found, ok := numericCurrencies[code]; ok {
			return found, true
		}
		if found, err := prolong.ParseCurrency(code); err == nil {
			return found, true
		}
		return "", false
	}
	if len(account) > 4 && isDigit(account[2]) && isDigit(account[3]) {
		switch account[:2] {
		case "KZ":
			return prolong.KZT, false
		case "UA":
			return prolong.UAH, false
		case "BY":
			return prolong.BYN, false
		}
	}
	return "", false
}

// Currency reads a currency code of any spelling: alphabetic, numeric, RUR. Returns false
// for anything else.
func Currency(s string) (prolong.Currency, bool) {
	s = strings.TrimSpace(s)
	if found, ok := numericCurrencies[s]; ok {
		return found, true
	}
	cur, err := prolong.ParseCurrency(s)
	return cur, err == nil
}

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}
