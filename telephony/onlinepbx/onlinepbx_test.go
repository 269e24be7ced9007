package onlinepbx

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/outbound"
	"prolong/telephony"
	"prolong/telephony/onlinepbx/pbxsim"
)

// memory keeps a session in this process.
type memory struct {
	mu      sync.Mutex
	session string
}

func (m *memory) Load(context.Context) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.session, nil
}

func (m *memory) Renew(ctx context.Context, stale string, login func(context.Context) (string, error)) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.session != "" && m.session != stale {
		return m.session, nil
	}
	s, err := login(ctx)
	if err == nil {
		m.session = s
	}
	return s, err
}

type setup struct {
	client *Client
	sim    *pbxsim.PBX
	clock  *prolong.ManualClock
	slept  []time.Duration
}

func newSetup(t *testing.T, key string) *setup {
	t.Helper()
	clock := prolong.NewManualClock(time.Date(2026, 6, 1, 7, 0, 0, 0, time.UTC))
	s := &setup{clock: clock, sim: pbxsim.New(pbxsim.Options{Domain: "d.onpbx.ru", AuthKey: "key", Clock: clock, Seed: 7})}
	server := httptest.NewServer(s.sim)
	t.Cleanup(server.Close)
	client := outbound.NewClient(outbound.Options{Service: "onlinePBX", Burst: 1000, FailuresMax: 1000, Attempts: 1})
	var err error
	s.client, err = New(Config{Domain: "d.onpbx.ru", AuthKey: key, BaseURL: server.URL, Country: "RU", HTTP: client, Media: client, Sessions: &memory{}, Clock: clock,
		Sleep: func(_ context.Context, d time.Duration) error { s.slept = append(s.slept, d); return nil }})
	require.NoError(t, err)
	return s
}

// TestOutcomes is the table of the reference (telephony.md, 4.4).
func TestOutcomes(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		direction telephony.Direction
		answered  bool
		cause     string
		want      telephony.Outcome
	}{
		{telephony.DirectionInbound, true, "RECOVERY_ON_TIMER_EXPIRE", telephony.OutcomeAnswered},
		{telephony.DirectionInbound, false, "NORMAL_CLEARING", telephony.OutcomeNoAnswer},
		{telephony.DirectionInbound, false, "ORIGINATOR_CANCEL", telephony.OutcomeGaveUp},
		{telephony.DirectionInbound, false, "USER_BUSY", telephony.OutcomeBusy},
		{telephony.DirectionOutbound, true, "NORMAL_CLEARING", telephony.OutcomeAnswered},
		{telephony.DirectionOutbound, false, "USER_BUSY", telephony.OutcomeBusy},
		{telephony.DirectionOutbound, false, "NO_USER_RESPONSE", telephony.OutcomeNoAnswer},
		{telephony.DirectionOutbound, false, "UNALLOCATED_NUMBER", telephony.OutcomeWrongNumber},
		{telephony.DirectionOutbound, false, "OUTGOING_CALL_BARRED", telephony.OutcomeBarred},
		{telephony.DirectionOutbound, false, "INCOMPATIBLE_DESTINATION", telephony.OutcomeTechnical},
		{telephony.DirectionLocal, true, "NORMAL_CLEARING", ""},
	} {
		require.Equal(t, tc.want, outcome(tc.direction, tc.answered, tc.cause), "%+v", tc)
	}
}

