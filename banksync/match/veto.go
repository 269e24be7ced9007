package match

import (
	"slices"
	"strconv"
	"strings"
)

// stemAt returns the first word of the text that begins with one of the stems.
func (c *caseFile) stemAt(stems []string) (int, bool) {
	for i, tok := range c.text.tokens {
		if tok.kind == tokenWord && hasAnyStem(tok.text, stems) {
			return i, true
		}
	}
	return 0, false
}

// hardVetoes are words that stop every rule.
func (c *caseFile) hardVetoes(agreed bool) (vetoes []Fact, reason Reason) {
	if c.text.lost && !agreed {
		// Nobody can see whether the money comes back or is for somebody else, unless code, payer
		// and sum all agree: money that comes back is not the sum of an invoice of ours.
		return []Fact{veto("match.veto.lost_letters", Span{Field: FieldPurpose, To: len(c.text.src)}, nil)}, ReasonSubject
	}
	if i, ok := c.stemAt(refundStems); ok {
		return []Fact{c.wordVeto("match.veto.refund", i)}, ReasonRefund
	}
	if i, ok := c.stemAt(registerStems); ok && !c.nameWord(c.text.tokens[i].text) && !c.s.soldWord(c.text.tokens[i].text) {
		return []Fact{c.wordVeto("match.veto.register", i)}, ReasonRegister
	}
	return nil, ReasonNone
}

// softVetoes are words that stop every rule but the strongest agreement: code, payer and sum.
func (c *caseFile) softVetoes() (vetoes []Fact, reason Reason) {
	for i, tok := range c.text.tokens {
		if tok.kind == tokenWord && hasAnyStem(tok.text, bankStems) && !c.text.ratePercent(i) {
			return []Fact{c.wordVeto("match.veto.bank", i)}, ReasonBank
		}
	}
	for i, tok := range c.text.tokens {
		if tok.kind != tokenWord || !hasAnyStem(tok.text, foreignStems) {
			continue
		}
		// A legal form written out is not goods: "товариство", "товарищество", cut or not.
		if c.s.soldWord(tok.text) || inSet(legalForms, tok.text) || hasAnyStem(tok.text, companyStems) || c.nameWord(tok.text) {
			continue
		}
		return []Fact{c.wordVeto("match.veto.subject", i)}, ReasonSubject
	}
	return nil, ReasonNone
}

// ratePercent says whether the word at i is the percent of a tax rate, "НДС 22 процента", and no
// interest.
func (p *parsed) ratePercent(i int) bool {
	if !strings.HasPrefix(p.tokens[i].text, "процент") && !strings.HasPrefix(p.tokens[i].text, "видсотк") || !p.isNumber(i-1) {
		return false
	}
	for k := i - 2; k >= 0 && k >= i-4; k-- {
		if tp, ok := keywords.find(p.tokens[k].text); ok {
			return tp == topicVAT
		}
	}
	return false
}

// nameWord says whether the word belongs to the payer's name, ours or a candidate's: a
// furniture shop may well pay for its subscription.
func (c *caseFile) nameWord(word string) bool {
	if slices.Contains(c.id.payerWords(), word) {
		return true
	}
	for _, own := range c.ownTokens {
		if slices.Contains(own, word) {
			return true
		}
	}
	for _, e := range c.evidence {
		if (e.id != "" || e.ref != "") && slices.Contains(c.nameOf(e), word) {
			return true
		}
	}
	return false
}

func (c *caseFile) wordVeto(text string, i int) Fact {
	span := c.tokenSpan(i, i)
	return veto(text, span, map[string]string{"Word": c.text.original(span)})
}

