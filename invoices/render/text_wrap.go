package render

import (
	"strings"
	"unicode/utf8"
)

// wrap breaks a cleaned text into lines of at most width mm. It breaks at spaces and line
// feeds, keeps no-break spaces, and splits a word only if it is wider than a whole line: then
// after a hyphen, slash or the like if there is one near, else anywhere. The result has at
// least one line, so that an empty cell still has the height of a row.
func (m *metrics) wrap(s string, size, width float64) []string {
	if limit := int(width / size * unitsPerMM); strings.IndexByte(s, '\n') < 0 && m.units(s) <= limit {
		return []string{s}
	}
	var lines []string
	for paragraph := range strings.SplitSeq(s, "\n") {
		lines = m.wrapParagraph(lines, paragraph, int(width/size*unitsPerMM))
	}
	return lines
}

// wrapParagraph appends the lines of a text without line feeds; limit is in font units.
func (m *metrics) wrapParagraph(lines []string, s string, limit int) []string {
	line, used, space := "", 0, m.advanceOf(' ')
	for word := range strings.SplitSeq(s, " ") {
		if word == "" {
			continue
		}
		w := m.units(word)
		if line != "" && used+space+w <= limit {
			line, used = line+" "+word, used+space+w
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for w > limit && utf8.RuneCountInString(word) > 1 {
			cut := m.cut(word, limit)
			lines = append(lines, word[:cut])
			word = word[cut:]
			w = m.units(word)
		}
		line, used = word, w
	}
	return append(lines, line)
}

// cut returns the byte position at which a word that is too wide is split: the widest head
// that fits, preferably after a mark in the last third of it.
func (m *metrics) cut(word string, limit int) int {
	used, end, mark := 0, 0, 0
	for i, r := range word {
		w := m.advanceOf(r)
		if i > 0 && used+w > limit {
			break
		}
		used, end = used+w, i+utf8.RuneLen(r)
		if strings.ContainsRune("-/@.,;:_&?=", r) {
			mark = end
		}
	}
	if mark > end*2/3 {
		return mark
	}
	return end
}
