package invoices

import (
	"context"
	"fmt"
	"strings"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
)

// End is the end of a subscription that is asked for, or its taking back.
type End struct {
	Subscription billing.SubscriptionID
	// On is the last day. None lets it end with its paid term, or rent by the hour with the period
	// that is counted now.
	On prolong.Date
	// Keep takes the announcement back instead.
	Keep   bool
	Reason string
	// Agree is asked, before anything is kept, whether what it comes to is what was agreed to; an
	// error takes everything back. nil agrees to anything.
	Agree func(Ending) error
}

// Ending is what the announcement of a subscription's end came to, or its taking back.
type Ending struct {
	// EndsOn is the last day; zero after the announcement was taken back.
	EndsOn prolong.Date
	// Before is the last day that was announced before; zero for none.
	Before prolong.Date
	// Withdrawn is the number of the open invoice for days behind the end; empty if there was none.
	// Taken is what was paid on it and lies on the balance now.
	Withdrawn string
	Taken     Taken
	// BalanceBefore and BalanceAfter are what the client has with us on no invoice.
	BalanceBefore, BalanceAfter prolong.Money
	// Owed is what open invoices of the subscription still ask for.
	Owed prolong.Money
	// Hours are the days whose hours the last invoice of rent by the hour asks for, behind the end;
	// empty if they have been invoiced already, and for other subscriptions.
	Hours prolong.Period
	// RenewOn is the day on which the next invoice falls due, after the announcement was taken back.
	RenewOn prolong.Date
}

// Agreement writes down what a person agrees to, so that nothing else is done.
func (e Ending) Agreement() string {
	return fmt.Sprintf("%v;%v;%s;%v;%v;%v;%v", e.EndsOn, e.Before, e.Withdrawn, e.BalanceAfter, e.Owed, e.Hours, e.RenewOn)
}

// AnnounceEnd lets a subscription end by choice on a day: with its paid term (a zero day) or with a
// period after it. Until then everything goes on: the periods that begin by that day are invoiced
// and dunned as always. An open invoice for days behind it is withdrawn. When the last day is over,
// the service stops without grace and the dunning sweep closes the subscription with a letter.
// Paid days are always served: a payment that buys later days moves the end with them.
//
// Rent by the hour ends on any day behind those that were invoiced. Its last invoice is drawn up
// on the day after it, for the hours up to its end, and may be paid as long as every other.
//
// Returns CodeNotFound for an unknown or an ended subscription, CodeConflict for a day that is paid
// or counted beyond, CodeInvalid for a day inside a period and without a reason.
func (s *Service) AnnounceEnd(ctx context.Context, actor prolong.Actor, id billing.SubscriptionID, on prolong.Date, reason string) (Ending, error) {
	out, err := s.DecideEnd(ctx, actor, End{Subscription: id, On: on, Reason: reason})
	return out, prolong.Wrap("invoices.AnnounceEnd", err)
}

// KeepOn takes the announced end of a subscription back: it is renewed again, and the hours of rent
// are counted on. Returns CodeConflict if no end is announced, CodeInvalid without a reason.
func (s *Service) KeepOn(ctx context.Context, actor prolong.Actor, id billing.SubscriptionID, reason string) (Ending, error) {
	out, err := s.DecideEnd(ctx, actor, End{Subscription: id, Keep: true, Reason: reason})
	return out, prolong.Wrap("invoices.KeepOn", err)
}

// DecideEnd is AnnounceEnd, or KeepOn, if what it comes to is agreed to. Returns their errors and
// that of Agree.
func (s *Service) DecideEnd(ctx context.Context, actor prolong.Actor, e End) (Ending, error) {
	var out Ending
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		out, err = s.decideEnd(ctx, tx, actor, e)
		return err
	})
	return out, prolong.Wrap("invoices.DecideEnd", err)
}

// QuoteEnd returns what DecideEnd would do, and changes nothing: it does everything in a
// transaction that is rolled back.
func (s *Service) QuoteEnd(ctx context.Context, actor prolong.Actor, e End) (Ending, error) {
	var out Ending
	err := s.dryRun(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		out, err = s.decideEnd(ctx, tx, actor, e)
		return err
	})
	return out, prolong.Wrap("invoices.QuoteEnd", err)
}

