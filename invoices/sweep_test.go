package invoices_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
)

// together runs fn in n goroutines and returns their errors.
func together(n int, fn func() error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = fn() })
	}
	wg.Wait()
	return errs
}

func TestConcurrentRenewalSweepsInvoiceEachPeriodOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const clients = 700
	h.accounts(t, clients, "2026-03-20", "")
	for _, err := range together(4, func() error {
		_, err := h.invoices.IssueDue(context.Background(), prolong.System("test"), prolong.Date{})
		return err
	}) {
		require.NoError(t, err)
	}
	// What one sweep passed over because another held it is taken by the next.
	_, err := h.invoices.IssueDue(context.Background(), prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	require.Equal(t, clients, h.count(t, `SELECT count(*) FROM invoices`))
	require.Equal(t, clients, h.count(t, `SELECT count(*) FROM messages WHERE purpose = 'invoice.issued'`))
	h.sound(t)
}

func TestRenewalComesAMonthAheadAndNotEarlier(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-04-01", "") // the next period begins on 2 April: due from 2 March
	done, err := h.invoices.IssueDue(context.Background(), prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	require.Zero(t, done.Invoices)
	h.clock.Advance(15 * time.Hour) // midnight of 2 March in Moscow
	done, err = h.invoices.IssueDue(context.Background(), prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	require.Equal(t, 1, done.Invoices)
}

// More are due than one batch holds, so that two batches are under way at a time, and some of what
// their balances pay is due again at once, behind the place that the sweep has reached.
func TestASweepOfManyBatchesLeavesNothingDue(t *testing.T) {
	t.Parallel()
	h := newHouse(t) // on 1 March 2026
	const clients, rich, periods = 1100, 5, 4
	h.accounts(t, clients, "2025-12-31", "")
	for i := range rich {
		h.receive(t, h.account(t, fmt.Sprintf("c%05d", i*clients/rich)), 5*200000, "2025-12-20")
	}
	done, err := h.invoices.IssueDue(context.Background(), tester, prolong.Date{})
	require.NoError(t, err)
	require.Equal(t, clients-rich+rich*periods, done.Invoices)
	require.Equal(t, rich*periods, done.Settled, "from January to April")
	require.Equal(t, clients-rich, h.count(t, `SELECT count(*) FROM invoices WHERE status = 'open'`))
	require.Equal(t, done.Invoices, h.count(t, `SELECT sum(last) FROM invoice_counters`))
	require.Equal(t, done.Invoices, h.count(t, `SELECT count(*) FROM messages WHERE purpose = 'invoice.issued'`))
	done, err = h.invoices.IssueDue(context.Background(), tester, prolong.Date{})
	require.NoError(t, err)
	require.Zero(t, done.Invoices)
	h.sound(t)
}

func TestASweepThatFailsEndsAndTakesNoNumbers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 700, "2026-03-20", "")
	_, err := h.db.Pool.Exec(context.Background(), `DELETE FROM seller_bank_accounts`)
	require.NoError(t, err)
	_, err = h.invoices.IssueDue(context.Background(), tester, prolong.Date{})
	codeOf(t, err, "error.seller_no_bank_account")
	require.Zero(t, h.count(t, `SELECT count(*) FROM invoice_counters`))

	gone, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = h.invoices.IssueDue(gone, tester, prolong.Date{})
	require.ErrorIs(t, err, context.Canceled)
}

func TestClosingDocumentsAreNumberedWithoutGapsByConcurrentSweeps(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const clients = 300
	h.accounts(t, clients, "2026-03-20", "")
	_, err := h.invoices.IssueDue(context.Background(), prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	h.pay(t)
	done, err := h.invoices.CloseDue(context.Background(), prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	require.Zero(t, done.Documents, "the act follows the day after the payment")
	h.clock.Advance(24 * time.Hour)
	for _, err := range together(4, func() error {
		_, err := h.invoices.CloseDue(context.Background(), prolong.System("test"), prolong.Date{})
		return err
	}) {
		require.NoError(t, err)
	}
	_, err = h.invoices.CloseDue(context.Background(), prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	require.Equal(t, clients, h.count(t, `SELECT count(*) FROM documents`))
	require.Equal(t, clients, h.count(t, `SELECT max(running) FROM documents`))
	h.sound(t)
}

func TestAReminderLeavesOnceAndNeverForAPaidInvoice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 2, "2026-03-20", "")
	_, err := h.invoices.IssueDue(context.Background(), prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	sweep := func() int {
		done, err := h.invoices.DunDue(context.Background(), tester, prolong.Date{})
		require.NoError(t, err)
		return done.Reminders
	}
	h.clock.Set(time.Date(2026, 3, 16, 12, 0, 0, 0, moscow))
	require.Zero(t, sweep())
	h.clock.Set(time.Date(2026, 3, 17, 12, 0, 0, 0, moscow))
	for _, err := range together(3, func() error {
		_, err := h.invoices.DunDue(context.Background(), tester, prolong.Date{})
		return err
	}) {
		require.NoError(t, err)
	}
	sweep()
	require.Equal(t, 2, h.count(t, `SELECT count(*) FROM messages WHERE purpose = 'invoice.reminder'`))

	paid := newHouse(t)
	paid.accounts(t, 1, "2026-03-20", "")
	_, err = paid.invoices.IssueDue(context.Background(), prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	paid.pay(t)
	paid.clock.Set(time.Date(2026, 3, 17, 12, 0, 0, 0, moscow))
	done, err := paid.invoices.DunDue(context.Background(), tester, prolong.Date{})
	require.NoError(t, err)
	require.Zero(t, done.Reminders)
}

func TestAnInvoiceOfNoughtSettlesItself(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "0.00")
	done, err := h.invoices.IssueDue(context.Background(), prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	require.Equal(t, 1, done.Settled)
	access, _, err := h.billing.AccessOf(context.Background(), "c00000")
	require.NoError(t, err)
	require.Equal(t, prolong.MustDate("2026-04-20"), access.PaidThrough)
	h.sound(t)
}

// billing.md case 39: erpnext test_subscription.py, #28179. Nothing ran for two months; the first
// sweep makes up for exactly the periods that have fallen due, in their order, and a second one for
// none. Without money it asks for the first of them only (case 40).
func TestASweepAfterALongPauseMakesUpForEachPeriodOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t) // on 1 March 2026
	h.accounts(t, 2, "2025-12-31", "")
	h.receive(t, h.account(t, "c00000"), 5*200000, "2025-12-20")
	for range 2 {
		_, err := h.invoices.IssueDue(context.Background(), tester, prolong.Date{})
		require.NoError(t, err)
		var periods []string
		for _, inv := range h.find(t, invoices.StatusPaid) {
			periods = append(periods, inv.Period.String())
		}
		require.Equal(t, []string{"2026-01-01..2026-01-31", "2026-02-01..2026-02-28", "2026-03-01..2026-03-31", "2026-04-01..2026-04-30"}, periods)
		require.Len(t, h.find(t, invoices.StatusOpen), 1)
	}
	require.Equal(t, "2026-04-30", h.paidThrough(t, "c00000"))
	require.Equal(t, -200000, h.ledger(t, billing.LedgerAdvances), "the fifth is not due yet")
	h.sound(t)
}
