package billing

import (
	"context"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// ChangePlanFrom records in the caller's transaction that a locked subscription goes over to
// another plan with the period that begins on from; periods before it stay what they are. A
// price with no currency takes the plan's. The plan that it has already takes an earlier change
// back.
func ChangePlanFrom(ctx context.Context, tx postgres.Tx, sub *Subscription, plan Plan, price prolong.Money, from prolong.Date) error {
	sub.NextPlanID, sub.NextPrice, sub.PlanFrom = plan.ID, price, from
	if plan.ID == sub.PlanID && price == sub.Price {
		sub.NextPlanID, sub.NextPrice, sub.PlanFrom = 0, prolong.Money{}, prolong.Date{}
	}
	var minor *int64
	if sub.NextPrice.Currency() != "" {
		m := price.Minor()
		minor = &m
	}
	_, err := tx.Pgx.Exec(ctx, `UPDATE subscriptions SET next_plan_id = $2, next_price_minor = $3, plan_from = $4 WHERE id = $1`,
		int64(sub.ID), postgres.NullID(sub.NextPlanID), minor, sub.PlanFrom)
	return prolong.Wrap("billing.ChangePlanFrom", err)
}

// StartPlans brings subscriptions whose changed plan begins by the seller's day in today over
// to it. Their access is announced, since grace is the plan's.
func StartPlans(ctx context.Context, tx postgres.Tx, c Catalog, today map[SellerID]prolong.Date) error {
	sellers, days := make([]int64, 0, len(today)), make([]prolong.Date, 0, len(today))
	for id, day := range today {
		sellers, days = append(sellers, int64(id)), append(days, day)
	}
	rows, err := tx.Pgx.Query(ctx, `
		UPDATE subscriptions s SET plan_id = n.id, price_minor = s.next_price_minor, period_count = n.period_count, period_unit = n.period_unit,
			next_plan_id = NULL, next_price_minor = NULL, plan_from = NULL
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
		j.Touch(sub, c.Plans[sub.PlanID], "plan")
	}
	return j.Write(ctx)
}
