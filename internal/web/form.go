package web

import (
	"errors"
	"net/http"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/internal/i18n"
)

// EmailLenMax is the longest address that mail can carry (RFC 5321 4.5.3.1.3).
const EmailLenMax = 254

// Form reads what a person typed. Each reading method checks one field and remembers what is
// wrong with it, so that one answer shows every mistake, with the typed text kept.
type Form struct {
	values   url.Values
	problems map[string]*prolong.Error
}

// ReadForm reads the fields of a POST, of either encoding. It fails only if the body as a whole
// is unreadable or too large.
func ReadForm(c *gin.Context) (*Form, error) {
	// ParseForm goes first: for a plain form ParseMultipartForm would hide its errors.
	err := c.Request.ParseForm()
	if err == nil {
		if err = c.Request.ParseMultipartForm(multipartMemoryBytesMax); errors.Is(err, http.ErrNotMultipart) {
			err = nil
		}
	}
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, known(err)
	}
	if err != nil {
		return nil, prolong.NewError(prolong.CodeInvalid, "error.form_unreadable", nil).Because(err)
	}
	return NewForm(c.Request.PostForm), nil
}

// ReadQuery reads the fields of the address: search, filters.
func ReadQuery(c *gin.Context) *Form { return NewForm(c.Request.URL.Query()) }

// NewForm reads fields from values.
func NewForm(values url.Values) *Form {
	return &Form{values: values, problems: map[string]*prolong.Error{}}
}

// Checked says whether a checkbox is set.
func (f *Form) Checked(name string) bool { return f.Value(name) != "" }

// Choice reads a field that must have one of the options.
func (f *Form) Choice(name string, options ...string) string {
	v := f.Value(name)
	if !slices.Contains(options, v) {
		f.reject(name, "error.field_choice", nil)
		return ""
	}
	return v
}

// Date reads a day; an empty field is no date.
func (f *Form) Date(name string) prolong.Date {
	v := f.Value(name)
	if v == "" {
		return prolong.Date{}
	}
	d, err := prolong.ParseDate(v)
	if err != nil {
		f.Reject(name, err)
	}
	return d
}

// Email reads a mail address in lower case; an empty field is no address.
func (f *Form) Email(name string) string {
	v := strings.ToLower(f.Text(name, EmailLenMax))
	if v == "" {
		return ""
	}
	if a, err := mail.ParseAddress(v); err != nil || a.Address != v || !strings.Contains(v[strings.LastIndex(v, "@"):], ".") {
		f.reject(name, "error.field_email", prolong.Args{"Value": v})
		return ""
	}
	return v
}

// Err returns nil if every field read so far is right, else the error that heads the form.
func (f *Form) Err() error {
	if f.Valid() {
		return nil
	}
	return prolong.NewError(prolong.CodeInvalid, "error.form_invalid", nil)
}

// Int reads a whole number between low and high.
func (f *Form) Int(name string, low, high int64) int64 {
	n, err := strconv.ParseInt(f.Value(name), 10, 64)
	if err != nil || n < low || n > high {
		f.reject(name, "error.field_number", prolong.Args{"Min": low, "Max": high})
		return 0
	}
	return n
}

// Money reads an amount in the currency.
func (f *Form) Money(name string, cur prolong.Currency) prolong.Money {
	if f.Value(name) == "" {
		f.reject(name, "error.field_required", nil)
		return prolong.Money{}
	}
	m, err := prolong.ParseMoney(f.Value(name), cur)
	if err != nil {
		f.Reject(name, err)
	}
	return m
}

// Problem returns what is wrong with a field, nil if nothing is.
func (f *Form) Problem(name string) error {
	if p := f.problems[name]; p != nil {
		return p
	}
	return nil
}

// Reject marks a field as wrong for a reason that a use case found. The first reason stays.
// An error without a message of its own counts as ours.
func (f *Form) Reject(name string, err error) {
	var e *prolong.Error
	if !errors.As(err, &e) {
		e = prolong.NewError(prolong.CodeInternal, "error.internal", nil).Because(err)
	}
	if f.problems[name] == nil {
		f.problems[name] = e
	}
}

// Required reads a text of one line that must not be empty, of at most runesMax characters.
func (f *Form) Required(name string, runesMax int) string {
	v := f.Text(name, runesMax)
	if v == "" {
		f.reject(name, "error.field_required", nil)
	}
	return v
}

// Secret reads a password: exactly as typed, spaces included.
func (f *Form) Secret(name string, runesMax int) string {
	v := f.values.Get(name)
	switch {
	case v == "":
		f.reject(name, "error.field_required", nil)
	case utf8.RuneCountInString(v) > runesMax:
		f.reject(name, "error.field_too_long", prolong.Args{"Max": runesMax})
		return ""
	}
	return v
}

// Text reads a text of one line, of at most runesMax characters; it may be empty. Inner line
// breaks become spaces.
func (f *Form) Text(name string, runesMax int) string {
	return strings.Join(strings.Fields(f.Lines(name, runesMax)), " ")
}

// Lines reads a text of several lines, of at most runesMax characters, with plain line feeds.
func (f *Form) Lines(name string, runesMax int) string {
	v := strings.ReplaceAll(f.Value(name), "\r\n", "\n")
	if utf8.RuneCountInString(v) > runesMax {
		f.reject(name, "error.field_too_long", prolong.Args{"Max": runesMax})
		return ""
	}
	// NUL does not fit into PostgreSQL, other controls do not belong into a text.
	if !utf8.ValidString(v) || strings.ContainsFunc(v, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		f.reject(name, "error.field_unreadable", nil)
		return ""
	}
	return v
}

// Valid says whether every field read so far is right.
func (f *Form) Valid() bool { return len(f.problems) == 0 }

// Value returns a field as typed, without the spaces around it.
func (f *Form) Value(name string) string { return strings.TrimSpace(f.values.Get(name)) }

// Field prepares an input for the partial "field": typed text and problem included. Passwords
// are never sent back.
func (f *Form) Field(t i18n.Translator, kind, name, label string) Field {
	field := Field{Kind: kind, Name: name, Label: label, Problem: t.Error(f.Problem(name))}
	if kind != "password" {
		field.Value = f.Value(name)
	}
	return field
}

func (f *Form) reject(name, key string, args prolong.Args) {
	f.Reject(name, prolong.NewError(prolong.CodeInvalid, key, args))
}

// Field is the data of the partial "field": a label, an input and what is to be said of it.
type Field struct {
	Kind         string // the type of the input: text, email, password, date, number, tel, search
	Name         string // also its id
	Label        string
	Value        string
	Hint         string
	Problem      string // empty: nothing is wrong
	Autocomplete string
	InputMode    string
	Placeholder  string
	LenMax       int
	Required     bool
	Autofocus    bool
}
