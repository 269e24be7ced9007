package match

import (
	"strconv"

	"prolong"
)

// Decide decides with the current rule set.
func Decide(p Payment, s *Snapshot) Decision { return Current().Decide(p, s) }

// Decide returns the decision on p as of s. It never fails: what cannot be understood goes to
// review.
func (r Ruleset) Decide(p Payment, s *Snapshot) Decision {
	s.mu.RLock()
	defer s.mu.RUnlock()
	d := Decision{RulesetVersion: r.Version, PaymentID: p.ID, Class: ClassReview, Reason: ReasonNoEvidence, Currency: p.Amount.Currency()}
	if p.Amount.Minor() <= 0 {
		d.Reason = ReasonNotPositive
		return d
	}
	for from := 0; from < len(p.Purpose); {
		to := from
		for to < len(p.Purpose) && '0' <= p.Purpose[to] && p.Purpose[to] <= '9' {
			to++
		}
		text := p.Purpose[from:to]
		if prolong.ValidPaymentCode(text) {
			code, _ := strconv.ParseUint(text, 10, 64)
			if at, ok := s.byCode[code]; ok && s.accounts[at].taxID == cleanID(p.PayerTaxID) {
				a := &s.accounts[at]
				d.Class, d.Reason, d.Rule, d.AccountID = ClassAuto, ReasonNone, RuleW1, a.id
				part := Part{AccountID: a.id, AmountMinor: p.Amount.Minor()}
				d.Parts = []Part{part}
				d.Allocations = Allocate(WhatInput{AccountID: a.id, AmountMinor: part.AmountMinor, Open: a.openInvoices()}).Allocations
				return d
			}
		}
		from = to + 1
	}
	return d
}
