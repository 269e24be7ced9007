package invoices_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
)

// onlySubscription returns the one subscription of the house.
func (h *house) onlySubscription(t testing.TB) billing.SubscriptionID {
	t.Helper()
	var id int64
	require.NoError(t, h.db.Pool.QueryRow(context.Background(), `SELECT id FROM subscriptions`).Scan(&id))
	return billing.SubscriptionID(id)
}

// newest returns period and total of the newest invoice that is not void.
func (h *house) newest(t testing.TB) string {
	t.Helper()
	var from, to prolong.Date
	var minor int64
	require.NoError(t, h.db.Pool.QueryRow(context.Background(), `SELECT period_from, period_to, total_minor FROM invoices WHERE status <> 'void' ORDER BY id DESC LIMIT 1`).Scan(&from, &to, &minor))
	return fmt.Sprintf("%s %s", prolong.Period{From: from, To: to}, prolong.NewMoney(minor, prolong.RUB))
}

// billing.md case 14 (KB overdue/TestOverdueIntegration.testOverdueStages1): blocked
// 2026-07-10..07-20 of a paid month of 249.95, 31 days: 10/31 come back, 80.63, and the next
// invoice asks for 169.32. The other policies of the case: from the old end, from the payment.
func TestResumingCreditsTheBlockedDaysOrMovesTheTerm(t *testing.T) {
	t.Parallel()
	for policy, want := range map[billing.Resume]struct{ through, next string }{
		billing.ResumeCredit:  {"2026-07-30", "2026-07-31..2026-08-30 169.32"},
		billing.ResumeExpiry:  {"2026-07-30", "2026-07-31..2026-08-30 249.95"},
		billing.ResumePayment: {"2026-08-19", "2026-08-20..2026-09-19 249.95"},
		billing.ResumeLatest:  {"2026-08-19", "2026-08-20..2026-09-19 249.95"},
	} {
		t.Run(string(policy), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.standard(t, func(p *billing.Plan) { p.GraceDays, p.Resume = 10, policy })
			h.accounts(t, 1, "2026-06-29", "249.95")
			_, err := h.db.Pool.Exec(context.Background(), `UPDATE subscriptions SET anchor_day = 31`) // 30 June keeps the anchor 31
			require.NoError(t, err)
			h.clock.Set(time.Date(2026, 6, 15, 9, 0, 0, 0, moscow))
			h.run(t, "2026-07-20")
			h.payFor(t, h.onlySubscription(t), "2026-07-20")
			require.Equal(t, want.through, h.access(t, "c00000").PaidThrough.String())
			h.run(t, "2026-07-25")
			require.Equal(t, want.next, h.newest(t))
			h.sound(t)
		})
	}
}

// The credit goes with the payment that it came from, and comes again with the next one.
func TestATakenBackPaymentTakesItsCreditAlong(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.standard(t, func(p *billing.Plan) { p.Resume = billing.ResumeCredit })
	h.accounts(t, 1, "2026-03-20", "")
	h.run(t, "2026-03-30")
	h.payFor(t, h.onlySubscription(t), "2026-03-28")
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM discounts d JOIN blocked_credits b ON b.discount_id = d.id WHERE d.ended_at IS NULL AND b.blocked_to - b.blocked_from = 4`))
	var payment int64
	require.NoError(t, h.db.Pool.QueryRow(context.Background(), `SELECT id FROM payments`).Scan(&payment))
	_, err := h.invoices.Chargeback(context.Background(), tester, billing.PaymentID(payment), prolong.MustDate("2026-03-30"), "test")
	require.NoError(t, err)
	require.Zero(t, h.count(t, `SELECT count(*) FROM discounts WHERE ended_at IS NULL`))
	h.sound(t)
}

// billing.md case 15 (KB TestWithBCDUpdate.testBlockPastUnpaidPeriodAndRealignBCD): unpaid
// 05-01..06-01 at 249.95, the client returns on 05-16: the unpaid month is withdrawn, the anchor
// moves to the 16th, the new invoice is for 05-16..06-16 at 249.95, nothing else is owed.
func TestACourtesyRealignsTheTermToTheReturn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.standard(t, func(p *billing.Plan) { p.Resume = billing.ResumeExpiry })
	h.accounts(t, 1, "2026-04-30", "249.95")
	h.run(t, "2026-05-16")
	require.Equal(t, billing.AccessSuspended, h.access(t, "c00000").State)
	sub := h.onlySubscription(t)
	_, err := h.invoices.Realign(context.Background(), tester, sub, prolong.MustDate("2026-05-02"), "клиент вернулся")
	codeOf(t, err, "error.realign_not_suspended")
	_, err = h.invoices.Realign(context.Background(), tester, sub, prolong.MustDate("2026-05-16"), "")
	codeOf(t, err, "error.field_missing")
	done, err := h.invoices.Realign(context.Background(), tester, sub, prolong.MustDate("2026-05-16"), "клиент вернулся")
	require.NoError(t, err)
	require.Equal(t, "2026-05-16..2026-06-15 249.95", h.newest(t))
	require.Equal(t, int64(24995), done.New.Total.Minor())
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM invoices WHERE status = 'open'`), "nothing else is owed")
	require.True(t, h.access(t, "c00000").Active(), "open again, for the plan's grace")
	h.payFor(t, sub, "2026-05-18")
	require.Equal(t, "2026-06-15", h.access(t, "c00000").PaidThrough.String())
	h.run(t, "2026-06-01")
	require.Equal(t, "2026-06-16..2026-07-15 249.95", h.newest(t), "the anchor is the 16th")
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM invoices WHERE replaces_id IS NOT NULL`))
	h.sound(t)
}

// After an undo the days that an invoice bought lie elsewhere than it says, and the next period
// may find its first day taken. The papers go on from the end of the one in the way, the bought
// days follow each other, and the sweep is not stuck.
func TestRenewalsGoOnBeyondAnInvoiceInTheWay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	h.run(t, "2026-03-20")
	sub := h.onlySubscription(t)
	h.payFor(t, sub, "2026-03-20") // 03-21..04-20
	h.run(t, "2026-04-20")
	h.payFor(t, sub, "2026-04-20") // 04-21..05-20
	var first int64
	require.NoError(t, h.db.Pool.QueryRow(context.Background(), `SELECT min(id) FROM payments`).Scan(&first))
	_, err := h.invoices.Chargeback(context.Background(), tester, billing.PaymentID(first), prolong.MustDate("2026-04-21"), "test")
	require.NoError(t, err)
	require.Equal(t, "2026-04-20", h.access(t, "c00000").PaidThrough.String(), "the second payment's month moved up")
	// The reopened invoice is given up, so the next period begins on 04-21, which the paid
	// second invoice names.
	var reopened int64
	require.NoError(t, h.db.Pool.QueryRow(context.Background(), `SELECT id FROM invoices WHERE status = 'open' ORDER BY id LIMIT 1`).Scan(&reopened))
	_, err = h.db.Pool.Exec(context.Background(), `UPDATE subscriptions SET invoiced_to = '2026-04-21', renew_on = '2026-03-21'`)
	require.NoError(t, err)
	_, err = h.db.Pool.Exec(context.Background(), `UPDATE invoices SET status = 'void', voided_on = '2026-04-21', void_reason = 'test' WHERE status = 'open'`)
	require.NoError(t, err)
	done, err := h.invoices.IssueDue(context.Background(), tester, prolong.Date{})
	require.NoError(t, err)
	require.Equal(t, invoices.Issued{Invoices: 1}, done)
	require.Equal(t, "2026-05-21..2026-06-20 2000.00", h.newest(t), "the paper goes on where the others end")
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM invoices WHERE status = 'open' AND due_on <= issued_on`), "to be paid before the service ends, not before the days on the paper")
	h.payFor(t, sub, "2026-04-20")
	require.Equal(t, "2026-05-20", h.access(t, "c00000").PaidThrough.String(), "the days follow each other")
	h.sound(t)
}

