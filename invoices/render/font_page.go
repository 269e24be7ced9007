package render

import (
	"bytes"
	"compress/zlib"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/jung-kurt/gofpdf"
)

const nbsp = '\u00a0'

// pageHigh are the characters of the upper half of the 8-bit page, codes 0x7F to 0xFF:
// Russian, Ukrainian, Belarusian and Kazakh letters, German ones, and the signs that
// documents use. ASCII has the codes below. A document that needs anything else is set by
// the slower path with two bytes to the character.
const pageHigh = "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЁ" +
	"абвгдежзийклмнопрстуфхцчшщъыьэюяё" +
	"ІіЇїЄєҐґЎў" +
	"ӘәҒғҚқҢңӨөҰұҮүҺһ" +
	"\u00a0№«»“”„‚‘’ʼ–—…•§©®°±×₽₴₸€" +
	"äöüßÄÖÜé½²³□"

const (
	pageFirst = 0x20
	pageUpper = 0x7f // code of the first character of pageHigh
)

// encoding turns runes into codes of the 8-bit page; 0 is none.
var encoding = func() (table [0x10000]byte) {
	for r := rune(pageFirst); r < pageUpper; r++ {
		table[r] = byte(r)
	}
	code := byte(pageUpper)
	for _, r := range pageHigh {
		table[r] = code
		code++
	}
	return table
}()

// pageFont is a font cut down to the 8-bit page, in the form gofpdf takes: a definition and
// the compressed file. Both are made once and only read afterwards.
type pageFont struct {
	definition []byte // JSON
	file       []byte // zlib
}

// fontDefinition has the JSON fields of gofpdf's font definition files.
type fontDefinition struct {
	Tp           string
	Name         string
	Desc         fontDescriptor
	Up, Ut       int
	Cw           [256]int
	Enc          string
	Diff         string
	File         string
	OriginalSize int
}

type fontDescriptor struct {
	Ascent, Descent, CapHeight, Flags int
	FontBBox                          fontBox
	ItalicAngle, StemV, MissingWidth  int
}

type fontBox struct{ Xmin, Ymin, Xmax, Ymax int }

const flagNonsymbolic = 1 << 5 // PDF 32000-1 table 123

// newPageFont cuts the font to the 8-bit page. The name begins with a subset tag, as PDF
// asks of a font that is not whole.
func newPageFont(ttf []byte, m *metrics, name string, stemV int) (*pageFont, error) {
	ascii := make([]byte, 0, pageUpper-pageFirst)
	for c := byte(pageFirst); c < pageUpper; c++ {
		ascii = append(ascii, c)
	}
	cut := gofpdf.UTF8CutFont(bytes.Clone(ttf), string(ascii)+pageHigh)
	if len(cut) == 0 {
		return nil, errNoUnicode
	}
	var file bytes.Buffer
	z, err := zlib.NewWriterLevel(&file, zlib.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("compress font: %w", err)
	}
	if _, err = z.Write(cut); err == nil {
		err = z.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("compress font: %w", err)
	}
	def := fontDefinition{
		Tp: "TrueType", Name: "PRLONG+" + name, Up: -100, Ut: 50, Enc: "prolong",
		File: name + ".z", OriginalSize: len(cut),
		Desc: fontDescriptor{
			Ascent: m.ascent, Descent: m.descent, CapHeight: m.capHeight, Flags: flagNonsymbolic,
			FontBBox: fontBox{m.bbox[0], m.bbox[1], m.bbox[2], m.bbox[3]}, StemV: stemV, MissingWidth: m.missing,
		},
	}
	for i := range def.Cw {
		def.Cw[i] = m.missing
	}
	for c := pageFirst; c < pageUpper; c++ {
		def.Cw[c] = m.advanceOf(rune(c))
	}
	// Names of the form uniXXXX are what viewers turn back into text when it is copied.
	diff := []string{strconv.Itoa(pageUpper)}
	code := pageUpper
	for _, r := range pageHigh {
		def.Cw[code] = m.advanceOf(r)
		diff = append(diff, fmt.Sprintf("/uni%04X", r))
		code++
	}
	def.Diff = strings.Join(diff, " ")
	definition, err := json.Marshal(def)
	if err != nil {
		return nil, fmt.Errorf("font definition: %w", err)
	}
	return &pageFont{definition: definition, file: file.Bytes()}, nil
}

// encode turns a cleaned text into codes of the 8-bit page. ok is false if a character is
// not on the page.
func encode(s string) (codes string, ok bool) {
	if isPlain(s) {
		return s, true
	}
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xffff || encoding[r] == 0 {
			return "", false
		}
		out = append(out, encoding[r])
	}
	return string(out), true
}
