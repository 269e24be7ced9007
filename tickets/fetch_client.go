package tickets

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
	imapDialTimeout = 30 * time.Second
	imapByeTimeout  = 3 * time.Second
)

// mailClient is a logged-in connection to a mail server that ends with its context.
type mailClient struct {
	*imapclient.Client
	stop func() bool
}

// dialMailbox connects and logs in.
func dialMailbox(ctx context.Context, box Mailbox) (*mailClient, error) {
	return dialWatching(ctx, box, nil)
}

// dialWatching is dialMailbox with a listener for what the server says unasked.
func dialWatching(ctx context.Context, box Mailbox, watch *imapclient.UnilateralDataHandler) (*mailClient, error) {
	host, _, err := net.SplitHostPort(box.Host)
	if err != nil {
		return nil, fmt.Errorf("mailbox %s: host %q: write it as host:port: %w", box.Key, box.Host, err)
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if box.TLSConfig != nil {
		config = box.TLSConfig.Clone()
	}
	if config.ServerName == "" {
		config.ServerName = host
	}
	dialCtx, cancel := context.WithTimeout(ctx, imapDialTimeout)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(dialCtx, "tcp", box.Host)
	if err != nil {
		return nil, err
	}
	options := &imapclient.Options{TLSConfig: config, UnilateralDataHandler: watch}
	var c *imapclient.Client
	switch box.TLS {
	case TLSNone:
		c = imapclient.New(conn, options)
	case TLSStart:
		c, err = imapclient.NewStartTLS(conn, options)
	case TLSImplicit, "":
		secure := tls.Client(conn, config)
		if err = secure.HandshakeContext(dialCtx); err == nil {
			c = imapclient.New(secure, options)
		}
	default:
		err = fmt.Errorf("mailbox %s: TLS mode %q is unknown", box.Key, box.TLS)
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	// The library knows no contexts: closing the connection is what ends a call that hangs.
	m := &mailClient{Client: c, stop: context.AfterFunc(ctx, func() { _ = c.Close() })}
	if err := c.Login(box.Username, box.Password).Wait(); err != nil {
		m.close()
		return nil, fmt.Errorf("log in as %q: %w", box.Username, err)
	}
	return m, nil
}

// close says goodbye, but does not wait long for the answer.
func (c *mailClient) close() {
	done := make(chan struct{})
	go func() {
		_ = c.Logout().Wait()
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(imapByeTimeout):
	}
	c.stop()
	_ = c.Close()
}

// newUIDs returns the numbers above last, in order. The server answers "last+1:*" with the
// last letter even if its number is smaller, so they are filtered again.
func (c *mailClient) newUIDs(last int64, since time.Time) ([]imap.UID, error) {
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

// letterHead is what is asked of a letter before its bytes.
type letterHead struct {
	size       int64
	receivedAt time.Time
}

// heads returns size and date of letters. ENVELOPE and BODYSTRUCTURE are never asked for: large
// providers send broken ones, and one of them spoils the whole answer.
func (c *mailClient) heads(uids []imap.UID) (map[imap.UID]letterHead, error) {
	list, err := c.Fetch(imap.UIDSetNum(uids...), &imap.FetchOptions{UID: true, RFC822Size: true, InternalDate: true}).Collect()
	if err != nil {
		return nil, fmt.Errorf("fetch sizes: %w", err)
	}
	heads := make(map[imap.UID]letterHead, len(list))
	for _, m := range list {
		heads[m.UID] = letterHead{size: m.RFC822Size, receivedAt: m.InternalDate}
	}
	return heads, nil
}

// letter returns the bytes of a letter without marking it as read, or its header only.
func (c *mailClient) letter(uid imap.UID, headerOnly bool) ([]byte, error) {
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
