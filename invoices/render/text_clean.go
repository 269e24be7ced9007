package render

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// replacement stands for a character that the document font cannot show.
const replacement = '□'

// clean makes any text fit to be set: composed letters, no control or invisible characters,
// no direction marks, one kind of line break, and the replacement for what the font lacks.
// gofpdf panics on runes above U+FFFF and draws garbage for control characters, so nothing
// reaches it uncleaned.
func (f *fontSet) clean(s string) string {
	if isPlain(s) || isOfPage(s) {
		return s
	}
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, string(replacement))
	}
	if !norm.NFC.IsNormalString(s) {
		s = norm.NFC.String(s)
	}
	if f.isClean(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		if r = f.settable(r); r >= 0 {
			b.WriteRune(r)
		}
	}
	if out := b.String(); norm.NFC.IsNormalString(out) {
		return out
	}
	// Where a mark was dropped, its neighbours may compose now. Each turn is shorter.
	return f.clean(b.String())
}

func (f *fontSet) isClean(s string) bool {
	for _, r := range s {
		if f.settable(r) != r {
			return false
		}
	}
	return true
}

// settable returns the rune that is set in place of r, or -1 if r is dropped.
func (f *fontSet) settable(r rune) rune {
	switch {
	case r >= 0x20 && r < 0x7f, r == '\n', r == replacement:
		return r
	case r == '\t', r == '\v', r == '\f', r == 0x3000, r == 0x205f, r >= 0x2000 && r <= 0x200a && r != 0x2007:
		return ' '
	case r == 0x2007, r == 0x202f:
		return nbsp
	case r == 0x85, r == 0x2028, r == 0x2029:
		return '\n'
	case r == 0x2010, r == 0x2011:
		return '-'
	case r < 0x20, r >= 0x7f && r < 0xa0, r == 0xad, // controls and the soft hyphen
		unicode.Is(unicode.Cf, r), // zero-width, direction, language tags
		unicode.Is(unicode.Variation_Selector, r):
		return -1
	}
	if r <= 0xffff && f.regular.has(r) && f.bold.has(r) {
		return r
	}
	if unicode.Is(unicode.M, r) {
		return -1 // an accent without its own glyph would be a box beside its letter
	}
	return replacement
}

// isPlain says whether s is printable ASCII, as most numbers and codes are.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] >= 0x7f {
			return false
		}
	}
	return true
}

// isOfPage says whether all characters are of the 8-bit page, as those of most papers are: each of
// them is set as it is, and no two of them compose, so that nothing else has to be looked up.
func isOfPage(s string) bool {
	for _, r := range s {
		if r > 0xffff || encoding[r] == 0 && r != '\n' {
			return false
		}
	}
	return true
}

// oneLine joins the lines of a cleaned text.
func oneLine(s string) string {
	if strings.IndexByte(s, '\n') < 0 {
		return s
	}
	return strings.Join(strings.Fields(s), " ")
}
