package csv

import (
	"sort"
	"strconv"
	"strings"

	"prolong"
	"prolong/banksync/statement/record"
)

// headerRowsMax is how far down the header may stand: banks put a page of particulars first.
const headerRowsMax = 60

// layout is a mapping applied to a file: the place of each column.
type layout struct {
	mapping *record.Mapping
	at      map[record.Column]int
	first   int // index of the first row of data
	header  string
}

// find applies the mapping to the rows. Returns CodeInvalid naming the columns that the file
// does not have.
func find(m *record.Mapping, rows []row) (*layout, error) {
	l := &layout{mapping: m}
	if byNumber(m) {
		l.at, l.first = make(map[record.Column]int), m.SkipRows
		for column, name := range m.Columns {
			n, err := strconv.Atoi(name[1:])
			if err != nil || n < 1 || n > columnsMax {
				return nil, missing(1, []string{name})
			}
			l.at[column] = n - 1
		}
		return l, nil
	}
	bestRow, best := 0, []string(nil)
	for i := range rows[:min(len(rows), headerRowsMax)] {
		at, absent := locate(m, rows[i].cells)
		if len(absent) == 0 {
			l.at, l.first, l.header = at, i+1, word(strings.Join(rows[i].cells, " "))
			return l, nil
		}
		if best == nil || len(absent) < len(best) {
			bestRow, best = i, absent
		}
	}
	line := 1
	if bestRow < len(rows) {
		line = rows[bestRow].line
	}
	return nil, missing(line, best)
}

func byNumber(m *record.Mapping) bool {
	for _, name := range m.Columns {
		if !strings.HasPrefix(name, "#") {
			return false
		}
	}
	return len(m.Columns) > 0
}

func missing(line int, columns []string) error {
	sort.Strings(columns)
	return prolong.NewError(prolong.CodeInvalid, "error.statement_csv_columns",
		prolong.Args{"Line": line, "Columns": strings.Join(columns, ", ")})
}

// locate finds the columns in a row of headers.
func locate(m *record.Mapping, cells []string) (at map[record.Column]int, absent []string) {
	at = make(map[record.Column]int, len(m.Columns))
	words := make([]string, len(cells))
	for i, cell := range cells {
		words[i] = word(cell)
	}
	for column, name := range m.Columns {
		want, number := name, 1
		if hash := strings.LastIndexByte(name, '#'); hash > 0 {
			if n, err := strconv.Atoi(name[hash+1:]); err == nil {
				want, number = name[:hash], n
			}
		}
		found := false
		for i, w := range words {
			if w == word(want) {
				if number--; number == 0 {
					at[column], found = i, true
					break
				}
			}
		}
		if !found {
			absent = append(absent, name)
		}
	}
	return at, absent
}

// cell returns the text of a column, empty if the mapping or the row has none.
func (l *layout) cell(r *row, column record.Column) string {
	i, ok := l.at[column]
	if !ok || i >= len(r.cells) {
		return ""
	}
	return r.cells[i]
}

func (l *layout) has(column record.Column) bool {
	_, ok := l.at[column]
	return ok
}

// sign returns how the table tells money in from money out.
func (l *layout) sign() record.SignMode {
	switch {
	case l.mapping.Sign != "":
		return l.mapping.Sign
	case l.has(record.ColumnCredit) || l.has(record.ColumnDebit):
		return record.SignColumns
	case l.has(record.ColumnDirection):
		return record.SignFlag
	case l.has(record.ColumnPayerAcc) && l.has(record.ColumnPayeeAcc):
		return record.SignAccounts
	}
	return record.SignMinus
}
