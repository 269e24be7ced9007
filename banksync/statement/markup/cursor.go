// Package markup walks through an XML statement element by element, so that a broken element
// does not lose its neighbours, and knows the line and the original text of each.
package markup

import (
	"encoding/xml"
	"errors"
	"io"

	"prolong"
	"prolong/banksync/statement/charset"
)

// Cursor stands at an element of the file. It keeps no more of the text than that element.
type Cursor struct {
	source  *source
	decoder *xml.Decoder
	path    []string
}

// New reads the file; what is wrong with it is said by Next and End.
func New(text *charset.Text) *Cursor {
	c := &Cursor{source: newSource(text.Reader())}
	c.decoder = xml.NewDecoder(c.source)
	// Banks forget to escape "&" in names; that must not cost the whole file.
	c.decoder.Strict = false
	c.decoder.Entity = xml.HTMLEntity
	// The text is UTF-8 by now, whatever the prologue declares.
	c.decoder.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	return c
}

// End reads what is left behind a place where the XML breaks off. Returns the reader's error: a file
// that cannot be read, or is too large, is refused as a whole.
func (c *Cursor) End() error { return prolong.Wrap("markup.End", c.source.drain()) }

// Next goes to the next start of an element. Returns io.EOF at the end of a complete file,
// CodeInvalid with the line where the XML breaks off.
func (c *Cursor) Next() (xml.StartElement, error) {
	for {
		c.source.keepFrom(c.decoder.InputOffset())
		token, err := c.decoder.Token()
		if errors.Is(err, io.EOF) {
			return xml.StartElement{}, io.EOF
		}
		if err != nil {
			return xml.StartElement{}, c.broken(err)
		}
		switch t := token.(type) {
		case xml.StartElement:
			c.path = append(c.path, t.Name.Local)
			return t, nil
		case xml.EndElement:
			if len(c.path) > 0 {
				c.path = c.path[:len(c.path)-1]
			}
		}
	}
}

// Within says whether the cursor's element lies inside an element of the name.
func (c *Cursor) Within(name string) bool {
	for _, step := range c.path[:max(len(c.path)-1, 0)] {
		if step == name {
			return true
		}
	}
	return false
}

// Element is the place of an element that was read.
type Element struct {
	Line int
	Raw  string
}

// Read decodes the element that Next has just returned into v and goes behind it.
func (c *Cursor) Read(start xml.StartElement, v any) (Element, error) {
	begin := c.source.tagBefore(c.decoder.InputOffset())
	line := c.Line()
	err := c.decoder.DecodeElement(v, &start)
	if len(c.path) > 0 {
		c.path = c.path[:len(c.path)-1]
	}
	if err != nil {
		return Element{Line: line}, c.broken(err)
	}
	return Element{Line: line, Raw: c.source.text(begin, c.decoder.InputOffset())}, nil
}

// Line returns the line of the file that the cursor stands on.
func (c *Cursor) Line() int {
	line, _ := c.decoder.InputPos()
	return line
}

func (c *Cursor) broken(err error) error {
	reason := err.Error()
	var syntax *xml.SyntaxError
	line := c.Line()
	if errors.As(err, &syntax) {
		reason, line = syntax.Msg, syntax.Line
	}
	return prolong.NewError(prolong.CodeInvalid, "error.statement_bad_xml",
		prolong.Args{"Line": line, "Reason": reason}).Because(err)
}