// partyVetoes are what the text says of somebody else than the accounts to be posted to:
// "за ООО <other>", another subscriber's name, tax id or contract.
func (c *caseFile) partyVetoes(accounts []int32) (vetoes []Fact, reason Reason) {
	for _, party := range c.text.parties {
		if c.partyIs(party, accounts) || c.ownParty(party) {
			continue
		}
		span := c.partySpan(party)
		args := map[string]string{"Name": c.text.original(span)}
		if party.behalf && (c.taxIDBehind(party, accounts) || c.spelledLatin(party, accounts)) {
			continue // the tax id says who is meant, however the name is spelled
		}
		if c.taxIDBefore(party, accounts) {
			continue // "ИНН 7713699602 ООО …": however much of the name was understood
		}
		if party.behalf && !sameName(party.tokens, c.id.payerWords()) {
			vetoes = append(vetoes, veto("match.veto.behalf", span, args))
			continue
		}
		others := c.s.byNameTokens(party.tokens)
		if len(others) > 0 && !sameName(party.tokens, c.id.payerWords()) && !overlap(others, accounts) {
			vetoes = append(vetoes, veto("match.veto.other_name", span, args))
		}
	}
	for _, hit := range c.foreignIDs {
		if !overlap(c.s.byTax(hit.value), accounts) {
			vetoes = append(vetoes, veto("match.veto.other_tax_id", c.text.span(hit.from, hit.to), map[string]string{"TaxID": hit.value}))
		}
	}
	for _, n := range c.contracts {
		if len(n.accounts) > 0 && len(n.key) >= contractKeyMin && !overlap(n.accounts, accounts) {
			span := c.tokenSpan(n.first, n.last)
			vetoes = append(vetoes, veto("match.veto.other_contract", span, map[string]string{"Number": c.text.original(span)}))
		}
	}
	if len(c.id.actual) > 0 && !overlap(c.id.actual, accounts) {
		vetoes = append(vetoes, veto("match.veto.actual_payer", Span{Field: FieldActualPayer, To: len(c.payment.ActualPayerTaxID)}, map[string]string{"TaxID": c.id.actualID}))
	}
	if len(vetoes) > 0 {
		reason = ReasonThirdParty
	}
	return vetoes, reason
}

// taxIDBehind says whether a tax id of the accounts follows the name at once.
func (c *caseFile) taxIDBehind(party partyHit, accounts []int32) bool {
	return slices.ContainsFunc(c.text.taxIDs, func(hit idHit) bool {
		near := party.last+1 < len(c.text.tokens) && hit.from >= c.text.tokens[party.last].from && hit.from-c.text.tokens[party.last].to <= taxIDNearMax
		return near && overlap(c.s.byTax(hit.value), accounts)
	})
}

// taxIDBefore says whether a tax id of the accounts stands directly before the name.
func (c *caseFile) taxIDBefore(party partyHit, accounts []int32) bool {
	return slices.ContainsFunc(c.text.taxIDs, func(hit idHit) bool {
		gap := c.text.tokens[party.first].from - hit.to
		return gap >= 0 && gap <= taxIDBesideMax && overlap(c.s.byTax(hit.value), accounts)
	})
}

// taxIDBesideMax is the room for a comma and a blank.
const taxIDBesideMax = 2

// taxIDNearMax is how many characters may stand between a name and its tax id.
const taxIDNearMax = 24

// contractKeyMin is the least length of a contract's number that can belong to one account
// only; shorter ones repeat everywhere.
const contractKeyMin = 5

func overlap(a, b []int32) bool {
	return slices.ContainsFunc(a, func(x int32) bool { return slices.Contains(b, x) })
}

// partyIs says whether the name in the text is one of the accounts. A name without quotes may
// have swallowed words behind it; then its beginning decides.
func (c *caseFile) partyIs(party partyHit, accounts []int32) bool {
	for _, at := range accounts {
		tokens := c.nameOf(c.candidate(at))
		if sameName(party.tokens, tokens) || sameName(party.tokens, c.companyOf(at)) {
			return true
		}
		if party.quoted && len(party.tokens) > len(tokens) && beginsName(party.tokens, tokens) && strings.Join(party.tokens, "") == strings.Join(tokens, "") {
			return true
		}
		if !party.quoted && (beginsName(party.tokens, tokens) || beginsName(party.more, tokens)) && !c.anotherName(party.more, at) && !c.anotherName(party.tokens, at) {
			return true
		}
	}
	return false
}

// companyOf returns the words of the company's name where the account's name says besides which
// outlet it is: what stands before a bracket, or in the quotes that open it. Nil if there is no
// more than the name.
func (c *caseFile) companyOf(at int32) []string {
	name := c.s.accounts[at].name
	end := strings.IndexByte(name, '(')
	if end < 0 {
		if q := strings.IndexByte(name, '"'); q >= 0 {
			if n := strings.IndexByte(name[q+1:], '"'); n >= 0 {
				end = q + 1 + n
			}
		} else if q := strings.Index(name, "»"); q >= 0 {
			end = q
		}
	}
	if end <= 0 {
		return nil
	}
	company := nameTokens(name[:end])
	if len(company) >= len(c.nameOf(c.candidate(at))) {
		return nil
	}
	return company
}

