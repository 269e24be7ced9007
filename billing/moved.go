package billing

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// Moved is a payment and, behind it, every payment that its money has become by transfers between
// the client's accounts, each after the one it came from.
type Moved []Payment

// movedTree finds the ids of a payment's money.
const movedTree = `WITH RECURSIVE moved AS (
	SELECT unnest($1::bigint[]) AS id UNION SELECT p.id FROM payments p JOIN moved m ON p.from_payment_id = m.id)`

// LockMoney locks the accounts on which the money of a payment lies, and the payments. Returns
// CodeNotFound, and CodeConflict if somebody moved the money meanwhile: ask again.
func LockMoney(ctx context.Context, tx postgres.Tx, id PaymentID) (Moved, error) {
	accounts, err := AccountsOfMoney(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if _, err := LockAccounts(ctx, tx, accounts); err != nil {
		return nil, err
	}
	rows, err := tx.Pgx.Query(ctx, `SELECT `+paymentColumns+` FROM payments p WHERE p.id IN (`+movedTree+` SELECT id FROM moved) ORDER BY p.id FOR UPDATE`, []int64{int64(id)})
	if err != nil {
		return nil, prolong.Wrap("billing.LockMoney", err)
	}
	list, err := pgx.CollectRows(rows, scanPayment)
	if err == nil && len(list) == 0 {
		err = prolong.NewError(prolong.CodeNotFound, "error.payment_not_found", prolong.Args{"ID": int64(id)})
	}
	for _, p := range list {
		if p.AccountID != 0 && !slices.Contains(accounts, p.AccountID) {
			err = prolong.NewError(prolong.CodeConflict, "error.payment_moved", prolong.Args{"ID": int64(id)})
		}
	}
	return list, prolong.Wrap("billing.LockMoney", err)
}

// AccountsOfMoney returns the accounts on which the money of payments lies or lay, for whoever
// locks more of them than LockMoney does.
func AccountsOfMoney(ctx context.Context, tx postgres.Tx, ids ...PaymentID) ([]AccountID, error) {
	rows, err := tx.Pgx.Query(ctx, movedTree+` SELECT DISTINCT p.account_id FROM payments p JOIN moved m ON m.id = p.id WHERE p.account_id IS NOT NULL ORDER BY 1`, postgres.Int64s(ids))
	if err != nil {
		return nil, prolong.Wrap("billing.AccountsOfMoney", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	accounts := make([]AccountID, len(list))
	for i, id := range list {
		accounts[i] = AccountID(id)
	}
	return accounts, prolong.Wrap("billing.AccountsOfMoney", err)
}

// Gone returns what of the money has left us: paid back or taken back by the bank, not moved.
func (m Moved) Gone() prolong.Money {
	gone := int64(0)
	for i, p := range m {
		gone += p.Refunded.Minor()
		if i > 0 {
			gone -= p.Amount.Minor() // it left the payment before it by a transfer
		}
	}
	return prolong.NewMoney(gone, m[0].Amount.Currency())
}
