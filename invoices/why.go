package invoices

import (
	"context"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
)

// Reason is one step of a paid term with what is behind it.
type Reason struct {
	billing.ExtensionRecord
	// InForce is false for a step that was taken back since, and for the taking back itself.
	InForce bool
	// Invoice is what was paid for, with its period and what it asked for; empty for steps without
	// one.
	Invoice string
	Period  prolong.Period
	Total   prolong.Money
	// Payments are the money on the invoice, the oldest first.
	Payments []ReasonPayment
}

// ReasonPayment is a part of received money that an invoice was paid with.
type ReasonPayment struct {
	ID      billing.PaymentID
	Channel billing.Channel
	ValueOn prolong.Date
	Amount  prolong.Money
}

// reasonsMax bounds the trail of one account.
const reasonsMax = 200

// Why says why an account is active until its day: every step of its subscriptions' paid terms,
// the latest first, with the invoices and the payments behind them.
func (s *Service) Why(ctx context.Context, account billing.AccountID) ([]Reason, error) {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT e.account_id, e.subscription_id, e.cause, e.cause_id, e.through_before, e.through_after, e.bought_from, e.actor, e.created_at,
			e.cause <> 'undo' AND NOT EXISTS (SELECT 1 FROM extensions u WHERE u.subscription_id = e.subscription_id AND u.cause = 'undo' AND u.cause_id = e.id),
			coalesce(i.id, 0), coalesce(i.number, ''), i.period_from, i.period_to, coalesce(i.total_minor - i.credited_minor, 0), coalesce(i.currency, '')
		FROM extensions e LEFT JOIN allocations l ON e.cause = 'allocation' AND l.id = e.cause_id
		LEFT JOIN invoices i ON i.id = CASE e.cause WHEN 'allocation' THEN l.invoice_id WHEN 'invoice' THEN e.cause_id END
		WHERE e.account_id = $1 ORDER BY e.id DESC LIMIT $2`, int64(account), reasonsMax)
	if err != nil {
		return nil, prolong.Wrap("invoices.Why", err)
	}
	var ids []InvoiceID
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (r Reason, err error) {
		var invoice, minor int64
		var cur string
		err = row.Scan((*int64)(&r.AccountID), (*int64)(&r.SubscriptionID), (*string)(&r.Cause), &r.CauseID, &r.Before, &r.After, &r.From, &r.Actor, &r.At, &r.InForce,
			&invoice, &r.Invoice, &r.Period.From, &r.Period.To, &minor, &cur)
		r.Total = prolong.NewMoney(minor, prolong.Currency(cur))
		ids = append(ids, InvoiceID(invoice))
		return r, err
	})
	if err != nil {
		return nil, prolong.Wrap("invoices.Why", err)
	}
	paid, err := s.paidWith(ctx, ids)
	for i := range list {
		if list[i].InForce {
			list[i].Payments = paid[ids[i]]
		}
	}
	return list, prolong.Wrap("invoices.Why", err)
}

// paidWith returns the money on invoices that was not taken back.
func (s *Service) paidWith(ctx context.Context, ids []InvoiceID) (map[InvoiceID][]ReasonPayment, error) {
	minors := make([]int64, len(ids))
	for i, id := range ids {
		minors[i] = int64(id)
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT l.invoice_id, p.id, p.channel, p.value_on, p.currency, sum(l.amount_minor)::bigint FROM allocations l JOIN payments p ON p.id = l.payment_id
		WHERE l.invoice_id = ANY($1) GROUP BY l.invoice_id, p.id, p.channel, p.value_on, p.currency HAVING sum(l.amount_minor) > 0 ORDER BY p.value_on, p.id`, minors)
	if err != nil {
		return nil, err
	}
	out := map[InvoiceID][]ReasonPayment{}
	var invoice, minor int64
	var cur string
	var p ReasonPayment
	_, err = pgx.ForEachRow(rows, []any{&invoice, (*int64)(&p.ID), (*string)(&p.Channel), &p.ValueOn, &cur, &minor}, func() error {
		p.Amount = prolong.NewMoney(minor, prolong.Currency(cur))
		out[InvoiceID(invoice)] = append(out[InvoiceID(invoice)], p)
		return nil
	})
	return out, err
}
