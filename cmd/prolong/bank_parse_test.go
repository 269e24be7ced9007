package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/banksync/statement"
)

// TestACutStatementIsShownAsItIsStored: what is shown is read without the original texts, by which
// alone a cut entry may be told from others; the keys shown must be those of an import all the same.
func TestACutStatementIsShownAsItIsStored(t *testing.T) {
	t.Parallel()
	const whole = ":20:R\n:25:12345678\n:60F:C260301EUR1,00\n:61:260301C1,00NTRFA\n:86:/NAME/A/REMI/x/\n:61:260301D1,00NTRFA\n:86:/NAME/A/REMI/x/\n:62F:C260301EUR1,00\n"
	text := whole + strings.TrimSuffix(whole, "MI/x/\n:62F:C260301EUR1,00\n")
	file := filepath.Join(t.TempDir(), "statement.sta")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	f, err := os.Open(file)
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })

	shown, err := parseStatement(f)
	require.NoError(t, err)
	stored, err := statement.Parse(strings.NewReader(text), statement.Options{})
	require.NoError(t, err)
	require.Equal(t, asJSON(t, stored), asJSON(t, shown))
	short, err := statement.Parse(strings.NewReader(text), statement.Options{WithoutRaw: true})
	require.NoError(t, err)
	require.NotEqual(t, asJSON(t, stored), asJSON(t, short), "the text is needed here")
}

func asJSON(t *testing.T, list []statement.Statement) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, statement.WriteJSON(&b, list, nil))
	return b.String()
}
