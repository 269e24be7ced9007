package prolong_test

import (
	"encoding/json"
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"prolong"
)

// zones are those of our sellers, and the ones whose clocks do the oddest things: midnights
// that are skipped (Cairo, Beirut, Santiago, Havana), or come twice, half hours (Lord Howe), a day
// that never was (Apia).
var zones = []string{
	"UTC", "Europe/Moscow", "Europe/Kaliningrad", "Asia/Kamchatka", "Europe/Kyiv", "Europe/Minsk", "Asia/Almaty", "Asia/Qyzylorda", "Asia/Tashkent",
	"Asia/Bishkek", "Asia/Kolkata", "Asia/Tokyo", "Europe/Paris", "America/Los_Angeles", "America/Havana", "America/Santiago",
	"America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut", "Asia/Tehran", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Kiritimati",
}

func zone(t require.TestingT, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	require.NoError(t, err)
	return loc
}

func date(s string) prolong.Date { return prolong.MustDate(s) }

func TestParseDate(t *testing.T) {
	t.Parallel()
	d, err := prolong.ParseDate("2026-03-01")
	require.NoError(t, err)
	year, month, day := d.YMD()
	require.Equal(t, []int{2026, 3, 1}, []int{year, int(month), day})
	require.Equal(t, []int{2026, 3, 1}, []int{d.Year(), int(d.Month()), d.Day()})
	require.Equal(t, time.Sunday, d.Weekday())
	for _, s := range []string{
		"", " ", "2026-02-29", "2026-02-31", "2026-13-01", "2026-00-01", "2026-01-00", "2026-3-1", "26-03-01", "01.03.2026", "2026-03-01T00:00:00Z",
		" 2026-03-01", "2026-03-01 ", "20260301", "1900-02-29",
		"0000-01-01", "0000-12-31", // would collide with "no date"; there was no year 0 either
	} {
		got, err := prolong.ParseDate(s)
		require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err), s)
		require.True(t, got.IsZero())
	}
	require.Panics(t, func() { prolong.MustDate("31.12.2026") })
}

func TestNewDateCarriesOver(t *testing.T) {
	t.Parallel()
	require.Equal(t, date("2026-03-03"), prolong.NewDate(2026, time.February, 31))
	require.Equal(t, date("2025-12-31"), prolong.NewDate(2026, time.January, 0))
	require.Equal(t, date("2027-01-01"), prolong.NewDate(2026, 13, 1))
}

func TestDateRoundTrips(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := anyDate().Draw(t, "date")
		require.False(t, d.IsZero())

		parsed, err := prolong.ParseDate(d.String())
		require.NoError(t, err)
		require.Equal(t, d, parsed)
		require.Equal(t, d, prolong.NewDate(d.YMD()))
		require.Equal(t, d, prolong.DateOf(d.Time(), time.UTC))

		text, err := json.Marshal(d)
		require.NoError(t, err)
		require.Equal(t, `"`+d.String()+`"`, string(text))
		var back prolong.Date
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, d, back)

		value, err := d.Value()
		require.NoError(t, err)
		var scanned prolong.Date
		require.NoError(t, scanned.Scan(value))
		require.Equal(t, d, scanned)
		require.NoError(t, scanned.Scan(d.String()))
		require.Equal(t, d, scanned)
	})
}

func TestDateArithmeticAgreesWithTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, o := anyDate().Draw(t, "date"), anyDate().Draw(t, "other")
		n := rapid.IntRange(-100000, 100000).Draw(t, "days")
		require.Equal(t, d.Time().AddDate(0, 0, n), d.AddDays(n).Time())
		require.Equal(t, n, d.AddDays(n).DaysSince(d))
		require.Equal(t, d, o.AddDays(d.DaysSince(o)))
		require.Equal(t, d.Time().Compare(o.Time()), d.Compare(o))
		require.Equal(t, d.Time().Before(o.Time()), d.Before(o))
		require.Equal(t, d.Time().After(o.Time()), d.After(o))
		require.Equal(t, d.Time().Weekday(), d.Weekday())
	})
}

