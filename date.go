package prolong

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Date is a day of business in its seller's calendar, without time or zone. The zero Date
// means "no date" and is stored as NULL.
type Date struct {
	// days since 1 January of the year 1, plus one, so that the zero value stays free.
	n int32
}

const secondsPerDay = 24 * 60 * 60

var dateEpoch = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()

// NewDate returns the day; values out of range are carried over as by time.Date.
func NewDate(year int, month time.Month, day int) Date {
	return Date{n: int32((time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()-dateEpoch)/secondsPerDay) + 1}
}

// DateOf returns the day that t falls on in the zone loc.
func DateOf(t time.Time, loc *time.Location) Date {
	y, m, d := t.In(loc).Date()
	return NewDate(y, m, d)
}

// ParseDate reads an ISO date of the years 1 to 9999, "2026-03-01". Returns CodeInvalid for
// anything else.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1 { // the last day of the year 0 would be the zero Date, "no date"
		return Date{}, NewError(CodeInvalid, "error.date_invalid", Args{"Value": s})
	}
	return DateOf(t, time.UTC), nil
}

// MustDate is ParseDate for constants in tests and seeds; it panics on a bad date.
func MustDate(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// AddDays returns the day n days later.
func (d Date) AddDays(n int) Date { return Date{n: d.n + int32(n)} }

// AddMonths returns the day in the month n months later that keeps the anchor: the day of
// the month is anchorDay, or the last day of a month that is too short. So 31 January with
// anchor 31 gives 28 February and then 31 March (reference cases 1-5 of billing.md).
func (d Date) AddMonths(n, anchorDay int) Date {
	y, m, _ := d.YMD()
	first := time.Date(y, m+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return NewDate(first.Year(), first.Month(), min(max(anchorDay, 1), last))
}

// After says whether d is later than o.
func (d Date) After(o Date) bool { return d.n > o.n }

// Before says whether d is earlier than o.
func (d Date) Before(o Date) bool { return d.n < o.n }

// Compare returns -1, 0 or +1.
func (d Date) Compare(o Date) int {
	switch {
	case d.n < o.n:
		return -1
	case d.n > o.n:
		return 1
	}
	return 0
}

// Day returns the day of the month.
func (d Date) Day() int { _, _, day := d.YMD(); return day }

// DaysSince returns how many days d lies after o, negative if before.
func (d Date) DaysSince(o Date) int { return int(d.n - o.n) }

// IsZero says whether there is no date.
func (d Date) IsZero() bool { return d.n == 0 }

// MarshalText writes the ISO form, empty for no date.
func (d Date) MarshalText() ([]byte, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.Time().AppendFormat(make([]byte, 0, len(time.DateOnly)), time.DateOnly), nil
}

// Month returns the month.
func (d Date) Month() time.Month { _, m, _ := d.YMD(); return m }

// Scan reads a DATE column.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
	case time.Time:
		*d = DateOf(v, v.Location())
	case string:
		return d.UnmarshalText([]byte(v))
	default:
		return fmt.Errorf("prolong.Date: cannot scan %T", src)
	}
	return nil
}

// Start returns the first instant of the day in the zone loc. Where clocks skip midnight it
// is the first instant that exists.
func (d Date) Start(loc *time.Location) time.Time {
	y, m, day := d.YMD()
	t := time.Date(y, m, day, 0, 0, 0, 0, loc)
	// time.Date answers with one of the two offsets around a gap; move to the right day.
	for DateOf(t, loc).Before(d) {
		t = t.Add(15 * time.Minute)
	}
	return t
}

// String returns the ISO form, empty for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.Time().Format(time.DateOnly)
}

// Time returns midnight UTC of the day, for formatting.
func (d Date) Time() time.Time {
	return time.Unix(dateEpoch+int64(d.n-1)*secondsPerDay, 0).UTC()
}

// UnmarshalText reads the ISO form; an empty text is no date.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := ParseDate(string(b))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Value writes a DATE column.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.Time(), nil
}

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.Time().Weekday() }

// Year returns the year.
func (d Date) Year() int { y, _, _ := d.YMD(); return y }

// YMD returns year, month and day of the month.
func (d Date) YMD() (int, time.Month, int) { return d.Time().Date() }
