package invoices

import (
	"prolong"
	"prolong/billing"
)

// Forecast says what giving money to invoices would do.
type Forecast struct {
	// Paid and Partial are the invoices that would be paid in full and in part.
	Paid, Partial []Invoice
	// Balance is what would be left over.
	Balance prolong.Money
	// Extended are the subscriptions whose paid term would move, with the last paid day before
	// and after.
	Extended []Shortened
}

// Foresee works out what an amount of the given value date does when it is put on invoices in
// their order, by the same rules as Settle. Invoices of another currency are passed over. subs
// are the subscriptions of the account; they are not changed.
func Foresee(c billing.Catalog, subs []billing.Subscription, invoices []Invoice, amount prolong.Money, valueOn prolong.Date) Forecast {
	f := Forecast{Balance: amount}
	bySub := map[billing.SubscriptionID]billing.Subscription{}
	for _, s := range subs {
		bySub[s.ID] = s
	}
	rest := amount.Minor()
	for _, inv := range invoices {
		if rest == 0 || inv.Status != StatusOpen || inv.Total.Currency() != amount.Currency() {
			continue
		}
		part := min(rest, inv.Residual().Minor())
		rest -= part
		if part < inv.Residual().Minor() {
			f.Partial = append(f.Partial, inv)
			continue
		}
		f.Paid = append(f.Paid, inv)
		sub, ok := bySub[inv.SubscriptionID]
		if !ok || !inv.rests(&sub) {
			continue
		}
		plan := c.Plans[sub.PlanID]
		before := sub.PaidThrough
		renewal := inv.renewal(sub, plan, valueOn)
		sub.PaidThrough, sub.AnchorDay = renewal.Period.Last(), renewal.AnchorDay
		bySub[sub.ID] = sub
		f.Extended = extendedBy(f.Extended, Shortened{Subscription: sub.ID, Plan: plan.Name, Before: before, After: sub.PaidThrough})
	}
	f.Balance = prolong.NewMoney(rest, amount.Currency())
	return f
}

// extendedBy adds a move to the list; a second move of a subscription goes on from the first.
func extendedBy(list []Shortened, move Shortened) []Shortened {
	for i := range list {
		if list[i].Subscription == move.Subscription {
			list[i].After = move.After
			return list
		}
	}
	return append(list, move)
}
