package render

import (
	"fmt"

	"prolong"
)

// Fonts are the TrueType files of the document font in its two weights.
type Fonts struct {
	Regular, Bold []byte
}

// Renderer turns snapshots into PDF. It is made once, holds no state between documents, and
// may be used by any number of goroutines.
type Renderer struct {
	fonts *fontSet
	// wide forbids the 8-bit path, so that tests and benchmarks can compare the two.
	wide  bool
	watch func(page int, b box)
}

// NewRenderer measures the fonts and cuts them to the characters of the fast path. It fails
// if a file is not a TrueType font with a Unicode character map.
func NewRenderer(fonts Fonts) (*Renderer, error) {
	set := &fontSet{ttfRegular: fonts.Regular, ttfBold: fonts.Bold}
	var err error
	if set.regular, set.pageRegular, err = loadFont(fonts.Regular, "GolosText-Regular", 80); err != nil {
		return nil, fmt.Errorf("render: regular font: %w", err)
	}
	if set.bold, set.pageBold, err = loadFont(fonts.Bold, "GolosText-Bold", 130); err != nil {
		return nil, fmt.Errorf("render: bold font: %w", err)
	}
	return &Renderer{fonts: set}, nil
}

func loadFont(ttf []byte, name string, stemV int) (m *metrics, page *pageFont, err error) {
	defer func() {
		// gofpdf indexes into broken tables without looking.
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errNotTrueType, r)
		}
	}()
	if m, err = parseMetrics(ttf); err != nil {
		return nil, nil, err
	}
	page, err = newPageFont(ttf, m, name, stemV)
	return m, page, err
}

// Render returns the document as PDF: the same bytes for the same snapshot, whenever and
// wherever. It returns CodeInvalid, naming the place, for a snapshot that contradicts itself
// (see Document.Validate), and never panics.
func (r *Renderer) Render(doc Document) (pdf []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = prolong.Wrap("render.Render", fmt.Errorf("%s %s: %v", doc.Kind, doc.Number, p))
		}
	}()
	if err := doc.Validate(); err != nil {
		return nil, prolong.Wrap("render.Render", err)
	}
	if !r.wide {
		c, err := r.draw(doc, true)
		if err != nil || !c.beyondPage {
			return finish(c, err)
		}
	}
	return finish(r.draw(doc, false))
}

func finish(c *canvas, err error) ([]byte, error) {
	if err != nil {
		return nil, prolong.Wrap("render.Render", err)
	}
	out, err := c.output()
	return out, prolong.Wrap("render.Render", err)
}

// draw lays the document out on a fresh canvas.
func (r *Renderer) draw(doc Document, eightBit bool) (*canvas, error) {
	l := layouts[doc.Kind]
	if doc.edition() >= edition4 {
		doc.Seller.TaxStatus, doc.Buyer.TaxStatus = tied(doc.Seller.TaxStatus), tied(doc.Buyer.TaxStatus)
	}
	c := newCanvas(r.fonts, l.paper, eightBit, about{
		title: doc.heading(), author: doc.Seller.Name, date: doc.Date, edition: doc.edition(),
	})
	c.watch = r.watch
	s := newSheet(c, l.margins, doc.edition())
	if err := l.draw(s, &doc); err != nil {
		return nil, err
	}
	s.finish(doc.heading())
	return c, nil
}
