// Package csv reads the tables that banks export, by a declared mapping of their columns.
// There is no code per bank: a few known layouts are presets, any other is proposed by Guess
// and confirmed by a person. Rules: reference banks.md 6.
package csv

import (
	"bytes"
	"strings"

	"prolong"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/field"
	"prolong/banksync/statement/record"
)

// Sniff says whether the text could be a table: text without zero bytes, with a delimiter in
// one of its first lines.
func Sniff(head []byte) bool {
	return bytes.IndexByte(head, 0) < 0 && bytes.ContainsAny(head[:min(len(head), sniffBytes)], ";,\t|")
}

// sniffBytes is how far the first delimiter may be from the beginning.
const sniffBytes = 8192

// Parse reads the table by the mapping of the options, or by the preset whose header the file
// has. Rows that cannot be read become warnings with their lines. Returns CodeInvalid if no
// mapping is known for the file, if its columns are missing, or if no row can be read.
func Parse(text *charset.Text, opts record.Options) ([]record.Statement, error) {
	lines := text.Lines()
	content, ended, err := readLines(lines)
	if err != nil {
		return nil, prolong.Wrap("csv.Parse", err)
	}
	l, rows, err := choose(content, ended, opts.Mapping)
	if err != nil {
		return nil, err
	}
	r := newReader(l, rows, opts)
	r.encoding = string(lines.Encoding())
	for i := l.first; i < len(rows); i++ {
		r.read(&rows[i])
	}
	return r.finish()
}

// choose finds the layout of the file.
func choose(content []string, ended bool, mapping *record.Mapping) (*layout, []row, error) {
	if mapping != nil {
		delimiter := byte(';')
		if mapping.Delimiter != "" {
			delimiter = mapping.Delimiter[0]
		}
		rows := split(content, delimiter, ended)
		l, err := find(mapping, rows)
		return l, rows, err
	}
	if preset := matching(content); preset != nil {
		rows := split(content, preset.Delimiter[0], ended)
		l, err := find(preset, rows)
		return l, rows, err
	}
	key := "error.statement_unknown_format"
	if _, score := bestProposal(content); score >= headerScoreMin {
		key = "error.statement_csv_mapping"
	}
	return nil, nil, prolong.NewError(prolong.CodeInvalid, key, prolong.Args{"Line": 1})
}

// matching returns the preset whose header the file has, nil if there is none.
func matching(content []string) *record.Mapping {
	for i := range Presets {
		rows := split(content[:min(len(content), headerRowsMax)], Presets[i].Delimiter[0], true)
		if _, err := find(&Presets[i], rows); err == nil {
			return &Presets[i]
		}
	}
	return nil
}

// reader turns rows into entries.
type reader struct {
	*layout
	opts     record.Options
	encoding string
	decimal  string
	mode     record.SignMode
	// debitMinus: the figures of the debit column carry a minus, which is no reversal then.
	debitMinus bool
	own        map[string]bool
	credit     map[string]bool
	debit      map[string]bool
	booked     map[string]bool
	pending    map[string]bool
	rejected   map[string]bool
	statements map[string]*table
	order      []string
	leftOut    int
	warnings   []record.Warning
	rows       []row
}

// table is the statement of one account with its running balances.
type table struct {
	st       record.Statement
	balances []running
}

func newReader(l *layout, rows []row, opts record.Options) *reader {
	m := l.mapping
	r := &reader{layout: l, opts: opts, rows: rows, decimal: m.Decimal, mode: l.sign(), own: make(map[string]bool),
		credit: wordSet(m.CreditWords, usualCredit), debit: wordSet(m.DebitWords, usualDebit),
		booked: wordSet(m.BookedWords, usualBooked), pending: wordSet(m.PendingWords, usualPending),
		rejected: wordSet(m.RejectedWords, usualRejected), statements: make(map[string]*table)}
	for _, account := range opts.OwnAccounts {
		r.own[field.Account(account)] = true
	}
	if account := field.Account(m.Account); account != "" {
		r.own[account] = true
	}
	r.study()
	return r
}

