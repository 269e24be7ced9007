// Package sber decodes answers of the interfaces of Sber and Alfa-Bank, whose statement rows
// have one schema. Rules: reference banks.md 7.5 and 7.6.
package sber

import (
	"bytes"
	"encoding/json"

	"prolong"
	"prolong/banksync/statement/answer"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/field"
	"prolong/banksync/statement/record"
)

// moscow is the zone of both banks.
var moscow = answer.Zone("Europe/Moscow")

// Bank says whose answer it is.
type Bank record.Format

// The banks.
const (
	Alfa Bank = Bank(record.FormatAlfa)
	Sber Bank = Bank(record.FormatSber)
)

// Options say what the request was.
type Options struct {
	record.Options
	// DayOpen says that the day asked for is not closed yet: its rows may still change, so
	// they are pending.
	DayOpen bool
}

type envelope struct {
	Rows  []json.RawMessage `json:"transactions"`
	Links json.RawMessage   `json:"_links"`
	Cause answer.Text       `json:"cause"`
	Text  answer.Text       `json:"message"`
}

// link is a reference to another page. Its href is not followed, because it may name another
// host; the adapter counts the pages itself.
type link struct {
	Relation answer.Text `json:"rel"`
	Href     answer.Text `json:"href"`
}

type money struct {
	Amount   answer.Text `json:"amount"`
	Currency answer.Text `json:"currencyName"`
}

type transfer struct {
	PayerAccount answer.Text `json:"payerAccount"`
	PayerName    answer.Text `json:"payerName"`
	PayerINN     answer.Text `json:"payerInn"`
	PayerKPP     answer.Text `json:"payerKpp"`
	PayerBIC     answer.Text `json:"payerBankBic"`
	PayerBank    answer.Text `json:"payerBankName"`
	PayeeAccount answer.Text `json:"payeeAccount"`
	PayeeName    answer.Text `json:"payeeName"`
	PayeeINN     answer.Text `json:"payeeInn"`
	PayeeKPP     answer.Text `json:"payeeKpp"`
	PayeeBIC     answer.Text `json:"payeeBankBic"`
	PayeeBank    answer.Text `json:"payeeBankName"`
	ValueDate    answer.Text `json:"valueDate"`
	Department   struct {
		UIP answer.Text `json:"uip"`
	} `json:"departmentalInfo"`
}

type row struct {
	OperationID   answer.Text `json:"operationId"`
	TransactionID answer.Text `json:"transactionId"`
	UUID          answer.Text `json:"uuid"`
	Direction     answer.Text `json:"direction"`
	OperationDate answer.Text `json:"operationDate"`
	DocumentDate  answer.Text `json:"documentDate"`
	Number        answer.Text `json:"number"`
	Code          answer.Text `json:"operationCode"`
	Amount        money       `json:"amount"`
	AmountRub     money       `json:"amountRub"`
	Purpose       answer.Text `json:"paymentPurpose"`
	Transfer      transfer    `json:"rurTransfer"`
}

// Sniff says whether the text is an answer of one of these interfaces.
func Sniff(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(head), []byte("{")) && bytes.Contains(head, []byte(`"transactions"`)) &&
		bytes.Contains(head, []byte(`"paymentPurpose"`))
}

// Parse reads a saved answer, of which bank its ids tell.
func Parse(text *charset.Text, opts record.Options) ([]record.Statement, error) {
	data, err := answer.Read(text)
	if err != nil {
		return nil, err
	}
	bank := Alfa
	if bytes.Contains(data, []byte(`"operationId"`)) {
		bank = Sber
	}
	out, err := Decode(data, bank, Options{Options: opts})
	return out.Statements, err
}

