package simulation

import (
	"math/rand/v2"
)

// Kind says how a payment came about: the habit of the client who made it, or who else did.
type Kind string

// The habits of clients.
const (
	KindEarly      Kind = "early"       // pays at once, exactly as the letter says
	KindExact      Kind = "exact"       // pays in time, exactly as the letter says
	KindLate       Kind = "late"        // pays after the term, sometimes after the suspension
	KindNever      Kind = "never"       // does not pay
	KindNoNumber   Kind = "no_number"   // pays in time without a number
	KindPartial    Kind = "partial"     // pays in two parts
	KindReminded   Kind = "reminded"    // pays when reminded
	KindRounded    Kind = "rounded"     // rounds the sum up
	KindSloppy     Kind = "sloppy"      // writes the number in a way of his own, or mistypes it
	KindThirdParty Kind = "third_party" // has another company pay
	KindTwice      Kind = "twice"       // pays twice
)

// Who else moves money on the seller's accounts.
const (
	KindJoint       Kind = "joint"        // the head of a network pays for several outlets at once
	KindAcquirer    Kind = "acquirer"     // a register of card payments
	KindFee         Kind = "fee"          // what the bank takes
	KindForeign     Kind = "foreign"      // somebody pays another vendor's invoice to us
	KindInterest    Kind = "interest"     // what the bank gives
	KindOwnTransfer Kind = "own_transfer" // from one account of the seller to another
	KindRefund      Kind = "refund"       // a supplier returns money
	KindSpending    Kind = "spending"     // what the seller pays
	KindUnexplained Kind = "unexplained"  // an unknown payer, no purpose, a price of ours
)

// habits lists how many of a thousand clients have which habit.
var habits = []struct {
	kind  Kind
	share int
}{
	{KindExact, 560}, {KindEarly, 90}, {KindReminded, 90}, {KindSloppy, 80}, {KindLate, 70}, {KindNever, 30},
	{KindNoNumber, 25}, {KindThirdParty, 20}, {KindPartial, 15}, {KindTwice, 10}, {KindRounded, 10},
}

// dealHabits gives each of n clients a habit by the shares, in random order; where there are
// clients enough, every habit occurs.
func dealHabits(rng *rand.Rand, n int) []Kind {
	deck := make([]Kind, 0, n+len(habits))
	const shares = 1000
	least := 0
	if n >= 4*len(habits) {
		least = 1
	}
	for _, h := range habits {
		for range max(h.share*n/shares, least) {
			deck = append(deck, h.kind)
		}
	}
	for len(deck) < n {
		deck = append(deck, KindExact)
	}
	deck = deck[len(deck)-n:] // the exact payers stand first and make room for the rare habits
	rng.Shuffle(len(deck), func(a, b int) { deck[a], deck[b] = deck[b], deck[a] })
	return deck
}
