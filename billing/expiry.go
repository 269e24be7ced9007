package billing

import (
	"context"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

// Expiry is a subscription whose access changes on a day because nobody paid.
type Expiry struct {
	SubscriptionID SubscriptionID
	Account        Account
	Plan           string
	// State is what begins: grace or suspended.
	State AccessState
}

// ExpiriesIn returns the subscriptions whose grace or suspension begins on the day, in the
// order of their accounts.
func ExpiriesIn(ctx context.Context, tx postgres.Tx, on prolong.Date) ([]Expiry, error) {
	rows, err := tx.Pgx.Query(ctx, `
		SELECT s.id, p.name, `+suspendDay+` = $1, a.id, a.external_id, a.seller_id, a.name, a.legal_form
		FROM subscriptions s JOIN plans p ON p.id = s.plan_id JOIN accounts a ON a.id = s.account_id
		WHERE s.ended_on IS NULL AND (s.paid_through = $1::date - 1 OR s.suspend_on = $1
			OR (s.paid_through < $1::date - 1 AND s.paid_through >= $1::date - 1 - (SELECT max(grace_days) FROM plans) AND s.suspend_on IS NULL
			AND s.paid_through + 1 + p.grace_days = $1))
		ORDER BY a.id, s.id`, on)
	if err != nil {
		return nil, prolong.Wrap("billing.ExpiriesIn", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Expiry, err error) {
		var closed bool
		err = row.Scan((*int64)(&e.SubscriptionID), &e.Plan, &closed, (*int64)(&e.Account.ID), &e.Account.ExternalID, (*int64)(&e.Account.SellerID), &e.Account.Name, &e.Account.LegalForm)
		if e.State = AccessGrace; closed {
			e.State = AccessSuspended
		}
		return e, err
	})
	return list, prolong.Wrap("billing.ExpiriesIn", err)
}
