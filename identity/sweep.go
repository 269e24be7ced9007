package identity

import (
	"context"

	"gorm.io/gorm"

	"prolong"
	"prolong/internal/postgres"
)

// Swept counts what Sweep removed.
type Swept struct {
	Codes, Sessions, Setups, Throttles int
}

// Sweep removes ended sessions, day-old login codes, void set-up tokens and counters that mean
// nothing any more. Run it every hour or so.
func (s *Service) Sweep(ctx context.Context) (done Swept, err error) {
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
		if done.Sessions, err = gorm.G[sessionRow](tx.DB).Where("expires_at <= ?", tx.Now).Delete(ctx); err != nil {
			return err
		}
		if done.Codes, err = gorm.G[loginCodeRow](tx.DB).Where("expires_at <= ?", tx.Now.Add(-loginCodesKept)).Delete(ctx); err != nil {
			return err
		}
		if done.Setups, err = gorm.G[setupRow](tx.DB).Where("expires_at <= ?", tx.Now).Delete(ctx); err != nil {
			return err
		}
		tag, err := tx.Pgx.Exec(ctx, "DELETE FROM login_throttles WHERE window_start <= $1", tx.Now.Add(-throttleWindowMax))
		done.Throttles = int(tag.RowsAffected())
		return err
	})
	return done, prolong.Wrap("identity.Sweep", err)
}
