package billing

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
)

// Short codes run out long before a large company has been imported, and the draw would never end.
func TestALargeFirstImportGoesOnWithLongCodes(t *testing.T) {
	t.Parallel()
	b := &codeBook{rng: rand.New(rand.NewPCG(1, 2)), taken: map[string]struct{}{}} //nolint:gosec // the same codes at every run
	seen := map[prolong.PaymentCode]bool{}
	digits := map[int]int{}
	for range longCodesFrom + 1000 {
		code := b.draw()
		require.False(t, seen[code])
		seen[code] = true
		digits[len(code)]++
	}
	require.Equal(t, map[int]int{prolong.PaymentCodeDigits: longCodesFrom, prolong.PaymentCodeDigitsLong: 1000}, digits)
}
