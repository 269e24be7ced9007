package telephony_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong/telephony"
	"prolong/telephony/onlinepbx/pbxsim"
)

// TestPopUpReachesEveryNode: what one process hears, watchers of another see, and those who do
// not read are told to start anew.
func TestPopUpReachesEveryNode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	other := w.newService()
	events, err := other.Watch(ctx, w.agent)
	require.NoError(t, err)
	slow, err := other.Watch(ctx, w.agent)
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- other.Listen(ctx) }()
	require.True(t, next(t, events).Resync, "a listener that has just begun may have missed something")
	w.pbx.Place(answered)
	w.hear()
	e := next(t, events)
	require.Equal(t, telephony.StateRinging, e.State)
	require.True(t, e.Concerns(w.agent.ID))
	require.False(t, e.Concerns(w.agent.ID+1))
	card, err := other.CallPopUp(ctx, w.agent, e.CallID)
	require.NoError(t, err)
	require.Equal(t, w.first, card.AccountID)

	for range 60 { // nobody reads from slow
		w.pbx.Place(pbxsim.Script{Direction: "inbound", Client: "79260000001", Extension: "102", Ring: time.Hour})
		w.hear()
		next(t, events)
	}
	lost := 0
	for len(slow) > 0 {
		<-slow
		lost++
	}
	require.Less(t, lost, 62)
	w.pbx.Place(answered)
	w.hear()
	next(t, events)
	require.True(t, next(t, slow).Resync)
	cancel()
	require.NoError(t, <-ended)
	_, open := <-events
	require.False(t, open)
}

func next(t *testing.T, events <-chan telephony.CallEvent) telephony.CallEvent {
	t.Helper()
	select {
	case e := <-events:
		return e
	case <-time.After(time.Minute):
		require.Fail(t, "no event came")
		return telephony.CallEvent{}
	}
}
