package backoffice

import "prolong/billing"

// shortPayer writes a payer's name with the short legal form, for lists: in some banks the form
// alone takes two lines. The page of the payment has what the bank wrote.
func shortPayer(name string) string { return billing.ShortLegalName(name) }
