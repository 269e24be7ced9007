package csv

import (
	"strings"

	"prolong/banksync/statement/field"
	"prolong/banksync/statement/record"
)

// money are the columns without which nobody knows what a row does to the account.
var money = []record.Column{
	record.ColumnDate, record.ColumnAmount, record.ColumnCredit, record.ColumnDebit, record.ColumnDirection, record.ColumnStatus,
	record.ColumnCurrency, record.ColumnAccount, record.ColumnPayerAcc, record.ColumnPayeeAcc,
}

// text are the columns that tell what an operation is about; the bank's id is one of them,
// because without it the content stands in.
var text = []record.Column{
	record.ColumnID, record.ColumnPurpose, record.ColumnName, record.ColumnTaxID, record.ColumnKPP, record.ColumnCounter, record.ColumnBIC,
	record.ColumnDocNo, record.ColumnPaymentID, record.ColumnPayerName, record.ColumnPayeeName, record.ColumnPayerTaxID,
	record.ColumnPayeeTaxID, record.ColumnPayerKPP, record.ColumnPayeeKPP, record.ColumnPayerBIC, record.ColumnPayeeBIC,
	record.ColumnValueDate,
}

// cutOf says what the end of the file may have taken from a row; lost is set if it may be a part
// of the money.
func (r *reader) cutOf(rw *row) (cut record.Cut, lost bool) {
	if !rw.torn {
		return record.CutNothing, false
	}
	for _, column := range money {
		if !r.whole(rw, column) {
			return record.CutText, true
		}
	}
	for _, column := range text {
		switch {
		case r.whole(rw, column):
		case column == record.ColumnPurpose && !rw.open && r.at[column] == len(rw.cells)-1:
			cut = max(cut, record.CutWord)
		default:
			cut = record.CutText
		}
	}
	return cut, false
}

// whole says whether the column of a row that the file may have cut is certainly complete: it is
// not there at all, another one follows it, or its value shows it.
func (r *reader) whole(rw *row, column record.Column) bool {
	at, ok := r.at[column]
	last := len(rw.cells) - 1
	if !ok || at < last {
		return true
	}
	if at > last || rw.open {
		return false
	}
	cell, before := rw.cells[at], r.before(rw, column)
	switch column {
	case record.ColumnAmount, record.ColumnCredit, record.ColumnDebit, record.ColumnBalance:
		return r.figureWhole(rw, column, cell)
	case record.ColumnDate, record.ColumnValueDate:
		// 10.03.20 may be what is left of 10.03.2026.
		_, ok := r.date(cell)
		return ok && (len(cell) >= len("10.03.2026") || len(cell) == len(before))
	case record.ColumnDirection:
		w := flag(cell)
		return r.credit[w] || r.debit[w]
	case record.ColumnStatus:
		w := word(cell)
		return r.booked[w] || r.pending[w] || r.rejected[w]
	case record.ColumnCurrency:
		_, ok := field.Currency(cell)
		return ok
	case record.ColumnAccount, record.ColumnPayerAcc, record.ColumnPayeeAcc, record.ColumnCounter:
		return len(cell) >= accountLenMin || cell == before && cell != "" || r.own[field.Account(cell)]
	case record.ColumnID:
		return cell != "" && len(cell) == len(before)
	default: // a text may always go on
		return false
	}
}

// accountLenMin is the length of an account number in the countries that we know; the shortest IBAN
// of them is as long.
const accountLenMin = 20

// before returns the cell above in the nearest row that has one.
func (r *reader) before(rw *row, column record.Column) string {
	for i := len(r.rows) - 1; i >= r.first; i-- {
		if cell := r.cell(&r.rows[i], column); &r.rows[i] != rw && cell != "" {
			return cell
		}
	}
	return ""
}

// figureWhole says whether a figure at the very end of the file is all of it: it has both its
// decimals, or is the empty one of two columns.
func (r *reader) figureWhole(rw *row, column record.Column, cell string) bool {
	if cell == "" {
		other := record.ColumnCredit
		if column == record.ColumnCredit {
			other = record.ColumnDebit
		}
		return r.mode == record.SignColumns && r.at[other] < len(rw.cells)-1 && strings.Trim(r.cell(rw, other), "0.,- ") != ""
	}
	f, ok := readFigure(cell)
	decimal := r.decimal
	if decimal == "" {
		decimal = f.decimalOf()
	}
	at := strings.LastIndex(f.digits, decimal)
	signBehind := strings.HasSuffix(r.before(rw, column), "-")
	return ok && decimal != "" && at >= 0 && len(f.digits)-at-1 == 2 && !signBehind
}
