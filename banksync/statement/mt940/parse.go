// Package mt940 reads SWIFT customer statements MT940 and interim reports MT942, in the many
// ways that banks write them. Rules: reference banks.md 5.
package mt940

import (
	"regexp"
	"strings"

	"prolong"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/field"
	"prolong/banksync/statement/record"
)

var signature = regexp.MustCompile(`(?m)^[^\n:]{0,200}:(20|25|60F|60M|61|34F):`)

// sniffBytes is how far the first field may be from the beginning.
const sniffBytes = 4096

// Sniff says whether the text has the fields of a SWIFT statement near its beginning.
func Sniff(head []byte) bool { return signature.Match(head[:min(len(head), sniffBytes)]) }

// Parse reads all messages of the file; the pages of one statement become one. An entry that
// cannot be read becomes a warning with its line. Returns CodeInvalid if the file holds no
// message or none of its entries can be read.
func Parse(text *charset.Text, opts record.Options) ([]record.Statement, error) {
	lines := text.Lines()
	r := &reader{opts: opts}
	s := &scanner{read: r.read, opts: opts}
	if err := s.scan(lines); err != nil {
		return nil, prolong.Wrap("mt940.Parse", err)
	}
	entries := 0
	for i := range r.out {
		entries += len(r.out[i].Entries)
		r.out[i].Encoding = string(lines.Encoding()) // only known now
	}
	switch {
	case entries == 0 && len(r.refused) > 0:
		return nil, record.RefuseAll(len(r.refused), r.refused)
	case len(r.out) == 0:
		return nil, prolong.NewError(prolong.CodeInvalid, "error.statement_no_rows", prolong.Args{"Line": 1})
	}
	return r.out, record.Finish(r.out)
}

// reader collects the statements of a file.
type reader struct {
	opts    record.Options
	out     []record.Statement
	pages   []page // the last page of each statement
	refused []record.Warning
	st      *record.Statement // the statement of the message that is being read
}

// page tells whether the next message goes on with the statement.
type page struct {
	number   string // of the statement, without the number of the page
	unclosed bool   // ended with an intermediate balance, :62M:
	closing  *prolong.Money
}

func (r *reader) warnField(line int, name, value string) {
	r.st.Warnings = append(r.st.Warnings, fieldInvalid(line, name, value))
}

func fieldInvalid(line int, name, value string) record.Warning {
	return record.Warning{Line: line, Code: record.WarnFieldInvalid, Args: prolong.Args{"Field": name, "Value": record.Excerpt(value)}}
}

// read adds a message: as a statement of its own, or as a page of the one before.
func (r *reader) read(m *message) {
	if !m.operations.begun && m.first("60F", "60M", "62F", "62M", "25", "34F", "90D", "90C") == nil {
		return
	}
	st := record.Statement{Format: record.FormatMT940, Unfinished: m.cut}
	if m.first("34F", "13D", "90D", "90C") != nil {
		st.Format = record.FormatMT942
	}
	st.Account, st.BIC = r.account(m.first("25"))
	r.st = &st
	opening := r.balance(m.first("60F", "60M"))
	closing := r.balance(m.last("62F", "62M"))
	st.Currency = r.currency(m, opening, closing)
	if st.Currency == "" {
		st.Warn(m.line, record.WarnCurrencyUnknown, nil)
	}
	number := ""
	if f := m.first("28C", "28"); f != nil {
		number, _, _ = strings.Cut(f.text(), "/")
	}
	current := page{number: number, unclosed: m.first("62F") == nil && m.first("62M") != nil, closing: closing.money}
	st.Balances = r.balances(m, opening, closing)
	if m.cut || st.Format == record.FormatMT940 && opening.money != nil && m.first("62F", "62M") == nil {
		st.Warn(m.lastLine, record.WarnEndMissing, nil)
	}
	r.addOperations(&m.operations, opening, closing)
	if r.continues(m, &st, number) {
		r.join(&st, opening, closing)
		r.pages[len(r.pages)-1] = current
		return
	}
	r.out = append(r.out, st)
	r.pages = append(r.pages, current)
}

// addOperations adds what the message tells of the account. An entry without a day is of that of the
// balance.
func (r *reader) addOperations(o *operations, opening, closing balance) {
	day := closing.date
	if day.IsZero() {
		day = opening.date
	}
	o.finish(r.st.Currency, day)
	r.st.Entries = o.entries
	r.st.Warnings = append(r.st.Warnings, o.warnings...)
	r.refused = append(r.refused, o.leftOut...)
}

