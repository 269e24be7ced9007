package match

import (
	"slices"
	"strings"
)

// index enters the account at its place into all indexes; unindex is its mirror image.
func (s *Snapshot) index(at int32) {
	s.eachKey(at, func(x *index, key uint64) { x.add(key, at) })
	s.byCode[s.accounts[at].code] = at
}

func (s *Snapshot) unindex(at int32) {
	s.eachKey(at, func(x *index, key uint64) { x.remove(key, at) })
	delete(s.byCode, s.accounts[at].code)
}

// eachKey calls fn once for every index and key of the account.
func (s *Snapshot) eachKey(at int32, fn func(x *index, key uint64)) {
	a := &s.accounts[at]
	for _, id := range a.taxIDs() {
		fn(&s.byTaxID, hashText(id))
	}
	for _, number := range a.banks() {
		fn(&s.byBank, hashText(number))
	}
	if a.more != nil {
		for _, number := range unique(a.more.legacy, refKey) {
			fn(&s.byLegacy, hashRef(number))
		}
		for _, number := range unique(a.more.closed, refKey) {
			fn(&s.byLegacy, hashRef(number))
		}
		for _, number := range unique(a.more.contracts, refKey) {
			fn(&s.byContract, hashRef(number))
		}
		if a.more.group != "" {
			fn(&s.byGroup, hashText(a.more.group))
		}
	}
	for _, inv := range a.open {
		if inv.text != "" {
			fn(&s.byLegacy, hashRef(inv.text))
		}
	}
	tokens := nameTokens(a.name)
	slices.Sort(tokens)
	if len(tokens) > 0 {
		fn(&s.byName, hashText(strings.Join(tokens, " ")))
	}
	for _, t := range slices.Compact(tokens) {
		fn(&s.byToken, hashText(t))
	}
}

func unique(list []string, key func(string) string) []string {
	seen := map[string]bool{}
	var out []string
	for _, s := range list {
		if k := key(s); k != "" && !seen[k] {
			seen[k] = true
			out = append(out, s)
		}
	}
	return out
}

// refKey folds a legacy number or the number of a contract: letters in one alphabet, no
// separators, no leading zeros.
func refKey(number string) string {
	var b strings.Builder
	for _, w := range splitWords(number) {
		b.WriteString(w)
	}
	return strings.TrimLeft(b.String(), "0")
}

func hashRef(number string) uint64 { return hashText(refKey(number)) }
