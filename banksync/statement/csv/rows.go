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
// the sense of a sign only after all figures were seen.
func readLines(lines *charset.Lines) ([]string, error) {
	var out []string
	for lines.Next() {
		out = append(out, string(lines.Line()))
	}
	return out, lines.Err()
}

// split cuts the lines into rows. A quoted cell may go on in the next lines; a quote that is
// not closed within quotedLinesMax is a plain character, so that a careless name cannot
// swallow the rest of the file.
func split(lines []string, delimiter byte) []row {
	var out []row
	for i := 0; i < len(lines); i++ {
		cells, closed := cut(lines[i], delimiter, true)
		last := i
		for joined := lines[i]; !closed && last+1 < len(lines) && last-i < quotedLinesMax; {
			if looksWhole(lines[last+1], lines[i], delimiter) {
				break
			}
			last++
			joined += "\n" + lines[last]
			cells, closed = cut(joined, delimiter, true)
		}
		if !closed {
			last = i
			cells, _ = cut(lines[i], delimiter, false)
		}
		out = append(out, row{line: i + 1, raw: strings.Join(lines[i:last+1], "\n"), cells: cells})
		i = last
	}
	return out
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
