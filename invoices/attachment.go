package invoices

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"

	"prolong"
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
	doc, err := s.snapshot(ctx, kind, id)
	if err != nil {
		return "", "", nil, prolong.Wrap("invoices.Attachment", err)
	}
	body, err = s.draw(ctx, doc)
	// Old mail programs know ASCII names only; the native one is for the browser's download.
	name, _ = doc.FileNames()
	return name, mimePDF, body, prolong.Wrap("invoices.Attachment", err)
}

func (s *Service) snapshot(ctx context.Context, kind string, id int64) (doc render.Document, err error) {
	query := `SELECT snapshot FROM invoices WHERE id = $1`
	switch kind {
	case AttachCreditNote:
		query = `SELECT snapshot FROM credit_notes WHERE id = $1`
	case AttachDocument:
		query = `SELECT snapshot FROM documents WHERE id = $1`
	}
	var raw []byte
	err = s.db.Pool.QueryRow(ctx, query, id).Scan(&raw)
	if errors.Is(err, pgx.ErrNoRows) {
		return doc, prolong.NewError(prolong.CodeNotFound, "error.document_not_found", prolong.Args{"ID": id})
	}
	if err != nil {
		return doc, err
	}
	return doc, json.Unmarshal(raw, &doc)
}
