package invoices

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/invoices/render"
)

// The kinds of attachments that invoices renders for notify.
const (
	AttachCreditNote = "credit_note"
	AttachDocument   = "document"
	AttachInvoice    = "invoice"
)

const mimePDF = "application/pdf"

// Attachment renders a paper for a mail from its frozen snapshot: the same paper gives the
// same bytes for ever. name is the ASCII file name. Returns CodeNotFound.
func (s *Service) Attachment(ctx context.Context, kind string, id int64) (name, mime string, body []byte, err error) {
	doc, err := s.paper(ctx, kind, id, 0)
	if err != nil {
		return "", "", nil, prolong.Wrap("invoices.Attachment", err)
	}
	body, err = s.draw(ctx, doc)
	// Old mail programs know ASCII names only; the native one is for the browser's download.
	name, _ = doc.FileNames()
	return name, mimePDF, body, prolong.Wrap("invoices.Attachment", err)
}

// paperTables say where the papers of a kind are kept; everything else is an invoice.
var paperTables = map[string]string{AttachCreditNote: "credit_notes", AttachDocument: "documents"}

// paper reads a frozen paper with the version of the layouts under which it was issued. account
// limits it to that account's papers, unless it is nought. Returns CodeNotFound.
func (s *Service) paper(ctx context.Context, kind string, id int64, account billing.AccountID) (doc render.Document, err error) {
	table, ok := paperTables[kind]
	if !ok {
		table = "invoices"
	}
	var raw []byte
	var version string
	err = s.db.Pool.QueryRow(ctx, `SELECT snapshot, renderer FROM `+table+` WHERE id = $1 AND ($2 = 0 OR account_id = $2)`, id, int64(account)).Scan(&raw, &version)
	if errors.Is(err, pgx.ErrNoRows) {
		return doc, errPaperNotFound(id)
	}
	if err != nil {
		return doc, err
	}
	err = json.Unmarshal(raw, &doc)
	doc.Renderer = version
	return doc, err
}

func errPaperNotFound(id int64) error {
	return prolong.NewError(prolong.CodeNotFound, "error.document_not_found", prolong.Args{"ID": id})
}
