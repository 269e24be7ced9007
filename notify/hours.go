package notify

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
	"prolong/internal/workdays"
)

// Hours are when letters that can wait leave for a seller's clients, in the seller's zone. The
// others (codes, answers, receipts) leave at once. Hours that leave a day of the week out mean
// working days: a holiday of the recipient's country is none.
type Hours struct {
	// OpensMinute and ClosesMinute are minutes after midnight, [opens, closes).
	OpensMinute, ClosesMinute int
	// Weekdays says which days are working days, Monday first.
	Weekdays [daysOfWeek]bool
}

const (
	daysOfWeek   = 7
	minutesOfDay = 24 * 60
	// saturday is the first of Weekdays on which people do not work as a rule.
	saturday = 5
	// daysAheadMax bounds the search for the next working day: one day a week may be a holiday
	// several times on end.
	daysAheadMax = 8 * daysOfWeek
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
// time moves none of them. The calendar is that of the recipient's country.
func (h Hours) next(now time.Time, zone *time.Location, calendar workdays.Calendar) time.Time {
	local := now.In(zone)
	for ahead := range daysAheadMax {
		day := time.Date(local.Year(), local.Month(), local.Day()+ahead, 0, 0, 0, 0, zone)
		if !h.works(prolong.NewDate(day.Year(), day.Month(), day.Day()), (int(day.Weekday())+daysOfWeek-1)%daysOfWeek, calendar) {
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

// works says whether letters leave on a day. Holidays take days from Monday to Friday away, and a
// Saturday to which a working day was moved is one where all of those are.
func (h Hours) works(day prolong.Date, weekday int, calendar workdays.Calendar) bool {
	if h.Weekdays == [daysOfWeek]bool{true, true, true, true, true, true, true} {
		return true
	}
	if weekday < saturday {
		return h.Weekdays[weekday] && calendar.Working(day)
	}
	return h.Weekdays[weekday] || !slices.Contains(h.Weekdays[:saturday], false) && calendar.Working(day)
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
		return setHours(ctx, tx, actor, seller, h)
	}))
}

// setHours is SetHours in a transaction. Hours that are so already leave no word in the trail.
func setHours(ctx context.Context, tx postgres.Tx, actor prolong.Actor, seller billing.SellerID, h *Hours) error {
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
	old, had := before[seller]
	if had == (h != nil) && (h == nil || old == *h) {
		return holdAnew(ctx, tx, c, owner, h) // days off may have changed since they were held
	}
	change := identity.Change{Action: "letters.hours", SubjectKind: "seller", SubjectID: int64(seller)}
	if had {
		change.Before = old
	}
	if h == nil {
		_, err = tx.Pgx.Exec(ctx, `DELETE FROM sending_hours WHERE seller_id = $1`, int64(seller))
	} else {
		change.After = *h
		_, err = tx.Pgx.Exec(ctx, `INSERT INTO sending_hours (seller_id, opens_minute, closes_minute, weekdays, actor, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT ON CONSTRAINT sending_hours_pkey DO UPDATE SET opens_minute = excluded.opens_minute, closes_minute = excluded.closes_minute,
				weekdays = excluded.weekdays, actor = excluded.actor, updated_at = excluded.updated_at`,
			int64(seller), h.OpensMinute, h.ClosesMinute, h.mask(), actor.String(), tx.Now)
	}
	if err != nil {
		return err
	}
	if err := holdAnew(ctx, tx, c, owner, h); err != nil {
		return err
	}
	return identity.Audit(ctx, tx, actor, change)
}

// holdAnew moves letters that are held already to a seller's new hours; nil is none.
func holdAnew(ctx context.Context, tx postgres.Tx, c billing.Catalog, seller billing.Seller, h *Hours) error {
	rows, err := tx.Pgx.Query(ctx, `SELECT DISTINCT coalesce(account_id, 0) FROM messages WHERE not_before IS NOT NULL AND state = 'queued' AND seller_id = $1 ORDER BY 1`, int64(seller.ID))
	if err != nil {
		return err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || len(ids) == 0 {
		return err
	}
	accounts := make([]billing.AccountID, len(ids))
	for i, id := range ids {
		accounts[i] = billing.AccountID(id)
	}
	countries, err := billing.CountriesOf(ctx, tx, accounts)
	if err != nil {
		return err
	}
	until := make([]time.Time, len(ids))
	for i, account := range accounts {
		until[i] = tx.Now // the next sweep lets it go
		if h == nil {
			continue
		}
		if at := h.next(tx.Now, seller.Location, c.CalendarOf(countryOf(countries, account, seller))); !at.IsZero() {
			until[i] = at
		}
	}
	_, err = tx.Pgx.Exec(ctx, `UPDATE messages m SET not_before = u.at FROM unnest($2::bigint[], $3::timestamptz[]) AS u (account_id, at)
		WHERE m.not_before IS NOT NULL AND m.state = 'queued' AND m.seller_id = $1 AND coalesce(m.account_id, 0) = u.account_id`, int64(seller.ID), ids, until)
	return err
}

// countryOf returns the recipient's country: his account's, the seller's for one without.
func countryOf(countries map[billing.AccountID]prolong.Country, account billing.AccountID, seller billing.Seller) prolong.Country {
	if country := countries[account]; country != "" {
		return country
	}
	return seller.Country
}

// heldUntil returns until when a message is held that is queued now: the zero time for one of a
// seller without hours or within them. It reads nothing if no message can wait.
func (s *Service) heldUntil(ctx context.Context, tx postgres.Tx, msgs []Message) (func(Message) time.Time, error) {
	var accounts []billing.AccountID
	waits := false
	for i := range msgs {
		if msgs[i].patient() {
			waits, accounts = true, append(accounts, msgs[i].AccountID)
		}
	}
	never := func(Message) time.Time { return time.Time{} }
	if !waits {
		return never, nil
	}
	rows, err := tx.Pgx.Query(ctx, hoursSQL)
	if err != nil {
		return nil, err
	}
	hours, err := scanHours(rows)
	if err != nil || len(hours) == 0 {
		return never, err
	}
	c, err := billing.CatalogIn(ctx, tx)
	if err != nil {
		return nil, err
	}
	countries, err := billing.CountriesOf(ctx, tx, accounts)
	if err != nil {
		return nil, err
	}
	type place struct {
		seller  billing.SellerID
		country prolong.Country
	}
	known := map[place]time.Time{}
	return func(m Message) time.Time {
		h, has := hours[m.SellerID]
		if !has || !m.patient() {
			return time.Time{}
		}
		seller := c.Sellers[m.SellerID]
		p := place{m.SellerID, countryOf(countries, m.AccountID, seller)}
		at, seen := known[p]
		if !seen {
			at = h.next(tx.Now, seller.Location, c.CalendarOf(p.country))
			known[p] = at
		}
		return at
	}, nil
}

// patient says whether the message may wait for the seller's hours. A copy that a person asks for
// (SendAgain) does not.
func (m Message) patient() bool {
	return m.SellerID != 0 && m.Payload != nil && purposes[m.Payload.Purpose()].patient
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
