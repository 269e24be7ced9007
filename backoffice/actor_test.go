package backoffice

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/internal/i18n"
)

// TestEveryActorHasAName: people read "автоматически: Выписки банков" and never a word that the
// program calls itself by, so each prolong.System("…") of the tree needs one of the texts that
// actorName looks for.
func TestEveryActorHasAName(t *testing.T) {
	t.Parallel()
	catalog, err := i18n.Embedded()
	require.NoError(t, err)
	names := systemNames(t, "..")
	require.Contains(t, names, "bank_pull")
	for name, place := range names {
		for _, lang := range i18n.Langs() {
			tr := catalog.Translator(lang)
			nameless := tr.T("office.actor.system", "Name", strings.ReplaceAll(name, " ", "_"))
			require.NotEqual(t, nameless, actorName(tr, "system:"+name, nil), "%s: add office.system.%s to backoffice.%s.toml", place, name, lang)
		}
	}
}

func systemNames(t *testing.T, root string) map[string]string {
	t.Helper()
	names := map[string]string{}
	require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (entry.Name() == "var" || entry.Name() == "node_modules" || entry.Name() == ".git"):
			return filepath.SkipDir
		case filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		files := token.NewFileSet()
		tree, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) != 1 {
				return true
			}
			function, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || function.Sel.Name != "System" {
				return true
			}
			if of, ok := function.X.(*ast.Ident); !ok || of.Name != "prolong" {
				return true
			}
			if text, ok := call.Args[0].(*ast.BasicLit); ok && text.Kind == token.STRING {
				if name, err := strconv.Unquote(text.Value); err == nil {
					names[name] = files.Position(text.Pos()).String()
				}
			}
			return true
		})
		return nil
	}))
	return names
}
