// Package tbank decodes answers of the interface of T-Bank for business: the rows of
// /api/v1/statement and of the older /api/v1/bank-statement. Rules: reference banks.md 7.4.
package tbank

import (
	"bytes"
	"encoding/json"

	"prolong"
	"prolong/banksync/statement/answer"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/field"
	"prolong/banksync/statement/record"
)

// moscow is the bank's zone: it gives instants in UTC, and accounts by Moscow's days.
var moscow = answer.Zone("Europe/Moscow")

// envelope is either answer: the newer has operations, the older operation.
type envelope struct {
	Operations []json.RawMessage `json:"operations"`
	NextCursor answer.Text       `json:"nextCursor"`

	Old      []json.RawMessage `json:"operation"`
	Account  answer.Text       `json:"accountNumber"`
	SaldoIn  answer.Text       `json:"saldoIn"`
	Income   answer.Text       `json:"income"`
	Outcome  answer.Text       `json:"outcome"`
	SaldoOut answer.Text       `json:"saldoOut"`

	ErrorMessage answer.Text `json:"errorMessage"`
	ErrorCode    answer.Text `json:"errorCode"`
}

type side struct {
	Account  answer.Text `json:"acct"`
	Account2 answer.Text `json:"account"` // of counterParty
	INN      answer.Text `json:"inn"`
	KPP      answer.Text `json:"kpp"`
	Name     answer.Text `json:"name"`
	Bank     answer.Text `json:"bankName"`
	BIC      answer.Text `json:"bicRu"`
	BIC2     answer.Text `json:"bankBic"` // of counterParty
	Swift    answer.Text `json:"bicSwift"`
}

func (s *side) record() record.Party {
	return record.Party{Name: s.Name.String(), TaxID: field.TaxID(string(s.INN)), KPP: field.KPP(string(s.KPP)),
		Account: field.Account(string(answer.First(s.Account, s.Account2))), Bank: s.Bank.String(),
		BIC: field.BIC(string(answer.First(s.BIC, s.BIC2, s.Swift)))}
}

type row struct {
	ID        answer.Text `json:"operationId"`
	Date      answer.Text `json:"operationDate"`
	Status    answer.Text `json:"operationStatus"`
	Type      answer.Text `json:"typeOfOperation"`
	Account   answer.Text `json:"accountNumber"`
	Amount    answer.Text `json:"accountAmount"`
	Currency  answer.Text `json:"accountCurrencyDigitalCode"`
	Number    answer.Text `json:"documentNumber"`
	DocDate   answer.Text `json:"docDate"`
	Purpose   answer.Text `json:"payPurpose"`
	Category  answer.Text `json:"category"`
	UIN       answer.Text `json:"uin"`
	Payer     side        `json:"payer"`
	Receiver  side        `json:"receiver"`
	OtherSide side        `json:"counterParty"`
}

// Sniff says whether the text is an answer of this interface.
func Sniff(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(head), []byte("{")) &&
		(bytes.Contains(head, []byte(`"typeOfOperation"`)) || bytes.Contains(head, []byte(`"saldoIn"`)))
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

// Decode reads one page. Next is the cursor of the next page, More says whether there is one.
// Returns CodeInvalid if the page is no JSON, CodeUnavailable with the bank's words if it is
// a refusal.
func Decode(page []byte, opts record.Options) (answer.Answer, error) {
	var env envelope
	if err := answer.Unmarshal(page, &env); err != nil {
		return answer.Answer{}, err
	}
	if env.ErrorCode != "" || env.ErrorMessage != "" {
		return answer.Answer{}, prolong.NewError(prolong.CodeUnavailable, "error.statement_bank_refused",
			prolong.Args{"Reason": record.Excerpt(answer.First(env.ErrorMessage, env.ErrorCode).String())})
	}
	book := answer.NewBook(record.FormatTBank, opts)
	answer.Rows(book, env.Operations, func(n int, raw json.RawMessage, r *row) { add(book, n, raw, r) })
	if env.SaldoIn != "" || len(env.Old) > 0 {
		addOld(book, &env)
	}
	statements, err := book.Finish()
	next := env.NextCursor.String()
	return answer.Answer{Statements: statements, More: next != "", Next: next}, err
}

func add(book *answer.Book, n int, raw json.RawMessage, r *row) {
	cur, ok := r.Currency.Currency(book.Currency(prolong.RUB))
	if !ok {
		book.LeaveOut(n, raw, record.WarnRowInvalid, prolong.Args{"Field": "accountCurrencyDigitalCode", "Value": record.Excerpt(r.Currency.String())})
		return
	}
	amount, ok := r.Amount.Money(cur)
	if !ok {
		book.LeaveOut(n, raw, record.WarnAmountInvalid, prolong.Args{"Value": record.Excerpt(r.Amount.String())})
		return
	}
	e := record.Entry{Line: n, Raw: string(raw), BankID: record.Reference(r.ID.String()), DocNo: r.Number.String(), Purpose: r.Purpose.String(),
		Kind: r.Category.String(), PaymentID: field.PaymentID(string(r.UIN))}
	answer.Signed(&e, amount)
	switch r.Type {
	case "Credit":
		e.Direction, e.Own, e.Counterparty = record.Credit, r.Receiver.record(), r.Payer.record()
	case "Debit":
		e.Direction, e.Own, e.Counterparty = record.Debit, r.Payer.record(), r.Receiver.record()
	default:
		book.LeaveOut(n, raw, record.WarnDirectionUnknown, nil)
		return
	}
	if e.Counterparty == (record.Party{}) {
		e.Counterparty = r.OtherSide.record()
	}
	e.DocDate, _ = r.DocDate.Day(moscow)
	if e.Date, ok = r.Date.Day(moscow); !ok {
		e.Date = e.DocDate
	}
	if e.Date.IsZero() {
		book.LeaveOut(n, raw, record.WarnDateInvalid, prolong.Args{"Value": record.Excerpt(r.Date.String())})
		return
	}
	st := book.Statement(book.Account(answer.First(r.Account, answer.Text(e.Own.Account))), cur)
	switch r.Status {
	case "Transaction":
		e.Status = record.Booked
	case "Authorization":
		e.Status = record.Pending
	default:
		e.Status = record.Pending
		st.Warn(n, record.WarnStatusUnknown, prolong.Args{"Value": record.Excerpt(r.Status.String())})
	}
	st.Entries = append(st.Entries, e)
}
