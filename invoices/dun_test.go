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

// step reads a step of a schedule.
func step(t testing.TB, letter, when string) billing.DunningStep {
	t.Helper()
	s, err := billing.ParseDunningStep(letter, when, "")
	require.NoError(t, err)
	return s
}

// standard changes the plan of the house as `prolong apply` would.
func (h *house) standard(t testing.TB, change func(*billing.Plan)) {
	t.Helper()
	p := billing.Plan{Key: "standard", Name: "Стандарт", Period: prolong.Term{Count: 1, Unit: prolong.Months}, Lead: billing.DefaultLead, GraceDays: 3, RemindDays: 3, Resume: billing.ResumeLatest}
	change(&p)
	_, err := h.billing.Apply(context.Background(), nil, []billing.PlanSpec{{Plan: p, Seller: "main"}})
	require.NoError(t, err)
}

// run lets the hours of the days until the last one pass, nine in the morning and four in the
// afternoon, with renewals and dunning, and returns the letters of dunning and what else it did.
func (h *house) run(t testing.TB, until string) []string {
	t.Helper()
	ctx := context.Background()
	var before int64
	require.NoError(t, h.db.Pool.QueryRow(ctx, `SELECT coalesce(max(id), 0) FROM dunning_events`).Scan(&before))
	for day := prolong.DateOf(h.db.Now(), moscow); !day.After(prolong.MustDate(until)); day = day.AddDays(1) {
		for _, hour := range []int{9, 16} {
			at := day.Start(moscow).Add(time.Duration(hour) * time.Hour)
			if at.Before(h.db.Now()) {
				continue
			}
			h.clock.Set(at)
			_, err := h.invoices.IssueDue(ctx, tester, prolong.Date{})
			require.NoError(t, err)
			_, err = h.invoices.DunDue(ctx, tester, prolong.Date{})
			require.NoError(t, err)
		}
	}
	return h.dunned(t, before)
}

func (h *house) dunned(t testing.TB, after int64) []string {
	t.Helper()
	rows, err := h.db.Pool.Query(context.Background(), `SELECT e.on_day::text || ' ' || CASE e.outcome WHEN 'sent' THEN e.step ELSE e.outcome END, a.external_id
		FROM dunning_events e JOIN accounts a ON a.id = e.account_id WHERE e.id > $1 AND e.outcome <> 'skipped' ORDER BY e.id`, after)
	require.NoError(t, err)
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var line, id string
		require.NoError(t, rows.Scan(&line, &id))
		if id != "c00000" {
			line += " " + id
		}
		lines = append(lines, line)
	}
	require.NoError(t, rows.Err())
	return lines
}

func (h *house) access(t testing.TB, id string) billing.Access {
	t.Helper()
	a, _, err := h.billing.AccessOf(context.Background(), id)
	require.NoError(t, err)
	return a
}

// subscription gives an account a further subscription of its plan.
func (h *house) subscription(t testing.TB, externalID, paidThrough string) billing.SubscriptionID {
	t.Helper()
	ctx := context.Background()
	day := prolong.MustDate(paidThrough)
	var id int64
	require.NoError(t, h.db.Pool.QueryRow(ctx, `
		INSERT INTO subscriptions (account_id, seller_id, plan_id, currency, period_count, period_unit, anchor_day, paid_through, invoiced_to, renew_on, dunning_on, created_at)
		SELECT a.id, a.seller_id, p.id, 'RUB', 1, 'month', $3, $2::date, $2::date + 1, ($2::date + 1 - interval '1 month')::date, $2::date - 3, $4
		FROM accounts a, plans p WHERE a.external_id = $1 AND p.key = 'standard' RETURNING id`, externalID, day, day.AddDays(1).Day(), h.db.Now()).Scan(&id))
	_, err := h.db.Pool.Exec(ctx, `INSERT INTO extensions (account_id, subscription_id, cause, cause_id, through_after, anchor_day, actor, created_at)
		SELECT account_id, id, 'import', id, paid_through, anchor_day, 'test', $2 FROM subscriptions WHERE id = $1`, id, h.db.Now())
	require.NoError(t, err)
	return billing.SubscriptionID(id)
}

