package notify_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/jhillyerd/enmime/v2"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/notify"
)

var officeHours = notify.Hours{OpensMinute: 9 * 60, ClosesMinute: 18 * 60, Weekdays: [7]bool{true, true, true, true, true}}

// seller makes a seller of a zone.
func (b *outboxBundle) seller(t *testing.T, key, zone string) (id billing.SellerID) {
	t.Helper()
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), `INSERT INTO sellers (key, country, name, tax_id, time_zone, vat_regime, closing_policy, created_at)
		VALUES ($1, 'RU', 'ООО «Пример Софт»', '7701001238', $2, 'general', 'next_day', now()) RETURNING id`, key, zone).Scan(&id))
	return id
}

func (b *outboxBundle) states(t *testing.T) (list []string) {
	t.Helper()
	sent, err := b.outbox.FindMessages(t.Context(), notify.MessageFilter{})
	require.NoError(t, err)
	for i := len(sent) - 1; i >= 0; i-- {
		until := ""
		if !sent[i].NotBefore.IsZero() {
			until = " until " + sent[i].NotBefore.UTC().Format("Mon 15:04")
		}
		list = append(list, string(sent[i].Purpose)+until)
	}
	return list
}

// An invoice that is drawn up on Saturday night is read on Monday morning, in the seller's zone;
// a login code leaves at once, and so does what a person asks for (issue 6, "quiet hours").
func TestPatientLettersWaitForWorkingHours(t *testing.T) {
	t.Parallel()
	b := newOutbox(t, &gate{})
	actor := prolong.Actor{Kind: prolong.ActorStaff, ID: 1}
	almaty, free := b.seller(t, "almaty", "Asia/Almaty"), b.seller(t, "free", "Europe/Moscow")
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(b.outbox.SetHours(t.Context(), actor, almaty, &notify.Hours{OpensMinute: 600, ClosesMinute: 600, Weekdays: officeHours.Weekdays})))
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(b.outbox.SetHours(t.Context(), actor, almaty, &notify.Hours{ClosesMinute: 600})))
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(b.outbox.SetHours(t.Context(), actor, 99, &officeHours)))
	require.NoError(t, b.outbox.SetHours(t.Context(), actor, almaty, &officeHours))
	b.clock.Set(time.Date(2026, 11, 21, 17, 0, 0, 0, time.UTC)) // Saturday, 22:00 in Almaty

	held, open, second := invoiceTo("anna@example.test", 1), invoiceTo("anna@example.test", 2), invoiceTo("anna@example.test", 1)
	held.SellerID, open.SellerID, second.SellerID, second.Occasion = almaty, free, almaty, 1
	code := notify.Message{Subject: notify.Subject{Kind: "login", ID: 1}, SellerID: almaty, Recipient: held.Recipient, Payload: notify.LoginCode{Code: "1", ValidMinutes: 10}}
	require.Equal(t, 4, b.queue(t, held, open, second, code))
	require.Equal(t, []string{"invoice.issued until Mon 04:00", "invoice.issued", "invoice.issued until Mon 04:00", "login.code"}, b.states(t))
	require.Equal(t, 2, jobCount(t, b.db))
	broken, err := postgres.Verify(t.Context(), b.db, notify.Invariants())
	require.NoError(t, err)
	require.Empty(t, broken, "a held letter needs no job yet")
	list, err := b.outbox.FindMessages(t.Context(), notify.MessageFilter{Subject: notify.Subject{Kind: "invoice", ID: 1}})
	require.NoError(t, err)
	id := list[0].ID
	require.NoError(t, b.outbox.Send(t.Context(), id))
	require.Equal(t, notify.StateQueued, b.find(t, id).State, "it is not sent behind the hours' back")

	// the hours change: the letter follows
	earlier := officeHours
	earlier.OpensMinute, earlier.Weekdays[6] = 8*60, true
	require.NoError(t, b.outbox.SetHours(t.Context(), actor, almaty, &earlier))
	require.Equal(t, "invoice.issued until Sun 03:00", b.states(t)[0])
	b.clock.Set(time.Date(2026, 11, 22, 2, 59, 59, 0, time.UTC))
	n, err := b.outbox.Sweep(t.Context())
	require.NoError(t, err)
	require.Zero(t, n)
	b.clock.Advance(time.Second)
	for _, want := range []int{2, 0} {
		n, err = b.outbox.Sweep(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	require.NoError(t, b.outbox.Send(t.Context(), id))
	require.Equal(t, notify.StateSent, b.find(t, id).State)
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(b.outbox.SendNow(t.Context(), actor, id)))

	b.clock.Advance(12 * time.Hour)
	late := invoiceTo("anna@example.test", 5)
	late.SellerID = almaty
	b.queue(t, late)
	list, err = b.outbox.FindMessages(t.Context(), notify.MessageFilter{Subject: notify.Subject{Kind: "invoice", ID: 5}})
	require.NoError(t, err)
	require.False(t, list[0].NotBefore.IsZero())
	require.NoError(t, b.outbox.SendNow(t.Context(), actor, list[0].ID))
	require.Zero(t, b.find(t, list[0].ID).NotBefore)
	require.NoError(t, b.outbox.SetHours(t.Context(), actor, almaty, nil))
	hours, err := b.outbox.FindHours(t.Context())
	require.NoError(t, err)
	require.Empty(t, hours)
	require.Equal(t, 3, b.countRows(t, "audit_entries WHERE action = 'letters.hours'"))
}

