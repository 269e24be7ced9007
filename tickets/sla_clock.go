package tickets

import (
	"slices"
	"time"
)

// Metric names what an SLA clock measures.
type Metric string

// The metrics.
const (
	MetricFirstResponse Metric = "first_response" // from filing to the first public answer of an agent
	MetricNextResponse  Metric = "next_response"  // from the first unanswered message of the client to the answer; one clock per cycle
	MetricResolution    Metric = "resolution"     // from filing to resolved, without the time in which the client had to act
)

// ClockState says where an SLA clock stands.
type ClockState string

// The states of a clock. Whether a clock was broken is not a state: a broken clock runs on
// until it is met, late.
const (
	ClockCancelled ClockState = "cancelled"
	ClockMet       ClockState = "met"
	ClockPaused    ClockState = "paused"
	ClockRunning   ClockState = "running"
)

// slaClock is one promise to the client. It keeps the working time consumed so far, so a later
// change of the calendar or the target never rewrites what has passed.
type slaClock struct {
	metric     Metric
	target     time.Duration
	consumed   time.Duration // working time used before since
	since      time.Time     // start of the running stretch; meaningful while running
	state      ClockState
	startedAt  time.Time
	pausedAt   time.Time // zero unless paused
	dueAt      time.Time // zero while paused, unless already broken
	metAt      time.Time // zero until met; cleared by a reopening
	firstMetAt time.Time // survives a reopening, for statistics of first resolutions
	breachedAt time.Time // the due instant that passed unmet; once set it stays: a broken promise is not unbroken
}

// startClock begins a clock. One that begins paused uses nothing until it is resumed.
func startClock(m Metric, target time.Duration, cal Calendar, at time.Time, paused bool) (slaClock, error) {
	c := slaClock{metric: m, target: target, state: ClockRunning, startedAt: at, since: at}
	if paused {
		c.state, c.pausedAt = ClockPaused, at
		return c, nil
	}
	return c, c.aim(cal, at)
}

// used returns the working time consumed until now.
func (c *slaClock) used(cal Calendar, now time.Time) time.Duration {
	if c.state == ClockRunning {
		return c.consumed + cal.Elapsed(c.since, now)
	}
	return c.consumed
}

// breach stamps the clock broken at its due instant if that has passed before at. An answer at
// the very instant is in time. It reports whether the stamp is new.
func (c *slaClock) breach(at time.Time) bool {
	if c.state != ClockRunning || !c.breachedAt.IsZero() || !at.After(c.dueAt) {
		return false
	}
	c.breachedAt = c.dueAt
	return true
}

// fulfil stops the clock: the promise is kept, or kept late.
func (c *slaClock) fulfil(cal Calendar, at time.Time) bool {
	if c.state != ClockRunning && c.state != ClockPaused {
		return false
	}
	c.stop(cal, at)
	c.state, c.metAt, c.pausedAt = ClockMet, at, time.Time{}
	if c.firstMetAt.IsZero() {
		c.firstMetAt = at
	}
	return true
}

// pause stops the count until resume.
func (c *slaClock) pause(cal Calendar, at time.Time) bool {
	if c.state != ClockRunning {
		return false
	}
	c.stop(cal, at)
	c.state, c.pausedAt = ClockPaused, at
	if c.breachedAt.IsZero() {
		c.dueAt = time.Time{}
	}
	return true
}

// resume goes on counting, after a pause or, for a reopened ticket, after it was met: the
// closed time does not count, the time used before does.
func (c *slaClock) resume(cal Calendar, at time.Time) (bool, error) {
	if c.state != ClockPaused && c.state != ClockMet {
		return false, nil
	}
	c.state, c.since, c.pausedAt, c.metAt = ClockRunning, at, time.Time{}, time.Time{}
	return true, c.aim(cal, at)
}

