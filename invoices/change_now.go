package invoices

import (
	"context"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
)

// part is a stretch of paid days that a change is about.
type part struct {
	billing.Stretch
	left  prolong.Period // its days from the change on
	cause billing.ValueCause
	id    int64         // of the value's cause
	full  prolong.Money // what the whole stretch is worth
	// invoice that bought it, with its discounts; 0 if none did
	invoice InvoiceID
	billed  prolong.Period // the days that invoice names
	free    bool           // a trial, or days that somebody gave away
}

// changeNow changes the terms inside the days that are paid. sub is locked.
func (s *Service) changeNow(ctx context.Context, tx postgres.Tx, actor prolong.Actor, c billing.Catalog, sub *billing.Subscription, ch Change, done *Changed) error {
	if done.After.Same(done.Before) && sub.NextPlanID == 0 {
		return prolong.NewError(prolong.CodeInvalid, "error.change_nothing", nil)
	}
	var waits string
	if err := tx.Pgx.QueryRow(ctx, `SELECT coalesce((SELECT number FROM invoices WHERE subscription_id = $1 AND status = 'open' AND kind = 'change' LIMIT 1), '')`, int64(sub.ID)).Scan(&waits); err != nil {
		return err
	}
	if waits != "" {
		return prolong.NewError(prolong.CodeConflict, "error.change_unpaid", prolong.Args{"Invoice": waits})
	}
	n := now{service: s, tx: tx, actor: actor, catalog: c, sub: sub, done: done, reason: ch.Reason}
	if n.reason == "" {
		n.reason = done.Plan.Name
	}
	if err := n.read(ctx); err != nil {
		return err
	}
	if done.After.Term == sub.Term || n.free() {
		return n.keep(ctx)
	}
	// The next period of another term begins elsewhere: what is asked for it now is cancelled.
	if err := n.cancelOpen(ctx); err != nil {
		return err
	}
	return n.restart(ctx)
}

// free says whether nothing was paid for the days: they stay, whatever comes after them.
func (n *now) free() bool {
	for _, p := range n.parts {
		if !p.free {
			return false
		}
	}
	return true
}

// now is a change at once in its transaction.
type now struct {
	service *Service
	tx      postgres.Tx
	actor   prolong.Actor
	catalog billing.Catalog
	sub     *billing.Subscription
	done    *Changed
	parts   []part
	reason  string
}

// cancelOpen cancels the open invoice of the next period.
func (n *now) cancelOpen(ctx context.Context) error {
	open, err := openPeriod(ctx, n.tx, n.sub.ID)
	if err != nil || open == 0 {
		return err
	}
	v, err := n.service.beginVoid(ctx, n.tx, n.actor, open)
	if err != nil {
		return err
	}
	if err := v.void(ctx, n.reason); err != nil {
		return err
	}
	if err := v.journal.Write(ctx); err != nil {
		return err
	}
	*n.sub = *v.sub
	return nil
}

// read finds what bought the days from the change on and what it is worth.
func (n *now) read(ctx context.Context) error {
	list, err := billing.StretchesFrom(ctx, n.tx, n.sub, n.done.From)
	if err != nil {
		return err
	}
	for _, st := range list {
		p := part{Stretch: st, left: st.Left(n.done.From), cause: billing.ValueOfExtension, id: st.Extension}
		switch st.Cause {
		case billing.ExtendedByAllocation, billing.ExtendedByInvoice:
			if err := n.readInvoice(ctx, &p); err != nil {
				return err
			}
		case billing.ExtendedByChange:
			p.cause, p.id = billing.ValueOfChange, st.CauseID
		case billing.ExtendedByImport:
			// Paid before we were there, at what it costs here.
			old := n.sub.With(n.done.Before)
			charge, err := n.catalog.ChargeOf(&old, st.Period, billing.ChargeOptions{PricesOn: n.done.From, Periods: n.sub.PeriodsIn(st.Period)})
			if err != nil {
				return err
			}
			p.full = charge.Recurring()
		case billing.ExtendedByTrial, billing.ExtendedByManual, billing.ExtendedByOpening, billing.ExtendedByUndo:
			p.free, p.full = true, prolong.NewMoney(0, n.sub.Currency)
		}
		since, ok, err := billing.ValueSince(ctx, n.tx, p.cause, p.id, n.sub.Currency)
		if err != nil {
			return err
		}
		if ok {
			p.full = since
		}
		n.parts = append(n.parts, p)
	}
	return nil
}

