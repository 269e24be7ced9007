package prolong_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
)

var (
	_ prolong.Clock = prolong.SystemClock{}
	_ prolong.Clock = (*prolong.RunningClock)(nil)
	_ prolong.Clock = (*prolong.ManualClock)(nil)
)

func TestManualClockStandsUntilItIsMoved(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	c := prolong.NewManualClock(start)
	require.Equal(t, start, c.Now())
	require.Equal(t, start, c.Now())
	c.Advance(36 * time.Hour)
	require.Equal(t, start.Add(36*time.Hour), c.Now())
	c.Set(start)
	require.Equal(t, start, c.Now())
}

func TestManualClockIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	c := prolong.NewManualClock(start)
	var group sync.WaitGroup
	for range 50 {
		group.Go(func() {
			c.Advance(time.Second)
			_ = c.Now()
		})
	}
	group.Wait()
	require.Equal(t, start.Add(50*time.Second), c.Now())
}

func TestRunningClockStartsAtTheChosenInstantAndNeverGoesBack(t *testing.T) {
	t.Parallel()
	start := time.Date(2031, 12, 31, 23, 59, 59, 0, time.UTC)
	c := prolong.NewRunningClock(start)
	last := start
	for range 1000 {
		now := c.Now()
		require.False(t, now.Before(last))
		last = now
	}
}

func TestSystemClockNeverGoesBack(t *testing.T) {
	t.Parallel()
	first := prolong.SystemClock{}.Now()
	require.False(t, prolong.SystemClock{}.Now().Before(first))
}
