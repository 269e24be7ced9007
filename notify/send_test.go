package notify_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jhillyerd/enmime/v2"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/notify"
)

func TestSendWritesAProperMail(t *testing.T) {
	t.Parallel()
	g := &gate{}
	b := newOutbox(t, g)
	require.Equal(t, 1, b.queue(t, invoiceTo("anna@example.test", 41)))
	m := b.only(t)
	require.Equal(t, notify.StateQueued, m.State)
	b.clock.Advance(time.Hour)
	require.NoError(t, b.outbox.Send(t.Context(), m.ID))
	require.NoError(t, b.outbox.Send(t.Context(), m.ID), "sent already")
	require.Len(t, g.mails, 1)

	sent := b.only(t)
	require.Equal(t, notify.StateSent, sent.State)
	require.Equal(t, now.Add(time.Hour), sent.SentAt.UTC())
	require.Equal(t, 1, sent.Attempts)

	raw := g.mails[0]
	for line := range strings.SplitSeq(string(raw), "\r\n") {
		require.LessOrEqual(t, len(line), 998, "RFC 5322 line length")
	}
	require.NotContains(t, strings.ReplaceAll(string(raw), "\r\n", ""), "\n", "only CRLF")
	e, err := enmime.ReadEnvelope(bytes.NewReader(raw))
	require.NoError(t, err)
	require.Empty(t, e.Errors)
	require.Equal(t, "Счёт № 58291375-12 от 21 ноября 2026 г. на 14 900 ₽ — Пример Софт", e.GetHeader("Subject"))
	require.Equal(t, "<"+m.MessageID+">", e.GetHeader("Message-ID"))
	require.Equal(t, "auto-generated", e.GetHeader("Auto-Submitted"))
	require.Equal(t, "<invoice-41@mail.example.test>", e.GetHeader("References"))
	require.Empty(t, e.GetHeader("List-Unsubscribe"), "a service message")
	require.Empty(t, e.GetHeader("User-Agent")+e.GetHeader("X-Mailer"))
	from, err := e.AddressList("From")
	require.NoError(t, err)
	require.Equal(t, []*mail.Address{{Name: "Пример Софт", Address: "billing@example.test"}}, from)
	to, err := e.AddressList("To")
	require.NoError(t, err)
	require.Equal(t, []*mail.Address{{Name: "Анна Примерова", Address: "anna@example.test"}}, to)
	reply, err := e.AddressList("Reply-To")
	require.NoError(t, err)
	token, _, _ := strings.Cut(m.MessageID, "@")
	require.Equal(t, "billing+"+token+"@example.test", reply[0].Address)
	date, err := mail.ParseDate(e.GetHeader("Date"))
	require.NoError(t, err)
	require.Equal(t, now.Add(time.Hour), date.UTC(), "the date comes from the clock")
	require.Contains(t, e.Text, "Назначение платежа")
	require.Contains(t, e.HTML, "<table")
	require.Len(t, e.Attachments, 1)
	require.Equal(t, "application/pdf", e.Attachments[0].ContentType)
	require.Equal(t, "Счёт № 41 (invoice).pdf", e.Attachments[0].FileName)
	require.Len(t, e.Attachments[0].Content, 3009)
	require.Contains(t, string(raw), `attachment; filename="Schet-N-41-(invoice).pdf";`)

	byToken, err := b.outbox.FindMessageByHeader(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, m.ID, byToken.ID)
	byID, err := b.outbox.FindMessageByHeader(t.Context(), "<"+m.MessageID+">")
	require.NoError(t, err)
	require.Equal(t, m.ID, byID.ID)
	_, err = b.outbox.FindMessageByHeader(t.Context(), "<nobody@mail.example.test>")
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
}

func TestSendPutsAnswersIntoTheirThread(t *testing.T) {
	t.Parallel()
	g := &gate{}
	b := newOutbox(t, g)
	m := invoiceTo("anna@example.test", 1)
	m.InReplyTo, m.ReplyTo = "q2@client.test", "help@example.test"
	for i := range 30 {
		m.References = append(m.References, fmt.Sprintf("%s-%d@client.test", strings.Repeat("q", 60), i))
	}
	m.References = append(m.References, "q2@client.test")
	b.queue(t, m)
	require.NoError(t, b.outbox.Send(t.Context(), b.only(t).ID))
	e, err := enmime.ReadEnvelope(bytes.NewReader(g.mails[0]))
	require.NoError(t, err)
	require.Equal(t, "<q2@client.test>", e.GetHeader("In-Reply-To"))
	require.Len(t, strings.Fields(e.GetHeader("References")), 31)
	require.Contains(t, e.GetHeader("Reply-To"), "help@example.test")
}

