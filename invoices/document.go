package invoices

import (
	"fmt"

	"prolong"
	"prolong/billing"
)

// DocumentID identifies a Document.
type DocumentID int64

// DocumentKind says what sort of numbered document it is; each has its own series per seller
// and year.
type DocumentKind string

// The kinds of numbered documents.
const (
	DocumentAct    DocumentKind = "act"    // акт
	DocumentSF     DocumentKind = "sf"     // счёт-фактура, of a supply or of an advance
	DocumentStorno DocumentKind = "storno" // cancels another document
	DocumentUPD    DocumentKind = "upd"    // УПД
)

// Document is an issued numbered document.
type Document struct {
	ID        DocumentID
	SellerID  billing.SellerID
	AccountID billing.AccountID
	InvoiceID InvoiceID
	Kind      DocumentKind
	Number    string
	IssuedOn  prolong.Date
	Period    prolong.Period
	Total     prolong.Money
	Tax       prolong.Money
	Status    string
}

// documentNumber words the n-th document of a year: two digits of the year, six of the
// running number, a Luhn digit. Digits only, found in free text without a prefix, and no
// amount or date passes for it (documents.md section 8).
func documentNumber(year, n int) string {
	s := fmt.Sprintf("%02d%06d", year%100, n)
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return fmt.Sprintf("%s%d", s, (10-sum%10)%10)
}
