package banksync_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
)

// TestTwoReplicasImportWhatOverlaps gives two servers on one database the same days in pieces
// that overlap, come twice, in any order and cut off, at the same time: in the end every line is
// there once, every real pair of equal payments twice, and every invoice is paid once (DESIGN
// section 5, invariants 2 and 7).
func TestTwoReplicasImportWhatOverlaps(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	open := h.accounts(t, 60)
	replicas := []*house{h, wire(t, h.db, h.clock)}
	var credits []credit
	for i, o := range open {
		credits = append(credits, exact(i, o))
		if i%10 == 0 {
			credits = append(credits, exact(i, o)) // paid twice on one day, truly
		}
	}
	for i := range 10 {
		credits = append(credits, credit{no: fmt.Sprint(500 + i), name: "ООО Чужой", taxID: "7713699602", purpose: fmt.Sprintf("За мебель по накладной %d", 900+i), minor: int64(1000 + i)})
	}
	day := prolong.MustDate("2026-03-02")
	whole := statementFile(day, credits...)
	rng := rand.New(rand.NewPCG(3, 4))
	pieces := make([]string, 0, 24)
	for range 20 {
		// Banks write the lines of a day in the order of their numbers: a piece is a beginning of
		// the day, and equal lines keep their places among each other.
		piece := credits[:1+rng.IntN(len(credits))]
		file := statementFile(day, piece...)
		if rng.IntN(4) == 0 {
			file = file[:len(file)*(60+rng.IntN(40))/100] // cut off on its way
		}
		pieces = append(pieces, file)
	}
	pieces = append(pieces, whole, whole, whole, whole)
	rng.Shuffle(len(pieces), func(i, k int) { pieces[i], pieces[k] = pieces[k], pieces[i] })

	var wg sync.WaitGroup
	failures := make([]error, len(replicas)*len(pieces))
	for r, replica := range replicas {
		wg.Go(func() {
			for i := range pieces {
				file := pieces[i]
				if r == 1 {
					file = pieces[len(pieces)-1-i]
				}
				_, err := replica.banksync.Import(ctx, prolong.System("test"), "command", "part.txt", strings.NewReader(file))
				if prolong.CodeOf(err) != prolong.CodeInvalid { // a piece that was cut before its first line
					failures[r*len(pieces)+i] = err
				}
			}
		})
	}
	wg.Wait()
	for i, err := range failures {
		require.NoError(t, err, "import %d", i)
	}
	count := func(query string) (n int) {
		require.NoError(t, h.db.Pool.QueryRow(ctx, query).Scan(&n))
		return n
	}
	require.Equal(t, len(credits), count(`SELECT count(*) FROM bank_lines`))
	require.Equal(t, len(credits), count(`SELECT count(*) FROM payments WHERE channel = 'bank'`))
	require.Equal(t, len(open), count(`SELECT count(*) FROM invoices WHERE status = 'paid'`))
	require.Equal(t, len(open), count(`SELECT count(*) FROM extensions WHERE cause = 'allocation'`))
	require.Equal(t, 10, count(`SELECT count(*) FROM payments WHERE state = 'review'`))
	require.Equal(t, 6, count(`SELECT count(*) FROM payments WHERE state = 'matched' AND allocated_minor = 0`), "the second of each real pair is on the balance")
	again, err := replicas[1].banksync.Import(ctx, prolong.System("test"), "command", "whole.txt", strings.NewReader(whole))
	require.NoError(t, err)
	require.Zero(t, again.New)
	for _, r := range replicas {
		kept, anew, err := r.banksync.Digests(ctx, h.account(t, "c0000").SellerID, day)
		require.NoError(t, err)
		require.Equal(t, anew, kept, "each replica has caught up with the other")
	}
	h.sound(t)
}
