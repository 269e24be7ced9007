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

// flat declares a plan without tax inside that begins without lead, so that its invoice is issued
// on the first day of the period.
func (h *house) flat(t testing.TB, key string, term prolong.Term, minor int64) {
	t.Helper()
	_, err := h.billing.Apply(context.Background(), nil, []billing.PlanSpec{{
		Plan:   billing.Plan{Key: key, Name: "Тариф " + key, Period: term, Lead: prolong.Term{Count: 1, Unit: prolong.Days}, GraceDays: 3, RemindDays: 0, Resume: billing.ResumeLatest},
		Seller: "main", Prices: []prolong.Money{rub(minor)},
		Items: []billing.ItemSpec{{Key: "sms", Kind: billing.ItemAddon, Name: "СМС-пакет", Prices: []prolong.Money{rub(310)}}},
	}})
	require.NoError(t, err)
}

var month = prolong.Term{Count: 1, Unit: prolong.Months}

// subscriber is a client of a house of his own whose subscription's first period is paid.
type subscriber struct {
	*house
	account billing.AccountID
	sub     billing.SubscriptionID
	paid    invoices.Invoice // the first period's
}

// subscribe opens a subscription from a day on, pays its first invoice and lets the clock stand on
// another day.
func subscribe(t *testing.T, plan string, minor int64, seats int, from, now string, more func(h *house)) subscriber {
	t.Helper()
	h := newHouse(t)
	h.clock.Set(prolong.MustDate(from).Start(moscow).Add(9 * time.Hour))
	h.flat(t, plan, month, minor)
	if more != nil {
		more(h)
	}
	h.accounts(t, 1, "2030-12-31", "")
	s := subscriber{house: h, account: h.account(t, "c00000")}
	sub, err := h.invoices.OpenSubscription(context.Background(), tester, billing.Opening{AccountID: s.account, PlanKey: plan, Currency: prolong.RUB, Seats: seats})
	require.NoError(t, err)
	s.sub = sub.ID
	open := h.find(t, invoices.StatusOpen)
	require.Len(t, open, 1)
	h.receive(t, s.account, open[0].Total.Minor(), from)
	s.paid = h.find(t, invoices.StatusPaid)[0]
	h.clock.Set(prolong.MustDate(now).Start(moscow).Add(9 * time.Hour))
	return s
}

func (s subscriber) balance(t testing.TB) int {
	t.Helper()
	return -s.ledger(t, billing.LedgerAdvances)
}

func (s subscriber) change(t testing.TB, ch invoices.Change) invoices.Changed {
	t.Helper()
	quote, err := s.invoices.QuoteTerms(context.Background(), tester, s.sub, ch)
	require.NoError(t, err)
	before := s.count(t, `SELECT count(*) FROM invoices`) + s.count(t, `SELECT count(*) FROM credit_notes`) + s.count(t, `SELECT count(*) FROM subscription_changes`)
	done, err := s.invoices.ChangeTerms(context.Background(), tester, s.sub, ch)
	require.NoError(t, err)
	require.Equal(t, quote.Net(), done.Net(), "the quote is what comes")
	if quote.Invoice != nil {
		require.Equal(t, quote.Invoice.Number, done.Invoice.Number)
		require.Equal(t, quote.Invoice.Total, done.Invoice.Total)
	}
	require.Less(t, before, s.count(t, `SELECT count(*) FROM invoices`)+s.count(t, `SELECT count(*) FROM credit_notes`)+s.count(t, `SELECT count(*) FROM subscription_changes`), "a quote leaves nothing behind")
	s.sound(t)
	return done
}

func (s subscriber) through(t testing.TB) string {
	t.Helper()
	subs, err := s.billing.SubscriptionsOf(context.Background(), s.account)
	require.NoError(t, err)
	for _, sub := range subs {
		if sub.ID == s.sub {
			return sub.PaidThrough.String()
		}
	}
	return ""
}

