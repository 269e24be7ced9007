package i18n

import (
	"strconv"
	"time"

	"prolong"
)

// Date writes a day in figures: "22.11.2026", in English "22 Nov 2026". No date is "—".
func (t Translator) Date(d prolong.Date) string {
	if d.IsZero() {
		return "—"
	}
	return d.Time().Format(t.dateLayout())
}

// DateTime writes an instant in the zone loc: "22.11.2026, 14:05". No instant is "—".
func (t Translator) DateTime(at time.Time, loc *time.Location) string {
	if at.IsZero() {
		return "—"
	}
	return at.In(loc).Format(t.dateLayout() + ", 15:04")
}

// Clock writes the time of day of an instant in the zone loc: "14:05".
func (t Translator) Clock(at time.Time, loc *time.Location) string {
	if at.IsZero() {
		return "—"
	}
	return at.In(loc).Format("15:04")
}

// Period writes the first and the last day of a period: "01.11.2026 – 30.11.2026".
func (t Translator) Period(p prolong.Period) string {
	return t.Date(p.From) + nbsp + "– " + t.Date(p.Last())
}

// Duration writes a span in its two largest units: "3 дня 4 ч", "2 ч 15 мин", "45 с", "0,3 с".
// The sign is left out; spans below a millisecond are "0 с".
func (t Translator) Duration(d time.Duration) string {
	d = d.Abs()
	switch {
	case d < 10*time.Second && d%time.Second != 0:
		tenths := d.Round(100 * time.Millisecond)
		if tenths < 100*time.Millisecond {
			return t.T("duration.milliseconds", "Count", d.Milliseconds())
		}
		return t.T("duration.seconds", "Count", t.Number(strconv.FormatFloat(tenths.Seconds(), 'f', 1, 64)))
	case d < time.Minute:
		return t.T("duration.seconds", "Count", int64(d/time.Second))
	case d < time.Hour:
		return t.pair(d, time.Minute, time.Second)
	case d < day:
		return t.pair(d, time.Hour, time.Minute)
	}
	return t.pair(d, day, time.Hour)
}

// DaysLeft writes how many days there are after today up to and including the last one:
// "осталось 9 дней", on the last day "сегодня последний день". Every page and letter counts so.
// A last day that has passed is for the caller to word; it is empty here.
func (t Translator) DaysLeft(last, today prolong.Date) string {
	switch days := last.DaysSince(today); {
	case days < 0:
		return ""
	case days == 0:
		return t.T("duration.last_day")
	default:
		return t.N("duration.days_left", days)
	}
}

// Remaining writes what is left of a span, or by how much it is over: "осталось 2 ч 15 мин",
// "просрочено на 15 мин". Spans are written in whole minutes, as a countdown is read.
func (t Translator) Remaining(left time.Duration) string {
	if left < 0 {
		return t.T("duration.overdue", "Span", t.wholeMinutes(-left))
	}
	return t.T("duration.remaining", "Span", t.wholeMinutes(left))
}

// Ago writes how long before now an instant was, or how long it lies ahead: "5 мин назад",
// "через 2 ч"; within a minute "только что" and "вот-вот". No instant is "—".
func (t Translator) Ago(at, now time.Time) string {
	switch d := now.Sub(at); {
	case at.IsZero():
		return "—"
	case d.Abs() < time.Minute && d >= 0:
		return t.T("duration.now")
	case d.Abs() < time.Minute:
		return t.T("duration.soon")
	case d > 0:
		return t.T("duration.ago", "Span", t.coarse(d))
	default:
		return t.T("duration.ahead", "Span", t.coarse(-d))
	}
}

const day = 24 * time.Hour

// coarse writes a span in its largest unit only.
func (t Translator) coarse(d time.Duration) string {
	switch {
	case d < time.Hour:
		return t.unit(time.Minute, int64(d/time.Minute))
	case d < day:
		return t.unit(time.Hour, int64(d/time.Hour))
	}
	return t.unit(day, int64(d/day))
}

func (t Translator) dateLayout() string {
	if t.lang == English {
		return "2" + nbsp + "Jan" + nbsp + "2006"
	}
	return "02.01.2006"
}

// pair writes d in units of the size big and, if any are left, small.
func (t Translator) pair(d, big, small time.Duration) string {
	s := t.unit(big, int64(d/big))
	if rest := int64(d % big / small); rest > 0 {
		s += " " + t.unit(small, rest)
	}
	return s
}

func (t Translator) unit(size time.Duration, n int64) string {
	switch {
	case size >= day:
		return t.N("duration.days", n)
	case size >= time.Hour:
		return t.T("duration.hours", "Count", n)
	case size >= time.Minute:
		return t.T("duration.minutes", "Count", n)
	}
	return t.T("duration.seconds", "Count", n)
}

// wholeMinutes writes a span of at least a minute without seconds; less is "< 1 мин".
func (t Translator) wholeMinutes(d time.Duration) string {
	if d < time.Minute {
		return "<" + nbsp + t.unit(time.Minute, 1)
	}
	return t.Duration(d.Truncate(time.Minute))
}
