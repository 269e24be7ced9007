package invoices

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/internal/testdb"
)

// billing.md case 36: OpenMeter, billing/sequence/service/service_test.go. A roll-back gives its
// numbers back, and twenty writers get 1 to 20, each once.
func TestNumbersAreGaplessThroughRollBacksAndConcurrency(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	ctx := context.Background()
	_, err := db.Pool.Exec(ctx, `INSERT INTO sellers (key, country, name, tax_id, time_zone, vat_regime, closing_policy, created_at) VALUES ('main', 'RU', 'ООО «Пример Софт»', '', 'Europe/Moscow', 'none', 'next_day', now())`)
	require.NoError(t, err)
	back := errors.New("roll back")
	take := func(n int, fail bool) (first int, err error) {
		err = db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
			if first, err = takeNumbers(ctx, tx, 1, DocumentAct, 2026, n); err == nil && fail {
				err = back
			}
			return err
		})
		return first, err
	}
	first, err := take(2, true)
	require.ErrorIs(t, err, back)
	require.Equal(t, 1, first)

	const writers = 20
	got := make([]int, 2*writers)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			n, err := take(1, i%2 == 1)
			if err == nil {
				got[i] = n
			}
		})
	}
	wg.Wait()
	slices.Sort(got)
	want := make([]int, 2*writers) // the half that rolled back took none
	for i := range writers {
		want[writers+i] = i + 1
	}
	require.Equal(t, want, got)
}

// The same of the numbers of invoices, which are each account's own: a batch may ask for several
// of one account, and two batches for numbers of the same accounts.
func TestInvoiceNumbersRunWithoutGapsPerAccount(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	ctx := context.Background()
	_, err := db.Pool.Exec(ctx, `INSERT INTO sellers (key, country, name, tax_id, time_zone, vat_regime, closing_policy, created_at) VALUES ('main', 'RU', 'ООО «Пример Софт»', '', 'Europe/Moscow', 'none', 'next_day', now())`)
	require.NoError(t, err)
	_, err = db.Pool.Exec(ctx, `INSERT INTO accounts (external_id, seller_id, payment_code, name, country, created_at) SELECT n, 1, '5000000' || n, 'Пример', 'RU', now() FROM generate_series(1, 2) n`)
	require.NoError(t, err)
	one, two := billing.Account{ID: 1, PaymentCode: "50000001"}, billing.Account{ID: 2, PaymentCode: "50000002"}
	back := errors.New("roll back")
	take := func(fail bool, of ...billing.Account) (numbers []string, err error) {
		err = db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
			if numbers, err = takeInvoiceNumbers(ctx, tx, of...); err == nil && fail {
				err = back
			}
			return err
		})
		return numbers, err
	}
	numbers, err := take(true, one, two, one)
	require.ErrorIs(t, err, back)
	require.Equal(t, []string{"50000001-01", "50000002-01", "50000001-02"}, numbers)
	numbers, err = take(false, one, two, one)
	require.NoError(t, err)
	require.Equal(t, []string{"50000001-01", "50000002-01", "50000001-02"}, numbers)
	numbers, err = take(false, two, one)
	require.NoError(t, err)
	require.Equal(t, []string{"50000002-02", "50000001-03"}, numbers)

	const writers = 20
	got := make([]string, 2*writers)
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			both := []billing.Account{one, two}
			if i%2 == 1 {
				slices.Reverse(both)
			}
			if numbers, err := take(i%4 == 3, both...); err == nil {
				copy(got[2*i:], numbers)
			}
		})
	}
	wg.Wait()
	got = slices.DeleteFunc(got, func(n string) bool { return n == "" })
	var want []string
	for n := range writers * 3 / 4 {
		want = append(want, one.PaymentCode.InvoiceNumber(4+n), two.PaymentCode.InvoiceNumber(3+n))
	}
	require.ElementsMatch(t, want, got)
}