// continues says whether the message is the next page of the statement before it.
func (r *reader) continues(m *message, st *record.Statement, number string) bool {
	if len(r.out) == 0 || m.first("60M") == nil {
		return false
	}
	last := r.pages[len(r.pages)-1]
	return last.unclosed && last.number == number && r.out[len(r.out)-1].Account == st.Account
}

// join adds a page to its statement.
func (r *reader) join(next *record.Statement, opening, closing balance) {
	st := &r.out[len(r.out)-1]
	last := r.pages[len(r.pages)-1]
	if last.closing != nil && opening.money != nil && last.closing.Minor() != opening.money.Minor() {
		next.Warn(opening.line, record.WarnBalanceChain,
			prolong.Args{"Opening": *opening.money, "Closing": *last.closing, "Date": opening.date})
	}
	st.Entries = append(st.Entries, next.Entries...)
	st.Warnings = append(st.Warnings, next.Warnings...)
	st.Unfinished = next.Unfinished
	if len(st.Balances) == 1 && closing.money != nil {
		st.Balances[0].Closing, st.Balances[0].To = closing.money, closing.date
	}
}

var accountCurrency = regexp.MustCompile(`^(.*\d)([A-Z]{3})$`)

// account reads :25:, which may have the bank before a slash and the currency behind.
func (r *reader) account(f *tagged) (account, bic string) {
	if f == nil {
		return "", ""
	}
	account = f.text()
	if at := strings.LastIndexByte(account, '/'); at >= 0 {
		account, bic = account[at+1:], field.BIC(account[:at])
	}
	account = field.Account(account)
	if found := accountCurrency.FindStringSubmatch(account); found != nil {
		account = found[1]
	}
	return account, bic
}

// currency stands in the balances, in MT942 in the floor limit, sometimes in :25:.
func (r *reader) currency(m *message, balances ...balance) prolong.Currency {
	for _, b := range balances {
		if b.currency != "" {
			return b.currency
		}
	}
	if f := m.first("34F"); f != nil && len(f.text()) >= 3 {
		if cur, ok := field.Currency(f.text()[:3]); ok {
			return cur
		}
	}
	if f := m.first("25"); f != nil {
		if found := accountCurrency.FindStringSubmatch(f.text()); found != nil {
			if cur, ok := field.Currency(found[2]); ok {
				return cur
			}
		}
	}
	return r.opts.Currency
}

// balance is one of :60F:, :60M:, :62F:, :62M:.
type balance struct {
	line     int
	date     prolong.Date
	currency prolong.Currency
	money    *prolong.Money
}

var balanceText = regexp.MustCompile(`^(C|D)[A-Z]?(\d{6})([A-Z]{3})\s*(\d[\d.]*(?:,\d*)?)$`)

func (r *reader) balance(f *tagged) balance {
	if f == nil {
		return balance{}
	}
	out, ok := readBalance(f)
	if !ok {
		r.warnField(f.line, ":"+f.tag+":", f.text())
	}
	return out
}

// readBalance reads a balance; not ok if only its line is known.
func readBalance(f *tagged) (out balance, ok bool) {
	out.line = f.line
	found := balanceText.FindStringSubmatch(f.text())
	if found == nil {
		return out, false
	}
	cur, known := field.Currency(found[3])
	m, ok := swiftAmount(found[4], cur)
	if !known || !ok {
		return out, false
	}
	if found[1] == "D" {
		m = m.Neg()
	}
	out.currency, out.money, out.date = cur, &m, swiftDate(found[2])
	return out, true
}

// balances returns the stated period: balances of MT940, turnovers of MT942.
func (r *reader) balances(m *message, opening, closing balance) []record.Balance {
	b := record.Balance{Line: max(opening.line, m.line), From: opening.date, To: closing.date, Opening: opening.money, Closing: closing.money}
	b.Debit, b.Credit = r.turnover(m.first("90D")), r.turnover(m.first("90C"))
	if b.Opening == nil && b.Closing == nil && b.Debit == nil && b.Credit == nil {
		if r.st.Format == record.FormatMT940 {
			r.st.Warn(m.line, record.WarnNoBalance, nil)
		}
		return nil
	}
	return []record.Balance{b}
}

var turnoverText = regexp.MustCompile(`^\d{1,5}([A-Z]{3})(\d[\d.]*(?:,\d*)?)$`)

func (r *reader) turnover(f *tagged) *prolong.Money {
	if f == nil {
		return nil
	}
	if found := turnoverText.FindStringSubmatch(f.text()); found != nil {
		if m, ok := swiftAmount(found[2], r.st.Currency); ok {
			return &m
		}
	}
	r.warnField(f.line, ":"+f.tag+":", f.text())
	return nil
}
