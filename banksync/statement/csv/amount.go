package csv

import (
	"strings"
	"unicode"

	"prolong"
	"prolong/banksync/statement/field"
)

// figure is an amount as written: digits with their signs.
type figure struct {
	negative, plus bool
	digits         string // with its separators
}

// readFigure takes signs, parentheses, spaces and currency names off an amount. Returns false
// if something else than a number is left.
func readFigure(s string) (figure, bool) {
	s = strings.TrimFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsLetter(r) || unicode.Is(unicode.Sc, r) || r == '"'
	})
	s = strings.TrimSuffix(s, ".") // "руб."
	s = strings.TrimSpace(strings.TrimFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.Is(unicode.Sc, r) }))
	f := figure{}
	if strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") {
		f.negative, s = true, s[1:len(s)-1]
	}
	for _, minus := range []string{"-", "−", "–"} {
		if rest, ok := strings.CutPrefix(s, minus); ok {
			f.negative, s = true, rest
		} else if rest, ok := strings.CutSuffix(s, minus); ok {
			f.negative, s = true, rest
		}
	}
	if rest, ok := strings.CutPrefix(s, "+"); ok {
		f.plus, s = true, rest
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9', r == '.', r == ',':
			b.WriteRune(r)
		case unicode.IsSpace(r), r == '\u00a0', r == '\u202f', r == '\'', r == '’':
		default:
			return f, false
		}
	}
	f.digits = b.String()
	return f, strings.ContainsAny(f.digits, "0123456789")
}

// decimalOf returns the decimal sign that the figure proves, empty if it proves none: the
// later of two different separators, or a single one that is not followed by three digits.
func (f *figure) decimalOf() string {
	dot, comma := strings.LastIndexByte(f.digits, '.'), strings.LastIndexByte(f.digits, ',')
	switch {
	case dot < 0 && comma < 0:
		return ""
	case dot >= 0 && comma >= 0:
		if dot > comma {
			return "."
		}
		return ","
	}
	at := max(dot, comma)
	sign := f.digits[at : at+1]
	if strings.Count(f.digits, sign) > 1 {
		// 1.234.567: it separates thousands, so the other one is the decimal sign.
		if sign == "." {
			return ","
		}
		return "."
	}
	if at == 0 || len(f.digits)-at-1 != 3 {
		return sign
	}
	return ""
}

// money reads the figure with a known decimal sign. Returns false for "1,234" without one: it
// could be a thousand or a fraction.
func (f *figure) money(decimal string, cur prolong.Currency) (prolong.Money, bool) {
	if decimal == "" {
		if decimal = f.decimalOf(); decimal == "" && strings.ContainsAny(f.digits, ".,") {
			return prolong.Money{}, false
		}
	}
	digits := f.digits
	switch decimal {
	case ",":
		digits = strings.ReplaceAll(strings.ReplaceAll(digits, ".", ""), ",", ".")
	case ".":
		digits = strings.ReplaceAll(digits, ",", "")
	}
	if strings.Count(digits, ".") > 1 {
		return prolong.Money{}, false
	}
	m, ok := field.Decimal(strings.TrimSuffix(digits, "."), cur)
	if ok && f.negative {
		m = m.Neg()
	}
	return m, ok
}
