package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"prolong"
)

// RejectionError is the next hop's final "no" to one message: an unknown mailbox, a refused
// content. Trouble with the connection, the login or the sender's address is not a RejectionError:
// that is the operator's to repair, and the messages wait for it.
type RejectionError struct {
	Code   int // the SMTP reply, 550; 0 if the message could not even be written
	Reason string
}

// Error returns the server's words.
func (r *RejectionError) Error() string {
	if r.Code == 0 {
		return r.Reason
	}
	return fmt.Sprintf("refused by the mail server (%d): %s", r.Code, r.Reason)
}

// Encryption says how the connection to the server is protected.
type Encryption string

// The kinds of encryption.
const (
	EncryptionNone     Encryption = "none"     // a server on the same machine only
	EncryptionStartTLS Encryption = "starttls" // the default: port 587, TLS is demanded
	EncryptionTLS      Encryption = "tls"      // TLS from the first byte: port 465
)

// SMTPConfig names the server that takes our mail. DKIM signing is the server's work.
type SMTPConfig struct {
	Host       string     `env:"HOST"`
	Port       int        `env:"PORT"` // 0 takes the port of the encryption: 587, 465, 25
	User       string     `env:"USER"` // empty: no login
	Password   string     `env:"PASSWORD"`
	Encryption Encryption `env:"ENCRYPTION" envDefault:"starttls"`
	// Hello is the name we greet with; empty takes the machine's.
	Hello string `env:"HELLO"`
	// ConnectionsMax is how many connections the server allows us at a time; 0 takes 4.
	ConnectionsMax int `env:"CONNECTIONS_MAX"`
	// TLS adds to how certificates are checked; nil checks against the system's roots.
	TLS *tls.Config `env:"-"`
}

// ParseSMTPURL reads the server from one line of configuration:
// "smtp://user:password@mail.example.test:587?encryption=starttls". The scheme smtps means TLS
// from the first byte; further parameters are hello and connections. Returns CodeInvalid,
// without the password in its text.
func ParseSMTPURL(s string) (SMTPConfig, error) {
	bad := func(detail string) (SMTPConfig, error) {
		return SMTPConfig{}, prolong.NewError(prolong.CodeInvalid, "error.smtp_url", prolong.Args{"Detail": detail})
	}
	u, err := url.Parse(s)
	if err != nil {
		return bad("?")
	}
	cfg := SMTPConfig{Host: u.Hostname(), User: u.User.Username(), Encryption: EncryptionStartTLS}
	cfg.Password, _ = u.User.Password()
	switch u.Scheme {
	case "smtp":
	case "smtps":
		cfg.Encryption = EncryptionTLS
	default:
		return bad(u.Scheme)
	}
	if cfg.Host == "" {
		return bad("host")
	}
	if p := u.Port(); p != "" {
		if cfg.Port, err = strconv.Atoi(p); err != nil {
			return bad(p)
		}
	}
	for name, values := range u.Query() {
		value := values[len(values)-1]
		switch name {
		case "encryption":
			cfg.Encryption = Encryption(value)
			if cfg.Encryption != EncryptionNone && cfg.Encryption != EncryptionStartTLS && cfg.Encryption != EncryptionTLS {
				return bad(name + "=" + value)
			}
		case "hello":
			cfg.Hello = value
		case "connections":
			if cfg.ConnectionsMax, err = strconv.Atoi(value); err != nil || cfg.ConnectionsMax < 1 {
				return bad(name + "=" + value)
			}
		default:
			return bad(name)
		}
	}
	return cfg, nil
}

const (
	smtpConnectionsDefault = 4
	smtpConnectMax         = 30 * time.Second // connecting, greeting, TLS and login
	smtpTimeoutMax         = 90 * time.Second // one message with its files
	smtpIdleMax            = 45 * time.Second // servers hang up after a minute or more
	smtpMessagesMax        = 100              // a connection is renewed then, as relays ask for
)

// SMTPTransport sends through an SMTP server over a few reused connections.
type SMTPTransport struct {
	client *gomail.Client
	slots  chan struct{}

	mu     sync.Mutex
	idle   []*smtpConn
	closed bool
}

// smtpConn is a connection with its history. The raw connection is kept beside go-mail's
// client because the client's own Close waits for the answer that it would have to interrupt.
type smtpConn struct {
	client *smtp.Client
	raw    net.Conn
	sent   int
	timer  *time.Timer // hangs up when the connection has idled too long
}

