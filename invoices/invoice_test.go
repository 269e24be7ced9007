package invoices

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestReadmeDrawsTheTransitions compares the table of states with the picture in the README.
func TestReadmeDrawsTheTransitions(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, states, found := strings.Cut(string(readme), "## States of an invoice\n```mermaid\n")
	require.True(t, found)
	picture, _, found := strings.Cut(states, "```")
	require.True(t, found)
	var drawn, table []string
	for line := range strings.Lines(picture) {
		from, rest, ok := strings.Cut(strings.TrimSpace(line), " --> ")
		if ok && from != "[*]" {
			to, _, _ := strings.Cut(rest, ":")
			drawn = append(drawn, from+" "+to)
		}
	}
	for from, list := range transitions {
		for _, to := range list {
			table = append(table, fmt.Sprintf("%s %s", from, to))
		}
	}
	slices.Sort(drawn)
	slices.Sort(table)
	require.Equal(t, table, drawn)
}

func TestDocumentNumbersHaveACheckDigit(t *testing.T) {
	t.Parallel()
	require.Equal(t, "260000013", documentNumber(2026, 1))
	seen := map[string]bool{}
	for n := range 10_000 {
		number := documentNumber(2026, n+1)
		require.Len(t, number, 9)
		require.False(t, seen[number])
		seen[number] = true
	}
}
