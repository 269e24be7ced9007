package telephony_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/jobs"
	"prolong/telephony"
	"prolong/telephony/onlinepbx/pbxsim"
	"prolong/tickets"
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

// TestMerchantsHearOfTheirOwnOnly tries every use case as a stranger.
func TestMerchantsHearOfTheirOwnOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.pbx.Place(answered)
	w.pbx.Place(pbxsim.Script{Direction: "local", Client: "102", Extension: "101", Ring: time.Second, Talk: time.Second})
	w.clock.Advance(5 * time.Minute)
	w.hear()
	w.pull()
	id := w.calls(w.mary, telephony.Filter{})[0].ID
	require.NoError(t, w.service.NoteCall(ctx, w.agent, id, "Сердитая"))
	c, err := w.service.FindCall(ctx, w.mary, id)
	require.NoError(t, err)
	require.Empty(t, c.Note)
	require.Empty(t, c.Extension)
	require.Empty(t, c.PhoneRaw)
	require.False(t, c.Recording)
	require.Len(t, w.calls(w.mary, telephony.Filter{}), 1, "calls among us are nobody's business")
	require.Len(t, w.calls(w.agent, telephony.Filter{}), 2)

	require.Empty(t, w.calls(w.peter, telephony.Filter{AccountID: w.first, Phone: maryPhone}))
	_, err = w.service.FindCall(ctx, w.peter, id)
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
	local := w.ids(`SELECT id FROM calls WHERE direction = 'local'`)[0]
	_, err = w.service.FindCall(ctx, w.mary, local)
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
	for name, attempt := range map[string]func(a prolong.Actor) error{
		"pop-up":     func(a prolong.Actor) error { _, err := w.service.CallPopUp(ctx, a, id); return err },
		"live":       func(a prolong.Actor) error { _, err := w.service.LiveCalls(ctx, a); return err },
		"watch":      func(a prolong.Actor) error { _, err := w.service.Watch(ctx, a); return err },
		"recording":  func(a prolong.Actor) error { _, err := w.service.PlayRecording(ctx, a, id, ""); return err },
		"tag":        func(a prolong.Actor) error { return w.service.TagCall(ctx, a, id, "x") },
		"untag":      func(a prolong.Actor) error { return w.service.UntagCall(ctx, a, id, "x") },
		"note":       func(a prolong.Actor) error { return w.service.NoteCall(ctx, a, id, "x") },
		"account":    func(a prolong.Actor) error { return w.service.SetCallAccount(ctx, a, id, w.second, true) },
		"link":       func(a prolong.Actor) error { return w.service.LinkCall(ctx, a, id, 1) },
		"callbacks":  func(a prolong.Actor) error { _, err := w.service.ListCallbacks(ctx, a, 0, true); return err },
		"assign":     func(a prolong.Actor) error { return w.service.AssignCallback(ctx, a, 1, 1) },
		"drop":       func(a prolong.Actor) error { return w.service.DropCallback(ctx, a, 1, "x") },
		"lines":      func(a prolong.Actor) error { _, err := w.service.Lines(ctx, a); return err },
		"seats":      func(a prolong.Actor) error { return w.service.ApplyExtensions(ctx, a, "main", nil) },
		"seats list": func(a prolong.Actor) error { _, err := w.service.Extensions(ctx, a); return err },
	} {
		for _, a := range []prolong.Actor{w.mary, w.peter, {Kind: prolong.ActorMachine, ID: 1}, {}} {
			require.Equal(t, prolong.CodeForbidden, prolong.CodeOf(attempt(a)), "%s by %s", name, a)
		}
	}
	_, err = w.service.FileCallTicket(ctx, w.mary, id, "x", "y")
	require.Equal(t, prolong.CodeForbidden, prolong.CodeOf(err))
	_, _, err = w.service.ListCalls(ctx, prolong.Actor{Kind: prolong.ActorMachine, ID: 1}, telephony.Filter{})
	require.Equal(t, prolong.CodeForbidden, prolong.CodeOf(err))
}

// TestTagsTicketsAndOwners: one vocabulary with tickets; a ticket from a call; whose number it
// is, as an agent decides, also for later calls.
func TestTagsTicketsAndOwners(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	require.NoError(t, w.tickets.ApplyTags(ctx, w.agent, []tickets.Tag{{Key: "billing", Name: "Оплата"}}))
	stranger := pbxsim.Script{Direction: "inbound", Client: "79260000009", Extension: "101", Ring: time.Second, Talk: time.Minute}
	w.pbx.Place(stranger)
	w.clock.Advance(5 * time.Minute)
	w.hear()
	w.pull()
	c := w.calls(w.agent, telephony.Filter{NoAccount: true})[0]
	require.Len(t, w.calls(w.agent, telephony.Filter{Untagged: true}), 1)
	require.NoError(t, w.service.TagCall(ctx, w.agent, c.ID, "billing"))
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(w.service.TagCall(ctx, w.agent, c.ID, "unknown")))
	require.Len(t, w.calls(w.agent, telephony.Filter{Tag: "billing"}), 1)
	require.Empty(t, w.calls(w.agent, telephony.Filter{Untagged: true}))
	require.NoError(t, w.service.SetCallAccount(ctx, w.agent, c.ID, w.second, true))
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(w.service.SetCallAccount(ctx, w.agent, c.ID, 999, false)))
	ticket, err := w.service.FileCallTicket(ctx, w.agent, c.ID, "Вопрос по оплате", "Просит счёт")
	require.NoError(t, err)
	again, err := w.service.FileCallTicket(ctx, w.agent, c.ID, "Вопрос по оплате", "Просит счёт")
	require.NoError(t, err)
	require.Equal(t, ticket.ID, again.ID, "a second click files nothing")
	_, err = w.tickets.Thread(ctx, w.peter, ticket.ID)
	require.NoError(t, err)
	require.Equal(t, ticket.ID, w.calls(w.peter, telephony.Filter{})[0].TicketID)
	_, err = w.service.LookBack(ctx, "main", time.Hour)
	require.NoError(t, err)
	require.Equal(t, w.second, w.calls(w.agent, telephony.Filter{})[0].AccountID, "the history does not undo what people have decided")
	w.pbx.Place(stranger)
	w.hear()
	require.Equal(t, w.second, w.calls(w.agent, telephony.Filter{})[0].AccountID)
}

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