// payFor pays the open invoice of one subscription.
func (h *house) payFor(t testing.TB, sub billing.SubscriptionID, valueOn string) {
	t.Helper()
	ctx := context.Background()
	require.NoError(t, h.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		var account int64
		require.NoError(t, tx.Pgx.QueryRow(ctx, `SELECT account_id FROM subscriptions WHERE id = $1`, int64(sub)).Scan(&account))
		ids := []billing.AccountID{billing.AccountID(account)}
		c, err := billing.CatalogIn(ctx, tx)
		require.NoError(t, err)
		accounts, err := billing.LockAccounts(ctx, tx, ids)
		require.NoError(t, err)
		open, err := invoices.LockOpen(ctx, tx, ids)
		require.NoError(t, err)
		for _, inv := range open[ids[0]] {
			if inv.SubscriptionID != sub {
				continue
			}
			j := billing.NewJournal(tx, tester)
			received, err := j.Receive(ctx, []billing.Payment{{SellerID: inv.SellerID, AccountID: inv.AccountID, Channel: billing.ChannelCorrection, ChannelRef: correction.Add(1),
				Amount: inv.Residual(), State: billing.PaymentMatched, ValueOn: prolong.MustDate(valueOn)}}, []prolong.Date{prolong.DateOf(tx.Now, moscow)})
			require.NoError(t, err)
			_, err = h.invoices.Settle(ctx, tx, j, tester, c, accounts, open, []invoices.Settlement{{Payment: received[0], AccountID: inv.AccountID, Parts: []invoices.Part{{Invoice: inv.ID, Amount: inv.Residual()}}}})
			return err
		}
		return fmt.Errorf("subscription %d has no open invoice", sub)
	}))
}

// The usual schedule from the first reminder to the final letter, each letter in the seller's
// morning. 20 March 2026 is a Friday: the reminder of the 21st moves to Monday, where the
// warning says more.
func TestAnUnpaidTermIsRemindedWarnedSuspendedAndClosed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.standard(t, func(p *billing.Plan) { p.TerminateDays = 30 })
	h.accounts(t, 1, "2026-03-20", "")
	require.Equal(t, []string{
		"2026-03-17 reminder 3 days before end", "2026-03-20 reminder on end", "2026-03-23 suspending 1 day before suspension",
		"2026-03-24 suspended", "2026-03-24 suspended on suspension", "2026-04-16 closing 7 days before closing",
	}, h.run(t, "2026-04-22"))
	require.Equal(t, "access.suspended", h.access(t, "c00000").Reason)
	require.Equal(t, []string{"2026-04-23 closed on closing", "2026-04-23 closed"}, h.run(t, "2026-04-23"))
	require.Equal(t, "access.closed", h.access(t, "c00000").Reason)
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM invoices WHERE status = 'void' AND void_reason = 'Подписка закрыта'`))
	require.Empty(t, h.run(t, "2026-07-01"), "nothing is left to say, and nothing is invoiced")
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM invoices`))
	for _, purpose := range []string{"invoice.reminder 2", "service.suspending 1", "service.suspended 1", "service.closing 1", "service.closed 1"} {
		name, n, _ := strings.Cut(purpose, " ")
		require.Equal(t, n, fmt.Sprint(h.count(t, `SELECT count(*) FROM messages WHERE purpose = '`+name+`'`)), name)
	}
	h.sound(t)
}

