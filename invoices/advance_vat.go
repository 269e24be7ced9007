package invoices

import (
	"context"
	"slices"

	"prolong"
	"prolong/billing"
	"prolong/invoices/render"
)

// The tax on advances (НДС с авансов) stands in no ledger of ours: it is money between the seller
// and the state. It follows from the счета-фактуры: one on an advance charges it (Дт 76.АВ Кт
// 68.02), the supply that names it in line 5б takes it back (Дт 68.02 Кт 76.АВ) as far as the
// supply uses the advance up (НК 171 п. 8, 172 п. 6), and a storno takes back what its document did.

const paperQueryAdvances = paperColumnsDocuments + `
	WHERE d.seller_id = $1 AND d.issued_on BETWEEN $2 AND $3 AND d.kind IN ('sf', 'upd', 'storno') AND d.status <> 'corrected'
		AND (d.snapshot->>'for_advance' = 'true' OR jsonb_array_length(coalesce(nullif(d.snapshot->'advances', 'null'), '[]')) > 0)
	ORDER BY d.issued_on, d.id`

// chargedAdvance is a счёт-фактура on an advance with what supplies have used of it.
type chargedAdvance struct {
	number                         string
	date                           prolong.Date
	orders                         []render.Reference
	gross, tax, usedGross, usedTax int64
}

// advanceEvent is what a document does to the tax on one advance.
type advanceEvent struct {
	Entry
	advance *chargedAdvance
	gross   int64 // of the advance that is charged or used
}

// advanceUse is what one supply used of one advance.
type advanceUse struct {
	advance    *chargedAdvance
	gross, tax int64
}

// advanceBook works the entries out, document by document in the order of issue.
type advanceBook struct {
	chart    Chart
	advances map[string]*chargedAdvance // by number
	uses     map[string][]advanceUse    // by the number of the supply's document
}

func newAdvanceBook(chart Chart) *advanceBook {
	return &advanceBook{chart: chart, advances: map[string]*chargedAdvance{}, uses: map[string][]advanceUse{}}
}

// The contents of entries of the tax on advances.
const (
	contentAdvanceVAT       = "advance_vat"
	contentAdvanceDeduction = "advance_vat_deduction"
)

// add returns what the next document does.
func (b *advanceBook) add(d *render.Document) []advanceEvent {
	charge := func(a *chargedAdvance, gross, minor int64) advanceEvent {
		return advanceEvent{Entry{b.chart.AdvanceVAT, b.chart.VAT, minor, contentAdvanceVAT}, a, gross}
	}
	deduct := func(a *chargedAdvance, gross, minor int64) advanceEvent {
		return advanceEvent{Entry{b.chart.VAT, b.chart.AdvanceVAT, minor, contentAdvanceDeduction}, a, gross}
	}
	var list []advanceEvent
	switch reversed := d.Reverses.Number; {
	case d.ForAdvance && reversed == "":
		a := &chargedAdvance{number: d.Number, date: d.Date, orders: d.PaymentOrders, gross: d.Totals.Gross, tax: d.Totals.Tax}
		b.advances[d.Number] = a
		list = append(list, charge(a, a.gross, a.tax))
	case d.ForAdvance:
		a := b.advances[reversed]
		list = append(list, charge(a, d.Totals.Gross, d.Totals.Tax)) // is negative
		if a != nil && a.usedTax != 0 {
			list = append(list, deduct(a, -a.usedGross, -a.usedTax))
			a.usedGross, a.usedTax = a.gross, 0 // nothing of it is left to use
		}
		delete(b.advances, reversed)
	case reversed != "":
		for _, use := range b.uses[reversed] {
			if use.advance.usedTax == 0 {
				continue // its счёт-фактура was cancelled before
			}
			use.advance.usedGross, use.advance.usedTax = use.advance.usedGross-use.gross, use.advance.usedTax-use.tax
			list = append(list, deduct(use.advance, -use.gross, -use.tax))
		}
		delete(b.uses, reversed)
	default:
		left := d.Totals.Gross
		for _, r := range d.Advances {
			a := b.advances[r.Number]
			if a == nil || left <= 0 {
				continue
			}
			use := advanceUse{advance: a, gross: min(left, a.gross-a.usedGross)}
			left -= use.gross
			used := a.usedGross + use.gross
			// The last part takes what is left, so that nothing of the tax stays behind.
			if use.tax = a.tax - a.usedTax; used < a.gross {
				part, err := prolong.NewMoney(a.tax, d.Currency).MulRatio(used, a.gross, prolong.HalfUp)
				if err != nil {
					continue
				}
				use.tax = part.Minor() - a.usedTax
			}
			a.usedGross, a.usedTax = used, a.usedTax+use.tax
			b.uses[d.Number] = append(b.uses[d.Number], use)
			list = append(list, deduct(a, use.gross, use.tax))
		}
	}
	return slices.DeleteFunc(list, func(e advanceEvent) bool { return e.Minor == 0 })
}

// advanceEvents gives what documents issued in an interval do to the tax on advances to yield, by
// day. What was charged before it is read as well, for supplies use it up.
func (s *Service) advanceEvents(ctx context.Context, seller billing.Seller, i Interval, chart Chart, yield func(exportedPaper, advanceEvent) error) error {
	book := newAdvanceBook(chart)
	return s.eachPaper(ctx, paperQueryAdvances, seller, Interval{From: prolong.MustDate("2000-01-01"), To: i.To}, func(p exportedPaper) error {
		for _, e := range book.add(&p.doc) {
			if p.doc.Date.Before(i.From) {
				continue
			}
			if err := yield(p, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// advanceEntries returns the entries of the tax on advances booked in an interval, by day.
func (s *Service) advanceEntries(ctx context.Context, seller billing.Seller, i Interval, chart Chart) (list []pendingEntry, err error) {
	if chart.AdvanceVAT == "" || chart.AdvanceVAT == noAccount {
		return nil, nil
	}
	err = s.advanceEvents(ctx, seller, i, chart, func(p exportedPaper, e advanceEvent) error {
		list = append(list, pendingEntry{e.Entry, billing.LedgerEntry{
			Posting:    billing.Posting{SellerID: seller.ID, AccountID: billing.AccountID(p.account), BookedOn: p.doc.Date, Amount: prolong.NewMoney(e.Minor, p.doc.Currency), Cause: "document", CauseID: p.id},
			ExternalID: p.externalID, Client: p.doc.Buyer.Name, TaxID: prolong.TaxID(p.doc.Buyer.TaxID),
		}})
		return nil
	})
	return list, err
}
