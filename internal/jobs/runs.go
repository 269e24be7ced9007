package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong/internal/postgres"
)

// Outcome of a run of a schedule.
type Outcome string

// The outcomes. A run is interrupted if its process died or was told to stop.
const (
	OutcomeRunning     Outcome = "running"
	OutcomeDone        Outcome = "done"
	OutcomeFailed      Outcome = "failed"
	OutcomeInterrupted Outcome = "interrupted"
)

const (
	// runsKeptMax is how many runs of each schedule stay in the table; trimEvery says how often
	// the rest is deleted, counted in runs.
	runsKeptMax        = 1000
	trimEvery          = 50
	errorTextBytesMax  = 4000
	finishWriteTimeout = 10 * time.Second
)

// Run is one run of a schedule.
type Run struct {
	ID         int64
	Name       string
	DueAt      time.Time
	StartedAt  time.Time
	FinishedAt time.Time // zero while running
	Outcome    Outcome
	Counts     Counts
	Error      string // for staff; empty unless failed or interrupted
}

// Duration is how long the run took; zero while it runs.
func (r Run) Duration() time.Duration {
	if r.FinishedAt.IsZero() {
		return 0
	}
	return r.FinishedAt.Sub(r.StartedAt)
}

// Status is what the status page tells about a schedule.
type Status struct {
	Name       string
	Period     time.Duration
	Last       *Run      // nil if it never ran
	LastDoneAt time.Time // when a run last finished well; zero if never
	NextDue    time.Time
	// Late is the alarm: no success for two periods, or none ever and nothing is running.
	Late bool
}

// LatestRuns returns the status of every added schedule, in the order they were added. It
// needs no leadership: any process that has added the schedules can show it.
func (s *Scheduler) LatestRuns(ctx context.Context) ([]Status, error) {
	entries := s.list()
	names := make([]string, len(entries))
	byName := map[string]int{}
	for i, e := range entries {
		names[i] = e.Name
		byName[e.Name] = i
	}
	now := s.db.Now()
	list := make([]Status, len(entries))
	for i, e := range entries {
		list[i] = Status{Name: e.Name, Period: e.table.period(), NextDue: e.table.next(now)}
	}
	rows, err := s.db.Pool.Query(ctx, `
SELECT r.id, r.name, r.due_at, r.started_at, r.finished_at, r.outcome, r.counts, r.error, d.finished_at
FROM unnest($1::text[]) n (name)
JOIN LATERAL (SELECT * FROM schedule_runs WHERE name = n.name ORDER BY id DESC LIMIT 1) r ON true
LEFT JOIN LATERAL (SELECT finished_at FROM schedule_runs WHERE name = n.name AND outcome = 'done' ORDER BY id DESC LIMIT 1) d ON true`, names)
	if err != nil {
		return nil, fmt.Errorf("jobs.LatestRuns: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var done *time.Time
		r, err := scanRun(rows, &done)
		if err != nil {
			return nil, fmt.Errorf("jobs.LatestRuns: %w", err)
		}
		st := &list[byName[r.Name]]
		st.Last = &r
		if done != nil {
			st.LastDoneAt = *done
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("jobs.LatestRuns: %w", err)
	}
	for i := range list {
		list[i].Late = list[i].late(now)
	}
	return list, nil
}

func (s Status) late(now time.Time) bool {
	if s.LastDoneAt.IsZero() {
		return s.Last == nil || s.Last.Outcome != OutcomeRunning || now.Sub(s.Last.StartedAt) > 2*s.Period
	}
	return now.Sub(s.LastDoneAt) > 2*s.Period
}

// Runs returns the latest runs of one schedule, newest first.
func (s *Scheduler) Runs(ctx context.Context, name string, limit int) ([]Run, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT id, name, due_at, started_at, finished_at, outcome, counts, error
FROM schedule_runs WHERE name = $1 ORDER BY id DESC LIMIT $2`, name, limit)
	if err != nil {
		return nil, fmt.Errorf("jobs.Runs: %w", err)
	}
	runs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Run, error) { return scanRun(row) })
	if err != nil {
		return nil, fmt.Errorf("jobs.Runs: %w", err)
	}
	return runs, nil
}

// scanRun reads the columns of a run and whatever follows them.
func scanRun(row interface{ Scan(dst ...any) error }, more ...any) (Run, error) {
	var r Run
	var finished *time.Time
	dst := append([]any{&r.ID, &r.Name, &r.DueAt, &r.StartedAt, &finished, &r.Outcome, &r.Counts, &r.Error}, more...)
	if err := row.Scan(dst...); err != nil {
		return Run{}, err
	}
	if finished != nil {
		r.FinishedAt = *finished
	}
	return r, nil
}

func startRun(ctx context.Context, db *postgres.DB, name string, due time.Time) (id int64, err error) {
	err = db.Pool.QueryRow(ctx, `INSERT INTO schedule_runs (name, due_at, started_at, outcome) VALUES ($1, $2, $3, 'running') RETURNING id`,
		name, due, db.Now()).Scan(&id)
	return id, err
}

// finishRun writes how a run ended, even if ctx has; a row that the next leader has meanwhile
// marked interrupted gets its true outcome.
func finishRun(ctx context.Context, db *postgres.DB, id int64, name string, counts Counts, outcome Outcome, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishWriteTimeout)
	defer cancel()
	if counts == nil {
		counts = Counts{}
	}
	text := ""
	if cause != nil {
		text = cause.Error()
		text = text[:min(len(text), errorTextBytesMax)]
	}
	_, err := db.Pool.Exec(ctx, `UPDATE schedule_runs SET finished_at = $2, outcome = $3, counts = $4, error = $5 WHERE id = $1`,
		id, db.Now(), outcome, counts, validText(text))
	if err == nil && id%trimEvery == 0 {
		_, err = db.Pool.Exec(ctx, `DELETE FROM schedule_runs WHERE name = $1 AND id <
(SELECT id FROM schedule_runs WHERE name = $1 ORDER BY id DESC OFFSET $2 LIMIT 1)`, name, runsKeptMax-1)
	}
	return err
}

// interruptRuns marks the runs that a dead leader has left running.
func interruptRuns(ctx context.Context, db *postgres.DB, names []string) error {
	_, err := db.Pool.Exec(ctx, `UPDATE schedule_runs SET outcome = 'interrupted', finished_at = $2, error = 'the process that ran it died'
WHERE outcome = 'running' AND name = ANY($1)`, names, db.Now())
	return err
}

// lastRun returns the latest run's due instant and outcome; zero values if there is none.
func lastRun(ctx context.Context, db *postgres.DB, name string) (due, started time.Time, outcome Outcome, err error) {
	err = db.Pool.QueryRow(ctx, `SELECT due_at, started_at, outcome FROM schedule_runs WHERE name = $1 ORDER BY id DESC LIMIT 1`, name).
		Scan(&due, &started, &outcome)
	if errors.Is(err, pgx.ErrNoRows) {
		return time.Time{}, time.Time{}, "", nil
	}
	return due, started, outcome, err
}