func TestAddMonthsKeepsTheAnchorOrTakesTheLastDay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := anyBusinessDate().Draw(t, "date")
		n, anchor := rapid.IntRange(-240, 240).Draw(t, "months"), rapid.IntRange(1, 31).Draw(t, "anchor")
		got := d.AddMonths(n, anchor)
		months := func(d prolong.Date) int { return d.Year()*12 + int(d.Month()) - 1 }
		require.Equal(t, months(d)+n, months(got), "lands in the n-th month, never in the one after")
		if got.Day() != anchor {
			require.Less(t, got.Day(), anchor)
			require.Equal(t, 1, got.AddDays(1).Day(), "another day than the anchor is the last of its month")
		}
		require.Equal(t, d.AddMonths(0, anchor), got.AddMonths(-n, anchor), "and back")
	})
}

func TestAddMonthsBringsTheAnchorIntoTheMonth(t *testing.T) {
	t.Parallel()
	require.Equal(t, date("2026-03-01"), date("2026-02-10").AddMonths(1, 0))
	require.Equal(t, date("2026-03-31"), date("2026-02-10").AddMonths(1, 99))
}

func TestNoDate(t *testing.T) {
	t.Parallel()
	var none prolong.Date
	require.True(t, none.IsZero())
	require.Empty(t, none.String())
	value, err := none.Value()
	require.NoError(t, err)
	require.Nil(t, value, "stored as NULL")
	text, err := json.Marshal(none)
	require.NoError(t, err)
	require.Equal(t, `""`, string(text))

	for _, in := range []string{`""`, `null`} {
		var d prolong.Date
		require.NoError(t, json.Unmarshal([]byte(in), &d))
		require.True(t, d.IsZero())
	}
	d := date("2026-03-01")
	require.NoError(t, d.Scan(nil))
	require.True(t, d.IsZero())
	require.True(t, none.Before(date("0001-01-01")))
	require.False(t, date("0001-01-01").IsZero())
}

func TestDateScanRefusesOtherColumns(t *testing.T) {
	t.Parallel()
	d := date("2026-03-01")
	require.ErrorContains(t, d.Scan(int64(20260301)), "int64")
	require.Error(t, d.Scan("infinity"))
	require.Error(t, d.UnmarshalText([]byte("yesterday")))
	require.Equal(t, date("2026-03-01"), d, "a failed read leaves the date alone")
}

// The driver may hand a DATE as midnight of any zone; the day must not move.
func TestDateScanKeepsTheDayOfTheGivenZone(t *testing.T) {
	t.Parallel()
	var d prolong.Date
	require.NoError(t, d.Scan(time.Date(2026, 3, 1, 0, 0, 0, 0, zone(t, "Asia/Tokyo"))))
	require.Equal(t, date("2026-03-01"), d)
}

// billing.md case 8: Kill Bill, TestBillCycleDayCalculator.
func TestDateOfAnInstantIsTheLocalOne(t *testing.T) {
	t.Parallel()
	at := time.Date(2012, 7, 16, 21, 17, 3, 0, time.UTC)
	for name, day := range map[string]int{"UTC": 16, "Europe/Paris": 16, "Europe/Moscow": 17, "Asia/Tokyo": 17} {
		require.Equal(t, day, prolong.DateOf(at, zone(t, name)).Day(), name)
	}
	require.Equal(t, 17, prolong.DateOf(at, time.FixedZone("+03", 3*60*60)).Day())
}

// billing.md case 10: Kill Bill, TestWithTimeZones.testReferenceTimeInDSTGap, and our own gap.
func TestLocalTimeThatDoesNotExistDoesNotMoveTheDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, gap, start, end string }{
		{"America/Los_Angeles", "2015-03-08", "2015-03-08T08:00:00Z", "2015-03-09T07:00:00Z"},
		{"Europe/Kyiv", "2026-03-29", "2026-03-28T22:00:00Z", "2026-03-29T21:00:00Z"}, // 03:00-04:00 is missing
	} {
		loc, day := zone(t, c.zone), date(c.gap)
		require.Equal(t, c.start, day.Start(loc).UTC().Format(time.RFC3339))
		require.Equal(t, c.end, day.AddDays(1).Start(loc).UTC().Format(time.RFC3339))
		for minute := range 23 * 60 {
			require.Equal(t, day, prolong.DateOf(day.Start(loc).Add(time.Duration(minute)*time.Minute), loc))
		}
	}
	// Charged through the same day of every following month.
	for i, want := range []string{"2015-04-08", "2015-05-08", "2015-06-08"} {
		require.Equal(t, date(want), date("2015-03-08").AddMonths(i+1, 8))
	}
}

