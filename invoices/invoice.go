package invoices

import (
	"prolong"
	"prolong/billing"
)

// InvoiceID identifies an Invoice.
type InvoiceID int64

// Status is the state of an invoice.
type Status string

// The states of an invoice; README.md draws the transitions.
const (
	StatusOpen Status = "open"
	StatusPaid Status = "paid"
	StatusVoid Status = "void"
)

// transitions lists which status may follow which.
var transitions = map[Status][]Status{
	StatusOpen: {StatusPaid, StatusVoid},
	StatusPaid: {StatusOpen, StatusVoid}, // an undone allocation; cancelled with its money on the balance
	StatusVoid: nil,
}

// Invoice (счёт на оплату) asks an account to pay for one period of a subscription.
type Invoice struct {
	ID             InvoiceID
	SellerID       billing.SellerID
	AccountID      billing.AccountID
	SubscriptionID billing.SubscriptionID
	BankAccountID  billing.BankAccountID
	Number         string
	IssuedOn       prolong.Date
	DueOn          prolong.Date
	Period         prolong.Period
	Total          prolong.Money
	Tax            prolong.Money
	Paid           prolong.Money
	Status         Status
	PaidOn         prolong.Date
}

// Residual returns what is still to be paid.
func (i Invoice) Residual() prolong.Money {
	return prolong.NewMoney(i.Total.Minor()-i.Paid.Minor(), i.Total.Currency())
}
