package billing

import (
	"context"

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
			SELECT max(ARRAY[s.paid_through + p.grace_days, s.paid_through]) AS best, min(t.today) AS today
			FROM subscriptions s JOIN plans p ON p.id = s.plan_id JOIN unnest($1::bigint[], $2::date[]) AS t (seller_id, today) ON t.seller_id = s.seller_id
			WHERE s.ended_on IS NULL GROUP BY s.account_id) x`, sellers, days).Scan(&n.Active, &n.Grace, &n.Suspended)
	return n, prolong.Wrap("billing.CountAccess", err)
}
