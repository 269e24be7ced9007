package billing

import (
	"context"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// ChangeTermsFrom records in the caller's transaction that a locked subscription goes over to
// other terms with the period that begins on from; periods before it stay what they are. The
// terms that it has already take an earlier change back.
func ChangeTermsFrom(ctx context.Context, tx postgres.Tx, sub *Subscription, t Terms, from prolong.Date) error {
	sub.NextPlanID, sub.NextPrice, sub.NextSeats, sub.NextAddons, sub.PlanFrom = t.PlanID, t.Price, t.Seats, t.Addons, from
	if t.Same(sub.Terms()) {
		sub.clearChange()
	}
	var minor *int64
	if sub.NextPrice.Currency() != "" {
		m := t.Price.Minor()
		minor = &m
	}
	var addons *map[string]int
	if sub.NextPlanID != 0 {
		addons = jsonObject(sub.NextAddons)
	}
	_, err := tx.Pgx.Exec(ctx, `UPDATE subscriptions SET next_plan_id = $2, next_price_minor = $3, plan_from = $4, next_seats = nullif($5, 0), next_addons = $6 WHERE id = $1`,
		int64(sub.ID), postgres.NullID(sub.NextPlanID), minor, sub.PlanFrom, sub.NextSeats, addons)
	return prolong.Wrap("billing.ChangeTermsFrom", err)
}

// SetTerms puts a locked subscription on other terms at once, and takes a planned change back.
// What that means for money and days is the caller's business; he announces it by Journal.Touch.
func SetTerms(ctx context.Context, tx postgres.Tx, c Catalog, sub *Subscription, t Terms) error {
	sub.setTerms(t)
	sub.clearChange()
	sub.SuspendOn = sub.movedSuspension(c.Plans[t.PlanID])
	var minor *int64
	if t.Price.Currency() != "" {
		m := t.Price.Minor()
		minor = &m
	}
	_, err := tx.Pgx.Exec(ctx, `UPDATE subscriptions SET plan_id = $2, price_minor = $3, period_count = $4, period_unit = $5, seats = $6, addons = $7,
		next_plan_id = NULL, next_price_minor = NULL, plan_from = NULL, next_seats = NULL, next_addons = NULL WHERE id = $1`,
		int64(sub.ID), int64(t.PlanID), minor, t.Term.Count, string(t.Term.Unit), t.Seats, jsonObject(t.Addons))
	return prolong.Wrap("billing.SetTerms", err)
}

func (s *Subscription) clearChange() {
	s.NextPlanID, s.NextPrice, s.NextSeats, s.NextAddons, s.PlanFrom = 0, prolong.Money{}, 0, nil, prolong.Date{}
}

// jsonObject lets a map without entries be written as an empty object and not as null.
func jsonObject(m map[string]int) *map[string]int {
	if m == nil {
		m = map[string]int{}
	}
	return &m
}

// StartPlans brings subscriptions whose changed plan begins by the seller's day in today over
// to it. Their access is announced, since grace is the plan's.
func StartPlans(ctx context.Context, tx postgres.Tx, c Catalog, today map[SellerID]prolong.Date) error {
	sellers, days := make([]int64, 0, len(today)), make([]prolong.Date, 0, len(today))
	for id, day := range today {
		sellers, days = append(sellers, int64(id)), append(days, day)
	}
	rows, err := tx.Pgx.Query(ctx, `
		UPDATE subscriptions s SET plan_id = n.id, price_minor = s.next_price_minor, seats = coalesce(s.next_seats, s.seats), addons = coalesce(s.next_addons, s.addons),
			period_count = CASE WHEN s.plan_id = n.id THEN s.period_count ELSE n.period_count END, period_unit = CASE WHEN s.plan_id = n.id THEN s.period_unit ELSE n.period_unit END,
			next_plan_id = NULL, next_price_minor = NULL, plan_from = NULL, next_seats = NULL, next_addons = NULL
		FROM plans n, (SELECT s.id FROM subscriptions s JOIN accounts a ON a.id = s.account_id JOIN unnest($1::bigint[], $2::date[]) AS t (seller_id, today) ON t.seller_id = s.seller_id
			WHERE s.plan_from IS NOT NULL AND s.plan_from <= t.today ORDER BY s.id LIMIT 1000 FOR NO KEY UPDATE OF a, s SKIP LOCKED) due
		WHERE s.id = due.id AND n.id = s.next_plan_id
		RETURNING s.id`, sellers, days)
	if err != nil {
		return prolong.Wrap("billing.StartPlans", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil || len(ids) == 0 {
		return prolong.Wrap("billing.StartPlans", err)
	}
	started := make([]SubscriptionID, len(ids))
	for i, id := range ids {
		started[i] = SubscriptionID(id)
	}
	subs, err := SubscriptionsForUpdate(ctx, tx, started)
	if err != nil {
		return err
	}
	j := NewJournal(tx, prolong.System("plans"))
	for _, sub := range subs {
		sub.SuspendOn = sub.movedSuspension(c.Plans[sub.PlanID])
		j.Touch(sub, c.Plans[sub.PlanID], "plan")
	}
	return j.Write(ctx)
}
