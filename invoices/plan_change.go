package invoices

import (
	"context"
	"errors"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
)

// PlanChange says what changing a plan does, or would do.
type PlanChange struct {
	From  prolong.Date  // the first day of the new plan
	Plan  billing.Plan  // the new one
	Price prolong.Money // of its first period
	// Reissued is the open invoice that the change replaced; nil if none was open.
	Reissued *Reissued
}

// ChangePlan takes a subscription to another plan from its first day that is not paid yet. An
// open invoice for that period is cancelled and re-issued at the new price, and what was paid
// on it moves along. Periods already paid stay as they are. A price with no currency takes the
// plan's. Returns CodeNotFound for an unknown subscription or plan, CodeInvalid for a plan of
// another seller or without a price in the subscription's currency.
func (s *Service) ChangePlan(ctx context.Context, actor prolong.Actor, id billing.SubscriptionID, planKey string, price prolong.Money) (PlanChange, error) {
	var done PlanChange
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		done, err = s.changePlan(ctx, tx, actor, id, planKey, price)
		return err
	})
	return done, prolong.Wrap("invoices.ChangePlan", err)
}

// QuotePlan returns what ChangePlan would do, and changes nothing: it does everything in a
// transaction that is rolled back.
func (s *Service) QuotePlan(ctx context.Context, actor prolong.Actor, id billing.SubscriptionID, planKey string, price prolong.Money) (PlanChange, error) {
	var done PlanChange
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		if done, err = s.changePlan(ctx, tx, actor, id, planKey, price); err != nil {
			return err
		}
		return errRolledBack
	})
	if errors.Is(err, errRolledBack) {
		err = nil
	}
	return done, prolong.Wrap("invoices.QuotePlan", err)
}

// errRolledBack ends a transaction that only asked what would be.
var errRolledBack = errors.New("asked only: rolled back")

func (s *Service) changePlan(ctx context.Context, tx postgres.Tx, actor prolong.Actor, id billing.SubscriptionID, planKey string, price prolong.Money) (PlanChange, error) {
	var done PlanChange
	c, err := billing.CatalogIn(ctx, tx)
	if err != nil {
		return done, err
	}
	sub, err := billing.LockSubscription(ctx, tx, id)
	if err != nil {
		return done, err
	}
	plan, ok := c.PlanByKey(planKey)
	if !ok || plan.SellerID != sub.SellerID {
		return done, prolong.NewError(prolong.CodeInvalid, "error.plan_not_sold", prolong.Args{"Plan": planKey})
	}
	if metered, err := billing.IsMetered(ctx, tx, plan); err != nil || metered || sub.Metered {
		if err == nil {
			err = prolong.NewError(prolong.CodeConflict, "error.plan_meter_change", prolong.Args{"Plan": planKey})
		}
		return done, err
	}
	done.From, done.Plan = sub.PaidThrough.AddDays(1), plan
	terms := sub.Terms()
	terms.PlanID, terms.Price, terms.Term = plan.ID, price, plan.Period
	if err := billing.ChangeTermsFrom(ctx, tx, sub, terms, done.From); err != nil {
		return done, err
	}
	first := *sub
	first.InvoicedTo = done.From
	renewal, err := c.RenewalOf(&first, billing.Account{})
	if err != nil {
		return done, err
	}
	done.Price = renewal.Charge.Total
	var open int64
	if err := tx.Pgx.QueryRow(ctx, `SELECT coalesce((SELECT id FROM invoices WHERE subscription_id = $1 AND status = 'open' AND kind = 'period' AND period_from >= $2 ORDER BY period_from LIMIT 1), 0)`,
		int64(id), done.From).Scan(&open); err != nil || open == 0 {
		return done, err
	}
	reissued, err := s.reissue(ctx, tx, actor, InvoiceID(open), plan.Name)
	done.Reissued = &reissued
	return done, err
}
