package invoices

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
)

// Void cancels an invoice for good; its number stays used. What was paid on it goes to the
// client's balance, a term that it bought is taken back, and a closing document is cancelled by
// a storno (billing.md cases 31 and 34). Its period is asked for again only by Reissue: until
// then the subscription's renewals rest. Returns CodeConflict for an invoice that is void
// already, CodeInvalid without a reason.
func (s *Service) Void(ctx context.Context, actor prolong.Actor, id InvoiceID, reason string) (Taken, error) {
	var done Taken
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		done, err = s.cancel(ctx, tx, actor, id, reason)
		return err
	})
	return done, prolong.Wrap("invoices.Void", err)
}

// cancel is Void in a transaction.
func (s *Service) cancel(ctx context.Context, tx postgres.Tx, actor prolong.Actor, id InvoiceID, reason string) (done Taken, err error) {
	v, err := s.beginVoid(ctx, tx, actor, id)
	if err != nil {
		return done, err
	}
	if v.inv.Status == StatusVoid {
		return done, prolong.NewError(prolong.CodeConflict, "error.invoice_void", prolong.Args{"Invoice": v.inv.Number})
	}
	if err := v.void(ctx, reason); err != nil {
		return done, err
	}
	if v.inv.Kind == KindChange {
		if err := v.undoChange(ctx); err != nil {
			return v.done, err
		}
	}
	if err := v.journal.Write(ctx); err != nil {
		return v.done, err
	}
	if v.inv.Kind == KindChange {
		// The next period was asked for on the terms that are no more.
		changed := Changed{Plan: v.catalog.Plans[v.sub.PlanID]}
		if err := s.reissueOpen(ctx, tx, actor, v.sub, &changed); err != nil {
			return v.done, err
		}
		if changed.Reissued == nil {
			if err := v.goOn(ctx); err != nil {
				return v.done, err
			}
		}
	}
	return v.done, v.auditRemedy(ctx, "invoice.void", reason, "")
}

// Reissued is an invoice that took another's place.
type Reissued struct {
	Taken         // what became of the old one
	Old   string  // its number
	New   Invoice // paid already if the balance covered it
	// Charge is what the new one asks money for; empty for hours.
	Charge billing.Charge
}

// Reissue cancels an invoice, if it is not void yet, and draws up another for the period that
// begins on the same day, by today's plan, price and requisites; the two are linked. What was
// paid on the old one pays the new one. Returns CodeConflict for an invoice that has a
// successor already or belongs to no subscription.
func (s *Service) Reissue(ctx context.Context, actor prolong.Actor, id InvoiceID, reason string) (Reissued, error) {
	var out Reissued
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		out, err = s.replace(ctx, tx, actor, id, reason)
		return err
	})
	return out, prolong.Wrap("invoices.Reissue", err)
}

// replace is Reissue in a transaction: reissue that somebody asked for.
func (s *Service) replace(ctx context.Context, tx postgres.Tx, actor prolong.Actor, id InvoiceID, reason string) (Reissued, error) {
	before, err := invoiceIn(ctx, tx, id)
	if err != nil {
		return Reissued{}, err
	}
	out, err := s.reissue(ctx, tx, actor, id, reason)
	if err != nil {
		return out, err
	}
	v := &voiding{tx: tx, actor: actor, inv: before, done: out.Taken}
	return out, v.auditRemedy(ctx, "invoice.reissue", reason, out.New.Number)
}

