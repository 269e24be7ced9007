package postgres_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/internal/postgres"
	"prolong/internal/testdb"
)

// Use cases of a rehearsal see what those before them did, one that fails takes back its own part
// only, and nothing of it stays.
func TestARehearsalIsOneTransactionThatIsTakenBack(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	ctx := t.Context()
	_, err := db.Pool.Exec(ctx, `CREATE TABLE rehearsed (n int)`)
	require.NoError(t, err)
	count := func(ctx context.Context) (n int) {
		require.NoError(t, db.Reader(ctx).QueryRow(ctx, `SELECT count(*) FROM rehearsed`).Scan(&n))
		return n
	}
	add := func(ctx context.Context, fails error) error {
		return db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
			if _, err := tx.Pgx.Exec(ctx, `INSERT INTO rehearsed VALUES (1)`); err != nil {
				return err
			}
			if err := tx.DB.WithContext(ctx).Exec(`INSERT INTO rehearsed VALUES (2)`).Error; err != nil {
				return err
			}
			return fails
		})
	}
	oops := errors.New("refused")
	require.NoError(t, db.Rehearse(ctx, func(ctx context.Context, _ postgres.Tx) error {
		require.NoError(t, add(ctx, nil))
		require.Equal(t, 2, count(ctx))
		require.ErrorIs(t, add(ctx, oops), oops)
		require.Equal(t, 2, count(ctx))
		require.NoError(t, add(ctx, nil))
		require.Equal(t, 4, count(ctx))
		var n int64
		require.NoError(t, db.GormIn(ctx).Table("rehearsed").Count(&n).Error)
		require.Equal(t, int64(4), n)
		return nil
	}))
	require.Zero(t, count(ctx))
	require.ErrorIs(t, db.Rehearse(ctx, func(context.Context, postgres.Tx) error { return oops }), oops)
	require.NoError(t, add(ctx, nil))
	require.Equal(t, 2, count(ctx), "outside of a rehearsal it is kept")
}
