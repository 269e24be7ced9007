package notify

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"prolong"
	"prolong/identity"
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

// Suppression is why letters to an address do not leave.
type Suppression struct {
	Scope  Scope
	Reason string
	Actor  string // "system:bounce", "staff:12"
	At     time.Time
}

// Suppressions returns which of the addresses are not written to, by address in lower case, in
// one query.
func (s *Service) Suppressions(ctx context.Context, addresses []string) (map[string]Suppression, error) {
	lower := make([]string, len(addresses))
	for i, a := range addresses {
		lower[i] = strings.ToLower(strings.TrimSpace(a))
	}
	rows, err := gorm.G[suppressionRow](s.db.Gorm).Where("address IN ?", lower).Find(ctx)
	if err != nil {
		return nil, prolong.Wrap("notify.Suppressions", err)
	}
	found := make(map[string]Suppression, len(rows))
	for _, r := range rows {
		found[r.Address] = Suppression{Scope: Scope(r.Scope), Reason: r.Reason, Actor: r.Actor, At: r.CreatedAt}
	}
	return found, nil
}

// Allow takes an address off the list in the name of a person who knows that it works now, with
// a trace. It is no error if it is not on it. The caller has checked the actor's right.
func (s *Service) Allow(ctx context.Context, actor prolong.Actor, address string) error {
	addr, err := ParseAddress(address)
	if err != nil {
		return err
	}
	return prolong.Wrap("notify.Allow", s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		row, found, err := findSuppression(ctx, tx.DB, addr)
		if err != nil || !found {
			return err
		}
		if _, err := gorm.G[suppressionRow](tx.DB).Where("address = ?", addr).Delete(ctx); err != nil {
			return err
		}
		return identity.Audit(ctx, tx, actor, identity.Change{Action: "letters.allow", SubjectKind: "address", Before: map[string]string{"address": addr, "scope": row.Scope, "reason": row.Reason}})
	}))
}
