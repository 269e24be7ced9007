package match

import (
	"slices"
)

// outletLettersMin is the least length of a word by which an outlet can be told from another:
// shorter ones are in every text.
const outletLettersMin = 4

// namedOutlet returns the outlet whose own name, as far as it differs from the other outlets', is
// written in the purpose: "касса на Ленина 5" for "Ромашка (Ленина, 5)". The tax id has already
// said whose network it is, so a name chooses only among accounts of one payer. Nobody is named
// if a word of another outlet stands there as well.
func (c *caseFile) namedOutlet() (e *evidence, first int, ok bool) {
	if len(c.id.accounts) > outletsShownMax {
		return nil, 0, false
	}
	names := make([][]string, len(c.id.accounts))
	seen := map[string]int{}
	for i, at := range c.id.accounts {
		names[i] = nameTokens(c.s.accounts[at].name)
		slices.Sort(names[i])
		names[i] = slices.Compact(names[i])
		for _, w := range names[i] {
			seen[w]++
		}
	}
	found := -1
	for i := range names {
		own := slices.DeleteFunc(names[i], func(w string) bool { return seen[w] == len(names) })
		all, any := len(own) > 0, false
		for _, w := range own {
			at := c.wordAt(w)
			all = all && at >= 0
			// A word that only this outlet has is a sign of it, even if the rest is missing.
			long := len([]rune(w)) >= outletLettersMin && seen[w] == 1 && at >= 0
			any = any || long
			if long && found < 0 {
				first = at
			}
		}
		switch {
		case any && found >= 0:
			return nil, 0, false
		case any && !all:
			return nil, 0, false
		case any:
			found = i
		case all && c.numbered(own):
			if found >= 0 {
				return nil, 0, false
			}
			found, first = i, c.wordAt(own[len(own)-1])
		}
	}
	if found < 0 {
		return nil, 0, false
	}
	return c.candidate(c.id.accounts[found]), first, true
}

// numbered says whether the words name an outlet together though none does alone: a street and a
// number, where another outlet is in the same street.
func (c *caseFile) numbered(words []string) bool {
	digits, letters := false, false
	for _, w := range words {
		digits = digits || w[0] >= '0' && w[0] <= '9'
		letters = letters || len([]rune(w)) >= outletLettersMin
	}
	return digits && letters
}

// wordAt returns the first token of the purpose that is the word and nothing else yet, -1 if there is none.
func (c *caseFile) wordAt(w string) int {
	return slices.IndexFunc(c.text.tokens, func(tok token) bool {
		return tok.kind != tokenSign && tok.text == w && (tok.claim == claimNone || tok.claim == claimPlace)
	})
}

// byOutletName is rule W7 for an outlet that the purpose names, whose invoice is paid exactly.
func (c *caseFile) byOutletName() (verdict, bool) {
	e, at, ok := c.namedOutlet()
	if !ok || (e.amount != FactA3 && !e.tie) {
		return verdict{}, false
	}
	span := c.tokenSpan(at, at)
	e.facts = append(e.facts, Fact{Kind: FactKeyword, Text: "match.fact.outlet_name", Span: span, Bits: bitsOutlet, Sign: 1, Args: map[string]string{"Word": c.text.original(span), "Account": c.s.accounts[e.at].name}})
	c.weigh(e)
	return verdict{rule: RuleW7, accounts: []*evidence{e}}, true
}

// outletWordsMax bounds the words that one payment can teach: a purpose with more of them tells a
// story, and nobody knows which word counts.
const outletWordsMax = 3

// outletWords returns the words of a purpose by which a person's decision can teach an outlet of
// the payer's network: folded, without what every purpose says, the payer's and our names and what
// all outlets are called. Empty if the payer has one account only.
func outletWords(p Payment, s *Snapshot) []string {
	c := Current().gather(p, s)
	if !c.id.network() {
		return nil
	}
	common := nameTokens(c.id.name)
	for _, at := range c.id.accounts[:1] {
		for _, w := range nameTokens(s.accounts[at].name) {
			everywhere := !slices.ContainsFunc(c.id.accounts, func(o int32) bool { return !slices.Contains(nameTokens(s.accounts[o].name), w) })
			if everywhere {
				common = append(common, w)
			}
		}
	}
	var out []string
	for _, tok := range c.text.tokens {
		w := tok.text
		if tok.kind != tokenWord || tok.claim != claimNone || len([]rune(w)) < outletLettersMin || slices.Contains(out, w) || slices.Contains(common, w) || c.everyday(w) {
			continue
		}
		out = append(out, w)
	}
	if len(out) > outletWordsMax {
		return nil
	}
	return out
}

// NetworkAccounts returns the accounts that share the payer's tax id; empty if it is one or none.
func NetworkAccounts(p Payment, s *Snapshot) []int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	id := identify(p, s)
	if !id.network() {
		return nil
	}
	out := make([]int64, len(id.accounts))
	for i, at := range id.accounts {
		out[i] = s.accounts[at].id
	}
	return out
}

// KeywordValues returns the values that keyword aliases of a payment's purpose can have: of all
// its words that are long enough.
func KeywordValues(p Payment) []string {
	if cleanID(p.PayerAccount) == "" {
		return nil
	}
	var out []string
	for _, tok := range parse(p.Purpose).tokens {
		if tok.kind == tokenWord && len([]rune(tok.text)) >= outletLettersMin {
			out = append(out, KeywordValue(p.PayerAccount, tok.text))
		}
	}
	return out
}

// everyday says whether the word tells nothing about who is meant.
func (c *caseFile) everyday(w string) bool {
	if inSet(subjectWords, w) || inSet(fillers, w) || inSet(numberSigns, w) || inSet(currencyWords, w) || inSet(quantityWords, w) || c.s.soldWord(w) || inSet(legalForms, w) {
		return true
	}
	if _, key := keywords.find(w); key || monthOf(w) != 0 || hasAnyStem(w, subjectStems) || hasAnyStem(w, thirdPartyStems) || hasAnyStem(w, bankStems) || hasAnyStem(w, refundStems) || hasAnyStem(w, foreignStems) {
		return true
	}
	return slices.ContainsFunc(c.ownTokens, func(own []string) bool { return slices.Contains(own, w) })
}

// KeywordValue is the value of a keyword alias: the word means an outlet only in payments from
// this account.
func KeywordValue(payerAccount, word string) string {
	return cleanID(payerAccount) + " " + FoldWord(word)
}

// SaysKeyword says whether a payment has the account and the word of a keyword alias.
func SaysKeyword(p Payment, value string) bool { return slices.Contains(KeywordValues(p), value) }
