package tickets

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"prolong"
)

// week builds a calendar with the same hours on the given weekdays.
func week(t *testing.T, zone, days string, hours []string, special ...CalendarDay) Calendar {
	t.Helper()
	sets := map[string][]string{
		"daily": weekdayKeys[:], "mon-fri": weekdayKeys[1:6], "tue-wed": weekdayKeys[2:4], "tue-thu": weekdayKeys[2:5],
	}
	spec := CalendarSpec{Key: "test", TimeZone: zone, Week: map[string][]string{}, Days: special}
	for _, d := range sets[days] {
		spec.Week[d] = hours
	}
	c, err := NewCalendar(spec)
	require.NoError(t, err)
	return c
}

func off(dates ...string) []CalendarDay {
	out := make([]CalendarDay, 0, len(dates))
	for _, d := range dates {
		out = append(out, CalendarDay{On: prolong.MustDate(d), Kind: DayOff})
	}
	return out
}

// at reads an instant: with an offset or Z as it says, else as the wall clock of the zone.
func at(t *testing.T, zone, s string) time.Time {
	t.Helper()
	if v, err := time.Parse(time.RFC3339, s); err == nil {
		return v
	}
	loc, err := time.LoadLocation(zone)
	require.NoError(t, err)
	v, err := time.ParseInLocation("2006-01-02 15:04:05", s, loc)
	require.NoError(t, err)
	return v
}

