package billing

import (
	"time"

	"prolong"
)

// AccessState says whether the service is open to an account.
type AccessState string

// The states of access.
const (
	AccessActive    AccessState = "active"    // paid
	AccessGrace     AccessState = "grace"     // the paid term is over, the service goes on for the plan's grace
	AccessSuspended AccessState = "suspended" // closed until paid
)

// Access answers the pass service: is the account active, until when, and why.
type Access struct {
	State AccessState
	// Until is the instant at which the state ends by itself; zero for suspended.
	Until time.Time
	// PaidThrough is the last paid day in the seller's time zone.
	PaidThrough prolong.Date
	// EndsOn is the announced last day of the subscription; zero if it goes on.
	EndsOn prolong.Date
	// Reason is the catalogue key of one sentence, to be filled with Args.
	Reason string
}

// AccessTerms is all that access depends on; it changes only with a payment, a plan change
// or an undo, so the answer at any instant needs no database.
type AccessTerms struct {
	PaidThrough prolong.Date // Subscription.ServedThrough
	GraceDays   int
	// SuspendOn is the first day without service where GraceDays do not say it: grace in
	// working days, or the wait for the bank's statement. Zero for none.
	SuspendOn prolong.Date
	// EndedOn is the day on which the subscription was closed; zero while it runs.
	EndedOn prolong.Date
	// EndsOn is the announced last day; zero for none. Paid days behind it are served.
	EndsOn   prolong.Date
	Location *time.Location
}

// At returns the access at the instant now. It is computed when asked, so an expiry is exact
// to the second and needs no job.
func (t AccessTerms) At(now time.Time) Access {
	if !t.EndedOn.IsZero() {
		return Access{State: AccessSuspended, PaidThrough: t.PaidThrough, EndsOn: t.EndsOn, Reason: "access.closed"}
	}
	end := t.PaidThrough.AddDays(1)
	if last := (Subscription{PaidThrough: t.PaidThrough, EndsOn: t.EndsOn}).LastDay(); !last.IsZero() && !now.Before(last.AddDays(1).Start(t.Location)) {
		return Access{State: AccessSuspended, PaidThrough: t.PaidThrough, EndsOn: t.EndsOn, Reason: "access.closed"}
	}
	suspend := end.AddDays(t.GraceDays)
	if !t.SuspendOn.IsZero() {
		suspend = t.SuspendOn
	}
	if paidUntil := end.Start(t.Location); now.Before(paidUntil) {
		a := Access{State: AccessActive, Until: paidUntil, PaidThrough: t.PaidThrough, EndsOn: t.EndsOn, Reason: "access.active"}
		if !t.EndsOn.IsZero() && !t.EndsOn.After(t.PaidThrough) {
			a.Reason = "access.ending"
		}
		return a
	}
	if graceUntil := suspend.Start(t.Location); now.Before(graceUntil) {
		return Access{State: AccessGrace, Until: graceUntil, PaidThrough: t.PaidThrough, EndsOn: t.EndsOn, Reason: "access.grace"}
	}
	return Access{State: AccessSuspended, PaidThrough: t.PaidThrough, EndsOn: t.EndsOn, Reason: "access.suspended"}
}

// Args fills the sentence of Reason, in days as people count them: PaidThrough and Through, the
// last whole day in loc on which the state lasts.
func (a Access) Args(loc *time.Location) prolong.Args {
	args := prolong.Args{"PaidThrough": a.PaidThrough}
	if !a.Until.IsZero() {
		args["Through"] = prolong.DateOf(a.Until.Add(-time.Nanosecond), loc)
	}
	return args
}

// Active says whether the service is open, paid or in grace.
func (a Access) Active() bool { return a.State != AccessSuspended }
