package render

import (
	"strconv"
	"strings"

	"prolong"
)

// lineTitles are a country's heads of the table of lines, and the word before a period. An
// empty code, or lines without codes, leave that column out; so do lines without discount.
type lineTitles struct {
	number, code, name, quantity, unit, price, discount, sum string

	period string
}

// linesTable sets the lines of an invoice or act. The column of names takes the width that
// the others leave.
func linesTable(s *sheet, d *Document, titles lineTitles) {
	coded := titles.code != "" && d.coded()
	discounted := d.discounted()
	columns := []column{{title: first(titles.number, "№"), width: 9, align: center}}
	if coded {
		columns = append(columns, column{title: titles.code, width: 20, align: left})
	}
	nameAt := len(columns)
	columns = append(columns, column{title: titles.name}, column{title: titles.quantity, width: 15, align: right},
		column{title: titles.unit, width: 13, align: center}, column{title: titles.price, width: 26, align: right})
	if discounted {
		columns = append(columns, column{title: titles.discount, width: 23, align: right})
	}
	columns = append(columns, column{title: titles.sum, width: 28, align: right})
	columns[nameAt].width = s.w
	for i, c := range columns {
		if i != nameAt {
			columns[nameAt].width -= c.width
		}
	}
	t := s.newTable(9, columns)
	t.open()
	cells := make([]string, 0, len(columns))
	for i := range d.Lines {
		l := &d.Lines[i]
		cells = append(cells[:0], strconv.Itoa(i+1))
		if coded {
			cells = append(cells, l.Code)
		}
		cells = append(cells, d.named(l, titles.period), d.quantity(l.QuantityMilli), l.Unit, d.money(l.Price))
		if discounted {
			cells = append(cells, d.moneyOrNothing(l.Discount))
		}
		cells = append(cells, d.money(d.amount(l)))
		if i < len(d.Lines)-1 {
			t.row(cells...)
		} else {
			t.lastRow(cells...)
		}
	}
	t.end()
}

// coded says whether any line has a code.
func (d *Document) coded() bool {
	for i := range d.Lines {
		if d.Lines[i].Code != "" {
			return true
		}
	}
	return false
}

// named is a line's name with the period of the service below.
func (d *Document) named(l *Line, periodWord string) string {
	name := strings.ReplaceAll(l.Name, "№ ", "№"+string(nbsp))
	if l.Period == (prolong.Period{}) {
		return name
	}
	return name + "\n" + periodWord + d.span(l.Period)
}
