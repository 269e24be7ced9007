package mt940

import (
	"regexp"
	"strings"

	"prolong"
	"prolong/banksync/statement/field"
	"prolong/banksync/statement/record"
)

// statementLine is the field :61:.
//
//	value date, entry date, mark, funds letter, amount, type of transaction, references
var statementLine = regexp.MustCompile(`^(\d{6})(\d{4})?\s*(RC|RD|EC|ED|C|D)([A-Z])?\s*(\d[\d.]*(?:,\d*)?)\s*(?:([A-Z][A-Z0-9 ]{3}))?(.*)$`)

// mark says what the letters of :61: do to the account. Expected entries (EC, ED) have moved
// nothing yet.
var marks = map[string]struct {
	direction record.Direction
	status    record.Status
	reversal  bool
}{
	"C":  {record.Credit, record.Booked, false},
	"D":  {record.Debit, record.Booked, false},
	"RC": {record.Debit, record.Booked, true},
	"RD": {record.Credit, record.Booked, true},
	"EC": {record.Credit, record.Pending, false},
	"ED": {record.Debit, record.Pending, false},
}

// dated says whether the entry, if it can be read, has a day of its own.
func (d *draft) dated() bool { return d.parts == nil || !swiftDate(d.parts[1]).IsZero() }

// parseLine reads :61:. Not ok means that the entry cannot be used; a warning says why. Of a line in
// the middle of which the file ends only what something follows is whole.
func (o *operations) parseLine(d *draft) (record.Entry, bool) {
	f, found := &d.line, d.parts
	e := record.Entry{Line: f.line}
	if found == nil {
		o.leaveOut(f, record.WarnRowInvalid, prolong.Args{"Field": ":61:", "Value": record.Excerpt(f.text())})
		return e, false
	}
	if d.torn && found[6]+found[7] == "" {
		o.leaveOut(f, record.WarnDocumentCut, nil)
		return e, false
	}
	amount, ok := swiftAmount(found[5], o.cur)
	if !ok {
		o.leaveOut(f, record.WarnAmountInvalid, prolong.Args{"Value": record.Excerpt(found[5])})
		return e, false
	}
	mark := marks[found[3]]
	e.Amount, e.Direction, e.Status, e.Reversal = amount, mark.direction, mark.status, mark.reversal
	e.Kind = strings.TrimSpace(found[6])
	e.ValueDate = swiftDate(found[1])
	e.Date = entryDate(e.ValueDate, found[2])
	if e.ValueDate.IsZero() {
		// The amount is certain and the day is not: the day of the statement's balance is the
		// nearest that the bank says.
		o.warnings = append(o.warnings, fieldInvalid(f.line, ":61:", found[1]))
		e.Date = o.fallback
	}
	if e.Date.IsZero() {
		o.leaveOut(f, record.WarnDateInvalid, prolong.Args{"Value": found[1]})
		return e, false
	}
	customer, _, _ := strings.Cut(found[7], "//")
	e.DocNo = record.Reference(field.Line(customer))
	for _, line := range f.lines[1:] {
		supplement(&e, line)
	}
	return e, true
}

// leaveOut says why an entry cannot be used.
func (o *operations) leaveOut(f *tagged, code record.WarningCode, args prolong.Args) {
	w := record.Warning{Line: f.line, Code: code, Args: args, Raw: rawOf(f)}
	o.leftOut = append(o.leftOut, w)
	o.warnings = append(o.warnings, w)
}

// swiftAmount reads an amount with a decimal comma, which may be the last sign ("100,").
func swiftAmount(s string, cur prolong.Currency) (prolong.Money, bool) {
	whole, fraction, _ := strings.Cut(s, ",")
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	fraction = strings.TrimRight(fraction, "0")
	if fraction != "" {
		whole += "." + fraction
	}
	return field.Amount(whole, cur)
}

// swiftDate reads YYMMDD. Banks count months of 30 days and write 30 February: such a day
// becomes the last of its month.
func swiftDate(s string) prolong.Date {
	if len(s) != 6 {
		return prolong.Date{}
	}
	if d, ok := field.ShortYear(s[:2], s[2:4], s[4:6]); ok {
		return d
	}
	if s[4:6] < "29" || s[4:6] > "31" {
		return prolong.Date{}
	}
	first, ok := field.ShortYear(s[:2], s[2:4], "01")
	if !ok {
		return prolong.Date{}
	}
	return first.AddMonths(0, 31)
}

// entryDate gives the posting day MMDD the year that brings it nearest to the value date:
// value 251231 and entry 0102 are of two years.
func entryDate(value prolong.Date, monthDay string) prolong.Date {
	if monthDay == "" || value.IsZero() {
		return value
	}
	best := prolong.Date{}
	for year := value.Year() - 1; year <= value.Year()+1; year++ {
		d := prolong.NewDate(year, 1, 1)
		two := d.String()[2:4]
		candidate := swiftDate(two + monthDay)
		if !candidate.IsZero() && (best.IsZero() || distance(candidate, value) < distance(best, value)) {
			best = candidate
		}
	}
	if best.IsZero() {
		return value
	}
	return best
}

func distance(a, b prolong.Date) int {
	n := a.DaysSince(b)
	return max(n, -n)
}

func rawOf(fields ...*tagged) string {
	var b strings.Builder
	for i, f := range fields {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(":" + f.tag + ":" + strings.Join(f.lines, "\n"))
	}
	return b.String()
}
