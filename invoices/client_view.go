package invoices

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/invoices/render"
)

// A client reads his own papers through the use cases of this file. Each takes the account that
// the asker was let into and names it in the condition of every query, so that a guessed id of
// another client's paper finds nothing.

// clientPageMax bounds one page of a client's list.
const clientPageMax = 200

// InvoicesOf lists the invoices of an account, the newest first, and how many there are in
// all. With statuses only those are listed and counted.
func (s *Service) InvoicesOf(ctx context.Context, account billing.AccountID, limit, offset int, statuses ...Status) ([]Invoice, int, error) {
	wanted := make([]string, len(statuses))
	for i, st := range statuses {
		wanted[i] = string(st)
	}
	const where = ` FROM invoices i WHERE i.account_id = $1 AND (cardinality($2::text[]) = 0 OR i.status = ANY($2))`
	var total int
	if err := s.db.Pool.QueryRow(ctx, `SELECT count(*)`+where, int64(account), wanted).Scan(&total); err != nil {
		return nil, 0, prolong.Wrap("invoices.InvoicesOf", err)
	}
	rows, err := s.db.Pool.Query(ctx, `SELECT `+invoiceColumns+where+` ORDER BY i.issued_on DESC, i.id DESC LIMIT $3 OFFSET $4`, int64(account), wanted, min(limit, clientPageMax), max(offset, 0))
	if err != nil {
		return nil, 0, prolong.Wrap("invoices.InvoicesOf", err)
	}
	list, err := pgx.CollectRows(rows, scanInvoice)
	return list, total, prolong.Wrap("invoices.InvoicesOf", err)
}

// ClientInvoice is an invoice with everything that its page shows.
type ClientInvoice struct {
	Invoice
	// Paper is what stands on it, frozen at its issue.
	Paper     render.Document
	Payments  []InvoicePayment // the oldest first
	Documents []Document       // that close it
	Notes     []CreditNote     // that lower it, the oldest first
}

// InvoiceOf returns an invoice of an account. Returns CodeNotFound for one that does not exist
// and for another account's alike.
func (s *Service) InvoiceOf(ctx context.Context, account billing.AccountID, id InvoiceID) (ClientInvoice, error) {
	list, err := s.clientInvoices(ctx, account, `i.id = $2`, int64(id))
	if err != nil {
		return ClientInvoice{}, prolong.Wrap("invoices.InvoiceOf", err)
	}
	if len(list) == 0 {
		return ClientInvoice{}, errPaperNotFound(int64(id))
	}
	inv := list[0]
	paid, err := s.paidWith(ctx, []InvoiceID{id})
	if err != nil {
		return ClientInvoice{}, prolong.Wrap("invoices.InvoiceOf", err)
	}
	inv.Payments = paid[id]
	if inv.Documents, err = s.clientDocuments(ctx, account, `d.invoice_id = $2`, `ORDER BY d.id`, int64(id)); err != nil {
		return ClientInvoice{}, prolong.Wrap("invoices.InvoiceOf", err)
	}
	inv.Notes, err = creditNotes(ctx, s.db.Pool, `c.invoice_id = $1`, int64(id))
	return inv, prolong.Wrap("invoices.InvoiceOf", err)
}

// toPayMax bounds how many unpaid invoices are shown as due now.
const toPayMax = 20

// ToPay returns what an account has to pay, the most urgent first, with the papers but without
// payments and documents.
func (s *Service) ToPay(ctx context.Context, account billing.AccountID) ([]ClientInvoice, error) {
	list, err := s.clientInvoices(ctx, account, `i.status = 'open' ORDER BY i.due_on, i.id LIMIT $2`, toPayMax)
	return list, prolong.Wrap("invoices.ToPay", err)
}

