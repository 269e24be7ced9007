package billing

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"prolong"
)

// DunningLetter is a letter of a dunning schedule.
type DunningLetter string

// The letters of dunning. All but LetterClosed need an unpaid invoice of the subscription itself.
const (
	LetterReminder   DunningLetter = "reminder"   // the invoice once more, before the end of the term or after it
	LetterSuspending DunningLetter = "suspending" // the service is about to stop
	LetterSuspended  DunningLetter = "suspended"  // the service has stopped
	LetterClosing    DunningLetter = "closing"    // the subscription is about to be closed
	LetterClosed     DunningLetter = "closed"     // it was closed
)

// DunningAnchor is the day from which a step counts.
type DunningAnchor string

// The anchors. Each belongs to one subscription, so that one debt never speaks for another.
const (
	AnchorEnd        DunningAnchor = "end"        // the last paid day
	AnchorDue        DunningAnchor = "due"        // the last day to pay of the oldest open invoice
	AnchorSuspension DunningAnchor = "suspension" // the first day without service
	AnchorClosing    DunningAnchor = "closing"    // the day on which the subscription is closed
)

// DunningMove says where a step goes whose day is not a working day.
type DunningMove string

// The moves.
const (
	MoveNext     DunningMove = "next"     // to the next working day
	MovePrevious DunningMove = "previous" // to the working day before
	MoveNone     DunningMove = "none"     // nowhere
)

// DunningStep is one letter of a plan's schedule and its day.
type DunningStep struct {
	Letter DunningLetter
	Anchor DunningAnchor
	// Days from the anchor, negative before it; working days if Working.
	Days    int
	Working bool
	Move    DunningMove
}

// The limits of a schedule.
const (
	dunningStepsMax = 30
	dunningDaysMax  = 366
)

// ParseDunningStep reads a step: the letter, its day ("3 days before end", "on suspension",
// "2 working days after due") and where it moves from a day off; "" moves steps before their
// anchor to the working day before and others to the next. Returns CodeInvalid.
func ParseDunningStep(letter, when, move string) (DunningStep, error) {
	bad := func(field, value, allowed string) (DunningStep, error) {
		return DunningStep{}, prolong.NewError(prolong.CodeInvalid, "error.field_not_allowed", prolong.Args{"Field": field, "Value": value, "Allowed": allowed})
	}
	s := DunningStep{Letter: DunningLetter(letter), Move: DunningMove(move)}
	switch s.Letter {
	case LetterReminder, LetterSuspending, LetterSuspended, LetterClosing, LetterClosed:
	default:
		return bad("letter", letter, "reminder, suspending, suspended, closing, closed")
	}
	words := strings.Fields(when)
	const form = "on end, 3 days before end, 2 working days after due, 1 day before suspension, on closing"
	switch {
	case len(words) == 2 && words[0] == "on":
	case len(words) == 4 || len(words) == 5 && words[1] == "working":
		n, err := strconv.Atoi(words[0])
		unit, side := words[len(words)-3], words[len(words)-2]
		if err != nil || n < 0 || n > dunningDaysMax || unit != "day" && unit != "days" || side != "before" && side != "after" {
			return bad("when", when, form)
		}
		if s.Days, s.Working = n, len(words) == 5; side == "before" {
			s.Days = -n
		}
	default:
		return bad("when", when, form)
	}
	s.Anchor = DunningAnchor(words[len(words)-1])
	switch s.Anchor {
	case AnchorEnd, AnchorDue, AnchorSuspension, AnchorClosing:
	default:
		return bad("when", when, form)
	}
	switch s.Move {
	case "":
		if s.Move = MoveNext; s.Days < 0 {
			s.Move = MovePrevious
		}
	case MoveNext, MovePrevious, MoveNone:
	default:
		return bad("move", move, "next, previous, none")
	}
	return s, nil
}

// When returns the form that ParseDunningStep reads: "3 working days before end".
func (s DunningStep) When() string {
	if s.Days == 0 {
		return "on " + string(s.Anchor)
	}
	n, side, unit := s.Days, "after", "days"
	if n < 0 {
		n, side = -n, "before"
	}
	if n == 1 {
		unit = "day"
	}
	if s.Working {
		unit = "working " + unit
	}
	return strconv.Itoa(n) + " " + unit + " " + side + " " + string(s.Anchor)
}

// String names the step: "reminder 3 days before end".
func (s DunningStep) String() string { return string(s.Letter) + " " + s.When() }

// dunningWire is how a step is kept in its plan's row.
type dunningWire struct {
	Letter string `json:"letter"`
	When   string `json:"when"`
	Move   string `json:"move"`
}

// Schedule returns the steps of the plan, the usual ones if it declares none: RemindDays before
// the end, on the last day and the day after it, the day before the service stops, when it has
// stopped, a week before the subscription is closed and when it is (billing.md 2.1: what
// vendors of the field do).
func (p Plan) Schedule() []DunningStep {
	if len(p.Dunning) > 0 {
		return p.Dunning
	}
	usual := []DunningStep{
		{Letter: LetterReminder, Anchor: AnchorEnd, Days: -p.RemindDays, Move: MovePrevious},
		{Letter: LetterReminder, Anchor: AnchorEnd, Move: MovePrevious},
		{Letter: LetterReminder, Anchor: AnchorEnd, Days: 1, Move: MoveNext},
		{Letter: LetterSuspending, Anchor: AnchorSuspension, Days: -1, Move: MovePrevious},
		{Letter: LetterSuspended, Anchor: AnchorSuspension, Move: MoveNext},
		{Letter: LetterClosing, Anchor: AnchorClosing, Days: -7, Move: MovePrevious},
		{Letter: LetterClosed, Anchor: AnchorClosing, Move: MoveNone},
	}
	if p.RemindDays == 0 {
		return usual[1:] // the reminder on the last day is that already
	}
	return usual
}

