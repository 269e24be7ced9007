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

// Kind says what an invoice asks money for.
type Kind string

// The kinds of invoices.
const (
	KindChange Kind = "change" // the difference that a change of terms makes inside paid days
	KindOrder  Kind = "order"  // something ordered once, of no subscription
	KindPeriod Kind = "period" // a period of a subscription
)

// transitions lists which status may follow which.
var transitions = map[Status][]Status{
	StatusOpen: {StatusPaid, StatusVoid},
	StatusPaid: {StatusOpen, StatusVoid}, // an undone allocation; cancelled with its money on the balance
	StatusVoid: nil,
}

// Invoice (счёт на оплату) asks an account to pay for one period of a subscription, or for a
// change of its terms.
type Invoice struct {
	ID             InvoiceID
	Kind           Kind
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
	Credited       prolong.Money // by credit notes: no longer asked for
	Once           prolong.Money // the part of Total that comes with no other period
	Status         Status
	PaidOn         prolong.Date
	ChangeID       int64 // the change that a KindChange invoice is for
}

// Residual returns what is still to be paid.
func (i Invoice) Residual() prolong.Money {
	return prolong.NewMoney(i.Total.Minor()-i.Credited.Minor()-i.Paid.Minor(), i.Total.Currency())
}

// Owed returns what the invoice asks for in all: its total without what credit notes took off.
func (i Invoice) Owed() prolong.Money {
	return prolong.NewMoney(i.Total.Minor()-i.Credited.Minor(), i.Total.Currency())
}

// rests says whether an open invoice stands for days that are still to be bought, so that the
// subscription's renewals wait for it.
func (i Invoice) rests(sub *billing.Subscription) bool {
	return i.Kind == KindPeriod || i.Period.To.After(sub.PaidThrough.AddDays(1))
}

// renewal says which days the invoice buys when it is settled.
func (i Invoice) renewal(sub billing.Subscription, plan billing.Plan, valueOn prolong.Date) billing.Renewal {
	if i.Kind == KindChange {
		return sub.RenewChanged(i.Period, valueOn, plan)
	}
	return sub.Renew(i.Period, valueOn, plan)
}
