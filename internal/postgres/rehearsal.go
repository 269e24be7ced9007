package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
)

// Querier reads: a pool, a connection or a transaction.
type Querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

type rehearsalKey struct{}

// rehearsal is the transaction that a context's use cases are parts of.
type rehearsal struct {
	db *DB
	tx Tx
}

var errRehearsed = errors.New("rehearsed: rolled back")

// Rehearse runs fn in one transaction that is always rolled back: what would be. Use cases that fn
// calls with the context it is given run in savepoints of that transaction (WithTx), and what they
// read through Reader and GormIn is what was done before them; what they read through the pool is the
// world as it is. Returns fn's error.
func (db *DB) Rehearse(ctx context.Context, fn func(ctx context.Context, tx Tx) error) error {
	err := db.WithTx(ctx, func(ctx context.Context, tx Tx) error {
		if err := fn(context.WithValue(ctx, rehearsalKey{}, &rehearsal{db: db, tx: tx}), tx); err != nil {
			return err
		}
		return errRehearsed
	})
	if errors.Is(err, errRehearsed) {
		return nil
	}
	return err
}

// Reader returns the pool, in a rehearsal its transaction.
func (db *DB) Reader(ctx context.Context) Querier {
	if r := db.rehearsalOf(ctx); r != nil {
		return r.tx.Pgx
	}
	return db.Pool
}

// GormIn is Reader for GORM.
func (db *DB) GormIn(ctx context.Context) *gorm.DB {
	if r := db.rehearsalOf(ctx); r != nil {
		return r.tx.DB
	}
	return db.Gorm
}

func (db *DB) rehearsalOf(ctx context.Context) *rehearsal {
	if r, ok := ctx.Value(rehearsalKey{}).(*rehearsal); ok && r.db == db {
		return r
	}
	return nil
}

// part runs fn in a savepoint.
func (r *rehearsal) part(ctx context.Context, fn func(ctx context.Context, tx Tx) error) error {
	point, err := r.tx.Pgx.Begin(ctx)
	if err != nil {
		return fmt.Errorf("postgres.Rehearse: savepoint: %w", err)
	}
	defer func() { _ = point.Rollback(context.WithoutCancel(ctx)) }() // nothing after a commit
	if err := fn(ctx, Tx{DB: r.tx.DB, Pgx: point, Now: r.tx.Now}); err != nil {
		return err
	}
	return point.Commit(ctx)
}
