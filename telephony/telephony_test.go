package telephony_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"prolong/internal/jobs"
	"prolong/telephony"
	"prolong/telephony/onlinepbx/pbxsim"
)

var (
	answered = pbxsim.Script{Direction: "inbound", Client: maryPhone, Extension: "101", Ring: 10 * time.Second, Talk: time.Minute}
	missed   = pbxsim.Script{Direction: "inbound", Client: maryPhone, Extension: "101", Ring: 20 * time.Second, Cause: "ORIGINATOR_CANCEL"}
	outgoing = pbxsim.Script{Direction: "outbound", Client: maryPhone, Extension: "101", Ring: 5 * time.Second, Talk: 30 * time.Second}
)

// TestCallFromRingToHistory: a call rings, is answered, ends; the history confirms it.
func TestCallFromRingToHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pbx.Place(answered)
	w.hear()
	live, err := w.service.LiveCalls(t.Context(), w.agent)
	require.NoError(t, err)
	require.Len(t, live, 1)
	require.Equal(t, telephony.StateRinging, live[0].State)
	require.Equal(t, w.first, live[0].AccountID)
	require.Equal(t, w.mary.ID, live[0].ContactID)
	require.Equal(t, w.agent.ID, live[0].AgentID)
	card, err := w.service.CallPopUp(t.Context(), w.agent, live[0].ID)
	require.NoError(t, err)
	require.Len(t, card.Candidates, 1)

	w.clock.Advance(10 * time.Second)
	w.hear()
	require.Equal(t, telephony.StateTalking, w.calls(w.agent, telephony.Filter{})[0].State)
	w.clock.Advance(time.Minute)
	w.hear()
	c := w.calls(w.agent, telephony.Filter{})[0]
	require.Equal(t, telephony.StateEnded, c.State)
	require.Equal(t, telephony.OutcomeAnswered, c.Outcome)
	require.False(t, c.Final)
	w.clock.Advance(time.Minute)
	require.Equal(t, telephony.PullResult{Seen: 1, Changed: 1}, w.pull())
	c = w.calls(w.mary, telephony.Filter{})[0]
	require.True(t, c.Final)
	require.Equal(t, 60, c.TalkSeconds)
	require.Equal(t, "Анна", c.AgentName, "a client knows the agent by the first name")
	require.Equal(t, telephony.PullResult{Seen: 1}, w.pull(), "the overlap changes nothing")
	require.Empty(t, w.callbacks())
}

// TestHookDoor: what the public entrance does with whatever comes.
func TestHookDoor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	post := func(method, url, contentType string, body []byte) int {
		req, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", contentType)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		return res.StatusCode
	}
	good := []byte(`{"event":"call_start","uuid":"u1","direction":"inbound","caller":"79161234567","callee":"101","date":"1780297200"}`)
	require.Equal(t, 200, post(http.MethodPost, w.hookURL, "application/json", good))
	require.Equal(t, 200, post(http.MethodPost, w.hookURL, "application/json", good))
	require.Equal(t, 200, post(http.MethodPost, w.hookURL, "application/x-www-form-urlencoded", []byte("event=call_end&uuid=u1&caller=79161234567&callee=101&dialog_duration=5")))
	require.Equal(t, 404, post(http.MethodPost, strings.Replace(w.hookURL, hookToken, "guess", 1), "application/json", good))
	require.Equal(t, 405, post(http.MethodGet, w.hookURL, "", nil))
	require.Equal(t, 400, post(http.MethodPost, w.hookURL, "application/json", make([]byte, 70<<10)))
	for _, odd := range []string{"", "{}", "[]", "null", "{", "event=", "%zz", `{"event":"call_start"}`, `{"event":"call_dance","uuid":"x"}`, `{"event":{"a":1},"uuid":[1]}`, "\x00\xff",
		`{"event":"call_start","uuid":"n\u0000ul","caller":"\u0000","date":"99999999999999"}`, "event=call_end&uuid=%00%ff&caller=%fe&dialog_duration=99999999999"} {
		require.Equal(t, 200, post(http.MethodPost, w.hookURL, "application/json", []byte(odd)), odd)
	}
	w.hear()
	require.Len(t, w.calls(w.agent, telephony.Filter{}), 3)
	require.Len(t, w.ids(`SELECT id FROM river_job WHERE kind = 'call.hook'`), 4)
}

// TestWorkersDoTheWork: what the door and the ticks enqueue, the registered workers work; in
// the end nothing waits.
func TestWorkersDoTheWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	workers := river.NewWorkers()
	require.NoError(t, telephony.AddWorkers(workers, w.service))
	client, err := jobs.NewClient(w.db, jobs.Config{Workers: workers})
	require.NoError(t, err)
	w.pbx.Place(answered)
	w.pbx.Place(missed)
	w.clock.Advance(5 * time.Minute)
	_, err = w.pbx.Deliver(ctx)
	require.NoError(t, err)
	require.NoError(t, w.service.ImportAll(ctx, 0))
	require.NoError(t, w.service.ImportAll(ctx, 24))
	require.NoError(t, client.Drain(ctx))
	require.Equal(t, "2", w.text(`SELECT count(*)::text FROM calls WHERE final`))
	require.Empty(t, w.ids(`SELECT id FROM phone_hooks WHERE processed_at IS NULL`))
}

// TestManyCallsAtOnce: each of many webhooks at once reaches the watcher of another node.
func TestManyCallsAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	workers := river.NewWorkers()
	require.NoError(t, telephony.AddWorkers(workers, w.service))
	client, err := jobs.NewClient(w.db, jobs.Config{Workers: workers})
	require.NoError(t, err)
	other := w.newService()
	events, err := other.Watch(ctx, w.agent)
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- other.Listen(ctx) }()
	require.True(t, next(t, events).Resync)
	for i := range 25 { // fewer than a watcher may lag behind
		w.pbx.Place(pbxsim.Script{Direction: "inbound", Client: fmt.Sprintf("7926%07d", i), Extension: "102", Ring: time.Hour})
	}
	_, err = w.pbx.Deliver(ctx)
	require.NoError(t, err)
	require.NoError(t, client.Drain(ctx))
	rung := map[int64]bool{}
	for len(rung) < 25 {
		rung[next(t, events).CallID] = true
	}
	cancel()
	require.NoError(t, <-ended)
}
