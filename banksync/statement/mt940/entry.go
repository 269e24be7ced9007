package mt940

import (
	"slices"
	"strings"

	"prolong/banksync/statement/field"
	"prolong/banksync/statement/record"
)

// draft is an entry with the fields that describe it.
type draft struct {
	entry record.Entry
	about []*tagged
}

// addEntries reads :61: with the :86: that belongs to it: the one after it, or before it in
// files of banks that write it first. What follows the closing balance is about the statement.
func (r *reader) addEntries(m *message, opening, closing balance) {
	fallback := closing.date
	if fallback.IsZero() {
		fallback = opening.date
	}
	before := describesFirst(m)
	var drafts []draft
	var waiting []*tagged
	for i := range m.fields {
		f := &m.fields[i]
		switch f.tag {
		case "61":
			last := m.cut && i == len(m.fields)-1
			e, ok := r.parseLine(f, r.st.Currency, fallback, last && m.torn && len(f.lines) == 1)
			if last || m.cut && !before && i == lastLine(m) {
				e.Cut = record.CutText
			}
			d := draft{entry: e}
			if before {
				d.about, waiting = waiting, nil
			}
			if ok {
				drafts = append(drafts, d)
			} else {
				// Its description must not stick to the entry before.
				drafts = append(drafts, draft{})
			}
		case "86", "NS":
			if before {
				waiting = append(waiting, f)
			} else if len(drafts) > 0 {
				drafts[len(drafts)-1].about = append(drafts[len(drafts)-1].about, f)
			}
		case "62F", "62M":
			r.keep(drafts)
			return
		}
	}
	r.keep(drafts)
}

// lastLine returns the index of the last :61: if all that follows describes it.
func lastLine(m *message) int {
	for i := len(m.fields) - 1; i >= 0; i-- {
		switch m.fields[i].tag {
		case "61":
			return i
		case "86", "NS", "NSF":
		default:
			return -1
		}
	}
	return -1
}

// describesFirst says whether the message has a description before its first entry.
func describesFirst(m *message) bool {
	for i := range m.fields {
		switch m.fields[i].tag {
		case "61":
			return false
		case "86":
			return true
		}
	}
	return false
}

func (r *reader) keep(drafts []draft) {
	r.st.Entries = slices.Grow(r.st.Entries, len(drafts))
	for i := range drafts {
		d := &drafts[i]
		if d.entry.Line == 0 {
			continue
		}
		d.describe()
		r.st.Entries = append(r.st.Entries, d.entry)
	}
}

// describe fills payer and purpose. Several :86: of one entry are lines of one text.
func (d *draft) describe() {
	e := &d.entry
	supplement := e.Purpose
	e.Purpose = ""
	var lines []string
	e.Raw = d.raw()
	for _, f := range d.about {
		if f.tag == "NS" {
			d.take(readDetails(f.tag, f.lines))
			continue
		}
		lines = append(lines, f.lines...)
	}
	if len(lines) > 0 {
		d.take(readDetails("86", lines))
	}
	if e.Purpose == "" {
		e.Purpose = supplement
	}
}

// raw returns the fields in their order in the file, the last of which may be cut.
func (d *draft) raw() string {
	texts := make([]string, 0, len(d.about)+1)
	for _, f := range d.about {
		if f.line < d.entry.Line {
			texts = append(texts, rawOf(f))
		}
	}
	texts = append(texts, d.entry.Raw)
	for _, f := range d.about {
		if f.line > d.entry.Line {
			texts = append(texts, rawOf(f))
		}
	}
	return strings.Join(texts, "\n")
}

func (d *draft) take(found details) {
	e := &d.entry
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