// spelledLatin says whether the name in the text is one of the accounts' in Latin letters. It is
// enough for not being somebody else's name; it is no evidence for the account.
func (c *caseFile) spelledLatin(party partyHit, accounts []int32) bool {
	tokens := make([]string, len(party.tokens))
	for i, w := range party.tokens {
		all := spellings(w)
		tokens[i] = all[len(all)-1]
	}
	return slices.ContainsFunc(accounts, func(at int32) bool { return sameName(tokens, c.nameOf(c.candidate(at))) })
}

// anotherName says whether more words of the text than the account's name make the name of
// another subscriber: "Альфа Трейд" is not "Альфа".
func (c *caseFile) anotherName(tokens []string, at int32) bool {
	for n := len(tokens); n > len(c.nameOf(c.candidate(at))); n-- {
		if others := c.s.byNameTokens(tokens[:n]); len(others) > 0 && !slices.Contains(others, at) {
			return true
		}
	}
	return false
}

// plain says whether the purpose has nothing in it that could speak of somebody or something
// else: rule W5 has no reference, so every word and every number must be known to be
// harmless. It returns the first that is not.
func (c *caseFile) plain(e *evidence) (Fact, bool) {
	for i, tok := range c.text.tokens {
		if tok.kind == tokenWord && !c.harmlessWord(i, e) {
			return c.wordVeto("match.veto.unknown_word", i), false
		}
	}
	return c.plainNumbers(e)
}

// plainNumbers is plain without the words.
func (c *caseFile) plainNumbers(e *evidence) (Fact, bool) {
	p := c.text
	if i, cut := p.numberCut(); cut {
		return veto("match.veto.number_cut", c.tokenSpan(i, i), nil), false
	}
	for i, tok := range p.tokens {
		if tok.kind == tokenNumber && !c.harmlessNumber(i, e) {
			span := c.tokenSpan(i, i)
			return veto("match.veto.unknown_number", span, map[string]string{"Number": p.original(span)}), false
		}
	}
	// A sum that the text names and that is not what was paid belongs to something else.
	for _, sum := range p.sums {
		if sum.keyed && !sum.vat && p.tokens[sum.first].topic == topicMoney && sum.minor != c.amount && sum.minor != 0 {
			span := c.tokenSpan(sum.first, sum.last)
			return veto("match.veto.other_sum", span, map[string]string{"Amount": p.original(span)}), false
		}
	}
	// "по счету от 17.03.2026" names an invoice as well as a number would.
	for i, d := range p.dates {
		if d.date.IsZero() || !p.invoiceDate(d) || p.inPeriod(i) {
			continue
		}
		if !slices.ContainsFunc(e.open, func(inv OpenInvoice) bool { return inv.IssuedOn == d.date }) {
			return veto("match.veto.unknown_date", c.tokenSpan(d.first, d.last), map[string]string{"Date": d.date.String()}), false
		}
	}
	return Fact{}, true
}

// numberCut returns a number sign without a number, or an invoice word at the very end of a
// long text: the number was there and the field was too short. "№ б/н" says that there is none.
func (p *parsed) numberCut() (int, bool) {
	for i, tok := range p.tokens {
		sign := tok.text == "#" || (tok.kind == tokenWord && inSet(numberSigns, tok.text) && len([]rune(tok.text)) > 1)
		none := i+1 < len(p.tokens) && p.tokens[i+1].text == "б"
		series := i+1 < len(p.tokens) && p.tokens[i+1].claim == claimContract
		if sign && !none && !series && !p.announces(i) {
			return i, true
		}
	}
	if len(p.chars) < cutCharsMin {
		return 0, false // "Оплата по счету" is short because there is no more to say
	}
	last := len(p.tokens) - 1
	for last >= 0 && p.tokens[last].kind == tokenSign {
		last--
	}
	if last < 0 || p.tokens[last].kind != tokenWord {
		return 0, false
	}
	tp, ok := keywords.find(p.tokens[last].text)
	return last, ok && tp == topicInvoice
}

// cutCharsMin is the length from which on a text may have been cut to fit a field (the
// shortest limit of the reference is 105).
const cutCharsMin = 95

// invoiceDate says whether the date follows an invoice word.
func (p *parsed) invoiceDate(d dateHit) bool { return p.tokens[d.first].topic == topicInvoice }

// inPeriod says whether the i-th date begins or ends a period.
func (p *parsed) inPeriod(i int) bool {
	d := p.dates[i]
	return slices.ContainsFunc(p.periods, func(h periodHit) bool { return h.first <= d.first && d.last <= h.last })
}

