package telephony_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/telephony"
	"prolong/telephony/onlinepbx/pbxsim"
)

// TestOneTaskForAMissedCaller, however often he calls; a conversation in either direction ends
// it, also one that the webhooks did not tell of.
func TestOneTaskForAMissedCaller(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 4 {
		w.pbx.Place(missed)
		w.clock.Advance(30 * time.Second)
		w.hear()
	}
	require.LessOrEqual(t, len(w.callbacks()), 1)
	w.clock.Advance(2 * time.Minute)
	list := w.callbacks()
	require.Len(t, list, 1)
	require.Equal(t, 4, list[0].Missed)
	require.Equal(t, w.first, list[0].AccountID)
	require.False(t, list[0].Overdue)
	require.Equal(t, list[0].FirstMissedAt.Add(15*time.Minute), list[0].DueAt)
	require.Len(t, w.callbacks(), 1, "sweeping again makes none")
	w.pull()
	require.Len(t, w.callbacks(), 1)

	w.pbx.Chance(pbxsim.FaultHookLost, 1)
	w.pbx.Place(outgoing)
	w.clock.Advance(3 * time.Minute)
	w.hear()
	require.Len(t, w.callbacks(), 1)
	w.pull()
	require.Empty(t, w.callbacks())
	closed, err := w.service.ListCallbacks(t.Context(), w.agent, 0, true)
	require.NoError(t, err)
	require.Equal(t, telephony.CallbackDone, closed[0].State)
	require.NotZero(t, closed[0].CallID)
	w.pbx.Chance(pbxsim.FaultHookLost, 0)
	w.pbx.Place(missed)
	w.clock.Advance(20 * time.Second)
	w.hear()
	require.Empty(t, w.callbacks(), "he may call again at once, or somebody else may have answered")
	w.clock.Advance(90 * time.Second)
	require.Len(t, w.callbacks(), 1, "a new missed call makes a new task")
}

// TestNoTaskForWhomSomebodyAnswered at once after, or elsewhere.
func TestNoTaskForWhomSomebodyAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pbx.Place(missed)
	w.clock.Advance(25 * time.Second)
	w.hear()
	w.pbx.Place(answered)
	w.clock.Advance(4 * time.Minute)
	w.hear()
	require.Empty(t, w.callbacks())

	// the webhook says missed, the history says that somebody talked: the task goes away again
	uuid := w.pbx.Place(pbxsim.Script{Direction: "inbound", Client: "79260000001", Extension: "101", Ring: 10 * time.Second, Talk: 30 * time.Second})
	_, err := w.service.StoreHook(t.Context(), "main", "application/json", []byte(`{"event":"call_missed","uuid":"`+uuid+`","caller":"79260000001","date":"1"}`))
	require.NoError(t, err)
	w.pbx.Chance(pbxsim.FaultHookLost, 1)
	w.hear()
	w.clock.Advance(3 * time.Minute)
	require.Len(t, w.callbacks(), 1)
	w.pull()
	require.Empty(t, w.callbacks())
}

// TestCallbackOutsideHours is due after the next opening; a person can drop a task.
func TestCallbackOutsideHours(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.clock.Set(time.Date(2026, 6, 5, 18, 0, 0, 0, time.UTC)) // Friday, 21:00 in Moscow
	w.pbx.Place(missed)
	w.clock.Advance(20 * time.Second)
	w.hear()
	w.clock.Advance(3 * time.Minute)
	list := w.callbacks()
	require.Len(t, list, 1)
	require.Equal(t, time.Date(2026, 6, 8, 6, 15, 0, 0, time.UTC), list[0].DueAt.UTC(), "Monday, 9:15 in Moscow")
	ctx := t.Context()
	require.NoError(t, w.service.AssignCallback(ctx, w.agent, list[0].ID, w.agent.ID))
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(w.service.AssignCallback(ctx, w.agent, list[0].ID, 999)))
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(w.service.DropCallback(ctx, w.agent, list[0].ID, "  ")))
	require.NoError(t, w.service.DropCallback(ctx, w.agent, list[0].ID, "Ответили письмом"))
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(w.service.DropCallback(ctx, w.agent, list[0].ID, "ещё раз")))
	w.pull()
	require.Empty(t, w.callbacks(), "the missed call that was decided about makes no new task")
}

// TestOldTaskIsLateNotForgotten: weeks later the task is still there.
func TestOldTaskIsLateNotForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pbx.Place(missed)
	w.clock.Advance(5 * time.Minute)
	w.pull()
	require.Len(t, w.callbacks(), 1)
	w.clock.Advance(20 * 24 * time.Hour)
	w.pbx.Place(missed)
	w.clock.Advance(5 * time.Minute)
	w.pull()
	list := w.callbacks()
	require.Len(t, list, 1)
	require.Equal(t, 2, list[0].Missed)
	require.True(t, list[0].Overdue)
}
