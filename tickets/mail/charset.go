package mail

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
)

// charsetAliases maps names seen in letters to names that the indexes know. An empty target
// means "as good as undeclared".
var charsetAliases = map[string]string{
	"ansi_x3.4-1968": "us-ascii", "ascii": "us-ascii", "us-askey": "us-ascii", "usascii": "us-ascii", "646": "us-ascii",
	"cp-1251": "windows-1251", "cp1251": "windows-1251", "win-1251": "windows-1251", "win1251": "windows-1251", "windows1251": "windows-1251", "1251": "windows-1251",
	"koi8": "koi8-r", "koi8r": "koi8-r", "koi8u": "koi8-u", "cskoi8r": "koi8-r",
	"cp866": "ibm866", "cp-866": "ibm866", "dos-866": "ibm866", "866": "ibm866",
	"utf8": "utf-8", "utf-8mb4": "utf-8", "utf_8": "utf-8", "unicode-1-1-utf-8": "utf-8",
	"utf7": "utf-7", "unicode-1-1-utf-7": "utf-7", "x-unicode-2-0-utf-7": "utf-7",
	"kz1048": "kz-1048", "strk1048-2002": "kz-1048", "rk1048": "kz-1048",
	"unknown": "", "unknown-8bit": "", "x-unknown": "", "default": "", "default_charset": "", "text/html": "", "text/plain": "", "8bit": "", "none": "",
	"ks_c_5601-1987": "euc-kr", "x-gbk": "gbk", "gb2312": "gbk", "cn-gb": "gbk", "unicode": "utf-16",
}

// cyrillicCharmaps are the 8-bit sets that Russian and Ukrainian letters come in, declared or
// not, and often declared as one of the others.
var cyrillicCharmaps = []struct {
	name string
	cm   *charmap.Charmap
}{
	{"windows-1251", charmap.Windows1251}, {"koi8-r", charmap.KOI8R}, {"koi8-u", charmap.KOI8U},
	{"ibm866", charmap.CodePage866}, {"iso-8859-5", charmap.ISO8859_5},
}

// The thresholds of the guess.
const (
	cyrillicScoreMin    = 0.5 // below it the bytes are no Cyrillic text in any of the sets
	declaredBonus       = 0.25
	latinOverrideRunMin = 8 // high bytes that a text declared Latin must have before we doubt it
	scoreSampleBytesMax = 64 << 10
)

// canonicalCharset returns the name under which the indexes know a charset, "" for none.
func canonicalCharset(name string) string {
	name = strings.ToLower(strings.Trim(strings.TrimSpace(name), `"'`))
	// A value that itself reads "charset=us-ascii" is seen in the wild.
	if _, after, ok := strings.Cut(name, "charset="); ok {
		name = after
	}
	name, _, _ = strings.Cut(name, ";")
	name, _, _ = strings.Cut(strings.TrimSpace(name), " ")
	if alias, ok := charsetAliases[name]; ok {
		return alias
	}
	return name
}

// decodeText turns the bytes of a text into a string. The declared charset is a hint for
// Cyrillic, whose sets are mixed up all the time, and binding for other scripts. Never fails:
// the last resort reads each byte as Latin-1. sure is false if what came out is a guess that
// does not look like text.
func decodeText(raw []byte, declared string) (text string, sure bool) {
	declared = canonicalCharset(declared)
	switch declared {
	case "utf-7":
		return decodeUTF7(raw), true
	case "utf-16", "utf-16le", "utf-16be":
		return decodeUTF16(raw, declared), true
	case "iso-2022-jp", "iso-2022-kr", "hz-gb-2312": // seven-bit, so valid UTF-8 as well
		if s, ok := decodeDeclared(raw, declared); ok {
			return s, true
		}
	}
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
	if utf8.Valid(raw) {
		return string(raw), true
	}
	if mostlyUTF8(raw) {
		return strings.ToValidUTF8(string(raw), "\uFFFD"), true
	}
	best, score := guessCyrillic(raw, declared)
	if declared == "kz-1048" {
		return decodeKazakh(raw), true
	}
	if isCyrillicName(declared) || declared == "" || declared == "us-ascii" || declared == "utf-8" {
		if score >= cyrillicScoreMin {
			return best, true
		}
		if isCyrillicName(declared) {
			s, _ := decodeDeclared(raw, declared)
			return s, true
		}
		return latin1(raw), false
	}
	if isLatinName(declared) && looksCyrillic(raw) && score >= 1 {
		return best, true
	}
	if s, ok := decodeDeclared(raw, declared); ok {
		return s, true
	}
	if score >= cyrillicScoreMin {
		return best, true
	}
	return latin1(raw), false
}

// decodeDeclared decodes by the name of a charset; false if nobody knows the name.
func decodeDeclared(raw []byte, name string) (string, bool) {
	var enc encoding.Encoding
	if e, err := htmlindex.Get(name); err == nil {
		enc = e
	} else if e, err := ianaindex.MIME.Encoding(name); err == nil && e != nil {
		enc = e
	} else {
		return "", false
	}
	out, err := enc.NewDecoder().Bytes(raw)
	if err != nil {
		return "", false
	}
	return string(out), true
}

