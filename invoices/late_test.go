package invoices_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices"
)

// billing.md cases 13 and 14 (Paymenter, Unit/ServiceRenewalTest; FOSSBilling, order_renewal_logic):
// expired ten days ago. Still active by grace: the new end is the old one and a month. Suspended: by
// the policy of the plan from the old end, or from the payment.
func TestALatePaymentBuysFromTheOldEndOrFromItsDay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		grace  int
		resume billing.Resume
		want   string
	}{
		"case 13 inside grace":             {14, billing.ResumeLatest, "2026-04-30"},
		"case 13 inside grace, any policy": {14, billing.ResumePayment, "2026-04-30"},
		"case 13 on the last day of grace": {10, billing.ResumePayment, "2026-04-30"},
		"case 14 from the payment":         {3, billing.ResumePayment, "2026-05-09"},
		"case 14 from the greater":         {3, billing.ResumeLatest, "2026-05-09"},
		"case 14 from the old end":         {3, billing.ResumeExpiry, "2026-04-30"},
		"case 14 first day of suspension":  {9, billing.ResumeLatest, "2026-05-09"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.standard(t, func(p *billing.Plan) { p.GraceDays, p.Resume = c.grace, c.resume })
			h.accounts(t, 1, "2026-03-31", "")
			h.run(t, "2026-04-10")
			state := billing.AccessGrace
			if c.grace < 10 {
				state = billing.AccessSuspended
			}
			require.Equal(t, state, h.access(t, "c00000").State)
			h.payFor(t, h.onlySubscription(t), "2026-04-10")
			require.Equal(t, c.want, h.paidThrough(t, "c00000"))
			require.Equal(t, billing.AccessActive, h.access(t, "c00000").State)
			h.sound(t)
		})
	}
}

// billing.md case 16: monthly 100.00, the client pays 1200.00 at once. The current invoice is paid and
// 1100.00 lie on the balance; each following one settles itself when it is drawn up, eleven times, and
// from the 31st on the paid term steps through 28, 29, 30 and 31, not through twelve times 30 days.
func TestMoneyForAYearStepsThroughTheMonthEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.standard(t, func(p *billing.Plan) { p.Lead = aDay })
	h.at(2027, time.August, 30)
	h.accounts(t, 1, "2027-08-30", "100.00") // the anchor is the 31st
	account := h.issue(t)[0].AccountID
	h.receive(t, account, 120000, "2027-08-30")
	var through []string
	var balance []int64
	for range 12 {
		through, balance = append(through, h.paidThrough(t, "c00000")), append(balance, h.balance(t, account))
		h.sweepAt(t, prolong.MustDate(h.paidThrough(t, "c00000")).Start(moscow).Add(9*time.Hour).Format(time.RFC3339))
	}
	require.Equal(t, []string{"2027-09-29", "2027-10-30", "2027-11-29", "2027-12-30", "2028-01-30", "2028-02-28", "2028-03-30", "2028-04-29", "2028-05-30", "2028-06-29", "2028-07-30", "2028-08-30"}, through)
	require.Equal(t, []int64{110000, 100000, 90000, 80000, 70000, 60000, 50000, 40000, 30000, 20000, 10000, 0}, balance)
	require.Len(t, h.find(t, invoices.StatusPaid), 12)
	require.Len(t, h.find(t, invoices.StatusOpen), 1, "the thirteenth is to be paid")
	h.sound(t)
}

// billing.md cases 19 and 20, with their own sums: 49.99 of 50.00 by the seller's policy and 0.01 into
// the write-off account, 40 stays a part, of 60 ten lie on the balance, and of 150 for 100 fifty, where
// Paymenter loses them; 100.01 for 100.00 cannot be refused.
func TestWhatIsNotTheExactSumIsWrittenOffKeptOrLaidOnTheBalance(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		price              string
		paid               int64
		status             invoices.Status
		residual, balance  int64
		writtenOff, months int
	}{
		"49.99 of 50":      {"50.00", 4999, invoices.StatusPaid, 0, 0, 1, 1},
		"40 of 50":         {"50.00", 4000, invoices.StatusOpen, 1000, 0, 0, 0},
		"60 of 50":         {"50.00", 6000, invoices.StatusPaid, 0, 1000, 0, 1},
		"150 of 100":       {"100.00", 15000, invoices.StatusPaid, 0, 5000, 0, 1},
		"100.01 of 100.00": {"100.00", 10001, invoices.StatusPaid, 0, 1, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.policy(t, 1)
			h.accounts(t, 1, "2026-03-20", c.price)
			inv := h.issue(t)[0]
			h.receive(t, inv.AccountID, c.paid, "2026-03-05")
			list := h.find(t, c.status)
			require.Len(t, list, 1)
			require.Equal(t, c.residual, list[0].Residual().Minor())
			require.Equal(t, c.balance, h.balance(t, inv.AccountID))
			require.Equal(t, c.writtenOff, h.ledger(t, billing.LedgerWriteOff))
			require.Equal(t, int(c.paid), h.ledger(t, billing.LedgerBank), "all that came is there")
			require.Equal(t, prolong.MustDate("2026-03-21").AddMonths(c.months, 21).AddDays(-1).String(), h.paidThrough(t, "c00000"))
			h.sound(t)
		})
	}
}

