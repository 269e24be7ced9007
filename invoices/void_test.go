package invoices_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices"
)

// issue draws up what is due and returns the open invoices, the oldest first.
func (h *house) issue(t testing.TB) []invoices.Invoice {
	t.Helper()
	_, err := h.invoices.IssueDue(context.Background(), tester, prolong.Date{})
	require.NoError(t, err)
	return h.find(t, invoices.StatusOpen)
}

func (h *house) find(t testing.TB, status invoices.Status) []invoices.Invoice {
	t.Helper()
	list, err := h.invoices.FindInvoices(context.Background(), invoices.Filter{Status: status})
	require.NoError(t, err)
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list
}

// correction numbers the money that the tests of this package put in by hand: no two receipts of one
// database may share a reference.
var correction atomic.Int64

// receive books money of a client and puts it on his open invoices, the oldest first.
func (h *house) receive(t testing.TB, account billing.AccountID, minor int64, valueOn string) billing.Payment {
	t.Helper()
	var payment billing.Payment
	require.NoError(t, h.db.WithTx(context.Background(), func(ctx context.Context, tx postgres.Tx) (err error) {
		payment, err = h.receiveIn(ctx, tx, account, minor, prolong.MustDate(valueOn))
		return err
	}))
	return payment
}

func (h *house) receiveIn(ctx context.Context, tx postgres.Tx, account billing.AccountID, minor int64, valueOn prolong.Date) (billing.Payment, error) {
	var none billing.Payment
	accounts, err := billing.LockAccounts(ctx, tx, []billing.AccountID{account})
	if err != nil {
		return none, err
	}
	open, err := invoices.LockOpen(ctx, tx, []billing.AccountID{account})
	if err != nil {
		return none, err
	}
	c, err := billing.CatalogIn(ctx, tx)
	if err != nil {
		return none, err
	}
	j := billing.NewJournal(tx, tester)
	received, err := j.Receive(ctx, []billing.Payment{{SellerID: accounts[account].SellerID, AccountID: account, Channel: billing.ChannelCorrection, ChannelRef: correction.Add(1),
		Amount: prolong.NewMoney(minor, prolong.RUB), State: billing.PaymentMatched, ValueOn: valueOn}}, []prolong.Date{valueOn})
	if err != nil {
		return none, err
	}
	st := invoices.Settlement{Payment: received[0], AccountID: account}
	rest := minor
	for _, inv := range open[account] {
		if part := min(rest, inv.Residual().Minor()); part > 0 {
			st.Parts = append(st.Parts, invoices.Part{Invoice: inv.ID, Amount: prolong.NewMoney(part, prolong.RUB)})
			rest -= part
		}
	}
	_, err = h.invoices.Settle(ctx, tx, j, tester, c, accounts, open, []invoices.Settlement{st})
	return received[0], err
}

func (h *house) paidThrough(t testing.TB, externalID string) string {
	t.Helper()
	access, _, err := h.billing.AccessOf(context.Background(), externalID)
	require.NoError(t, err)
	return access.PaidThrough.String()
}

func (h *house) ledger(t testing.TB, account billing.LedgerAccount) int {
	t.Helper()
	var n int
	require.NoError(t, h.db.Pool.QueryRow(context.Background(), `SELECT coalesce(sum(amount_minor), 0) FROM ledger_entries WHERE ledger_account = $1`, string(account)).Scan(&n))
	return n
}

func codeOf(t testing.TB, err error, key string) {
	t.Helper()
	var refusal *prolong.Error
	require.ErrorAs(t, err, &refusal)
	require.Equal(t, key, refusal.Key)
}

