// Package match decides which account a received payment belongs to (WHO) and which of the
// account's invoices it pays (WHAT). It is pure: no database, no clock, no randomness. The
// same payment and the same snapshot always give the same Decision, so that a decision can be
// stored as JSON, shown to a person and replayed with another rule set.
//
// The rules come from the project's reference on matching; README.md lists them with what
// was measured.
package match

import "prolong"

// Payment is one booked credit line of a statement as the bank delivered it. Text fields are
// taken raw: cleaning is the decision's work, because what was cleaned is evidence too.
type Payment struct {
	ID     int64
	Amount prolong.Money
	Date   prolong.Date // value date; only explains, never decides
	DocNo  string       // payer's own document number; never a reference

	PayerName    string
	PayerTaxID   string
	PayerKPP     string
	PayerAccount string
	PayerBIC     string

	// The actual payer («фактический плательщик», Kazakh orders since 2025) is identity
	// evidence beside the sender of the money.
	ActualPayerName  string
	ActualPayerTaxID string

	// StructuredRef is what arrived in a slot made for references: УИП (field 22 «Код»),
	// the reference line of a payment QR, the id of an СБП link. "0" means absent.
	StructuredRef string
	Purpose       string // назначение платежа

	// The requisites of our sellers: a payer with one of these tax ids or accounts moves our
	// own money, and the same digits inside the purpose prove nothing.
	OwnTaxIDs   []string
	OwnAccounts []string
	OwnNames    []string
}
