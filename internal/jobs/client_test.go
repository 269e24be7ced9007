package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/jobs"
	"prolong/internal/postgres"
	"prolong/internal/testdb"
)

type noteArgs struct {
	N     int    `json:"n"`
	Queue string `json:"-"`
}

func (noteArgs) Kind() string { return "test.note" }

func (a noteArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{Queue: a.Queue, MaxAttempts: 3, Priority: jobs.PriorityMass}
}

type onceArgs struct {
	Subject int `json:"subject"`
}

func (onceArgs) Kind() string { return "test.once" }

func (onceArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{UniqueOpts: river.UniqueOpts{ByArgs: true}}
}

// bench is what a test of the queue needs.
type bench struct {
	db      *postgres.DB
	client  *jobs.Client
	worked  atomic.Int64
	outcome func(ctx context.Context, job *river.Job[noteArgs]) error
}

type noteWorker struct {
	river.WorkerDefaults[noteArgs]

	b *bench
}

func (w *noteWorker) Work(ctx context.Context, job *river.Job[noteArgs]) error {
	w.b.worked.Add(1)
	if w.b.outcome != nil {
		return w.b.outcome(ctx, job)
	}
	return nil
}

type onceWorker struct {
	river.WorkerDefaults[onceArgs]

	b *bench
}

func (w *onceWorker) Work(context.Context, *river.Job[onceArgs]) error {
	w.b.worked.Add(1)
	return nil
}

func newBench(t *testing.T, db *postgres.DB) *bench {
	t.Helper()
	b := &bench{db: db}
	workers := river.NewWorkers()
	river.AddWorker(workers, &noteWorker{b: b})
	river.AddWorker(workers, &onceWorker{b: b})
	var err error
	b.client, err = jobs.NewClient(db, jobs.Config{Workers: workers, FetchCooldown: time.Millisecond, FetchPollInterval: 20 * time.Millisecond})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, b.client.Stop(context.Background())) })
	return b
}

func (b *bench) enqueue(t *testing.T, args ...river.JobArgs) {
	t.Helper()
	require.NoError(t, b.db.WithTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		return b.client.Enqueue(ctx, tx, args...)
	}))
}

func (b *bench) states(t *testing.T) map[string]int {
	t.Helper()
	rows, err := b.db.Pool.Query(t.Context(), "SELECT state::text, count(*)::int FROM river_job GROUP BY 1")
	require.NoError(t, err)
	defer rows.Close()
	states := map[string]int{}
	for rows.Next() {
		var state string
		var n int
		require.NoError(t, rows.Scan(&state, &n))
		states[state] = n
	}
	require.NoError(t, rows.Err())
	return states
}

func TestEnqueueBelongsToTheTransaction(t *testing.T) {
	t.Parallel()
	b := newBench(t, testdb.New(t))
	back := errors.New("roll back")
	err := b.db.WithTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		require.NoError(t, b.client.Enqueue(ctx, tx, noteArgs{N: 1}))
		return back
	})
	require.ErrorIs(t, err, back)
	require.Empty(t, b.states(t))

	b.enqueue(t)
	b.enqueue(t, noteArgs{N: 1}, noteArgs{N: 2, Queue: jobs.QueueMail}, noteArgs{N: 3, Queue: jobs.QueueBulk})
	require.NoError(t, b.client.Drain(t.Context()))
	require.EqualValues(t, 3, b.worked.Load())

	var attempts, priority int
	require.NoError(t, b.db.Pool.QueryRow(t.Context(), "SELECT max_attempts, priority FROM river_job WHERE queue = 'mail'").Scan(&attempts, &priority))
	require.Equal(t, 3, attempts)
	require.Equal(t, jobs.PriorityMass, priority)
}

func TestEnqueueSkipsUniqueDuplicates(t *testing.T) {
	t.Parallel()
	b := newBench(t, testdb.New(t))
	b.enqueue(t, onceArgs{1}, onceArgs{2}, noteArgs{N: 1})
	b.enqueue(t, onceArgs{1})
	b.enqueue(t, onceArgs{3}, onceArgs{3})
	require.Equal(t, map[string]int{"available": 4}, b.states(t))
}

