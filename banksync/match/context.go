package match

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"prolong"
)

// amountFact compares the sum with the account's open invoices in the payment's currency.
func (c *caseFile) amountFact(e *evidence) {
	a := &c.s.accounts[e.at]
	for i, inv := range a.openInvoices() {
		switch cur := a.open[i].currency; {
		case cur == "" || c.cur == "" || cur == c.cur:
			e.open = append(e.open, inv)
		default:
			e.foreign = true
		}
	}
	if len(e.open) == 0 && len(a.open) == 0 && a.currency != "" && c.cur != "" && a.currency != c.cur {
		e.foreign = true
	}
	if len(e.refs) == 0 && isRefFact(e.ref) {
		c.referenceByDate(e)
	}
	e.named = namedInvoices(e.refs, e.open)
	e.what = Allocate(WhatInput{AccountID: a.id, AmountMinor: c.amount, References: e.refs, Open: e.open})
	fact := Fact{Kind: FactA0, Text: "match.fact.amount_none", Span: Span{Field: FieldAmount}, Args: map[string]string{"Amount": c.payment.Amount.String()}}
	set := func(kind FactKind, text string, bits float64) {
		fact.Kind, fact.Text, fact.Bits, fact.Sign = kind, text, bits, 1
		fact.Args["Numbers"] = numbersOf(e.what.Allocations)
	}
	switch e.what.Step {
	case StepReferenced:
		if len(e.named) == 1 {
			set(FactA4, "match.fact.amount_referenced", bitsAmount)
		} else {
			set(FactA2, "match.fact.amount_referenced_set", bitsAmount)
		}
	case StepExact:
		set(FactA3, "match.fact.amount_exact", bitsAmount)
	case StepTie:
		e.tie = true
		set(FactA1, "match.fact.amount_tie", bitsAmount)
	case StepSubset:
		set(FactA2, "match.fact.amount_subset", bitsAmount)
	case StepOldest, StepBalance:
		if n := c.months(a, e.open); n > 1 {
			set(FactA1, "match.fact.amount_months", bitsAmountWeak)
			fact.Args["Count"] = strconv.Itoa(n)
		}
	}
	e.amount = fact.Kind
	e.facts = append(e.facts, fact)
}

// monthsMax bounds how many periods one payment is explained as.
const monthsMax = 36

// months returns how many whole periods' prices the sum makes, 0 if none.
func (c *caseFile) months(a *account, open []OpenInvoice) int {
	prices := []int64{a.price}
	for _, inv := range open {
		prices = append(prices, inv.ResidualMinor)
	}
	for _, price := range prices {
		if price > 0 && c.amount%price == 0 && c.amount/price <= monthsMax {
			return int(c.amount / price)
		}
	}
	return 0
}

// referenceByDate takes the date behind a bare code for the invoice that was issued on it.
func (c *caseFile) referenceByDate(e *evidence) {
	var found []OpenInvoice
	for _, inv := range e.open {
		if !inv.IssuedOn.IsZero() && slices.Contains(c.announcedDates(e), inv.IssuedOn) {
			found = append(found, inv)
		}
	}
	if len(found) == 1 {
		e.refs = append(e.refs, Reference{AccountID: c.s.accounts[e.at].id, InvoiceID: found[0].ID, Number: found[0].Number})
	}
}

// announcedDates are the dates of the text that date a document.
func (c *caseFile) announcedDates(e *evidence) []prolong.Date {
	var dates []prolong.Date
	for _, d := range c.text.dates {
		if d.announced && !d.date.IsZero() {
			dates = append(dates, d.date)
		}
	}
	for _, h := range c.hits {
		if h.account == e.at && !h.date.IsZero() {
			dates = append(dates, h.date)
		}
	}
	return dates
}

func numbersOf(allocations []Allocation) string {
	var numbers []string
	for _, a := range allocations {
		if a.Number != "" {
			numbers = append(numbers, a.Number)
		}
	}
	return strings.Join(numbers, ", ")
}

