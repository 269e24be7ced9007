package statement_test

import (
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/stretchr/testify/require"

	"prolong/banksync/statement/record"
)

// texts reads the catalogue of this package in one language: message key -> text.
func texts(t *testing.T, language string) map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "templates", "locale", "statement."+language+".toml"))
	require.NoError(t, err)
	var tree map[string]any
	require.NoError(t, toml.Unmarshal(data, &tree))
	out := make(map[string]string)
	var walk func(prefix string, node map[string]any)
	walk = func(prefix string, node map[string]any) {
		for name, child := range node {
			switch v := child.(type) {
			case map[string]any:
				walk(prefix+name+".", v)
			case string:
				require.Equal(t, "other", name)
				out[strings.TrimSuffix(prefix, ".")] = v
			}
		}
	}
	walk("", tree)
	return out
}

var placeholder = regexp.MustCompile(`{{\.\w+}}`)

func placeholders(text string) []string {
	found := placeholder.FindAllString(text, -1)
	sort.Strings(found)
	return found
}

// TestTexts compares the Russian texts in the code with the catalogue, and the languages with
// each other.
func TestTexts(t *testing.T) {
	t.Parallel()
	russian := texts(t, "ru")
	for key, text := range record.WarningTexts() {
		require.Equal(t, text, russian[key], key)
	}
	for _, language := range []string{"uk", "kk", "en"} {
		other := texts(t, language)
		require.Len(t, other, len(russian), language)
		for key, text := range russian {
			require.Equal(t, placeholders(text), placeholders(other[key]), "%s %s", language, key)
		}
	}
}

// TestErrorTexts finds every message key of the sources in the catalogue.
func TestErrorTexts(t *testing.T) {
	t.Parallel()
	russian := texts(t, "ru")
	key := regexp.MustCompile(`"(error\.statement_[a-z_]+)"`)
	found := 0
	require.NoError(t, filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range key.FindAllStringSubmatch(string(source), -1) {
			if !strings.HasSuffix(m[1], "_all_") {
				found++
				require.Contains(t, russian, m[1], path)
			}
		}
		return err
	}))
	require.Greater(t, found, 10)
	// A file whose rows are all bad is refused by the code of its first row.
	for _, code := range []record.WarningCode{record.WarnAmountInvalid, record.WarnConflictingKey, record.WarnDateInvalid,
		record.WarnDirectionUnknown, record.WarnDocumentCut, record.WarnRowInvalid} {
		require.Contains(t, russian, "error.statement_all_"+string(code))
	}
}
