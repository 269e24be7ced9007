// Package charset finds the encoding of a statement by its bytes and reads it line by line
// as UTF-8. Declarations are a hint at most: files that say "Windows" and hold UTF-8 are
// common (banks.md 2.4).
package charset

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

// Encoding names how the bytes of a file spell letters.
type Encoding string

// The encodings that are recognised by their bytes; a declared one may be any that has a
// single-byte table.
const (
	ASCII       Encoding = "ascii"
	CP1251      Encoding = "windows-1251"
	CP1252      Encoding = "windows-1252"
	CP850       Encoding = "cp850"
	CP866       Encoding = "cp866"
	ISO88591    Encoding = "iso-8859-1"
	KOI8        Encoding = "koi8-u"
	UTF16       Encoding = "utf-16"
	UTF8        Encoding = "utf-8"
	unknownName          = ""
)

// tables are the single-byte encodings by name. KOI8-U differs from KOI8-R only in the
// places of the Ukrainian letters, which hold box drawings there; no statement draws boxes.
var tables = map[Encoding]*charmap.Charmap{
	CP1251: charmap.Windows1251, CP1252: charmap.Windows1252, CP850: charmap.CodePage850, CP866: charmap.CodePage866,
	ISO88591: charmap.ISO8859_1, KOI8: charmap.KOI8U,
	"cp852": charmap.CodePage852, "cp855": charmap.CodePage855, "iso-8859-2": charmap.ISO8859_2,
	"iso-8859-5": charmap.ISO8859_5, "iso-8859-15": charmap.ISO8859_15, "windows-1250": charmap.Windows1250,
	"windows-1254": charmap.Windows1254, "windows-1257": charmap.Windows1257, "x-mac-cyrillic": charmap.MacintoshCyrillic,
}

// guessed are the encodings that Detect compares, the commonest first: it wins a draw.
var guessed = []Encoding{CP1251, CP866, KOI8, ISO88591, CP850}

// Detect finds the encoding of the bytes. The declared name (of an XML prologue, may be
// empty) decides only where bytes alone cannot: valid UTF-8 is UTF-8 whatever is declared.
// The sample may end in the middle of a letter.
func Detect(sample []byte, declared string) Encoding {
	if isASCII(sample) {
		return ASCII
	}
	if utf8.Valid(trimTail(sample)) {
		return UTF8
	}
	// A UTF-8 file with a few broken letters is still UTF-8: far more two-byte letters are
	// whole than broken, which by chance no single-byte text manages.
	if whole, broken := countUTF8(trimTail(sample)); whole > 8*broken {
		return UTF8
	}
	if enc, ok := byName(declared); ok {
		return enc
	}
	best, bestScore := CP1251, 0
	for i, enc := range guessed {
		if score := likeness(sample, enc); i == 0 || score > bestScore {
			best, bestScore = enc, score
		}
	}
	return best
}

// byName resolves a declared name to an encoding with a table. UTF-8 is not taken on faith:
// Detect has already seen that the bytes are not.
func byName(declared string) (Encoding, bool) {
	if declared == unknownName {
		return "", false
	}
	if _, ok := tables[Encoding(declared)]; ok {
		return Encoding(declared), true
	}
	found, err := htmlindex.Get(declared)
	if err != nil {
		return "", false
	}
	for enc, table := range tables {
		if found == table {
			return enc, true
		}
	}
	return "", false
}

func isASCII(b []byte) bool {
	for len(b) >= 8 {
		if (b[0]|b[1]|b[2]|b[3]|b[4]|b[5]|b[6]|b[7])&0x80 != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// trimTail drops a letter that the end of the sample has cut.
func trimTail(b []byte) []byte {
	for i := 1; i <= utf8.UTFMax && i <= len(b); i++ {
		c := b[len(b)-i]
		if utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-i:]) {
				return b[:len(b)-i]
			}
			break
		}
	}
	return b
}

func countUTF8(b []byte) (whole, broken int) {
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			broken++
		} else if size > 1 {
			whole++
		}
		b = b[size:]
	}
	return whole, broken
}

// The weights of likeness, found by trying: a letter of Russian or Ukrainian text counts by
// its frequency, what such text never holds counts against.
const (
	weightBox         = -30 // box drawings, control characters, unassigned bytes
	weightCaseSwap    = -12 // a capital after a small letter: KOI8 and cp1251 swap the cases
	weightMixedScript = -14 // a Cyrillic letter glued to a Latin one
	weightRareSign    = -6
	weightLatinWord   = 6 // an accented letter glued to Latin ones
	weightSign        = 1 // № « » — and other signs of ordinary text
	likenessBytesMax  = 1 << 14
)

// letterWeights are frequencies per letter of Russian and Ukrainian payments, in tenths of
// the logarithm, small letters.
var letterWeights = func() map[rune]int {
	weights := make(map[rune]int)
	for group, letters := range map[int]string{
		12: "оеаинтслврпк", 9: "мдуыяьгзбчй", 5: "хжшюцщіїє", 3: "эфёъґәғқңөұүһ",
	} {
		for _, r := range letters {
			weights[r] = group
		}
	}
	return weights
}()

// likeness scores how much the bytes, read in the encoding, look like the text of a payment.
func likeness(sample []byte, enc Encoding) int {
	if len(sample) > likenessBytesMax {
		sample = withHighBytes(sample)
	}
	table := tables[enc]
	score := 0
	var before rune
	for _, c := range sample {
		r := table.DecodeByte(c)
		if c >= utf8.RuneSelf {
			score += weigh(before, r)
		} else if isLatin(r) && unicode.Is(unicode.Cyrillic, before) {
			score += weightMixedScript
		} else if isLatin(r) && before >= utf8.RuneSelf && unicode.Is(unicode.Latin, before) {
			score += weightLatinWord
		}
		before = r
	}
	return score
}

// weigh scores a letter above ASCII by itself and by the one before it.
func weigh(before, r rune) int {
	switch {
	case r == utf8.RuneError, unicode.Is(unicode.Co, r), r >= 0x2500 && r < 0x2600, r < 0xA0:
		return weightBox
	case unicode.Is(unicode.Cyrillic, r):
		score := letterWeights[unicode.ToLower(r)]
		if score == 0 {
			score = weightRareSign
		}
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			score += weightCaseSwap
		}
		if isLatin(before) {
			score += weightMixedScript
		}
		return score
	case unicode.Is(unicode.Latin, r):
		if isLatin(before) {
			return weightLatinWord
		}
		return weightSign
	case r == '№', r == '«', r == '»', r == '“', r == '”', r == '„', r == '—', r == '–', r == '’', r == '\u00a0', r == '§', r == '°':
		return weightSign
	}
	return weightRareSign
}

func isLatin(r rune) bool { return (r|0x20) >= 'a' && (r|0x20) <= 'z' }

// withHighBytes takes a part of a long sample that has letters above ASCII.
func withHighBytes(b []byte) []byte {
	at := bytes.IndexFunc(b, func(r rune) bool { return r >= utf8.RuneSelf })
	at = min(max(at-64, 0), len(b)-likenessBytesMax)
	return b[at : at+likenessBytesMax]
}
