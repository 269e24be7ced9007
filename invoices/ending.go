package invoices

import (
	"context"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
)

// Ending is what the announcement of a subscription's end came to, or its taking back.
type Ending struct {
	// EndsOn is the last day; zero after the announcement was taken back.
	EndsOn prolong.Date
	// Before is the last day that was announced before; zero for none.
	Before prolong.Date
	// Withdrawn is the number of the open invoice for days behind the end; empty if there was none.
	// Taken is what was paid on it and lies on the balance now.
	Withdrawn string
	Taken     Taken
}

// AnnounceEnd lets a subscription end by choice on a day: with its paid term (a zero day) or with a
// period after it. Until then everything goes on: the periods that begin by that day are invoiced
// and dunned as always. An open invoice for days behind it is withdrawn. When the last day is over,
// the service stops without grace and the dunning sweep closes the subscription with a letter.
// Paid days are always served: a payment that buys later days moves the end with them. Returns
// CodeNotFound for an unknown or an ended subscription, CodeConflict for a metered one and for a day
// that is paid beyond, CodeInvalid for a day inside a period and without a reason.
func (s *Service) AnnounceEnd(ctx context.Context, actor prolong.Actor, id billing.SubscriptionID, on prolong.Date, reason string) (Ending, error) {
	var out Ending
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		out, err = s.announceEnd(ctx, tx, actor, id, on, reason)
		return err
	})
	return out, prolong.Wrap("invoices.AnnounceEnd", err)
}

func (s *Service) announceEnd(ctx context.Context, tx postgres.Tx, actor prolong.Actor, id billing.SubscriptionID, on prolong.Date, reason string) (out Ending, err error) {
	c, sub, err := lockEnding(ctx, tx, id, reason)
	if err != nil {
		return out, err
	}
	if on.IsZero() {
		on = sub.PaidThrough
	}
	var next prolong.Period
	open, err := openPeriod(ctx, tx, id)
	if err != nil {
		return out, err
	}
	var v *voiding
	if open != 0 {
		if v, err = s.beginVoid(ctx, tx, actor, open); err != nil {
			return out, err
		}
		next = v.inv.Period
	}
	if err := sub.CheckEnd(c, on, next); err != nil {
		return out, err
	}
	out.Before, out.EndsOn = sub.EndsOn, on
	if v != nil && on == sub.PaidThrough {
		if err := v.void(ctx, reason); err != nil {
			return out, err
		}
		if err := v.journal.Write(ctx); err != nil {
			return out, err
		}
		sub, out.Withdrawn, out.Taken = v.sub, v.inv.Number, v.done
		// The renewals do not rest, as after Void: should the end be taken back, they go on.
		sub.InvoicedTo = sub.PaidThrough.AddDays(1)
	}
	return out, keepEnding(ctx, tx, actor, c, sub, out, "subscription.end_announced", reason)
}

// KeepOn takes the announced end of a subscription back: it is renewed again. Returns CodeConflict
// if no end is announced, CodeInvalid without a reason.
func (s *Service) KeepOn(ctx context.Context, actor prolong.Actor, id billing.SubscriptionID, reason string) (Ending, error) {
	var out Ending
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		c, sub, err := lockEnding(ctx, tx, id, reason)
		if err != nil {
			return err
		}
		if sub.EndsOn.IsZero() {
			return prolong.NewError(prolong.CodeConflict, "error.end_not_announced", nil)
		}
		out.Before = sub.EndsOn
		return keepEnding(ctx, tx, actor, c, sub, out, "subscription.end_taken_back", reason)
	})
	return out, prolong.Wrap("invoices.KeepOn", err)
}

func lockEnding(ctx context.Context, tx postgres.Tx, id billing.SubscriptionID, reason string) (c billing.Catalog, sub *billing.Subscription, err error) {
	if reason == "" {
		return c, nil, prolong.NewError(prolong.CodeInvalid, "error.field_missing", prolong.Args{"Field": "reason"})
	}
	if c, err = billing.CatalogIn(ctx, tx); err != nil {
		return c, nil, err
	}
	sub, err = billing.LockSubscription(ctx, tx, id)
	if err == nil && sub.Metered {
		err = prolong.NewError(prolong.CodeConflict, "error.end_metered", nil)
	}
	return c, sub, err
}

func keepEnding(ctx context.Context, tx postgres.Tx, actor prolong.Actor, c billing.Catalog, sub *billing.Subscription, out Ending, action, reason string) error {
	j := billing.NewJournal(tx, actor)
	if err := j.AnnounceEnd(ctx, sub, c.Plans[sub.PlanID], out.EndsOn); err != nil {
		return err
	}
	if err := j.Write(ctx); err != nil {
		return err
	}
	return identity.Audit(ctx, tx, actor, identity.Change{Action: action, SubjectKind: "subscription", SubjectID: int64(sub.ID), AccountID: sub.AccountID,
		Before: map[string]string{"ends_on": out.Before.String()}, After: map[string]string{"ends_on": out.EndsOn.String(), "reason": reason, "withdrawn": out.Withdrawn}})
}