// billing.md case 37 (Kill Bill #2297, its test is disabled): unpaid since 05-31, 05-31 and
// 06-02; when the two oldest are paid on 06-02, the third one's own days count: warning 06-07,
// suspension 06-09, closing 06-13. Case 38 (killbill #1997): the paid ones hear nothing.
func TestDunningIsAnchoredAtTheOldestUnpaidDebt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.standard(t, func(p *billing.Plan) {
		p.GraceDays, p.TerminateDays = 7, 4
		warn, err := billing.ParseDunningStep("suspending", "6 days after end", "none")
		require.NoError(t, err)
		p.Dunning = []billing.DunningStep{warn, step(t, "suspended", "on suspension"), step(t, "closed", "on closing")}
	})
	h.accounts(t, 1, "2026-05-30", "")
	var first int64
	require.NoError(t, h.db.Pool.QueryRow(context.Background(), `SELECT id FROM subscriptions`).Scan(&first))
	second, third := h.subscription(t, "c00000", "2026-05-30"), h.subscription(t, "c00000", "2026-06-01")
	require.Empty(t, h.run(t, "2026-06-02"))
	h.payFor(t, billing.SubscriptionID(first), "2026-06-02")
	h.payFor(t, second, "2026-06-02")
	require.Equal(t, []string{
		"2026-06-07 suspending 6 days after end", "2026-06-09 suspended", "2026-06-09 suspended on suspension", "2026-06-13 closed on closing", "2026-06-13 closed",
	}, h.run(t, "2026-06-20"))
	require.Equal(t, "access.active", h.access(t, "c00000").Reason, "the account is served by what is paid")
	require.Equal(t, 0, h.count(t, fmt.Sprintf(`SELECT count(*) FROM dunning_events WHERE outcome <> 'skipped' AND subscription_id <> %d`, third)))
	h.sound(t)
}

// Of several open invoices of one subscription the oldest speaks; when it is paid, the next
// one's due day counts.
func TestReminderDaysFollowTheOldestOpenInvoice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.standard(t, func(p *billing.Plan) {
		p.Dunning = []billing.DunningStep{step(t, "reminder", "1 working day after due")}
	})
	h.accounts(t, 1, "2026-03-20", "")
	require.Equal(t, []string{"2026-03-23 reminder 1 working day after due", "2026-03-24 suspended"}, h.run(t, "2026-04-30"))
}

func TestEachLetterLeavesOnceUnderConcurrency(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 60, "2026-03-20", "")
	_, err := h.invoices.IssueDue(context.Background(), tester, prolong.Date{})
	require.NoError(t, err)
	for _, day := range []int{17, 20, 23, 24} {
		h.clock.Set(time.Date(2026, 3, day, 10, 0, 0, 0, moscow))
		for range 2 {
			for _, err := range together(4, func() error {
				_, err := h.invoices.DunDue(context.Background(), tester, prolong.Date{})
				return err
			}) {
				require.NoError(t, err)
			}
		}
		_, err := h.invoices.DunDue(context.Background(), tester, prolong.Date{})
		require.NoError(t, err)
	}
	require.Equal(t, 240, h.count(t, `SELECT count(*) FROM messages WHERE purpose IN ('invoice.reminder', 'service.suspending', 'service.suspended')`))
	require.Equal(t, 60, h.count(t, `SELECT count(*) FROM dunning_events WHERE outcome = 'suspended'`))
}

// Nothing leaves before nine by the seller's clock.
func TestLettersWaitForTheSellersMorning(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	_, err := h.invoices.IssueDue(context.Background(), tester, prolong.Date{})
	require.NoError(t, err)
	h.clock.Set(time.Date(2026, 3, 17, 8, 59, 0, 0, moscow))
	done, err := h.invoices.DunDue(context.Background(), tester, prolong.Date{})
	require.NoError(t, err)
	require.Zero(t, done.Reminders)
	h.clock.Set(time.Date(2026, 3, 17, 9, 0, 0, 0, moscow))
	done, err = h.invoices.DunDue(context.Background(), tester, prolong.Date{})
	require.NoError(t, err)
	require.Equal(t, 1, done.Reminders)
}

