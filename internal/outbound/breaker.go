package outbound

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"prolong"
)

// OpenError says that the service was not called at all, because it failed too often just now.
type OpenError struct {
	Service string
	Wait    time.Duration // until the next call will be let through
}

// Error says it to the log.
func (e *OpenError) Error() string {
	return fmt.Sprintf("%s is left alone for %s after repeated failures", e.Service, e.Wait.Round(time.Second))
}

// Wait returns for how long the service is left alone, if err says so. A job sleeps that long
// instead of using up its attempts.
func Wait(err error) (time.Duration, bool) {
	var open *OpenError
	if errors.As(err, &open) {
		return open.Wait, true
	}
	return 0, false
}

// broken is the breaker. Closed, it lets calls through and counts failures in a row; open, it
// refuses; after its time it lets one call through, which closes it or opens it anew.
type broken struct {
	next        http.RoundTripper
	service     string
	clock       prolong.Clock
	failuresMax int
	openFor     time.Duration

	mu        sync.Mutex
	failures  int
	openUntil time.Time
	trying    bool // the one call of a half-open breaker is under way
}

// RoundTrip calls the service or refuses.
func (b *broken) RoundTrip(req *http.Request) (*http.Response, error) {
	trial, err := b.admit()
	if err != nil {
		return nil, err
	}
	finished := false
	defer func() {
		if !finished { // a panic below must not leave the trial taken for ever
			b.settle(trial, nil)
		}
	}()
	res, err := b.next.RoundTrip(req)
	failed := err != nil || res.StatusCode >= http.StatusInternalServerError
	var ours *prolong.Error
	switch {
	case errors.Is(req.Context().Err(), context.Canceled), errors.As(err, &ours):
		// The caller gave up, or we refused the address: that says nothing about the service.
		b.settle(trial, nil)
	default:
		b.settle(trial, &failed)
	}
	finished = true
	return res, err
}

func (b *broken) admit() (trial bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failures < b.failuresMax {
		return false, nil
	}
	wait := b.openUntil.Sub(b.clock.Now())
	if wait <= 0 && !b.trying {
		b.trying = true
		return true, nil
	}
	open := &OpenError{Service: b.service, Wait: max(wait, time.Second)}
	return false, prolong.NewError(prolong.CodeUnavailable, "error.service_unavailable", prolong.Args{"Service": b.service}).Because(open)
}

// settle counts the outcome of a call; nil is none.
func (b *broken) settle(trial bool, failed *bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if trial {
		b.trying = false
	}
	switch {
	case failed == nil:
	case *failed:
		b.failures = min(b.failures+1, b.failuresMax)
		if b.failures >= b.failuresMax {
			b.openUntil = b.clock.Now().Add(b.openFor)
		}
	default:
		b.failures = 0
	}
}
