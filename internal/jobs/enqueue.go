package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river"

	"prolong"
	"prolong/internal/postgres"
)

// Enqueuer inserts durable jobs in the caller's transaction: they exist if and only if the
// transaction commits. Queue, priority and attempts come from the arguments' InsertOpts.
// After an error the caller must let the transaction roll back.
type Enqueuer interface {
	Enqueue(ctx context.Context, tx postgres.Tx, args ...river.JobArgs) error
}

// dueKey is the field of a job's metadata with the instant, on our clock, from which the job
// is due. Only jobs that were enqueued for later have it.
const dueKey = "prolong:due_at"

// stateSameRowTwice is the SQLSTATE of INSERT ... ON CONFLICT DO UPDATE that meets one row twice.
const stateSameRowTwice = "21000"

// Enqueue implements Enqueuer. Ten thousand jobs take a fraction of a second: they go in by
// COPY. Jobs with UniqueOpts go in one statement that skips those which exist already.
func (c *Client) Enqueue(ctx context.Context, tx postgres.Tx, args ...river.JobArgs) error {
	return c.EnqueueAt(ctx, tx, time.Time{}, args...)
}

// EnqueueAt is Enqueue for jobs that are not due before the instant due of our clock; the zero
// time, or one that has passed, means at once.
func (c *Client) EnqueueAt(ctx context.Context, tx postgres.Tx, due time.Time, args ...river.JobArgs) error {
	var plain, unique []river.InsertManyParams
	for _, a := range args {
		var o river.InsertOpts
		if with, ok := a.(river.JobArgsWithInsertOpts); ok {
			o = with.InsertOpts()
		}
		at := due
		if at.IsZero() {
			at = o.ScheduledAt
		}
		if err := c.schedule(&o, tx.Now, at); err != nil {
			return prolong.Wrap("jobs.Enqueue", err)
		}
		p := river.InsertManyParams{Args: a, InsertOpts: &o}
		if hasUniqueness(o.UniqueOpts) {
			unique = append(unique, p)
		} else {
			plain = append(plain, p)
		}
	}
	if len(plain) > 0 {
		if _, err := c.river.InsertManyFastTx(ctx, tx.Pgx, plain); err != nil {
			return fmt.Errorf("jobs.Enqueue %s: %w", plain[0].Args.Kind(), err)
		}
	}
	if len(unique) > 0 {
		if err := c.insertUnique(ctx, tx.Pgx, unique); err != nil {
			return fmt.Errorf("jobs.Enqueue %s: %w", unique[0].Args.Kind(), err)
		}
	}
	return nil
}

// insertUnique inserts what is not there yet. The queue does it in one statement, which cannot
// meet the same job twice; then they go one by one.
func (c *Client) insertUnique(ctx context.Context, ptx pgx.Tx, params []river.InsertManyParams) error {
	err := pgx.BeginFunc(ctx, ptx, func(savepoint pgx.Tx) error {
		_, err := c.river.InsertManyTx(ctx, savepoint, params)
		return err
	})
	var pgErr *pgconn.PgError
	if !errors.As(err, &pgErr) || pgErr.Code != stateSameRowTwice {
		return err
	}
	for _, p := range params {
		if _, err := c.river.InsertTx(ctx, ptx, p.Args, p.InsertOpts); err != nil {
			return err
		}
	}
	return nil
}

// schedule translates an instant of our clock into one of the machine's, which is what the
// queue runs on: under PROLONG_NOW or in a simulation our clock may show another year.
func (c *Client) schedule(o *river.InsertOpts, now, due time.Time) error {
	o.ScheduledAt = time.Time{}
	if !due.After(now) {
		return nil
	}
	o.ScheduledAt = machine.Now().Add(due.Sub(now))
	meta := map[string]any{}
	if len(o.Metadata) > 0 {
		if err := json.Unmarshal(o.Metadata, &meta); err != nil {
			return fmt.Errorf("metadata of the job: %w", err)
		}
	}
	meta[dueKey] = due.UTC().Format(time.RFC3339Nano)
	data, err := json.Marshal(meta)
	o.Metadata = data
	return err
}

func hasUniqueness(o river.UniqueOpts) bool {
	return o.ByArgs || o.ByPeriod != 0 || o.ByQueue || o.ByState != nil || o.ExcludeKind
}
