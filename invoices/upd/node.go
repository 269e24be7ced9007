package upd

import (
	"bytes"
	"strconv"

	"golang.org/x/text/encoding/charmap"
)

// node is an element in the order in which the format wants it. encoding/xml cannot be used:
// it writes UTF-8 only, and the format is windows-1251 by order of the tax office.
type node struct {
	name     string
	attrs    []attr
	children []*node
	text     string
}

type attr struct{ name, value string }

func element(name string, attrs ...string) *node {
	n := &node{name: name}
	for i := 0; i+1 < len(attrs); i += 2 {
		n.set(attrs[i], attrs[i+1])
	}
	return n
}

// set adds an attribute; one without a value is left out, as the format forbids empty ones.
func (n *node) set(name, value string) {
	if value != "" {
		n.attrs = append(n.attrs, attr{name, value})
	}
}

// add appends children and returns n; nil stands for what is not there.
func (n *node) add(children ...*node) *node {
	for _, c := range children {
		if c != nil {
			n.children = append(n.children, c)
		}
	}
	return n
}

func textNode(name, text string) *node { return &node{name: name, text: text} }

// encode writes the document. The same tree gives the same bytes: they are what gets signed.
func encode(root *node) []byte {
	var b bytes.Buffer
	b.WriteString(`<?xml version="1.0" encoding="windows-1251"?>` + "\n")
	root.write(&b)
	return b.Bytes()
}

func (n *node) write(b *bytes.Buffer) {
	b.WriteByte('<')
	writeText(b, n.name)
	for _, a := range n.attrs {
		b.WriteByte(' ')
		writeText(b, a.name)
		b.WriteString(`="`)
		writeText(b, a.value)
		b.WriteByte('"')
	}
	if len(n.children) == 0 && n.text == "" {
		b.WriteString("/>")
		return
	}
	b.WriteByte('>')
	writeText(b, n.text)
	for _, c := range n.children {
		c.write(b)
	}
	b.WriteString("</")
	writeText(b, n.name)
	b.WriteByte('>')
}

var escapes = map[rune]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '"': "&quot;"}

// writeText writes text in windows-1251. What the code page lacks (the Kazakh letters, the
// rouble sign) becomes a character reference, so that nothing is lost on the way; what XML 1.0
// does not know at all is dropped.
func writeText(b *bytes.Buffer, s string) {
	for _, r := range s {
		if escape, ok := escapes[r]; ok {
			b.WriteString(escape)
			continue
		}
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			b.WriteByte(' ') // a reader of attributes would make it one anyway
		case r < 0x20 || r == 0xFFFE || r == 0xFFFF || r == 0xFFFD:
		default:
			if code, ok := charmap.Windows1251.EncodeRune(r); ok {
				b.WriteByte(code)
				continue
			}
			b.WriteString("&#" + strconv.Itoa(int(r)) + ";")
		}
	}
}
