package billing

import (
	"context"

	"github.com/jackc/pgx/v5"

	"prolong"
)

// ClientMove is what one event has moved between a client and his seller in a currency.
type ClientMove struct {
	On      prolong.Date
	Cause   string
	CauseID int64
	// Net is positive where the client owes more.
	Net prolong.Money
	// Foreign is the ledger account on the far side of the border.
	Foreign LedgerAccount
	Refund  RefundKind // of the cause "refund"
}

// insideAccounts are the ledger accounts between a client and his seller: what crosses their
// border changes what he owes, what moves inside does not.
const insideAccounts = `('advances', 'deferred', 'receivables')`

// ClientMoves returns what a client owed before the period, negative for money paid ahead, and
// what has moved between him and his seller in it, event by event.
func (s *Service) ClientMoves(ctx context.Context, account AccountID, cur prolong.Currency, period prolong.Period) (opening prolong.Money, moves []ClientMove, err error) {
	var minor int64
	if err := s.db.Pool.QueryRow(ctx, `SELECT coalesce(sum(CASE WHEN debit IN `+insideAccounts+` THEN amount_minor ELSE -amount_minor END), 0)::bigint FROM ledger_postings
		WHERE account_id = $1 AND currency = $2 AND booked_on < $3 AND (debit IN `+insideAccounts+`) <> (credit IN `+insideAccounts+`)`,
		int64(account), string(cur), period.From).Scan(&minor); err != nil {
		return opening, nil, prolong.Wrap("billing.ClientMoves", err)
	}
	rows, err := s.db.Pool.Query(ctx, `
		SELECT g.booked_on, g.cause, g.cause_id, g.net, g.foreign_account, coalesce(r.kind, '')
		FROM (SELECT booked_on, cause, cause_id, min(id) AS first, sum(CASE WHEN debit IN `+insideAccounts+` THEN amount_minor ELSE -amount_minor END)::bigint AS net,
				min(CASE WHEN debit IN `+insideAccounts+` THEN credit ELSE debit END) AS foreign_account
			FROM ledger_postings WHERE account_id = $1 AND currency = $2 AND booked_on >= $3 AND booked_on < $4 AND (debit IN `+insideAccounts+`) <> (credit IN `+insideAccounts+`)
			GROUP BY booked_on, cause, cause_id) g
		LEFT JOIN refunds r ON g.cause = 'refund' AND r.id = g.cause_id
		WHERE g.net <> 0 ORDER BY g.booked_on, g.first`, int64(account), string(cur), period.From, period.To)
	if err != nil {
		return opening, nil, prolong.Wrap("billing.ClientMoves", err)
	}
	moves, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (m ClientMove, err error) {
		var net int64
		err = row.Scan(&m.On, &m.Cause, &m.CauseID, &net, (*string)(&m.Foreign), (*string)(&m.Refund))
		m.Net = prolong.NewMoney(net, cur)
		return m, err
	})
	return prolong.NewMoney(minor, cur), moves, prolong.Wrap("billing.ClientMoves", err)
}

// BookedCurrency returns the currency in which most of an account's postings are; of an account
// without any that of its first subscription, empty without one.
func (s *Service) BookedCurrency(ctx context.Context, account AccountID) (cur prolong.Currency, err error) {
	err = s.db.Pool.QueryRow(ctx, `SELECT coalesce((SELECT currency FROM ledger_postings WHERE account_id = $1 GROUP BY currency ORDER BY count(*) DESC LIMIT 1),
		(SELECT currency FROM subscriptions WHERE account_id = $1 ORDER BY id LIMIT 1), '')`, int64(account)).Scan((*string)(&cur))
	return cur, prolong.Wrap("billing.BookedCurrency", err)
}
