package invoices

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/invoices/render"
)

// paperTables say where the papers of a kind are kept.
var paperTables = map[string]string{AttachCreditNote: "credit_notes", AttachDocument: "documents", AttachInvoice: "invoices"}

// frozenPaper is an issued paper and what it was when it was drawn for the first time.
type frozenPaper struct {
	kind    string
	id      int64
	account billing.AccountID
	doc     render.Document
	sha256  []byte // of the PDF; nil before the first time
}

// paper reads a frozen paper with the version of the layouts under which it was issued. account
// limits it to that account's papers, unless it is nought. Returns CodeNotFound.
func (s *Service) paper(ctx context.Context, kind string, id int64, account billing.AccountID) (p frozenPaper, err error) {
	table, ok := paperTables[kind]
	if !ok {
		kind, table = AttachInvoice, paperTables[AttachInvoice]
	}
	p.kind, p.id = kind, id
	var raw []byte
	var version string
	err = s.db.Pool.QueryRow(ctx, `
		SELECT p.account_id, p.snapshot, p.renderer, h.sha256 FROM `+table+` p LEFT JOIN paper_hashes h ON h.kind = $3 AND h.paper_id = p.id
		WHERE p.id = $1 AND ($2 = 0 OR p.account_id = $2)`, id, int64(account), kind).Scan((*int64)(&p.account), &raw, &version, &p.sha256)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, errPaperNotFound(id)
	}
	if err != nil {
		return p, err
	}
	err = json.Unmarshal(raw, &p.doc)
	p.doc.Renderer = version
	return p, err
}

// drawPaper draws a frozen paper and keeps the hash of the first time. A paper that comes out
// otherwise is told to the log and to doctor; whoever asked for it gets it all the same.
func (s *Service) drawPaper(ctx context.Context, p frozenPaper) ([]byte, error) {
	body, err := s.draw(ctx, p.doc)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(body)
	switch {
	case p.sha256 == nil:
		_, err = s.db.Pool.Exec(ctx, `INSERT INTO paper_hashes (kind, paper_id, account_id, sha256, drawn_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT ON CONSTRAINT paper_hashes_pkey DO NOTHING`, p.kind, p.id, int64(p.account), hash[:], s.db.Now())
	case !bytes.Equal(p.sha256, hash[:]):
		s.log.ErrorContext(ctx, "a paper is drawn otherwise than before", "kind", p.kind, "id", p.id, "renderer", p.doc.Renderer)
		_, err = s.db.Pool.Exec(ctx, `UPDATE paper_hashes SET differs_at = $3 WHERE kind = $1 AND paper_id = $2 AND differs_at IS NULL`, p.kind, p.id, s.db.Now())
	}
	return body, err
}

func errPaperNotFound(id int64) error {
	return prolong.NewError(prolong.CodeNotFound, "error.document_not_found", prolong.Args{"ID": id})
}
