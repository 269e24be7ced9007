package billing

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// HourRounding says how the hours of a metered period are rounded before they are priced.
type HourRounding string

// The roundings of hours.
const (
	RoundHundredth HourRounding = "hundredth" // to the hundredth of an hour, half up
	RoundHourDown  HourRounding = "hour_down" // whole hours only
	RoundHourUp    HourRounding = "hour_up"   // a begun hour counts
)

const secondsPerHour = 3600

// Milli returns the hours in thousandths.
func (r HourRounding) Milli(available time.Duration) int64 {
	seconds := int64(available / time.Second)
	switch r {
	case RoundHourDown:
		return seconds / secondsPerHour * 1000
	case RoundHourUp:
		return (seconds + secondsPerHour - 1) / secondsPerHour * 1000
	case RoundHundredth:
	}
	return (seconds*100 + secondsPerHour/2) / secondsPerHour * 10
}

// Meter is what makes a plan bill by the hour.
type Meter struct {
	Rounding HourRounding
	// PayDays after the period's end the invoice may be paid; the service goes on that long.
	PayDays int
}

// DefaultPayDays of a Meter.
const DefaultPayDays = 10

// declareMeter makes a plan bill by the hour. A plan that has subscriptions of the other sort
// cannot change.
func declareMeter(ctx context.Context, tx postgres.Tx, plan int64, key string, m *Meter) error {
	var others bool
	if err := tx.Pgx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM subscriptions WHERE plan_id = $1 AND metered <> $2 AND ended_on IS NULL)`, plan, m != nil).Scan(&others); err != nil {
		return err
	}
	if others {
		return prolong.NewError(prolong.CodeConflict, "error.plan_meter_change", prolong.Args{"Plan": key})
	}
	if m == nil {
		_, err := tx.Pgx.Exec(ctx, `DELETE FROM metered_plans WHERE plan_id = $1`, plan)
		return err
	}
	_, err := tx.Pgx.Exec(ctx, `INSERT INTO metered_plans (plan_id, rounding, pay_days) VALUES ($1, $2, $3)
		ON CONFLICT ON CONSTRAINT metered_plans_pkey DO UPDATE SET rounding = excluded.rounding, pay_days = excluded.pay_days`, plan, string(m.Rounding), m.PayDays)
	return err
}

// MeterOf returns the meter of a plan. Returns CodeInvalid for one that does not bill by the
// hour.
func MeterOf(ctx context.Context, tx postgres.Tx, plan Plan) (m Meter, err error) {
	err = tx.Pgx.QueryRow(ctx, `SELECT rounding, pay_days FROM metered_plans WHERE plan_id = $1`, int64(plan.ID)).Scan((*string)(&m.Rounding), &m.PayDays)
	if errors.Is(err, pgx.ErrNoRows) {
		err = prolong.NewError(prolong.CodeInvalid, "error.plan_not_metered", prolong.Args{"Plan": plan.Key})
	}
	return m, prolong.Wrap("billing.MeterOf", err)
}

// IsMetered says whether a plan bills by the hour.
func IsMetered(ctx context.Context, tx postgres.Tx, plan Plan) (metered bool, err error) {
	err = tx.Pgx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM metered_plans WHERE plan_id = $1)`, int64(plan.ID)).Scan(&metered)
	return metered, prolong.Wrap("billing.IsMetered", err)
}

