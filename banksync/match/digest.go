package match

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
)

// Digest returns a fingerprint of everything that a decision may look at: two snapshots with
// one digest decide alike, however they came to be.
func (s *Snapshot) Digest() string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	h := sha256.New()
	s.write(h)
	return hex.EncodeToString(h.Sum(nil))
}

// write lists the content in an order of its own.
func (s *Snapshot) write(w io.Writer) {
	ids := make([]int64, 0, len(s.byID))
	for id := range s.byID {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		a := &s.accounts[s.byID[id]]
		var more accountMore
		if a.more != nil {
			more = *a.more
		}
		closed := slices.Clone(more.closed)
		slices.Sort(closed)
		fmt.Fprintf(w, "more %q %q %q %q\n", more.legacy, more.group, more.kpp, closed)
		fmt.Fprintf(w, "account %d %d %q %q %q %q %d %q\n", id, a.code, a.name, a.taxIDs(), a.banks(), a.contracts(), a.price, a.currency)
		for _, inv := range a.open {
			fmt.Fprintf(w, "invoice %d %s %d %s %d %s %s %s %s\n", inv.id, a.numberOf(inv), inv.residual, inv.currency, inv.vat, inv.issued, inv.due, inv.from, inv.to)
		}
	}
	var aliases []Alias
	for _, list := range s.aliases {
		aliases = append(aliases, list...)
	}
	slices.SortFunc(aliases, func(a, b Alias) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Value, b.Value), cmp.Compare(a.AccountID, b.AccountID))
	})
	for _, a := range aliases {
		fmt.Fprintf(w, "alias %s %q %d %s %d\n", a.Kind, a.Value, a.AccountID, a.State, a.Confirmations)
	}
	words := make([]string, 0, len(s.vocabulary))
	for word := range s.vocabulary {
		words = append(words, word)
	}
	slices.Sort(words)
	fmt.Fprintf(w, "words %q\nopen %d short %v long %v\n", words, s.openCount, s.codeShort, s.codeLong)
}
