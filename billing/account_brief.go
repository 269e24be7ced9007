package billing

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// AccountName is an account by the name that people call it.
type AccountName struct {
	ID   AccountID
	Name string
}

// PlanKeyOf returns the key of the plan that an account has now, in the caller's transaction: of
// several the one whose service is paid the longest; "" without a subscription. Returns
// CodeNotFound for an unknown account.
func PlanKeyOf(ctx context.Context, tx postgres.Tx, account AccountID) (string, error) {
	var key string
	err := tx.Pgx.QueryRow(ctx, `
		SELECT coalesce((SELECT p.key FROM subscriptions s JOIN plans p ON p.id = s.plan_id
			WHERE s.account_id = a.id AND s.ended_on IS NULL ORDER BY s.paid_through DESC, s.id LIMIT 1), '')
		FROM accounts a WHERE a.id = $1`, int64(account)).Scan(&key)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", prolong.NewError(prolong.CodeNotFound, "error.account_not_found", prolong.Args{"ID": int64(account)})
	}
	return key, prolong.Wrap("billing.PlanKeyOf", err)
}

// CurrencyOf returns the currency in which an account is asked for money: that of its
// subscription, of several the one that runs; empty for an account without.
func (s *Service) CurrencyOf(ctx context.Context, account AccountID) (prolong.Currency, error) {
	cur, err := currencyOf(ctx, s.db.Pool, account)
	return cur, prolong.Wrap("billing.CurrencyOf", err)
}

// CurrencyIn is CurrencyOf in the caller's transaction.
func CurrencyIn(ctx context.Context, tx postgres.Tx, account AccountID) (prolong.Currency, error) {
	cur, err := currencyOf(ctx, tx.Pgx, account)
	return cur, prolong.Wrap("billing.CurrencyIn", err)
}

func currencyOf(ctx context.Context, q querier, account AccountID) (cur prolong.Currency, err error) {
	err = q.QueryRow(ctx, `SELECT coalesce((SELECT currency FROM subscriptions WHERE account_id = $1 ORDER BY ended_on DESC NULLS FIRST, id LIMIT 1), '')`, int64(account)).Scan((*string)(&cur))
	return cur, err
}

// accountsByPhoneMax bounds the accounts of one number: the outlets of a network.
const accountsByPhoneMax = 50

// AccountsByPhone returns the accounts whose own number this is (E.164), in the caller's
// transaction. Closed accounts come last.
func AccountsByPhone(ctx context.Context, tx postgres.Tx, phone prolong.Phone) ([]AccountName, error) {
	if phone == "" {
		return nil, nil
	}
	return accountNames(ctx, tx, `phone = $1 AND phone <> '' ORDER BY closed_at IS NOT NULL, id LIMIT $2`, string(phone), accountsByPhoneMax)
}

// AccountNames returns the names of accounts, in the caller's transaction and in the order of
// their ids.
func AccountNames(ctx context.Context, tx postgres.Tx, ids []int64) ([]AccountName, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return accountNames(ctx, tx, `id = ANY($1) ORDER BY id`, ids)
}

func accountNames(ctx context.Context, tx postgres.Tx, where string, args ...any) ([]AccountName, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT id, name FROM accounts WHERE `+where, args...)
	if err != nil {
		return nil, prolong.Wrap("billing.AccountNames", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[AccountName])
	return list, prolong.Wrap("billing.AccountNames", err)
}
