package notify

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Purpose says why a message is sent. Together with its subject and recipient it is the key
// by which a message leaves once.
type Purpose string

// The purposes. Each has its letter in templates/mail in every language and its payload
// struct in this package.
const (
	PurposeCreditIssued      Purpose = "credit.issued"
	PurposeDocumentReady     Purpose = "document.ready"
	PurposeInvoiceIssued     Purpose = "invoice.issued"
	PurposeInvoiceReminder   Purpose = "invoice.reminder"
	PurposeLoginCode         Purpose = "login.code"
	PurposePaymentQuestion   Purpose = "payment.question"
	PurposePaymentReceived   Purpose = "payment.received"
	PurposePersonInvited     Purpose = "person.invited"
	PurposeServiceClosed     Purpose = "service.closed"
	PurposeServiceClosing    Purpose = "service.closing"
	PurposeServiceEnding     Purpose = "service.ending"
	PurposeServiceKept       Purpose = "service.kept"
	PurposeServiceSuspended  Purpose = "service.suspended"
	PurposeServiceSuspending Purpose = "service.suspending"
	PurposeTicketReceived    Purpose = "ticket.received"
	PurposeTicketReplied     Purpose = "ticket.replied"
	PurposeTicketWarning     Purpose = "ticket.warning"
)

// Purposes returns every purpose in the order of their names.
func Purposes() []Purpose {
	return []Purpose{PurposeCreditIssued, PurposeDocumentReady, PurposeInvoiceIssued, PurposeInvoiceReminder, PurposeLoginCode,
		PurposePaymentQuestion, PurposePaymentReceived, PurposePersonInvited,
		PurposeServiceClosed, PurposeServiceClosing, PurposeServiceEnding, PurposeServiceKept, PurposeServiceSuspended, PurposeServiceSuspending,
		PurposeTicketReceived, PurposeTicketReplied, PurposeTicketWarning}
}

// Payload is what a letter's template is filled with: one exported struct per purpose.
type Payload interface {
	// Purpose returns the purpose that the payload belongs to.
	Purpose() Purpose
	// check says what the letter cannot be written without.
	check() error
}

// purposeSpec is what the outbox has to know of a purpose.
type purposeSpec struct {
	decode func([]byte) (Payload, error)
	// marketing letters carry List-Unsubscribe and respect a person's "no"; the others are
	// service messages about a contract and go to everybody who can be reached.
	marketing bool
	// secret payloads are wiped once the message has left or failed for good.
	secret bool
	// personal letters are written by a person: nothing says that a machine wrote them.
	personal bool
	// patient letters wait for the seller's hours (Hours); nobody sits and waits for them.
	patient bool
	// urgent letters are waited for by a person and overtake mass runs.
	urgent bool
}

var purposes = map[Purpose]purposeSpec{
	PurposeCreditIssued:      {decode: decodeAs[CreditIssued], patient: true},
	PurposeDocumentReady:     {decode: decodeAs[DocumentReady], patient: true},
	PurposeInvoiceIssued:     {decode: decodeAs[InvoiceIssued], patient: true},
	PurposeInvoiceReminder:   {decode: decodeAs[InvoiceReminder], patient: true},
	PurposeLoginCode:         {decode: decodeAs[LoginCode], secret: true, urgent: true},
	PurposePaymentQuestion:   {decode: decodeAs[PaymentQuestion], patient: true},
	PurposePaymentReceived:   {decode: decodeAs[PaymentReceived]},
	PurposePersonInvited:     {decode: decodeAs[PersonInvited], urgent: true},
	PurposeServiceClosed:     {decode: decodeAs[ServiceClosed], patient: true},
	PurposeServiceClosing:    {decode: decodeAs[ServiceClosing], patient: true},
	PurposeServiceEnding:     {decode: decodeAs[ServiceEnding], patient: true},
	PurposeServiceKept:       {decode: decodeAs[ServiceKept], patient: true},
	PurposeServiceSuspended:  {decode: decodeAs[ServiceSuspended], patient: true},
	PurposeServiceSuspending: {decode: decodeAs[ServiceSuspending], patient: true},
	PurposeTicketReceived:    {decode: decodeAs[TicketReceived], urgent: true},
	PurposeTicketReplied:     {decode: decodeAs[TicketReplied], personal: true, urgent: true},
	PurposeTicketWarning:     {decode: decodeAs[TicketWarning], urgent: true},
}

func decodeAs[P Payload](data []byte) (Payload, error) {
	var p P
	if err := json.Unmarshal(data, &p); err != nil {
		return nil, fmt.Errorf("payload of %s: %w", p.Purpose(), err)
	}
	return p, nil
}

var errPayloadIncomplete = errors.New("payload is incomplete")

func missing(field string) error { return fmt.Errorf("%w: %s is empty", errPayloadIncomplete, field) }
