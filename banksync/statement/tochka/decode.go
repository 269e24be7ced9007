// Package tochka decodes answers of Tochka's interface (open banking 1.0): a statement that
// was ordered and is ready. Rules: reference banks.md 7.3.
package tochka

import (
	"bytes"
	"encoding/json"
	"strings"

	"prolong"
	"prolong/banksync/statement/answer"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/field"
	"prolong/banksync/statement/record"
)

// moscow is the bank's zone.
var moscow = answer.Zone("Europe/Moscow")

// envelope holds one statement or a list of one.
type envelope struct {
	Data struct {
		Statement json.RawMessage `json:"Statement"`
	} `json:"Data"`
	Message answer.Text `json:"message"`
	Code    answer.Text `json:"code"`
}

type ordered struct {
	AccountID answer.Text       `json:"accountId"` // account/БИК
	ID        answer.Text       `json:"statementId"`
	Status    answer.Text       `json:"status"`
	From      answer.Text       `json:"startDateTime"`
	To        answer.Text       `json:"endDateTime"`
	Opening   answer.Text       `json:"startDateBalance"`
	Closing   answer.Text       `json:"endDateBalance"`
	Rows      []json.RawMessage `json:"Transaction"`
}

type party struct {
	INN  answer.Text `json:"inn"`
	Name answer.Text `json:"name"`
	KPP  answer.Text `json:"kpp"`
}

type account struct {
	Number answer.Text `json:"identification"`
}

type agent struct {
	BIC  answer.Text `json:"identification"`
	Name answer.Text `json:"name"`
}

type row struct {
	ID        answer.Text `json:"transactionId"`
	PaymentID answer.Text `json:"paymentId"`
	Indicator answer.Text `json:"creditDebitIndicator"`
	Status    answer.Text `json:"status"`
	Number    answer.Text `json:"documentNumber"`
	Kind      answer.Text `json:"transactionTypeCode"`
	Date      answer.Text `json:"documentProcessDate"`
	Purpose   answer.Text `json:"description"`
	Amount    struct {
		Amount   answer.Text `json:"amount"`
		Currency answer.Text `json:"currency"`
	} `json:"Amount"`
	Debtor          party   `json:"DebtorParty"`
	DebtorAccount   account `json:"DebtorAccount"`
	DebtorAgent     agent   `json:"DebtorAgent"`
	Creditor        party   `json:"CreditorParty"`
	CreditorAccount account `json:"CreditorAccount"`
	CreditorAgent   agent   `json:"CreditorAgent"`
}

// Answer is a decoded statement. Ready is false while the bank is still drawing it up.
type Answer struct {
	answer.Answer
	ID    string
	Ready bool
}

// Sniff says whether the text is an answer of this interface.
func Sniff(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(head), []byte("{")) && bytes.Contains(head, []byte(`"Data"`)) &&
		(bytes.Contains(head, []byte(`"startDateBalance"`)) || bytes.Contains(head, []byte(`"creditDebitIndicator"`)))
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

// Decode reads the answer of an ordered statement; transactions are not paged. Returns
// CodeInvalid if it is no JSON, CodeUnavailable with the bank's words if the bank refused the
// request or could not draw the statement up.
func Decode(page []byte, opts record.Options) (Answer, error) {
	var env envelope
	if err := answer.Unmarshal(page, &env); err != nil {
		return Answer{}, err
	}
	raw := bytes.TrimSpace(env.Data.Statement)
	var list []ordered
	switch {
	case len(raw) == 0:
		return Answer{}, refused(answer.First(env.Message, env.Code, "Statement"))
	case raw[0] == '{':
		list = make([]ordered, 1)
		if err := answer.Unmarshal(raw, &list[0]); err != nil {
			return Answer{}, err
		}
	default:
		if err := answer.Unmarshal(raw, &list); err != nil {
			return Answer{}, err
		}
	}
	out := Answer{Ready: len(list) > 0}
	book := answer.NewBook(record.FormatTochka, opts)
	for i := range list {
		out.ID = list[i].ID.String()
		switch list[i].Status {
		case "Ready", "":
			addStatement(book, &list[i])
		case "Error":
			return Answer{}, refused(list[i].Status)
		default:
			out.Ready = false
		}
	}
	var err error
	out.Statements, err = book.Finish()
	return out, err
}

func refused(reason answer.Text) error {
	return prolong.NewError(prolong.CodeUnavailable, "error.statement_bank_refused", prolong.Args{"Reason": record.Excerpt(reason.String())})
}

func addStatement(book *answer.Book, o *ordered) {
	number, bic, _ := strings.Cut(string(o.AccountID), "/")
	st := book.Statement(book.Account(answer.Text(number)), book.Currency(prolong.RUB))
	st.BIC = field.BIC(bic)
	b := record.Balance{Line: 1}
	b.From, _ = o.From.Day(moscow)
	b.To, _ = o.To.Day(moscow)
	if m, ok := o.Opening.Money(st.Currency); ok {
		b.Opening = &m
	}
	if m, ok := o.Closing.Money(st.Currency); ok {
		b.Closing = &m
	}
	st.Balances = append(st.Balances, b)
	answer.Rows(book, o.Rows, func(n int, raw json.RawMessage, r *row) { add(book, st, n, raw, r) })
}

func add(book *answer.Book, st *record.Statement, n int, raw json.RawMessage, r *row) {
	cur, ok := r.Amount.Currency.Currency(st.Currency)
	if !ok {
		book.LeaveOut(n, raw, record.WarnRowInvalid, prolong.Args{"Field": "currency", "Value": record.Excerpt(r.Amount.Currency.String())})
		return
	}
	amount, ok := r.Amount.Amount.Money(cur)
	if !ok {
		book.LeaveOut(n, raw, record.WarnAmountInvalid, prolong.Args{"Value": record.Excerpt(r.Amount.Amount.String())})
		return
	}
	e := record.Entry{Line: n, Raw: string(raw), BankID: record.Reference(r.ID.String()), DocNo: r.Number.String(), Purpose: r.Purpose.String(),
		Kind: r.Kind.String(), PaymentID: r.PaymentID.String()}
	answer.Signed(&e, amount)
	debtor, creditor := side(&r.Debtor, &r.DebtorAccount, &r.DebtorAgent), side(&r.Creditor, &r.CreditorAccount, &r.CreditorAgent)
	switch r.Indicator {
	case "Credit":
		e.Direction, e.Own, e.Counterparty = record.Credit, creditor, debtor
	case "Debit":
		e.Direction, e.Own, e.Counterparty = record.Debit, debtor, creditor
	default:
		book.LeaveOut(n, raw, record.WarnDirectionUnknown, nil)
		return
	}
	if e.Date, ok = r.Date.Day(moscow); !ok {
		book.LeaveOut(n, raw, record.WarnDateInvalid, prolong.Args{"Value": record.Excerpt(r.Date.String())})
		return
	}
	e.DocDate = e.Date
	switch r.Status {
	case "Booked":
		e.Status = record.Booked
	case "Pending":
		e.Status = record.Pending
	default:
		e.Status = record.Pending
		st.Warn(n, record.WarnStatusUnknown, prolong.Args{"Value": record.Excerpt(r.Status.String())})
	}
	st.Entries = append(st.Entries, e)
}

func side(p *party, a *account, g *agent) record.Party {
	return record.Party{Name: p.Name.String(), TaxID: field.TaxID(string(p.INN)), KPP: field.KPP(string(p.KPP)),
		Account: field.Account(string(a.Number)), BIC: field.BIC(string(g.BIC)), Bank: g.Name.String()}
}
