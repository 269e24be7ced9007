package jobs

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestTimetable(t *testing.T) {
	t.Parallel()
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	require.NoError(t, err)
	moscow, err := time.LoadLocation("Europe/Moscow")
	require.NoError(t, err)
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339, s)
		require.NoError(t, err)
		return v.UTC()
	}
	for _, c := range []struct {
		name       string
		schedule   Schedule
		now        string
		last, next string
	}{
		{"every 15 minutes", Schedule{Every: 15 * time.Minute}, "2026-03-01T09:07:30Z", "2026-03-01T09:00:00Z", "2026-03-01T09:15:00Z"},
		{"on the instant", Schedule{Every: 15 * time.Minute}, "2026-03-01T09:15:00Z", "2026-03-01T09:15:00Z", "2026-03-01T09:30:00Z"},
		{"before the daily time", Schedule{DailyAt: "09:00", Location: moscow}, "2026-03-01T05:59:59Z", "2026-02-28T06:00:00Z", "2026-03-01T06:00:00Z"},
		{"on the daily time", Schedule{DailyAt: "09:00", Location: moscow}, "2026-03-01T06:00:00Z", "2026-03-01T06:00:00Z", "2026-03-02T06:00:00Z"},
		{"another date there than here", Schedule{DailyAt: "01:00", Location: moscow}, "2026-02-28T22:30:00Z", "2026-02-28T22:00:00Z", "2026-03-01T22:00:00Z"},
		{"clocks skip 03:30", Schedule{DailyAt: "03:30", Location: kyiv}, "2026-03-29T00:00:00Z", "2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z"},
		{"after the gap", Schedule{DailyAt: "03:30", Location: kyiv}, "2026-03-29T02:00:00Z", "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"},
		{"clocks show 03:30 twice", Schedule{DailyAt: "03:30", Location: kyiv}, "2026-10-25T00:30:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			table, err := newTimetable(c.schedule)
			require.NoError(t, err)
			require.Equal(t, at(c.last), table.last(at(c.now)))
			require.Equal(t, at(c.next), table.next(at(c.now)))
		})
	}
}

func TestTimetableRefusesNonsense(t *testing.T) {
	t.Parallel()
	for _, s := range []Schedule{
		{}, {Every: time.Minute, DailyAt: "09:00"}, {Every: -time.Minute}, {DailyAt: "25:00"}, {DailyAt: "morning"},
	} {
		_, err := newTimetable(s)
		require.Error(t, err, "%+v", s)
	}
}

func TestLate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		status Status
		late   bool
	}{
		"never ran":               {Status{Period: time.Minute}, true},
		"runs for the first time": {Status{Period: time.Minute, Last: &Run{Outcome: OutcomeRunning, StartedAt: now}}, false},
		"hangs the first time":    {Status{Period: time.Minute, Last: &Run{Outcome: OutcomeRunning, StartedAt: now.Add(-time.Hour)}}, true},
		"only failed":             {Status{Period: time.Minute, Last: &Run{Outcome: OutcomeFailed}}, true},
		"two periods ago":         {Status{Period: time.Minute, LastDoneAt: now.Add(-2 * time.Minute)}, false},
		"longer ago":              {Status{Period: time.Minute, LastDoneAt: now.Add(-2*time.Minute - 1)}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.late, c.status.late(now))
		})
	}
}
