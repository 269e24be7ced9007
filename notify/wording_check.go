package notify

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	texttemplate "text/template"
	"text/template/parse"
	"unicode/utf8"

	"prolong"
	"prolong/internal/i18n"
)

// wordingRunesMax bounds one part of a letter.
const wordingRunesMax = 4000

// wordingFuncs are the functions of text/template that a wording may call; the others build
// HTML, scripts or addresses.
var wordingFuncs = []string{"and", "eq", "ge", "gt", "le", "len", "lt", "ne", "not", "or", "printf"}

// replyMark must be the title of a letter whose answer is cut off below it (tickets/mail).
var replyMark = regexp.MustCompile(`^\s*##-.*-##\s*$`)

// compile checks a wording and puts it into the layout. What is wrong is CodeInvalid with Part,
// Line and what stands there, all that an editor needs to find it.
func (s *Service) compile(key letterKey, w Wording) (letterTemplates, error) {
	t, err := s.renderer.templates(string(key.purpose) + "." + string(key.lang))
	if err != nil {
		return t, err
	}
	for _, part := range w.Parts() {
		if err := checkPart(key.purpose, part); err != nil {
			return t, err
		}
		if _, err := t.text.New(part.Name).Parse(part.Text); err != nil {
			return t, err
		}
		if _, err := t.html.New(part.Name).Parse(part.Text); err != nil {
			return t, err
		}
	}
	// what the tree cannot tell: a date where an amount belongs, a branch that says nothing
	for _, payload := range exampleOf(key.purpose) {
		p := &page{Translator: s.renderer.catalog.Translator(key.lang), Head: s.cfg.Letterhead, Recipient: exampleRecipient, P: payload}
		for _, part := range w.Parts() {
			var out bytes.Buffer
			if err := t.text.ExecuteTemplate(&out, part.Name, p); err != nil {
				line, detail := executionProblem(err)
				return t, wordingError("error.wording_line", part.Name, line, detail)
			}
			if strings.TrimSpace(out.String()) == "" && (part.Name == "subject" || part.Name == "title") {
				return t, wordingError("error.wording_empty", part.Name, 1, "")
			}
			if i18n.Missing(out.String()) {
				return t, wordingError("error.wording_line", part.Name, 1, clip(out.String()))
			}
		}
	}
	return t, nil
}

func wordingError(key, part string, line int, detail string) error {
	return prolong.NewError(prolong.CodeInvalid, key, prolong.Args{"Part": prolong.NewError(prolong.CodeInvalid, "error.wording_part."+part, nil), "Line": line, "Detail": detail})
}

var (
	parseErrorForm     = regexp.MustCompile(`^template: [^:]*:(\d+):(?:\d+:)? (.*)$`)
	executionErrorForm = regexp.MustCompile(`(?s)^template: [^:]*:(\d+):\d+: executing .*? at <(.*?)>: (.*)$`)
	htmlTag            = regexp.MustCompile(`<[a-zA-Z/!]`)
)

// checkPart parses one text and finds everything in it that a letter must not have.
func checkPart(purpose Purpose, part Part) error {
	if strings.TrimSpace(part.Text) == "" {
		return wordingError("error.wording_empty", part.Name, 1, "")
	}
	if utf8.RuneCountInString(part.Text) > wordingRunesMax {
		return wordingError("error.wording_long", part.Name, 1, strconv.Itoa(wordingRunesMax))
	}
	if purpose == PurposeTicketReplied && part.Name == "title" && !replyMark.MatchString(part.Text) {
		return wordingError("error.wording_reply_mark", part.Name, 1, "##- … -##")
	}
	trees := map[string]*parse.Tree{}
	tree, err := parse.New(part.Name).Parse(part.Text, "", "", trees, allFuncs)
	if err != nil {
		line, detail := 1, err.Error()
		if m := parseErrorForm.FindStringSubmatch(err.Error()); m != nil {
			line, _ = strconv.Atoi(m[1]) //nolint:errcheck // digits, by the pattern
			detail = m[2]
		}
		return wordingError("error.wording_line", part.Name, line, detail)
	}
	if len(trees) > 1 {
		return wordingError("error.wording_construct", part.Name, 1, "{{define}}")
	}
	c := partCheck{part: part, payload: reflect.TypeOf(exampleOf(purpose)[0])}
	c.node(tree.Root)
	return c.err
}

