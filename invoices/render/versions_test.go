package render

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
)

// Papers that were issued under an earlier version of the renderer are drawn as then, byte for
// byte: testdata/renderer has for each version the snapshots of its time, with the hashes of the
// PDF that it drew. A file is written once, before the version is raised, and never again.
func TestEarlierVersionsDrawTheSameBytes(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/renderer/*.golden")
	require.NoError(t, err)
	require.Len(t, files, len(earlierVersions()))
	for _, file := range files {
		version := strings.TrimSuffix(filepath.Base(file), ".golden")
		require.Contains(t, earlierVersions(), version)
		papers, err := readIssued(file)
		require.NoError(t, err)
		require.NotEmpty(t, papers)
		kinds := map[Kind]bool{}
		for _, p := range papers {
			kinds[p.doc.Kind] = true
			p.doc.Renderer = version
			pdf, err := drawnBy(t, p.doc)
			require.NoError(t, err, p.name)
			require.Equal(t, p.sha256, hashOf(pdf), "%s of version %s is drawn otherwise than it was issued", p.name, version)
			p.doc.Renderer = RendererVersion
			pdf, err = drawnBy(t, p.doc)
			require.NoError(t, err, p.name)
			require.NotEqual(t, p.sha256, hashOf(pdf), "the version is not looked at")
		}
		require.Len(t, kinds, len(layouts), "every kind")
	}
}

// earlierVersions are those with layouts of their own besides the newest.
func earlierVersions() []string { return []string{"3"} }

type issued struct {
	name, sha256 string
	doc          Document
}

// readIssued reads lines of name, hash of the PDF and snapshot.
func readIssued(file string) (papers []issued, err error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	drawn := sampleInvoiceRUExempt() // the pictures are not in snapshots
	lines := bufio.NewScanner(bytes.NewReader(raw))
	lines.Buffer(nil, len(raw)+1)
	for lines.Scan() {
		parts := strings.SplitN(lines.Text(), " ", 3)
		p := issued{name: parts[0], sha256: parts[1]}
		if err := json.Unmarshal([]byte(parts[2]), &p.doc); err != nil {
			return nil, err
		}
		for _, image := range []*Image{&p.doc.Stamp, &p.doc.Facsimile} {
			for _, known := range []Image{drawn.Stamp, drawn.Facsimile} {
				if image.SHA256 == known.SHA256 {
					image.PNG = known.PNG
				}
			}
		}
		papers = append(papers, p)
	}
	return papers, lines.Err()
}

func hashOf(pdf []byte) string {
	hash := sha256.Sum256(pdf)
	return hex.EncodeToString(hash[:])
}

// A paper of a version that this program does not know is not drawn at all: other layouts would
// make another paper of it.
func TestUnknownVersionIsNotDrawn(t *testing.T) {
	t.Parallel()
	doc := sampleActRU()
	doc.Renderer = "99"
	_, err := drawnBy(t, doc)
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
	require.ErrorContains(t, err, "error.document_renderer")
	doc.Renderer = "1" // drawn anew by 3 before anything was released
	require.NoError(t, doc.Validate())
	newest := []byte(nil)
	for i, version := range []string{"", RendererVersion} {
		doc.Renderer = version
		pdf, err := drawnBy(t, doc)
		require.NoError(t, err)
		if i > 0 {
			require.True(t, slices.Equal(newest, pdf))
		}
		newest = pdf
	}
	require.Empty(t, doc.Reversal("1", doc.Date).Renderer, "a storno of an old paper is a new one")
}

func drawnBy(t *testing.T, doc Document) ([]byte, error) {
	t.Helper()
	r := renderer(t)
	return r.Render(doc)
}
