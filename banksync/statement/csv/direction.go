package csv

import (
	"strings"

	"prolong"
	"prolong/banksync/statement/field"
	"prolong/banksync/statement/record"
)

// amount reads amount and direction of a row into the entry; false if the row was left out.
func (r *reader) amount(rw *row, e *record.Entry, cur prolong.Currency) bool {
	if r.mode == record.SignColumns {
		return r.columns(rw, e, cur)
	}
	text := r.cell(rw, record.ColumnAmount)
	f, ok := readFigure(text)
	m, okMoney := f.money(r.decimal, cur)
	if !ok || !okMoney {
		r.leaveOut(rw, record.WarnAmountInvalid, prolong.Args{"Value": record.Excerpt(text)})
		return false
	}
	in := m.Minor() >= 0
	switch r.mode {
	case record.SignInverse:
		in = m.Minor() < 0
	case record.SignPlusOnly:
		in = f.plus
	case record.SignFlag:
		w := flag(r.cell(rw, record.ColumnDirection))
		if in = r.credit[w]; !in && !r.debit[w] {
			r.leaveOut(rw, record.WarnDirectionUnknown, nil)
			return false
		}
		e.Reversal = m.Minor() < 0
		in = in != e.Reversal
	case record.SignAccounts:
		if in, ok = r.byAccounts(rw, e); !ok {
			r.leaveOut(rw, record.WarnDirectionUnknown, nil)
			return false
		}
	case record.SignMinus, record.SignColumns:
	}
	set(e, m, in)
	return true
}

func set(e *record.Entry, m prolong.Money, in bool) {
	if m.Minor() < 0 {
		m = m.Neg()
	}
	e.Amount, e.Direction = m, record.Debit
	if in {
		e.Direction = record.Credit
	}
}

// columns reads separate credit and debit columns. A negative figure takes back an earlier
// operation (красное сторно), unless all debits are written with a minus.
func (r *reader) columns(rw *row, e *record.Entry, cur prolong.Currency) bool {
	credit, okCredit := r.figure(rw, record.ColumnCredit, cur)
	debit, okDebit := r.figure(rw, record.ColumnDebit, cur)
	empty := r.cell(rw, record.ColumnCredit) == "" && r.cell(rw, record.ColumnDebit) == ""
	switch {
	case !okCredit || !okDebit || empty:
		text := r.cell(rw, record.ColumnCredit)
		if okCredit {
			text = r.cell(rw, record.ColumnDebit)
		}
		r.leaveOut(rw, record.WarnAmountInvalid, prolong.Args{"Value": record.Excerpt(text)})
		return false
	case !credit.IsZero() && !debit.IsZero():
		r.leaveOut(rw, record.WarnDirectionUnknown, nil)
		return false
	case !debit.IsZero():
		e.Reversal = debit.Minor() < 0 && !r.debitMinus
		set(e, debit, e.Reversal)
	default:
		e.Reversal = credit.Minor() < 0
		set(e, credit, !e.Reversal)
	}
	return true
}

// figure reads a cell; an empty one is nought.
func (r *reader) figure(rw *row, column record.Column, cur prolong.Currency) (prolong.Money, bool) {
	text := r.cell(rw, column)
	if text == "" || text == "-" || text == "—" {
		return prolong.NewMoney(0, cur), true
	}
	f, ok := readFigure(text)
	if !ok {
		return prolong.Money{}, false
	}
	return f.money(r.decimal, cur)
}

// byAccounts takes the direction from the side that is ours, and the other side as the
// counterparty.
func (r *reader) byAccounts(rw *row, e *record.Entry) (in, ok bool) {
	cell := func(c record.Column) string { return r.cell(rw, c) }
	payer := party(cell, record.ColumnPayerName, record.ColumnPayerTaxID, record.ColumnPayerKPP, record.ColumnPayerAcc, record.ColumnPayerBIC)
	payee := party(cell, record.ColumnPayeeName, record.ColumnPayeeTaxID, record.ColumnPayeeKPP, record.ColumnPayeeAcc, record.ColumnPayeeBIC)
	ours := func(p record.Party) bool {
		return p.Account != "" && (r.own[p.Account] || p.Account == field.Account(cell(record.ColumnAccount)))
	}
	switch {
	case ours(payee) == ours(payer):
		return false, false
	case ours(payee):
		e.Own, e.Counterparty = payee, payer
		return true, true
	}
	e.Own, e.Counterparty = payer, payee
	return false, true
}

