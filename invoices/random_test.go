package invoices_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices"
)

var (
	randomSeeds      = flag.Int("random.seeds", 6, "how many accounts, each with a seed of its own, the random operations work on")
	randomOperations = flag.Int("random.operations", 25, "how many operations each of them gets")
	randomFirst      = flag.Uint64("random.first", 1, "the first seed")
)

var tester = prolong.System("test")

// walk is a random walk over what can happen to one account.
type walk struct {
	h       *house
	rng     *rand.Rand
	account billing.AccountID
	log     []string
	refs    int64
}

// tell records an operation; a refusal that people may see is a right answer.
func (w *walk) tell(t *testing.T, err error, format string, args ...any) {
	t.Helper()
	line := w.h.db.Now().In(moscow).Format("2006-01-02 ") + fmt.Sprintf(format, args...)
	var refusal *prolong.Error
	if errors.As(err, &refusal) {
		line, err = line+": "+refusal.Key, nil
	}
	w.log = append(w.log, line)
	require.NoError(t, err, "%s", strings.Join(w.log, "\n"))
}

// pick returns the id of a random row of the account; 0 if there is none.
func (w *walk) pick(t *testing.T, sql string) int64 {
	t.Helper()
	rows, err := w.h.db.Pool.Query(context.Background(), sql+" ORDER BY 1", int64(w.account))
	require.NoError(t, err)
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		require.NoError(t, rows.Scan(&id))
		ids = append(ids, id)
	}
	require.NoError(t, rows.Err())
	if len(ids) == 0 {
		return 0
	}
	return ids[w.rng.IntN(len(ids))]
}

// pay receives money and puts it on the open invoices, the oldest first: exactly, in part, too
// much, or short by kopecks.
func (w *walk) pay(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	today := prolong.DateOf(w.h.db.Now(), moscow)
	valueOn := today.AddDays(-w.rng.IntN(20))
	var minor int64
	err := w.h.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		open, accounts, c := w.lock(ctx, t, tx)
		list := open[w.account]
		minor = 200000 * (1 + w.rng.Int64N(3))
		if len(list) > 0 {
			minor = list[0].Residual().Minor()
			switch w.rng.IntN(6) {
			case 0:
				minor = 1 + w.rng.Int64N(minor)
			case 1:
				minor += 1 + w.rng.Int64N(500000)
			case 2:
				minor = max(1, minor-w.rng.Int64N(150)) // some within the policy of kopecks, some beyond
			}
		}
		w.refs++
		j := billing.NewJournal(tx, tester)
		received, err := j.Receive(ctx, []billing.Payment{{SellerID: accounts[w.account].SellerID, AccountID: w.account, Channel: billing.ChannelCorrection,
			ChannelRef: int64(w.account)<<32 + w.refs, Amount: prolong.NewMoney(minor, prolong.RUB), State: billing.PaymentMatched, ValueOn: valueOn}}, []prolong.Date{today})
		if err != nil {
			return err
		}
		return w.settle(ctx, tx, j, c, accounts, open, received[0])
	})
	w.tell(t, err, "pay %d of %s", minor, valueOn)
}

func (w *walk) lock(ctx context.Context, t *testing.T, tx postgres.Tx) (map[billing.AccountID][]*invoices.Invoice, map[billing.AccountID]billing.Account, billing.Catalog) {
	t.Helper()
	accounts, err := billing.LockAccounts(ctx, tx, []billing.AccountID{w.account})
	require.NoError(t, err)
	open, err := invoices.LockOpen(ctx, tx, []billing.AccountID{w.account})
	require.NoError(t, err)
	c, err := billing.CatalogIn(ctx, tx)
	require.NoError(t, err)
	return open, accounts, c
}

func (w *walk) settle(ctx context.Context, tx postgres.Tx, j *billing.Journal, c billing.Catalog, accounts map[billing.AccountID]billing.Account, open map[billing.AccountID][]*invoices.Invoice, p billing.Payment) error {
	st := invoices.Settlement{Payment: p, AccountID: w.account}
	rest := p.Rest().Minor()
	for _, inv := range open[w.account] {
		if part := min(rest, inv.Residual().Minor()); part > 0 {
			st.Parts = append(st.Parts, invoices.Part{Invoice: inv.ID, Amount: prolong.NewMoney(part, prolong.RUB)})
			rest -= part
		}
	}
	_, err := w.h.invoices.Settle(ctx, tx, j, tester, c, accounts, open, []invoices.Settlement{st})
	return err
}

// undo takes a payment back into review, as banksync does.
func (w *walk) undo(t *testing.T) {
	t.Helper()
	id := w.pick(t, `SELECT id FROM payments WHERE account_id = $1 AND channel = 'correction'`)
	if id == 0 {
		return
	}
	err := w.h.db.WithTx(context.Background(), func(ctx context.Context, tx postgres.Tx) error {
		_, _, c := w.lock(ctx, t, tx)
		p, err := billing.PaymentForUpdate(ctx, tx, billing.PaymentID(id))
		require.NoError(t, err)
		if p.Held().IsZero() {
			return nil
		}
		j := billing.NewJournal(tx, tester)
		if _, err := w.h.invoices.TakeBack(ctx, tx, j, tester, c, p); err != nil {
			return err
		}
		w.refs++
		j.Unassign(p, prolong.DateOf(tx.Now, moscow), int64(w.account)<<32+w.refs)
		return j.Write(ctx)
	})
	w.tell(t, err, "undo payment %d", id)
}