func (s *Service) reissue(ctx context.Context, tx postgres.Tx, actor prolong.Actor, id InvoiceID, reason string) (out Reissued, err error) {
	v, err := s.beginVoid(ctx, tx, actor, id)
	if err != nil {
		return out, err
	}
	if v.sub == nil || v.inv.Kind != KindPeriod || !v.sub.EndedOn.IsZero() && !v.sub.Metered {
		return out, prolong.NewError(prolong.CodeConflict, "error.invoice_no_subscription", prolong.Args{"Invoice": v.inv.Number})
	}
	var successor string
	if err := tx.Pgx.QueryRow(ctx, `SELECT coalesce((SELECT number FROM invoices WHERE replaces_id = $1), '')`, int64(id)).Scan(&successor); err != nil {
		return out, err
	}
	if successor != "" {
		return out, prolong.NewError(prolong.CodeConflict, "error.invoice_replaced", prolong.Args{"Invoice": v.inv.Number, "Successor": successor})
	}
	if v.inv.Status != StatusVoid {
		if err := v.void(ctx, reason); err != nil {
			return out, err
		}
	}
	if err := v.journal.Write(ctx); err != nil {
		return out, err
	}
	if v.sub.Metered { // the hours were used, whatever has ended since
		again, err := s.reissueHours(ctx, v)
		return Reissued{Taken: v.done, Old: v.inv.Number, New: again}, err
	}
	if !v.sub.EndsOn.IsZero() && !v.sub.PaidThrough.Before(v.sub.EndsOn) {
		return out, prolong.NewError(prolong.CodeConflict, "error.end_passed", prolong.Args{"Date": v.sub.PaidThrough.AddDays(1), "EndsOn": v.sub.EndsOn})
	}
	today := map[billing.SellerID]prolong.Date{v.inv.SellerID: v.today}
	invoicedTo := v.sub.InvoicedTo
	v.sub.InvoicedTo = v.inv.Period.From
	if err := billing.LoadPricing(ctx, tx, v.sub); err != nil {
		return out, err
	}
	renewal, err := v.catalog.RenewalOf(v.sub, v.account)
	if err != nil {
		return out, err
	}
	drafts, err := s.issue(ctx, tx, actor, v.catalog, []billing.DueRenewal{renewal}, today)
	if err != nil {
		return out, err
	}
	if _, err := tx.Pgx.Exec(ctx, `UPDATE invoices SET replaces_id = $2 WHERE id = $1`, int64(drafts[0].ID), int64(id)); err != nil {
		return out, postgres.MapConstraint(err, constraints)
	}
	// The period need not be the last one asked for: the others stay asked for, and an open
	// invoice holds the renewals whatever days it names.
	if drafts[0].Status == StatusOpen {
		for _, day := range []prolong.Date{drafts[0].Period.To, v.sub.PaidThrough.AddDays(2)} {
			if day.After(invoicedTo) {
				invoicedTo = day
			}
		}
		err = billing.MarkInvoiced(ctx, tx, map[billing.SubscriptionID]prolong.Date{v.sub.ID: invoicedTo})
	}
	if err != nil || drafts[0].Status != StatusPaid {
		return Reissued{Taken: v.done, Old: v.inv.Number, New: drafts[0].Invoice, Charge: drafts[0].charge}, err
	}
	return Reissued{Taken: v.done, Old: v.inv.Number, New: drafts[0].Invoice, Charge: drafts[0].charge}, v.resume(ctx)
}

// resume lets the renewals go on after the balance has paid the successor, if nothing else of
// the subscription is left to pay.
func (v *voiding) resume(ctx context.Context) error {
	open, err := LockOpen(ctx, v.tx, []billing.AccountID{v.inv.AccountID})
	if err != nil {
		return err
	}
	j := billing.NewJournal(v.tx, v.actor)
	w := newSettling(v.tx, j, v.actor, v.catalog)
	w.subs[v.sub.ID] = v.sub
	w.resume(open)
	return j.Write(ctx)
}

