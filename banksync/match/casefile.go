package match

import (
	"math"
	"slices"
	"strings"

	"prolong"
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
