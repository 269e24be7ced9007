package match

import (
	"slices"
	"strings"
)

// wordLettersMax is the length up to which a word without any meaning is let pass if it is on
// the list of short ones.
const wordLettersMax = 3

func (c *caseFile) harmlessWord(i int, e *evidence) bool {
	w := c.text.tokens[i].text
	switch {
	case c.text.tokens[i].claim != claimNone:
		return true
	case hasAnyStem(w, thirdPartyStems) || hasAnyStem(w, bankStems) && !c.text.ratePercent(i) || hasAnyStem(w, foreignStems) && !c.s.soldWord(w) && !inSet(legalForms, w) && !c.ownWord(w, e):
		return false
	case inSet(shortSubject, w), inSet(subjectWords, w), inSet(fillers, w), inSet(numberSigns, w), inSet(currencyWords, w), inSet(quantityWords, w), c.s.soldWord(w):
		return true
	case monthOf(w) != 0, inflected(w, subjectStems), c.text.ratePercent(i), c.ownWord(w, e):
		return true
	case len([]rune(w)) <= wordLettersMax && c.inOwnName(i):
		return true
	case inSet(legalForms, w):
		return c.inOwnName(i) || c.ownWord(w, e) || c.inNameOf(i, e) || c.dangling(i)
	case i > 0 && besideWord(c.text.tokens[i-1].text, w):
		return true
	case hasAnyStem(w, transferWords):
		return c.aimed()
	case (inSet(betweenBehalf, w) || inSet(behalfWords, w)) && c.beforeNameOf(i, e):
		return true
	case c.cutWord(i), c.gluedWords(w, e, gluedWordsMax):
		return true
	}
	if tp, ok := keywords.find(w); ok {
		switch tp {
		case topicPersonal: // "пополнение лицевого счета", but never "за клиента"
			return (strings.HasPrefix(w, "лиц") || strings.HasPrefix(w, "особ")) && !c.numberedAs(topicPersonal)
		case topicPhone:
			return c.numberedAs(topicPhone)
		case topicDocument:
			return strings.HasPrefix(w, "акт") && !c.numberedAs(topicDocument)
		case topicTaxInvoice, topicRegister:
			return false
		case topicPlace:
			return !c.id.network() && c.text.placeNumbered(i)
		default:
			return true
		}
	}
	return false
}

// numberedAs says whether any number of the text has the topic.
func (c *caseFile) numberedAs(tp topic) bool {
	return slices.ContainsFunc(c.text.tokens, func(tok token) bool { return tok.kind == tokenNumber && tok.topic == tp })
}

// dangling says whether the legal form at i belongs to no name and to nobody that one pays for: the
// payer writes his tax id and what he is.
func (c *caseFile) dangling(i int) bool {
	if c.text.behalfBefore(i) || i == len(c.text.tokens)-1 {
		return false
	}
	return !slices.ContainsFunc(c.text.parties, func(party partyHit) bool { return party.first <= i && i <= party.last })
}

// placeNumbered says whether the number of a cash register or a shop stands right behind the
// word at i.
func (p *parsed) placeNumbered(i int) bool {
	for k := i + 1; k < len(p.tokens) && k <= i+3; k++ {
		if p.tokens[k].claim == claimPlace {
			return true
		}
	}
	return false
}

// ownWord says whether the word belongs to the payer's name, the account's or ours.
func (c *caseFile) ownWord(w string, e *evidence) bool {
	if slices.Contains(c.id.payerWords(), w) || slices.Contains(c.nameOf(e), w) {
		return true
	}
	return slices.ContainsFunc(c.ownTokens, func(own []string) bool { return slices.Contains(own, w) })
}