func (c *caseFile) harmlessNumber(i int, e *evidence) bool {
	tok := c.text.tokens[i]
	switch tok.claim {
	case claimDate, claimPercent, claimPeriod, claimQuantity, claimPhone, claimCodePrefix:
		return true
	case claimMoney:
		return c.harmlessSum(i) || c.lawNumber(i)
	case claimRequisite:
		// КПП, БИК, ОГРН, accounts; a short "код" may be anything.
		return len(tok.text) >= requisiteDigitsMin || tok.topic == topicAccount || strings.Trim(tok.text, "0") == ""
	case claimTaxID:
		return c.knownID(tok.text) || slices.Contains(c.s.accounts[e.at].taxIDs(), tok.text)
	case claimContract:
		// Where we know the account's contracts, the number must be one of them; where we
		// know none, a contract's number is as good as the word.
		if len(c.s.accounts[e.at].contracts()) == 0 {
			return !slices.ContainsFunc(c.contracts, func(n numberHit) bool { return len(n.accounts) > 0 })
		}
		return slices.ContainsFunc(c.contracts, func(n numberHit) bool {
			return n.first <= i && i <= n.last && slices.Contains(n.accounts, e.at)
		})
	case claimDocument:
		// The payer's own order number («п/п 1356») names nothing of ours.
		return tok.topic == topicPayOrder
	case claimPlace:
		// Whose outlet it is does not matter where the payer has one account only.
		return !c.id.network()
	case claimNone:
		return i+1 < len(c.text.tokens) && c.text.ratePercent(i+1) || tok.text+"00" == strconv.FormatInt(c.amount, 10) || c.inOwnName(i) || c.lawNumber(i) || slices.ContainsFunc(c.numbers, func(n numberHit) bool {
			return n.first <= i && i <= n.last && c.explained(n, e)
		})
	case claimPersonal, claimCode, claimLegacy:
	}
	return false
}

// requisiteDigitsMin is the length of the shortest requisite with a fixed form.
const requisiteDigitsMin = 9

// harmlessSum says whether the amount that token i belongs to is VAT, marked as an amount, the
// payment itself or the price of one of several: an unmarked "1595-92" may be a number.
func (c *caseFile) harmlessSum(i int) bool {
	return slices.ContainsFunc(c.text.sums, func(sum sumHit) bool {
		if i < sum.first || sum.last < i {
			return false
		}
		times := sum.first > 0 && slices.Contains([]string{"х", "x", "*"}, c.text.tokens[sum.first-1].text)
		return sum.vat || sum.keyed || sum.minor == c.amount || times
	})
}

// inOwnName says whether token i is part of a name that is the payer's, the account's or
// ours.
func (c *caseFile) inOwnName(i int) bool {
	return slices.ContainsFunc(c.text.parties, func(party partyHit) bool {
		return party.first <= i && i <= party.last && (c.ownParty(party) || sameName(party.tokens, c.id.payerWords()))
	})
}

// inNameOf says whether token i is part of a name in the text that is the account's.
func (c *caseFile) inNameOf(i int, e *evidence) bool {
	return slices.ContainsFunc(c.text.parties, func(party partyHit) bool {
		return party.first <= i && i <= party.last && c.partyIs(party, []int32{e.at})
	})
}

// beforeNameOf says whether token i leads to the account's name: "за контрагента ООО …".
func (c *caseFile) beforeNameOf(i int, e *evidence) bool {
	return slices.ContainsFunc(c.text.parties, func(party partyHit) bool {
		return i < party.first && party.first-i <= 2 && party.behalf && c.partyIs(party, []int32{e.at})
	})
}

// lawNumber says whether token i numbers an article: "ст. 346.11 НК РФ", "пп. 26 п. 2".
func (c *caseFile) lawNumber(i int) bool {
	for k := i - 1; k >= 0 && k >= i-4; k-- {
		tok := c.text.tokens[k]
		switch tok.kind {
		case tokenWord:
			return tok.text == "ст" || tok.text == "п" || tok.text == "пп" || tok.text == "гл" || strings.HasPrefix(tok.text, "стат") || strings.HasPrefix(tok.text, "глав") || strings.HasPrefix(tok.text, "пункт")
		case tokenSign:
			if tok.text != "." && tok.text != "-" {
				return false
			}
		case tokenNumber:
		}
	}
	return false
}