// After days on which nothing ran, the client hears the latest of what is due, not all of it;
// after weeks he hears nothing of what has passed.
func TestALateSweepSaysOnlyTheLatest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	_, err := h.invoices.IssueDue(context.Background(), tester, prolong.Date{})
	require.NoError(t, err)
	h.clock.Set(time.Date(2026, 3, 23, 12, 0, 0, 0, moscow))
	require.Equal(t, []string{"2026-03-23 suspending 1 day before suspension"}, h.run(t, "2026-03-23"))

	old := newHouse(t)
	old.accounts(t, 1, "2025-11-20", "")
	require.Equal(t, []string{"2026-03-01 suspended"}, old.run(t, "2026-03-10"), "an import of a long dead client writes to nobody")
}

// bank is a bank whose statements were read last at a moment.
type bank struct {
	h  *house
	at time.Time
}

func (b *bank) GoodPulls(ctx context.Context) (map[billing.BankAccountID]time.Time, error) {
	c, err := b.h.billing.Catalog(ctx)
	pulls := map[billing.BankAccountID]time.Time{}
	for id := range c.BankAccounts {
		pulls[id] = b.at
	}
	return pulls, err
}

// billing.md case 24 (bcgov/entity #22625): sent on the last day, visible two days later. The
// suspension waits for a good pull after the deadline, so there is none; the days follow the
// old end.
func TestSuspensionWaitsForTheBanksStatement(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := &bank{h: h, at: time.Date(2026, 3, 23, 18, 0, 0, 0, moscow)}
	h.invoices.WatchBanks(b)
	h.accounts(t, 1, "2026-03-20", "")
	require.Equal(t, []string{
		"2026-03-17 reminder 3 days before end", "2026-03-20 reminder on end", "2026-03-23 held", "2026-03-23 suspending 1 day before suspension",
	}, h.run(t, "2026-03-25"), "the bank was read before the deadline of the 24th, 00:00")
	require.Equal(t, "access.grace", h.access(t, "c00000").Reason)
	var sub int64
	require.NoError(t, h.db.Pool.QueryRow(context.Background(), `SELECT id FROM subscriptions`).Scan(&sub))
	h.payFor(t, billing.SubscriptionID(sub), "2026-03-23")
	require.Equal(t, prolong.MustDate("2026-04-20"), h.access(t, "c00000").PaidThrough)
	require.Zero(t, h.count(t, `SELECT count(*) FROM dunning_events WHERE outcome = 'suspended'`))
	require.Zero(t, h.count(t, `SELECT count(*) FROM subscriptions WHERE suspend_on IS NOT NULL`))
	h.sound(t)
}

func TestSuspensionComesWithTheGoodPullOrAfterAWeek(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := &bank{h: h}
	h.invoices.WatchBanks(b)
	h.accounts(t, 1, "2026-03-20", "")
	h.run(t, "2026-03-24")
	require.Equal(t, billing.AccessGrace, h.access(t, "c00000").State)
	b.at = time.Date(2026, 3, 25, 0, 15, 0, 0, moscow)
	h.clock.Set(time.Date(2026, 3, 25, 0, 20, 0, 0, moscow))
	require.Equal(t, []string{"2026-03-25 suspended", "2026-03-25 suspended on suspension"}, h.run(t, "2026-03-25"))
	require.Equal(t, billing.AccessSuspended, h.access(t, "c00000").State)

	silent := newHouse(t)
	silent.invoices.WatchBanks(&bank{h: silent})
	silent.accounts(t, 1, "2026-03-20", "")
	silent.run(t, "2026-03-30")
	require.Equal(t, billing.AccessGrace, silent.access(t, "c00000").State, "day by day")
	require.Equal(t, []string{"2026-03-31 suspended", "2026-03-31 suspended on suspension"}, silent.run(t, "2026-04-20"))
}

