package match

import (
	"strings"

	"prolong"
)

// claimBraces claims currency operation codes: {VO20100}, {53=33798.03}.
func (p *parsed) claimBraces() {
	open := -1
	for i := range p.tokens {
		switch p.tokens[i].text {
		case "{":
			open = i
		case "}":
			if open >= 0 && i-open <= 8 {
				for k := open; k < i; k++ {
					p.mark(k, claimCodePrefix)
				}
			}
			open = -1
		}
	}
}

// claimKNP claims the Kazakh payment code with residence and currency: "1417KZT859".
func (p *parsed) claimKNP() {
	for i := 1; i+1 < len(p.tokens); i++ {
		if p.tokens[i].kind == tokenWord && len(p.tokens[i].text) == 3 && p.free(i-1) && p.free(i+1) && p.tokens[i].glued && p.tokens[i+1].glued &&
			len(p.tokens[i-1].text) == 4 && len(p.tokens[i+1].text) == 3 && inSet(currencyWords, p.tokens[i].text) {
			for k := i - 1; k <= i+1; k++ {
				p.mark(k, claimCodePrefix)
			}
		}
	}
}

// claim marks a number unless something stronger has it.
func (p *parsed) claim(i int, c claim) {
	if p.tokens[i].kind == tokenNumber && p.tokens[i].claim == claimNone {
		p.tokens[i].claim = c
	}
}

// mark is claim for words as well: the letters of an IBAN or of "{VO20100}" are no words.
func (p *parsed) mark(i int, c claim) {
	if p.tokens[i].claim == claimNone {
		p.tokens[i].claim = c
	}
}

// claimByTopic gives what is still free to the document that its keyword names, letters and
// all parts of the number included.
func (p *parsed) claimByTopic() {
	byTopic := map[topic]claim{
		topicContract: claimContract, topicDocument: claimDocument, topicPayOrder: claimDocument, topicRegister: claimDocument,
		topicPersonal: claimPersonal, topicRequisite: claimRequisite, topicAccount: claimRequisite, topicPhone: claimPhone,
		topicCode: claimCodePrefix, topicTaxID: claimTaxID, topicTaxInvoice: claimDocument, topicPlace: claimPlace,
	}
	for i := range p.tokens {
		if !p.free(i) {
			continue
		}
		c, ok := byTopic[p.tokens[i].topic]
		if !ok {
			continue
		}
		from, to := p.chunk(i)
		for k := from; k < to; k++ {
			p.mark(k, c)
		}
	}
	for i := range p.tokens {
		if tok := p.tokens[i]; tok.kind == tokenNumber && tok.topic == topicContract && (tok.claim == claimContract || tok.claim == claimDate) && p.seriesBefore(i) {
			p.mark(i-1, claimContract)
		}
	}
}

// claimAccounts claims bank accounts and IBANs, in one run or in groups.
func (p *parsed) claimAccounts() {
	for i := range p.tokens {
		tok := p.tokens[i]
		switch {
		case tok.kind == tokenWord && (tok.text == "ua" || tok.text == "kz" || tok.text == "by") && p.isNumber(i+1) && len(p.tokens[i+1].text) >= 2:
			p.claimIBAN(i, map[string]int{"ua": 29, "kz": 20, "by": 28}[tok.text])
		case !p.free(i):
		case len(tok.text) > accountDigits, len(tok.text) == accountDigits && tok.text[0] < '5':
			p.claim(i, claimRequisite)
		case len(tok.text) == 5 && (tok.text[0] == '4' || tok.text[0] == '3'):
			p.claimGroups(i, accountDigits)
		case tok.topic == topicAccount:
			p.claim(i, claimRequisite)
		}
	}
}

// accountDigits is the length of a Russian bank account.
const accountDigits = 20

// claimGroups claims the numbers from i on if their digits sum to exactly n.
func (p *parsed) claimGroups(i, n int) {
	sum, k := 0, i
	for k < len(p.tokens) && sum < n {
		switch {
		case p.free(k):
			sum += len(p.tokens[k].text)
		case p.tokens[k].kind != tokenSign || !strings.ContainsAny(p.tokens[k].text, ".-"):
			return
		}
		k++
	}
	if sum != n {
		return
	}
	for ; i < k; i++ {
		p.claim(i, claimRequisite)
	}
}

// claimIBAN claims the letters and digits from i on until the length of the country's IBAN.
func (p *parsed) claimIBAN(i, n int) {
	size := 0
	for k := i; k < len(p.tokens) && size < n; k++ {
		tok := p.tokens[k]
		if tok.kind == tokenSign || (k > i && tok.kind == tokenWord && tok.space) {
			return
		}
		size += tok.to - tok.from
		p.mark(k, claimRequisite)
	}
}

// claimRequisites claims tax ids and the numbers that stand beside them.
func (p *parsed) claimRequisites() {
	for i := range p.tokens {
		tok := p.tokens[i]
		if !p.free(i) || (tok.topic != topicTaxID && tok.topic != topicRequisite) {
			continue
		}
		text := tok.text
		switch {
		case prolong.TaxIDLooksValid(text) && (tok.topic == topicTaxID || len(text) != 9):
			p.claim(i, claimTaxID)
			p.taxIDs = append(p.taxIDs, idHit{value: text, from: tok.from, to: tok.to})
		case tok.topic == topicTaxID && len(text) >= 8:
			p.claim(i, claimTaxID)
		case len(text) == 9:
			p.claim(i, claimRequisite)
		}
	}
}

// claimTaxID claims a bare number that the caller knows to be somebody's tax id.
func (p *parsed) claimTaxID(i int) {
	tok := p.tokens[i]
	p.claim(i, claimTaxID)
	p.taxIDs = append(p.taxIDs, idHit{value: tok.text, from: tok.from, to: tok.to})
}

// phoneDigits is the length of a Russian telephone number with its prefix.
const phoneDigits = 11

// digitsJoined counts the digits from token i on that only hyphens part.
func (p *parsed) digitsJoined(i int) int {
	n := len(p.tokens[i].text)
	for p.isSign(i+1, "-") && p.free(i+2) && !p.tokens[i+2].space {
		i += 2
		n += len(p.tokens[i].text)
	}
	return n
}

// claimPhones claims telephone numbers: after a plus or a keyword, in brackets, or by length.
func (p *parsed) claimPhones() {
	for i := range p.tokens {
		if !p.free(i) {
			continue
		}
		text := p.tokens[i].text
		grouped := (text == "8" || text == "7") && p.isSign(i+1, "-") && p.digitsJoined(i) == phoneDigits
		plus := grouped || p.isSign(i-1, "+") || (i > 0 && p.tokens[i-1].text == "+" && !p.tokens[i].space)
		bracket := (text == "8" || text == "7" || text == "380" || text == "38") && i+1 < len(p.tokens) && p.tokens[i+1].text == "(" && p.isNumber(i+2)
		switch {
		case plus || bracket || p.tokens[i].topic == topicPhone:
			digits := 0
			for k := i; k < len(p.tokens) && digits < 10 && k < i+12; k++ {
				if p.free(k) {
					digits += len(p.tokens[k].text)
					p.claim(k, claimPhone)
				} else if p.tokens[k].kind == tokenWord {
					break
				}
			}
		case len(text) == 12 && strings.HasPrefix(text, "380"):
			p.claim(i, claimPhone)
		}
	}
}
