package match

import (
	"slices"
	"strings"
	"unicode"
)

// legalForms are the folded words that name a legal form and say nothing about who it is.
// Source: the forms listed in reference 3.3, with the full wordings of the laws.
var legalForms = wordSet(`
	ооо оао зао ао пао нао одо ип кфх нко ано тсж снт гск пк чп чтуп чуп ип оо фгуп муп гуп мбу гбу фгбу
	тов тзов тдв прат пат пп фоп спд спдфо дп фг фх кп
	тоо жшс ак жк ап кх птк
	ooo oao zao ao pao ip too llc ltd llp inc jsc cjsc pjsc tov fop gmbh
	общество общества ограниченной ограниченною ответственностью дополнительной акционерное публичное закрытое открытое непубличное
	индивидуальный индивидуального предприниматель предпринимателя предпринимательница крестьянское фермерское хозяйство
	товариство обмеженою видповидальнистю приватне акционерне пидприемство физична особа пидприемець
	товарищество серикктестиги серикктестик жауапкершилиги шектеули жеке касипкер
	частное предприятие
`)

// nameTails begin what banks append to a name: branch, account, city, tax id.
var nameTails = wordSet(`филиал филия обособленное подразделение инн кпп бин иин эдрпоу едрпоу окпо унп р рс кс иик огрн огрнип`)

// smallWords carry no identity.
var smallWords = wordSet(`и с з в на the of and`)

func wordSet(words string) map[string]struct{} {
	set := map[string]struct{}{}
	for _, w := range strings.Fields(words) {
		set[FoldWord(w)] = struct{}{}
	}
	return set
}

func inSet(set map[string]struct{}, w string) bool { _, ok := set[w]; return ok }

// nameTokens returns the identifying words of a party's name: folded, without legal form,
// quotes and what follows the name in a bank's field. Digits stay: «Кофейня 1» and
// «Кофейня 2» are different.
func nameTokens(name string) []string {
	if head, _, ok := strings.Cut(name, "//"); ok && strings.TrimSpace(head) != "" {
		name = head
	}
	words := splitWords(name)
	var tokens []string
	for i, w := range words {
		if len(tokens) > 0 && initial(words, i) {
			tokens = append(tokens, w)
			continue
		}
		if inSet(nameTails, w) && i+1 < len(words) {
			if len(tokens) > 0 {
				break
			}
			continue
		}
		// "г. Омск", but not the initial of "Петров Г. А."
		if len(tokens) > 0 && (w == "г" || w == "м" || w == "город") && i+1 < len(words) && len([]rune(words[i+1])) >= 3 {
			break
		}
		if inSet(legalForms, w) || inSet(smallWords, w) {
			continue
		}
		if len(w) >= 8 && strings.Trim(w, "0123456789") == "" {
			continue // a tax id or an account inside the name
		}
		tokens = append(tokens, w)
	}
	return tokens
}

// initial says whether the i-th word is an initial: a letter beside another one, or the last word
// behind one. "Морозов Р. С." has two; in "Рога и Копыта" and in "Альфа р/с 4070…" there is none.
func initial(words []string, i int) bool {
	letter := func(k int) bool {
		if k < 0 || k >= len(words) || strings.Trim(words[k], "0123456789") == "" {
			return false
		}
		r := []rune(words[k])
		return len(r) == 1
	}
	if !letter(i) || !letter(i-1) && !letter(i+1) {
		return false
	}
	// "р/с" and "к/с" before an account, "г. М." are no initials.
	end := i + 1
	if letter(i + 1) {
		end = i + 2
	}
	return end >= len(words) || strings.Trim(words[end], "0123456789") != "" || len(words[end]) < requisiteDigitsMin
}

// splitWords returns the folded runs of letters and digits.
func splitWords(s string) []string {
	var words []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			foldLetters(word)
			foldDoubles(word)
			words = append(words, string(word))
			word = word[:0]
		}
	}
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			word = append(word, r)
			continue
		}
		if dropped(r) {
			continue
		}
		flush()
	}
	flush()
	return words
}

// dropped says whether a rune has no width and no meaning: zero-width marks, soft hyphen,
// byte order mark, variation selectors, combining marks.
func dropped(r rune) bool {
	switch {
	case r == 0xad, r == 0xfeff, 0x200b <= r && r <= 0x200f, 0x202a <= r && r <= 0x202e, 0x2060 <= r && r <= 0x2064,
		0xfe00 <= r && r <= 0xfe0f, 0x300 <= r && r <= 0x36f:
		return true
	}
	return false
}

// NameKey returns the form under which two spellings of one name are equal: folded words
// without legal form, in alphabetical order. Empty for a name without identifying words.
func NameKey(name string) string {
	tokens := nameTokens(name)
	slices.Sort(tokens)
	return strings.Join(tokens, " ")
}
