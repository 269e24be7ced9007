package match

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"
)

// char is a character as matching reads it, with the bytes of the original that it came from.
type char struct {
	r        rune // lower case, in its own alphabet
	from, to int32
}

// reading is a field of the payment, cleaned but with the way back to the original.
type reading struct {
	field Field
	src   string
	chars []char
	lost  bool // letters were replaced by question marks on the way
}

// textLenMax bounds what is read of one field, in bytes. The longest purpose of any format
// is far below.
const textLenMax = 4000

// readText decodes a field: damaged encodings, compatibility forms, invisible characters,
// dashes, quotes, case (reference 3.1). It never fails.
func readText(field Field, s string) reading {
	if len(s) > textLenMax {
		s = s[:textLenMax]
	}
	t := reading{field: field, src: s}
	raw := repairEncoding(decode(s), field == FieldPurpose)
	t.chars = make([]char, 0, len(raw))
	question := 0
	for _, c := range raw {
		if c.r == '?' {
			question++
		}
		t.clean(c)
	}
	t.lost = question >= 3 && question*4 > len(raw)
	return t
}

// span returns the bytes of the original behind the characters [from, to).
func (t *reading) span(from, to int) Span {
	if from >= to {
		return Span{Field: t.field}
	}
	return Span{Field: t.field, From: int(t.chars[from].from), To: int(t.chars[to-1].to)}
}

// original returns what the payer wrote there.
func (t *reading) original(s Span) string { return t.src[s.From:s.To] }

// decode splits valid UTF-8 into characters; other bytes are taken for windows-1251, the
// encoding of nearly all bank files that are not UTF-8.
func decode(s string) []char {
	out := make([]char, 0, len(s))
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size <= 1 {
			r, size = charmap.Windows1251.DecodeByte(s[i]), 1
		}
		out = append(out, char{r: r, from: int32(i), to: int32(i + size)})
		i += size
	}
	return out
}

// clean appends the readable form of c to t.
func (t *reading) clean(c char) {
	r := c.r
	if r < 0x80 {
		switch {
		case r == '\'' || r == '`':
			r = '"'
		case r < ' ' || r == 0x7f:
			r = ' '
		case 'A' <= r && r <= 'Z':
			r += 'a' - 'A'
		}
		t.chars = append(t.chars, char{r, c.from, c.to})
		return
	}
	switch {
	case dropped(r):
		t.mark(r)
		return
	case isCyrillic(r):
		t.chars = append(t.chars, char{lowerRune(r), c.from, c.to})
		return
	case r == '№':
		r = '#'
	case r == '«' || r == '»' || r == '„' || r == '“' || r == '”' || r == '’' || r == '‘' || r == '´' || r == '″':
		r = '"'
	case unicode.Is(unicode.Pd, r) || r == '−' || r == '⁃' || r == '¬':
		r = '-'
	case r == '⁄' || r == '∕':
		r = '/'
	case unicode.IsSpace(r) || r == 0x3164 || r == 0x2800:
		r = ' '
	default:
		for _, d := range norm.NFKC.String(string(r)) {
			if unicode.IsSpace(d) {
				d = ' '
			}
			t.chars = append(t.chars, char{unicode.ToLower(d), c.from, c.to})
		}
		return
	}
	t.chars = append(t.chars, char{r, c.from, c.to})
}

// mark joins the two combining marks that make a Russian or Ukrainian letter to the letter
// before; all others are nothing.
func (t *reading) mark(r rune) {
	if len(t.chars) == 0 {
		return
	}
	last := &t.chars[len(t.chars)-1].r
	switch {
	case r == 0x306 && *last == 'и':
		*last = 'й'
	case r == 0x308 && *last == 'е':
		*last = 'ё'
	case r == 0x308 && *last == 'і':
		*last = 'ї'
	}
}

