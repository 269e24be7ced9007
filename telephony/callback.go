package telephony

import (
	"context"
	"errors"
	"strings"
	"time"

	"prolong"
	"prolong/internal/postgres"
)

// CallbackState says where a task to call back stands.
type CallbackState string

// The states of a task.
const (
	CallbackOpen    CallbackState = "open"
	CallbackDone    CallbackState = "done"    // we have spoken, in whichever direction
	CallbackDropped CallbackState = "dropped" // a person has decided so
)

// The limits of tasks.
const (
	callbackLookBack  = 7 * 24 * time.Hour
	callbackSweepMax  = 500
	callbackPageSize  = 100
	callbackReasonMax = 300
)

// callbackRow is a row of callbacks.
type callbackRow struct {
	ID            int64
	ClientPhone   string
	AccountID     *int64
	State         CallbackState
	Missed        int
	FirstMissedAt time.Time
	LastMissedAt  time.Time
	DueAt         *time.Time
	AssigneeID    *int64
	CallID        *int64
	ClosedAt      *time.Time
	ClosedBy      string
	Reason        string
}

const callbackColumns = `b.id, b.client_phone, b.account_id, b.state, b.missed, b.first_missed_at, b.last_missed_at, b.due_at, b.assignee_id, b.call_id, b.closed_at, b.closed_by, b.reason`

// settleCallback makes the open task of a number what the ledger says: one task as long as
// somebody has called and nobody has spoken with him since, none otherwise. It is derived
// anew each time and not counted up, so the order in which news arrives does not matter, and a
// call that turns out to have been answered after all takes its task back.
func (s *Service) settleCallback(ctx context.Context, tx postgres.Tx, phone string) error {
	if err := postgres.AdvisoryXactLock(ctx, tx, "telephony.callback:"+phone); err != nil {
		return err
	}
	rows, err := tx.Pgx.Query(ctx, `SELECT `+callbackColumns+` FROM callbacks b WHERE b.client_phone = $1 AND b.state = 'open' FOR NO KEY UPDATE`, phone)
	open, err := postgres.CollectOne[callbackRow](rows, err)
	none := errors.Is(err, postgres.ErrNoRow)
	if err != nil && !none {
		return err
	}
	since := tx.Now.Add(-callbackLookBack)
	if !none && open.FirstMissedAt.Before(since.Add(openCallAgeMax)) { // an old task is not forgotten, it is late
		since = open.FirstMissedAt.Add(-openCallAgeMax)
	}
	type waiting struct {
		Missed    int
		FirstAt   *time.Time
		LastAt    *time.Time
		AccountID *int64
		SpokeID   *int64
	}
	rows, err = tx.Pgx.Query(ctx, `
		WITH spoke AS (
			SELECT id, started_at FROM calls WHERE client_phone = $1 AND direction <> 'local' AND outcome = 'answered' ORDER BY started_at DESC LIMIT 1
		), decided AS (
			SELECT max(closed_at) AS at FROM callbacks WHERE client_phone = $1 AND state = 'dropped'
		), missed AS (
			SELECT ended_at, account_id FROM calls WHERE client_phone = $1 AND direction = 'inbound' AND state = 'ended' AND outcome IN ('gave_up', 'busy', 'no_answer')
				AND started_at > greatest(coalesce((SELECT started_at FROM spoke), '-infinity'), coalesce((SELECT at FROM decided), '-infinity'), $2)
				AND ended_at <= $3
		)
		SELECT count(*) AS missed, min(ended_at) AS first_at, max(ended_at) AS last_at, max(account_id) AS account_id, (SELECT id FROM spoke) AS spoke_id FROM missed`,
		phone, since, tx.Now.Add(-missedWait))
	w, err := postgres.CollectOne[waiting](rows, err)
	if err != nil {
		return err
	}
	switch {
	case w.Missed == 0 && none:
		return nil
	case w.Missed == 0:
		_, err = tx.Pgx.Exec(ctx, `UPDATE callbacks SET state = 'done', closed_at = $2, closed_by = 'system:telephony', call_id = $3, reason = 'spoke' WHERE id = $1`,
			open.ID, tx.Now, w.SpokeID)
		return err
	}
	due, err := s.callbackDue(ctx, tx, *w.FirstAt)
	if err != nil {
		return err
	}
	if none {
		_, err = tx.Pgx.Exec(ctx, `INSERT INTO callbacks (client_phone, account_id, state, missed, first_missed_at, last_missed_at, due_at, created_at)
			VALUES ($1, $2, 'open', $3, $4, $5, $6, $7)`, phone, w.AccountID, w.Missed, w.FirstAt, w.LastAt, due, tx.Now)
		return err
	}
	_, err = tx.Pgx.Exec(ctx, `UPDATE callbacks SET missed = $2, first_missed_at = $3, last_missed_at = $4, account_id = coalesce($5, account_id), due_at = $6 WHERE id = $1`,
		open.ID, w.Missed, w.FirstAt, w.LastAt, w.AccountID, due)
	return err
}

