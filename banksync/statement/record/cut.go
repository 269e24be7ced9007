package record

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Cut says what the end of a file may have taken from its last entry. Amount, day and direction
// of such an entry are certain; a reader leaves out what could have lost a part of those.
type Cut uint8

// What may be missing.
const (
	CutNothing Cut = iota
	CutWord        // the end of the purpose: the file ends behind it without ending the line
	CutText        // any text: the file ends before the statement does
)

// String returns the name that `bank parse --json` uses, empty for nothing.
func (c Cut) String() string {
	switch c {
	case CutWord:
		return "word"
	case CutText:
		return "text"
	case CutNothing:
	}
	return ""
}

// Continues says whether e may be the whole of an entry that the end of a file has cut: it is of
// the same day, direction and amount, and its original text begins with what is left of the
// other's. A file of another format tells it in other words; then the purpose has to begin with
// what is left, under the same number.
func (e *Entry) Continues(cut *Entry) bool {
	if cut.Cut == CutNothing || e.Date != cut.Date || e.Direction != cut.Direction || e.Amount != cut.Amount {
		return false
	}
	left := squeeze(cut.Raw)
	if left != "" && strings.HasPrefix(squeeze(e.Raw), left) {
		return true
	}
	purpose := squeeze(cut.Purpose)
	return purpose != "" && e.DocNo == cut.DocNo && strings.HasPrefix(squeeze(e.Purpose), purpose)
}

// squeeze drops spaces, which files wrap and trim as they like, and the letter in the middle of
// which a file was cut.
func squeeze(s string) string {
	return strings.TrimRight(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s), string(utf8.RuneError))
}
