package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong/internal/testdb"
)

// binary builds the program once; the tests drive it over its command line only.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "prolong-e2e-")
	if err != nil {
		return "", err
	}
	binaryDir = dir
	path := filepath.Join(dir, "prolong")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// binaryDir is where binary builds it; empty until then.
var binaryDir string

// TestMain takes the binary away again: tests that are run one at a time would fill the disk.
func TestMain(m *testing.M) {
	code := m.Run()
	if binaryDir != "" {
		if err := os.RemoveAll(binaryDir); err != nil {
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// bench is a company driven over the command line.
type bench struct {
	t    *testing.T
	dir  string
	env  []string
	path string
	// database is where its rows lie.
	database string
}

func newBench(t *testing.T, now string) *bench {
	t.Helper()
	path, err := binary()
	require.NoError(t, err)
	dir := t.TempDir()
	database := testdb.New(t).URL
	b := &bench{t: t, dir: dir, path: path, database: database, env: append(os.Environ(), "DATABASE_URL="+database, "PROLONG_DATA="+filepath.Join(dir, "var"), "PROLONG_NOW="+now, "PROLONG_LOG_LEVEL=error")}
	// an empty now is the machine's clock
	b.write("company.yaml", companyYAML)
	b.run("apply", "company.yaml")
	return b
}

func (b *bench) write(name, text string) {
	b.t.Helper()
	require.NoError(b.t, os.WriteFile(filepath.Join(b.dir, name), []byte(text), 0o644))
}

func (b *bench) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, b.path, args...)
	cmd.Dir, cmd.Env = b.dir, b.env
	return cmd
}

// run runs a command that must succeed and returns what it prints.
func (b *bench) run(args ...string) string {
	b.t.Helper()
	out, errs, code := b.try(args...)
	require.Zero(b.t, code, "%v: %s%s", args, out, errs)
	return out
}

func (b *bench) try(args ...string) (out, errs string, code int) {
	b.t.Helper()
	cmd := b.command(context.Background(), args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if cmd.ProcessState == nil {
		require.NoError(b.t, err)
	}
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

// rows reads an export of JSON lines.
func rows[T any](b *bench, what string) []T {
	b.t.Helper()
	var list []T
	d := json.NewDecoder(strings.NewReader(b.run("export", what, "--format", "jsonl")))
	for d.More() {
		var x T
		require.NoError(b.t, d.Decode(&x))
		list = append(list, x)
	}
	return list
}

const companyYAML = `sellers:
  - key: main
    country: RU
    name: ООО «Пример Софт»
    tax_id: "7701001238"
    kpp: "770101001"
    address: 101000, Москва, ул. Примерная, д. 1
    time_zone: Europe/Moscow
    vat: {regime: general}
    documents: {closing: next_day}
    bank_accounts:
      - {number: "40702810938000000001", bic: "044525225", bank: ПАО Сбербанк, corr_account: "30101810400000000225", currency: RUB, source: {kind: folder, path: ./inbox}}
plans:
  - {key: standard, seller: main, name: Стандарт, period: 1 month, price: {RUB: "2000.00"}, lead: 1 month, grace: 3 days, resume: latest}
  - {key: quarter, seller: main, name: Квартал, period: 3 months, price: {RUB: "5400.00"}}
staff:
  - {email: admin@example.test, name: Администратор, role: administrator}
`

func accountsCSV(n int) string {
	var csv strings.Builder
	csv.WriteString("external_id,name,legal_form,country,tax_id,kpp,email,phone,bank_account,bank_bic,plan,period_months,price,currency,paid_through\n")
	for i := range n {
		fmt.Fprintf(&csv, "c%05d,«Пример %d»,ООО,RU,%s,770101001,c%d@example.test,,,,standard,1,2000.00,RUB,2026-03-20\n", i, i, inn(i), i)
	}
	return csv.String()
}

// inn returns the i-th valid ИНН of a company.
func inn(i int) string {
	core := fmt.Sprintf("77%07d", 5000000+i)
	sum := 0
	for k, w := range []int{2, 4, 10, 3, 5, 9, 4, 6, 8} {
		sum += w * int(core[k]-'0')
	}
	return fmt.Sprintf("%s%d", core, sum%11%10)
}

type invoiceRow struct {
	Number, AccountExternalID string `json:"-"`
}

// UnmarshalJSON reads only what the test needs.
func (r *invoiceRow) UnmarshalJSON(data []byte) error {
	var x struct {
		Number  string `json:"number"`
		Account string `json:"account_external_id"`
	}
	err := json.Unmarshal(data, &x)
	r.Number, r.AccountExternalID = x.Number, x.Account
	return err
}

type paymentRow struct {
	DocNo       string `json:"doc_no"`
	State       string `json:"state"`
	Account     string `json:"account"`
	Allocations []struct{ Invoice, Account, Amount string }
}

type document struct{ no, name, taxID, purpose, amount string }

func statementFile(day string, documents []document) string {
	var b strings.Builder
	fmt.Fprintf(&b, "1CClientBankExchange\r\nВерсияФормата=1.03\r\nКодировка=Windows\r\nДатаНачала=%[1]s\r\nДатаКонца=%[1]s\r\nРасчСчет=40702810938000000001\r\nСекцияРасчСчет\r\nДатаНачала=%[1]s\r\nДатаКонца=%[1]s\r\nРасчСчет=40702810938000000001\r\nНачальныйОстаток=0.00\r\nКонецРасчСчет\r\n", day)
	for i, d := range documents {
		fmt.Fprintf(&b, "СекцияДокумент=Платежное поручение\r\nНомер=%s\r\nДата=%s\r\nСумма=%s\r\nПлательщикСчет=407028104000000%05d\r\nПлательщикИНН=%s\r\nПлательщик1=%s\r\nПолучательСчет=40702810938000000001\r\nДатаПоступило=%s\r\nНазначениеПлатежа=%s\r\nКонецДокумента\r\n",
			d.no, day, d.amount, i, d.taxID, d.name, day, d.purpose)
	}
	b.WriteString("КонецФайла\r\n")
	return b.String()
}

const companySize = 1000

// payments words a statement: one exact payment per client, ten of them paid twice, and
// thirty strangers.
func payments(b *bench) (documents []document, strangers int) {
	b.t.Helper()
	taxID := map[string]string{}
	for i := range companySize {
		taxID[fmt.Sprintf("c%05d", i)] = inn(i)
	}
	for i, inv := range rows[invoiceRow](b, "invoices") {
		d := document{no: fmt.Sprint(i + 1), name: "ООО Пример", taxID: taxID[inv.AccountExternalID], purpose: "Оплата по счету № " + inv.Number + " от 01.03.2026. В т.ч. НДС 22% 360,66", amount: "2000.00"}
		documents = append(documents, d)
		if i < 10 {
			documents = append(documents, d)
		}
	}
	for i := range 30 {
		documents = append(documents, document{no: fmt.Sprint(9000 + i), name: "ООО Посторонний", taxID: inn(500000 + i), purpose: fmt.Sprintf("Оплата за столы по накладной %d", i), amount: fmt.Sprintf("%d.00", 3100+i)})
	}
	return documents, 30
}

func TestTheMainJobOverTheCommandLine(t *testing.T) {
	t.Parallel()
	b := newBench(t, "2026-03-01T09:00:00+03:00")
	b.write("accounts.csv", accountsCSV(companySize))
	b.run("import", "accounts", "accounts.csv")
	b.run("invoices", "issue")
	require.Len(t, rows[invoiceRow](b, "invoices"), companySize)
	b.run("invoices", "issue")
	require.Len(t, rows[invoiceRow](b, "invoices"), companySize, "a second sweep issues nothing")
	letters, err := filepath.Glob(filepath.Join(b.dir, "var", "mail", "*.eml"))
	require.NoError(t, err)
	require.Len(t, letters, companySize)

	documents, strangers := payments(b)
	b.write("whole.txt", statementFile("02.03.2026", documents))
	b.write("first.txt", statementFile("02.03.2026", documents[:600]))
	b.run("bank", "import", "first.txt")
	b.run("bank", "import", "whole.txt")
	before := b.run("export", "payments") + b.run("export", "accounts") + b.run("export", "invoices")
	b.run("bank", "import", "whole.txt", "first.txt")
	require.Equal(t, before, b.run("export", "payments")+b.run("export", "accounts")+b.run("export", "invoices"), "importing again changes nothing")

	states := map[string]int{}
	for _, p := range rows[paymentRow](b, "payments") {
		states[p.State]++
	}
	require.Equal(t, map[string]int{"matched": companySize + 10, "review": strangers}, states)
	require.Contains(t, b.run("access", "c00000"), "2026")
	b.run("doctor")

	b.env = append(b.env, "PROLONG_NOW=2026-03-02T09:00:00+03:00")
	b.run("documents", "close", "--on", "2026-03-02")
	require.Equal(t, companySize+1, strings.Count(b.run("export", "documents"), "\n"))
	b.run("documents", "close", "--on", "2026-03-03")
	require.Equal(t, companySize+1, strings.Count(b.run("export", "documents"), "\n"), "an invoice is closed once")
	b.run("doctor")
}

// killTimes is how often a command is killed: go test ./cmd/prolong -run Kill -args -kills 200.
var killTimes = flag.Int("kills", 50, "how often TestKillAtAnyMomentLosesAndDoublesNothing kills the import")

// killing kills commands at random moments of the time that they take on this machine now.
type killing struct {
	rng    *rand.Rand
	window time.Duration
	killed int
}

func newKilling() *killing {
	return &killing{rng: rand.New(rand.NewPCG(1, 2)), window: 250 * time.Millisecond} //nolint:gosec // a test wants the same numbers every time
}

// kill runs a command that is killed, unless it ends before. A run that ended before makes the next
// ones die sooner, one that was killed lets them live longer: the moments lie all over the command,
// however fast the machine is.
func (k *killing) kill(b *bench, args ...string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(k.rng.Int64N(int64(k.window))))
	defer cancel()
	if err := b.command(ctx, args...).Run(); err != nil && ctx.Err() != nil { // the context kills with SIGKILL
		k.killed++
		k.window = k.window * 9 / 8
		return
	}
	k.window = k.window * 3 / 4
}

// TestKillAtAnyMomentLosesAndDoublesNothing kills the import again and again and lets the next
// run go on from what is there.
func TestKillAtAnyMomentLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	kills := *killTimes
	b := newBench(t, "2026-03-01T09:00:00+03:00")
	b.write("accounts.csv", accountsCSV(companySize))
	b.run("import", "accounts", "accounts.csv")
	b.run("invoices", "issue")
	documents, strangers := payments(b)
	// A file a twentieth of the statement longer each time, so that every run has work to do.
	k := newKilling()
	for i := range kills {
		b.write("part.txt", statementFile("02.03.2026", documents[:len(documents)*(i+1)/kills]))
		k.kill(b, "bank", "import", "part.txt")
	}
	require.Greater(t, k.killed, kills/4, "the kills came too late to prove anything")
	b.write("whole.txt", statementFile("02.03.2026", documents))
	b.run("bank", "import", "whole.txt")
	states := map[string]int{}
	for _, p := range rows[paymentRow](b, "payments") {
		states[p.State]++
	}
	require.Equal(t, map[string]int{"matched": companySize + 10, "review": strangers}, states)
	b.run("doctor")
}

// DESIGN section 5, invariant 7: the sweeps that number papers are killed again and again, two of them
// at a time; in the end each period has one invoice, each paid invoice one document and one letter,
// and no number is missing or there twice.
func TestKilledSweepsNumberWithoutGapsAndDoubles(t *testing.T) {
	t.Parallel()
	const kills = 12
	b := newBench(t, "2026-03-01T09:00:00+03:00")
	b.write("accounts.csv", accountsCSV(companySize))
	b.run("import", "accounts", "accounts.csv")
	killed := func(args ...string) {
		two := [2]*killing{newKilling(), newKilling()}
		var wg sync.WaitGroup
		for i, k := range two {
			k.rng = rand.New(rand.NewPCG(3, uint64(i))) //nolint:gosec // the same numbers every time
			wg.Go(func() {
				for range kills {
					k.kill(b, args...)
				}
			})
		}
		wg.Wait()
		require.Positive(t, two[0].killed+two[1].killed)
		b.run(args...)
	}
	killed("invoices", "issue")
	numbers := map[string]bool{}
	for _, inv := range rows[invoiceRow](b, "invoices") {
		numbers[inv.Number] = true
	}
	require.Len(t, numbers, companySize)
	require.Len(t, rows[invoiceRow](b, "invoices"), companySize)
	b.run("doctor")

	documents, _ := payments(b)
	b.write("whole.txt", statementFile("02.03.2026", documents))
	b.run("bank", "import", "whole.txt")
	b.env = append(b.env, "PROLONG_NOW=2026-03-03T09:00:00+03:00")
	killed("documents", "close", "--on", "2026-03-03")
	require.Equal(t, companySize+1, strings.Count(b.run("export", "documents"), "\n"), "with the head of the table")
	b.run("doctor")
}