// goOn lets the renewals go on that waited for an invoice which nobody is to pay any more. Those
// of a period that was cancelled wait for its Reissue.
func (v *voiding) goOn(ctx context.Context) error {
	if v.sub == nil || v.sub.Metered || !v.sub.EndedOn.IsZero() {
		return nil
	}
	var cancelled bool
	if err := v.tx.Pgx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM invoices i WHERE i.subscription_id = $1 AND i.kind = 'period' AND i.status = 'void' AND i.period_to > $2
		AND NOT EXISTS (SELECT 1 FROM invoices n WHERE n.replaces_id = i.id))`, int64(v.sub.ID), v.sub.PaidThrough).Scan(&cancelled); err != nil || cancelled {
		return err
	}
	return v.resume(ctx)
}

// voiding is the cancelling of one invoice in its transaction.
type voiding struct {
	service *Service
	tx      postgres.Tx
	actor   prolong.Actor
	catalog billing.Catalog
	journal *billing.Journal
	account billing.Account
	inv     Invoice
	sub     *billing.Subscription // nil for an invoice of none
	today   prolong.Date
	done    Taken
}

// beginVoid locks the account first, as everything that moves money, and reads the invoice
// under the lock: a payment that came before has paid it, one that comes later finds it void
// (billing.md case 22).
func (s *Service) beginVoid(ctx context.Context, tx postgres.Tx, actor prolong.Actor, id InvoiceID) (*voiding, error) {
	find := func() (Invoice, error) {
		rows, err := tx.Pgx.Query(ctx, `SELECT `+invoiceColumns+` FROM invoices i WHERE i.id = $1`, int64(id))
		if err != nil {
			return Invoice{}, err
		}
		list, err := pgx.CollectRows(rows, scanInvoice)
		if err == nil && len(list) == 0 {
			err = prolong.NewError(prolong.CodeNotFound, "error.document_not_found", prolong.Args{"ID": int64(id)})
		}
		if err != nil {
			return Invoice{}, err
		}
		return list[0], nil
	}
	inv, err := find()
	if err != nil {
		return nil, err
	}
	v := &voiding{service: s, tx: tx, actor: actor, journal: billing.NewJournal(tx, actor)}
	if v.account, err = billing.LockAccount(ctx, tx, inv.AccountID); err != nil {
		return nil, err
	}
	if v.inv, err = find(); err != nil {
		return nil, err
	}
	if v.catalog, err = billing.CatalogIn(ctx, tx); err != nil {
		return nil, err
	}
	v.today = v.catalog.Sellers[v.inv.SellerID].Today(tx.Now)
	if v.inv.SubscriptionID != 0 {
		subs, err := billing.SubscriptionsForUpdate(ctx, tx, []billing.SubscriptionID{v.inv.SubscriptionID})
		if err != nil {
			return nil, err
		}
		v.sub = subs[v.inv.SubscriptionID]
	}
	return v, nil
}

// void puts into the journal what cancelling means for money and terms, and writes the rest.
func (v *voiding) void(ctx context.Context, reason string) error {
	if reason == "" {
		return prolong.NewError(prolong.CodeInvalid, "error.field_missing", prolong.Args{"Field": "reason"})
	}
	if err := v.refuseChanged(ctx); err != nil {
		return err
	}
	active, err := activeAllocations(ctx, v.tx, `l.invoice_id = $1`, int64(v.inv.ID))
	if err != nil {
		return err
	}
	slices.Reverse(active)
	subs := map[billing.SubscriptionID]*billing.Subscription{}
	if v.sub != nil {
		subs[v.sub.ID] = v.sub
	}
	if err := v.service.takeOff(ctx, v.tx, v.journal, v.actor, v.catalog, active, subs, &v.done); err != nil {
		return err
	}
	v.done.Reopened = nil // it was open for a moment, nobody is to pay it
	if len(active) == 0 && v.inv.Status == StatusPaid {
		if err := v.takeTerm(ctx); err != nil {
			return err
		}
	}
	if err := billing.ReleaseCharged(ctx, v.tx, int64(v.inv.ID)); err != nil {
		return err
	}
	_, err = v.tx.Pgx.Exec(ctx, `UPDATE invoices SET status = 'void', voided_on = $2, void_reason = $3, close_on = NULL, paid_on = NULL WHERE id = $1`,
		int64(v.inv.ID), v.today, reason)
	return err
}

// takeTerm takes back what an invoice on which no money lies has bought: one of nought, or one
// that credit notes have taken off whole.
func (v *voiding) takeTerm(ctx context.Context) error {
	if v.sub != nil {
		plan, before := v.catalog.Plans[v.sub.PlanID], v.sub.PaidThrough
		completing, err := completingAllocation(ctx, v.tx, v.inv.ID)
		if err != nil {
			return err
		}
		moved, err := v.journal.Undo(ctx, v.sub, plan, billing.ExtendedByInvoice, int64(v.inv.ID))
		if err != nil {
			return err
		}
		for _, id := range completing {
			more, err := v.journal.Undo(ctx, v.sub, plan, billing.ExtendedByAllocation, id)
			if err != nil {
				return err
			}
			moved = moved || more
		}
		if moved {
			v.done.Shortened = append(v.done.Shortened, Shortened{Subscription: v.sub.ID, Plan: plan.Name, Before: before, After: v.sub.PaidThrough})
		}
	}
	return v.service.cancelDocument(ctx, v.tx, v.journal, v.catalog.Sellers[v.inv.SellerID], v.inv, v.today, &v.done)
}
