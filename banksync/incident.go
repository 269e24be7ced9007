package banksync

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/banksync/match"
	"prolong/billing"
)

// Incident is a decision that matching made by itself and that a person had to correct.
type Incident struct {
	ID        int64 // of the correcting decision
	PaymentID billing.PaymentID
	Date      prolong.Date
	Amount    prolong.Money
	Payer     string
	Purpose   string
	// Decision is the wrong one, with its facts.
	Decision    match.Decision
	DecidedAt   time.Time
	WrongID     billing.AccountID // 0 if it was for several, or taken for not ours
	Wrong       string            // its name
	RightID     billing.AccountID // 0 while nobody has it
	Right       string
	CorrectedBy string // an actor
	CorrectedAt time.Time
	Note        string
}

// IncidentFilter narrows the list of incidents.
type IncidentFilter struct {
	From, To time.Time // of the correction; zero: all
	BeforeID int64     // continues a list
	Limit    int       // 1 to 200; 0 is 50
}

const incidentColumns = `x.id, x.payment_id, p.value_on, p.amount_minor, p.currency, l.counterparty_name, l.purpose, x.decision, x.decided_at, coalesce(x.wrong_account_id, 0),
	coalesce(w.legal_form, ''), coalesce(w.name, ''), coalesce(x.right_account_id, 0), coalesce(r.legal_form, ''), coalesce(r.name, ''), x.corrected_by, x.corrected_at, x.note, coalesce(w.external_id, ''), coalesce(r.external_id, '')`

const incidentFrom = `FROM match_incidents x JOIN published_payments p ON p.id = x.payment_id JOIN bank_lines l ON p.channel = 'bank' AND l.id = p.channel_ref
	LEFT JOIN published_accounts w ON w.id = x.wrong_account_id LEFT JOIN published_accounts r ON r.id = x.right_account_id`

func scanIncident(row pgx.CollectableRow) (x Incident, wrong, right string, err error) {
	var minor int64
	var cur string
	var raw []byte
	var wrongForm, wrongName, rightForm, rightName string
	err = row.Scan(&x.ID, (*int64)(&x.PaymentID), &x.Date, &minor, &cur, &x.Payer, &x.Purpose, &raw, &x.DecidedAt, (*int64)(&x.WrongID), &wrongForm, &wrongName, (*int64)(&x.RightID), &rightForm, &rightName,
		&x.CorrectedBy, &x.CorrectedAt, &x.Note, &wrong, &right)
	if err != nil {
		return x, "", "", err
	}
	x.Amount = prolong.NewMoney(minor, prolong.Currency(cur))
	x.Wrong, x.Right = billing.LegalName(wrongForm, wrongName), billing.LegalName(rightForm, rightName)
	x.Decision, _, err = readDecision(raw)
	return x, wrong, right, err
}

// FindIncidents lists corrected decisions of matching, the latest first.
func (s *Service) FindIncidents(ctx context.Context, f IncidentFilter) ([]Incident, error) {
	limit := min(f.Limit, listLimitMax)
	if limit <= 0 {
		limit = listLimitDefault
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT `+incidentColumns+` `+incidentFrom+`
		WHERE ($1::timestamptz IS NULL OR x.corrected_at >= $1) AND ($2::timestamptz IS NULL OR x.corrected_at < $2) AND ($3 = 0 OR x.id < $3) ORDER BY x.id DESC LIMIT $4`,
		timeOrNull(f.From), timeOrNull(f.To), f.BeforeID, limit)
	if err != nil {
		return nil, prolong.Wrap("banksync.FindIncidents", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Incident, error) {
		x, _, _, err := scanIncident(row)
		return x, err
	})
	return list, prolong.Wrap("banksync.FindIncidents", err)
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// IncidentExport is an incident as other programs read it; accounts are external ids.
type IncidentExport struct {
	PaymentID   int64            `json:"payment_id"`
	Date        prolong.Date     `json:"date"`
	Amount      string           `json:"amount"`
	Currency    prolong.Currency `json:"currency"`
	Payer       string           `json:"payer"`
	Purpose     string           `json:"purpose"`
	Rule        string           `json:"rule"`
	Ruleset     string           `json:"ruleset"`
	Wrong       string           `json:"wrong_account"`
	Right       string           `json:"right_account"`
	DecidedAt   time.Time        `json:"decided_at"`
	CorrectedAt time.Time        `json:"corrected_at"`
	CorrectedBy string           `json:"corrected_by"`
	Note        string           `json:"note"`
	Decision    json.RawMessage  `json:"decision"`
}

// IncidentExportColumns are the columns of the table.
var IncidentExportColumns = []string{"payment_id", "date", "amount", "currency", "payer", "purpose", "rule", "ruleset", "wrong_account", "right_account", "decided_at", "corrected_at", "corrected_by", "note", "decision"}

// Cells returns the row for a table.
func (e IncidentExport) Cells() []string {
	return []string{strconv.FormatInt(e.PaymentID, 10), e.Date.String(), e.Amount, string(e.Currency), e.Payer, e.Purpose, e.Rule, e.Ruleset, e.Wrong, e.Right,
		e.DecidedAt.Format(time.RFC3339), e.CorrectedAt.Format(time.RFC3339), e.CorrectedBy, e.Note, string(e.Decision)}
}

// ExportIncidents gives every incident to yield, the oldest first.
func (s *Service) ExportIncidents(ctx context.Context, yield func(IncidentExport) error) error {
	rows, err := s.db.Pool.Query(ctx, `SELECT `+incidentColumns+` `+incidentFrom+` ORDER BY x.id`)
	if err != nil {
		return prolong.Wrap("banksync.ExportIncidents", err)
	}
	defer rows.Close()
	for rows.Next() {
		x, wrong, right, err := scanIncident(rows)
		if err != nil {
			return prolong.Wrap("banksync.ExportIncidents", err)
		}
		raw, err := json.Marshal(x.Decision)
		if err != nil {
			return prolong.Wrap("banksync.ExportIncidents", err)
		}
		e := IncidentExport{PaymentID: int64(x.PaymentID), Date: x.Date, Amount: x.Amount.String(), Currency: x.Amount.Currency(), Payer: x.Payer, Purpose: x.Purpose, Rule: string(x.Decision.Rule),
			Ruleset: x.Decision.RulesetVersion, Wrong: wrong, Right: right, DecidedAt: x.DecidedAt, CorrectedAt: x.CorrectedAt, CorrectedBy: x.CorrectedBy, Note: x.Note, Decision: raw}
		if err := yield(e); err != nil {
			return err
		}
	}
	return prolong.Wrap("banksync.ExportIncidents", rows.Err())
}
