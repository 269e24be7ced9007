package match

import "unicode"

// latinToCyrillic maps lower-case Latin letters to the Cyrillic ones that look alike, for
// words that mix both alphabets.
var latinToCyrillic = map[rune]rune{
	'a': 'а', 'b': 'в', 'c': 'с', 'e': 'е', 'h': 'н', 'i': 'и', 'k': 'к', 'm': 'м', 'o': 'о', 'p': 'р',
	't': 'т', 'x': 'х', 'y': 'у', 's': 'с',
}

// nationalToRussian folds Ukrainian, Belarusian and Kazakh letters to the nearest Russian
// one, so that one table of stems and one key of names serve all three languages, and a
// Latin i typed in a Ukrainian word changes nothing.
var nationalToRussian = map[rune]rune{
	'ё': 'е', 'і': 'и', 'ї': 'и', 'є': 'е', 'ґ': 'г', 'ў': 'у', 'ј': 'и', 'ѕ': 'с',
	'ә': 'а', 'ғ': 'г', 'қ': 'к', 'ң': 'н', 'ө': 'о', 'ұ': 'у', 'ү': 'у', 'һ': 'х',
}

// foldRune lowers a letter and folds the national forms of Cyrillic.
func foldRune(r rune) rune {
	if r < 0x80 {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}
	r = lowerRune(r)
	if 'а' <= r && r <= 'я' {
		return r
	}
	if f, ok := nationalToRussian[r]; ok {
		return f
	}
	return r
}

func isCyrillic(r rune) bool { return 0x400 <= r && r <= 0x52f }

func isLatin(r rune) bool { return 'a' <= r && r <= 'z' }

// foldLetters folds a word in place: a word with any Cyrillic letter becomes wholly Cyrillic
// where its Latin letters have a double.
func foldLetters(word []rune) {
	cyrillic := false
	for i, r := range word {
		word[i] = foldRune(r)
		cyrillic = cyrillic || isCyrillic(word[i])
	}
	if !cyrillic {
		return
	}
	for i, r := range word {
		if c, ok := latinToCyrillic[r]; ok {
			word[i] = c
		}
	}
}

// foldDoubles turns a word of Latin letters that all have a Cyrillic double into Cyrillic: in a
// Cyrillic text "PAX" and "B" were typed on the wrong keyboard. Legal forms are left alone:
// "IP" is a transliteration.
func foldDoubles(word []rune) {
	for _, r := range word {
		if _, ok := latinToCyrillic[r]; !ok {
			return
		}
	}
	if inSet(legalForms, string(word)) {
		return
	}
	for i, r := range word {
		word[i] = latinToCyrillic[r]
	}
}

// FoldWord returns the form in which words of purposes are compared: lower case, one
// alphabet, national letters folded. AliasKeyword values use it.
func FoldWord(word string) string {
	r := []rune(word)
	foldLetters(r)
	return string(r)
}

// lowerRune is unicode.ToLower with the Cyrillic letters, nearly all that we read, in front.
func lowerRune(r rune) rune {
	switch {
	case 'А' <= r && r <= 'Я':
		return r + 'а' - 'А'
	case 'а' <= r && r <= 'я':
		return r
	case 'Ѐ' <= r && r <= 'Џ':
		return r + 'ѐ' - 'Ѐ'
	case r < 0x80:
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}
	return unicode.ToLower(r)
}