func TestSendRetriesWhatMaySucceedAndEndsWhatCannot(t *testing.T) {
	t.Parallel()
	g := &gate{}
	b := newOutbox(t, g)
	b.queue(t, invoiceTo("anna@example.test", 1))
	id := b.only(t).ID

	b.attacher.fail.Store(true)
	require.ErrorContains(t, b.outbox.Send(t.Context(), id), "the renderer is not ready")
	require.Equal(t, notify.StateQueued, b.only(t).State)
	b.attacher.fail.Store(false)

	g.set(errors.New("connection refused"))
	require.ErrorContains(t, b.outbox.Send(t.Context(), id), "connection refused")
	require.Equal(t, notify.StateQueued, b.only(t).State)
	require.Contains(t, b.only(t).LastError, "connection refused")

	g.set(&notify.RejectionError{Code: 550, Reason: "no such user"})
	require.NoError(t, b.outbox.Send(t.Context(), id), "the job is done: trying again would not help")
	failed := b.only(t)
	require.Equal(t, notify.StateFailed, failed.State)
	require.Contains(t, failed.LastError, "no such user")
	stats, err := b.outbox.Stats(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 1, stats.Failed)
	require.Zero(t, stats.Waiting)

	g.set(nil)
	before := jobCount(t, b.db)
	require.NoError(t, b.outbox.Retry(t.Context(), id))
	require.Equal(t, before+1, jobCount(t, b.db))
	require.NoError(t, b.outbox.Send(t.Context(), id))
	require.Equal(t, notify.StateSent, b.only(t).State)
	require.Equal(t, failed.MessageID, b.only(t).MessageID)
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(b.outbox.Retry(t.Context(), id)), "sent already")
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(b.outbox.Retry(t.Context(), id+99)))
}

func TestSendGivesUpAfterTheLastAttempt(t *testing.T) {
	t.Parallel()
	g := &gate{err: errors.New("connection refused")}
	b := newOutbox(t, g)
	b.queue(t, invoiceTo("anna@example.test", 1))
	worker := notify.NewSendWorker(b.outbox)
	job := &river.Job[notify.SendArgs]{JobRow: &rivertype.JobRow{Attempt: 16, MaxAttempts: 16}, Args: notify.SendArgs{MessageID: b.only(t).ID}}
	require.Error(t, worker.Work(t.Context(), job))
	require.Equal(t, notify.StateFailed, b.only(t).State)
	require.Contains(t, b.only(t).LastError, "gave up after 16 attempts")
}

func TestSendRespectsSuppressedAddresses(t *testing.T) {
	t.Parallel()
	g := &gate{}
	b := newOutbox(t, g)
	actor := prolong.System("bounces")
	require.NoError(t, b.outbox.Suppress(t.Context(), actor, "Anna@example.test", notify.ScopeMarketing, "asked us"))
	b.queue(t, invoiceTo("anna@example.test", 1))
	require.NoError(t, b.outbox.Send(t.Context(), b.only(t).ID))
	require.Equal(t, notify.StateSent, b.only(t).State, "a service message leaves")

	require.NoError(t, b.outbox.Suppress(t.Context(), actor, "anna@example.test", notify.ScopeAll, "550 5.1.1 mailbox unknown"))
	require.NoError(t, b.outbox.Suppress(t.Context(), actor, "anna@example.test", notify.ScopeMarketing, "the wider scope stays"))
	b.queue(t, invoiceTo("anna@example.test", 2))
	list, err := b.outbox.FindMessages(t.Context(), notify.MessageFilter{State: notify.StateQueued})
	require.NoError(t, err)
	require.NoError(t, b.outbox.Send(t.Context(), list[0].ID))
	list, err = b.outbox.FindMessages(t.Context(), notify.MessageFilter{State: notify.StateSuppressed})
	require.NoError(t, err)
	require.Len(t, list, 1)
	require.Equal(t, "550 5.1.1 mailbox unknown", list[0].LastError)

	require.NoError(t, b.outbox.Unsuppress(t.Context(), "anna@example.test"))
	b.queue(t, invoiceTo("anna@example.test", 3))
	list, err = b.outbox.FindMessages(t.Context(), notify.MessageFilter{State: notify.StateQueued})
	require.NoError(t, err)
	require.NoError(t, b.outbox.Send(t.Context(), list[0].ID))
	require.Len(t, g.sent, 2)
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(b.outbox.Suppress(t.Context(), actor, "nonsense", notify.ScopeAll, "")))
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(b.outbox.Suppress(t.Context(), actor, "a@example.test", "some", "")))
}