// meteredPlans returns the plans that bill by the hour.
func meteredPlans(ctx context.Context, tx postgres.Tx) (map[PlanID]bool, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT plan_id FROM metered_plans`)
	if err != nil {
		return nil, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	metered := make(map[PlanID]bool, len(ids))
	for _, id := range ids {
		metered[PlanID(id)] = true
	}
	return metered, err
}

// OpenRent gives an account a metered plan from a day on. Until the invoice of its first period
// is due the service is open on credit; each paid invoice carries it to the day on which the next
// one is due. key makes a repeated request return the first subscription. Returns CodeInvalid for
// a plan that is not metered, of another seller or without a price.
func (s *Service) OpenRent(ctx context.Context, actor prolong.Actor, account AccountID, planKey string, from prolong.Date, key string) (id SubscriptionID, err error) {
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		id, err = openRent(ctx, tx, actor, account, planKey, from, key)
		return err
	})
	return id, prolong.Wrap("billing.OpenRent", err)
}

// OpenRentIn is OpenRent in the caller's transaction.
func OpenRentIn(ctx context.Context, tx postgres.Tx, actor prolong.Actor, account AccountID, planKey string, from prolong.Date, key string) (SubscriptionID, error) {
	id, err := openRent(ctx, tx, actor, account, planKey, from, key)
	return id, prolong.Wrap("billing.OpenRentIn", err)
}

func openRent(ctx context.Context, tx postgres.Tx, actor prolong.Actor, id AccountID, planKey string, from prolong.Date, key string) (SubscriptionID, error) {
	account, err := LockAccount(ctx, tx, id)
	if err != nil {
		return 0, err
	}
	if key == "" {
		return 0, prolong.NewError(prolong.CodeInvalid, "error.field_missing", prolong.Args{"Field": "key"})
	}
	var before int64
	if err := tx.Pgx.QueryRow(ctx, `SELECT coalesce(max(subscription_id), 0) FROM meters WHERE account_id = $1 AND key = $2`, int64(id), key).Scan(&before); err != nil || before != 0 {
		return SubscriptionID(before), err
	}
	c, err := readCatalog(ctx, tx.Pgx)
	if err != nil {
		return 0, err
	}
	plan, ok := c.PlanByKey(planKey)
	if !ok || plan.SellerID != account.SellerID {
		return 0, prolong.NewError(prolong.CodeInvalid, "error.plan_not_sold", prolong.Args{"Plan": planKey})
	}
	meter, err := MeterOf(ctx, tx, plan)
	if err != nil {
		return 0, err
	}
	if len(c.Prices[plan.ID]) == 0 {
		return 0, prolong.NewError(prolong.CodeInvalid, "error.plan_no_price", prolong.Args{"Plan": planKey, "Currency": ""})
	}
	billOn := plan.Period.After(from, from.Day())
	sub := Subscription{AccountID: id, SellerID: plan.SellerID, PlanID: plan.ID, AnchorDay: billOn.AddDays(meter.PayDays).Day(), PaidThrough: billOn.AddDays(meter.PayDays - 1), Metered: true}
	sub.InvoicedTo, sub.SuspendOn = sub.PaidThrough.AddDays(1), sub.movedSuspension(plan)
	if err := tx.Pgx.QueryRow(ctx, `INSERT INTO subscriptions (account_id, seller_id, plan_id, currency, period_count, period_unit, anchor_day, paid_through, invoiced_to, metered, created_at,
			suspend_on, dunning_on)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,true,$10,$11,$12) RETURNING id`, int64(id), int64(plan.SellerID), int64(plan.ID), string(c.Prices[plan.ID][0].Amount.Currency()),
		plan.Period.Count, string(plan.Period.Unit), sub.AnchorDay, sub.PaidThrough, sub.InvoicedTo, tx.Now, sub.SuspendOn, sub.FirstDunning(plan)).Scan((*int64)(&sub.ID)); err != nil {
		return 0, err
	}
	if _, err := tx.Pgx.Exec(ctx, `INSERT INTO meters (subscription_id, account_id, seller_id, anchor_day, period_from, bill_on, key) VALUES ($1,$2,$3,$4,$5,$6,$7)`,
		int64(sub.ID), int64(id), int64(plan.SellerID), from.Day(), from, billOn, key); err != nil {
		return 0, err
	}
	if _, err := tx.Pgx.Exec(ctx, `INSERT INTO extensions (account_id, subscription_id, cause, cause_id, through_after, anchor_day, actor, created_at) VALUES ($1,$2,'manual',$2,$3,$4,$5,$6)`,
		int64(id), int64(sub.ID), sub.PaidThrough, sub.AnchorDay, actor.String(), tx.Now); err != nil {
		return 0, err
	}
	_, err = tx.Pgx.Exec(ctx, `INSERT INTO access_feed (account_id, paid_through, grace_days, cause, created_at) VALUES ($1,$2,$3,'manual',$4)`, int64(id), sub.PaidThrough, plan.GraceDays, tx.Now)
	return sub.ID, err
}
