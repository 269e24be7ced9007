package prolong

import (
	"slices"
	"strings"
)

// Country is an ISO 3166-1 alpha-2 code in upper case.
type Country string

// The countries whose requisites Prolong knows.
const (
	Belarus    Country = "BY"
	Kazakhstan Country = "KZ"
	Russia     Country = "RU"
	Ukraine    Country = "UA"
)

// TaxID is a tax registration number, digits only, whose check digits were verified: ИНН
// (RU, 10 or 12 digits), ЄДРПОУ (UA, 8) or РНОКПП (UA, 10), БИН/ИИН (KZ, 12), УНП (BY, 9).
// The empty TaxID means "not known".
type TaxID string

// ParseTaxID reads a tax id of the country. Spaces around it are dropped; a number that lost
// one or two leading zeros in a spreadsheet is padded if that makes it valid. Other countries'
// numbers are taken as they are. Returns CodeInvalid with the reason.
func ParseTaxID(country Country, s string) (TaxID, error) {
	t := strings.TrimSpace(s)
	if t == "" {
		return "", NewError(CodeInvalid, "error.tax_id_empty", nil)
	}
	switch country {
	case Russia, Ukraine, Kazakhstan, Belarus:
	default:
		return TaxID(t), nil
	}
	if !allDigits(t) {
		return "", NewError(CodeInvalid, "error.tax_id_digits", Args{"Value": t})
	}
	for _, size := range taxIDSizes[country] {
		// A number of a full length has lost no zeros: a mistyped ЄДРПОУ must not become a
		// valid РНОКПП by two zeros in front (one in ten would).
		if len(t) > size || (len(t) < size && slices.Contains(taxIDSizes[country], len(t))) {
			continue
		}
		padded := strings.Repeat("0", size-len(t)) + t
		if len(t) >= size-2 && ValidTaxID(country, padded) {
			return TaxID(padded), nil
		}
	}
	return "", NewError(CodeInvalid, "error.tax_id_check", Args{"Value": t, "Country": country})
}

// taxIDSizes lists the lengths of a country's tax ids, the shortest first.
var taxIDSizes = map[Country][]int{Russia: {10, 12}, Ukraine: {8, 10}, Kazakhstan: {12}, Belarus: {9}}

// ValidTaxID says whether s is a tax id of the country with right check digits. The rules
// are those of the tax offices, collected in matching.md 4.1.
func ValidTaxID(country Country, s string) bool {
	if !allDigits(s) || strings.Trim(s, "0") == "" {
		return false
	}
	switch {
	case country == Russia && len(s) == 10:
		return weighted(s[:9], 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == digit(s, 9)
	case country == Russia && len(s) == 12:
		return weighted(s[:10], 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == digit(s, 10) &&
			weighted(s[:11], 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == digit(s, 11)
	case country == Ukraine && len(s) == 8:
		return edrpouCheck(s) == digit(s, 7)
	case country == Ukraine && len(s) == 10:
		sum := weighted(s[:9], -1, 5, 7, 9, 4, 6, 10, 5, 7)
		return ((sum%11)+11)%11%10 == digit(s, 9)
	case country == Kazakhstan && len(s) == 12:
		check := weighted(s[:11], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) % 11
		if check == 10 {
			check = weighted(s[:11], 3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2) % 11
		}
		return check != 10 && check == digit(s, 11)
	case country == Belarus && len(s) == 9:
		check := weighted(s[:8], 29, 23, 19, 17, 13, 7, 5, 3) % 11
		return check != 10 && check == digit(s, 8)
	}
	return false
}

// TaxIDLooksValid says whether s passes as a tax id of any country that Prolong knows.
func TaxIDLooksValid(s string) bool {
	for _, c := range []Country{Russia, Ukraine, Kazakhstan, Belarus} {
		if ValidTaxID(c, s) {
			return true
		}
	}
	return false
}

// edrpouCheck returns the check digit of a ЄДРПОУ: weights 1..7, for numbers from 30000000
// to 60000000 7,1..6; a remainder of 10 is resolved by weights raised by two.
func edrpouCheck(s string) int {
	w := []int{1, 2, 3, 4, 5, 6, 7}
	if s[0] >= '3' && s[0] <= '5' {
		w = []int{7, 1, 2, 3, 4, 5, 6}
	}
	check := weighted(s[:7], w...) % 11
	if check == 10 {
		for i := range w {
			w[i] += 2
		}
		check = weighted(s[:7], w...) % 11 % 10
	}
	return check
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func digit(s string, i int) int { return int(s[i] - '0') }

func weighted(s string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += w * digit(s, i)
	}
	return sum
}
