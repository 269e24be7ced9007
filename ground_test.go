package prolong_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The root package is the ground of the house: whatever it imported of ours would be below it.
func TestRootImportsNothingOfOurs(t *testing.T) {
	t.Parallel()
	module := moduleName(t)
	for _, file := range sourceFiles(t) {
		for _, path := range importsOf(t, file, nil) {
			require.False(t, isOurs(module, path), "%s imports %s; move what it needs into the root or the importer upwards", file, path)
		}
	}
}

// The check above would be worth nothing if it could not tell one of our packages.
func TestImportOfOursIsRecognised(t *testing.T) {
	t.Parallel()
	module := moduleName(t)
	paths := importsOf(t, "sample.go", "package prolong\nimport (\n\t\"fmt\"\n\tb \""+module+"/billing\"\n\t_ \""+module+"/internal/postgres\"\n)")
	require.Len(t, paths, 3)
	require.False(t, isOurs(module, paths[0]))
	require.True(t, isOurs(module, paths[1]))
	require.True(t, isOurs(module, paths[2]))
	require.False(t, isOurs(module, "example.org/"+module+"/billing"))
}

// Money and dates are integers; one float in between would lose kopecks silently.
func TestRootHasNoFloats(t *testing.T) {
	t.Parallel()
	for _, file := range sourceFiles(t) {
		fset := token.NewFileSet()
		tree, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(tree, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				require.NotContains(t, []string{"float32", "float64", "complex64", "complex128"}, n.Name, "at %s", fset.Position(n.Pos()))
			case *ast.BasicLit:
				require.NotEqual(t, token.FLOAT, n.Kind, "%s at %s", n.Value, fset.Position(n.Pos()))
			case *ast.SelectorExpr:
				require.NotContains(t, []string{"ParseFloat", "FormatFloat", "Float64"}, n.Sel.Name, "at %s", fset.Position(n.Pos()))
			}
			return true
		})
	}
}

func importsOf(t *testing.T, name string, src any) []string {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ImportsOnly)
	require.NoError(t, err)
	paths := make([]string, 0, len(tree.Imports))
	for _, spec := range tree.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		require.NoError(t, err)
		paths = append(paths, path)
	}
	return paths
}

func isOurs(module, path string) bool {
	return path == module || strings.HasPrefix(path, module+"/")
}

func moduleName(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("go.mod")
	require.NoError(t, err)
	first, _, _ := strings.Cut(string(text), "\n")
	name, ok := strings.CutPrefix(first, "module ")
	require.True(t, ok, "go.mod begins with %q", first)
	return strings.TrimSpace(name)
}

// sourceFiles lists the Go files of the root that are no tests, whatever their build tags.
func sourceFiles(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob("*.go")
	require.NoError(t, err)
	files := make([]string, 0, len(all))
	for _, file := range all {
		if !strings.HasSuffix(file, "_test.go") {
			files = append(files, file)
		}
	}
	require.Contains(t, files, "money.go")
	return files
}
