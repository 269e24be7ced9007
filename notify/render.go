package notify

import (
	"bytes"
	"errors"
	"fmt"
	htmltemplate "html/template"
	"io/fs"
	"regexp"
	"strconv"
	"strings"
	"sync"
	texttemplate "text/template"

	"prolong"
	"prolong/internal/i18n"
	mailtemplates "prolong/templates/mail"
)

// Letter is a message as its reader sees it.
type Letter struct {
	Subject string
	Text    string
	HTML    string
}

// renderer holds the parsed templates: one pair (text, HTML) per purpose and language.
type renderer struct {
	catalog *i18n.Catalog
	layout  string
	builtIn map[letterKey]letterTemplates
}

// letterTemplates are the words of a letter with the layout around them, once for each form.
type letterTemplates struct {
	text *texttemplate.Template
	html *htmltemplate.Template
}

type letterKey struct {
	purpose Purpose
	lang    i18n.Lang
}

// layoutFile is parsed together with every letter.
const layoutFile = "layout.tmpl"

// templateParts are what each letter's file must define.
var templateParts = []string{"subject", "preview", "title", "lead", "note", "action"}

// embeddedRenderer parses the built-in letters once per process.
var embeddedRenderer = sync.OnceValues(func() (*renderer, error) {
	catalog, err := i18n.Embedded()
	if err != nil {
		return nil, err
	}
	return newRenderer(mailtemplates.FS, catalog)
})

// newRenderer parses <purpose>.<lang>.tmpl for every purpose and language; each must be there
// and complete, so that a letter is never found missing at the hour of sending.
func newRenderer(fsys fs.FS, catalog *i18n.Catalog) (*renderer, error) {
	layout, err := fs.ReadFile(fsys, layoutFile)
	if err != nil {
		return nil, fmt.Errorf("notify: %w", err)
	}
	r := &renderer{catalog: catalog, layout: string(layout), builtIn: map[letterKey]letterTemplates{}}
	var problems []error
	for _, purpose := range Purposes() {
		for _, lang := range i18n.Langs() {
			problems = append(problems, r.parse(fsys, letterKey{purpose, lang}))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("notify: mail templates: %w", err)
	}
	return r, nil
}

func (r *renderer) parse(fsys fs.FS, key letterKey) error {
	name := string(key.purpose) + "." + string(key.lang) + ".tmpl"
	source, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	t, err := r.templates(name)
	if err == nil {
		_, err = t.text.Parse(string(source))
	}
	if err == nil {
		_, err = t.html.Parse(string(source))
	}
	if err != nil {
		return err
	}
	for _, part := range templateParts {
		if t.text.Lookup(part) == nil {
			return fmt.Errorf("%s: {{define %q}} is missing", name, part)
		}
	}
	r.builtIn[key] = t
	return nil
}

// templates returns the layout, ready to be given words.
func (r *renderer) templates(name string) (t letterTemplates, err error) {
	if t.text, err = texttemplate.New(name).Option("missingkey=error").Parse(r.layout); err != nil {
		return t, err
	}
	t.html, err = htmltemplate.New(name).Option("missingkey=error").Parse(r.layout)
	return t, err
}

// render writes the letter. The data is a page that carries its own translator: functions
// bound to the shared templates would write one customer's letter in another's language.
func (r *renderer) render(lang i18n.Lang, e envelope, payload Payload) (Letter, error) {
	key := letterKey{payload.Purpose(), lang}
	t, ok := r.builtIn[key]
	if !ok {
		return Letter{}, fmt.Errorf("notify: no template for %s in %q", key.purpose, key.lang)
	}
	return r.renderWith(t, key, e, payload)
}

// renderWith is render with the words of t.
func (r *renderer) renderWith(t letterTemplates, key letterKey, e envelope, payload Payload) (Letter, error) {
	text, html := t.text, t.html
	p := &page{Translator: r.catalog.Translator(key.lang), Head: e.head, Recipient: e.recipient, P: payload, Link: e.link}
	var subject, plain, rich bytes.Buffer
	if err := text.ExecuteTemplate(&subject, "subject", p); err != nil {
		return Letter{}, err
	}
	p.Subject = strings.Join(strings.Fields(subject.String()), " ")
	if err := text.ExecuteTemplate(&plain, "plain", p); err != nil {
		return Letter{}, err
	}
	if err := html.ExecuteTemplate(&rich, "page", p); err != nil {
		return Letter{}, err
	}
	l := Letter{Subject: p.Subject, Text: tidy(plain.String()), HTML: rich.String()}
	if i18n.Missing(l.Subject + l.Text + l.HTML) {
		return Letter{}, fmt.Errorf("notify: the letter %s.%s uses a text that the catalogue lacks", key.purpose, key.lang)
	}
	return l, nil
}

// signatureMark is the line by which mail programs know a signature; its space belongs to it.
const signatureMark = "-- "

var manyBlankLines = regexp.MustCompile(`\n{3,}`)

// tidy removes what template actions leave behind: spaces at line ends, runs of empty lines.
func tidy(s string) string {
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if line != signatureMark {
			lines[i] = strings.TrimRight(line, " \t\r")
		}
	}
	return strings.TrimSpace(manyBlankLines.ReplaceAllString(strings.Join(lines, "\n"), "\n\n")) + "\n"
}

