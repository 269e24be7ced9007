package channel

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"net/url"
	"sync"
	"time"

	"prolong"
	"prolong/banksync/statement/answer"
	"prolong/internal/outbound"
)

// Access is a key to the interface: one that stands for ever, or one that is renewed.
type Access struct {
	header, prefix string

	mu      sync.Mutex
	token   string
	expires time.Time
	oauth   *oauth // nil: the token stands
}

// oauth renews a token with a refresh token (RFC 6749, section 6).
type oauth struct {
	channel   *Channel
	url       string
	id        string
	secret    string
	reference string // where the refresh token lies
	store     outbound.Secrets
}

const (
	// renewBefore is how long before its end a token is not used any more.
	renewBefore = time.Minute
	// tokenLife is taken for tokens whose life the bank does not tell.
	tokenLife = 30 * time.Minute
)

// NewAccess returns the access that the settings declare: "token", sent as prefix and token in
// the header; or else client_id, client_secret and refresh_token, renewed at tokenURL. Returns
// CodeInvalid if neither is complete.
func NewAccess(kind string, c *Channel, s *Settings, header, prefix, tokenURL string) (*Access, error) {
	if token := s.Get("token"); token != "" {
		return &Access{header: header, prefix: prefix, token: token}, nil
	}
	for _, name := range []string{"client_id", "client_secret", "refresh_token"} {
		if s.Get(name) == "" {
			return nil, prolong.NewError(prolong.CodeInvalid, "error.bank_setting_missing", prolong.Args{"Kind": kind, "Setting": name})
		}
	}
	return &Access{header: "Authorization", prefix: "Bearer ", oauth: &oauth{
		channel: c, url: s.URL("token_url", tokenURL), id: s.Get("client_id"), secret: s.Get("client_secret"), reference: s.values["refresh_token"], store: s.secret,
	}}, nil
}

// CheckAccess verifies that the declared settings make an access.
func CheckAccess(kind string, values map[string]string) error {
	if values["token"] != "" {
		return nil
	}
	for _, name := range []string{"client_id", "client_secret", "refresh_token"} {
		if values[name] == "" {
			return prolong.NewError(prolong.CodeInvalid, "error.bank_setting_missing", prolong.Args{"Kind": kind, "Setting": "token / " + name})
		}
	}
	return nil
}

// Ask sends the request with the key. A key that the bank refuses is renewed once, if it can be.
func (a *Access) Ask(ctx context.Context, c *Channel, r Request) (Reply, error) {
	for attempt := 1; ; attempt++ {
		token, err := a.current(ctx)
		if err != nil {
			return Reply{}, err
		}
		signed := r
		signed.Header = map[string]string{a.header: a.prefix + token}
		for name, value := range r.Header {
			signed.Header[name] = value
		}
		reply, err := c.Ask(ctx, signed)
		if a.oauth == nil || attempt > 1 || prolong.CodeOf(err) != prolong.CodeUnauthorized {
			return reply, err
		}
		a.drop(token)
	}
}

// drop forgets a token that was refused, unless another request has renewed it already.
func (a *Access) drop(token string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.token == token {
		a.token = ""
	}
}

func (a *Access) current(ctx context.Context) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.oauth == nil {
		return a.token, nil
	}
	now := a.oauth.channel.config.Time()
	if a.token != "" && now.Before(a.expires) {
		return a.token, nil
	}
	token, life, err := a.oauth.renew(ctx)
	if err != nil {
		return "", err
	}
	a.token, a.expires = token, now.Add(life-renewBefore)
	return token, nil
}

// renew asks for a new token. A refresh token that the bank replaces is kept before the new
// token is used: losing it would mean that a person has to sign in at the bank again.
func (o *oauth) renew(ctx context.Context) (token string, life time.Duration, err error) {
	refresh, err := readSecret(o.store, o.reference)
	if err != nil {
		return "", 0, err
	}
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {refresh}, "client_id": {o.id}, "client_secret": {o.secret}}
	// Sent once: a refresh token is void after its use, so repeating would burn the new one.
	reply, _, err := o.channel.try(ctx, Request{
		Method: http.MethodPost, URL: o.url, Body: []byte(form.Encode()), Header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
	})
	switch prolong.CodeOf(err) {
	case "":
	case prolong.CodeInvalid, prolong.CodeForbidden:
		// RFC 6749 section 5.2 answers 400 invalid_grant; its text may hold the token.
		return "", 0, prolong.NewError(prolong.CodeUnauthorized, "error.bank_key_refused", prolong.Args{"Bank": o.channel.bank, "Status": reply.Status})
	default:
		return "", 0, err
	}
	var got struct {
		Access  string      `json:"access_token"`
		Refresh string      `json:"refresh_token"`
		Expires answer.Text `json:"expires_in"`
	}
	if json.Unmarshal(reply.Body, &got) != nil || got.Access == "" {
		return "", 0, prolong.NewError(prolong.CodeUnavailable, "error.bank_token_answer", prolong.Args{"Bank": o.channel.bank})
	}
	if got.Refresh != "" && got.Refresh != refresh {
		if err := o.store.Write(o.reference, got.Refresh); err != nil {
			return "", 0, err
		}
	}
	life = tokenLife
	if seconds, err := time.ParseDuration(string(got.Expires) + "s"); err == nil && seconds > 0 {
		life = seconds
	}
	o.channel.conceal(got.Access, got.Refresh, refresh)
	return got.Access, life, nil
}

const (
	idleConnTimeout  = 90 * time.Second
	handshakeTimeout = 10 * time.Second
)

// certifiedTransport returns a transport with the client certificate that the settings name,
// nil if they name none.
func certifiedTransport(s *Settings) (http.RoundTripper, error) {
	if s == nil || s.Get("certificate") == "" && s.Get("ca") == "" {
		return nil, nil //nolint:nilnil // no certificate is no failure
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.Get("certificate") != "" {
		pair, err := tls.X509KeyPair([]byte(s.Get("certificate")), []byte(s.Get("private_key")))
		if err != nil {
			return nil, prolong.NewError(prolong.CodeInvalid, "error.bank_certificate", prolong.Args{"Setting": "certificate, private_key"})
		}
		config.Certificates = []tls.Certificate{pair}
	}
	if ca := s.Get("ca"); ca != "" {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM([]byte(ca)) {
			return nil, prolong.NewError(prolong.CodeInvalid, "error.bank_certificate", prolong.Args{"Setting": "ca"})
		}
		config.RootCAs = pool
	}
	return &http.Transport{TLSClientConfig: config, Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true,
		IdleConnTimeout: idleConnTimeout, TLSHandshakeTimeout: handshakeTimeout}, nil
}
