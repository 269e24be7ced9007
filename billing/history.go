package billing

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// ExtensionRecord is an extension with who caused it and when.
type ExtensionRecord struct {
	Extension
	Actor string
	At    time.Time
	// InForce is false for a step that was taken back since, and for the taking back itself.
	InForce bool
}

const extensionsShownMax = 200

// ExtensionsOf lists what moved the paid terms of an account's subscriptions, the latest first,
// at most limit of them: why it is active until that day.
func (s *Service) ExtensionsOf(ctx context.Context, account AccountID, limit int) ([]ExtensionRecord, error) {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT e.account_id, e.subscription_id, e.cause, e.cause_id, e.through_before, e.through_after, e.bought_from, e.anchor_day, e.actor, e.created_at,
			e.cause <> 'undo' AND NOT EXISTS (SELECT 1 FROM extensions u WHERE u.subscription_id = e.subscription_id AND u.cause = 'undo' AND u.cause_id = e.id)
		FROM extensions e WHERE e.subscription_id IN (SELECT id FROM subscriptions WHERE account_id = $1) ORDER BY e.id DESC LIMIT $2`, int64(account), min(max(limit, 1), extensionsShownMax))
	if err != nil {
		return nil, prolong.Wrap("billing.ExtensionsOf", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e ExtensionRecord, err error) {
		err = row.Scan((*int64)(&e.AccountID), (*int64)(&e.SubscriptionID), (*string)(&e.Cause), &e.CauseID, &e.Before, &e.After, &e.From, &e.AnchorDay, &e.Actor, &e.At, &e.InForce)
		return e, err
	})
	return list, prolong.Wrap("billing.ExtensionsOf", err)
}

// BalancesOf returns what an account has with us that is on no invoice, by currency; nothing
// where it is nought.
func (s *Service) BalancesOf(ctx context.Context, account AccountID) ([]prolong.Money, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT currency, amount_minor FROM balances WHERE account_id = $1 AND amount_minor <> 0 ORDER BY currency`, int64(account))
	if err != nil {
		return nil, prolong.Wrap("billing.BalancesOf", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (prolong.Money, error) {
		var cur string
		var minor int64
		err := row.Scan(&cur, &minor)
		return prolong.NewMoney(minor, prolong.Currency(cur)), err
	})
	return list, prolong.Wrap("billing.BalancesOf", err)
}

// BalancesIn returns the balances of accounts in the caller's transaction; of an account with
// several currencies the largest, nothing for one without money.
func BalancesIn(ctx context.Context, tx postgres.Tx, accounts []int64) (map[AccountID]prolong.Money, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT account_id, currency, amount_minor FROM balances WHERE account_id = ANY($1) AND amount_minor > 0 ORDER BY account_id, amount_minor`, accounts)
	if err != nil {
		return nil, prolong.Wrap("billing.BalancesIn", err)
	}
	out := map[AccountID]prolong.Money{}
	var id AccountID
	var cur string
	var minor int64
	_, err = pgx.ForEachRow(rows, []any{(*int64)(&id), &cur, &minor}, func() error {
		out[id] = prolong.NewMoney(minor, prolong.Currency(cur))
		return nil
	})
	return out, prolong.Wrap("billing.BalancesIn", err)
}

// BalanceIn returns the balance of an account in one currency, in the caller's transaction.
func BalanceIn(ctx context.Context, tx postgres.Tx, account AccountID, currency prolong.Currency) (prolong.Money, error) {
	var minor int64
	err := tx.Pgx.QueryRow(ctx, `SELECT coalesce((SELECT amount_minor FROM balances WHERE account_id = $1 AND currency = $2), 0)`, int64(account), string(currency)).Scan(&minor)
	return prolong.NewMoney(minor, currency), prolong.Wrap("billing.BalanceIn", err)
}
