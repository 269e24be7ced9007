package register

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"prolong"
)

func sample(rows ...[]any) Table {
	return Table{Name: "sales", Columns: []Column{{Key: "number"}, {Key: "date"}, {Key: "total"}, {Key: "count"}}, Rows: func(_ context.Context, yield func([]any) error) error {
		for _, row := range rows {
			if err := yield(row); err != nil {
				return err
			}
		}
		return nil
	}}
}

func title(key string) string { return "Заголовок " + key }

func TestCSVGuardsFormulas(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	n, err := Write(t.Context(), &out, CSV, sample(
		[]any{`=HYPERLINK("http://evil.test")`, prolong.MustDate("2026-03-01"), prolong.NewMoney(-12345, prolong.RUB), 3},
		[]any{" @SUM(A1)", prolong.Date{}, nil, nil}, []any{"-2+3", nil, nil, nil}, []any{"\tx", nil, nil, nil}, []any{"＝1", nil, nil, nil}, []any{"00123", nil, nil, nil},
	), title)
	require.NoError(t, err)
	require.Equal(t, 6, n)
	require.Equal(t, "number,date,total,count\n\"'=HYPERLINK(\"\"http://evil.test\"\")\",2026-03-01,-123.45,3\n' @SUM(A1),,,\n'-2+3,,,\n'\tx,,,\n'＝1,,,\n00123,,,\n", out.String())
}

func TestXLSXKeepsTypesAndHasNoFormula(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	_, err := Write(t.Context(), &out, XLSX, sample([]any{"=1+1", prolong.MustDate("2026-03-01"), prolong.NewMoney(-1234567, prolong.RUB), 3}, []any{"0012", nil, nil, nil}), title)
	require.NoError(t, err)
	file, err := excelize.OpenReader(bytes.NewReader(out.Bytes()))
	require.NoError(t, err)
	t.Cleanup(func() { _ = file.Close() })
	sheet := file.GetSheetName(0)
	require.Equal(t, "Заголовок register.sales", sheet)
	rows, err := file.GetRows(sheet)
	require.NoError(t, err)
	require.Equal(t, [][]string{
		{"Заголовок register.column.number", "Заголовок register.column.date", "Заголовок register.column.total", "Заголовок register.column.count"},
		{"=1+1", "01.03.2026", "-12,345.67", "3"}, {"0012"},
	}, rows)
	formula, err := file.GetCellFormula(sheet, "A2")
	require.NoError(t, err)
	require.Empty(t, formula)
	archive, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	require.NoError(t, err)
	for _, f := range archive.File {
		if strings.HasPrefix(f.Name, "xl/worksheets/") {
			r, err := f.Open()
			require.NoError(t, err)
			raw, err := io.ReadAll(r)
			require.NoError(t, err)
			require.NotContains(t, string(raw), "<f>")
		}
	}
}

func TestFailureOfARowIsTheFailureOfTheTable(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for _, f := range []Format{CSV, XLSX} {
		table := sample()
		table.Rows = func(context.Context, func([]any) error) error { return broken }
		_, err := Write(t.Context(), io.Discard, f, table, title)
		require.ErrorIs(t, err, broken)
	}
	_, err := Write(t.Context(), io.Discard, "pdf", sample(), title)
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
}

func FuzzGuard(f *testing.F) {
	f.Add("=1")
	f.Add("\u00a0+1")
	f.Fuzz(func(t *testing.T, s string) {
		guarded := Guard(s)
		require.True(t, guarded == s || guarded == "'"+s)
		if s != "" {
			require.NotContains(t, "=+-@\t\r\n", guarded[:1])
		}
	})
}
