package notify

import "prolong"

// PaymentQuestion asks a client what a payment is for that could not be put anywhere.
type PaymentQuestion struct {
	AccountName string        `json:"account_name"`
	Amount      prolong.Money `json:"amount"`
	// ReceivedOn is the bank's value date.
	ReceivedOn prolong.Date `json:"received_on"`
	// DocNo is the number of the payment order, Payer who sent it, Details what he wrote
	// (назначение платежа). Each may be empty.
	DocNo   string `json:"doc_no,omitempty"`
	Payer   string `json:"payer,omitempty"`
	Details string `json:"details,omitempty"`
	// Note is what the vendor's person adds. May be empty.
	Note string `json:"note,omitempty"`
	// Answers are the one-click answers. A link only opens the page on which one answers: mail
	// programs follow links by themselves.
	Answers []PaymentAnswer `json:"answers"`
	// URL opens that page without a choice.
	URL string `json:"url"`
}

// PaymentAnswer is an answer to choose.
type PaymentAnswer struct {
	// Kind words the answer: AnswerInvoice, AnswerBalance and the others.
	Kind AnswerKind `json:"kind"`
	// Invoice is the number of the invoice, with AnswerInvoice.
	Invoice string `json:"invoice,omitempty"`
	// URL opens the page with this answer chosen.
	URL string `json:"url"`
}

// AnswerKind says what an answer means.
type AnswerKind string

// The answers.
const (
	AnswerBalance AnswerKind = "balance"  // ours, for nothing in particular
	AnswerInvoice AnswerKind = "invoice"  // ours, for this invoice
	AnswerNotMine AnswerKind = "not_mine" // we have not paid this
	AnswerOther   AnswerKind = "other"    // in words
)

// Purpose returns PurposePaymentQuestion.
func (PaymentQuestion) Purpose() Purpose { return PurposePaymentQuestion }

func (p PaymentQuestion) check() error {
	switch {
	case p.AccountName == "":
		return missing("AccountName")
	case p.Amount.Currency() == "":
		return missing("Amount")
	case p.ReceivedOn.IsZero():
		return missing("ReceivedOn")
	case p.URL == "":
		return missing("URL")
	}
	return nil
}

// Links returns the one-click answers of a question; none in other letters.
func (p *page) Links() []Fact {
	q, ok := p.P.(PaymentQuestion)
	if !ok {
		return nil
	}
	links := make([]Fact, len(q.Answers))
	for i, a := range q.Answers {
		links[i] = Fact{Label: p.T("mail.answer."+string(a.Kind), "Number", a.Invoice), Value: a.URL}
	}
	return links
}
