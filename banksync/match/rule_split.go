package match

import (
	"slices"
)

// several decides when codes of several subscribers were found (RX): only a split that the
// payer spelled out sum by sum, or outlets of one network paid exactly.
func (c *caseFile) several(coded []*evidence) verdict {
	v := verdict{reason: ReasonSeveralAccounts}
	v.facts = append(v.facts, Fact{Kind: FactRX, Text: "match.fact.several", Span: Span{Field: FieldPurpose}, Sign: -1})
	for _, e := range coded {
		if e.weak || e.ref == FactR5 || e.foreign {
			return v
		}
	}
	if _, unknown := c.unknownNumber(coded[0]); unknown {
		return v
	}
	known := len(c.id.accounts) == 0 && len(c.id.learned) == 0 && len(c.id.actual) == 0 && len(c.id.persons) == 0
	for _, e := range coded {
		known = known || slices.Contains(c.id.accounts, e.at) || slices.Contains(c.id.learned, e.at)
	}
	if !known {
		return v
	}
	parts := c.listedParts(coded)
	if parts == nil && len(c.id.accounts) > 1 {
		parts = c.networkParts(coded)
	}
	if parts == nil {
		parts = c.namedParts(coded)
	}
	if parts == nil {
		return v
	}
	return verdict{rule: RuleW8, accounts: coded, parts: parts, facts: v.facts, agreed: true}
}

// namedParts splits among the invoices that the payer numbered in full, code and running number
// behind an invoice word, when all of them are open and together make the payment to the kopeck:
// what nobody could write by chance needs no list of sums.
func (c *caseFile) namedParts(coded []*evidence) []Part {
	numbered := map[int32]int{}
	for _, h := range c.hits {
		if !h.anchored || h.how == howRepair || len(h.running) == 0 {
			return nil
		}
		numbered[h.account] += len(h.running)
	}
	var parts []Part
	rest := c.amount
	for _, e := range coded {
		sum, ok := residuals(e.named)
		if !ok || len(e.named) == 0 || len(e.named) < len(e.refs) || numbered[e.at] < len(e.named) || sum == 0 || sum > rest {
			return nil
		}
		rest -= sum
		parts = append(parts, Part{AccountID: c.s.accounts[e.at].id, AmountMinor: sum, References: e.refs})
	}
	if rest != 0 {
		return nil
	}
	return parts
}

// listedParts reads the sum behind every code. Each must be the residual of an invoice of
// that account, and together they must be the payment.
func (c *caseFile) listedParts(coded []*evidence) []Part {
	sums := map[int32]int64{}
	for i, h := range c.hits {
		end := len(c.text.tokens)
		if i+1 < len(c.hits) {
			end = c.hits[i+1].first
		}
		sum, ok := c.listedSum(h.last+1, end)
		if !ok {
			return nil
		}
		// The same again is a field that the bank doubled.
		if said, twice := sums[h.account]; twice && said != sum {
			return nil
		}
		sums[h.account] = sum
	}
	var parts []Part
	rest := c.amount
	for _, e := range coded {
		sum := sums[e.at]
		what := Allocate(WhatInput{AccountID: c.s.accounts[e.at].id, AmountMinor: sum, References: e.refs, Open: e.open})
		fits := what.Step == StepReferenced || (len(e.named) == 0 && what.Step == StepExact)
		if !fits || sum > rest {
			return nil
		}
		rest -= sum
		parts = append(parts, Part{AccountID: c.s.accounts[e.at].id, AmountMinor: sum, References: e.refs})
	}
	if rest != 0 {
		return nil
	}
	return parts
}

// listedSum returns the first sum between two codes that is not VAT.
func (c *caseFile) listedSum(from, to int) (int64, bool) {
	for i := from; i < to; i++ {
		tok := c.text.tokens[i]
		if tok.kind != tokenNumber {
			continue
		}
		for _, sum := range c.text.sums {
			if sum.first == i && !sum.vat {
				return sum.minor, true
			}
		}
	}
	return 0, false
}

// networkParts splits among outlets of the payer's own network when their named invoices
// make the payment exactly.
func (c *caseFile) networkParts(coded []*evidence) []Part {
	var parts []Part
	rest := c.amount
	for _, e := range coded {
		sum, ok := residuals(e.named)
		if len(e.named) == 0 && len(e.open) == 1 {
			sum, ok = e.open[0].ResidualMinor, true
		}
		if !ok || sum == 0 || sum > rest || !slices.Contains(c.id.accounts, e.at) {
			return nil
		}
		rest -= sum
		parts = append(parts, Part{AccountID: c.s.accounts[e.at].id, AmountMinor: sum, References: e.refs})
	}
	if rest != 0 {
		return nil
	}
	return parts
}