// assign gives a payment that an undo left in review to the account again.
func (w *walk) assign(t *testing.T) {
	t.Helper()
	id := w.pick(t, `SELECT id FROM payments WHERE state = 'review' AND channel_ref >> 32 = $1 AND amount_minor > refunded_minor`)
	if id == 0 {
		return
	}
	err := w.h.db.WithTx(context.Background(), func(ctx context.Context, tx postgres.Tx) error {
		open, accounts, c := w.lock(ctx, t, tx)
		p, err := billing.PaymentForUpdate(ctx, tx, billing.PaymentID(id))
		require.NoError(t, err)
		j := billing.NewJournal(tx, tester)
		w.refs++
		j.Assign(p, w.account, prolong.DateOf(tx.Now, moscow), int64(w.account)<<32+w.refs)
		p.State, p.AccountID = billing.PaymentMatched, w.account
		return w.settle(ctx, tx, j, c, accounts, open, p)
	})
	w.tell(t, err, "assign payment %d", id)
}

func (w *walk) step(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	switch w.rng.IntN(17) {
	case 0, 1, 2:
		w.h.clock.Advance(time.Duration(1+w.rng.IntN(12)) * 24 * time.Hour)
		_, err := w.h.invoices.IssueDue(ctx, tester, prolong.Date{})
		w.tell(t, err, "days pass, invoices are issued")
	case 3, 4, 5, 6, 7, 8:
		w.pay(t)
	case 9:
		w.undo(t)
	case 10:
		w.assign(t)
	case 11:
		if id := w.pick(t, `SELECT id FROM invoices WHERE account_id = $1`); id != 0 {
			_, err := w.h.invoices.Void(ctx, tester, invoices.InvoiceID(id), "test")
			w.tell(t, err, "void %d", id)
		}
	case 12, 13:
		if id := w.pick(t, `SELECT id FROM invoices i WHERE account_id = $1 AND status <> 'paid' AND NOT EXISTS (SELECT 1 FROM invoices n WHERE n.replaces_id = i.id)`); id != 0 {
			_, err := w.h.invoices.Reissue(ctx, tester, invoices.InvoiceID(id), "test")
			w.tell(t, err, "reissue %d", id)
		}
	case 14:
		id := w.pick(t, `SELECT id FROM payments WHERE account_id = $1`)
		if w.rng.IntN(2) == 0 {
			_, err := w.h.invoices.Chargeback(ctx, tester, billing.PaymentID(id), prolong.DateOf(w.h.db.Now(), moscow), "test")
			w.tell(t, err, "chargeback %d", id)
		} else {
			err := w.h.billing.RefundBalance(ctx, tester, billing.PaymentID(id), prolong.NewMoney(1+w.rng.Int64N(5000), prolong.RUB), prolong.DateOf(w.h.db.Now(), moscow), "test")
			w.tell(t, err, "refund %d", id)
		}
	case 15:
		id := w.pick(t, `SELECT id FROM subscriptions WHERE account_id = $1`)
		key := []string{"standard", "quarter", "thirty"}[w.rng.IntN(3)]
		_, err := w.h.invoices.ChangePlan(ctx, tester, billing.SubscriptionID(id), key, prolong.Money{})
		w.tell(t, err, "change to %s", key)
	case 16:
		_, err := w.h.invoices.CloseDue(ctx, tester, prolong.Date{})
		w.tell(t, err, "close")
	}
}

// Whatever happens in whatever order, every invariant of money and terms holds after each
// operation. -random.seeds and -random.operations make the walk longer.
func TestRandomOperationsKeepEveryInvariant(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.policy(t, 100)
	h.plan(t, "quarter", prolong.Term{Count: 3, Unit: prolong.Months}, 540000)
	h.plan(t, "thirty", prolong.Term{Count: 30, Unit: prolong.Days}, 190000)
	h.accounts(t, *randomSeeds, "2026-03-20", "")
	for i := range *randomSeeds {
		seed := *randomFirst + uint64(i)
		var id int64
		require.NoError(t, h.db.Pool.QueryRow(context.Background(), `SELECT id FROM accounts WHERE external_id = $1`, fmt.Sprintf("c%05d", i)).Scan(&id))
		w := &walk{h: h, rng: rand.New(rand.NewPCG(seed, 0)), account: billing.AccountID(id)}
		for range *randomOperations {
			w.step(t)
			broken, err := postgres.Verify(context.Background(), h.db, append(billing.Invariants(), invoices.Invariants()...))
			require.NoError(t, err)
			require.Empty(t, broken, "seed %d:\n%s", seed, strings.Join(w.log, "\n"))
		}
	}
}
