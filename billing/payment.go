package billing

import (
	"prolong"
)

// PaymentID identifies a Payment.
type PaymentID int64

// PaymentState says what is known about received money.
type PaymentState string

// The states of a payment.
const (
	PaymentIgnored PaymentState = "ignored" // not ours: a refund from a supplier, a loan, an own transfer
	PaymentMatched PaymentState = "matched" // its account is known
	PaymentReview  PaymentState = "review"  // waits for a human
	PaymentSplit   PaymentState = "split"   // pays for several accounts: its parts are payments of their own
	PaymentVoid    PaymentState = "void"    // a part of a split payment that was taken back: its money is in the whole again
)

// Channel says how money reached us.
type Channel string

// The channels of payments.
const (
	ChannelBank       Channel = "bank"
	ChannelCard       Channel = "card"
	ChannelCorrection Channel = "correction"
	ChannelSplit      Channel = "split"     // a part of another payment; ChannelRef is that payment
	ChannelTransfer   Channel = "transfer"  // from another account of the client; ChannelRef is the transfer
	ChannelWriteOff   Channel = "write_off" // kopecks given up by policy; ChannelRef is the invoice
)

// Payment is received money.
type Payment struct {
	ID         PaymentID
	SellerID   SellerID
	AccountID  AccountID // 0 unless matched
	Channel    Channel
	ChannelRef int64 // what it is in its channel: the bank line, the invoice of a correction
	Part       int   // counts the parts of a split payment from 1; 0 for a whole one
	Amount     prolong.Money
	Allocated  prolong.Money
	Refunded   prolong.Money // what has left again
	State      PaymentState
	ValueOn    prolong.Date
	// From is the payment whose money a transfer brought; 0 for money from outside.
	From PaymentID
}

// Rest returns what of the payment is on no invoice.
func (p Payment) Rest() prolong.Money {
	return prolong.NewMoney(p.Amount.Minor()-p.Allocated.Minor()-p.Refunded.Minor(), p.Amount.Currency())
}

// Held returns what of the payment has not left again.
func (p Payment) Held() prolong.Money {
	return prolong.NewMoney(p.Amount.Minor()-p.Refunded.Minor(), p.Amount.Currency())
}

// PaymentIDs returns the ids of payments, as statements take them.
func PaymentIDs(payments []Payment) []int64 {
	ids := make([]int64, len(payments))
	for i, p := range payments {
		ids[i] = int64(p.ID)
	}
	return ids
}