// NewSMTPTransport returns a transport; it connects when the first message comes.
func NewSMTPTransport(cfg SMTPConfig) (*SMTPTransport, error) {
	if cfg.Host == "" {
		return nil, errors.New("notify: the host of the SMTP server is empty")
	}
	// Without NOOP and RSET around each message: servers count them and hang up on clients that
	// send many (Exim after ten), and a dead connection shows at MAIL FROM as well.
	opts := []gomail.Option{gomail.WithTimeout(smtpTimeoutMax), gomail.WithoutNoop(), gomail.WithoutRset()}
	port, dialTLS := cfg.Port, (*tls.Config)(nil)
	switch cfg.Encryption {
	case EncryptionNone:
		opts, port = append(opts, gomail.WithTLSPolicy(gomail.NoTLS)), orPort(port, 25)
	case EncryptionStartTLS, "":
		opts, port = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory)), orPort(port, 587)
	case EncryptionTLS:
		opts, port = append(opts, gomail.WithSSL()), orPort(port, 465)
		dialTLS = &tls.Config{MinVersion: tls.VersionTLS12}
		if cfg.TLS != nil {
			dialTLS = cfg.TLS.Clone()
		}
		if dialTLS.ServerName == "" {
			dialTLS.ServerName = cfg.Host
		}
	default:
		return nil, fmt.Errorf("notify: encryption %q of the SMTP server: write none, starttls or tls", cfg.Encryption)
	}
	opts = append(opts, gomail.WithPort(port), gomail.WithDialContextFunc(dialSMTP(dialTLS)))
	if cfg.TLS != nil {
		opts = append(opts, gomail.WithTLSConfig(cfg.TLS))
	}
	if cfg.Hello != "" {
		opts = append(opts, gomail.WithHELO(cfg.Hello))
	}
	if cfg.User != "" {
		auth := gomail.SMTPAuthAutoDiscover
		if cfg.Encryption == EncryptionNone {
			auth = gomail.SMTPAuthPlainNoEnc
		}
		opts = append(opts, gomail.WithUsername(cfg.User), gomail.WithPassword(cfg.Password), gomail.WithSMTPAuth(auth))
	}
	client, err := gomail.NewClient(cfg.Host, opts...)
	if err != nil {
		return nil, fmt.Errorf("notify: SMTP server %s: %w", cfg.Host+":"+strconv.Itoa(port), err)
	}
	slots := cfg.ConnectionsMax
	if slots <= 0 {
		slots = smtpConnectionsDefault
	}
	return &SMTPTransport{client: client, slots: make(chan struct{}, slots)}, nil
}

func orPort(port, standard int) int {
	if port == 0 {
		return standard
	}
	return port
}

// dialing is what a dial leaves behind besides go-mail's client, which neither gives its
// connection out nor stops waiting for the greeting when it is told to.
type dialing struct {
	ctx  context.Context //nolint:containedctx // lives as long as the one dial
	raw  net.Conn
	stop func() bool
}

// dialingKey is the key under which a dial's context carries its dialing.
type dialingKey struct{}

// dialSMTP connects, with TLS from the first byte if tlsConfig is there.
func dialSMTP(tlsConfig *tls.Config) gomail.DialContextFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		raw, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		if d, ok := ctx.Value(dialingKey{}).(*dialing); ok {
			d.raw, d.stop = raw, context.AfterFunc(d.ctx, func() { _ = raw.Close() }) //nolint:contextcheck // go-mail ends its own context when the dial is done, not when it is given up
		}
		if tlsConfig == nil {
			return raw, nil
		}
		return tls.Client(raw, tlsConfig), nil
	}
}

// dial connects, greets and logs in.
func (t *SMTPTransport) dial(ctx context.Context) (*smtpConn, error) {
	ctx, cancel := context.WithTimeout(ctx, smtpConnectMax)
	defer cancel()
	d := &dialing{ctx: ctx}
	client, err := t.client.DialToSMTPClientWithContext(context.WithValue(ctx, dialingKey{}, d))
	alive := d.stop == nil || d.stop()
	if err == nil && !alive {
		err = ctx.Err()
	}
	if err != nil {
		if d.raw != nil {
			_ = d.raw.Close() // go-mail leaves it open when the login fails
		}
		return nil, fmt.Errorf("SMTP server %s: %w", t.client.ServerAddr(), errors.Join(err, ctx.Err()))
	}
	return &smtpConn{client: client, raw: d.raw}, nil
}