// page is what the templates see.
type page struct {
	i18n.Translator
	Head      Letterhead
	Recipient Recipient
	P         Payload
	Subject   string
	// Link is the page of the cabinet where the letter's matter is; "" for none.
	Link string
}

// LongDate writes "22 ноября 2026 г.": letters have no other way of writing a day. No line end
// tears it apart.
func (p *page) LongDate(d prolong.Date) string {
	return strings.ReplaceAll(i18n.LongDate(d, string(p.Lang())), " ", nbsp)
}

// Date is LongDate, for wordings that say so.
func (p *page) Date(d prolong.Date) string { return p.LongDate(d) }

// Period writes "1–31 декабря 2026 г.", beyond a month "1 декабря 2026 г. – 30 ноября 2027 г.".
func (p *page) Period(v prolong.Period) string {
	from, last := v.From, v.Last()
	if from == last {
		return p.LongDate(last)
	}
	if from.Year() == last.Year() && from.Month() == last.Month() {
		day, end := strconv.Itoa(from.Day()), strconv.Itoa(last.Day())
		if p.Lang() == i18n.Kazakh { // the year stands first
			return strings.Replace(p.LongDate(last), nbsp+end+nbsp, nbsp+day+"–"+end+nbsp, 1)
		}
		return day + "–" + p.LongDate(last)
	}
	return p.LongDate(from) + " – " + p.LongDate(last)
}

const nbsp = "\u00a0"

// Sum writes an amount for a subject line: whole amounts without their zeros, "14 900 ₽".
func (p *page) Sum(m prolong.Money) string {
	s := p.Money(m)
	amount, sign, _ := strings.Cut(s, nbsp+m.Currency().Symbol())
	for _, zeros := range []string{",00", ".00"} {
		if whole, ok := strings.CutSuffix(amount, zeros); ok {
			return whole + strings.TrimPrefix(s, amount) + sign
		}
	}
	return s
}

// value writes one value of the business as the letter's language does; nothing is "".
func (p *page) value(v any) string {
	switch v := v.(type) {
	case prolong.Date:
		return p.LongDate(v)
	case prolong.Money:
		if v.Currency() == "" || v.IsZero() {
			return ""
		}
		return p.Money(v)
	case prolong.Period:
		if v.From.IsZero() {
			return ""
		}
		return p.Period(v)
	case []string:
		return strings.Join(v, ", ")
	}
	return fmt.Sprint(v)
}