// TestReadRow: the shape of the public dump, and its neighbours.
func TestReadRow(t *testing.T) {
	t.Parallel()
	const row = `{"uuid":"u","caller_id_name":"700","caller_id_number":"700","destination_number":"+79000000000","from_host":"d","to_host":"d",
		"start_stamp":1760294234,"end_stamp":1760294265,"duration":31,"user_talk_time":7,"hangup_cause":"NORMAL_CLEARING","accountcode":"outbound",
		"gateway":"74950000000","quality_score":0,"contacted":true,"events":[{"type":"transfer","timestamp":1760294234,"number":"+79000000000"},
		{"type":"user","timestamp":1760294234,"uuid":"x","number":"700","answered_stamp":1760294258,"end_stamp":1760294265},{"type":"hold"},{"type":"dtmf","digit":"1"}]}`
	r, ok := readRow("RU", json.RawMessage(row))
	require.True(t, ok)
	require.Equal(t, telephony.Record{
		UUID: "u", Direction: telephony.DirectionOutbound, Client: "+79000000000", Extension: "700", Trunk: "74950000000", StartedAt: time.Unix(1760294234, 0).UTC(),
		AnsweredAt: time.Unix(1760294258, 0).UTC(), EndedAt: time.Unix(1760294265, 0).UTC(), TalkSeconds: 7, TotalSeconds: 31, Outcome: telephony.OutcomeAnswered,
		Cause: "NORMAL_CLEARING", Raw: json.RawMessage(row),
	}, r)
	asStrings := strings.NewReplacer("1760294234", `"1760294234"`, "1760294265", `"1760294265"`, ":7,", `:"7",`, ":true", `:"true"`).Replace(row)
	s, ok := readRow("RU", json.RawMessage(asStrings))
	require.True(t, ok)
	s.Raw = r.Raw
	require.Equal(t, r, s)
	silent, ok := readRow("RU", json.RawMessage(strings.NewReplacer(`"user_talk_time":7`, `"user_talk_time":0`, `"contacted":true`, `"contacted":false`).Replace(row)))
	require.True(t, ok)
	require.Equal(t, telephony.OutcomeNoAnswer, silent.Outcome, "NORMAL_CLEARING and an answered leg prove no conversation")
	require.True(t, silent.AnsweredAt.IsZero())
	for _, going := range []string{`{}`, `{"uuid":"u","start_stamp":1}`, `[]`, `null`, `"x"`, `{"uuid":"u","start_stamp":"soon","end_stamp":5}`,
		`{"uuid":"u","start_stamp":1760294234,"end_stamp":99999999999999}`} {
		_, ok := readRow("RU", json.RawMessage(going))
		require.False(t, ok, going)
	}
}

// TestDamagedRowsCanBeStored: what PostgreSQL would refuse would stop the whole history.
func TestDamagedRowsCanBeStored(t *testing.T) {
	t.Parallel()
	r, ok := readRow("RU", json.RawMessage(`{"uuid":"a\u0000b","start_stamp":1760294234,"end_stamp":1760294265,"user_talk_time":99999999999,"duration":-5,"gateway":"\u0000"}`))
	require.True(t, ok)
	require.Equal(t, "ab", r.UUID)
	require.Equal(t, secondsMax, r.TalkSeconds)
	require.Zero(t, r.TotalSeconds)
	require.NotContains(t, string(r.Raw), "u0000")
}

// TestFullWindowIsAskedForAgain: an answer of 500 rows might be capped, so it is read in
// halves, and nothing comes twice.
func TestFullWindowIsAskedForAgain(t *testing.T) {
	t.Parallel()
	s := newSetup(t, "key")
	from := s.clock.Now()
	for range 700 {
		s.sim.Place(pbxsim.Script{Direction: "inbound", Client: "79161234567", Extension: "101", Ring: time.Second, Talk: time.Second})
		s.clock.Advance(30 * time.Second)
	}
	s.clock.Advance(2 * time.Minute)
	records, err := s.client.History(t.Context(), from, s.clock.Now())
	require.NoError(t, err)
	require.Len(t, records, 700)
	require.Greater(t, len(s.sim.Journal()), 3)
}

// TestSessionIsNotStolen: the living key is asked for before a new one, which would throw
// every other installation out.
func TestSessionIsNotStolen(t *testing.T) {
	t.Parallel()
	s := newSetup(t, "key")
	now := s.clock.Now()
	for range 3 {
		_, err := s.client.History(t.Context(), now.Add(-time.Hour), now)
		require.NoError(t, err)
	}
	require.Equal(t, 1, s.sim.Auths())
	s.sim.Next(pbxsim.FaultKeyRevoked, 1)
	_, err := s.client.History(t.Context(), now.Add(-time.Hour), now)
	require.NoError(t, err)
	for _, r := range s.sim.Journal() {
		require.NotContains(t, r.Form, "new=true", "the other installation's key is alive, and ours as well")
	}
}