// TestDeadline has the cases of the reference (tickets.md, 2.4) that are one call of the
// kernel: start and budget in, due instant out, to the second.
func TestDeadline(t *testing.T) {
	t.Parallel()
	office := []string{"09:00-18:00"}
	newYear := off("2025-12-31", "2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04", "2026-01-05", "2026-01-06",
		"2026-01-07", "2026-01-08", "2026-01-09", "2026-01-10", "2026-01-11")
	may := append(off("2026-05-01", "2026-05-02", "2026-05-03"),
		CalendarDay{On: prolong.MustDate("2026-04-30"), Kind: DayShort, Hours: []string{"09:00-17:00"}})
	for _, tc := range []struct {
		name   string // case and origin
		zone   string
		days   string
		hours  []string
		extra  []CalendarDay
		start  string
		budget time.Duration
		pauses [][2]string
		due    string
	}{
		{name: "S1 two days, libredesk calculator_test", zone: "UTC", days: "tue-wed", hours: []string{"09:00-17:00"},
			start: "2023-10-10T09:00:00Z", budget: 900 * time.Minute, due: "2023-10-11T16:00:00Z"},
		{name: "S2 start at closing time, libredesk calculator_test", zone: "UTC", days: "tue-wed", hours: []string{"09:00-17:00"},
			start: "2023-10-10T17:00:00Z", budget: 30 * time.Minute, due: "2023-10-11T09:30:00Z"},
		{name: "S3 two holidays, libredesk calculator_test", zone: "UTC", days: "tue-thu", hours: []string{"09:00-17:00"}, extra: off("2023-10-10", "2023-10-11"),
			start: "2023-10-10T10:00:00Z", budget: time.Hour, due: "2023-10-12T10:00:00Z"},
		{name: "S4 first response, Zammad escalation spec", zone: "Europe/Berlin", days: "mon-fri", hours: []string{"08:00-18:00"},
			start: "2013-03-21T09:30:00Z", budget: time.Hour, due: "2013-03-21T10:30:00Z"},
		{name: "S4 next response, Zammad escalation spec", zone: "Europe/Berlin", days: "mon-fri", hours: []string{"08:00-18:00"},
			start: "2013-03-21T09:30:00Z", budget: 2 * time.Hour, due: "2013-03-21T11:30:00Z"},
		{name: "S4 resolution, Zammad escalation spec", zone: "Europe/Berlin", days: "mon-fri", hours: []string{"08:00-18:00"},
			start: "2013-03-21T09:30:00Z", budget: 3 * time.Hour, due: "2013-03-21T12:30:00Z"},
		{name: "S5 two pauses, Zammad escalation spec", zone: "Europe/Berlin", days: "daily", hours: office,
			start: "2013-06-04T09:00:00Z", budget: 2 * time.Hour, due: "2013-06-04T11:45:00Z",
			pauses: [][2]string{{"2013-06-04T10:00:00Z", "2013-06-04T10:30:00Z"}, {"2013-06-04T09:30:00Z", "2013-06-04T09:45:00Z"}}},
		{name: "S6a first response over a holiday, Zammad escalation spec", zone: "Europe/Berlin", days: "mon-fri", hours: []string{"08:00-20:00"}, extra: off("2016-11-01"),
			start: "2016-11-01T13:56:21Z", budget: 2 * time.Hour, due: "2016-11-02T09:00:00Z"},
		{name: "S6a next response over a holiday, Zammad escalation spec", zone: "Europe/Berlin", days: "mon-fri", hours: []string{"08:00-20:00"}, extra: off("2016-11-01"),
			start: "2016-11-01T13:56:21Z", budget: 1200 * time.Minute, due: "2016-11-03T15:00:00Z"},
		{name: "S6b seconds kept, Zammad escalation spec (Zammad itself loses them)", zone: "Europe/Berlin", days: "mon-fri", hours: []string{"08:00-20:00"}, extra: off("2016-11-01"),
			start: "2016-11-07T13:26:36Z", budget: 1200 * time.Minute, due: "2016-11-09T09:26:36Z"},
		{name: "S7 lunch and a DST weekend, OTOBO AddWorkingTime.t", zone: "Europe/Berlin", days: "mon-fri", hours: []string{"08:00-13:00", "14:00-18:00"},
			start: "2015-03-27T11:00:00Z", budget: 15 * time.Hour, due: "2015-03-31T07:00:00Z"},
		{name: "S8a clock back at midnight, OTOBO AddWorkingTime.t", zone: "America/Sao_Paulo", days: "daily", hours: []string{"00:00-24:00"},
			start: "2015-02-21 22:00:00", budget: 5 * time.Hour, due: "2015-02-22T05:00:00Z"},
		{name: "S8b midnight does not exist, OTOBO AddWorkingTime.t", zone: "America/Sao_Paulo", days: "daily", hours: []string{"00:00-24:00"},
			start: "2015-10-17 22:00:00", budget: 7 * time.Hour, due: "2015-10-18T08:00:00Z"},
		{name: "S10 over a weekend, Chatwoot PR 13392", zone: "UTC", days: "mon-fri", hours: []string{"09:00-17:00"},
			start: "2026-01-23T16:30:00Z", budget: time.Hour, due: "2026-01-26T09:30:00Z"},
		{name: "S11 day of 25 hours, against GLPI's day loop", zone: "Europe/Kyiv", days: "daily", hours: []string{"00:00-24:00"},
			start: "2026-10-25 00:30:00", budget: 4 * time.Hour, due: "2026-10-25T01:30:00Z"},
		{name: "S11 day of 23 hours, against GLPI's day loop", zone: "Europe/Kyiv", days: "daily", hours: []string{"00:00-24:00"},
			start: "2026-03-29 01:30:00", budget: 2 * time.Hour, due: "2026-03-29T01:30:00Z"},
		{name: "S12 zone moved, office hours, tzdata 2024a", zone: "Asia/Almaty", days: "mon-fri", hours: office,
			start: "2024-02-29 17:00:00", budget: 2 * time.Hour, due: "2024-03-01T05:00:00Z"},
		{name: "S12 zone moved, round the clock, tzdata 2024a", zone: "Asia/Almaty", days: "daily", hours: []string{"00:00-24:00"},
			start: "2024-02-29 17:00:00", budget: 8 * time.Hour, due: "2024-02-29T19:00:00Z"},
		{name: "S13 New Year holidays of Russia, decree of 2025-09-24", zone: "Europe/Moscow", days: "mon-fri", hours: office, extra: newYear,
			start: "2025-12-30 17:00:00", budget: 8 * time.Hour, due: "2026-01-12T16:00:00+03:00"},
		{name: "S14 short day, Labour Code of Russia art. 95", zone: "Europe/Moscow", days: "mon-fri", hours: office, extra: may,
			start: "2026-04-30 16:30:00", budget: time.Hour, due: "2026-05-04T09:30:00+03:00"},
		{name: "S15 night shift, libredesk fails", zone: "Europe/Moscow", days: "daily", hours: []string{"00:00-06:00", "22:00-24:00"},
			start: "2026-06-01 23:30:00", budget: 4 * time.Hour, due: "2026-06-02T03:30:00+03:00"},
		{name: "S16 pause over a weekend, GLPI #10594", zone: "Europe/Moscow", days: "mon-fri", hours: office,
			start: "2026-06-05 17:00:00", budget: 4 * time.Hour, due: "2026-06-08T13:30:00+03:00",
			pauses: [][2]string{{"2026-06-05 17:30:00", "2026-06-08 10:00:00"}}},
		{name: "S18 seconds kept over a night, libredesk gives 09:31:00", zone: "Europe/Moscow", days: "mon-fri", hours: office,
			start: "2026-06-01 17:30:30", budget: time.Hour, due: "2026-06-02T09:30:30+03:00"},
		{name: "S21 calendar east of the client", zone: "Asia/Almaty", days: "mon-fri", hours: office,
			start: "2026-06-01T08:00:00+03:00", budget: 4 * time.Hour, due: "2026-06-01T12:00:00+03:00"},
		{name: "S22 calendar far east of the client", zone: "Asia/Vladivostok", days: "mon-fri", hours: office,
			start: "2026-06-01T10:30:00+03:00", budget: 2 * time.Hour, due: "2026-06-02T03:30:00+03:00"},
		{name: "a budget that ends at closing time is due at the closing instant", zone: "Europe/Moscow", days: "mon-fri", hours: office,
			start: "2026-06-05 10:00:00", budget: 8 * time.Hour, due: "2026-06-05T18:00:00+03:00"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := week(t, tc.zone, tc.days, tc.hours, tc.extra...)
			pauses := make([]Span, 0, len(tc.pauses))
			for _, p := range tc.pauses {
				pauses = append(pauses, Span{at(t, tc.zone, p[0]), at(t, tc.zone, p[1])})
			}
			start := at(t, tc.zone, tc.start)
			due, err := c.Deadline(start, tc.budget, pauses...)
			require.NoError(t, err)
			require.Equal(t, at(t, tc.zone, tc.due).UTC(), due.UTC())
			require.Equal(t, tc.budget, c.Elapsed(start, due, pauses...))
			var traced time.Duration
			for _, l := range c.Trace(start, due, pauses...) {
				traced += l.Used
			}
			require.Equal(t, tc.budget, traced, "the trace explains the whole budget")
		})
	}
}

