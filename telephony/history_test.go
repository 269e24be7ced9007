package telephony_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/telephony"
	"prolong/telephony/onlinepbx/pbxsim"
)

// TestSameCallsWhateverHappensToWebhooks plays one scripted day under different faults of
// webhooks and history: lost, doubled, reordered, as forms, without callee; in the end the
// ledger and the open tasks are the same as without any webhook at all.
func TestSameCallsWhateverHappensToWebhooks(t *testing.T) {
	t.Parallel()
	day := func(faults map[pbxsim.Fault]float64, change ...func(*pbxsim.Options)) string {
		w := newWorld(t, change...)
		for f, chance := range faults {
			w.pbx.Chance(f, chance)
		}
		for i := range 40 {
			s := []pbxsim.Script{answered, missed, outgoing,
				{Direction: "inbound", Client: fmt.Sprintf("7926000%04d", i%7), Extension: "102", Queue: []string{"103", "101"}, Ring: 30 * time.Second, Talk: time.Duration(i%2) * time.Minute},
				{Direction: "inbound", Client: fmt.Sprintf("7926000%04d", i%5), Extension: "102", Ring: 15 * time.Second, Cause: "USER_BUSY"},
				{Direction: "inbound", Client: "anonymous", Extension: "102", Ring: 15 * time.Second},
				{Direction: "local", Client: "102", Extension: "101", Ring: 3 * time.Second, Talk: 20 * time.Second},
				{Direction: "outbound", Client: "380671234567", Extension: "102", Ring: 3 * time.Second, Cause: "UNALLOCATED_NUMBER"},
				{Direction: "inbound", Client: "74951112233", Extension: "101", Forward: "79250000001", Ring: 8 * time.Second, Talk: 40 * time.Second, Hold: 16 * time.Second},
			}[i%9]
			w.pbx.Place(s)
			for range 4 {
				w.clock.Advance(40 * time.Second)
				w.hear()
			}
			if i%10 == 9 {
				w.pull()
			}
		}
		for f := range faults {
			w.pbx.Chance(f, 0)
		}
		w.clock.Advance(5 * time.Minute)
		w.hear()
		w.pull()
		_, err := w.service.LookBack(t.Context(), "main", 24*time.Hour)
		require.NoError(t, err)
		w.callbacks()
		return w.ledger()
	}
	quiet := day(map[pbxsim.Fault]float64{pbxsim.FaultHookLost: 1})
	require.Equal(t, 40, strings.Count(quiet, "main|"))
	require.Contains(t, quiet, "callback|")
	for name, faults := range map[string]map[pbxsim.Fault]float64{
		"none":      {},
		"half lost": {pbxsim.FaultHookLost: 0.5},
		"tripled":   {pbxsim.FaultHookTripled: 1},
		"reordered": {pbxsim.FaultHookReordered: 1},
		"as forms":  {pbxsim.FaultHookForm: 0.5, pbxsim.FaultHookNoCallee: 0.3},
		"everything": {
			pbxsim.FaultHookLost: 0.2, pbxsim.FaultHookTripled: 0.3, pbxsim.FaultHookReordered: 0.5, pbxsim.FaultHookForm: 0.3, pbxsim.FaultHookNoCallee: 0.3,
			pbxsim.FaultHookPing: 0.2, pbxsim.FaultStrings: 0.3, pbxsim.FaultUnknownField: 0.3, pbxsim.FaultMissedCode: 0.3, pbxsim.FaultEventsUnordered: 0.5,
			pbxsim.FaultInternal: 0.05, pbxsim.FaultKeyRevoked: 0.05, pbxsim.FaultSingleObject: 0.5,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, quiet, day(faults))
		})
	}
	t.Run("call_end after call_missed", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, quiet, day(nil, func(o *pbxsim.Options) { o.EndAfterMissed = true }))
	})
}

// TestSevenDayOutage: everything is caught up, nothing doubled, within windows of six days.
func TestSevenDayOutage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pull()
	w.pbx.Chance(pbxsim.FaultHookLost, 1)
	for range 60 {
		w.pbx.Place(answered)
		w.clock.Advance(3 * time.Hour)
	}
	w.hear()
	w.clock.Advance(2 * time.Minute)
	require.Equal(t, 60, w.pull().Changed)
	require.Len(t, w.calls(w.agent, telephony.Filter{Limit: 200}), 60)
	require.Equal(t, 0, w.pull().Changed)
	lines, err := w.service.Lines(t.Context(), w.agent)
	require.NoError(t, err)
	require.InDelta(t, 1, lines[0].HistoryOnly, 0.001, "all of them came without a webhook")
}

