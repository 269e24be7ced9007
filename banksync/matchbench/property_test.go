package matchbench

import (
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"prolong/banksync/match"
)

// propertyWorld is a small world that the property tests share; they only read it.
var propertyWorld = sync.OnceValues(func() (*World, error) { return NewWorld(400, NewRand(11)) })

// drawn is a random source whose seed rapid draws and shrinks.
func drawn(t *rapid.T) *rand.Rand { return NewRand(rapid.Uint64Range(1, 1<<40).Draw(t, "seed")) }

// one returns a draft of some subscriber after the given distortions, those that fit.
func one(t *rapid.T, w *World, rng *rand.Rand, list ...distortion) *draft {
	d := newDraft(w, rng, w.Subscribers[rapid.IntRange(0, len(w.Subscribers)-1).Draw(t, "subscriber")])
	for _, x := range list {
		x.apply(d)
	}
	return d
}

func byID(groups [][]distortion, from, to int) []distortion {
	var out []distortion
	for _, g := range groups {
		for _, x := range g {
			if x.id >= from && x.id <= to {
				out = append(out, x)
			}
		}
	}
	return out
}

// parts returns the accounts that a decision posts to.
func parts(d match.Decision) []int64 { return sorted(postingOf(d).Accounts) }

// TestWritingNeverChangesWho: however the number is written and the text damaged, the money
// goes to the same account or, where letters were lost, to review.
func TestWritingNeverChangesWho(t *testing.T) {
	t.Parallel()
	w, err := propertyWorld()
	require.NoError(t, err)
	list := append(byID(distortions, 1, 18), append(byID(distortions, 28, 35), byID(distortions, 48, 49)...)...)
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SampledFrom(list).Draw(t, "distortion")
		d := one(t, w, drawn(t), x)
		c := d.finish([]int{x.id})
		got := match.Decide(c.Payment, w.Snapshot)
		if x.label == LabelR && !got.Class.Posts() {
			return
		}
		require.Equal(t, c.Accounts, parts(got), "%d %s: %q %s", x.id, x.name, c.Payment.Purpose, got.Reason)
	})
}

// TestDecoysNeverChangeWho: other numbers around never move the money to another account.
func TestDecoysNeverChangeWho(t *testing.T) {
	t.Parallel()
	w, err := propertyWorld()
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SampledFrom(byID(distortions, 36, 47)).Draw(t, "decoy")
		d := one(t, w, drawn(t), x)
		c := d.finish([]int{x.id})
		got := match.Decide(c.Payment, w.Snapshot)
		if x.label == LabelX {
			require.False(t, got.Class.Posts(), "%q", c.Payment.Purpose)
			return
		}
		require.Equal(t, c.Accounts, parts(got), "%d %s: %q %s", x.id, x.name, c.Payment.Purpose, got.Reason)
	})
}

// anyCase draws a payment with up to three distortions, or poison.
func anyCase(t *rapid.T, w *World) Case {
	return next(w, rapid.SampledFrom([]Mix{Hard, Hostile}).Draw(t, "mix"), drawn(t))
}

// TestOrderNeverMatters: accounts, invoices and aliases in any order give the same decision.
func TestOrderNeverMatters(t *testing.T) {
	t.Parallel()
	w, err := propertyWorld()
	require.NoError(t, err)
	shuffled := make([]*match.Snapshot, 3)
	for i := range shuffled {
		shuffled[i], err = w.snapshot(NewRand(uint64(i + 50)))
		require.NoError(t, err)
	}
	rapid.Check(t, func(t *rapid.T) {
		c := anyCase(t, w)
		want := match.Decide(c.Payment, w.Snapshot)
		for _, s := range shuffled {
			require.Equal(t, want, match.Decide(c.Payment, s), "%q", c.Payment.Purpose)
		}
	})
}

// snapshot builds the world's snapshot in another order.
func (w *World) snapshot(rng *rand.Rand) (*match.Snapshot, error) {
	b := match.Builder{Vocabulary: []string{"Приклад Софт", "Пример Софт"}}
	for _, s := range w.Subscribers {
		b.Accounts = append(b.Accounts, s.Account)
		b.Invoices = append(b.Invoices, s.Open...)
		for _, c := range s.Closed {
			b.Closed = append(b.Closed, match.ClosedInvoice{AccountID: s.Account.ID, Number: s.Account.Code.InvoiceNumber(c)})
		}
	}
	rng.Shuffle(len(b.Accounts), func(i, k int) { b.Accounts[i], b.Accounts[k] = b.Accounts[k], b.Accounts[i] })
	rng.Shuffle(len(b.Invoices), func(i, k int) { b.Invoices[i], b.Invoices[k] = b.Invoices[k], b.Invoices[i] })
	rng.Shuffle(len(b.Closed), func(i, k int) { b.Closed[i], b.Closed[k] = b.Closed[k], b.Closed[i] })
	return match.NewSnapshot(b)
}

