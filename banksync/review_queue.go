package banksync

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/banksync/match"
	"prolong/billing"
)

// QueueFilter narrows the review queue.
type QueueFilter struct {
	// Reason is a group of ReviewReasons; nil lists all. The empty reason is the group of what
	// a person has taken back.
	Reason *match.Reason
	// Parked lists what is put aside instead; Answered what a client has answered. Both regard
	// no reason.
	Parked, Answered bool
	// TaxID and PayerAccount narrow the queue to a payer; empty ones do not.
	TaxID, PayerAccount string
	// After continues the queue behind a payment: its value date and id.
	AfterOn prolong.Date
	AfterID billing.PaymentID
	Limit   int // 1 to 200; 0 is 50
}

// FindQueue lists the payments that wait for a person, the oldest first.
func (s *Service) FindQueue(ctx context.Context, f QueueFilter) ([]Received, error) {
	limit := min(f.Limit, listLimitMax)
	if limit <= 0 {
		limit = listLimitDefault
	}
	var reason *string
	if f.Reason != nil {
		text := string(*f.Reason)
		reason = &text
	}
	after := f.AfterOn
	if after.IsZero() {
		after = prolong.NewDate(1, time.January, 1)
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT `+receivedColumns+` `+receivedFrom+` AND p.state = 'review'
		AND ($1::text IS NULL OR $6 OR $7 OR coalesce(d.reason, '') = $1 AND NOT `+answeredSQL+`) AND (p.value_on, p.id) > ($2, $3)
		AND (coalesce(k.until_on > $5, false)) = $6 AND (NOT $7 OR `+answeredSQL+`)
		AND ($8 = '' OR l.counterparty_tax_id = $8) AND ($9 = '' OR l.counterparty_tax_id = '' AND l.counterparty_account = $9) ORDER BY p.value_on, p.id LIMIT $4`, reason, after, int64(f.AfterID), limit, s.today(), f.Parked, f.Answered, f.TaxID, f.PayerAccount)
	if err != nil {
		return nil, prolong.Wrap("banksync.FindQueue", err)
	}
	list, err := pgx.CollectRows(rows, scanReceived)
	return list, prolong.Wrap("banksync.FindQueue", err)
}

// DecisionRecord is a decision about a payment in its history.
type DecisionRecord struct {
	match.Decision
	By   string // an actor: "system:bank_pull", "staff:3"
	At   time.Time
	Note string // of a person; may be empty
}

// Manual says whether a person decided.
func (d DecisionRecord) Manual() bool { return d.RulesetVersion == decisionManual }

// DecisionsOf lists the decisions about a payment, the first one first.
func (s *Service) DecisionsOf(ctx context.Context, id billing.PaymentID) ([]DecisionRecord, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT decision, decided_by, created_at FROM match_decisions WHERE payment_id = $1 ORDER BY id`, int64(id))
	if err != nil {
		return nil, prolong.Wrap("banksync.DecisionsOf", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d DecisionRecord, err error) {
		var raw []byte
		if err := row.Scan(&raw, &d.By, &d.At); err != nil {
			return d, err
		}
		d.Decision, d.Note, err = readDecision(raw)
		return d, err
	})
	return list, prolong.Wrap("banksync.DecisionsOf", err)
}

// PayerPast says for whom a payer has paid before.
type PayerPast struct {
	AccountID billing.AccountID
	Account   string // its name
	Count     int
	LastOn    prolong.Date
}

// payerPastYears bounds how far back the past of a payer is looked at, payerPastMax for how
// many clients it is told.
const (
	payerPastYears = 2
	payerPastMax   = 5
)

// PastOf tells for whom the payer of a payment has paid in the last two years, by his tax id,
// the most often first; nothing if the bank gave no tax id.
func (s *Service) PastOf(ctx context.Context, r Received) ([]PayerPast, error) {
	if r.Payer.TaxID == "" {
		return nil, nil
	}
	rows, err := s.db.Pool.Query(ctx, `
		SELECT a.id, a.legal_form, a.name, count(*), max(p.value_on) FROM bank_lines l
		JOIN published_payments p ON p.channel = 'bank' AND p.channel_ref = l.id AND p.state = 'matched' AND p.id <> $2 JOIN published_accounts a ON a.id = p.account_id
		WHERE l.direction = 'credit' AND l.counterparty_tax_id <> '' AND l.counterparty_tax_id = $1 AND l.posted_on > $3 GROUP BY a.id, a.legal_form, a.name ORDER BY 4 DESC, 1 LIMIT $4`,
		r.Payer.TaxID, int64(r.ID), r.PostedOn.AddMonths(-12*payerPastYears, r.PostedOn.Day()), payerPastMax)
	if err != nil {
		return nil, prolong.Wrap("banksync.PastOf", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p PayerPast, err error) {
		var form, name string
		err = row.Scan((*int64)(&p.AccountID), &form, &name, &p.Count, &p.LastOn)
		p.Account = billing.LegalName(form, name)
		return p, err
	})
	return list, prolong.Wrap("banksync.PastOf", err)
}

// ReceivedSearch looks for bank payments.
type ReceivedSearch struct {
	// Amount finds payments of exactly this sum among those received since Since and all that
	// wait for a person.
	Amount prolong.Money
	Since  time.Time
	// TaxID finds the payments of a payer.
	TaxID string
	Limit int // 1 to 200; 0 is 50
}

// SearchReceived finds bank payments, the newest first.
func (s *Service) SearchReceived(ctx context.Context, f ReceivedSearch) ([]Received, error) {
	limit := min(f.Limit, listLimitMax)
	if limit <= 0 {
		limit = listLimitDefault
	}
	var rows pgx.Rows
	var err error
	if f.TaxID != "" {
		rows, err = s.db.Pool.Query(ctx, `SELECT `+receivedColumns+` `+receivedFrom+` AND l.direction = 'credit' AND l.counterparty_tax_id <> '' AND l.counterparty_tax_id = $1 ORDER BY p.id DESC LIMIT $2`, f.TaxID, limit)
	} else {
		rows, err = s.db.Pool.Query(ctx, `SELECT `+receivedColumns+` `+receivedFrom+` AND p.amount_minor = $1 AND p.currency = $2
			AND (p.received_at >= $3 OR p.state = 'review') ORDER BY p.id DESC LIMIT $4`, f.Amount.Minor(), string(f.Amount.Currency()), f.Since, limit)
	}
	if err != nil {
		return nil, prolong.Wrap("banksync.SearchReceived", err)
	}
	list, err := pgx.CollectRows(rows, scanReceived)
	return list, prolong.Wrap("banksync.SearchReceived", err)
}
