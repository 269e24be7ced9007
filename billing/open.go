package billing

import (
	"context"

	"prolong"
	"prolong/internal/postgres"
)

// Opening says what a new subscription is to be.
type Opening struct {
	AccountID AccountID
	PlanKey   string
	Currency  prolong.Currency
	// Price agreed with this client; no currency takes the plan's.
	Price  prolong.Money
	Seats  int
	Addons map[string]int
	// From is the first day of the service; none is the seller's today.
	From prolong.Date
	// NoTrial leaves out the plan's trial, NoFees its fees.
	NoTrial, NoFees bool
	// FirstPeriods is how many periods the first invoice covers; 0 takes the plan's number.
	FirstPeriods int
	// Anchor is a day on which a period is to begin: the first one is cut short to end on it, or
	// whole terms before or after it. No day lets the periods begin as the first one does.
	Anchor prolong.Date
}

// OpenSubscription opens a subscription in the caller's transaction: free for the plan's trial,
// then paid. Its first invoice covers the plan's fees and as many periods as the plan says, and
// is issued the plan's lead before the first paid day. Until the first payment the plan's grace
// counts. Returns CodeInvalid with what does not fit the catalogue, and for an anchor along with
// several first periods.
func OpenSubscription(ctx context.Context, tx postgres.Tx, actor prolong.Actor, c Catalog, o Opening) (*Subscription, error) {
	plan, ok := c.PlanByKey(o.PlanKey)
	if !ok {
		return nil, prolong.NewError(prolong.CodeInvalid, "error.plan_not_sold", prolong.Args{"Plan": o.PlanKey})
	}
	accounts, err := LockAccounts(ctx, tx, []AccountID{o.AccountID})
	if err != nil {
		return nil, err
	}
	if account := accounts[o.AccountID]; account.SellerID != plan.SellerID {
		return nil, prolong.NewError(prolong.CodeInvalid, "error.plan_not_sold", prolong.Args{"Plan": o.PlanKey})
	}
	if _, ok := c.InvoiceAccount(plan.SellerID, o.Currency); !ok {
		return nil, prolong.NewError(prolong.CodeInvalid, "error.seller_no_bank_account", prolong.Args{"Seller": c.Sellers[plan.SellerID].Key, "Currency": o.Currency})
	}
	today := c.Sellers[plan.SellerID].Today(tx.Now)
	if o.From.IsZero() {
		o.From = today
	}
	sub := &Subscription{
		AccountID: o.AccountID, SellerID: plan.SellerID, PlanID: plan.ID, Currency: o.Currency, Price: o.Price, Term: plan.Period, Seats: max(o.Seats, 1), Addons: o.Addons,
		Since: today, FirstPeriods: max(plan.FirstPeriods, 1),
	}
	if o.FirstPeriods > 0 {
		sub.FirstPeriods = o.FirstPeriods
	}
	paidFrom := o.From
	if !o.NoTrial && !plan.Trial.IsZero() {
		paidFrom = plan.Trial.After(o.From, o.From.Day())
	}
	sub.PaidThrough, sub.InvoicedTo, sub.FirstFrom, sub.AnchorDay = paidFrom.AddDays(-1), paidFrom, paidFrom, paidFrom.Day()
	if !o.Anchor.IsZero() {
		if o.FirstPeriods > 1 {
			return nil, prolong.NewError(prolong.CodeInvalid, "error.anchor_first_periods", prolong.Args{"Periods": o.FirstPeriods})
		}
		sub.align(o.Anchor)
	}
	if err := sub.Terms().Check(c); err != nil {
		return nil, err
	}
	if _, err := c.RenewalOf(sub, Account{}); err != nil { // a price for everything
		return nil, err
	}
	var price *int64
	if o.Price.Currency() != "" {
		minor := o.Price.Minor()
		price = &minor
	}
	if err := tx.Pgx.QueryRow(ctx, `INSERT INTO subscriptions (account_id, seller_id, plan_id, currency, price_minor, period_count, period_unit, anchor_day, paid_through, invoiced_to, renew_on, created_at,
			seats, addons, first_from, first_periods, first_to)
		VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17) RETURNING id`,
		int64(sub.AccountID), int64(sub.SellerID), int64(sub.PlanID), string(sub.Currency), price, sub.Term.Count, string(sub.Term.Unit), sub.AnchorDay, o.From.AddDays(-1), sub.InvoicedTo,
		sub.RenewOn(plan.Lead), tx.Now, sub.Seats, jsonObject(sub.Addons), sub.FirstFrom, sub.FirstPeriods, sub.FirstTo).Scan((*int64)(&sub.ID)); err != nil {
		return nil, prolong.Wrap("billing.OpenSubscription", err)
	}
	// The trail begins on the day before the service, and the trial is its first stretch.
	through, anchor, opened := sub.PaidThrough, sub.AnchorDay, o.From.Day()
	if !o.Anchor.IsZero() {
		opened = anchor // an undo goes back to it
	}
	sub.PaidThrough = prolong.Date{}
	j := NewJournal(tx, actor)
	j.move(sub, plan, Extension{Cause: ExtendedByOpening, CauseID: int64(sub.ID), After: o.From.AddDays(-1), AnchorDay: opened})
	if !through.Before(o.From) {
		j.move(sub, plan, Extension{Cause: ExtendedByTrial, CauseID: int64(sub.ID), From: o.From, After: through, AnchorDay: anchor})
	}
	if err := j.Write(ctx); err != nil {
		return nil, err
	}
	if !o.NoFees {
		for _, item := range c.Items[plan.ID] {
			if item.Kind != ItemFee {
				continue
			}
			if err := ChargeOnce(ctx, tx, actor, c, sub, item.Key, 1, today); err != nil {
				return nil, err
			}
		}
	}
	return sub, nil
}

// CountSubscriptions returns how many subscriptions an account has that have not ended, in the
// caller's transaction.
func CountSubscriptions(ctx context.Context, tx postgres.Tx, account AccountID) (int, error) {
	var n int
	err := tx.Pgx.QueryRow(ctx, `SELECT count(*) FROM subscriptions WHERE account_id = $1 AND ended_on IS NULL`, int64(account)).Scan(&n)
	return n, prolong.Wrap("billing.CountSubscriptions", err)
}
