package i18n

import (
	"fmt"
	"strings"

	"prolong"
)

const (
	nbsp  = "\u00a0"
	minus = "\u2212"
)

// Money writes an amount with its sign: "14 900,00 ₽" with no-break spaces, in English
// "14,900.00 ₽". It never rounds.
func (t Translator) Money(m prolong.Money) string {
	amount := t.Amount(m)
	if m.Currency() == "" {
		return amount
	}
	return amount + nbsp + m.Currency().Symbol()
}

// Amount writes an amount without its currency, for tables that name it in the head.
func (t Translator) Amount(m prolong.Money) string { return t.decimal(m.String()) }

// Number writes a whole number, or a decimal string with a point, in the groups and with the
// decimal sign of the language.
func (t Translator) Number(n any) string { return t.decimal(fmt.Sprint(n)) }

// decimal rewrites "-1234567.50". Russian, Ukrainian and Kazakh group by no-break spaces and
// have a decimal comma (CLDR).
func (t Translator) decimal(s string) string {
	group, point := nbsp, ","
	if t.lang == English {
		group, point = ",", "."
	}
	s, negative := strings.CutPrefix(s, "-")
	whole, fraction, hasFraction := strings.Cut(s, ".")
	var b strings.Builder
	if negative {
		b.WriteString(minus)
	}
	for i, r := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(group)
		}
		b.WriteRune(r)
	}
	if hasFraction {
		b.WriteString(point + fraction)
	}
	return b.String()
}
