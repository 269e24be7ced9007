package invoices

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/billing"
	"prolong/invoices/render"
)

// correction is a credit note on a supply that was given out, for an exchange file.
type correction struct {
	paper         exportedPaper
	reason        string
	before, after []render.Line // of the supply
}

// eachCorrection gives the credit notes of an interval that lower a document which stands. A note
// that came before the document has lowered it already, so there is nothing to correct.
func (s *Service) eachCorrection(ctx context.Context, seller billing.Seller, i Interval, yield func(correction) error) error {
	rows, err := s.db.Pool.Query(ctx, `
		SELECT c.id, c.snapshot, c.issued_on, c.reason, c.account_id, a.external_id, a.payment_code, (a.created_at AT TIME ZONE $4)::date, i.id, i.number, i.issued_on,
			coalesce((SELECT f.id FROM documents f WHERE d.revision > 0 AND f.seller_id = d.seller_id AND f.kind = d.kind AND f.year = d.year AND f.running = d.running AND f.revision = 0), d.id),
			d.number, d.issued_on, d.snapshot
		FROM credit_notes c JOIN invoices i ON i.id = c.invoice_id JOIN published_accounts a ON a.id = c.account_id
		JOIN documents d ON d.invoice_id = i.id AND d.kind IN ('act', 'upd') AND d.status = 'issued'
		WHERE c.seller_id = $1 AND c.booked AND c.issued_on <= $3 AND EXISTS (SELECT FROM credit_notes n WHERE n.invoice_id = i.id AND n.booked AND n.issued_on BETWEEN $2 AND $3)
		ORDER BY c.id`, int64(seller.ID), i.From, i.To, seller.Location.String())
	if err != nil {
		return err
	}
	left := map[int64][]render.Line{} // of the supply, by invoice
	var c correction
	p := &c.paper
	var on prolong.Date
	var note, supply []byte
	_, err = pgx.ForEachRow(rows, []any{&p.id, &note, &on, &c.reason, &p.account, &p.externalID, &p.code, &p.since, &p.invoiceID, &p.invoiceNumber, &p.invoiceDate, &p.supplyID, &p.supplyNumber, &p.supplyDate, &supply}, func() error {
		p.doc = render.Document{}
		if err := json.Unmarshal(note, &p.doc); err != nil {
			return err
		}
		if _, known := left[p.invoiceID]; !known {
			var d render.Document
			if err := json.Unmarshal(supply, &d); err != nil {
				return err
			}
			left[p.invoiceID] = d.Lines
		}
		c.before = left[p.invoiceID]
		c.after = lowered(c.before, p.doc.Lines)
		left[p.invoiceID] = c.after
		if on.Before(i.From) {
			return nil
		}
		return yield(c)
	})
	return err
}

// lowered are the lines of a supply less those of a credit note, which are negative: of lines that
// nothing tells apart the first ones that have as much.
func lowered(lines, off []render.Line) []render.Line {
	after := slices.Clone(lines)
	for _, o := range off {
		for n := range after {
			l := &after[n]
			if l.Code != o.Code || l.Name != o.Name || l.Period != o.Period || l.Gross <= 0 {
				continue
			}
			gross, tax := max(o.Gross, -l.Gross), o.Tax
			if gross != o.Gross {
				tax = -l.Tax
			}
			l.Gross, l.Tax = l.Gross+gross, l.Tax+tax
			l.Net = l.Gross - l.Tax
			if o.Gross, o.Tax = o.Gross-gross, o.Tax-tax; o.Gross == 0 {
				break
			}
		}
	}
	return after
}
