package match

import (
	"strings"
)

// parsed is a purpose with everything that was recognised in it. It depends on the payment's
// text and requisites only, never on the snapshot.
type parsed struct {
	reading
	tokens  []token
	dates   []dateHit
	sums    []sumHit
	taxIDs  []idHit
	periods []periodHit
	parties []partyHit
}

// idHit is a tax id written in the text.
type idHit struct {
	value    string
	from, to int // characters
}

// parse reads a purpose. The order matters: a number belongs to the strongest reading that
// claims it, and dates, requisites and tax ids are stronger than amounts.
func parse(text string) *parsed {
	p := &parsed{reading: readText(FieldPurpose, text)}
	p.tokens = lex(&p.reading)
	p.assignTopics()
	p.anchorsBehind()
	p.claimBraces()
	p.claimKNP()
	p.claimAccounts()
	p.claimDates()
	p.claimRequisites()
	p.claimPhones()
	return p
}

// finish claims what is left for amounts, quantities and documents, after our own codes have
// been found: "58291375-00" is a number with a code before it is roubles with kopecks.
func (p *parsed) finish() {
	p.claimPeriods()
	p.claimSums()
	p.claimQuantities()
	p.claimByTopic()
	p.findParties()
}

// pairTopics are abbreviations of two letters with a stroke, point or hyphen between them.
var pairTopics = map[string]topic{
	"рс": topicAccount, "рр": topicAccount, "рсч": topicAccount, "кс": topicAccount, "ксч": topicAccount,
	"лс": topicPersonal, "лсч": topicPersonal, "ор": topicPersonal,
	"пп": topicPayOrder, "пд": topicPayOrder,
	"сф": topicTaxInvoice, "вн": topicDocument, "тн": topicDocument, "сч": topicInvoice,
}

// accountWords turn the счет after them into a bank account, personalWords into a client's. "Расч"
// stands for itself only: "расчет" is a payment.
var accountWords = []string{"расчетн", "розрахунков", "корр", "текущ", "поточн", "банковск", "карточн", "валютн", "транзитн", "депозитн"}

var personalWords = []string{"лицев", "особов", "личн"}

// assignTopics gives every number the topic of the keyword before it.
func (p *parsed) assignTopics() {
	cur, gap, signed := topicNone, 0, false
	nth, last := 0, -1
	prevWord := ""
	for i := 0; i < len(p.tokens); i++ {
		tok := &p.tokens[i]
		switch tok.kind {
		case tokenSign:
			switch tok.text {
			case "#":
				signed = true
				if cur == topicMoney || cur == topicVAT || cur == topicPeriod {
					cur = topicNone
				}
			case "{", "}", ";":
				if cur != topicInvoice {
					cur = topicNone
				}
			}
		case tokenNumber:
			if gap <= gapBareMax || (signed && gap <= gapMax) {
				tok.topic = cur
			}
			if last >= 0 && !p.oneChunk(last, i) {
				nth++
			}
			tok.signed, tok.gap, tok.nth = signed, gap, nth
			signed, last = false, i
			if single(cur) && !p.continues(i) {
				cur = topicNone
			}
		case tokenWord:
			if tp, skip := p.pairAt(i); skip > 0 {
				cur, gap, signed, nth, last = tp, 0, false, 0, -1
				i += skip
				prevWord = ""
				continue
			}
			switch {
			case inSet(numberSigns, tok.text) && p.announces(i):
				signed = true
				if cur == topicMoney || cur == topicVAT || cur == topicPeriod {
					cur = topicNone
				}
			case inSet(dateWords, tok.text):
				signed = false
				if cur == topicMoney || cur == topicVAT || cur == topicPlace {
					cur = topicNone
				}
			case inSet(fillers, tok.text):
				// A place has its number at once: "кассы за 3 месяца" has none.
				if cur == topicPlace {
					cur = topicNone
				}
			case p.besideNumber(i):
				// a letter or two of a number: "Ек2Тюм003221"; an anchor may be glued, too
				if tp, ok := keywords.find(tok.text); ok {
					cur, gap, signed, nth, last = tp, 0, false, 0, -1
				}
			default:
				if tp, ok := p.keyword(i, prevWord); ok && tp == topicMoney && cur == topicVAT && prevWord == "в" {
					gap, signed = 0, false // "НДС 22% в сумме 268.69"
				} else if ok {
					cur, gap, signed, nth, last = tp, 0, false, 0, -1
				} else if monthOf(tok.text) == 0 {
					gap++
					signed = false
					if gap > gapMax {
						cur = topicNone
					}
				}
			}
			prevWord = tok.text
		}
	}
}

