package billing

import (
	"time"

	"prolong"
)

// SellerID identifies a Seller.
type SellerID int64

// BankAccountID identifies a BankAccount of a seller.
type BankAccountID int64

// ClosingPolicy says when the closing document of a paid period is drawn up.
type ClosingPolicy string

// The closing policies.
const (
	CloseNextDay     ClosingPolicy = "next_day"      // the day after the payment
	CloseEndOfPeriod ClosingPolicy = "end_of_period" // on the last day of the service period
	CloseEndOfMonth  ClosingPolicy = "end_of_month"  // on the last day of the month of the payment
)

// Seller is the vendor's legal entity that invoices.
type Seller struct {
	ID            SellerID
	Key           string
	Country       prolong.Country
	Name          string
	ShortName     string
	TaxID         prolong.TaxID
	KPP           string
	RegNo         string // ОГРН or ОГРНИП
	Address       string
	Phone         string
	Email         string
	Director      string
	Accountant    string
	Location      *time.Location
	VAT           VATRegime   // from the beginning; VATOn has that of a day
	VATChanges    []VATChange // of VAT, the earliest first
	ClosingPolicy ClosingPolicy
	// WriteOffMinor is the policy of kopecks: an invoice short of no more than this, in minor
	// units of its currency, is settled, and what is missing is written off. 0 never does.
	WriteOffMinor int64
	// Closing is what closes a paid invoice; empty is ClosingAct.
	Closing ClosingDocument
	// AdvanceFrom is the day from which money received gets a счёт-фактура on the advance; zero
	// for never.
	AdvanceFrom prolong.Date
	// KBe (код бенефициара) and KNP (код назначения платежа) stand on invoices in Kazakhstan.
	KBe, KNP string
	// Papers is what stands on papers beside that.
	Papers Papers
}

// ClosingDocument is what closes a paid invoice.
type ClosingDocument string

// The closing documents. Outside of Russia there are only acts.
const (
	ClosingAct   ClosingDocument = "act"    // акт
	ClosingActSF ClosingDocument = "act_sf" // акт and счёт-фактура
	ClosingUPD   ClosingDocument = "upd"    // УПД
)

// Today returns the seller's day of business at the instant now.
func (s Seller) Today(now time.Time) prolong.Date { return prolong.DateOf(now, s.Location) }

// BankAccount is an account of the seller that clients pay into. The first of a currency is
// printed on invoices.
type BankAccount struct {
	ID          BankAccountID
	SellerID    SellerID
	Number      string
	BIC         string
	Bank        string
	CorrAccount string
	Currency    prolong.Currency
	SourceKind  string // "folder", "" for none
	SourcePath  string
	Position    int // in the declaration; the first account of a currency stands on invoices
}