// TestRecording is relayed with seeking, its plays are written down, its link nowhere.
func TestRecording(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	uuid := w.pbx.Place(answered)
	w.pbx.Place(missed)
	w.clock.Advance(5 * time.Minute)
	w.hear()
	w.pull()
	id := w.ids(`SELECT id FROM calls WHERE uuid = $1`, uuid)[0]
	sound := pbxsim.Tone(uuid)
	play := func(rangeHeader string) (*telephony.Recording, []byte, error) {
		r, err := w.service.PlayRecording(ctx, w.agent, id, rangeHeader)
		if err != nil {
			return nil, nil, err
		}
		defer r.Body.Close()
		data, err := io.ReadAll(r.Body)
		return r, data, err
	}
	r, data, err := play("")
	require.NoError(t, err)
	require.Equal(t, 200, r.Status)
	require.Equal(t, "audio/mpeg", r.ContentType)
	require.Equal(t, sound, data)
	r, data, err = play("bytes=100-199")
	require.NoError(t, err)
	require.Equal(t, 206, r.Status)
	require.Equal(t, sound[100:200], data)
	require.NotEmpty(t, r.ContentRange)

	w.pbx.Next(pbxsim.FaultLinkExpired, 1)
	_, data, err = play("")
	require.NoError(t, err, "an expired link is asked for again")
	require.Equal(t, sound, data)
	w.pbx.Next(pbxsim.FaultUUIDInternal, 1)
	_, _, err = play("")
	require.NoError(t, err, "by uuid_array, where uuid is answered with INTERNAL")
	w.pbx.Chance(pbxsim.FaultUUIDInternal, 0)
	w.pbx.Next(pbxsim.FaultLinkElsewhere, 1)
	_, _, err = play("")
	require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err), "a link into our own network is not followed")
	require.NotContains(t, err.Error(), "169.254")

	lonely := w.ids(`SELECT id FROM calls WHERE outcome = 'gave_up'`)[0]
	_, err = w.service.PlayRecording(ctx, w.agent, lonely, "")
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
	unrecorded := w.pbx.Place(pbxsim.Script{Direction: "inbound", Client: maryPhone, Extension: "101", Talk: time.Minute, NoRecording: true})
	w.clock.Advance(5 * time.Minute)
	w.pull()
	_, err = w.service.PlayRecording(ctx, w.agent, w.ids(`SELECT id FROM calls WHERE uuid = $1`, unrecorded)[0], "")
	require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err), "not ready, or none: only time can tell")
	require.Len(t, w.ids(`SELECT id FROM recording_plays`), 6)
	require.Len(t, w.ids(`SELECT id FROM audit_entries WHERE action = 'recording.play'`), 6)
	require.Equal(t, "0", w.text(`SELECT (SELECT count(*) FROM calls WHERE raw::text LIKE '%calls-records%') + (SELECT count(*) FROM phone_hooks WHERE convert_from(body, 'UTF8') LIKE '%calls-records%') || ''`))
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

// TestContactsByTag joins tickets and calls: a client who wrote and called is one client; and
// importing calls again changes nothing.
func TestContactsByTag(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	require.NoError(t, w.tickets.ApplyTags(ctx, w.agent, []tickets.Tag{{Key: "billing", Name: "Оплата"}}))
	ticket, err := w.tickets.FileTicket(ctx, w.agent, tickets.NewTicket{AccountID: w.first, Text: "Вопрос", Tags: []string{"billing"}})
	require.NoError(t, err)
	require.NotZero(t, ticket.ID)
	w.pbx.Place(answered)
	w.pbx.Place(pbxsim.Script{Direction: "inbound", Client: "79260000001", Extension: "101", Talk: time.Minute})
	w.clock.Advance(5 * time.Minute)
	w.pull()
	seen := 0
	require.NoError(t, w.service.EachCall(ctx, w.agent, time.Time{}, time.Time{}, func(c telephony.Call) error {
		seen++
		return w.service.TagCall(ctx, w.agent, c.ID, "billing")
	}))
	require.Equal(t, 2, seen)
	for range 2 {
		use, err := w.service.ContactsByTag(ctx, w.agent, mondayMorning.Add(-time.Hour), mondayMorning.Add(time.Hour))
		require.NoError(t, err)
		require.Len(t, use, 1)
		require.Equal(t, 3, use[0].Contacts)
		require.Len(t, use[0].Clients, 2)
		_, err = w.service.LookBack(ctx, "main", time.Hour)
		require.NoError(t, err)
	}
	_, err = w.service.ContactsByTag(ctx, w.mary, mondayMorning, mondayMorning)
	require.Equal(t, prolong.CodeForbidden, prolong.CodeOf(err))
	require.Equal(t, prolong.CodeForbidden, prolong.CodeOf(w.service.EachCall(ctx, w.mary, mondayMorning, mondayMorning, nil)))
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
