package match

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"prolong"
)

// Weights in bits, log2(m/u), from reference 5.3. They rank, measure the lead over the second
// candidate and explain; the rules themselves are discrete. The u-values are assumptions
// until a pilot re-estimates them.
const (
	bitsStructured = 30.0
	bitsAnchored   = 24.0
	bitsBare       = 22.0
	bitsRunning    = 4.0 // the running number behind the code is an open invoice's
	bitsLong       = 6.6 // a code of ten digits is a hundred times rarer
	bitsRepaired   = 14.0
	bitsMistyped   = 8.0 // two slips of the pen away from the payer's own code
	bitsOutlet     = 12.0
	bitsLegacy     = 10.0
	bitsTaxID      = 20.7
	bitsThird      = 20.0 // a tax id in the text or of the actual payer
	bitsAccount    = 16.0
	bitsNameMax    = 10.0
	bitsNearTaxID  = 12.0
	bitsProposed   = 8.0 // a candidate alias: a person has said so once
	bitsAmount     = 3.1
	bitsAmountWeak = 1.0
	bitsContext    = 5.0
	bitsName       = 6.0
)

// evidence is what speaks for one account.
type evidence struct {
	at       int32
	ref      FactKind // R5..R1, RS or empty
	refIsR4  bool     // anchored code, whether or not the invoice is open
	weak     bool     // the code stands where a contract or act number belongs
	repaired *repairHit
	id       FactKind // I4, I3, I2, IM, I1 or empty
	amount   FactKind
	tie      bool // amount fits several equal invoices
	named    []OpenInvoice
	refs     []Reference
	open     []OpenInvoice
	foreign  bool // open invoices exist, but in another currency
	context  int
	hasName  bool
	facts    []Fact
	bits     float64
	what     WhatResult
	name     []string // identifying words of the account's name, filled by nameOf
}

// candidate returns the evidence of the account, new if need be.
func (c *caseFile) candidate(at int32) *evidence {
	for _, e := range c.evidence {
		if e.at == at {
			return e
		}
	}
	e := &evidence{at: at}
	c.evidence = append(c.evidence, e)
	return e
}

// outletsShownMax bounds how many outlets of a network become candidates for review.
const outletsShownMax = 40

// collect makes a candidate of every account that anything points to and weighs it.
func (c *caseFile) collect() {
	for _, h := range c.structured {
		c.codeFact(h, FactR5)
	}
	for _, h := range c.hits {
		kind := FactR3
		if h.anchored {
			kind = FactR4
		}
		c.codeFact(h, kind)
	}
	for i := range c.repairs {
		c.repairFact(&c.repairs[i])
	}
	for _, n := range c.numbers {
		c.legacyFact(n)
	}
	c.identityFacts()
	if len(c.evidence) == 0 {
		c.guess()
	}
	for _, e := range c.evidence {
		c.amountFact(e)
		c.contextFacts(e)
		c.weigh(e)
	}
	slices.SortStableFunc(c.evidence, func(a, b *evidence) int {
		return cmp.Or(cmp.Compare(b.bits, a.bits), cmp.Compare(c.s.accounts[a.at].id, c.s.accounts[b.at].id))
	})
}

// weigh sums the bits. Tax id, account and name of one payer depend on each other, so of the
// identity group only the strongest counts.
func (c *caseFile) weigh(e *evidence) {
	e.bits = c.prior
	identity := 0.0
	for _, f := range e.facts {
		if identityRank(f.Kind) > 0 {
			identity = max(identity, f.Bits)
			continue
		}
		e.bits += f.Bits
	}
	e.bits = math.Round((e.bits+identity)*10) / 10
}

// identityRank orders the values of the identity group; 0 is no identity.
func identityRank(k FactKind) int {
	return slices.Index([]FactKind{FactName, FactI1, FactI2, FactI3, FactIM, FactI4}, k) + 1
}

// identify records a fact of the identity group; the strongest names the evidence.
func (e *evidence) identify(f Fact) {
	if f.Kind != FactName && identityRank(f.Kind) > identityRank(e.id) {
		e.id = f.Kind
	}
	e.facts = append(e.facts, f)
}

// refBits is the weight of a code by its length.
func refBits(base float64, code string) float64 {
	if len(code) == prolong.PaymentCodeDigitsLong {
		return base + bitsLong
	}
	return base
}

