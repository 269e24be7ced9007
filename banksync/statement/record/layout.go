package record

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"strings"
)

// layout writes indented JSON piece by piece, as json.Encoder with two spaces writes the whole.
type layout struct {
	w       *bufio.Writer
	scratch bytes.Buffer
	err     error // of a value; that of the writer stays in w
}

// part is a list of an object.
type part struct {
	name  string
	count int
	value func(int) any
}

func newLayout(w io.Writer) *layout { return &layout{w: bufio.NewWriterSize(w, 1<<16)} }

func (l *layout) text(s string) {
	_, _ = l.w.WriteString(s) // flush returns its error
}

// list writes count elements, each on a line of its own, inside of depth other values.
func (l *layout) list(depth, count int, element func(int)) {
	l.text("[")
	for i := range count {
		if i > 0 {
			l.text(",")
		}
		l.line(depth + 1)
		element(i)
	}
	if count > 0 {
		l.line(depth)
	}
	l.text("]")
}

func (l *layout) line(depth int) { l.text("\n" + strings.Repeat("  ", depth)) }

// object writes the fields of head, which has at least one, and behind them the lists.
func (l *layout) object(depth int, head any, lists ...part) {
	fields := bytes.TrimSuffix(l.indented(depth, head), []byte("\n"+strings.Repeat("  ", depth)+"}"))
	_, _ = l.w.Write(fields) // flush returns its error
	for _, p := range lists {
		l.text(",")
		l.line(depth + 1)
		l.text(`"` + p.name + `": `)
		l.list(depth+1, p.count, func(i int) {
			_, _ = l.w.Write(l.indented(depth+2, p.value(i))) // flush returns its error
		})
	}
	l.line(depth)
	l.text("}")
}

// indented returns a value as it stands inside of depth others; it is valid until the next call.
func (l *layout) indented(depth int, v any) []byte {
	l.scratch.Reset()
	enc := json.NewEncoder(&l.scratch)
	enc.SetEscapeHTML(false)
	enc.SetIndent(strings.Repeat("  ", depth), "  ")
	if err := enc.Encode(v); err != nil && l.err == nil {
		l.err = err
	}
	return bytes.TrimSuffix(l.scratch.Bytes(), []byte("\n"))
}

func (l *layout) flush() error {
	if l.err != nil {
		return l.err
	}
	return l.w.Flush()
}
