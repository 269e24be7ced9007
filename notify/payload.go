package notify

import (
	"prolong"
	"prolong/identity"
)

// Bill is what the letters about an invoice say of it.
type Bill struct {
	// Number is the invoice's number, "58291375-12".
	Number   string       `json:"number"`
	IssuedOn prolong.Date `json:"issued_on"`
	// Total is what is to be paid, tax included.
	Total prolong.Money `json:"total"`
	// Service names what is sold: the plan's name. May be empty.
	Service string `json:"service,omitempty"`
	// Period is what the invoice pays for. May be zero.
	Period prolong.Period `json:"period,omitzero"`
	// PayBy is the last day on which paying keeps the service running. May be zero.
	PayBy prolong.Date `json:"pay_by,omitzero"`
	// AccountName is the client business as the vendor calls it.
	AccountName string `json:"account_name"`
	// PaymentPurpose is the exact purpose of payment (назначение платежа).
	PaymentPurpose string `json:"payment_purpose"`
	// Requisites are the payee's lines in the words of his country: "ИНН" 7701001238. May be empty.
	Requisites []Fact `json:"requisites,omitempty"`
	// URL opens the invoice in the cabinet. May be empty.
	URL string `json:"url,omitempty"`
}

// Fact is a line of a letter's table.
type Fact struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

func (b Bill) check() error {
	switch {
	case b.Number == "":
		return missing("Bill.Number")
	case b.IssuedOn.IsZero():
		return missing("Bill.IssuedOn")
	case b.Total.Currency() == "":
		return missing("Bill.Total")
	case b.AccountName == "":
		return missing("Bill.AccountName")
	case b.PaymentPurpose == "":
		return missing("Bill.PaymentPurpose")
	}
	return nil
}

// InvoiceIssued brings the invoice for the next period.
type InvoiceIssued struct {
	Bill Bill `json:"bill"`
	// PaidFromBalance is what the client's balance has paid of it at once; zero if nothing.
	PaidFromBalance prolong.Money `json:"paid_from_balance,omitzero"`
	// Settled says that nothing is left to pay; Bill.Total is then the whole invoice.
	Settled bool `json:"settled,omitempty"`
	// PaidThrough is the last paid day after it. May be zero.
	PaidThrough prolong.Date `json:"paid_through,omitzero"`
}

// Purpose returns PurposeInvoiceIssued.
func (InvoiceIssued) Purpose() Purpose { return PurposeInvoiceIssued }
func (p InvoiceIssued) check() error   { return p.Bill.check() }

// InvoiceReminder brings an unpaid invoice again before the term ends.
type InvoiceReminder struct {
	Bill Bill `json:"bill"`
	// PaidThrough is the last paid day.
	PaidThrough prolong.Date `json:"paid_through"`
	// DaysLeft counts the days from today to PaidThrough: 0 is today; negative after the end.
	DaysLeft int `json:"days_left"`
}

// Purpose returns PurposeInvoiceReminder.
func (InvoiceReminder) Purpose() Purpose { return PurposeInvoiceReminder }

func (p InvoiceReminder) check() error {
	if p.PaidThrough.IsZero() {
		return missing("PaidThrough")
	}
	return p.Bill.check()
}

// PaymentReceived says that the money has come and what it did.
type PaymentReceived struct {
	AccountName string        `json:"account_name"`
	Amount      prolong.Money `json:"amount"`
	// ReceivedOn is the bank's value date.
	ReceivedOn prolong.Date `json:"received_on"`
	// DocNo is the number of the payment order (платёжное поручение). May be empty.
	DocNo string `json:"doc_no,omitempty"`
	// Invoices are the numbers of the invoices that the money paid. May be empty.
	Invoices []string `json:"invoices,omitempty"`
	// Service names the extended plan. May be empty.
	Service string `json:"service,omitempty"`
	// PaidThrough is the last paid day after the payment; zero if nothing was extended.
	PaidThrough prolong.Date `json:"paid_through,omitzero"`
	// Balance is what stays with us for the next invoices; zero if nothing.
	Balance prolong.Money `json:"balance"`
	// Owed is what the invoices that got money still ask for; zero if nothing.
	Owed prolong.Money `json:"owed,omitzero"`
	// URL opens the payments in the cabinet. May be empty.
	URL string `json:"url,omitempty"`
}

// Purpose returns PurposePaymentReceived.
func (PaymentReceived) Purpose() Purpose { return PurposePaymentReceived }

func (p PaymentReceived) check() error {
	switch {
	case p.AccountName == "":
		return missing("AccountName")
	case p.Amount.Currency() == "":
		return missing("Amount")
	case p.ReceivedOn.IsZero():
		return missing("ReceivedOn")
	}
	return nil
}

