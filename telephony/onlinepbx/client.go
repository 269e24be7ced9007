package onlinepbx

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"prolong"
	"prolong/internal/outbound"
	"prolong/telephony"
)

// DefaultBaseURL is where the vendor's knowledge base points to.
const DefaultBaseURL = "https://api2.onlinepbx.ru"

// The limits of the client.
const (
	authsPerCallMax = 2
	authCooldown    = 5 * time.Minute // after a refused key: a wrong one must not hammer the exchange
)

// internalPauses are the waits before INTERNAL is tried again.
var internalPauses = [...]time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second}

// Sessions keeps the session that all processes share; telephony's LineSessions is one.
type Sessions interface {
	Load(ctx context.Context) (string, error)
	Renew(ctx context.Context, stale string, login func(ctx context.Context) (string, error)) (string, error)
}

// Config says which exchange to speak to.
type Config struct {
	// Domain is the tenant: "pbx1234.onpbx.ru".
	Domain string
	// AuthKey is the API key of the panel. It is sent to the exchange only, in a body.
	AuthKey string
	// BaseURL is DefaultBaseURL if empty.
	BaseURL string
	Country prolong.Country
	// HTTP carries the calls, Media the recordings, whose answers are larger. Nil: clients of
	// their own.
	HTTP, Media *outbound.Client
	Sessions    Sessions
	Clock       prolong.Clock
	// Sleep waits between tries; nil: the machine's timer.
	Sleep func(ctx context.Context, d time.Duration) error
}

// Client is the adapter. It is safe for concurrent use.
type Client struct {
	cfg  Config
	base *url.URL

	mu         sync.Mutex
	refusedTil time.Time // the key was refused; leave the exchange alone until then
}

var _ telephony.PBX = (*Client)(nil)

// New returns the adapter. It fails if the configuration is incomplete.
func New(cfg Config) (*Client, error) {
	if cfg.BaseURL == "" {
		cfg.BaseURL = DefaultBaseURL
	}
	base, err := url.Parse(strings.TrimSuffix(cfg.BaseURL, "/"))
	if err != nil || base.Host == "" || base.Scheme != "https" && base.Hostname() != "127.0.0.1" && base.Hostname() != "localhost" {
		return nil, fmt.Errorf("onlinepbx: base address %q: write it as https://host", cfg.BaseURL)
	}
	if cfg.Domain == "" || cfg.AuthKey == "" || cfg.Sessions == nil || cfg.Country == "" || strings.ContainsAny(cfg.Domain, "/?#") {
		return nil, errors.New("onlinepbx: domain, key, country and the keeper of sessions are needed")
	}
	if cfg.Clock == nil {
		cfg.Clock = prolong.SystemClock{}
	}
	if cfg.HTTP == nil {
		// The vendor names 5 calls a second for one method; others are not published.
		cfg.HTTP = outbound.NewClient(outbound.Options{Service: "onlinePBX", Every: 500 * time.Millisecond, Burst: 4, Timeout: time.Minute, AnswerBytesMax: 16 << 20})
	}
	if cfg.Media == nil {
		cfg.Media = outbound.NewClient(outbound.Options{Service: "onlinePBX", Timeout: 30 * time.Minute, AnswerBytesMax: 512 << 20})
	}
	if cfg.Sleep == nil {
		cfg.Sleep = sleep
	}
	return &Client{cfg: cfg, base: base}, nil
}

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

// reply is the envelope of every answer. Errors come with status 200.
type reply struct {
	Status    text            `json:"status"`
	Data      json.RawMessage `json:"data"`
	Comment   text            `json:"comment"`
	ErrorCode text            `json:"errorCode"`
	IsNotAuth flag            `json:"isNotAuth"`
}

// errNotAuth says that the exchange does not take our session.
var errNotAuth = errors.New("onlinepbx: the session has ended")

// call asks the exchange patiently: for work that nobody waits for.
func (c *Client) call(ctx context.Context, path string, form url.Values) (json.RawMessage, error) {
	return c.ask(ctx, path, form, internalPauses[:])
}