// An invoice in the way that is still open is the one to be paid: the renewal rests.
func TestARenewalRestsOnAnOpenInvoiceInTheWay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	_, err := h.invoices.IssueDue(context.Background(), tester, prolong.Date{})
	require.NoError(t, err)
	_, err = h.db.Pool.Exec(context.Background(), `UPDATE subscriptions SET invoiced_to = '2026-03-21', renew_on = '2026-02-21'`)
	require.NoError(t, err)
	for range 2 {
		done, err := h.invoices.IssueDue(context.Background(), tester, prolong.Date{})
		require.NoError(t, err)
		require.Zero(t, done.Invoices)
		require.Zero(t, h.count(t, `SELECT count(*) FROM subscriptions WHERE renew_on IS NOT NULL`), "it is not looked at every minute")
	}
	h.sound(t)
}

// moved is a subscription that was paid late, then upgraded, and whose payment came back and came
// again on a better day: it is invoiced through 4 May and paid through 20 April, and its renewals
// wait for the invoice of the upgrade, which is open for days that are not bought.
func moved(t *testing.T) (*house, invoices.Invoice) {
	t.Helper()
	h := newHouse(t)
	h.standard(t, func(p *billing.Plan) { p.Resume = billing.ResumePayment })
	h.accounts(t, 1, "2026-03-20", "")
	h.run(t, "2026-04-05")
	payment := h.receive(t, h.account(t, "c00000"), 200000, "2026-04-05")
	require.Equal(t, "2026-05-04", h.access(t, "c00000").PaidThrough.String())
	sub := h.onlySubscription(t)
	done, err := h.invoices.ChangeTerms(context.Background(), tester, sub, invoices.Change{Seats: 2, AtOnce: true, Reason: "второй продавец"})
	require.NoError(t, err)
	require.NotNil(t, done.Invoice)
	_, err = h.invoices.Chargeback(context.Background(), tester, payment.ID, prolong.MustDate("2026-04-05"), "банк вернул")
	require.NoError(t, err)
	h.receive(t, payment.AccountID, 200000, "2026-03-20")
	require.Equal(t, "2026-04-20", h.access(t, "c00000").PaidThrough.String())
	h.sound(t)
	return h, *done.Invoice
}

// The random walk found renewals that rested for ever: the last invoice that they waited for was
// cancelled, or a credit note settled it, and nothing started them again.
func TestRenewalsGoOnAfterTheInvoiceTheyWaitedForIsCancelled(t *testing.T) {
	t.Parallel()
	h, change := moved(t)
	_, err := h.invoices.Void(context.Background(), tester, change.ID, "передумали")
	require.NoError(t, err)
	h.sound(t)
	h.run(t, "2026-04-12")
	require.Equal(t, "2026-04-21..2026-05-20 2000.00", h.newest(t))
	h.sound(t)
}

func TestRenewalsGoOnAfterACreditNoteSettlesTheInvoiceTheyWaitedFor(t *testing.T) {
	t.Parallel()
	h, change := moved(t)
	h.receive(t, change.AccountID, 10000, "2026-04-05")
	_, err := h.invoices.Credit(context.Background(), tester, change.ID, prolong.NewMoney(change.Total.Minor()-10000, prolong.RUB), "уступка")
	require.NoError(t, err)
	h.sound(t)
	h.run(t, "2026-04-12")
	require.Equal(t, "2026-05-05..2026-06-04 4000.00", h.newest(t))
	h.sound(t)
}
