package prolong_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"prolong"
)

var month = prolong.Term{Count: 1, Unit: prolong.Months}

// The ends of the periods that follow each other from start, as ISO dates.
func ends(start string, term prolong.Term, anchor, n int) []string {
	list, d := make([]string, n), date(start)
	for i := range list {
		d = term.After(d, anchor)
		list[i] = d.String()
	}
	return list
}

// billing.md case 1: Lago, scenarios/subscriptions/billing_spec.rb "with anniversary on a 31st".
func TestAnchorOnThe31stComesBackAfterShortMonths(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{
		"2023-01-31", "2023-02-28", "2023-03-31", "2023-04-30", "2023-05-31", "2023-06-30", "2023-07-31", "2023-08-31",
		"2023-09-30", "2023-10-31", "2023-11-30", "2023-12-31", "2024-01-31", "2024-02-29", "2024-03-31",
	}, ends("2022-12-31", month, 31, 15))
}

// billing.md case 2: Lago, the same file.
func TestAnchorOnThe30thComesBackAfterFebruary(t *testing.T) {
	t.Parallel()
	got := ends("2022-04-30", month, 30, 23)
	require.Equal(t, []string{"2023-01-30", "2023-02-28", "2023-03-30"}, got[8:11])
	require.Equal(t, []string{"2024-01-30", "2024-02-29", "2024-03-30"}, got[20:])
}

// billing.md case 3: Lago, the same file; Flexprice, types/date_test.go.
func TestAnchorOnThe28thIsNotTheLastDayOfTheMonth(t *testing.T) {
	t.Parallel()
	require.Equal(t, "2023-03-28", ends("2022-02-28", month, 28, 13)[12])
	year := prolong.Term{Count: 12, Unit: prolong.Months}
	require.Equal(t, []string{"2024-02-28"}, ends("2023-02-28", year, 28, 1))
	require.Equal(t, []string{"2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"}, ends("2024-02-29", year, 29, 4), "a leap day comes back")
}

// billing.md case 4: Lago, scenarios/subscriptions/billing_boundaries_spec.rb (PR 1567).
func TestPeriodsOfTheLastDayLeaveNoGapAndDoNotOverlap(t *testing.T) {
	t.Parallel()
	var got []string
	for from := date("2024-01-31"); len(got) < 3; {
		p, err := prolong.NewPeriod(from, month.After(from, 31))
		require.NoError(t, err)
		got = append(got, p.String())
		from = p.To
	}
	require.Equal(t, []string{"2024-01-31..2024-02-28", "2024-02-29..2024-03-30", "2024-03-31..2024-04-29"}, got)
}

// billing.md case 5: Flexprice, types/date_test.go.
func TestStepOfTwoMonthsEndsInAShortOne(t *testing.T) {
	t.Parallel()
	two := prolong.Term{Count: 2, Unit: prolong.Months}
	require.Equal(t, date("2024-02-29"), two.After(date("2023-12-31"), 31))
	require.Equal(t, date("2025-02-28"), two.After(date("2024-12-31"), 31))
}

// billing.md case 12: Lago, services/subscriptions/dates/monthly_service_spec.rb. Periods are
// days of the calendar, so a move to another zone shifts instants but never days.
func TestChangedZoneLeavesNoGapBetweenPeriods(t *testing.T) {
	t.Parallel()
	january, err := prolong.NewPeriod(date("2022-01-01"), date("2022-02-01"))
	require.NoError(t, err)
	february, err := prolong.NewPeriod(january.To, month.After(january.To, 1))
	require.NoError(t, err)
	require.Equal(t, date("2022-01-31"), january.Last())
	for _, name := range zones {
		loc := zone(t, name)
		lastSecond := january.To.Start(loc).Add(-time.Second)
		require.True(t, january.Contains(prolong.DateOf(lastSecond, loc)), name)
		require.True(t, february.Contains(prolong.DateOf(lastSecond.Add(time.Second), loc)), name)
	}
	// Paid for January in Moscow, moved to Kaliningrad: every local day is still in one period.
	for d := january.From; d.Before(february.To); d = d.AddDays(1) {
		require.NotEqual(t, january.Contains(d), february.Contains(d), d)
	}
}

// billing.md case 16: a year paid ahead steps through the month ends, not 12 times 30 days.
func TestTwelveMonthsAheadStepThroughTheMonthEnds(t *testing.T) {
	t.Parallel()
	steps := ends("2025-12-31", month, 31, 12)
	require.Equal(t, "2026-12-31", steps[11])
	require.Equal(t, "2026-02-28", steps[1])
	require.Equal(t, prolong.Term{Count: 12, Unit: prolong.Months}.After(date("2025-12-31"), 31).String(), steps[11])
}

// billing.md case 41: Kill Bill, proRations/inAdvance/TestValidationProRation.
func TestImpossiblePeriodIsAnError(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ from, to prolong.Date }{
		{date("2026-03-01"), date("2026-02-01")},
		{date("2026-03-01"), date("2026-03-01")},
		{prolong.Date{}, date("2026-03-01")},
		{date("2026-03-01"), prolong.Date{}},
		{prolong.Date{}, prolong.Date{}},
	} {
		p, err := prolong.NewPeriod(c.from, c.to)
		require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err), "%s %s", c.from, c.to)
		require.Equal(t, prolong.Period{}, p)
		require.ErrorContains(t, err, "error.period_invalid")
	}
}

