package field

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lengths of tax ids: 8 ЄДРПОУ, 9 УНП, 10 ИНН and РНОКПП, 12 ИНН of a person and БИН/ИИН.
const (
	taxIDLenMin = 8
	taxIDLenMax = 12
)

// TaxID returns the digits of a tax id; empty for placeholders ("0", "000000000000") and for
// what cannot be one. Check digits are the business of whoever uses it.
func TaxID(s string) string { return digitsBetween(s, taxIDLenMin, taxIDLenMax) }

// KPP returns a КПП of nine characters, empty for placeholders.
func KPP(s string) string {
	s = strings.TrimSpace(s)
	if len(s) != 9 || strings.Trim(s, "0") == "" {
		return ""
	}
	return s
}

// BIC returns a БИК, МФО or SWIFT BIC, empty for placeholders.
func BIC(s string) string {
	s = strings.TrimSpace(s)
	if strings.Trim(s, "0") == "" {
		return ""
	}
	return s
}

// PaymentID returns УИН/УИП, empty for the placeholder "0".
func PaymentID(s string) string {
	s = strings.TrimSpace(s)
	if strings.Trim(s, "0") == "" {
		return ""
	}
	return s
}

func digitsBetween(s string, lenMin, lenMax int) string {
	s = strings.TrimSpace(s)
	if len(s) < lenMin || len(s) > lenMax || !allDigits(s) || strings.Trim(s, "0") == "" {
		return ""
	}
	return s
}

// Name splits what a bank writes as a name into the bare name and a tax id inside of it:
// `ИНН 7713699602 ООО "Альфа"`, `7713699602, ООО "Альфа"`, `ИВАНОВ ИВАН//127422 МОСКВА//`
// (the part after // is the address of a person). The line in which a bank stands for a person,
// `ПАО СБЕРБАНК//ИВАНОВ ИВАН//3600467115214//381505107980//`, is kept whole: who really pays, and
// his tax id, stand behind the bank (reference matching.md 4.5).
func Name(s string) (name, taxID string) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", ""
	}
	if at := strings.Index(s, "//"); at > 0 && !namesBank(s[:at]) {
		s = strings.TrimSpace(s[:at])
	}
	rest := trimWord(s, "ИНН", "инн", "Инн", "БИН", "ИИН", "ЄДРПОУ")
	if rest != s || isDigit(s[0]) {
		end := 0
		for end < len(rest) && isDigit(rest[end]) {
			end++
		}
		after := strings.TrimLeft(rest[end:], " ,;/")
		if found := TaxID(rest[:end]); found != "" && after != "" && len(after) < len(rest)-end {
			s, taxID = after, found
		}
	}
	return tidyQuotes(Line(s)), taxID
}

// namesBank says whether a name is a bank's.
func namesBank(s string) bool {
	s = strings.ToLower(s)
	return strings.Contains(s, "банк") || strings.Contains(s, "bank")
}

// trimWord drops one of the words, with the signs after it, from the beginning.
func trimWord(s string, words ...string) string {
	for _, word := range words {
		if rest, ok := strings.CutPrefix(s, word); ok {
			return strings.TrimLeft(rest, " :№")
		}
	}
	return s
}

// tidyQuotes makes doubled quotes single and drops a quote that was opened at the very
// beginning and never closed: the leftovers of careless exports.
func tidyQuotes(s string) string {
	if strings.IndexByte(s, '"') < 0 {
		return s
	}
	if len(s) > 2 && s[0] == '"' && s[len(s)-1] == '"' && strings.Contains(s[1:len(s)-1], `""`) {
		s = s[1 : len(s)-1]
	}
	if strings.Contains(s, `""`) {
		s = strings.ReplaceAll(s, `""`, `"`)
	}
	if s != "" && s[0] == '"' && strings.Count(s, `"`)%2 == 1 {
		s = s[1:]
	}
	return strings.TrimSpace(s)
}

// Line makes one line of a text: line breaks, tabs and runs of spaces become one space,
// control characters vanish. Zero-width and no-break characters are kept for the matcher.
func Line(s string) string {
	s = strings.TrimSpace(s)
	if !needsTidying(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range s {
		switch {
		case r == ' ' || r == '\n' || r == '\r' || r == '\t' || r == '\u0085' || r == '\u2028' || r == '\u2029':
			space = true
		case unicode.IsControl(r):
		default:
			if space && b.Len() > 0 {
				b.WriteByte(' ')
			}
			space = false
			b.WriteRune(r)
		}
	}
	return b.String()
}

// needsTidying says whether Line would change the text.
func needsTidying(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < ' ' || c == 0x7F || c == ' ' && i > 0 && s[i-1] == ' ' {
			return true
		}
		// U+0080 to U+009F and U+2028, U+2029.
		if c == 0xC2 && i+1 < len(s) && s[i+1] < 0xA0 || c == 0xE2 && i+2 < len(s) && s[i+1] == 0x80 && s[i+2]|1 == 0xA9 {
			return true
		}
	}
	return !utf8.ValidString(s)
}
