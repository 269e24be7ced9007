package statement_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync/statement"
)

// samplesFolder holds the public samples with their manifest. The same tests run over any
// other folder of this shape, named by STATEMENT_SAMPLES.
func samplesFolder() string {
	if folder := os.Getenv("STATEMENT_SAMPLES"); folder != "" {
		return folder
	}
	return filepath.Join("testdata", "samples")
}

// sample is a row of MANIFEST.tsv.
type sample struct {
	file, format, encoding string
	entries                int
	credit, debit          string
	opening, closing       []string
	notes                  string
}

// refused are the samples that hold no statement at all, with the reason that must be given.
var refused = map[string]string{
	"viafintech__camt_parser/valid_namespace.xml":                       "error.statement_no_container",
	"viafintech__camt_parser/valid_namespace.xml.1":                     "error.statement_no_container",
	"sebastienrousseau__bankstatementparser/camt053_garbled_amount.xml": "error.statement_all_amount_invalid",
	"mmalcek__mt940/test.sta":                                           "error.statement_all_row_invalid",
}

// unreadable are balances of samples that no reader should take for a number.
var unreadable = map[string]bool{
	"railslove__cmxl/mt940-headers.txt": true, // ":62F:C141387INR11 27421,94"
}

func samples(t testing.TB) []sample {
	t.Helper()
	f, err := os.Open(filepath.Join(samplesFolder(), "MANIFEST.tsv"))
	require.NoError(t, err)
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	rows, err := r.ReadAll()
	require.NoError(t, err)
	require.Greater(t, len(rows), 1)
	var out []sample
	for _, row := range rows[1:] {
		n, err := strconv.Atoi(row[5])
		require.NoError(t, err)
		out = append(out, sample{file: row[0], format: row[3], encoding: row[4], entries: n, credit: row[6], debit: row[7],
			opening: strings.Split(row[8], ";"), closing: strings.Split(row[9], ";"), notes: row[11]})
	}
	return out
}

func (s sample) read(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(samplesFolder(), s.file))
	require.NoError(t, err)
	return data
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for _, s := range samples(t) {
		t.Run(s.file, func(t *testing.T) {
			t.Parallel()
			statements, err := statement.Parse(bytes.NewReader(s.read(t)), statement.Options{})
			if key, ok := refused[s.file]; ok {
				require.Equal(t, key, errorKey(err))
				return
			}
			require.NoError(t, err)
			require.NotEmpty(t, statements)
			credit, debit, entries := sums(t, statements)
			want := s.entries
			if strings.Contains(s.notes, "counted both sides") {
				want *= 2 // one transfer between two accounts of the file is an operation on each
			}
			require.Equal(t, want, entries, "entries")
			require.Equal(t, s.credit, credit, "credit")
			require.Equal(t, s.debit, debit, "debit")
			if !unreadable[s.file] {
				requireBalances(t, s.opening, statements, func(st *statement.Statement) *prolong.Money { return st.Opening })
				requireBalances(t, s.closing, statements, func(st *statement.Statement) *prolong.Money { return st.Closing })
			}
			requireArithmetic(t, s, statements)
			requireFormat(t, s, statements)
		})
	}
}

// sums adds what the entries do to the accounts, whatever their currencies.
func sums(t *testing.T, statements []statement.Statement) (credit, debit string, count int) {
	t.Helper()
	var in, out int64
	for _, st := range statements {
		require.Equal(t, len(st.Entries), st.Totals.Count)
		for _, e := range st.Entries {
			// The manifest has two decimals for every currency.
			minor := e.Amount.Minor()
			if e.Amount.Currency().Exponent() == 0 {
				minor *= 100
			}
			if e.Direction == statement.Credit {
				in += minor
			} else {
				out += minor
			}
			count++
		}
	}
	return prolong.NewMoney(in, prolong.RUB).String(), prolong.NewMoney(out, prolong.RUB).String(), count
}

// requireBalances checks that the balances of the manifest occur in this order. The manifest
// lists final balances only (:60F:, :62F:); intermediate ones may stand between them.
func requireBalances(t *testing.T, want []string, statements []statement.Statement, of func(*statement.Statement) *prolong.Money) {
	t.Helper()
	var got []string
	for i := range statements {
		if m := of(&statements[i]); m != nil {
			text := m.String()
			if m.Currency().Exponent() == 0 {
				text += ".00"
			}
			got = append(got, text)
		}
	}
	at := 0
	for _, w := range want {
		if w = w[strings.IndexByte(w, ':')+1:]; w == "" {
			continue
		}
		for at < len(got) && got[at] != w {
			at++
		}
		require.Less(t, at, len(got), "balance %s not found in %v", w, got)
		at++
	}
}