// billing.md case 34: Lago, scenarios/invoices/void_invoice_spec.rb. Case 31: Kill Bill,
// testVoidRepairedInvoice.
func TestVoidOfAPaidInvoiceGivesTheMoneyToTheBalanceAndKeepsItsNumber(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	inv := h.issue(t)[0]
	h.receive(t, inv.AccountID, 200000, "2026-03-05")
	h.clock.Advance(8 * 24 * time.Hour)
	_, err := h.invoices.CloseDue(context.Background(), tester, prolong.Date{})
	require.NoError(t, err)
	require.Equal(t, "2026-04-20", h.paidThrough(t, "c00000"))

	taken, err := h.invoices.Void(context.Background(), tester, inv.ID, "выставлен по ошибке")
	require.NoError(t, err)
	require.Len(t, taken.Cancelled, 1, "the act goes with the service")
	require.Empty(t, taken.Reopened)
	require.Equal(t, "2026-03-20", h.paidThrough(t, "c00000"))
	require.Equal(t, -200000, h.ledger(t, billing.LedgerAdvances), "on the balance")
	require.Zero(t, h.ledger(t, billing.LedgerRevenue))
	h.sound(t)

	_, err = h.invoices.Void(context.Background(), tester, inv.ID, "ещё раз")
	codeOf(t, err, "error.invoice_void")
	require.Empty(t, h.issue(t), "what a person cancelled is not asked for by itself")

	again, err := h.invoices.Reissue(context.Background(), tester, inv.ID, "")
	require.NoError(t, err)
	require.Equal(t, invoices.StatusPaid, again.New.Status, "the balance pays it")
	require.NotEqual(t, inv.Number, again.New.Number)
	require.Equal(t, inv.Period, again.New.Period)
	require.Equal(t, "2026-04-20", h.paidThrough(t, "c00000"))
	_, err = h.invoices.Reissue(context.Background(), tester, inv.ID, "")
	codeOf(t, err, "error.invoice_replaced")
	h.sound(t)
}

