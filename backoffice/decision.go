package backoffice

import (
	"cmp"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/internal/i18n"
	"prolong/internal/web"
)

const agreedRunesMax = 2000

// DecisionPage is the data of office/decision: something that is done in two steps. The first
// says what it comes to, the second does exactly that.
type DecisionPage struct {
	web.Base
	Lead    string
	About   []Fact
	Fields  []DecisionField
	Pairs   bool // short fields stand side by side
	Problem string
	// Quote is what it comes to; nil until that can be said.
	Quote  *DecisionQuote
	Ask    string // the button that says what it comes to; empty where it is said at once
	Fill   string // a button that fills the form in from elsewhere; empty for none
	Note   *web.Flash
	Action string
	Back   string
	// History is who changed the same before, the latest first.
	History []ChangedRow
}

// ChangedRow is a change that was made.
type ChangedRow struct {
	At, Who string
	What    []string
}

// DecisionField is a field of the form: an input, or a choice of several.
type DecisionField struct {
	web.Field
	Options []Option
	Check   bool // a box to tick, set where Value is not empty
}

// DecisionQuote is what a decision comes to, and the way to make it.
type DecisionQuote struct {
	Notice string // why it is shown again although it was confirmed
	Turns  []Turn
	Charge []ChargeRow // of the invoice that is drawn up
	Total  string
	Lines  []EffectLine
	// Agreed is what the reader confirms; the decision is made only if it comes to the same.
	Agreed string
	Sure   string // a box to tick before; empty for none
	Unsure bool   // it was not ticked
	Do     string // the button
	Danger bool
}

// Turn is something before and after.
type Turn struct {
	Name, Before, After string
	Tone                web.Tone
}

// turn adds what changes; what stays is not worth a line.
func (q *DecisionQuote) turn(name, before, after string, tone web.Tone) {
	if before != after {
		q.Turns = append(q.Turns, Turn{name, before, after, tone})
	}
}

func (q *DecisionQuote) line(icon string, tone web.Tone, text string) {
	q.Lines = append(q.Lines, EffectLine{icon, text, tone})
}

// deciding is a request to decide: what was typed, and how far the reader is.
type deciding struct {
	form   *web.Form
	asked  bool // what it comes to is to be said
	do     bool // it is to be done
	agreed string
	// quotable says that what was typed is enough to say what it comes to.
	quotable bool
	// sworn asks for a box to be ticked before it is done; sure says that it was.
	sworn, sure bool
	cause       error // why it was refused
	stale       error // why it is shown again
	status      int
}

// beginDeciding reads the form of a decision; a GET has the first values of its fields.
func beginDeciding(c *gin.Context, first url.Values) (*deciding, error) {
	if c.Request.Method != http.MethodPost {
		return &deciding{form: web.NewForm(first), status: http.StatusOK}, nil
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return nil, err
	}
	return &deciding{form: form, asked: true, do: form.Value("do") == "apply", agreed: form.Text("agreed", agreedRunesMax), sure: form.Checked("sure"), status: http.StatusOK}, nil
}

// reason reads why it is done, which what it comes to does not depend on: the last field to be
// read. It is never empty, so that a quote can be had without.
func (d *deciding) reason() string {
	d.quotable = d.form.Valid()
	if d.do {
		return cmp.Or(d.form.Required("reason", reasonRunesMax), "—")
	}
	return cmp.Or(d.form.Text("reason", reasonRunesMax), "—")
}

// agree is what use cases are given: it refuses what differs from what was shown.
func (d *deciding) agree(agreement string) error {
	if agreement != d.agreed {
		return prolong.NewError(prolong.CodeConflict, "error.quote_changed", nil)
	}
	return nil
}

// refuse notes why it was not done. It returns failures that are no matter of the reader's.
func (d *deciding) refuse(err error) error {
	switch {
	case err == nil:
		return nil
	case !refused(err):
		return err
	case prolong.KeyOf(err) == "error.quote_changed":
		d.stale = err
	default:
		d.cause = err
	}
	d.status = web.StatusOf(err)
	return nil
}

// decide goes through the two steps. apply does it and leads on; quote says what it comes to;
// page is the form.
func (r *Room) decide(c *gin.Context, d *deciding, quote func() (*DecisionQuote, error), apply func() error, page func(b web.Base) DecisionPage) error {
	valid := !d.asked || d.form.Valid()
	if !valid {
		d.cause, d.status = d.form.Err(), http.StatusUnprocessableEntity
	}
	if d.do && valid && (d.sure || !d.sworn) {
		err := apply()
		if err == nil {
			return nil
		}
		if err := d.refuse(err); err != nil {
			return err
		}
	}
	var q *DecisionQuote
	if d.asked && d.quotable && (d.cause == nil || !valid) {
		var err error
		if q, err = quote(); err != nil {
			if err := d.refuse(err); err != nil {
				return err
			}
			q = nil
		}
	}
	base, err := r.base(c, "")
	if err != nil {
		return err
	}
	p := page(base)
	if p.Quote = q; q != nil && d.do && d.sworn && !d.sure && d.stale == nil {
		q.Unsure, d.status = true, http.StatusUnprocessableEntity
	}
	if q != nil && d.stale != nil {
		q.Notice = base.Error(d.stale)
	}
	if d.cause != nil {
		p.Problem = base.Error(d.cause)
	}
	r.site.Show(c, d.status, "office/decision", "", p)
	return nil
}

// choiceField is a field with options.
func choiceField(form *web.Form, t i18n.Translator, name, label string, options []Option) DecisionField {
	for i := range options {
		options[i].Selected = options[i].Value == form.Value(name)
	}
	return DecisionField{Field: form.Field(t, "select", name, label), Options: options}
}

func inputField(form *web.Form, t i18n.Translator, kind, name, label, hint string, required bool) DecisionField {
	f := form.Field(t, kind, name, label)
	f.Hint, f.Required = hint, required
	switch kind {
	case "number":
		f.InputMode = "numeric"
	case "money":
		f.Kind, f.InputMode = "text", "decimal"
	case "reason":
		f.Kind, f.LenMax = "text", reasonRunesMax
	}
	return DecisionField{Field: f, Check: kind == "checkbox"}
}