// study looks at all figures before any is read: one of them may prove the decimal sign, and
// a column of debits may be all negative.
func (r *reader) study() {
	debits, negative := 0, 0
	for i := r.first; i < len(r.rows); i++ {
		for _, column := range []record.Column{record.ColumnAmount, record.ColumnCredit, record.ColumnDebit, record.ColumnBalance} {
			f, ok := readFigure(r.cell(&r.rows[i], column))
			if !ok {
				continue
			}
			if r.decimal == "" {
				r.decimal = f.decimalOf()
			}
			if column == record.ColumnDebit && strings.Trim(f.digits, "0.,") != "" {
				debits++
				if f.negative {
					negative++
				}
			}
		}
	}
	r.debitMinus = debits > 0 && negative == debits
}

// statement returns the table of the row's account.
func (r *reader) statement(rw *row) *table {
	account := field.Account(r.cell(rw, record.ColumnAccount))
	if account == "" {
		account = field.Account(r.mapping.Account)
	}
	if account == "" && len(r.opts.OwnAccounts) == 1 {
		account = field.Account(r.opts.OwnAccounts[0])
	}
	if t, ok := r.statements[account]; ok {
		return t
	}
	t := &table{st: record.Statement{Format: record.FormatCSV, Version: r.mapping.Name, Encoding: r.encoding, Account: account}}
	t.st.Currency = r.currency(rw, account)
	if t.st.Currency == "" {
		t.st.Warn(rw.line, record.WarnCurrencyUnknown, nil)
	}
	r.statements[account] = t
	r.order = append(r.order, account)
	return t
}

func (r *reader) currency(rw *row, account string) prolong.Currency {
	if cur, ok := field.Currency(r.cell(rw, record.ColumnCurrency)); ok {
		return cur
	}
	byNumber, certain := field.AccountCurrency(account)
	if certain {
		return byNumber
	}
	if cur, ok := field.Currency(r.mapping.Currency); ok {
		return cur
	}
	if r.opts.Currency != "" {
		return r.opts.Currency
	}
	return byNumber
}

func (r *reader) leaveOut(rw *row, code record.WarningCode, args prolong.Args) {
	r.leftOut++
	r.warnings = append(r.warnings, record.Warning{Line: rw.line, Code: code, Args: args, Raw: rw.raw})
}

// read adds the operation of a row. Rows without a date and an amount are notes of the bank
// above or below the table.
func (r *reader) read(rw *row) {
	dateText := r.cell(rw, record.ColumnDate)
	if dateText == "" {
		dateText = r.cell(rw, record.ColumnDocDate)
	}
	date, dated := r.date(dateText)
	if !dated && (rw.blank() || isTotal(rw) || !r.hasFigure(rw) && !(rw.torn && beginsDate(dateText)) || r.isHeader(rw)) {
		return
	}
	cut, lost := r.cutOf(rw)
	if lost {
		r.leaveOut(rw, record.WarnDocumentCut, nil)
		return
	}
	if !dated {
		r.leaveOut(rw, record.WarnDateInvalid, prolong.Args{"Value": record.Excerpt(dateText)})
		return
	}
	t := r.statement(rw)
	e := r.entry(rw, date)
	if e.Cut = cut; cut != record.CutNothing && !r.whole(rw, record.ColumnValueDate) {
		e.ValueDate = prolong.Date{}
	}
	if cut == record.CutText {
		t.st.Warn(rw.line, record.WarnEndMissing, nil)
		t.st.Unfinished = true
	}
	cur := t.st.Currency
	if other, ok := field.Currency(r.cell(rw, record.ColumnCurrency)); ok {
		cur = other
	}
	if !r.amount(rw, &e, cur) {
		return
	}
	r.bySide(rw, &e)
	e.Status = r.status(rw, &t.st)
	if e.Status == record.Booked && r.has(record.ColumnBalance) && (!rw.torn || r.whole(rw, record.ColumnBalance)) {
		t.addBalance(r, rw, &e)
	}
	t.st.Entries = append(t.st.Entries, e)
}

