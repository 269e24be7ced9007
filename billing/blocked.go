package billing

import (
	"context"

	"prolong"
	"prolong/internal/postgres"
)

// Blocked returns the days of a bought period on which the service had stopped before the
// payment of value date valueOn came; empty if it never had. suspendedOn is the first day
// without service before the payment (Suspends).
func Blocked(bought prolong.Period, suspendedOn, valueOn prolong.Date) prolong.Period {
	p := prolong.Period{From: suspendedOn, To: valueOn}
	if p.From.Before(bought.From) {
		p.From = bought.From
	}
	if p.To.After(bought.To) {
		p.To = bought.To
	}
	if !p.From.Before(p.To) {
		return prolong.Period{}
	}
	return p
}

// CreditBlocked gives back the blocked days of a paid invoice's period: what they cost comes off
// the next invoice of the locked subscription (billing.md case 14, the policy of Kill Bill). An
// invoice gives it once.
func CreditBlocked(ctx context.Context, tx postgres.Tx, actor prolong.Actor, sub *Subscription, invoice int64, price prolong.Money, bought, blocked prolong.Period, reason string) error {
	amount, err := Prorate(price, bought, blocked)
	if err != nil || amount.IsZero() {
		return prolong.Wrap("billing.CreditBlocked", err)
	}
	var given bool
	if err := tx.Pgx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM blocked_credits WHERE invoice_id = $1)`, invoice).Scan(&given); err != nil || given {
		return prolong.Wrap("billing.CreditBlocked", err)
	}
	id, err := GiveDiscount(ctx, tx, actor, sub, Discount{Amount: amount, From: bought.From, Periods: 1, Reason: reason})
	if err != nil {
		return err
	}
	_, err = tx.Pgx.Exec(ctx, `INSERT INTO blocked_credits (invoice_id, account_id, discount_id, blocked_from, blocked_to) VALUES ($1,$2,$3,$4,$5)`,
		invoice, int64(sub.AccountID), int64(id), blocked.From, blocked.To)
	return prolong.Wrap("billing.CreditBlocked", err)
}

// RevokeBlocked takes the credit of an invoice's blocked days back when its payment is taken
// back. One that a later invoice has used stays: it is not given again.
func RevokeBlocked(ctx context.Context, tx postgres.Tx, actor prolong.Actor, invoice int64) error {
	_, err := tx.Pgx.Exec(ctx, `
		WITH unused AS (DELETE FROM blocked_credits b WHERE b.invoice_id = $1 AND NOT EXISTS (SELECT 1 FROM discount_uses u WHERE u.discount_id = b.discount_id) RETURNING b.discount_id)
		UPDATE discounts d SET ended_at = $2, ended_by = $3 FROM unused WHERE d.id = unused.discount_id AND d.ended_at IS NULL`, invoice, tx.Now, actor.String())
	return prolong.Wrap("billing.RevokeBlocked", err)
}

// Realign lets a suspended subscription begin again on a day, with that day as its anchor, as if
// it had been served until the day before: the days between are neither served nor asked for
// (billing.md case 15). The trail names the extension that it moved on from.
func (j *Journal) Realign(ctx context.Context, sub *Subscription, plan Plan, from prolong.Date) error {
	var last int64
	if err := j.tx.Pgx.QueryRow(ctx, `SELECT coalesce(max(id), 0) FROM extensions WHERE subscription_id = $1`, int64(sub.ID)).Scan(&last); err != nil {
		return prolong.Wrap("billing.Realign", err)
	}
	sub.InvoicedTo = from
	j.move(sub, plan, Extension{Cause: ExtendedByManual, CauseID: last, After: from.AddDays(-1), AnchorDay: from.Day()})
	return nil
}