// codeFact records a code that was found. Several hits of one code count once; the running
// numbers of all are collected.
func (c *caseFile) codeFact(h codeHit, kind FactKind) {
	e := c.candidate(h.account)
	a := &c.s.accounts[h.account]
	refs, open := a.references(h.running)
	for _, ref := range refs {
		if !slices.ContainsFunc(e.refs, func(r Reference) bool { return r.Number == ref.Number }) {
			e.refs = append(e.refs, ref)
		}
	}
	stale := len(refs) > 0 && !open
	e.weak = (e.ref == "" || e.weak) && h.weak
	e.refIsR4 = e.refIsR4 || kind == FactR4 || kind == FactR5
	shown := kind
	if stale && kind != FactR5 {
		shown = FactRS
	}
	base := map[FactKind]float64{FactR5: bitsStructured, FactR4: bitsAnchored, FactR3: bitsBare}[kind]
	fact := c.codeText(h, shown, a)
	fact.Bits = refBits(base, h.code)
	if open {
		fact.Bits += bitsRunning
	}
	if e.ref != "" && e.repaired == nil {
		// Said again: the stronger reading counts.
		if refRank(shown) > refRank(e.ref) {
			e.ref = shown
		}
		for i := range e.facts {
			if isRefFact(e.facts[i].Kind) && e.facts[i].Bits < fact.Bits {
				e.facts[i] = fact
				return
			}
		}
		return
	}
	e.ref = shown
	e.facts = append(e.facts, fact)
}

// refRank orders the values of the reference group.
func refRank(k FactKind) int {
	return slices.Index([]FactKind{FactR1, FactR2, FactRS, FactR3, FactR4, FactR5}, k)
}

func isRefFact(k FactKind) bool { return refRank(k) >= 0 }

// repairFact records a repair. An ambiguous one only makes candidates.
func (c *caseFile) repairFact(r *repairHit) {
	for _, at := range r.accounts[:min(len(r.accounts), repairsShownMax)] {
		e := c.candidate(at)
		if e.ref != "" {
			continue
		}
		a := &c.s.accounts[at]
		span := c.text.span(r.from, r.to)
		fact := Fact{
			Kind: FactR1, Text: "match.fact.repaired", Span: span, Bits: bitsRepaired, Sign: 1,
			Args: map[string]string{"Written": c.text.original(span), "Code": strconv.FormatUint(a.code, 10)},
		}
		if len(r.accounts) > 1 {
			fact.Text, fact.Bits = "match.fact.repair_ambiguous", bitsRepaired-math.Log2(float64(len(r.accounts)))
		}
		e.repaired = r
		e.refs, _ = a.references(r.running)
		e.ref = FactR1
		e.facts = append(e.facts, fact)
	}
}

// repairsShownMax bounds the candidates of an ambiguous repair.
const repairsShownMax = 8

// legacyFact records a number of an earlier system.
func (c *caseFile) legacyFact(n numberHit) {
	for _, at := range n.accounts {
		e := c.candidate(at)
		if e.ref != "" {
			continue
		}
		e.ref = FactR2
		span := c.text.span(c.text.tokens[n.first].from, c.text.tokens[n.last].to)
		for _, inv := range c.s.accounts[at].open {
			if inv.text != "" && refKey(inv.text) == n.key {
				e.refs = append(e.refs, Reference{AccountID: c.s.accounts[at].id, InvoiceID: inv.id, Number: inv.text})
			}
		}
		e.facts = append(e.facts, Fact{
			Kind: FactR2, Text: "match.fact.legacy", Span: span, Bits: bitsLegacy, Sign: 1,
			Args: map[string]string{"Number": c.text.original(span)},
		})
	}
}

