package invoices

import (
	"context"
	"time"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
)

// Dunned counts what a dunning sweep did.
type Dunned struct {
	// Reminders are letters that ask for a payment or say what follows from none.
	Reminders int `json:"reminders"`
	// Held are subscriptions whose suspension waits for the bank's statement.
	Held      int `json:"held"`
	Suspended int `json:"suspended"`
	Closed    int `json:"closed"`
	// Ended are subscriptions whose announced last day is over.
	Ended int `json:"ended"`
	// Unasked were suspended though no invoice asks for their next period: a person has to look.
	Unasked int `json:"unasked"`
}

func (d *Dunned) add(o Dunned) {
	d.Reminders, d.Held, d.Suspended, d.Closed = d.Reminders+o.Reminders, d.Held+o.Held, d.Suspended+o.Suspended, d.Closed+o.Closed
	d.Ended, d.Unasked = d.Ended+o.Ended, d.Unasked+o.Unasked
}

// BankWatch tells how far the statements of the sellers' banks have been read. The room of the
// banks lies above this one; the program connects them.
type BankWatch interface {
	// GoodPulls returns, for every bank account that is read by itself, when its latest
	// successful pull began; the zero time if none ever went well.
	GoodPulls(ctx context.Context) (map[billing.BankAccountID]time.Time, error)
}

// WatchBanks lets suspensions wait for the banks' statements. Without it nothing waits.
func (s *Service) WatchBanks(w BankWatch) { s.banks = w }

const (
	dunBatch = 500
	// morningHour is when the seller's day of dunning begins: letters about money come in
	// business hours, and a service stops when somebody is there to answer.
	morningHour = 9
	// holdDaysMax bounds the wait for a statement: a bank that has not answered for a week is a
	// trouble of the operator's, which doctor reports, not a reason to serve for nothing.
	holdDaysMax = 7
	// lateDaysMax is how late a letter may leave after a standstill; what is older is not said.
	lateDaysMax = 7
)

// DunDue does what the plans' schedules want done about unpaid terms by the sellers' day: it
// reminds, warns, records suspensions, closes subscriptions. A zero on means today, from the
// seller's morning on; a given day counts as begun. Each step of a debt happens once, however
// often and in however many processes the sweep runs. A late run sends the latest letter of
// those that are due and none of the older ones.
func (s *Service) DunDue(ctx context.Context, actor prolong.Actor, on prolong.Date) (Dunned, error) {
	var done Dunned
	pulls, err := s.goodPulls(ctx)
	if err != nil {
		return done, prolong.Wrap("invoices.DunDue", err)
	}
	for after := (billing.DunningCursor{}); ; {
		var step Dunned
		last := after
		err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
			step, last, err = s.dunBatch(ctx, tx, actor, on, after, pulls)
			return err
		})
		if err != nil {
			return done, prolong.Wrap("invoices.DunDue", err)
		}
		done.add(step)
		if last == after {
			return done, nil
		}
		after = last
	}
}

// bankPulls are the latest good pulls by bank account; nil if nothing is watched.
type bankPulls map[billing.BankAccountID]time.Time

func (s *Service) goodPulls(ctx context.Context) (bankPulls, error) {
	if s.banks == nil {
		return nil, nil
	}
	return s.banks.GoodPulls(ctx)
}

// cover says whether every watched bank account of the seller in the currency was read after
// the instant.
func (p bankPulls) cover(c billing.Catalog, seller billing.SellerID, cur prolong.Currency, at time.Time) bool {
	for id, pulled := range p {
		if b := c.BankAccounts[id]; b.SellerID == seller && b.Currency == cur && pulled.Before(at) {
			return false
		}
	}
	return true
}

func (s *Service) dunBatch(ctx context.Context, tx postgres.Tx, actor prolong.Actor, on prolong.Date, after billing.DunningCursor, pulls bankPulls) (done Dunned, last billing.DunningCursor, err error) {
	c, err := billing.CatalogIn(ctx, tx)
	if err != nil {
		return done, after, err
	}
	today := map[billing.SellerID]prolong.Date{}
	for id, seller := range c.Sellers {
		today[id] = on
		if on.IsZero() {
			today[id] = dunningDay(seller, tx.Now)
		}
	}
	due, last, err := billing.ClaimDunning(ctx, tx, c, today, after, dunBatch)
	if err != nil || len(due) == 0 {
		return done, last, err
	}
	b := dunning{service: s, tx: tx, actor: actor, catalog: c, journal: billing.NewJournal(tx, actor), today: today, pulls: pulls, next: map[billing.SubscriptionID]prolong.Date{}}
	if err := b.read(ctx, due); err != nil {
		return done, last, err
	}
	for i := range due {
		if err := b.look(ctx, &due[i]); err != nil {
			return done, last, err
		}
	}
	if err := b.write(ctx); err != nil {
		return done, last, err
	}
	return b.done, last, nil
}

