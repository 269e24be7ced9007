package tickets

import (
	"context"
	"log/slog"
	"time"

	"prolong"
	"prolong/internal/postgres"
	"prolong/tickets/mail"
)

// sweepActor is who acts when promises are watched.
var sweepActor = prolong.System("sla")

const sweepTicketsMax = 2000 // of one run; the next run takes the rest

// SweepResult counts what a sweep did.
type SweepResult struct {
	Warnings int
	Breaches int
	Closed   int
}

// SweepClocks stamps broken promises with the instant at which they broke, however late the
// sweep comes, warns agents of those that are about to break, and closes tickets that were
// resolved longer ago than the reopening time. Run twice, or by two processes at once, it does
// everything once.
func (s *Service) SweepClocks(ctx context.Context) (SweepResult, error) {
	var out SweepResult
	now := postgres.Instant(s.db.Clock.Now()).Truncate(time.Second)
	rows, err := s.db.Pool.Query(ctx, `
		SELECT ticket_id FROM (
			SELECT ticket_id, due_at AS at FROM ticket_clocks WHERE state = 'running' AND breached_at IS NULL AND due_at < $1
			UNION ALL
			SELECT c.ticket_id, n.fire_at FROM ticket_clock_notices n JOIN ticket_clocks c ON c.id = n.clock_id WHERE n.sent_at IS NULL AND n.fire_at <= $1
		) due GROUP BY ticket_id ORDER BY min(at) LIMIT $2`, now, sweepTicketsMax)
	type idRow struct{ TicketID int64 }
	due, err := postgres.Collect[idRow](rows, err)
	if err != nil {
		return out, trace("SweepClocks", err)
	}
	for _, r := range due {
		if err := s.inTx(ctx, "SweepClocks", func(ctx context.Context, tx postgres.Tx) error {
			warnings, breaches, err := s.sweepTicket(ctx, tx, r.TicketID)
			if err == nil {
				out.Warnings, out.Breaches = out.Warnings+warnings, out.Breaches+breaches
			}
			return err
		}); err != nil {
			return out, err
		}
	}
	rows, err = s.db.Pool.Query(ctx, `SELECT id AS ticket_id FROM tickets WHERE status = 'resolved' AND resolved_at < $1 ORDER BY resolved_at LIMIT $2`,
		now.AddDate(0, 0, -s.cfg.ReopenDays), sweepTicketsMax)
	old, err := postgres.Collect[idRow](rows, err)
	if err != nil {
		return out, trace("SweepClocks", err)
	}
	for _, r := range old {
		closed, err := s.closeResolved(ctx, r.TicketID)
		if err != nil {
			return out, err
		}
		if closed {
			out.Closed++
		}
	}
	if out != (SweepResult{}) {
		s.log.InfoContext(ctx, "promises watched", slog.Int("warnings", out.Warnings), slog.Int("breaches", out.Breaches), slog.Int("closed", out.Closed))
	}
	return out, nil
}

// sweepTicket stamps and warns for one ticket.
func (s *Service) sweepTicket(ctx context.Context, tx postgres.Tx, ticketID int64) (warnings, breaches int, err error) {
	t, err := lockTicket(ctx, tx, ticketID)
	if err != nil {
		return 0, 0, err
	}
	clocks, err := s.clocksOf(ctx, tx, t, sweepActor, tx.Now)
	if err != nil {
		return 0, 0, err
	}
	for _, c := range clocks.list {
		if c.breach(clocks.at) {
			c.note("breach", c.breachedAt, c.dueAt, time.Time{})
			breaches++
		}
	}
	if err := clocks.save(ctx, tx); err != nil {
		return 0, 0, err
	}
	for _, c := range clocks.list {
		told, err := s.warn(ctx, tx, t, c, clocks.at)
		if err != nil {
			return 0, 0, err
		}
		if told {
			warnings++
		}
	}
	return warnings, breaches, saveTicket(ctx, tx, t)
}

// warn tells the agent about the highest threshold of a clock that has been reached and not
// told yet. Lower ones that were missed while nobody swept are told with it, not one by one.
func (s *Service) warn(ctx context.Context, tx postgres.Tx, t *ticketRow, c *liveClock, now time.Time) (bool, error) {
	if !c.breachedAt.IsZero() && c.state == ClockRunning { // a breach is percent 100
		if _, err := tx.Pgx.Exec(ctx, `INSERT INTO ticket_clock_notices (clock_id, percent, fire_at) VALUES ($1, 100, $2) ON CONFLICT DO NOTHING`, c.row.ID, c.breachedAt); err != nil {
			return false, err
		}
	}
	var percent int
	if err := tx.Pgx.QueryRow(ctx, `WITH told AS (
			UPDATE ticket_clock_notices SET sent_at = $2 WHERE clock_id = $1 AND sent_at IS NULL AND fire_at <= $2 RETURNING percent
		) SELECT coalesce(max(percent), 0) FROM told`, c.row.ID, now).Scan(&percent); err != nil || percent == 0 {
		return false, err
	}
	event, args := EventWarned, prolong.Args{"Metric": string(c.metric), "Percent": percent}
	if percent == 100 {
		event = EventBreached
	}
	if err := insertEvent(ctx, tx, t, systemAuthor(sweepActor), event, args); err != nil {
		return false, err
	}
	return true, s.sendWarning(ctx, tx, t, c, percent)
}