// allFuncs lets the parser know every function of text/template; which may be used is ours to
// say, with a better word than "not defined".
var allFuncs = func() map[string]any {
	funcs := map[string]any{}
	for _, name := range append([]string{"call", "html", "index", "js", "print", "println", "slice", "urlquery"}, wordingFuncs...) {
		funcs[name] = fmt.Sprint
	}
	return funcs
}()

// partCheck walks the tree of a part; it keeps the first mistake.
type partCheck struct {
	part    Part
	payload reflect.Type
	err     error
}

func (c *partCheck) fail(key string, at parse.Pos, detail string) {
	if c.err == nil {
		c.err = wordingError(key, c.part.Name, 1+strings.Count(c.part.Text[:min(int(at), len(c.part.Text))], "\n"), detail)
	}
}

func (c *partCheck) node(n parse.Node) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, child := range n.Nodes {
				c.node(child)
			}
		}
	case *parse.TextNode:
		if at := htmlTag.FindIndex(n.Text); at != nil {
			c.fail("error.wording_html", n.Position()+parse.Pos(at[0]), string(n.Text[at[0]:min(at[0]+20, len(n.Text))]))
		}
	case *parse.ActionNode:
		c.pipe(n.Pipe)
	case *parse.IfNode:
		c.pipe(n.Pipe)
		c.node(n.List)
		c.node(n.ElseList)
	default:
		c.fail("error.wording_construct", n.Position(), n.String())
	}
}

func (c *partCheck) pipe(p *parse.PipeNode) {
	if len(p.Decl) > 0 {
		c.fail("error.wording_construct", p.Position(), p.String())
		return
	}
	for _, cmd := range p.Cmds {
		for _, arg := range cmd.Args {
			switch arg := arg.(type) {
			case *parse.FieldNode:
				c.field(arg)
			case *parse.PipeNode:
				c.pipe(arg)
			case *parse.IdentifierNode:
				if !slices.Contains(wordingFuncs, arg.Ident) {
					c.fail("error.wording_placeholder", arg.Position(), arg.Ident)
				}
			case *parse.BoolNode, *parse.NumberNode, *parse.StringNode:
			default:
				c.fail("error.wording_construct", arg.Position(), arg.String())
			}
		}
	}
}

// field follows .P.Bill.Total through the types, so that a placeholder is known or not in every
// branch, whatever the examples say.
func (c *partCheck) field(n *parse.FieldNode) {
	t := reflect.TypeFor[*page]()
	for i, name := range n.Ident {
		if t == nil {
			c.fail("error.wording_placeholder", n.Position(), n.String())
			return
		}
		if m, ok := t.MethodByName(name); ok {
			t = m.Type.Out(0)
			if m.Type.NumIn() > 1 && i < len(n.Ident)-1 {
				t = nil // a method with arguments ends the chain
			}
			continue
		}
		base := t
		if base.Kind() == reflect.Pointer {
			base = base.Elem()
		}
		if base.Kind() != reflect.Struct {
			t = nil
		} else if f, ok := base.FieldByName(name); ok && f.IsExported() {
			if t = f.Type; t == reflect.TypeFor[Payload]() {
				t = c.payload
			}
			continue
		}
		c.fail("error.wording_placeholder", n.Position(), n.String())
		return
	}
}

// executionProblem takes the line and the reason out of an error of text/template.
func executionProblem(err error) (line int, detail string) {
	var exec texttemplate.ExecError
	if !errors.As(err, &exec) {
		return 1, err.Error()
	}
	m := executionErrorForm.FindStringSubmatch(exec.Err.Error())
	if m == nil {
		return 1, exec.Err.Error()
	}
	line, _ = strconv.Atoi(m[1]) //nolint:errcheck // digits, by the pattern
	return line, m[2] + ": " + m[3]
}
