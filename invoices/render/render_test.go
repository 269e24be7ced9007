package render

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

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
