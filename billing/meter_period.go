package billing

import (
	"context"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// DueMeter is a metered subscription whose period is over.
type DueMeter struct {
	Subscription SubscriptionID
	Account      AccountID
	Period       prolong.Period
}

// ClaimMeters locks up to limit metered subscriptions whose period is over by the seller's day
// in today, with their accounts; others that are being worked on are passed over. One that has
// ended is claimed until its last hours are counted.
func ClaimMeters(ctx context.Context, tx postgres.Tx, today map[SellerID]prolong.Date, limit int) ([]DueMeter, error) {
	sellers, days := make([]int64, 0, len(today)), make([]prolong.Date, 0, len(today))
	for id, day := range today {
		sellers, days = append(sellers, int64(id)), append(days, day)
	}
	rows, err := tx.Pgx.Query(ctx, `
		SELECT m.subscription_id, m.account_id, m.period_from, m.bill_on
		FROM meters m JOIN accounts a ON a.id = m.account_id
		JOIN unnest($1::bigint[], $2::date[]) AS t (seller_id, today) ON t.seller_id = m.seller_id
		WHERE m.bill_on <= t.today ORDER BY m.bill_on, m.subscription_id LIMIT $3 FOR NO KEY UPDATE OF a, m SKIP LOCKED`, sellers, days, limit)
	if err != nil {
		return nil, prolong.Wrap("billing.ClaimMeters", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d DueMeter, err error) {
		err = row.Scan((*int64)(&d.Subscription), (*int64)(&d.Account), &d.Period.From, &d.Period.To)
		return d, err
	})
	return list, prolong.Wrap("billing.ClaimMeters", err)
}

// NextMeterPeriod moves a claimed meter to the period that follows; behind the end of the
// subscription none does.
func NextMeterPeriod(ctx context.Context, tx postgres.Tx, d DueMeter, sub *Subscription, plan Plan) error {
	m, err := lockMeter(ctx, tx, d.Subscription)
	if err != nil {
		return prolong.Wrap("billing.NextMeterPeriod", err)
	}
	m.from = d.Period.To
	return prolong.Wrap("billing.NextMeterPeriod", m.write(ctx, tx, sub, plan))
}

// meter is where the counting of a metered subscription stands.
type meter struct {
	from   prolong.Date // the first day that was not counted yet
	anchor int
}

func lockMeter(ctx context.Context, tx postgres.Tx, id SubscriptionID) (m meter, err error) {
	err = tx.Pgx.QueryRow(ctx, `SELECT period_from, anchor_day FROM meters WHERE subscription_id = $1 FOR UPDATE`, int64(id)).Scan(&m.from, &m.anchor)
	return m, err
}

// next returns the period that is counted next if the last day is the given one; no day for no
// end. It is empty if everything has been counted.
func (m meter) next(plan Plan, last prolong.Date) prolong.Period {
	p := prolong.Period{From: m.from, To: plan.Period.After(m.from, m.anchor)}
	if !last.IsZero() && p.Last().After(last) {
		p.To = last.AddDays(1)
	}
	if !p.From.Before(p.To) {
		return prolong.Period{}
	}
	return p
}

// final returns the last period that is counted if the last day is the given one; it is empty if
// everything has been counted.
func (m meter) final(plan Plan, last prolong.Date) prolong.Period {
	p := m.next(plan, last)
	for p.Days() > 0 && p.Last().Before(last) {
		m.from = p.To
		p = m.next(plan, last)
	}
	return p
}

func (m meter) write(ctx context.Context, tx postgres.Tx, sub *Subscription, plan Plan) error {
	_, err := tx.Pgx.Exec(ctx, `UPDATE meters SET period_from = $2, bill_on = $3 WHERE subscription_id = $1`, int64(sub.ID), m.from, m.next(plan, sub.lastMetered()).To)
	return err
}

// lastMetered returns the last day whose hours are counted: the announced one, or the day before
// the subscription was closed. No day while it runs.
func (s Subscription) lastMetered() prolong.Date {
	last := s.EndsOn
	if !s.EndedOn.IsZero() && (last.IsZero() || !s.EndedOn.After(last)) {
		last = s.EndedOn.AddDays(-1)
	}
	return last
}

// setMeterEnd lets the meter of a locked subscription count to its end, or on.
func setMeterEnd(ctx context.Context, tx postgres.Tx, sub *Subscription, plan Plan) error {
	m, err := lockMeter(ctx, tx, sub.ID)
	if err != nil {
		return err
	}
	return m.write(ctx, tx, sub, plan)
}

// RentEnd says whether locked rent by the hour can end on a day, and what is counted last then;
// empty if everything has been invoiced already. No day asks for the end of the period that is
// counted now, and is returned as that. Any day will do that hours have not been invoiced behind.
// Returns CodeConflict for another one, CodeInvalid for one too far ahead.
func RentEnd(ctx context.Context, tx postgres.Tx, sub *Subscription, plan Plan, on prolong.Date) (prolong.Date, prolong.Period, error) {
	m, err := lockMeter(ctx, tx, sub.ID)
	if err != nil {
		return on, prolong.Period{}, prolong.Wrap("billing.RentEnd", err)
	}
	if on.IsZero() {
		on = m.next(plan, prolong.Date{}).Last()
	}
	if first := m.from.AddDays(-1); on.Before(first) {
		return on, prolong.Period{}, prolong.NewError(prolong.CodeConflict, "error.end_before_counted", prolong.Args{"Date": on, "First": first})
	}
	if last := m.from.AddDays(endDaysMax); on.After(last) {
		return on, prolong.Period{}, prolong.NewError(prolong.CodeInvalid, "error.end_too_far", prolong.Args{"Date": on, "Last": last})
	}
	return on, m.final(plan, on), nil
}
