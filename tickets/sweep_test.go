package tickets

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

// TestSweepWarnsAndStamps: warnings in working time, the breach stamped with its due instant
// though the sweep comes late, everything once.
func TestSweepWarnsAndStamps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	ticket := w.file("Вопрос.") // 10:00, first response due 14:00
	require.NoError(t, w.service.Assign(ctx, w.agent, ticket.ID, w.agent.ID))

	w.at("2026-06-01 11:59:59")
	r, err := w.service.SweepClocks(ctx)
	require.NoError(t, err)
	require.Zero(t, r)

	w.at("2026-06-01 12:00:00")
	r, err = w.service.SweepClocks(ctx)
	require.NoError(t, err)
	require.Equal(t, SweepResult{Warnings: 1}, r)
	warning := w.outbox.sent(LetterWarning)
	require.Len(t, warning, 1)
	require.Equal(t, "agent@vendor.example", warning[0].To.Email)
	require.Equal(t, 50, warning[0].Percent)

	w.at("2026-06-01 14:00:00")
	r, err = w.service.SweepClocks(ctx)
	require.NoError(t, err)
	require.Equal(t, SweepResult{Warnings: 1}, r, "80 percent, missed at 13:12; due this instant is not broken yet")

	w.at("2026-06-03 09:00:00")
	r, err = w.service.SweepClocks(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, r.Breaches)
	th := w.thread(w.agent, ticket.ID)
	require.True(t, th.Breached)
	require.Equal(t, at(t, "Europe/Moscow", "2026-06-01 14:00:00").UTC(), th.Countdowns[0].BreachedAt.UTC())
	require.Negative(t, th.Main.Left)
	letters := w.outbox.sent(LetterWarning)
	require.Equal(t, 100, letters[2].Percent)

	r, err = w.service.SweepClocks(ctx)
	require.NoError(t, err)
	require.Zero(t, r, "nothing is told twice")
	require.Equal(t, 1, w.count(`SELECT count(*) FROM ticket_clock_events WHERE type = 'breach'`))

	w.reply(w.agent, ticket.ID, "Поздно, но ответ.", "")
	th = w.thread(w.agent, ticket.ID)
	require.Equal(t, ClockMet, th.Countdowns[0].State)
	require.False(t, th.Countdowns[0].BreachedAt.IsZero(), "a promise kept late stays broken")
}

// TestMissHealedBetweenTwoSweepsIsRecorded: Chatwoot never records it.
func TestMissHealedBetweenTwoSweepsIsRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ticket := w.file("Вопрос.")
	w.at("2026-06-01 14:00:01")
	w.reply(w.agent, ticket.ID, "На секунду позже.", "")
	th := w.thread(w.agent, ticket.ID)
	require.Equal(t, at(t, "Europe/Moscow", "2026-06-01 14:00:00").UTC(), th.Countdowns[0].BreachedAt.UTC())
	require.True(t, th.Breached)
}

// TestTwoSweepersAtOnce: everything once, in two processes as in one.
func TestTwoSweepersAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 5 {
		w.file("Вопрос.")
	}
	w.at("2026-06-02 09:00:00")
	var wg sync.WaitGroup
	var mu sync.Mutex
	var sum SweepResult
	for range 4 {
		wg.Go(func() {
			r, err := w.service.SweepClocks(t.Context())
			mu.Lock()
			defer mu.Unlock()
			require.NoError(t, err) //nolint:testifylint // the others end by themselves
			sum.Breaches += r.Breaches
			sum.Warnings += r.Warnings
		})
	}
	wg.Wait()
	require.Equal(t, 5, sum.Breaches)
	require.Equal(t, 5, w.count(`SELECT count(*) FROM ticket_clock_events WHERE type = 'breach'`))
	require.Equal(t, 5, w.count(`SELECT count(*) FROM ticket_messages WHERE event = 'breached'`))
}

