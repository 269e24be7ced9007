package billing_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
)

// billing.md case 38: killbill #1997. The account's access is that of its longest paid
// subscription; a debt on another one never shortens it.
func TestPaidSubscriptionIsNotBlockedByAnothersDebt(t *testing.T) {
	t.Parallel()
	s, db := setup(t)
	importAccounts(t, s, accountsCSV)
	ctx := context.Background()
	_, err := db.Pool.Exec(ctx, `INSERT INTO subscriptions (account_id, seller_id, plan_id, currency, period_count, period_unit, anchor_day, paid_through, invoiced_to, created_at)
		SELECT account_id, seller_id, plan_id, currency, 1, 'month', 1, '2025-12-31', '2026-02-01', created_at FROM subscriptions`)
	require.NoError(t, err)
	feed := billing.NewAccessFeed(db)
	all, err := feed.All(ctx)
	require.NoError(t, err)
	require.Equal(t, prolong.MustDate("2026-03-31"), all["a1"].PaidThrough)
	require.Equal(t, billing.AccessActive, all["a1"].At(time.Date(2026, 3, 15, 12, 0, 0, 0, moscow)).State)
	require.Equal(t, billing.AccessSuspended, all["a2"].At(time.Date(2026, 3, 15, 12, 0, 0, 0, moscow)).State, "both of its terms are over")
}

// billing.md case 21: Flexprice, ee/service/payment_test.go. One key, one payment; other keys,
// other payments, however equal they look.
func TestConcurrentReceiptsOfOneKeyMakeOnePayment(t *testing.T) {
	t.Parallel()
	s, db := setup(t)
	importAccounts(t, s, accountsCSV)
	account, err := s.FindAccountByExternalID(context.Background(), "a1")
	require.NoError(t, err)
	receive := func(ref int64) error {
		return db.WithTx(context.Background(), func(ctx context.Context, tx postgres.Tx) error {
			if _, err := billing.LockAccounts(ctx, tx, []billing.AccountID{account.ID}); err != nil {
				return err
			}
			j := billing.NewJournal(tx, prolong.System("test"))
			on := prolong.MustDate("2026-03-05")
			if _, err := j.Receive(ctx, []billing.Payment{{SellerID: account.SellerID, AccountID: account.ID, Channel: billing.ChannelCard, ChannelRef: ref,
				Amount: prolong.NewMoney(200000, prolong.RUB), State: billing.PaymentMatched, ValueOn: on}}, []prolong.Date{on}); err != nil {
				return err
			}
			return j.Write(ctx)
		})
	}
	const writers = 20
	errs := make([]error, writers)
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() { errs[i] = receive(7) })
	}
	wg.Wait()
	accepted := 0
	for _, err := range errs {
		if err == nil {
			accepted++
		}
	}
	require.Equal(t, 1, accepted)
	require.NoError(t, receive(8), "an equal amount on the same day is another payment")
	var sum int64
	require.NoError(t, db.Pool.QueryRow(context.Background(), `SELECT amount_minor FROM balances WHERE account_id = $1`, int64(account.ID)).Scan(&sum))
	require.Equal(t, int64(400000), sum)
	broken, err := postgres.Verify(context.Background(), db, billing.Invariants())
	require.NoError(t, err)
	require.Empty(t, broken)
}
