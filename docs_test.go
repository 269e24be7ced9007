package prolong_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	mdLink    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	mdHeading = regexp.MustCompile(`(?m)^#+\s+(.+)$`)
	mdFence   = regexp.MustCompile("(?s)```.*?```")
	testName  = regexp.MustCompile(`\b((?:Test|Fuzz|Benchmark)[A-Z]\w+)`)
	makeWord  = regexp.MustCompile("`make ([a-z-]+)[`\\s]|(?m)^make ([a-z-]+)")
	envName   = regexp.MustCompile(`env:"([A-Z0-9_]+)`)
	envPrefix = regexp.MustCompile(`envPrefix:"([A-Z0-9_]+)"`)
	variable  = regexp.MustCompile(`\bPROLONG_[A-Z0-9_]*[A-Z0-9]\b`)
)

// tree is what a reader of the repository finds, by path; pages are its Markdown files.
type tree struct {
	pages map[string]string
	code  strings.Builder // every Go file, the Makefile and its like
}

func readTree(t *testing.T) *tree {
	t.Helper()
	out := &tree{pages: map[string]string{}}
	require.NoError(t, filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name := entry.Name(); path != "." && (name == "var" || name == "node_modules" || name == "testdata" || strings.HasPrefix(name, ".")) {
				return filepath.SkipDir
			}
			return nil
		}
		kind := filepath.Ext(path)
		if kind != ".md" && kind != ".go" && kind != ".mk" && path != "Makefile" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if kind == ".md" {
			out.pages[path] = string(text)
		} else {
			out.code.Write(text)
		}
		return nil
	}))
	require.NotEmpty(t, out.pages)
	return out
}

// TestPagesLeadSomewhere: a link of a Markdown page leads to a file that is there, and to a
// heading that the file has.
func TestPagesLeadSomewhere(t *testing.T) {
	t.Parallel()
	for page, text := range readTree(t).pages {
		for _, m := range mdLink.FindAllStringSubmatch(mdFence.ReplaceAllString(text, ""), -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			path := page
			if target != "" {
				path = filepath.Join(filepath.Dir(page), filepath.FromSlash(target))
			}
			_, err := os.Stat(path)
			require.NoError(t, err, "%s links to %s", page, m[1])
			if anchor != "" {
				linked, err := os.ReadFile(path)
				require.NoError(t, err)
				require.Contains(t, anchors(string(linked)), anchor, "%s links to %s", page, m[1])
			}
		}
	}
}

// anchors are the places of a page that can be linked to, as GitHub names them.
func anchors(text string) []string {
	var list []string
	for _, m := range mdHeading.FindAllStringSubmatch(mdFence.ReplaceAllString(text, ""), -1) {
		name := strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case strings.ContainsRune("`:,.;()/\"'«»—?!*", r):
				return -1
			}
			return r
		}, strings.ToLower(strings.TrimSpace(m[1])))
		list = append(list, name)
	}
	return list
}

// TestPagesNameWhatIsThere: tests, targets of make and settings that a page names exist.
func TestPagesNameWhatIsThere(t *testing.T) {
	t.Parallel()
	house := readTree(t)
	code := house.code.String()
	settings := map[string]bool{}
	for _, prefix := range append(envPrefix.FindAllStringSubmatch(code, -1), []string{"", ""}) {
		for _, name := range envName.FindAllStringSubmatch(code, -1) {
			settings[prefix[1]+name[1]], settings["PROLONG_"+prefix[1]+name[1]] = true, true
		}
	}
	for page, text := range house.pages {
		for _, m := range testName.FindAllStringSubmatch(text, -1) {
			require.True(t, strings.Contains(code, "func "+m[1]+"("), "%s names %s, which is gone", page, m[1]) //nolint:testifylint // the code is too long to be printed
		}
		for _, m := range makeWord.FindAllStringSubmatch(text, -1) {
			require.True(t, strings.Contains(code, "\n"+m[1]+m[2]+":"), "%s names make %s, which is no target", page, m[1]+m[2]) //nolint:testifylint // as above
		}
		for _, name := range variable.FindAllString(text, -1) {
			require.True(t, settings[name] || strings.Contains(code, `"`+name+`"`), "%s names %s, which nothing reads", page, name)
		}
	}
}
