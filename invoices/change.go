package invoices

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
)

// Change says what a subscription is to be charged for; what is left out stays.
type Change struct {
	// PlanKey takes the subscription to another plan at Price, or at the plan's own where Price
	// has no currency. Add-ons that the plan does not have fall away.
	PlanKey string
	Price   prolong.Money
	Seats   int
	Addons  map[string]int // nil leaves them; 0 takes one away
	// AtOnce changes inside the days that are paid, from the seller's today on; otherwise with the
	// first day that is not paid yet.
	AtOnce bool
	Reason string
	// Agree is asked, before anything is kept, whether what the change comes to is what was agreed
	// to; an error takes the whole change back. nil agrees to anything.
	Agree func(Changed) error
}

// Changed says what a change does, or would do.
type Changed struct {
	From          prolong.Date // the first day on the new terms
	Plan          billing.Plan
	Before, After billing.Terms
	// Charge is what the next whole period costs; Price is its total, Tax what of it is tax and
	// Period are its days.
	Charge billing.Charge
	Price  prolong.Money
	Tax    prolong.Money
	Period prolong.Period
	// Credit is what the days from From on that are paid were worth, Due what they cost on the new
	// terms. The difference is asked for by Invoice, or credited by Notes.
	Credit, Due prolong.Money
	Invoice     *Invoice
	Notes       []CreditNote
	// PaidBefore and PaidAfter are the last paid day; PaidOnce is the one once Invoice is paid.
	PaidBefore, PaidAfter, PaidOnce prolong.Date
	// Reissued is the open invoice of the next period that the change replaced; nil if none was.
	Reissued *Reissued
}

// Net returns what the change asks for; negative, what it gives back.
func (c Changed) Net() prolong.Money {
	return prolong.NewMoney(c.Due.Minor()-c.Credit.Minor(), c.Due.Currency())
}

// Agreement writes down what a person agrees to, so that nothing else is done: from when, the
// terms, and every sum to the kopeck.
func (c Changed) Agreement() string {
	var s strings.Builder
	fmt.Fprintf(&s, "%v;%s;%v;%d;%v;%v;%v;%v;%v", c.From, c.Plan.Key, c.After.Term, c.After.Seats, c.After.Addons, c.Credit, c.Due, c.Price, c.PaidOnce)
	if c.Invoice != nil {
		fmt.Fprintf(&s, ";%v;%v", c.Invoice.Total, c.Invoice.Paid)
	}
	for _, n := range c.Notes {
		fmt.Fprintf(&s, ";%v", n.Total)
	}
	if c.Reissued != nil {
		fmt.Fprintf(&s, ";%s;%v;%v;%v", c.Reissued.Old, c.Reissued.New.Period, c.Reissued.New.Total, c.Reissued.New.Paid)
	}
	return s.String()
}

// changeDueDays is how long after its day the invoice of a change asks to be paid. The days it is
// about are paid for on the old terms, so nothing stops when it is not.
const changeDueDays = 7

// ChangePlan takes a subscription to another plan from its first day that is not paid yet. An
// open invoice for that period is cancelled and re-issued at the new price, and what was paid
// on it moves along. Periods already paid stay as they are. A price with no currency takes the
// plan's. Returns CodeNotFound for an unknown subscription or plan, CodeInvalid for a plan of
// another seller or without a price in the subscription's currency.
func (s *Service) ChangePlan(ctx context.Context, actor prolong.Actor, id billing.SubscriptionID, planKey string, price prolong.Money) (Changed, error) {
	return s.ChangeTerms(ctx, actor, id, Change{PlanKey: planKey, Price: price})
}

// QuotePlan returns what ChangePlan would do, and changes nothing.
func (s *Service) QuotePlan(ctx context.Context, actor prolong.Actor, id billing.SubscriptionID, planKey string, price prolong.Money) (Changed, error) {
	return s.QuoteTerms(ctx, actor, id, Change{PlanKey: planKey, Price: price})
}

