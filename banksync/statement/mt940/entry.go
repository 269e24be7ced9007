package mt940

import (
	"slices"
	"strings"

	"prolong"
	"prolong/banksync/statement/field"
	"prolong/banksync/statement/record"
)

// operations are the entries of a message. Each is read as soon as the next one begins, so that the
// text of a long statement need not be kept; only if its currency or a day is not known yet it waits
// for the end of the message.
type operations struct {
	withoutRaw bool
	begun      bool // there is a :61:
	before     bool // the bank describes an entry before it (:86: first)
	closed     bool // behind the closing balance; what follows is about the statement
	alone      bool // the last :61: is the last field
	trailing   bool // nothing but descriptions follows the last :61:
	ready      bool // the currency was known when the first entry was read
	current    *draft
	waiting    []tagged // descriptions of the entry that is to come
	drafts     []*draft // that wait for the end of the message
	cur        prolong.Currency
	fallback   prolong.Date

	entries  []record.Entry
	warnings []record.Warning
	leftOut  []record.Warning
}

// draft is an entry with the fields that describe it, in the order of the file.
type draft struct {
	line  tagged   // :61:
	parts []string // of it; nil if it cannot be read
	about []tagged
	cut   bool // the file may have taken a part of it
	torn  bool // the file ends in the middle of the line
}

// take gets the fields of a message one after the other; true if the field is one of an entry, and
// not needed any more.
func (o *operations) take(m *message, f tagged) bool {
	o.alone = f.tag == "61"
	switch f.tag {
	case "61":
		o.trailing = true
		if o.closed {
			return true
		}
		if !o.begun {
			o.begun, o.before = true, slices.ContainsFunc(o.waiting, func(w tagged) bool { return w.tag == "86" })
			opening := m.first("60F", "60M")
			if opening != nil {
				b, _ := readBalance(opening)
				o.cur, o.ready = b.currency, b.currency != ""
			}
			if !o.before {
				o.waiting = nil
			}
		}
		o.flush()
		o.current = &draft{line: f, parts: statementLine.FindStringSubmatch(f.text()), about: o.waiting}
		o.waiting = nil
		return true
	case "86", "NS":
		switch {
		case o.closed:
		case !o.begun || o.before:
			o.waiting = append(o.waiting, f)
		default:
			o.current.about = append(o.current.about, f)
		}
		return true
	case "NSF":
		return true
	case "62F", "62M":
		o.closed = true
	}
	o.trailing = false
	return false
}

// flush reads the entry that is whole now, or lets it wait.
func (o *operations) flush() {
	d := o.current
	o.current = nil
	switch {
	case d == nil:
	case o.ready && len(o.drafts) == 0 && d.dated():
		o.add(d)
	default:
		o.drafts = append(o.drafts, d)
	}
}

// end gets the message when all of its fields are there. torn says that the file ends in the middle
// of a line.
func (o *operations) end(m *message, torn bool) {
	if d := o.current; d != nil && m.cut {
		d.torn = o.alone && torn && len(d.line.lines) == 1
		d.cut = o.alone || o.trailing && !o.before
	}
	if o.ready {
		o.flush()
	} else if o.current != nil {
		o.drafts, o.current = append(o.drafts, o.current), nil
	}
}

// finish reads the entries that have waited.
func (o *operations) finish(cur prolong.Currency, fallback prolong.Date) {
	o.cur, o.fallback = cur, fallback
	for _, d := range o.drafts {
		o.add(d)
	}
	o.drafts = nil
}

// add reads an entry; one that cannot be used takes its description with it.
func (o *operations) add(d *draft) {
	e, ok := o.parseLine(d)
	if !ok {
		return
	}
	if d.cut {
		e.Cut = record.CutText
	}
	describe(&e, d)
	if o.withoutRaw && e.Cut == record.CutNothing {
		e.Raw = ""
	}
	e.Detach()
	o.entries = append(o.entries, e)
}

// describe fills payer and purpose. Several :86: of one entry are lines of one text.
func describe(e *record.Entry, d *draft) {
	supplement := e.Purpose
	e.Purpose = ""
	var lines []string
	e.Raw = d.raw()
	for i := range d.about {
		f := &d.about[i]
		if f.tag == "NS" {
			takeDetails(e, readDetails(f.tag, f.lines))
			continue
		}
		lines = append(lines, f.lines...)
	}
	if len(lines) > 0 {
		takeDetails(e, readDetails("86", lines))
	}
	if e.Purpose == "" {
		e.Purpose = supplement
	}
}

// raw returns the fields in their order in the file, the last of which may be cut.
func (d *draft) raw() string {
	fields := make([]*tagged, 0, len(d.about)+1)
	at := 0
	for i := range d.about {
		if d.about[i].line < d.line.line {
			at++
		}
		fields = append(fields, &d.about[i])
	}
	return rawOf(slices.Insert(fields, at, &d.line)...)
}

func takeDetails(e *record.Entry, found details) {
	e.Purpose = field.Line(e.Purpose + " " + found.purpose)
	if e.Purpose == "" {
		e.Purpose = found.kind
	}
	name, taxID := field.Name(found.name)
	if name != "" {
		e.Counterparty.Name, e.Counterparty.TaxID = name, taxID
	}
	if found.account != "" {
		e.Counterparty.Account = found.account
	}
	if found.bic != "" {
		e.Counterparty.BIC = found.bic
	}
	if found.reference != "" {
		e.PaymentID = found.reference
	}
}

// supplement takes the further lines of :61:: an account number or some text.
func supplement(e *record.Entry, line string) {
	line = strings.TrimSpace(line)
	switch {
	case line == "" || strings.HasPrefix(line, "/OCMT/") || strings.HasPrefix(line, "/CHGS/"):
	case supplementAccount.MatchString(line) && e.Counterparty.Account == "":
		e.Counterparty.Account = field.Account(line)
	default:
		e.Purpose = field.Line(e.Purpose + " " + line)
	}
}