// billing.md case 28: Flexprice, domain/proration/calculator_test.go: credit 5.48, charge 10.97, net
// 5.49 and not 5.48.
func TestAnUpgradeAtOnceAsksForTheDifferenceOfTheDaysThatAreLeft(t *testing.T) {
	t.Parallel()
	s := subscribe(t, "ten", 1000, 1, "2024-03-01", "2024-03-15", func(h *house) { h.flat(t, "twenty", month, 2000) })
	done := s.change(t, invoices.Change{PlanKey: "twenty", AtOnce: true, Reason: "рост"})
	require.Equal(t, []int64{548, 1097, 549}, []int64{done.Credit.Minor(), done.Due.Minor(), done.Net().Minor()})
	require.Equal(t, invoices.KindChange, done.Invoice.Kind)
	require.Equal(t, "2024-03-15..2024-03-31", done.Invoice.Period.String())
	require.Equal(t, int64(2000), done.Price.Minor(), "what the next period costs")
	paper, err := s.invoices.InvoiceOf(context.Background(), s.account, done.Invoice.ID)
	require.NoError(t, err)
	require.NoError(t, paper.Paper.Validate())
	require.Equal(t, []int64{1097, 548, 549}, []int64{paper.Paper.Lines[0].Price, paper.Paper.Lines[0].Discount, paper.Paper.Lines[0].Gross})

	_, err = s.invoices.ChangeTerms(context.Background(), tester, s.sub, invoices.Change{Seats: 2, AtOnce: true})
	codeOf(t, err, "error.change_unpaid")
	s.receive(t, s.account, 549, "2024-03-16")
	require.Equal(t, "2024-03-31", s.through(t), "the days were bought already")
	s.sound(t)
	_, err = s.invoices.Void(context.Background(), tester, s.paid.ID, "нельзя")
	codeOf(t, err, "error.invoice_has_change")

	// Cancelled, it was never made.
	_, err = s.invoices.Void(context.Background(), tester, done.Invoice.ID, "передумали")
	require.NoError(t, err)
	require.Equal(t, 549, s.balance(t))
	require.Equal(t, 1, s.count(t, `SELECT count(*) FROM subscriptions s JOIN plans p ON p.id = s.plan_id WHERE p.key = 'ten'`))
	s.sound(t)
}

// billing.md case 28: downgrade of 2 × 50 to 1 × 30, −54.84 + 16.45 = −38.39.
func TestADowngradeAtOnceCreditsTheDifference(t *testing.T) {
	t.Parallel()
	s := subscribe(t, "fifty", 5000, 2, "2024-03-01", "2024-03-15", func(h *house) { h.flat(t, "thirty-rub", month, 3000) })
	done := s.change(t, invoices.Change{PlanKey: "thirty-rub", Seats: 1, AtOnce: true, Reason: "сезон"})
	require.Equal(t, []int64{5484, 1645, -3839}, []int64{done.Credit.Minor(), done.Due.Minor(), done.Net().Minor()})
	require.Nil(t, done.Invoice)
	require.Len(t, done.Notes, 1)
	require.Equal(t, 3839, s.balance(t))
	require.Equal(t, "2024-03-31", s.through(t))
	paid := s.find(t, invoices.StatusPaid)[0]
	require.Equal(t, []int64{10000, 6161, 0}, []int64{paid.Total.Minor(), paid.Paid.Minor(), paid.Residual().Minor()})

	// The next period is paid from the balance.
	s.clock.Set(time.Date(2024, 3, 31, 9, 0, 0, 0, moscow))
	s.issue(t)
	require.Equal(t, 839, s.balance(t))
	require.Equal(t, "2024-04-30", s.through(t))
	s.sound(t)
}

// billing.md case 28: 5 seats to 10 at 10 each, +27.42.
func TestSeatsAtOnceAreChargedForTheDaysThatAreLeft(t *testing.T) {
	t.Parallel()
	s := subscribe(t, "ten", 1000, 5, "2024-03-01", "2024-03-15", nil)
	done := s.change(t, invoices.Change{Seats: 10, AtOnce: true})
	require.Equal(t, int64(2742), done.Net().Minor())
	s.receive(t, s.account, 2742, "2024-03-15")

	// Changes telescope: back on a later day, what is left of the addition comes back.
	s.clock.Set(time.Date(2024, 3, 24, 9, 0, 0, 0, moscow))
	back := s.change(t, invoices.Change{Seats: 5, AtOnce: true})
	require.Equal(t, int64(-1291), back.Net().Minor(), "of 50.00 a month, 8 of 31 days: 12.91")
	require.Equal(t, done.Invoice.ID, back.Notes[0].InvoiceID, "off the invoice that had asked for it")
}

