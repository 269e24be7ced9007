package match

import (
	"slices"
)

// noCode decides without a valid code: legacy numbers, repairs, networks, tax id and sum.
func (c *caseFile) noCode() verdict {
	if v, ok := c.byLegacyNumber(); ok {
		return v
	}
	if v, ok := c.byRepair(); ok {
		return v
	}
	if c.id.network() {
		return c.byNetwork()
	}
	if len(c.id.accounts) == 1 {
		return c.byTaxIDAndSum(c.candidate(c.id.accounts[0]))
	}
	if e := c.personHimself(); e != nil {
		return c.byTaxIDAndSum(e)
	}
	if len(c.id.aliased) == 1 && len(c.id.learned) == 1 && len(c.id.persons) == 0 {
		return c.byAlias(c.candidate(c.id.aliased[0]))
	}
	if e := c.knownByAccount(); e != nil {
		return c.bySum(e)
	}
	if v, ok := c.byNamedThird(); ok {
		return v
	}
	if len(c.id.actual)+len(c.third)+len(c.id.persons)+len(c.id.learned) > 0 {
		return review(ReasonThirdParty)
	}
	if len(c.numbers) > 0 {
		return review(ReasonForeignNumber)
	}
	return review(ReasonNoEvidence)
}

// personHimself returns the account of the entrepreneur whose own tax id stands in the line of his
// bank: "ПАО СБЕРБАНК//ИВАНОВ ИВАН ИВАНОВИЧ//…//381505107980//". He pays from his card instead of
// his business account, and the number says so as surely as the payer's tax id would.
func (c *caseFile) personHimself() *evidence {
	id := c.id
	if len(id.persons) != 1 || len(id.accounts) > 0 || len(id.actual) > 0 || id.personAt.Field != FieldPayerName {
		return nil
	}
	if len(id.learned) > 0 && !slices.Equal(id.learned, id.persons) {
		return nil
	}
	return c.candidate(id.persons[0])
}

// byLegacyNumber is rule W6, and W7 for a network.
func (c *caseFile) byLegacyNumber() (verdict, bool) {
	var legacy []*evidence
	for _, e := range c.evidence {
		if e.ref == FactR2 {
			legacy = append(legacy, e)
		}
	}
	if len(legacy) == 0 {
		return verdict{}, false
	}
	var own []*evidence
	for _, e := range legacy {
		if slices.Contains(c.id.accounts, e.at) {
			own = append(own, e)
		}
	}
	if len(own) != 1 {
		return review(ReasonThirdParty), true
	}
	for _, n := range c.numbers {
		// Every number must be this account's, or nobody knows which one counts.
		if !slices.Contains(n.accounts, own[0].at) {
			v := review(ReasonForeignNumber)
			v.facts = append(v.facts, c.unknownFact(n))
			return v, true
		}
	}
	rule := RuleW6
	if c.id.network() {
		rule = RuleW7
	}
	return verdict{rule: rule, accounts: own}, true
}

// byRepair is rule W3: exactly one code is one error away, and an identity confirms it.
func (c *caseFile) byRepair() (verdict, bool) {
	if len(c.repairs) == 0 {
		return verdict{}, false
	}
	var target *evidence
	conflict := false
	for i := range c.repairs {
		r := &c.repairs[i]
		e := c.repairTarget(r)
		if e == nil {
			conflict = conflict || r.anchored
			continue
		}
		switch {
		case target == nil:
			target = e
		case target.at != e.at:
			conflict = true
		}
	}
	switch {
	case target == nil:
		// Bare numbers resemble somebody's code now and then; that alone says nothing.
		if !slices.ContainsFunc(c.repairs, func(r repairHit) bool { return r.anchored }) {
			return verdict{}, false
		}
		return review(ReasonTypo), true
	case conflict:
		return review(ReasonTypo), true
	}
	id, _ := c.identityOf(target)
	if n, unknown := c.unknownNumber(target); unknown && !(id == FactI4 && c.trifling(n)) {
		v := review(ReasonForeignNumber)
		v.facts = append(v.facts, c.unknownFact(n))
		return v, true
	}
	exact := target.amount == FactA4 || target.amount == FactA3 || target.amount == FactA2 || target.tie
	if id == FactIM && slices.Contains(c.id.learned, target.at) {
		id = FactI2 // the network's tax id, and this outlet's own bank account
	}
	v := verdict{rule: RuleW3, accounts: []*evidence{target}, agreed: exact && id == FactI4}
	// A tax id that several share, or that is not the payer's, needs the sum besides.
	if id != FactI4 && id != FactI2 && !exact {
		return verdict{reason: ReasonTypo, accounts: v.accounts}, true
	}
	return v, true
}

// repairTarget returns the account that a repair stands for and that an identity confirms. A
// number near to several codes counts if one of them is the payer's own: that two codes are
// both one error away from what somebody wrote, and one of them is his by chance, happens
// less than once in a hundred thousand mistyped numbers.
func (c *caseFile) repairTarget(r *repairHit) *evidence {
	var found *evidence
	for _, at := range r.accounts {
		e := c.candidate(at)
		id, other := c.identityOf(e)
		if other || id == "" || (len(r.accounts) > 1 && id != FactI4) {
			continue
		}
		if found != nil {
			return nil
		}
		found = e
	}
	return found
}

