package mailbox_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/stretchr/testify/require"

	"prolong/internal/mailbox"
	"prolong/internal/mailtest"
)

const address = "anna@example.test"

func TestClientReadsLettersAsTheyAre(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t)
	server.AddMailbox(t, "secret", address)
	raw := []byte("Subject: Statement\r\nMessage-ID: <1@example.test>\r\n\r\nBody\r\n")
	arrived := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for i, way := range []struct {
		mode mailbox.TLSMode
		host string
	}{{"", server.IMAPSAddr}, {mailbox.TLSImplicit, server.IMAPSAddr}, {mailbox.TLSStart, server.IMAPAddr}} {
		c, err := mailbox.Dial(t.Context(), mailbox.Server{Host: way.host, TLS: way.mode, TLSConfig: server.TLS, Username: address, Password: "secret"}, nil)
		require.NoError(t, err, way.mode)
		if i == 0 {
			for range 3 {
				cmd := c.Append("INBOX", int64(len(raw)), &imap.AppendOptions{Time: arrived})
				_, err = cmd.Write(raw)
				require.NoError(t, err)
				require.NoError(t, cmd.Close())
				_, err = cmd.Wait()
				require.NoError(t, err)
			}
		}
		_, err = c.Select("INBOX", &imap.SelectOptions{ReadOnly: true}).Wait()
		require.NoError(t, err)
		above, err := c.Above(1, time.Time{})
		require.NoError(t, err)
		require.Equal(t, []imap.UID{2, 3}, above)
		above, err = c.Above(3, time.Time{})
		require.NoError(t, err)
		require.Empty(t, above, "the server names the last letter all the same")
		above, err = c.Above(0, arrived.AddDate(0, 0, 3))
		require.NoError(t, err)
		require.Empty(t, above)
		heads, err := c.Heads([]imap.UID{2, 9})
		require.NoError(t, err)
		require.Len(t, heads, 1)
		require.EqualValues(t, len(raw), heads[2].Size)
		require.True(t, arrived.Equal(heads[2].ReceivedAt))
		got, err := c.Letter(2, false)
		require.NoError(t, err)
		require.Equal(t, raw, got)
		got, err = c.Letter(2, true)
		require.NoError(t, err)
		require.NotContains(t, string(got), "Body")
		_, err = c.Letter(9, false)
		var refused *imap.Error
		require.ErrorAs(t, err, &refused)
		c.Close()
	}
}

func TestDialRefuses(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t)
	server.AddMailbox(t, "secret", address)
	good := mailbox.Server{Host: server.IMAPSAddr, TLSConfig: server.TLS, Username: address, Password: "secret"}
	tests := map[string]struct {
		change func(s *mailbox.Server)
		want   string
	}{
		"no port":          {func(s *mailbox.Server) { s.Host = "imap.example.test" }, "write it as host:port"},
		"an unknown mode":  {func(s *mailbox.Server) { s.TLS = "ssl" }, `TLS mode "ssl" is unknown`},
		"a wrong password": {func(s *mailbox.Server) { s.Password = "wrong" }, `log in as "anna@example.test"`},
		"a stranger":       {func(s *mailbox.Server) { s.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12} }, "certificate"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := good
			tt.change(&s)
			_, err := mailbox.Dial(t.Context(), s, nil)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

// TestAServerThatNeverAnswersEndsWithTheContext: it takes the log-in and says nothing more.
func TestAServerThatNeverAnswersEndsWithTheContext(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_, _ = conn.Write([]byte("* OK [CAPABILITY IMAP4rev1] ready\r\n"))
		lines := bufio.NewReader(conn)
		_, _ = lines.ReadString('\n') // the log-in
		cancel()
		_, _ = lines.ReadString('\n') // until the client hangs up
	}()
	_, err = mailbox.Dial(ctx, mailbox.Server{Host: listener.Addr().String(), TLS: mailbox.TLSNone, Username: address, Password: "secret"}, nil)
	require.ErrorContains(t, err, "log in")
}
