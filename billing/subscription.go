package billing

import (
	"prolong"
)

// SubscriptionID identifies a Subscription.
type SubscriptionID int64

// Subscription is an account's use of a plan, paid period by period.
type Subscription struct {
	ID        SubscriptionID
	AccountID AccountID
	SellerID  SellerID
	PlanID    PlanID
	Currency  prolong.Currency
	// Price agreed with this client; zero Money with no currency takes the plan's.
	Price prolong.Money
	// Term of one period; usually the plan's.
	Term prolong.Term
	// AnchorDay is the day of the month on which periods begin, kept through short months.
	AnchorDay int
	// PaidThrough is the last paid day: the replay of the extensions.
	PaidThrough prolong.Date
	// InvoicedTo is the first day that no invoice covers yet.
	InvoicedTo prolong.Date
	EndedOn    prolong.Date
}

// NextPeriod returns the period that the next renewal invoice is for: from the first day
// that no invoice covers, one term long, keeping the anchor.
func (s Subscription) NextPeriod() prolong.Period {
	return prolong.Period{From: s.InvoicedTo, To: s.Term.After(s.InvoicedTo, s.AnchorDay)}
}

// RenewOn returns the day on which the renewal invoice is due to be issued, or no date while
// the next period is already invoiced. There is at most one unpaid renewal invoice of a
// subscription: unpaid periods do not pile up (billing.md case 40).
func (s Subscription) RenewOn(lead prolong.Term) prolong.Date {
	if !s.EndedOn.IsZero() || s.InvoicedTo.After(s.PaidThrough.AddDays(1)) {
		return prolong.Date{}
	}
	return lead.Before(s.InvoicedTo)
}

// Renewal is the outcome of paying for a period.
type Renewal struct {
	Period    prolong.Period // the days that are really bought
	AnchorDay int
}

// Renew says which days a payment of value date valueOn buys when it settles the invoice of
// the given period. Early and within grace the days follow the old end (billing.md case 13);
// after the suspension the plan's policy decides (case 14), and the anchor moves with it. The
// bank's value date counts, not the day on which we saw the line (case 24).
func (s Subscription) Renew(invoiced prolong.Period, valueOn prolong.Date, plan Plan) Renewal {
	from := s.PaidThrough.AddDays(1)
	if invoiced.From.After(from) {
		from = invoiced.From
	}
	suspendedFrom := s.PaidThrough.AddDays(1 + plan.GraceDays)
	anchor := s.AnchorDay
	if !valueOn.Before(suspendedFrom) {
		switch plan.Resume {
		case ResumePayment, ResumeLatest:
			// After the suspension the payment day is the later one, so the two agree here;
			// they differ for plans whose grace outlasts the next period.
			if plan.Resume == ResumePayment || valueOn.After(from) {
				from = valueOn
				anchor = valueOn.Day()
			}
		case ResumeExpiry:
		}
	}
	if from == invoiced.From {
		return Renewal{Period: invoiced, AnchorDay: anchor}
	}
	term := s.Term
	if days := invoiced.Days(); term.Unit == prolong.Days && days > 0 {
		term.Count = days
	}
	return Renewal{Period: prolong.Period{From: from, To: term.After(from, anchor)}, AnchorDay: anchor}
}
