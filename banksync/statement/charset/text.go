package charset

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"regexp"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"prolong"
)

const (
	// headBytes is how much of a file is looked at to find its format and encoding.
	headBytes = 256 << 10
	// FileBytesMax bounds a statement file; a year of a large shop is below 200 MB.
	FileBytesMax = 512 << 20
	// lineBytesMax bounds one line; longer ones are cut, and the line counts as damaged.
	lineBytesMax = 1 << 20
)

// replacement is U+FFFD in UTF-8: a letter that was lost by a wrong re-save.
var replacement = []byte("\uFFFD")

var (
	bomUTF8    = []byte("\xEF\xBB\xBF")
	bomUTF16LE = []byte("\xFF\xFE")
	bomUTF16BE = []byte("\xFE\xFF")
)

// Text is a file of known encoding, read from its beginning.
type Text struct {
	encoding Encoding
	declared string
	head     []byte
	reader   *bufio.Reader
}

// Open looks at the beginning of the file and finds its encoding. Returns CodeInvalid for an
// empty file, the reader's error if it cannot be read.
func Open(r io.Reader) (*Text, error) {
	br := bufio.NewReaderSize(&limited{r: r, left: FileBytesMax}, headBytes)
	head, err := peek(br)
	if err != nil {
		return nil, err
	}
	switch {
	case bytes.HasPrefix(head, bomUTF8):
		if _, err := br.Discard(len(bomUTF8)); err != nil {
			return nil, err
		}
		head = head[len(bomUTF8):]
		if utf8.Valid(trimTail(head)) {
			return &Text{encoding: UTF8, head: bytes.Clone(head), reader: br}, nil
		}
	case bytes.HasPrefix(head, bomUTF16LE), bytes.HasPrefix(head, bomUTF16BE), looksUTF16(head):
		return openUTF16(br, head)
	}
	if len(bytes.TrimSpace(head)) == 0 {
		return nil, prolong.NewError(prolong.CodeInvalid, "error.statement_empty", nil)
	}
	declared := declaredXML(head)
	t := &Text{encoding: Detect(head, declared), declared: declared, reader: br}
	t.head = t.decodeHead(head)
	return t, nil
}

// looksUTF16 recognises UTF-16 of text that begins with ASCII and has no mark.
func looksUTF16(head []byte) bool {
	return len(head) >= 4 && (head[0] == 0 && head[2] == 0 && head[1] != 0 && head[3] != 0 ||
		head[1] == 0 && head[3] == 0 && head[0] != 0 && head[2] != 0)
}

func openUTF16(br *bufio.Reader, head []byte) (*Text, error) {
	order := unicode.LittleEndian
	if bytes.HasPrefix(head, bomUTF16BE) || head[0] == 0 {
		order = unicode.BigEndian
	}
	decoded := transform.NewReader(br, unicode.UTF16(order, unicode.UseBOM).NewDecoder())
	if !bytes.HasPrefix(head, bomUTF16LE) && !bytes.HasPrefix(head, bomUTF16BE) {
		decoded = transform.NewReader(br, unicode.UTF16(order, unicode.IgnoreBOM).NewDecoder())
	}
	out := bufio.NewReaderSize(decoded, headBytes)
	decodedHead, err := peek(out)
	if err != nil {
		return nil, err
	}
	return &Text{encoding: UTF16, head: bytes.Clone(decodedHead), reader: out}, nil
}

// peek returns up to a buffer of the file, fewer bytes at its end.
func peek(br *bufio.Reader) ([]byte, error) {
	head, err := br.Peek(br.Size())
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, err
	}
	return head, nil
}

var xmlPrologue = regexp.MustCompile(`^\s*<\?xml[^>]{0,200}encoding\s*=\s*["']([A-Za-z0-9._\-]{1,40})["']`)

// declaredXML returns the encoding that an XML prologue names.
func declaredXML(head []byte) string {
	found := xmlPrologue.FindSubmatch(head[:min(len(head), 512)])
	if found == nil {
		return unknownName
	}
	return string(bytes.ToLower(found[1]))
}

func (t *Text) decodeHead(head []byte) []byte {
	if table := tableOf(t.encoding); table != nil {
		return table.appendTo(nil, head)
	}
	return bytes.ToValidUTF8(trimTail(head), replacement)
}

// Encoding returns the encoding found; ASCII may later turn out to be more, see Lines.
func (t *Text) Encoding() Encoding { return t.encoding }

// Head returns the beginning of the file as UTF-8, for recognising formats.
func (t *Text) Head() []byte { return t.head }

// Lines returns a reader of lines. Use either Lines or Reader, once.
func (t *Text) Lines() *Lines { return newLines(t) }

// Reader returns the file as valid UTF-8 without a byte order mark. Letters that cannot be
// decoded become U+FFFD.
func (t *Text) Reader() io.Reader {
	encoding := t.encoding
	if declared, ok := byName(t.declared); ok && encoding == ASCII {
		// The letters come later than the beginning that was looked at.
		encoding = declared
	}
	if table, ok := tables[encoding]; ok {
		return transform.NewReader(t.reader, table.NewDecoder())
	}
	return transform.NewReader(t.reader, unicode.UTF8.NewDecoder())
}

// limited refuses a file that is larger than any statement.
type limited struct {
	r    io.Reader
	left int64
}

// Read implements io.Reader.
func (l *limited) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, prolong.NewError(prolong.CodeInvalid, "error.statement_too_large", prolong.Args{"MegabytesMax": FileBytesMax >> 20})
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}
