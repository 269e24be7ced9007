package invoices

import (
	"context"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
)

// Discounted says what giving or ending a discount did.
type Discounted struct {
	ID billing.DiscountID
	// Reissued is the open invoice that was replaced by one at the new amount; nil if none was
	// open.
	Reissued *Reissued
}

// GiveDiscount takes something off the coming periods of a subscription. An open invoice of a
// period that the discount is off is cancelled and re-issued; a paid one stays. Returns
// CodeNotFound for an unknown subscription, CodeInvalid with what is wrong with the discount.
func (s *Service) GiveDiscount(ctx context.Context, actor prolong.Actor, id billing.SubscriptionID, d billing.Discount) (Discounted, error) {
	var done Discounted
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		sub, err := billing.LockSubscription(ctx, tx, id)
		if err != nil {
			return err
		}
		if done.ID, err = billing.GiveDiscount(ctx, tx, actor, sub, d); err != nil {
			return err
		}
		if err := identity.Audit(ctx, tx, actor, identity.Change{Action: "discount.give", SubjectKind: "discount", SubjectID: int64(done.ID), AccountID: sub.AccountID,
			After: map[string]any{"subscription": int64(id), "percent_bp": d.PercentBP, "amount": d.Amount.String(), "from": d.From, "until": d.Until, "periods": d.Periods, "reason": d.Reason}}); err != nil {
			return err
		}
		done.Reissued, err = s.reissueDiscounted(ctx, tx, actor, sub, d.Reason)
		return err
	})
	return done, prolong.Wrap("invoices.GiveDiscount", err)
}

// EndDiscount ends a discount for every invoice to come; an open one is re-issued without it.
// Returns CodeNotFound for a discount that the subscription does not have.
func (s *Service) EndDiscount(ctx context.Context, actor prolong.Actor, id billing.SubscriptionID, discount billing.DiscountID, reason string) (Discounted, error) {
	done := Discounted{ID: discount}
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		sub, err := billing.LockSubscription(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := billing.EndDiscount(ctx, tx, actor, sub, discount); err != nil {
			return err
		}
		if err := identity.Audit(ctx, tx, actor, identity.Change{Action: "discount.end", SubjectKind: "discount", SubjectID: int64(discount), AccountID: sub.AccountID,
			After: map[string]any{"subscription": int64(id), "reason": reason}}); err != nil {
			return err
		}
		if reason == "" {
			reason = "discount"
		}
		done.Reissued, err = s.reissueDiscounted(ctx, tx, actor, sub, reason)
		return err
	})
	return done, prolong.Wrap("invoices.EndDiscount", err)
}

// reissueDiscounted re-issues the open invoice of a period if that changes what it asks for.
func (s *Service) reissueDiscounted(ctx context.Context, tx postgres.Tx, actor prolong.Actor, sub *billing.Subscription, reason string) (*Reissued, error) {
	open, err := openPeriod(ctx, tx, sub.ID)
	if err != nil || open == 0 {
		return nil, err
	}
	v, err := s.beginVoid(ctx, tx, actor, open)
	if err != nil {
		return nil, err
	}
	// As it would be drawn up now, with the periods of discounts that the open one holds free.
	if err := billing.ReleaseCharged(ctx, tx, int64(open)); err != nil {
		return nil, err
	}
	if err := billing.LoadPricing(ctx, tx, v.sub); err != nil {
		return nil, err
	}
	again := *v.sub
	again.InvoicedTo = v.inv.Period.From
	renewal, err := v.catalog.RenewalOf(&again, v.account)
	if err != nil {
		return nil, err
	}
	if renewal.Charge.Total == v.inv.Total {
		return nil, billing.MarkCharged(ctx, tx, []billing.InvoicedCharge{{Invoice: int64(open), Charge: renewal.Charge}})
	}
	reissued, err := s.reissue(ctx, tx, actor, open, reason)
	return &reissued, err
}
