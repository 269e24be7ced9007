package match

import "slices"

// partWords say that this is a part of what is owed, aheadWords that it is money for later.
var (
	partStems  = []string{"частичн", "частков", "доплат", "доплач", "остат", "остач", "залиш", "недопла", "болик", "калган"}
	partWords  = wordSet(`часть частью частями частина частиною частинами`)
	aheadStems = []string{"аванс", "предоплат", "передоплат", "передплат", "вперед", "наперед", "заранее", "алдын"}
)

// sumExplained says whether the payer's own sum needs no other explanation than what the account
// owes or pays: an invoice or a set of them, the price of as many months as the text says, his
// price once more, several prices ahead, a part that the text calls a part, an invoice rounded. The
// tax id has said whose money it is; the sum only has to make it likely that he pays for himself,
// so none of these is enough without every word of the text being harmless.
func (c *caseFile) sumExplained(e *evidence) bool {
	switch {
	case e.amount == FactA2, e.amount == FactA3, e.amount == FactA4, e.tie:
		return true
	case c.paysMonths(e):
		return true
	case !slices.Contains(c.id.accounts, e.at):
		return false // a card, an alias, a name: only what is owed to the kopeck
	}
	said := int64(c.text.monthsSaid())
	why := ""
	switch {
	case said > 0 && (said == 1 || c.amount != c.s.accounts[e.at].price*said):
		return false // the text counts months, and they are not his
	case said > 0:
		why = "match.fact.sum_ahead"
	case c.paysPrice(e):
		why = "match.fact.sum_price"
	case c.paysAhead(e):
		why = "match.fact.sum_ahead"
	case c.paysPart(e):
		why = "match.fact.sum_part"
	case c.paysRounded(e):
		why = "match.fact.sum_rounded"
	default:
		return false
	}
	e.facts = append(e.facts, Fact{Kind: FactA1, Text: why, Span: Span{Field: FieldAmount}, Bits: bitsAmountWeak, Sign: 1, Args: map[string]string{"Amount": c.payment.Amount.String()}})
	return true
}

// paysPrice is the price of one period though no invoice of that sum is open: paid twice, or before
// the invoice.
func (c *caseFile) paysPrice(e *evidence) bool { return c.amount == c.s.accounts[e.at].price }

// paysAhead is a whole number of prices under a word that says "in advance". The word is needed:
// three prices may as well be another client's one.
func (c *caseFile) paysAhead(e *evidence) bool {
	price := c.s.accounts[e.at].price
	if price <= 0 || c.amount%price != 0 || c.amount/price > aheadPeriodsMax {
		return false
	}
	_, ahead := c.stemAt(aheadStems)
	return ahead
}

// aheadPeriodsMax bounds how many periods one pays ahead.
const aheadPeriodsMax = 12

// paysPart is less than what is owed, and the text says so.
func (c *caseFile) paysPart(e *evidence) bool {
	owed, ok := residuals(e.open)
	if !ok || c.amount >= owed {
		return false
	}
	if _, part := c.stemAt(partStems); part {
		return true
	}
	return slices.ContainsFunc(c.text.tokens, func(tok token) bool { return tok.kind == tokenWord && inSet(partWords, tok.text) })
}

// paysRounded is an invoice but for kopecks. A wider difference says nothing: price lists hold 1490
// beside 1500, and three months of one plan are a little more than a year of another.
func (c *caseFile) paysRounded(e *evidence) bool {
	owed := make([]int64, 0, len(e.open)+1)
	for _, inv := range e.open {
		owed = append(owed, inv.ResidualMinor)
	}
	if sum, ok := residuals(e.open); ok {
		owed = append(owed, sum)
	}
	return slices.ContainsFunc(owed, func(x int64) bool {
		diff := c.amount - x
		return x > 0 && -roundedMax < diff && diff < roundedMax && x >= roundedOfMin
	})
}

const (
	roundedMax   = 100    // one rouble, hryvnia, tenge: less than that is rounding
	roundedOfMin = 10_000 // of a hundred at least
)
