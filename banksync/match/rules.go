package match

import (
	"slices"
	"strings"
)

// verdict is what the rules say before vetoes, margin and currency are looked at.
type verdict struct {
	rule     Rule
	reason   Reason
	accounts []*evidence // to post to; the first is the only one unless rule is W8 or W7-all
	parts    []Part      // of a split; nil for one account
	held     bool
	agreed   bool // code, payer and sum all agree: words cannot outweigh that
	facts    []Fact
	vetoes   []Fact
}

func review(reason Reason) verdict { return verdict{reason: reason} }

// judge applies the WHO rules of reference 5.3.
func (c *caseFile) judge() verdict {
	coded := c.coded()
	switch {
	case len(coded) > 1:
		return c.several(coded)
	case len(coded) == 1:
		return c.oneCode(coded[0])
	}
	return c.noCode()
}

// coded returns the accounts whose valid code is in the text or in the structured slot.
func (c *caseFile) coded() []*evidence {
	var out []*evidence
	for _, e := range c.evidence {
		if refRank(e.ref) >= refRank(FactRS) {
			out = append(out, e)
		}
	}
	return out
}

// identityOf says how the account is identified: I4, IM, I3, I2 or nothing, and whether
// something identifies the payer as another subscriber (IX).
func (c *caseFile) identityOf(e *evidence) (FactKind, bool) {
	id := c.id
	learned := slices.Contains(id.learned, e.at)
	switch {
	case slices.Contains(id.accounts, e.at):
		if id.network() {
			return FactIM, false
		}
		return FactI4, false
	case len(id.accounts) > 0:
		// A person confirmed that this payer pays for this account.
		if learned {
			return FactI2, false
		}
		if slices.Contains(id.actual, e.at) || slices.Contains(c.third, e.at) {
			return FactI3, true
		}
		return "", true
	}
	third := union(union(union(nil, id.actual), c.third), id.persons)
	switch {
	case slices.Contains(third, e.at):
		return FactI3, len(id.actual) > 0 && !slices.Contains(id.actual, e.at)
	case learned:
		return FactI2, len(third) > 0
	case len(third) > 0 || len(id.learned) > 0:
		return "", true
	}
	return "", false
}

// oneCode decides when exactly one subscriber's code was found.
func (c *caseFile) oneCode(e *evidence) verdict {
	id, conflict := c.identityOf(e)
	v := verdict{accounts: []*evidence{e}}
	exact := e.amount == FactA4 || e.amount == FactA3 || e.amount == FactA2 || e.tie
	v.agreed = !conflict && !e.weak && exact && (id == FactI4 || id == FactIM || id == FactI3)
	if n, unknown := c.unknownNumber(e); unknown && !exact {
		// A second number that is nobody's, and a sum that does not confirm the first.
		v.reason, v.rule = ReasonForeignNumber, RuleNone
		v.facts = append(v.facts, c.unknownFact(n))
		return v
	}
	if r, other := c.otherRepair(e); other {
		// Beside the code stands a number that is a slip of the pen away from another
		// subscriber's.
		span := c.text.span(r.from, r.to)
		v.agreed, v.reason = false, ReasonSeveralAccounts
		v.facts = append(v.facts, Fact{Kind: FactRX, Text: "match.fact.several", Span: span, Sign: -1})
		return v
	}
	switch {
	case conflict:
		return c.thirdPays(e, v)
	case e.ref == FactR5:
		v.rule = RuleW1
	case id == FactIM:
		v.rule = RuleW7
	case id == FactI4 || id == FactI3 || id == FactI2:
		v.rule = RuleW1
		if e.ref == FactRS {
			v.rule = RuleW4
		}
	case c.unknownPayer(e):
		v.rule = RuleW2
	default:
		v.reason = ReasonUnconfirmed
	}
	return v
}

// otherRepair returns a number after an invoice word that resembles other subscribers' codes
// and not this one's.
func (c *caseFile) otherRepair(e *evidence) (repairHit, bool) {
	for _, r := range c.repairs {
		if r.anchored && !slices.Contains(r.accounts, e.at) {
			return r, true
		}
	}
	return repairHit{}, false
}

// unknownPayer is rule W2: nobody knows the payer, but the number, the exact sum and one more
// thing agree. A name that equals the account's makes up for a missing running number.
func (c *caseFile) unknownPayer(e *evidence) bool {
	if e.weak || e.ref == FactRS || c.payerNamesAnother(e) {
		return false
	}
	switch {
	case e.amount == FactA4, e.amount == FactA2 && len(e.named) > 1:
		return e.context > 0 || e.hasName
	case e.amount == FactA3 || e.tie:
		return e.hasName
	}
	return false
}

