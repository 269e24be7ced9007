package banksync

import (
	"context"
	"time"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
)

// parkDaysMax bounds how far ahead a payment is put aside.
const parkDaysMax = 92

// Park is a payment in review that was put aside.
type Park struct {
	Until prolong.Date // the queue shows it again on this day
	Note  string
	By    string // an actor: "staff:7"
	At    time.Time
}

// ParkPayment puts a payment in review aside until a day after today: the queue does not show
// it before. Parking again moves the day. Returns CodeConflict if it is not in review,
// CodeInvalid for a day that has come, or is further off than three months.
func (s *Service) ParkPayment(ctx context.Context, actor prolong.Actor, id billing.PaymentID, until prolong.Date, note string) error {
	return prolong.Wrap("banksync.ParkPayment", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		payment, today, err := s.waiting(ctx, tx, id)
		if err != nil {
			return err
		}
		if !until.After(today) || until.DaysSince(today) > parkDaysMax {
			return prolong.NewError(prolong.CodeInvalid, "error.park_day", prolong.Args{"Max": parkDaysMax})
		}
		if err := park(ctx, tx, actor, payment.ID, until, note); err != nil {
			return err
		}
		return identity.Audit(ctx, tx, actor, identity.Change{Action: "payment.park", SubjectKind: "payment", SubjectID: int64(id), After: parkedUntil{until, note}})
	}))
}

// UnparkPayment puts a payment back into the queue. One that is not parked stays as it is.
func (s *Service) UnparkPayment(ctx context.Context, actor prolong.Actor, id billing.PaymentID) error {
	return prolong.Wrap("banksync.UnparkPayment", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		tag, err := tx.Pgx.Exec(ctx, `DELETE FROM review_parks WHERE payment_id = $1`, int64(id))
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return identity.Audit(ctx, tx, actor, identity.Change{Action: "payment.unpark", SubjectKind: "payment", SubjectID: int64(id)})
	}))
}

type parkedUntil struct {
	Until prolong.Date `json:"until"`
	Note  string       `json:"note,omitempty"`
}

// waiting locks a payment that must be in review and returns it with its seller's today.
func (s *Service) waiting(ctx context.Context, tx postgres.Tx, id billing.PaymentID) (p billing.Payment, today prolong.Date, err error) {
	if p, err = billing.PaymentForUpdate(ctx, tx, id); err != nil {
		return p, today, err
	}
	if p.State != billing.PaymentReview {
		return p, today, prolong.NewError(prolong.CodeConflict, "error.payment_not_in_review", prolong.Args{"ID": int64(id)})
	}
	catalog, err := billing.CatalogIn(ctx, tx)
	return p, catalog.Sellers[p.SellerID].Today(tx.Now), err
}

func park(ctx context.Context, tx postgres.Tx, actor prolong.Actor, id billing.PaymentID, until prolong.Date, note string) error {
	_, err := tx.Pgx.Exec(ctx, `
		INSERT INTO review_parks (payment_id, until_on, note, parked_by, parked_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT ON CONSTRAINT review_parks_pkey DO UPDATE SET until_on = excluded.until_on, note = excluded.note, parked_by = excluded.parked_by, parked_at = excluded.parked_at`,
		int64(id), until, note, actor.String(), tx.Now)
	return err
}
