package tickets

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"prolong"
	"prolong/internal/postgres"
)

// The limits of a line of time.
const (
	timeMinutesMax = 24 * 60
	timeNoteRunes  = 500
)

// Hours keeps the clients' prepaid time: billing. All calls are made inside of tx.
type Hours interface {
	// Take uses up to so many minutes of the account and returns how many there were. The same
	// key takes nothing twice.
	Take(ctx context.Context, tx postgres.Tx, actor prolong.Actor, accountID int64, minutes int, cause, key string) (int, error)
	// GiveBack returns what the key took.
	GiveBack(ctx context.Context, tx postgres.Tx, actor prolong.Actor, accountID int64, key, cause string) error
}

// TimeSpent says what somebody of the staff worked on a ticket.
type TimeSpent struct {
	Minutes int
	// Billed minutes are asked of the client; his prepaid hours cover what they can.
	Billed int
	// Note tells the client what was done.
	Note string
	// RequestKey makes a repeated request write nothing.
	RequestKey string
}

// TimeEntry is a line of time on a ticket.
type TimeEntry struct {
	ID        int64
	StaffID   int64
	Minutes   int // spent
	Billed    int // minutes asked of the client
	Covered   int // minutes of them by the client's prepaid hours
	Note      string
	At        time.Time
	Cancelled bool
}

// SpendTime writes time on a ticket and takes what is billed of it from the client's prepaid
// hours. What they do not cover stays visible on the line. Returns CodeInvalid for minutes out
// of bounds, without a note, or if time is billed and it is not known whose ticket it is.
func (s *Service) SpendTime(ctx context.Context, actor prolong.Actor, ticketID int64, spent TimeSpent) (entry TimeEntry, err error) {
	if err := requireStaff(actor); err != nil {
		return entry, trace("SpendTime", err)
	}
	note := clip(storable(strings.TrimSpace(spent.Note)), timeNoteRunes)
	switch {
	case spent.Minutes < 1 || spent.Minutes > timeMinutesMax || spent.Billed < 0 || spent.Billed > timeMinutesMax:
		return entry, trace("SpendTime", prolong.NewError(prolong.CodeInvalid, "error.ticket_time_minutes", prolong.Args{"Max": timeMinutesMax}))
	case note == "":
		return entry, trace("SpendTime", prolong.NewError(prolong.CodeInvalid, "error.ticket_time_note", nil))
	}
	err = s.inTx(ctx, "SpendTime", func(ctx context.Context, tx postgres.Tx) error {
		t, err := lockTicket(ctx, tx, ticketID)
		if err != nil {
			return err
		}
		a, err := s.authorOf(ctx, tx, actor)
		if err != nil {
			return err
		}
		if spent.Billed > 0 && t.AccountID == nil {
			return prolong.NewError(prolong.CodeInvalid, "error.ticket_time_nobody", nil)
		}
		entry, err = s.spendTime(ctx, tx, a, t, spent, note)
		return err
	})
	return entry, err
}

func (s *Service) spendTime(ctx context.Context, tx postgres.Tx, a author, t *ticketRow, spent TimeSpent, note string) (TimeEntry, error) {
	before, err := timesOf(ctx, tx, "e.ticket_id = $1 AND e.request_key = $2", t.ID, spent.RequestKey)
	if err != nil || len(before) > 0 && spent.RequestKey != "" {
		if err == nil {
			return before[0], nil
		}
		return TimeEntry{}, err
	}
	var account *int64
	if spent.Billed > 0 {
		account = t.AccountID
	}
	var id int64
	if err := tx.Pgx.QueryRow(ctx, `SELECT nextval(pg_get_serial_sequence('ticket_times', 'id'))`).Scan(&id); err != nil {
		return TimeEntry{}, err
	}
	key := spent.RequestKey
	if key == "" {
		key = timeKey(id)
	}
	covered := 0
	if spent.Billed > 0 && s.hours != nil {
		if covered, err = s.hours.Take(ctx, tx, a.actor, *account, spent.Billed, "#"+strconv.FormatInt(t.Number, 10)+" "+note, timeKey(id)); err != nil {
			return TimeEntry{}, err
		}
	}
	if _, err := tx.Pgx.Exec(ctx, `INSERT INTO ticket_times (id, ticket_id, account_id, staff_id, minutes, billed_minutes, covered_minutes, note, request_key, created_at)
		OVERRIDING SYSTEM VALUE VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10)`, id, t.ID, account, a.actor.ID, spent.Minutes, spent.Billed, covered, note, key, tx.Now); err != nil {
		return TimeEntry{}, err
	}
	entry := TimeEntry{ID: id, StaffID: a.actor.ID, Minutes: spent.Minutes, Billed: spent.Billed, Covered: covered, Note: note, At: tx.Now}
	return entry, s.record(ctx, tx, a.actor, "ticket.spendtime", t, nil, entry)
}

