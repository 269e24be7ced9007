package render

import (
	"bytes"
	"fmt"
	"image/png"
	"slices"
	"strconv"

	"github.com/jung-kurt/gofpdf"
	"rsc.io/qr/coding"

	"prolong"
)

// style is a weight of the document font.
type style int

const (
	plain style = iota
	bold
)

// fontSet is the document font in two weights, measured and cut once.
type fontSet struct {
	regular, bold         *metrics
	ttfRegular, ttfBold   []byte
	pageRegular, pageBold *pageFont
}

func (f *fontSet) metrics(st style) *metrics {
	if st == bold {
		return f.bold
	}
	return f.regular
}

// paper is the size of a page in millimetres.
type paper struct{ w, h float64 }

var (
	portrait  = paper{w: 210, h: 297}
	landscape = paper{w: 297, h: 210}
)

// align says on which side of its box a line of text stands.
type align int

const (
	left align = iota
	center
	right
)

const family = "doc"

// canvas is all that layouts know of PDF: about fifteen methods over gofpdf, in millimetres
// from the upper left corner. It hides gofpdf's faults: every text is cleaned, each document
// has its own copy of the font bytes, and measuring is ours.
type canvas struct {
	pdf   *gofpdf.Fpdf
	fonts *fontSet
	paper paper
	// eightBit is the fast path; beyondPage is set when a text does not fit its page of
	// characters, and the document has to be drawn again by the other path.
	eightBit, beyondPage bool

	style style
	size  float64 // points
	set   bool    // style and size were told to gofpdf on this page
	pages int
	raw   []byte

	dry           bool                  // nothing is drawn: a block is only measured
	payment       *coding.Code          // payment QR
	pictureWidths []int                 // pixels
	watch         func(page int, b box) // tests see every text that is drawn
}

// box is where a text was drawn, for the tests that look for overlaps.
type box struct {
	x, y, w, h float64 // of the letters, from cap height to descent
	text       string
}

// about is what a PDF tells of itself.
type about struct {
	title, author string
	date          prolong.Date
	edition       edition
}

func newCanvas(fonts *fontSet, p paper, eightBit bool, a about) *canvas {
	orientation := "P"
	if p.w > p.h {
		orientation = "L"
	}
	pdf := gofpdf.New(orientation, "mm", "A4", "")
	c := &canvas{pdf: pdf, fonts: fonts, paper: p, eightBit: eightBit, size: 9}
	// The order of objects and the dates are what makes two runs differ.
	pdf.SetCatalogSort(true)
	pdf.SetCreationDate(a.date.Time())
	pdf.SetModificationDate(a.date.Time())
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetMargins(0, 0, 0)
	pdf.SetTitle(oneLine(fonts.clean(a.title)), true)
	pdf.SetAuthor(oneLine(fonts.clean(a.author)), true)
	pdf.SetCreator("Prolong", true)
	pdf.SetProducer("Prolong render "+strconv.Itoa(int(a.edition)), true)
	if eightBit {
		pdf.AddFontFromBytes(family, "", fonts.pageRegular.definition, fonts.pageRegular.file)
		pdf.AddFontFromBytes(family, "B", fonts.pageBold.definition, fonts.pageBold.file)
	} else {
		// gofpdf writes into the slice, so parallel documents must not share it.
		pdf.AddUTF8FontFromBytes(family, "", bytes.Clone(fonts.ttfRegular))
		pdf.AddUTF8FontFromBytes(family, "B", bytes.Clone(fonts.ttfBold))
	}
	return c
}

// newPage starts a page; the font is kept.
func (c *canvas) newPage() {
	c.pdf.AddPage()
	c.pages++
	c.set = false
}

// turnTo goes back to page n, counted from 1, to complete it.
func (c *canvas) turnTo(n int) {
	if c.dry {
		return
	}
	c.pdf.SetPage(n)
	c.set = false
}

// font chooses weight and size in points for the texts that follow.
func (c *canvas) font(st style, size float64) {
	if c.style != st || c.size != size {
		c.style, c.size, c.set = st, size, false
	}
}

// width returns how wide s would be set, in millimetres.
func (c *canvas) width(s string) float64 {
	return float64(c.fonts.metrics(c.style).units(oneLine(c.fonts.clean(s)))) * c.size / unitsPerMM
}

// wrap cleans s and breaks it into lines of at most width millimetres.
func (c *canvas) wrap(s string, width float64) []string {
	return c.fonts.metrics(c.style).wrap(c.fonts.clean(s), c.size, width)
}

// lineHeight is the distance of two baselines in the current size.
func (c *canvas) lineHeight() float64 { return c.size * 0.42 }

// text sets one line with its baseline at y; x is the side named by a.
func (c *canvas) text(x, y float64, a align, s string) {
	if c.dry {
		return
	}
	s = oneLine(c.fonts.clean(s))
	if s == "" {
		return
	}
	w := float64(c.fonts.metrics(c.style).units(s)) * c.size / unitsPerMM
	switch a {
	case left:
	case center:
		x -= w / 2
	case right:
		x -= w
	}
	if c.watch != nil {
		ascent := float64(c.fonts.regular.capHeight) * c.size / unitsPerMM
		descent := float64(-c.fonts.regular.descent) * c.size / unitsPerMM
		c.watch(c.pdf.PageNo(), box{x: x, y: y - ascent, w: w, h: ascent + descent, text: s})
	}
	if !c.set {
		name := ""
		if c.style == bold {
			name = "B"
		}
		c.pdf.SetFont(family, name, c.size)
		c.set = true
	}
	if c.eightBit {
		codes, ok := encode(s)
		if !ok {
			c.beyondPage = true
			return
		}
		s = codes
	}
	c.pdf.Text(x, y, s)
}