// bySide takes the other side from the columns of payer and payee where a table has those and no
// columns of a counterparty: of money that came in the payer, of money that went out the payee.
func (r *reader) bySide(rw *row, e *record.Entry) {
	if e.Counterparty != (record.Party{}) {
		return
	}
	cell := func(c record.Column) string { return r.cell(rw, c) }
	if e.Direction == record.Credit {
		e.Counterparty = party(cell, record.ColumnPayerName, record.ColumnPayerTaxID, record.ColumnPayerKPP, record.ColumnPayerAcc, record.ColumnPayerBIC)
		return
	}
	e.Counterparty = party(cell, record.ColumnPayeeName, record.ColumnPayeeTaxID, record.ColumnPayeeKPP, record.ColumnPayeeAcc, record.ColumnPayeeBIC)
}

// running is the balance that the table states after an operation.
type running struct {
	line   int
	after  prolong.Money
	change prolong.Money // signed
	date   prolong.Date
}

func (t *table) addBalance(r *reader, rw *row, e *record.Entry) {
	f, ok := readFigure(r.cell(rw, record.ColumnBalance))
	m, okMoney := f.money(r.decimal, t.st.Currency)
	if !ok || !okMoney || e.Amount.Currency() != t.st.Currency {
		return
	}
	change := e.Amount
	if e.Direction == record.Debit {
		change = change.Neg()
	}
	t.balances = append(t.balances, running{line: rw.line, after: m, change: change, date: e.Date})
}

// setBalance derives opening and closing from the running balances, in whichever order the
// table goes, or takes the balances stated above or below it.
func (t *table) setBalance(r *reader) {
	if n := len(t.balances); n > 0 {
		list := t.balances
		breaks, at := chain(list)
		reversed := make([]running, n)
		for i := range list {
			reversed[n-1-i] = list[i]
		}
		if other, otherAt := chain(reversed); other < breaks {
			breaks, at, list = other, otherAt, reversed
		}
		opening, err := list[0].after.Sub(list[0].change)
		if err != nil {
			return
		}
		closing := list[n-1].after
		t.st.Balances = []record.Balance{{Line: list[0].line, From: list[0].date, To: list[n-1].date, Opening: &opening, Closing: &closing}}
		if breaks > 0 {
			t.st.Warn(list[at].line, record.WarnBalanceChain, prolong.Args{
				"Opening": list[at].after, "Closing": list[at-1].after, "Date": list[at].date})
		}
		return
	}
	opening, line := t.stated(r, r.mapping.OpeningWords, usualOpening)
	closing, closingLine := t.stated(r, r.mapping.ClosingWords, usualClosing)
	if len(r.order) != 1 || opening == nil && closing == nil {
		t.st.Warn(0, record.WarnNoBalance, nil)
		return
	}
	t.st.Balances = []record.Balance{{Line: max(line, closingLine), Opening: opening, Closing: closing}}
}

// chain counts the rows whose balance does not follow from the row before.
func chain(list []running) (breaks, first int) {
	for i := 1; i < len(list); i++ {
		sum, err := list[i-1].after.Add(list[i].change)
		if err != nil || sum.Minor() != list[i].after.Minor() {
			if breaks++; breaks == 1 {
				first = i
			}
		}
	}
	return breaks, first
}

// stated looks for a balance in the rows around the table: beside its name, or under it.
func (t *table) stated(r *reader, declared, usual []string) (*prolong.Money, int) {
	words := make([]string, 0, len(declared)+len(usual))
	if words = append(words, declared...); len(words) == 0 {
		words = append(words, usual...)
	}
	for i := range words {
		words[i] = word(words[i])
	}
	for i := range r.rows {
		if i >= headerRowsMax && i < len(r.rows)-headerRowsMax {
			continue // inside the table
		}
		for j, cell := range r.rows[i].cells {
			if !startsWithAny(word(cell), words) {
				continue
			}
			for _, candidate := range r.near(i, j) {
				f, ok := readFigure(candidate)
				if m, okMoney := f.money(r.decimal, t.st.Currency); ok && okMoney {
					return &m, r.rows[i].line
				}
			}
		}
	}
	return nil, 0
}

// near returns the cell to the right that is filled and the cell below.
func (r *reader) near(i, j int) []string {
	var out []string
	for _, cell := range r.rows[i].cells[j+1:] {
		if cell != "" {
			out = append(out, cell)
			break
		}
	}
	if i+1 < len(r.rows) && j < len(r.rows[i+1].cells) {
		out = append(out, r.rows[i+1].cells[j])
	}
	return out
}

func startsWithAny(s string, words []string) bool {
	for _, w := range words {
		if s == w || strings.HasPrefix(s, w+" ") {
			return true
		}
	}
	return false
}
