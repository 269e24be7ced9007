package gallery

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"prolong/internal/i18n"
)

// Inspect reads a page as a browser does and returns what is wrong with it: for people who do
// not see it (labels, headings, names of buttons), for the content policy (scripts and styles
// in place) and for everybody (texts without a translation, ids used twice).
func Inspect(page io.Reader) ([]string, error) {
	root, err := html.Parse(page)
	if err != nil {
		return nil, fmt.Errorf("gallery.Inspect: %w", err)
	}
	in := &inspection{ids: map[string]int{}, labels: map[string]bool{}}
	for n := range root.Descendants() {
		in.collect(n)
	}
	for n := range root.Descendants() {
		in.look(n)
	}
	if in.headings != 1 {
		in.find("%d elements h1, want exactly one", in.headings)
	}
	if in.title == "" {
		in.find("no title")
	}
	for id, n := range in.ids {
		if n > 1 {
			in.find("id %q is used %d times", id, n)
		}
	}
	for _, id := range in.references {
		if in.ids[id] == 0 {
			in.find("something refers to the id %q, which does not exist", id)
		}
	}
	slices.Sort(in.problems)
	return in.problems, nil
}

type inspection struct {
	ids        map[string]int
	labels     map[string]bool // ids that a label is for
	references []string
	headings   int
	title      string
	problems   []string
}

func (in *inspection) find(format string, args ...any) {
	in.problems = append(in.problems, fmt.Sprintf(format, args...))
}

// collect gathers what elements refer to, wherever it stands.
func (in *inspection) collect(n *html.Node) {
	if n.Type != html.ElementNode {
		return
	}
	if id := attr(n, "id"); id != "" {
		in.ids[id]++
	}
	for _, name := range []string{"aria-describedby", "aria-labelledby", "popovertarget", "aria-controls"} {
		in.references = append(in.references, strings.Fields(attr(n, name))...)
	}
	switch n.Data {
	case "h1":
		in.headings++
	case "title":
		if n.Parent != nil && n.Parent.Data == "head" {
			in.title = text(n)
		}
	case "label":
		if id := attr(n, "for"); id != "" {
			in.labels[id] = true
			in.references = append(in.references, id)
		}
	}
}

func (in *inspection) look(n *html.Node) {
	if n.Type == html.TextNode || n.Type == html.CommentNode {
		if i18n.Missing(n.Data) {
			in.find("a text without a translation: %s", strings.TrimSpace(n.Data))
		}
		if strings.Contains(n.Data, "%!") || strings.Contains(n.Data, "<no value>") {
			in.find("a value that did not print: %s", strings.TrimSpace(n.Data))
		}
		return
	}
	if n.Type != html.ElementNode {
		return
	}
	for _, a := range n.Attr {
		switch {
		case i18n.Missing(a.Val):
			in.find("an attribute without a translation: %s=%q", a.Key, a.Val)
		case a.Key == "style", strings.HasPrefix(a.Key, "on"):
			in.find("<%s %s=…> is stopped by the content policy", n.Data, a.Key)
		case a.Key == "href" && strings.HasPrefix(a.Val, "javascript:"), strings.Contains(a.Val, "ZgotmplZ"):
			in.find("<%s %s=%q> is not an address", n.Data, a.Key, a.Val)
		}
	}
	switch n.Data {
	case "a", "button":
		if n.Data == "a" && attr(n, "href") == "" {
			in.find("<a> without an address: %q", text(n))
		}
		if text(n) == "" && attr(n, "aria-label") == "" {
			in.find("<%s class=%q> says nothing to a screen reader", n.Data, attr(n, "class"))
		}
	case "html":
		if attr(n, "lang") == "" {
			in.find("the page does not say its language")
		}
	case "img":
		if !has(n, "alt") {
			in.find("<img src=%q> without alt", attr(n, "src"))
		}
	case "input", "select", "textarea":
		in.lookAtControl(n)
	case "script":
		if attr(n, "src") == "" {
			in.find("a script in the page is stopped by the content policy")
		}
	case "style":
		in.find("a style in the page is stopped by the content policy")
	case "table":
		if !headed(n) {
			in.find("<table class=%q> has no heads with a scope", attr(n, "class"))
		}
	case "form":
		if action := attr(n, "action"); action != "" && !strings.HasPrefix(action, "/") {
			in.find("<form action=%q> leaves the site", action)
		}
	}
}

func (in *inspection) lookAtControl(n *html.Node) {
	if slices.Contains([]string{"hidden", "submit", "button", "reset"}, attr(n, "type")) {
		return
	}
	if attr(n, "name") == "" {
		in.find("<%s id=%q> has no name: the form does not send it", n.Data, attr(n, "id"))
	}
	if attr(n, "aria-label") != "" || attr(n, "aria-labelledby") != "" || in.labels[attr(n, "id")] {
		return
	}
	for p := n.Parent; p != nil; p = p.Parent {
		if p.Data == "label" {
			return
		}
	}
	in.find("<%s name=%q> has no label", n.Data, attr(n, "name"))
}

func headed(table *html.Node) bool {
	for n := range table.Descendants() {
		if n.Data == "th" && has(n, "scope") {
			return true
		}
	}
	return false
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, name string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(b.String())
}