// billing.md case 22: FOSSBilling, "batchCancelUnpaid leaves the order alone when its invoice was paid
// since selection" and "does not deduct credits when the invoice was paid concurrently before the
// lock". What cancels by itself here is dunning on the day of closing: if the payment lands first, the
// subscription goes on with its invoice paid; if the closing does, the money lies on the balance.
func TestRaceOfClosingAgainstPaymentLosesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.standard(t, func(p *billing.Plan) { p.TerminateDays = 30 })
	const clients = 24
	h.accounts(t, clients, "2026-03-20", "")
	h.run(t, "2026-04-22")
	open := h.find(t, invoices.StatusOpen)
	require.Len(t, open, clients)
	h.clock.Set(time.Date(2026, 4, 23, 10, 0, 0, 0, moscow)) // the day of closing
	turn := make(chan int, clients)
	for i := range clients {
		turn <- i
	}
	close(turn)
	dunned := make(chan error, 1)
	go func() {
		_, err := h.invoices.DunDue(context.Background(), tester, prolong.Date{})
		dunned <- err
	}()
	for _, err := range together(4, func() error {
		for i := range turn {
			if err := h.db.WithTx(context.Background(), func(ctx context.Context, tx postgres.Tx) error {
				_, err := h.receiveIn(ctx, tx, open[i].AccountID, 200000, prolong.MustDate("2026-04-22"))
				return err
			}); err != nil {
				return err
			}
		}
		return nil
	}) {
		require.NoError(t, err)
	}
	require.NoError(t, <-dunned)
	_, err := h.invoices.DunDue(context.Background(), tester, prolong.Date{})
	require.NoError(t, err)
	closed := h.count(t, `SELECT count(*) FROM subscriptions WHERE ended_on IS NOT NULL`)
	require.Equal(t, closed, h.count(t, `SELECT count(*) FROM invoices WHERE status = 'void'`))
	require.Equal(t, clients-closed, h.count(t, `SELECT count(*) FROM invoices i JOIN subscriptions s ON s.id = i.subscription_id WHERE i.status = 'paid' AND s.ended_on IS NULL AND s.paid_through > '2026-04-22'`))
	require.Equal(t, -200000*closed, h.ledger(t, billing.LedgerAdvances))
	require.Equal(t, 200000*clients, h.ledger(t, billing.LedgerBank))
	h.sound(t)
}

// billing.md case 40 (UCRM #139): nothing is asked for while the service is suspended, and nothing is
// made up for on return, however long it was; by the policies that begin on the day of the payment. By
// the others the days go on from the old end, one period after the other, each asked for once.
func TestNothingIsMadeUpForAfterALongSuspension(t *testing.T) {
	t.Parallel()
	for policy, want := range map[billing.Resume][]string{
		billing.ResumeLatest:  {"2026-03-21..2026-04-20", "2026-08-01..2026-08-31"}, // bought 07-01..07-31
		billing.ResumePayment: {"2026-03-21..2026-04-20", "2026-08-01..2026-08-31"},
		billing.ResumeExpiry:  {"2026-03-21..2026-04-20", "2026-04-21..2026-05-20"}, // bought 03-21..04-20: still three behind
	} {
		t.Run(string(policy), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.standard(t, func(p *billing.Plan) { p.Resume = policy })
			h.accounts(t, 1, "2026-03-20", "")
			h.run(t, "2026-07-01")
			require.Equal(t, want[:1], h.periods(t), "one invoice in a hundred days of suspension")
			h.payFor(t, h.onlySubscription(t), "2026-07-01")
			h.run(t, "2026-07-05")
			require.Equal(t, want, h.periods(t))
			h.sound(t)
		})
	}
}

// billing.md case 41 (Kill Bill, proRations/inAdvance/TestValidationProRation): an end before the start
// and a target before the start are refused with a reason, wherever a person gives them.
func TestImpossibleDatesAreRefusedWithAReason(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	h.issue(t)
	account, sub := h.account(t, "c00000"), h.onlySubscription(t)
	for name, c := range map[string]struct {
		do  func() error
		key string
	}{
		"an end before the paid term": {func() error {
			_, err := h.invoices.AnnounceEnd(ctx, tester, sub, prolong.MustDate("2026-03-19"), "x")
			return err
		}, "error.end_before_paid"},
		"a discount that ends before it begins": {func() error {
			_, err := h.invoices.GiveDiscount(ctx, tester, sub, billing.Discount{PercentBP: 1, From: prolong.MustDate("2026-03-02"), Until: prolong.MustDate("2026-03-01"), Reason: "x"})
			return err
		}, "error.period_invalid"},
		"a rehearsal of yesterday": {func() error {
			_, err := h.invoices.Rehearse(ctx, invoices.Rehearsal{Until: prolong.MustDate("2026-02-28")})
			return err
		}, "error.rehearsal_until"},
		"a statement that ends before it begins": {func() error {
			_, err := h.invoices.Statement(ctx, account, prolong.RUB, prolong.Period{From: prolong.MustDate("2026-03-02"), To: prolong.MustDate("2026-03-01")})
			return err
		}, "error.period_invalid"},
	} {
		err := c.do()
		require.Error(t, err, name)
		require.Contains(t, fmt.Sprint(err), c.key, name)
	}
	require.Equal(t, 1, strings.Count(strings.Join(h.periods(t), " "), ".."), "nothing was done")
}