// stroke draws connected straight lines, w millimetres thick: x and y in turn.
func (c *canvas) stroke(w float64, points ...float64) {
	if c.dry {
		return
	}
	c.raw = strconv.AppendFloat(c.raw[:0], w*ptPerMM, 'f', 2, 64)
	c.raw = append(c.raw, " w "...)
	for i := 0; i+1 < len(points); i += 2 {
		c.point(points[i], points[i+1])
		if i == 0 {
			c.raw = append(c.raw, "m "...)
		} else {
			c.raw = append(c.raw, "l "...)
		}
	}
	c.pdf.RawWriteStr(string(append(c.raw, 'S')))
}

// grid draws a row of cells from (x, y) with the given widths, h high.
func (c *canvas) grid(line, x, y, h float64, widths ...float64) {
	if c.dry {
		return
	}
	total := 0.0
	for _, w := range widths {
		total += w
	}
	c.raw = strconv.AppendFloat(c.raw[:0], line*ptPerMM, 'f', 2, 64)
	c.raw = append(c.raw, " w "...)
	c.rect(x, y, total, h)
	for _, w := range widths[:len(widths)-1] {
		x += w
		c.point(x, y)
		c.raw = append(c.raw, "m "...)
		c.point(x, y+h)
		c.raw = append(c.raw, "l "...)
	}
	c.pdf.RawWriteStr(string(append(c.raw, 'S')))
}

// fill paints a rectangle in a shade of grey, 0 black to 1 white.
func (c *canvas) fill(grey, x, y, w, h float64) {
	if c.dry {
		return
	}
	c.raw = append(c.raw[:0], "q "...)
	c.raw = strconv.AppendFloat(c.raw, grey, 'f', 3, 64)
	c.raw = append(c.raw, " g "...)
	c.rect(x, y, w, h)
	c.pdf.RawWriteStr(string(append(c.raw, "f Q"...)))
}

// disc paints a white disc around (x, y).
func (c *canvas) disc(x, y, r float64) {
	if c.dry {
		return
	}
	c.pdf.SetFillColor(255, 255, 255)
	c.pdf.Circle(x, y, r, "F")
}

// code draws a QR code, size millimetres wide without its quiet zone, as an image mask of
// one bit to the module: far cheaper than a rectangle each.
func (c *canvas) code(q *coding.Code, x, y, size float64) {
	if c.dry {
		return
	}
	const hex = "0123456789ABCDEF"
	stride := (q.Size + 7) / 8
	c.raw = append(c.raw[:0], "q "...)
	c.number(size)
	c.raw = append(c.raw, "0 0 "...)
	c.number(size)
	c.point(x, y+size)
	c.raw = append(c.raw, "cm BI /W "...)
	c.raw = strconv.AppendInt(c.raw, int64(q.Size), 10)
	c.raw = append(c.raw, " /H "...)
	c.raw = strconv.AppendInt(c.raw, int64(q.Size), 10)
	c.raw = append(c.raw, " /IM true /BPC 1 /D [1 0] /F /AHx ID\n"...)
	for row := range q.Size {
		for _, b := range q.Bitmap[row*q.Stride : row*q.Stride+stride] {
			c.raw = append(c.raw, hex[b>>4], hex[b&15])
		}
	}
	c.pdf.RawWriteStr(string(append(c.raw, ">\nEI Q"...)))
}

// picture draws a PNG into the box; h of nought keeps its proportions. gofpdf orders pictures
// by their width in pixels and leaves those of equal width in random order, so a second
// picture as wide as the first gets one more transparent column.
func (c *canvas) picture(name string, data []byte, x, y, w, h float64) error {
	if c.dry {
		return nil
	}
	config, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	for slices.Contains(c.pictureWidths, config.Width) {
		if data, err = widened(data); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		config.Width++
	}
	c.pictureWidths = append(c.pictureWidths, config.Width)
	options := gofpdf.ImageOptions{ImageType: "PNG"}
	c.pdf.RegisterImageOptionsReader(name, options, bytes.NewReader(data))
	c.pdf.ImageOptions(name, x, y, w, h, false, options, 0, "")
	return nil
}

// output ends the document and returns its bytes.
func (c *canvas) output() ([]byte, error) {
	var out bytes.Buffer
	if err := c.pdf.Output(&out); err != nil {
		return nil, fmt.Errorf("gofpdf: %w", err)
	}
	return out.Bytes(), nil
}

const ptPerMM = 72 / 25.4

func (c *canvas) rect(x, y, w, h float64) {
	c.point(x, y+h)
	c.number(w)
	c.number(h)
	c.raw = append(c.raw, "re "...)
}

func (c *canvas) point(x, y float64) {
	c.number(x)
	c.number(c.paper.h - y)
}

// number appends millimetres in points.
func (c *canvas) number(mm float64) {
	c.raw = strconv.AppendFloat(c.raw, mm*ptPerMM, 'f', 2, 64)
	c.raw = append(c.raw, ' ')
}
