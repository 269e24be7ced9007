package matchbench

import (
	"math/rand/v2"
	"slices"
)

// Mix is how hard a corpus is.
type Mix string

// The mixes of reference 7.1.
const (
	Clean   Mix = "clean"   // one payment of six has one distortion
	Hard    Mix = "hard"    // none to three distortions
	Hostile Mix = "hostile" // two or three distortions
)

// Mixes lists all of them, the easiest first.
var Mixes = []Mix{Clean, Hard, Hostile}

// depth is the distribution of the number of distortions, in percent, and poison the share of
// payments that are nobody's.
var depths = map[Mix]struct {
	counts [4]int
	poison float64
}{
	Clean:   {[4]int{84, 16, 0, 0}, 0.02},
	Hard:    {[4]int{45, 30, 17, 8}, 0.08},
	Hostile: {[4]int{0, 0, 60, 40}, 0.15},
}

// distortions are all entries of reference 7.2, by group.
var distortions = [][]distortion{writing, typing, damage, decoys, dating, choices, amounts, payers, further, taught, remains, sums}

// Names returns the names of all distortions by number.
func Names() map[int]string {
	names := map[int]string{0: "none"}
	for _, group := range append(distortions, poison, lookalikePoison) {
		for _, x := range group {
			names[x.id] = x.name
		}
	}
	return names
}

// Generate calls fn for n payments of the mix, one after the other.
func Generate(w *World, mix Mix, n int, rng *rand.Rand, fn func(Case)) {
	for i := range n {
		c := next(w, mix, rng)
		c.Payment.ID = int64(i + 1)
		fn(c)
	}
}

func next(w *World, mix Mix, rng *rand.Rand) Case {
	setting := depths[mix]
	sub := w.Subscribers[rng.IntN(len(w.Subscribers))]
	d := newDraft(w, rng, sub)
	if rng.Float64() < setting.poison {
		x := pick(rng, slices.Concat(poison, lookalikePoison))
		x.apply(d)
		d.worsen(x.label)
		return d.finish([]int{x.id})
	}
	count, roll := 0, rng.IntN(100)
	for roll >= setting.counts[count] {
		roll -= setting.counts[count]
		count++
	}
	var ids []int
	used := map[byte]bool{}
	for tries := 0; len(ids) < count && tries < 50; tries++ {
		x := pick(rng, pick(rng, distortions))
		if used[x.group] || (used['C'] && x.group != 'D' && x.group != 'H' && x.group != 'E') {
			continue
		}
		if !x.apply(d) {
			continue
		}
		used[x.group] = true
		d.worsen(x.label)
		ids = append(ids, x.id)
	}
	return d.finish(ids)
}
