package invoices_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
)

// announce lets the only subscription end on a day; "" with its paid term.
func (h *house) announce(t testing.TB, on string) invoices.Ending {
	t.Helper()
	var day prolong.Date
	if on != "" {
		day = prolong.MustDate(on)
	}
	out, err := h.invoices.AnnounceEnd(context.Background(), tester, h.onlySubscription(t), day, "по заявлению клиента")
	require.NoError(t, err)
	return out
}

func (h *house) at(year int, month time.Month, day int) {
	h.clock.Set(time.Date(year, month, day, 10, 0, 0, 0, moscow))
}

// billing.md case 39 (erpnext test_subscription.py): start 2023-01-01, invoices 10 days before,
// ends 02-28 → exactly two invoices, and a re-run makes none. Then it ends by itself, and says so.
func TestASubscriptionWithAnAnnouncedEndIsInvoicedToItAndEndsByItself(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.at(2022, 12, 1)
	h.standard(t, func(p *billing.Plan) { p.Lead = prolong.Term{Count: 10, Unit: prolong.Days} })
	h.accounts(t, 1, "2022-12-31", "")
	require.Equal(t, "2023-02-28", h.announce(t, "2023-02-28").EndsOn.String())
	h.at(2022, 12, 21)
	require.Empty(t, h.issue(t))
	for _, day := range []time.Time{time.Date(2022, 12, 22, 10, 0, 0, 0, moscow), time.Date(2023, 1, 22, 10, 0, 0, 0, moscow), time.Date(2023, 2, 19, 10, 0, 0, 0, moscow)} {
		h.clock.Set(day)
		h.issue(t)
		n := h.count(t, `SELECT count(*) FROM invoices`)
		h.issue(t)
		require.Equal(t, n, h.count(t, `SELECT count(*) FROM invoices`), "a re-run makes none")
		if h.count(t, `SELECT count(*) FROM invoices WHERE status = 'open'`) > 0 {
			h.pay(t)
		}
		h.sound(t)
	}
	require.Equal(t, 2, h.count(t, `SELECT count(*) FROM invoices`))
	require.Equal(t, "2023-02-28", h.paidThrough(t, "c00000"))
	require.Equal(t, "access.ending", h.access(t, "c00000").Reason)
	h.clock.Set(time.Date(2023, 2, 28, 23, 59, 59, 0, moscow))
	require.True(t, h.access(t, "c00000").Active())
	h.clock.Set(time.Date(2023, 3, 1, 0, 0, 0, 0, moscow))
	require.Equal(t, "access.closed", h.access(t, "c00000").Reason, "to the second, before any sweep, and without grace")
	require.Equal(t, []string{"2023-03-01 ended", "2023-03-01 closed on closing"}, h.run(t, "2023-03-20"))
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM messages WHERE purpose = 'service.closed' AND payload->>'announced' = 'true'`))
	require.Zero(t, h.count(t, `SELECT count(*) FROM messages WHERE purpose LIKE 'service.susp%'`))
	require.Equal(t, 2, h.count(t, `SELECT count(*) FROM invoices`))
	h.sound(t)
}

// billing.md case 39, its first half: 2018-01-01, three months at a time, ends 2018-12-31, and the
// first run comes later: exactly four invoices.
func TestALateFirstRunInvoicesExactlyThePeriodsBeforeTheEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.at(2017, 12, 1)
	h.standard(t, func(p *billing.Plan) { p.Period = prolong.Term{Count: 3, Unit: prolong.Months} })
	h.accounts(t, 1, "2017-12-31", "")
	h.announce(t, "2018-12-31")
	h.receive(t, h.account(t, "c00000"), 5*200000, "2017-12-02") // for five of them
	h.at(2019, 2, 1)
	for range 6 {
		h.issue(t)
	}
	require.Equal(t, 4, h.count(t, `SELECT count(*) FROM invoices WHERE status = 'paid'`))
	require.Equal(t, 4, h.count(t, `SELECT count(*) FROM invoices`))
	require.Equal(t, []string{"2019-02-01 ended"}, h.run(t, "2019-02-03"), "a letter that is a month late is not sent")
	require.Equal(t, int64(200000), h.balance(t, h.account(t, "c00000")))
	h.sound(t)
}

// The open invoice for days behind the end is withdrawn and its money lies on the balance; the
// announcement taken back, the renewals go on and the balance pays.
func TestAnAnnouncedEndWithdrawsWhatIsAskedForBehindItAndCanBeTakenBack(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	require.Len(t, h.issue(t), 1)
	account := h.account(t, "c00000")
	h.receive(t, account, 50000, "2026-03-02")
	out := h.announce(t, "")
	require.Equal(t, "2026-03-20", out.EndsOn.String())
	require.Equal(t, h.find(t, invoices.StatusVoid)[0].Number, out.Withdrawn)
	require.Equal(t, int64(50000), h.balance(t, account))
	require.Empty(t, h.issue(t))
	require.Empty(t, h.run(t, "2026-03-20"), "nothing is owed, so nothing is said")
	h.sound(t)

	sub := h.onlySubscription(t)
	_, err := h.invoices.Realign(ctx, tester, sub, prolong.MustDate("2026-03-25"), "вернулся")
	require.ErrorContains(t, err, "error.end_passed")
	back, err := h.invoices.KeepOn(ctx, tester, sub, "передумал")
	require.NoError(t, err)
	require.Equal(t, "2026-03-20", back.Before.String())
	_, err = h.invoices.KeepOn(ctx, tester, sub, "передумал")
	require.ErrorContains(t, err, "error.end_not_announced")
	again := h.issue(t)
	require.Len(t, again, 1)
	require.Equal(t, "2026-03-21..2026-04-20", again[0].Period.String())
	require.Equal(t, int64(150000), again[0].Residual().Minor())
	h.sound(t)
}

// Days that are paid are served, periods are sold whole, and whoever asks for less is told what
// can be had.
func TestAnEndIsTheEndOfAPeriodThatIsNotPaidBeyond(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	sub := h.onlySubscription(t)
	for day, key := range map[string]string{"2026-03-19": "error.end_before_paid", "2026-04-01": "error.end_inside_period", "2046-03-20": "error.end_too_far"} {
		_, err := h.invoices.AnnounceEnd(ctx, tester, sub, prolong.MustDate(day), "по заявлению")
		require.ErrorContains(t, err, key, day)
	}
	_, err := h.invoices.AnnounceEnd(ctx, tester, sub, prolong.Date{}, "")
	require.ErrorContains(t, err, "error.field_missing")
	require.Equal(t, "2026-05-20", h.announce(t, "2026-05-20").EndsOn.String())
	require.Equal(t, "2026-05-20", h.announce(t, "2026-04-20").Before.String())

	// The last period is not paid: the service stops with the plan's grace, is closed behind the
	// last day, and what was asked for is withdrawn.
	require.Len(t, h.issue(t), 1)
	require.Equal(t, []string{
		"2026-03-17 reminder 3 days before end", "2026-03-20 reminder on end", "2026-03-23 suspending 1 day before suspension",
		"2026-03-24 suspended", "2026-03-24 suspended on suspension", "2026-04-21 ended", "2026-04-21 closed on closing",
	}, h.run(t, "2026-05-30"))
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM invoices WHERE status = 'void'`))
	h.sound(t)
}

