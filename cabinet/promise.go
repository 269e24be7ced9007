package cabinet

import (
	"time"

	"prolong/internal/web"
	"prolong/tickets"
)

// Promise is what was promised about a ticket, counted down in working time: on a Friday
// evening forty minutes stay forty minutes.
type Promise struct {
	Text    string // "Ответим до 23.11.2026, 14:30"
	Left    string // "осталось 2 ч рабочего времени"
	Late    bool
	Percent int // of the budget used, for the bar; 0 to 100
	Shown   bool
}

// promiseOf words a countdown; nothing was promised where there is none.
func promiseOf(b web.Base, d *tickets.Countdown) Promise {
	if d == nil {
		return Promise{}
	}
	p := Promise{Shown: true}
	if d.Target > 0 {
		p.Percent = int(min(max(d.Used*100/d.Target, 0), 100))
	}
	switch {
	case d.State == tickets.ClockPaused:
		p.Text = b.T("ticket.countdown.paused")
	case d.State == tickets.ClockMet && d.Broken():
		p.Text = b.T("ticket.countdown.met_late")
	case d.State == tickets.ClockMet:
		p.Text = b.T("ticket.countdown.met")
	case d.Broken():
		p.Text, p.Late, p.Percent = b.T("ticket.countdown.overdue"), true, 100
	default:
		key := "cabinet.promise.answer"
		if d.Metric == tickets.MetricResolution {
			key = "cabinet.promise.solve"
		}
		p.Text = b.T(key, "Due", b.DateTime(d.DueAt, b.Zone))
		p.Left = b.T("ticket.countdown.left", "Left", d.Left.Truncate(time.Minute))
		if d.Left < time.Minute {
			p.Left = b.T("ticket.countdown.left", "Left", d.Left.Truncate(time.Second))
		}
		if !d.Ticking {
			p.Left = b.T("cabinet.promise.closed", "Left", d.Left.Truncate(time.Minute))
		}
	}
	return p
}
