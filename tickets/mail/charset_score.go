package mail

import (
	"strings"
	"unicode"
)

// The letters of Russian and Ukrainian, the other signs that their texts have above ASCII, and
// the pairs of letters that are frequent in both (reference, section 3.6).
const (
	cyrillicLetters = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъёіїєґ"
	cyrillicSigns   = "«»–—№…“”„’\u00a0"
	cyrillicBigrams = " ст но то на ен ов ни ра во ко пр по не ро го ал ли ва ть ан ит ет ой ор та ел ло ос ом ия ие тр та ка де ре от за об им из ми вы ик же ме ль "
)

var (
	letterSet = runeSet(cyrillicLetters)
	signSet   = runeSet(cyrillicSigns)
	bigramSet = func() map[[2]rune]bool {
		set := map[[2]rune]bool{}
		for _, pair := range strings.Fields(cyrillicBigrams) {
			r := []rune(pair)
			set[[2]rune{r[0], r[1]}] = true
		}
		return set
	}()
)

func runeSet(s string) map[rune]bool {
	set := map[rune]bool{}
	for _, r := range s {
		set[r] = true
	}
	return set
}

// cyrillicScore says how much a text reads like Russian or Ukrainian: points per character
// above ASCII, about 1 and more for real text, negative for one decoded with a wrong set.
func cyrillicScore(text string) float64 {
	score, n := 0.0, 0
	var before, beforeLower rune
	for _, r := range text {
		lower := unicode.ToLower(r)
		if r >= 0x80 {
			n++
			switch {
			case letterSet[lower]:
				score++
			case signSet[r]:
			default: // a Cyrillic letter of another language, or any other sign
				score -= 2
			}
			if unicode.IsUpper(r) && unicode.IsLower(before) {
				score -= 2
			}
			if bigramSet[[2]rune{beforeLower, lower}] {
				score += 1.5
			}
		}
		before, beforeLower = r, lower
	}
	if n == 0 {
		return 0
	}
	return score / float64(n)
}
