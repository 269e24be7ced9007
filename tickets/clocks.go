package tickets

import (
	"context"
	"slices"
	"time"

	"prolong"
	"prolong/internal/postgres"
)

// liveClock is a clock of a ticket with its calendar and what has happened to it in this
// transaction.
type liveClock struct {
	slaClock
	row        clockRow
	cal        Calendar
	events     []clockEvent
	changed    bool
	retargeted bool
}

// note writes down what happened; breaches that came to light on the way get their own line,
// before it.
func (c *liveClock) note(kind string, at, dueBefore, breachedBefore time.Time) {
	if breachedBefore.IsZero() && !c.breachedAt.IsZero() {
		c.events = append(c.events, clockEvent{"breach", c.breachedAt, dueBefore, dueBefore})
	}
	if kind != "breach" {
		c.events = append(c.events, clockEvent{kind, at, dueBefore, c.dueAt})
	}
	c.changed = true
}

// clockSet is all clocks of one ticket, to be moved together.
type clockSet struct {
	s      *Service
	ticket *ticketRow
	actor  prolong.Actor
	at     time.Time
	list   []*liveClock
}

// clocksOf loads the clocks of a locked ticket to be moved at an instant. The instant is never
// earlier than what a clock has been through: letters that were fetched late do not turn time
// back.
func (s *Service) clocksOf(ctx context.Context, tx postgres.Tx, t *ticketRow, actor prolong.Actor, at time.Time) (*clockSet, error) {
	byTicket, err := loadClocks(ctx, tx, t.ID)
	if err != nil {
		return nil, err
	}
	cs := &clockSet{s: s, ticket: t, actor: actor, at: at.Truncate(time.Second), list: byTicket[t.ID]}
	for _, c := range cs.list {
		for _, past := range []time.Time{c.since, c.pausedAt, c.metAt} {
			if past.After(cs.at) {
				cs.at = past
			}
		}
	}
	return cs, nil
}

// save writes the clocks that have changed and the ticket's earliest promise.
func (cs *clockSet) save(ctx context.Context, tx postgres.Tx) error {
	for _, c := range cs.list {
		if !c.changed {
			continue
		}
		if err := saveClock(ctx, tx, cs.ticket, cs.actor.String(), c); err != nil {
			return err
		}
	}
	cs.ticket.DueAt, cs.ticket.DueMetric, cs.ticket.Breached = nil, "", false
	for _, c := range cs.list {
		cs.ticket.Breached = cs.ticket.Breached || !c.breachedAt.IsZero()
		if due := c.dueAt; c.state == ClockRunning && (cs.ticket.DueAt == nil || due.Before(*cs.ticket.DueAt)) {
			cs.ticket.DueAt, cs.ticket.DueMetric = &due, c.metric
		}
	}
	return nil
}

// open returns the clock of a metric that is running or paused.
func (cs *clockSet) open(m Metric) *liveClock {
	for _, c := range cs.list {
		if c.metric == m && (c.state == ClockRunning || c.state == ClockPaused) {
			return c
		}
	}
	return nil
}

// last returns the latest clock of a metric, nil if there has been none.
func (cs *clockSet) last(m Metric) *liveClock {
	for _, c := range slices.Backward(cs.list) {
		if c.metric == m {
			return c
		}
	}
	return nil
}

// start begins a clock if the service level promises anything for its metric.
func (cs *clockSet) start(ctx context.Context, tx postgres.Tx, promise map[Metric]targetRow, m Metric, at time.Time, paused bool) error {
	target, promised := promise[m]
	if !promised {
		return nil
	}
	key := calendarKey{target.CalendarID, target.Version}
	calendars, err := loadCalendars(ctx, tx, []calendarKey{key})
	if err != nil {
		return err
	}
	cycle := 1
	if before := cs.last(m); before != nil {
		cycle = before.row.Cycle + 1
	}
	clock, err := startClock(m, time.Duration(target.Minutes)*time.Minute, calendars[key], at, paused)
	if err != nil {
		return err
	}
	c := &liveClock{slaClock: clock, cal: calendars[key], row: clockRow{
		TicketID: cs.ticket.ID, Metric: m, Cycle: cycle, CalendarID: key.id, CalendarVersion: key.version, WarnPercents: target.WarnPercents,
	}}
	c.note("activate", at, time.Time{}, time.Time{})
	cs.list = append(cs.list, c)
	return nil
}

// filed begins the clocks of a new ticket.
func (cs *clockSet) filed(ctx context.Context, tx postgres.Tx) error {
	promise, err := targets(ctx, tx, cs.ticket.PolicyID, cs.ticket.Priority)
	if err != nil {
		return err
	}
	if err := cs.start(ctx, tx, promise, MetricFirstResponse, cs.at, false); err != nil {
		return err
	}
	return cs.start(ctx, tx, promise, MetricResolution, cs.at, cs.ticket.Status.Pauses())
}

