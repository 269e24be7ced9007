package billing

import (
	"context"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

const paymentColumns = `p.id, p.seller_id, coalesce(p.account_id, 0), p.channel, p.channel_ref, p.currency, p.amount_minor, p.allocated_minor, p.refunded_minor, p.state, p.value_on, p.part, coalesce(p.from_payment_id, 0)`

func scanPayment(row pgx.CollectableRow) (Payment, error) {
	var p Payment
	var cur string
	var amount, allocated, refunded int64
	err := row.Scan((*int64)(&p.ID), (*int64)(&p.SellerID), (*int64)(&p.AccountID), (*string)(&p.Channel), &p.ChannelRef, &cur, &amount, &allocated, &refunded, (*string)(&p.State), &p.ValueOn, &p.Part, (*int64)(&p.From))
	p.Amount, p.Allocated = prolong.NewMoney(amount, prolong.Currency(cur)), prolong.NewMoney(allocated, prolong.Currency(cur))
	p.Refunded = prolong.NewMoney(refunded, prolong.Currency(cur))
	return p, err
}

// PaymentForUpdate locks a payment. Returns CodeNotFound. Whoever also locks an account
// locks it first.
func PaymentForUpdate(ctx context.Context, tx postgres.Tx, id PaymentID) (Payment, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT `+paymentColumns+` FROM payments p WHERE p.id = $1 FOR UPDATE`, int64(id))
	if err != nil {
		return Payment{}, prolong.Wrap("billing.PaymentForUpdate", err)
	}
	list, err := pgx.CollectRows(rows, scanPayment)
	if err != nil {
		return Payment{}, prolong.Wrap("billing.PaymentForUpdate", err)
	}
	if len(list) == 0 {
		return Payment{}, prolong.NewError(prolong.CodeNotFound, "error.payment_not_found", prolong.Args{"ID": int64(id)})
	}
	return list[0], nil
}

// PaymentsWithRest returns, for locked accounts, the received payments that are not wholly on
// invoices, the oldest first: the money behind their balances.
func PaymentsWithRest(ctx context.Context, tx postgres.Tx, accounts []AccountID) (map[AccountID][]Payment, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT `+paymentColumns+` FROM payments p
		WHERE p.account_id = ANY($1) AND p.state = 'matched' AND p.allocated_minor + p.refunded_minor < p.amount_minor ORDER BY p.account_id, p.value_on, p.id`, postgres.Int64s(accounts))
	if err != nil {
		return nil, prolong.Wrap("billing.PaymentsWithRest", err)
	}
	list, err := pgx.CollectRows(rows, scanPayment)
	out := map[AccountID][]Payment{}
	for _, p := range list {
		out[p.AccountID] = append(out[p.AccountID], p)
	}
	return out, prolong.Wrap("billing.PaymentsWithRest", err)
}
