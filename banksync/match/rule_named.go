package match

import "slices"

// byNamedThird is rule W10: somebody who is no client of ours writes for whom he pays, by name and tax
// id, and the sum is what that client owes. Name and tax id are two things that he cannot both have
// from another's papers, and the sum agrees. No number, sum or date may speak of anything else; of the
// words only those count that stop every rule, as behind a code.
func (c *caseFile) byNamedThird() (verdict, bool) {
	id := c.id
	if len(c.third) != 1 || len(id.accounts)+len(id.learned)+len(id.persons)+len(id.actual)+len(c.numbers)+len(c.contracts) > 0 || id.ambient {
		return verdict{}, false
	}
	at := c.third[0]
	named := slices.ContainsFunc(c.text.parties, func(party partyHit) bool {
		return party.behalf && c.partyIs(party, c.third) && c.taxIDBehind(party, c.third)
	})
	// Whoever else the text names may be the one who is meant.
	another := slices.ContainsFunc(c.text.parties, func(party partyHit) bool {
		return !c.partyIs(party, c.third) && !c.ownParty(party) && !sameName(party.tokens, c.id.payerWords())
	})
	e := c.candidate(at)
	if !named || another || e.foreign || (e.amount != FactA2 && e.amount != FactA3 && !e.tie) || c.payerNamesAnother(e) {
		return verdict{}, false
	}
	v := verdict{reason: ReasonThirdParty, accounts: []*evidence{e}}
	if f, ok := c.plainNumbers(e); !ok {
		v.vetoes = append(v.vetoes, f)
		return v, true
	}
	v.rule, v.reason, v.held = RuleW10, ReasonNone, true
	return v, true
}

// knownByAccount returns the account whose contract bank account and whole name are the payer's, where
// no tax id can be compared because we or the bank have none. Nobody else may bear the name.
func (c *caseFile) knownByAccount() *evidence {
	id := c.id
	if len(id.learned) != 1 || len(id.aliased)+len(id.accounts)+len(id.persons)+len(id.actual)+len(c.third) > 0 || id.ambient {
		return nil
	}
	e := c.candidate(id.learned[0])
	if len(c.s.accounts[e.at].taxIDs()) > 0 && id.ownID() != "" {
		return nil // both are known, and they differ
	}
	if named := id.namesakes(c.s); len(named) != 1 || named[0] != e.at {
		return nil
	}
	return e
}

// branchKPP is the КПП of a branch: the head office's has 01 for its reason (digits 5 and 6), and
// stands in the orders of the whole company.
func branchKPP(kpp string) bool { return len(kpp) == 9 && kpp[4:6] != "01" && kpp[4:6] != "00" }

// byBranch is rule W7 for a network whose branch pays for itself: the payer's КПП is a branch's, only
// one account has it, and the sum is what that account owes.
func (c *caseFile) byBranch() (verdict, bool) {
	kpp := cleanID(c.payment.PayerKPP)
	if !branchKPP(kpp) {
		return verdict{}, false
	}
	var found []int32
	for _, at := range c.id.accounts {
		if c.s.accounts[at].kpp() == kpp {
			found = append(found, at)
		}
	}
	if len(found) != 1 || len(c.id.actual)+len(c.third) > 0 {
		return verdict{}, false
	}
	e := c.candidate(found[0])
	if e.amount != FactA3 && e.amount != FactA2 && !e.tie || c.id.ambient || c.payerNamesAnother(e) {
		return verdict{}, false
	}
	v := verdict{reason: ReasonNetwork, accounts: []*evidence{e}}
	if f, ok := c.plain(e); !ok {
		v.vetoes = append(v.vetoes, f)
		return v, true
	}
	e.facts = append(e.facts, Fact{Kind: FactKeyword, Text: "match.fact.branch", Span: Span{Field: FieldPayerTaxID, To: len(c.payment.PayerTaxID)}, Bits: bitsOutlet, Sign: 1,
		Args: map[string]string{"KPP": kpp, "Account": c.s.accounts[e.at].name}})
	c.weigh(e)
	v.rule, v.reason, v.held = RuleW7, ReasonNone, true
	return v, true
}
