package identity

import (
	"context"

	"prolong"
	"prolong/internal/postgres"
)

// Note writes an entry into the audit trail for something that changes nothing here but has to
// be seen: data that left the house.
func (s *Service) Note(ctx context.Context, actor prolong.Actor, c Change) error {
	return prolong.Wrap("identity.Note", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error { return Audit(ctx, tx, actor, c) }))
}