func decodeUTF16(raw []byte, name string) string {
	order, bom := unicode.LittleEndian, unicode.UseBOM
	if name == "utf-16be" || name == "utf-16" && !bytes.HasPrefix(raw, []byte{0xff, 0xfe}) {
		order = unicode.BigEndian
	}
	out, err := unicode.UTF16(order, bom).NewDecoder().Bytes(raw)
	if err != nil {
		return latin1(raw)
	}
	return string(out)
}

// decodeUTF7 reads RFC 2152: "+" opens base64 of UTF-16BE, "-" or any other character ends it,
// "+-" is a plus.
func decodeUTF7(raw []byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	var out strings.Builder
	for i := 0; i < len(raw); i++ {
		if raw[i] != '+' {
			out.WriteByte(raw[i])
			continue
		}
		var units []uint16
		var bits, have uint32
		j := i + 1
		for ; j < len(raw); j++ {
			v := strings.IndexByte(alphabet, raw[j])
			if v < 0 {
				break
			}
			bits, have = bits<<6|uint32(v), have+6
			if have >= 16 {
				units = append(units, uint16(bits>>(have-16)))
				have -= 16
			}
		}
		if j == i+1 { // "+-" or a stray plus
			out.WriteByte('+')
		}
		out.WriteString(string(utf16.Decode(units)))
		if j < len(raw) && raw[j] == '-' {
			j++
		}
		i = j - 1
	}
	return strings.ToValidUTF8(out.String(), "\uFFFD")
}

// decodeKazakh reads KZ-1048 (СТ РК 1048-2002), which is windows-1251 with Kazakh letters in
// the places of Serbian and Macedonian ones.
func decodeKazakh(raw []byte) string {
	var out strings.Builder
	for _, b := range raw {
		if r, ok := kazakhRunes[b]; ok {
			out.WriteRune(r)
			continue
		}
		out.WriteRune(charmap.Windows1251.DecodeByte(b))
	}
	return out.String()
}

var kazakhRunes = map[byte]rune{
	0x8D: 'Қ', 0x8E: 'Һ', 0x9D: 'қ', 0x9E: 'һ', 0xA1: 'Ұ', 0xA2: 'ұ', 0xA3: 'Ә', 0xA5: 'Ө', 0xAA: 'Ғ', 0xAF: 'Ү',
	0xB2: 'І', 0xB3: 'і', 0xB4: 'ө', 0xBA: 'ғ', 0xBC: 'ә', 0xBD: 'Ң', 0xBE: 'ң', 0xBF: 'ү',
}

func latin1(raw []byte) string {
	var out strings.Builder
	for _, b := range raw {
		out.WriteRune(rune(b))
	}
	return out.String()
}

// mostlyUTF8 says whether the bytes are UTF-8 with a few damaged places: at least four good
// sequences for each bad byte.
func mostlyUTF8(raw []byte) bool {
	good, bad := 0, 0
	for len(raw) > 0 {
		r, size := utf8.DecodeRune(raw)
		switch {
		case r == utf8.RuneError && size == 1:
			bad++
		case size > 1:
			good++
		}
		raw = raw[size:]
	}
	return good >= 4*bad && good > 0
}

func isCyrillicName(name string) bool {
	for _, c := range cyrillicCharmaps {
		if c.name == name {
			return true
		}
	}
	return name == "x-mac-cyrillic"
}

func isLatinName(name string) bool {
	switch name {
	case "iso-8859-1", "windows-1252", "iso-8859-15", "latin1", "iso-8859-2", "windows-1250":
		return true
	}
	return false
}

// looksCyrillic says whether the high bytes come in words of their own, as Cyrillic letters
// do: among Latin text an accented letter has ASCII letters beside it.
func looksCyrillic(raw []byte) bool {
	high, beside := 0, 0
	letter := func(i int) bool {
		return i >= 0 && i < len(raw) && (raw[i]|0x20) >= 'a' && (raw[i]|0x20) <= 'z'
	}
	for i, b := range raw {
		if b < 0x80 {
			continue
		}
		high++
		if letter(i-1) || letter(i+1) {
			beside++
		}
	}
	return high >= latinOverrideRunMin && beside*10 < high
}

// guessCyrillic decodes with each Cyrillic set and returns the text that reads best.
func guessCyrillic(raw []byte, declared string) (text string, score float64) {
	sample := raw[:min(len(raw), scoreSampleBytesMax)]
	best := -1
	for i, c := range cyrillicCharmaps {
		s := cyrillicScore(decodeCharmap(sample, c.cm))
		if c.name == declared {
			s += declaredBonus
		}
		if best < 0 || s > score {
			best, score = i, s
		}
	}
	return decodeCharmap(raw, cyrillicCharmaps[best].cm), score
}

func decodeCharmap(raw []byte, cm *charmap.Charmap) string {
	var out strings.Builder
	out.Grow(len(raw) * 2)
	for _, b := range raw {
		out.WriteRune(cm.DecodeByte(b))
	}
	return out.String()
}