// Check connects, logs in and hangs up: for "prolong doctor".
func (t *SMTPTransport) Check(ctx context.Context) error {
	conn, err := t.dial(ctx)
	if err != nil {
		return err
	}
	return conn.client.Quit()
}

// Close hangs up the idle connections; those at work hang up when they are done.
func (t *SMTPTransport) Close() {
	t.mu.Lock()
	idle := t.idle
	t.idle, t.closed = nil, true
	t.mu.Unlock()
	for _, c := range idle {
		c.timer.Stop()
		t.quit(c)
	}
}

// Send hands the message to the server.
func (t *SMTPTransport) Send(ctx context.Context, m *Mail) error {
	select {
	case t.slots <- struct{}{}:
		defer func() { <-t.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	conn := t.takeIdle()
	if conn != nil {
		err := t.sendOver(ctx, conn, m)
		if !hungUp(err) || ctx.Err() != nil {
			return err
		}
	}
	conn, err := t.dial(ctx)
	if err != nil {
		return err
	}
	return t.sendOver(ctx, conn, m)
}

// hungUp says whether a reused connection turned out to be dead before anything of the message
// was sent.
func hungUp(err error) bool {
	const closing = 421 // "service closing transmission channel"
	var sendErr *gomail.SendError
	if !errors.As(err, &sendErr) {
		return false
	}
	return sendErr.Reason == gomail.ErrConnCheck ||
		sendErr.Reason == gomail.ErrSMTPMailFrom && (sendErr.ErrorCode() == 0 || sendErr.ErrorCode() == closing)
}

// sendOver sends over one connection and keeps it for the next message if all went well.
func (t *SMTPTransport) sendOver(ctx context.Context, conn *smtpConn, m *Mail) error {
	stop := context.AfterFunc(ctx, func() { _ = conn.raw.Close() })
	err := t.client.SendWithSMTPClient(conn.client, m.msg)
	conn.sent++
	alive := stop()
	switch {
	case err == nil && alive && conn.sent < smtpMessagesMax:
		t.giveBack(conn)
		return nil
	case err == nil:
		t.quit(conn)
		return nil
	}
	_ = conn.raw.Close()
	if m.msg.IsDelivered() {
		return nil // the server has it; what failed came after
	}
	return classify(err)
}

// classify finds the server's final "no" to this message among the errors.
func classify(err error) error {
	var sendErr *gomail.SendError
	if !errors.As(err, &sendErr) {
		return err
	}
	const permanentFrom = 500
	aboutMessage := false
	switch sendErr.Reason { //nolint:exhaustive // all other reasons are about the connection or the sender
	case gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrSMTPDataClose:
		aboutMessage = true
	}
	if aboutMessage && sendErr.ErrorCode() >= permanentFrom {
		return &RejectionError{Code: sendErr.ErrorCode(), Reason: sendErr.Error()}
	}
	return err
}

// takeIdle returns the connection that idled shortest, nil if there is none.
func (t *SMTPTransport) takeIdle() *smtpConn {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.idle) > 0 {
		conn := t.idle[len(t.idle)-1]
		t.idle = t.idle[:len(t.idle)-1]
		if conn.timer.Stop() {
			return conn
		}
	}
	return nil
}

func (t *SMTPTransport) giveBack(conn *smtpConn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		_ = conn.raw.Close()
		return
	}
	conn.timer = time.AfterFunc(smtpIdleMax, func() { t.hangUp(conn) })
	t.idle = append(t.idle, conn)
}

// hangUp ends a connection that has idled too long.
func (t *SMTPTransport) hangUp(conn *smtpConn) {
	t.mu.Lock()
	for i, c := range t.idle {
		if c == conn {
			t.idle = append(t.idle[:i], t.idle[i+1:]...)
			break
		}
	}
	t.mu.Unlock()
	t.quit(conn)
}

// quit says goodbye; the server may have hung up before, and nobody waits for its answer.
func (t *SMTPTransport) quit(conn *smtpConn) {
	_ = conn.client.UpdateDeadline(time.Second)
	_ = conn.client.Quit()
	_ = conn.raw.Close()
}