// TestWrongKeyDoesNotHammer: refused once, the exchange is left alone for minutes.
func TestWrongKeyDoesNotHammer(t *testing.T) {
	t.Parallel()
	s := newSetup(t, "wrong")
	now := s.clock.Now()
	for range 5 {
		_, err := s.client.History(t.Context(), now.Add(-time.Hour), now)
		require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err))
	}
	require.Equal(t, 2, s.sim.Auths(), "once each way")
	s.clock.Advance(6 * time.Minute)
	_, err := s.client.History(t.Context(), now.Add(-time.Hour), now)
	require.Error(t, err)
	require.Equal(t, 4, s.sim.Auths())
}

// TestInternalIsTriedAgain with growing pauses, and then given up.
func TestInternalIsTriedAgain(t *testing.T) {
	t.Parallel()
	s := newSetup(t, "key")
	now := s.clock.Now()
	s.sim.Next(pbxsim.FaultInternal, 3)
	_, err := s.client.History(t.Context(), now.Add(-time.Hour), now)
	require.NoError(t, err)
	require.Equal(t, []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}, s.slept)
	s.sim.Chance(pbxsim.FaultInternal, 1)
	_, err = s.client.History(t.Context(), now.Add(-time.Hour), now)
	require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err))
}

func TestNewRefusesBadConfigurations(t *testing.T) {
	t.Parallel()
	good := Config{Domain: "d", AuthKey: "k", Country: "RU", Sessions: &memory{}}
	_, err := New(good)
	require.NoError(t, err)
	for name, spoil := range map[string]func(*Config){
		"plain http":  func(c *Config) { c.BaseURL = "http://api2.onlinepbx.ru" },
		"no host":     func(c *Config) { c.BaseURL = "https://" },
		"no domain":   func(c *Config) { c.Domain = "" },
		"odd domain":  func(c *Config) { c.Domain = "a/b" },
		"no key":      func(c *Config) { c.AuthKey = "" },
		"no sessions": func(c *Config) { c.Sessions = nil },
	} {
		c := good
		spoil(&c)
		_, err := New(c)
		require.Error(t, err, name)
	}
}

// TestContractIsMarked: the simulator says of everything how well it is known.
func TestContractIsMarked(t *testing.T) {
	t.Parallel()
	for _, b := range pbxsim.Contract() {
		require.Contains(t, []pbxsim.Evidence{pbxsim.Certain, pbxsim.Single, pbxsim.Assumed}, b.Evidence, b.Name)
	}
}

func FuzzReadHook(f *testing.F) {
	for _, s := range []string{
		`{"event":"call_start","uuid":"u","direction":"inbound","caller":"79161234567","callee":"101","gateway":"7495","date":"1528886454"}`,
		`{"event":"call_missed","uuid":"u","caller":"79161234567","date":1}`, `event=call_end&uuid=u&caller=505&callee=79111117960&dialog_duration=135`, `{"event":"test"}`, `%`, `{"uuid":[1,{}]}`,
	} {
		f.Add("application/json", []byte(s))
	}
	c := &Client{cfg: Config{Country: "RU"}}
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		n, err := c.ReadHook(contentType, body)
		if err == nil && (n.UUID == "" || n.Kind == "" || n.TalkSeconds < 0) {
			t.Fatalf("news without substance: %+v", n)
		}
	})
}

func FuzzReadRow(f *testing.F) {
	f.Add([]byte(`{"uuid":"u","start_stamp":1,"end_stamp":2,"events":[{"type":"user","number":"101","answered_stamp":"1"}]}`))
	f.Add([]byte(`{"uuid":"u","start_stamp":1e3,"end_stamp":9e9,"user_talk_time":-5,"events":{"type":"user"}}`))
	f.Fuzz(func(_ *testing.T, raw []byte) { readRow("RU", raw) })
}
