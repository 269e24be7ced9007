package billing

import (
	"prolong"
)

// ExtensionCause says what moved paid_through.
type ExtensionCause string

// The causes of extensions.
const (
	ExtendedByImport     ExtensionCause = "import"     // opening: the vendor's own record at import
	ExtendedByAllocation ExtensionCause = "allocation" // the allocation that paid an invoice in full
	ExtendedByInvoice    ExtensionCause = "invoice"    // an invoice of nought, which nobody has to pay
	ExtendedByManual     ExtensionCause = "manual"     // a person of the staff
	ExtendedByOpening    ExtensionCause = "opening"    // the day before the first one of a new subscription
	ExtendedByTrial      ExtensionCause = "trial"      // free days of a new subscription
	ExtendedByChange     ExtensionCause = "change"     // a change of terms moved what was paid to another term
	ExtendedByUndo       ExtensionCause = "undo"       // an allocation was taken back
)

// Extension is a change of a subscription's paid_through with its one cause.
type Extension struct {
	AccountID      AccountID
	SubscriptionID SubscriptionID
	Cause          ExtensionCause
	CauseID        int64
	Before         prolong.Date // zero for the opening one
	After          prolong.Date
	// From is the first bought day: later than Before by more than a day if the service was
	// suspended in between. Zero if nothing was bought.
	From prolong.Date
	// AnchorDay of the periods that follow.
	AnchorDay int
}