// sendWarning mails a warning to whoever has the ticket, else to everybody in support.
func (s *Service) sendWarning(ctx context.Context, tx postgres.Tx, t *ticketRow, c *liveClock, percent int) error {
	var to []Person
	if t.AssigneeID != nil {
		p, err := s.people.Staff(ctx, tx, *t.AssigneeID)
		if err != nil && prolong.CodeOf(err) != prolong.CodeNotFound {
			return err
		}
		if err == nil {
			to = append(to, p)
		}
	}
	if len(to) == 0 {
		var err error
		if to, err = s.people.Support(ctx, tx); err != nil {
			return err
		}
	}
	for _, p := range to {
		if err := s.outbox.Queue(ctx, tx, OutgoingLetter{
			Kind: LetterWarning, Subject: LetterSubject{warningKinds[percent == 100], c.row.ID*100 + int64(percent%100)}, AccountID: postgres.Value(t.AccountID),
			To: mail.Address{Name: p.Name, Email: p.Email}, Language: p.Language, Automatic: true,
			TicketID: t.ID, Number: t.Number, TicketTitle: t.Subject, Percent: percent, Metric: c.metric, DueAt: c.dueAt, Zone: c.cal.Zone().String(),
		}); err != nil {
			return err
		}
	}
	return nil
}

// warningKinds names the rows that warnings are about, for the key by which they leave once.
var warningKinds = map[bool]string{false: "sla_warning", true: "sla_breach"}

// closeResolved closes a ticket whose reopening time is over, unless somebody was faster.
func (s *Service) closeResolved(ctx context.Context, ticketID int64) (closed bool, err error) {
	err = s.inTx(ctx, "SweepClocks", func(ctx context.Context, tx postgres.Tx) error {
		closed = false
		t, err := lockTicket(ctx, tx, ticketID)
		if err != nil || t.Status != StatusResolved || !s.over(t, tx.Now) {
			return err
		}
		clocks, err := s.clocksOf(ctx, tx, t, sweepActor, tx.Now)
		if err != nil {
			return err
		}
		if err := s.moveStatus(ctx, tx, t, clocks, systemAuthor(sweepActor), StatusClosed); err != nil {
			return err
		}
		if err := clocks.save(ctx, tx); err != nil {
			return err
		}
		closed = true
		return saveTicket(ctx, tx, t)
	})
	return closed, err
}

// Recalculate lets the open clocks of a calendar go on by its version in force, from the
// instant at which the calendar was changed. Finished clocks keep their version. Running it
// again changes nothing.
func (s *Service) Recalculate(ctx context.Context, calendarID int64, at time.Time) error {
	for {
		rows, err := s.db.Pool.Query(ctx, `SELECT DISTINCT k.ticket_id FROM ticket_clocks k JOIN support_calendars c ON c.id = k.calendar_id
			WHERE k.calendar_id = $1 AND k.calendar_version <> c.version AND k.state IN ('running', 'paused') ORDER BY k.ticket_id LIMIT $2`, calendarID, sweepTicketsMax)
		type idRow struct{ TicketID int64 }
		list, err := postgres.Collect[idRow](rows, err)
		if err != nil || len(list) == 0 {
			return trace("Recalculate", err)
		}
		for _, r := range list {
			if err := s.inTx(ctx, "Recalculate", func(ctx context.Context, tx postgres.Tx) error {
				return s.recalculateTicket(ctx, tx, r.TicketID, calendarID, at)
			}); err != nil {
				return err
			}
		}
	}
}

func (s *Service) recalculateTicket(ctx context.Context, tx postgres.Tx, ticketID, calendarID int64, at time.Time) error {
	t, err := lockTicket(ctx, tx, ticketID)
	if err != nil {
		return err
	}
	clocks, err := s.clocksOf(ctx, tx, t, sweepActor, at)
	if err != nil {
		return err
	}
	var version int
	if err := tx.Pgx.QueryRow(ctx, `SELECT version FROM support_calendars WHERE id = $1`, calendarID).Scan(&version); err != nil {
		return err
	}
	for _, c := range clocks.list {
		if c.row.CalendarID != calendarID || c.row.CalendarVersion == version || c.state != ClockRunning && c.state != ClockPaused {
			continue
		}
		target := targetRow{c.metric, int(c.target / time.Minute), calendarID, version, c.row.WarnPercents}
		if err := clocks.aimAt(ctx, tx, c, target, "recalc"); err != nil {
			return err
		}
	}
	if err := clocks.save(ctx, tx); err != nil {
		return err
	}
	return saveTicket(ctx, tx, t)
}