// beginsDate says whether the text may be the beginning of a date.
func beginsDate(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

// isHeader recognises the header when it stands again at the top of a printed page.
func (r *reader) isHeader(rw *row) bool {
	return r.header != "" && word(strings.Join(rw.cells, " ")) == r.header
}

func (r *reader) hasFigure(rw *row) bool {
	for _, column := range []record.Column{record.ColumnAmount, record.ColumnCredit, record.ColumnDebit} {
		if _, ok := readFigure(r.cell(rw, column)); ok {
			return true
		}
	}
	return false
}

func (r *reader) date(s string) (prolong.Date, bool) {
	if r.mapping.Dates == record.MonthFirst && len(s) >= 6 {
		return monthFirst(s)
	}
	return field.Date(s)
}

// monthFirst reads 12/31/2026 by turning its first two parts.
func monthFirst(s string) (prolong.Date, bool) {
	day, _, _ := strings.Cut(s, " ")
	parts := strings.FieldsFunc(day, func(c rune) bool { return c == '/' || c == '.' || c == '-' })
	if len(parts) != 3 || len(parts[0]) > 2 || len(parts[1]) > 2 {
		return field.Date(s)
	}
	two := func(s string) string { return strings.Repeat("0", 2-len(s)) + s }
	return field.Date(two(parts[1]) + "." + two(parts[0]) + "." + parts[2])
}

func (r *reader) entry(rw *row, date prolong.Date) record.Entry {
	cell := func(c record.Column) string { return r.cell(rw, c) }
	e := record.Entry{Line: rw.line, Raw: rw.raw, Date: date,
		DocNo: field.Line(cell(record.ColumnDocNo)), Purpose: field.Line(cell(record.ColumnPurpose)),
		PurposeCode: field.Line(cell(record.ColumnPurposeCode)), PaymentID: field.PaymentID(cell(record.ColumnPaymentID)),
		Kind: field.Line(cell(record.ColumnKind))}
	e.ValueDate, _ = r.date(cell(record.ColumnValueDate))
	e.DocDate, _ = r.date(cell(record.ColumnDocDate))
	e.Counterparty = party(cell, record.ColumnName, record.ColumnTaxID, record.ColumnKPP, record.ColumnCounter, record.ColumnBIC)
	e.Counterparty.Bank = field.Line(cell(record.ColumnBank))
	id := record.Reference(cell(record.ColumnID))
	switch {
	case rw.torn && !r.whole(rw, record.ColumnID):
		// A part of an id is another one.
	case r.pending[word(id)]:
		// Instead of an id, a held operation has the word.
	case r.mapping.SharedIDs:
		e.SetReference(id)
	default:
		e.BankID = id
	}
	return e
}

func party(cell func(record.Column) string, name, taxID, kpp, account, bic record.Column) record.Party {
	bare, inside := field.Name(cell(name))
	p := record.Party{Name: bare, TaxID: field.TaxID(cell(taxID)), KPP: field.KPP(cell(kpp)), Account: field.Account(cell(account)), BIC: field.BIC(cell(bic))}
	if p.TaxID == "" {
		p.TaxID = inside
	}
	return p
}

// status reads the status column. A table without one holds booked operations.
func (r *reader) status(rw *row, st *record.Statement) record.Status {
	if !r.has(record.ColumnStatus) {
		if r.pending[word(r.cell(rw, record.ColumnID))] {
			return record.Pending
		}
		return record.Booked
	}
	text := r.cell(rw, record.ColumnStatus)
	w := word(text)
	switch {
	case r.booked[w]:
		return record.Booked
	case r.pending[w]:
		return record.Pending
	case r.rejected[w]:
		return record.Rejected
	}
	st.Warn(rw.line, record.WarnStatusUnknown, prolong.Args{"Value": record.Excerpt(text)})
	return record.Pending
}

func (r *reader) finish() ([]record.Statement, error) {
	out := make([]record.Statement, 0, len(r.order))
	entries := 0
	for _, account := range r.order {
		t := r.statements[account]
		t.setBalance(r)
		entries += len(t.st.Entries)
		out = append(out, t.st)
	}
	if entries == 0 {
		return nil, record.RefuseAll(r.leftOut, r.warnings)
	}
	out[0].Warnings = append(out[0].Warnings, r.warnings...)
	return out, record.Finish(out)
}
