package invoices

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
	"prolong/invoices/render"
	"prolong/notify"
)

// Closed counts what a closing sweep did.
type Closed struct {
	Documents int `json:"documents"`
}

// closeBatch is how many closing documents one transaction draws up.
const closeBatch = 500

// CloseDue draws up the closing document of every paid invoice whose day has come by its
// seller's policy, books the revenue and mails the document; a zero on means today. It may be
// repeated, run in several processes and be killed anywhere: an invoice is closed once, and
// numbers have no gaps.
func (s *Service) CloseDue(ctx context.Context, actor prolong.Actor, on prolong.Date) (Closed, error) {
	var done Closed
	c, err := billing.New(s.db, s.log).Catalog(ctx)
	if err != nil {
		return done, prolong.Wrap("invoices.CloseDue", err)
	}
	for _, seller := range c.Sellers {
		n, err := s.inBatches(ctx, seller, on, closeBatch, func(ctx context.Context, tx postgres.Tx, today prolong.Date) (int, error) {
			return s.closeBatch(ctx, tx, actor, seller, today)
		})
		done.Documents += n
		if err != nil {
			return done, prolong.Wrap("invoices.CloseDue", err)
		}
	}
	return done, nil
}

// inBatches repeats a sweep over a seller's papers, each batch in its own transaction on the day
// on (zero: the seller's today), until one is not full. It returns how many papers were drawn up.
func (s *Service) inBatches(ctx context.Context, seller billing.Seller, on prolong.Date, size int, sweep func(ctx context.Context, tx postgres.Tx, today prolong.Date) (int, error)) (drawn int, err error) {
	for {
		n := 0
		if err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) (err error) {
			today := on
			if on.IsZero() {
				today = seller.Today(tx.Now)
			}
			n, err = sweep(ctx, tx, today)
			return err
		}); err != nil {
			return drawn, err
		}
		if drawn += n; n < size {
			return drawn, nil
		}
	}
}

// paidInvoice is an invoice that waits for its closing document.
type paidInvoice struct {
	Invoice
	snapshot render.Document
	account  billing.Account // its name and how to reach it only
}

func (s *Service) closeBatch(ctx context.Context, tx postgres.Tx, actor prolong.Actor, seller billing.Seller, today prolong.Date) (int, error) {
	due, err := claimUnclosed(ctx, tx, seller.ID, today)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	for i := range due {
		if err := due[i].render(ctx, tx, seller); err != nil {
			return 0, err
		}
	}
	kind := closingKind(seller)
	first, err := takeNumbers(ctx, tx, seller.ID, kind, today.Year(), len(due))
	if err != nil {
		return 0, err
	}
	ids, err := postgres.NextIDs(ctx, tx, "documents", len(due))
	if err != nil {
		return 0, err
	}
	prepaid, err := prepaymentsOf(ctx, tx, seller, due, today)
	if err != nil {
		return 0, err
	}
	taxInvoices, err := newTaxInvoices(ctx, tx, seller, due, today)
	if err != nil {
		return 0, err
	}
	j := billing.NewJournal(tx, actor)
	rows := make([][]any, len(due))
	messages := make([]notify.Message, 0, len(due))
	accounts := make(map[billing.AccountID]billing.Account, len(due))
	invoiceIDs := make([]int64, len(due))
	for i := range due {
		inv := &due[i]
		number := documentNumber(today.Year(), first+i)
		doc := closingDocument(seller, inv.snapshot, number, today, prepaid[inv.ID])
		snapshot, err := json.Marshal(doc)
		if err != nil {
			return 0, err
		}
		attachments := []notify.Attachment{{Kind: AttachDocument, ID: ids[i]}}
		if id, err := taxInvoices.add(inv, doc, prepaid[inv.ID]); err != nil {
			return 0, err
		} else if id != 0 {
			attachments = append(attachments, notify.Attachment{Kind: AttachDocument, ID: id})
		}
		rows[i] = []any{ids[i], int64(seller.ID), int64(inv.AccountID), int64(inv.ID), string(kind), today.Year(), first + i, number, today,
			inv.Period.From, inv.Period.To, string(inv.Total.Currency()), inv.Total.Minor(), inv.Tax.Minor(), "issued", snapshot, render.RendererVersion, tx.Now}
		net := prolong.NewMoney(inv.Total.Minor()-inv.Tax.Minor(), inv.Total.Currency())
		j.Close(seller.ID, inv.AccountID, today, net, inv.Tax, ids[i], false)
		invoiceIDs[i] = int64(inv.ID)
		accounts[inv.AccountID] = inv.account
		messages = append(messages, notify.Message{
			Subject: notify.Subject{Kind: "document", ID: ids[i]}, Thread: threadOf(inv.ID), AccountID: inv.AccountID, SellerID: seller.ID,
			Payload: notify.DocumentReady{Kind: notify.DocumentKind(kind), Number: number, IssuedOn: today, Total: inv.Total, Period: inv.Period,
				AccountName: inv.account.LegalName(), InvoiceNumber: inv.Number},
			Attachments: attachments,
		})
	}
	rows = append(rows, taxInvoices.rows...)
	if _, err := tx.Pgx.CopyFrom(ctx, pgx.Identifier{"documents"}, documentColumns, pgx.CopyFromRows(rows)); err != nil {
		return 0, postgres.MapConstraint(err, constraints)
	}
	if _, err := tx.Pgx.Exec(ctx, `UPDATE invoices SET close_on = NULL WHERE id = ANY($1)`, invoiceIDs); err != nil {
		return 0, err
	}
	if err := j.Write(ctx); err != nil {
		return 0, err
	}
	if messages, err = addressed(ctx, tx, identity.TopicDocuments, today, accounts, messages); err != nil {
		return 0, err
	}
	_, err = s.notify.Queue(ctx, tx, messages...)
	return len(due), err
}

