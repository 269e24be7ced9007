package invoices_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices"
)

// upgraded is a client who is paid through 20 April and took a second seat on 1 April: the invoice
// of the change is open.
func upgraded(t *testing.T, change func(*billing.Plan)) (*house, billing.SubscriptionID, invoices.Changed) {
	t.Helper()
	h := newHouse(t)
	h.standard(t, change)
	h.accounts(t, 1, "2026-03-20", "")
	h.issue(t)
	h.pay(t)
	h.at(2026, 4, 1)
	sub := h.onlySubscription(t)
	done, err := h.invoices.ChangeTerms(context.Background(), tester, sub, invoices.Change{Seats: 2, AtOnce: true, Reason: "второй продавец"})
	require.NoError(t, err)
	require.NotNil(t, done.Invoice)
	return h, sub, done
}

// settleOne pays one open invoice and no other.
func (h *house) settleOne(t testing.TB, inv invoices.Invoice) {
	t.Helper()
	require.NoError(t, h.db.WithTx(context.Background(), func(ctx context.Context, tx postgres.Tx) error {
		ids := []billing.AccountID{inv.AccountID}
		accounts, err := billing.LockAccounts(ctx, tx, ids)
		require.NoError(t, err)
		open, err := invoices.LockOpen(ctx, tx, ids)
		require.NoError(t, err)
		c, err := billing.CatalogIn(ctx, tx)
		require.NoError(t, err)
		today := prolong.DateOf(tx.Now, moscow)
		j := billing.NewJournal(tx, tester)
		received, err := j.Receive(ctx, []billing.Payment{{SellerID: inv.SellerID, AccountID: inv.AccountID, Channel: billing.ChannelCorrection, ChannelRef: correction.Add(1),
			Amount: inv.Residual(), State: billing.PaymentMatched, ValueOn: today}}, []prolong.Date{today})
		require.NoError(t, err)
		_, err = h.invoices.Settle(ctx, tx, j, tester, c, accounts, open, []invoices.Settlement{{Payment: received[0], AccountID: inv.AccountID, Parts: []invoices.Part{{Invoice: inv.ID, Amount: inv.Residual()}}}})
		return err
	}))
}

// billing.md case 38 for changes: an upgrade that is not paid blocks nothing, however long; what it
// asks for stays asked for, by the steps that count from a day to pay, and the next period is
// renewed on the new terms.
func TestAnUnpaidChangeNeverBlocksThePaidTerm(t *testing.T) {
	t.Parallel()
	h, sub, done := upgraded(t, func(p *billing.Plan) {
		p.TerminateDays = 10
		p.Dunning = []billing.DunningStep{step(t, "reminder", "2 working days after due"), step(t, "suspended", "on suspension"), step(t, "closed", "on closing")}
	})
	ctx := context.Background()
	for month := time.May; month <= time.July; month++ {
		h.run(t, prolong.NewDate(2026, month-1, 19).String())
		renewal := h.find(t, invoices.StatusOpen)
		require.Len(t, renewal, 2)
		for _, inv := range renewal {
			if inv.Kind == invoices.KindPeriod {
				require.Equal(t, int64(400000), inv.Total.Minor(), "two seats")
				h.settleOne(t, inv)
			}
		}
		require.Equal(t, prolong.NewDate(2026, month, 20).String(), h.paidThrough(t, "c00000"))
	}
	require.Zero(t, h.count(t, `SELECT count(*) FROM dunning_events WHERE outcome IN ('suspended', 'closed')`))
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM dunning_events WHERE outcome = 'sent' AND step = 'reminder 2 working days after due'`), "it is asked for once more")
	open := h.find(t, invoices.StatusOpen)
	require.Len(t, open, 1)
	require.Equal(t, done.Invoice.Number, open[0].Number)
	h.sound(t)

	// Given up by hand, the change is taken back with its invoice.
	_, err := h.invoices.Void(ctx, tester, open[0].ID, "передумали")
	require.NoError(t, err)
	subs, err := h.billing.SubscriptionsOf(ctx, h.account(t, "c00000"))
	require.NoError(t, err)
	require.Equal(t, sub, subs[0].ID)
	require.Equal(t, 1, max(subs[0].Seats, 1))
	h.sound(t)
}

// The other way round: the change is paid and the renewal is not. The term ends as it would have
// without the change: grace, suspension, closing; what the change bought is used by then.
func TestAPaidChangeDoesNotCarryAnUnpaidTerm(t *testing.T) {
	t.Parallel()
	h, _, done := upgraded(t, func(p *billing.Plan) { p.TerminateDays = 10 })
	h.settleOne(t, *done.Invoice)
	require.Equal(t, "2026-04-20", h.paidThrough(t, "c00000"))
	events := h.run(t, "2026-05-10")
	require.Contains(t, events, "2026-04-24 suspended")
	require.Contains(t, events, "2026-05-04 closed")
	require.Equal(t, "access.closed", h.access(t, "c00000").Reason)
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM invoices WHERE status = 'void' AND kind = 'period'`))
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM invoices WHERE status = 'paid' AND kind = 'change'`))
	h.sound(t)
}

// Neither is paid: the term ends, the renewal is withdrawn with the closing, and the change stays
// owed, because its days were served on the new terms. The letter says so. Paid late, it opens
// nothing.
func TestAnUnpaidChangeIsOwedWhenTheSubscriptionIsClosed(t *testing.T) {
	t.Parallel()
	h, _, done := upgraded(t, func(p *billing.Plan) { p.TerminateDays = 10 })
	require.Contains(t, h.run(t, "2026-05-10"), "2026-05-04 closed")
	open := h.find(t, invoices.StatusOpen)
	require.Len(t, open, 1)
	require.Equal(t, done.Invoice.Number, open[0].Number)
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM messages m JOIN invoices i ON i.status = 'open' WHERE m.purpose = 'service.closed' AND (m.payload->'owed'->>'minor')::bigint = i.total_minor`))
	h.sound(t)
	h.settleOne(t, open[0])
	require.Equal(t, "access.closed", h.access(t, "c00000").Reason)
	require.Equal(t, "2026-04-20", h.paidThrough(t, "c00000"))
	h.sound(t)
}