func (b *outboxBundle) find(t *testing.T, id int64) notify.Sent {
	t.Helper()
	list, err := b.outbox.FindMessages(t.Context(), notify.MessageFilter{BeforeID: id + 1, Limit: 1})
	require.NoError(t, err)
	require.Len(t, list, 1)
	return list[0]
}

func (b *outboxBundle) countRows(t *testing.T, from string) (n int) {
	t.Helper()
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), "SELECT count(*) FROM "+from).Scan(&n))
	return n
}

// A letter came back: people see it beside the letter, the address is not written to until a
// person says that it works, and a copy may go elsewhere meanwhile.
func TestAReturnedLetterIsSeenAndSentElsewhere(t *testing.T) {
	t.Parallel()
	g := &gate{}
	b := newOutbox(t, g)
	actor := prolong.Actor{Kind: prolong.ActorStaff, ID: 1}
	b.queue(t, invoiceTo("anna@example.test", 1))
	m := b.only(t)
	require.NoError(t, b.outbox.Send(t.Context(), m.ID))
	returned := func(messageID, address string, hard bool) {
		require.NoError(t, b.db.WithTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
			return b.outbox.NoteReturned(ctx, tx, messageID, address, "550 5.1.1 no such user", hard)
		}))
	}
	returned("stranger@example.test", "anna@example.test", true)
	returned(m.MessageID, "boris@example.test", true)
	require.Zero(t, b.only(t).ReturnedAt, "a forged report changes nothing")
	returned(m.MessageID, "anna@example.test", true)
	got := b.only(t)
	require.True(t, got.ReturnedHard)
	require.False(t, got.ReturnedAt.IsZero())
	require.Equal(t, "550 5.1.1 no such user", got.LastError)
	shut, err := b.outbox.Suppressions(t.Context(), []string{" Anna@Example.test", "boris@example.test"})
	require.NoError(t, err)
	require.Equal(t, "550 5.1.1 no such user", shut["anna@example.test"].Reason)
	require.Len(t, shut, 1)

	_, err = b.outbox.SendAgain(t.Context(), actor, m.ID, "nonsense")
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
	elsewhere, err := b.outbox.SendAgain(t.Context(), actor, m.ID, "Boris@example.test")
	require.NoError(t, err)
	require.NoError(t, b.outbox.Send(t.Context(), elsewhere))
	require.Equal(t, notify.StateSent, b.find(t, elsewhere).State)
	again, err := b.outbox.SendAgain(t.Context(), actor, m.ID, "")
	require.NoError(t, err)
	require.NoError(t, b.outbox.Send(t.Context(), again))
	require.Equal(t, notify.StateSuppressed, b.find(t, again).State)
	require.NoError(t, b.outbox.Allow(t.Context(), actor, "anna@example.test"))
	third, err := b.outbox.SendAgain(t.Context(), actor, again, "")
	require.NoError(t, err)
	require.NoError(t, b.outbox.Send(t.Context(), third))
	require.Equal(t, notify.StateSent, b.find(t, third).State)
	require.Len(t, g.sent, 3)
	require.NotContains(t, g.sent[1:], m.MessageID, "a copy is a letter of its own")
	e, err := enmime.ReadEnvelope(bytes.NewReader(g.mails[1]))
	require.NoError(t, err)
	require.Equal(t, "<boris@example.test>", e.GetHeader("To"))
	require.Equal(t, 4, b.countRows(t, "audit_entries WHERE action IN ('letter.send_again', 'letters.allow')"))

	b.queue(t, notify.Message{Subject: notify.Subject{Kind: "login", ID: 1}, Recipient: notify.Recipient{Email: "anna@example.test"}, Payload: notify.LoginCode{Code: "482913", ValidMinutes: 10}})
	list, err := b.outbox.FindMessages(t.Context(), notify.MessageFilter{Purpose: notify.PurposeLoginCode})
	require.NoError(t, err)
	_, err = b.outbox.SendAgain(t.Context(), actor, list[0].ID, "thief@example.test")
	require.Equal(t, prolong.CodeConflict, prolong.CodeOf(err), "a code is nobody else's")
}

