package cabinet

import (
	"strconv"

	"prolong/billing"
	"prolong/notify"
)

// LetterPath returns the page on which the reader of a letter finds what it is about, "" for a
// letter that names its page itself or has none. The door lets him in first and leads him there.
func LetterPath(m notify.Matter) string {
	if m.AccountID == 0 {
		return ""
	}
	switch m.Purpose {
	case notify.PurposeCreditIssued, notify.PurposeDocumentReady, notify.PurposeServiceClosed:
		return documentsPath(m.AccountID)
	case notify.PurposeInvoiceIssued, notify.PurposeInvoiceReminder, notify.PurposeServiceClosing, notify.PurposeServiceSuspended, notify.PurposeServiceSuspending:
		if m.Subject.Kind == "invoice" {
			return accountPath(m.AccountID) + "/invoices/" + strconv.FormatInt(m.Subject.ID, 10)
		}
		return accountPath(m.AccountID)
	case notify.PurposePaymentReceived, notify.PurposePersonInvited, notify.PurposeServiceEnding, notify.PurposeServiceKept:
		return accountPath(m.AccountID)
	case notify.PurposeLoginCode, notify.PurposePaymentQuestion, notify.PurposeTicketReceived, notify.PurposeTicketReplied, notify.PurposeTicketWarning:
	}
	return ""
}

func documentsPath(id billing.AccountID) string { return accountPath(id) + "/documents" }
