package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver"
	"github.com/riverqueue/river/rivertype"

	"prolong"
)

const (
	drainPoll     = 3 * time.Millisecond
	drainPollMax  = 50 * time.Millisecond
	promoteAtOnce = 10_000
	leftCountMax  = 100 // more would only make the message of an aborted drain more precise
)

// Drain works jobs until none is left that could be worked now, whoever enqueued it, including
// those that the worked jobs enqueue. It does not wait for other processes' running jobs. Jobs
// that are due later stay; a failed job stays until its retry is due. Under a
// prolong.ManualClock, where a step may be a day, each Drain also retries once every job that
// waits for a retry, since the machine's clock would not get there.
//
// If the client is not started, Drain starts it and stops it again. A simulation that drains
// often starts it once.
func (c *Client) Drain(ctx context.Context) (err error) {
	if err := c.promote(ctx); err != nil {
		return prolong.Wrap("jobs.Drain", err)
	}
	left, err := c.left(ctx)
	if err != nil || left == 0 {
		return prolong.Wrap("jobs.Drain", err)
	}
	c.mu.Lock()
	temporary := !c.started
	c.mu.Unlock()
	if temporary {
		if err := c.Start(ctx); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, c.Stop(context.WithoutCancel(ctx))) }()
	}
	c.returned.begin()
	defer c.returned.end()
	for poll := drainPoll; ; poll = min(poll*2, drainPollMax) {
		if left, err = c.left(ctx); err != nil || left == 0 {
			return prolong.Wrap("jobs.Drain", err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("jobs.Drain: %d jobs left: %w", left, ctx.Err())
		case <-time.After(poll):
		}
	}
}

// left counts the jobs that are available, or running here and not yet returned by their
// worker. A job whose worker has returned counts as worked even if the queue has not yet
// written that down: it does so in batches, for which a drain need not wait.
//
// A worker that returns after the statement has taken its snapshot may have enqueued jobs that
// the snapshot does not show, so only what returned before counts.
func (c *Client) left(ctx context.Context) (int, error) {
	before := c.returned.mark()
	rows, err := c.db.Pool.Query(ctx, `
(SELECT id, attempt, false FROM river_job WHERE state = 'available' AND queue = ANY($2) AND scheduled_at <= now() LIMIT $3)
UNION ALL
SELECT id, attempt, true FROM river_job WHERE state = 'running' AND attempted_by[array_length(attempted_by, 1)] = $1`,
		c.river.ID(), []string{QueueDefault, QueueMail, QueueBulk}, leftCountMax)
	if err != nil {
		return 0, err
	}
	var key attemptKey
	var running bool
	n := 0
	_, err = pgx.ForEachRow(rows, []any{&key.job, &key.attempt, &running}, func() error {
		if !running || !c.returned.has(key, before) {
			n++
		}
		return nil
	})
	return n, err
}

// promote makes jobs available whose time has come, without waiting for the queue's scheduler,
// which looks every five seconds on the machine's clock only.
func (c *Client) promote(ctx context.Context) error {
	_, manual := c.db.Clock.(*prolong.ManualClock)
	_, err := c.db.Pool.Exec(ctx, `
UPDATE river_job SET scheduled_at = now()
WHERE scheduled_at > now() AND ((state = 'scheduled' AND (metadata->>$1)::timestamptz <= $2) OR (state IN ('retryable', 'available') AND $3))`,
		dueKey, c.db.Now(), manual)
	if err != nil {
		return err
	}
	for {
		// The queue's own statement, because it resolves conflicts between unique jobs.
		promoted, err := c.river.Driver().GetExecutor().JobSchedule(ctx, &riverdriver.JobScheduleParams{Max: promoteAtOnce})
		if err != nil || len(promoted) < promoteAtOnce {
			return err
		}
	}
}

type attemptKey struct {
	job     int64
	attempt int
}

// returnedJobs remembers, while somebody drains, which attempts their workers have returned from.
type returnedJobs struct {
	mu      sync.Mutex
	drains  int
	count   int // of all that returned so far
	entries map[attemptKey]int
}

func (r *returnedJobs) begin() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.drains == 0 {
		r.entries = map[attemptKey]int{}
	}
	r.drains++
}

func (r *returnedJobs) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.drains--; r.drains == 0 {
		r.entries = nil
	}
}

func (r *returnedJobs) add(k attemptKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count++
	if r.entries != nil {
		r.entries[k] = r.count
	}
}

// mark is the present, for has.
func (r *returnedJobs) mark() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.count
}

// has says whether the attempt had returned at the mark.
func (r *returnedJobs) has(k attemptKey, mark int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.entries[k]
	return ok && at <= mark
}

// drainMiddleware notes when workers return.
type drainMiddleware struct {
	river.MiddlewareDefaults

	returned *returnedJobs
}

func (m *drainMiddleware) Work(ctx context.Context, job *rivertype.JobRow, doInner func(context.Context) error) error {
	defer m.returned.add(attemptKey{job.ID, job.Attempt}) // also when the worker panics
	return doInner(ctx)
}