// TestElapsedBesideTarget is S4's second half (Zammad escalation spec): used and left at the
// reply.
func TestElapsedBesideTarget(t *testing.T) {
	t.Parallel()
	c := week(t, "Europe/Berlin", "mon-fri", []string{"08:00-18:00"})
	start := at(t, "UTC", "2013-03-21T09:30:00Z")
	for reply, want := range map[string][2]time.Duration{
		"2013-03-21T10:00:00Z": {30 * time.Minute, 30 * time.Minute},
		"2013-03-21T14:00:00Z": {270 * time.Minute, -210 * time.Minute},
	} {
		clock, err := startClock(MetricFirstResponse, time.Hour, c, start, false)
		require.NoError(t, err)
		d := clock.countdown(c, at(t, "UTC", reply))
		require.Equal(t, want, [2]time.Duration{d.Used, d.Left})
		require.True(t, clock.fulfil(c, at(t, "UTC", reply)))
		require.Equal(t, want[1] < 0, !clock.breachedAt.IsZero())
	}
}

// TestDayOf25HoursCountsAsLongAsItIs is S11's middle part, against GLPI's day loop.
func TestDayOf25HoursCountsAsLongAsItIs(t *testing.T) {
	t.Parallel()
	c := week(t, "Europe/Kyiv", "daily", []string{"00:00-24:00"})
	require.Equal(t, 25*time.Hour, c.Elapsed(at(t, "Europe/Kyiv", "2026-10-25 00:30:00"), at(t, "Europe/Kyiv", "2026-10-26 00:30:00")))
}