// readInvoice finds the invoice that bought a stretch, and what it asked for.
func (n *now) readInvoice(ctx context.Context, p *part) error {
	query := `SELECT l.invoice_id FROM allocations l WHERE l.id = $1`
	if p.Cause == billing.ExtendedByInvoice {
		query = `SELECT i.id FROM invoices i WHERE i.id = $1`
	}
	var minor int64
	err := n.tx.Pgx.QueryRow(ctx, `SELECT id, total_minor - once_minor - credited_minor, period_from, period_to FROM invoices WHERE id = (`+query+`)`, p.CauseID).Scan((*int64)(&p.invoice), &minor, &p.billed.From, &p.billed.To)
	p.cause, p.id, p.full = billing.ValueOfInvoice, int64(p.invoice), prolong.NewMoney(max(minor, 0), n.sub.Currency)
	return err
}

// keep changes the terms and leaves the days as they are.
func (n *now) keep(ctx context.Context) error {
	next := n.sub.With(n.done.After)
	var lines []billing.ChargeLine
	var values []billing.Value
	cur := n.sub.Currency
	for i := range n.parts {
		p := &n.parts[i]
		if p.free {
			continue
		}
		o := billing.ChargeOptions{Periods: next.PeriodsIn(p.Period), PricesOn: p.Period.From}
		if n.done.After.PlanID != n.done.Before.PlanID {
			o.PricesOn = n.done.From
		}
		if p.invoice != 0 {
			discounts, err := billing.DiscountsOn(ctx, n.tx, int64(p.invoice))
			if err != nil {
				return err
			}
			o.Discounts = discounts
		}
		days := p.Period
		if next.CutShort(p.billed) { // a late payment moves its days, and leaves them as short
			days = p.billed
		}
		charge, err := n.catalog.ChargeOf(&next, days, o)
		if err != nil {
			return err
		}
		credit, err := billing.Prorate(p.full, p.Period, p.left)
		if err != nil {
			return err
		}
		due, err := billing.Prorate(charge.Recurring(), p.Period, p.left)
		if err != nil {
			return err
		}
		if p.Cause == billing.ExtendedByImport { // money that we have never seen is not given back
			credit = prolong.NewMoney(min(credit.Minor(), due.Minor()), cur)
		}
		n.done.Credit, n.done.Due = prolong.NewMoney(n.done.Credit.Minor()+credit.Minor(), cur), prolong.NewMoney(n.done.Due.Minor()+due.Minor(), cur)
		values = append(values, billing.Value{Cause: p.cause, CauseID: p.id, Full: charge.Recurring()})
		lines = append(lines, shareOf(charge, p.left, due)...)
	}
	n.done.PaidOnce = n.done.PaidAfter
	change, err := n.record(ctx)
	if err != nil {
		return err
	}
	if err := billing.RecordValues(ctx, n.tx, change, values); err != nil {
		return err
	}
	if err := n.announce(ctx, nil); err != nil {
		return err
	}
	end := n.done.PaidAfter.AddDays(1)
	if err := n.settle(ctx, change, lines, prolong.Period{From: n.done.From, To: end}, billing.Charge{}); err != nil {
		return err
	}
	if err := n.done.price(ctx, n.tx, n.catalog, n.sub); err != nil {
		return err
	}
	return n.service.reissueOpen(ctx, n.tx, n.actor, n.sub, n.done)
}

// shareOf words what some days of a charge cost: its lines, each with its share of due.
func shareOf(charge billing.Charge, days prolong.Period, due prolong.Money) []billing.ChargeLine {
	room := make([]int64, len(charge.Lines))
	for i, l := range charge.Lines {
		room[i] = l.Amount.Minor()
	}
	shares := billing.Spread(due.Minor(), room)
	lines := make([]billing.ChargeLine, 0, len(charge.Lines))
	for i, l := range charge.Lines {
		if shares[i] == 0 {
			continue
		}
		l.Amount, l.Discount, l.Period = prolong.NewMoney(shares[i], due.Currency()), prolong.NewMoney(0, due.Currency()), days
		if unit, err := l.Amount.MulRatio(1, l.Quantity, prolong.HalfUp); err == nil {
			l.Price = unit
		}
		lines = append(lines, l)
	}
	return lines
}

