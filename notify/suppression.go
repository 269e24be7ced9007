package notify

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"prolong"
	"prolong/internal/postgres"
)

// Scope says which letters a suppressed address does not get.
type Scope string

// The scopes.
const (
	ScopeAll       Scope = "all"       // the mailbox does not exist: everything
	ScopeMarketing Scope = "marketing" // the person asked: all but service messages
)

// suppressionReasonRunesMax bounds what is kept of a bounce's words.
const suppressionReasonRunesMax = 300

// Suppress stops letters to an address: it bounced, or its owner said no. The first reason
// stays; only a wider scope replaces a narrower one. Returns CodeInvalid for a bad address.
func (s *Service) Suppress(ctx context.Context, actor prolong.Actor, address string, scope Scope, reason string) error {
	addr, err := ParseAddress(address)
	if err != nil {
		return err
	}
	if scope != ScopeAll && scope != ScopeMarketing {
		return prolong.NewError(prolong.CodeInvalid, "error.suppression_scope", prolong.Args{"Value": string(scope)})
	}
	if r := []rune(reason); len(r) > suppressionReasonRunesMax {
		reason = string(r[:suppressionReasonRunesMax])
	}
	return prolong.Wrap("notify.Suppress", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		row := suppressionRow{Address: addr, Scope: string(scope), Reason: reason, Actor: actor.String(), CreatedAt: tx.Now}
		return gorm.G[suppressionRow](tx.DB, clause.OnConflict{
			OnConstraint: "suppressions_pkey",
			Where:        clause.Where{Exprs: []clause.Expression{gorm.Expr("suppressions.scope = 'marketing' AND excluded.scope = 'all'")}},
			DoUpdates:    clause.AssignmentColumns([]string{"scope", "reason", "actor", "created_at"}),
		}).Create(ctx, &row)
	}))
}

// Unsuppress lets letters to the address leave again. It is no error if they already do.
func (s *Service) Unsuppress(ctx context.Context, address string) error {
	addr, err := ParseAddress(address)
	if err != nil {
		return err
	}
	return prolong.Wrap("notify.Unsuppress", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		_, err := gorm.G[suppressionRow](tx.DB).Where("address = ?", addr).Delete(ctx)
		return err
	}))
}
