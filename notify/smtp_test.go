package notify_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"regexp"
	"strconv"
	"sync"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/jhillyerd/enmime/v2"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/mailtest"
	"prolong/notify"
)

func smtpConfig(t *testing.T, s *mailtest.Server, encryption notify.Encryption) notify.SMTPConfig {
	t.Helper()
	host, port, err := net.SplitHostPort(s.SMTPAddr)
	require.NoError(t, err)
	n, err := strconv.Atoi(port)
	require.NoError(t, err)
	return notify.SMTPConfig{
		Host: host, Port: n, User: mailtest.User, Password: mailtest.Password,
		Encryption: encryption, Hello: "prolong.example.test", TLS: s.TLS,
	}
}

func newSMTP(t *testing.T, cfg notify.SMTPConfig) *notify.SMTPTransport {
	t.Helper()
	transport, err := notify.NewSMTPTransport(cfg)
	require.NoError(t, err)
	t.Cleanup(transport.Close)
	return transport
}

// From the outbox over STARTTLS and a login to a mailbox that is read by IMAP.
func TestMailReachesAMailbox(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t)
	server.AddMailbox(t, "secret", "anna@example.test")
	transport := newSMTP(t, smtpConfig(t, server, notify.EncryptionStartTLS))
	require.NoError(t, transport.Check(t.Context()))
	b := newOutbox(t, transport)
	for i := range 5 {
		b.queue(t, invoiceTo("anna@example.test", int64(i)))
	}
	list, err := b.outbox.FindMessages(t.Context(), notify.MessageFilter{})
	require.NoError(t, err)
	for _, m := range list {
		require.NoError(t, b.outbox.Send(t.Context(), m.ID))
	}
	server.WaitFor(t, "anna@example.test", 5)
	require.Equal(t, 1, sessionsWithMail(server.Log(t)), "five messages over one connection:\n%s", server.Log(t))

	c, err := imapclient.DialTLS(server.IMAPSAddr, &imapclient.Options{TLSConfig: server.TLS})
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.Login("anna@example.test", "secret").Wait())
	_, err = c.Select("INBOX", nil).Wait()
	require.NoError(t, err)
	section := &imap.FetchItemBodySection{}
	fetched, err := c.Fetch(imap.SeqSetNum(1, 2, 3, 4, 5), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{section}}).Collect()
	require.NoError(t, err)
	require.Len(t, fetched, 5)
	e, err := enmime.ReadEnvelope(bytes.NewReader(fetched[0].FindBodySection(section)))
	require.NoError(t, err)
	require.Empty(t, e.Errors)
	require.Contains(t, e.GetHeader("Subject"), "Счёт № 58291375-12")
	require.Contains(t, e.Text, "Назначение платежа")
	require.Regexp(t, `^Счёт № \d \(invoice\)\.pdf$`, e.Attachments[0].FileName)
}

func TestServersAnswersDecideTheState(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t)
	server.AddMailbox(t, "secret", "anna@example.test")
	b := newOutbox(t, newSMTP(t, smtpConfig(t, server, notify.EncryptionStartTLS)))
	send := func(id int64) (notify.Sent, error) {
		t.Helper()
		list, err := b.outbox.FindMessages(t.Context(), notify.MessageFilter{Subject: notify.Subject{Kind: "invoice", ID: id}})
		require.NoError(t, err)
		sendErr := b.outbox.Send(t.Context(), list[0].ID)
		list, err = b.outbox.FindMessages(t.Context(), notify.MessageFilter{Subject: notify.Subject{Kind: "invoice", ID: id}})
		require.NoError(t, err)
		return list[0], sendErr
	}
	b.queue(t, invoiceTo("gone@example.test", 1), invoiceTo("anna@example.test", 2))

	m, err := send(1)
	require.NoError(t, err)
	require.Equal(t, notify.StateFailed, m.State)
	require.Contains(t, m.LastError, "550")
	require.Contains(t, m.LastError, "unknown mailbox")

	server.Defer(t, "anna@example.test")
	m, err = send(2)
	require.ErrorContains(t, err, "451")
	require.Equal(t, notify.StateQueued, m.State)
	server.Accept(t, "anna@example.test")
	m, err = send(2)
	require.NoError(t, err)
	require.Equal(t, notify.StateSent, m.State)
	server.WaitFor(t, "anna@example.test", 1)
}

