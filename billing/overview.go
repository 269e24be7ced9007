package billing

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
)

// AccessCounts says how many accounts are in which state of access now.
type AccessCounts struct {
	Active, Grace, Suspended int
}

// Total returns how many accounts have a subscription.
func (c AccessCounts) Total() int { return c.Active + c.Grace + c.Suspended }

// CountAccess counts the accounts by their state of access, as AccessTerms.At would answer for
// each of them: the longest paid subscription decides, in its seller's time zone.
func (s *Service) CountAccess(ctx context.Context) (AccessCounts, error) {
	var n AccessCounts
	c, err := s.Catalog(ctx)
	if err != nil {
		return n, prolong.Wrap("billing.CountAccess", err)
	}
	sellers, days := make([]int64, 0, len(c.Sellers)), make([]prolong.Date, 0, len(c.Sellers))
	for id, seller := range c.Sellers {
		sellers, days = append(sellers, int64(id)), append(days, seller.Today(s.db.Now()))
	}
	// The greatest array is the greatest end of grace and, among equal ones, the greatest paid
	// day: one pass over the subscriptions without sorting them.
	err = s.db.Pool.QueryRow(ctx, `
		SELECT count(*) FILTER (WHERE best[2] >= today), count(*) FILTER (WHERE best[2] < today AND best[1] >= today), count(*) FILTER (WHERE best[1] < today)
		FROM (
			SELECT max(ARRAY[`+suspendDay+` - 1, `+servedThrough+`]) AS best, min(t.today) AS today
			FROM subscriptions s JOIN plans p ON p.id = s.plan_id JOIN unnest($1::bigint[], $2::date[]) AS t (seller_id, today) ON t.seller_id = s.seller_id
			WHERE s.ended_on IS NULL GROUP BY s.account_id) x`, sellers, days).Scan(&n.Active, &n.Grace, &n.Suspended)
	return n, prolong.Wrap("billing.CountAccess", err)
}

// CountAccountsAt tells how many accounts there were at each instant: entered before it and not
// closed by then.
func (s *Service) CountAccountsAt(ctx context.Context, at []time.Time) ([]int, error) {
	counts := make([]int, len(at))
	rows, err := s.db.Pool.Query(ctx, `
		SELECT t.i, count(a.id) FROM unnest($1::timestamptz[]) WITH ORDINALITY AS t (at, i)
		LEFT JOIN accounts a ON a.created_at < t.at AND (a.closed_at IS NULL OR a.closed_at >= t.at) GROUP BY t.i`, at)
	if err != nil {
		return nil, prolong.Wrap("billing.CountAccountsAt", err)
	}
	var i, n int
	_, err = pgx.ForEachRow(rows, []any{&i, &n}, func() error {
		counts[i-1] = n
		return nil
	})
	return counts, prolong.Wrap("billing.CountAccountsAt", err)
}