func TestPeriod(t *testing.T) {
	t.Parallel()
	p, err := prolong.NewPeriod(date("2024-02-01"), date("2024-03-01"))
	require.NoError(t, err)
	require.Equal(t, 29, p.Days())
	require.Equal(t, date("2024-02-29"), p.Last())
	require.False(t, p.Contains(date("2024-01-31")))
	require.True(t, p.Contains(date("2024-02-01")))
	require.True(t, p.Contains(date("2024-02-29")))
	require.False(t, p.Contains(date("2024-03-01")), "the end belongs to the next period")

	text, err := json.Marshal(p)
	require.NoError(t, err)
	require.JSONEq(t, `{"from":"2024-02-01","to":"2024-03-01"}`, string(text))
	var back prolong.Period
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, p, back)
}

// Every day and every instant lies in exactly one of the periods that follow each other,
// whatever the start, the anchor, the term and the zone (billing.md case 4, as a law).
func TestPeriodsTileTheTimeLine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start, anchor := anyBusinessDate().Draw(t, "start"), rapid.IntRange(1, 31).Draw(t, "anchor")
		term := anyTerm().Draw(t, "term")
		loc := zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		periods := make([]prolong.Period, rapid.IntRange(1, 40).Draw(t, "count"))
		for i, from := 0, start; i < len(periods); i++ {
			p, err := prolong.NewPeriod(from, term.After(from, anchor))
			require.NoError(t, err, "no period is empty or runs backwards")
			periods[i], from = p, p.To
		}
		end := periods[len(periods)-1].To
		day := start.AddDays(rapid.IntRange(0, end.DaysSince(start)-1).Draw(t, "day"))
		require.Equal(t, 1, holding(periods, day))
		at := day.Start(loc).Add(time.Duration(rapid.Int64Range(0, int64(20*time.Hour)).Draw(t, "later")))
		if local := prolong.DateOf(at, loc); local.Before(end) {
			require.Equal(t, 1, holding(periods, local))
		}
		days := 0
		for _, p := range periods {
			days += p.Days()
		}
		require.Equal(t, end.DaysSince(start), days)
		require.Zero(t, holding(periods, start.AddDays(-1)))
		require.Zero(t, holding(periods, end))
	})
}

// Month after month arrives where one long step does: the anchor never drifts.
func TestStepsDoNotDrift(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		start, anchor := anyBusinessDate().Draw(t, "start"), rapid.IntRange(1, 31).Draw(t, "anchor")
		count, steps := rapid.IntRange(1, 24).Draw(t, "count"), rapid.IntRange(1, 60).Draw(t, "steps")
		d := start
		for range steps {
			d = prolong.Term{Count: count, Unit: prolong.Months}.After(d, anchor)
		}
		require.Equal(t, start.AddMonths(steps*count, anchor), d)
	})
}

func TestTermBefore(t *testing.T) {
	t.Parallel()
	require.Equal(t, date("2026-02-28"), month.Before(date("2026-03-31")))
	require.Equal(t, date("2026-02-15"), month.Before(date("2026-03-15")))
	require.Equal(t, date("2025-12-31"), month.Before(date("2026-01-31")))
	require.Equal(t, date("2026-02-26"), prolong.Term{Count: 3, Unit: prolong.Days}.Before(date("2026-03-01")))
	require.Equal(t, date("2026-03-01"), prolong.Term{}.Before(date("2026-03-01")))
}

func TestParseTerm(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]prolong.Term{
		"1 month":     month,
		"3 months":    {Count: 3, Unit: prolong.Months},
		"1 year":      {Count: 12, Unit: prolong.Months},
		"2 years":     {Count: 24, Unit: prolong.Months},
		"100 years":   {Count: 1200, Unit: prolong.Months},
		"1 day":       {Count: 1, Unit: prolong.Days},
		"30 days":     {Count: 30, Unit: prolong.Days},
		"0 days":      {Unit: prolong.Days},
		"2 weeks":     {Count: 14, Unit: prolong.Days},
		"  7   days ": {Count: 7, Unit: prolong.Days},
		"36525 days":  {Count: 36525, Unit: prolong.Days},
	} {
		got, err := prolong.ParseTerm(in)
		require.NoError(t, err, in)
		require.Equal(t, want, got, in)
	}
	for _, in := range []string{
		"", "month", "1", "1month", "-1 month", "1.5 months", "1 fortnight", "one month", "1 month 2 days", "1 s", "36526 days", "1201 months", "101 years", "5218 weeks",
		"9223372036854775807 days", "99999999999999999999 days",
	} {
		got, err := prolong.ParseTerm(in)
		require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err), in)
		require.Equal(t, prolong.Term{}, got)
	}
}

func TestTermTextReadsBack(t *testing.T) {
	t.Parallel()
	require.Equal(t, "1 month", month.String())
	require.Equal(t, "0 days", prolong.Term{}.String())
	require.True(t, prolong.Term{}.IsZero())
	rapid.Check(t, func(t *rapid.T) {
		term := anyTerm().Draw(t, "term")
		got, err := prolong.ParseTerm(term.String())
		require.NoError(t, err)
		require.Equal(t, term, got)
		require.False(t, got.IsZero())
	})
}

func anyTerm() *rapid.Generator[prolong.Term] {
	return rapid.OneOf(
		rapid.Map(rapid.IntRange(1, 24), func(n int) prolong.Term { return prolong.Term{Count: n, Unit: prolong.Months} }),
		rapid.Map(rapid.IntRange(1, 400), func(n int) prolong.Term { return prolong.Term{Count: n, Unit: prolong.Days} }),
	)
}

func holding(periods []prolong.Period, d prolong.Date) int {
	n := 0
	for _, p := range periods {
		if p.Contains(d) {
			n++
		}
	}
	return n
}
