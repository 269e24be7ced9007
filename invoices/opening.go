package invoices

import (
	"context"
	"fmt"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
)

// NewSubscription says what a subscription that is opened is to be.
type NewSubscription struct {
	billing.Opening
	// Discount is given with it; nil for none. Without a first day it counts from the first one of
	// the service.
	Discount *billing.Discount
	// Agree is asked, before anything is kept, whether what it comes to is what was agreed to; an
	// error takes everything back. nil agrees to anything.
	Agree func(Opened) error
}

// Opened says what opening a subscription did, or would do.
type Opened struct {
	Subscription billing.Subscription
	Plan         billing.Plan
	// Others are the subscriptions that the account had before: two presses of one button do not
	// come to the same.
	Others int
	// Charge is what the first invoice asks for, Tax what of it is tax and Period are its days.
	// Empty for rent, which is charged afterwards.
	Charge billing.Charge
	Tax    prolong.Money
	Period prolong.Period
	// Invoice is the first one, where its day is here; otherwise it comes on IssueOn.
	Invoice *Invoice
	IssueOn prolong.Date
}

// Agreement writes down what a person agrees to, so that nothing else is done.
func (o Opened) Agreement() string {
	s := fmt.Sprintf("%s;%d;%d;%v;%v;%v;%v;%v", o.Plan.Key, o.Others, o.Subscription.Seats, o.Subscription.Addons, o.Subscription.FirstFrom, o.Charge.Total, o.Period, o.IssueOn)
	if o.Invoice != nil {
		s += fmt.Sprintf(";%v;%v", o.Invoice.Total, o.Invoice.Paid)
	}
	return s
}

// OpenSubscription opens a subscription of an account (billing.OpenSubscription) and, where its
// first invoice is due already, draws that up at once.
func (s *Service) OpenSubscription(ctx context.Context, actor prolong.Actor, o billing.Opening) (billing.Subscription, error) {
	opened, err := s.Open(ctx, actor, NewSubscription{Opening: o})
	return opened.Subscription, err
}

// Open opens a subscription, or rent by the hour where the plan bills hours, with a discount if
// one is given. Returns what billing.OpenSubscription returns, CodeInvalid for seats, add-ons,
// price or discount of a plan that bills hours, and the error of Agree.
func (s *Service) Open(ctx context.Context, actor prolong.Actor, o NewSubscription) (Opened, error) {
	var out Opened
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		out, err = s.open(ctx, tx, actor, o)
		return err
	})
	return out, prolong.Wrap("invoices.Open", err)
}

// QuoteOpening returns what Open would do, and changes nothing.
func (s *Service) QuoteOpening(ctx context.Context, actor prolong.Actor, o NewSubscription) (Opened, error) {
	var out Opened
	err := s.dryRun(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		out, err = s.open(ctx, tx, actor, o)
		return err
	})
	return out, prolong.Wrap("invoices.QuoteOpening", err)
}

func (s *Service) open(ctx context.Context, tx postgres.Tx, actor prolong.Actor, o NewSubscription) (out Opened, err error) {
	c, err := billing.CatalogIn(ctx, tx)
	if err != nil {
		return out, err
	}
	account, err := billing.LockAccount(ctx, tx, o.AccountID)
	if err != nil {
		return out, err
	}
	if out.Others, err = billing.CountSubscriptions(ctx, tx, o.AccountID); err != nil {
		return out, err
	}
	var ok bool
	if out.Plan, ok = c.PlanByKey(o.PlanKey); !ok {
		return out, prolong.NewError(prolong.CodeInvalid, "error.plan_not_sold", prolong.Args{"Plan": o.PlanKey})
	}
	metered, err := billing.IsMetered(ctx, tx, out.Plan)
	if err != nil {
		return out, err
	}
	open := s.openPeriods
	if metered {
		open = s.openRent
	}
	if err := open(ctx, tx, actor, c, account, o, &out); err != nil {
		return out, err
	}
	sub := out.Subscription
	if err := identity.Audit(ctx, tx, actor, identity.Change{Action: "subscription.open", SubjectKind: "subscription", SubjectID: int64(sub.ID), AccountID: sub.AccountID,
		After: map[string]any{"plan": o.PlanKey, "seats": sub.Seats, "addons": sub.Addons, "from": o.From, "paid_from": sub.FirstFrom}}); err != nil {
		return out, err
	}
	if o.Agree != nil {
		return out, o.Agree(out)
	}
	return out, nil
}

