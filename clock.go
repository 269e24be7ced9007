package prolong

import (
	"sync"
	"time"
)

// Clock tells the time. A use case asks it once per transaction, so that every row of one
// transaction agrees about "now".
type Clock interface {
	Now() time.Time
}

// SystemClock is the machine's clock.
type SystemClock struct{}

// Now returns the machine's time.
func (SystemClock) Now() time.Time {
	return time.Now() //nolint:forbidigo // this is the one door to the machine's clock
}

// RunningClock starts at a chosen instant and then runs at the machine's pace
// (PROLONG_NOW).
type RunningClock struct {
	start  time.Time
	origin time.Time
}

// NewRunningClock returns a clock that shows start now.
func NewRunningClock(start time.Time) *RunningClock {
	return &RunningClock{start: start, origin: SystemClock{}.Now()}
}

// Now returns the start plus what has passed since.
func (c *RunningClock) Now() time.Time { return c.start.Add(SystemClock{}.Now().Sub(c.origin)) }

// ManualClock stands still until it is set: tests, rehearsals and the virtual company.
type ManualClock struct {
	mu  sync.Mutex
	now time.Time
}

// NewManualClock returns a clock that stands at now.
func NewManualClock(now time.Time) *ManualClock { return &ManualClock{now: now} }

// Advance moves the clock forward by d.
func (c *ManualClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Now returns the instant at which the clock stands.
func (c *ManualClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock to t.
func (c *ManualClock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}
