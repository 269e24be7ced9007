package billing

import (
	"context"

	"prolong"
)

// endDaysMax is how far ahead of the paid term an end may be announced: ten years.
const endDaysMax = 3653

// LastDay returns the day after which a subscription whose end is announced is over: the
// announced one, or the last paid day where that is later, because what was bought is served. Rent
// by the hour buys no days ahead and ends as announced. No day without an announcement.
func (s Subscription) LastDay() prolong.Date {
	if !s.EndsOn.IsZero() && !s.Metered && s.PaidThrough.After(s.EndsOn) {
		return s.PaidThrough
	}
	return s.EndsOn
}

// ServedThrough returns the last day that is served as paid: PaidThrough, and of rent by the hour
// no day behind its announced end, whatever a payment has granted on credit.
func (s Subscription) ServedThrough() prolong.Date {
	if s.Metered && !s.EndsOn.IsZero() && s.PaidThrough.After(s.EndsOn) {
		return s.EndsOn
	}
	return s.PaidThrough
}

// over returns the first day on which the subscription is over as announced; no day without.
func (s Subscription) over() prolong.Date {
	if last := s.LastDay(); !last.IsZero() {
		return last.AddDays(1)
	}
	return prolong.Date{}
}

// Suspension returns the first day without service if nobody pays: by the plan's grace, and not
// after the announced end, since behind it there is nothing to wait for.
func (s Subscription) Suspension(plan Plan) prolong.Date {
	on := plan.Suspension(s.PaidThrough)
	if last := s.LastDay(); !last.IsZero() && on.After(last.AddDays(1)) {
		return last.AddDays(1)
	}
	return on
}

// movedSuspension returns that day if it is another than the plain count of the grace gives.
func (s Subscription) movedSuspension(plan Plan) prolong.Date {
	if on := s.Suspension(plan); on != s.PaidThrough.AddDays(1+plan.GraceDays) {
		return on
	}
	return prolong.Date{}
}

// CheckEnd says whether the subscription can end on a day: with its paid term, or with one of the
// periods that follow it, which are sold whole. open are the days of the open invoice for the next
// period; empty without one. Returns CodeConflict for a day that is paid beyond, CodeInvalid with
// the days before and after for one inside a period.
func (s Subscription) CheckEnd(c Catalog, on prolong.Date, open prolong.Period) error {
	if on.Before(s.PaidThrough) {
		return prolong.NewError(prolong.CodeConflict, "error.end_before_paid", prolong.Args{"Date": on, "First": s.PaidThrough})
	}
	if last := s.PaidThrough.AddDays(endDaysMax); on.After(last) {
		return prolong.NewError(prolong.CodeInvalid, "error.end_too_far", prolong.Args{"Date": on, "Last": last})
	}
	before, day, anchor := s.PaidThrough, s.PaidThrough, s.AnchorDay
	if open.Days() > 0 && on != day {
		r := s.Renew(open, s.PaidThrough, c.Plans[s.PlanID])
		day, anchor = r.Period.Last(), r.AnchorDay
	}
	for day.Before(on) {
		from := day.AddDays(1)
		term := s.Term
		if s.NextPlanID != 0 && !from.Before(s.PlanFrom) {
			term = s.nextTerms(c).Term
		}
		if from == s.FirstFrom {
			term.Count *= max(s.FirstPeriods, 1)
		}
		if from == s.FirstFrom && !s.FirstTo.IsZero() {
			before, day = day, s.FirstTo.AddDays(-1)
			continue
		}
		anchor = anchorAt(from, anchor)
		before, day = day, term.After(from, anchor).AddDays(-1)
	}
	if day != on {
		return prolong.NewError(prolong.CodeInvalid, "error.end_inside_period", prolong.Args{"Date": on, "Before": before, "After": day})
	}
	return nil
}

// AnnounceEnd records the last day of a locked subscription; no day takes the announcement back.
// Renewals, dunning, access and the counting of hours go by it from then on. It returns how often that
// was decided about the subscription, this time included: by which letters about it are told apart.
func (j *Journal) AnnounceEnd(ctx context.Context, sub *Subscription, plan Plan, on prolong.Date) (decision int, err error) {
	sub.EndsOn = on
	if sub.Metered {
		if err := setMeterEnd(ctx, j.tx, sub, plan); err != nil {
			return 0, prolong.Wrap("billing.AnnounceEnd", err)
		}
	}
	sub.SuspendOn = sub.movedSuspension(plan)
	if err := j.tx.Pgx.QueryRow(ctx, `UPDATE subscriptions SET ends_on = $2, end_decisions = end_decisions + 1 WHERE id = $1 RETURNING end_decisions`, int64(sub.ID), on).Scan(&decision); err != nil {
		return 0, prolong.Wrap("billing.AnnounceEnd", err)
	}
	j.Touch(sub, plan, "end")
	return decision, nil
}
