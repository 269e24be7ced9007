package invoices

import (
	"cmp"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
)

// Reason is one step of a paid term with what is behind it.
type Reason struct {
	billing.ExtensionRecord
	// Invoice is what was paid for, with its period and what it asked for; empty for steps without
	// one.
	Invoice string
	Period  prolong.Period
	Total   prolong.Money
	// Payments are the money on the invoice, the oldest first.
	Payments []InvoicePayment
}

// InvoicePayment is the part of a received payment that an invoice was paid with.
type InvoicePayment struct {
	ID      billing.PaymentID
	Channel billing.Channel
	ValueOn prolong.Date // the bank's day of the money
	Amount  prolong.Money
}

// reasonsMax bounds the trail of one account.
const reasonsMax = 200

// Why says why an account is active until its day: every step of its subscriptions' paid terms,
// the latest first, with the invoices and the payments behind them.
func (s *Service) Why(ctx context.Context, account billing.AccountID) ([]Reason, error) {
	trail, err := billing.New(s.db, s.log).ExtensionsOf(ctx, account, reasonsMax)
	if err != nil {
		return nil, prolong.Wrap("invoices.Why", err)
	}
	behind, err := s.invoicesBehind(ctx, trail)
	if err != nil {
		return nil, prolong.Wrap("invoices.Why", err)
	}
	list := make([]Reason, len(trail))
	var inForce []InvoiceID
	for i, e := range trail {
		inv := behind[extensionCause{e.Cause, e.CauseID}]
		list[i] = Reason{ExtensionRecord: e, Invoice: inv.number, Period: inv.period, Total: inv.total}
		if e.InForce && inv.id != 0 {
			inForce = append(inForce, inv.id)
		}
	}
	paid, err := s.paidWith(ctx, inForce)
	for i, e := range trail {
		if e.InForce {
			list[i].Payments = paid[behind[extensionCause{e.Cause, e.CauseID}].id]
		}
	}
	return list, prolong.Wrap("invoices.Why", err)
}

// extensionCause is a cause of extensions that is an invoice of ours or an allocation to one.
type extensionCause struct {
	cause billing.ExtensionCause
	id    int64
}

type causingInvoice struct {
	id     InvoiceID
	number string
	period prolong.Period
	total  prolong.Money
}

// invoicesBehind returns the invoices that have caused extensions.
func (s *Service) invoicesBehind(ctx context.Context, trail []billing.ExtensionRecord) (map[extensionCause]causingInvoice, error) {
	ids := map[billing.ExtensionCause][]int64{}
	for _, e := range trail {
		ids[e.Cause] = append(ids[e.Cause], e.CauseID)
	}
	const columns = `i.id, i.number, i.period_from, i.period_to, i.total_minor - i.credited_minor, i.currency FROM invoices i`
	rows, err := s.db.Pool.Query(ctx, `SELECT 'allocation', l.id, `+columns+` JOIN allocations l ON l.invoice_id = i.id WHERE l.id = ANY($1) UNION ALL SELECT 'invoice', i.id, `+columns+` WHERE i.id = ANY($2)`,
		ids[billing.ExtendedByAllocation], ids[billing.ExtendedByInvoice])
	if err != nil {
		return nil, err
	}
	out := map[extensionCause]causingInvoice{}
	var c extensionCause
	var inv causingInvoice
	var minor int64
	var cur string
	_, err = pgx.ForEachRow(rows, []any{(*string)(&c.cause), &c.id, (*int64)(&inv.id), &inv.number, &inv.period.From, &inv.period.To, &minor, &cur}, func() error {
		inv.total = prolong.NewMoney(minor, prolong.Currency(cur))
		out[c] = inv
		return nil
	})
	return out, err
}

// paidWith returns the money on invoices that was not taken back, the oldest first.
func (s *Service) paidWith(ctx context.Context, invoices []InvoiceID) (map[InvoiceID][]InvoicePayment, error) {
	// An undone allocation and its reversal cancel each other out.
	rows, err := s.db.Pool.Query(ctx, `SELECT invoice_id, payment_id, sum(amount_minor)::bigint FROM allocations WHERE invoice_id = ANY($1) GROUP BY 1, 2 HAVING sum(amount_minor) > 0`, postgres.Int64s(invoices))
	if err != nil {
		return nil, err
	}
	type share struct {
		Invoice, Payment int64
		Minor            int64
	}
	shares, err := pgx.CollectRows(rows, pgx.RowToStructByPos[share])
	if err != nil {
		return nil, err
	}
	ids := make([]billing.PaymentID, len(shares))
	for i, x := range shares {
		ids[i] = billing.PaymentID(x.Payment)
	}
	payments, err := billing.New(s.db, s.log).FindPayments(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := map[InvoiceID][]InvoicePayment{}
	for _, x := range shares {
		p := payments[billing.PaymentID(x.Payment)]
		out[InvoiceID(x.Invoice)] = append(out[InvoiceID(x.Invoice)], InvoicePayment{ID: p.ID, Channel: p.Channel, ValueOn: p.ValueOn, Amount: prolong.NewMoney(x.Minor, p.Amount.Currency())})
	}
	for _, list := range out {
		slices.SortFunc(list, func(a, b InvoicePayment) int { return cmp.Or(a.ValueOn.Compare(b.ValueOn), cmp.Compare(a.ID, b.ID)) })
	}
	return out, nil
}
