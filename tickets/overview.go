package tickets

import (
	"context"

	"prolong"
)

// CountWaiting returns on how many tickets the vendor has to act. Staff only.
func (s *Service) CountWaiting(ctx context.Context, actor prolong.Actor) (n int, err error) {
	if err := requireStaff(actor); err != nil {
		return 0, trace("CountWaiting", err)
	}
	err = s.db.Pool.QueryRow(ctx, `SELECT count(*) FROM tickets WHERE status IN ('new', 'open') AND status NOT IN ('resolved', 'closed')`).Scan(&n)
	return n, trace("CountWaiting", err)
}
