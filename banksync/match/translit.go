package match

import "strings"

// translit maps Latin letter groups of a transliterated name to Cyrillic, longest first.
var translit = []struct{ latin, cyrillic string }{
	{"shch", "щ"}, {"sch", "щ"}, {"zh", "ж"}, {"kh", "х"}, {"ts", "ц"}, {"ch", "ч"}, {"sh", "ш"}, {"yu", "ю"}, {"ju", "ю"}, {"iu", "ю"},
	{"ya", "я"}, {"ja", "я"}, {"ia", "я"}, {"yo", "е"}, {"ye", "е"}, {"ey", "ей"}, {"ay", "ай"}, {"oy", "ой"}, {"ij", "ий"}, {"iy", "ий"},
	{"a", "а"}, {"b", "б"}, {"c", "к"}, {"d", "д"}, {"e", "е"}, {"f", "ф"}, {"g", "г"}, {"h", "х"}, {"i", "и"}, {"j", "й"}, {"k", "к"},
	{"l", "л"}, {"m", "м"}, {"n", "н"}, {"o", "о"}, {"p", "п"}, {"q", "к"}, {"r", "р"}, {"s", "с"}, {"t", "т"}, {"u", "у"}, {"v", "в"},
	{"w", "в"}, {"x", "кс"}, {"y", "ы"}, {"z", "з"}, {"'", "ь"},
}

// spellings returns the word and, for a Latin one, its likely Cyrillic original. It serves to
// find candidates, never as evidence (reference 3.3).
func spellings(word string) []string {
	latin := word != ""
	for _, r := range word {
		latin = latin && isLatin(r)
	}
	if !latin {
		return []string{word}
	}
	var b strings.Builder
	for rest := word; rest != ""; {
		for _, t := range translit {
			if strings.HasPrefix(rest, t.latin) {
				b.WriteString(t.cyrillic)
				rest = rest[len(t.latin):]
				break
			}
		}
	}
	return []string{word, b.String()}
}