func TestAnAddonAtOnceIsALineOfItsOwn(t *testing.T) {
	t.Parallel()
	s := subscribe(t, "ten", 1000, 1, "2024-03-01", "2024-03-15", nil)
	done := s.change(t, invoices.Change{Addons: map[string]int{"sms": 1}, AtOnce: true})
	require.Equal(t, int64(170), done.Net().Minor(), "17 of 31 days of 3.10")
	require.Equal(t, int64(1310), done.Price.Minor())
	s.receive(t, s.account, 170, "2024-03-15")
	s.sound(t)
}

// billing.md case 30: Lago, upgrade_spec.rb: one day before the end of 31 days at 10.00 is worth 0.32.
func TestAnUpgradeOneDayBeforeTheEndCreditsThatDay(t *testing.T) {
	t.Parallel()
	s := subscribe(t, "ten", 1000, 1, "2024-03-01", "2024-03-31", func(h *house) { h.flat(t, "twenty", month, 2000) })
	done := s.change(t, invoices.Change{PlanKey: "twenty", AtOnce: true})
	require.Equal(t, int64(32), done.Credit.Minor())
	require.Equal(t, int64(65), done.Due.Minor())
}

// billing.md case 29: Kill Bill, TestIntegrationInvoiceWithRepairLogic
// .testPartialRepairThroughBillingPeriodChange: 2399.95 for a year, to 249.95 a month at once.
func TestAYearBecomesAMonthAtOnceAndTheRestPaysTheMonthsThatFollow(t *testing.T) {
	t.Parallel()
	year := prolong.Term{Count: 12, Unit: prolong.Months}
	h := newHouse(t)
	h.clock.Set(time.Date(2024, 3, 1, 9, 0, 0, 0, moscow))
	h.flat(t, "year", year, 239995)
	h.flat(t, "month", month, 24995)
	h.accounts(t, 1, "2030-12-31", "")
	s := subscriber{house: h, account: h.account(t, "c00000")}
	sub, err := h.invoices.OpenSubscription(context.Background(), tester, billing.Opening{AccountID: s.account, PlanKey: "year", Currency: prolong.RUB})
	require.NoError(t, err)
	s.sub = sub.ID
	h.receive(t, s.account, 239995, "2024-03-01")
	require.Equal(t, "2025-02-28", s.through(t))

	done := s.change(t, invoices.Change{PlanKey: "month", AtOnce: true})
	require.Equal(t, []int64{239995, 24995, -215000}, []int64{done.Credit.Minor(), done.Due.Minor(), done.Net().Minor()})
	require.Equal(t, 215000, s.balance(t))
	require.Equal(t, "2024-03-31", s.through(t))
	for _, want := range []struct {
		day, through string
		balance      int
	}{{"2024-03-31", "2024-04-30", 190005}, {"2024-04-30", "2024-05-31", 165010}, {"2024-05-31", "2024-06-30", 140015}} {
		h.clock.Set(prolong.MustDate(want.day).Start(moscow).Add(9 * time.Hour))
		h.issue(t)
		require.Equal(t, want.through, s.through(t))
		require.Equal(t, want.balance, s.balance(t))
	}
	s.sound(t)
}