// TestAddWorkingDays is S9 (GLPI tests/functional/Calendar.php).
func TestAddWorkingDays(t *testing.T) {
	t.Parallel()
	c := week(t, "UTC", "mon-fri", []string{"08:00-20:00"})
	start := at(t, "UTC", "2018-11-19T10:00:00Z")
	for _, tc := range []struct {
		n        int
		endOfDay bool
		want     string
	}{
		{7, false, "2018-11-28T10:00:00Z"}, {7, true, "2018-11-28T20:00:00Z"}, {-7, false, "2018-11-08T10:00:00Z"},
	} {
		got, err := c.AddWorkingDays(start, tc.n, tc.endOfDay)
		require.NoError(t, err)
		require.Equal(t, at(t, "UTC", tc.want), got)
	}
}

// TestReopenedTicketGoesOnCounting is S17: Zammad and libredesk have no clock any more.
func TestReopenedTicketGoesOnCounting(t *testing.T) {
	t.Parallel()
	const zone = "Europe/Moscow"
	c := week(t, zone, "mon-fri", []string{"09:00-18:00"})
	clock, err := startClock(MetricResolution, 8*time.Hour, c, at(t, zone, "2026-06-01 09:00:00"), false)
	require.NoError(t, err)
	require.True(t, clock.fulfil(c, at(t, zone, "2026-06-01 12:00:00")))
	resumed, err := clock.resume(c, at(t, zone, "2026-06-02 10:00:00"))
	require.NoError(t, err)
	require.True(t, resumed)
	require.Equal(t, at(t, zone, "2026-06-02 15:00:00").UTC(), clock.dueAt.UTC())
	require.Equal(t, at(t, zone, "2026-06-01 12:00:00"), clock.firstMetAt)
}

// TestHolidayDeclaredWhileAClockRuns is S20 (Jira Service Management's documents): the evening
// before, the next day becomes a holiday; what was used stays used.
func TestHolidayDeclaredWhileAClockRuns(t *testing.T) {
	t.Parallel()
	const zone = "Europe/Moscow"
	before := week(t, zone, "mon-fri", []string{"09:00-18:00"})
	after := week(t, zone, "mon-fri", []string{"09:00-18:00"}, off("2026-06-10")...)
	clock, err := startClock(MetricResolution, 8*time.Hour, before, at(t, zone, "2026-06-09 16:00:00"), false)
	require.NoError(t, err)
	require.Equal(t, at(t, zone, "2026-06-10 15:00:00").UTC(), clock.dueAt.UTC())
	changed, err := clock.retarget(before, after, clock.target, at(t, zone, "2026-06-09 20:00:00"))
	require.NoError(t, err)
	require.True(t, changed)
	require.Equal(t, at(t, zone, "2026-06-11 15:00:00").UTC(), clock.dueAt.UTC())
	require.Equal(t, 2*time.Hour, clock.consumed)
}

// TestBreachIsStampedByTheDueInstant: not by the moment at which somebody looked (libredesk
// stamps the evaluation time; Chatwoot never records a miss healed between two ticks).
func TestBreachIsStampedByTheDueInstant(t *testing.T) {
	t.Parallel()
	const zone = "Europe/Moscow"
	c := week(t, zone, "mon-fri", []string{"09:00-18:00"})
	start := at(t, zone, "2026-06-01 09:00:00")
	due := at(t, zone, "2026-06-01 11:00:00")
	begin := func(t *testing.T) slaClock {
		t.Helper()
		clock, err := startClock(MetricFirstResponse, 2*time.Hour, c, start, false)
		require.NoError(t, err)
		require.Equal(t, due.UTC(), clock.dueAt.UTC())
		return clock
	}
	t.Run("answered at the very instant is in time", func(t *testing.T) {
		t.Parallel()
		clock := begin(t)
		require.False(t, clock.breach(due))
		require.True(t, clock.fulfil(c, due))
		require.True(t, clock.breachedAt.IsZero())
	})
	t.Run("answered late, before any sweep looked", func(t *testing.T) {
		t.Parallel()
		clock := begin(t)
		require.True(t, clock.fulfil(c, due.Add(time.Second)))
		require.Equal(t, due.UTC(), clock.breachedAt.UTC())
	})
	t.Run("paused late", func(t *testing.T) {
		t.Parallel()
		clock := begin(t)
		require.True(t, clock.pause(c, due.Add(time.Hour)))
		require.Equal(t, due.UTC(), clock.breachedAt.UTC())
		_, err := clock.resume(c, due.Add(2*time.Hour))
		require.NoError(t, err)
		require.Equal(t, due.UTC(), clock.dueAt.UTC(), "a broken promise keeps its instant")
	})
	t.Run("swept three days late", func(t *testing.T) {
		t.Parallel()
		clock := begin(t)
		require.True(t, clock.breach(due.Add(72*time.Hour)))
		require.Equal(t, due.UTC(), clock.breachedAt.UTC())
		require.False(t, clock.breach(due.Add(73*time.Hour)), "stamped once")
	})
}

