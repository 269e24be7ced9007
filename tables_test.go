package prolong_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// readers are the files that read views which another room publishes, with the reason why no
// call of the owner's functions does it. Everybody else calls.
var readers = map[string]string{
	"banksync/alias.go":           "a list of what people have taught, with the clients' names",
	"banksync/export.go":          "a bulk export of every payment",
	"banksync/history.go":         "years are decided once more: streams of all that matching has seen",
	"banksync/incident.go":        "a report of corrected decisions",
	"banksync/lesson.go":          "a lesson is tried on the payer's payments of two years",
	"banksync/overview.go":        "figures over all payments",
	"banksync/receipts.go":        "a bulk export of received money",
	"banksync/returns.go":         "lists: what a return may give back, chosen by columns of lines and payments; the booking itself locks through billing",
	"banksync/review.go":          "a list of payments, filtered and paged by columns of lines, payments and decisions",
	"banksync/review_queue.go":    "the same list, and the payer's past",
	"banksync/snapshot.go":        "a bulk load: every client and every open invoice of a seller",
	"invoices/close.go":           "the sweep claims invoices with their accounts in one statement, passing over what others work on",
	"invoices/commission.go":      "commissions accrue over all allocations in one statement; a partner's statement",
	"invoices/exchange_credit.go": "a bulk export of papers",
	"invoices/exchange_onec.go":   "a bulk export of papers",
	"invoices/export.go":          "bulk exports of invoices and documents",
	"invoices/registers.go":       "registers of all invoices and documents of an interval",
	"invoices/rehearse.go":        "a report of what a day is going to do",
	"invoices/report.go":          "reports over all accounts",
	"invoices/tax_document.go":    "the sweep claims received money that no paper names, passing over what others work on",
}

// lockers are the files of readers that lock rows through a published view: sweeps that claim
// their work in one statement and pass over what somebody else holds.
var lockers = []string{"invoices/close.go", "invoices/tax_document.go"}

// inspectors read every room's tables as they are: their invariants are there to find what the
// owner's own code got wrong.
var inspectors = []string{"banksync/invariants.go", "invoices/invariants.go", "telephony/invariant.go"}

// Two rooms never touch each other's tables (DESIGN section 2): a statement names tables of its
// own room, and published views of rooms that its room builds on.
func TestRoomsKeepToTheirTables(t *testing.T) {
	t.Parallel()
	owners := readOwners(t)
	read, locked := map[string]bool{}, map[string]bool{}
	inspected := map[string]bool{}
	for _, file := range programFiles(t) {
		room := roomOf(file)
		for _, u := range tableUses(t, file, nil, owners) {
			owner := owners[u.table]
			switch published := strings.HasPrefix(u.table, "published_"); {
			case owner == room && !published:
			case slices.Contains(inspectors, file) && !u.writes && !u.locks:
				inspected[file] = true
			case !published:
				t.Errorf("%s names %s, which is %s's: call a function of %s", u.at, u.table, owner, owner)
			case u.writes:
				t.Errorf("%s writes through %s: call a function of %s", u.at, u.table, owner)
			case owner == room:
				t.Errorf("%s reads %s, which its own room publishes for others: read the table", u.at, u.table)
			case u.locks && !slices.Contains(lockers, file):
				t.Errorf("%s locks through %s: call a function of %s", u.at, u.table, owner)
			case readers[file] == "":
				t.Errorf("%s reads %s: call a function of %s, or give the reason in readers", u.at, u.table, owner)
			default:
				read[file], locked[file] = true, locked[file] || u.locks
			}
		}
	}
	for file := range readers {
		require.True(t, read[file], "%s reads no published view any more: take it out of readers", file)
	}
	for _, file := range lockers {
		require.True(t, locked[file], "%s locks nothing of others any more: take it out of lockers", file)
	}
	for _, file := range inspectors {
		require.True(t, inspected[file], "%s looks at no other room's tables any more: take it out of inspectors", file)
	}
}

// Every table and view of the migrations has one owner in migrations/README.md, and nothing
// stands there that is not in them.
func TestEveryTableHasAnOwner(t *testing.T) {
	t.Parallel()
	owners := readOwners(t)
	made := map[string]bool{}
	for _, sql := range migrationTexts(t) {
		for _, m := range regexp.MustCompile(`(?m)^CREATE (?:OR REPLACE )?(?:TABLE|VIEW) (\w+)`).FindAllStringSubmatch(sql, -1) {
			made[m[1]] = true
		}
		for _, m := range regexp.MustCompile(`(?m)^DROP (?:TABLE|VIEW) (\w+)`).FindAllStringSubmatch(sql, -1) {
			delete(made, m[1])
		}
	}
	require.Greater(t, len(made), 50)
	for name := range made {
		require.NotEmpty(t, owners[name], "%s has no owner: name it under its room in migrations/README.md", name)
	}
	for name := range owners {
		require.True(t, made[name], "migrations/README.md names %s, which no migration makes", name)
	}
}

