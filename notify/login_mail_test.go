package notify_test

import (
	"bytes"
	"log/slog"
	"regexp"
	"testing"

	"github.com/jhillyerd/enmime/v2"
	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/jobs"
	"prolong/internal/testdb"
	"prolong/notify"
)

// lateQueue closes the circle of wiring, as cmd/prolong does.
type lateQueue struct{ jobs.Enqueuer }

// From the login page to the letter and back: identity, the queue and the outbox together.
func TestLoginCodeComesByMail(t *testing.T) {
	t.Parallel()
	db, _ := testdb.NewAt(t, now)
	queue, g, log := &lateQueue{}, &gate{}, slog.New(slog.DiscardHandler)
	outbox, err := notify.New(db, queue, g, nil, config(), log)
	require.NoError(t, err)
	people := identity.New(db, queue, outbox, identity.Config{})
	workers := river.NewWorkers()
	notify.Register(workers, outbox)
	identity.Register(workers, people)
	client, err := jobs.NewClient(db, jobs.Config{Workers: workers, Logger: log})
	require.NoError(t, err)
	queue.Enqueuer = client
	accounts := importAccounts(t, db, 1)

	_, err = people.Invite(t.Context(), prolong.System("test"), accounts[0], identity.Invitation{
		Email: "anna@example.test", Name: "Анна", Language: "kk", Role: identity.MemberAccountant, AccountName: "ООО «Пример Кафе»",
	})
	require.NoError(t, err)
	require.NoError(t, client.Drain(t.Context()))
	require.Len(t, g.mails, 1)
	invitation, err := enmime.ReadEnvelope(bytes.NewReader(g.mails[0]))
	require.NoError(t, err)
	require.Contains(t, invitation.GetHeader("Subject"), "ООО «Пример Кафе» кабинеті ашылды")
	require.Contains(t, invitation.Text, "Бухгалтер")

	desk := identity.Origin{IP: "192.0.2.17", UserAgent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_6) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15"}
	pending, err := people.RequestLoginCode(t.Context(), "anna@example.test", i18n.Russian, desk)
	require.NoError(t, err)
	require.NoError(t, client.Drain(t.Context()))
	require.Len(t, g.mails, 2)
	letter, err := enmime.ReadEnvelope(bytes.NewReader(g.mails[1]))
	require.NoError(t, err)
	require.Contains(t, letter.Text, "10 минут жарамды", "in the person's language, whatever the page's was")
	require.Contains(t, letter.Text, "Safari, macOS")
	code := regexp.MustCompile(`^\d{6}`).FindString(letter.GetHeader("Subject"))
	token, err := people.VerifyLoginCode(t.Context(), pending, code, "", desk)
	require.NoError(t, err)
	_, err = people.FindSession(t.Context(), token)
	require.NoError(t, err)
	require.Zero(t, (&outboxBundle{db: db}).count(t, "payload::text LIKE '%"+code+"%'"), "the code is wiped from the outbox")
}

func TestPreview(t *testing.T) {
	t.Parallel()
	b := newOutbox(t, &gate{})
	b.queue(t, invoiceTo("anna@example.test", 1))
	letter, err := b.outbox.Preview(t.Context(), b.only(t).ID)
	require.NoError(t, err)
	require.Contains(t, letter.Subject, "Счёт № 58291375-12")
	english, err := b.outbox.PreviewPayload("en", notify.Letterhead{}, notify.Recipient{}, anInvoice())
	require.NoError(t, err)
	require.Contains(t, english.Text, "Please copy the payment purpose unchanged")
	_, err = b.outbox.Preview(t.Context(), 999)
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
}
