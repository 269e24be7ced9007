package match

import (
	"slices"
	"strings"
)

// cutDigitsMin is how many digits of a code must be left at the end of a text that was cut: five
// are another vendor's number once in a hundred thousand times, and the sum must agree besides.
const cutDigitsMin = 5

// byCutCode is rule W3 for a number that the end of the field cut off: the beginning of the payer's
// own code, the last thing in the text, with his tax id and the exact sum.
func (c *caseFile) byCutCode(e *evidence, n numberHit) (verdict, bool) {
	code := codeDigits(c.s.accounts[e.at].code)
	exact := e.amount == FactA4 || e.amount == FactA3 || e.amount == FactA2 || e.tie
	switch {
	case c.s.accounts[e.at].code == 0 || !exact || len(n.accounts) > 0:
		return verdict{}, false
	case len(c.numbers) > 1 || n.first != n.last || n.last != len(c.text.tokens)-1:
		return verdict{}, false
	case len(n.key) < cutDigitsMin || len(n.key) >= len(code) || !strings.HasPrefix(code, n.key):
		return verdict{}, false
	case !slices.Equal(c.id.accounts, []int32{e.at}) || len(c.third) > 0 || len(c.id.actual) > 0 || c.id.ambient:
		return verdict{}, false
	}
	span := c.tokenSpan(n.first, n.last)
	e.facts = append(e.facts, Fact{Kind: FactR1, Text: "match.fact.code_cut", Span: span, Bits: bitsMistyped, Sign: 1,
		Args: map[string]string{"Written": c.text.original(span), "Code": code}})
	c.weigh(e)
	return verdict{rule: RuleW3, accounts: []*evidence{e}, agreed: true}, true
}