// dunningDay is the seller's day if its morning has come, otherwise the day before.
func dunningDay(seller billing.Seller, now time.Time) prolong.Date {
	if now.In(seller.Location).Hour() < morningHour {
		return seller.Today(now).AddDays(-1)
	}
	return seller.Today(now)
}

// dunning is the work of one batch.
type dunning struct {
	service *Service
	tx      postgres.Tx
	actor   prolong.Actor
	catalog billing.Catalog
	journal *billing.Journal
	today   map[billing.SellerID]prolong.Date
	pulls   bankPulls

	open   map[billing.SubscriptionID][]*Invoice // the oldest first
	past   map[billing.SubscriptionID][]DunningEvent
	events []DunningEvent
	post   []dunningPost
	next   map[billing.SubscriptionID]prolong.Date
	done   Dunned
}

// dunningPost is a letter that is to leave.
type dunningPost struct {
	due     *billing.DueDunning
	step    billing.DunningStep
	invoice *Invoice // nil for a closed subscription
	days    billing.DunningDays
	// occasion counts the letters of this kind about the invoice that left before.
	occasion int
}

// look does what is due about one subscription, whose account is locked. All of it goes by
// this subscription's own term and invoices: a debt of another one of the account never speaks
// here (billing.md case 38).
func (b *dunning) look(ctx context.Context, d *billing.DueDunning) error {
	sub, plan, today := d.Subscription, d.Plan, b.today[d.Subscription.SellerID]
	invoices := b.open[sub.ID]
	days := billing.DunningDays{End: sub.PaidThrough, Suspension: sub.Suspension(plan)}
	if last := sub.LastDay(); !last.IsZero() {
		if today.After(last) && !b.waitsForBank(sub, invoices, last, today) {
			return b.finish(ctx, d, invoices, today)
		}
		days.Ended = last.AddDays(1)
	}
	if len(invoices) > 0 {
		days.Due = invoices[0].DueOn
	}
	spared := !sub.Metered && plan.Spares(owing(invoices, sub.Currency))
	if spared {
		days.Suspension = b.spare(d, invoices, days.Suspension)
	}
	planned := days.Suspension
	b.hold(d, planned, today)
	days.Suspension = sub.Suspends(plan)
	if !today.Before(days.Suspension) {
		b.suspend(ctx, d, days.Suspension, today, about(invoices, billing.AnchorEnd) != nil)
	}
	suspendedOn, suspended := b.suspendedOn(d)
	if plan.TerminateDays > 0 {
		days.Closing = days.Suspension.AddDays(plan.TerminateDays)
		if suspended {
			days.Closing = suspendedOn.AddDays(plan.TerminateDays)
		}
	}
	closing := suspended && !days.Closing.IsZero() && !today.Before(days.Closing)
	warned := days
	if !suspended {
		warned.Suspension = planned // the wait for the bank does not put off the warning
	}
	b.say(d, invoices, warned, today, suspended, closing, spared)
	if closing {
		b.done.Closed++
		b.record(d, DunningEvent{Step: string(OutcomeClosed), Outcome: OutcomeClosed, On: today})
		return b.withdraw(ctx, d, invoices, today)
	}
	b.next[sub.ID] = plan.NextDunning(warned, today)
	if spared {
		b.next[sub.ID] = today.AddDays(1) // the debt may grow, by a payment that is taken back
	}
	if waiting := !suspended && sub.SuspendOn.After(planned) || !days.Ended.IsZero() && !today.Before(days.Ended); waiting {
		b.next[sub.ID] = today // until the bank has been read
	}
	return nil
}

// waitsForBank says whether a subscription whose announced last day is over has a last period to
// be paid, and the banks have not been read since: what was sent in time still buys it.
func (b *dunning) waitsForBank(sub *billing.Subscription, open []*Invoice, last, today prolong.Date) bool {
	over := last.AddDays(1)
	return !sub.Metered && about(open, billing.AnchorEnd) != nil && today.Before(over.AddDays(holdDaysMax)) &&
		!b.pulls.cover(b.catalog, sub.SellerID, sub.Currency, over.Start(b.catalog.Sellers[sub.SellerID].Location))
}

