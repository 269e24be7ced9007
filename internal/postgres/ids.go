package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// NextIDs takes n ids from the identity column of a table, so that rows that refer to each
// other can be copied without reading their ids back. Ids of a rolled back transaction are
// not used again.
func NextIDs(ctx context.Context, tx Tx, table string, n int) ([]int64, error) {
	if n == 0 {
		return nil, nil
	}
	// MATERIALIZED: the sequence is looked up once, not for every id.
	rows, err := tx.Pgx.Query(ctx, `WITH s AS MATERIALIZED (SELECT pg_get_serial_sequence($1, 'id')::regclass AS id) SELECT nextval(s.id) FROM s, generate_series(1, $2)`, table, n)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}

// NullID returns the id, or nil for 0: how an absent reference is written.
func NullID[T ~int64](id T) any {
	if id == 0 {
		return nil
	}
	return int64(id)
}

// Int64s turns ids into what a query takes as bigint[].
func Int64s[T ~int64](ids []T) []int64 {
	out := make([]int64, len(ids))
	for i, id := range ids {
		out[i] = int64(id)
	}
	return out
}
