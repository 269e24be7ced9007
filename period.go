package prolong

import (
	"strconv"
	"strings"
)

// Period is a half-open run of days [From, To): a service period of a subscription.
type Period struct {
	From Date `json:"from"`
	To   Date `json:"to"`
}

// NewPeriod returns [from, to). Returns CodeInvalid unless from lies before to (billing.md
// case 41: impossible dates are an explicit error).
func NewPeriod(from, to Date) (Period, error) {
	if from.IsZero() || to.IsZero() || !from.Before(to) {
		return Period{}, NewError(CodeInvalid, "error.period_invalid", Args{"From": from, "To": to})
	}
	return Period{From: from, To: to}, nil
}

// Contains says whether the day lies in the period.
func (p Period) Contains(d Date) bool { return !d.Before(p.From) && d.Before(p.To) }

// Days returns the length in days.
func (p Period) Days() int { return p.To.DaysSince(p.From) }

// Last returns the last day that belongs to the period.
func (p Period) Last() Date { return p.To.AddDays(-1) }

// String returns the period with both days included, "2026-02-01..2026-02-28".
func (p Period) String() string { return p.From.String() + ".." + p.Last().String() }

// TermUnit is the unit of a Term.
type TermUnit string

// The units of a term.
const (
	Days   TermUnit = "day"
	Months TermUnit = "month"
)

// Term is a length in calendar months or in days: a plan's period, a lead time, a grace.
type Term struct {
	Count int      `json:"count"`
	Unit  TermUnit `json:"unit"`
}

// The bounds keep dates inside the calendar: a hundred years, in days and in months.
const (
	termDaysMax   = 36525
	termMonthsMax = 1200
)

// ParseTerm reads "1 month", "3 months", "30 days", "2 weeks", "1 year", up to a hundred
// years. Returns CodeInvalid.
func ParseTerm(s string) (Term, error) {
	bad := NewError(CodeInvalid, "error.term_invalid", Args{"Value": s})
	count, unit, ok := strings.Cut(strings.TrimSpace(s), " ")
	n, err := strconv.Atoi(count)
	if !ok || err != nil || n < 0 || n > termDaysMax {
		return Term{}, bad
	}
	var t Term
	switch strings.TrimSuffix(strings.TrimSpace(unit), "s") {
	case "day":
		t = Term{Count: n, Unit: Days}
	case "week":
		t = Term{Count: 7 * n, Unit: Days}
	case "month":
		t = Term{Count: n, Unit: Months}
	case "year":
		t = Term{Count: 12 * n, Unit: Months}
	default:
		return Term{}, bad
	}
	if (t.Unit == Days && t.Count > termDaysMax) || (t.Unit == Months && t.Count > termMonthsMax) {
		return Term{}, bad
	}
	return t, nil
}

// After returns the day one term after d, keeping the anchor day of the month for terms in
// months.
func (t Term) After(d Date, anchorDay int) Date {
	if t.Unit == Months {
		return d.AddMonths(t.Count, anchorDay)
	}
	return d.AddDays(t.Count)
}

// Before returns the day one term before d: the day when a lead time begins.
func (t Term) Before(d Date) Date {
	if t.Unit == Months {
		return d.AddMonths(-t.Count, d.Day())
	}
	return d.AddDays(-t.Count)
}

// IsZero says whether the term has no length.
func (t Term) IsZero() bool { return t.Count == 0 }

// String returns the form that ParseTerm reads.
func (t Term) String() string {
	unit := t.Unit
	if unit == "" { // the zero Term counts days
		unit = Days
	}
	s := strconv.Itoa(t.Count) + " " + string(unit)
	if t.Count != 1 {
		s += "s"
	}
	return s
}