// Paid before the deadline and seen after the suspension: nothing is lost by it, the paid days
// follow the old end.
func TestMoneySentBeforeTheSuspensionCountsFromTheOldEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	h.run(t, "2026-03-26")
	require.Equal(t, billing.AccessSuspended, h.access(t, "c00000").State)
	var sub int64
	require.NoError(t, h.db.Pool.QueryRow(context.Background(), `SELECT id FROM subscriptions`).Scan(&sub))
	h.payFor(t, billing.SubscriptionID(sub), "2026-03-23")
	require.Equal(t, "access.active", h.access(t, "c00000").Reason, "open again at once")
	require.Equal(t, prolong.MustDate("2026-04-20"), h.access(t, "c00000").PaidThrough)
}

// A debt that a taken back payment brings to life is told of again.
func TestADebtThatComesBackIsARoundOfItsOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	h.run(t, "2026-03-24")
	h.pay(t)
	h.run(t, "2026-03-26")
	var payment int64
	require.NoError(t, h.db.Pool.QueryRow(context.Background(), `SELECT id FROM payments`).Scan(&payment))
	_, err := h.invoices.Chargeback(context.Background(), tester, billing.PaymentID(payment), prolong.MustDate("2026-03-26"), "test")
	require.NoError(t, err)
	require.Equal(t, []string{"2026-03-24 suspended", "2026-03-26 suspended on suspension"}, h.run(t, "2026-03-28"), "no reminder twice")
	require.Equal(t, 2, h.count(t, `SELECT count(*) FROM messages WHERE purpose = 'service.suspended'`))
	h.sound(t)
}

// Grace in working days: 30 April 2026 is a Thursday, 1 May a holiday, 9 May is moved to the
// 11th. Three working days after it end on the 6th; with stops on working days only, a grace of
// eight days, which ends on the 8th, goes on over the holidays to the 12th.
func TestGraceCountsWorkingDays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.standard(t, func(p *billing.Plan) { p.GraceWorking = true })
	h.accounts(t, 1, "2026-04-30", "")
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM subscriptions WHERE suspend_on = '2026-05-07'`))
	h.standard(t, func(p *billing.Plan) { p.GraceDays, p.SuspendWorking = 8, true })
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM subscriptions WHERE suspend_on = '2026-05-12'`))
	h.clock.Set(time.Date(2026, 5, 11, 23, 0, 0, 0, moscow))
	require.Equal(t, billing.AccessGrace, h.access(t, "c00000").State)
	h.clock.Set(time.Date(2026, 5, 12, 0, 0, 0, 0, moscow))
	require.Equal(t, billing.AccessSuspended, h.access(t, "c00000").State)
	h.standard(t, func(*billing.Plan) {})
	require.Zero(t, h.count(t, `SELECT count(*) FROM subscriptions WHERE suspend_on IS NOT NULL`), "the plain grace needs no day of its own")
}

// Without a schedule day in sight the sweep touches only what the index names: its plan reads
// the index, and the number of rows that it reads does not depend on how many there are.
func TestTheIdleDunningSweepReadsItsIndexOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 3000, "2026-12-20", "")
	ctx := context.Background()
	_, err := h.db.Pool.Exec(ctx, `ANALYZE`)
	require.NoError(t, err)
	rows, err := h.db.Pool.Query(ctx, `EXPLAIN SELECT s.id FROM subscriptions s WHERE s.dunning_on IS NOT NULL AND s.dunning_on <= '2026-03-01'
		AND (s.dunning_on, s.id) > ('0001-01-02'::date, 0) ORDER BY s.dunning_on, s.id LIMIT 500`)
	require.NoError(t, err)
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		var line string
		require.NoError(t, rows.Scan(&line))
		plan.WriteString(line + "\n")
	}
	require.NoError(t, rows.Err())
	require.Contains(t, plan.String(), "subscriptions_dunning_on")
	require.NotContains(t, plan.String(), "Seq Scan")
	require.Equal(t, 0, h.count(t, `SELECT count(*) FROM subscriptions WHERE dunning_on <= '2026-03-01'`))
	done, err := h.invoices.DunDue(ctx, tester, prolong.Date{})
	require.NoError(t, err)
	require.Equal(t, invoices.Dunned{}, done)
}