// identityFacts records who the payer is, for the accounts that he is.
func (c *caseFile) identityFacts() {
	id := c.id
	outlets := id.accounts
	if len(outlets) > outletsShownMax {
		outlets = c.bestOutlets(outlets)
	}
	for _, at := range outlets {
		e := c.candidate(at)
		a := &c.s.accounts[at]
		if id.network() {
			e.identify(Fact{
				Kind: FactIM, Text: "match.fact.network", Sign: 1, Bits: bitsTaxID - math.Log2(float64(len(id.accounts))),
				Span: Span{Field: FieldPayerTaxID, To: len(c.payment.PayerTaxID)},
				Args: map[string]string{"TaxID": id.taxID, "Count": strconv.Itoa(len(id.accounts))},
			})
			continue
		}
		e.identify(Fact{
			Kind: FactI4, Text: "match.fact.tax_id", Sign: 1, Bits: bitsTaxID,
			Span: Span{Field: FieldPayerTaxID, To: len(c.payment.PayerTaxID)},
			Args: map[string]string{"TaxID": id.taxID, "Account": a.name},
		})
	}
	c.thirdFacts(id.actual, "match.fact.actual_payer", id.actualID, Span{Field: FieldActualPayer, To: len(c.payment.ActualPayerTaxID)})
	for _, hit := range c.foreignIDs {
		c.thirdFacts(c.s.byTax(hit.value), "match.fact.text_tax_id", hit.value, c.text.span(hit.from, hit.to))
	}
	c.thirdFacts(id.persons, "match.fact.person", id.personID, id.personAt)
	for _, k := range id.known {
		c.candidate(k.at).identify(Fact{
			Kind: FactI2, Text: k.text, Sign: 1, Bits: bitsAccount, Span: Span{Field: FieldPayerAccount, To: len(c.payment.PayerAccount)},
			Args: map[string]string{"Value": k.value},
		})
	}
	for _, e := range c.evidence {
		if e.ref != "" && len(id.accounts) == 0 && len(id.known) > 0 && !slices.Contains(id.learned, e.at) && c.sameOwner(e.at, id.learned) {
			e.identify(Fact{
				Kind: FactIM, Text: "match.fact.sister_account", Sign: 1, Bits: bitsAccount, Span: Span{Field: FieldPayerAccount, To: len(c.payment.PayerAccount)},
				Args: map[string]string{"Value": id.known[0].value, "Account": c.s.accounts[id.known[0].at].name},
			})
		}
	}
	for _, at := range id.proposed {
		c.candidate(at).identify(Fact{
			Kind: FactI1, Text: "match.fact.alias_candidate", Sign: 1, Bits: bitsProposed, Span: Span{Field: FieldPayerTaxID, To: len(c.payment.PayerTaxID)},
			Args: map[string]string{"Account": c.s.accounts[at].name},
		})
	}
	if len(id.direct) > 0 {
		return // who has a tax id of ours needs no name
	}
	named := id.namesakes(c.s)
	for _, at := range named {
		bits := bitsNameMax
		text := "match.fact.name"
		if len(named) > 1 {
			text, bits = "match.fact.namesakes", bits/2
		}
		c.candidate(at).identify(Fact{
			Kind: FactI1, Text: text, Sign: 1, Bits: bits, Span: Span{Field: FieldPayerName, To: len(c.payment.PayerName)},
			Args: map[string]string{"Name": c.payment.PayerName, "Account": c.s.accounts[at].name},
		})
	}
}

// thirdFacts records I3: a tax id that is not the payer's own.
func (c *caseFile) thirdFacts(accounts []int32, text, taxID string, span Span) {
	if len(accounts) > outletsShownMax {
		accounts = c.bestOutlets(accounts)
	}
	for _, at := range accounts {
		c.candidate(at).identify(Fact{
			Kind: FactI3, Text: text, Sign: 1, Bits: bitsThird - math.Log2(float64(len(accounts))), Span: span,
			Args: map[string]string{"TaxID": taxID, "Account": c.s.accounts[at].name},
		})
	}
}

// nameOf returns the identifying words of the account's name.
func (c *caseFile) nameOf(e *evidence) []string {
	if e.name == nil {
		e.name = nameTokens(c.s.accounts[e.at].name)
	}
	return e.name
}

// bestOutlets picks the outlets of a large network that are worth showing: those that a code
// named, and those with an open invoice of this sum.
func (c *caseFile) bestOutlets(outlets []int32) []int32 {
	var best []int32
	for _, at := range outlets {
		named := slices.ContainsFunc(c.evidence, func(e *evidence) bool { return e.at == at })
		exact := slices.ContainsFunc(c.s.accounts[at].open, func(inv invoice) bool { return inv.residual == c.amount })
		if named || (exact && len(best) < outletsShownMax) {
			best = append(best, at)
		}
	}
	for _, at := range outlets {
		if len(best) >= outletsShownMax {
			break
		}
		best = union(best, []int32{at})
	}
	return best
}