// timeKey names a line for the prepaid hours.
func timeKey(id int64) string { return "ticket_time:" + strconv.FormatInt(id, 10) }

// CancelTime takes a line of time back; what the client's hours covered of it returns to them.
// Repeating it changes nothing. Returns CodeNotFound for a line that is not this ticket's.
func (s *Service) CancelTime(ctx context.Context, actor prolong.Actor, ticketID, entryID int64) error {
	if err := requireStaff(actor); err != nil {
		return trace("CancelTime", err)
	}
	return s.inTx(ctx, "CancelTime", func(ctx context.Context, tx postgres.Tx) error {
		t, err := lockTicket(ctx, tx, ticketID)
		if err != nil {
			return err
		}
		list, err := timesOf(ctx, tx, "e.ticket_id = $1 AND e.id = $2", t.ID, entryID)
		switch {
		case err != nil:
			return err
		case len(list) == 0:
			return prolong.NewError(prolong.CodeNotFound, "error.ticket_time_not_found", prolong.Args{"ID": entryID})
		case list[0].Cancelled:
			return nil
		}
		var account int64
		if err := tx.Pgx.QueryRow(ctx, `UPDATE ticket_times SET cancelled_at = $2, cancelled_by = $3 WHERE id = $1 RETURNING coalesce(account_id, 0)`, entryID, tx.Now, actor.String()).Scan(&account); err != nil {
			return err
		}
		if list[0].Covered > 0 {
			if s.hours == nil {
				return errors.New("tickets: time was covered by hours that are not connected")
			}
			if err := s.hours.GiveBack(ctx, tx, actor, account, timeKey(entryID), "#"+strconv.FormatInt(t.Number, 10)); err != nil {
				return err
			}
		}
		return s.record(ctx, tx, actor, "ticket.canceltime", t, list[0], nil)
	})
}

// TimesOf returns the time on a ticket, the oldest first: to staff with what was cancelled, to
// the client what he is billed for. Returns CodeNotFound for a ticket that the actor does not
// see.
func (s *Service) TimesOf(ctx context.Context, actor prolong.Actor, ticketID int64) (list []TimeEntry, err error) {
	err = s.inTx(ctx, "TimesOf", func(ctx context.Context, tx postgres.Tx) error {
		sc, err := s.scopeOf(ctx, tx, actor)
		if err != nil {
			return err
		}
		args := &postgres.Args{}
		rows, err := tx.Pgx.Query(ctx, `SELECT `+ticketColumns+` FROM tickets t WHERE t.id = `+args.Add(ticketID)+` AND `+sc.where(args), args.Values...)
		t, err := postgres.CollectOne[ticketRow](rows, err)
		if errors.Is(err, postgres.ErrNoRow) {
			return notFound(ticketID)
		}
		if err != nil {
			return err
		}
		where := "e.ticket_id = $1"
		if actor.Kind == prolong.ActorContact {
			where += " AND e.billed_minutes > 0 AND e.cancelled_at IS NULL"
		}
		list, err = timesOf(ctx, tx, where, t.ID)
		return err
	})
	return list, err
}

func timesOf(ctx context.Context, tx postgres.Tx, where string, args ...any) ([]TimeEntry, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT e.id, e.staff_id, e.minutes, e.billed_minutes AS billed, e.covered_minutes AS covered, e.note, e.created_at AS at,
		e.cancelled_at IS NOT NULL AS cancelled FROM ticket_times e WHERE `+where+` ORDER BY e.id`, args...)
	return postgres.Collect[TimeEntry](rows, err)
}
