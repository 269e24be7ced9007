package invoices

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/internal/postgres"
)

// Filter narrows FindInvoices; zero fields do not.
type Filter struct {
	AccountID  billing.AccountID
	AccountIDs []billing.AccountID
	Status     Status
	// DueBefore lists only invoices whose day of payment is earlier.
	DueBefore prolong.Date
	Number    string
	// Residual finds open invoices on which exactly this is still to be paid.
	Residual prolong.Money
	// BeforeID continues a list: only invoices older than this one.
	BeforeID InvoiceID
	Limit    int // 1 to 200; 0 is 50
}

const (
	listLimitDefault = 50
	listLimitMax     = 200
)

func limitOf(limit int) int {
	if limit <= 0 {
		return listLimitDefault
	}
	return min(limit, listLimitMax)
}

// conditions collects the WHERE of a list.
type conditions struct {
	where []string
	args  []any
}

// add appends a condition in which ? stands for the argument.
func (c *conditions) add(condition string, arg any) {
	c.args = append(c.args, arg)
	c.where = append(c.where, strings.ReplaceAll(condition, "?", fmt.Sprintf("$%d", len(c.args))))
}

func (c *conditions) sql() string {
	if len(c.where) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.where, " AND ")
}

// FindInvoices lists invoices, the newest first.
func (s *Service) FindInvoices(ctx context.Context, f Filter) ([]Invoice, error) {
	var c conditions
	if f.AccountID != 0 {
		c.add("i.account_id = ?", int64(f.AccountID))
	}
	if f.AccountIDs != nil {
		c.add("i.account_id = ANY(?)", postgres.Int64s(f.AccountIDs))
	}
	// The status is written out: with a parameter the planner would not see that the partial
	// indexes on open invoices serve.
	switch f.Status {
	case StatusOpen:
		c.where = append(c.where, "i.status = 'open'")
	case StatusPaid, StatusVoid:
		c.add("i.status = ?", string(f.Status))
	}
	if !f.DueBefore.IsZero() {
		c.add("i.due_on < ?", f.DueBefore)
	}
	if f.Number != "" {
		c.add("i.number = ?", f.Number)
	}
	if f.Residual.Currency() != "" {
		c.where = append(c.where, "i.status = 'open'")
		c.add("i.total_minor - i.credited_minor - i.paid_minor = ?", f.Residual.Minor())
		c.add("i.currency = ?", string(f.Residual.Currency()))
	}
	if f.BeforeID != 0 {
		c.add("i.id < ?", int64(f.BeforeID))
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT `+invoiceColumns+` FROM invoices i`+c.sql()+fmt.Sprintf(` ORDER BY i.id DESC LIMIT %d`, limitOf(f.Limit)), c.args...)
	if err != nil {
		return nil, prolong.Wrap("invoices.FindInvoices", err)
	}
	list, err := pgx.CollectRows(rows, scanInvoice)
	return list, prolong.Wrap("invoices.FindInvoices", err)
}

// FindInvoice returns an invoice. Returns CodeNotFound.
func (s *Service) FindInvoice(ctx context.Context, id InvoiceID) (Invoice, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT `+invoiceColumns+` FROM invoices i WHERE i.id = $1`, int64(id))
	if err != nil {
		return Invoice{}, prolong.Wrap("invoices.FindInvoice", err)
	}
	i, err := pgx.CollectExactlyOneRow(rows, scanInvoice)
	if errors.Is(err, pgx.ErrNoRows) {
		return i, prolong.NewError(prolong.CodeNotFound, "error.document_not_found", prolong.Args{"ID": int64(id)})
	}
	return i, prolong.Wrap("invoices.FindInvoice", err)
}

