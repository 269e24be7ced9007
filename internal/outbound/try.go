package outbound

import (
	"context"
	"io"
	"net/http"
	"time"

	"golang.org/x/time/rate"

	"prolong"
)

// timedTry is one try: it ends after its time, reading the answer included, and its answer has
// a bounded size.
type timedTry struct {
	next     http.RoundTripper
	timeout  time.Duration
	service  string
	bytesMax int64
}

// RoundTrip sends the request once.
func (t *timedTry) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(req.Context(), t.timeout)
	res, err := t.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
		cancel()
		return nil, err
	}
	res.Body = &answer{ReadCloser: res.Body, cancel: cancel, left: t.bytesMax, service: t.service}
	return res, nil
}

// answer is a body that counts and that frees the timer of its try.
type answer struct {
	io.ReadCloser
	cancel  context.CancelFunc
	left    int64
	service string
}

// Close frees the connection and the timer.
func (a *answer) Close() error {
	defer a.cancel()
	return a.ReadCloser.Close()
}

// Read reads up to the limit; one byte more is an error, not a silent end.
func (a *answer) Read(p []byte) (int, error) {
	if a.left < 0 {
		return 0, a.tooLarge()
	}
	if int64(len(p)) > a.left+1 {
		p = p[:a.left+1]
	}
	n, err := a.ReadCloser.Read(p)
	if a.left -= int64(n); a.left < 0 {
		return n - 1, a.tooLarge()
	}
	return n, err
}

func (a *answer) tooLarge() error {
	return prolong.NewError(prolong.CodeUnavailable, "error.service_answer_too_large", prolong.Args{"Service": a.service})
}

// paced keeps the pace that the service allows.
type paced struct {
	next    http.RoundTripper
	service string
	limiter *rate.Limiter
	clock   prolong.Clock
	sleep   func(ctx context.Context, d time.Duration) error
}

func newPaced(next http.RoundTripper, o Options) http.RoundTripper {
	if o.Every == 0 {
		return next
	}
	return &paced{next: next, service: o.Service, limiter: rate.NewLimiter(rate.Every(o.Every), o.Burst), clock: o.Clock, sleep: o.Sleep}
}

// RoundTrip waits for its turn. A caller who cannot wait that long does not take a place.
func (p *paced) RoundTrip(req *http.Request) (*http.Response, error) {
	now := p.clock.Now()
	turn := p.limiter.ReserveN(now, 1)
	if wait := turn.DelayFrom(now); wait > 0 {
		if err := p.sleep(req.Context(), wait); err != nil {
			turn.CancelAt(p.clock.Now())
			// Not the service's failure, so the breaker must not count it.
			return nil, prolong.NewError(prolong.CodeUnavailable, "error.service_unavailable", prolong.Args{"Service": p.service}).Because(err)
		}
	}
	return p.next.RoundTrip(req)
}