// A trigger that writes into another room's table makes the one room's transaction write the
// other's rows; there is one such book, and migrations/README.md says why.
func TestTriggersWriteOnlyTheBookOfChanges(t *testing.T) {
	t.Parallel()
	owners := readOwners(t)
	functions, triggers := map[string][]string{}, map[[2]string]bool{}
	for _, sql := range migrationTexts(t) {
		for _, m := range regexp.MustCompile(`(?s)CREATE (?:OR REPLACE )?FUNCTION (\w+)\(\) RETURNS trigger.*?\$\$(.*?)\$\$`).FindAllStringSubmatch(sql, -1) {
			functions[m[1]] = nil
			for _, u := range statementTables(m[2], owners) {
				if u.writes {
					functions[m[1]] = append(functions[m[1]], u.table)
				}
			}
		}
		for _, m := range regexp.MustCompile(`(?s)CREATE TRIGGER \w+ (?:BEFORE|AFTER) [^;]*? ON (\w+)[^;]*?EXECUTE FUNCTION (\w+)\(\)`).FindAllStringSubmatch(sql, -1) {
			triggers[[2]string{m[1], m[2]}] = true
		}
	}
	require.Greater(t, len(triggers), 10)
	for pair := range triggers {
		writes, known := functions[pair[1]]
		require.True(t, known, "the trigger on %s calls %s, which no migration makes", pair[0], pair[1])
		for _, table := range writes {
			require.True(t, owners[table] == owners[pair[0]] || table == "match_changes", "%s writes %s of %s whenever %s of %s changes", pair[1], table, owners[table], pair[0], owners[pair[0]])
		}
	}
}

// The checks above would be worth nothing if they could not read a statement.
func TestTableUsesAreRecognised(t *testing.T) {
	t.Parallel()
	owners := map[string]string{"accounts": "billing", "payments": "billing", "invoices": "invoices", "published_payments": "billing"}
	uses := func(code string) (out []string) {
		for _, u := range tableUses(t, "sample.go", "package sample\n"+code, owners) {
			word := "reads "
			if u.writes {
				word = "writes "
			} else if u.locks {
				word = "locks "
			}
			out = append(out, word+u.table)
		}
		return out
	}
	for _, c := range []struct {
		code string
		want []string
	}{
		{"const q = `SELECT 1 FROM accounts a JOIN invoices i ON i.account_id = a.id`", []string{"reads accounts", "reads invoices"}},
		{"const q = `SELECT 1 FROM accounts a, payments AS p, invoices WHERE true`", []string{"reads accounts", "reads payments", "reads invoices"}},
		{"var q = `UPDATE accounts SET name = $1 WHERE ` + where", []string{"writes accounts"}},
		{"const q = `DELETE FROM payments WHERE id = $1`", []string{"writes payments"}},
		{"const q = `INSERT INTO invoices (id) SELECT id FROM payments`", []string{"writes invoices", "reads payments"}},
		{"var q = `SELECT ` + columns + ` FROM published_payments p JOIN invoices i ON true ` + which + ` FOR NO KEY UPDATE OF p SKIP LOCKED`", []string{"locks published_payments", "reads invoices"}},
		{"const q = `SELECT 1 FROM accounts FOR UPDATE`", []string{"locks accounts"}},
		{"const q = `SELECT 1 FROM invoices i WHERE a IS DISTINCT FROM i.b ON CONFLICT DO UPDATE SET b = 1`", []string{"reads invoices"}},
		{"const words = `money from accounts, payments and invoices`", nil},
		{"func (accountRow) TableName() string { return \"accounts\" }", []string{"writes accounts"}},
		{"var _ = pgx.Identifier{\"payments\"}", []string{"writes payments"}},
		{"func f() { postgres.NextIDs(ctx, tx, \"invoices\", 1) }", []string{"writes invoices"}},
		{"func f() { db.Table(\"invoices\") }", []string{"writes invoices"}},
		{"var page = \"invoices\"", nil},
	} {
		require.Equal(t, c.want, uses(c.code), c.code)
	}
}

// tableUse is a place that names a table or a view.
type tableUse struct {
	table  string
	at     string // file and line
	writes bool
	locks  bool
}

