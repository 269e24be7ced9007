package match

import (
	"cmp"
	"math"
	"slices"
	"strconv"
)

// Decide decides with the current rule set.
func Decide(p Payment, s *Snapshot) Decision { return Current().Decide(p, s) }

// candidatesShownMax bounds the candidates of a decision.
const candidatesShownMax = 5

// Decide returns the decision on p as of s. It never fails: what cannot be understood goes to
// review.
func (r Ruleset) Decide(p Payment, s *Snapshot) Decision {
	s.mu.RLock()
	defer s.mu.RUnlock()
	d := Decision{RulesetVersion: r.Version, PaymentID: p.ID, Class: ClassReview, Currency: p.Amount.Currency()}
	if p.Amount.Minor() <= 0 || p.Amount.Minor() > maxMinor {
		d.Reason = ReasonNotPositive
		return d
	}
	if ownTransfer(p) {
		d.Class, d.Reason = ClassNotOurs, ReasonOwnTransfer
		return d
	}
	c := r.gather(p, s)
	v := c.judge()
	c.restrain(&v)
	c.fill(&d, v)
	return d
}

// ownTransfer says whether we pay ourselves.
func ownTransfer(p Payment) bool {
	tax, account := cleanID(p.PayerTaxID), cleanID(p.PayerAccount)
	for _, own := range p.OwnTaxIDs {
		if tax != "" && tax == cleanID(own) {
			return true
		}
	}
	for _, own := range p.OwnAccounts {
		if account != "" && account == cleanID(own) {
			return true
		}
	}
	return false
}

// restrain takes the rule away from a verdict that a veto, another currency, a weak sum of
// evidence or the rule set forbids.
func (c *caseFile) restrain(v *verdict) {
	stop := func(reason Reason) {
		v.rule, v.parts = RuleNone, nil
		if v.reason == ReasonNone || reason == ReasonRefund || reason == ReasonRegister || reason == ReasonCurrency || c.text.lost {
			v.reason = reason
		}
	}
	hard, reason := c.hardVetoes(v.agreed && len(c.id.accounts) == 1)
	if len(hard) > 0 {
		v.vetoes = append(v.vetoes, hard...)
		stop(reason)
	}
	if vetoes, reason := c.softVetoes(); len(vetoes) > 0 && !v.agreed {
		v.vetoes = append(v.vetoes, vetoes...)
		if v.rule != RuleNone || (len(c.evidence) == 0 && len(hard) == 0) {
			v.reason = ReasonNone
			stop(reason)
		}
	}
	var accounts []int32
	for _, e := range v.accounts {
		accounts = append(accounts, e.at)
		if e.foreign && len(e.open) == 0 {
			stop(ReasonCurrency)
		}
	}
	if v.rule == RuleNone {
		for _, e := range c.evidence[:min(1, len(c.evidence))] {
			if e.foreign && len(e.open) == 0 && e.id != "" {
				v.reason = ReasonCurrency
			}
		}
		return
	}
	if vetoes, reason := c.partyVetoes(accounts); len(vetoes) > 0 {
		v.vetoes = append(v.vetoes, vetoes...)
		stop(reason)
		return
	}
	if vetoes := c.hiddenCodes(accounts); len(vetoes) > 0 {
		v.vetoes = append(v.vetoes, vetoes...)
		stop(ReasonSeveralAccounts)
		return
	}
	if slices.Contains(c.rules.Disabled, v.rule) {
		stop(ReasonUnconfirmed)
		return
	}
	if v.parts != nil {
		return
	}
	bits, margin := c.lead(v.accounts[0], v.rule)
	switch {
	case margin < c.rules.MarginBitsMin:
		stop(ReasonConflict)
	case !v.held && bits < c.rules.PostBitsMin && v.rule == RuleW3:
		stop(ReasonTypo)
	case !v.held && bits < c.rules.PostBitsMin:
		stop(ReasonUnconfirmed)
	}
}