func TestAMonthBecomesAYearOnceItsDifferenceIsPaid(t *testing.T) {
	t.Parallel()
	year := prolong.Term{Count: 12, Unit: prolong.Months}
	s := subscribe(t, "ten", 3100, 1, "2024-03-01", "2024-03-11", func(h *house) { h.flat(t, "year", year, 30000) })
	done := s.change(t, invoices.Change{PlanKey: "year", AtOnce: true})
	require.Equal(t, []int64{2100, 30000, 27900}, []int64{done.Credit.Minor(), done.Due.Minor(), done.Net().Minor()})
	require.Equal(t, "2024-03-31", s.through(t), "the paid days stay until then")
	require.Equal(t, "2025-03-10", done.PaidOnce.String())
	require.Empty(t, s.issue(t)[1:], "nothing else is asked for meanwhile")
	s.receive(t, s.account, 27900, "2024-03-12")
	require.Equal(t, "2025-03-10", s.through(t))
	s.sound(t)
	s.clock.Set(time.Date(2025, 3, 10, 9, 0, 0, 0, moscow))
	require.Equal(t, "2025-03-11..2026-03-10", s.issue(t)[0].Period.String())
}

func TestACancelledTermChangeGivesTheMonthBack(t *testing.T) {
	t.Parallel()
	year := prolong.Term{Count: 12, Unit: prolong.Months}
	s := subscribe(t, "ten", 3100, 1, "2024-03-01", "2024-03-11", func(h *house) { h.flat(t, "year", year, 30000) })
	done := s.change(t, invoices.Change{PlanKey: "year", AtOnce: true})
	_, err := s.invoices.Void(context.Background(), tester, done.Invoice.ID, "передумали")
	require.NoError(t, err)
	s.sound(t)
	s.clock.Set(time.Date(2024, 3, 31, 9, 0, 0, 0, moscow))
	require.Equal(t, "2024-04-01..2024-04-30", s.issue(t)[0].Period.String())
}

func TestSeatsFromTheNextPeriodReissueTheOpenInvoice(t *testing.T) {
	t.Parallel()
	s := subscribe(t, "ten", 1000, 1, "2024-03-01", "2024-03-31", nil)
	open := s.issue(t)
	require.Equal(t, int64(1000), open[0].Total.Minor())
	done := s.change(t, invoices.Change{Seats: 4, Addons: map[string]int{"sms": 2}})
	require.Equal(t, "2024-04-01", done.From.String())
	require.Equal(t, int64(4*1000+2*310), done.Reissued.New.Total.Minor())
	require.Equal(t, open[0].Number, done.Reissued.Old)
	s.receive(t, s.account, 4620, "2024-03-31")
	s.clock.Set(time.Date(2024, 4, 30, 9, 0, 0, 0, moscow))
	require.Equal(t, int64(4620), s.issue(t)[0].Total.Minor(), "and it stays")
	s.sound(t)
}

func TestAChangeDuringATrialCostsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.offer(t, "team", 100000, func(p *billing.Plan) { p.Trial = prolong.Term{Count: 14, Unit: prolong.Days} })
	h.plan(t, "year", prolong.Term{Count: 12, Unit: prolong.Months}, 1000000)
	h.accounts(t, 1, "2030-12-31", "")
	s := subscriber{house: h, account: h.account(t, "c00000")}
	sub, err := h.invoices.OpenSubscription(context.Background(), tester, billing.Opening{AccountID: s.account, PlanKey: "team", Currency: prolong.RUB, NoFees: true})
	require.NoError(t, err)
	s.sub = sub.ID
	done := s.change(t, invoices.Change{PlanKey: "year", Seats: 2, AtOnce: true})
	require.Zero(t, done.Net().Minor())
	require.Equal(t, "2026-03-14", s.through(t))
	require.Equal(t, int64(2000000), done.Price.Minor())
}

func TestWhatDoesNotChangeIsRefused(t *testing.T) {
	t.Parallel()
	s := subscribe(t, "ten", 1000, 3, "2024-03-01", "2024-03-15", nil)
	for key, ch := range map[string]invoices.Change{
		"error.change_nothing": {Seats: 3, AtOnce: true},
		"error.addon_not_sold": {Addons: map[string]int{"нет": 1}, AtOnce: true},
		"error.seats":          {Seats: billing.SeatsMax + 1},
		"error.plan_not_sold":  {PlanKey: "нет", AtOnce: true},
	} {
		_, err := s.invoices.QuoteTerms(context.Background(), tester, s.sub, ch)
		codeOf(t, err, key)
	}
}