// openPeriods opens a subscription that is paid in advance.
func (s *Service) openPeriods(ctx context.Context, tx postgres.Tx, actor prolong.Actor, c billing.Catalog, account billing.Account, o NewSubscription, out *Opened) error {
	sub, err := billing.OpenSubscription(ctx, tx, actor, c, o.Opening)
	if err != nil {
		return err
	}
	if o.Discount != nil {
		if err := giveAtOpening(ctx, tx, actor, sub, *o.Discount); err != nil {
			return err
		}
	}
	if err := billing.LoadPricing(ctx, tx, sub); err != nil {
		return err
	}
	renewal, err := c.RenewalOf(sub, account)
	if err != nil {
		return err
	}
	seller := c.Sellers[sub.SellerID]
	_, totals, err := chargeLines(documentLanguage(seller.Country), renewal.Charge, seller, renewal.Period.From)
	if err != nil {
		return err
	}
	out.Charge, out.Period, out.Tax = renewal.Charge, renewal.Period, prolong.NewMoney(totals.Tax, sub.Currency)
	today := seller.Today(tx.Now)
	if due := sub.RenewOn(out.Plan.Lead); due.IsZero() || due.After(today) {
		out.IssueOn = due
	} else {
		drafts, err := s.issue(ctx, tx, actor, c, []billing.DueRenewal{renewal}, map[billing.SellerID]prolong.Date{sub.SellerID: today})
		if err != nil {
			return err
		}
		out.Invoice = &drafts[0].Invoice
	}
	out.Subscription = *sub
	return nil
}

func giveAtOpening(ctx context.Context, tx postgres.Tx, actor prolong.Actor, sub *billing.Subscription, d billing.Discount) error {
	if d.From.IsZero() {
		d.From = sub.FirstFrom
	}
	id, err := billing.GiveDiscount(ctx, tx, actor, sub, d)
	if err != nil {
		return err
	}
	return identity.Audit(ctx, tx, actor, identity.Change{Action: "discount.give", SubjectKind: "discount", SubjectID: int64(id), AccountID: sub.AccountID,
		After: map[string]any{"subscription": int64(sub.ID), "percent_bp": d.PercentBP, "amount": d.Amount.String(), "from": d.From, "until": d.Until, "periods": d.Periods, "reason": d.Reason}})
}

// openRent opens rent by the hour, whose first invoice follows its first period.
func (s *Service) openRent(ctx context.Context, tx postgres.Tx, actor prolong.Actor, c billing.Catalog, account billing.Account, o NewSubscription, out *Opened) error {
	if o.Seats > 1 || len(o.Addons) > 0 || o.Discount != nil || o.Price.Currency() != "" {
		return prolong.NewError(prolong.CodeInvalid, "error.rent_plain", prolong.Args{"Plan": out.Plan.Name})
	}
	if !o.Anchor.IsZero() {
		return prolong.NewError(prolong.CodeInvalid, "error.rent_anchor", prolong.Args{"Plan": out.Plan.Name})
	}
	if o.From.IsZero() {
		o.From = c.Sellers[out.Plan.SellerID].Today(tx.Now)
	}
	id, err := billing.OpenRentIn(ctx, tx, actor, account.ID, o.PlanKey, o.From, fmt.Sprintf("%s/%v/%d", o.PlanKey, o.From, out.Others))
	if err != nil {
		return err
	}
	subs, err := billing.SubscriptionsForUpdate(ctx, tx, []billing.SubscriptionID{id})
	if err != nil {
		return err
	}
	out.Subscription, out.IssueOn = *subs[id], out.Plan.Period.After(o.From, o.From.Day())
	out.Period = prolong.Period{From: o.From, To: out.IssueOn}
	return nil
}