// TestNewcomersNeverRelease: another subscriber, however alike, never turns a review into a
// posting, and never moves money that was posted.
func TestNewcomersNeverRelease(t *testing.T) {
	t.Parallel()
	w, err := NewWorld(200, NewRand(12))
	require.NoError(t, err)
	var lock sync.Mutex
	rapid.Check(t, func(t *rapid.T) {
		lock.Lock()
		defer lock.Unlock()
		c := anyCase(t, w)
		rng := drawn(t)
		before := match.Decide(c.Payment, w.Snapshot)
		extra := &World{legacy: map[string]*Subscriber{}, taken: w.taken, nextAccount: 1_000_000, nextInvoice: 1_000_000}
		extra.add(rng, extra.newcomer(rng))
		s := extra.Subscribers[len(extra.Subscribers)-1]
		// Alike in the name, the sum, both or nothing, to the payer of any case or to a stranger
		// whose purpose says nothing against it.
		if rapid.Bool().Draw(t, "silent") {
			d := newDraft(w, rng, w.Subscribers[0])
			c.Payment.PayerName, c.Payment.PayerTaxID, c.Payment.PayerAccount = d.stranger()
			c.Payment.Purpose = "Оплата за услуги"
			before = match.Decide(c.Payment, w.Snapshot)
		}
		alike := rapid.IntRange(0, 3).Draw(t, "alike")
		if alike == 0 || alike == 2 {
			s.Account.Name = c.Payment.PayerName
		}
		if alike == 1 || alike == 2 {
			s.Open[0].Residual = c.Payment.Amount
		}
		require.NoError(t, w.Snapshot.Apply(match.AccountPut{Account: s.Account}, match.InvoicePut{Invoice: s.Open[0]}))
		after := match.Decide(c.Payment, w.Snapshot)
		require.NoError(t, w.Snapshot.Apply(match.AccountRemoved{ID: s.Account.ID}))
		if after.Class.Posts() {
			require.Equal(t, parts(before), parts(after), "%q", c.Payment.Purpose)
		}
		require.Equal(t, before, match.Decide(c.Payment, w.Snapshot), "the newcomer left no trace")
	})
}

// bitsOf returns the bits of an account in a decision, and false if it is no candidate.
func bitsOf(d match.Decision, account int64) (float64, bool) {
	if d.Class.Posts() && d.AccountID == account {
		return d.Bits, true
	}
	for _, c := range d.Candidates {
		if c.AccountID == account {
			return c.Bits, true
		}
	}
	return 0, false
}

// TestLessEvidenceNeverWeighsMore: taking away tax id, name, account, date or number never
// raises the bits of the right account, and never turns a review into a posting to another.
func TestLessEvidenceNeverWeighsMore(t *testing.T) {
	t.Parallel()
	w, err := propertyWorld()
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64Range(1, 1<<40).Draw(t, "seed")
		sub := w.Subscribers[rapid.IntRange(0, len(w.Subscribers)-1).Draw(t, "subscriber")]
		// Not 67: a partner's payment without the number is what his own payment looks like.
		x := rapid.SampledFrom(append(byID(distortions, 1, 18), append(byID(distortions, 65, 66), byID(distortions, 68, 74)...)...)).Draw(t, "distortion")
		build := func() *draft {
			d := newDraft(w, NewRand(seed), sub)
			x.apply(d)
			return d
		}
		whole, less := build(), build()
		switch what := rapid.SampledFrom([]string{"tax id", "name", "account", "date", "number"}).Draw(t, "taken"); what {
		case "tax id":
			less.p.PayerTaxID = ""
		case "name":
			less.p.PayerName = ""
		case "account":
			less.p.PayerAccount = ""
		case "date":
			less.date = ""
		case "number":
			less.number = ""
		}
		full, reduced := whole.finish(nil), less.finish(nil)
		before, after := match.Decide(full.Payment, w.Snapshot), match.Decide(reduced.Payment, w.Snapshot)
		if got := parts(after); len(got) > 0 {
			require.Equal(t, full.Accounts, got, "%q instead of %q", reduced.Payment.Purpose, full.Payment.Purpose)
		}
		had, ok := bitsOf(before, sub.Account.ID)
		has, still := bitsOf(after, sub.Account.ID)
		if ok && still {
			require.LessOrEqual(t, has, had, "%q instead of %q", reduced.Payment.Purpose, full.Payment.Purpose)
		}
	})
}

