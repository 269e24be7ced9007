package render

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Golden files lie in testdata/paper: the text of every sample, and in bytes.golden the SHA-256
// of its PDF under the version of the renderer that drew it. `make golden` compares, `make golden
// UPDATE=1` rewrites; bytes that changed are only written with a raised RendererVersion.

const goldenFolder = "testdata/paper"

// The text of every sample, as a program reads it from the PDF, is that of the golden file;
// both paths of the renderer give the same text.
func TestGoldenText(t *testing.T) {
	t.Parallel()
	samples := Samples()
	for name, doc := range samples {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, wide := range []bool{false, true} {
				r := renderer(t)
				r.wide = wide
				pdf, err := r.Render(doc)
				require.NoError(t, err)
				got := pdfText(t, pdf)
				golden := filepath.Join(goldenFolder, name+".txt")
				if *update && !wide {
					require.NoError(t, os.WriteFile(golden, got, 0o644))
				}
				want, err := os.ReadFile(golden)
				require.NoError(t, err)
				require.Equal(t, string(want), string(got), "wide: %t", wide)
			}
		})
	}
	t.Run("no file is left over", func(t *testing.T) {
		t.Parallel()
		files, err := filepath.Glob(filepath.Join(goldenFolder, "*.txt"))
		require.NoError(t, err)
		for _, file := range files {
			require.Contains(t, samples, strings.TrimSuffix(filepath.Base(file), ".txt"), "%s belongs to no sample", file)
		}
	})
}

// The bytes of every sample are those that this RendererVersion has always produced. If this
// fails, a layout, a font or a library changed what stored documents look like: raise
// RendererVersion, say why in the CHANGELOG, and only then run `make golden UPDATE=1`.
func TestGoldenBytes(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	drawn := goldenHashes{version: RendererVersion, hashes: map[string]string{}}
	for name, doc := range Samples() {
		pdf, err := r.Render(doc)
		require.NoError(t, err)
		hash := sha256.Sum256(pdf)
		drawn.hashes[name] = hex.EncodeToString(hash[:])
	}
	golden := filepath.Join(goldenFolder, "bytes.golden")
	raw, err := os.ReadFile(golden)
	require.NoError(t, err)
	stored, err := readGoldenHashes(string(raw))
	require.NoError(t, err)
	if *update {
		require.NoError(t, stored.mayBecome(drawn))
		require.NoError(t, os.WriteFile(golden, []byte(drawn.String()), 0o644))
		return
	}
	require.Equal(t, stored.String(), drawn.String())
}

// goldenHashes are the hashes of PDF by sample, drawn by one version of the renderer.
type goldenHashes struct {
	version string
	hashes  map[string]string
}

func readGoldenHashes(s string) (goldenHashes, error) {
	g := goldenHashes{hashes: map[string]string{}}
	for line := range strings.Lines(s) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case !ok:
			return g, fmt.Errorf("%q is not a name and a hash", line)
		case name == "renderer":
			g.version = value
		default:
			g.hashes[name] = value
		}
	}
	return g, nil
}

func (g goldenHashes) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "renderer %s\n", g.version)
	for _, name := range slices.Sorted(maps.Keys(g.hashes)) {
		fmt.Fprintf(&b, "%s %s\n", name, g.hashes[name])
	}
	return b.String()
}

// mayBecome says whether the hashes may be replaced: not if the same version of the renderer
// draws other bytes. Samples may come and go.
func (g goldenHashes) mayBecome(next goldenHashes) error {
	for _, name := range slices.Sorted(maps.Keys(g.hashes)) {
		if hash, still := next.hashes[name]; still && hash != g.hashes[name] && g.version == next.version {
			return fmt.Errorf("%s: its bytes changed, but the renderer is still version %s: raise RendererVersion and say why in the CHANGELOG", name, g.version) //nolint:err113 // a sentence for a person
		}
	}
	return nil
}

// Changed bytes are not written over the golden ones unless the version of the renderer was
// raised.
func TestChangedBytesWantARaisedVersion(t *testing.T) {
	t.Parallel()
	golden, err := readGoldenHashes("renderer 2\nact 11\nsf 22\n")
	require.NoError(t, err)
	require.Equal(t, "renderer 2\nact 11\nsf 22\n", golden.String())
	for _, c := range []struct {
		next string
		ok   bool
	}{
		{"renderer 2\nact 11\nsf 22\n", true},
		{"renderer 2\nact 11\nsf 22\nupd 33\n", true},
		{"renderer 2\nact 11\n", true},
		{"renderer 2\nact 11\nsf 23\n", false},
		{"renderer 3\nact 11\nsf 23\n", true},
	} {
		next, err := readGoldenHashes(c.next)
		require.NoError(t, err)
		require.Equal(t, c.ok, golden.mayBecome(next) == nil, c.next)
	}
	_, err = readGoldenHashes("renderer\n")
	require.Error(t, err)
}

// Every kind that there is, in every country and language that has it, is among the samples, and
// so is every variant of it.
func TestEveryKindHasItsSamples(t *testing.T) {
	t.Parallel()
	samples := Samples()
	kinds, languages := map[Kind]bool{}, map[string]bool{}
	shared := map[Kind]map[prolong.Country]bool{KindReconciliation: {}, KindCreditNote: {}}
	for _, d := range samples {
		kinds[d.Kind], languages[d.Language] = true, true
		if countries, ok := shared[d.Kind]; ok {
			countries[d.Country] = true
		}
	}
	for kind := range layouts {
		require.True(t, kinds[kind], "%s has no sample", kind)
	}
	for _, language := range []string{"ru", "uk", "kk", "en"} {
		require.True(t, languages[language], "%s has no sample", language)
	}
	for kind, countries := range shared {
		require.Len(t, countries, 4, kind)
	}
	for name, d := range plainSamples() {
		require.Contains(t, samples, name+"_long")
		switch d.Kind {
		case KindActEN, KindActKZ, KindActRU, KindActUA, KindTaxInvoice, KindUPD:
			require.Contains(t, samples, name+"_correction")
			require.Contains(t, samples, name+"_storno")
		case KindCreditNote, KindInvoiceEN, KindInvoiceKZ, KindInvoiceRU, KindInvoiceUA, KindReconciliation:
		}
	}
	for _, status := range []int{1, 2} {
		require.Equal(t, status, samples[fmt.Sprintf("upd_%d", status)].UPDStatus)
	}
	discounts := map[Kind]bool{}
	for _, d := range samples {
		discounts[d.Kind] = discounts[d.Kind] || d.discounted()
	}
	for _, kind := range []Kind{KindActEN, KindActKZ, KindActRU, KindActUA, KindInvoiceEN, KindInvoiceKZ, KindInvoiceRU, KindInvoiceUA, KindTaxInvoice, KindUPD} {
		require.True(t, discounts[kind], "%s has no sample with a discount", kind)
	}
}
