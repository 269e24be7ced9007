package backoffice

import (
	"slices"
	"strings"

	"prolong/billing"
)

// shortPayer writes a payer's name with the short legal form, for lists: in some banks the form
// alone takes two lines. The page of the payment has what the bank wrote.
func shortPayer(name string) string {
	name = strings.TrimSpace(name)
	letters := []rune(name)
	for _, form := range billing.LegalForms {
		long := []rune(form.Long)
		n := len(long)
		if len(letters) <= n || !strings.EqualFold(string(letters[:n]), form.Long) || !slices.Contains([]rune(` "«'`+"\u00a0"), letters[n]) {
			continue
		}
		return form.Short + " " + strings.TrimLeft(string(letters[n:]), " \u00a0")
	}
	return name
}