// callbackDue is until when a missed caller must be called back: so many minutes of working
// time after his first call.
func (s *Service) callbackDue(ctx context.Context, tx postgres.Tx, from time.Time) (time.Time, error) {
	budget := time.Duration(s.cfg.CallbackMinutes) * time.Minute
	if s.cfg.CallbackCalendar == "" {
		return from.Add(budget), nil
	}
	return s.tickets.WorkingDeadline(ctx, tx, s.cfg.CallbackCalendar, from, budget)
}

// SweepCallbacks makes the tasks of missed callers who have waited long enough that nobody
// else has answered them by now. Run twice, or by two processes at once, it does it once. It
// returns how many numbers it looked at.
func (s *Service) SweepCallbacks(ctx context.Context) (int, error) {
	now := s.db.Now()
	rows, err := s.db.Pool.Query(ctx, `SELECT DISTINCT c.client_phone FROM calls c
		WHERE c.direction = 'inbound' AND c.state = 'ended' AND c.outcome IN ('gave_up', 'busy', 'no_answer') AND c.client_phone <> ''
			AND c.started_at > $1 AND c.ended_at <= $2
			AND NOT EXISTS (SELECT FROM callbacks b WHERE b.client_phone = c.client_phone AND b.last_missed_at >= c.ended_at)
			AND NOT EXISTS (SELECT FROM callbacks b WHERE b.client_phone = c.client_phone AND b.state = 'dropped' AND b.closed_at >= c.started_at)
			AND NOT EXISTS (SELECT FROM calls t WHERE t.client_phone = c.client_phone AND t.outcome = 'answered' AND t.direction <> 'local' AND t.started_at >= c.started_at)
		LIMIT $3`, now.Add(-callbackLookBack), now.Add(-missedWait), callbackSweepMax)
	type row struct{ ClientPhone string }
	due, err := postgres.Collect[row](rows, err)
	if err != nil {
		return 0, trace("SweepCallbacks", err)
	}
	for _, r := range due {
		if err := s.inTx(ctx, "SweepCallbacks", func(ctx context.Context, tx postgres.Tx) error {
			return s.settleCallback(ctx, tx, r.ClientPhone)
		}); err != nil {
			return 0, err
		}
	}
	return len(due), nil
}

// Callback is a missed caller to be called back.
type Callback struct {
	ID            int64
	Phone         string
	AccountID     int64 // 0 if it is not known who called
	State         CallbackState
	Missed        int // how often he has called since we last spoke
	FirstMissedAt time.Time
	LastMissedAt  time.Time
	DueAt         time.Time
	Overdue       bool
	AssigneeID    int64 // 0 for nobody
	CallID        int64 // the conversation that ended it
	ClosedAt      time.Time
	ClosedBy      string
	Reason        string
}

