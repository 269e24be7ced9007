package invoices

import (
	"context"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
)

// OpenSubscription opens a subscription of an account (billing.OpenSubscription) and, where its
// first invoice is due already, draws that up at once.
func (s *Service) OpenSubscription(ctx context.Context, actor prolong.Actor, o billing.Opening) (billing.Subscription, error) {
	var sub billing.Subscription
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		c, err := billing.CatalogIn(ctx, tx)
		if err != nil {
			return err
		}
		opened, err := billing.OpenSubscription(ctx, tx, actor, c, o)
		if err != nil {
			return err
		}
		sub = *opened
		if err := identity.Audit(ctx, tx, actor, identity.Change{Action: "subscription.open", SubjectKind: "subscription", SubjectID: int64(sub.ID), AccountID: sub.AccountID,
			After: map[string]any{"plan": o.PlanKey, "seats": sub.Seats, "addons": sub.Addons, "from": o.From, "paid_from": sub.FirstFrom}}); err != nil {
			return err
		}
		plan, today := c.Plans[sub.PlanID], c.Sellers[sub.SellerID].Today(tx.Now)
		if due := opened.RenewOn(plan.Lead); due.IsZero() || due.After(today) {
			return nil
		}
		accounts, err := billing.LockAccounts(ctx, tx, []billing.AccountID{sub.AccountID})
		if err != nil {
			return err
		}
		if err := billing.LoadPricing(ctx, tx, opened); err != nil {
			return err
		}
		renewal, err := c.RenewalOf(opened, accounts[sub.AccountID])
		if err != nil {
			return err
		}
		_, err = s.issue(ctx, tx, actor, c, []billing.DueRenewal{renewal}, map[billing.SellerID]prolong.Date{sub.SellerID: today})
		sub = *opened
		return err
	})
	return sub, prolong.Wrap("invoices.OpenSubscription", err)
}
