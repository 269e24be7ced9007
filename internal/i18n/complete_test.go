package i18n_test

import (
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/stretchr/testify/require"

	"prolong/internal/i18n"
	"prolong/templates"
)

// pluralForms are the forms that a plural message must have; "other" serves fractions in
// Russian and Ukrainian.
var pluralForms = map[i18n.Lang][]string{
	i18n.English:   {"one", "other"},
	i18n.Kazakh:    {"one", "other"},
	i18n.Russian:   {"few", "many", "one", "other"},
	i18n.Ukrainian: {"few", "many", "one", "other"},
}

// catalogueFile is one file of the catalogue, read without the loader under test: key -> form
// -> text.
type catalogueFile struct {
	name string
	room string
	lang i18n.Lang
	keys []string // in the order of the file
	text map[string]map[string]string
}

func catalogueFiles(t *testing.T) []catalogueFile {
	t.Helper()
	entries, err := fs.ReadDir(templates.FS, "locale")
	require.NoError(t, err)
	var files []catalogueFile
	for _, e := range entries {
		room, rest, _ := strings.Cut(e.Name(), ".")
		f := catalogueFile{name: "templates/locale/" + e.Name(), room: room, lang: i18n.Lang(strings.TrimSuffix(rest, ".toml")), text: map[string]map[string]string{}}
		data, err := fs.ReadFile(templates.FS, path.Join("locale", e.Name()))
		require.NoError(t, err)
		var tree map[string]any
		meta, err := toml.Decode(string(data), &tree)
		require.NoError(t, err, f.name)
		for _, key := range meta.Keys() {
			form := key[len(key)-1]
			id := strings.Join(key[:len(key)-1], ".")
			if meta.Type(key...) != "String" {
				continue
			}
			if f.text[id] == nil {
				f.text[id] = map[string]string{}
				f.keys = append(f.keys, id)
			}
			f.text[id][form] = textAt(tree, key)
		}
		files = append(files, f)
	}
	return files
}

func textAt(tree map[string]any, key toml.Key) string {
	for _, part := range key[:len(key)-1] {
		tree, _ = tree[part].(map[string]any)
	}
	s, _ := tree[key[len(key)-1]].(string)
	return s
}

func TestEveryRoomSpeaksEveryLanguage(t *testing.T) {
	t.Parallel()
	byRoom := map[string]map[i18n.Lang]catalogueFile{}
	for _, f := range catalogueFiles(t) {
		if byRoom[f.room] == nil {
			byRoom[f.room] = map[i18n.Lang]catalogueFile{}
		}
		byRoom[f.room][f.lang] = f
	}
	for room, files := range byRoom {
		reference := files[i18n.Default]
		for _, lang := range i18n.Langs() {
			f, ok := files[lang]
			if !ok {
				t.Errorf("templates/locale/%s.%s.toml is missing", room, lang)
				continue
			}
			for key, forms := range reference.text {
				if f.text[key] == nil {
					t.Errorf("%s: key %q is missing", f.name, key)
				} else if want, got := placeholders(forms), placeholders(f.text[key]); !slices.Equal(want, got) {
					t.Errorf("%s: key %q has the placeholders %v, in %s it has %v", f.name, key, got, reference.name, want)
				}
			}
			for key := range f.text {
				if reference.text[key] == nil {
					t.Errorf("%s: key %q is missing, but stands in %s", reference.name, key, f.name)
				}
			}
		}
	}
}

func TestTextsAreWhole(t *testing.T) {
	t.Parallel()
	for _, f := range catalogueFiles(t) {
		if !slices.IsSorted(f.keys) {
			for i := 1; i < len(f.keys); i++ {
				if f.keys[i] < f.keys[i-1] {
					t.Errorf("%s: key %q comes after %q: keep the keys sorted", f.name, f.keys[i], f.keys[i-1])
					break
				}
			}
		}
		for key, forms := range f.text {
			names := slices.Sorted(maps.Keys(forms))
			if len(forms) > 1 && !slices.Equal(names, pluralForms[f.lang]) {
				t.Errorf("%s: key %q has the plural forms %v, the language has %v", f.name, key, names, pluralForms[f.lang])
			}
			for form, text := range forms {
				if strings.TrimSpace(text) == "" || text != strings.TrimSpace(text) {
					t.Errorf("%s: key %q, form %q is empty or has spaces around it", f.name, key, form)
				}
			}
		}
	}
}

var placeholder = regexp.MustCompile(`{{-?\s*\.(\w+)`)

// placeholders lists the names that any form of a message refers to.
func placeholders(forms map[string]string) []string {
	names := map[string]bool{}
	for _, text := range forms {
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			names[m[1]] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// Where keys stand in the sources. Keys made at run time ("failure." + code) cannot be found
// this way; their callers test them.
var (
	errorKey    = regexp.MustCompile(`"(error\.[a-z0-9_.]*[a-z0-9])"`)
	callKey     = regexp.MustCompile(`\.(?:T|N)\("([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)"`)
	flashKey    = regexp.MustCompile(`"(flash\.[a-z0-9_.]*[a-z0-9])"`)
	templateKey = regexp.MustCompile(`\.(?:T|N) "([^"]+)"`)
)

// TestKeysInUseExist reads every Go file and template of the module and names the places that
// refer to a message which the catalogue does not have.
func TestKeysInUseExist(t *testing.T) {
	t.Parallel()
	c, err := i18n.Embedded()
	require.NoError(t, err)
	root := filepath.Join("..", "..")
	found := 0
	err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if base := d.Name(); name != root && (strings.HasPrefix(base, ".") || slices.Contains([]string{"node_modules", "testdata", "var", "bin"}, base)) {
				return filepath.SkipDir
			}
			return nil
		}
		var patterns []*regexp.Regexp
		switch {
		case strings.HasSuffix(name, "_test.go"):
			return nil
		case strings.HasSuffix(name, ".go"):
			patterns = []*regexp.Regexp{errorKey, callKey, flashKey}
		case strings.HasSuffix(name, ".html"), strings.HasSuffix(name, ".txt"), strings.HasSuffix(name, ".tmpl"):
			patterns = []*regexp.Regexp{templateKey}
		default:
			return nil
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for i, line := range strings.Split(string(data), "\n") {
			if strings.HasPrefix(strings.TrimSpace(line), "//") {
				continue
			}
			for _, p := range patterns {
				for _, m := range p.FindAllStringSubmatch(line, -1) {
					found++
					if !c.Has(m[1]) {
						t.Errorf("%s:%s: the catalogue has no message %q", strings.TrimPrefix(name, root+string(filepath.Separator)), strconv.Itoa(i+1), m[1])
					}
				}
			}
		}
		return nil
	})
	require.NoError(t, err)
	require.Greater(t, found, 100, "the scan finds the keys")
}