func (r callbackRow) callback(now time.Time) Callback {
	return Callback{
		ID: r.ID, Phone: r.ClientPhone, AccountID: postgres.Value(r.AccountID), State: r.State, Missed: r.Missed, FirstMissedAt: r.FirstMissedAt, LastMissedAt: r.LastMissedAt,
		DueAt: postgres.Value(r.DueAt), Overdue: r.State == CallbackOpen && r.DueAt != nil && now.After(*r.DueAt), AssigneeID: postgres.Value(r.AssigneeID), CallID: postgres.Value(r.CallID),
		ClosedAt: postgres.Value(r.ClosedAt), ClosedBy: r.ClosedBy, Reason: r.Reason,
	}
}

// ListCallbacks returns tasks: the open ones, most urgent first, or with closed the latest of
// all. accountID 0 does not restrict. Staff only.
func (s *Service) ListCallbacks(ctx context.Context, actor prolong.Actor, accountID int64, closed bool) ([]Callback, error) {
	if err := requireStaff(actor); err != nil {
		return nil, trace("ListCallbacks", err)
	}
	order := `b.due_at, b.id`
	if closed {
		order = `b.id DESC`
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT `+callbackColumns+` FROM callbacks b WHERE ($1 OR b.state = 'open') AND ($2 = 0 OR b.account_id = $2) ORDER BY `+order+` LIMIT $3`,
		closed, accountID, callbackPageSize)
	list, err := postgres.Collect[callbackRow](rows, err)
	out := make([]Callback, 0, len(list))
	for _, r := range list {
		out = append(out, r.callback(s.db.Now()))
	}
	return out, trace("ListCallbacks", err)
}

// AssignCallback gives a task to a member of staff, 0 to nobody. Returns CodeNotFound for a
// task that is not open, CodeInvalid for an unknown person.
func (s *Service) AssignCallback(ctx context.Context, actor prolong.Actor, callbackID, staffID int64) error {
	return s.changeCallback(ctx, "AssignCallback", actor, callbackID, func(ctx context.Context, tx postgres.Tx) error {
		_, err := tx.Pgx.Exec(ctx, `UPDATE callbacks SET assignee_id = $2 WHERE id = $1`, callbackID, postgres.Nullable(staffID))
		return err
	})
}

// DropCallback ends a task for a reason that a person gives: answered in writing, a wrong
// number. Later missed calls make a new one. Returns CodeNotFound for a task that is not open.
func (s *Service) DropCallback(ctx context.Context, actor prolong.Actor, callbackID int64, reason string) error {
	reason = strings.TrimSpace(clip(reason, callbackReasonMax))
	if reason == "" {
		return trace("DropCallback", prolong.NewError(prolong.CodeInvalid, "error.callback_reason_empty", nil))
	}
	return s.changeCallback(ctx, "DropCallback", actor, callbackID, func(ctx context.Context, tx postgres.Tx) error {
		_, err := tx.Pgx.Exec(ctx, `UPDATE callbacks SET state = 'dropped', closed_at = $2, closed_by = $3, reason = $4 WHERE id = $1`, callbackID, tx.Now, actor.String(), reason)
		return err
	})
}

func (s *Service) changeCallback(ctx context.Context, op string, actor prolong.Actor, id int64, fn func(ctx context.Context, tx postgres.Tx) error) error {
	if err := requireStaff(actor); err != nil {
		return trace(op, err)
	}
	return s.inTx(ctx, op, func(ctx context.Context, tx postgres.Tx) error {
		rows, err := tx.Pgx.Query(ctx, `SELECT `+callbackColumns+` FROM callbacks b WHERE b.id = $1 AND b.state = 'open' FOR NO KEY UPDATE`, id)
		b, err := postgres.CollectOne[callbackRow](rows, err)
		if errors.Is(err, postgres.ErrNoRow) {
			return prolong.NewError(prolong.CodeNotFound, "error.callback_not_found", prolong.Args{"ID": id})
		}
		if err != nil {
			return err
		}
		if err := fn(ctx, tx); err != nil {
			return err
		}
		return s.record(ctx, tx, actor, "callback."+strings.ToLower(strings.TrimSuffix(op, "Callback")), "callback", id, postgres.Value(b.AccountID))
	})
}
