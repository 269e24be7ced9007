package register

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"prolong"
)

// Format is how a table is written.
type Format string

// The formats.
const (
	CSV  Format = "csv"
	XLSX Format = "xlsx"
)

// Mime is the content type of the format.
func (f Format) Mime() string {
	if f == XLSX {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "text/csv; charset=utf-8"
}

// Table is a register. Cells are string, int, prolong.Date or prolong.Money; nil is an empty
// one.
type Table struct {
	Name    string // key of the register: "sales"
	Columns []Column
	// Rows gives every row to yield, in order, with as many cells as there are columns. The slice
	// may be used again after yield has returned.
	Rows func(ctx context.Context, yield func(cells []any) error) error
}

// Column is a column: Key heads it for programs, the catalogue text for people.
type Column struct {
	Key   string
	Width float64 // characters, for people
}

// Limits of a sheet, by its format.
const (
	sheetRowsMax  = 1_048_576
	cellRunesMax  = 32_767
	sheetNameMax  = 31
	moneyFormat   = "#,##0.00"
	dateFormat    = "dd.mm.yyyy"
	headRows      = 1
	defaultColumn = 14
)

// Write writes the table. title words columns and the sheet for people ("register.sales",
// "register.column.number"); CSV is for programs and is headed by the keys themselves.
func Write(ctx context.Context, out io.Writer, f Format, t Table, title func(key string) string) (rows int, err error) {
	switch f {
	case CSV:
		return writeCSV(ctx, out, t)
	case XLSX:
		return writeXLSX(ctx, out, t, title)
	}
	return 0, prolong.NewError(prolong.CodeInvalid, "error.register_format", prolong.Args{"Value": string(f)})
}

func writeCSV(ctx context.Context, out io.Writer, t Table) (rows int, err error) {
	w := csv.NewWriter(out)
	head := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = c.Key
	}
	if err := w.Write(head); err != nil {
		return 0, err
	}
	line := make([]string, len(t.Columns))
	err = t.Rows(ctx, func(cells []any) error {
		rows++
		for i := range line {
			line[i] = ""
			if i < len(cells) {
				line[i] = plain(cells[i])
			}
		}
		return w.Write(line)
	})
	if err != nil {
		return rows, err
	}
	w.Flush()
	return rows, w.Error()
}

func plain(cell any) string {
	switch v := cell.(type) {
	case nil:
		return ""
	case string:
		return Guard(v)
	case prolong.Money:
		return v.String()
	}
	return fmt.Sprint(cell)
}

// Guard makes a text harmless for programs that take the beginning of a cell for a formula: an
// apostrophe before = + - @ and control characters, also behind blanks. Numbers are not texts
// and keep their minus.
func Guard(s string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(s, unicode.IsSpace))
	if len(s) > 0 && (s[0] == '\t' || s[0] == '\r' || s[0] == '\n' || strings.ContainsRune("=+-@＝＋－＠", first)) {
		return "'" + s
	}
	return s
}

func writeXLSX(ctx context.Context, out io.Writer, t Table, title func(key string) string) (rows int, err error) {
	file := excelize.NewFile()
	defer func() {
		if closeErr := file.Close(); err == nil {
			err = closeErr
		}
	}()
	name := sheetName(title("register." + t.Name))
	if err := file.SetSheetName("Sheet1", name); err != nil {
		return 0, err
	}
	styles, err := newStyles(file)
	if err != nil {
		return 0, err
	}
	w, err := file.NewStreamWriter(name)
	if err != nil {
		return 0, err
	}
	head := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		width := c.Width
		if width == 0 {
			width = defaultColumn
		}
		if err := w.SetColWidth(i+1, i+1, width); err != nil {
			return 0, err
		}
		head[i] = excelize.Cell{StyleID: styles.head, Value: title("register.column." + c.Key)}
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: headRows, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return 0, err
	}
	if err := w.SetRow("A1", head); err != nil {
		return 0, err
	}
	line := make([]any, len(t.Columns))
	err = t.Rows(ctx, func(cells []any) error {
		if rows++; rows+headRows > sheetRowsMax {
			return prolong.NewError(prolong.CodeInvalid, "error.register_rows", prolong.Args{"Max": sheetRowsMax - headRows})
		}
		for i := range line {
			line[i] = nil
			if i < len(cells) {
				line[i] = styles.cell(cells[i])
			}
		}
		return w.SetRow(fmt.Sprintf("A%d", rows+headRows), line)
	})
	if err != nil {
		return rows, err
	}
	if err := w.Flush(); err != nil {
		return rows, err
	}
	if rows > 0 && len(t.Columns) > 0 {
		last, err := excelize.CoordinatesToCellName(len(t.Columns), rows+headRows)
		if err != nil {
			return rows, err
		}
		if err := file.AutoFilter(name, "A1:"+last, nil); err != nil {
			return rows, err
		}
	}
	_, err = file.WriteTo(out)
	return rows, err
}

// sheetName is a name that the format takes: without []:*?/\ and not long.
func sheetName(s string) string {
	s = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\'`, r) {
			return -1
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > sheetNameMax {
		s = string(runes[:sheetNameMax])
	}
	if s == "" {
		return "Sheet"
	}
	return s
}

type styles struct{ head, money, date, text int }

func newStyles(file *excelize.File) (s styles, err error) {
	moneyForm, dateForm := moneyFormat, dateFormat
	for _, x := range []struct {
		to    *int
		style *excelize.Style
	}{
		{&s.head, &excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}},
		{&s.money, &excelize.Style{CustomNumFmt: &moneyForm}},
		{&s.date, &excelize.Style{CustomNumFmt: &dateForm}},
		// "@" keeps a text a text when somebody edits the cell later.
		{&s.text, &excelize.Style{NumFmt: 49}},
	} {
		if *x.to, err = file.NewStyle(x.style); err != nil {
			return s, err
		}
	}
	return s, nil
}

// cell turns a value into a cell. A text is written as a text, so that it is never a formula;
// its leading zeros stay.
func (s styles) cell(v any) any {
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		if v == "" {
			return nil
		}
		if utf8.RuneCountInString(v) > cellRunesMax {
			v = string([]rune(v)[:cellRunesMax])
		}
		return excelize.Cell{StyleID: s.text, Value: v}
	case prolong.Money:
		// A sheet knows only floating point; up to 2^53 kopecks it is exact to the kopeck.
		number, err := strconv.ParseFloat(v.String(), 64)
		if err != nil {
			return excelize.Cell{StyleID: s.text, Value: v.String()}
		}
		return excelize.Cell{StyleID: s.money, Value: number}
	case prolong.Date:
		if v.IsZero() {
			return nil
		}
		return excelize.Cell{StyleID: s.date, Value: v.Time()}
	}
	return excelize.Cell{Value: v}
}
