// Package privatbank decodes answers of PrivatBank's interface "Автоклієнт" 3.0.0: the rows of
// /transactions. Rules: reference banks.md 7.1.
package privatbank

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

// envelope is the answer around the rows.
type envelope struct {
	Status   answer.Text       `json:"status"`
	Message  answer.Text       `json:"message"`
	More     answer.Text       `json:"exist_next_page"`
	NextPage answer.Text       `json:"next_page_id"`
	Rows     []json.RawMessage `json:"transactions"`
}

// row is one transaction. The bank writes codes as text or as numbers, the latter without
// their leading zeros.
type row struct {
	MyTaxID      answer.Text `json:"AUT_MY_CRF"`
	MyMFO        answer.Text `json:"AUT_MY_MFO"`
	MyAccount    answer.Text `json:"AUT_MY_ACC"`
	MyName       answer.Text `json:"AUT_MY_NAM"`
	TaxID        answer.Text `json:"AUT_CNTR_CRF"`
	MFO          answer.Text `json:"AUT_CNTR_MFO"`
	Account      answer.Text `json:"AUT_CNTR_ACC"`
	Name         answer.Text `json:"AUT_CNTR_NAM"`
	Bank         answer.Text `json:"AUT_CNTR_MFO_NAME"`
	Currency     answer.Text `json:"CCY"`
	Sum          answer.Text `json:"SUM"`
	Kind         answer.Text `json:"TRANTYPE"`
	Flag         answer.Text `json:"FL_DC"`
	Real         answer.Text `json:"FL_REAL"`
	State        answer.Text `json:"PR_PR"`
	DocType      answer.Text `json:"DOC_TYP"`
	Number       answer.Text `json:"NUM_DOC"`
	ClientDate   answer.Text `json:"DAT_KL"`
	Date         answer.Text `json:"DAT_OD"`
	Instant      answer.Text `json:"DATE_TIME_DAT_OD_TIM_P"`
	Purpose      answer.Text `json:"OSND"`
	Ref          answer.Text `json:"REF"`
	RefN         answer.Text `json:"REFN"`
	Code         answer.Text `json:"STRUCT_CODE"`
	UltimateName answer.Text `json:"ULTMT"`
}

// Sniff says whether the text is an answer of this interface.
func Sniff(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(head), []byte("{")) &&
		(bytes.Contains(head, []byte(`"AUT_MY_`)) || bytes.Contains(head, []byte(`"TRANTYPE"`)))
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

// Decode reads one page of /transactions. Next is the followId of the next page; it is filled
// by the bank even when More is false, and must not be followed then. Returns CodeInvalid if
// the page is no JSON, CodeUnavailable with the bank's words if it is a refusal.
func Decode(page []byte, opts record.Options) (answer.Answer, error) {
	var env envelope
	if err := answer.Unmarshal(page, &env); err != nil {
		return answer.Answer{}, err
	}
	if status := env.Status.String(); status != "" && !strings.EqualFold(status, "SUCCESS") {
		return answer.Answer{}, prolong.NewError(prolong.CodeUnavailable, "error.statement_bank_refused",
			prolong.Args{"Reason": record.Excerpt(answer.First(env.Message, env.Status).String())})
	}
	book := answer.NewBook(record.FormatPrivatBank, opts)
	answer.Rows(book, env.Rows, func(n int, raw json.RawMessage, r *row) { add(book, n, raw, r) })
	statements, err := book.Finish()
	return answer.Answer{Statements: statements, More: env.More.True(), Next: string(env.NextPage)}, err
}

func add(book *answer.Book, n int, raw json.RawMessage, r *row) {
	cur, ok := r.Currency.Currency(book.Currency(prolong.UAH))
	if !ok {
		book.LeaveOut(n, raw, record.WarnRowInvalid, prolong.Args{"Field": "CCY", "Value": record.Excerpt(r.Currency.String())})
		return
	}
	amount, ok := r.Sum.Money(cur)
	if !ok || amount.Minor() < 0 {
		book.LeaveOut(n, raw, record.WarnAmountInvalid, prolong.Args{"Value": record.Excerpt(r.Sum.String())})
		return
	}
	e := record.Entry{
		Line: n, Raw: string(raw), Amount: amount, Kind: r.DocType.String(), DocNo: r.Number.String(), Purpose: r.Purpose.String(),
		PurposeCode: r.Code.String(),
		Own:         record.Party{Name: r.MyName.String(), TaxID: taxID(r.MyTaxID), Account: field.Account(string(r.MyAccount)), BIC: field.BIC(string(r.MyMFO))},
		Counterparty: record.Party{Name: r.Name.String(), TaxID: taxID(r.TaxID), Account: field.Account(string(r.Account)), BIC: field.BIC(string(r.MFO)),
			Bank: r.Bank.String()},
		Ultimate: record.Party{Name: r.UltimateName.String()},
	}
	switch answer.First(r.Kind, r.Flag) {
	case "C":
		e.Direction = record.Credit
	case "D":
		e.Direction = record.Debit
	default:
		book.LeaveOut(n, raw, record.WarnDirectionUnknown, nil)
		return
	}
	e.DocDate, _ = field.Date(string(r.ClientDate))
	if e.Date, ok = field.Date(string(answer.First(r.Date, r.Instant))); !ok {
		e.Date = e.DocDate
	}
	if e.Date.IsZero() {
		book.LeaveOut(n, raw, record.WarnDateInvalid, prolong.Args{"Value": record.Excerpt(r.Date.String())})
		return
	}
	if ref := r.Ref.String(); ref != "" {
		// The reference and its part number together name the operation (documentation 3.0.0).
		e.BankID = ref + r.RefN.String()
	}
	st := book.Statement(book.Account(r.MyAccount), cur)
	if e.Status, ok = status(r.Real, r.State); !ok {
		st.Warn(n, record.WarnStatusUnknown, prolong.Args{"Value": record.Excerpt(r.State.String())})
	}
	st.Entries = append(st.Entries, e)
}

// status books only rows that are real and posted. FL_REAL "i" is for information only.
func status(real, state answer.Text) (record.Status, bool) {
	switch state {
	case "r":
		if real == "r" {
			return record.Booked, true
		}
		return record.Pending, true
	case "p":
		return record.Pending, true
	case "t":
		return record.Reversed, true
	case "n":
		return record.Rejected, true
	}
	return record.Pending, false
}

// taxID puts leading zeros back that a number has lost: ЄДРПОУ has eight digits, РНОКПП ten,
// and the check digit decides which it is.
func taxID(t answer.Text) string {
	digits := strings.TrimSpace(string(t))
	if found := field.TaxID(digits); found != "" && len(digits) != 9 {
		return found
	}
	if digits == "" || len(digits) > 9 || strings.Trim(digits, "0") == "" || strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	found, err := prolong.ParseTaxID(prolong.Ukraine, digits)
	if err == nil {
		return string(found)
	}
	size := 8
	if len(digits) > size {
		size = 10
	}
	return strings.Repeat("0", size-len(digits)) + digits
}