// What is the operator's fault leaves the messages waiting.
func TestTroubleWithTheServerIsNotTheMessagesFault(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t)
	server.AddMailbox(t, "secret", "anna@example.test")
	good := smtpConfig(t, server, notify.EncryptionStartTLS)
	for name, change := range map[string]func(*notify.SMTPConfig){
		"wrong password":        func(c *notify.SMTPConfig) { c.Password = "wrong" },
		"untrusted certificate": func(c *notify.SMTPConfig) { c.TLS = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: "localhost"} },
		"nobody listens":        func(c *notify.SMTPConfig) { c.Port = 1 },
		"TLS on a plain port":   func(c *notify.SMTPConfig) { c.Encryption = notify.EncryptionTLS },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := good
			change(&cfg)
			transport := newSMTP(t, cfg)
			require.Error(t, transport.Check(t.Context()))
			b := newOutbox(t, transport)
			b.queue(t, invoiceTo("anna@example.test", 1))
			err := b.outbox.Send(t.Context(), b.only(t).ID)
			require.Error(t, err)
			var rejection *notify.RejectionError
			require.NotErrorAs(t, err, &rejection)
			require.Equal(t, notify.StateQueued, b.only(t).State)
		})
	}
	_, err := notify.NewSMTPTransport(notify.SMTPConfig{Host: "x", Encryption: "ssl"})
	require.ErrorContains(t, err, "none, starttls or tls")
	_, err = notify.NewSMTPTransport(notify.SMTPConfig{})
	require.ErrorContains(t, err, "host")
}

// A cancelled attempt does not wait for the server's answer.
func TestSendStopsWhenToldTo(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, listener.Close()) })
	silent := make(chan net.Conn, 1)
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			silent <- conn // says nothing for ever
		}
	}()
	port := listener.Addr().(*net.TCPAddr).Port
	transport := newSMTP(t, notify.SMTPConfig{Host: "127.0.0.1", Port: port, Encryption: notify.EncryptionNone})
	b := newOutbox(t, transport)
	b.queue(t, invoiceTo("anna@example.test", 1))
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		conn := <-silent
		cancel()
		<-t.Context().Done()
		_ = conn.Close()
	}()
	require.Error(t, b.outbox.Send(ctx, b.only(t).ID))
	require.Equal(t, notify.StateQueued, b.only(t).State, "the result is noted although the attempt was cancelled")
}

func TestManyWorkersShareFewConnections(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t)
	server.AddMailbox(t, "secret", "anna@example.test")
	cfg := smtpConfig(t, server, notify.EncryptionStartTLS)
	cfg.ConnectionsMax = 3
	b := newOutbox(t, newSMTP(t, cfg))
	const n = 60
	for i := range n {
		b.queue(t, invoiceTo("anna@example.test", int64(i)))
	}
	list, err := b.outbox.FindMessages(t.Context(), notify.MessageFilter{Limit: 200})
	require.NoError(t, err)
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for w := range errs {
		wg.Go(func() {
			for i := w; i < len(list); i += len(errs) {
				errs[w] = errors.Join(errs[w], b.outbox.Send(t.Context(), list[i].ID))
			}
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	require.Len(t, distinctIDs(t, server.WaitFor(t, "anna@example.test", n)), n)
	require.LessOrEqual(t, sessionsWithMail(server.Log(t)), 3)
}

// sessionsWithMail counts the connections over which messages came: Exim logs each message
// with the client's port.
func sessionsWithMail(log string) int {
	ports := map[string]bool{}
	for _, m := range arrivals.FindAllStringSubmatch(log, -1) {
		ports[m[1]] = true
	}
	return len(ports)
}

var arrivals = regexp.MustCompile(`<= \S+ .*\[127\.0\.0\.1\]:(\d+)`)

// distinctIDs counts the messages of a mailbox by Message-ID.
func distinctIDs(t *testing.T, raw [][]byte) map[string]int {
	t.Helper()
	ids := map[string]int{}
	for _, data := range raw {
		_, rest, ok := bytes.Cut(data, []byte("\nMessage-ID: <"))
		require.True(t, ok, "%.300s", data)
		id, _, _ := bytes.Cut(rest, []byte(">"))
		ids[string(id)]++
	}
	return ids
}

func TestParseSMTPURL(t *testing.T) {
	t.Parallel()
	got, err := notify.ParseSMTPURL("smtp://user%40example.test:p%3Ass@mail.example.test:2525?encryption=none&hello=me&connections=7")
	require.NoError(t, err)
	require.Equal(t, notify.SMTPConfig{Host: "mail.example.test", Port: 2525, User: "user@example.test", Password: "p:ss",
		Encryption: notify.EncryptionNone, Hello: "me", ConnectionsMax: 7}, got)
	got, err = notify.ParseSMTPURL("smtps://mail.example.test")
	require.NoError(t, err)
	require.Equal(t, notify.SMTPConfig{Host: "mail.example.test", Encryption: notify.EncryptionTLS}, got)
	for _, bad := range []string{"", "mail.example.test:25", "http://mail.example.test", "smtp://", "smtp://h:port", "smtp://h?encryption=ssl",
		"smtp://h?connections=0", "smtp://h?tls=no", "smtp://user:secret@h?x=1"} {
		_, err := notify.ParseSMTPURL(bad)
		require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err), bad)
		require.NotContains(t, err.Error(), "secret")
	}
}
