package i18n

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"prolong"
)

// AmountInWords returns the amount as documents spell it: whole units in words with the
// first letter in upper case, minor units as digits (the default of accounting programs),
// «Четырнадцать тысяч девятьсот рублей 00 копеек». A negative amount is prefixed with the
// word for minus. Languages are ru, uk, kk and en; another language is spelled in English,
// another currency by its code. Currencies without minor units leave them out.
func AmountInWords(m prolong.Money, lang string) string {
	speech := speechOf(lang)
	minorPerUnit, exponent := uint64(1), m.Currency().Exponent()
	for range exponent {
		minorPerUnit *= 10
	}
	amount := magnitude(m.Minor())
	units, minor := amount/minorPerUnit, amount%minorPerUnit
	noun := speech.noun(m.Currency())

	var b strings.Builder
	if m.Minor() < 0 {
		b.WriteString(speech.minus + " ")
	}
	b.WriteString(speech.cardinal(units, noun.feminine))
	b.WriteString(" " + noun.unit[speech.plural(units)])
	if exponent > 0 {
		b.WriteString(speech.joint)
		digits := strconv.FormatUint(minor, 10)
		b.WriteString(strings.Repeat("0", exponent-len(digits)) + digits)
		if word := noun.minor[speech.plural(minor)]; word != "" {
			b.WriteString(" " + word)
		}
	}
	return upperFirst(b.String())
}

// wordForms are a noun's three forms: after one, after two to four, after many. Languages with
// two forms repeat the second.
type wordForms [3]string

// currencyNoun names a currency's unit and its minor unit. feminine is the gender of the
// unit («одна гривня»), which the last group of the number agrees with.
type currencyNoun struct {
	unit, minor wordForms
	feminine    bool
}

// speech is what a language needs to say a number.
type speech struct {
	minus  string
	joint  string // between units and minor units
	zero   string
	plural func(n uint64) int
	// group says a number of one to three digits that is not nought.
	group func(n uint64, feminine bool) string
	// scales names thousand, million and so on; the thousand's gender is in scaleFeminine.
	scales        []wordForms
	scaleFeminine bool
	nouns         map[prolong.Currency]currencyNoun
}

func speechOf(lang string) *speech {
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	switch lang {
	case "ru":
		return &russian
	case "uk":
		return &ukrainian
	case "kk":
		return &kazakh
	}
	return &english
}

func (s *speech) noun(cur prolong.Currency) currencyNoun {
	if noun, ok := s.nouns[cur]; ok {
		return noun
	}
	return currencyNoun{unit: same(string(cur))}
}

// cardinal says n with its last group in the gender of what is counted.
func (s *speech) cardinal(n uint64, feminine bool) string {
	if n == 0 {
		return s.zero
	}
	var parts []string
	for scale := len(s.scales); scale > 0; scale-- {
		group := n / pow1000(scale) % 1000
		if group == 0 {
			continue
		}
		parts = append(parts, s.group(group, scale == 1 && s.scaleFeminine), s.scales[scale-1][s.plural(group)])
	}
	if rest := n % 1000; rest > 0 {
		parts = append(parts, s.group(rest, feminine))
	}
	return strings.Join(parts, " ")
}

// slavicPlural picks the form after a number in Russian and Ukrainian: 1, 21, 101 one; 2-4,
// 22-24 few; all else, with 11-14, many.
func slavicPlural(n uint64) int {
	switch {
	case n%100 >= 11 && n%100 <= 14:
		return 2
	case n%10 == 1:
		return 0
	case n%10 >= 2 && n%10 <= 4:
		return 1
	}
	return 2
}

// slavicGroup says 1 to 999 from the tables of a Slavic language.
func slavicGroup(w *slavicWords) func(n uint64, feminine bool) string {
	return func(n uint64, feminine bool) string {
		var parts []string
		if n >= 100 {
			parts = append(parts, w.hundreds[n/100])
		}
		n %= 100
		switch {
		case n >= 10 && n < 20:
			parts, n = append(parts, w.teens[n-10]), 0
		case n >= 20:
			parts, n = append(parts, w.tens[n/10]), n%10
		}
		switch {
		case n == 0:
		case feminine && n <= 2:
			parts = append(parts, w.feminine[n])
		default:
			parts = append(parts, w.units[n])
		}
		return strings.Join(parts, " ")
	}
}

// slavicWords holds a Slavic language's numerals; feminine has one and two.
type slavicWords struct {
	units, tens, hundreds [10]string
	teens                 [10]string
	feminine              [3]string
}

func same(s string) wordForms { return wordForms{s, s, s} }

func upperFirst(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

func pow1000(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= 1000
	}
	return p
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return uint64(-(n + 1)) + 1
	}
	return uint64(n)
}
