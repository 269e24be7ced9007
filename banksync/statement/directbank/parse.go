// Package directbank reads statements of 1C DirectBank, the XML that banks of Russia exchange
// with 1C over HTTPS (standard 2.3.1, namespace http://directbank.1c.ru/XMLSchema). Rules:
// reference banks.md 3 and the standard's schema 1C-Bank_Statement.xsd.
package directbank

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"

	"prolong"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/field"
	"prolong/banksync/statement/markup"
	"prolong/banksync/statement/record"
)

// statementFinal is the StatementType of a closed period; 1 is interim, 2 a balance.
const statementFinal = "0"

// Sniff says whether the text is a statement of DirectBank.
func Sniff(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(head), []byte("<")) && bytes.Contains(head, []byte("directbank.1c.ru")) &&
		bytes.Contains(head, []byte("Statement"))
}

// Parse reads the statement. An operation that cannot be read becomes a warning with its
// line; if the file breaks off, the operations before are kept. Returns CodeInvalid if
// nothing can be read.
func Parse(text *charset.Text, opts record.Options) ([]record.Statement, error) {
	cursor := markup.New(text)
	r := &reader{cursor: cursor, opts: opts, st: record.Statement{Format: record.FormatDirectBank, Encoding: string(text.Encoding())}}
	err := r.read()
	if broken := cursor.End(); broken != nil {
		return nil, broken
	}
	if err != nil {
		return nil, err
	}
	return r.finish()
}

// reader collects the statement while it walks through the file. Sums wait until the
// currency is known.
type reader struct {
	cursor     *markup.Cursor
	opts       record.Options
	st         record.Statement
	found      bool
	kind       string
	balance    record.Balance
	leftOut    int
	operations []placed
	money      map[string]string
}

type placed struct {
	operation
	markup.Element
}

func (r *reader) read() error {
	r.money = make(map[string]string)
	for {
		start, err := r.cursor.Next()
		if err == nil {
			err = r.take(start)
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			return nil
		case !r.found:
			return err
		default:
			// The file is cut or broken here; what was complete before is kept.
			r.st.Warn(r.cursor.Line(), record.WarnEndMissing, nil)
			r.st.Unfinished = true
			return nil
		}
	}
}

// take reads one element of the statement's data.
func (r *reader) take(start xml.StartElement) error {
	name := start.Name.Local
	switch name {
	case "Statement":
		r.found = true
		for _, a := range start.Attr {
			if a.Name.Local == "formatVersion" {
				r.st.Version = a.Value
			}
		}
	case "OperationInfo":
		var op placed
		element, err := r.cursor.Read(start, &op.operation)
		if err != nil {
			return err
		}
		op.Element = element
		r.operations = append(r.operations, op)
	case "StatementType", "DateFrom", "DateTo", "Account", "OpeningBalance", "ClosingBalance", "TotalDebits", "TotalCredits":
		if !r.cursor.Within("Data") {
			return nil
		}
		var value string
		element, err := r.cursor.Read(start, &value)
		if err != nil {
			return err
		}
		r.takeValue(name, value, element.Line)
	case "BIC":
		if r.st.BIC != "" || !r.cursor.Within("Data") {
			return nil
		}
		_, err := r.cursor.Read(start, &r.st.BIC)
		return err
	}
	return nil
}

func (r *reader) takeValue(name, value string, line int) {
	switch name {
	case "StatementType":
		r.kind = value
	case "DateFrom":
		r.balance.From, _ = field.Date(value)
	case "DateTo":
		r.balance.To, _ = field.Date(value)
	case "Account":
		r.st.Account = field.Account(value)
	default:
		if r.balance.Line == 0 {
			r.balance.Line = line
		}
		r.money[name] = value
	}
}

func (r *reader) finish() ([]record.Statement, error) {
	if !r.found {
		return nil, prolong.NewError(prolong.CodeInvalid, "error.statement_no_rows", prolong.Args{"Line": 1})
	}
	st := &r.st
	cur, certain := field.AccountCurrency(st.Account)
	switch {
	case certain:
	case r.opts.Currency != "":
		cur = r.opts.Currency
	case cur == "":
		cur = prolong.RUB
	}
	st.Currency = cur
	r.balance.Opening = r.balanceOf("OpeningBalance")
	r.balance.Closing = r.balanceOf("ClosingBalance")
	r.balance.Credit = r.balanceOf("TotalCredits")
	r.balance.Debit = r.balanceOf("TotalDebits")
	if len(r.money) > 0 {
		st.Balances = []record.Balance{r.balance}
	} else {
		st.Warn(0, record.WarnNoBalance, nil)
	}
	st.From, st.To = r.balance.From, r.balance.To
	for i := range r.operations {
		r.addEntry(&r.operations[i])
	}
	if len(st.Entries) == 0 && r.leftOut > 0 {
		return nil, record.RefuseAll(r.leftOut, st.Warnings)
	}
	if len(st.Entries) == 0 && len(r.money) == 0 {
		return nil, prolong.NewError(prolong.CodeInvalid, "error.statement_no_rows", prolong.Args{"Line": 1})
	}
	out := []record.Statement{r.st}
	return out, record.Finish(out)
}

func (r *reader) balanceOf(name string) *prolong.Money {
	text, ok := r.money[name]
	if !ok {
		return nil
	}
	m, ok := field.Decimal(text, r.st.Currency)
	if !ok {
		r.st.Warn(r.balance.Line, record.WarnFieldInvalid, prolong.Args{"Field": name, "Value": record.Excerpt(text)})
		return nil
	}
	return &m
}

func (r *reader) leaveOut(op *placed, code record.WarningCode, args prolong.Args) {
	r.leftOut++
	r.st.Warnings = append(r.st.Warnings, record.Warning{Line: op.Line, Code: code, Args: args, Raw: op.Raw})
}

func (r *reader) addEntry(op *placed) {
	doc := &op.Doc.Doc
	e := record.Entry{
		Line: op.Line, Raw: op.Raw, BankID: record.Reference(op.Doc.ID), Kind: op.Doc.Kind,
		DocNo: field.Line(doc.DocNo), PaymentID: field.PaymentID(doc.Code), Purpose: field.Line(doc.Purpose),
		Own: doc.Payee.record(), Counterparty: doc.Payer.record(), Direction: record.Credit,
	}
	switch op.DC {
	case "2":
	case "1":
		e.Direction = record.Debit
		e.Own, e.Counterparty = e.Counterparty, e.Own
	default:
		r.leaveOut(op, record.WarnDirectionUnknown, nil)
		return
	}
	amount, ok := field.Decimal(doc.Sum, r.st.Currency)
	if !ok || amount.Minor() < 0 {
		r.leaveOut(op, record.WarnAmountInvalid, prolong.Args{"Value": record.Excerpt(doc.Sum)})
		return
	}
	e.Amount = amount
	e.DocDate, _ = field.Date(doc.DocDate)
	if e.Date, ok = field.Date(op.Date); !ok {
		e.Date = e.DocDate
	}
	if e.Date.IsZero() {
		r.leaveOut(op, record.WarnDateInvalid, prolong.Args{"Value": record.Excerpt(op.Date)})
		return
	}
	if e.Purpose == "" {
		e.Purpose = field.Line(doc.Content)
		for _, info := range doc.AddInfo {
			e.Purpose = field.Line(e.Purpose + " " + info)
		}
	}
	if e.Status, ok = statusOf(op.Status, r.kind); !ok {
		r.st.Warn(op.Line, record.WarnStatusUnknown, prolong.Args{"Value": record.Excerpt(op.Status)})
	}
	r.st.Entries = append(r.st.Entries, e)
}
