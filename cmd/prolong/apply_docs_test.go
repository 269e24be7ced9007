package main

import (
	"image/color"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// documentedDeclaration returns the example in docs/operations.md that names every key.
func documentedDeclaration(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "..", "docs", "operations.md"))
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(page), "```yaml\n")
	require.True(t, found)
	example, _, found := strings.Cut(rest, "\n```")
	require.True(t, found)
	return example
}

func TestTheDocumentedDeclarationIsAccepted(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "company.yaml")
	require.NoError(t, os.WriteFile(file, []byte(documentedDeclaration(t)), 0o600))
	for _, name := range []string{"stamp.png", "signature.png"} {
		require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(file), name), pngOf(t, 300, 200, color.NRGBA{B: 200, A: 255}), 0o600))
	}
	d, err := readDeclaration(file)
	require.NoError(t, err)
	require.Len(t, d.Plans, 2)
	require.NotEmpty(t, d.SLA)
}

// What `apply` understands stands in the example, if only in a comment, so that nobody has to read
// the source to find a key.
func TestEveryKeyOfTheDeclarationIsDocumented(t *testing.T) {
	t.Parallel()
	example := documentedDeclaration(t)
	for _, value := range []any{declaration{}, sellerYAML{}, vatYAML{}, papersYAML{}, lettersYAML{}, bankAccountYAML{}, oneCYAML{}, edoYAML{}, planYAML{}, itemYAML{}, meterYAML{}, dunningYAML{}, packYAML{}, partnerYAML{}, agreementYAML{}, staffYAML{}, calendarYAML{}, supportHoursYAML{}, slaYAML{}, tagYAML{}} {
		raw, err := yaml.Marshal(value)
		require.NoError(t, err)
		var keys map[string]any
		require.NoError(t, yaml.Unmarshal(raw, &keys))
		require.NotEmpty(t, keys)
		for key := range keys {
			require.Contains(t, example, key+":", "%T", value)
		}
	}
}
