package invoices

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/postgres"
	"prolong/invoices/render"
	"prolong/notify"
)

// reasonRunesMax bounds why a document is corrected or cancelled.
const reasonRunesMax = 500

// issuedDocument is a document under change.
type issuedDocument struct {
	Document
	year, running, revision int
	payment                 int64
	snapshot                render.Document
}

// lockIssued reads a document that stands, under the lock of its account. Returns CodeNotFound;
// CodeConflict for one that is cancelled, corrected or cancels another.
func lockIssued(ctx context.Context, tx postgres.Tx, id DocumentID, reason string) (d issuedDocument, account billing.Account, c billing.Catalog, err error) {
	if strings.TrimSpace(reason) == "" || utf8.RuneCountInString(reason) > reasonRunesMax {
		return d, account, c, prolong.NewError(prolong.CodeInvalid, "error.field_missing", prolong.Args{"Field": "reason"})
	}
	var owner int64
	err = tx.Pgx.QueryRow(ctx, `SELECT account_id FROM documents WHERE id = $1`, int64(id)).Scan(&owner)
	if errors.Is(err, pgx.ErrNoRows) {
		return d, account, c, prolong.NewError(prolong.CodeNotFound, "error.document_not_found", prolong.Args{"ID": int64(id)})
	}
	if err != nil {
		return d, account, c, err
	}
	accounts, err := billing.LockAccounts(ctx, tx, []billing.AccountID{billing.AccountID(owner)})
	if err != nil {
		return d, account, c, err
	}
	var raw []byte
	var cur string
	var total, tax int64
	err = tx.Pgx.QueryRow(ctx, `
		SELECT id, seller_id, account_id, coalesce(invoice_id, 0), kind, number, issued_on, period_from, period_to, currency, total_minor, tax_minor, status, year, running, revision, coalesce(payment_id, 0), snapshot
		FROM documents WHERE id = $1 FOR UPDATE`, int64(id)).Scan((*int64)(&d.ID), (*int64)(&d.SellerID), (*int64)(&d.AccountID), (*int64)(&d.InvoiceID), (*string)(&d.Kind), &d.Number, &d.IssuedOn,
		&d.Period.From, &d.Period.To, &cur, &total, &tax, &d.Status, &d.year, &d.running, &d.revision, &d.payment, &raw)
	if err != nil {
		return d, account, c, err
	}
	d.Total, d.Tax = prolong.NewMoney(total, prolong.Currency(cur)), prolong.NewMoney(tax, prolong.Currency(cur))
	if d.Status != "issued" || d.Kind == DocumentStorno {
		return d, account, c, prolong.NewError(prolong.CodeConflict, "error.document_not_in_force", prolong.Args{"Number": d.Number})
	}
	if err := json.Unmarshal(raw, &d.snapshot); err != nil {
		return d, account, c, err
	}
	c, err = billing.CatalogIn(ctx, tx)
	return d, accounts[d.AccountID], c, err
}

// Correct draws up a corrected issue of a document (исправление № 1 от …): the same number, date
// and sums with the requisites of today on both sides. The document itself stays as it was
// issued; nothing moves in the ledger. It leaves for whoever gets documents, and through the
// operator of electronic documents if the one before it went there. The caller has
// checked the actor's right. Returns CodeConflict for a document that is not in force,
// CodeInvalid without a reason.
func (s *Service) Correct(ctx context.Context, actor prolong.Actor, id DocumentID, reason string) (corrected DocumentID, err error) {
	err = s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		d, account, c, err := lockIssued(ctx, tx, id, reason)
		if err != nil {
			return err
		}
		seller := c.Sellers[d.SellerID]
		today := seller.Today(tx.Now)
		bank, _ := c.InvoiceAccount(seller.ID, d.Total.Currency())
		doc := d.snapshot
		doc.Seller, doc.Buyer = sellerParty(seller, bank, doc.Seller.TaxStatus), buyerParty(account)
		doc.Correction = render.Reference{Number: strconv.Itoa(d.revision + 1), Date: today}
		snapshot, err := json.Marshal(doc)
		if err != nil {
			return err
		}
		if _, err := tx.Pgx.Exec(ctx, `UPDATE documents SET status = 'corrected' WHERE id = $1`, int64(id)); err != nil {
			return err
		}
		if err := tx.Pgx.QueryRow(ctx, `
			INSERT INTO documents (seller_id, account_id, invoice_id, kind, year, running, number, issued_on, period_from, period_to, currency, total_minor, tax_minor, status, snapshot, renderer, created_at, payment_id, revision)
			SELECT seller_id, account_id, invoice_id, kind, year, running, number, issued_on, period_from, period_to, currency, total_minor, tax_minor, 'issued', $2, $3, $4, payment_id, revision + 1
			FROM documents WHERE id = $1 RETURNING id`, int64(id), snapshot, render.RendererVersion, tx.Now).Scan((*int64)(&corrected)); err != nil {
			return postgres.MapConstraint(err, constraints)
		}
		if err := followDispatch(ctx, tx, id, corrected); err != nil {
			return err
		}
		if err := identity.Audit(ctx, tx, actor, identity.Change{Action: "document.correct", SubjectKind: "document", SubjectID: int64(corrected), AccountID: d.AccountID,
			Before: map[string]any{"document": int64(id)}, After: map[string]any{"reason": reason, "revision": d.revision + 1}}); err != nil {
			return err
		}
		_, err = s.SendTo(ctx, tx, identity.TopicDocuments, today, account, notify.Message{
			Subject: notify.Subject{Kind: "document", ID: int64(corrected)}, SellerID: seller.ID,
			Payload:     notify.DocumentReady{Kind: notify.DocumentKind(d.Kind), Number: d.Number, IssuedOn: d.IssuedOn, Total: d.Total, Period: d.Period, AccountName: account.LegalName()},
			Attachments: []notify.Attachment{{Kind: AttachDocument, ID: int64(corrected)}},
		})
		return err
	})
	return corrected, prolong.Wrap("invoices.Correct", err)
}

