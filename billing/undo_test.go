package billing

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"prolong"
)

// history is a subscription with its trail, as the journal would write it.
type history struct {
	sub   Subscription
	plan  Plan
	trail []trailRow
}

func newHistory(through prolong.Date, term prolong.Term, plan Plan) *history {
	first := through.AddDays(1)
	h := &history{sub: Subscription{ID: 1, Term: term, AnchorDay: first.Day(), PaidThrough: through, InvoicedTo: first}, plan: plan}
	h.write(Extension{Cause: ExtendedByImport, CauseID: 1, After: through, AnchorDay: first.Day()})
	return h
}

func (h *history) write(e Extension) {
	if len(h.trail) > 0 {
		e.Before = h.sub.PaidThrough
	}
	h.trail = append(h.trail, trailRow{id: int64(len(h.trail) + 1), Extension: e})
	h.sub.PaidThrough, h.sub.AnchorDay = e.After, e.AnchorDay
}

// pay settles the next period and returns the cause by which it can be undone.
func (h *history) pay(valueOn prolong.Date) int64 {
	h.sub.InvoicedTo = h.sub.PaidThrough.AddDays(1)
	r := h.sub.Renew(h.sub.NextPeriod(), valueOn, h.plan)
	cause := int64(100 + len(h.trail))
	h.write(Extension{Cause: ExtendedByAllocation, CauseID: cause, From: r.Period.From, After: r.Period.Last(), AnchorDay: r.AnchorDay})
	return cause
}

func (h *history) undo(cause int64) bool {
	through, anchor, target := replayWithout(h.trail, h.sub, ExtendedByAllocation, cause)
	if target == 0 {
		return false
	}
	h.write(Extension{Cause: ExtendedByUndo, CauseID: target, After: through, AnchorDay: anchor})
	return true
}

func TestUndoOfALatePaymentGivesTheOldAnchorBack(t *testing.T) {
	t.Parallel()
	h := newHistory(day("2026-02-28"), oneMonth, withGrace(3, ResumeLatest))
	late := h.pay(day("2026-03-20"))
	require.Equal(t, day("2026-04-19"), h.sub.PaidThrough)
	h.pay(day("2026-04-10"))
	require.Equal(t, day("2026-05-19"), h.sub.PaidThrough)
	require.True(t, h.undo(late))
	require.Equal(t, day("2026-03-31"), h.sub.PaidThrough, "the later month moves up and is a month of the old anchor")
	require.Equal(t, 1, h.sub.AnchorDay)
}

func TestUndoLeavesALatePaymentWhereItsDateHeldIt(t *testing.T) {
	t.Parallel()
	h := newHistory(day("2026-02-28"), oneMonth, withGrace(3, ResumeLatest))
	first := h.pay(day("2026-02-20"))
	h.pay(day("2026-04-15")) // March was paid, April is late
	require.Equal(t, day("2026-05-14"), h.sub.PaidThrough)
	require.True(t, h.undo(first))
	require.Equal(t, day("2026-05-14"), h.sub.PaidThrough, "it began on the day of its own money")
}

func TestUndoMovesMonthEndsUpByTheAnchor(t *testing.T) {
	t.Parallel()
	h := newHistory(day("2025-12-30"), oneMonth, withGrace(3, ResumeLatest))
	january := h.pay(day("2025-12-20"))
	h.pay(day("2025-12-20"))
	h.pay(day("2025-12-20"))
	require.Equal(t, day("2026-03-30"), h.sub.PaidThrough)
	require.True(t, h.undo(january))
	require.Equal(t, day("2026-02-27"), h.sub.PaidThrough)
	require.False(t, h.undo(january), "taken back once")
}

// The state is the replay of the trail, in whatever order payments come and are taken back, and
// without payments it is the opening.
func TestReplayOfTheTrailEqualsTheState(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		opening := drawDay(t, "opening")
		h := newHistory(opening, drawTerm.Draw(t, "term"), withGrace(rapid.IntRange(0, 5).Draw(t, "grace"), rapid.SampledFrom([]Resume{ResumeExpiry, ResumeLatest}).Draw(t, "resume")))
		anchor := h.sub.AnchorDay
		var paid []int64
		for range rapid.IntRange(1, 15).Draw(t, "steps") {
			if len(paid) > 0 && rapid.Bool().Draw(t, "undo") {
				i := rapid.IntRange(0, len(paid)-1).Draw(t, "which")
				before := h.sub.PaidThrough
				require.True(t, h.undo(paid[i]))
				require.False(t, h.sub.PaidThrough.After(before), "an undo never lengthens")
				paid = append(paid[:i], paid[i+1:]...)
			} else {
				before := h.sub.PaidThrough
				paid = append(paid, h.pay(h.sub.PaidThrough.AddDays(rapid.IntRange(-40, 40).Draw(t, "late"))))
				require.True(t, h.sub.PaidThrough.After(before))
			}
			through, replayed, _ := replayWithout(h.trail, h.sub, "", 0)
			require.Equal(t, h.sub.PaidThrough, through)
			require.Equal(t, h.sub.AnchorDay, replayed)
		}
		for _, cause := range paid {
			require.True(t, h.undo(cause))
		}
		require.Equal(t, opening, h.sub.PaidThrough)
		require.Equal(t, anchor, h.sub.AnchorDay)
	})
}
