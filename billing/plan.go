package billing

import (
	"prolong"
	"prolong/internal/workdays"
)

// PlanID identifies a Plan.
type PlanID int64

// Resume says from when a payment counts that came after the suspension.
type Resume string

// The policies of resuming; billing.md case 14 shows how the field's systems differ.
const (
	ResumeExpiry  Resume = "expiry"  // from the old end, as if paid in time
	ResumePayment Resume = "payment" // from the day of the payment
	ResumeLatest  Resume = "latest"  // from the later of the two
	ResumeCredit  Resume = "credit"  // from the old end, and the blocked days are given back as money
)

// Reprice says from when a changed price counts.
type Reprice string

// The policies of repricing; billing.md case 25.
const (
	RepricePeriod Reprice = "period" // from the next period
	RepriceDay    Reprice = "day"    // from its very day, inside a period too
)

// Plan is what a client subscribes to.
type Plan struct {
	ID       PlanID
	Key      string
	SellerID SellerID
	Name     string
	Period   prolong.Term
	// Lead is how long before the end of the paid term the renewal invoice is issued.
	Lead prolong.Term
	// GraceDays the service goes on after the paid term.
	GraceDays int
	// RemindDays before the end of the paid term an unpaid invoice is sent again.
	RemindDays int
	Resume     Resume
	// FirstPeriods is how many periods the first invoice of a new subscription covers; 0 is one.
	FirstPeriods int
	// Trial is how long a new subscription is free.
	Trial   prolong.Term
	Reprice Reprice // empty is RepricePeriod
	// Dunning is the schedule of letters; empty takes the usual one (Schedule).
	Dunning []DunningStep
	// DunFrom is the debt from which on a subscription is dunned, in minor units by currency. Spares
	// has the rule.
	DunFrom map[prolong.Currency]int64
	// GraceWorking counts GraceDays in working days.
	GraceWorking bool
	// SuspendWorking lets the service stop on a working day only.
	SuspendWorking bool
	// TerminateDays of suspension close the subscription; 0 never does.
	TerminateDays int
	// Offered plans are those that clients may choose themselves; the others are for the office.
	Offered bool
	// Calendar has the working days of the seller's country.
	Calendar workdays.Calendar
}

// Price is a dated version of a plan's price in one currency.
type Price struct {
	PlanID PlanID
	Amount prolong.Money
	// ValidFrom is the first day for new clients, ExistingFrom for those who were clients before
	// it; zero is the same day.
	ValidFrom    prolong.Date
	ExistingFrom prolong.Date
}

// PriceFor returns the amount of the newest version that applies on the day to a client since
// the given day. A version reaches those who were there before it on its own later day
// (billing.md cases 25 to 27: of several changes the last one wins). ok is false if there is
// none in the currency.
func PriceFor(prices []Price, cur prolong.Currency, on, since prolong.Date) (amount prolong.Money, ok bool) {
	var best Price
	for _, p := range prices {
		from := p.ValidFrom
		if since.Before(p.ValidFrom) && !p.ExistingFrom.IsZero() {
			from = p.ExistingFrom
		}
		if p.Amount.Currency() != cur || from.After(on) {
			continue
		}
		if !ok || p.ValidFrom.After(best.ValidFrom) {
			best, ok = p, true
		}
	}
	return best.Amount, ok
}

// PriceOn returns the amount of the newest version in the currency that is valid on the day.
// ok is false if the plan has no price in that currency then.
func PriceOn(prices []Price, cur prolong.Currency, on prolong.Date) (amount prolong.Money, ok bool) {
	var best Price
	for _, p := range prices {
		if p.Amount.Currency() != cur || p.ValidFrom.After(on) {
			continue
		}
		if !ok || p.ValidFrom.After(best.ValidFrom) {
			best, ok = p, true
		}
	}
	return best.Amount, ok
}
