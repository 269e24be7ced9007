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
	// Seats multiply the price; 0 counts as one. Addons are quantities by the keys of the plan's
	// add-ons.
	Seats  int
	Addons map[string]int
	// AnchorDay is the day of the month on which periods begin, kept through short months.
	AnchorDay int
	// PaidThrough is the last paid day: the replay of the extensions.
	PaidThrough prolong.Date
	// InvoicedTo is the first day that no invoice covers yet.
	InvoicedTo prolong.Date
	EndedOn    prolong.Date
	// EndsOn is the announced last day; zero while no end is announced. LastDay has the answer.
	EndsOn prolong.Date
	// SuspendOn is the first day without service where it is another than the plan's grace
	// gives; zero for none. Suspends has the answer.
	SuspendOn prolong.Date
	// ReopenedOn is the day from which a suspended subscription was served again, because what is
	// owed fell below the plan's threshold; zero for none, and again when the paid term moves.
	ReopenedOn prolong.Date
	// Since is the day from which the account is a client of this subscription.
	Since prolong.Date
	// NextPlanID is the plan of the periods from PlanFrom on; 0 if nothing changes. NextPrice is
	// the price agreed for it; zero Money with no currency takes the plan's. NextSeats and
	// NextAddons come with it.
	NextPlanID PlanID
	NextPrice  prolong.Money
	NextSeats  int
	NextAddons map[string]int
	PlanFrom   prolong.Date
	// FirstFrom is the day of the first paid period and FirstPeriods how many periods its
	// invoice covers; no day for subscriptions that came with a paid term.
	FirstFrom    prolong.Date
	FirstPeriods int
	// FirstTo is the day behind the first paid period where that is cut short so that the others
	// begin on a day that was asked for; no day where it has its full length.
	FirstTo prolong.Date
	// Discounts in force and OneOffs that wait to be charged; only LoadPricing reads them.
	Discounts []Discount
	OneOffs   []OneOff
	// Metered says that it is billed by the hours of periods that are over (BillHours of
	// invoices); no renewal invoice is ever due.
	Metered bool
}

// NextPeriod returns the period that the next renewal invoice is for: from the first day
// that no invoice covers, one term long, keeping the anchor. The first one may be cut short.
func (s Subscription) NextPeriod() prolong.Period {
	if first := (prolong.Period{From: s.InvoicedTo, To: s.FirstTo}); s.CutShort(first) {
		return first
	}
	term := s.Term
	term.Count *= s.nextPeriods()
	return prolong.Period{From: s.InvoicedTo, To: term.After(s.InvoicedTo, anchorAt(s.InvoicedTo, s.AnchorDay))}
}

// nextPeriods returns how many periods the next invoice covers: more than one only on the first.
func (s Subscription) nextPeriods() int {
	if !s.FirstFrom.IsZero() && s.InvoicedTo == s.FirstFrom {
		return max(s.FirstPeriods, 1)
	}
	return 1
}

// RenewOn returns the day on which the renewal invoice is due to be issued, or no date while
// the next period is already invoiced. There is at most one unpaid renewal invoice of a
// subscription: unpaid periods do not pile up (billing.md case 40). No period is asked for that begins
// after the announced end (case 39).
func (s Subscription) RenewOn(lead prolong.Term) prolong.Date {
	if s.Metered || !s.EndedOn.IsZero() || s.InvoicedTo.After(s.PaidThrough.AddDays(1)) || !s.EndsOn.IsZero() && s.InvoicedTo.After(s.EndsOn) {
		return prolong.Date{}
	}
	return lead.Before(s.InvoicedTo)
}

// Renewal is the outcome of paying for a period.
type Renewal struct {
	Period    prolong.Period // the days that are really bought
	AnchorDay int            // the day of the month that later periods return to: 31 -> 28 -> 31
}

// Renew says which days a payment of value date valueOn buys when it settles the invoice of
// the given period. Early and within grace the days follow the old end (billing.md case 13);
// after the suspension the plan's policy decides (case 14), and the anchor moves with it. The
// bank's value date counts, not the day on which we saw the line (case 24). Bought days always
// follow each other: an invoice for a later period than the next buys the next one, as long.
func (s Subscription) Renew(invoiced prolong.Period, valueOn prolong.Date, plan Plan) Renewal {
	from := s.PaidThrough.AddDays(1)
	// A payment after the suspension is later than the old end, so "from the payment" and "from
	// the later of the two" say the same here.
	if (plan.Resume == ResumePayment || plan.Resume == ResumeLatest) && !valueOn.Before(s.Suspends(plan)) {
		from = valueOn
	} else if (plan.Resume == ResumePayment || plan.Resume == ResumeLatest) && !s.ReopenedOn.IsZero() && !s.ReopenedOn.Before(s.Suspension(plan)) {
		from = s.ReopenedOn // served since then, on what was paid that day
	}
	anchor := anchorAt(from, s.AnchorDay)
	if from == invoiced.From {
		if s.CutShort(invoiced) { // it ends on the anchor instead of beginning there
			anchor = s.AnchorDay
		}
		return Renewal{Period: invoiced, AnchorDay: anchor}
	}
	return Renewal{Period: s.sameLength(invoiced, from, anchor), AnchorDay: anchor}
}

// RenewChanged says which days the invoice of a change buys whose period begins inside days that
// are paid: up to the period's end, or from the payment on if the service was suspended
// meanwhile.
func (s Subscription) RenewChanged(p prolong.Period, valueOn prolong.Date, plan Plan) Renewal {
	next := s.PaidThrough.AddDays(1)
	if p.From.After(next) {
		return s.Renew(p, valueOn, plan)
	}
	r := s.Renew(prolong.Period{From: next, To: p.To}, valueOn, plan)
	if r.Period.From == next {
		r = Renewal{Period: p, AnchorDay: anchorAt(p.From, s.AnchorDay)}
	}
	return r
}

// sameLength returns a run of days as long as p that begins on from: as many whole months if p
// has whole months, as many days otherwise.
func (s Subscription) sameLength(p prolong.Period, from prolong.Date, anchor int) prolong.Period {
	if s.Term.Unit == prolong.Months {
		fy, fm, fd := p.From.YMD()
		ty, tm, _ := p.To.YMD()
		months := (ty-fy)*12 + int(tm-fm)
		for _, day := range []int{s.AnchorDay, fd, p.To.Day()} {
			// Only an anchor that the period begins on tells whole months from as many days.
			if months > 0 && anchorAt(p.From, day) == day && p.From.AddMonths(months, day) == p.To {
				return prolong.Period{From: from, To: from.AddMonths(months, anchor)}
			}
		}
	}
	return prolong.Period{From: from, To: from.AddDays(p.Days())}
}

// anchorAt returns the anchor of periods that begin on from: the old one where from lies on it,
// shortened by its month or not, otherwise the day itself. So a period is never longer or
// shorter than its term.
func anchorAt(from prolong.Date, anchor int) int {
	if from.AddMonths(0, anchor) == from {
		return anchor
	}
	return from.Day()
}
