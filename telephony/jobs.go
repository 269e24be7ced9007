package telephony

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"prolong/internal/jobs"
	"prolong/internal/outbound"
	"prolong/internal/postgres"
)

// The limits of the jobs.
const (
	hookAttemptsMax = 8
	hookTimeout     = time.Minute
	pullTimeout     = 10 * time.Minute
	sweepTimeout    = 2 * time.Minute
)

// HookArgs asks for a stored webhook to be worked in.
type HookArgs struct {
	HookID int64 `json:"hook_id"`
}

// Kind names the job.
func (HookArgs) Kind() string { return "call.hook" }

// InsertOpts says that a person waits for it: the telephone rings.
func (HookArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: hookAttemptsMax, Priority: jobs.PriorityPeople, Queue: jobs.QueueDefault}
}

// ImportArgs asks for a look into the history of a line: Back 0 from the cursor on, else so
// many hours back.
type ImportArgs struct {
	Line      string `json:"line"`
	BackHours int    `json:"back_hours,omitempty"`
}

// Kind names the job.
func (ImportArgs) Kind() string { return "call.import" }

// InsertOpts has one attempt: the next tick tries again. One look at a line at a
// time is enough.
func (ImportArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1, Priority: jobs.PriorityNormal, Queue: jobs.QueueDefault, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled, rivertype.JobStateRetryable,
	}}}
}

// CallbackArgs asks for the tasks of missed callers.
type CallbackArgs struct{}

// Kind names the job.
func (CallbackArgs) Kind() string { return "callback.check" }

// InsertOpts has one attempt: the next tick tries again.
func (CallbackArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1, Priority: jobs.PriorityNormal, Queue: jobs.QueueDefault}
}

// ImportAll enqueues a look into the history of every line: the schedule's tick. backHours 0
// goes on from the cursors.
func (s *Service) ImportAll(ctx context.Context, backHours int) error {
	return s.inTx(ctx, "ImportAll", func(ctx context.Context, tx postgres.Tx) error {
		for _, l := range s.cfg.Lines {
			if err := s.enqueuer.Enqueue(ctx, tx, ImportArgs{Line: l.Key, BackHours: backHours}); err != nil {
				return err
			}
		}
		return nil
	})
}

// AddWorkers registers the workers of this room.
func AddWorkers(workers *river.Workers, s *Service) error {
	return errors.Join(
		river.AddWorkerSafely(workers, &hookWorker{s: s}), river.AddWorkerSafely(workers, &importWorker{s: s}), river.AddWorkerSafely(workers, &callbackWorker{s: s}))
}

type hookWorker struct {
	river.WorkerDefaults[HookArgs]
	s *Service
}

// Timeout bounds one attempt.
func (*hookWorker) Timeout(*river.Job[HookArgs]) time.Duration { return hookTimeout }

// Work works a webhook in.
func (w *hookWorker) Work(ctx context.Context, job *river.Job[HookArgs]) error {
	return w.s.ReadHook(ctx, job.Args.HookID)
}

type importWorker struct {
	river.WorkerDefaults[ImportArgs]
	s *Service
}

// Timeout bounds one attempt.
func (*importWorker) Timeout(*river.Job[ImportArgs]) time.Duration { return pullTimeout }

// Work looks into the history; while the exchange is left alone, it sleeps.
func (w *importWorker) Work(ctx context.Context, job *river.Job[ImportArgs]) error {
	var err error
	if job.Args.BackHours > 0 {
		_, err = w.s.LookBack(ctx, job.Args.Line, time.Duration(job.Args.BackHours)*time.Hour)
	} else {
		_, err = w.s.PullHistory(ctx, job.Args.Line)
	}
	if wait, open := outbound.Wait(err); open {
		return river.JobSnooze(wait)
	}
	return err
}

type callbackWorker struct {
	river.WorkerDefaults[CallbackArgs]
	s *Service
}

// Timeout bounds one attempt.
func (*callbackWorker) Timeout(*river.Job[CallbackArgs]) time.Duration { return sweepTimeout }

// Work sweeps.
func (w *callbackWorker) Work(ctx context.Context, _ *river.Job[CallbackArgs]) error {
	_, err := w.s.SweepCallbacks(ctx)
	return err
}