// inflected says whether the word is one of the stems with an ending behind. A beginning alone is not
// enough where people leave blanks out: "обслуживаниелифтов" begins like "обслуживание" and is
// about lifts.
func inflected(word string, stems []string) bool {
	for _, s := range stems {
		rest, ok := strings.CutPrefix(word, s)
		if !ok {
			continue
		}
		n := len([]rune(rest))
		if n <= endingShort || n <= endingOfLong && len([]rune(s)) >= stemLong || n <= endingLong && hasAnyStem(rest, endings) {
			return true
		}
	}
	return false
}

const (
	endingShort = 3 // letters of an ending that need no look
	endingLong  = 9 // letters of the longest
	// A long stem means one thing, and may go on a little further: "предусм-отрен".
	stemLong     = 7
	endingOfLong = 5
)

// endings are how the longer endings of Russian, Ukrainian and Kazakh words of our lists begin.
var endings = []string{
	"овува", "ени", "ень", "енн", "ено", "ене", "ани", "ань", "анн", "ано", "ова", "ирова", "ируе", "ива", "ыва", "ува", "юва", "ють", "уют", "уюч", "ующ", "ающ", "яющ", "ащи", "ает", "яет", "аем", "аєм", "уем", "ите", "ить", "ити", "еть", "ать",
	"ель", "тел", "чик", "щик", "ист", "иче", "ичн", "ион", "ийн", "ент", "емен", "аль", "ног", "ном", "ной", "ным", "ных", "ная", "ное", "ные", "ную", "ный", "них", "ним", "ної", "нои", "ний", "нос", "ост", "ств", "ско", "ска", "ску", "ски", "ськ",
	"ого", "ому", "ыми", "ими", "ами", "ями", "ах", "ях", "ови", "ием", "иям", "иях", "цию", "ции", "ция", "циє", "цие", "циа", "ден", "жден", "чен", "щен", "шен", "жен", "лен", "влен", "вле", "люч", "нии", "нию", "нням", "ння", "пла", "мес",
	"лар", "лер", "дар", "дер", "дын", "дин", "нын", "нин", "гин", "гын", "ынын", "ини", "ыны",
}

// gluedWords says whether the word is several harmless words between which the blanks were left out:
// "Оплатауслуг".
func (c *caseFile) gluedWords(word string, e *evidence, pieces int) bool {
	r := []rune(word)
	for cut := gluedLettersMin; cut <= len(r)-gluedLettersMin; cut++ {
		head, tail := string(r[:cut]), string(r[cut:])
		if !c.knownWord(head, e) {
			continue
		}
		for short := range gluedShort {
			if rest, ok := strings.CutPrefix(tail, short); ok && len([]rune(rest)) >= gluedLettersMin && c.knownWord(rest, e) {
				return true
			}
		}
		if c.knownWord(tail, e) || pieces > 2 && c.gluedWords(tail, e, pieces-1) {
			return true
		}
	}
	return false
}

const (
	gluedLettersMin = 4 // of the first and the last: "наличных" is not "на личных"
	gluedWordsMax   = 4
)

// knownWord says whether the word by itself, wherever it stands, is on a list of harmless ones.
func (c *caseFile) knownWord(w string, e *evidence) bool {
	if hasAnyStem(w, thirdPartyStems) || hasAnyStem(w, bankStems) || hasAnyStem(w, foreignStems) {
		return false
	}
	return inSet(subjectWords, w) || inSet(fillers, w) || inflected(w, subjectStems) || monthOf(w) != 0 || c.s.soldWord(w) || c.ownWord(w, e)
}

// besideWord says whether the word means something harmless behind the one before it only: "личный
// кабинет", "на сайте", "без учета НДС".
func besideWord(before, w string) bool {
	switch {
	case strings.HasPrefix(w, "кабинет"):
		return hasAnyStem(before, []string{"личн", "особист"})
	case strings.HasPrefix(w, "сайт"):
		return before == "на"
	case strings.HasPrefix(w, "учет"), strings.HasPrefix(w, "урахув"):
		return before == "без" || before == "с" || before == "з"
	}
	return false
}

// gluedShort are the short words that stand between others without a blank.
var gluedShort = wordSet(`за по на от без ндс пдв для сч`)