// TestCountdownOnFridayEvening: forty minutes left stay forty minutes over the weekend.
func TestCountdownOnFridayEvening(t *testing.T) {
	t.Parallel()
	const zone = "Europe/Moscow"
	c := week(t, zone, "mon-fri", []string{"09:00-18:00"})
	clock, err := startClock(MetricResolution, time.Hour, c, at(t, zone, "2026-06-05 17:40:00"), false)
	require.NoError(t, err)
	d := clock.countdown(c, at(t, zone, "2026-06-06 12:00:00"))
	require.Equal(t, 40*time.Minute, d.Left)
	require.False(t, d.Ticking)
	require.False(t, d.Broken())
	require.Len(t, d.Ahead, 1)
	require.Equal(t, prolong.MustDate("2026-06-08"), d.Ahead[0].On)
	require.Equal(t, 40*time.Minute, d.Ahead[0].Used)
}

// TestWarningsLieInWorkingTime: 50 and 80 percent of the budget, never at night.
func TestWarningsLieInWorkingTime(t *testing.T) {
	t.Parallel()
	const zone = "Europe/Moscow"
	c := week(t, zone, "mon-fri", []string{"09:00-18:00"})
	clock, err := startClock(MetricResolution, 10*time.Hour, c, at(t, zone, "2026-06-05 14:00:00"), false)
	require.NoError(t, err)
	plan, err := clock.warnings(c, []int{80, 50, 100})
	require.NoError(t, err)
	require.Len(t, plan, 2)
	require.Equal(t, at(t, zone, "2026-06-08 10:00:00").UTC(), plan[0].at.UTC())
	require.Equal(t, at(t, zone, "2026-06-08 13:00:00").UTC(), plan[1].at.UTC())
}

// TestDeadlineUndoesElapsed: for every instant in the working time (opening instant not
// included, closing instant included) the deadline of the elapsed time is that instant. Zones
// and dates with clock changes are among the draws.
func TestDeadlineUndoesElapsed(t *testing.T) {
	t.Parallel()
	zones := []string{"Europe/Moscow", "Europe/Kyiv", "Asia/Almaty", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "UTC"}
	rapid.Check(t, func(r *rapid.T) {
		spec := CalendarSpec{TimeZone: rapid.SampledFrom(zones).Draw(r, "zone"), Week: map[string][]string{}}
		layouts := [][]string{nil, {"09:00-18:00"}, {"00:00-24:00"}, {"00:00-06:00", "22:00-24:00"}, {"08:00-13:00", "14:00-18:00"}, {"00:30-02:15"}}
		for _, d := range weekdayKeys {
			spec.Week[d] = rapid.SampledFrom(layouts).Draw(r, d)
		}
		c, err := NewCalendar(spec)
		if err != nil {
			return // a week without an open hour
		}
		year := rapid.IntRange(2009, 2027).Draw(r, "year")
		start := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.Int64Range(0, 366*86400).Draw(r, "start")) * time.Second)
		length := rapid.Int64Range(1, 40*86400).Draw(r, "length")
		x := start.Add(time.Duration(length) * time.Second)
		// move x to an instant that ends working time: (open, close]
		if !c.IsOpen(x.Add(-1)) {
			return
		}
		pause := Span{start.Add(time.Hour), start.Add(time.Hour + time.Duration(rapid.Int64Range(0, 86400).Draw(r, "pause"))*time.Second)}
		if !x.Before(pause.From) && !x.After(pause.To) {
			return
		}
		due, err := c.Deadline(start, c.Elapsed(start, x, pause), pause)
		if err != nil || !due.Equal(x) {
			r.Fatalf("%v: start %v, elapsed to %v is due %v (%v)", spec, start, x, due, err)
		}
	})
}

