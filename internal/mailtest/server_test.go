package mailtest_test

import (
	"net/smtp"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/stretchr/testify/require"

	"prolong/internal/mailtest"
)

func TestServerTakesMailAndShowsIt(t *testing.T) {
	t.Parallel()
	s := mailtest.Start(t)
	s.AddMailbox(t, "imap-secret", "anna@example.test", "boris@example.test")

	send := func(to string) error {
		return smtp.SendMail(s.SMTPAddr, nil, "prolong@example.test", []string{to},
			[]byte("Subject: Hello\r\nMessage-ID: <1@example.test>\r\n\r\nBody of "+to+"\r\n"))
	}
	// net/smtp speaks STARTTLS when offered and would refuse the certificate, so trust it here
	client, err := smtp.Dial(s.SMTPAddr)
	require.NoError(t, err)
	require.NoError(t, client.StartTLS(s.TLS))
	require.NoError(t, client.Auth(smtp.PlainAuth("", mailtest.User, mailtest.Password, "127.0.0.1")))
	require.NoError(t, client.Mail("prolong@example.test"))
	require.NoError(t, client.Rcpt("anna@example.test"))
	require.ErrorContains(t, client.Rcpt("nobody@example.test"), "550")
	s.Refuse(t, "boris@example.test")
	require.ErrorContains(t, client.Rcpt("boris@example.test"), "550")
	s.Accept(t, "boris@example.test")
	s.Defer(t, "boris@example.test")
	require.ErrorContains(t, client.Rcpt("boris@example.test"), "451")
	w, err := client.Data()
	require.NoError(t, err)
	_, err = w.Write([]byte("Subject: Hello\r\nMessage-ID: <1@example.test>\r\n\r\nBody\r\n"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	require.NoError(t, client.Quit())
	require.Error(t, send("anna@example.test"), "an unknown certificate is refused")

	messages := s.WaitFor(t, "anna@example.test", 1)
	require.Len(t, messages, 1)
	require.Contains(t, string(messages[0]), "Message-ID: <1@example.test>")

	c, err := imapclient.DialTLS(s.IMAPSAddr, &imapclient.Options{TLSConfig: s.TLS})
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.Login("anna@example.test", "imap-secret").Wait())
	box, err := c.Select("INBOX", nil).Wait()
	require.NoError(t, err)
	require.EqualValues(t, 1, box.NumMessages)
	fetched, err := c.Fetch(imap.SeqSetNum(1), &imap.FetchOptions{Envelope: true}).Collect()
	require.NoError(t, err)
	require.Equal(t, "Hello", fetched[0].Envelope.Subject)
	require.NoError(t, c.Logout().Wait())

	plain, err := imapclient.DialStartTLS(s.IMAPAddr, &imapclient.Options{TLSConfig: s.TLS})
	require.NoError(t, err)
	defer plain.Close()
	require.Error(t, plain.Login("anna@example.test", "wrong").Wait())
}
