package statement_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync/statement"
)

func TestParseFindsTheFormat(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]statement.Format{
		string(oneCFile(1)): "1c", "\xEF\xBB\xBF" + string(oneCFile(1)): "1c", kazakhSeed: "1c", directSeed: "directbank", csvSeed: "csv",
		privatSeed: "privatbank", monoSeed: "monobank", tbankSeed: "tbank", tochkaSeed: "tochka", sberSeed: "sber", modulSeed: "modulbank",
		strings.Replace(sberSeed, "operationId", "transactionId", 1): "alfa",
	} {
		// The name tells nothing: people rename files.
		statements, err := statement.Parse(strings.NewReader(text), statement.Options{FileName: "выписка.pdf", OwnAccounts: []string{benchAccount}})
		require.NoError(t, err, want)
		require.Equal(t, want, statements[0].Format)
		require.NotEmpty(t, statements[0].Entries, want)
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ data, key string }{
		"nothing":          {"", "error.statement_empty"},
		"blank":            {"\r\n \r\n", "error.statement_empty"},
		"PDF":              {"%PDF-1.7\n1 0 obj <</Type;/Catalog>>", "error.statement_pdf"},
		"Excel":            {"PK\x03\x04\x14\x00;,", "error.statement_spreadsheet"},
		"old Excel":        {"\xD0\xCF\x11\xE0\xA1\xB1;,", "error.statement_spreadsheet"},
		"prose":            {"Добрый день!\nВысылаем выписку, см. вложение; спасибо.\n", "error.statement_unknown_format"},
		"a word":           {"hello", "error.statement_unknown_format"},
		"zero bytes":       {"\x00\x00\x00\x00\x00,;", "error.statement_unknown_format"},
		"maintenance page": {"<!DOCTYPE html>\n<html><body>Ведутся работы</body></html>", "error.statement_no_container"},
		"other JSON":       {`{"a":1,"b":[1,2]}`, "error.statement_unknown_format"},
		"unknown columns":  {"Дата;Сумма;Назначение платежа\n01.03.2026;5;x\n", "error.statement_csv_mapping"},
		"cut JSON":         {privatSeed[:len(privatSeed)-5], "error.statement_bad_json"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := statement.Parse(strings.NewReader(test.data), statement.Options{FileName: "kl_to_1c.txt"})
			var e *prolong.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, test.key, e.Key)
			require.Equal(t, prolong.CodeInvalid, e.Code)
			require.Equal(t, "kl_to_1c.txt", e.Args["File"])
			require.Contains(t, texts(t, "ru"), e.Key)
		})
	}
	broken := errors.New("disk")
	_, err := statement.Parse(iotest.ErrReader(broken), statement.Options{})
	require.ErrorIs(t, err, broken)
}

func TestGuessMapping(t *testing.T) {
	t.Parallel()
	table := "Дата;Сумма;Назначение платежа\n01.03.2026;5,00;x\n"
	proposal, err := statement.GuessMapping(strings.NewReader(table))
	require.NoError(t, err)
	proposal.Mapping.Account = benchAccount
	statements, err := statement.Parse(strings.NewReader(table), statement.Options{Mapping: &proposal.Mapping})
	require.NoError(t, err)
	require.Len(t, statements[0].Entries, 1)
	require.Equal(t, prolong.RUB, statements[0].Currency)
	for _, data := range []string{"", "%PDF-1.7", "\x00\x00;", "a;b\n"} {
		_, err = statement.GuessMapping(strings.NewReader(data))
		require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
	}
}

// TestParseMany checks a larger file to the last entry, in both encodings.
func TestParseMany(t *testing.T) {
	t.Parallel()
	text := oneCFile(2000)
	first, err := statement.Parse(bytes.NewReader(text), statement.Options{})
	require.NoError(t, err)
	require.True(t, *first[0].BalanceOK)
	require.Equal(t, "2000000.00", first[0].Totals.Credit.String())
	second, err := statement.Parse(bytes.NewReader(cp1251(t, text)), statement.Options{})
	require.NoError(t, err)
	require.Equal(t, keys(first), keys(second))
	require.Equal(t, "windows-1251", second[0].Encoding)
	require.Len(t, distinct(keys(first)), 2000)
}
