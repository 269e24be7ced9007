package invoices

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

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