// LastPaid returns the invoice that pays the farthest, which is why the account is active until
// then. ok is false if none was ever paid.
func (s *Service) LastPaid(ctx context.Context, account billing.AccountID) (inv Invoice, ok bool, err error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT `+invoiceColumns+` FROM invoices i WHERE i.account_id = $1 AND i.status = 'paid' ORDER BY i.period_to DESC, i.kind <> 'period', i.id DESC LIMIT 1`, int64(account))
	if err != nil {
		return inv, false, prolong.Wrap("invoices.LastPaid", err)
	}
	list, err := pgx.CollectRows(rows, scanInvoice)
	if err != nil || len(list) == 0 {
		return inv, false, prolong.Wrap("invoices.LastPaid", err)
	}
	return list[0], true, nil
}

func (s *Service) clientInvoices(ctx context.Context, account billing.AccountID, rest string, args ...any) ([]ClientInvoice, error) {
	rows, err := s.db.Pool.Query(ctx, `SELECT `+invoiceColumns+`, i.snapshot FROM invoices i WHERE i.account_id = $1 AND `+rest, append([]any{int64(account)}, args...)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (inv ClientInvoice, err error) {
		var raw []byte
		if inv.Invoice, err = scanInvoice(withColumn{row, &raw}); err != nil {
			return inv, err
		}
		return inv, json.Unmarshal(raw, &inv.Paper)
	})
}

// withColumn lets a scan of fixed columns be followed by one more.
type withColumn struct {
	pgx.CollectableRow
	more any
}

// Scan reads the row.
func (r withColumn) Scan(dest ...any) error { return r.CollectableRow.Scan(append(dest, r.more)...) }

// Payable returns the paper as it is to be paid now: for what is left of a partly paid invoice,
// with the tax inside of that in the purpose of payment. A payer's program and our matching
// read its QR and its purpose.
func (i ClientInvoice) Payable() render.Document {
	doc := i.Paper
	rest := i.Residual()
	if rest.Minor() <= 0 || rest.Minor() == doc.Totals.Gross || len(doc.Lines) == 0 {
		return doc
	}
	sums := taxSums(doc.Lines)
	room := make([]int64, len(sums))
	for n, sum := range sums {
		room[n] = sum.gross
	}
	doc.Totals = render.Totals{Gross: rest.Minor()}
	for n, share := range billing.Spread(rest.Minor(), room) {
		tax, err := sums[n].rate.Inside(prolong.NewMoney(share, rest.Currency()))
		if err != nil {
			return i.Paper // the whole amount is no mistake: what is too much goes to the balance
		}
		sums[n].gross, sums[n].tax = share, tax.Minor()
		doc.Totals.Tax += tax.Minor()
	}
	doc.Totals.Net = doc.Totals.Gross - doc.Totals.Tax
	doc.PaymentPurpose = purposeOfPayment(doc.Country, doc.Number, doc.Date, sums, prolong.NewMoney(doc.Totals.Tax, rest.Currency()))
	return doc
}

// DocumentsOf lists the closing documents of an account, the newest first, and how many there
// are in all.
func (s *Service) DocumentsOf(ctx context.Context, account billing.AccountID, limit, offset int) ([]Document, int, error) {
	var total int
	if err := s.db.Pool.QueryRow(ctx, `SELECT count(*) FROM documents d WHERE d.account_id = $1`, int64(account)).Scan(&total); err != nil {
		return nil, 0, prolong.Wrap("invoices.DocumentsOf", err)
	}
	list, err := s.clientDocuments(ctx, account, `true`, `ORDER BY d.issued_on DESC, d.id DESC LIMIT $2 OFFSET $3`, min(limit, clientPageMax), max(offset, 0))
	return list, total, prolong.Wrap("invoices.DocumentsOf", err)
}

func (s *Service) clientDocuments(ctx context.Context, account billing.AccountID, where, rest string, args ...any) ([]Document, error) {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT d.id, d.seller_id, d.account_id, coalesce(d.invoice_id, 0), d.kind, d.number, d.issued_on, d.period_from, d.period_to, d.currency, d.total_minor, d.tax_minor, d.status
		FROM documents d WHERE d.account_id = $1 AND `+where+` `+rest, append([]any{int64(account)}, args...)...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Document, err error) {
		var cur string
		var total, tax int64
		err = row.Scan((*int64)(&d.ID), (*int64)(&d.SellerID), (*int64)(&d.AccountID), (*int64)(&d.InvoiceID), (*string)(&d.Kind), &d.Number, &d.IssuedOn,
			&d.Period.From, &d.Period.To, &cur, &total, &tax, &d.Status)
		d.Total, d.Tax = prolong.NewMoney(total, prolong.Currency(cur)), prolong.NewMoney(tax, prolong.Currency(cur))
		return d, err
	})
}

// File is a paper drawn as PDF.
type File struct {
	ASCIIName, Name string // file names for old programs and for people
	Body            []byte
}

// FileOf draws a paper of an account, of kind AttachInvoice or AttachDocument: the very bytes
// that its letter carries. Returns CodeNotFound, for another account's paper as well.
func (s *Service) FileOf(ctx context.Context, account billing.AccountID, kind string, id int64) (File, error) {
	if account == 0 { // would be anybody's
		return File{}, prolong.Wrap("invoices.FileOf", errPaperNotFound(id))
	}
	p, err := s.paper(ctx, kind, id, account)
	if err != nil {
		return File{}, prolong.Wrap("invoices.FileOf", err)
	}
	f := File{}
	f.ASCIIName, f.Name = p.doc.FileNames()
	f.Body, err = s.drawPaper(ctx, p)
	return f, prolong.Wrap("invoices.FileOf", err)
}
