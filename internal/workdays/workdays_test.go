package workdays

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
)

// The counts are those of the official production calendars: 247 working days of a five-day
// week in Russia in 2026 (the letter of the Ministry of Labour to the decree), 2027 by the law
// alone.
func TestWorkingDaysOfAYear(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		country prolong.Country
		year    int
		days    int
		known   Knowledge
	}{
		{prolong.Russia, 2026, 247, ByDecree}, {prolong.Russia, 2027, 249, ByLaw}, {prolong.Kazakhstan, 2026, 246, ByLaw}, {prolong.Kazakhstan, 2027, 247, ByLaw},
		{prolong.Ukraine, 2026, 261, ByLaw}, {prolong.Ukraine, 2027, 261, ByLaw},
	} {
		calendar, n := For(c.country, nil), 0
		for d := prolong.NewDate(c.year, 1, 1); d.Year() == c.year; d = d.AddDays(1) {
			if calendar.Working(d) {
				n++
			}
		}
		require.Equal(t, c.days, n, "%s %d", c.country, c.year)
		require.Equal(t, c.known, calendar.Known(c.year))
	}
}

func TestEveryShippedDayChangesItsWeekday(t *testing.T) {
	t.Parallel()
	for country, days := range shipped().days {
		for _, d := range days {
			_, err := ParseKind(string(d.Kind))
			require.NoError(t, err, "%s %s", country, d.On)
			weekend := d.On.Weekday() == time.Saturday || d.On.Weekday() == time.Sunday
			require.Equal(t, d.Kind == Work, weekend, "%s %s", country, d.On)
		}
	}
}

func TestDaysMoveToWorkingDays(t *testing.T) {
	t.Parallel()
	ru := For(prolong.Russia, nil)
	day := prolong.MustDate
	require.Equal(t, day("2026-01-12"), ru.Next(day("2026-01-01")), "the New Year holidays of 2026 end on the 11th")
	require.Equal(t, day("2025-12-31"), ru.Previous(day("2026-01-09")))
	require.Equal(t, day("2026-12-30"), ru.Previous(day("2026-12-31")), "4 January was moved to 31 December")
	require.Equal(t, day("2026-05-12"), ru.Add(day("2026-05-08"), 1), "the weekend and the moved 9 May between")
	require.Equal(t, day("2026-05-08"), ru.Add(day("2026-05-12"), -1))
	require.Equal(t, day("2026-05-09"), ru.Add(day("2026-05-09"), 0))
	require.Equal(t, day("2026-03-26"), For(prolong.Kazakhstan, nil).Next(day("2026-03-21")), "Nauryz takes the days after its weekend")
	require.Equal(t, day("2026-01-01"), For(prolong.Ukraine, nil).Next(day("2026-01-01")), "under martial law holidays are working days")
}

func TestAnUnknownYearHasWeekendsAndTheFixedHolidays(t *testing.T) {
	t.Parallel()
	ru := For(prolong.Russia, nil)
	require.Equal(t, Unknown, ru.Known(2029))
	require.False(t, ru.Working(prolong.MustDate("2029-05-09")), "a Wednesday")
	require.False(t, ru.Working(prolong.MustDate("2029-05-12")), "a Saturday")
	require.True(t, ru.Working(prolong.MustDate("2029-05-14")))
}

// The dates of the Labour Code of Russia, article 112, and of the Law of Kazakhstan on holidays, articles 2 to 4, with its days of rest; in
// some year each of them falls on a working weekday.
func TestTheFixedHolidaysAreThoseOfTheLaw(t *testing.T) {
	t.Parallel()
	for country, law := range map[prolong.Country]string{
		prolong.Russia:     "01-01 01-02 01-03 01-04 01-05 01-06 01-07 01-08 02-23 03-08 05-01 05-09 06-12 11-04",
		prolong.Kazakhstan: "01-01 01-02 01-07 03-08 03-21 03-22 03-23 05-01 05-07 05-09 07-06 08-30 10-25 12-16",
		prolong.Ukraine:    "",
	} {
		calendar, off := For(country, nil), map[string]bool{}
		for d := prolong.NewDate(2029, 1, 1); d.Year() < 2040; d = d.AddDays(1) {
			require.Equal(t, Unknown, calendar.Known(d.Year()))
			weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
			if !weekend && !calendar.Working(d) {
				off[d.String()[len("2029-"):]] = true
			}
		}
		require.Equal(t, law, strings.Join(slices.Sorted(maps.Keys(off)), " "), "%s", country)
	}
}

func TestDaysOfAYearAreOfThatYearOnly(t *testing.T) {
	t.Parallel()
	days, known := DaysOf(prolong.Kazakhstan, 2027)
	require.True(t, known)
	require.Len(t, days, 14)
	for _, d := range days {
		require.Equal(t, 2027, d.On.Year())
		require.Equal(t, prolong.Kazakhstan, d.Country)
	}
	days, known = DaysOf(prolong.Ukraine, 2026)
	require.True(t, known, "known to have none")
	require.Empty(t, days)
	_, known = DaysOf(prolong.Russia, 2029)
	require.False(t, known)
}

func TestABadFileOfDaysIsRefusedWithItsLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"# known: law\n2026-01-01":         "line 2",
		"2026-01-01 off A\n2027-01-01 off": "line 2: 2027-01-01 lies in another year",
		"2026-02-30 off":                   "line 1",
	} {
		b := book{days: map[prolong.Country][]Day{}, known: map[prolong.Country]map[int]Knowledge{}}
		require.ErrorContains(t, b.read("RU-2026", text), want, text)
	}
}

func TestOwnDaysWin(t *testing.T) {
	t.Parallel()
	ru := For(prolong.Russia, []Day{
		{Country: prolong.Russia, On: prolong.MustDate("2029-06-13"), Kind: Off},
		{Country: prolong.Russia, On: prolong.MustDate("2027-11-05"), Kind: Off}, {Country: prolong.Russia, On: prolong.MustDate("2027-11-13"), Kind: Work},
		{Country: prolong.Kazakhstan, On: prolong.MustDate("2027-11-15"), Kind: Off},
	})
	require.False(t, ru.Working(prolong.MustDate("2027-11-05")))
	require.True(t, ru.Working(prolong.MustDate("2027-11-13")))
	require.True(t, ru.Working(prolong.MustDate("2027-11-15")), "another country's")
	require.False(t, ru.Working(prolong.MustDate("2027-05-03")), "ours stay")
	require.Equal(t, ByOwner, ru.Known(2027))
	require.False(t, ru.Working(prolong.MustDate("2029-06-12")), "one own day does not say that the others are working days")
	_, err := ParseKind("half")
	require.Error(t, err)
}