// restart begins a period of another term today and takes the unused days in payment for it.
func (n *now) restart(ctx context.Context) error {
	cur := n.sub.Currency
	values := make([]billing.Value, 0, len(n.parts)+1)
	for _, p := range n.parts {
		credit, err := billing.Prorate(p.full, p.Period, p.left)
		if err != nil {
			return err
		}
		n.done.Credit = prolong.NewMoney(n.done.Credit.Minor()+credit.Minor(), cur)
		values = append(values, billing.Value{Cause: p.cause, CauseID: p.id, Full: prolong.NewMoney(0, cur)})
	}
	if err := billing.LoadPricing(ctx, n.tx, n.sub); err != nil {
		return err
	}
	next := n.sub.With(n.done.After)
	whole := prolong.Period{From: n.done.From, To: n.done.After.Term.After(n.done.From, n.done.From.Day())}
	charge, err := n.catalog.ChargeOf(&next, whole, billing.ChargeOptions{Discounts: n.sub.Discounts})
	if err != nil {
		return err
	}
	n.done.Due = charge.Total
	if n.imported() {
		n.done.Credit = prolong.NewMoney(min(n.done.Credit.Minor(), n.done.Due.Minor()), cur)
	}
	change, err := n.record(ctx)
	if err != nil {
		return err
	}
	// Where money is asked for, its payment buys the days; until then the old ones stay.
	asks := n.done.Net().Minor() > 0 && whole.To.After(n.sub.PaidThrough.AddDays(1))
	n.done.PaidOnce = whole.Last()
	if asks {
		if err := billing.RecordValues(ctx, n.tx, change, values); err != nil {
			return err
		}
		if err := n.announce(ctx, nil); err != nil {
			return err
		}
		if err := billing.MarkInvoiced(ctx, n.tx, map[billing.SubscriptionID]prolong.Date{n.sub.ID: whole.To}); err != nil {
			return err
		}
		n.sub.InvoicedTo = whole.To
	} else {
		values = append(values, billing.Value{Cause: billing.ValueOfChange, CauseID: change, Full: charge.Recurring()})
		if err := billing.RecordValues(ctx, n.tx, change, values); err != nil {
			return err
		}
		if err := n.announce(ctx, func(j *billing.Journal) { j.Restart(n.sub, n.done.Plan, whole, change) }); err != nil {
			return err
		}
		n.done.PaidAfter = n.sub.PaidThrough
	}
	if err := n.settle(ctx, change, charge.Lines, whole, charge); err != nil {
		return err
	}
	if asks {
		if err := billing.RecordValues(ctx, n.tx, change, []billing.Value{{Cause: billing.ValueOfInvoice, CauseID: int64(n.done.Invoice.ID), Full: charge.Recurring()}}); err != nil {
			return err
		}
		n.done.PaidAfter = n.sub.PaidThrough
	}
	return n.done.price(ctx, n.tx, n.catalog, n.sub)
}

// imported says whether some of the days were paid before we were there.
func (n *now) imported() bool {
	for _, p := range n.parts {
		if p.Cause == billing.ExtendedByImport {
			return true
		}
	}
	return false
}

func (n *now) record(ctx context.Context) (int64, error) {
	id, err := billing.RecordChange(ctx, n.tx, n.actor, billing.TermsChange{SubscriptionID: n.sub.ID, AccountID: n.sub.AccountID, On: n.done.From, Before: n.done.Before, After: n.done.After,
		Credit: n.done.Credit, Charge: n.done.Due, Reason: n.reason})
	if err != nil {
		return 0, err
	}
	return id, billing.SetTerms(ctx, n.tx, n.catalog, n.sub, n.done.After)
}

// announce tells of the changed terms: grace is the plan's.
func (n *now) announce(ctx context.Context, more func(j *billing.Journal)) error {
	j := billing.NewJournal(n.tx, n.actor)
	if more != nil {
		more(j)
	}
	j.Touch(n.sub, n.done.Plan, string(billing.ExtendedByChange))
	return j.Write(ctx)
}
