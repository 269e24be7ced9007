package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// eventually waits until fn says yes; the bound is generous because the machine may be busy.
func eventually(t *testing.T, what string, fn func() bool) {
	t.Helper()
	deadline := time.Now().Add(90 * time.Second)
	for !fn() {
		require.True(t, time.Now().Before(deadline), what)
		time.Sleep(100 * time.Millisecond)
	}
}

// serve starts the server and returns its address; it is stopped at the end of the test.
func (b *bench) serve(args ...string) (url string) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := b.command(ctx, append([]string{"serve"}, args...)...)
	cmd.Env = append(cmd.Env, "PROLONG_ADDR=127.0.0.1:0")
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	stdout, err := cmd.StdoutPipe()
	require.NoError(b.t, err)
	cmd.Stderr = os.Stderr
	require.NoError(b.t, cmd.Start())
	b.t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	require.NoError(b.t, err)
	go func() { _, _ = io.Copy(io.Discard, stdout) }()
	url = regexp.MustCompile(`http://[0-9.:]+`).FindString(line)
	require.NotEmpty(b.t, url, line)
	return url
}

// TestTwoServersDoEachThingOnce runs two servers on one database, with everything by schedule:
// invoices, a statement dropped into the folder, letters.
func TestTwoServersDoEachThingOnce(t *testing.T) {
	t.Parallel()
	const clients = 60
	b := newBench(t, "2026-03-01T09:00:00+03:00")
	b.write("accounts.csv", accountsCSV(clients))
	b.run("import", "accounts", "accounts.csv")
	key := lastLine(b.run("key", "add", "pass service"))
	first, second := b.serve(), b.serve()
	issued := func() int { return len(rows[invoiceRow](b, "invoices")) }
	eventually(t, "invoices by schedule", func() bool { return issued() == clients })

	documents := make([]document, 0, clients)
	for i, inv := range rows[invoiceRow](b, "invoices") {
		var n int
		_, err := fmt.Sscanf(inv.AccountExternalID, "c%d", &n)
		require.NoError(t, err)
		documents = append(documents, document{no: fmt.Sprint(i + 1), name: "ООО Пример", taxID: inn(n), purpose: "Оплата по счету № " + inv.Number + " от 01.03.2026", amount: "2000.00"})
	}
	inbox := filepath.Join(b.dir, "inbox")
	require.NoError(t, os.MkdirAll(inbox, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(inbox, "day.txt"), []byte(statementFile("02.03.2026", documents)), 0o644))
	b.run("bank", "pull")
	_, err := os.Stat(filepath.Join(inbox, "done", "day.txt"))
	require.NoError(t, err, "a file that was read is put aside")

	for _, url := range []string{first, second} {
		eventually(t, "the access of a paid client", func() bool { return b.access(url, key, "c00007")["paid_through"] == "2026-04-20" })
		require.Equal(t, true, b.access(url, key, "c00007")["active"])
	}
	letters := func() int {
		files, err := filepath.Glob(filepath.Join(b.dir, "var", "mail", "*.eml"))
		require.NoError(t, err)
		return len(files)
	}
	// an invoice and a receipt for each client, nothing twice
	eventually(t, "letters", func() bool { return letters() == 2*clients })
	require.Equal(t, clients, issued())
	b.run("doctor")
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}

func (b *bench) access(url, key, id string) (answer map[string]any) {
	b.t.Helper()
	request, err := http.NewRequest(http.MethodGet, url+"/api/v1/accounts/"+id+"/access", nil)
	require.NoError(b.t, err)
	request.Header.Set("Authorization", "Bearer "+key)
	response, err := http.DefaultClient.Do(request)
	require.NoError(b.t, err)
	defer response.Body.Close()
	require.NoError(b.t, json.NewDecoder(response.Body).Decode(&answer))
	return answer
}

func TestBadInputIsNamed(t *testing.T) {
	t.Parallel()
	b := newBench(t, "2026-03-01T09:00:00+03:00")
	b.write("typo.yaml", strings.Replace(companyYAML, "tax_id:", "tax_idd:", 1))
	_, errs, code := b.try("apply", "typo.yaml")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "line 5")
	b.write("inn.yaml", strings.Replace(companyYAML, "7701001238", "7701001239", 1))
	_, errs, code = b.try("apply", "inn.yaml")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "inn.yaml:2")
	b.write("accounts.csv", accountsCSV(3)+"c9,Имя,,RU,123,,,,,,standard,1,2000.00,RUB,2026-03-20\n")
	_, errs, code = b.try("import", "accounts", "accounts.csv")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "accounts.csv:5: tax_id:")
	b.write("noise.txt", "это не выписка\n")
	out, errs, code := b.try("bank", "parse", "--json", "noise.txt")
	require.Equal(t, 1, code)
	require.Empty(t, out)
	require.NotEmpty(t, errs)
	for _, args := range [][]string{{"nonsense"}, {"invoices", "issue", "--on", "tomorrow"}, {"apply"}, {"export", "accounts", "--format", "xml"}} {
		_, _, code := b.try(args...)
		require.Equal(t, 2, code, args)
	}
}

func TestARehearsalTellsAndChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, "2026-03-01T09:00:00+03:00")
	b.write("accounts.csv", accountsCSV(2))
	b.run("import", "accounts", "accounts.csv")
	out := b.run("rehearse", "--until", "2026-03-25")
	require.Contains(t, out, "2026-03-01  счёт  c00000")
	require.Contains(t, out, "2026-03-17  напоминание")
	require.Contains(t, out, "2026-03-24  приостановка")
	require.Empty(t, rows[invoiceRow](b, "invoices"))
	b.write("change.yaml", strings.Replace(companyYAML, "lead: 1 month", "lead: 5 days", 1))
	out = b.run("rehearse", "--until", "2026-03-25", "--change", "change.yaml")
	require.Contains(t, out, "- 2026-03-01  счёт  c00000")
	require.Contains(t, out, "+ 2026-03-16  счёт  c00000")
	_, _, code := b.try("rehearse")
	require.Equal(t, 2, code)
}

// TestTheProgramHasEveryRoomsPages: what a room shows only if it is given its neighbours is there
// in the program that people run.
func TestTheProgramHasEveryRoomsPages(t *testing.T) {
	t.Parallel()
	b := newBench(t, "")
	b.env = append(b.env, "PROLONG_ONLINEPBX_DOMAIN=test.onpbx.example", "PROLONG_ONLINEPBX_KEY=panel-key", "PROLONG_ONLINEPBX_BASE_URL=http://127.0.0.1:1", "PROLONG_ONLINEPBX_HOOK_TOKEN=webhooks-of-the-test")
	url := b.serve()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, path := range []string{"/office/tickets", "/office/mails", "/office/calls", "/office/payments", "/office/jobs", "/cabinet/1/tickets", "/cabinet/1/calls"} {
		answer, err := client.Get(url + path)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, http.StatusSeeOther, answer.StatusCode, "%s leads to the login", path)
	}
}