// contextFacts looks for what agrees beside number, payer and sum.
func (c *caseFile) contextFacts(e *evidence) {
	a := &c.s.accounts[e.at]
	targets := e.named
	if len(targets) == 0 && (e.what.Step == StepExact || e.what.Step == StepTie) {
		targets = c.allocated(e)
	}
	for _, target := range targets {
		c.invoiceContext(e, a, target)
	}
	for _, n := range c.contracts {
		if slices.Contains(n.accounts, e.at) {
			span := c.text.span(c.text.tokens[n.first].from, c.text.tokens[n.last].to)
			c.context(e, FactContract, "match.fact.contract", bitsContext, span, map[string]string{"Number": c.text.original(span)})
		}
	}
	// A name beside the tax id of the same party says nothing new.
	if e.id == FactI4 || e.id == FactIM {
		return
	}
	tokens := c.nameOf(e)
	if e.id != FactI1 && len(c.id.payerWords()) > 0 && sameName(c.id.payerWords(), tokens) {
		c.context(e, FactName, "match.fact.name_context", bitsName, Span{Field: FieldPayerName, To: len(c.payment.PayerName)}, map[string]string{"Name": a.name})
	}
	e.hasName = e.hasName || e.id == FactI1 && sameName(c.id.payerWords(), tokens)
	for _, party := range c.text.parties {
		if !c.ownParty(party) && sameName(party.tokens, tokens) {
			c.context(e, FactName, "match.fact.name_in_text", bitsName, c.partySpan(party), map[string]string{"Name": a.name})
			break
		}
	}
	if first, last, ok := c.nameInText(e); ok {
		c.context(e, FactName, "match.fact.name_in_text", bitsName, c.tokenSpan(first, last), map[string]string{"Name": a.name})
	}
}

// nameInText finds the account's whole name of two words or more in the purpose, in its order,
// without a legal form beside it: "за Соколов Юрий Николаевич".
func (c *caseFile) nameInText(e *evidence) (first, last int, ok bool) {
	name := c.nameOf(e)
	if len(name) < 2 || !isRefFact(e.ref) {
		return 0, 0, false
	}
	for i, tok := range c.text.tokens {
		if tok.kind != tokenWord || tok.text != name[0] {
			continue
		}
		n, k := 1, i+1
		for ; n < len(name) && k < len(c.text.tokens); k++ {
			if c.text.tokens[k].kind == tokenSign && strings.Contains(".-\"", c.text.tokens[k].text) {
				continue
			}
			if c.text.tokens[k].text != name[n] {
				break
			}
			n++
		}
		if n == len(name) {
			return i, k - 1, true
		}
	}
	return 0, 0, false
}

func (c *caseFile) partySpan(party partyHit) Span {
	return c.text.span(c.text.tokens[party.first].from, c.text.tokens[party.last].to)
}

// context adds a fact of one kind once.
func (c *caseFile) context(e *evidence, kind FactKind, text string, bits float64, span Span, args map[string]string) {
	if slices.ContainsFunc(e.facts, func(f Fact) bool { return f.Kind == kind }) {
		return
	}
	e.context++
	e.hasName = e.hasName || kind == FactName
	e.facts = append(e.facts, Fact{Kind: kind, Text: text, Span: span, Bits: bits, Sign: 1, Args: args})
}

// allocated returns the open invoices that the money would go to.
func (c *caseFile) allocated(e *evidence) []OpenInvoice {
	var out []OpenInvoice
	for _, inv := range e.open {
		if slices.ContainsFunc(e.what.Allocations, func(al Allocation) bool { return al.InvoiceID == inv.ID }) {
			out = append(out, inv)
		}
	}
	return out
}

func (c *caseFile) invoiceContext(e *evidence, a *account, target OpenInvoice) {
	if !target.IssuedOn.IsZero() && slices.Contains(c.announcedDates(e), target.IssuedOn) {
		span := Span{}
		for _, d := range c.text.dates {
			if d.date == target.IssuedOn {
				span = c.text.span(c.text.tokens[d.first].from, c.text.tokens[d.last].to)
			}
		}
		c.context(e, FactDate, "match.fact.date", bitsContext, span, map[string]string{"Date": target.IssuedOn.String(), "Number": target.Number})
	}
	i := slices.IndexFunc(a.open, func(inv invoice) bool { return inv.id == target.ID })
	if i < 0 {
		return
	}
	inv := a.open[i]
	for _, sum := range c.text.sums {
		if sum.vat && inv.vat > 0 && sum.minor == inv.vat {
			span := c.text.span(c.text.tokens[sum.first].from, c.text.tokens[sum.last].to)
			c.context(e, FactVAT, "match.fact.vat", bitsContext, span, map[string]string{"Amount": c.text.original(span), "Number": target.Number})
		}
	}
	for _, p := range c.text.periods {
		if samePeriod(p.period, inv) {
			span := c.text.span(c.text.tokens[p.first].from, c.text.tokens[p.last].to)
			c.context(e, FactPeriod, "match.fact.period", bitsContext, span, map[string]string{"Period": c.text.original(span), "Number": target.Number})
		}
	}
}

// samePeriod compares a period of the text with an invoice's: the same days, or the calendar
// month in which a period of about a month begins.
func samePeriod(p prolong.Period, inv invoice) bool {
	if inv.from.IsZero() || inv.to.IsZero() {
		return false
	}
	if p.From == inv.from && (p.To == inv.to || p.Last() == inv.to) {
		return true
	}
	wholeMonth := p.From.Day() == 1 && p.To.Day() == 1 && p.Days() <= 31
	return wholeMonth && p.From.Year() == inv.from.Year() && p.From.Month() == inv.from.Month() && inv.to.DaysSince(inv.from) <= 31 && inv.from.Day() == 1
}

