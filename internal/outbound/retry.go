package outbound

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"prolong"
)

const (
	retryFirst    = 200 * time.Millisecond // before the second try; doubles from then on
	retryWaitMax  = 10 * time.Second       // a service that asks for more gets a job's patience
	drainBytesMax = 64 << 10               // read away so that the connection can be used again
)

// retried repeats a GET or HEAD that failed for a passing reason.
type retried struct {
	next     http.RoundTripper
	attempts int
	sleep    func(ctx context.Context, d time.Duration) error
	clock    prolong.Clock
}

// RoundTrip tries up to the number of attempts. What changes something at the service is sent
// once: a lost answer does not mean that nothing happened.
func (r *retried) RoundTrip(req *http.Request) (*http.Response, error) {
	harmless := (req.Method == http.MethodGet || req.Method == http.MethodHead) && (req.Body == nil || req.Body == http.NoBody)
	for attempt := 1; ; attempt++ {
		res, err := r.next.RoundTrip(req)
		if !harmless || attempt >= r.attempts || req.Context().Err() != nil || !passing(res, err) {
			return res, err
		}
		wait := rand.N(retryFirst<<(attempt-1)) + retryFirst/2
		if res != nil {
			asked, ok := retryAfter(res.Header, r.clock.Now())
			if ok && asked > retryWaitMax {
				return res, nil
			}
			wait = max(wait, asked)
			_, _ = io.CopyN(io.Discard, res.Body, drainBytesMax)
			_ = res.Body.Close()
		}
		if err := r.sleep(req.Context(), wait); err != nil {
			return nil, err
		}
	}
}

// passing says whether a failure may be gone at the next try.
func passing(res *http.Response, err error) bool {
	if err != nil {
		return prolong.CodeOf(err) == prolong.CodeInternal // an error of ours is a decision
	}
	switch res.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// retryAfter reads the header Retry-After: seconds or a date.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	v := h.Get("Retry-After")
	if v == "" {
		return 0, false
	}
	if n, err := strconv.Atoi(v); err == nil && n >= 0 {
		return time.Duration(min(n, 1<<30)) * time.Second, true
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(at.Sub(now), 0), true
	}
	return 0, false
}
