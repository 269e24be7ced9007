package notify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"prolong"
	"prolong/internal/i18n"
	"prolong/internal/jobs"
	"prolong/internal/postgres"
)

// attemptsMax is how often a message is tried: with River's back-off of attempt^4 seconds the
// last attempt comes two days after the first.
const attemptsMax = 16

// sendTimeoutMax bounds one attempt: rendering the attachments and the talk with the server.
const sendTimeoutMax = 2 * time.Minute

// SendArgs asks for one message to be sent.
type SendArgs struct {
	MessageID int64 `json:"message_id"`
	Urgent    bool  `json:"urgent,omitempty"`
}

// Kind names the job.
func (SendArgs) Kind() string { return "message.send" }

// InsertOpts puts the job into the mail queue.
func (a SendArgs) InsertOpts() river.InsertOpts {
	priority := jobs.PriorityMass
	if a.Urgent {
		priority = jobs.PriorityPeople
	}
	return river.InsertOpts{MaxAttempts: attemptsMax, Priority: priority, Queue: jobs.QueueMail}
}

// SendWorker works the jobs message.send.
type SendWorker struct {
	river.WorkerDefaults[SendArgs]
	service *Service
}

// NewSendWorker returns the worker that empties the outbox.
func NewSendWorker(s *Service) *SendWorker { return &SendWorker{service: s} }

// Register adds the room's workers.
func Register(workers *river.Workers, s *Service) { river.AddWorker(workers, NewSendWorker(s)) }

// Timeout bounds one attempt.
func (*SendWorker) Timeout(*river.Job[SendArgs]) time.Duration { return sendTimeoutMax }

// Work makes one attempt.
func (w *SendWorker) Work(ctx context.Context, job *river.Job[SendArgs]) error {
	return w.service.attempt(ctx, job.Args.MessageID, job.Attempt >= job.MaxAttempts)
}

// Send makes one attempt to send a message now, without a worker: for commands and tests. A
// message that is done already is left alone.
func (s *Service) Send(ctx context.Context, id int64) error {
	return prolong.Wrap("notify.Send", s.attempt(ctx, id, false))
}

// attempt claims the message, sends it and notes the result. No transaction and no connection
// is held while the transport works. If the process dies after the server took the message and
// before that is noted, the next attempt sends it again under the same Message-ID: mailboxes
// show it once.
func (s *Service) attempt(ctx context.Context, id int64, last bool) error {
	row, claimed, wait, err := s.claim(ctx, id)
	switch {
	case err != nil:
		return err
	case wait > 0:
		return river.JobSnooze(wait)
	case !claimed:
		return nil
	}
	m, err := fromMessageRow(row)
	if err != nil {
		return s.giveUp(ctx, &outgoing{id: id, spec: purposes[Purpose(row.Purpose)]}, StateFailed, err.Error())
	}
	if !m.expiresAt.IsZero() && !s.db.Now().Before(m.expiresAt) {
		return s.giveUp(ctx, m, StateFailed, "expired before it could be sent")
	}
	if blocked, reason, err := s.suppressed(ctx, m); err != nil {
		return errors.Join(err, s.noteFailure(ctx, m, err, last))
	} else if blocked {
		return s.giveUp(ctx, m, StateSuppressed, reason)
	}
	err = s.deliver(ctx, m)
	var rejection *RejectionError
	switch {
	case err == nil:
		return s.note(ctx, m, StateSent, "")
	case errors.As(err, &rejection):
		return s.giveUp(ctx, m, StateFailed, rejection.Error())
	}
	return errors.Join(err, s.noteFailure(ctx, m, err, last))
}

// deliver writes the message and hands it to the transport.
func (s *Service) deliver(ctx context.Context, m *outgoing) error {
	lang, ok := i18n.ParseLang(m.language)
	if !ok {
		lang = i18n.Default
	}
	e, err := s.envelopeOf(ctx, m)
	if err != nil {
		return err
	}
	letter, version, err := s.currentLetter(ctx, lang, e, m.payload)
	if err != nil {
		return err
	}
	m.letterhead = e.head
	m.templateVersion = version
	files, err := s.resolve(ctx, m.attachments)
	if err != nil {
		return err
	}
	mail, err := s.compose(m, letter, files, s.db.Now())
	if err != nil {
		// addresses were checked when the message was queued; a retry would fail the same way
		return &RejectionError{Reason: err.Error()}
	}
	return s.transport.Send(ctx, mail)
}

// suppressed says whether we must not write to the recipient, and why.
func (s *Service) suppressed(ctx context.Context, m *outgoing) (bool, string, error) {
	row, found, err := findSuppression(ctx, s.db.Gorm, m.recipient.Email)
	if err != nil || !found {
		return false, "", err
	}
	if Scope(row.Scope) == ScopeMarketing && !m.spec.marketing {
		return false, "", nil
	}
	return true, row.Reason, nil
}

// giveUp ends the message without sending it. The job is done: another attempt would not help.
func (s *Service) giveUp(ctx context.Context, m *outgoing, to State, reason string) error {
	s.log.WarnContext(ctx, "message not sent", slog.Int64("message", m.id), slog.String("state", string(to)), slog.String("reason", reason))
	return s.note(ctx, m, to, reason)
}

// noteFailure puts the message back for the next attempt, or ends it after the last one.
func (s *Service) noteFailure(ctx context.Context, m *outgoing, cause error, last bool) error {
	if last {
		return s.giveUp(ctx, m, StateFailed, fmt.Sprintf("gave up after %d attempts: %v", attemptsMax, cause))
	}
	return s.note(ctx, m, StateQueued, cause.Error())
}

// noteTimeoutMax bounds writing down the result of an attempt.
const noteTimeoutMax = 10 * time.Second

// note writes the result even if the attempt was cancelled meanwhile: what has left has left.
func (s *Service) note(ctx context.Context, m *outgoing, to State, reason string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTimeoutMax)
	defer cancel()
	return s.finish(ctx, m, to, reason)
}

// sweepMax bounds the jobs that one sweep adds.
const sweepMax = 1000

// Sweep gives jobs to messages that were held until now (Hours), and new ones to messages whose
// process died while sending, should their jobs have been lost too. It returns how many there
// were. Run it every few minutes.
func (s *Service) Sweep(ctx context.Context) (requeued int, err error) {
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		released, err := s.releaseDue(ctx, tx)
		if err != nil {
			return err
		}
		requeued = released
		rows, err := s.stuckIDs(ctx, tx, sweepMax)
		if err != nil || len(rows) == 0 {
			return err
		}
		sends := make([]river.JobArgs, len(rows))
		for i, r := range rows {
			sends[i] = SendArgs{MessageID: r.ID, Urgent: purposes[Purpose(r.Purpose)].urgent}
		}
		requeued += len(sends)
		return s.enqueuer.Enqueue(ctx, tx, sends...)
	})
	return requeued, prolong.Wrap("notify.Sweep", err)
}
