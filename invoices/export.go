package invoices

import (
	"context"

	"github.com/jackc/pgx/v5"

	"prolong"
)

// InvoiceExport is an invoice as other programs read it. PeriodTo is the day after the last
// one: the period is half-open.
type InvoiceExport struct {
	Number            string           `json:"number"`
	AccountExternalID string           `json:"account_external_id"`
	PaymentCode       string           `json:"payment_code"`
	IssuedOn          prolong.Date     `json:"issued_on"`
	PeriodFrom        prolong.Date     `json:"period_from"`
	PeriodTo          prolong.Date     `json:"period_to"`
	Total             string           `json:"total"`
	Currency          prolong.Currency `json:"currency"`
	Status            Status           `json:"status"`
}

// Cells returns the row for a table.
func (e InvoiceExport) Cells() []string {
	return []string{e.Number, e.AccountExternalID, e.PaymentCode, e.IssuedOn.String(), e.PeriodFrom.String(), e.PeriodTo.String(), e.Total, string(e.Currency), string(e.Status)}
}

// InvoiceExportColumns are the columns of the table.
var InvoiceExportColumns = []string{"number", "account_external_id", "payment_code", "issued_on", "period_from", "period_to", "total", "currency", "status"}

// ExportInvoices gives every invoice to yield, in the order of issue.
func (s *Service) ExportInvoices(ctx context.Context, yield func(InvoiceExport) error) error {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT i.number, a.external_id, a.payment_code, i.issued_on, i.period_from, i.period_to, i.total_minor, i.currency, i.status
		FROM invoices i JOIN published_accounts a ON a.id = i.account_id ORDER BY i.id`)
	if err != nil {
		return prolong.Wrap("invoices.ExportInvoices", err)
	}
	var e InvoiceExport
	var total int64
	_, err = pgx.ForEachRow(rows, []any{&e.Number, &e.AccountExternalID, &e.PaymentCode, &e.IssuedOn, &e.PeriodFrom, &e.PeriodTo, &total, (*string)(&e.Currency), (*string)(&e.Status)}, func() error {
		e.Total = prolong.NewMoney(total, e.Currency).String()
		return yield(e)
	})
	return prolong.Wrap("invoices.ExportInvoices", err)
}

// DocumentExport is a closing document as other programs read it.
type DocumentExport struct {
	Number            string           `json:"number"`
	Kind              string           `json:"kind"`
	Seller            string           `json:"seller"`
	AccountExternalID string           `json:"account_external_id"`
	Invoice           string           `json:"invoice"`
	IssuedOn          prolong.Date     `json:"issued_on"`
	PeriodFrom        prolong.Date     `json:"period_from"`
	PeriodTo          prolong.Date     `json:"period_to"`
	Total             string           `json:"total"`
	Tax               string           `json:"tax"`
	Currency          prolong.Currency `json:"currency"`
	Status            string           `json:"status"`
}

// Cells returns the row for a table.
func (e DocumentExport) Cells() []string {
	return []string{e.Number, e.Kind, e.Seller, e.AccountExternalID, e.Invoice, e.IssuedOn.String(), e.PeriodFrom.String(), e.PeriodTo.String(), e.Total, e.Tax, string(e.Currency), e.Status}
}

// DocumentExportColumns are the columns of the table.
var DocumentExportColumns = []string{"number", "kind", "seller", "account_external_id", "invoice", "issued_on", "period_from", "period_to", "total", "tax", "currency", "status"}

// ExportDocuments gives every numbered document to yield, in the order of issue.
func (s *Service) ExportDocuments(ctx context.Context, yield func(DocumentExport) error) error {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT d.number, d.kind, s.key, a.external_id, coalesce(i.number, ''), d.issued_on, d.period_from, d.period_to, d.total_minor, d.tax_minor, d.currency, d.status
		FROM documents d JOIN published_sellers s ON s.id = d.seller_id JOIN published_accounts a ON a.id = d.account_id LEFT JOIN invoices i ON i.id = d.invoice_id ORDER BY d.id`)
	if err != nil {
		return prolong.Wrap("invoices.ExportDocuments", err)
	}
	var e DocumentExport
	var total, tax int64
	_, err = pgx.ForEachRow(rows, []any{&e.Number, &e.Kind, &e.Seller, &e.AccountExternalID, &e.Invoice, &e.IssuedOn, &e.PeriodFrom, &e.PeriodTo, &total, &tax, (*string)(&e.Currency), &e.Status}, func() error {
		e.Total, e.Tax = prolong.NewMoney(total, e.Currency).String(), prolong.NewMoney(tax, e.Currency).String()
		return yield(e)
	})
	return prolong.Wrap("invoices.ExportDocuments", err)
}
