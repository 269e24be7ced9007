package jobs

import (
	"context"
	"fmt"
	"time"
)

// Counts say what a sweep did, for the status page: {"issued": 12, "skipped": 3}.
type Counts map[string]int

// Schedule is a sweep and when it runs. A sweep looks at data, not at ticks: "all that is due
// and not done", so that a tick that was missed, doubled or late does no harm.
type Schedule struct {
	// Name is unique and stable: "renewals", "bank_pull".
	Name string
	// Every is the period; the sweep runs at whole multiples of it (every 15 minutes: at :00,
	// :15, :30, :45). Either this or DailyAt.
	Every time.Duration
	// DailyAt is a wall-clock time "HH:MM" in Location (default UTC). Where clocks skip that
	// time, the sweep runs after the gap; where they show it twice, once.
	DailyAt  string
	Location *time.Location
	// Sweep does the work. It should return soon after ctx ends.
	Sweep func(ctx context.Context) (Counts, error)
	// RunAtStart runs the sweep whenever a process becomes the leader, even if the last due
	// run was done. Without it only a missed or failed run is made up for.
	RunAtStart bool
	// Timeout ends a sweep that hangs; default 10 min.
	Timeout time.Duration
}

const (
	sweepTimeoutDefault = 10 * time.Minute
	dayPeriod           = 24 * time.Hour
)

// timetable computes the instants at which a schedule is due.
type timetable struct {
	every        time.Duration // 0 for a daily one
	hour, minute int
	location     *time.Location
}

func newTimetable(s Schedule) (timetable, error) {
	if (s.Every > 0) == (s.DailyAt != "") || s.Every < 0 {
		return timetable{}, fmt.Errorf("jobs: schedule %q needs either Every or DailyAt", s.Name)
	}
	t := timetable{every: s.Every, location: s.Location}
	if t.location == nil {
		t.location = time.UTC
	}
	if s.DailyAt != "" {
		at, err := time.Parse("15:04", s.DailyAt)
		if err != nil {
			return timetable{}, fmt.Errorf("jobs: schedule %q: DailyAt %q is not HH:MM: %w", s.Name, s.DailyAt, err)
		}
		t.hour, t.minute = at.Hour(), at.Minute()
	}
	return t, nil
}

func (t timetable) period() time.Duration {
	if t.every > 0 {
		return t.every
	}
	return dayPeriod
}

// last returns the latest due instant that is not after now.
func (t timetable) last(now time.Time) time.Time {
	if t.every > 0 {
		return now.UTC().Truncate(t.every)
	}
	for day := 0; ; day-- {
		if due := t.onDay(now, day); !due.After(now) {
			return due
		}
	}
}

// next returns the first due instant after now.
func (t timetable) next(now time.Time) time.Time {
	if t.every > 0 {
		return now.UTC().Truncate(t.every).Add(t.every)
	}
	for day := -1; ; day++ {
		if due := t.onDay(now, day); due.After(now) {
			return due
		}
	}
}

// onDay returns the due instant of the calendar day of now plus days: the first of two where
// the clocks show it twice, as much after the gap as it lies in it where they skip it.
func (t timetable) onDay(now time.Time, days int) time.Time {
	y, m, d := now.In(t.location).Date()
	wall := time.Date(y, m, d+days, t.hour, t.minute, 0, 0, time.UTC)
	_, offset := wall.Add(-dayPeriod).In(t.location).Zone() // before the clocks change, if they do today
	before := wall.Add(-time.Duration(offset) * time.Second)
	if t.shows(before, wall) {
		return before
	}
	_, offset = before.In(t.location).Zone()
	if after := wall.Add(-time.Duration(offset) * time.Second); t.shows(after, wall) {
		return after
	}
	return before
}

func (t timetable) shows(instant, wall time.Time) bool {
	local := instant.In(t.location)
	return local.Hour() == wall.Hour() && local.Minute() == wall.Minute()
}
