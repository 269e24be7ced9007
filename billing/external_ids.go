package billing

import (
	"context"

	"github.com/jackc/pgx/v5"

	"prolong"
)

// ExternalIDs returns the vendor's own id of every account, for exports whose rows know ours.
func (s *Service) ExternalIDs(ctx context.Context) (map[AccountID]string, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT id, external_id FROM accounts`)
	if err != nil {
		return nil, prolong.Wrap("billing.ExternalIDs", err)
	}
	ids := map[AccountID]string{}
	var id AccountID
	var external string
	_, err = pgx.ForEachRow(rows, []any{(*int64)(&id), &external}, func() error {
		ids[id] = external
		return nil
	})
	return ids, prolong.Wrap("billing.ExternalIDs", err)
}
