package tickets

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/jobs"

	"github.com/riverqueue/river"
)

func TestEachTicketAndTagUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	require.NoError(t, w.service.ApplyTags(ctx, w.agent, []Tag{{Key: "billing", Name: "Оплата"}, {Key: "access", Name: "Доступ"}}))
	first, second := w.file("Раз"), w.file("Два")
	stranger := w.receive(letter{from: "x@y.example", subject: "x", text: "y"}.raw())
	for _, id := range []int64{first.ID, second.ID, stranger.TicketID} {
		require.NoError(t, w.service.Tag(ctx, w.agent, id, "billing"))
	}
	require.NoError(t, w.service.Tag(ctx, w.agent, first.ID, "access"))
	var seen []int64
	require.NoError(t, w.service.EachTicket(ctx, w.agent, time.Time{}, time.Time{}, func(tk Ticket, tags []string) error {
		seen = append(seen, tk.ID)
		require.Contains(t, tags, "billing")
		return nil
	}))
	require.Equal(t, []int64{first.ID, second.ID, stranger.TicketID}, seen)
	stop := errors.New("enough")
	require.ErrorIs(t, w.service.EachTicket(ctx, w.agent, mondayMorning, mondayMorning.Add(time.Hour), func(Ticket, []string) error { return stop }), stop)
	use, err := w.service.TagUse(ctx, w.agent, mondayMorning, mondayMorning.Add(time.Hour))
	require.NoError(t, err)
	require.Len(t, use, 2)
	require.Equal(t, "billing", use[1].Key)
	require.Equal(t, 3, use[1].Contacts)
	require.Len(t, use[1].Clients, 2, "two tickets of one client are one client")
	for _, a := range []prolong.Actor{w.mary, {Kind: prolong.ActorMachine}} {
		_, err := w.service.TagUse(ctx, a, mondayMorning, mondayMorning)
		require.Equal(t, prolong.CodeForbidden, prolong.CodeOf(err))
		require.Equal(t, prolong.CodeForbidden, prolong.CodeOf(w.service.EachTicket(ctx, a, mondayMorning, mondayMorning, nil)))
		_, err = w.service.TakeLetter(ctx, a, "support", mondayMorning, nil)
		require.Equal(t, prolong.CodeForbidden, prolong.CodeOf(err))
	}
}

// TestWorkersDoTheWork: what the use cases enqueue, the registered workers work.
func TestWorkersDoTheWork(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	workers := river.NewWorkers()
	require.NoError(t, AddWorkers(workers, w.service))
	client, err := jobs.NewClient(w.db, jobs.Config{Workers: workers})
	require.NoError(t, err)
	_, err = w.service.TakeLetter(ctx, w.agent, "support", mondayMorning, letter{from: "mary@one.example", subject: "x", text: "y"}.raw())
	require.NoError(t, err)
	_, err = w.service.TakeLetter(ctx, w.agent, "support", mondayMorning, []byte(" "))
	require.NoError(t, err)
	require.NoError(t, client.Drain(ctx))
	require.Equal(t, 1, w.count(`SELECT count(*) FROM tickets`))
	require.Equal(t, 1, w.count(`SELECT count(*) FROM ticket_mails WHERE state = 'quarantine'`))
	_, err = w.service.TakeLetter(ctx, w.agent, "unknown", mondayMorning, nil)
	require.Equal(t, prolong.CodeNotFound, prolong.CodeOf(err))
}

func TestPresetDays(t *testing.T) {
	t.Parallel()
	days, ok := PresetDays("RU", 2026)
	require.True(t, ok)
	spec := CalendarSpec{Key: "ru", TimeZone: "Europe/Moscow", Week: map[string][]string{}, Days: days}
	for _, d := range weekdayKeys[1:6] {
		spec.Week[d] = []string{"09:00-18:00"}
	}
	c, err := NewCalendar(spec)
	require.NoError(t, err)
	year := c.Elapsed(at(t, "Europe/Moscow", "2026-01-01 00:00:00"), at(t, "Europe/Moscow", "2027-01-01 00:00:00"))
	require.Equal(t, (247*9-4)*time.Hour, year, "247 working days, four of them an hour shorter")
	_, ok = PresetDays("RU", 1999)
	require.False(t, ok)
	for _, d := range days {
		require.NotContains(t, []time.Weekday{time.Saturday, time.Sunday}, d.On.Time().Weekday())
	}
}