// anchorsBehind finds invoice numbers that stand before their word, as in Kazakh: "№ 58291375-12
// төлем шотына сәйкес", "58291375-12 шот бойынша".
func (p *parsed) anchorsBehind() {
	for i, tok := range p.tokens {
		if tok.kind != tokenWord || !strings.HasPrefix(tok.text, "шот") {
			continue
		}
		k := i - 1
		if p.isWord(k) && hasAnyStem(p.tokens[k].text, []string{"толем"}) {
			k--
		}
		if !p.isNumber(k) || !p.tokens[k+1].space {
			continue
		}
		from := k
		for from > 0 && !p.tokens[from].space && p.inChunk(from-1) {
			from--
		}
		if p.isWord(from) {
			continue
		}
		for ; from <= k; from++ {
			if p.tokens[from].kind == tokenNumber && p.tokens[from].topic != topicMoney && p.tokens[from].topic != topicVAT {
				p.tokens[from].topic, p.tokens[from].gap, p.tokens[from].nth = topicInvoice, 0, 0
			}
		}
	}
}

// oneChunk says whether the numbers at i and k are written in one piece.
func (p *parsed) oneChunk(i, k int) bool {
	for i++; i <= k; i++ {
		tok := p.tokens[i]
		if tok.space || (tok.kind == tokenSign && !strings.ContainsAny(tok.text, "-/._\\")) {
			return false
		}
	}
	return true
}

// gapMax is how many words may stand between a keyword and its number sign, gapBareMax
// between a keyword and a number without a sign. Fillers do not count.
const (
	gapMax     = 6
	gapBareMax = 1
)

// single says whether a topic speaks of one number only.
func single(tp topic) bool {
	switch tp {
	case topicTaxID, topicRequisite, topicAccount, topicPhone, topicPayOrder, topicCode, topicPlace:
		return true
	default:
		return false
	}
}

// continues says whether the number at i goes on behind a stroke: "ИНН/КПП 77…/77…".
func (p *parsed) continues(i int) bool {
	return i+2 < len(p.tokens) && (p.tokens[i+1].text == "/" || p.tokens[i+1].text == "\\") && p.tokens[i+2].kind == tokenNumber
}

// announces says whether the word at i is a number sign here: a number or a chunk with a
// number comes next, perhaps after a point.
func (p *parsed) announces(i int) bool {
	for k := i + 1; k < len(p.tokens) && k <= i+4; k++ {
		switch p.tokens[k].kind {
		case tokenNumber:
			return true
		case tokenWord:
			if k+1 < len(p.tokens) && p.tokens[k+1].glued {
				continue
			}
			return inSet(fillers, p.tokens[k].text)
		case tokenSign:
		}
	}
	return false
}

// besideNumber says whether a short word is glued to a number on the right.
func (p *parsed) besideNumber(i int) bool {
	return i+1 < len(p.tokens) && p.tokens[i+1].glued && p.tokens[i+1].kind == tokenNumber && len(p.tokens[i].text) <= 8
}

// pairAt recognises an abbreviation like "р/с" at i and returns how many tokens follow it.
func (p *parsed) pairAt(i int) (topic, int) {
	if i+2 >= len(p.tokens) {
		return topicNone, 0
	}
	a, sep, b := p.tokens[i], p.tokens[i+1], p.tokens[i+2]
	if !sep.glued || b.kind != tokenWord || b.space || len(a.text)+len(b.text) > 8 {
		return topicNone, 0
	}
	tp, ok := pairTopics[a.text+b.text]
	if !ok {
		return topicNone, 0
	}
	switch sep.text {
	case "/", "\\":
		return tp, 2
	case ".", "-":
		if tp == topicAccount || tp == topicPersonal {
			return tp, 2
		}
	}
	return topicNone, 0
}

