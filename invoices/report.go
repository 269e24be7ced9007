package invoices

import (
	"context"

	"github.com/jackc/pgx/v5"

	"prolong"
)

// AgeingExport is what an account owes, by how many days it is overdue.
type AgeingExport struct {
	AccountExternalID string           `json:"account_external_id"`
	Currency          prolong.Currency `json:"currency"`
	NotDue            string           `json:"not_due"`
	Days30            string           `json:"days_1_30"`
	Days60            string           `json:"days_31_60"`
	Days90            string           `json:"days_61_90"`
	Older             string           `json:"days_over_90"`
	Total             string           `json:"total"`
}

// AgeingExportColumns are the columns of the table.
var AgeingExportColumns = []string{"account_external_id", "currency", "not_due", "days_1_30", "days_31_60", "days_61_90", "days_over_90", "total"}

// Cells returns the row for a table.
func (e AgeingExport) Cells() []string {
	return []string{e.AccountExternalID, string(e.Currency), e.NotDue, e.Days30, e.Days60, e.Days90, e.Older, e.Total}
}

// ExportAgeing gives what each account owes as of a day to yield, by external id (view
// report_receivables).
func (s *Service) ExportAgeing(ctx context.Context, on prolong.Date, yield func(AgeingExport) error) error {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT a.external_id, r.currency, coalesce(sum(residual_minor) FILTER (WHERE late <= 0), 0)::bigint, coalesce(sum(residual_minor) FILTER (WHERE late BETWEEN 1 AND 30), 0)::bigint,
			coalesce(sum(residual_minor) FILTER (WHERE late BETWEEN 31 AND 60), 0)::bigint, coalesce(sum(residual_minor) FILTER (WHERE late BETWEEN 61 AND 90), 0)::bigint,
			coalesce(sum(residual_minor) FILTER (WHERE late > 90), 0)::bigint, sum(residual_minor)::bigint
		FROM (SELECT *, $1::date - due_on AS late FROM report_receivables) r JOIN published_accounts a ON a.id = r.account_id
		GROUP BY a.external_id, r.currency ORDER BY a.external_id COLLATE "C", r.currency`, on)
	if err != nil {
		return prolong.Wrap("invoices.ExportAgeing", err)
	}
	var e AgeingExport
	var m [6]int64
	_, err = pgx.ForEachRow(rows, []any{&e.AccountExternalID, (*string)(&e.Currency), &m[0], &m[1], &m[2], &m[3], &m[4], &m[5]}, func() error {
		for i, to := range []*string{&e.NotDue, &e.Days30, &e.Days60, &e.Days90, &e.Older, &e.Total} {
			*to = prolong.NewMoney(m[i], e.Currency).String()
		}
		return yield(e)
	})
	return prolong.Wrap("invoices.ExportAgeing", err)
}

// DeferredExport is what an account has paid for and no document has closed yet.
type DeferredExport struct {
	AccountExternalID string           `json:"account_external_id"`
	Currency          prolong.Currency `json:"currency"`
	Deferred          string           `json:"deferred"`
}

// DeferredExportColumns are the columns of the table.
var DeferredExportColumns = []string{"account_external_id", "currency", "deferred"}

// Cells returns the row for a table.
func (e DeferredExport) Cells() []string {
	return []string{e.AccountExternalID, string(e.Currency), e.Deferred}
}

// ExportDeferred gives the deferred revenue of each account to yield, by external id (view
// report_deferred).
func (s *Service) ExportDeferred(ctx context.Context, yield func(DeferredExport) error) error {
	rows, err := s.db.Pool.Query(ctx, `SELECT a.external_id, d.currency, d.deferred_minor FROM report_deferred d JOIN published_accounts a ON a.id = d.account_id
		ORDER BY a.external_id COLLATE "C", d.currency`)
	if err != nil {
		return prolong.Wrap("invoices.ExportDeferred", err)
	}
	var e DeferredExport
	var minor int64
	_, err = pgx.ForEachRow(rows, []any{&e.AccountExternalID, (*string)(&e.Currency), &minor}, func() error {
		e.Deferred = prolong.NewMoney(minor, e.Currency).String()
		return yield(e)
	})
	return prolong.Wrap("invoices.ExportDeferred", err)
}

// MRRExport is the monthly recurring revenue of a month and how it moved from the one before.
// Contraction and Churn are negative; the movements sum to the difference.
type MRRExport struct {
	Month       prolong.Date     `json:"month"` // its first day
	Currency    prolong.Currency `json:"currency"`
	MRR         string           `json:"mrr"`
	New         string           `json:"new"`
	Expansion   string           `json:"expansion"`
	Contraction string           `json:"contraction"`
	Churn       string           `json:"churn"`
	WinBack     string           `json:"win_back"`
}

// MRRExportColumns are the columns of the table.
var MRRExportColumns = []string{"month", "currency", "mrr", "new", "expansion", "contraction", "churn", "win_back"}

// Cells returns the row for a table.
func (e MRRExport) Cells() []string {
	return []string{e.Month.String(), string(e.Currency), e.MRR, e.New, e.Expansion, e.Contraction, e.Churn, e.WinBack}
}

// ExportMRR gives the monthly recurring revenue of the months that are over by a day to yield
// (view report_mrr_movement).
func (s *Service) ExportMRR(ctx context.Context, on prolong.Date, yield func(MRRExport) error) error {
	rows, err := s.db.Pool.Query(ctx, `SELECT month, currency, mrr_minor, new_minor, expansion_minor, contraction_minor, churn_minor, win_back_minor
		FROM report_mrr_movement WHERE (month + interval '1 month - 1 day')::date <= $1 ORDER BY month, currency`, on)
	if err != nil {
		return prolong.Wrap("invoices.ExportMRR", err)
	}
	var e MRRExport
	var m [6]int64
	_, err = pgx.ForEachRow(rows, []any{&e.Month, (*string)(&e.Currency), &m[0], &m[1], &m[2], &m[3], &m[4], &m[5]}, func() error {
		for i, to := range []*string{&e.MRR, &e.New, &e.Expansion, &e.Contraction, &e.Churn, &e.WinBack} {
			*to = prolong.NewMoney(m[i], e.Currency).String()
		}
		return yield(e)
	})
	return prolong.Wrap("invoices.ExportMRR", err)
}
