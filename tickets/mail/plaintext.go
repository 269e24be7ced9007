package mail

import (
	"io"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// htmlBytesMax bounds how much HTML of one part is looked at.
const htmlBytesMax = 2 << 20

// quoteMarks are the classes and ids under which mailers put what is quoted, not written.
var quoteMarks = []string{
	"gmail_quote", "gmail_quote_container", "gmail_attr", "yahoo_quoted", "moz-cite-prefix", "divRplyFwdMsg", "appendonsend",
	"OLK_SRC_BODY_SECTION", "OutlookMessageHeader", "protonmail_quote", "mail-quote", "mail_quote",
}

// PlainText turns HTML into text: blocks become lines, quotations get "> " in front, so that
// Trim finds them as in a plain letter. Scripts, styles and everything unseen are dropped.
func PlainText(source string) string {
	if len(source) > htmlBytesMax {
		source = source[:htmlBytesMax]
	}
	w := textWriter{}
	z := html.NewTokenizer(strings.NewReader(source))
	z.SetMaxBuf(htmlBytesMax)
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			if z.Err() != io.EOF { //nolint:errorlint // the tokenizer returns io.EOF itself, unwrapped
				w.text(string(z.Raw()))
			}
			break
		}
		t := z.Token()
		switch kind { //nolint:exhaustive // comments and doctypes show nothing
		case html.TextToken:
			w.text(t.Data)
		case html.StartTagToken, html.SelfClosingTagToken:
			w.open(t, kind == html.SelfClosingTagToken)
		case html.EndTagToken:
			w.close(t)
		}
	}
	return w.String()
}

// textWriter collects lines.
type textWriter struct {
	lines    []string
	line     strings.Builder
	hidden   []atom.Atom // open elements that show nothing
	openTags []openTag
	pre      int
	quote    int
}

type openTag struct {
	a      atom.Atom
	quotes bool
}

// blocks begin and end a line.
var blocks = map[atom.Atom]bool{
	atom.Address: true, atom.Article: true, atom.Blockquote: true, atom.Center: true, atom.Dd: true, atom.Div: true, atom.Dl: true, atom.Dt: true,
	atom.Fieldset: true, atom.Footer: true, atom.Form: true, atom.H1: true, atom.H2: true, atom.H3: true, atom.H4: true, atom.H5: true, atom.H6: true,
	atom.Header: true, atom.Hr: true, atom.Li: true, atom.Main: true, atom.Nav: true, atom.Ol: true, atom.P: true, atom.Pre: true, atom.Section: true,
	atom.Table: true, atom.Tr: true, atom.Ul: true,
}

// unseen elements show none of their text.
var unseen = map[atom.Atom]bool{
	atom.Script: true, atom.Style: true, atom.Head: true, atom.Title: true, atom.Template: true, atom.Noscript: true, atom.Object: true, atom.Textarea: true,
}

const openTagsMax = 2000

func (w *textWriter) open(t html.Token, selfClosing bool) {
	if unseen[t.DataAtom] && !selfClosing {
		if len(w.hidden) < openTagsMax {
			w.hidden = append(w.hidden, t.DataAtom)
		}
		return
	}
	if t.DataAtom == atom.Body { // a head that was never closed ends here
		w.hidden = nil
	}
	if len(w.hidden) > 0 {
		return
	}
	quotes := t.DataAtom == atom.Blockquote || marksQuote(t)
	switch {
	case t.DataAtom == atom.Br:
		w.newline()
	case blocks[t.DataAtom] || quotes:
		w.endLine()
		if t.DataAtom == atom.P && len(w.lines) > 0 && w.lines[len(w.lines)-1] != "" {
			w.lines = append(w.lines, w.prefix())
		}
	case t.DataAtom == atom.Td || t.DataAtom == atom.Th:
		if w.line.Len() > 0 {
			w.line.WriteByte(' ')
		}
	}
	if t.DataAtom == atom.Li {
		w.line.WriteString("- ")
	}
	if t.DataAtom == atom.Pre {
		w.pre++
	}
	if !selfClosing && t.DataAtom != atom.Br && t.DataAtom != atom.Hr && (blocks[t.DataAtom] || quotes) && len(w.openTags) < openTagsMax {
		w.openTags = append(w.openTags, openTag{t.DataAtom, quotes})
		if quotes {
			w.quote++
		}
	}
}

func (w *textWriter) close(t html.Token) {
	if n := len(w.hidden); n > 0 {
		if w.hidden[n-1] == t.DataAtom {
			w.hidden = w.hidden[:n-1]
		}
		return
	}
	if blocks[t.DataAtom] {
		w.endLine()
	}
	if t.DataAtom == atom.Pre && w.pre > 0 {
		w.pre--
	}
	for i := len(w.openTags) - 1; i >= 0; i-- {
		if w.openTags[i].a != t.DataAtom {
			continue
		}
		w.endLine()
		for _, o := range w.openTags[i:] {
			if o.quotes {
				w.quote--
			}
		}
		w.openTags = w.openTags[:i]
		break
	}
}

func (w *textWriter) text(s string) {
	if len(w.hidden) > 0 {
		return
	}
	s = strings.ReplaceAll(s, "\u00a0", " ")
	if w.pre > 0 {
		for i, l := range strings.Split(s, "\n") {
			if i > 0 {
				w.newline()
			}
			w.line.WriteString(l)
		}
		return
	}
	words := strings.Fields(s)
	if len(words) == 0 {
		w.space(s != "")
		return
	}
	w.space(isSpace(s[0]))
	w.line.WriteString(strings.Join(words, " "))
	w.space(isSpace(s[len(s)-1]))
}

// space writes one space between words, none at the start of a line.
func (w *textWriter) space(wanted bool) {
	if l := w.line.String(); wanted && l != "" && !strings.HasSuffix(l, " ") {
		w.line.WriteByte(' ')
	}
}

func (w *textWriter) prefix() string { return strings.Repeat("> ", min(w.quote, 10)) }

func (w *textWriter) newline() {
	w.lines = append(w.lines, strings.TrimRight(w.prefix()+w.line.String(), " "))
	w.line.Reset()
}

func (w *textWriter) endLine() {
	if strings.TrimSpace(w.line.String()) != "" {
		w.newline()
	}
	w.line.Reset()
}

// String returns the text, runs of empty lines made one.
func (w *textWriter) String() string {
	w.endLine()
	var out []string
	for _, l := range w.lines {
		if l == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue
		}
		out = append(out, l)
	}
	return strings.TrimRight(strings.Join(out, "\n"), "\n")
}

// marksQuote says whether an element is a mailer's container of quoted text.
func marksQuote(t html.Token) bool {
	for _, a := range t.Attr {
		if a.Key != "class" && a.Key != "id" {
			continue
		}
		for _, word := range strings.Fields(a.Val) {
			for _, mark := range quoteMarks {
				if strings.EqualFold(word, mark) {
					return true
				}
			}
		}
	}
	return false
}

func isSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\n' || b == '\r' || b == '\f' }
