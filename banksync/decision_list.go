package banksync

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/banksync/match"
	"prolong/billing"
)

// StaffDecision is what a person of the vendor decided about a payment.
type StaffDecision struct {
	ID        int64
	PaymentID billing.PaymentID
	AccountID billing.AccountID // 0 if nobody's
	DecisionRecord
}

// StaffDecisionFilter narrows the decisions of people.
type StaffDecisionFilter struct {
	StaffID   int64             // 0 is everybody
	AccountID billing.AccountID // 0 is every client
	BeforeID  int64             // continues a list
	Limit     int               // 1 to 200; 0 is 50
}

// FindStaffDecisions lists what people decided about payments, the latest first.
func (s *Service) FindStaffDecisions(ctx context.Context, f StaffDecisionFilter) ([]StaffDecision, error) {
	limit := min(f.Limit, listLimitMax)
	if limit <= 0 {
		limit = listLimitDefault
	}
	by := ""
	if f.StaffID != 0 {
		by = (prolong.Actor{Kind: prolong.ActorStaff, ID: f.StaffID}).String()
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT id, payment_id, coalesce(account_id, 0), decision, decided_by, created_at FROM match_decisions
		WHERE decided_by LIKE 'staff:%' AND ($1 = '' OR decided_by = $1) AND ($2 = 0 OR account_id = $2) AND ($3 = 0 OR id < $3) ORDER BY id DESC LIMIT $4`,
		by, int64(f.AccountID), f.BeforeID, limit)
	if err != nil {
		return nil, prolong.Wrap("banksync.FindStaffDecisions", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d StaffDecision, err error) {
		var raw []byte
		if err := row.Scan(&d.ID, (*int64)(&d.PaymentID), (*int64)(&d.AccountID), &raw, &d.By, &d.At); err != nil {
			return d, err
		}
		d.Decision, d.Note, err = readDecision(raw)
		return d, err
	})
	return list, prolong.Wrap("banksync.FindStaffDecisions", err)
}

// readDecision reads a decision as it is kept, with the note that a person wrote beside it.
func readDecision(raw []byte) (d match.Decision, note string, err error) {
	var beside struct{ Note string }
	err = errors.Join(json.Unmarshal(raw, &d), json.Unmarshal(raw, &beside))
	return d, beside.Note, err
}