// Decode reads one page of one day. More says that the bank names a next page. Returns
// CodeInvalid if the page is no JSON, CodeUnavailable with the bank's words if it is a refusal.
func Decode(page []byte, bank Bank, opts Options) (answer.Answer, error) {
	var env envelope
	if err := answer.Unmarshal(page, &env); err != nil {
		return answer.Answer{}, err
	}
	if env.Rows == nil && (env.Cause != "" || env.Text != "") {
		return answer.Answer{}, prolong.NewError(prolong.CodeUnavailable, "error.statement_bank_refused",
			prolong.Args{"Reason": record.Excerpt(answer.First(env.Text, env.Cause).String())})
	}
	book := answer.NewBook(record.Format(bank), opts.Options)
	answer.Rows(book, env.Rows, func(n int, raw json.RawMessage, r *row) { add(book, bank, opts, n, raw, r) })
	statements, err := book.Finish()
	return answer.Answer{Statements: statements, More: hasNext(env.Links)}, err
}

// hasNext looks for a link to the next page, in a list or by name.
func hasNext(raw json.RawMessage) bool {
	var list []link
	if json.Unmarshal(raw, &list) == nil {
		for _, l := range list {
			if l.Relation == "next" {
				return true
			}
		}
		return false
	}
	var byName struct {
		Next *link `json:"next"`
	}
	return json.Unmarshal(raw, &byName) == nil && byName.Next != nil
}

// id returns the bank's id of the operation. For Sber neither uuid nor number may stand in
// for operationId.
func (r *row) id(bank Bank) string {
	if bank == Sber {
		return record.Reference(r.OperationID.String())
	}
	return record.Reference(answer.First(r.TransactionID, r.UUID).String())
}

func add(book *answer.Book, bank Bank, opts Options, n int, raw json.RawMessage, r *row) {
	cur, ok := r.Amount.Currency.Currency(book.Currency(prolong.RUB))
	if !ok {
		book.LeaveOut(n, raw, record.WarnRowInvalid, prolong.Args{"Field": "currencyName", "Value": record.Excerpt(r.Amount.Currency.String())})
		return
	}
	amount, ok := r.Amount.Amount.Money(cur)
	if !ok || amount.Minor() < 0 {
		book.LeaveOut(n, raw, record.WarnAmountInvalid, prolong.Args{"Value": record.Excerpt(r.Amount.Amount.String())})
		return
	}
	t := &r.Transfer
	payer := record.Party{Name: t.PayerName.String(), TaxID: field.TaxID(string(t.PayerINN)), KPP: field.KPP(string(t.PayerKPP)),
		Account: field.Account(string(t.PayerAccount)), BIC: field.BIC(string(t.PayerBIC)), Bank: t.PayerBank.String()}
	payee := record.Party{Name: t.PayeeName.String(), TaxID: field.TaxID(string(t.PayeeINN)), KPP: field.KPP(string(t.PayeeKPP)),
		Account: field.Account(string(t.PayeeAccount)), BIC: field.BIC(string(t.PayeeBIC)), Bank: t.PayeeBank.String()}
	e := record.Entry{Line: n, Raw: string(raw), BankID: r.id(bank), Amount: amount, Status: record.Booked, DocNo: r.Number.String(),
		Purpose: r.Purpose.String(), Kind: r.Code.String(), PaymentID: field.PaymentID(string(t.Department.UIP))}
	switch r.Direction {
	case "CREDIT":
		e.Direction, e.Own, e.Counterparty = record.Credit, payee, payer
	case "DEBIT":
		e.Direction, e.Own, e.Counterparty = record.Debit, payer, payee
	default:
		book.LeaveOut(n, raw, record.WarnDirectionUnknown, nil)
		return
	}
	e.DocDate, _ = r.DocumentDate.Day(moscow)
	e.ValueDate, _ = t.ValueDate.Day(moscow)
	if e.Date, ok = r.OperationDate.Day(moscow); !ok {
		book.LeaveOut(n, raw, record.WarnDateInvalid, prolong.Args{"Value": record.Excerpt(r.OperationDate.String())})
		return
	}
	if opts.DayOpen {
		e.Status = record.Pending
	}
	account := book.Account("")
	if account == "" {
		account = book.Account(answer.Text(e.Own.Account))
	}
	st := book.Statement(account, cur)
	st.Entries = append(st.Entries, e)
}