// keyword returns the topic of the word at i; the word before it may change it.
func (p *parsed) keyword(i int, before string) (topic, bool) {
	word := p.tokens[i].text
	tp, ok := keywords.find(word)
	if !ok {
		return topicNone, false
	}
	switch tp {
	case topicPayOrder:
		// ПП is also a legal form in Ukraine.
		if word == "пп" && !p.announces(i) {
			return topicNone, false
		}
	case topicContract:
		// "счет-оферта", "счет-договор" are invoices.
		if before, ok := keywords.find(before); ok && before == topicInvoice && p.isSign(i-1, "-") {
			return topicInvoice, true
		}
	case topicInvoice:
		for _, stem := range accountWords {
			if strings.HasPrefix(before, stem) {
				return topicAccount, true
			}
		}
		for _, stem := range personalWords {
			if strings.HasPrefix(before, stem) {
				return topicPersonal, true
			}
		}
		if before == "расч" || before == "розр" {
			return topicAccount, true
		}
		if before == "лиц" || before == "ос" {
			return topicPersonal, true
		}
	default:
	}
	return tp, true
}

// isSign says whether token i is the sign s, glued to what stands before it.
func (p *parsed) isSign(i int, s string) bool {
	return i >= 0 && i < len(p.tokens) && p.tokens[i].kind == tokenSign && p.tokens[i].text == s && !p.tokens[i].space
}

func (p *parsed) isNumber(i int) bool {
	return i >= 0 && i < len(p.tokens) && p.tokens[i].kind == tokenNumber
}

func (p *parsed) isWord(i int) bool {
	return i >= 0 && i < len(p.tokens) && p.tokens[i].kind == tokenWord
}

// free says whether token i is a number that nothing has claimed.
func (p *parsed) free(i int) bool { return p.isNumber(i) && p.tokens[i].claim == claimNone }

// chunk returns the tokens [from, to) around i that are written without a space and joined
// by letters, digits and - / . _ \ only: the whole of a number like "23/01/2023/Р-01".
// Keywords, date words and number signs end it.
func (p *parsed) chunk(i int) (from, to int) {
	from, to = i, i+1
	for from > 0 && !p.tokens[from].space && p.inChunk(from-1) {
		from--
	}
	for from < i && p.tokens[from].kind == tokenSign {
		from++
	}
	for to < len(p.tokens) && !p.tokens[to].space && p.inChunk(to) {
		to++
	}
	for to > i+1 && p.tokens[to-1].kind == tokenSign {
		to--
	}
	return from, to
}

func (p *parsed) inChunk(i int) bool {
	tok := p.tokens[i]
	switch tok.kind {
	case tokenNumber:
		return true
	case tokenWord:
		if inSet(dateWords, tok.text) || inSet(numberSigns, tok.text) {
			return false
		}
		if inSet(currencyWords, tok.text) && p.isNumber(i-1) { // "2999руб"; but "/Р/" is a part
			return false
		}
		_, key := keywords.find(tok.text)
		return !key
	default:
		return strings.ContainsAny(tok.text, "-/._\\")
	}
}

// seriesLettersMax bounds the letters of a number's series.
const seriesLettersMax = 4

// seriesBefore says whether the word before token i is the series of a contract's number: "дог. БВ
// 13/07-2023".
func (p *parsed) seriesBefore(i int) bool {
	if i < 1 || !p.isWord(i-1) || !p.tokens[i-1].space {
		return false
	}
	w := p.tokens[i-1].text
	if len([]rune(w)) > seriesLettersMax || inSet(fillers, w) || inSet(dateWords, w) || inSet(numberSigns, w) || inSet(betweenBehalf, w) || inSet(legalForms, w) {
		return false
	}
	if _, key := keywords.find(w); key {
		return false
	}
	k := i - 2
	for k >= 0 && (p.tokens[k].kind == tokenSign && strings.Contains(".#", p.tokens[k].text) || p.isWord(k) && inSet(numberSigns, p.tokens[k].text)) {
		k--
	}
	if !p.isWord(k) {
		return false
	}
	tp, ok := keywords.find(p.tokens[k].text)
	return ok && tp == topicContract
}