// tableUses finds the tables that a Go file names: in its statements, for bulk copies, for
// numbers of rows and as the home of a row type.
func tableUses(t *testing.T, file string, src any, owners map[string]string) []tableUse {
	t.Helper()
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, file, src, parser.SkipObjectResolution)
	require.NoError(t, err)
	var uses []tableUse
	add := func(n ast.Node, found ...tableUse) {
		for _, u := range found {
			u.at = fset.Position(n.Pos()).String()
			uses = append(uses, u)
		}
	}
	named := func(exprs ...ast.Expr) {
		for _, e := range exprs {
			if text, ok := literal(e); ok && owners[text] != "" {
				add(e, tableUse{table: text, writes: true})
			}
		}
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if text, ok := folded(n); ok {
				add(n, statementTables(text, owners)...)
				return false
			}
		case *ast.BasicLit:
			if text, ok := literal(n); ok {
				add(n, statementTables(text, owners)...)
			}
		case *ast.CompositeLit:
			if sel, ok := n.Type.(*ast.SelectorExpr); ok && sel.Sel.Name == "Identifier" {
				named(n.Elts...)
			}
		case *ast.CallExpr:
			if sel, ok := n.Fun.(*ast.SelectorExpr); ok && (sel.Sel.Name == "Table" || sel.Sel.Name == "NextIDs") {
				named(n.Args...)
			}
		case *ast.FuncDecl:
			if n.Name.Name == "TableName" && n.Body != nil && len(n.Body.List) == 1 {
				if ret, ok := n.Body.List[0].(*ast.ReturnStmt); ok {
					named(ret.Results...)
				}
			}
		}
		return true
	})
	return uses
}

// folded puts a sum of texts together; what is not known when it is written is a gap.
func folded(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		left, ok := folded(e.X)
		right, also := folded(e.Y)
		return left + " " + right, e.Op == token.ADD && (ok || also)
	case *ast.BasicLit:
		return literal(e)
	}
	return "", false
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

var (
	tablePlace = regexp.MustCompile(`\b(FROM|JOIN|INTO|UPDATE|USING|ONLY|TRUNCATE|TABLE)\s+(?:LATERAL\s+)?([a-z_]+)\b(?:\s+(?:AS\s+)?([a-z_]+)\b)?`)
	tableNext  = regexp.MustCompile(`^\s*,\s*([a-z_]+)\b(?:\s+(?:AS\s+)?([a-z_]+)\b)?`)
	lockPlace  = regexp.MustCompile(`\bFOR (?:NO KEY )?(?:UPDATE|SHARE)\b(?: OF ([a-z_, ]+))?`)
)

// statementTables finds the tables that a statement names.
func statementTables(sql string, owners map[string]string) []tableUse {
	var uses []tableUse
	lock := lockPlace.FindStringSubmatch(sql)
	add := func(table, alias string, writes bool) {
		if owners[table] == "" {
			return
		}
		u := tableUse{table: table, writes: writes}
		if lock != nil && !writes {
			of := strings.FieldsFunc(lock[1], func(r rune) bool { return r == ',' || r == ' ' })
			u.locks = len(of) == 0 || slices.Contains(of, table) || alias != "" && slices.Contains(of, alias)
		}
		uses = append(uses, u)
	}
	for _, at := range tablePlace.FindAllStringSubmatchIndex(sql, -1) {
		group := func(i int) string {
			if at[2*i] < 0 {
				return ""
			}
			return sql[at[2*i]:at[2*i+1]]
		}
		word := group(1)
		deletes := word == "FROM" && strings.HasSuffix(strings.TrimSpace(sql[:at[0]]), "DELETE")
		add(group(2), group(3), deletes || word == "INTO" || word == "UPDATE" || word == "TRUNCATE")
		if word != "FROM" {
			continue
		}
		for rest := sql[at[1]:]; ; {
			m := tableNext.FindStringSubmatch(rest)
			if m == nil {
				break
			}
			add(m[1], m[2], false)
			rest = rest[len(m[0]):]
		}
	}
	return uses
}

// readOwners reads which room has which table and view from migrations/README.md.
func readOwners(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("migrations/README.md")
	require.NoError(t, err)
	owners := map[string]string{}
	name := regexp.MustCompile("`([a-z_]+)`")
	for _, section := range strings.Split(string(text), "\n## ")[1:] {
		room, body, _ := strings.Cut(section, "\n")
		if info, err := os.Stat(room); err != nil || !info.IsDir() {
			continue // prose
		}
		for _, m := range name.FindAllStringSubmatch(body, -1) {
			require.Empty(t, owners[m[1]], "%s has two owners in migrations/README.md", m[1])
			owners[m[1]] = room
		}
	}
	require.Greater(t, len(owners), 50)
	return owners
}

func migrationTexts(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("migrations/*.sql")
	require.NoError(t, err)
	slices.Sort(files)
	texts := make([]string, len(files))
	for i, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		texts[i] = string(text)
	}
	return texts
}

// programFiles lists the Go files of the program: neither tests nor the packages that only
// tests import.
func programFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	require.NoError(t, filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if path != "." && (name == "var" || name == "node_modules" || name == "testdata" || strings.HasPrefix(name, ".") || strings.HasSuffix(name, "test")) {
				return filepath.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			files = append(files, filepath.ToSlash(path))
		}
		return nil
	}))
	require.Greater(t, len(files), 300)
	return files
}

// roomOf returns the room that a file lies in.
func roomOf(file string) string {
	parts := strings.Split(file, "/")
	switch {
	case len(parts) == 1:
		return "."
	case parts[0] == "internal":
		return strings.Join(parts[:2], "/")
	}
	return parts[0]
}
