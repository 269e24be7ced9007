package match

import (
	"slices"
	"strings"
	"unicode"

	"prolong"
)

// partyHit is a company or entrepreneur named in the purpose with its legal form.
type partyHit struct {
	behalf      bool     // "за ООО …": the payer says that he pays for somebody
	quoted      bool     // the name stood in quotes, so its end is certain
	tokens      []string // identifying words, as nameTokens gives them
	more        []string // of a name without quotes: the words as far as it may go at most
	first, last int      // tokens of the purpose
}

// personHit is a person inside a bank's line: ПАО СБЕРБАНК//ИВАНОВ ИВАН ИВАНОВИЧ//…//381505107980//.
type personHit struct {
	name string
	inn  string
	span Span
}

// partyForms open a name in a text. ПП, АО, ЖК and their like are too short to be certain
// without a name in quotes.
var partyForms = wordSet(`ооо оао зао пао нао одо тов тзов прат пат фоп тоо жшс ип чп чуп ooo tov too fop llc ltd`)

var shortForms = wordSet(`ао ао пп жк ак кх фх ip ao жск тсж`)

// behalfWords say that one pays for another.
var behalfWords = wordSet(`за вместо замисть имени za ushin ушин пользу користь`)

// betweenBehalf may stand between "за" and the legal form.
var betweenBehalf = wordSet(`с в у на з из от вид клиента компанию организацию фирму контрагента предприятие покупателя плательщика заказчика абонента публичное непубличное закрытое открытое публичного третье лицо юрлицо юр клиент организации компании`)

// partyWordsMax bounds the words of a name without quotes.
const partyWordsMax = 5

// findParties finds names with a legal form before or behind them.
func (p *parsed) findParties() {
	for i := 0; i < len(p.tokens); i++ {
		if p.tokens[i].kind != tokenWord {
			continue
		}
		n := min(p.formAt(i), len(p.tokens)-i)
		if n == 0 {
			continue
		}
		hit, ok := p.partyAfter(i, n)
		if !ok {
			hit, ok = p.partyBefore(i, n)
		}
		if !ok {
			continue
		}
		hit.behalf = p.behalfBefore(min(hit.first, i))
		p.parties = append(p.parties, hit)
		i = max(i, hit.last)
	}
}

// formAt returns how many tokens a legal form has at i.
func (p *parsed) formAt(i int) int {
	w := p.tokens[i].text
	word := func(k int) string {
		if p.isWord(k) {
			return p.tokens[k].text
		}
		return ""
	}
	switch {
	case inSet(partyForms, w):
		return 1
	case inSet(shortForms, w) && i+1 < len(p.tokens) && p.tokens[i+1].text == "\"":
		return 1
	case inSet(shortForms, w) && p.isWord(i+1) && i > 0 && inSet(behalfWords, p.tokens[i-1].text):
		return 1
	case (w == "общество" || w == "общества") && word(i+1) == "с":
		return 4
	case w == "товариство" && word(i+1) == "з", w == "товарищество" && word(i+1) == "с":
		return 4
	case strings.HasPrefix(w, "акционерн") && strings.HasPrefix(word(i+1), "обществ"):
		return 2
	case strings.HasPrefix(w, "акционерн") && strings.HasPrefix(word(i+1), "товариств"):
		return 2
	case strings.HasPrefix(w, "индивидуальн") && strings.HasPrefix(word(i+1), "предпринимател"):
		return 2
	case strings.HasPrefix(w, "физичн") && strings.HasPrefix(word(i+1), "особ"):
		if p.isSign(i+2, "-") {
			return 4
		}
		return 3
	}
	return 0
}

func (p *parsed) partyAfter(i, n int) (partyHit, bool) {
	k := i + n
	if k >= len(p.tokens) {
		return partyHit{}, false
	}
	hit := partyHit{first: i, last: k}
	if p.tokens[k].text == "\"" {
		var words []string
		for e := k + 1; e < len(p.tokens) && e <= k+12; e++ {
			if p.tokens[e].text == "\"" && (len(words) > 0) {
				hit.last, hit.quoted = e, true
				break
			}
			if p.tokens[e].kind != tokenSign {
				words = append(words, p.tokens[e].text)
				hit.last = e
			}
		}
		hit.tokens = nameTokens(strings.Join(words, " "))
		return hit, len(hit.tokens) > 0
	}
	var words, more []string
	ended := false
	for e := k; e < len(p.tokens) && len(more) < partyWordsMax; e++ {
		tok := p.tokens[e]
		if tok.kind == tokenSign {
			if tok.text == "." || tok.text == "-" || tok.text == "#" {
				continue
			}
			break
		}
		more = append(more, tok.text)
		if ended = ended || p.endsName(e); ended {
			continue
		}
		words = append(words, tok.text)
		hit.last = e
	}
	hit.tokens, hit.more = nameTokens(strings.Join(words, " ")), nameTokens(strings.Join(more, " "))
	return hit, len(hit.tokens) > 0
}

// partyBefore finds the name in front of its legal form: "АЛЬФА ООО".
func (p *parsed) partyBefore(i, n int) (partyHit, bool) {
	hit := partyHit{first: i, last: i + n - 1}
	e := i - 1
	quoted := e >= 0 && p.tokens[e].text == "\""
	if quoted {
		e--
	}
	var words []string
	for ; e >= 0 && len(words) < partyWordsMax; e-- {
		tok := p.tokens[e]
		if tok.text == "\"" && quoted {
			hit.first, hit.quoted = e, true
			break
		}
		if tok.kind == tokenSign && tok.text != "-" && tok.text != "." || (!quoted && tok.kind == tokenWord && p.endsName(e)) || tok.kind == tokenNumber && len(tok.text) > 3 ||
			!quoted && hasAnyStem(tok.text, behalfStems) {
			break
		}
		if tok.kind != tokenSign {
			words = append(words, tok.text)
		}
		hit.first = e
	}
	slices.Reverse(words)
	hit.tokens = nameTokens(strings.Join(words, " "))
	return hit, len(hit.tokens) > 0
}

