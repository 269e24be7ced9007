package charset

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"
)

// Lines reads a text line by line as UTF-8. Line ends may be LF, CRLF or, in files without
// any LF, CR.
type Lines struct {
	reader   *bufio.Reader
	encoding Encoding
	declared string
	table    *byteTable
	ending   byte
	number   int
	line     []byte
	decoded  []byte
	long     []byte
	damaged  bool
	ended    bool
	err      error
}

func newLines(t *Text) *Lines {
	l := &Lines{reader: t.reader, encoding: t.encoding, declared: t.declared, table: tableOf(t.encoding), ending: '\n'}
	if bytes.IndexByte(t.head, '\n') < 0 && bytes.IndexByte(t.head, '\r') >= 0 {
		l.ending = '\r'
	}
	return l
}

// Next reads a line; false at the end of the file or on an error, see Err.
func (l *Lines) Next() bool {
	if l.err != nil {
		return false
	}
	raw, err := l.reader.ReadSlice(l.ending)
	cut := false
	if errors.Is(err, bufio.ErrBufferFull) {
		raw, cut, err = l.readLong(raw)
	}
	if err != nil && (!errors.Is(err, io.EOF) || len(raw) == 0) {
		l.err = err
		return false
	}
	l.number++
	l.ended = false
	if n := len(raw); n > 0 && raw[n-1] == l.ending {
		raw, l.ended = raw[:n-1], true
	}
	if n := len(raw); n > 0 && raw[n-1] == '\r' {
		raw = raw[:n-1]
	}
	l.damaged = cut
	l.line = l.decode(raw)
	return true
}

// readLong collects a line that is longer than the buffer, up to lineBytesMax.
func (l *Lines) readLong(start []byte) (line []byte, cut bool, err error) {
	l.long = append(l.long[:0], start...)
	for {
		var more []byte
		more, err = l.reader.ReadSlice(l.ending)
		if room := lineBytesMax - len(l.long); len(more) > room {
			l.long, cut = append(l.long, more[:room]...), true
		} else {
			l.long = append(l.long, more...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return l.long, cut, err
		}
	}
}

func (l *Lines) decode(raw []byte) []byte {
	if isASCII(raw) {
		return raw
	}
	if l.encoding == ASCII {
		// The beginning of the file had no letters above ASCII; this line decides.
		l.encoding = Detect(raw, l.declared)
		l.table = tableOf(l.encoding)
	}
	if l.table != nil {
		l.decoded = l.table.appendTo(l.decoded[:0], raw)
		l.damaged = l.damaged || bytes.Contains(l.decoded, replacement)
		return l.decoded
	}
	if !utf8.Valid(raw) {
		l.damaged = true
		return bytes.ToValidUTF8(raw, replacement)
	}
	if bytes.Contains(raw, replacement) {
		l.damaged = true
	}
	return raw
}

// Damaged says whether letters of the line are lost: bytes that are not of the encoding,
// U+FFFD left by a wrong re-save, or a line longer than any real one.
func (l *Lines) Damaged() bool { return l.damaged }

// Ended says whether the line has its end mark; only the last line of a file may have none, and
// nobody can tell then whether it would have gone on.
func (l *Lines) Ended() bool { return l.ended }

// Encoding returns the encoding of the lines read so far.
func (l *Lines) Encoding() Encoding { return l.encoding }

// Err returns what stopped Next, nil at the end of the file.
func (l *Lines) Err() error {
	if errors.Is(l.err, io.EOF) {
		return nil
	}
	return l.err
}

// Line returns the line without its end; it is valid until Next.
func (l *Lines) Line() []byte { return l.line }

// Number returns the line's number, from 1.
func (l *Lines) Number() int { return l.number }

// byteTable holds the UTF-8 spelling of every byte of a single-byte encoding.
type byteTable struct {
	size    [256]uint8
	letters [256][utf8.UTFMax]byte
}

var byteTables = func() map[Encoding]*byteTable {
	out := make(map[Encoding]*byteTable, len(tables))
	for enc, charmap := range tables {
		t := new(byteTable)
		for c := range 256 {
			t.size[c] = uint8(utf8.EncodeRune(t.letters[c][:], charmap.DecodeByte(byte(c))))
		}
		out[enc] = t
	}
	return out
}()

func tableOf(enc Encoding) *byteTable { return byteTables[enc] }

func (t *byteTable) appendTo(dst, src []byte) []byte {
	// Three bytes per letter is the most that a single-byte encoding can take.
	if need := len(dst) + 3*len(src); cap(dst) < need {
		dst = append(make([]byte, 0, need), dst...)
	}
	n := len(dst)
	dst = dst[:cap(dst)]
	for _, c := range src {
		if c < utf8.RuneSelf {
			dst[n] = c
			n++
			continue
		}
		letter := &t.letters[c]
		dst[n], dst[n+1], dst[n+2] = letter[0], letter[1], letter[2]
		n += int(t.size[c])
	}
	return dst[:n]
}