// ownParty says whether a name in the text is our seller's.
func (c *caseFile) ownParty(party partyHit) bool {
	return slices.ContainsFunc(c.ownTokens, func(own []string) bool { return sameName(party.tokens, own) })
}

// tokenRareMax is the number of accounts up to which a word of a name is rare enough to
// search by.
const tokenRareMax = 60

// guess makes candidates for review from words of names and nearly right tax ids. They never
// post.
func (c *caseFile) guess() {
	for _, at := range c.nearTaxID() {
		e := c.candidate(at)
		e.id = FactI1
		e.facts = append(e.facts, Fact{
			Kind: FactI1, Text: "match.fact.tax_id_near", Bits: bitsNearTaxID, Span: Span{Field: FieldPayerTaxID, To: len(c.payment.PayerTaxID)},
			Args: map[string]string{"TaxID": c.id.taxID, "Expected": c.s.accounts[at].taxID},
		})
	}
	words := slices.Clone(c.id.payerWords())
	for _, party := range c.text.parties {
		if !c.ownParty(party) {
			words = append(words, party.tokens...)
		}
	}
	c.guessByWords(words)
	for _, a := range c.s.aliases[aliasKey{AliasNameKey, NameKey(c.payment.PayerName)}] {
		if at, ok := c.s.byID[a.AccountID]; ok && a.State == AliasActive {
			e := c.candidate(at)
			e.facts = append(e.facts, Fact{Kind: FactI1, Text: "match.fact.alias_name", Bits: bitsNameMax, Span: Span{Field: FieldPayerName, To: len(c.payment.PayerName)}})
		}
	}
}

// guessShownMax bounds the guessed candidates.
const guessShownMax = 5

func (c *caseFile) guessByWords(words []string) {
	type score struct {
		at   int32
		bits float64
		hit  []string
	}
	var scores []score
	slices.Sort(words)
	for _, w := range slices.Compact(words) {
		for _, spelled := range spellings(w) {
			key := hashText(spelled)
			n := c.s.byToken.count(key)
			if n == 0 || n > tokenRareMax {
				continue
			}
			bits := min(bitsNameMax, math.Log2(float64(len(c.s.byID))/float64(n)+1))
			c.s.byToken.each(key, tokenRareMax, func(at int32) {
				if !slices.Contains(nameTokens(c.s.accounts[at].name), spelled) {
					return
				}
				i := slices.IndexFunc(scores, func(s score) bool { return s.at == at })
				if i < 0 {
					i = len(scores)
					scores = append(scores, score{at: at})
				}
				scores[i].bits += bits
				scores[i].hit = append(scores[i].hit, spelled)
			})
		}
	}
	slices.SortFunc(scores, func(a, b score) int {
		switch {
		case a.bits != b.bits:
			return int(math.Copysign(1, b.bits-a.bits))
		case c.s.accounts[a.at].id < c.s.accounts[b.at].id:
			return -1
		}
		return 1
	})
	for _, sc := range scores[:min(len(scores), guessShownMax)] {
		e := c.candidate(sc.at)
		if e.id != "" {
			continue
		}
		e.id = FactI1
		e.facts = append(e.facts, Fact{
			Kind: FactI1, Text: "match.fact.name_words", Bits: min(sc.bits, bitsNameMax), Span: Span{Field: FieldPayerName, To: len(c.payment.PayerName)},
			Args: map[string]string{"Words": strings.Join(sc.hit, ", "), "Account": c.s.accounts[sc.at].name},
		})
	}
}

// nearTaxID returns the accounts whose tax id is one wrong digit or one exchange away.
func (c *caseFile) nearTaxID() []int32 {
	id := c.id.taxID
	if id == "" || len(c.id.accounts) > 0 || strings.Trim(id, "0123456789") != "" || len(id) > 12 {
		return nil
	}
	var found []int32
	b := []byte(id)
	try := func() {
		if prolong.TaxIDLooksValid(string(b)) {
			found = union(found, c.s.exactTax(string(b)))
		}
	}
	for i := range b {
		was := b[i]
		for d := byte('0'); d <= '9'; d++ {
			if b[i] = d; d != was {
				try()
			}
		}
		b[i] = was
		if i+1 < len(b) && b[i] != b[i+1] {
			b[i], b[i+1] = b[i+1], b[i]
			try()
			b[i], b[i+1] = b[i+1], b[i]
		}
	}
	return found[:min(len(found), guessShownMax)]
}