// A login code is wiped from the outbox when it has left, and is not sent when it is too late.
func TestSecretsAreWipedAndExpire(t *testing.T) {
	t.Parallel()
	g := &gate{}
	b := newOutbox(t, g)
	code := func(id int64) notify.Message {
		return notify.Message{
			Subject: notify.Subject{Kind: "login_code", ID: id}, Recipient: notify.Recipient{Email: "anna@example.test"}, Language: "kk",
			Payload: notify.LoginCode{Code: "482913", ValidMinutes: 10}, Expires: b.clock.Now().Add(10 * time.Minute),
		}
	}
	b.queue(t, code(1), code(2))
	list, err := b.outbox.FindMessages(t.Context(), notify.MessageFilter{})
	require.NoError(t, err)
	_, err = b.outbox.Preview(t.Context(), list[0].ID)
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(err), "staff do not read codes")
	require.NoError(t, b.outbox.Send(t.Context(), list[1].ID))
	require.Contains(t, string(g.mails[0]), "482913")
	b.clock.Advance(10 * time.Minute)
	require.NoError(t, b.outbox.Send(t.Context(), list[0].ID))
	require.Len(t, g.sent, 1)
	var left int
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), "SELECT count(*) FROM messages WHERE payload::text LIKE '%482913%'").Scan(&left))
	require.Zero(t, left)
	list, err = b.outbox.FindMessages(t.Context(), notify.MessageFilter{Purpose: notify.PurposeLoginCode})
	require.NoError(t, err)
	require.Equal(t, []notify.State{notify.StateFailed, notify.StateSent}, []notify.State{list[0].State, list[1].State})
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(b.outbox.Retry(t.Context(), list[0].ID)))
	var priority int
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), "SELECT max(priority) FROM river_job").Scan(&priority))
	require.Equal(t, 1, priority, "a person waits")
}

// A process that died in the middle leaves the message 'sending'. Another one waits until the
// lease is over, then sends it under the same Message-ID.
func TestSendAfterACrash(t *testing.T) {
	t.Parallel()
	g := &gate{}
	b := newOutbox(t, g)
	b.queue(t, invoiceTo("anna@example.test", 1))
	m := b.only(t)
	_, err := b.db.Pool.Exec(t.Context(), "UPDATE messages SET state = 'sending', attempts = 1, leased_until = clock_timestamp() + interval '1 hour'")
	require.NoError(t, err)

	err = b.outbox.Send(t.Context(), m.ID)
	var snooze *river.JobSnoozeError
	require.ErrorAs(t, err, &snooze, "the process may be alive")
	n, err := b.outbox.Sweep(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)

	_, err = b.db.Pool.Exec(t.Context(), "UPDATE messages SET leased_until = clock_timestamp()")
	require.NoError(t, err)
	n, err = b.outbox.Sweep(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.NoError(t, b.outbox.Send(t.Context(), m.ID))
	require.Equal(t, []string{m.MessageID}, g.sent)
	require.Equal(t, 2, b.only(t).Attempts)
}

func TestFolderTransportNeverDoubles(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "mail")
	folder, err := notify.NewFolderTransport(dir)
	require.NoError(t, err)
	b := newOutbox(t, folder)
	b.queue(t, invoiceTo("anna@example.test", 1), invoiceTo("boris@example.test", 2))
	list, err := b.outbox.FindMessages(t.Context(), notify.MessageFilter{})
	require.NoError(t, err)
	for _, m := range list {
		require.NoError(t, b.outbox.Send(t.Context(), m.ID))
	}
	_, err = b.db.Pool.Exec(t.Context(), "UPDATE messages SET state = 'queued', sent_at = NULL")
	require.NoError(t, err)
	for _, m := range list {
		require.NoError(t, b.outbox.Send(t.Context(), m.ID))
	}
	pending, err := folder.PendingSpool()
	require.NoError(t, err)
	require.Equal(t, 2, pending)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 2, "no temporary file is left")
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		envelope, err := enmime.ReadEnvelope(bytes.NewReader(data))
		require.NoError(t, err)
		require.Equal(t, "<"+strings.TrimSuffix(e.Name(), ".eml")+">", envelope.GetHeader("Message-ID"))
	}
}
