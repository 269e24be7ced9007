package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"
)

// Tx is one transaction seen from three sides. GORM (DB) and pgx (Pgx) use the same
// connection, so rows, COPY and queue jobs are committed or rolled back together. Now is the
// transaction's only "now": read once from the clock, in UTC and whole microseconds.
type Tx struct {
	DB  *gorm.DB
	Pgx pgx.Tx
	Now time.Time
}

// TxOptions change a transaction; zero fields keep the database's defaults.
type TxOptions struct {
	// StatementTimeout bounds each statement, LockTimeout each wait for a lock. Bulk use cases
	// need longer ones than people's clicks. Negative means no bound.
	StatementTimeout time.Duration
	LockTimeout      time.Duration
	// Isolation, if not read committed.
	Isolation pgx.TxIsoLevel
	// ReadOnly makes every write fail.
	ReadOnly bool
}

// Limits of WithTxRetry.
const (
	txAttemptsMax    = 5
	retryPauseFirst  = 10 * time.Millisecond
	retryPauseFactor = 3
)

// WithTx runs fn in one transaction: committed if fn returns nil, rolled back if it returns an
// error, panics or the context ends. fn must return every database error, since after one the
// transaction only waits for its rollback; where an error is expected, use a nested
// tx.DB.Transaction, which is a savepoint. fn must not call WithTx again: it would wait for a
// second connection while holding the first.
func (db *DB) WithTx(ctx context.Context, fn func(ctx context.Context, tx Tx) error) error {
	return db.WithTxOptions(ctx, TxOptions{}, fn)
}

// WithTxOptions is WithTx with other timeouts or another isolation level.
func (db *DB) WithTxOptions(ctx context.Context, o TxOptions, fn func(ctx context.Context, tx Tx) error) error {
	if r := db.rehearsalOf(ctx); r != nil {
		return r.part(ctx, fn)
	}
	conn, err := db.sqlDB.Conn(ctx)
	if err != nil {
		return fmt.Errorf("postgres.WithTx: connect: %w", err)
	}
	end, endRows := context.WithCancel(context.WithoutCancel(ctx))
	defer func() {
		endRows()
		_ = conn.Close() // gives the connection back to the pool; nothing can be lost here
	}()

	// Everything that talks to the connection directly goes through Raw: once database/sql has
	// given the connection away (a statement started on a cancelled context does that), Raw
	// answers sql.ErrConnDone, while a direct call would race with the pool closing it.
	var ptx pgx.Tx
	if err := conn.Raw(func(dc any) (err error) {
		ptx, err = dc.(*stdlib.Conn).Conn().BeginTx(ctx, pgx.TxOptions{BeginQuery: db.beginQuery(o)})
		return err
	}); err != nil {
		return fmt.Errorf("postgres.WithTx: begin: %w", err)
	}
	// Rollback and commit must reach the server even if the caller has gone away.
	still := context.WithoutCancel(ctx)
	defer func() {
		// Does nothing after a commit. It runs on a panic as well; the error of a connection
		// that is gone says nothing new.
		_ = conn.Raw(func(any) error { _ = ptx.Rollback(still); return nil })
	}()

	now := db.Now()
	g := db.Gorm.Session(&gorm.Session{NewDB: true, Context: ctx, NowFunc: func() time.Time { return now }})
	g.Statement.ConnPool = &txConn{conn: conn, end: end}
	if err := fn(ctx, Tx{DB: g, Pgx: ptx, Now: now}); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := conn.Raw(func(any) error { return ptx.Commit(still) }); err != nil {
		return fmt.Errorf("postgres.WithTx: commit: %w", err)
	}
	return nil
}

