package field

import (
	"strings"

	"prolong"
)

// AmountMinorMax bounds one amount: a hundred trillion. More is a row that was read wrongly.
const AmountMinorMax = 100_000_000_000_000_00

// Amount reads an amount that must not be negative: "100", "100.5", "100,50", "1 000.50" with
// any kind of space. Returns false for a sign, for more decimals than the currency has, and
// for "1.234", which could be a thousand or a fraction.
func Amount(s string, cur prolong.Currency) (prolong.Money, bool) {
	s = strings.TrimSpace(s)
	if s == "" || s[0] == '-' || s[0] == '+' {
		return prolong.Money{}, false
	}
	return Balance(s, cur)
}

// Balance reads an amount that may be negative, such as a balance.
func Balance(s string, cur prolong.Currency) (prolong.Money, bool) {
	if m, ok := plain(s, cur); ok {
		return m, true
	}
	m, err := prolong.ParseMoney(s, cur)
	if err != nil || m.Minor() > AmountMinorMax || m.Minor() < -AmountMinorMax {
		return prolong.Money{}, false
	}
	return m, true
}

// plainDigitsMax keeps plain within AmountMinorMax.
const plainDigitsMax = 14

// plain reads digits with two decimals, which nearly all amounts are, without the general
// reader's care for groups.
func plain(s string, cur prolong.Currency) (prolong.Money, bool) {
	n := len(s) - 3
	if n < 1 || n > plainDigitsMax || s[n] != '.' || cur.Exponent() != 2 {
		return prolong.Money{}, false
	}
	minor := int64(0)
	for i := range len(s) {
		if i == n {
			continue
		}
		if !isDigit(s[i]) {
			return prolong.Money{}, false
		}
		minor = minor*10 + int64(s[i]-'0')
	}
	return prolong.NewMoney(minor, cur), true
}

// Decimal reads the decimal number of an interface or an XML message: a sign, a point, and
// any number of decimals as long as those past the currency's are zero ("100.50000").
func Decimal(s string, cur prolong.Currency) (prolong.Money, bool) {
	s = strings.TrimSpace(s)
	if point := strings.IndexByte(s, '.'); point >= 0 {
		whole, fraction := s[:point], strings.TrimRight(s[point+1:], "0")
		if (whole == "" || whole == "-" || whole == "+") && len(s) > point+1 {
			whole += "0"
		}
		s = whole
		if fraction != "" {
			s += "." + fraction
		}
	}
	for i := range len(s) {
		if !isDigit(s[i]) && s[i] != '.' && (i > 0 || s[i] != '-' && s[i] != '+') {
			return prolong.Money{}, false
		}
	}
	return Balance(s, cur)
}