// ChangeTerms changes plan, seats and add-ons of a subscription. From the next period an open
// invoice for it is cancelled and re-issued. At once, the unused days are worth what they were
// paid at and cost what the new terms say, both to the day (billing.Prorate): the difference is
// asked for by an invoice of its own, or credited and on the balance. A plan of another term
// begins a period of its own today, for which the unused days are taken in payment. Returns
// CodeNotFound for an unknown subscription, CodeInvalid for terms that cannot be had, and
// CodeConflict while the invoice of an earlier change waits to be paid.
func (s *Service) ChangeTerms(ctx context.Context, actor prolong.Actor, id billing.SubscriptionID, ch Change) (Changed, error) {
	var done Changed
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		done, err = s.changeTerms(ctx, tx, actor, id, ch)
		return err
	})
	return done, prolong.Wrap("invoices.ChangeTerms", err)
}

// QuoteTerms returns what ChangeTerms would do, and changes nothing: it does everything in a
// transaction that is rolled back.
func (s *Service) QuoteTerms(ctx context.Context, actor prolong.Actor, id billing.SubscriptionID, ch Change) (Changed, error) {
	var done Changed
	err := s.dryRun(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		done, err = s.changeTerms(ctx, tx, actor, id, ch)
		return err
	})
	return done, prolong.Wrap("invoices.QuoteTerms", err)
}

// dryRun runs fn and takes back what it wrote: what every quote is made from.
func (s *Service) dryRun(ctx context.Context, fn func(ctx context.Context, tx postgres.Tx) error) error {
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		if err := fn(ctx, tx); err != nil {
			return err
		}
		return errRolledBack
	})
	if errors.Is(err, errRolledBack) {
		return nil
	}
	return err
}

// errRolledBack ends a transaction that only asked what would be.
var errRolledBack = errors.New("asked only: rolled back")

func (s *Service) changeTerms(ctx context.Context, tx postgres.Tx, actor prolong.Actor, id billing.SubscriptionID, ch Change) (Changed, error) {
	c, err := billing.CatalogIn(ctx, tx)
	if err != nil {
		return Changed{}, err
	}
	sub, err := billing.LockSubscription(ctx, tx, id)
	if err != nil {
		return Changed{}, err
	}
	today := c.Sellers[sub.SellerID].Today(tx.Now)
	atOnce := ch.AtOnce && !sub.PaidThrough.Before(today)
	base := sub.Upcoming(c)
	if atOnce {
		base = sub.Terms()
	}
	terms, err := ch.terms(c, sub, base)
	if err != nil {
		return Changed{}, err
	}
	// Hours are charged afterwards: there is nothing paid to take over, and nothing to plan ahead.
	if metered, err := billing.IsMetered(ctx, tx, c.Plans[terms.PlanID]); err != nil || metered || sub.Metered {
		if err == nil {
			err = prolong.NewError(prolong.CodeConflict, "error.plan_meter_change", prolong.Args{"Plan": c.Plans[terms.PlanID].Key})
		}
		return Changed{}, err
	}
	done := Changed{From: sub.PaidThrough.AddDays(1), Plan: c.Plans[terms.PlanID], Before: sub.Terms(), After: terms, PaidBefore: sub.PaidThrough, PaidAfter: sub.PaidThrough,
		Credit: prolong.NewMoney(0, sub.Currency), Due: prolong.NewMoney(0, sub.Currency)}
	if atOnce {
		done.From = today
		err = s.changeNow(ctx, tx, actor, c, sub, ch, &done)
	} else {
		err = s.changeFrom(ctx, tx, actor, c, sub, &done)
	}
	if err != nil {
		return done, err
	}
	if ch.Agree != nil {
		if err := ch.Agree(done); err != nil {
			return done, err
		}
	}
	return done, identity.Audit(ctx, tx, actor, identity.Change{Action: "subscription.change", SubjectKind: "subscription", SubjectID: int64(id), AccountID: sub.AccountID,
		Before: termsWords(c, done.Before), After: map[string]any{"terms": termsWords(c, terms), "from": done.From, "net": done.Net().String(), "reason": ch.Reason}})
}