// retarget gives the clock another budget; what was used stays used.
func (c *slaClock) retarget(before, after Calendar, target time.Duration, at time.Time) (bool, error) {
	if c.state != ClockRunning && c.state != ClockPaused {
		return false, nil
	}
	running := c.state == ClockRunning
	c.stop(before, at)
	c.target = target
	if !running {
		return true, nil
	}
	c.since = at
	return true, c.aim(after, at)
}

// cancel ends the clock without a verdict.
func (c *slaClock) cancel(cal Calendar, at time.Time) bool {
	if c.state != ClockRunning && c.state != ClockPaused {
		return false
	}
	c.stop(cal, at)
	c.state, c.pausedAt = ClockCancelled, time.Time{}
	return true
}

// stop books the running stretch.
func (c *slaClock) stop(cal Calendar, at time.Time) {
	if c.state != ClockRunning {
		return
	}
	c.breach(at)
	c.consumed += cal.Elapsed(c.since, at)
	c.since = at
}

// aim sets the due instant of a clock that runs from at. A clock broken before keeps the
// instant at which it broke; one whose budget a new, smaller target has already used up is due
// at once.
func (c *slaClock) aim(cal Calendar, at time.Time) error {
	left := c.target - c.consumed
	if left <= 0 && !c.breachedAt.IsZero() {
		c.dueAt = c.breachedAt
		return nil
	}
	due, err := cal.Deadline(at, left)
	if err != nil {
		return err
	}
	c.dueAt = due
	return nil
}

// warning is a percentage of the budget and the instant at which it will have been used.
type warning struct {
	percent int
	at      time.Time
}

// warnings plans the instants at which the given percentages of the budget are used. They lie
// in working time, because they are walked like the deadline. Percentages already passed are
// left out: they were planned, and sent or cancelled, before.
func (c *slaClock) warnings(cal Calendar, percents []int) ([]warning, error) {
	if c.state != ClockRunning || !c.breachedAt.IsZero() {
		return nil, nil
	}
	var plan []warning
	for _, p := range slices.Sorted(slices.Values(percents)) {
		left := c.target/100*time.Duration(p) - c.consumed
		if p <= 0 || p >= 100 || left < 0 {
			continue
		}
		at, err := cal.Deadline(c.since, left)
		if err != nil {
			return nil, err
		}
		plan = append(plan, warning{p, at})
	}
	return plan, nil
}

// Countdown is what a page shows of one promise. All durations are working time, so on a
// Friday evening forty minutes stay forty minutes.
type Countdown struct {
	Metric      Metric
	State       ClockState
	Target      time.Duration
	Used        time.Duration
	Left        time.Duration // negative: overdue by so much
	StartedAt   time.Time
	DueAt       time.Time // zero while paused
	PausedSince time.Time // zero unless paused
	MetAt       time.Time // zero until met
	BreachedAt  time.Time // zero unless broken
	AsOf        time.Time // the instant at which Used and Left were taken
	Ticking     bool      // the count moves right now: running, and inside working hours
	// Ahead has the working time between AsOf and DueAt: a page counts down inside these spans
	// and stands still between them.
	Ahead []TraceLine
	Zone  *time.Location // the calendar's, for "14:30 in Almaty"
}

// Broken says whether the promise was or is being broken, even if no sweep has stamped it yet.
func (c Countdown) Broken() bool {
	return !c.BreachedAt.IsZero() || c.State == ClockRunning && c.AsOf.After(c.DueAt)
}

// countdown describes the clock at now.
func (c *slaClock) countdown(cal Calendar, now time.Time) Countdown {
	used := c.used(cal, now)
	d := Countdown{
		Metric: c.metric, State: c.state, Target: c.target, Used: used, Left: c.target - used,
		StartedAt: c.startedAt, DueAt: c.dueAt, PausedSince: c.pausedAt, MetAt: c.metAt,
		BreachedAt: c.breachedAt, AsOf: now, Zone: cal.Zone(),
	}
	if c.state == ClockRunning {
		d.Ticking = cal.IsOpen(now)
		d.Ahead = cal.Trace(now, c.dueAt)
	}
	return d
}