// repairEncoding undoes the usual accidents: UTF-8 read as windows-1251, Latin-1 or cp866, and
// windows-1251 read as Latin-1, KOI8 or cp866. Each is undone only on clear signs; the last
// two show only in prose, by the words that come out.
func repairEncoding(in []char, prose bool) []char {
	pairs1251, pairsLatin, pairs866, latin, cyrillic := 0, 0, 0, 0, 0
	for i, c := range in {
		switch {
		case c.r < 0x80:
			continue
		case 0xc0 <= c.r && c.r <= 0xff:
			latin++
		case isCyrillic(c.r):
			cyrillic++
		}
		if i+1 == len(in) {
			continue
		}
		next := in[i+1].r
		switch c.r {
		case 'Р', 'С', 'Т', 'У', 'в':
			if b, ok := charmap.Windows1251.EncodeRune(next); next >= 0x80 && (ok && b >= 0x80 && b < 0xc0 || next == 0x98 || next == utf8.RuneError) {
				pairs1251++
			}
		case '╨', '╤': // D0 and D1 in cp866
			if b, ok := charmap.CodePage866.EncodeRune(next); ok && b >= 0x80 && b < 0xc0 {
				pairs866++
			}
		case 'Ð', 'Ñ', 'Ò', 'Ó':
			if b, ok := latinByte(next); ok && b >= 0x80 && b < 0xc0 {
				pairsLatin++
			}
		}
	}
	switch {
	case pairs1251 >= 3 && pairs1251*5 >= cyrillic:
		return rejoin(in, cp1251Byte)
	case pairsLatin >= 3:
		return rejoin(in, latinByte)
	case pairs866 >= 3:
		return rejoin(in, charmap.CodePage866.EncodeRune)
	case latin >= 5 && latin > cyrillic:
		return remap(in, func(r rune) rune {
			if b, ok := latinByte(r); ok && b >= 0x80 {
				return charmap.Windows1251.DecodeByte(b)
			}
			return r
		})
	}
	if !prose || cyrillic < 8 || knowsWords(in) {
		return in
	}
	for _, wrong := range []*charmap.Charmap{charmap.KOI8R, charmap.CodePage866} {
		fixed := remap(in, func(r rune) rune {
			if b, ok := charmap.Windows1251.EncodeRune(r); ok && b >= 0x80 {
				return wrong.DecodeByte(b)
			}
			return r
		})
		if knowsWords(fixed) {
			return fixed
		}
	}
	return in
}

// cp1251Byte is the byte behind a character of windows-1251, including the one place that
// the code page leaves empty: programs pass it through, or write the mark for a lost letter.
func cp1251Byte(r rune) (byte, bool) {
	if r == 0x98 || r == utf8.RuneError {
		return 0x98, true
	}
	return charmap.Windows1251.EncodeRune(r)
}

// latinByte is the byte behind a character of Latin-1 or windows-1252.
func latinByte(r rune) (byte, bool) {
	if r < 0x100 {
		return byte(r), true
	}
	return charmap.Windows1252.EncodeRune(r)
}

// rejoin reads the bytes behind the characters as UTF-8.
func rejoin(in []char, byteOf func(rune) (byte, bool)) []char {
	raw := make([]byte, len(in))
	known := make([]bool, len(in))
	for i, c := range in {
		raw[i], known[i] = byteOf(c.r)
	}
	out := make([]char, 0, len(in))
	for i := 0; i < len(in); {
		r, size := utf8.DecodeRune(raw[i:])
		whole := size > 1
		for k := i; k < i+size && whole; k++ {
			whole = known[k]
		}
		if !whole {
			out = append(out, in[i])
			i++
			continue
		}
		out = append(out, char{r: r, from: in[i].from, to: in[i+size-1].to})
		i += size
	}
	return out
}

func remap(in []char, fn func(rune) rune) []char {
	out := make([]char, len(in))
	for i, c := range in {
		out[i] = char{r: fn(c.r), from: c.from, to: c.to}
	}
	return out
}

// payWords are stems that a readable purpose of any length has at least one of.
var payWords = []string{"оплат", "счет", "счёт", "услуг", "догов", "рахун", "послуг", "плат", "ндс", "пдв", "возвр", "поверн", "перев", "перек", "за ", "от "}

// knowsWords says whether the text makes sense as Russian or Ukrainian.
func knowsWords(in []char) bool {
	var b strings.Builder
	b.Grow(2 * len(in))
	for _, c := range in {
		b.WriteRune(lowerRune(c.r))
	}
	text := b.String()
	for _, w := range payWords {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}