// A payment after the suspension buys whole days from its own day on, and the end moves with them.
func TestPaidDaysBehindTheAnnouncedEndAreServed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	h.announce(t, "2026-04-20")
	h.issue(t)
	h.run(t, "2026-04-01")
	h.payFor(t, h.onlySubscription(t), "2026-04-01")
	require.Equal(t, "2026-04-30", h.paidThrough(t, "c00000"))
	require.Equal(t, []string{"2026-05-01 ended", "2026-05-01 closed on closing"}, h.run(t, "2026-06-30"))
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM invoices`), "no other period is asked for")
	h.sound(t)
}

// billing.md case 24: what was sent in time for the last period still buys it when its line is
// read in the morning after.
func TestTheEndWaitsForTheBankWhileItsLastPeriodIsUnpaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.invoices.WatchBanks(&bank{h: h, at: time.Date(2026, 4, 20, 12, 0, 0, 0, moscow)})
	h.standard(t, func(p *billing.Plan) { p.GraceDays = 40 })
	h.accounts(t, 1, "2026-03-20", "")
	h.announce(t, "2026-04-20")
	h.issue(t)
	h.run(t, "2026-04-22")
	require.Zero(t, h.count(t, `SELECT count(*) FROM dunning_events WHERE outcome = 'ended'`))
	h.payFor(t, h.onlySubscription(t), "2026-04-20")
	require.Equal(t, "2026-04-20", h.paidThrough(t, "c00000"))
	require.Contains(t, h.run(t, "2026-04-23"), "2026-04-22 ended")
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM invoices WHERE status = 'paid'`))
	h.sound(t)
}

// A rehearsal goes by the announced end.
func TestARehearsalKnowsTheAnnouncedEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	h.announce(t, "2026-04-20")
	events, err := h.invoices.Rehearse(context.Background(), invoices.Rehearsal{Until: prolong.MustDate("2026-07-01"), AllPay: true})
	require.NoError(t, err)
	var got []string
	for _, e := range events {
		if e.Kind == invoices.RehearsedInvoice || e.Kind == invoices.RehearsedClosed || e.Kind == invoices.RehearsedSuspend {
			got = append(got, e.On.String()+" "+string(e.Kind))
		}
	}
	require.Equal(t, []string{"2026-03-01 invoiced", "2026-04-21 closed"}, got)
	require.Zero(t, h.count(t, `SELECT count(*) FROM invoices`))
}
