package markup

import (
	"bytes"
	"errors"
	"io"
)

// source gives the text to the XML reader, without the characters that XML forbids and that banks
// send nevertheless, and keeps the part of it that may be asked for.
type source struct {
	r    io.Reader
	err  error  // of r; io.EOF at the end
	buf  []byte // from the offset base on
	base int64
	kept int64 // what lies before this offset is not needed any more
	next int   // of buf, what is read next
	rest []byte
}

// blockBytes is how much is read at a time.
const blockBytes = 64 << 10

func newSource(r io.Reader) *source { return &source{r: r} }

// ReadByte implements io.ByteReader, by which the XML reader takes no more than it needs.
func (s *source) ReadByte() (byte, error) {
	if s.next == len(s.buf) && !s.fill() {
		return 0, s.err
	}
	c := s.buf[s.next]
	s.next++
	return c, nil
}

// Read implements io.Reader.
func (s *source) Read(p []byte) (int, error) {
	if s.next == len(s.buf) && !s.fill() {
		return 0, s.err
	}
	n := copy(p, s.buf[s.next:])
	s.next += n
	return n, nil
}

// fill reads a block; false at the end or on an error.
func (s *source) fill() bool {
	if done := int(min(s.kept-s.base, int64(s.next))); done > 0 {
		s.buf = append(s.buf[:0], s.buf[done:]...)
		s.base += int64(done)
		s.next -= done
	}
	for s.err == nil && s.next == len(s.buf) {
		at := len(s.buf)
		s.buf = append(s.buf, s.rest...)
		s.rest = s.rest[:0]
		start := len(s.buf)
		s.buf = append(s.buf, make([]byte, blockBytes)...)
		var n int
		n, s.err = s.r.Read(s.buf[start:])
		s.buf = s.buf[:start+n]
		if s.err == nil {
			s.holdBack(at)
		}
		s.buf = s.buf[:at+printable(s.buf[at:])]
	}
	return s.next < len(s.buf)
}

// The characters U+FFFE and U+FFFF in UTF-8 are two bytes and one of two others.
var forbiddenLetter = []byte{0xEF, 0xBF}

// holdBack keeps the beginning of a letter that may be forbidden for the next block.
func (s *source) holdBack(at int) {
	for n := min(len(forbiddenLetter), len(s.buf)-at); n > 0; n-- {
		if end := s.buf[len(s.buf)-n:]; bytes.Equal(end, forbiddenLetter[:n]) {
			s.rest = append(s.rest, end...)
			s.buf = s.buf[:len(s.buf)-n]
			return
		}
	}
}

// printable puts a space in the place of every forbidden character and returns the new length.
func printable(b []byte) int {
	n := 0
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case c < ' ' && c != '\n' && c != '\r' && c != '\t':
			c = ' '
		case c == forbiddenLetter[0] && i+2 < len(b) && b[i+1] == forbiddenLetter[1] && b[i+2] >= 0xBE:
			c = ' '
			i += 2
		}
		b[n] = c
		n++
	}
	return n
}

// keepFrom lets go of the text before an offset.
func (s *source) keepFrom(offset int64) { s.kept = offset }

// tagBefore returns the offset of the tag that ends at one.
func (s *source) tagBefore(end int64) int64 {
	if at := bytes.LastIndexByte(s.buf[:end-s.base], '<'); at >= 0 {
		return s.base + int64(at)
	}
	return end
}

// text returns what lies between two offsets.
func (s *source) text(from, to int64) string { return string(s.buf[from-s.base : to-s.base]) }

// drain reads to the end and returns the error of the reader.
func (s *source) drain() error {
	s.buf, s.rest, s.next = nil, nil, 0
	if s.err == nil {
		_, s.err = io.Copy(io.Discard, s.r)
	}
	if errors.Is(s.err, io.EOF) {
		return nil
	}
	return s.err
}
