package invoices

import (
	"context"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
)

// Realign lets a client whose service was suspended begin again on a day: the open invoice for
// the days without service is cancelled, another one for the term from that day on takes its
// place, and the service is open for the plan's grace, as at every end of a paid term
// (billing.md case 15). What was paid on the old invoice pays the new one. Returns CodeConflict
// for a subscription that is not suspended on that day, CodeInvalid without a reason.
func (s *Service) Realign(ctx context.Context, actor prolong.Actor, id billing.SubscriptionID, from prolong.Date, reason string) (Reissued, error) {
	var out Reissued
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		out, err = s.realign(ctx, tx, actor, id, from, reason)
		return err
	})
	return out, prolong.Wrap("invoices.Realign", err)
}

func (s *Service) realign(ctx context.Context, tx postgres.Tx, actor prolong.Actor, id billing.SubscriptionID, from prolong.Date, reason string) (out Reissued, err error) {
	if reason == "" {
		return out, prolong.NewError(prolong.CodeInvalid, "error.field_missing", prolong.Args{"Field": "reason"})
	}
	c, err := billing.CatalogIn(ctx, tx)
	if err != nil {
		return out, err
	}
	sub, err := billing.LockSubscription(ctx, tx, id)
	if err != nil {
		return out, err
	}
	plan := c.Plans[sub.PlanID]
	if suspended := sub.Suspends(plan); sub.Metered || from.Before(suspended) {
		return out, prolong.NewError(prolong.CodeConflict, "error.realign_not_suspended", prolong.Args{"Date": from, "First": suspended})
	}
	if !sub.EndsOn.IsZero() && from.After(sub.EndsOn) {
		return out, prolong.NewError(prolong.CodeConflict, "error.end_passed", prolong.Args{"Date": from, "EndsOn": sub.EndsOn})
	}
	accounts, err := billing.LockAccounts(ctx, tx, []billing.AccountID{sub.AccountID})
	if err != nil {
		return out, err
	}
	open, err := LockOpen(ctx, tx, []billing.AccountID{sub.AccountID})
	if err != nil {
		return out, err
	}
	var old InvoiceID
	for _, inv := range open[sub.AccountID] {
		if inv.SubscriptionID != id || inv.Kind != KindPeriod {
			continue
		}
		v, err := s.beginVoid(ctx, tx, actor, inv.ID)
		if err == nil {
			err = v.void(ctx, reason)
		}
		if err == nil {
			err = v.journal.Write(ctx)
		}
		if err != nil {
			return out, err
		}
		old, out.Taken, out.Old = inv.ID, v.done, inv.Number
	}
	j := billing.NewJournal(tx, actor)
	if err := j.Realign(ctx, sub, plan, from); err != nil {
		return out, err
	}
	if err := j.Write(ctx); err != nil {
		return out, err
	}
	if err := billing.LoadPricing(ctx, tx, sub); err != nil {
		return out, err
	}
	renewal, err := c.RenewalOf(sub, accounts[sub.AccountID])
	if err != nil {
		return out, err
	}
	drafts, err := s.issue(ctx, tx, actor, c, []billing.DueRenewal{renewal}, map[billing.SellerID]prolong.Date{sub.SellerID: c.Sellers[sub.SellerID].Today(tx.Now)})
	if err != nil {
		return out, err
	}
	out.New = drafts[0].Invoice
	if old != 0 {
		_, err = tx.Pgx.Exec(ctx, `UPDATE invoices SET replaces_id = $2 WHERE id = $1`, int64(drafts[0].ID), int64(old))
		if err = postgres.MapConstraint(err, constraints); err != nil {
			return out, err
		}
	}
	return out, identity.Audit(ctx, tx, actor, identity.Change{Action: "subscription.realign", SubjectKind: "subscription", SubjectID: int64(id), AccountID: sub.AccountID,
		After: map[string]string{"from": from.String(), "reason": reason}})
}
