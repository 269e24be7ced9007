package tbank

import (
	"encoding/json"

	"prolong"
	"prolong/banksync/statement/answer"
	"prolong/banksync/statement/field"
	"prolong/banksync/statement/record"
)

// oldRow is an operation of /api/v1/bank-statement. It has no direction and, long ago, no id.
type oldRow struct {
	OperationID  answer.Text `json:"operationId"`
	Number       answer.Text `json:"id"` // number of the document
	Date         answer.Text `json:"date"`
	DrawDate     answer.Text `json:"drawDate"`
	ChargeDate   answer.Text `json:"chargeDate"`
	Amount       answer.Text `json:"amount"`
	PayerName    answer.Text `json:"payerName"`
	PayerINN     answer.Text `json:"payerInn"`
	PayerKPP     answer.Text `json:"payerKpp"`
	PayerAccount answer.Text `json:"payerAccount"`
	PayerBIC     answer.Text `json:"payerBic"`
	PayerBank    answer.Text `json:"payerBank"`
	Name         answer.Text `json:"recipient"`
	Name2        answer.Text `json:"recipientName"`
	INN          answer.Text `json:"recipientInn"`
	KPP          answer.Text `json:"recipientKpp"`
	Account      answer.Text `json:"recipientAccount"`
	BIC          answer.Text `json:"recipientBic"`
	Bank         answer.Text `json:"recipientBank"`
	Type         answer.Text `json:"operationType"`
	Purpose      answer.Text `json:"paymentPurpose"`
	UIN          answer.Text `json:"uin"`
}

// addOld reads the older answer: one account with balances and turnovers.
func addOld(book *answer.Book, env *envelope) {
	account := book.Account(env.Account)
	st := book.Statement(account, book.Currency(prolong.RUB))
	balance := func(t answer.Text) *prolong.Money {
		m, ok := t.Money(st.Currency)
		if !ok {
			return nil
		}
		return &m
	}
	st.Balances = []record.Balance{{Line: 1, Opening: balance(env.SaldoIn), Closing: balance(env.SaldoOut),
		Credit: balance(env.Income), Debit: balance(env.Outcome)}}
	answer.Rows(book, env.Old, func(n int, raw json.RawMessage, r *oldRow) {
		amount, ok := r.Amount.Money(st.Currency)
		if !ok || amount.Minor() < 0 {
			book.LeaveOut(n, raw, record.WarnAmountInvalid, prolong.Args{"Value": record.Excerpt(r.Amount.String())})
			return
		}
		payer := record.Party{Name: r.PayerName.String(), TaxID: field.TaxID(string(r.PayerINN)), KPP: field.KPP(string(r.PayerKPP)),
			Account: field.Account(string(r.PayerAccount)), BIC: field.BIC(string(r.PayerBIC)), Bank: r.PayerBank.String()}
		payee := record.Party{Name: answer.First(r.Name, r.Name2).String(), TaxID: field.TaxID(string(r.INN)), KPP: field.KPP(string(r.KPP)),
			Account: field.Account(string(r.Account)), BIC: field.BIC(string(r.BIC)), Bank: r.Bank.String()}
		e := record.Entry{Line: n, Raw: string(raw), Status: record.Booked, Amount: amount, BankID: record.Reference(r.OperationID.String()),
			DocNo: r.Number.String(), Purpose: r.Purpose.String(), Kind: r.Type.String(), PaymentID: field.PaymentID(string(r.UIN))}
		switch {
		case account == "" || (payer.Account == account) == (payee.Account == account):
			book.LeaveOut(n, raw, record.WarnDirectionUnknown, nil)
			return
		case payer.Account == account:
			e.Direction, e.Own, e.Counterparty = record.Debit, payer, payee
		default:
			e.Direction, e.Own, e.Counterparty = record.Credit, payee, payer
		}
		e.DocDate, _ = r.Date.Day(moscow)
		if e.Date, ok = answer.First(r.DrawDate, r.ChargeDate, r.Date).Day(moscow); !ok {
			book.LeaveOut(n, raw, record.WarnDateInvalid, prolong.Args{"Value": record.Excerpt(r.Date.String())})
			return
		}
		st.Entries = append(st.Entries, e)
	})
}
