package render

import (
	"bytes"
	"os/exec"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/templates"
)

// testRenderer is shared, as in production: a Renderer holds no state between documents.
var testRenderer = sync.OnceValues(func() (*Renderer, error) {
	regular, err := templates.Font(templates.FontRegular)
	if err != nil {
		return nil, err
	}
	bold, err := templates.Font(templates.FontBold)
	if err != nil {
		return nil, err
	}
	return NewRenderer(Fonts{Regular: regular, Bold: bold})
})

func renderer(tb testing.TB) Renderer {
	tb.Helper()
	r, err := testRenderer()
	require.NoError(tb, err)
	return *r
}

func TestFileNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		doc           Document
		ascii, native string
	}{
		{sampleInvoiceRU(), "schet-58291375-12-2026-11-21.pdf", "Счёт на оплату № 58291375-12 от 21.11.2026.pdf"},
		{sampleActUA(), "akt-260045127-2027-02-28.pdf", "Акт надання послуг № 260045127 від 28.02.2027.pdf"},
		{sampleInvoiceEN(), "proforma-80517462-01-2026-11-21.pdf", "Pro-forma invoice No. 80517462-01 of 21 November 2026.pdf"},
		{sampleReconciliation(), "akt-sverki-2027-01-11.pdf", "Акт сверки взаимных расчётов от 11.01.2027.pdf"},
		{Document{Kind: KindActRU, Number: "А/1\u202e\n", Date: prolong.MustDate("2026-01-02")}, "akt---1-2026-01-02.pdf",
			"Акт № А-1-- от 02.01.2026.pdf"},
	} {
		ascii, native := c.doc.FileNames()
		require.Equal(t, c.ascii, ascii)
		require.Equal(t, c.native, native)
	}
}

// The reversal of every sample is a document that adds up and prints.
func TestReversalAddsUp(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for name, doc := range Samples() {
		if doc.Kind == KindReconciliation || doc.Reverses.Number != "" {
			continue
		}
		before := doc.Totals
		reversal := doc.Reversal("1", prolong.MustDate("2027-06-01"))
		require.Equal(t, before, doc.Totals)
		require.Equal(t, -before.Gross, reversal.Totals.Gross)
		require.Positive(t, doc.Lines[0].Gross, "the lines of the original are not touched")
		_, err := r.Render(reversal)
		require.NoError(t, err, name)
	}
}

func TestCorrectionStandsInTheHeading(t *testing.T) {
	t.Parallel()
	r, doc := renderer(t), sampleActRU()
	doc.Correction = Reference{Number: "1", Date: prolong.MustDate("2027-01-11")}
	pdf, err := r.Render(doc)
	require.NoError(t, err)
	require.Contains(t, string(pdfText(t, pdf)), "Исправление № 1 от 11.01.2027")
	doc.Kind, doc.UPDStatus = KindUPD, 1
	pdf, err = r.Render(doc)
	require.NoError(t, err)
	require.Contains(t, string(pdfText(t, pdf)), "Исправление № 1 от 11 января 2027 г. (1а)")
}

// pdfText returns the text layer as poppler reads it, in the layout of the page.
func pdfText(tb testing.TB, pdf []byte) []byte {
	tb.Helper()
	cmd := exec.CommandContext(tb.Context(), "pdftotext", "-layout", "-enc", "UTF-8", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	require.NoError(tb, cmd.Run(), stderr.String())
	require.Empty(tb, stderr.String())
	return out.Bytes()
}