// byNetwork is rule W7 without a number: a learned keyword, or the whole network settled.
func (c *caseFile) byNetwork() verdict {
	v := verdict{reason: ReasonNetwork}
	if len(c.numbers) > 0 {
		v.reason = ReasonForeignNumber
		v.facts = append(v.facts, c.unknownFact(c.numbers[0]))
		return v
	}
	if e, word := c.keywordOutlet(); e != nil {
		if e.amount == FactA0 || e.amount == "" {
			return v
		}
		span := c.tokenSpan(word, word)
		e.facts = append(e.facts, Fact{Kind: FactKeyword, Text: "match.fact.alias_keyword", Span: span, Bits: bitsAccount, Sign: 1, Args: map[string]string{"Word": c.text.original(span), "Value": KeywordValue(c.payment.PayerAccount, c.text.tokens[word].text)}})
		c.weigh(e)
		return verdict{rule: RuleW7, accounts: []*evidence{e}}
	}
	if named, ok := c.byOutletName(); ok {
		return named
	}
	if branch, ok := c.byBranch(); ok {
		return branch
	}
	return c.wholeNetwork(v)
}

// keywordConfirmationsMin is how often a person must have confirmed that a word of the
// purpose means an outlet.
const keywordConfirmationsMin = 2

// keywordOutlet returns the outlet that the words of the purpose stand for, if they all mean
// the same one, and one of these words.
func (c *caseFile) keywordOutlet() (found *evidence, word int) {
	account := cleanID(c.payment.PayerAccount)
	if account == "" {
		return nil, 0
	}
	for i, tok := range c.text.tokens {
		if tok.kind == tokenSign {
			continue
		}
		rows := c.s.aliases[aliasKey{AliasKeyword, account + " " + tok.text}]
		id, ok := aliasTarget(rows)
		if !ok {
			if len(rows) > 0 {
				return nil, 0
			}
			continue
		}
		confirmed := slices.ContainsFunc(rows, func(a Alias) bool { return a.AccountID == id && a.Confirmations >= keywordConfirmationsMin })
		at, known := c.s.byID[id]
		if !confirmed || !known || !slices.Contains(c.id.accounts, at) {
			continue
		}
		e := c.candidate(at)
		if found != nil && found.at != at {
			return nil, 0
		}
		found, word = e, i
	}
	return found, word
}

// wholeNetwork settles every open invoice of a network that the payment covers exactly. One
// open invoice is not enough: it may be an outlet's that has paid while another's is not yet
// issued.
func (c *caseFile) wholeNetwork(v verdict) verdict {
	if len(c.id.accounts) > outletsShownMax {
		return v
	}
	var parts []Part
	var accounts []*evidence
	count := 0
	rest := c.amount
	for _, at := range c.id.accounts {
		e := c.candidate(at)
		if len(e.open) == 0 {
			continue
		}
		sum, ok := residuals(e.open)
		if !ok || e.foreign || sum > rest {
			return v
		}
		rest -= sum
		count += len(e.open)
		accounts = append(accounts, e)
		parts = append(parts, Part{AccountID: c.s.accounts[at].id, AmountMinor: sum})
	}
	if rest != 0 || count < 2 || len(parts) < 2 {
		return v
	}
	if f, ok := c.plain(accounts[0]); !ok {
		v.reason = ReasonSubject
		v.vetoes = append(v.vetoes, f)
		return v
	}
	return verdict{rule: RuleW7All, accounts: accounts, parts: parts, held: true}
}

// byTaxIDAndSum is rule W5: the payer is one account's, the sum is what it owes, and nothing
// in the text speaks of anything else. It is held until the end of the day.
func (c *caseFile) byTaxIDAndSum(e *evidence) verdict {
	if c.id.ambient || c.payerNamesAnother(e) {
		return verdict{reason: ReasonThirdParty, accounts: []*evidence{e}}
	}
	return c.bySum(e)
}

// byAlias is rule W5 for a payer who is no subscriber, and of whom a person has said that he
// always pays for this account (reference 5.4: an alias still needs a reference or the sum).
func (c *caseFile) byAlias(e *evidence) verdict { return c.bySum(e) }

func (c *caseFile) bySum(e *evidence) verdict {
	v := verdict{reason: ReasonAmount, accounts: []*evidence{e}}
	if n, unknown := c.unknownNumber(e); unknown {
		if near, ok := c.byOwnCode(e, n); ok {
			return near
		}
		if cut, ok := c.byCutCode(e, n); ok {
			return cut
		}
		v.reason = ReasonForeignNumber
		v.facts = append(v.facts, c.unknownFact(n))
		return v
	}
	if len(c.third) > 0 || len(c.id.actual) > 0 {
		v.reason = ReasonThirdParty
		return v
	}
	if !c.sumExplained(e) {
		return v
	}
	if f, ok := c.plain(e); !ok {
		v.reason = ReasonSubject
		if f.Text == "match.veto.unknown_number" {
			v.reason = ReasonForeignNumber
		}
		v.vetoes = append(v.vetoes, f)
		return v
	}
	v.rule, v.reason, v.held = RuleW5, ReasonNone, true
	return v
}