// billing.md case 35 (Lago, dunning_campaign_v1_spec.rb): a threshold per currency: 149 < 150 is
// silent, 120 >= 100 of the other currency is dunned. Ours: what is spared is served to the end of
// the period that it is asked for, and no longer.
func TestADebtBelowTheThresholdOfItsCurrencyIsNotDunned(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t)
	h.exec(t, `INSERT INTO seller_bank_accounts (seller_id, number, bic, bank, corr_account, currency, source_kind, source_config, position, created_at)
		SELECT seller_id, '40702398900000000001', bic, bank, corr_account, 'KZT', '', '{}', 1, created_at FROM seller_bank_accounts`)
	p := billing.Plan{Key: "small", Name: "Малый", Period: prolong.Term{Count: 1, Unit: prolong.Months}, Lead: billing.DefaultLead, GraceDays: 3, RemindDays: 3, Resume: billing.ResumeLatest,
		DunFrom: map[prolong.Currency]int64{prolong.RUB: 15000, prolong.KZT: 10000}}
	_, err := h.billing.Apply(ctx, nil, []billing.PlanSpec{{Plan: p, Seller: "main", Prices: []prolong.Money{prolong.NewMoney(14900, prolong.RUB), prolong.NewMoney(12000, prolong.KZT)}}})
	require.NoError(t, err)
	rows, bad, err := billing.ReadAccountCSV(strings.NewReader("external_id,name,legal_form,country,email,plan,currency,paid_through\n" +
		"c00000,«Пример А»,ООО,RU,a@example.test,small,RUB,2026-03-20\nkzt,«Пример Б»,ООО,RU,b@example.test,small,KZT,2026-03-20\n"))
	require.NoError(t, err)
	_, err = h.billing.ImportAccounts(ctx, tester, rows, bad, "main", true)
	require.NoError(t, err)
	require.Equal(t, []string{
		"2026-03-17 reminder 3 days before end kzt", "2026-03-20 reminder on end kzt", "2026-03-23 suspending 1 day before suspension kzt",
		"2026-03-24 suspended kzt", "2026-03-24 suspended on suspension kzt",
	}, h.run(t, "2026-04-15"))
	require.Equal(t, billing.AccessGrace, h.access(t, "c00000").State)
	require.Equal(t, []string{"2026-04-20 suspending 1 day before suspension", "2026-04-21 suspended", "2026-04-21 suspended on suspension"}, h.run(t, "2026-05-30"))
	require.Equal(t, 2, h.count(t, `SELECT count(*) FROM invoices`), "the next period is not begun on credit")
	h.sound(t)
}

// What a payment leaves below the threshold is spared; taken back, the whole debt counts again.
func TestASparedRestThatGrowsIsDunned(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(t)
	h.standard(t, func(p *billing.Plan) { p.DunFrom = map[prolong.Currency]int64{prolong.RUB: 15000} })
	h.accounts(t, 1, "2026-03-20", "")
	h.issue(t)
	payment := h.receive(t, h.account(t, "c00000"), 190000, "2026-03-10")
	require.Empty(t, h.run(t, "2026-04-02"))
	require.Equal(t, billing.AccessGrace, h.access(t, "c00000").State)
	h.sound(t)
	_, err := h.invoices.Chargeback(ctx, tester, payment.ID, prolong.MustDate("2026-04-02"), "возврат")
	require.NoError(t, err)
	require.Equal(t, []string{"2026-04-03 suspended", "2026-04-03 suspended on suspension"}, h.run(t, "2026-04-04"))
	require.Equal(t, billing.AccessSuspended, h.access(t, "c00000").State)
	h.sound(t)
}

