package match

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

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
	bitsLegacy     = 10.0
	bitsTaxID      = 20.7
	bitsThird      = 20.0 // a tax id in the text or of the actual payer
	bitsAccount    = 16.0
	bitsNameMax    = 10.0
	bitsNearTaxID  = 12.0
	bitsAmount     = 3.1
	bitsAmountWeak = 1.0
	bitsContext    = 5.0
	bitsName       = 6.0
)

// numberHit is a number after an invoice word, or with a number sign, that is no code.
type numberHit struct {
	key         string
	accounts    []int32 // whose legacy number it is
	first, last int     // tokens
	dated       prolong.Date
}

// caseFile is everything about one decision while it is being made.
type caseFile struct {
	rules   Ruleset
	payment Payment
	s       *Snapshot
	text    *parsed
	id      *identity
	amount  int64
	cur     prolong.Currency
	prior   float64

	structured []codeHit // from the slot made for references
	hits       []codeHit
	repairs    []repairHit
	numbers    []numberHit
	contracts  []numberHit
	third      []int32 // accounts whose tax id stands in the text
	foreignIDs []idHit // tax ids in the text of accounts, for the veto
	ownTokens  [][]string

	evidence []*evidence
}

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

// gather reads the payment and collects all evidence.
func (r Ruleset) gather(p Payment, s *Snapshot) *caseFile {
	c := &caseFile{rules: r, payment: p, s: s, amount: p.Amount.Minor(), cur: p.Amount.Currency()}
	c.prior = -math.Log2(float64(max(s.openCount, 2)))
	for _, name := range p.OwnNames {
		c.ownTokens = append(c.ownTokens, nameTokens(name))
	}
	c.text = parse(p.Purpose)
	c.id = identify(p, s)
	c.structuredCode()
	c.textTaxIDs()
	c.hits = c.text.findCodes(s)
	c.repairs = c.text.findRepairs(s, len(c.hits) == 0 && len(c.structured) == 0)
	c.claimRepairs()
	c.text.finish()
	c.findNumbers()
	c.collect()
	return c
}

// claimRepairs keeps the repaired numbers from being read as something else.
func (c *caseFile) claimRepairs() {
	for _, r := range c.repairs {
		if len(r.accounts) != 1 {
			continue
		}
		for k := r.first; k <= r.last; k++ {
			c.text.claim(k, claimCode)
		}
	}
}

// structuredCode reads the slot made for references: our number as such, padded with zeros,
// or as ISO 11649 (RF and two check digits).
func (c *caseFile) structuredCode() {
	ref := readText(FieldStructuredRef, c.payment.StructuredRef)
	text := strings.Join(strings.Fields(ref.text(0, len(ref.chars))), "")
	if rest, ok := strings.CutPrefix(text, "rf"); ok {
		if !validISO11649(text) {
			return
		}
		text = rest[2:]
	}
	head, tail, split := strings.Cut(strings.ReplaceAll(text, "/", "-"), "-")
	if strings.Trim(head+tail, "0123456789") != "" || (split && len(tail) > 4) {
		return
	}
	at, code, rest, ok := c.s.prefixCode(strings.TrimLeft(head, "0"))
	if !ok || (split && rest != "") {
		return
	}
	hit := codeHit{account: at, code: code, anchored: true, from: 0, to: len(ref.chars)}
	// Nothing but a running number may follow: a УИН of 20 or 25 digits that happens to begin
	// with a code is not ours.
	if tail += rest; len(tail) > 4 || (tail != "" && !hit.glued(tail)) {
		return
	}
	c.structured = append(c.structured, hit)
}

// validISO11649 checks RF, two check digits and up to 21 letters and digits.
func validISO11649(text string) bool {
	if len(text) < 5 || len(text) > 25 {
		return false
	}
	m := 0
	for _, r := range text[4:] + text[:4] {
		switch {
		case '0' <= r && r <= '9':
			m = (m*10 + int(r-'0')) % 97
		case 'a' <= r && r <= 'z':
			m = (m*100 + int(r-'a') + 10) % 97
		default:
			return false
		}
	}
	return m == 1
}

// textTaxIDs finds tax ids in the text: after a keyword, or bare if they are the payer's,
// ours or a subscriber's.
func (c *caseFile) textTaxIDs() {
	for i := range c.text.tokens {
		tok := c.text.tokens[i]
		if !c.text.free(i) || (len(tok.text) != 8 && len(tok.text) != 10 && len(tok.text) != 12) || !prolong.TaxIDLooksValid(tok.text) {
			continue
		}
		if c.knownID(tok.text) || (tok.topic != topicInvoice && len(c.s.exactTax(tok.text)) > 0) {
			c.text.claimTaxID(i)
		}
	}
	for _, hit := range c.text.taxIDs {
		if c.knownID(hit.value) || inSet(stopTaxIDs, hit.value) {
			continue
		}
		accounts := c.s.byTax(hit.value)
		if len(accounts) > 0 {
			c.third = union(c.third, accounts)
			c.foreignIDs = append(c.foreignIDs, hit)
		}
	}
}

