package jobs

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/jonboulle/clockwork"

	"prolong"
)

// cronTimetable lets gocron ask our timetable instead of parsing a crontab: the crontab knows
// neither seconds' fractions nor a time zone per schedule whose clocks change.
type cronTimetable struct{ table timetable }

func (c cronTimetable) IsValid(string, *time.Location, time.Time) error { return nil }

func (c cronTimetable) Next(last time.Time) time.Time { return c.table.next(last) }

// runningClock makes gocron wait on the machine's timers but read our clock, which may have
// been started in another year (PROLONG_NOW).
type runningClock struct{ clock prolong.Clock }

func (c runningClock) Now() time.Time                  { return c.clock.Now() }
func (c runningClock) Since(t time.Time) time.Duration { return c.clock.Now().Sub(t) }
func (c runningClock) Until(t time.Time) time.Duration { return t.Sub(c.clock.Now()) }

func (runningClock) After(d time.Duration) <-chan time.Time { return timers.After(d) }
func (runningClock) Sleep(d time.Duration)                  { timers.Sleep(d) }

func (runningClock) NewTicker(d time.Duration) clockwork.Ticker { return timers.NewTicker(d) }
func (runningClock) NewTimer(d time.Duration) clockwork.Timer   { return timers.NewTimer(d) }

func (runningClock) AfterFunc(d time.Duration, f func()) clockwork.Timer {
	return timers.AfterFunc(d, f)
}

var timers = clockwork.NewRealClock()

// cronLogger passes gocron's messages on, except that a follower's skipped ticks are no news.
type cronLogger struct{ log *slog.Logger }

func (l cronLogger) Debug(string, ...any)          {}
func (l cronLogger) Info(string, ...any)           {}
func (l cronLogger) Warn(msg string, args ...any)  { l.log.Warn(msg, "details", fmt.Sprint(args...)) }
func (l cronLogger) Error(msg string, args ...any) { l.log.Error(msg, "details", fmt.Sprint(args...)) }
