package register

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
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
		[]any{"\rx"}, []any{"\nx"}, []any{""}, []any{"x=1"},
	), title)
	require.NoError(t, err)
	require.Equal(t, 10, n)
	require.Equal(t, "number,date,total,count\n\"'=HYPERLINK(\"\"http://evil.test\"\")\",2026-03-01,-123.45,3\n' @SUM(A1),,,\n'-2+3,,,\n'\tx,,,\n'＝1,,,\n00123,,,\n\"'\rx\",,,\n\"'\nx\",,,\n,,,\nx=1,,,\n", out.String())
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

// What a program reads from the sheet: shapes of cells, the head that stays, the filter, the widths.
func TestXLSXIsMadeForPeople(t *testing.T) {
	t.Parallel()
	table := sample(
		[]any{"", prolong.Date{}, prolong.NewMoney(1, prolong.RUB), 0},
		[]any{"0012"}, // fewer cells than columns
		[]any{strings.Repeat("я", 32_768), prolong.MustDate("2026-03-01"), prolong.NewMoney(900_719_925_474_099, prolong.RUB), nil},
	)
	table.Columns[0].Width = 40
	file := written(t, table, title)
	sheet := file.GetSheetName(0)
	for cell, want := range map[string]string{"A2": "", "B2": "", "C2": "0.01", "D2": "0", "A3": "0012", "B3": "", "C3": "", "A4": strings.Repeat("я", 32_767), "B4": "46082", "C4": "9007199254740.99", "D4": ""} {
		got, err := file.GetCellValue(sheet, cell, excelize.Options{RawCellValue: true})
		require.NoError(t, err)
		require.Equal(t, want, got, cell)
	}
	format := func(cell string) string {
		id, err := file.GetCellStyle(sheet, cell)
		require.NoError(t, err)
		style, err := file.GetStyle(id)
		require.NoError(t, err)
		if style.CustomNumFmt != nil {
			return *style.CustomNumFmt
		}
		return strconv.Itoa(style.NumFmt)
	}
	require.Equal(t, "49", format("A3"), "a text that stays one when somebody edits it")
	require.Equal(t, "#,##0.00", format("C2"))
	require.Equal(t, "dd.mm.yyyy", format("B4"))
	panes, err := file.GetPanes(sheet)
	require.NoError(t, err)
	require.True(t, panes.Freeze)
	require.Equal(t, 1, panes.YSplit)
	for column, want := range map[string]float64{"A": 40, "B": 14, "D": 14} {
		width, err := file.GetColWidth(sheet, column)
		require.NoError(t, err)
		require.InDelta(t, want, width, 0, column)
	}
	filters := 0
	for _, name := range file.GetDefinedName() {
		if strings.HasSuffix(name.RefersTo, "$A$1:$D$4") {
			filters++
		}
	}
	require.Equal(t, 1, filters, "every row can be filtered")
}

// A sheet without rows has a head and no filter, which would have nothing to hide.
func TestXLSXOfNothingIsAHead(t *testing.T) {
	t.Parallel()
	file := written(t, sample(), title)
	rows, err := file.GetRows(file.GetSheetName(0))
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.Empty(t, file.GetDefinedName())
}

// Names of sheets in every language fit the format: 31 letters, none of []:*?/\'.
func TestSheetNamesFitTheFormat(t *testing.T) {
	t.Parallel()
	for worded, want := range map[string]string{
		"[Продажи]: 1/2*\\'?":   "Продажи 12",
		strings.Repeat("ж", 31): strings.Repeat("ж", 31),
		strings.Repeat("ж", 32): strings.Repeat("ж", 31),
		"[]":                    "Sheet",
	} {
		file := written(t, sample(), func(key string) string {
			if key == "register.sales" {
				return worded
			}
			return key
		})
		require.Equal(t, want, file.GetSheetName(0))
	}
}

// More rows than a sheet has are refused before the program that opens the file loses them.
func TestASheetIsNotFilledBeyondItsEnd(t *testing.T) {
	t.Parallel()
	table := Table{Name: "sales", Columns: []Column{{Key: "number"}}, Rows: func(_ context.Context, yield func([]any) error) error {
		for range 1_048_576 {
			if err := yield([]any{nil}); err != nil {
				return err
			}
		}
		return nil
	}}
	rows, err := Write(t.Context(), io.Discard, XLSX, table, title)
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
	require.Equal(t, 1_048_576, rows, "the row that has no place is the first behind 1 048 575 and the head")
	var e *prolong.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, 1_048_575, e.Args["Max"])
}

func TestFormatsNameTheirContentType(t *testing.T) {
	t.Parallel()
	require.Equal(t, "text/csv; charset=utf-8", CSV.Mime())
	require.Equal(t, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", XLSX.Mime())
}

func written(t *testing.T, table Table, words func(string) string) *excelize.File {
	t.Helper()
	var out bytes.Buffer
	_, err := Write(t.Context(), &out, XLSX, table, words)
	require.NoError(t, err)
	file, err := excelize.OpenReader(&out)
	require.NoError(t, err)
	t.Cleanup(func() { _ = file.Close() })
	return file
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