// lead returns the bits of the account and its lead over the next one, or over anybody at
// all if there is no other candidate. A payer who says that he pays for the account (rule W9)
// is no rival of it.
func (c *caseFile) lead(e *evidence, rule Rule) (bits, margin float64) {
	second := c.prior
	for _, o := range c.evidence {
		if o != e && !(rule == RuleW9 && slices.Contains(c.id.accounts, o.at)) {
			second = max(second, o.bits)
		}
	}
	return e.bits, math.Round((e.bits-second)*10) / 10
}

// fill writes the verdict into the decision.
func (c *caseFile) fill(d *Decision, v verdict) {
	d.Rule, d.Reason, d.Vetoes = v.rule, v.reason, v.vetoes
	d.Facts = slices.Clone(v.facts)
	posted := map[int32]bool{}
	switch {
	case v.rule != RuleNone:
		d.Class, d.Reason = ClassAuto, ReasonNone
		if v.held {
			d.Class = ClassHold
		}
		for _, e := range v.accounts {
			posted[e.at] = true
			d.Facts = append(d.Facts, e.facts...)
		}
		c.post(d, v)
	case v.reason == ReasonNone:
		d.Reason = ReasonNoEvidence
	}
	if d.Class == ClassReview && c.nobodys(d.Reason) {
		d.Class = ClassNotOurs
	}
	top := c.evidence
	if len(v.accounts) > 0 && v.rule == RuleNone {
		top = c.first(v.accounts[0])
	}
	if len(top) > 0 {
		lead := top[0]
		if v.rule != RuleNone {
			lead = v.accounts[0]
		}
		d.Bits, d.Margin = c.lead(lead, v.rule)
	}
	for _, e := range top {
		if !posted[e.at] && len(d.Candidates) < candidatesShownMax {
			d.Candidates = append(d.Candidates, c.candidateOf(e))
		}
	}
}

// first returns the evidence with e moved to the front if nothing beats it by bits.
func (c *caseFile) first(e *evidence) []*evidence {
	out := slices.Clone(c.evidence)
	slices.SortStableFunc(out, func(a, b *evidence) int {
		return cmp.Or(cmp.Compare(b.bits, a.bits), cmp.Compare(boolRank(b == e), boolRank(a == e)))
	})
	return out
}

func boolRank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// nobodys says whether money without any subscriber may be set aside without a person: only
// what a bank itself sends, a register or its own interest.
func (c *caseFile) nobodys(reason Reason) bool {
	return c.id.isBank() && len(c.evidence) == 0 && (reason == ReasonRegister || reason == ReasonBank)
}

// post fills accounts and invoices.
func (c *caseFile) post(d *Decision, v verdict) {
	d.Parts = v.parts
	if d.Parts == nil {
		e := v.accounts[0]
		d.Parts = []Part{{AccountID: c.s.accounts[e.at].id, AmountMinor: c.amount, References: e.refs}}
	}
	if len(d.Parts) == 1 {
		d.AccountID = d.Parts[0].AccountID
	}
	for _, part := range d.Parts {
		e := c.candidate(c.s.byID[part.AccountID])
		what := Allocate(WhatInput{AccountID: part.AccountID, AmountMinor: part.AmountMinor, References: part.References, Open: e.open})
		d.Allocations = append(d.Allocations, what.Allocations...)
		d.Facts = append(d.Facts, whatFact(what, e))
	}
}

// whatFact says in one sentence where the money went and why.
func whatFact(what WhatResult, e *evidence) Fact {
	return Fact{
		Kind: e.amount, Text: "match.what." + string(what.Step), Span: Span{Field: FieldAmount},
		Args: map[string]string{"Numbers": numbersOf(what.Allocations), "Count": strconv.Itoa(len(what.Allocations))},
	}
}

func (c *caseFile) candidateOf(e *evidence) Candidate {
	id := c.s.accounts[e.at].id
	return Candidate{
		AccountID: id, Facts: e.facts, Bits: e.bits, Allocations: e.what.Allocations,
		Part: Part{AccountID: id, AmountMinor: c.amount, References: e.refs},
	}
}

func codeDigits(code uint64) string { return strconv.FormatUint(code, 10) }
