package billing

import (
	"cmp"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// PrepaidLotID identifies a PrepaidLot.
type PrepaidLotID int64

// PrepaidLot is minutes that an account received at once. Lots are used in the order in which
// they expire, those without an end last.
type PrepaidLot struct {
	ID      PrepaidLotID
	Granted int // minutes
	Left    int // minutes
	// ExpiresOn is the last day of use; no date for ever.
	ExpiresOn prolong.Date
	InvoiceID int64
	// Withdrawn says that its invoice is not paid any more.
	Withdrawn bool
}

// Consumption asks for minutes of an account.
type Consumption struct {
	Account AccountID
	Minutes int
	// Cause says what for, "ticket 1042": a person reads it.
	Cause string
	// Key names the act: the same key never takes minutes twice.
	Key string
	// Partly takes what is there if that is less; otherwise nothing is taken.
	Partly bool
}

// Consumed is what a Consumption took.
type Consumed struct {
	Minutes int
	// Left is the balance afterwards.
	Left int
	// Again says that the key had been used before; Minutes are those of then.
	Again bool
}

// Consume takes prepaid minutes. Returns CodeConflict if there are fewer than asked for and
// Partly is not set, or if the key was used for another number of minutes; CodeInvalid without
// a key or with minutes that are not positive.
func (s *Service) Consume(ctx context.Context, actor prolong.Actor, c Consumption) (done Consumed, err error) {
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		done, err = ConsumeIn(ctx, tx, actor, c)
		return err
	})
	return done, prolong.Wrap("billing.Consume", err)
}

// ConsumeIn is Consume in the transaction of a higher package. It locks the account.
func ConsumeIn(ctx context.Context, tx postgres.Tx, actor prolong.Actor, c Consumption) (Consumed, error) {
	var done Consumed
	if c.Minutes <= 0 {
		return done, prolong.NewError(prolong.CodeInvalid, "error.prepaid_minutes", nil)
	}
	if c.Key == "" {
		return done, prolong.NewError(prolong.CodeInvalid, "error.field_missing", prolong.Args{"Field": "key"})
	}
	today, err := lockPrepaid(ctx, tx, c.Account)
	if err != nil {
		return done, err
	}
	lots, err := usableLots(ctx, tx, c.Account, today)
	if err != nil {
		return done, err
	}
	for _, lot := range lots {
		done.Left += lot.Left
	}
	before, err := findUse(ctx, tx, c.Account, c.Key)
	if err != nil {
		return done, err
	}
	if before.id != 0 {
		if before.asked != c.Minutes {
			return done, prolong.NewError(prolong.CodeConflict, "error.prepaid_key", prolong.Args{"Key": c.Key, "Minutes": before.asked})
		}
		done.Minutes, done.Again = before.minutes, true
		return done, nil
	}
	if done.Left < c.Minutes && !c.Partly {
		return done, prolong.NewError(prolong.CodeConflict, "error.prepaid_short", prolong.Args{"Minutes": c.Minutes, "Left": done.Left})
	}
	done.Minutes = min(c.Minutes, done.Left)
	use, err := insertUse(ctx, tx, actor, prepaidUse{account: c.Account, key: c.Key, asked: c.Minutes, minutes: done.Minutes, cause: c.Cause})
	if err != nil {
		return done, err
	}
	rest := done.Minutes
	for _, lot := range lots {
		if part := min(rest, lot.Left); part > 0 {
			if err := moveMinutes(ctx, tx, actor, c.Account, lot.ID, use, entryConsume, -part); err != nil {
				return done, err
			}
			rest -= part
		}
	}
	done.Left -= done.Minutes
	return done, nil
}

// Return gives back the minutes that the use of a key took, to the lots that they came from;
// minutes of a lot that has expired meanwhile expire again. Repeating it changes nothing.
// Returns CodeNotFound for a key that took nothing.
func (s *Service) Return(ctx context.Context, actor prolong.Actor, account AccountID, key, cause string) (minutes int, err error) {
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		minutes, err = ReturnIn(ctx, tx, actor, account, key, cause)
		return err
	})
	return minutes, prolong.Wrap("billing.Return", err)
}

// ReturnIn is Return in the transaction of a higher package. It locks the account.
func ReturnIn(ctx context.Context, tx postgres.Tx, actor prolong.Actor, account AccountID, key, cause string) (int, error) {
	if _, err := lockPrepaid(ctx, tx, account); err != nil {
		return 0, err
	}
	use, err := findUse(ctx, tx, account, key)
	if err != nil {
		return 0, err
	}
	if use.id == 0 {
		return 0, prolong.NewError(prolong.CodeNotFound, "error.prepaid_use_not_found", prolong.Args{"Key": key})
	}
	if use.returned {
		return use.minutes, nil
	}
	parts, err := partsOfUse(ctx, tx, use.id)
	if err != nil {
		return 0, err
	}
	back, err := insertUse(ctx, tx, actor, prepaidUse{account: account, key: "return:" + key, asked: -use.minutes, minutes: -use.minutes, cause: cause, returns: use.id})
	if err != nil {
		return 0, err
	}
	for _, p := range parts {
		if err := returnPart(ctx, tx, actor, account, back, p); err != nil {
			return 0, err
		}
	}
	return use.minutes, nil
}