// WithTxRetry is WithTxOptions that runs fn again, up to five times in all, if the database
// gave up on the transaction because of another one (deadlock, serialization failure). fn must
// therefore have no effect outside the transaction.
func (db *DB) WithTxRetry(ctx context.Context, o TxOptions, fn func(ctx context.Context, tx Tx) error) error {
	pause := retryPauseFirst
	for attempt := 1; ; attempt++ {
		err := db.WithTxOptions(ctx, o, fn)
		if err == nil || attempt == txAttemptsMax || !IsRetryable(err) {
			return err
		}
		// Jitter, so that two that collided do not collide again.
		timer := time.NewTimer(pause/2 + rand.N(pause))
		select {
		case <-ctx.Done():
			timer.Stop()
			return errors.Join(ctx.Err(), err)
		case <-timer.C:
		}
		pause *= retryPauseFactor
	}
}

// AdvisoryXactLock waits until no other transaction holds the lock of this name and keeps it
// until the transaction ends. It serialises what has no row to lock yet. Returns an error after
// the transaction's lock timeout.
func AdvisoryXactLock(ctx context.Context, tx Tx, name string) error {
	if _, err := tx.Pgx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", name); err != nil {
		return fmt.Errorf("postgres.AdvisoryXactLock %q: %w", name, err)
	}
	return nil
}

// beginQuery starts the transaction and sets its limits in one round trip.
func (db *DB) beginQuery(o TxOptions) string {
	var b strings.Builder
	b.WriteString("BEGIN")
	if o.Isolation != "" {
		b.WriteString(" ISOLATION LEVEL " + strings.ToUpper(string(o.Isolation)))
	}
	if o.ReadOnly {
		b.WriteString(" READ ONLY")
	}
	b.WriteString("; SET LOCAL statement_timeout = " + milliseconds(firstSet(o.StatementTimeout, db.statementTimeout)))
	b.WriteString("; SET LOCAL lock_timeout = " + milliseconds(firstSet(o.LockTimeout, db.lockTimeout)))
	return b.String()
}

func firstSet(own, general time.Duration) time.Duration {
	if own != 0 {
		return own
	}
	return general
}

// milliseconds writes d as a timeout setting; the server reads 0 as no bound.
func milliseconds(d time.Duration) string {
	if d < 0 {
		return "0"
	}
	return strconv.FormatInt(max(d.Milliseconds(), 1), 10)
}

var errOuterOwns = errors.New("postgres: the transaction is committed by WithTx, not by GORM")

// txConn is GORM's view of a transaction that pgx owns. Having Commit and Rollback and no
// BeginTx, it makes GORM believe itself inside a transaction, so that a nested Transaction
// becomes a savepoint.
type txConn struct {
	conn *sql.Conn
	// end ends with the transaction. Rows that somebody forgot to close are bound to it: while
	// they are open, closing the sql.Conn would wait for ever. (Such a transaction fails: its
	// commit finds the connection busy.)
	end context.Context //nolint:containedctx // it is the transaction's life, not a call's
}

// bind returns ctx, ended no later than the transaction. Its resources are given back then.
func (x *txConn) bind(ctx context.Context) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	context.AfterFunc(x.end, cancel)
	return ctx
}

// The context is asked first in each method: a statement started on a context that has ended
// makes database/sql give the connection away while our transaction still needs it.

func (x *txConn) PrepareContext(ctx context.Context, query string) (*sql.Stmt, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return x.conn.PrepareContext(ctx, query)
}

func (x *txConn) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return x.conn.ExecContext(ctx, query, args...)
}

func (x *txConn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return x.conn.QueryContext(x.bind(ctx), query, args...)
}

// QueryRowContext cannot answer with an error of its own. On an ended context the statement
// runs to its end instead: the transaction is going to be rolled back anyway.
func (x *txConn) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if ctx.Err() != nil {
		ctx = context.WithoutCancel(ctx)
	}
	return x.conn.QueryRowContext(x.bind(ctx), query, args...)
}

func (x *txConn) Commit() error   { return errOuterOwns }
func (x *txConn) Rollback() error { return errOuterOwns }