func TestReissueCancelsTheOldInvoiceAndMovesWhatWasPaidOnIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	inv := h.issue(t)[0]
	h.receive(t, inv.AccountID, 50000, "2026-03-05")
	_, err := h.db.Pool.Exec(context.Background(), `UPDATE plan_prices SET amount_minor = 180000`)
	require.NoError(t, err)

	out, err := h.invoices.Reissue(context.Background(), tester, inv.ID, "новая цена")
	require.NoError(t, err)
	require.Equal(t, inv.Number, out.Old)
	require.Equal(t, int64(130000), out.New.Residual().Minor())
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM invoices n JOIN invoices o ON o.id = n.replaces_id WHERE o.status = 'void' AND o.void_reason = 'новая цена'`))
	h.receive(t, inv.AccountID, 130000, "2026-03-06")
	require.Equal(t, "2026-04-20", h.paidThrough(t, "c00000"))
	h.sound(t)
	_, err = h.invoices.Void(context.Background(), tester, out.New.ID, "")
	codeOf(t, err, "error.field_missing")
}

// billing.md case 22: FOSSBilling, "batchCancelUnpaid leaves the order alone when its invoice
// was paid since selection". Whoever locks the account first wins, and the money is kept.
func TestRaceOfVoidAgainstPaymentLosesNoMoney(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const clients = 12
	h.accounts(t, clients, "2026-03-20", "")
	open := h.issue(t)
	turn := atomic.Int64{}
	for _, err := range together(2*clients, func() error {
		n := turn.Add(1) - 1
		inv := open[n/2]
		if n%2 == 0 {
			_, err := h.invoices.Void(context.Background(), tester, inv.ID, "гонка")
			return err
		}
		return h.db.WithTx(context.Background(), func(ctx context.Context, tx postgres.Tx) error {
			_, err := h.receiveIn(ctx, tx, inv.AccountID, 200000, prolong.MustDate("2026-03-05"))
			return err
		})
	}) {
		require.NoError(t, err)
	}
	require.Equal(t, clients, h.count(t, `SELECT count(*) FROM invoices WHERE status = 'void'`), "a paid one is cancelled too, its money stays")
	require.Equal(t, -200000*clients, h.ledger(t, billing.LedgerAdvances))
	h.sound(t)
}

// billing.md case 19: FOSSBilling, Invoice/tests/Unit/ServiceTest. By the seller's policy only,
// and into an account of that name.
func TestKopecksShortAreWrittenOffByPolicyAndAPartialPaymentIsKept(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		policy, paid int64
		status       invoices.Status
		residual     int64
		writtenOff   int
	}{
		"a kopeck short, no policy": {0, 199999, invoices.StatusOpen, 1, 0},
		"a kopeck short":            {100, 199999, invoices.StatusPaid, 0, 1},
		"a rouble short":            {100, 199900, invoices.StatusPaid, 0, 100},
		"more than the policy":      {100, 199899, invoices.StatusOpen, 101, 0},
		"partial":                   {100, 160000, invoices.StatusOpen, 40000, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.policy(t, c.policy)
			h.accounts(t, 1, "2026-03-20", "")
			inv := h.issue(t)[0]
			payment := h.receive(t, inv.AccountID, c.paid, "2026-03-05")
			list := h.find(t, c.status)
			require.Len(t, list, 1)
			require.Equal(t, c.residual, list[0].Residual().Minor())
			require.Equal(t, c.writtenOff, h.ledger(t, billing.LedgerWriteOff))
			h.sound(t)

			// The bank takes the money back: the kopecks are owed again with it.
			_, err := h.invoices.Chargeback(context.Background(), tester, payment.ID, prolong.MustDate("2026-03-07"), "возврат банка")
			require.NoError(t, err)
			require.Equal(t, int64(200000), h.find(t, invoices.StatusOpen)[0].Residual().Minor())
			for _, account := range []billing.LedgerAccount{billing.LedgerWriteOff, billing.LedgerBank, billing.LedgerAdvances, billing.LedgerDeferred} {
				require.Zero(t, h.ledger(t, account), account)
			}
			require.Equal(t, "2026-03-20", h.paidThrough(t, "c00000"))
			h.sound(t)
		})
	}
}

// billing.md case 20: Lago refuses 10001 of 10000. A bank transfer cannot be refused.
func TestOverPaymentStaysOnTheBalanceAndIsRefundedOnlyFromThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	inv := h.issue(t)[0]
	payment := h.receive(t, inv.AccountID, 200100, "2026-03-05")
	require.Equal(t, invoices.StatusPaid, h.find(t, "")[0].Status)
	require.Equal(t, -100, h.ledger(t, billing.LedgerAdvances))
	refund := func(minor int64, cur prolong.Currency) error {
		return h.billing.RefundBalance(context.Background(), tester, payment.ID, prolong.NewMoney(minor, cur), prolong.MustDate("2026-03-06"), "по заявлению")
	}
	codeOf(t, refund(101, prolong.RUB), "error.refund_amount")
	codeOf(t, refund(100, prolong.KZT), "error.currency_mismatch")
	require.NoError(t, refund(60, prolong.RUB))
	require.NoError(t, refund(40, prolong.RUB))
	codeOf(t, refund(1, prolong.RUB), "error.refund_amount")
	require.Zero(t, h.ledger(t, billing.LedgerAdvances))
	require.Equal(t, 200000, h.ledger(t, billing.LedgerBank))
	require.Equal(t, "2026-04-20", h.paidThrough(t, "c00000"))
	h.sound(t)
}

// billing.md case 18: Kill Bill, TestIntegrationInvoice.testApplyCreditOnExistingBalance: 300.00 for an
// invoice of 249.95 leave 50.05, and the next one asks for 199.90.
func TestWhatIsLeftOfAnOverPaymentLowersTheNextInvoice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "249.95")
	inv := h.issue(t)[0]
	require.Equal(t, int64(24995), inv.Total.Minor())
	h.receive(t, inv.AccountID, 30000, "2026-03-05")
	require.Equal(t, -5005, h.ledger(t, billing.LedgerAdvances))
	h.clock.Advance(31 * 24 * time.Hour)
	next := h.issue(t)
	require.Len(t, next, 1)
	require.Equal(t, int64(24995), next[0].Total.Minor())
	require.Equal(t, int64(19990), next[0].Residual().Minor())
	require.Zero(t, h.ledger(t, billing.LedgerAdvances))
	require.Equal(t, "2026-04-20", h.paidThrough(t, "c00000"), "a part buys no days")
	h.receive(t, inv.AccountID, 19990, "2026-04-10")
	require.Equal(t, "2026-05-20", h.paidThrough(t, "c00000"))
	require.Zero(t, h.ledger(t, billing.LedgerAdvances))
	h.sound(t)
}

// billing.md case 16: docs.whmcs.com/Credit/Prefunding. Each next invoice settles itself.
func TestMoneyForAYearSettlesEachNextInvoice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-30", "") // the anchor is the 31st
	inv := h.issue(t)[0]
	h.receive(t, inv.AccountID, 12*200000, "2026-03-05")
	for range 14 {
		h.clock.Advance(31 * 24 * time.Hour)
		h.issue(t)
	}
	require.Len(t, h.find(t, invoices.StatusPaid), 12)
	require.Equal(t, "2027-03-30", h.paidThrough(t, "c00000"))
	require.Len(t, h.find(t, invoices.StatusOpen), 1, "the thirteenth is to be paid")
	require.Equal(t, 11, h.count(t, `SELECT count(*) FROM messages WHERE purpose = 'invoice.issued' AND payload->>'settled' = 'true' AND payload->'paid_from_balance'->>'minor' = '200000'`),
		"and is mailed as paid")
	h.sound(t)
}

// billing.md case 35: Kill Bill, testPaymentDifferentCurrencyByPaymentPlugin. Ours never settles.
func TestMoneyOfAnotherCurrencyNeverSettlesAnInvoice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	inv := h.issue(t)[0]
	err := h.db.WithTx(context.Background(), func(ctx context.Context, tx postgres.Tx) error {
		accounts, err := billing.LockAccounts(ctx, tx, []billing.AccountID{inv.AccountID})
		require.NoError(t, err)
		open, err := invoices.LockOpen(ctx, tx, []billing.AccountID{inv.AccountID})
		require.NoError(t, err)
		c, err := billing.CatalogIn(ctx, tx)
		require.NoError(t, err)
		j := billing.NewJournal(tx, tester)
		received, err := j.Receive(ctx, []billing.Payment{{SellerID: inv.SellerID, AccountID: inv.AccountID, Channel: billing.ChannelCorrection, ChannelRef: correction.Add(1),
			Amount: prolong.NewMoney(200000, prolong.KZT), State: billing.PaymentMatched, ValueOn: inv.IssuedOn}}, []prolong.Date{inv.IssuedOn})
		require.NoError(t, err)
		_, err = h.invoices.Settle(ctx, tx, j, tester, c, accounts, open, []invoices.Settlement{{Payment: received[0], AccountID: inv.AccountID,
			Parts: []invoices.Part{{Invoice: inv.ID, Amount: prolong.NewMoney(200000, prolong.KZT)}}}})
		return err
	})
	codeOf(t, err, "error.currency_mismatch")
	require.Zero(t, h.count(t, `SELECT count(*) FROM payments`), "and the whole transaction is gone")
}

// billing.md case 36: OpenMeter, billing/sequence/service_test.go. Twenty writers on one account
// and on one counter: no number twice, none skipped, no update lost.
func TestTwentyWritersOnOneAccountLoseNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	inv := h.issue(t)[0]
	const writers = 20
	for _, err := range together(writers, func() error {
		return h.db.WithTxRetry(context.Background(), postgres.TxOptions{LockTimeout: time.Minute, StatementTimeout: time.Minute}, func(ctx context.Context, tx postgres.Tx) error {
			_, err := h.receiveIn(ctx, tx, inv.AccountID, 30000, prolong.MustDate("2026-03-05"))
			return err
		})
	}) {
		require.NoError(t, err)
	}
	require.Equal(t, writers*30000, h.ledger(t, billing.LedgerBank))
	require.Equal(t, -(writers*30000 - 200000), h.ledger(t, billing.LedgerAdvances))
	require.Equal(t, "2026-04-20", h.paidThrough(t, "c00000"), "extended once")
	h.sound(t)

	// Each void with its new invoice takes a number of the account; a refusal takes none.
	for range writers {
		open := h.find(t, "")
		for _, err := range together(3, func() error {
			_, err := h.invoices.Reissue(context.Background(), tester, open[len(open)-1].ID, "ещё раз")
			return err
		}) {
			if err != nil {
				codeOf(t, err, "error.invoice_replaced")
			}
		}
	}
	require.Equal(t, writers+1, h.count(t, `SELECT count(*) FROM invoices`))
	require.Equal(t, writers+1, h.count(t, `SELECT count(DISTINCT number) FROM invoices`))
	require.Equal(t, writers+1, h.count(t, `SELECT last FROM invoice_counters`))
	h.sound(t)
}
