package notify

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
)

// Hours are when letters that can wait leave for a seller's clients, in the seller's zone. The
// others (codes, answers, receipts) leave at once.
type Hours struct {
	// OpensMinute and ClosesMinute are minutes after midnight, [opens, closes).
	OpensMinute, ClosesMinute int
	// Weekdays says which days are working days, Monday first.
	Weekdays [daysOfWeek]bool
}

const (
	daysOfWeek   = 7
	minutesOfDay = 24 * 60
	// daysAheadMax bounds the search for the next working day.
	daysAheadMax = 2 * daysOfWeek
)

// check refuses hours in which nothing ever leaves.
func (h Hours) check() error {
	if h.OpensMinute < 0 || h.OpensMinute >= h.ClosesMinute || h.ClosesMinute > minutesOfDay || h.Weekdays == [daysOfWeek]bool{} {
		return prolong.NewError(prolong.CodeInvalid, "error.sending_hours", nil)
	}
	return nil
}

// next returns when a letter may leave that is ready now: the zero time at once, otherwise the
// next opening. Instants are built from the wall clock of the day, so that a change to summer
// time moves none of them.
func (h Hours) next(now time.Time, zone *time.Location) time.Time {
	local := now.In(zone)
	for ahead := range daysAheadMax {
		day := time.Date(local.Year(), local.Month(), local.Day()+ahead, 0, 0, 0, 0, zone)
		if !h.Weekdays[(int(day.Weekday())+daysOfWeek-1)%daysOfWeek] {
			continue
		}
		at := func(minute int) time.Time {
			return time.Date(day.Year(), day.Month(), day.Day(), minute/60, minute%60, 0, 0, zone)
		}
		switch opens, closes := at(h.OpensMinute), at(h.ClosesMinute); {
		case now.Before(opens):
			return opens
		case now.Before(closes):
			return time.Time{}
		}
	}
	return time.Time{}
}

func (h Hours) mask() (bits int) {
	for i, works := range h.Weekdays {
		if works {
			bits |= 1 << i
		}
	}
	return bits
}

func weekdaysOf(mask int) (days [daysOfWeek]bool) {
	for i := range days {
		days[i] = mask&(1<<i) != 0
	}
	return days
}

// FindHours returns the hours of the sellers that have some.
func (s *Service) FindHours(ctx context.Context) (map[billing.SellerID]Hours, error) {
	rows, err := s.db.Pool.Query(ctx, hoursSQL)
	if err != nil {
		return nil, prolong.Wrap("notify.FindHours", err)
	}
	hours, err := scanHours(rows)
	return hours, prolong.Wrap("notify.FindHours", err)
}

const hoursSQL = `SELECT seller_id, opens_minute, closes_minute, weekdays FROM sending_hours`

func scanHours(rows pgx.Rows) (map[billing.SellerID]Hours, error) {
	hours := map[billing.SellerID]Hours{}
	var seller billing.SellerID
	var h Hours
	var mask int
	_, err := pgx.ForEachRow(rows, []any{&seller, &h.OpensMinute, &h.ClosesMinute, &mask}, func() error {
		h.Weekdays = weekdaysOf(mask)
		hours[seller] = h
		return nil
	})
	return hours, err
}

// SetHours changes when a seller's patient letters leave; nil lets them leave at any time again.
// Letters that are held already follow the new hours. The caller has checked the actor's right.
// Returns CodeInvalid for hours in which nothing leaves, CodeNotFound for an unknown seller.
func (s *Service) SetHours(ctx context.Context, actor prolong.Actor, seller billing.SellerID, h *Hours) error {
	if h != nil {
		if err := h.check(); err != nil {
			return err
		}
	}
	return prolong.Wrap("notify.SetHours", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		c, err := billing.CatalogIn(ctx, tx)
		if err != nil {
			return err
		}
		owner, ok := c.Sellers[seller]
		if !ok {
			return prolong.NewError(prolong.CodeNotFound, "error.seller_unknown", prolong.Args{"Seller": int64(seller)})
		}
		rows, err := tx.Pgx.Query(ctx, hoursSQL+` WHERE seller_id = $1 FOR UPDATE`, int64(seller))
		if err != nil {
			return err
		}
		before, err := scanHours(rows)
		if err != nil {
			return err
		}
		var until time.Time
		change := identity.Change{Action: "letters.hours", SubjectKind: "seller", SubjectID: int64(seller)}
		if old, had := before[seller]; had {
			change.Before = old
		}
		if h == nil {
			_, err = tx.Pgx.Exec(ctx, `DELETE FROM sending_hours WHERE seller_id = $1`, int64(seller))
		} else {
			until, change.After = h.next(tx.Now, owner.Location), *h
			_, err = tx.Pgx.Exec(ctx, `INSERT INTO sending_hours (seller_id, opens_minute, closes_minute, weekdays, actor, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
				ON CONFLICT ON CONSTRAINT sending_hours_pkey DO UPDATE SET opens_minute = excluded.opens_minute, closes_minute = excluded.closes_minute,
					weekdays = excluded.weekdays, actor = excluded.actor, updated_at = excluded.updated_at`,
				int64(seller), h.OpensMinute, h.ClosesMinute, h.mask(), actor.String(), tx.Now)
		}
		if err != nil {
			return err
		}
		if until.IsZero() { // the next sweep lets them go
			until = tx.Now
		}
		if _, err := tx.Pgx.Exec(ctx, `UPDATE messages SET not_before = $2 WHERE not_before IS NOT NULL AND state = 'queued' AND seller_id = $1`, int64(seller), until); err != nil {
			return err
		}
		return identity.Audit(ctx, tx, actor, change)
	}))
}