// endsName says whether the token cannot belong to a name without quotes.
func (p *parsed) endsName(i int) bool {
	tok := p.tokens[i]
	if tok.kind == tokenNumber {
		return tok.claim != claimNone || len(tok.text) > 3
	}
	if _, ok := keywords.find(tok.text); ok || inSet(partyForms, tok.text) {
		return true
	}
	return (inSet(fillers, tok.text) && len([]rune(tok.text)) > 1) || hasAnyStem(tok.text, nameEnds)
}

// nameEnds are words that a purpose goes on with behind a name.
var nameEnds = []string{"оплат", "услуг", "послуг", "сплат", "плат", "перев", "подпис", "сервис", "доступ", "ндс", "без", "сог", "зг", "абон", "аванс", "предоплат", "информац", "программ", "програм", "толем", "шот"}

func hasAnyStem(word string, stems []string) bool {
	for _, s := range stems {
		if strings.HasPrefix(word, s) {
			return true
		}
	}
	return false
}

// behalfBefore says whether "за" or its like stands before token i.
func (p *parsed) behalfBefore(i int) bool {
	for k := i - 1; k >= 0 && k >= i-5; k-- {
		tok := p.tokens[k]
		switch {
		case tok.text == "\"" || tok.text == ".":
			continue
		case tok.kind != tokenWord:
			return false
		case inSet(behalfWords, tok.text) || hasAnyStem(tok.text, behalfStems):
			return true
		case !inSet(betweenBehalf, tok.text) && !inSet(partyForms, tok.text) && !inSet(shortForms, tok.text):
			return false
		}
	}
	return false
}

// behalfStems begin words that mean the same: "в счет взаиморасчетов с ООО …", "по письму ООО …".
var behalfStems = []string{"взаиморасч", "взаеморозрах", "взаимозач", "письм", "лист", "просьб", "прохан", "поручен", "доручен"}

// beginsName says whether the words begin with the name: the same words in the same order, a
// person with either name as initials, or words that a line break has cut in two.
func beginsName(words, name []string) bool {
	if len(name) == 0 || len(words) < len(name) || len(name) == 1 && len([]rune(name[0])) < 2 {
		return false
	}
	if slices.Equal(words[:len(name)], name) || samePerson(words[:min(3, len(words))], name) {
		return true
	}
	whole, built := strings.Join(name, ""), ""
	for _, w := range words {
		if built += w; len(built) >= len(whole) {
			return built == whole && len([]rune(whole)) >= joinedNameMin
		}
	}
	return false
}

// joinedNameMin is the least number of letters of a name that is recognised in spite of spaces in
// the wrong places.
const joinedNameMin = 8

// sameName says whether two names are the same party: the same identifying words in any
// order, or for a person surname and both names with either written as initials.
func sameName(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	x, y := slices.Clone(a), slices.Clone(b)
	slices.Sort(x)
	slices.Sort(y)
	if slices.Equal(x, y) {
		return len(a) > 1 || len([]rune(a[0])) > 1
	}
	return samePerson(a, b)
}

// samePerson compares "Петров А. А." with "Петров Алексей Андреевич". "Петрова" is another
// person than "Петров".
func samePerson(a, b []string) bool {
	if len(a) != len(b) || len(a) < 2 || len(a) > 3 || a[0] != b[0] || len([]rune(a[0])) < 3 {
		return false
	}
	for i := 1; i < len(a); i++ {
		x, y := []rune(a[i]), []rune(b[i])
		if x[0] != y[0] || !unicode.IsLetter(x[0]) || (len(x) > 1 && len(y) > 1 && a[i] != b[i]) {
			return false
		}
	}
	return true
}

// bankPersons finds persons inside the line of a bank. The bank's own tax id is never used.
func bankPersons(field Field, text string) []personHit {
	if !strings.Contains(text, "//") {
		return nil
	}
	var hits []personHit
	var hit personHit
	at := 0
	for _, part := range strings.Split(text, "//") {
		from := at
		at += len(part) + 2
		part = strings.TrimSpace(part)
		words := splitWords(part)
		switch {
		case len(words) == 1 && len(words[0]) == 12 && prolong.ValidTaxID(prolong.Russia, words[0]) && hit.inn == "":
			hit.inn = words[0]
			hit.span = Span{Field: field, From: from, To: min(at-2, len(text))}
		case hit.name == "" && looksLikePerson(words):
			hit.name = strings.Join(words, " ")
		}
	}
	if hit.inn != "" || hit.name != "" {
		hits = append(hits, hit)
	}
	return hits
}

// looksLikePerson says whether the words can be surname, name and patronymic.
func looksLikePerson(words []string) bool {
	if len(words) < 2 || len(words) > 4 {
		return false
	}
	for _, w := range words {
		if strings.ContainsAny(w, "0123456789") || strings.HasPrefix(w, "банк") || strings.HasSuffix(w, "банк") || (inSet(legalForms, w) && w != "ип") {
			return false
		}
	}
	return true
}

// looksLikeBank says whether a payer's name is a bank's.
func looksLikeBank(name string) bool {
	for _, w := range splitWords(name) {
		if strings.Contains(w, "банк") || w == "bank" || strings.HasSuffix(w, "bank") {
			return true
		}
	}
	return false
}
