package match

import (
	"slices"

	"prolong"
)

// returnStems say of money that left that it is a received payment given back. Words of a
// mistake alone do not: suppliers are overpaid by mistake, too.
var returnStems = []string{"возврат", "возвращ", "возвр", "поверненн", "повернут", "кайтар", "сторно", "refund", "vozvrat", "chargeback", "reversal", "return"}

// SaysReturn says whether a purpose speaks of money that is given back.
func SaysReturn(purpose string) bool {
	t := readText(FieldPurpose, purpose)
	for _, w := range splitWords(t.text(0, len(t.chars))) {
		if hasAnyStem(w, returnStems) {
			return true
		}
	}
	return false
}

// NamesDocument says whether a text names a payment document: its number as a whole number of
// at least two digits that is not part of a date, and its day in a form that banks write.
func NamesDocument(text, number string, on prolong.Date) bool {
	want := refKey(number)
	if len(want) < 2 {
		return false
	}
	p := parse(text)
	dated := slices.ContainsFunc(p.dates, func(d dateHit) bool { return d.date == on })
	return dated && slices.ContainsFunc(p.tokens, func(tok token) bool {
		return tok.kind == tokenNumber && tok.claim != claimDate && refKey(tok.text) == want
	})
}