// CancelDocument cancels a document by a storno with a number of its own; a closing document
// takes its счёт-фактура with it. The money stays where it is. With again, the closing document
// of the invoice is drawn up anew by the next sweep, otherwise the invoice stays unclosed; an
// advance that still is one always gets a new счёт-фактура. The caller has checked the actor's
// right. Errors are those of Correct.
func (s *Service) CancelDocument(ctx context.Context, actor prolong.Actor, id DocumentID, reason string, again bool) (Taken, error) {
	var done Taken
	err := s.db.WithTx(ctx, func(ctx context.Context, tx postgres.Tx) error {
		d, _, c, err := lockIssued(ctx, tx, id, reason)
		if err != nil {
			return err
		}
		seller := c.Sellers[d.SellerID]
		today := seller.Today(tx.Now)
		j := billing.NewJournal(tx, actor)
		inv := Invoice{ID: d.InvoiceID, SellerID: d.SellerID, AccountID: d.AccountID, Period: d.Period, Total: d.Total}
		if d.InvoiceID != 0 && d.Kind != DocumentSF {
			err = s.cancelDocument(ctx, tx, j, seller, inv, today, &done)
		} else {
			var raw []byte
			if raw, err = json.Marshal(d.snapshot); err == nil {
				err = s.storno(ctx, tx, j, seller, inv, today, int64(id), raw, d.Total.Minor(), d.Tax.Minor(), false)
			}
			done.Cancelled = append(done.Cancelled, d.Number)
		}
		if err != nil {
			return err
		}
		if again && d.InvoiceID != 0 && d.Kind != DocumentSF {
			if _, err := tx.Pgx.Exec(ctx, `UPDATE invoices SET close_on = $2 WHERE id = $1 AND status = 'paid'`, int64(d.InvoiceID), today); err != nil {
				return err
			}
		}
		if err := j.Write(ctx); err != nil {
			return err
		}
		return identity.Audit(ctx, tx, actor, identity.Change{Action: "document.cancel", SubjectKind: "document", SubjectID: int64(id), AccountID: d.AccountID, After: map[string]any{"reason": reason, "again": again}})
	})
	return done, prolong.Wrap("invoices.CancelDocument", err)
}

// Series is the run of numbers of one seller, kind and year.
type Series struct {
	SellerID billing.SellerID
	Kind     DocumentKind
	Year     int
	Last     int // the last number that was taken
	Issued   int // documents that have one
	// Missing are the numbers that no document has; there should be none.
	Missing []int
}

// FindSeries reports every series of numbered documents, with its gaps.
func (s *Service) FindSeries(ctx context.Context) ([]Series, error) {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT c.seller_id, c.kind, c.year, c.last, count(d.id), coalesce(array_agg(n) FILTER (WHERE d.id IS NULL), '{}')
		FROM document_counters c CROSS JOIN LATERAL generate_series(1, c.last) AS n
		LEFT JOIN (SELECT id, seller_id, kind, year, running FROM documents WHERE revision = 0 UNION ALL SELECT id, seller_id, 'credit_note', year, running FROM credit_notes) d
			ON d.seller_id = c.seller_id AND d.kind = c.kind AND d.year = c.year AND d.running = n
		GROUP BY c.seller_id, c.kind, c.year, c.last ORDER BY c.year DESC, c.seller_id, c.kind`)
	if err != nil {
		return nil, prolong.Wrap("invoices.FindSeries", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (x Series, err error) {
		err = row.Scan((*int64)(&x.SellerID), (*string)(&x.Kind), &x.Year, &x.Last, &x.Issued, &x.Missing)
		slices.Sort(x.Missing)
		return x, err
	})
	return list, prolong.Wrap("invoices.FindSeries", err)
}