// payerNamesAnother says whether the payer's name is another subscriber's.
func (c *caseFile) payerNamesAnother(e *evidence) bool {
	if len(c.id.payer) == 0 {
		return false
	}
	named := c.id.namesakes(c.s)
	if len(named) == 0 || slices.Contains(named, e.at) {
		return false
	}
	// An outlet's name is the company's with something behind.
	tokens := c.nameOf(e)
	for _, w := range c.id.payer {
		if !slices.Contains(tokens, w) {
			return true
		}
	}
	return false
}

// thirdPays is rule W9: the payer is another subscriber of ours. Only an open invoice, its
// exact sum and the payer's own word for whom he pays are enough.
func (c *caseFile) thirdPays(e *evidence, v verdict) verdict {
	v.agreed = false
	said := slices.Contains(c.id.actual, e.at)
	tokens := c.nameOf(e)
	for _, party := range c.text.parties {
		said = said || (party.behalf && sameName(party.tokens, tokens))
	}
	for _, party := range c.text.parties {
		// "за ООО … ИНН …" with the account's tax id, whatever the spelling of the name.
		said = said || (party.behalf && slices.Contains(c.third, e.at) && len(c.third) == 1)
	}
	if said && e.refIsR4 && e.amount == FactA4 && !e.weak {
		v.rule = RuleW9
		return v
	}
	v.reason = ReasonThirdParty
	return v
}

// unknownNumber returns a number after an invoice word that we never issued to this account.
func (c *caseFile) unknownNumber(e *evidence) (numberHit, bool) {
	for _, n := range c.numbers {
		if !slices.Contains(n.accounts, e.at) && !c.explained(n, e) && !c.repairedAs(n, e) && !c.cutOff(n, e) {
			return n, true
		}
	}
	return numberHit{}, false
}

// cutOff says whether the number is the beginning of the account's code at the very end of the
// text, after the whole code was found: the bank doubled the field and cut it.
func (c *caseFile) cutOff(n numberHit, e *evidence) bool {
	return n.last == len(c.text.tokens)-1 && refRank(e.ref) >= refRank(FactRS) && strings.HasPrefix(codeDigits(c.s.accounts[e.at].code), n.key)
}

// repairedAs says whether the number is the one that was repaired to the account's code.
func (c *caseFile) repairedAs(n numberHit, e *evidence) bool {
	return slices.ContainsFunc(c.repairs, func(r repairHit) bool {
		return slices.Contains(r.accounts, e.at) && n.first <= r.last && r.first <= n.last
	})
}

// explained says whether the number is the running number of the account's open invoice,
// written without the code but with the right date.
func (c *caseFile) explained(n numberHit, e *evidence) bool {
	if n.dated.IsZero() || len(n.key) > 4 {
		return false
	}
	return slices.ContainsFunc(e.open, func(inv OpenInvoice) bool {
		running, ok := runningNumber(c.s.accounts[e.at].code, inv.Number)
		return ok && inv.IssuedOn == n.dated && n.key == refKey(c.s.accounts[e.at].number(running)[len(codeDigits(c.s.accounts[e.at].code))+1:])
	})
}

func (c *caseFile) unknownFact(n numberHit) Fact {
	span := c.tokenSpan(n.first, n.last)
	return Fact{Kind: FactRU, Text: "match.fact.unknown_number", Span: span, Sign: -1, Args: map[string]string{"Number": c.text.original(span)}}
}

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
		return v
	}
	return verdict{rule: RuleW8, accounts: coded, parts: parts, facts: v.facts, agreed: true}
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
	if len(c.id.aliased) == 1 && len(c.id.learned) == 1 && len(c.id.persons) == 0 {
		return c.byAlias(c.candidate(c.id.aliased[0]))
	}
	if len(c.id.actual)+len(c.third)+len(c.id.persons)+len(c.id.learned) > 0 {
		return review(ReasonThirdParty)
	}
	if len(c.numbers) > 0 {
		return review(ReasonForeignNumber)
	}
	return review(ReasonNoEvidence)
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
	if n, unknown := c.unknownNumber(target); unknown {
		v := review(ReasonForeignNumber)
		v.facts = append(v.facts, c.unknownFact(n))
		return v, true
	}
	id, _ := c.identityOf(target)
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
		e.facts = append(e.facts, Fact{Kind: FactKeyword, Text: "match.fact.alias_keyword", Span: span, Bits: bitsAccount, Sign: 1, Args: map[string]string{"Word": c.text.original(span)}})
		c.weigh(e)
		return verdict{rule: RuleW7, accounts: []*evidence{e}}
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
		v.reason = ReasonForeignNumber
		v.facts = append(v.facts, c.unknownFact(n))
		return v
	}
	if len(c.third) > 0 || len(c.id.actual) > 0 {
		v.reason = ReasonThirdParty
		return v
	}
	if e.amount == FactA0 || (e.amount == FactA1 && !e.tie) {
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
