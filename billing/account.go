package billing

import (
	"time"

	"prolong"
)

// AccountID identifies an Account.
type AccountID int64

// Account is a client business of the vendor with the requisites that go on documents.
type Account struct {
	ID          AccountID
	ExternalID  string // the vendor's own id, stable
	SellerID    SellerID
	PaymentCode prolong.PaymentCode
	Name        string
	LegalForm   string
	Country     prolong.Country
	TaxID       prolong.TaxID
	KPP         string
	Address     string
	Email       string
	Phone       string
	BankAccount string
	BankBIC     string
	// Signatory signs for the client, as SignatoryTitle; empty: the line is left for the pen.
	Signatory      string
	SignatoryTitle string
	Language       string
	CreatedAt      time.Time
	ClosedAt       time.Time
}

// LegalName returns the name with its legal form in front, unless the name has it already.
func (a Account) LegalName() string { return LegalName(a.LegalForm, a.Name) }

// LanguageOf returns the language in which a client of the country is written to until he
// chooses another.
func LanguageOf(country prolong.Country) string {
	switch country {
	case prolong.Ukraine:
		return "uk"
	case prolong.Russia, prolong.Belarus, prolong.Kazakhstan:
		return "ru"
	}
	return "en"
}