// TestExchangeIsDown: the cursor stays, the failure is shown, then everything comes.
func TestExchangeIsDown(t *testing.T) {
	t.Parallel()
	for _, fault := range []pbxsim.Fault{pbxsim.FaultBadGateway, pbxsim.FaultTooMany, pbxsim.FaultDisabledDomain, pbxsim.FaultInternal} {
		t.Run(string(fault), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.pull()
			w.pbx.Chance(pbxsim.FaultHookLost, 1)
			w.pbx.Place(answered)
			w.clock.Advance(10 * time.Minute)
			w.pbx.Chance(fault, 1)
			_, err := w.service.PullHistory(t.Context(), "main")
			require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err))
			lines, err := w.service.Lines(t.Context(), w.agent)
			require.NoError(t, err)
			require.Equal(t, 1, lines[0].Failures)
			require.NotContains(t, lines[0].LastError, "panel-key")
			w.pbx.Chance(fault, 0)
			require.Equal(t, 1, w.pull().Changed)
		})
	}
}

// TestOneLoginForAllProcesses: a login of one ends the session of the others, so they share.
func TestOneLoginForAllProcesses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	services := []*telephony.Service{w.newService(), w.newService(), w.newService()}
	all := func() {
		var wg sync.WaitGroup
		for _, s := range services {
			wg.Go(func() {
				if _, err := s.PullHistory(t.Context(), "main"); err != nil {
					t.Errorf("pull: %v", err)
				}
			})
		}
		wg.Wait()
	}
	all()
	require.Equal(t, 1, w.pbx.Auths())
	all()
	require.Equal(t, 1, w.pbx.Auths())
	w.clock.Advance(80 * time.Hour) // a key lives three days from its last use
	all()
	require.Equal(t, 2, w.pbx.Auths())
	w.pbx.Next(pbxsim.FaultKeyRevoked, 1) // another installation asked for a new key
	all()
	require.LessOrEqual(t, w.pbx.Auths(), 4, "the living key is asked for first")
	require.NotContains(t, w.text(`SELECT encode(session, 'escape') FROM phone_lines`), "id", "the session is encrypted in the database")
	for _, r := range w.pbx.Journal() {
		require.NotContains(t, r.Form, "panel-key")
	}
}

// TestForgottenCallIsEnded: its end was never told and the history does not know it.
func TestForgottenCallIsEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.service.StoreHook(t.Context(), "main", "application/json", []byte(`{"event":"call_start","uuid":"ghost","direction":"inbound","caller":"79161234567","callee":"101"}`))
	require.NoError(t, err)
	w.hear()
	live, err := w.service.LiveCalls(t.Context(), w.agent)
	require.NoError(t, err)
	require.Len(t, live, 1)
	w.clock.Advance(5 * time.Hour)
	w.pull()
	c := w.calls(w.agent, telephony.Filter{})[0]
	require.Equal(t, telephony.StateEnded, c.State)
	require.Equal(t, telephony.OutcomeUnknown, c.Outcome)
	require.False(t, c.Missed)
}

// TestLongWindowIsCut: the real exchange cuts a window above a week without a word, at an end
// about which sources disagree; we never ask for one.
func TestLongWindowIsNeverAskedFor(t *testing.T) {
	t.Parallel()
	for _, newest := range []bool{false, true} {
		w := newWorld(t, func(o *pbxsim.Options) { o.CutNewest = newest })
		w.pull()
		w.pbx.Chance(pbxsim.FaultHookLost, 1)
		for range 25 {
			w.pbx.Place(answered)
			w.clock.Advance(24 * time.Hour)
		}
		require.Equal(t, 25, w.pull().Changed)
	}
}

// TestRowChangedLater: the exchange edits its history; the ledger follows it.
func TestRowChangedLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pbx.Place(answered)
	w.clock.Advance(5 * time.Minute)
	w.pull()
	w.pbx.Next(pbxsim.FaultRowEdited, 1)
	r, err := w.service.LookBack(t.Context(), "main", time.Hour)
	require.NoError(t, err)
	require.Equal(t, 1, r.Changed)
	require.Equal(t, "RECOVERY_ON_TIMER_EXPIRE", w.text(`SELECT cause FROM calls`))
}
