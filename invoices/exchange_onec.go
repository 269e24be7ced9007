package invoices

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/invoices/onec"
	"prolong/invoices/render"
)

// ReceiptSource gives the money that a seller received on the days from..to: banksync, which
// knows the lines of the bank.
type ReceiptSource func(ctx context.Context, seller billing.SellerID, from, to prolong.Date, yield func(onec.Receipt) error) error

// Interval is what an export is about: a seller (by key, empty for the only one) and the days
// From..To, both included.
type Interval struct {
	Seller   string
	From, To prolong.Date
}

func (i Interval) check() error {
	if i.From.IsZero() || i.To.IsZero() || i.To.Before(i.From) {
		return prolong.NewError(prolong.CodeInvalid, "error.export_interval", prolong.Args{"From": i.From, "To": i.To})
	}
	return nil
}

// ExportOneC writes an EnterpriseData file with the invoices and documents issued and the money
// received in an interval, and says what it holds. The same object has the same GUID in every
// file, so files of overlapping intervals may be loaded in any order and as often as one likes.
// receipts may be nil. Returns CodeInvalid for an impossible interval, CodeNotFound for an
// unknown seller.
func (s *Service) ExportOneC(ctx context.Context, out io.Writer, i Interval, receipts ReceiptSource) (onec.Counts, error) {
	counts, err := s.exportOneC(ctx, out, i, receipts)
	return counts, prolong.Wrap("invoices.ExportOneC", err)
}

func (s *Service) exportOneC(ctx context.Context, out io.Writer, i Interval, receipts ReceiptSource) (onec.Counts, error) {
	if err := i.check(); err != nil {
		return onec.Counts{}, err
	}
	seller, err := s.sellerOf(ctx, i.Seller)
	if err != nil {
		return onec.Counts{}, err
	}
	exchange, err := s.ExchangeOf(ctx, seller.ID)
	if err != nil {
		return onec.Counts{}, err
	}
	w, err := onec.NewWriter(out, onec.Options{Version: exchange.OneCVersion, Rates: exchange.OneCRates, CreatedAt: s.db.Now().In(seller.Location)})
	if err != nil {
		return onec.Counts{}, err
	}
	if err := s.eachPaper(ctx, paperQueryInvoices, seller, i, func(p exportedPaper) error { return w.Document(&p.doc, p.refs(seller, "invoice")) }); err != nil {
		return onec.Counts{}, err
	}
	if err := s.eachPaper(ctx, paperQueryDocuments, seller, i, func(p exportedPaper) error { return w.Document(&p.doc, p.refs(seller, "document")) }); err != nil {
		return onec.Counts{}, err
	}
	if err := s.eachCorrection(ctx, seller, i, func(c correction) error {
		return w.Correction(&c.paper.doc, c.before, c.after, c.reason, c.paper.refs(seller, "credit_note"))
	}); err != nil {
		return onec.Counts{}, err
	}
	if receipts != nil {
		if err := receipts(ctx, seller.ID, i.From, i.To, w.Receipt); err != nil {
			return onec.Counts{}, err
		}
	}
	return w.Close()
}

// exportedPaper is an invoice or a document with what an exchange file says beside it.
type exportedPaper struct {
	id            int64
	doc           render.Document
	status        string
	account       int64
	externalID    string
	code          string
	since         prolong.Date
	invoiceID     int64
	invoiceNumber string
	invoiceDate   prolong.Date
	createdAt     time.Time
	// The act of a счёт-фактура, of an annulled one the storno of the act; 0 for none.
	supplyID     int64
	supplyNumber string
	supplyDate   prolong.Date
}

