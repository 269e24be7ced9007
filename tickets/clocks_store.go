package tickets

import (
	"context"
	"time"

	"prolong/internal/postgres"
)

// clockRow is a row of ticket_clocks.
type clockRow struct {
	ID              int64
	TicketID        int64
	Metric          Metric
	Cycle           int
	TargetSeconds   int64
	CalendarID      int64
	CalendarVersion int
	WarnPercents    []int
	ConsumedSeconds int64
	RunningSince    time.Time
	State           ClockState
	StartedAt       time.Time
	PausedAt        *time.Time
	DueAt           *time.Time
	MetAt           *time.Time
	FirstMetAt      *time.Time
	BreachedAt      *time.Time
}

const clockColumns = `c.id, c.ticket_id, c.metric, c.cycle, c.target_seconds, c.calendar_id, c.calendar_version, c.warn_percents, c.consumed_seconds,
	c.running_since, c.state, c.started_at, c.paused_at, c.due_at, c.met_at, c.first_met_at, c.breached_at`

// fromClockRow and toClockRow are the only way across; a test walks both.
func fromClockRow(r clockRow) slaClock {
	return slaClock{
		metric: r.Metric, target: time.Duration(r.TargetSeconds) * time.Second, consumed: time.Duration(r.ConsumedSeconds) * time.Second,
		since: r.RunningSince, state: r.State, startedAt: r.StartedAt, pausedAt: postgres.Value(r.PausedAt), dueAt: postgres.Value(r.DueAt),
		metAt: postgres.Value(r.MetAt), firstMetAt: postgres.Value(r.FirstMetAt), breachedAt: postgres.Value(r.BreachedAt),
	}
}

// toClockRow takes over the clock and leaves the row's own columns alone.
func toClockRow(r clockRow, c slaClock) clockRow {
	r.Metric, r.TargetSeconds, r.ConsumedSeconds = c.metric, int64(c.target/time.Second), int64(c.consumed/time.Second)
	r.RunningSince, r.State, r.StartedAt, r.PausedAt, r.DueAt = c.since, c.state, c.startedAt, postgres.NullableTime(c.pausedAt), postgres.NullableTime(c.dueAt)
	r.MetAt, r.FirstMetAt, r.BreachedAt = postgres.NullableTime(c.metAt), postgres.NullableTime(c.firstMetAt), postgres.NullableTime(c.breachedAt)
	return r
}

// clockEvent is a row of ticket_clock_events to be written.
type clockEvent struct {
	kind              string
	at                time.Time
	dueBefore, dueNow time.Time
}

// loadClocks returns the clocks of a ticket in the order of their start. The caller holds the
// ticket's lock if it is going to change them.
func loadClocks(ctx context.Context, tx postgres.Tx, ticketIDs ...int64) (map[int64][]*liveClock, error) {
	rows, err := tx.Pgx.Query(ctx, `SELECT `+clockColumns+` FROM ticket_clocks c WHERE c.ticket_id = ANY($1) ORDER BY c.ticket_id, c.id`, ticketIDs)
	list, err := postgres.Collect[clockRow](rows, err)
	if err != nil {
		return nil, err
	}
	keys := make([]calendarKey, 0, len(list))
	for _, r := range list {
		keys = append(keys, calendarKey{r.CalendarID, r.CalendarVersion})
	}
	calendars, err := loadCalendars(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	out := make(map[int64][]*liveClock, len(ticketIDs))
	for _, r := range list {
		out[r.TicketID] = append(out[r.TicketID], &liveClock{row: r, slaClock: fromClockRow(r), cal: calendars[calendarKey{r.CalendarID, r.CalendarVersion}]})
	}
	return out, nil
}

// saveClock writes a clock with what has happened to it.
func saveClock(ctx context.Context, tx postgres.Tx, t *ticketRow, actor string, c *liveClock) error {
	c.row = toClockRow(c.row, c.slaClock)
	r := &c.row
	if r.ID == 0 {
		if err := tx.Pgx.QueryRow(ctx, `
			INSERT INTO ticket_clocks (ticket_id, account_id, metric, cycle, target_seconds, calendar_id, calendar_version, warn_percents, consumed_seconds,
				running_since, state, started_at, paused_at, due_at, met_at, first_met_at, breached_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) RETURNING id`,
			t.ID, t.AccountID, r.Metric, r.Cycle, r.TargetSeconds, r.CalendarID, r.CalendarVersion, r.WarnPercents, r.ConsumedSeconds,
			r.RunningSince, r.State, r.StartedAt, r.PausedAt, r.DueAt, r.MetAt, r.FirstMetAt, r.BreachedAt).Scan(&r.ID); err != nil {
			return err
		}
	} else if _, err := tx.Pgx.Exec(ctx, `
			UPDATE ticket_clocks SET target_seconds = $2, calendar_id = $3, calendar_version = $4, warn_percents = $5, consumed_seconds = $6,
				running_since = $7, state = $8, paused_at = $9, due_at = $10, met_at = $11, first_met_at = $12, breached_at = $13
			WHERE id = $1`,
		r.ID, r.TargetSeconds, r.CalendarID, r.CalendarVersion, r.WarnPercents, r.ConsumedSeconds,
		r.RunningSince, r.State, r.PausedAt, r.DueAt, r.MetAt, r.FirstMetAt, r.BreachedAt); err != nil {
		return err
	}
	for _, e := range c.events {
		if _, err := tx.Pgx.Exec(ctx, `INSERT INTO ticket_clock_events (clock_id, account_id, type, at, actor, due_before, due_after) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			r.ID, t.AccountID, e.kind, e.at, actor, postgres.NullableTime(e.dueBefore), postgres.NullableTime(e.dueNow)); err != nil {
			return err
		}
	}
	c.events = nil
	return planNotices(ctx, tx, c)
}

// planNotices plans the warnings of a clock anew. What was sent stays sent, unless the promise
// itself has changed.
func planNotices(ctx context.Context, tx postgres.Tx, c *liveClock) error {
	forget := ` AND sent_at IS NULL`
	if c.retargeted {
		forget = ` AND percent < 100`
	}
	if _, err := tx.Pgx.Exec(ctx, `DELETE FROM ticket_clock_notices WHERE clock_id = $1`+forget, c.row.ID); err != nil {
		return err
	}
	plan, err := c.warnings(c.cal, c.row.WarnPercents)
	if err != nil {
		return err
	}
	for _, w := range plan {
		if _, err := tx.Pgx.Exec(ctx, `INSERT INTO ticket_clock_notices (clock_id, percent, fire_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
			c.row.ID, w.percent, w.at); err != nil {
			return err
		}
	}
	return nil
}