func TestEnqueueTenThousand(t *testing.T) {
	t.Parallel()
	b := newBench(t, testdb.New(t))
	args := make([]river.JobArgs, 10_000)
	for i := range args {
		args[i] = noteArgs{N: i}
	}
	begin := time.Now() //nolint:forbidigo // measured for the log only
	b.enqueue(t, args...)
	t.Logf("10,000 jobs enqueued in %s", time.Since(begin))
	require.Equal(t, map[string]int{"available": len(args)}, b.states(t))
}

func TestEnqueueRefusesAKindNobodyWorks(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	client, err := jobs.NewClient(db, jobs.Config{Workers: river.NewWorkers()})
	require.NoError(t, err)
	err = db.WithTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		return client.Enqueue(ctx, tx, noteArgs{})
	})
	var unknown *river.UnknownJobKindError
	require.ErrorAs(t, err, &unknown)

	insertOnly, err := jobs.NewClient(db, jobs.Config{})
	require.NoError(t, err)
	require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		return insertOnly.Enqueue(ctx, tx, noteArgs{})
	}))
	require.Error(t, insertOnly.Start(t.Context()), "an insert-only client cannot be started")
}

func TestDrainWorksWhatJobsEnqueue(t *testing.T) {
	t.Parallel()
	b := newBench(t, testdb.New(t))
	b.outcome = func(ctx context.Context, job *river.Job[noteArgs]) error {
		if job.Args.N == 0 {
			return nil
		}
		return b.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
			return b.client.Enqueue(ctx, tx, noteArgs{N: job.Args.N - 1})
		})
	}
	b.enqueue(t, noteArgs{N: 20})
	require.NoError(t, b.client.Drain(t.Context()))
	require.EqualValues(t, 21, b.worked.Load())
	require.Equal(t, map[string]int{"completed": 21}, b.states(t), "a temporary start ends with everything written down")

	require.NoError(t, b.client.Drain(t.Context()), "nothing to do")
	require.NoError(t, b.client.Start(t.Context()))
	for range 5 {
		before := b.worked.Load()
		b.enqueue(t, noteArgs{N: 1})
		require.NoError(t, b.client.Drain(t.Context()))
		require.Equal(t, before+2, b.worked.Load())
	}
}

func TestDrainLeavesWhatIsDueLater(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	db, clock := testdb.NewAt(t, start)
	b := newBench(t, db)
	require.NoError(t, db.WithTx(t.Context(), func(ctx context.Context, tx postgres.Tx) error {
		require.NoError(t, b.client.EnqueueAt(ctx, tx, start.Add(72*time.Hour), noteArgs{N: 3}))
		return b.client.EnqueueAt(ctx, tx, start.Add(-time.Hour), noteArgs{N: 0}) // past: at once
	}))
	require.NoError(t, b.client.Drain(t.Context()))
	require.EqualValues(t, 1, b.worked.Load())
	clock.Advance(72*time.Hour - time.Second)
	require.NoError(t, b.client.Drain(t.Context()))
	require.EqualValues(t, 1, b.worked.Load())
	clock.Advance(time.Second)
	require.NoError(t, b.client.Drain(t.Context()))
	require.EqualValues(t, 2, b.worked.Load())
}