// RFC 8058: the mail program posts to an address that only the letter's reader knows.
func TestUnsubscribeByTheLettersOwnToken(t *testing.T) {
	t.Parallel()
	b := newOutbox(t, &gate{})
	b.queue(t, invoiceTo("anna@example.test", 1))
	token, _, _ := strings.Cut(b.only(t).MessageID, "@")
	for _, bad := range []string{"", "other", b.only(t).MessageID} {
		require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(b.outbox.Unsubscribe(t.Context(), bad)), bad)
	}
	for range 2 {
		require.NoError(t, b.outbox.Unsubscribe(t.Context(), token))
	}
	shut, err := b.outbox.Suppressions(t.Context(), []string{"anna@example.test"})
	require.NoError(t, err)
	require.Equal(t, notify.ScopeMarketing, shut["anna@example.test"].Scope)
	require.NoError(t, b.outbox.Send(t.Context(), b.only(t).ID))
	require.Equal(t, notify.StateSent, b.only(t).State, "an invoice is a service message")
}

// account makes a client of a seller in a country.
func (b *outboxBundle) account(t *testing.T, seller billing.SellerID, country string) (id billing.AccountID) {
	t.Helper()
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), `INSERT INTO accounts (external_id, seller_id, payment_code, name, legal_form, country, tax_id, kpp, address, email, phone, bank_account, bank_bic, language, created_at)
		VALUES ($1, $2, $3, '«Пример»', 'ООО', $4, '', '', '', '', '', '', '', '', now()) RETURNING id`, country, int64(seller), map[string]string{"RU": "58291375", "UA": "58291472"}[country], country).Scan(&id))
	return id
}

// Working hours mean working days, and those are the recipient's: on Monday, 11 May 2026, Russia has
// the day off for the 9th, which was a Saturday, and Ukraine has not. Hours of the whole week are
// kept on holidays too.
func TestPatientLettersWaitForTheEndOfTheRecipientsHolidays(t *testing.T) {
	t.Parallel()
	b := newOutbox(t, &gate{})
	actor := prolong.Actor{Kind: prolong.ActorStaff, ID: 1}
	seller := b.seller(t, "main", "Europe/Moscow")
	require.NoError(t, b.outbox.SetHours(t.Context(), actor, seller, &officeHours))
	b.clock.Set(time.Date(2026, 5, 8, 17, 0, 0, 0, time.UTC)) // Friday, 20:00 in Moscow
	for i, country := range []string{"RU", "UA"} {
		m := invoiceTo("anna@example.test", int64(i+1))
		m.SellerID, m.AccountID = seller, b.account(t, seller, country)
		b.queue(t, m)
	}
	nobodys := invoiceTo("anna@example.test", 3)
	nobodys.SellerID = seller
	b.queue(t, nobodys)
	require.Equal(t, []string{"invoice.issued until Tue 06:00", "invoice.issued until Mon 06:00", "invoice.issued until Tue 06:00"}, b.states(t), "without an account the seller's country counts")

	later := officeHours
	later.OpensMinute = 10 * 60
	require.NoError(t, b.outbox.SetHours(t.Context(), actor, seller, &later))
	require.Equal(t, []string{"invoice.issued until Tue 07:00", "invoice.issued until Mon 07:00", "invoice.issued until Tue 07:00"}, b.states(t), "what is held already goes by it too")
	every := notify.Hours{OpensMinute: 9 * 60, ClosesMinute: 18 * 60, Weekdays: [7]bool{true, true, true, true, true, true, true}}
	require.NoError(t, b.outbox.SetHours(t.Context(), actor, seller, &every))
	require.Equal(t, []string{"invoice.issued until Sat 06:00", "invoice.issued until Sat 06:00", "invoice.issued until Sat 06:00"}, b.states(t))

	// A Saturday to which a working day was moved is one.
	require.NoError(t, b.outbox.SetHours(t.Context(), actor, seller, &officeHours))
	_, err := b.db.Pool.Exec(t.Context(), `INSERT INTO calendar_days (country, on_day, kind) VALUES ('UA', '2026-05-09', 'work')`)
	require.NoError(t, err)
	require.NoError(t, b.outbox.SetHours(t.Context(), actor, seller, &officeHours))
	require.Equal(t, []string{"invoice.issued until Tue 06:00", "invoice.issued until Sat 06:00", "invoice.issued until Tue 06:00"}, b.states(t))
}

// What Hours write is what ParseHours reads.
func TestHoursAreReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{{"09:00-18:00", "", "mon-fri"}, {"00:00-24:00", "sun", "sun"}, {"08:30-20:15", "mon-wed, fri, sat", "mon-wed, fri-sat"}} {
		h, err := notify.ParseHours(c[0], c[1])
		require.NoError(t, err, c)
		require.Equal(t, c[0], h.Span())
		require.Equal(t, c[2], h.Days())
	}
	for _, c := range [][2]string{{"", ""}, {"9:00-18:00", ""}, {"18:00-09:00", ""}, {"09:00-24:01", ""}, {"09:60-18:00", ""}, {"09:00", ""}, {"09:00-18:00", "fri-mon"}, {"09:00-18:00", "пн"}, {"-9:00-18:00", ""}} {
		_, err := notify.ParseHours(c[0], c[1])
		require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err), c)
	}
}
