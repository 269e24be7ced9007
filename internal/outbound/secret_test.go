package outbound_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/internal/outbound"
)

func TestSecretsAreReadWhereTheyLie(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "token"), []byte(" s3cret \n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "empty"), []byte("\n"), 0o600))
	secrets := outbound.Secrets{Dir: dir, LookupEnv: func(name string) (string, bool) {
		v, ok := map[string]string{"TOKEN": "from outside\n", "EMPTY": ""}[name]
		return v, ok
	}}
	tests := map[string]struct {
		want string
		ok   bool
	}{
		"${TOKEN}": {"from outside", true}, "${EMPTY}": {"", false}, "${NONE}": {"", false}, "${TO-KEN}": {"", false},
		"file:token": {"s3cret", true}, "file:" + filepath.Join(dir, "token"): {"s3cret", true}, "file:empty": {"", false}, "file:none": {"", false}, "file:": {"", false},
		"s3cret": {"", false}, "": {"", false},
	}
	for reference, tt := range tests {
		got, ok := secrets.Read(reference)
		require.Equal(t, tt.want, got, reference)
		require.Equal(t, tt.ok, ok, reference)
	}
	_, ok := outbound.Secrets{}.Read("${TOKEN}")
	require.False(t, ok)

	require.NoError(t, secrets.Write("file:token", "renewed"))
	got, _ := secrets.Read("file:token")
	require.Equal(t, "renewed", got)
	info, err := os.Stat(filepath.Join(dir, "token"))
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())
	require.Error(t, secrets.Write("file:none/token", "x"))
}

func TestKeysAreSentOverTLSOrToThisMachine(t *testing.T) {
	t.Parallel()
	for address, safe := range map[string]bool{
		"https://api.bank.example/v2": true, "http://127.0.0.1:8080": true, "http://[::1]/": true,
		"http://api.bank.example": false, "http://localhost": false, "https://user@bank.example": false, "https://bank.example?key=1": false,
		"ftp://127.0.0.1": false, "bank.example": false, "": false,
	} {
		require.Equal(t, safe, outbound.SafeAddress(address), address)
	}
}