func TestDrainAndFailedJobs(t *testing.T) {
	t.Parallel()
	t.Run("a running clock waits for the retry", func(t *testing.T) {
		t.Parallel()
		b := newBench(t, testdb.New(t))
		b.outcome = func(context.Context, *river.Job[noteArgs]) error { return errors.New("mail server is down") }
		b.enqueue(t, noteArgs{})
		require.NoError(t, b.client.Drain(t.Context()))
		require.EqualValues(t, 1, b.worked.Load())
		require.NotContains(t, b.states(t), "completed")
	})
	t.Run("a manual clock retries once a step", func(t *testing.T) {
		t.Parallel()
		db, _ := testdb.NewAt(t, time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
		b := newBench(t, db)
		b.outcome = func(context.Context, *river.Job[noteArgs]) error { panic("bad job") }
		b.enqueue(t, noteArgs{})
		for step := 1; step <= 3; step++ {
			require.NoError(t, b.client.Drain(t.Context()))
			require.EqualValues(t, step, b.worked.Load())
		}
		require.Equal(t, map[string]int{"discarded": 1}, b.states(t))
	})
}

func TestDrainEndsWithItsContext(t *testing.T) {
	t.Parallel()
	b := newBench(t, testdb.New(t))
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	b.outcome = func(context.Context, *river.Job[noteArgs]) error {
		cancel()
		<-release
		return nil
	}
	require.NoError(t, b.client.Start(t.Context()))
	b.enqueue(t, noteArgs{})
	require.ErrorIs(t, b.client.Drain(ctx), context.Canceled)
	close(release)
}

func TestRescueTakesOnlyOrphans(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	b := newBench(t, db)
	release := make(chan struct{})
	began := make(chan struct{}, 2)
	b.outcome = func(_ context.Context, job *river.Job[noteArgs]) error {
		if job.Attempt == 1 && job.Args.N == 1 {
			began <- struct{}{}
			<-release
		}
		return nil
	}
	require.NoError(t, b.client.Start(t.Context()))
	b.enqueue(t, noteArgs{N: 1})
	<-began

	// Two jobs of a process that is gone: one may be tried again, one has used up its attempts.
	_, err := db.Pool.Exec(t.Context(), `INSERT INTO river_job (state, kind, args, max_attempts, attempt, attempted_at, attempted_by, queue, priority)
VALUES ('running', 'test.note', '{"n": 2}', 3, 1, now(), '{gone-1}', 'default', 1), ('running', 'test.note', '{"n": 3}', 3, 3, now(), '{other,gone-1}', 'default', 1)`)
	require.NoError(t, err)

	other, err := jobs.NewClient(db, jobs.Config{})
	require.NoError(t, err)
	n, err := other.Rescue(t.Context(), time.Hour)
	require.NoError(t, err)
	require.Zero(t, n, "too young")
	n, err = other.Rescue(t.Context(), 0)
	require.NoError(t, err)
	require.Equal(t, 2, n, "the living client's job is not touched")
	close(release)
	require.NoError(t, b.client.Drain(t.Context()))
	require.NoError(t, b.client.Stop(t.Context()))
	require.Equal(t, map[string]int{"completed": 2, "discarded": 1}, b.states(t))
	require.EqualValues(t, 2, b.worked.Load())

	job := failedJob(t, db)
	require.Len(t, job.Errors, 1)
	require.Contains(t, job.Errors[0].Error, "died")
}

func failedJob(t *testing.T, db *postgres.DB) *rivertype.JobRow {
	t.Helper()
	client, err := jobs.NewClient(db, jobs.Config{})
	require.NoError(t, err)
	list, err := client.Failed(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	return list[0]
}

func TestRetryOfFailedJobs(t *testing.T) {
	t.Parallel()
	b := newBench(t, testdb.New(t))
	b.outcome = func(context.Context, *river.Job[noteArgs]) error {
		return river.JobCancel(errors.New("address does not exist"))
	}
	b.enqueue(t, noteArgs{N: 7})
	require.NoError(t, b.client.Drain(t.Context()))
	counts, err := b.client.Counts(t.Context())
	require.NoError(t, err)
	require.Len(t, counts, 1)
	require.Equal(t, "test.note cancelled 1", fmt.Sprint(counts[0].Kind, " ", counts[0].State, " ", counts[0].Count))

	b.outcome = nil
	job := failedJob(t, b.db)
	require.NoError(t, b.client.Retry(t.Context(), job.ID))
	require.NoError(t, b.client.Drain(t.Context()))
	require.Equal(t, map[string]int{"completed": 1}, b.states(t))
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(b.client.Retry(t.Context(), 1<<40)))
}