func TestCalendarRefusesBadInput(t *testing.T) {
	t.Parallel()
	good := func() CalendarSpec {
		return CalendarSpec{Key: "k", TimeZone: "Europe/Moscow", Week: map[string][]string{"mon": {"09:00-18:00"}}}
	}
	for name, spoil := range map[string]func(*CalendarSpec){
		"unknown zone":        func(s *CalendarSpec) { s.TimeZone = "Moscow" },
		"no zone":             func(s *CalendarSpec) { s.TimeZone = "" },
		"unknown weekday":     func(s *CalendarSpec) { s.Week["monday"] = nil },
		"reversed":            func(s *CalendarSpec) { s.Week["mon"] = []string{"18:00-09:00"} },
		"past midnight":       func(s *CalendarSpec) { s.Week["mon"] = []string{"22:00-24:01"} },
		"overlap":             func(s *CalendarSpec) { s.Week["mon"] = []string{"09:00-13:00", "12:00-18:00"} },
		"not a time":          func(s *CalendarSpec) { s.Week["mon"] = []string{"9-18"} },
		"never open":          func(s *CalendarSpec) { s.Week = nil },
		"unknown kind of day": func(s *CalendarSpec) { s.Days = []CalendarDay{{On: prolong.MustDate("2026-01-01"), Kind: "half"}} },
		"hours on a day off": func(s *CalendarSpec) {
			s.Days = []CalendarDay{{On: prolong.MustDate("2026-01-01"), Kind: DayOff, Hours: []string{"09:00-10:00"}}}
		},
		"a date twice": func(s *CalendarSpec) { s.Days = append(off("2026-01-01"), off("2026-01-01")...) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spec := good()
			spoil(&spec)
			_, err := NewCalendar(spec)
			require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err), "%v", err)
		})
	}
}

// TestMovedWorkingDays: a Saturday that works, and a short day before a holiday without hours
// of its own, which closes an hour earlier.
func TestMovedWorkingDays(t *testing.T) {
	t.Parallel()
	c := week(t, "Europe/Moscow", "mon-fri", []string{"09:00-13:00", "14:00-18:00"},
		CalendarDay{On: prolong.MustDate("2026-06-06"), Kind: DayWork}, CalendarDay{On: prolong.MustDate("2026-06-11"), Kind: DayShort})
	require.True(t, c.IsOpen(at(t, "Europe/Moscow", "2026-06-06 10:00:00")))
	require.False(t, c.IsOpen(at(t, "Europe/Moscow", "2026-06-11 17:00:00")))
	require.Equal(t, 7*time.Hour, c.Elapsed(at(t, "Europe/Moscow", "2026-06-11 00:00:00"), at(t, "Europe/Moscow", "2026-06-12 00:00:00")))
}

func TestCalendarThatNeverOpensAgain(t *testing.T) {
	t.Parallel()
	c, err := NewCalendar(CalendarSpec{Key: "gone", TimeZone: "UTC", Days: []CalendarDay{{On: prolong.MustDate("2020-01-01"), Kind: DayWork, Hours: []string{"09:00-10:00"}}}})
	require.NoError(t, err)
	_, err = c.Deadline(at(t, "UTC", "2026-01-01T00:00:00Z"), time.Minute)
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
	_, err = c.NextOpening(at(t, "UTC", "2026-01-01T00:00:00Z"))
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
	_, err = c.AddWorkingDays(at(t, "UTC", "2026-01-01T00:00:00Z"), 1, false)
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
}
