package tickets

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"prolong/internal/jobs"
)

// The limits of the jobs.
const (
	readAttemptsMax     = 8
	readTimeout         = 2 * time.Minute
	pullTimeout         = 10 * time.Minute
	sweepTimeout        = 5 * time.Minute
	recalculateAttempts = 10
)

// ReadLetterArgs asks for a stored letter to be read.
type ReadLetterArgs struct {
	LetterID int64 `json:"letter_id"`
}

// Kind names the job.
func (ReadLetterArgs) Kind() string { return "letter.read" }

// InsertOpts says that a person waits for it.
func (ReadLetterArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: readAttemptsMax, Priority: jobs.PriorityPeople, Queue: jobs.QueueDefault}
}

// PullMailboxArgs asks for the new letters of a mailbox.
type PullMailboxArgs struct {
	Mailbox string `json:"mailbox"`
}

// Kind names the job.
func (PullMailboxArgs) Kind() string { return "mailbox.pull" }

// InsertOpts has one attempt: the next tick tries again. One fetch of a mailbox at
// a time is enough; a finished one does not stand in the way of the next.
func (PullMailboxArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1, Priority: jobs.PriorityNormal, Queue: jobs.QueueDefault, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled, rivertype.JobStateRetryable,
	}}}
}

// SweepArgs asks for a look at the clocks: warnings, breaches, tickets to be closed.
type SweepArgs struct{}

// Kind names the job.
func (SweepArgs) Kind() string { return "sla.check" }

// InsertOpts has one attempt: the next tick tries again.
func (SweepArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1, Priority: jobs.PriorityNormal, Queue: jobs.QueueDefault}
}

// RecalculateArgs asks for the open clocks of a calendar to go on by its version in force.
type RecalculateArgs struct {
	CalendarID int64     `json:"calendar_id"`
	At         time.Time `json:"at"` // when the calendar was changed
}

// Kind names the job.
func (RecalculateArgs) Kind() string { return "sla.recalculate" }

// InsertOpts states the attempts.
func (RecalculateArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: recalculateAttempts, Priority: jobs.PriorityNormal, Queue: jobs.QueueBulk}
}

// AddWorkers registers the workers of this room.
func AddWorkers(workers *river.Workers, s *Service) error {
	return errors.Join(
		river.AddWorkerSafely(workers, &readWorker{s: s}), river.AddWorkerSafely(workers, &pullWorker{s: s}),
		river.AddWorkerSafely(workers, &sweepWorker{s: s}), river.AddWorkerSafely(workers, &recalculateWorker{s: s}),
	)
}

type readWorker struct {
	river.WorkerDefaults[ReadLetterArgs]
	s *Service
}

// Timeout bounds one attempt.
func (*readWorker) Timeout(*river.Job[ReadLetterArgs]) time.Duration { return readTimeout }

// Work reads the letter; after the last attempt it waits in quarantine.
func (w *readWorker) Work(ctx context.Context, job *river.Job[ReadLetterArgs]) error {
	err := w.s.ReadLetter(ctx, job.Args.LetterID)
	if err != nil && job.Attempt >= job.MaxAttempts {
		return errors.Join(err, w.s.giveUpReading(context.WithoutCancel(ctx), job.Args.LetterID, err))
	}
	return err
}

type pullWorker struct {
	river.WorkerDefaults[PullMailboxArgs]
	s *Service
}

// Timeout bounds one attempt.
func (*pullWorker) Timeout(*river.Job[PullMailboxArgs]) time.Duration { return pullTimeout }

// Work fetches the mailbox.
func (w *pullWorker) Work(ctx context.Context, job *river.Job[PullMailboxArgs]) error {
	_, err := w.s.FetchMailbox(ctx, job.Args.Mailbox)
	return err
}

type sweepWorker struct {
	river.WorkerDefaults[SweepArgs]
	s *Service
}

// Timeout bounds one attempt.
func (*sweepWorker) Timeout(*river.Job[SweepArgs]) time.Duration { return sweepTimeout }

// Work sweeps.
func (w *sweepWorker) Work(ctx context.Context, _ *river.Job[SweepArgs]) error {
	_, err := w.s.SweepClocks(ctx)
	return err
}

type recalculateWorker struct {
	river.WorkerDefaults[RecalculateArgs]
	s *Service
}

// Timeout bounds one attempt.
func (*recalculateWorker) Timeout(*river.Job[RecalculateArgs]) time.Duration { return sweepTimeout }

// Work recalculates.
func (w *recalculateWorker) Work(ctx context.Context, job *river.Job[RecalculateArgs]) error {
	return w.s.Recalculate(ctx, job.Args.CalendarID, job.Args.At)
}
