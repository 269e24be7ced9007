// Package outbound talks to outside services - banks, the telephone exchange, customers'
// webhooks - the careful way: every call has a time limit, a pace, an answer of bounded size,
// a few tries where repeating is harmless, and a breaker that leaves a broken service alone.
// Durable repetition is not here: that is a job.
package outbound

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"prolong"
)

// Defaults of Options.
const (
	AnswerBytesMax = 10 << 20
	Attempts       = 3
	FailuresMax    = 5
	OpenFor        = 30 * time.Second
	Timeout        = 10 * time.Second
)

// Options say how a service is spoken to. Zero values stand for the defaults above.
type Options struct {
	Service string // as people call it; appears in messages and in the log
	Clock   prolong.Clock
	Logger  *slog.Logger

	AnswerBytesMax int64         // a longer answer is an error
	Attempts       int           // tries of a GET or HEAD; other methods have one
	Burst          int           // calls at once; 0: one
	Every          time.Duration // the pace of calls after the burst; 0: as fast as one likes
	FailuresMax    int           // calls failed in a row that open the breaker
	OpenFor        time.Duration // how long the breaker leaves the service alone
	Timeout        time.Duration // of one try, reading the answer included

	// LogPath puts the path into the log. Leave it off where paths hold secrets.
	LogPath bool
	// Observe receives every finished call, for metrics; may be nil.
	Observe func(Call)
	// PublicOnly refuses addresses of the own network. For addresses that customers choose:
	// else a webhook could be aimed at our database.
	PublicOnly bool
	// Sleep waits between tries; nil: the machine's timer.
	Sleep func(ctx context.Context, d time.Duration) error
	// Transport carries the calls; nil: a transport of its own.
	Transport http.RoundTripper
}

// Call is what one call came to.
type Call struct {
	Service string
	Method  string
	Status  int // 0: no answer
	Took    time.Duration
	Err     error
}

// Client speaks to one service. It is safe for concurrent use.
type Client struct {
	service string
	http    *http.Client
}

// NewClient returns a client for one service. The limits count for the whole client, so there
// is one client a service (and access, where the service counts that way).
func NewClient(o Options) *Client {
	o = o.withDefaults()
	rt := o.Transport
	if rt == nil {
		rt = newTransport(o.PublicOnly)
	}
	// From the wire outwards: one try, its pace, the tries, the breaker over all of them.
	rt = &timedTry{next: rt, timeout: o.Timeout, service: o.Service, bytesMax: o.AnswerBytesMax}
	rt = newPaced(rt, o)
	rt = &retried{next: rt, attempts: o.Attempts, sleep: o.Sleep, clock: o.Clock}
	rt = &broken{next: rt, service: o.Service, clock: o.Clock, failuresMax: o.FailuresMax, openFor: o.OpenFor}
	rt = &logged{next: rt, o: o}
	return &Client{service: o.Service, http: &http.Client{
		Transport: rt,
		// A redirect would carry keys in headers and bodies to wherever it points.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Do sends the request. The caller closes the body of the answer; reading it past the limit is
// an error. Any status is an answer: the caller knows what the service means by it. Returns
// CodeUnavailable if no answer came, or at once while the breaker is open (see Wait); the
// error never holds the address, which may hold secrets. If the caller's own context ended, it
// is that error.
func (c *Client) Do(req *http.Request) (*http.Response, error) {
	res, err := c.http.Do(req)
	if err == nil {
		return res, nil
	}
	var withAddress *url.Error
	if errors.As(err, &withAddress) {
		err = withAddress.Err
	}
	if ctxErr := req.Context().Err(); ctxErr != nil {
		return nil, fmt.Errorf("outbound: %s: %w", c.service, ctxErr)
	}
	var ours *prolong.Error
	if errors.As(err, &ours) {
		return nil, err
	}
	return nil, prolong.NewError(prolong.CodeUnavailable, "error.service_unavailable", prolong.Args{"Service": c.service}).Because(err)
}

// Fetch sends the request and returns status and whole answer.
func (c *Client) Fetch(req *http.Request) (status int, answer []byte, err error) {
	res, err := c.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	if err != nil {
		var ours *prolong.Error
		if errors.As(err, &ours) {
			return res.StatusCode, nil, err
		}
		if ctxErr := req.Context().Err(); ctxErr != nil {
			return res.StatusCode, nil, fmt.Errorf("outbound: %s: %w", c.service, ctxErr)
		}
		return res.StatusCode, nil, prolong.NewError(prolong.CodeUnavailable, "error.service_unavailable", prolong.Args{"Service": c.service}).Because(err)
	}
	return res.StatusCode, answer, nil
}

// HTTP returns the client for libraries that want one. Its errors hold the address.
func (c *Client) HTTP() *http.Client { return c.http }

func (o Options) withDefaults() Options {
	if o.AnswerBytesMax == 0 {
		o.AnswerBytesMax = AnswerBytesMax
	}
	if o.Attempts == 0 {
		o.Attempts = Attempts
	}
	if o.Burst == 0 {
		o.Burst = 1
	}
	if o.Clock == nil {
		o.Clock = prolong.SystemClock{}
	}
	if o.FailuresMax == 0 {
		o.FailuresMax = FailuresMax
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.OpenFor == 0 {
		o.OpenFor = OpenFor
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Timeout == 0 {
		o.Timeout = Timeout
	}
	return o
}

// sleep waits for d or the end of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