// clientWrote begins the count to the next answer, at the first unanswered message: further
// ones do not move it. While the first response is counted, that is the answer to wait for.
func (cs *clockSet) clientWrote(ctx context.Context, tx postgres.Tx) error {
	if cs.open(MetricNextResponse) != nil || cs.open(MetricFirstResponse) != nil {
		return nil
	}
	promise, err := targets(ctx, tx, cs.ticket.PolicyID, cs.ticket.Priority)
	if err != nil {
		return err
	}
	return cs.start(ctx, tx, promise, MetricNextResponse, cs.at, false)
}

// agentAnswered keeps the promises of an answer.
func (cs *clockSet) agentAnswered() {
	for _, m := range []Metric{MetricFirstResponse, MetricNextResponse} {
		if c := cs.open(m); c != nil {
			cs.move(c, "fulfill", func() bool { return c.fulfil(c.cal, cs.at) })
		}
	}
}

// statusChanged pauses, resumes, meets or ends what depends on the status.
func (cs *clockSet) statusChanged(from, to Status) error {
	if to.Done() { // nobody waits for an answer any more
		for _, m := range []Metric{MetricFirstResponse, MetricNextResponse} {
			if c := cs.open(m); c != nil {
				cs.move(c, "cancel", func() bool { return c.cancel(c.cal, cs.at) })
			}
		}
	}
	c := cs.last(MetricResolution)
	if c == nil {
		return nil
	}
	var err error
	switch {
	case to == StatusResolved:
		cs.move(c, "fulfill", func() bool { return c.fulfil(c.cal, cs.at) })
	case to == StatusClosed && from != StatusResolved: // closed without a solution: a duplicate, spam
		cs.move(c, "cancel", func() bool { return c.cancel(c.cal, cs.at) })
	case to.Pauses():
		cs.move(c, "pause", func() bool { return c.pause(c.cal, cs.at) })
	case to == StatusOpen:
		cs.move(c, "resume", func() (moved bool) {
			moved, err = c.resume(c.cal, cs.at)
			return moved
		})
	}
	return err
}

// move changes a clock and notes it, if it did change.
func (cs *clockSet) move(c *liveClock, kind string, change func() bool) {
	due, breached := c.dueAt, c.breachedAt
	if change() {
		c.note(kind, cs.at, due, breached)
	}
}

// retarget gives the open clocks the promises of the ticket's service level and priority. A
// metric that is not promised any more is cancelled; one that is promised now is counted from
// the ticket's beginning.
func (cs *clockSet) retarget(ctx context.Context, tx postgres.Tx) error {
	promise, err := targets(ctx, tx, cs.ticket.PolicyID, cs.ticket.Priority)
	if err != nil {
		return err
	}
	for _, c := range slices.Clone(cs.list) {
		if c.state != ClockRunning && c.state != ClockPaused {
			continue
		}
		target, promised := promise[c.metric]
		if !promised {
			cs.move(c, "cancel", func() bool { return c.cancel(c.cal, cs.at) })
			continue
		}
		if err := cs.aimAt(ctx, tx, c, target, "retarget"); err != nil {
			return err
		}
	}
	if cs.ticket.FirstAgentAt == nil && cs.last(MetricFirstResponse) == nil && !cs.ticket.Status.Done() {
		if err := cs.start(ctx, tx, promise, MetricFirstResponse, cs.ticket.CreatedAt.Truncate(time.Second), false); err != nil {
			return err
		}
	}
	if cs.last(MetricResolution) == nil && !cs.ticket.Status.Done() {
		return cs.start(ctx, tx, promise, MetricResolution, cs.ticket.CreatedAt.Truncate(time.Second), cs.ticket.Status.Pauses())
	}
	return nil
}

// aimAt gives a clock another target or calendar, unless it has them already.
func (cs *clockSet) aimAt(ctx context.Context, tx postgres.Tx, c *liveClock, target targetRow, kind string) error {
	budget := time.Duration(target.Minutes) * time.Minute
	key := calendarKey{target.CalendarID, target.Version}
	if c.target == budget && key == (calendarKey{c.row.CalendarID, c.row.CalendarVersion}) {
		return nil
	}
	calendars, err := loadCalendars(ctx, tx, []calendarKey{key})
	if err != nil {
		return err
	}
	cs.move(c, kind, func() (changed bool) {
		changed, err = c.slaClock.retarget(c.cal, calendars[key], budget, cs.at)
		return changed
	})
	c.cal, c.row.CalendarID, c.row.CalendarVersion, c.row.WarnPercents = calendars[key], key.id, key.version, target.WarnPercents
	c.retargeted = kind == "retarget"
	return err
}
