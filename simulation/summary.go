package simulation

import "fmt"

// Summary says what happened in the virtual company and what the product made of it.
type Summary struct {
	Accounts int `json:"accounts"`
	Days     int `json:"days"`

	Invoices  int `json:"invoices"`
	Reminders int `json:"reminders"`
	Documents int `json:"documents"` // closing documents
	Letters   int `json:"letters"`   // that reached the clients

	Files    int `json:"files"`     // statements dropped into the inbox
	Lines    int `json:"lines"`     // in all of them; they overlap
	NewLines int `json:"new_lines"` // that the product had not seen before
	Warnings int `json:"warnings"`  // of the statement reader; an honest bank causes none

	// Payments are those of clients: Posted went to an account without a person, Review needed
	// one. During the run, until the audit, Posted may count a stranger too.
	Payments int `json:"payments"`
	Posted   int `json:"posted"`
	Review   int `json:"review"`
	// OtherInvoice counts those posted to the right account, but not to the invoice they named.
	OtherInvoice int `json:"other_invoice"`
	// Strangers is money that is no client's; StrangersIgnored was recognised as such, the rest
	// needed a person.
	Strangers        int `json:"strangers"`
	StrangersIgnored int `json:"strangers_ignored"`
	// ByHand is what the virtual accountant has decided of all that needed a person, Waiting
	// what is left of it.
	ByHand  int `json:"by_hand"`
	Waiting int `json:"waiting"`

	// How the accounts stand at the end.
	Active    int `json:"active"`
	Grace     int `json:"grace"`
	Suspended int `json:"suspended"`

	// What came to the support line: tickets by all ways, letters among them, telephone calls.
	Tickets        int `json:"tickets,omitempty"`
	SupportLetters int `json:"support_letters,omitempty"`
	Calls          int `json:"calls,omitempty"`

	// Wrong counts the faults of all kinds. It must be nought.
	Wrong  int     `json:"wrong"`
	Faults []Fault `json:"faults,omitempty"`

	// Truth is every payment with what its payer meant, in the order of the bank.
	Truth []Payment `json:"-"`
}

// What can be wrong with a payment.
const (
	FaultDoubled      = "doubled"       // a payment that the bank never sent, or not so often
	FaultLost         = "lost"          // a client's money marked as not ours
	FaultMissing      = "missing"       // sent by the bank, not taken in
	FaultWrongAccount = "wrong account" // posted to an account that it was not meant for
)

// AutoPercent is the share of the clients' payments that needed no person, in percent;
// 100 where there were none.
func (s Summary) AutoPercent() float64 {
	if s.Payments == 0 {
		return 100
	}
	return 100 * float64(s.Posted) / float64(s.Payments)
}

// Text words the summary; tr looks a message of the catalogue up, as i18n.Translator.T does.
func (s Summary) Text(tr func(key string, args ...any) string) string {
	return tr("simulation.summary",
		"Accounts", s.Accounts, "Days", s.Days, "Invoices", s.Invoices, "Reminders", s.Reminders, "Documents", s.Documents, "Letters", s.Letters,
		"Files", s.Files, "Lines", s.Lines, "NewLines", s.NewLines, "Payments", s.Payments, "Posted", s.Posted, "Percent", fmt.Sprintf("%.1f", s.AutoPercent()), "Review", s.Review,
		"Strangers", s.Strangers, "StrangersIgnored", s.StrangersIgnored, "ByHand", s.ByHand, "Waiting", s.Waiting, "Active", s.Active, "Grace", s.Grace, "Suspended", s.Suspended, "Wrong", s.Wrong)
}