func (s *Service) decideEnd(ctx context.Context, tx postgres.Tx, actor prolong.Actor, e End) (out Ending, err error) {
	if e.Reason = strings.TrimSpace(e.Reason); e.Reason == "" {
		return out, prolong.NewError(prolong.CodeInvalid, "error.field_missing", prolong.Args{"Field": "reason"})
	}
	c, err := billing.CatalogIn(ctx, tx)
	if err != nil {
		return out, err
	}
	sub, err := billing.LockSubscription(ctx, tx, e.Subscription)
	if err != nil {
		return out, err
	}
	out.Before = sub.EndsOn
	if out.BalanceBefore, err = billing.BalanceIn(ctx, tx, sub.AccountID, sub.Currency); err != nil {
		return out, err
	}
	action := "subscription.end_announced"
	switch {
	case e.Keep && sub.EndsOn.IsZero():
		err = prolong.NewError(prolong.CodeConflict, "error.end_not_announced", nil)
	case e.Keep:
		action = "subscription.end_taken_back"
	case sub.Metered:
		out.EndsOn, out.Hours, err = billing.RentEnd(ctx, tx, sub, c.Plans[sub.PlanID], e.On)
	default:
		sub, err = s.endTerm(ctx, tx, actor, c, sub, e, &out)
	}
	if err != nil {
		return out, err
	}
	decision, err := keepEnding(ctx, tx, actor, c, sub, out, action, e.Reason)
	if err != nil {
		return out, err
	}
	if out.BalanceAfter, err = billing.BalanceIn(ctx, tx, sub.AccountID, sub.Currency); err != nil {
		return out, err
	}
	if out.Owed, err = owedFor(ctx, tx, sub); err != nil {
		return out, err
	}
	if e.Keep {
		out.RenewOn = sub.RenewOn(c.Plans[sub.PlanID].Lead)
	}
	if err := s.tellEnding(ctx, tx, c, sub, out, decision); err != nil {
		return out, err
	}
	if e.Agree != nil {
		return out, e.Agree(out)
	}
	return out, nil
}

// endTerm lets a subscription that is paid ahead end on a day, and withdraws what is asked for
// behind it.
func (s *Service) endTerm(ctx context.Context, tx postgres.Tx, actor prolong.Actor, c billing.Catalog, sub *billing.Subscription, e End, out *Ending) (*billing.Subscription, error) {
	if out.EndsOn = e.On; out.EndsOn.IsZero() {
		out.EndsOn = sub.PaidThrough
	}
	var next prolong.Period
	open, err := openPeriod(ctx, tx, sub.ID)
	if err != nil {
		return sub, err
	}
	var v *voiding
	if open != 0 {
		if v, err = s.beginVoid(ctx, tx, actor, open); err != nil {
			return sub, err
		}
		next = v.inv.Period
	}
	if err := sub.CheckEnd(c, out.EndsOn, next); err != nil {
		return sub, err
	}
	if v == nil || out.EndsOn != sub.PaidThrough {
		return sub, nil
	}
	if err := v.void(ctx, e.Reason); err != nil {
		return sub, err
	}
	if err := v.journal.Write(ctx); err != nil {
		return sub, err
	}
	sub, out.Withdrawn, out.Taken = v.sub, v.inv.Number, v.done
	// The renewals do not rest, as after Void: should the end be taken back, they go on.
	sub.InvoicedTo = sub.PaidThrough.AddDays(1)
	return sub, nil
}

// owedFor returns what open invoices of a subscription ask for.
func owedFor(ctx context.Context, tx postgres.Tx, sub *billing.Subscription) (prolong.Money, error) {
	var minor int64
	err := tx.Pgx.QueryRow(ctx, `SELECT coalesce(sum(total_minor - credited_minor - paid_minor), 0) FROM invoices WHERE subscription_id = $1 AND status = 'open'`, int64(sub.ID)).Scan(&minor)
	return prolong.NewMoney(minor, sub.Currency), err
}

func keepEnding(ctx context.Context, tx postgres.Tx, actor prolong.Actor, c billing.Catalog, sub *billing.Subscription, out Ending, action, reason string) (decision int, err error) {
	j := billing.NewJournal(tx, actor)
	if decision, err = j.AnnounceEnd(ctx, sub, c.Plans[sub.PlanID], out.EndsOn); err != nil {
		return 0, err
	}
	if err := j.Write(ctx); err != nil {
		return 0, err
	}
	return decision, identity.Audit(ctx, tx, actor, identity.Change{Action: action, SubjectKind: "subscription", SubjectID: int64(sub.ID), AccountID: sub.AccountID,
		Before: map[string]string{"ends_on": out.Before.String()}, After: map[string]string{"ends_on": out.EndsOn.String(), "reason": reason, "withdrawn": out.Withdrawn}})
}
