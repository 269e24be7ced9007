package identity

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
)

// Change is what somebody did, for the audit trail.
type Change struct {
	// Action is a verb of the trade, "payment.assign", "staff.lock".
	Action string
	// SubjectKind and SubjectID name the row that was changed.
	SubjectKind string
	SubjectID   int64
	// AccountID is the client concerned; 0 for none.
	AccountID billing.AccountID
	// Before and After are values that encoding/json writes: what was and what is. nil for
	// something that was not there before, or is not after. Never put secrets into them.
	Before, After any
}

// Audit writes a change into the audit trail in the caller's transaction, so that no change is
// without its entry and no entry without its change. The origin comes from the context
// (WithOrigin).
func Audit(ctx context.Context, tx postgres.Tx, actor prolong.Actor, c Change) error {
	before, err := auditJSON(c.Before)
	if err != nil {
		return fmt.Errorf("identity.Audit %s: %w", c.Action, err)
	}
	after, err := auditJSON(c.After)
	if err != nil {
		return fmt.Errorf("identity.Audit %s: %w", c.Action, err)
	}
	const sql = `INSERT INTO audit_entries (at, actor_kind, actor_id, actor_name, action, subject_kind, subject_id, account_id, before, after, ip)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	_, err = tx.Pgx.Exec(ctx, sql, tx.Now, string(actor.Kind), actor.ID, actor.Name, c.Action, c.SubjectKind, c.SubjectID,
		postgres.NullID(c.AccountID), before, after, OriginOf(ctx).bounded().IP)
	return prolong.Wrap("identity.Audit", err)
}

func auditJSON(v any) ([]byte, error) {
	if v == nil {
		return nil, nil
	}
	return json.Marshal(v)
}

// AuditEntry is a line of the audit trail.
type AuditEntry struct {
	ID          int64
	At          time.Time
	Actor       prolong.Actor
	Action      string
	SubjectKind string
	SubjectID   int64
	AccountID   billing.AccountID // 0 for none
	Before      json.RawMessage   // nil for nothing
	After       json.RawMessage
	IP          string
}

// AuditFilter narrows FindAudit; zero fields do not.
type AuditFilter struct {
	AccountID   billing.AccountID
	Actor       prolong.Actor
	Action      string
	SubjectKind string
	SubjectID   int64 // with SubjectKind
	From, To    time.Time
	BeforeID    int64 // continues a list
	Limit       int   // 1 to 500; 0 is 100
}

const (
	auditLimitDefault = 100
	auditLimitMax     = 500
)

// FindAudit lists the audit trail, newest first.
func (s *Service) FindAudit(ctx context.Context, f AuditFilter) ([]AuditEntry, error) {
	q := gorm.G[auditRow](s.db.Gorm).Order("id DESC")
	if f.AccountID != 0 {
		q = q.Where("account_id = ?", int64(f.AccountID))
	}
	if f.Actor.Kind != "" {
		q = q.Where("actor_kind = ? AND actor_id = ?", string(f.Actor.Kind), f.Actor.ID)
	}
	if f.Action != "" {
		q = q.Where("action = ?", f.Action)
	}
	if f.SubjectKind != "" {
		q = q.Where("subject_kind = ? AND subject_id = ?", f.SubjectKind, f.SubjectID)
	}
	if !f.From.IsZero() {
		q = q.Where("at >= ?", f.From)
	}
	if !f.To.IsZero() {
		q = q.Where("at < ?", f.To)
	}
	if f.BeforeID != 0 {
		q = q.Where("id < ?", f.BeforeID)
	}
	limit := f.Limit
	if limit <= 0 {
		limit = auditLimitDefault
	}
	rows, err := q.Limit(min(limit, auditLimitMax)).Find(ctx)
	if err != nil {
		return nil, prolong.Wrap("identity.FindAudit", err)
	}
	entries := make([]AuditEntry, len(rows))
	for i, r := range rows {
		entries[i] = AuditEntry{
			ID: r.ID, At: r.At, Actor: prolong.Actor{Kind: prolong.ActorKind(r.ActorKind), ID: r.ActorID, Name: r.ActorName},
			Action: r.Action, SubjectKind: r.SubjectKind, SubjectID: r.SubjectID, Before: r.Before, After: r.After, IP: r.IP,
		}
		if r.AccountID != nil {
			entries[i].AccountID = billing.AccountID(*r.AccountID)
		}
	}
	return entries, nil
}