// Where the clock jumps at midnight the day begins at the first instant that exists.
func TestSkippedMidnightStartsTheDayAtTheJump(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, day, want string }{
		{"Africa/Cairo", "2023-04-28", "2023-04-28T01:00:00+03:00"},
		{"Asia/Beirut", "2026-03-29", "2026-03-29T01:00:00+03:00"},
		{"America/Santiago", "2023-09-03", "2023-09-03T01:00:00-03:00"},
		{"America/Havana", "2023-03-12", "2023-03-12T01:00:00-04:00"},
		{"America/Havana", "2023-11-05", "2023-11-05T00:00:00-04:00"}, // midnight comes twice: the first
		{"Pacific/Apia", "2011-12-30", "2011-12-31T00:00:00+14:00"},   // Samoa left the whole day out
	} {
		require.Equal(t, c.want, date(c.day).Start(zone(t, c.zone)).Format(time.RFC3339), "%s %s", c.zone, c.day)
	}
}

// billing.md case 11: Kazakhstan gave up +06 on 1 March 2024 (tzdata); a kept offset would be
// an hour off and so on the wrong day.
func TestZoneLawChangeMovesTheMidnights(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"Asia/Almaty":    {"2024-01-31T18:00:00Z", "2024-02-29T19:00:00Z", "2024-03-31T19:00:00Z"},
		"Asia/Qyzylorda": {"2024-01-31T19:00:00Z", "2024-02-29T19:00:00Z", "2024-03-31T19:00:00Z"},
	} {
		loc := zone(t, name)
		for i, day := range []string{"2024-02-01", "2024-03-01", "2024-04-01"} {
			start := date(day).Start(loc)
			require.Equal(t, want[i], start.UTC().Format(time.RFC3339), "%s %s", name, day)
			require.Equal(t, date(day), prolong.DateOf(start, loc))
			require.Equal(t, date(day).AddDays(-1), prolong.DateOf(start.Add(-time.Nanosecond), loc))
		}
	}
	kept := time.FixedZone("+06", 6*60*60)
	require.Equal(t, date("2024-03-31"), prolong.DateOf(date("2024-04-01").Start(kept), zone(t, "Asia/Almaty")))
}

func TestStartIsTheFirstInstantOfTheDayInEveryZone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom(zones).Draw(t, "zone")
		loc, d := zone(t, name), anyBusinessDate().Draw(t, "date")
		start := d.Start(loc)
		if name != "Pacific/Apia" || d != date("2011-12-30") {
			require.Equal(t, d, prolong.DateOf(start, loc))
		}
		require.Equal(t, -1, prolong.DateOf(start.Add(-time.Nanosecond), loc).Compare(d))
		require.False(t, d.AddDays(1).Start(loc).Before(start))
	})
}

// anyDate draws days of the years 1 to 9999.
func anyDate() *rapid.Generator[prolong.Date] {
	first, last := prolong.NewDate(1, 1, 1), prolong.NewDate(9999, 12, 31)
	return rapid.Map(rapid.IntRange(0, last.DaysSince(first)), first.AddDays)
}

// anyBusinessDate draws days of the years 1970 to 2099, month ends oftener than by chance.
func anyBusinessDate() *rapid.Generator[prolong.Date] {
	first, last := prolong.NewDate(1970, 1, 1), prolong.NewDate(2099, 12, 31)
	return rapid.OneOf(
		rapid.Map(rapid.IntRange(0, last.DaysSince(first)), first.AddDays),
		rapid.Map(rapid.IntRange(0, 130*12-1), func(n int) prolong.Date { return first.AddMonths(n, 31) }),
	)
}