// GrantMinutes gives an account whose row the caller has locked the minutes that an invoice
// sold, to be used until the last day; no date for ever. An invoice that was taken back and is
// paid again gives back what was withdrawn.
func GrantMinutes(ctx context.Context, tx postgres.Tx, actor prolong.Actor, account AccountID, invoiceID int64, minutes int, expiresOn prolong.Date) error {
	var lot, inside int64
	err := tx.Pgx.QueryRow(ctx, `
		SELECT coalesce(max(l.id), 0), coalesce(sum(e.minutes) FILTER (WHERE e.kind IN ('grant', 'withdraw')), 0)
		FROM prepaid_lots l LEFT JOIN prepaid_entries e ON e.lot_id = l.id WHERE l.cause = 'invoice' AND l.cause_id = $1`, invoiceID).Scan(&lot, &inside)
	if err != nil {
		return prolong.Wrap("billing.GrantMinutes", err)
	}
	if lot == 0 {
		err = tx.Pgx.QueryRow(ctx, `INSERT INTO prepaid_lots (account_id, cause, cause_id, granted_minutes, left_minutes, expires_on, created_at)
			VALUES ($1, 'invoice', $2, $3, 0, $4, $5) RETURNING id`, int64(account), invoiceID, minutes, expiresOn, tx.Now).Scan(&lot)
	} else {
		_, err = tx.Pgx.Exec(ctx, `UPDATE prepaid_lots SET withdrawn = false WHERE id = $1`, lot)
	}
	if again := minutes - int(inside); err == nil && again > 0 {
		err = moveMinutes(ctx, tx, actor, account, PrepaidLotID(lot), 0, entryGrant, again)
	}
	return prolong.Wrap("billing.GrantMinutes", err)
}

// WithdrawMinutes takes back what is left of the minutes of an invoice that is not paid any
// more; what was used stays used, and is not granted again when the invoice is paid again. The
// caller has locked the account.
func WithdrawMinutes(ctx context.Context, tx postgres.Tx, actor prolong.Actor, invoiceID int64) error {
	var lot, account int64
	var left int
	err := tx.Pgx.QueryRow(ctx, `SELECT coalesce(max(id), 0), coalesce(max(account_id), 0), coalesce(max(left_minutes), 0) FROM prepaid_lots WHERE cause = 'invoice' AND cause_id = $1`,
		invoiceID).Scan(&lot, &account, &left)
	if err == nil && left > 0 {
		err = moveMinutes(ctx, tx, actor, AccountID(account), PrepaidLotID(lot), 0, entryWithdraw, -left)
	}
	if err == nil && lot != 0 {
		_, err = tx.Pgx.Exec(ctx, `UPDATE prepaid_lots SET withdrawn = true WHERE id = $1`, lot)
	}
	return prolong.Wrap("billing.WithdrawMinutes", err)
}

// MinutesOfInvoice returns what is left of the minutes that an invoice sold, in the caller's
// transaction.
func MinutesOfInvoice(ctx context.Context, tx postgres.Tx, invoiceID int64) (int, error) {
	var left int
	err := tx.Pgx.QueryRow(ctx, `SELECT coalesce(sum(left_minutes), 0) FROM prepaid_lots WHERE cause = 'invoice' AND cause_id = $1`, invoiceID).Scan(&left)
	return left, prolong.Wrap("billing.MinutesOfInvoice", err)
}

// expireBatch is how many lots one transaction expires.
const expireBatch = 200

// ExpireMinutes takes out the minutes whose last day of use is over by their seller's day; a
// zero on means today. It returns how many lots expired, and may be repeated and run in several
// processes.
func (s *Service) ExpireMinutes(ctx context.Context, actor prolong.Actor, on prolong.Date) (int, error) {
	total := 0
	for {
		n := 0
		err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
			n, err = expireLots(ctx, tx, actor, on)
			return err
		})
		if total += n; err != nil || n < expireBatch {
			return total, prolong.Wrap("billing.ExpireMinutes", err)
		}
	}
}

func expireLots(ctx context.Context, tx postgres.Tx, actor prolong.Actor, on prolong.Date) (int, error) {
	rows, err := tx.Pgx.Query(ctx, `
		SELECT l.id, a.id FROM prepaid_lots l JOIN accounts a ON a.id = l.account_id JOIN sellers s ON s.id = a.seller_id
		WHERE l.left_minutes > 0 AND l.expires_on IS NOT NULL AND l.expires_on < coalesce($1::date, ($2::timestamptz AT TIME ZONE s.time_zone)::date)
		ORDER BY l.expires_on, l.id LIMIT $3 FOR NO KEY UPDATE OF a SKIP LOCKED`, on, tx.Now, expireBatch)
	if err != nil {
		return 0, err
	}
	type due struct{ Lot, Account int64 }
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[due])
	if err != nil {
		return 0, err
	}
	for _, d := range list {
		// Read again under the lock: somebody may have used it since it was selected.
		var left int
		if err := tx.Pgx.QueryRow(ctx, `SELECT left_minutes FROM prepaid_lots WHERE id = $1`, d.Lot).Scan(&left); err != nil {
			return 0, err
		}
		if left == 0 {
			continue
		}
		if err := moveMinutes(ctx, tx, actor, AccountID(d.Account), PrepaidLotID(d.Lot), 0, entryExpire, -left); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

// usableLots returns lots with something left on the day, the first to be used first.
func usableLots(ctx context.Context, tx postgres.Tx, account AccountID, today prolong.Date) ([]PrepaidLot, error) {
	lots, err := lotsOf(ctx, tx.Pgx, account)
	if err != nil {
		return nil, err
	}
	lots = slices.DeleteFunc(lots, func(l PrepaidLot) bool {
		return l.Left == 0 || !l.ExpiresOn.IsZero() && l.ExpiresOn.Before(today)
	})
	slices.SortFunc(lots, func(a, b PrepaidLot) int {
		if endless := a.ExpiresOn.IsZero(); endless != b.ExpiresOn.IsZero() {
			if endless {
				return 1
			}
			return -1
		}
		return cmp.Or(a.ExpiresOn.Compare(b.ExpiresOn), cmp.Compare(a.ID, b.ID))
	})
	return lots, nil
}