// Suspension returns the first day without service after the given last paid day.
func (p Plan) Suspension(paidThrough prolong.Date) prolong.Date {
	on := paidThrough.AddDays(1 + p.GraceDays)
	if p.GraceWorking {
		on = p.Calendar.Add(paidThrough, p.GraceDays).AddDays(1)
	}
	if p.SuspendWorking {
		on = p.Calendar.Next(on)
	}
	return on
}

// Suspends returns the first day without service if nobody pays.
func (s Subscription) Suspends(plan Plan) prolong.Date {
	if !s.SuspendOn.IsZero() {
		return s.SuspendOn
	}
	return s.PaidThrough.AddDays(1 + plan.GraceDays)
}

// DunningDays are the anchors of one subscription's steps.
type DunningDays struct {
	End        prolong.Date
	Due        prolong.Date // zero without an open invoice
	Suspension prolong.Date
	Closing    prolong.Date // zero if the plan never closes
	Ended      prolong.Date // the day after the announced last one; zero without
}

// of returns the day of an anchor; zero if there is none.
func (d DunningDays) of(a DunningAnchor) prolong.Date {
	switch a {
	case AnchorEnd:
		return d.End
	case AnchorDue:
		return d.Due
	case AnchorSuspension:
		return d.Suspension
	case AnchorClosing:
		return d.Closing
	}
	return prolong.Date{}
}

// On returns the day of a step; zero if its anchor has none.
func (p Plan) On(s DunningStep, days DunningDays) prolong.Date {
	on := days.of(s.Anchor)
	if on.IsZero() {
		return on
	}
	if s.Working {
		on = p.Calendar.Add(on, s.Days)
	} else {
		on = on.AddDays(s.Days)
	}
	switch s.Move {
	case MoveNext:
		return p.Calendar.Next(on)
	case MovePrevious:
		return p.Calendar.Previous(on)
	case MoveNone:
	}
	return on
}

// NextDunning returns the first day after the given one on which there is something to say or
// to do: a step, the eve of the suspension, the suspension, the closing, the announced end. No
// day if there is none.
func (p Plan) NextDunning(days DunningDays, after prolong.Date) prolong.Date {
	var next prolong.Date
	consider := func(on prolong.Date) {
		if on.After(after) && !on.IsZero() && (next.IsZero() || on.Before(next)) {
			next = on
		}
	}
	for _, s := range p.Schedule() {
		consider(p.On(s, days))
	}
	consider(days.Suspension.AddDays(-1))
	consider(days.Suspension)
	consider(days.Closing)
	consider(days.Ended)
	return next
}

// FirstDunning returns the first day on which dunning has to look at the subscription, whatever
// day it is now; no day for one that has ended.
func (s Subscription) FirstDunning(plan Plan) prolong.Date {
	if !s.EndedOn.IsZero() {
		return prolong.Date{}
	}
	return plan.NextDunning(DunningDays{End: s.PaidThrough, Suspension: s.Suspends(plan), Ended: s.over()}, prolong.NewDate(1, 1, 2))
}

// Spares says whether a debt is below the plan's threshold for its currency: it is neither dunned
// nor a reason to stop the service in the period that it is for (billing.md case 35).
func (p Plan) Spares(debt prolong.Money) bool {
	return debt.Minor() > 0 && debt.Minor() < p.DunFrom[debt.Currency()]
}

// Spared returns the first day without service of a subscription whose debt is spared, for the period
// of its open invoice: the next one is not begun on credit, nor served behind the announced end. The
// service is granted from on, the day of the payment with which the debt has become so small; no day
// if it has never stopped for it.
func (s Subscription) Spared(invoiced prolong.Period, on prolong.Date, plan Plan) prolong.Date {
	until := invoiced.To
	if !on.IsZero() {
		until = s.Renew(invoiced, on, plan).Period.To
	}
	if last := s.LastDay(); !last.IsZero() && until.After(last.AddDays(1)) {
		until = last.AddDays(1)
	}
	return until
}

func (p Plan) checkDunning() error {
	if len(p.Dunning) > dunningStepsMax {
		return prolong.NewError(prolong.CodeInvalid, "error.dunning_steps", prolong.Args{"Plan": p.Key, "Max": dunningStepsMax})
	}
	seen := map[string]bool{}
	for _, s := range p.Dunning {
		if seen[s.String()] {
			return prolong.NewError(prolong.CodeInvalid, "error.dunning_twice", prolong.Args{"Plan": p.Key, "Step": s.String()})
		}
		seen[s.String()] = true
	}
	return nil
}

// dunsOtherwise says whether the two differ in when the service stops or letters leave.
func (p Plan) dunsOtherwise(o Plan) bool {
	return p.GraceDays != o.GraceDays || p.GraceWorking != o.GraceWorking || p.SuspendWorking != o.SuspendWorking || p.TerminateDays != o.TerminateDays ||
		!slices.Equal(p.Schedule(), o.Schedule()) || !maps.Equal(p.DunFrom, o.DunFrom)
}
