package telephony

import (
	"context"

	"prolong"
)

// CountCallbacks returns how many callers wait to be called back. Staff only.
func (s *Service) CountCallbacks(ctx context.Context, actor prolong.Actor) (n int, err error) {
	if err := requireStaff(actor); err != nil {
		return 0, trace("CountCallbacks", err)
	}
	err = s.db.Pool.QueryRow(ctx, `SELECT count(*) FROM callbacks WHERE state = 'open'`).Scan(&n)
	return n, trace("CountCallbacks", err)
}
