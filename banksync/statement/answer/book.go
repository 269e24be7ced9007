package answer

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"

	_ "time/tzdata" // days are counted in the bank's zone, also on machines without zone files

	"prolong"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/field"
	"prolong/banksync/statement/record"
)

// Answer is one answer of a bank interface, decoded.
type Answer struct {
	Statements []record.Statement
	More       bool   // another page follows
	Next       string // how to ask for it, if the bank gives a cursor
}

// Unmarshal decodes the envelope of an answer. Returns CodeInvalid with the line for what is
// not JSON, such as the page that a bank shows during maintenance.
func Unmarshal(data []byte, v any) error {
	err := json.Unmarshal(data, v)
	if err == nil {
		return nil
	}
	at := int64(0)
	var syntax *json.SyntaxError
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		at = syntax.Offset
	case errors.As(err, &mismatch):
		at = mismatch.Offset
	}
	line := 1 + bytes.Count(data[:min(max(at, 0), int64(len(data)))], []byte("\n"))
	return prolong.NewError(prolong.CodeInvalid, "error.statement_bad_json",
		prolong.Args{"Line": line, "Reason": record.Excerpt(err.Error())}).Because(err)
}

// Read returns the whole answer as UTF-8.
func Read(text *charset.Text) ([]byte, error) {
	var b bytes.Buffer
	if _, err := b.ReadFrom(text.Reader()); err != nil {
		return nil, prolong.Wrap("answer.Read", err)
	}
	return b.Bytes(), nil
}

// Zone returns the bank's time zone. The names are ours and the zone data is linked in, so
// that a failure is a mistake of the program.
func Zone(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		panic("time zone " + name + ": " + err.Error())
	}
	return loc
}

// Book collects the rows of an answer into statements by account.
type Book struct {
	format   record.Format
	opts     record.Options
	list     []*record.Statement
	byNumber map[string]*record.Statement
	warnings []record.Warning
}

// NewBook returns an empty book.
func NewBook(format record.Format, opts record.Options) *Book {
	return &Book{format: format, opts: opts, byNumber: make(map[string]*record.Statement)}
}

// Account returns the account that rows without one belong to: the only one asked for.
func (b *Book) Account(text Text) string {
	if account := field.Account(string(text)); account != "" {
		return account
	}
	if len(b.opts.OwnAccounts) == 1 {
		return field.Account(b.opts.OwnAccounts[0])
	}
	return ""
}

// Currency is what the caller says about rows without a currency.
func (b *Book) Currency(fallback prolong.Currency) prolong.Currency {
	if b.opts.Currency != "" {
		return b.opts.Currency
	}
	return fallback
}

// Statement returns the statement of the account, made at its first use with the currency of
// the row that came first.
func (b *Book) Statement(account string, cur prolong.Currency) *record.Statement {
	if st, ok := b.byNumber[account]; ok {
		return st
	}
	if byNumber, certain := field.AccountCurrency(account); certain {
		cur = byNumber
	}
	st := &record.Statement{Format: b.format, Encoding: string(charset.UTF8), Account: account, Currency: cur}
	b.list, b.byNumber[account] = append(b.list, st), st
	return st
}

// LeaveOut keeps a row that cannot be used as a warning with its original text.
func (b *Book) LeaveOut(row int, raw json.RawMessage, code record.WarningCode, args prolong.Args) {
	b.warnings = append(b.warnings, record.Warning{Line: row, Code: code, Args: args, Raw: string(raw)})
}

// Rows decodes the rows one by one, so that a bad one does not lose its neighbours.
func Rows[T any](b *Book, rows []json.RawMessage, add func(number int, raw json.RawMessage, row *T)) {
	for i, raw := range rows {
		row := new(T)
		if err := json.Unmarshal(raw, row); err != nil {
			b.LeaveOut(i+1, raw, record.WarnRowInvalid, prolong.Args{"Field": "JSON", "Value": record.Excerpt(err.Error())})
			continue
		}
		add(i+1, raw, row)
	}
}

// Finish verifies the statements. An answer without rows is legal: nothing has happened.
func (b *Book) Finish() ([]record.Statement, error) {
	if len(b.warnings) > 0 && len(b.list) == 0 {
		b.Statement(b.Account(""), b.Currency(""))
	}
	out := make([]record.Statement, 0, len(b.list))
	for _, st := range b.list {
		out = append(out, *st)
	}
	if len(out) > 0 {
		out[0].Warnings = append(out[0].Warnings, b.warnings...)
	}
	return out, record.Finish(out)
}

// Signed sets amount and direction of an entry from an amount whose minus is money out.
func Signed(e *record.Entry, m prolong.Money) {
	e.Direction, e.Amount = record.Credit, m
	if m.Minor() < 0 {
		e.Direction, e.Amount = record.Debit, m.Neg()
	}
}
