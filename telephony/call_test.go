package telephony

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// TestWebhooksNeverChangeWhatTheHistorySays: any permutation, doubling and loss of webhooks,
// before and after the history, gives the same call.
func TestWebhooksNeverChangeWhatTheHistorySays(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 6, 1, 7, 0, 0, 0, time.UTC)
	rapid.Check(t, func(r *rapid.T) {
		dir := rapid.SampledFrom([]Direction{DirectionInbound, DirectionOutbound}).Draw(r, "direction")
		rec := Record{
			UUID: "u", Direction: dir, Client: "79161234567", Extension: "101", Trunk: "7495", StartedAt: start, EndedAt: start.Add(time.Minute),
			TalkSeconds: rapid.IntRange(0, 50).Draw(r, "talk"), TotalSeconds: 60, Outcome: OutcomeNoAnswer, Cause: "NORMAL_CLEARING",
		}
		if rec.TalkSeconds > 0 {
			rec.Outcome, rec.AnsweredAt = OutcomeAnswered, start.Add(10*time.Second)
		}
		kinds := []NewsKind{NewsStarted, NewsAnswered, NewsEnded, NewsMissed}
		heard := rapid.SliceOfN(rapid.Custom(func(r *rapid.T) News {
			return News{
				UUID: "u", Kind: rapid.SampledFrom(kinds).Draw(r, "kind"), Direction: rapid.SampledFrom([]Direction{"", dir}).Draw(r, "said"),
				Caller: rapid.SampledFrom([]string{"79161234567", "101", ""}).Draw(r, "caller"), Callee: rapid.SampledFrom([]string{"79161234567", "102", ""}).Draw(r, "callee"),
				At: start.Add(time.Duration(rapid.IntRange(-100, 100).Draw(r, "at")) * time.Second), TalkSeconds: rapid.IntRange(0, 99).Draw(r, "told"),
			}
		}), 0, 8).Draw(r, "heard")
		cut := rapid.IntRange(0, len(heard)).Draw(r, "cut")
		var with, without ledgerCall
		for _, n := range heard[:cut] {
			with.hear("RU", n, start.Add(2*time.Minute))
			if with.state == StateEnded && with.endedAt.Before(with.startedAt) {
				r.Fatalf("ends before it began: %+v", with)
			}
		}
		with.settle("RU", rec)
		for _, n := range heard[cut:] {
			if with.hear("RU", n, start.Add(time.Hour)) {
				r.Fatalf("a webhook changed a final call")
			}
		}
		without.settle("RU", rec)
		if !with.equal(without) {
			r.Fatalf("with webhooks %+v, without %+v", with, without)
		}
	})
}

// TestMissedButWasAnswered: news of a missed call, and then that somebody talked (another
// operator, the queue): FreePBX issue-tracker#734.
func TestMissedButWasAnswered(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 7, 0, 0, 0, time.UTC)
	var c ledgerCall
	require.True(t, c.hear("RU", News{UUID: "u", Kind: NewsMissed, Caller: "79161234567"}, now))
	require.Equal(t, OutcomeNoAnswer, c.outcome)
	require.True(t, missed(c.direction, c.outcome))
	require.True(t, c.hear("RU", News{UUID: "u", Kind: NewsAnswered, Direction: DirectionInbound, Caller: "79161234567", Callee: "101", At: now.Add(-time.Minute)}, now))
	require.Equal(t, OutcomeAnswered, c.outcome)
	require.Equal(t, StateEnded, c.state, "a call never goes back")
	require.Equal(t, "101", c.extension)
	require.False(t, c.hear("RU", News{UUID: "u", Kind: NewsMissed, Caller: "79161234567"}, now.Add(time.Second)), "doubled")
}

func TestRowRoundTrip(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 7, 0, 0, 0, time.UTC)
	for _, rec := range []Record{
		{UUID: "a", Direction: DirectionInbound, Client: "79161234567", Extension: "101", Trunk: "t", StartedAt: now, AnsweredAt: now, EndedAt: now, TalkSeconds: 1, TotalSeconds: 2, Outcome: OutcomeAnswered, Cause: "C"},
		{UUID: "b", Direction: DirectionLocal, Client: "102", Extension: "101", StartedAt: now, EndedAt: now},
		{UUID: "c", Direction: DirectionInbound, Client: "anonymous", StartedAt: now, EndedAt: now, Outcome: OutcomeGaveUp},
	} {
		var c ledgerCall
		c.settle("RU", rec)
		r := &callRow{}
		r.takeOver(c)
		back := fromCallRow(r)
		require.True(t, c.equal(back), "%+v became %+v", c, back)
	}
}
