package tickets

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // calendars must know their zone on machines without a zone database

	"prolong"
)

// The limits of a calendar.
const (
	calendarSpansPerDayMax = 12
	calendarDaysMax        = 5000
	calendarWalkYearsMax   = 10 // closures of months are legal; a walk past this means it never opens
	shortDayMinutes        = 60 // a pre-holiday day is an hour shorter: Labour Code of Russia, article 95
	minutesPerDay          = 24 * 60
)

// DayKind says how a single date differs from its weekday.
type DayKind string

// The kinds of special dates.
const (
	DayOff   DayKind = "off"   // holiday or day off moved here: closed
	DayShort DayKind = "short" // the day before a holiday: closes an hour earlier, or as Hours say
	DayWork  DayKind = "work"  // a working day moved here (перенос): open as Hours say, else like a Monday
)

// CalendarSpec is a business calendar as an administrator writes it.
type CalendarSpec struct {
	Key      string `json:"key"`
	Name     string `json:"name"`
	TimeZone string `json:"time_zone"` // IANA: "Asia/Almaty"
	// Week has the hours of each weekday: "mon": {"09:00-13:00", "14:00-18:00"}; a missing
	// weekday is closed. A shift over midnight is two spans, "22:00-24:00" and "00:00-06:00".
	Week map[string][]string `json:"week"`
	// Days has the dates that differ from their weekday.
	Days []CalendarDay `json:"days,omitempty"`
}

// CalendarDay is a date that differs from its weekday.
type CalendarDay struct {
	On    prolong.Date `json:"on"`
	Kind  DayKind      `json:"kind"`
	Hours []string     `json:"hours,omitempty"`
	Note  string       `json:"note,omitempty"` // "New Year holidays"
}

// Calendar says when a team works. Its open time is built per local date of its own zone, so a
// day of 23 or 25 hours counts as long as it is. The zero Calendar never opens.
type Calendar struct {
	zone *time.Location
	week [7][]minuteSpan // by time.Weekday
	days map[prolong.Date][]minuteSpan
}

// minuteSpan is a half-open stretch of a local day, in minutes since its midnight; 1440 is the
// next midnight.
type minuteSpan struct{ from, to int }

var weekdayKeys = [7]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// NewCalendar checks a specification. It returns CodeInvalid, naming the place, for an unknown
// zone, weekday or kind, hours out of order or overlapping, and a week without any open hour.
func NewCalendar(spec CalendarSpec) (Calendar, error) {
	zone, err := time.LoadLocation(spec.TimeZone)
	if err != nil || spec.TimeZone == "" || spec.TimeZone == "Local" {
		return Calendar{}, calendarError(spec.Key, "time_zone", spec.TimeZone)
	}
	c := Calendar{zone: zone, days: map[prolong.Date][]minuteSpan{}}
	open := false
	for name, hours := range spec.Week {
		day := slices.Index(weekdayKeys[:], strings.ToLower(name))
		if day < 0 {
			return Calendar{}, calendarError(spec.Key, "week", name)
		}
		spans, err := parseHours(hours)
		if err != nil {
			return Calendar{}, calendarError(spec.Key, "week."+name, err.Error())
		}
		c.week[day], open = spans, open || len(spans) > 0
	}
	if len(spec.Days) > calendarDaysMax {
		return Calendar{}, calendarError(spec.Key, "days", strconv.Itoa(len(spec.Days)))
	}
	for _, d := range spec.Days {
		if _, twice := c.days[d.On]; twice || d.On.IsZero() {
			return Calendar{}, calendarError(spec.Key, "days", d.On.String())
		}
		spans, err := c.specialHours(d)
		if err != nil {
			return Calendar{}, calendarError(spec.Key, "days."+d.On.String(), err.Error())
		}
		c.days[d.On], open = spans, open || len(spans) > 0
	}
	if !open {
		return Calendar{}, prolong.NewError(prolong.CodeInvalid, "error.tickets_calendar_closed", prolong.Args{"Calendar": spec.Key})
	}
	return c, nil
}

// IsOpen says whether t lies in working time. The closing instant itself is closed.
func (c Calendar) IsOpen(t time.Time) bool {
	open := false
	c.walk(t, t.Add(1), nil, func(prolong.Date, Span) bool {
		open = true
		return false
	})
	return open
}

// Zone returns the zone in which the calendar's days and hours are meant.
func (c Calendar) Zone() *time.Location {
	if c.zone == nil {
		return time.UTC
	}
	return c.zone
}