// requireArithmetic checks the verdict about the balances against the manifest's.
func requireArithmetic(t *testing.T, s sample, statements []statement.Statement) {
	t.Helper()
	verdict := "null"
	for _, st := range statements {
		switch {
		case st.BalanceOK == nil:
		case !*st.BalanceOK:
			verdict = "false"
		case verdict == "null":
			verdict = "true"
		}
	}
	// The rows of 1C files are also compared with the declared turnovers.
	switch {
	case strings.Contains(s.notes, "docs!=declared"):
		require.Equal(t, "false", verdict)
	case strings.Contains(s.notes, "closing:ok"), strings.Contains(s.notes, "closing:partial"):
		require.Equal(t, "true", verdict)
	case strings.Contains(s.notes, "closing:FAIL") && !unreadable[s.file]:
		require.Equal(t, "false", verdict)
	}
	if verdict == "false" {
		warned := false
		for _, st := range statements {
			for _, w := range st.Warnings {
				warned = warned || w.Code == "balance_mismatch" || w.Code == "balance_chain" || w.Code == "outside_period"
			}
		}
		require.True(t, warned, "a failed check is explained by a warning")
	}
}

func requireFormat(t *testing.T, s sample, statements []statement.Statement) {
	t.Helper()
	formats := map[string]statement.Format{"MT940": "mt940", "MT942": "mt942", "1C 1": "1c", "1C 2": "1c", "1C ?": "1c", "1C D": "directbank"}
	for prefix, format := range formats {
		if strings.HasPrefix(s.format, prefix) && s.file != "railslove__cmxl/statement-details-mt942.txt" {
			require.Equal(t, format, statements[0].Format)
		}
	}
	if version, ok := strings.CutPrefix(s.format, "camt.05"); ok {
		require.Equal(t, "camt.05"+version, string(statements[0].Format)+"."+statements[0].Version)
	}
	if version, ok := strings.CutPrefix(s.format, "1C "); ok && version[0] >= '0' && version[0] <= '9' {
		require.Equal(t, version, statements[0].Version)
	}
	if s.encoding == "windows-1251" || s.encoding == "utf-8" {
		require.Equal(t, s.encoding, statements[0].Encoding)
	}
}

// TestConformanceKeys reads every sample twice: the keys must be the same, and distinct
// within an account.
func TestConformanceKeys(t *testing.T) {
	t.Parallel()
	for _, s := range samples(t) {
		if refused[s.file] != "" {
			continue
		}
		t.Run(s.file, func(t *testing.T) {
			t.Parallel()
			data := s.read(t)
			first, err := statement.Parse(bytes.NewReader(data), statement.Options{})
			require.NoError(t, err)
			second, err := statement.Parse(bytes.NewReader(data), statement.Options{})
			require.NoError(t, err)
			require.Equal(t, keys(first), keys(second))
			require.Equal(t, first, second)
			seen := make(map[string]bool)
			repeated := hasRepeatedStatement(first)
			for _, st := range first {
				for _, e := range st.Entries {
					require.NotEmpty(t, e.Key)
					require.False(t, seen[st.Account+e.Key] && !repeated, "key %s twice", e.Key)
					seen[st.Account+e.Key] = true
				}
			}
		})
	}
}

// hasRepeatedStatement says whether the file holds the same statement twice.
func hasRepeatedStatement(list []statement.Statement) bool {
	for i := range list {
		for j := range list[:i] {
			if list[i].Account == list[j].Account && list[i].From == list[j].From && len(list[i].Entries) == len(list[j].Entries) {
				return true
			}
		}
	}
	return false
}

func keys(statements []statement.Statement) []string {
	var out []string
	for _, st := range statements {
		for _, e := range st.Entries {
			out = append(out, fmt.Sprintf("%s %s", st.Account, e.Key))
		}
	}
	return out
}

func errorKey(err error) string {
	var e *prolong.Error
	if !errors.As(err, &e) {
		return ""
	}
	return e.Key
}
