package i18n_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"prolong/internal/i18n"
)

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		files map[string]string
		want  []string
	}{
		"two files of a language with the same key": {
			map[string]string{"locale/a.ru.toml": "[error.x]\nother = \"1\"", "locale/b.ru.toml": "[error.x]\nother = \"2\""},
			[]string{"locale/b.ru.toml", `"error.x"`, "locale/a.ru.toml"},
		},
		"a language that is not ours": {map[string]string{"locale/a.de.toml": ""}, []string{"locale/a.de.toml", "<room>.<language>.toml"}},
		"a name without a room":       {map[string]string{"locale/ru.toml": ""}, []string{"locale/ru.toml"}},
		"TOML that does not parse":    {map[string]string{"locale/a.ru.toml": "[x"}, []string{"locale/a.ru.toml"}},
		"a placeholder that does not parse": {
			map[string]string{"locale/a.ru.toml": "[x]\nother = \"{{.Name\""}, []string{"locale/a.ru.toml", `"x"`, `"other"`},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fsys := fstest.MapFS{}
			for path, text := range tt.files {
				fsys[path] = &fstest.MapFile{Data: []byte(text)}
			}
			_, err := i18n.Load(fsys, "locale")
			require.Error(t, err)
			for _, part := range tt.want {
				require.ErrorContains(t, err, part)
			}
		})
	}
}

func TestLoadMergesRooms(t *testing.T) {
	t.Parallel()
	c, err := i18n.Load(fstest.MapFS{
		"locale/a.ru.toml": {Data: []byte("[one_key]\nother = \"раз\"")},
		"locale/b.ru.toml": {Data: []byte("[two_key]\nother = \"два {{.N}}\"")},
		"locale/b.en.toml": {Data: []byte("[two_key]\nother = \"two {{.N}}\"")},
		"locale/README.md": {Data: []byte("not a catalogue")},
	}, "locale")
	require.NoError(t, err)
	require.Equal(t, []string{"one_key", "two_key"}, c.Keys(i18n.Russian))
	en := c.Translator(i18n.English)
	require.Equal(t, "two 1", en.T("two_key", "N", 1))
	require.Equal(t, "раз", en.T("one_key"), "a text that a language lacks comes in the default language")
	require.Equal(t, i18n.MissingMark("no_key"), en.T("no_key"))
	require.Equal(t, i18n.MissingMark("two_key"), en.T("two_key"), "a placeholder without a value never shows as <no value>")
	require.True(t, i18n.Missing(en.T("no_key")))
}
