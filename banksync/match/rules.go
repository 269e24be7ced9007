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
	case len(third) == 0 && len(id.learned) > 0 && c.sameOwner(e.at, id.learned):
		// The bank account is another outlet's of the same company: who pays is certain, and
		// the code says for which outlet.
		return FactIM, false
	case len(third) > 0 || len(id.learned) > 0:
		return "", true
	}
	return "", false
}

// sameOwner says whether the account and all the others belong to one tax id.
func (c *caseFile) sameOwner(at int32, others []int32) bool {
	own := c.s.accounts[at].taxIDs()
	return !slices.ContainsFunc(others, func(o int32) bool {
		return !slices.ContainsFunc(c.s.accounts[o].taxIDs(), func(tax string) bool { return slices.Contains(own, tax) })
	})
}

// oneCode decides when exactly one subscriber's code was found.
func (c *caseFile) oneCode(e *evidence) verdict {
	id, conflict := c.identityOf(e)
	v := verdict{accounts: []*evidence{e}}
	exact := e.amount == FactA4 || e.amount == FactA3 || e.amount == FactA2 || e.tie
	v.agreed = !conflict && !e.weak && exact && (id == FactI4 || id == FactIM || id == FactI3)
	if n, unknown := c.unknownNumber(e); unknown && !exact && !(id == FactI4 && c.trifling(n)) {
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
	case e.amount == FactA4 && e.refIsR4 && len(e.named) == 1 && !c.otherDate(e):
		// Code, running number and its sum agree: one chance in ten million, and nothing in the
		// text says otherwise.
		return true
	case e.amount == FactA4, e.amount == FactA2 && len(e.named) > 1:
		return e.context > 0 || e.hasName
	case e.amount == FactA3 || e.tie:
		return e.hasName
	}
	return false
}

// otherDate says whether the text dates an invoice, and on another day than the one it names.
func (c *caseFile) otherDate(e *evidence) bool {
	for _, d := range c.text.dates {
		if !c.text.invoiceDate(d) && !d.announced {
			continue
		}
		if !slices.ContainsFunc(e.named, func(inv OpenInvoice) bool { return inv.IssuedOn == d.date }) {
			return true
		}
	}
	return false
}

// payerNamesAnother says whether the payer's name is another subscriber's, and nothing says that
// he only bears the same name: a tax id of his own, or his word for whom he pays.
func (c *caseFile) payerNamesAnother(e *evidence) bool {
	if len(c.id.payerWords()) == 0 {
		return false
	}
	if slices.ContainsFunc(c.text.parties, func(party partyHit) bool { return party.behalf && c.partyIs(party, []int32{e.at}) }) {
		return false
	}
	if first, _, ok := c.nameInText(e); ok && c.text.behalfBefore(first) {
		return false
	}
	var named []int32
	for _, at := range c.id.namesakes(c.s) {
		known := c.s.accounts[at].taxIDs()
		if own := c.id.ownID(); own == "" || len(known) == 0 || slices.Contains(known, own) {
			named = append(named, at)
		}
	}
	if len(named) == 0 || slices.Contains(named, e.at) {
		return false
	}
	// An outlet's name is the company's with something behind.
	tokens := c.nameOf(e)
	for _, w := range c.id.payerWords() {
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
	// The account's tax id in the text says who is meant, whatever the spelling of the name.
	said := slices.Contains(c.id.actual, e.at) || slices.Contains(c.third, e.at) && len(c.third) == 1
	for _, party := range c.text.parties {
		said = said || (party.behalf && c.partyIs(party, []int32{e.at}))
	}
	if first, _, ok := c.nameInText(e); ok && c.text.behalfBefore(first) {
		said = true
	}
	// A code without a running number names no invoice; the only one with that sum will do.
	exact := e.amount == FactA4 || e.amount == FactA3 && e.ref == FactR4
	if said && exact && !e.weak && e.ref != FactRS && (e.refIsR4 || len(e.named) == 1) {
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

// trifling says whether the number is too short for an invoice of somebody else's: beside the
// payer's own code it is a cash register's, a piece of a date, a count.
func (c *caseFile) trifling(n numberHit) bool {
	return len(n.accounts) == 0 && len(n.key) <= triflingDigitsMax && strings.Trim(n.key, "0123456789") == ""
}

// triflingDigitsMax is the length of a year, the longest number that says nothing.
const triflingDigitsMax = 4

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
