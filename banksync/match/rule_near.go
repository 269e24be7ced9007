package match

import (
	"slices"
	"strings"
)

// twiceMistyped says whether the number is the account's code with two slips of the pen. It counts
// only beside the payer's own tax id and the exact sum: among all numbers of eight digits one in
// forty thousand is so near to a given code, and the payer has one code only.
func (c *caseFile) twiceMistyped(n numberHit, e *evidence) bool {
	code := codeDigits(c.s.accounts[e.at].code)
	if c.s.accounts[e.at].code == 0 || len(n.accounts) > 0 {
		return false
	}
	var digits strings.Builder
	for k := n.first; k <= n.last; k++ {
		tok := c.text.tokens[k]
		switch tok.kind {
		case tokenNumber:
			digits.WriteString(tok.text)
		case tokenWord:
			return false
		case tokenSign:
			if tok.text != "." && tok.text != "-" && tok.text != "/" {
				return false
			}
		}
		if digits.Len() < len(code)-1 {
			continue
		}
		// The code ends here, or this was a piece of it. What follows is a running number.
		if digits.Len() <= len(code)+1 && slips(digits.String(), code) <= slipsMax {
			return true
		}
	}
	return false
}

// slipsMax is how many slips of the pen are forgiven to a payer who is known by his tax id.
const slipsMax = 2

// slips counts the wrong, missing, superfluous and exchanged neighbouring digits between two
// numbers (optimal string alignment).
func slips(a, b string) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		last := before
		before, row = row, make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(before[j]+1, row[j-1]+1, before[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], last[j-2]+1)
			}
		}
	}
	return row[len(b)]
}

// byOwnCode is rule W3 for a number that is nobody's and nearly the payer's own.
func (c *caseFile) byOwnCode(e *evidence, n numberHit) (verdict, bool) {
	exact := e.amount == FactA4 || e.amount == FactA3 || e.amount == FactA2 || e.tie
	other := slices.ContainsFunc(c.numbers, func(o numberHit) bool {
		return (o.first != n.first || o.last != n.last) && !c.explained(o, e) && !c.trifling(o) && !c.twiceMistyped(o, e)
	})
	if !exact || other || !slices.Equal(c.id.accounts, []int32{e.at}) || len(c.third) > 0 || len(c.id.actual) > 0 || !c.twiceMistyped(n, e) {
		return verdict{}, false
	}
	span := c.tokenSpan(n.first, n.last)
	e.facts = append(e.facts, Fact{Kind: FactR1, Text: "match.fact.repaired_twice", Span: span, Bits: bitsMistyped, Sign: 1,
		Args: map[string]string{"Written": c.text.original(span), "Code": codeDigits(c.s.accounts[e.at].code)}})
	c.weigh(e)
	return verdict{rule: RuleW3, accounts: []*evidence{e}, agreed: true}, true
}
