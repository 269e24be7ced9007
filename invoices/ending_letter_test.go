package invoices_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/invoices"
	"prolong/notify"
)

// endings are the letters about the end of subscriptions, the oldest first.
func (h *house) endings(t testing.TB) (list []string) {
	t.Helper()
	rows, err := h.db.Pool.Query(t.Context(), `SELECT purpose || ' ' || coalesce(payload->>'ends_on', payload->>'announced') || ' ' || recipient FROM messages WHERE purpose IN ('service.ending', 'service.kept') ORDER BY id`)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var line string
		require.NoError(t, rows.Scan(&line))
		list = append(list, line)
	}
	require.NoError(t, rows.Err())
	return list
}

func (h *house) lastEnding(t testing.TB) (p notify.ServiceEnding) {
	t.Helper()
	var raw []byte
	require.NoError(t, h.db.Pool.QueryRow(t.Context(), `SELECT payload FROM messages WHERE purpose = 'service.ending' ORDER BY id DESC LIMIT 1`).Scan(&raw))
	require.NoError(t, json.Unmarshal(raw, &p))
	return p
}

// The client is told of every announcement and of its taking back, once each, and of nothing that
// changed nothing: what ends, when, what is withdrawn, until when papers can be fetched.
func TestAnAnnouncedEndIsToldToTheClient(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	require.Len(t, h.issue(t), 1)
	h.receive(t, h.account(t, "c00000"), 50000, "2026-03-02")
	sub := h.onlySubscription(t)

	_, err := h.invoices.QuoteEnd(t.Context(), tester, invoices.End{Subscription: sub, Reason: "?"})
	require.NoError(t, err)
	require.Empty(t, h.endings(t), "a quote tells nobody")
	done := h.announce(t, "")
	to := h.endings(t)
	require.Len(t, to, 1)
	require.Contains(t, to[0], "service.ending 2026-03-20 ")
	letter := h.lastEnding(t)
	require.Equal(t, done.Withdrawn, letter.Withdrawn)
	require.Equal(t, "2032-12-31", letter.PapersUntil.String(), "documents.md section 8: 31 December of the year + 6")
	require.Equal(t, int64(50000), letter.Balance.Minor())
	require.False(t, letter.MoreBills)

	h.announce(t, "")
	require.Len(t, h.endings(t), 1, "the same day again says nothing new")
	_, err = h.invoices.KeepOn(t.Context(), tester, sub, "передумал")
	require.NoError(t, err)
	h.announce(t, "")
	require.Len(t, h.endings(t), 3, "announced, taken back, announced anew on the same day")
	h.announce(t, "2026-05-20")
	list := h.endings(t)
	require.Contains(t, list[3], "service.ending 2026-05-20 ")
	require.True(t, h.lastEnding(t).MoreBills, "two periods are still to be invoiced")
	h.sound(t)
}

// Of rent the letter names the day of the last invoice; of a last day that is over nothing is said
// twice: the letter of the closing follows.
func TestTheLetterOfAnEndFollowsWhatEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sub := h.onlyRent(t, "2026-03-01")
	_, err := h.lastDay(t, sub, "2026-03-15")
	require.NoError(t, err)
	letter := h.lastEnding(t)
	require.Equal(t, "2026-03-15", letter.EndsOn.String())
	require.Equal(t, "2026-03-16", letter.LastBillOn.String())

	late := newHouse(t)
	late.accounts(t, 1, "2026-03-20", "")
	late.issue(t)
	late.clock.Set(prolong.MustDate("2026-03-23").Start(moscow))
	late.announce(t, "")
	require.Empty(t, late.endings(t))
	late.run(t, "2026-03-25")
	require.Equal(t, 1, late.count(t, `SELECT count(*) FROM messages WHERE purpose = 'service.closed'`))
}

// "Send again" and the next reminder about an invoice are different letters: while they shared a
// number, a copy that a person had asked for kept the second reminder from leaving.
func TestACopyAskedForDoesNotTakeThePlaceOfTheNextReminder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	h.issue(t)
	h.run(t, "2026-03-18")
	var id int64
	require.NoError(t, h.db.Pool.QueryRow(t.Context(), `SELECT id FROM messages WHERE purpose = 'invoice.reminder'`).Scan(&id))
	_, err := h.notify.SendAgain(t.Context(), tester, id, "")
	require.NoError(t, err)
	h.run(t, "2026-03-21")
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM messages WHERE purpose = 'invoice.reminder' AND occasion = 1 AND copy = 0`))
}