// spare puts the suspension for a debt below the plan's threshold off to the end of the period that
// it is for, and returns that day: the next one is not begun on credit.
func (b *dunning) spare(d *billing.DueDunning, invoices []*Invoice, planned prolong.Date) prolong.Date {
	inv, sub := about(invoices, billing.AnchorEnd), d.Subscription
	if inv == nil {
		return planned
	}
	if today := b.today[sub.SellerID]; !today.Before(sub.Suspends(d.Plan)) {
		reopen(b.journal, sub, d.Plan, invoices, today, today) // the debt became so small without a payment
	}
	until := sub.Spared(inv.Period, sub.ReopenedOn, d.Plan)
	if !until.After(planned) {
		return planned
	}
	if _, suspended := b.suspendedOn(d); !suspended && sub.Suspends(d.Plan) != until {
		sub.SuspendOn = until
		b.journal.Touch(sub, d.Plan, "spared")
	}
	return until
}

// reopen lets a suspended subscription be served again whose debt has become too small to be
// dunned, by a payment of the value date on: nobody stays blocked for a debt for which he would never
// have been (billing.md case 35). Nothing is bought by that; the rest still buys the period.
func reopen(j *billing.Journal, sub *billing.Subscription, plan billing.Plan, open []*Invoice, on, today prolong.Date) {
	inv := about(open, billing.AnchorEnd)
	if inv == nil || sub.Metered || !sub.EndedOn.IsZero() || today.Before(sub.Suspends(plan)) || !plan.Spares(owing(open, sub.Currency)) {
		return
	}
	if over := sub.Spared(inv.Period, sub.ReopenedOn, plan); !sub.Suspends(plan).Before(over) {
		return // it has been spared for its period, and the next one is not begun on credit
	}
	if until := sub.Spared(inv.Period, on, plan); until.After(today) {
		sub.SuspendOn, sub.ReopenedOn = until, on
		j.Touch(sub, plan, "spared")
	}
}

// owing returns what open invoices of a subscription ask for in all.
func owing(open []*Invoice, cur prolong.Currency) prolong.Money {
	sum := prolong.NewMoney(0, cur)
	for _, inv := range open {
		sum = prolong.NewMoney(sum.Minor()+inv.Residual().Minor(), cur)
	}
	return sum
}

// hold puts the suspension off, from its eve on, until the banks have been read after the
// deadline: money that was sent in time must not be missed because its line comes in the
// morning (billing.md case 24). It ends with the good pull, or after holdDaysMax.
func (b *dunning) hold(d *billing.DueDunning, planned, today prolong.Date) {
	sub := d.Subscription
	asAnnounced := !sub.EndsOn.IsZero() && planned.After(sub.LastDay()) // no statement puts that off
	if asAnnounced || len(b.pulls) == 0 && !sub.SuspendOn.After(planned) || today.Before(planned.AddDays(-1)) {
		return
	}
	deadline := planned.Start(b.catalog.Sellers[sub.SellerID].Location)
	until, waits := planned, !b.pulls.cover(b.catalog, sub.SellerID, sub.Currency, deadline)
	if waits {
		until = today.AddDays(2) // served today and tomorrow; every further look puts it off again
		if last := planned.AddDays(holdDaysMax); until.After(last) {
			until = last
		}
	} else if today.After(planned) && sub.SuspendOn.After(today) {
		until = today // served until now: nothing is taken back
	}
	if _, suspended := b.suspendedOn(d); suspended || until == sub.Suspends(d.Plan) {
		return
	}
	sub.SuspendOn = until
	if until == sub.PaidThrough.AddDays(1+d.Plan.GraceDays) {
		sub.SuspendOn = prolong.Date{}
	}
	b.journal.Touch(sub, d.Plan, string(OutcomeHeld))
	if waits && until.After(planned) && !b.happened(d, string(OutcomeHeld)) {
		b.done.Held++
		b.record(d, DunningEvent{Step: string(OutcomeHeld), Outcome: OutcomeHeld, On: today})
	}
}

// suspend records that the service has stopped, once for each debt.
func (b *dunning) suspend(ctx context.Context, d *billing.DueDunning, on, today prolong.Date, asked bool) {
	if b.happened(d, string(OutcomeSuspended)) {
		return
	}
	b.done.Suspended++
	// A suspension that is found late counts from the day on which it is found: nobody is closed
	// for days on which nobody told him anything.
	if today.DaysSince(on) > lateDaysMax {
		on = today
	}
	b.record(d, DunningEvent{Step: string(OutcomeSuspended), Outcome: OutcomeSuspended, On: on})
	if !asked {
		b.done.Unasked++
		b.service.log.WarnContext(ctx, "subscription is suspended, but no invoice asks for its next period", "subscription", d.Subscription.ID, "account", d.Account.ID)
	}
}