// ask asks the exchange, with a session, and returns the data of its answer. A session that
// has ended is renewed, at most twice; INTERNAL is tried again after each of the pauses.
func (c *Client) ask(ctx context.Context, path string, form url.Values, pauses []time.Duration) (json.RawMessage, error) {
	session, err := c.cfg.Sessions.Load(ctx)
	if err != nil {
		return nil, err
	}
	auths, internals := 0, 0
	for {
		if session == "" {
			if auths++; auths > authsPerCallMax {
				return nil, unavailable("error.pbx_key_refused", errNotAuth)
			}
			stale := ""
			if session, err = c.cfg.Sessions.Renew(ctx, stale, func(ctx context.Context) (string, error) { return c.login(ctx, stale) }); err != nil {
				return nil, err
			}
		}
		r, err := c.post(ctx, path, form, session)
		if err != nil {
			return nil, err
		}
		switch {
		case r.Status == "1":
			return r.Data, nil
		// isNotAuth comes first: it is sometimes accompanied by INTERNAL.
		case bool(r.IsNotAuth) || r.ErrorCode == "WRONG_AUTH_DATA":
			if auths++; auths > authsPerCallMax {
				return nil, unavailable("error.pbx_key_refused", errNotAuth)
			}
			stale := session
			if session, err = c.cfg.Sessions.Renew(ctx, stale, func(ctx context.Context) (string, error) { return c.login(ctx, stale) }); err != nil {
				return nil, err
			}
		case r.ErrorCode == "INTERNAL" && internals < len(pauses):
			if err := c.cfg.Sleep(ctx, pauses[internals]); err != nil {
				return nil, err
			}
			internals++
		default:
			return nil, refusal(r)
		}
	}
}

// login gets a session with the panel's key: the living one if there is one, because asking
// for a new one ends the sessions of every other installation. Only if the living one is the
// one that has just been refused, a new one.
func (c *Client) login(ctx context.Context, stale string) (string, error) {
	c.mu.Lock()
	cold := c.cfg.Clock.Now().Before(c.refusedTil)
	c.mu.Unlock()
	if cold {
		return "", unavailable("error.pbx_key_refused", errors.New("onlinepbx: left alone after a refused key"))
	}
	var last error
	for _, fresh := range []string{"false", "true"} {
		r, err := c.post(ctx, "auth.json", url.Values{"auth_key": {c.cfg.AuthKey}, "new": {fresh}}, "")
		if err != nil {
			return "", err
		}
		if r.Status != "1" {
			last = refusal(r)
			if r.ErrorCode == "DISABLED_DOMAIN" {
				return "", last
			}
			continue
		}
		var key struct {
			ID  text `json:"key_id"`
			Key text `json:"key"`
		}
		if err := json.Unmarshal(r.Data, &key); err != nil || key.Key == "" {
			last = fmt.Errorf("onlinepbx: an answer to auth without a key: %w", err)
			continue
		}
		if session := string(key.ID + ":" + key.Key); session != stale {
			return session, nil
		}
		last = errNotAuth // the living session is the refused one
	}
	c.mu.Lock()
	c.refusedTil = c.cfg.Clock.Now().Add(authCooldown)
	c.mu.Unlock()
	return "", unavailable("error.pbx_key_refused", last)
}

// post sends one request and reads the envelope.
func (c *Client) post(ctx context.Context, path string, form url.Values, session string) (reply, error) {
	if len(form) == 0 {
		form = url.Values{"_": {""}} // an empty body is answered with "body must be object"
	}
	address := c.base.JoinPath(c.cfg.Domain, path).String()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return reply{}, fmt.Errorf("onlinepbx: %w", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	if session != "" {
		req.Header.Set("X-Pbx-Authentication", session)
	}
	status, answer, err := c.cfg.HTTP.Fetch(req)
	if err != nil {
		return reply{}, err
	}
	var r reply
	if err := json.Unmarshal(bytes.TrimSpace(answer), &r); err != nil {
		// A page of HTML: maintenance, or somebody in between.
		return reply{}, unavailable("error.pbx_unavailable", fmt.Errorf("onlinepbx: %s: status %d, not JSON", path, status))
	}
	if status == http.StatusTooManyRequests || status >= http.StatusInternalServerError {
		return reply{}, unavailable("error.pbx_unavailable", fmt.Errorf("onlinepbx: %s: status %d", path, status))
	}
	return r, nil
}

// refusal is an answer that says no.
func refusal(r reply) error {
	cause := fmt.Errorf("onlinepbx: status %s, code %q, comment %q", r.Status, r.ErrorCode, r.Comment)
	if r.ErrorCode == "DISABLED_DOMAIN" {
		return unavailable("error.pbx_licence", cause)
	}
	return unavailable("error.pbx_unavailable", cause)
}

func unavailable(key string, cause error) error {
	return prolong.NewError(prolong.CodeUnavailable, key, nil).Because(cause)
}
