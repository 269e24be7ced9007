package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync/banks/banktest"
)

// bankYAML gives the company's account an interface instead of a folder.
func bankYAML(source string) string {
	return strings.Replace(companyYAML, "source: {kind: folder, path: ./inbox}", "source: "+source, 1)
}

// TestABankIsDeclaredAndAsked declares the interface of a bank in the YAML and pulls it over
// the network; what the bank tells again posts nothing again, and a bank that is down is named.
func TestABankIsDeclaredAndAsked(t *testing.T) {
	t.Parallel()
	const now = "2026-03-02T09:00:00+03:00"
	start, err := time.Parse(time.RFC3339, now)
	require.NoError(t, err)
	moscow, err := time.LoadLocation("Europe/Moscow")
	require.NoError(t, err)
	b := newBench(t, now)
	bank := banktest.New(t, "modulbank", &banktest.Ledger{Number: "40702810938000000001", BIC: "044525225", Currency: prolong.RUB, Clock: prolong.NewManualClock(start), Zone: moscow})
	server := httptest.NewServer(bank)
	t.Cleanup(server.Close)
	token, ok := bank.Secrets().Read(bank.Settings()["token"])
	require.True(t, ok)
	require.NoError(t, os.WriteFile(filepath.Join(b.dir, "token.txt"), []byte(token+"\n"), 0o600))

	b.write("company.yaml", bankYAML(`{kind: modulbank, token: "file:token.txt", url: "`+server.URL+`", since: 2026-03-01}`))
	b.run("apply", "company.yaml")
	require.Contains(t, b.run("doctor"), "ещё не запрашивалась")
	b.write("accounts.csv", accountsCSV(2))
	b.run("import", "accounts", "accounts.csv")
	b.run("invoices", "issue")
	list := rows[invoiceRow](b, "invoices")
	bank.Ledger.Put(banktest.Line{Minor: 200000, TaxID: inn(0), Purpose: "Оплата по счету № " + list[0].Number, At: start.Add(-time.Hour)})

	out := b.run("bank", "pull")
	require.Contains(t, out, "modulbank 40702810938000000001")
	b.run("bank", "pull")
	payments := rows[paymentRow](b, "payments")
	require.Len(t, payments, 1)
	require.Equal(t, "matched", payments[0].State)
	require.Contains(t, b.run("doctor"), "выписка получена")

	server.Close()
	_, errs, code := b.try("bank", "pull")
	require.Equal(t, 1, code)
	require.NotContains(t, errs, token)
	out, _, code = b.try("doctor")
	require.Equal(t, 1, code)
	require.Contains(t, out, "банк не отвечает")
	require.NotContains(t, out, token)
}

// TestABankSettingThatIsWrongIsNamed refuses keys in the file itself, unknown settings and
// kinds, with the line of the seller.
func TestABankSettingThatIsWrongIsNamed(t *testing.T) {
	t.Parallel()
	b := newBench(t, "2026-03-02T09:00:00+03:00")
	for source, said := range map[string]string{
		`{kind: tbank, token: "abc123"}`:                           "token",
		`{kind: tbank, token: "${T}", colour: blue}`:               "colour",
		`{kind: sberbank}`:                                         "sberbank",
		`{kind: folder, path: ./inbox, token: x}`:                  "token",
		`{path: ./inbox}`:                                          "source.kind",
		`{kind: tbank, token: "${T}", url: "http://example.test"}`: "url",
	} {
		b.write("wrong.yaml", bankYAML(source))
		_, errs, code := b.try("apply", "wrong.yaml")
		require.Equal(t, 1, code, source)
		require.Contains(t, errs, "wrong.yaml:2", source)
		require.Contains(t, errs, said, source)
		require.NotContains(t, errs, "abc123")
	}
}

func TestAStatementThatIsNotThereOrAFolderIsNamedWithTheRemedy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for path, key := range map[string]string{dir: "error.file_is_folder", filepath.Join(dir, "no.txt"): "error.file_missing"} {
		_, err := openStatement(path)
		var e *prolong.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, key, e.Key)
	}
	large := filepath.Join(dir, "large.txt")
	require.NoError(t, os.WriteFile(large, nil, 0o600))
	require.NoError(t, os.Truncate(large, statementBytesMax+1)) // a hole: it takes no space
	_, err := openStatement(large)
	var e *prolong.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "error.statement_file_too_large", e.Key)
	require.Equal(t, "a.txt", at("a.txt", 0))
	require.Equal(t, "a.txt:7", at("a.txt", 7))
}