// TestResolvedIsClosedAfterTheReopeningTime, and what is written then is a conflict.
func TestResolvedIsClosedAfterTheReopeningTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ticket := w.file("Вопрос.")
	w.reply(w.agent, ticket.ID, "Готово.", StatusResolved)
	w.clock.Advance(7 * 24 * time.Hour)
	r, err := w.service.SweepClocks(t.Context())
	require.NoError(t, err)
	require.Zero(t, r.Closed)
	w.clock.Advance(time.Second)
	r, err = w.service.SweepClocks(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, r.Closed)
	require.Equal(t, StatusClosed, w.thread(w.mary, ticket.ID).Status)
}

// TestHolidayDeclaredForOpenTickets is S20 through the database: open clocks go on by the new
// calendar with an event, finished ones keep theirs.
func TestHolidayDeclaredForOpenTickets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	office := func(days ...CalendarDay) CalendarSpec {
		spec := CalendarSpec{Key: "office", Name: "Office", TimeZone: "Europe/Moscow", Week: map[string][]string{}, Days: days}
		for _, d := range weekdayKeys[1:6] {
			spec.Week[d] = []string{"09:00-18:00"}
		}
		return spec
	}
	require.NoError(t, w.service.ApplyPolicies(ctx, w.agent, []PolicySpec{{Key: "standard", Name: "Standard", Default: true,
		Targets: []TargetSpec{{PriorityNormal, MetricResolution, 8 * 60, "office", []int{50, 80}}}}}))
	w.at("2026-06-09 16:00:00")
	open, done := w.file("Открытый"), w.file("Решённый")
	require.NoError(t, w.service.SetStatus(ctx, w.agent, done.ID, StatusResolved))
	before := w.thread(w.agent, done.ID).Countdowns[0]
	require.Equal(t, at(t, "Europe/Moscow", "2026-06-10 15:00:00").UTC(), w.thread(w.mary, open.ID).Main.DueAt.UTC())

	w.at("2026-06-09 20:00:00")
	changed, err := w.service.ApplyCalendars(ctx, w.agent, []CalendarSpec{office(off("2026-06-10")...)})
	require.NoError(t, err)
	require.Equal(t, 1, changed)
	args := enqueued[RecalculateArgs](w)[0]
	w.at("2026-06-09 20:05:00") // the job runs a little later
	require.NoError(t, w.service.Recalculate(ctx, args.CalendarID, args.At))
	require.NoError(t, w.service.Recalculate(ctx, args.CalendarID, args.At))
	require.Equal(t, at(t, "Europe/Moscow", "2026-06-11 15:00:00").UTC(), w.thread(w.mary, open.ID).Main.DueAt.UTC())
	require.Equal(t, 1, w.count(`SELECT count(*) FROM ticket_clock_events WHERE type = 'recalc'`))
	after := w.thread(w.agent, done.ID).Countdowns[0]
	require.Equal(t, before.DueAt, after.DueAt)
	require.Equal(t, 0, w.count(`SELECT count(*) FROM ticket_clock_notices n JOIN ticket_clocks c ON c.id = n.clock_id WHERE c.state = 'met'`))

	changed, err = w.service.ApplyCalendars(ctx, w.agent, []CalendarSpec{office(off("2026-06-10")...)})
	require.NoError(t, err)
	require.Zero(t, changed, "the same calendar again changes nothing")
}

func TestEnsureDefaultsRespectsWhatIsThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.service.ApplyPolicies(t.Context(), w.agent, []PolicySpec{{Key: "mine", Name: "Mine", Default: true}}))
	require.NoError(t, w.service.EnsureDefaults(t.Context(), prolong.System("start"), "Asia/Almaty"))
	require.Equal(t, 1, w.count(`SELECT count(*) FROM support_calendar_versions`))
	require.Equal(t, 1, w.count(`SELECT count(*) FROM sla_policies WHERE is_default AND key = 'mine'`))
}