// render makes of the invoice what was rendered: less what was credited, at the rates of its days.
func (p *paidInvoice) render(ctx context.Context, tx postgres.Tx, seller billing.Seller) error {
	var notes []CreditNote
	var err error
	if !p.Credited.IsZero() {
		if notes, err = creditNotes(ctx, tx.Pgx, `c.invoice_id = $1`, int64(p.ID)); err != nil {
			return err
		}
	}
	if p.snapshot, err = rendered(p.snapshot, seller, notes); err != nil {
		return err
	}
	p.Total, p.Tax = p.Owed(), prolong.NewMoney(p.snapshot.Totals.Tax, p.Total.Currency())
	return nil
}

var documentColumns = []string{"id", "seller_id", "account_id", "invoice_id", "kind", "year", "running", "number", "issued_on", "period_from", "period_to", "currency",
	"total_minor", "tax_minor", "status", "snapshot", "renderer", "created_at"}

// claimUnclosed locks paid invoices whose closing document is due. The account is locked with
// the invoice, as by everything that moves money; what somebody else works on is passed over.
func claimUnclosed(ctx context.Context, tx postgres.Tx, seller billing.SellerID, today prolong.Date) ([]paidInvoice, error) {
	rows, err := tx.Pgx.Query(ctx, `
		SELECT `+invoiceColumns+`, i.snapshot, a.email, a.language, a.legal_form, a.name
		FROM invoices i JOIN published_accounts a ON a.id = i.account_id
		WHERE i.close_on IS NOT NULL AND i.close_on <= $1 AND i.seller_id = $2 AND i.status = 'paid'
		ORDER BY i.close_on, i.id LIMIT $3
		FOR NO KEY UPDATE OF a, i SKIP LOCKED`, today, int64(seller), closeBatch)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var due []paidInvoice
	for rows.Next() {
		var p paidInvoice
		var r invoiceRow
		var snapshot []byte
		if err := rows.Scan(append(r.columns(), &snapshot, &p.account.Email, &p.account.Language, &p.account.LegalForm, &p.account.Name)...); err != nil {
			return nil, err
		}
		if err := json.Unmarshal(snapshot, &p.snapshot); err != nil {
			return nil, err
		}
		p.Invoice = r.invoice()
		due = append(due, p)
	}
	return due, rows.Err()
}

// takeNumbers takes n running numbers and returns the first. The counter row stays locked
// until the transaction ends, so a roll-back gives the numbers back and none is skipped.
func takeNumbers(ctx context.Context, tx postgres.Tx, seller billing.SellerID, kind DocumentKind, year, n int) (first int, err error) {
	var last int
	err = tx.Pgx.QueryRow(ctx, `
		INSERT INTO document_counters (seller_id, kind, year, last) VALUES ($1, $2, $3, $4)
		ON CONFLICT ON CONSTRAINT document_counters_pkey DO UPDATE SET last = document_counters.last + excluded.last
		RETURNING last`, int64(seller), string(kind), year, n).Scan(&last)
	return last - n + 1, err
}
