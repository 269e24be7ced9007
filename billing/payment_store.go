package billing

import (
	"context"
	"slices"

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

// PaymentsIn returns payments as they stand, in the caller's transaction and without a lock;
// unknown ids are left out.
func PaymentsIn(ctx context.Context, tx postgres.Tx, ids []PaymentID) (map[PaymentID]Payment, error) {
	out, err := findPayments(ctx, tx.Pgx, ids)
	return out, prolong.Wrap("billing.PaymentsIn", err)
}

// FindPayments returns payments as they stand now, for pages and papers; unknown ids are left
// out.
func (s *Service) FindPayments(ctx context.Context, ids []PaymentID) (map[PaymentID]Payment, error) {
	out, err := findPayments(ctx, s.db.Pool, ids)
	return out, prolong.Wrap("billing.FindPayments", err)
}

func findPayments(ctx context.Context, q querier, ids []PaymentID) (map[PaymentID]Payment, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := q.Query(ctx, `SELECT `+paymentColumns+` FROM payments p WHERE p.id = ANY($1)`, postgres.Int64s(ids))
	if err != nil {
		return nil, err
	}
	list, err := pgx.CollectRows(rows, scanPayment)
	out := make(map[PaymentID]Payment, len(list))
	for _, p := range list {
		out[p.ID] = p
	}
	return out, err
}

// PartsOf returns the parts of a split payment, in their order, without those of a split that
// was taken back.
func (s *Service) PartsOf(ctx context.Context, id PaymentID) ([]Payment, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT `+paymentColumns+` FROM payments p WHERE p.channel = 'split' AND p.channel_ref = $1 AND p.state <> 'void' ORDER BY p.part`, int64(id))
	if err != nil {
		return nil, prolong.Wrap("billing.PartsOf", err)
	}
	list, err := pgx.CollectRows(rows, scanPayment)
	return list, prolong.Wrap("billing.PartsOf", err)
}

// NextPart returns the number that the next payment of a channel's operation takes, 0 for the
// first: parts are never deleted, also not those of a split that was taken back.
func NextPart(ctx context.Context, tx postgres.Tx, channel Channel, ref int64) (part int, err error) {
	err = tx.Pgx.QueryRow(ctx, `SELECT coalesce(max(part) + 1, 0) FROM payments WHERE channel = $1 AND channel_ref = $2`, string(channel), ref).Scan(&part)
	return part, prolong.Wrap("billing.NextPart", err)
}

// ReceivedIn returns the payment that an operation of a channel has brought, in the caller's
// transaction and without a lock; a zero payment says that it brought none.
func ReceivedIn(ctx context.Context, tx postgres.Tx, channel Channel, ref int64) (Payment, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT `+paymentColumns+` FROM payments p WHERE p.channel = $1 AND p.channel_ref = $2 AND p.part = 0`, string(channel), ref)
	if err != nil {
		return Payment{}, prolong.Wrap("billing.ReceivedIn", err)
	}
	list, err := pgx.CollectRows(rows, scanPayment)
	if err != nil || len(list) == 0 {
		return Payment{}, prolong.Wrap("billing.ReceivedIn", err)
	}
	return list[0], nil
}

// LockReceived locks what became of received money, after the accounts that have it: the payment
// of a channel's operation, and the parts of it if it was split. A zero payment says that the
// operation brought none. Returns CodeConflict if somebody moved or split it between our look and
// our lock: ask again.
func LockReceived(ctx context.Context, tx postgres.Tx, channel Channel, ref int64) (whole Payment, parts []Payment, err error) {
	whole, parts, err = lockReceived(ctx, tx, channel, ref)
	return whole, parts, prolong.Wrap("billing.LockReceived", err)
}

func lockReceived(ctx context.Context, tx postgres.Tx, channel Channel, ref int64) (whole Payment, parts []Payment, err error) {
	rows, err := tx.Pgx.Query(ctx, `
		WITH w AS (SELECT id FROM payments WHERE channel = $1 AND channel_ref = $2)
		SELECT `+paymentColumns+` FROM payments p JOIN w ON p.id = w.id UNION ALL
		SELECT `+paymentColumns+` FROM payments p JOIN w ON p.channel = 'split' AND p.channel_ref = w.id AND p.state <> 'void' ORDER BY 1`, string(channel), ref)
	if err != nil {
		return whole, nil, err
	}
	seen, err := pgx.CollectRows(rows, scanPayment)
	if err != nil || len(seen) == 0 {
		return whole, nil, err
	}
	ids := make([]PaymentID, len(seen))
	var accounts []AccountID
	for i, p := range seen {
		ids[i] = p.ID
		if p.AccountID != 0 && !slices.Contains(accounts, p.AccountID) {
			accounts = append(accounts, p.AccountID)
		}
	}
	moved, err := AccountsOfMoney(ctx, tx, ids...)
	if err != nil {
		return whole, nil, err
	}
	if _, err := LockAccounts(ctx, tx, append(accounts, moved...)); err != nil {
		return whole, nil, err
	}
	for _, x := range seen {
		p, err := PaymentForUpdate(ctx, tx, x.ID)
		if err == nil && p.AccountID != x.AccountID {
			err = prolong.NewError(prolong.CodeConflict, "error.payment_moved", prolong.Args{"ID": int64(x.ID)})
		}
		if err != nil {
			return whole, nil, err
		}
		if p.Channel == channel {
			whole = p
		} else {
			parts = append(parts, p)
		}
	}
	if (whole.State == PaymentSplit) != (len(parts) > 0) {
		err = prolong.NewError(prolong.CodeConflict, "error.payment_moved", prolong.Args{"ID": int64(whole.ID)})
	}
	return whole, parts, err
}
