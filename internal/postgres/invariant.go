package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Invariant is a rule that the data keeps at every moment. SQL returns one text per row that
// breaks it, and nothing when all is well.
type Invariant struct {
	// Key is the catalogue key of the rule in one sentence.
	Key string
	SQL string
}

// Finding is a broken invariant.
type Finding struct {
	Key string
	// Details are what the query named, at most findingsMax of them.
	Details []string
}

const findingsMax = 20

// Verify runs the invariants, all on one snapshot of the data, and returns the broken ones.
func Verify(ctx context.Context, db *DB, invariants []Invariant) (broken []Finding, err error) {
	err = db.WithTxOptions(ctx, TxOptions{Isolation: pgx.RepeatableRead, ReadOnly: true, StatementTimeout: -1}, func(ctx context.Context, tx Tx) error {
		broken = nil
		for _, inv := range invariants {
			rows, err := tx.Pgx.Query(ctx, fmt.Sprintf("SELECT * FROM (%s) AS broken LIMIT %d", inv.SQL, findingsMax))
			if err != nil {
				return fmt.Errorf("%s: %w", inv.Key, err)
			}
			details, err := pgx.CollectRows(rows, pgx.RowTo[string])
			if err != nil {
				return fmt.Errorf("%s: %w", inv.Key, err)
			}
			if len(details) > 0 {
				broken = append(broken, Finding{Key: inv.Key, Details: details})
			}
		}
		return nil
	})
	return broken, err
}
