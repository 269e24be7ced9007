package match

import (
	"slices"

	"prolong"
)

// hiddenCodes are vetoes for numbers that were read as something else (an account, a sum, a date)
// and are, digit for digit, the code of another subscriber: whatever the words before it say, the
// payer may have meant it. "Расч. сч. 72969415-01, 55136450-01" names two clients, though
// "расч. сч." is what people write before a bank account. The check digits make a chance agreement
// rarer than one in a hundred thousand numbers, so nothing is lost by asking a person.
func (c *caseFile) hiddenCodes(accounts []int32) (vetoes []Fact) {
	for i, tok := range c.text.tokens {
		if tok.kind != tokenNumber || len(tok.text) != prolong.PaymentCodeDigits && len(tok.text) != prolong.PaymentCodeDigitsLong {
			continue
		}
		switch tok.claim {
		case claimCode, claimTaxID, claimPhone:
			continue
		default:
		}
		at, ok := c.s.lookup(tok.text)
		if !ok || slices.Contains(accounts, at) {
			continue
		}
		span := c.tokenSpan(i, i)
		vetoes = append(vetoes, veto("match.veto.other_code", span, map[string]string{"Number": c.text.original(span)}))
	}
	return vetoes
}