// OpenOf returns the open invoices of accounts, the earliest period first, as they stand now:
// for pages. Whoever posts money uses LockOpen.
func (s *Service) OpenOf(ctx context.Context, accounts []billing.AccountID) (map[billing.AccountID][]Invoice, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT `+invoiceColumns+` FROM invoices i WHERE i.account_id = ANY($1) AND i.status = 'open' ORDER BY i.account_id, i.period_from, i.id`, postgres.Int64s(accounts))
	if err != nil {
		return nil, prolong.Wrap("invoices.OpenOf", err)
	}
	list, err := pgx.CollectRows(rows, scanInvoice)
	out := map[billing.AccountID][]Invoice{}
	for _, i := range list {
		out[i.AccountID] = append(out[i.AccountID], i)
	}
	return out, prolong.Wrap("invoices.OpenOf", err)
}

// PaidPart is a part of a payment on an invoice that was not taken back.
type PaidPart struct {
	PaymentID billing.PaymentID
	InvoiceID InvoiceID
	Number    string // of the invoice
	Amount    prolong.Money
}

// PaidBy lists which invoices payments are on, in the order in which the money was given.
func (s *Service) PaidBy(ctx context.Context, payments []billing.PaymentID) ([]PaidPart, error) {
	list, err := s.paidParts(ctx, "l.payment_id = ANY($1)", postgres.Int64s(payments))
	return list, prolong.Wrap("invoices.PaidBy", err)
}

// Payers lists by which payments invoices are paid.
func (s *Service) Payers(ctx context.Context, ids []InvoiceID) ([]PaidPart, error) {
	list, err := s.paidParts(ctx, "l.invoice_id = ANY($1)", postgres.Int64s(ids))
	return list, prolong.Wrap("invoices.Payers", err)
}

func (s *Service) paidParts(ctx context.Context, where string, ids []int64) ([]PaidPart, error) {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT l.payment_id, l.invoice_id, i.number, i.currency, sum(l.amount_minor)::bigint
		FROM allocations l JOIN invoices i ON i.id = l.invoice_id WHERE `+where+`
		GROUP BY l.payment_id, l.invoice_id, i.number, i.currency HAVING sum(l.amount_minor) <> 0 ORDER BY min(l.id)`, ids)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (p PaidPart, err error) {
		var cur string
		var minor int64
		err = row.Scan((*int64)(&p.PaymentID), (*int64)(&p.InvoiceID), &p.Number, &cur, &minor)
		p.Amount = prolong.NewMoney(minor, prolong.Currency(cur))
		return p, err
	})
}

// DocumentFilter narrows FindDocuments; zero fields do not.
type DocumentFilter struct {
	AccountID billing.AccountID
	InvoiceID InvoiceID
	Kind      DocumentKind
	Number    string
	// BeforeID continues a list: only documents older than this one.
	BeforeID DocumentID
	Limit    int // 1 to 200; 0 is 50
}

// FindDocuments lists numbered documents, the newest first.
func (s *Service) FindDocuments(ctx context.Context, f DocumentFilter) ([]Document, error) {
	var c conditions
	if f.AccountID != 0 {
		c.add("d.account_id = ?", int64(f.AccountID))
	}
	if f.InvoiceID != 0 {
		c.add("d.invoice_id = ?", int64(f.InvoiceID))
	}
	if f.Kind != "" {
		c.add("d.kind = ?", string(f.Kind))
	}
	if f.Number != "" {
		c.add("d.number = ?", f.Number)
	}
	if f.BeforeID != 0 {
		c.add("d.id < ?", int64(f.BeforeID))
	}
	rows, err := s.db.Pool.Query(ctx, `
		SELECT d.id, d.seller_id, d.account_id, coalesce(d.invoice_id, 0), d.kind, d.number, d.issued_on, d.period_from, d.period_to, d.currency, d.total_minor, d.tax_minor, d.status
		FROM documents d`+c.sql()+fmt.Sprintf(` ORDER BY d.id DESC LIMIT %d`, limitOf(f.Limit)), c.args...)
	if err != nil {
		return nil, prolong.Wrap("invoices.FindDocuments", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Document, err error) {
		var cur string
		var total, tax int64
		err = row.Scan((*int64)(&d.ID), (*int64)(&d.SellerID), (*int64)(&d.AccountID), (*int64)(&d.InvoiceID), (*string)(&d.Kind), &d.Number, &d.IssuedOn, &d.Period.From, &d.Period.To, &cur, &total, &tax, &d.Status)
		d.Total, d.Tax = prolong.NewMoney(total, prolong.Currency(cur)), prolong.NewMoney(tax, prolong.Currency(cur))
		return d, err
	})
	return list, prolong.Wrap("invoices.FindDocuments", err)
}
