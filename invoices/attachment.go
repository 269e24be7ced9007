package invoices

import (
	"context"

	"prolong"
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
	p, err := s.paper(ctx, kind, id, 0)
	if err != nil {
		return "", "", nil, prolong.Wrap("invoices.Attachment", err)
	}
	body, err = s.drawPaper(ctx, p)
	// Old mail programs know ASCII names only; the native one is for the browser's download.
	name, _ = p.doc.FileNames()
	return name, mimePDF, body, prolong.Wrap("invoices.Attachment", err)
}
