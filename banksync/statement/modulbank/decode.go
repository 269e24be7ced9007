// Package modulbank decodes answers of Modulbank's interface: the rows of /operation-history.
// Rules: reference banks.md 7.7.
package modulbank

import (
	"bytes"
	"encoding/json"

	"prolong"
	"prolong/banksync/statement/answer"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/field"
	"prolong/banksync/statement/record"
)

// moscow is the zone of the bank's times, which carry none.
var moscow = answer.Zone("Europe/Moscow")

type row struct {
	ID       answer.Text `json:"id"`
	Status   answer.Text `json:"status"`
	Category answer.Text `json:"category"`
	Name     answer.Text `json:"contragentName"`
	INN      answer.Text `json:"contragentInn"`
	KPP      answer.Text `json:"contragentKpp"`
	Account  answer.Text `json:"contragentBankAccountNumber"`
	BIC      answer.Text `json:"contragentBankBic"`
	Bank     answer.Text `json:"contragentBankName"`
	Currency answer.Text `json:"currency"`
	Amount   answer.Text `json:"amount"`
	Own      answer.Text `json:"bankAccountNumber"`
	Purpose  answer.Text `json:"paymentPurpose"`
	Executed answer.Text `json:"executed"`
	Created  answer.Text `json:"created"`
	Number   answer.Text `json:"docNumber"`
	UIN      answer.Text `json:"uin"`
	SBPID    answer.Text `json:"sbpOperId"`
	RefundOf answer.Text `json:"sbpOperIdForRefund"`
}

// statuses are the states of an operation. Only the first three have moved money.
var statuses = map[answer.Text]record.Status{
	"Received": record.Booked, "PayReceived": record.Booked, "Executed": record.Booked,
	"SendToBank": record.Pending, "UnderControl": record.Pending, "ClarifyRequiredOutcome": record.Pending,
	"RejectByBank": record.Rejected, "RejectByBeneficiary": record.Rejected, "Canceled": record.Rejected,
}

// Sniff says whether the text is an answer of this interface.
func Sniff(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(head), []byte("[")) && bytes.Contains(head, []byte(`"contragentName"`))
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

// Decode reads one answer. The bank tells nothing about a next page: More says that this one
// has rows, and the adapter goes on until one is empty. Returns CodeInvalid if it is no JSON.
func Decode(page []byte, opts record.Options) (answer.Answer, error) {
	var rows []json.RawMessage
	if err := answer.Unmarshal(page, &rows); err != nil {
		return answer.Answer{}, err
	}
	book := answer.NewBook(record.FormatModulbank, opts)
	answer.Rows(book, rows, func(n int, raw json.RawMessage, r *row) { add(book, n, raw, r) })
	statements, err := book.Finish()
	return answer.Answer{Statements: statements, More: len(rows) > 0}, err
}

func add(book *answer.Book, n int, raw json.RawMessage, r *row) {
	cur, ok := r.Currency.Currency(book.Currency(prolong.RUB))
	if !ok {
		book.LeaveOut(n, raw, record.WarnRowInvalid, prolong.Args{"Field": "currency", "Value": record.Excerpt(r.Currency.String())})
		return
	}
	amount, ok := r.Amount.Money(cur)
	if !ok || amount.Minor() < 0 {
		book.LeaveOut(n, raw, record.WarnAmountInvalid, prolong.Args{"Value": record.Excerpt(r.Amount.String())})
		return
	}
	e := record.Entry{Line: n, Raw: string(raw), BankID: record.Reference(r.ID.String()), Amount: amount, DocNo: r.Number.String(),
		Purpose: r.Purpose.String(), PaymentID: answer.First(answer.Text(field.PaymentID(string(r.UIN))), r.SBPID).String(),
		Reversal: r.RefundOf != "",
		Counterparty: record.Party{Name: r.Name.String(), TaxID: field.TaxID(string(r.INN)), KPP: field.KPP(string(r.KPP)),
			Account: field.Account(string(r.Account)), BIC: field.BIC(string(r.BIC)), Bank: r.Bank.String()}}
	switch r.Category {
	case "Debet": // the bank's own books: what it owes us has grown
		e.Direction = record.Credit
	case "Credit":
		e.Direction = record.Debit
	default:
		book.LeaveOut(n, raw, record.WarnDirectionUnknown, nil)
		return
	}
	if e.Date, ok = answer.First(r.Executed, r.Created).Day(moscow); !ok {
		book.LeaveOut(n, raw, record.WarnDateInvalid, prolong.Args{"Value": record.Excerpt(r.Executed.String())})
		return
	}
	e.DocDate, _ = r.Created.Day(moscow)
	st := book.Statement(book.Account(r.Own), cur)
	if e.Status, ok = statuses[r.Status]; !ok {
		e.Status = record.Pending
		st.Warn(n, record.WarnStatusUnknown, prolong.Args{"Value": record.Excerpt(r.Status.String())})
	}
	st.Entries = append(st.Entries, e)
}
