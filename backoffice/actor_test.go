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

// TestEveryActionHasAName: the audit trail says "Выгрузка оттока", not "export.churn".
func TestEveryActionHasAName(t *testing.T) {
	t.Parallel()
	catalog, err := i18n.Embedded()
	require.NoError(t, err)
	actions := literals(t, "..", func(n ast.Node) *ast.BasicLit {
		field, ok := n.(*ast.KeyValueExpr)
		if !ok {
			return nil
		}
		if key, ok := field.Key.(*ast.Ident); !ok || key.Name != "Action" {
			return nil
		}
		text, _ := field.Value.(*ast.BasicLit)
		return text
	})
	require.Contains(t, actions, "staff.login")
	for _, report := range []string{"ageing", "cash", "churn", "commissions", "deferred", "mrr"} {
		actions["export."+report] = "report_list.go"
	}
	for action, place := range actions {
		for _, lang := range i18n.Langs() {
			require.NotEqual(t, action, auditAction(catalog.Translator(lang), action), "%s: add office.audit.%s, in %s", place, strings.ReplaceAll(action, ".", "_"), lang)
		}
	}
}

// systemNames are the names in prolong.System("…").
func systemNames(t *testing.T, root string) map[string]string {
	t.Helper()
	return literals(t, root, func(n ast.Node) *ast.BasicLit {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) != 1 {
			return nil
		}
		function, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || function.Sel.Name != "System" {
			return nil
		}
		if of, ok := function.X.(*ast.Ident); !ok || of.Name != "prolong" {
			return nil
		}
		text, _ := call.Args[0].(*ast.BasicLit)
		return text
	})
}

// literals returns the strings that pick finds in the sources below root, each with its place.
func literals(t *testing.T, root string, pick func(ast.Node) *ast.BasicLit) map[string]string {
	t.Helper()
	found := map[string]string{}
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
			text := pick(n)
			if text == nil || text.Kind != token.STRING {
				return true
			}
			if name, err := strconv.Unquote(text.Value); err == nil {
				found[name] = files.Position(text.Pos()).String()
			}
			return true
		})
		return nil
	}))
	return found
}
