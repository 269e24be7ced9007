// Package monobank decodes answers of monobank's interface: the rows of /personal/statement.
// Rules: reference banks.md 7.2.
package monobank

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"prolong"
	"prolong/banksync/statement/answer"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/field"
	"prolong/banksync/statement/record"
)

// RowsPerAnswerMax is how many rows the bank gives at once; an answer of this length goes on
// before the time of its last row.
const RowsPerAnswerMax = 500

// kyiv is the bank's zone: the day of an operation is the client's day.
var kyiv = answer.Zone("Europe/Kyiv")

// row is one StatementItem. Amounts are in kopecks and signed.
type row struct {
	ID          answer.Text `json:"id"`
	Time        answer.Text `json:"time"`
	Description answer.Text `json:"description"`
	MCC         answer.Text `json:"mcc"`
	Hold        answer.Text `json:"hold"`
	Amount      answer.Text `json:"amount"`
	Currency    answer.Text `json:"currencyCode"`
	Balance     answer.Text `json:"balance"`
	Comment     answer.Text `json:"comment"`
	ReceiptID   answer.Text `json:"receiptId"`
	InvoiceID   answer.Text `json:"invoiceId"`
	TaxID       answer.Text `json:"counterEdrpou"`
	IBAN        answer.Text `json:"counterIban"`
	Name        answer.Text `json:"counterName"`
}

// Sniff says whether the text is an answer of this interface.
func Sniff(head []byte) bool {
	head = bytes.TrimSpace(head)
	return bytes.HasPrefix(head, []byte("[")) && bytes.Contains(head, []byte(`"operationAmount"`))
}

// Parse reads a saved answer.
func Parse(text *charset.Text, opts record.Options) ([]record.Statement, error) {
	data, err := answer.Read(text)
	if err != nil {
		return nil, err
	}
	out, err := Decode(data, opts)
	return out.Statements, err
}

// Decode reads one answer; the account is the one of the options. More says that the answer
// is full: the rest is asked for with an end at the Unix time Next. Returns CodeInvalid if it
// is no JSON, CodeUnavailable with the bank's words if it is a refusal.
func Decode(page []byte, opts record.Options) (answer.Answer, error) {
	if bytes.HasPrefix(bytes.TrimSpace(page), []byte("{")) {
		var refusal struct {
			Text answer.Text `json:"errorDescription"`
		}
		if err := answer.Unmarshal(page, &refusal); err != nil {
			return answer.Answer{}, err
		}
		return answer.Answer{}, prolong.NewError(prolong.CodeUnavailable, "error.statement_bank_refused",
			prolong.Args{"Reason": record.Excerpt(refusal.Text.String())})
	}
	var rows []json.RawMessage
	if err := answer.Unmarshal(page, &rows); err != nil {
		return answer.Answer{}, err
	}
	out := answer.Answer{More: len(rows) >= RowsPerAnswerMax}
	book := answer.NewBook(record.FormatMonobank, opts)
	answer.Rows(book, rows, func(n int, raw json.RawMessage, r *row) {
		out.Next = string(r.Time)
		add(book, n, raw, r)
	})
	if !out.More {
		out.Next = ""
	}
	var err error
	out.Statements, err = book.Finish()
	return out, err
}

func add(book *answer.Book, n int, raw json.RawMessage, r *row) {
	cur, ok := r.Currency.Currency(book.Currency(prolong.UAH))
	minor, err := strconv.ParseInt(string(r.Amount), 10, 64)
	if !ok || err != nil || minor > field.AmountMinorMax || minor < -field.AmountMinorMax {
		book.LeaveOut(n, raw, record.WarnAmountInvalid, prolong.Args{"Value": record.Excerpt(r.Amount.String())})
		return
	}
	seconds, err := strconv.ParseInt(string(r.Time), 10, 64)
	if err != nil || seconds <= 0 || seconds > unixMax {
		book.LeaveOut(n, raw, record.WarnDateInvalid, prolong.Args{"Value": record.Excerpt(r.Time.String())})
		return
	}
	e := record.Entry{Line: n, Raw: string(raw), BankID: record.Reference(r.ID.String()), Status: record.Booked, Kind: r.MCC.String(),
		Date: prolong.DateOf(time.Unix(seconds, 0), kyiv), Purpose: answer.First(r.Comment, r.Description).String(),
		PaymentID:    answer.First(r.InvoiceID, r.ReceiptID).String(),
		Counterparty: record.Party{Name: r.Name.String(), TaxID: field.TaxID(string(r.TaxID)), Account: field.Account(string(r.IBAN))}}
	if e.Counterparty.Name == "" {
		e.Counterparty.Name = r.Description.String()
	}
	answer.Signed(&e, prolong.NewMoney(minor, cur))
	if r.Hold.True() {
		// A hold may vanish or change its amount before it is settled.
		e.Status = record.Pending
	}
	st := book.Statement(book.Account(""), cur)
	st.Entries = append(st.Entries, e)
}

// unixMax is the end of the year 2099.
const unixMax = 4102444800
