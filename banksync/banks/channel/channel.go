// Package channel is the way to a bank that all adapters share: requests with limits, repeats
// and honest failures, keys that are only ever read where they lie, and pages put together
// into one statement.
package channel

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"prolong"
	"prolong/banksync/statement/answer"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/record"
	"prolong/internal/outbound"
)

const (
	// repeatsMax is how often a request that changes nothing but is no GET is tried; GETs are
	// repeated by package outbound.
	repeatsMax = 3
	// repeatFirst is the wait before the second try; it doubles from then on.
	repeatFirst = 400 * time.Millisecond
	// patienceMax is the longest wait that a bank may ask for within one pull.
	patienceMax = 10 * time.Second
	// answerTimeout bounds one try: banks draw large statements up slowly.
	answerTimeout = 60 * time.Second
	// answerBytesMax bounds one page; five thousand rows with long purposes are below it.
	answerBytesMax = 32 << 20
	// userAgent names us; PrivatBank refuses requests without a name.
	userAgent = "Prolong/1.0"
)

// Config is what adapters get from outside. The zero value speaks to the real network with
// the real clock, and has no keys.
type Config struct {
	Clock   prolong.Clock
	Logger  *slog.Logger
	Secrets outbound.Secrets
	// Observe receives every finished call, for metrics; may be nil.
	Observe func(outbound.Call)
	// Transport carries the calls; nil: the network. Simulators are plugged in here.
	Transport http.RoundTripper
	// Sleep waits between tries; nil: the machine's timer.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Time returns the instant now.
func (c Config) Time() time.Time {
	if c.Clock == nil {
		return prolong.SystemClock{}.Now()
	}
	return c.Clock.Now()
}

// Today returns the day in the bank's zone.
func (c Config) Today(zone *time.Location) prolong.Date { return prolong.DateOf(c.Time(), zone) }

// Wait lets d pass.
func (c Config) Wait(ctx context.Context, d time.Duration) error {
	if c.Sleep != nil {
		return c.Sleep(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// Pace is what a bank allows: a number of calls at once, and one every so often after that.
type Pace struct {
	Burst int           // calls at once
	Every time.Duration // one more call after this
}

// Channel speaks to one bank with one access.
type Channel struct {
	bank   string
	config Config
	client *outbound.Client

	mu      sync.Mutex
	secrets []string // never shown
}

// Open returns a channel to a bank. What it may say in logs and errors is the bank's name,
// never an address with its parameters and never a key of settings.
func Open(bank string, c Config, s *Settings, pace Pace) (*Channel, error) {
	transport := c.Transport
	if transport == nil {
		certified, err := certifiedTransport(s)
		if err != nil {
			return nil, err
		}
		if certified != nil {
			transport = certified
		}
	}
	return &Channel{bank: bank, config: c, secrets: slices.Clone(s.secrets()), client: outbound.NewClient(outbound.Options{
		Service: bank, Clock: c.Clock, Logger: c.Logger, Observe: c.Observe, Sleep: c.Sleep, Transport: transport,
		AnswerBytesMax: answerBytesMax, Timeout: answerTimeout, Burst: pace.Burst, Every: pace.Every,
	})}, nil
}

// Request is one question to the bank. It must be harmless to ask it twice.
type Request struct {
	Method string // "" is GET
	URL    string
	Header map[string]string
	Body   []byte // JSON or a form; Header says which
	// Also are statuses besides 2xx that the caller understands.
	Also []int
}

// Reply is the bank's answer in UTF-8.
type Reply struct {
	Status int
	Body   []byte
}

// LaterError says for how long the bank asked not to be called.
type LaterError struct{ Wait time.Duration }

// Error says it to the log.
func (e *LaterError) Error() string { return "asked to come back in " + e.Wait.String() }

// Later returns for how long the bank is to be left alone, if err says so.
func Later(err error) (time.Duration, bool) {
	var later *LaterError
	if errors.As(err, &later) {
		return later.Wait, true
	}
	return outbound.Wait(err)
}

// Ask sends the request and returns the answer. Returns CodeUnavailable if the bank does not
// work (no answer, an error of its own, its maintenance page), CodeRateLimited if it wants to
// be left alone, CodeUnauthorized or CodeForbidden if it refuses our key, CodeInvalid if it
// does not understand the request.
func (c *Channel) Ask(ctx context.Context, r Request) (Reply, error) {
	for attempt := 1; ; attempt++ {
		reply, wait, err := c.try(ctx, r)
		if err == nil || r.Method == "" || r.Method == http.MethodGet || attempt == repeatsMax || !passing(err) || ctx.Err() != nil {
			return reply, err
		}
		if wait > patienceMax {
			return reply, err
		}
		if sleepErr := c.config.Wait(ctx, max(wait, repeatFirst<<(attempt-1))); sleepErr != nil {
			return reply, sleepErr
		}
	}
}

// passing says whether the failure may be gone at the next try. A breaker that is open is not.
func passing(err error) bool {
	if _, open := outbound.Wait(err); open {
		return false
	}
	code := prolong.CodeOf(err)
	return code == prolong.CodeRateLimited || code == prolong.CodeUnavailable
}

func (c *Channel) try(ctx context.Context, r Request) (Reply, time.Duration, error) {
	method := r.Method
	if method == "" {
		method = http.MethodGet
	}
	var body io.Reader
	if r.Body != nil {
		body = bytes.NewReader(r.Body)
	}
	req, err := http.NewRequestWithContext(ctx, method, r.URL, body)
	if err != nil {
		return Reply{}, 0, prolong.NewError(prolong.CodeInvalid, "error.bank_url", prolong.Args{"Bank": c.bank})
	}
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("Accept", "application/json")
	for name, value := range r.Header {
		req.Header.Set(name, value)
	}
	res, err := c.client.Do(req)
	if err != nil {
		return Reply{}, 0, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		if ctxErr := ctx.Err(); ctxErr != nil {
			return Reply{}, 0, ctxErr
		}
		return Reply{}, 0, prolong.NewError(prolong.CodeUnavailable, "error.bank_unavailable", prolong.Args{"Bank": c.bank, "Status": res.StatusCode}).Because(err)
	}
	text, err := decoded(raw)
	if err != nil {
		return Reply{}, 0, err
	}
	wait := retryAfter(res.Header, c.config.Time())
	return Reply{Status: res.StatusCode, Body: text}, wait, c.failure(r, res.StatusCode, text, wait)
}

// failure says what is wrong with an answer, if anything is.
func (c *Channel) failure(r Request, status int, body []byte, wait time.Duration) error {
	args := prolong.Args{"Bank": c.bank, "Status": status}
	page := isPage(body)
	switch {
	case slices.Contains(r.Also, status) && !page:
		return nil
	case status == http.StatusTooManyRequests:
		return prolong.NewError(prolong.CodeRateLimited, "error.bank_busy", args).Because(&LaterError{Wait: wait})
	case page && (status < 400 || status >= 500):
		return prolong.NewError(prolong.CodeUnavailable, "error.bank_maintenance", args)
	case status >= 200 && status < 300:
		return nil
	case status == http.StatusUnauthorized:
		return prolong.NewError(prolong.CodeUnauthorized, "error.bank_key_refused", args)
	case status == http.StatusForbidden:
		return prolong.NewError(prolong.CodeForbidden, "error.bank_forbidden", args)
	case status < 400 || status >= 500:
		err := prolong.NewError(prolong.CodeUnavailable, "error.bank_unavailable", args)
		if wait > 0 {
			err = err.Because(&LaterError{Wait: wait})
		}
		return err
	}
	args["Reason"] = record.Excerpt(c.hide(string(body)))
	return prolong.NewError(prolong.CodeInvalid, "error.bank_request_refused", args)
}

// hide takes our keys out of what a bank repeats to us.
func (c *Channel) hide(s string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, secret := range c.secrets {
		s = strings.ReplaceAll(s, secret, "***")
	}
	return answer.Text(s).String()
}

// conceal adds keys that the bank gave later.
func (c *Channel) conceal(secrets ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, secret := range secrets {
		if secret != "" && !slices.Contains(c.secrets, secret) {
			c.secrets = append(c.secrets, secret)
		}
	}
}

// decoded returns an answer as UTF-8, whatever it came in: PrivatBank falls back to cp1251.
func decoded(raw []byte) ([]byte, error) {
	if utf8.Valid(raw) {
		return bytes.TrimPrefix(raw, []byte("\uFEFF")), nil
	}
	text, err := charset.Open(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	return answer.Read(text)
}

// isPage recognises a page for people where data was asked for: what banks show during
// maintenance, often with status 200.
func isPage(body []byte) bool {
	head := bytes.ToLower(bytes.TrimSpace(body[:min(len(body), 512)]))
	return bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html")) ||
		bytes.HasPrefix(head, []byte("<!--")) || bytes.HasPrefix(head, []byte("<head")) || bytes.HasPrefix(head, []byte("<body"))
}

// retryAfter reads the header Retry-After: seconds or a date; nought if there is none.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if n, err := strconv.Atoi(v); err == nil && n >= 0 {
		return time.Duration(min(n, 24*60*60)) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}
