package tickets

import (
	"slices"
	"time"

	"prolong"
)

// Span is a half-open stretch of time, [From, To).
type Span struct{ From, To time.Time }

// Length returns how long the span lasts, 0 for an empty or reversed one.
func (s Span) Length() time.Duration { return max(s.To.Sub(s.From), 0) }

// TraceLine explains a stretch of working time: how much of which day counts.
type TraceLine struct {
	On    prolong.Date // local date of the calendar
	Spans []Span       // the counted working time of that date, pauses cut out
	Used  time.Duration
}

// Deadline returns the instant at which budget of working time since start is used up, pauses
// not counted. A budget that ends exactly at closing time is due at the closing instant. It
// returns CodeInvalid if the calendar does not open long enough within ten years.
func (c Calendar) Deadline(start time.Time, budget time.Duration, pauses ...Span) (time.Time, error) {
	if budget <= 0 {
		return start, nil
	}
	due, left := start, budget
	c.walk(start, start.AddDate(calendarWalkYearsMax, 0, 0), pauses, func(_ prolong.Date, s Span) bool {
		if left <= s.Length() {
			due, left = s.From.Add(left), 0
			return false
		}
		left -= s.Length()
		return true
	})
	if left > 0 {
		return time.Time{}, prolong.NewError(prolong.CodeInvalid, "error.tickets_calendar_never_opens", prolong.Args{"Years": calendarWalkYearsMax})
	}
	return due, nil
}

// Elapsed returns the working time in [from, to), pauses not counted.
func (c Calendar) Elapsed(from, to time.Time, pauses ...Span) time.Duration {
	var used time.Duration
	c.walk(from, to, pauses, func(_ prolong.Date, s Span) bool {
		used += s.Length()
		return true
	})
	return used
}

// NextOpening returns t if the calendar is open at t, else the next instant at which it opens.
func (c Calendar) NextOpening(t time.Time) (time.Time, error) {
	opening := time.Time{}
	c.walk(t, t.AddDate(calendarWalkYearsMax, 0, 0), nil, func(_ prolong.Date, s Span) bool {
		opening = s.From
		return false
	})
	if opening.IsZero() {
		return opening, prolong.NewError(prolong.CodeInvalid, "error.tickets_calendar_never_opens", prolong.Args{"Years": calendarWalkYearsMax})
	}
	return opening, nil
}

// Trace explains the working time in [from, to) by local dates; dates without any are left out.
func (c Calendar) Trace(from, to time.Time, pauses ...Span) []TraceLine {
	var lines []TraceLine
	c.walk(from, to, pauses, func(d prolong.Date, s Span) bool {
		if len(lines) == 0 || lines[len(lines)-1].On != d {
			lines = append(lines, TraceLine{On: d})
		}
		l := &lines[len(lines)-1]
		l.Spans, l.Used = append(l.Spans, s), l.Used+s.Length()
		return true
	})
	return lines
}

// AddWorkingDays returns start moved by n working days, backwards for a negative n, at the
// same time of day; with endOfDay at that day's closing instant. A working day is one that
// opens at all. The start's own day does not count.
func (c Calendar) AddWorkingDays(start time.Time, n int, endOfDay bool) (time.Time, error) {
	local := start.In(c.Zone())
	d, step := prolong.DateOf(local, c.Zone()), 1
	if n < 0 {
		step = -1
	}
	for left, days := n*step, 0; left > 0; days++ {
		if days > calendarWalkYearsMax*366 {
			return time.Time{}, prolong.NewError(prolong.CodeInvalid, "error.tickets_calendar_never_opens", prolong.Args{"Years": calendarWalkYearsMax})
		}
		d = d.AddDays(step)
		if len(c.hours(d)) > 0 {
			left--
		}
	}
	if open := c.open(d); endOfDay && len(open) > 0 {
		return open[len(open)-1].To, nil
	}
	y, m, day := d.YMD()
	return time.Date(y, m, day, local.Hour(), local.Minute(), local.Second(), local.Nanosecond(), c.Zone()), nil
}

// walk visits the working time in [from, to) in order, pauses cut out, until visit says stop.
// It goes by local dates, so its length is bounded by the number of days between. It looks one
// date further at both ends: where clocks go back over midnight, an instant shows the date of
// yesterday although today's hours have begun.
func (c Calendar) walk(from, to time.Time, pauses []Span, visit func(prolong.Date, Span) bool) {
	if !from.Before(to) {
		return
	}
	pauses = mergeSpans(pauses)
	last := prolong.DateOf(to, c.Zone()).AddDays(1)
	for d := prolong.DateOf(from, c.Zone()).AddDays(-1); !d.After(last); d = d.AddDays(1) {
		for _, s := range c.open(d) {
			for _, rest := range cutSpans(within(s, from, to), pauses) {
				if !visit(d, rest) {
					return
				}
			}
		}
	}
}

// within returns the part of s inside [from, to).
func within(s Span, from, to time.Time) Span {
	if s.From.Before(from) {
		s.From = from
	}
	if s.To.After(to) {
		s.To = to
	}
	return s
}

// cutSpans returns what is left of s without the pauses, which are in order and do not overlap.
func cutSpans(s Span, pauses []Span) []Span {
	var rest []Span
	for _, p := range pauses {
		if !p.To.After(s.From) {
			continue
		}
		if !p.From.Before(s.To) {
			break
		}
		if p.From.After(s.From) {
			rest = append(rest, Span{s.From, p.From})
		}
		s.From = p.To
	}
	if s.From.Before(s.To) {
		rest = append(rest, s)
	}
	return rest
}

// mergeSpans returns the spans in order, overlapping and touching ones joined, empty ones
// dropped.
func mergeSpans(spans []Span) []Span {
	sorted := make([]Span, 0, len(spans))
	for _, s := range spans {
		if s.From.Before(s.To) {
			sorted = append(sorted, s)
		}
	}
	slices.SortFunc(sorted, func(a, b Span) int { return a.From.Compare(b.From) })
	var merged []Span
	for _, s := range sorted {
		if n := len(merged); n > 0 && !s.From.After(merged[n-1].To) {
			if s.To.After(merged[n-1].To) {
				merged[n-1].To = s.To
			}
			continue
		}
		merged = append(merged, s)
	}
	return merged
}
