package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/templates"
)

var update = flag.Bool("update", false, "write the golden files anew")

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

// The text of every sample, as a program reads it from the PDF, is that of the golden file;
// both paths of the renderer give the same text.
func TestSamplesMatchGoldenText(t *testing.T) {
	t.Parallel()
	for name, doc := range Samples() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, wide := range []bool{false, true} {
				r := renderer(t)
				r.wide = wide
				pdf, err := r.Render(doc)
				require.NoError(t, err)
				got := pdfText(t, pdf)
				golden := filepath.Join("testdata", name+".golden")
				if *update && !wide {
					require.NoError(t, os.WriteFile(golden, got, 0o644))
				}
				want, err := os.ReadFile(golden)
				require.NoError(t, err)
				require.Equal(t, string(want), string(got), "wide: %t", wide)
			}
		})
	}
}

// The bytes of every sample are those that this RendererVersion has always produced. If this
// fails, a layout, a font or a library changed what stored documents look like: raise
// RendererVersion, say why in the CHANGELOG, and only then run with -update.
func TestBytesBelongToTheRendererVersion(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	got := "renderer " + RendererVersion + "\n"
	for _, name := range sampleNames() {
		pdf, err := r.Render(Samples()[name])
		require.NoError(t, err)
		hash := sha256.Sum256(pdf)
		got += name + " " + hex.EncodeToString(hash[:]) + "\n" //nolint:perfsprint // a score of lines
	}
	golden := filepath.Join("testdata", "bytes.golden")
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestFileNames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		doc           Document
		ascii, native string
	}{
		{sampleInvoiceRU(), "schet-58291375-12-2026-11-21.pdf", "Счёт на оплату № 58291375-12 от 21.11.2026.pdf"},
		{sampleActUA(), "akt-260045127-2027-02-28.pdf", "Акт надання послуг № 260045127 від 28.02.2027.pdf"},
		{sampleInvoiceEN(), "proforma-80517462-01-2026-11-21.pdf", "Pro-forma invoice No. 80517462-01 of 21.11.2026.pdf"},
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
	require.Contains(t, string(pdfText(t, pdf)), "(исправление № 1 от")
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

// sampleNames are in order, so that a seed means the same document on every run.
func sampleNames() []string {
	return slices.Sorted(maps.Keys(Samples()))
}

// PROLONG_GALLERY=folder writes every sample there, to be looked at.
func TestWriteGallery(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("PROLONG_GALLERY")
	if folder == "" {
		folder = t.TempDir()
	}
	r := renderer(t)
	for name, doc := range Samples() {
		pdf, err := r.Render(doc)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(folder, name+".pdf"), pdf, 0o644))
	}
}
