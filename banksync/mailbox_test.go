package banksync_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"mime"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/internal/mailtest"
)

// bankLetter words a letter with attachments: name and content one after the other.
func bankLetter(from, auth string, files ...string) string {
	var b strings.Builder
	if auth != "" {
		fmt.Fprintf(&b, "Authentication-Results: %s\r\n", auth)
	}
	fmt.Fprintf(&b, "From: %s\r\nTo: bank@vendor.example\r\nSubject: %s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=xx\r\n\r\n--xx\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nВыписка\r\n",
		from, mime.BEncoding.Encode("utf-8", "Выписка"))
	for i := 0; i < len(files); i += 2 {
		fmt.Fprintf(&b, "--xx\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"%s\"\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n",
			mime.BEncoding.Encode("utf-8", files[i]), base64.StdEncoding.EncodeToString([]byte(files[i+1])))
	}
	b.WriteString("--xx--\r\n")
	return b.String()
}

func zipped(t *testing.T, name, content string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	require.NoError(t, err)
	_, err = f.Write([]byte(content))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

func TestStatementsByMail(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 6)
	server := mailtest.Start(t)
	server.AddMailbox(t, "secret", "bank@vendor.example")
	client, err := imapclient.DialTLS(server.IMAPSAddr, &imapclient.Options{TLSConfig: server.TLS})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	require.NoError(t, client.Login("bank@vendor.example", "secret").Wait())
	arrives := func(letter string) {
		cmd := client.Append("INBOX", int64(len(letter)), nil)
		_, err := cmd.Write([]byte(letter))
		require.NoError(t, err)
		require.NoError(t, cmd.Close())
		_, err = cmd.Wait()
		require.NoError(t, err)
	}
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(h.banksync.ConnectMailbox(banksync.Mailbox{Key: "bank", Host: "nowhere"})))
	box := banksync.Mailbox{Key: "bank", Host: server.IMAPSAddr, TLSConfig: server.TLS, Username: "bank@vendor.example", Password: "secret",
		Senders: []string{"statements@bank.example", "@other.example"}, AuthServers: []string{"mx.vendor.example"}}
	require.NoError(t, h.banksync.ConnectMailbox(box))
	pull := func() (reports []banksync.Report) {
		reports, err := h.banksync.Pull(ctx, prolong.System("test"))
		require.NoError(t, err)
		return reports
	}
	signed := "mx.vendor.example; dkim=pass header.d=bank.example"
	day := prolong.MustDate("2026-03-02")
	file := func(i int) string { return statementFile(day, exact(i, open[i])) }

	arrives(bankLetter("Банк <statements@bank.example>", signed, "выписка.txt", file(0), "logo.png", "\x89PNG"))
	arrives(bankLetter("statements@bank.example", signed, "выписка.zip", zipped(t, "kl_to_1c.txt", file(1))))
	reports := pull()
	require.Len(t, reports, 2)
	require.Equal(t, 1, reports[0].Matched)
	require.Equal(t, "2026-04-20", h.paidThrough(t, open[1].externalID))
	require.Empty(t, pull(), "a letter is read once")

	// What is not proven waits for a person, whoever it says it is from.
	for i, c := range []struct{ from, auth string }{
		{"statements@bank.example", ""},
		{"statements@bank.example", "mx.evil.example; dkim=pass header.d=bank.example"},
		{"statements@bank.example", "mx.vendor.example; dkim=fail header.d=bank.example; spf=pass smtp.mailfrom=bank.example"},
		{"statements@bank.example", "mx.vendor.example; dkim=pass header.d=evil.example"},
		{"clerk@bank.example", signed},
	} {
		arrives(bankLetter(c.from, c.auth, "v.txt", statementFile(day, credit{no: fmt.Sprint(i), name: open[2].name, taxID: open[2].taxID, purpose: "Оплата по счету № " + open[2].number, minor: 200000})))
	}
	require.Empty(t, pull())
	waiting, err := h.banksync.FindUploads(ctx)
	require.NoError(t, err)
	require.Len(t, waiting, 5)
	require.Equal(t, banksync.SourceMail, waiting[0].Source)
	require.Equal(t, "2026-03-20", h.paidThrough(t, open[2].externalID))
	status, err := h.banksync.Mailboxes(ctx)
	require.NoError(t, err)
	require.Zero(t, status[0].Failures)
	require.False(t, status[0].SuccessAt.IsZero())

	// Nonsense holds up nothing.
	for _, letter := range []string{"\r\n\r\n", "From: a@b.example\r\nFrom: c@d.example\r\n\r\nx", bankLetter("statements@bank.example", signed), "From: statements@bank.example\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n"} {
		arrives(letter)
	}
	arrives(bankLetter("statements@bank.example", signed, "broken.txt", "не выписка", "paper.pdf", "%PDF-1.4"))
	arrives(bankLetter("no-reply@other.example", "mx.vendor.example; spf=fail; dkim=pass (2048 bit) header.i=@other.example header.s=s", "v.txt", file(3)))
	require.Len(t, pull(), 1)
	require.Equal(t, "2026-04-20", h.paidThrough(t, open[3].externalID))
	waiting, err = h.banksync.FindUploads(ctx)
	require.NoError(t, err)
	require.Len(t, waiting, 6, "what the bank sent and nobody can read waits, too")

	wrong := box
	wrong.Password = "changed"
	require.NoError(t, h.banksync.ConnectMailbox(wrong))
	_, err = h.banksync.Pull(ctx, prolong.System("test"))
	require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err))
	status, err = h.banksync.Mailboxes(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, status[0].Failures)
	list, err := h.banksync.FindReceived(ctx, banksync.ReviewFilter{State: billing.PaymentMatched})
	require.NoError(t, err)
	require.Len(t, list, 3)
	h.sound(t)
}
