// Package mailbox logs in to mail servers and reads the letters of an IMAP folder. It leaves
// them as they are; which of them matter is for the room that reads to say.
package mailbox

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// The timeouts of talking to a mail server.
const (
	dialTimeout = 30 * time.Second
	byeTimeout  = 3 * time.Second
)

// TLSMode says how a connection to a mail server is protected.
type TLSMode string

// The modes.
const (
	TLSImplicit TLSMode = "tls"      // from the first byte; also for ""
	TLSNone     TLSMode = "none"     // only for a server on the same machine
	TLSStart    TLSMode = "starttls" // refused if the server does not offer it
)

// Valid reports whether the mode is one of the above, or empty.
func (m TLSMode) Valid() bool { return m == "" || m == TLSImplicit || m == TLSNone || m == TLSStart }

// Server is a mail server with somebody's account on it.
type Server struct {
	Host string // "imap.vendor.example:993"
	TLS  TLSMode
	// TLSConfig is for servers with certificates of their own; nil trusts what the machine does.
	TLSConfig          *tls.Config
	Username, Password string
}

// Client is a logged-in connection to a mail server that ends with its context.
type Client struct {
	*imapclient.Client
	stop func() bool
}

// Dial connects and logs in. watch hears what the server says unasked; it may be nil.
func Dial(ctx context.Context, s Server, watch *imapclient.UnilateralDataHandler) (*Client, error) {
	host, _, err := net.SplitHostPort(s.Host)
	if err != nil {
		return nil, fmt.Errorf("mail server %q: write it as host:port: %w", s.Host, err)
	}
	if !s.TLS.Valid() {
		return nil, fmt.Errorf("mail server %s: TLS mode %q is unknown", s.Host, s.TLS)
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.TLSConfig != nil {
		config = s.TLSConfig.Clone()
	}
	if config.ServerName == "" {
		config.ServerName = host
	}
	dialCtx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(dialCtx, "tcp", s.Host)
	if err != nil {
		return nil, err
	}
	options := &imapclient.Options{TLSConfig: config, UnilateralDataHandler: watch}
	var c *imapclient.Client
	switch s.TLS {
	case TLSNone:
		c = imapclient.New(conn, options)
	case TLSStart:
		c, err = imapclient.NewStartTLS(conn, options)
	case TLSImplicit, "":
		secure := tls.Client(conn, config)
		if err = secure.HandshakeContext(dialCtx); err == nil {
			c = imapclient.New(secure, options)
		}
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	// The library knows no contexts: closing the connection is what ends a call that hangs.
	m := &Client{Client: c, stop: context.AfterFunc(ctx, func() { _ = c.Close() })}
	if err := c.Login(s.Username, s.Password).Wait(); err != nil {
		m.Close()
		return nil, fmt.Errorf("log in as %q: %w", s.Username, err)
	}
	return m, nil
}

// Close says goodbye, but does not wait long for the answer.
func (c *Client) Close() {
	done := make(chan struct{})
	go func() {
		_ = c.Logout().Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(byeTimeout):
	}
	c.stop()
	_ = c.Client.Close()
}

// Above returns the numbers of the letters above last, in order, of those that arrived since an
// instant; a zero one does not restrict. The server answers "last+1:*" with the
// last letter even if its number is smaller, so they are filtered again.
func (c *Client) Above(last int64, since time.Time) ([]imap.UID, error) {
	all := imap.UIDSet{}
	all.AddRange(imap.UID(last+1), 0) //nolint:gosec // UIDs have 32 bits; 0 is "*"
	criteria := &imap.SearchCriteria{UID: []imap.UIDSet{all}}
	if !since.IsZero() {
		criteria.Since = since.AddDate(0, 0, -1) // the server compares dates, in its own zone
	}
	data, err := c.UIDSearch(criteria, nil).Wait()
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	uids := slices.DeleteFunc(data.AllUIDs(), func(u imap.UID) bool { return int64(u) <= last })
	slices.Sort(uids)
	return uids, nil
}

// Head is what is asked of a letter before its bytes.
type Head struct {
	Size       int64 // bytes
	ReceivedAt time.Time
}

// Heads returns size and date of letters. ENVELOPE and BODYSTRUCTURE are never asked for: large
// providers send broken ones, and one of them spoils the whole answer.
func (c *Client) Heads(uids []imap.UID) (map[imap.UID]Head, error) {
	list, err := c.Fetch(imap.UIDSetNum(uids...), &imap.FetchOptions{UID: true, RFC822Size: true, InternalDate: true}).Collect()
	if err != nil {
		return nil, fmt.Errorf("fetch sizes: %w", err)
	}
	heads := make(map[imap.UID]Head, len(list))
	for _, m := range list {
		heads[m.UID] = Head{Size: m.RFC822Size, ReceivedAt: m.InternalDate}
	}
	return heads, nil
}

// Letter returns the bytes of a letter without marking it as read, or its header only. Returns an
// *imap.Error where the server has the letter no more, or cannot show it.
func (c *Client) Letter(uid imap.UID, headerOnly bool) ([]byte, error) {
	section := &imap.FetchItemBodySection{Peek: true}
	if headerOnly {
		section.Specifier = imap.PartSpecifierHeader
	}
	list, err := c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	if err != nil {
		return nil, fmt.Errorf("fetch letter %d: %w", uid, err)
	}
	for _, m := range list {
		if raw := m.FindBodySection(section); m.UID == uid && raw != nil {
			return raw, nil
		}
	}
	return nil, &imap.Error{Type: imap.StatusResponseTypeNo, Text: fmt.Sprintf("letter %d came without its text", uid)}
}
