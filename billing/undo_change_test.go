package billing

import (
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
)

// changed is a trail of two months that a change of terms has cut short, as the random walk of
// invoices found it.
func changed(paidAfter Extension) *history {
	h := newHistory(prolong.MustDate("2026-08-04"), prolong.Term{Count: 30, Unit: prolong.Days}, Plan{GraceDays: 3})
	h.write(Extension{Cause: ExtendedByAllocation, CauseID: 224, From: prolong.MustDate("2026-06-26"), After: prolong.MustDate("2026-09-25"), AnchorDay: 26})
	h.write(Extension{Cause: ExtendedByChange, CauseID: 22, From: prolong.MustDate("2026-07-12"), After: prolong.MustDate("2026-08-10"), AnchorDay: 12})
	h.write(paidAfter)
	return h
}

// A change of terms begins on its own day, and what was paid after it follows it: taking back
// what was paid before the change moves neither.
func TestUndoOfAPaymentBeforeAChangeLeavesTheChange(t *testing.T) {
	t.Parallel()
	h := changed(Extension{Cause: ExtendedByAllocation, CauseID: 300, From: prolong.MustDate("2026-08-11"), After: prolong.MustDate("2026-09-09"), AnchorDay: 11})
	through, anchor, target := replayWithout(h.trail, h.sub, ExtendedByAllocation, 224)
	require.NotZero(t, target)
	require.Equal(t, "2026-09-09", through.String())
	require.Equal(t, 11, anchor)
}

// The difference of a change is charged for days among those that are paid already. It stays on
// them, whatever payment before it is taken back.
func TestUndoLeavesWhatWasBoughtAmongPaidDays(t *testing.T) {
	t.Parallel()
	h := changed(Extension{Cause: ExtendedByAllocation, CauseID: 257, From: prolong.MustDate("2026-07-12"), After: prolong.MustDate("2026-09-25"), AnchorDay: 12})
	through, anchor, target := replayWithout(h.trail, h.sub, ExtendedByAllocation, 224)
	require.NotZero(t, target)
	require.Equal(t, "2026-09-25", through.String())
	require.Equal(t, 12, anchor)
}