// heldUntil returns until when messages of each seller are held that are queued now; a seller
// without hours, or within them, is not in the map. It reads nothing if no message can wait.
func (s *Service) heldUntil(ctx context.Context, tx postgres.Tx, msgs []Message) (map[billing.SellerID]time.Time, error) {
	waits := false
	for i := range msgs {
		waits = waits || msgs[i].patient()
	}
	if !waits {
		return nil, nil
	}
	rows, err := tx.Pgx.Query(ctx, hoursSQL)
	if err != nil {
		return nil, err
	}
	hours, err := scanHours(rows)
	if err != nil || len(hours) == 0 {
		return nil, err
	}
	c, err := billing.CatalogIn(ctx, tx)
	if err != nil {
		return nil, err
	}
	until := map[billing.SellerID]time.Time{}
	for id, h := range hours {
		if at := h.next(tx.Now, c.Sellers[id].Location); !at.IsZero() {
			until[id] = at
		}
	}
	return until, nil
}

// patient says whether the message may wait for the seller's hours: a copy that a person asks
// for does not.
func (m Message) patient() bool {
	return m.SellerID != 0 && m.Copy == 0 && m.Payload != nil && purposes[m.Payload.Purpose()].patient
}

// releaseDue gives jobs to held messages whose hour has come.
func (s *Service) releaseDue(ctx context.Context, tx postgres.Tx) (released int, err error) {
	rows, err := tx.Pgx.Query(ctx, `
		UPDATE messages SET not_before = NULL WHERE id IN (
			SELECT id FROM messages WHERE not_before <= $1 AND state = 'queued' ORDER BY not_before, id LIMIT $2 FOR UPDATE SKIP LOCKED)
		RETURNING id`, tx.Now, sweepMax)
	if err != nil {
		return 0, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	sends := make([]river.JobArgs, len(ids))
	for i, id := range ids {
		sends[i] = SendArgs{MessageID: id}
	}
	return len(ids), s.enqueuer.Enqueue(ctx, tx, sends...)
}

// SendNow lets a held message leave at once. Returns CodeNotFound, or CodeConflict if it is not
// held.
func (s *Service) SendNow(ctx context.Context, actor prolong.Actor, id int64) error {
	return prolong.Wrap("notify.SendNow", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		var account *int64
		var held bool
		err := tx.Pgx.QueryRow(ctx, `SELECT account_id, not_before IS NOT NULL FROM messages WHERE id = $1 FOR UPDATE`, id).Scan(&account, &held)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return notFound(id)
		case err != nil:
			return err
		case !held:
			return prolong.NewError(prolong.CodeConflict, "error.message_not_held", nil)
		}
		if _, err := tx.Pgx.Exec(ctx, `UPDATE messages SET not_before = NULL WHERE id = $1`, id); err != nil {
			return err
		}
		if err := s.auditMessage(ctx, tx, actor, "letter.send_now", id, account); err != nil {
			return err
		}
		return s.enqueuer.Enqueue(ctx, tx, SendArgs{MessageID: id, Urgent: true})
	}))
}

func (s *Service) auditMessage(ctx context.Context, tx postgres.Tx, actor prolong.Actor, action string, id int64, account *int64) error {
	c := identity.Change{Action: action, SubjectKind: "message", SubjectID: id}
	if account != nil {
		c.AccountID = billing.AccountID(*account)
	}
	return identity.Audit(ctx, tx, actor, c)
}