// say sends the latest due letter of the schedule and passes over the older ones. Of a debt that is
// spared it only says that the service stops and has stopped.
func (b *dunning) say(d *billing.DueDunning, open []*Invoice, days billing.DunningDays, today prolong.Date, suspended, closing, spared bool) {
	type dated struct {
		step billing.DunningStep
		on   prolong.Date
	}
	var send, pass []dated
	for _, step := range d.Plan.Schedule() {
		on := d.Plan.On(step, days)
		if spared && (step.Anchor == billing.AnchorEnd || step.Anchor == billing.AnchorDue) {
			continue
		}
		if on.IsZero() || on.After(today) && !(closing && step.Letter == billing.LetterClosed) || b.happened(d, step.String()) {
			continue
		}
		fits, inv := today.DaysSince(on) <= lateDaysMax, about(open, step.Anchor)
		if waits := (step.Letter == billing.LetterSuspended || step.Letter == billing.LetterClosing) && !suspended || step.Letter == billing.LetterClosed && !closing; waits {
			continue
		}
		switch step.Letter {
		case billing.LetterReminder:
			fits = fits && !closing && inv != nil && on.After(inv.IssuedOn) && !b.sent(inv, step)
		case billing.LetterSuspending:
			fits = fits && !suspended && inv != nil
		case billing.LetterSuspended, billing.LetterClosing:
			fits = fits && !closing && inv != nil
		case billing.LetterClosed:
			fits = true
		}
		if fits {
			send = append(send, dated{step, on})
		} else {
			pass = append(pass, dated{step, on})
		}
	}
	var best *dated
	for i := range send {
		if x := &send[i]; best == nil || !x.on.Before(best.on) {
			if best != nil {
				pass = append(pass, *best)
			}
			best = x
		} else {
			pass = append(pass, *x)
		}
	}
	for _, x := range pass {
		b.record(d, DunningEvent{Step: x.step.String(), Outcome: OutcomeSkipped, Letter: x.step.Letter, On: today})
	}
	if best == nil {
		return
	}
	e := DunningEvent{Step: best.step.String(), Outcome: OutcomeSent, Letter: best.step.Letter, On: today}
	p := dunningPost{due: d, step: best.step, days: days}
	if best.step.Letter != billing.LetterClosed {
		p.invoice = about(open, best.step.Anchor)
		e.InvoiceID = p.invoice.ID
	}
	for _, past := range b.past[d.Subscription.ID] {
		if past.Letter == e.Letter && past.Outcome == OutcomeSent && past.InvoiceID == e.InvoiceID {
			p.occasion++
		}
	}
	b.record(d, e)
	b.post = append(b.post, p)
}

// closedReasons say on a withdrawn invoice why it was, in the language of the seller's papers.
var closedReasons = map[string]string{"ru": "Подписка закрыта", "uk": "Підписку закрито", "kk": "Жазылым жабылды", "en": "The subscription is closed"}

// closedStep is the letter about an end that was announced, whether or not the plan's schedule
// has one for closings.
var closedStep = billing.DunningStep{Letter: billing.LetterClosed, Anchor: billing.AnchorClosing, Move: billing.MoveNone}

// about returns the open invoice that a step speaks of: of the steps that count from a day to
// pay the oldest, of the others the one that asks for the next period. Nil for none.
func about(open []*Invoice, anchor billing.DunningAnchor) *Invoice {
	for _, inv := range open {
		if anchor == billing.AnchorDue || inv.Kind == KindPeriod {
			return inv
		}
	}
	return nil
}

// withdraw ends the subscription: its open invoices for days to come are withdrawn, and what was
// paid on them goes to the balance; what was used stays owed.
func (b *dunning) withdraw(ctx context.Context, d *billing.DueDunning, open []*Invoice, today prolong.Date) error {
	for _, inv := range open {
		if sub := d.Subscription; sub.Metered || !inv.rests(sub) {
			continue // for what was used: it stays owed
		}
		v, err := b.service.beginVoid(ctx, b.tx, b.actor, inv.ID)
		if err == nil {
			err = v.void(ctx, closedReasons[documentLanguage(b.catalog.Sellers[inv.SellerID].Country)])
		}
		if err == nil {
			err = v.journal.Write(ctx)
		}
		if err != nil {
			return err
		}
	}
	return b.journal.End(ctx, d.Subscription, d.Plan, today)
}

// finish ends a subscription whose announced last day is over (billing.md case 39): what was not
// paid of days to come is withdrawn, what was used stays owed, and the client is told.
func (b *dunning) finish(ctx context.Context, d *billing.DueDunning, open []*Invoice, today prolong.Date) error {
	b.done.Ended++
	b.record(d, DunningEvent{Step: string(OutcomeEnded), Outcome: OutcomeEnded, On: today})
	if today.DaysSince(d.Subscription.LastDay()) <= lateDaysMax {
		b.record(d, DunningEvent{Step: closedStep.String(), Outcome: OutcomeSent, Letter: closedStep.Letter, On: today})
		b.post = append(b.post, dunningPost{due: d, step: closedStep})
	}
	return b.withdraw(ctx, d, open, today)
}