const (
	paperQueryInvoices = `
		SELECT i.id, i.snapshot, i.status, i.account_id, a.external_id, a.payment_code, (a.created_at AT TIME ZONE $4)::date, i.id, i.number, i.issued_on, i.created_at, 0, '', NULL::date
		FROM invoices i JOIN published_accounts a ON a.id = i.account_id
		WHERE i.seller_id = $1 AND i.issued_on BETWEEN $2 AND $3 AND i.status <> 'void' ORDER BY i.issued_on, i.id`
	// A corrected issue goes by the id of the first one, so that it takes its place in other
	// programs.
	paperColumnsDocuments = `
		SELECT coalesce((SELECT f.id FROM documents f WHERE d.revision > 0 AND f.seller_id = d.seller_id AND f.kind = d.kind AND f.year = d.year AND f.running = d.running AND f.revision = 0), d.id), d.snapshot, d.status, d.account_id, a.external_id, a.payment_code, (a.created_at AT TIME ZONE $4)::date, coalesce(d.invoice_id, 0), coalesce(i.number, ''), i.issued_on, d.created_at,
			coalesce(supply.id, 0), coalesce(supply.number, ''), supply.issued_on
		FROM documents d JOIN published_accounts a ON a.id = d.account_id LEFT JOIN invoices i ON i.id = d.invoice_id
		LEFT JOIN LATERAL (SELECT s.id, s.number, s.issued_on FROM documents s WHERE d.kind IN ('sf', 'storno') AND d.snapshot->>'kind' = 'sf' AND s.invoice_id = d.invoice_id AND s.revision = 0
			AND s.kind = CASE d.kind WHEN 'sf' THEN 'act' ELSE 'storno' END AND s.snapshot->>'kind' <> 'sf'
			AND CASE d.kind WHEN 'sf' THEN s.number ELSE s.snapshot->'reverses'->>'number' END = d.snapshot->'shipments'->0->>'number' ORDER BY s.id LIMIT 1) supply ON true`
	paperQueryDocuments = paperColumnsDocuments + `
		WHERE d.seller_id = $1 AND d.issued_on BETWEEN $2 AND $3 AND d.status <> 'corrected' ORDER BY d.issued_on, d.id`
)

func (s *Service) eachPaper(ctx context.Context, query string, seller billing.Seller, i Interval, yield func(exportedPaper) error) error {
	rows, err := s.db.Pool.Query(ctx, query, int64(seller.ID), i.From, i.To, seller.Location.String())
	if err != nil {
		return err
	}
	var p exportedPaper
	var raw []byte
	_, err = pgx.ForEachRow(rows, []any{&p.id, &raw, &p.status, &p.account, &p.externalID, &p.code, &p.since, &p.invoiceID, &p.invoiceNumber, &p.invoiceDate, &p.createdAt, &p.supplyID, &p.supplyNumber, &p.supplyDate}, func() error {
		p.doc = render.Document{}
		if err := json.Unmarshal(raw, &p.doc); err != nil {
			return err
		}
		return yield(p)
	})
	return err
}

// refs are the GUIDs of a paper and of what it names.
func (p exportedPaper) refs(seller billing.Seller, kind string) onec.Refs {
	tax := string(seller.TaxID)
	r := onec.Refs{
		Document: StableID(seller.TaxID, kind, p.id), Organisation: stableID(tax, "seller", tax), Partner: partnerID(tax, p.doc.Buyer.TaxID, p.doc.Buyer.KPP, p.account),
		Contract: StableID(seller.TaxID, "contract", p.account), ContractNumber: p.code, ContractDate: p.since,
		Service: func(l *render.Line) string { return stableID(tax, "service", l.Code+"/"+l.Name) },
	}
	if kind == "document" {
		r.TaxInvoice = StableID(seller.TaxID, "tax_invoice", p.id)
		if p.invoiceID != 0 {
			r.Invoice, r.InvoiceNumber, r.InvoiceDate = StableID(seller.TaxID, "invoice", p.invoiceID), p.invoiceNumber, p.invoiceDate
		}
	}
	if kind != "invoice" {
		if p.supplyID != 0 {
			r.Supply, r.SupplyNumber, r.SupplyDate = StableID(seller.TaxID, "document", p.supplyID), p.supplyNumber, p.supplyDate
		}
	}
	return r
}

// ReceiptRefs fills the GUIDs of a receipt's parties and contracts, so that they are those of the
// documents. account is 0 while nobody knows whose money it is.
func ReceiptRefs(seller billing.Seller, payment billing.PaymentID, payer render.Party, account billing.AccountID) (id, sellerID, payerID string) {
	tax := string(seller.TaxID)
	payerID = partnerID(tax, payer.TaxID, payer.KPP, int64(account))
	if payer.TaxID == "" && account == 0 {
		payerID = stableID(tax, "payer", payer.Name+"/"+payer.Account.Number)
	}
	return StableID(seller.TaxID, "payment", int64(payment)), stableID(tax, "seller", tax), payerID
}

// SellerParty is a seller as a party of an exchange file, with one of his accounts.
func SellerParty(seller billing.Seller, bank billing.BankAccount) render.Party {
	return sellerParty(seller, bank, "")
}