// TestPaddingNeverMatters: blanks, quotes and repeated words around change nothing.
func TestPaddingNeverMatters(t *testing.T) {
	t.Parallel()
	w, err := propertyWorld()
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		c := anyCase(t, w)
		want := parts(match.Decide(c.Payment, w.Snapshot))
		padded := c.Payment
		padded.Purpose = "  " + strings.ReplaceAll(padded.Purpose, " ", rapid.SampledFrom([]string{"  ", "\u00a0", "\t"}).Draw(t, "blank")) + " "
		got := parts(match.Decide(padded, w.Snapshot))
		require.Equal(t, want, got, "%q", padded.Purpose)
	})
}

// withAlias returns the world's snapshot with aliases of the payer of c, for as long as fn runs.
func withAlias(t *rapid.T, s *match.Snapshot, aliases []match.Alias, fn func()) {
	t.Helper()
	for _, a := range aliases {
		require.NoError(t, s.Apply(match.AliasPut{Alias: a}))
	}
	defer func() {
		for _, a := range aliases {
			require.NoError(t, s.Apply(match.AliasRemoved{Kind: a.Kind, Value: a.Value, AccountID: a.AccountID}))
		}
	}()
	fn()
}

// TestAnAliasNeverMovesMoneyToAThirdAccount: what people taught about a payer may post a payment
// to the account that they named, and to no other; and unless exactly one active alias is there,
// it posts nothing that was not posted without it (reference 5.4).
func TestAnAliasNeverMovesMoneyToAThirdAccount(t *testing.T) {
	t.Parallel()
	w, err := NewWorld(300, NewRand(23)) // a world of its own: it is changed
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		c := anyCase(t, w)
		sub := w.Subscribers[rapid.IntRange(0, len(w.Subscribers)-1).Draw(t, "subscriber")]
		account := sub.Account.ID
		if rapid.Bool().Draw(t, "silent") {
			// A stranger's payment for which only an alias could speak.
			d := newDraft(w, drawn(t), sub)
			c.Payment, c.Accounts = d.p, nil
			c.Payment.PayerName, c.Payment.PayerTaxID, c.Payment.PayerAccount = d.stranger()
			c.Payment.Purpose = "Оплата за услуги"
		}
		if len(c.Accounts) == 1 && rapid.Bool().Draw(t, "right") {
			account = c.Accounts[0]
		}
		state := rapid.SampledFrom([]match.AliasState{match.AliasActive, match.AliasCandidate, match.AliasQuarantined, match.AliasBlocked}).Draw(t, "state")
		var aliases []match.Alias
		for _, x := range []struct {
			kind  match.AliasKind
			value string
		}{{match.AliasTaxID, c.Payment.PayerTaxID}, {match.AliasAccount, c.Payment.PayerAccount}} {
			if x.value != "" {
				aliases = append(aliases, match.Alias{Kind: x.kind, Value: x.value, AccountID: account, State: state, Confirmations: 2})
			}
		}
		before := match.Decide(c.Payment, w.Snapshot)
		withAlias(t, w.Snapshot, aliases, func() {
			after := match.Decide(c.Payment, w.Snapshot)
			if !after.Class.Posts() {
				return
			}
			to := parts(after)
			if before.Class.Posts() && slices.Equal(to, parts(before)) {
				return
			}
			require.Equal(t, match.AliasActive, state, "%q: an alias that is not believed has posted to %v", c.Payment.Purpose, to)
			require.Equal(t, []int64{account}, to, "%q: was %v", c.Payment.Purpose, parts(before))
		})
		second := w.Subscribers[0].Account.ID
		if second == account {
			second = w.Subscribers[1].Account.ID
		}
		both := slices.Clone(aliases)
		for _, a := range aliases {
			a.State, a.AccountID = match.AliasActive, second
			both = append(both, a)
		}
		withAlias(t, w.Snapshot, both, func() {
			after := match.Decide(c.Payment, w.Snapshot)
			if state == match.AliasActive && after.Class.Posts() {
				require.Equal(t, parts(before), parts(after), "%q: the payer of several has posted", c.Payment.Purpose)
			}
		})
	})
}
