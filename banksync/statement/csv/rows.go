package csv

import (
	"strings"

	"prolong/banksync/statement/charset"
)

// Limits of a table.
const (
	columnsMax     = 200
	quotedLinesMax = 8 // how far the end of a quoted cell is looked for
)

// row is one row of the table with the line it begins on.
type row struct {
	line  int
	raw   string
	cells []string
	// torn says that the file may end in the last cell of the row, open that it does, for the cell is
	// not closed.
	torn, open bool
}

// blank says whether the row has no text at all.
func (r *row) blank() bool {
	for _, cell := range r.cells {
		if cell != "" {
			return false
		}
	}
	return true
}

// readLines reads the whole table: its layout is known only after the header was found, and
// the sense of a sign only after all figures were seen. ended says whether the last line has its
// end mark.
func readLines(lines *charset.Lines) (content []string, ended bool, err error) {
	for lines.Next() {
		content = append(content, string(lines.Line()))
	}
	return content, lines.Ended(), lines.Err()
}

// split cuts the lines into rows. A quoted cell may go on in the next lines; a quote that is
// not closed within quotedLinesMax is a plain character, so that a careless name cannot
// swallow the rest of the file. ended is false if the last line may be a part of one.
func split(lines []string, delimiter byte, ended bool) []row {
	var out []row
	for i := 0; i < len(lines); i++ {
		r := row{line: i + 1}
		cells, closed := cut(lines[i], delimiter, true)
		last, joined, whole := i, lines[i], false
		for !closed && last+1 < len(lines) && last-i < quotedLinesMax {
			if whole = looksWhole(lines[last+1], lines[i], delimiter); whole {
				break
			}
			last++
			joined += "\n" + lines[last]
			cells, closed = cut(joined, delimiter, true)
		}
		if !closed {
			plain, _ := cut(lines[i], delimiter, false)
			r.open = last+1 == len(lines) && !whole && (!ended || unlike(out, plain) || strings.Count(joined, `"`)%2 == 1)
			if r.open {
				cells = cutOpen(joined, delimiter)
			} else {
				last, cells = i, plain
			}
		}
		r.raw, r.cells, r.torn = strings.Join(lines[i:last+1], "\n"), cells, r.open || !ended && last+1 == len(lines)
		out = append(out, r)
		i = last
	}
	return out
}

// unlike says whether a row has another number of cells than the one before it.
func unlike(before []row, cells []string) bool {
	return len(before) == 0 || len(before[len(before)-1].cells) != len(cells)
}

// cutOpen splits a row in a quoted cell of which the file ends.
func cutOpen(line string, delimiter byte) []string {
	for at := len(line) - 1; at >= 0; at-- {
		if line[at] != '"' || at > 0 && line[at-1] != delimiter {
			continue
		}
		if _, _, closed := quoted(line, at+1, delimiter); closed {
			continue
		}
		if at == 0 {
			return []string{tidy(line[1:])}
		}
		if cells, closed := cut(line[:at-1], delimiter, true); closed {
			return append(cells, tidy(strings.ReplaceAll(line[at+1:], `""`, `"`)))
		}
	}
	cells, _ := cut(line, delimiter, false)
	return cells
}

// looksWhole says whether the next line is a row of its own rather than the rest of a quoted
// cell: it has as many cells as the row before and closes its own quotes.
func looksWhole(next, row string, delimiter byte) bool {
	return strings.Count(next, string(delimiter)) == strings.Count(row, string(delimiter)) && strings.Count(next, `"`)%2 == 0
}

// cut splits one row. With quotes, a cell that begins with a quote ends at the next quote
// that is followed by the delimiter or the end; doubled quotes inside become one.
func cut(line string, delimiter byte, quotes bool) (cells []string, closed bool) {
	for at := 0; ; {
		if quotes && at < len(line) && line[at] == '"' {
			value, next, ok := quoted(line, at+1, delimiter)
			if !ok {
				return nil, false
			}
			cells = append(cells, tidy(value))
			if next >= len(line) || len(cells) >= columnsMax {
				return cells, true
			}
			at = next + 1
			continue
		}
		end := strings.IndexByte(line[at:], delimiter)
		if end < 0 || len(cells) >= columnsMax-1 {
			return append(cells, tidy(line[at:])), true
		}
		cells = append(cells, tidy(line[at:at+end]))
		at += end + 1
	}
}

// quoted reads a quoted cell from behind its opening quote; next is the place of the
// delimiter behind it, or the end of the line.
func quoted(line string, at int, delimiter byte) (value string, next int, ok bool) {
	var b strings.Builder
	for i := at; i < len(line); i++ {
		if line[i] != '"' {
			b.WriteByte(line[i])
			continue
		}
		if i+1 == len(line) || line[i+1] == delimiter {
			return b.String(), i + 1, true
		}
		if line[i+1] == '"' {
			i++
		}
		// A single quote in the middle is a quote of a name.
		b.WriteByte('"')
	}
	return "", 0, false
}

// tidy drops spaces and the apostrophe that keeps spreadsheets from reading a number.
func tidy(cell string) string {
	cell = strings.Trim(cell, " \t\r\u00a0\uFEFF")
	return strings.TrimPrefix(cell, "'")
}