// terms returns the terms that the change asks for.
func (ch Change) terms(c billing.Catalog, sub *billing.Subscription, base billing.Terms) (billing.Terms, error) {
	t := base
	t.Addons = maps.Clone(base.Addons)
	if ch.PlanKey != "" {
		plan, ok := c.PlanByKey(ch.PlanKey)
		if !ok || plan.SellerID != sub.SellerID {
			return t, prolong.NewError(prolong.CodeInvalid, "error.plan_not_sold", prolong.Args{"Plan": ch.PlanKey})
		}
		if t.Price = ch.Price; plan.ID != t.PlanID {
			t.PlanID, t.Term = plan.ID, plan.Period
			if plan.ID == sub.PlanID { // back to what it is now, before a planned change came
				t.Term = sub.Term
			}
			maps.DeleteFunc(t.Addons, func(key string, _ int) bool {
				item, sold := c.ItemOf(plan.ID, key)
				return !sold || item.Kind != billing.ItemAddon
			})
		}
	}
	if ch.Seats != 0 {
		t.Seats = ch.Seats
	}
	for key, quantity := range ch.Addons {
		if t.Addons == nil {
			t.Addons = map[string]int{}
		}
		if t.Addons[key] = quantity; quantity == 0 {
			delete(t.Addons, key)
		}
	}
	return t, t.Check(c)
}

func termsWords(c billing.Catalog, t billing.Terms) map[string]any {
	return map[string]any{"plan": c.Plans[t.PlanID].Key, "price": t.Price.String(), "seats": t.Seats, "addons": t.Addons}
}

// changeFrom plans the change for the first day that is not paid yet.
func (s *Service) changeFrom(ctx context.Context, tx postgres.Tx, actor prolong.Actor, c billing.Catalog, sub *billing.Subscription, done *Changed) error {
	if err := billing.ChangeTermsFrom(ctx, tx, sub, done.After, done.From); err != nil {
		return err
	}
	done.PaidOnce = done.PaidAfter
	if err := done.price(ctx, tx, c, sub); err != nil {
		return err
	}
	return s.reissueOpen(ctx, tx, actor, sub, done)
}

// price works out what the next whole period costs.
func (c *Changed) price(ctx context.Context, tx postgres.Tx, catalog billing.Catalog, sub *billing.Subscription) error {
	if err := billing.LoadPricing(ctx, tx, sub); err != nil {
		return err
	}
	next := *sub
	next.InvoicedTo = next.PaidThrough.AddDays(1)
	renewal, err := catalog.RenewalOf(&next, billing.Account{})
	if err != nil {
		return err
	}
	seller := catalog.Sellers[sub.SellerID]
	_, totals, err := chargeLines(documentLanguage(seller.Country), renewal.Charge, seller, renewal.Period.From)
	c.Charge, c.Price, c.Period = renewal.Charge, renewal.Charge.Total, renewal.Period
	c.Tax = prolong.NewMoney(totals.Tax, sub.Currency)
	return err
}

// reissueOpen replaces the open invoice of a period that is not paid yet.
func (s *Service) reissueOpen(ctx context.Context, tx postgres.Tx, actor prolong.Actor, sub *billing.Subscription, done *Changed) error {
	open, err := openPeriod(ctx, tx, sub.ID)
	if err != nil || open == 0 {
		return err
	}
	reissued, err := s.reissue(ctx, tx, actor, open, done.Plan.Name)
	done.Reissued = &reissued
	return err
}

// openPeriod finds the open invoice of a period; 0 if there is none.
func openPeriod(ctx context.Context, tx postgres.Tx, id billing.SubscriptionID) (InvoiceID, error) {
	var open int64
	err := tx.Pgx.QueryRow(ctx, `SELECT coalesce((SELECT id FROM invoices WHERE subscription_id = $1 AND status = 'open' AND kind = 'period' ORDER BY period_from LIMIT 1), 0)`, int64(id)).Scan(&open)
	return InvoiceID(open), err
}
