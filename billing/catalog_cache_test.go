package billing_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/billing"
	"prolong/internal/postgres"
)

// A kept catalogue is never an old one: whatever way a table changes, the next reader sees it; who
// changed it sees it before anybody else; and what was rolled back was never there.
func TestCatalogIsReadAnewWhenItHasChanged(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, db := setup(t)
	grace := func(q func() (billing.Catalog, error)) int {
		t.Helper()
		c, err := q()
		require.NoError(t, err)
		p, ok := c.PlanByKey("standard")
		require.True(t, ok)
		return p.GraceDays
	}
	read := func() (billing.Catalog, error) { return s.Catalog(ctx) }
	before := grace(read)
	rolledBack := errors.New("rolled back")
	for range 2 { // the second content comes after the same number of changes as the first
		err := db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
			_, err := tx.Pgx.Exec(ctx, `UPDATE plans SET grace_days = 29`)
			require.NoError(t, err)
			require.Equal(t, 29, grace(func() (billing.Catalog, error) { return billing.CatalogIn(ctx, tx) }))
			require.Equal(t, before, grace(read))
			return rolledBack
		})
		require.ErrorIs(t, err, rolledBack)
		require.Equal(t, before, grace(read))
	}
	_, err := db.Pool.Exec(ctx, `UPDATE plans SET grace_days = 17`)
	require.NoError(t, err)
	require.Equal(t, 17, grace(read))

	for _, change := range []string{
		`UPDATE sellers SET name = name || '.'`, `UPDATE seller_bank_accounts SET bank = bank || '.'`, `UPDATE plan_prices SET amount_minor = amount_minor + 1`,
		`INSERT INTO plan_items (plan_id, key, kind, name, created_at) SELECT id, 'extra', 'addon', 'Дополнение', now() FROM plans`,
		`INSERT INTO plan_item_prices (item_id, currency, amount_minor, valid_from) SELECT id, 'RUB', 100, '2026-01-01' FROM plan_items`,
		`INSERT INTO calendar_days (country, on_day, kind, note) VALUES ('RU', '2026-03-02', 'off', '')`, `DELETE FROM calendar_days`,
	} {
		old, err := read()
		require.NoError(t, err)
		_, err = db.Pool.Exec(ctx, change)
		require.NoError(t, err, change)
		now, err := read()
		require.NoError(t, err)
		require.NotEqual(t, old, now, change)
	}
}