// DocumentKind names a closing document in letters.
type DocumentKind string

// The kinds of closing documents.
const (
	DocumentAct        DocumentKind = "act" // акт
	DocumentUPD        DocumentKind = "upd" // УПД
	DocumentVATInvoice DocumentKind = "sf"  // счёт-фактура
)

// DocumentReady brings a closing document.
type DocumentReady struct {
	Kind        DocumentKind   `json:"kind"`
	Number      string         `json:"number"`
	IssuedOn    prolong.Date   `json:"issued_on"`
	Total       prolong.Money  `json:"total"`
	Period      prolong.Period `json:"period,omitzero"`
	AccountName string         `json:"account_name"`
	// InvoiceNumber is the invoice that the document closes. May be empty.
	InvoiceNumber string `json:"invoice_number,omitempty"`
	// URL opens the documents in the cabinet. May be empty.
	URL string `json:"url,omitempty"`
}

// Purpose returns PurposeDocumentReady.
func (DocumentReady) Purpose() Purpose { return PurposeDocumentReady }

func (p DocumentReady) check() error {
	switch {
	case p.Kind != DocumentAct && p.Kind != DocumentUPD && p.Kind != DocumentVATInvoice:
		return missing("Kind")
	case p.Number == "":
		return missing("Number")
	case p.IssuedOn.IsZero():
		return missing("IssuedOn")
	case p.Total.Currency() == "":
		return missing("Total")
	case p.AccountName == "":
		return missing("AccountName")
	}
	return nil
}

// CreditIssued brings a credit note (кредит-нота): what is taken off an issued invoice, and what
// becomes of the money. At most one of Owed, Balance and Refunded is not zero.
type CreditIssued struct {
	// Number and IssuedOn are those of the credit note.
	Number   string       `json:"number"`
	IssuedOn prolong.Date `json:"issued_on"`
	// Total is what is taken off, tax included.
	Total         prolong.Money `json:"total"`
	InvoiceNumber string        `json:"invoice_number"`
	AccountName   string        `json:"account_name"`
	// Reason is what stands on the note. May be empty.
	Reason string `json:"reason,omitempty"`
	// Owed is what is still to be paid on the invoice; zero if nothing.
	Owed prolong.Money `json:"owed,omitzero"`
	// Balance is what was paid beyond the new amount and stays with us; zero if nothing.
	Balance prolong.Money `json:"balance,omitzero"`
	// Refunded is what goes back to the client's bank account; zero if nothing.
	Refunded prolong.Money `json:"refunded,omitzero"`
	// URL opens the invoice in the cabinet. May be empty.
	URL string `json:"url,omitempty"`
}

// Purpose returns PurposeCreditIssued.
func (CreditIssued) Purpose() Purpose { return PurposeCreditIssued }

func (p CreditIssued) check() error {
	switch {
	case p.Number == "":
		return missing("Number")
	case p.IssuedOn.IsZero():
		return missing("IssuedOn")
	case p.Total.Currency() == "":
		return missing("Total")
	case p.InvoiceNumber == "":
		return missing("InvoiceNumber")
	case p.AccountName == "":
		return missing("AccountName")
	}
	return nil
}

// LoginCode brings the code by which a contact logs in.
type LoginCode struct {
	Code         string `json:"code"`
	ValidMinutes int    `json:"valid_minutes"`
	// IP and Device say where the code was asked for, so that a stranger's attempt shows. May be empty.
	IP     string `json:"ip,omitempty"`
	Device string `json:"device,omitempty"`
}

// Purpose returns PurposeLoginCode.
func (LoginCode) Purpose() Purpose { return PurposeLoginCode }

func (p LoginCode) check() error {
	if p.Code == "" || p.ValidMinutes <= 0 {
		return missing("Code")
	}
	return nil
}

// PersonInvited tells a person that he has been let into an account.
type PersonInvited struct {
	AccountName string `json:"account_name"`
	// InvitedBy is who let him in, by name or address. May be empty.
	InvitedBy string `json:"invited_by,omitempty"`
	// Role is what he is in the account.
	Role identity.MemberRole `json:"role"`
	// Email is the address that he logs in with.
	Email string `json:"email"`
}

// Purpose returns PurposePersonInvited.
func (PersonInvited) Purpose() Purpose { return PurposePersonInvited }

func (p PersonInvited) check() error {
	switch {
	case p.AccountName == "":
		return missing("AccountName")
	case p.Role == "":
		return missing("Role")
	}
	return nil
}
