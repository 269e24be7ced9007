package invoices_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
	"prolong/invoices/render"
)

// changeRegimes lets the seller's regime of VAT change with most of the months of the walk, so that
// hardly a period is of one rate only.
func (c *cohort) changeRegimes(t *testing.T) {
	t.Helper()
	var changes []string
	regime := billing.VATGeneral
	for i := range 36 {
		next := billing.VATRegimes()[c.rng.IntN(len(billing.VATRegimes()))]
		if next == regime || c.rng.IntN(4) == 0 {
			continue
		}
		regime = next
		changes = append(changes, fmt.Sprintf("%s %s", c.today().AddMonths(i-1, 1), regime))
	}
	c.h.regimes(t, billing.VATGeneral, changes...)
	c.tell(t, nil, "regimes %v", changes)
	c.h.taxSeller(t, []billing.ClosingDocument{billing.ClosingAct, billing.ClosingActSF, billing.ClosingUPD}[c.rng.IntN(3)], "")
}

// surprise lets other changes of the regime be declared while invoices wait to be closed, in every
// second walk.
func (c *cohort) surprise(t *testing.T) {
	t.Helper()
	if c.rng.IntN(2) == 0 {
		return
	}
	c.surprised = true
	c.changeRegimes(t)
}

// papersAreRight holds every paper of the walk against what its row says and against the rates of
// the days of its lines.
func (c *cohort) papersAreRight(t *testing.T) {
	t.Helper()
	ctx := context.Background()
	catalog, err := c.h.billing.Catalog(ctx)
	require.NoError(t, err)
	rows, err := c.h.db.Pool.Query(ctx, `
		SELECT 'invoice ' || number, total_minor, tax_minor, snapshot, true FROM invoices
		UNION ALL SELECT kind || ' ' || number, CASE kind WHEN 'storno' THEN -total_minor ELSE total_minor END, CASE kind WHEN 'storno' THEN -tax_minor ELSE tax_minor END, snapshot, kind <> 'storno' FROM documents
		UNION ALL SELECT 'note ' || number, -total_minor, -tax_minor, snapshot, false FROM credit_notes`)
	require.NoError(t, err)
	defer rows.Close()
	seller, _ := catalog.SellerByKey("main")
	divided := 0
	require.Equal(t, c.h.count(t, `SELECT coalesce(sum(tax_minor), 0) FROM documents WHERE kind IN ('act', 'upd') AND status = 'issued'`)-
		c.h.count(t, `SELECT coalesce(sum(tax_minor), 0) FROM credit_notes WHERE booked`), -c.h.ledger(t, billing.LedgerVAT), "the tax of the papers is that of the books\n%s", c)
	for rows.Next() {
		var name string
		var total, tax int64
		var raw []byte
		var whole bool
		require.NoError(t, rows.Scan(&name, &total, &tax, &raw, &whole))
		var d render.Document
		require.NoError(t, json.Unmarshal(raw, &d))
		require.NoError(t, d.Validate(), "%s\n%s", name, c)
		require.Equal(t, []int64{total, tax}, []int64{d.Totals.Gross, d.Totals.Tax}, "%s\n%s", name, c)
		if whole && !c.surprised {
			c.linesAreTaxed(t, seller, name, &d)
		}
		if d.Kind == render.KindUPD && d.Totals.Tax > 0 {
			require.Equal(t, 1, d.UPDStatus, "%s\n%s", name, c)
		}
		for i := 1; i < len(d.Lines); i++ {
			if d.Lines[i].TaxRateBP != d.Lines[i-1].TaxRateBP {
				divided++
				break
			}
		}
	}
	require.NoError(t, rows.Err())
	t.Logf("%d papers of several rates", divided)
}

// linesAreTaxed holds the rates of lines against those of their days.
func (c *cohort) linesAreTaxed(t *testing.T, seller billing.Seller, name string, d *render.Document) {
	t.Helper()
	for _, l := range d.Lines {
		if l.Period == (prolong.Period{}) {
			continue
		}
		for _, day := range []prolong.Date{l.Period.From, l.Period.Last()} {
			rate, err := invoices.TaxOn(seller.Country, seller.VATOn(day), day)
			require.NoError(t, err)
			require.Equal(t, []any{rate.Exempt, rate.BasisPoints}, []any{l.TaxKind == render.TaxExempt, l.TaxRateBP}, "%s %s\n%s", name, l.Period, c)
		}
	}
}