// hours returns the spans of a date in minutes.
func (c Calendar) hours(d prolong.Date) []minuteSpan {
	if spans, special := c.days[d]; special {
		return spans
	}
	return c.week[d.Time().Weekday()]
}

// open returns the working time of a local date as instants, in order.
func (c Calendar) open(d prolong.Date) []Span {
	hours := c.hours(d)
	spans := make([]Span, 0, len(hours))
	for _, h := range hours {
		s := Span{From: c.instant(d, h.from), To: c.instant(d, h.to)}
		if s.From.Before(s.To) { // a span that falls into a gap of the clock is empty
			spans = append(spans, s)
		}
	}
	return spans
}

// instant returns the moment at which the clock on the wall first shows the given minute of
// the date. Where clocks jump over it, it is the moment of the jump. (time.Date leaves both
// cases open: it answers with one of the two offsets, and does not say which.)
func (c Calendar) instant(d prolong.Date, minute int) time.Time {
	y, m, day := d.YMD()
	wall := time.Date(y, m, day, 0, minute, 0, 0, time.UTC)
	t := time.Date(y, m, day, 0, minute, 0, 0, c.Zone())
	_, offset := t.Zone()
	shown := time.Unix(t.Unix()+int64(offset), 0).UTC()
	began, ends := t.ZoneBounds()
	switch {
	case shown.After(wall):
		return began
	case shown.Before(wall):
		return ends
	case began.IsZero():
		return t
	}
	_, earlier := began.Add(-time.Second).Zone()
	if first := time.Unix(wall.Unix()-int64(earlier), 0).In(c.Zone()); first.Before(began) {
		return first
	}
	return t
}

// specialHours returns the hours of a date that differs from its weekday.
func (c Calendar) specialHours(d CalendarDay) ([]minuteSpan, error) {
	spans, err := parseHours(d.Hours)
	if err != nil {
		return nil, err
	}
	switch d.Kind {
	case DayOff:
		if len(spans) > 0 {
			return nil, fmt.Errorf("a day off has no hours: %q", d.Hours)
		}
		return nil, nil
	case DayShort:
		if len(spans) == 0 {
			return shorten(c.week[d.On.Time().Weekday()], shortDayMinutes), nil
		}
		return spans, nil
	case DayWork:
		if len(spans) == 0 {
			return c.week[time.Monday], nil
		}
		return spans, nil
	}
	return nil, fmt.Errorf("kind %q", d.Kind)
}

// shorten takes minutes off the end of a day.
func shorten(spans []minuteSpan, minutes int) []minuteSpan {
	out := slices.Clone(spans)
	for minutes > 0 && len(out) > 0 {
		last := &out[len(out)-1]
		cut := min(minutes, last.to-last.from)
		last.to -= cut
		minutes -= cut
		if last.to == last.from {
			out = out[:len(out)-1]
		}
	}
	return out
}

// parseHours reads "09:00-13:00" spans, which must be in order and may touch but not overlap.
func parseHours(hours []string) ([]minuteSpan, error) {
	if len(hours) > calendarSpansPerDayMax {
		return nil, fmt.Errorf("%d spans, at most %d", len(hours), calendarSpansPerDayMax)
	}
	spans := make([]minuteSpan, 0, len(hours))
	for _, h := range hours {
		from, to, ok := strings.Cut(h, "-")
		a, okFrom := parseMinute(from)
		b, okTo := parseMinute(to)
		if !ok || !okFrom || !okTo || a >= b {
			return nil, fmt.Errorf("%q", h)
		}
		if len(spans) > 0 && a < spans[len(spans)-1].to {
			return nil, fmt.Errorf("%q overlaps the span before it", h)
		}
		spans = append(spans, minuteSpan{a, b})
	}
	return spans, nil
}

// parseMinute reads "00:00" to "24:00".
func parseMinute(s string) (int, bool) {
	h, m, ok := strings.Cut(strings.TrimSpace(s), ":")
	hour, errHour := strconv.ParseUint(h, 10, 8)
	minute, errMinute := strconv.ParseUint(m, 10, 8)
	total := int(hour)*60 + int(minute)
	return total, ok && errHour == nil && errMinute == nil && len(m) == 2 && minute < 60 && total <= minutesPerDay
}

func calendarError(key, place, value string) error {
	return prolong.NewError(prolong.CodeInvalid, "error.tickets_calendar_invalid",
		prolong.Args{"Calendar": key, "Place": place, "Value": value})
}