// billing.md case 35, the other way round: whoever is suspended and pays all but what would never have
// blocked him is served again at once. Nothing is bought by that; the rest buys the days from then on,
// or the service stops once more, with its letters, when they are over.
func TestASuspendedClientIsServedAgainWhenHisRestIsSpared(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	open := func(policy billing.Resume) *house {
		h := newHouse(t)
		h.standard(t, func(p *billing.Plan) {
			p.DunFrom, p.Resume, p.TerminateDays = map[prolong.Currency]int64{prolong.RUB: 15000}, policy, 20
		})
		h.accounts(t, 1, "2026-03-20", "")
		h.issue(t)
		h.run(t, "2026-04-01")
		require.Equal(t, billing.AccessSuspended, h.access(t, "c00000").State)
		inv := h.find(t, invoices.StatusOpen)[0]
		h.receive(t, inv.AccountID, 100000, "2026-04-01")
		require.Equal(t, billing.AccessSuspended, h.access(t, "c00000").State, "1000 of 2000 are too much to be spared")
		h.receive(t, inv.AccountID, 90000, "2026-04-01")
		require.Equal(t, billing.AccessGrace, h.access(t, "c00000").State)
		require.Equal(t, "2026-03-20", h.paidThrough(t, "c00000"), "only a covered invoice extends")
		h.sound(t)
		return h
	}
	for policy, want := range map[billing.Resume][3]string{
		billing.ResumeLatest: {"2026-05-01", "2026-04-30", "2026-05-04"}, // a whole period from the payment on
		billing.ResumeExpiry: {"2026-04-21", "2026-04-20", "2026-04-21"}, // what is left of the old one
	} {
		h := open(policy)
		stop := prolong.MustDate(want[0])
		require.Equal(t, []string{
			stop.AddDays(-1).String() + " suspending 1 day before suspension, again after 2026-04-01", stop.String() + " suspended", want[2] + " suspended on suspension, again after 2026-04-01",
		}, h.run(t, stop.AddDays(3).String()), "it was not closed meanwhile for the days before")
		require.Equal(t, billing.AccessSuspended, h.access(t, "c00000").State)
		h.sound(t)

		h = open(policy)
		h.run(t, "2026-04-10")
		h.receive(t, h.account(t, "c00000"), 10000, "2026-04-10")
		require.Equal(t, want[1], h.paidThrough(t, "c00000"))
		h.sound(t)
	}

	// The bank takes the payment back: the whole debt counts again.
	h := open(billing.ResumeLatest)
	var id billing.PaymentID
	require.NoError(t, h.db.Pool.QueryRow(ctx, `SELECT max(id) FROM payments`).Scan((*int64)(&id)))
	_, err := h.invoices.Chargeback(ctx, tester, id, prolong.MustDate("2026-04-02"), "возврат")
	require.NoError(t, err)
	h.run(t, "2026-04-03")
	require.Equal(t, billing.AccessSuspended, h.access(t, "c00000").State)
	// And a credit note does what a payment did.
	_, err = h.invoices.Credit(ctx, tester, h.find(t, invoices.StatusOpen)[0].ID, prolong.NewMoney(90000, prolong.RUB), "простой")
	require.NoError(t, err)
	require.Equal(t, billing.AccessGrace, h.access(t, "c00000").State)
	h.sound(t)
}

// Blocked days are given back though the service went on before the period was paid.
func TestBlockedDaysAreGivenBackToWhoWasServedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.standard(t, func(p *billing.Plan) {
		p.DunFrom, p.Resume = map[prolong.Currency]int64{prolong.RUB: 15000}, billing.ResumeCredit
	})
	h.accounts(t, 1, "2026-03-20", "")
	h.issue(t)
	h.run(t, "2026-04-01")
	account := h.account(t, "c00000")
	h.receive(t, account, 190000, "2026-04-01")
	h.run(t, "2026-04-10")
	h.receive(t, account, 10000, "2026-04-10")
	require.Equal(t, "2026-04-20", h.paidThrough(t, "c00000"))
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM blocked_credits WHERE blocked_from = '2026-03-24' AND blocked_to = '2026-04-01'`))
	h.sound(t)
}
