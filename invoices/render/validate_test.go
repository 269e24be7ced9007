package render

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/i18n"
)

func TestValidateNamesPlaceAndRemedy(t *testing.T) {
	t.Parallel()
	catalog, err := i18n.Embedded()
	require.NoError(t, err)
	for name, c := range map[string]struct {
		spoil func(d *Document)
		key   string
		args  prolong.Args
	}{
		"kind":        {func(d *Document) { d.Kind = "letter" }, "error.document_kind", prolong.Args{"Kind": "letter"}},
		"version":     {func(d *Document) { d.Version = 7 }, "error.document_version", prolong.Args{"Version": 7, "Known": 1}},
		"no number":   {func(d *Document) { d.Number = "" }, "error.document_field_missing", prolong.Args{"Field": "number"}},
		"no date":     {func(d *Document) { d.Date = prolong.Date{} }, "error.document_field_missing", prolong.Args{"Field": "date"}},
		"no buyer":    {func(d *Document) { d.Buyer.Name = "" }, "error.document_field_missing", prolong.Args{"Field": "buyer.name"}},
		"long number": {func(d *Document) { d.Number = strings.Repeat("9", 41) }, "error.document_field_long", prolong.Args{"Field": "number", "Max": 40}},
		"long note": {func(d *Document) { d.Notes = []string{strings.Repeat("я", 2001)} }, "error.document_field_long",
			prolong.Args{"Field": "notes.1", "Max": 2000}},
		"no lines": {func(d *Document) { d.Lines = nil }, "error.document_lines", prolong.Args{"Count": 0, "Max": 10_000}},
		"line without name": {func(d *Document) { d.Lines[1].Name = "" }, "error.document_field_missing",
			prolong.Args{"Field": "lines.2.name"}},
		"line gross": {func(d *Document) { d.Lines[0].Gross++ }, "error.document_line",
			prolong.Args{"Line": 1, "Field": "gross", "Want": "12 900,00", "Got": "12 900,01"}},
		"line tax": {func(d *Document) { d.Lines[0].Tax += 2; d.Lines[0].Net -= 2 }, "error.document_line",
			prolong.Args{"Line": 1, "Field": "tax", "Want": "2 326,23", "Got": "2 326,25"}},
		"tax of an exempt line": {func(d *Document) { d.Lines[0].TaxKind, d.Lines[0].TaxRateBP = TaxExempt, 0 }, "error.document_line",
			prolong.Args{"Line": 1, "Field": "tax", "Want": "0,00", "Got": "2 326,23"}},
		"tax kind": {func(d *Document) { d.Lines[1].TaxKind = "" }, "error.document_tax_kind", prolong.Args{"Line": 2, "Kind": ""}},
		"price": {func(d *Document) { d.Lines[1].QuantityMilli = 3000 }, "error.document_line",
			prolong.Args{"Line": 2, "Field": "price", "Want": "3 000,00", "Got": "2 000,00"}},
		"totals": {func(d *Document) { d.Totals.Tax-- }, "error.document_totals",
			prolong.Args{"Field": "totals.tax", "Sum": "2 686,89", "Total": "2 686,88"}},
		"overflow": {func(d *Document) { d.Lines[0].Net = 1 << 62 }, "error.document_line", nil},
		"upd status": {func(d *Document) { d.Kind = KindUPD }, "error.document_field_missing",
			prolong.Args{"Field": "upd_status"}},
		"no body": {func(d *Document) { d.Kind = KindReconciliation }, "error.document_field_missing",
			prolong.Args{"Field": "reconciliation"}},
		"picture": {func(d *Document) { d.Stamp = Image{SHA256: "00", PNG: []byte("x")} }, "error.document_image",
			prolong.Args{"Field": "stamp"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := sampleInvoiceRU()
			c.spoil(&d)
			r := renderer(t)
			_, err := r.Render(d)
			var e *prolong.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, prolong.CodeInvalid, e.Code)
			require.Equal(t, c.key, e.Key)
			for key, want := range c.args {
				got := e.Args[key]
				if s, ok := got.(string); ok {
					got = strings.ReplaceAll(s, "\u00a0", " ")
				}
				require.Equal(t, want, got, key)
			}
			require.True(t, catalog.Has(e.Key), e.Key)
		})
	}
}

func TestReconciliationMustAddUp(t *testing.T) {
	t.Parallel()
	d := sampleReconciliation()
	d.Reconciliation.Rows[0].Debit++
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(d.Validate()))
}

// The stored form of a snapshot: its names must never change, or old documents are lost.
func TestSnapshotKeepsItsShape(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]Document{"snapshot_invoice": sampleInvoiceRUExempt(), "snapshot_reconciliation": sampleReconciliation()} {
		got, err := json.MarshalIndent(doc, "", "  ")
		require.NoError(t, err)
		golden := "testdata/" + name + ".golden"
		if *update {
			require.NoError(t, os.WriteFile(golden, got, 0o644))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))

		var back Document
		require.NoError(t, json.Unmarshal(want, &back))
		back.Facsimile.PNG, back.Stamp.PNG = doc.Facsimile.PNG, doc.Stamp.PNG
		require.Equal(t, doc, back)
	}
}

func TestRenderNeverPanics(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	r.fonts = nil // whatever breaks inside comes back as an error
	_, err := r.Render(sampleInvoiceRU())
	require.Equal(t, prolong.CodeInternal, prolong.CodeOf(err))
	var e *prolong.Error
	require.ErrorAs(t, err, &e)
	require.Contains(t, err.Error(), "58291375-12")
}