// knownID says whether the tax id is the payer's or ours: it tells nothing new.
func (c *caseFile) knownID(value string) bool {
	return value == c.id.taxID || slices.Contains(c.payment.OwnTaxIDs, value)
}

// findNumbers collects the numbers after invoice words that are no codes of ours, and the
// numbers of contracts.
func (c *caseFile) findNumbers() {
	p := c.text
	for i := 0; i < len(p.tokens); i++ {
		tok := p.tokens[i]
		if tok.kind != tokenNumber {
			continue
		}
		invoice := tok.topic == topicInvoice || (tok.topic == topicNone && tok.signed)
		contract := tok.topic == topicContract && (tok.claim == claimContract || tok.claim == claimDate)
		if !invoice && !contract {
			continue
		}
		from, to := p.chunk(i)
		if !p.numberChunk(from, to, i) {
			i = max(i, to-1)
			continue
		}
		hit := numberHit{first: from, last: to - 1, key: refKey(p.text(p.tokens[from].from, p.tokens[to-1].to))}
		for _, d := range p.dates {
			if d.first >= to && d.first <= to+3 {
				hit.dated = d.date
				break
			}
		}
		if contract {
			hit.accounts = c.s.byContractNumber(hit.key)
			c.contracts = append(c.contracts, hit)
		} else {
			hit.accounts = c.s.byReference(hit.key)
			if len(hit.accounts) == 0 && from > 0 && !p.tokens[from].space {
				hit.accounts = c.s.byReference(refKey(p.text(p.wordStart(from), p.tokens[to-1].to)))
			}
			if len(hit.accounts) == 1 {
				for k := from; k < to; k++ {
					p.claim(k, claimLegacy)
				}
			}
			c.numbers = append(c.numbers, hit)
		}
		i = to - 1
	}
}

// wordStart returns the first character of what is written without a space before token i,
// the keyword included: "СФ-00011650", "INV-000021".
func (p *parsed) wordStart(i int) int {
	for i > 0 && !p.tokens[i].space && (p.tokens[i-1].kind != tokenSign || strings.ContainsAny(p.tokens[i-1].text, "-/._")) {
		i--
	}
	return p.tokens[i].from
}

// numberChunk says whether the chunk is a number of a document: not wholly a date, an amount
// or something else that was recognised. A date counts as part of the number if the chunk has
// more ("23/01/2023/Р-01").
func (p *parsed) numberChunk(from, to, at int) bool {
	free, letters := false, false
	for k := from; k < to; k++ {
		switch {
		case p.tokens[k].kind == tokenWord:
			letters = true
		case p.tokens[k].kind != tokenNumber:
		case p.tokens[k].claim == claimNone || p.tokens[k].claim == claimContract:
			free = true
		case p.tokens[k].claim == claimDate || p.tokens[k].claim == claimPeriod:
		default:
			return false
		}
	}
	first := p.tokens[at].signed || (p.tokens[at].gap == 0 && p.tokens[at].nth == 0)
	return free || (letters && first && to-from > 1 && !p.dateChunk(from, to))
}

// dateChunk says whether the letters of the chunk only belong to the date: "01.02.26г".
func (p *parsed) dateChunk(from, to int) bool {
	for k := from; k < to; k++ {
		if p.tokens[k].kind == tokenWord && monthOf(p.tokens[k].text) == 0 && len(p.tokens[k].text) > 4 {
			return false
		}
	}
	return true
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

// references turns running numbers into invoices and says whether one of them is open. "-00"
// is how kopecks look, and names no invoice unless there is one.
func (a *account) references(running []uint32) (refs []Reference, open bool) {
	for _, n := range running {
		ref := Reference{AccountID: a.id, Number: a.number(n)}
		for _, inv := range a.open {
			if inv.text == "" && inv.running == n {
				ref.InvoiceID, open = inv.id, true
			}
		}
		if n != 0 || ref.InvoiceID != 0 {
			refs = append(refs, ref)
		}
	}
	return refs, open
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
	for _, at := range id.learned {
		c.candidate(at).identify(Fact{
			Kind: FactI2, Text: id.how, Sign: 1, Bits: bitsAccount, Span: Span{Field: FieldPayerAccount, To: len(c.payment.PayerAccount)},
			Args: map[string]string{"Value": id.value},
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
