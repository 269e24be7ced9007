package backoffice

import (
	"context"
	"strconv"
	"time"

	"prolong"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/telephony"
	"prolong/tickets"
)

const (
	supportRowsMax = 8
	// percentLate is how much of a promise's time may be used before it wants a look.
	percentLate = 75
)

// supportFacts is what the support rooms know of a client.
type supportFacts struct {
	tickets []tickets.Card
	calls   []telephony.Call
	there   bool // the rooms are wired
}

func (r *Room) supportFacts(ctx context.Context, actor prolong.Actor, id billing.AccountID) (f supportFacts, err error) {
	if r.tickets != nil {
		f.there = true
		if f.tickets, _, err = r.tickets.ListTickets(ctx, actor, tickets.Filter{AccountID: int64(id), Order: tickets.OrderNewest, Limit: supportRowsMax}); err != nil {
			return f, err
		}
	}
	if r.telephony != nil {
		f.there = true
		f.calls, _, err = r.telephony.ListCalls(ctx, actor, telephony.Filter{AccountID: int64(id), Limit: supportRowsMax})
	}
	return f, err
}

// debtOf adds up what a client is asked to pay, by currency.
func (r *Room) debtOf(ctx context.Context, client billing.AccountID) (debt []prolong.Money, err error) {
	open, err := r.invoices.OpenOf(ctx, []billing.AccountID{client})
	for _, inv := range open[client] {
		debt = addSum(debt, inv.Residual())
	}
	return debt, err
}

func (f supportFacts) ticketRows(b web.Base) []TicketRow { return ticketRows(b, f.tickets, nil, nil) }

func (f supportFacts) callRows(b web.Base) []CallRow { return callRows(b, f.calls, nil) }

func (f supportFacts) timeline(b web.Base) []TimelineEntry {
	var all []TimelineEntry
	for _, c := range f.tickets {
		all = append(all, TimelineEntry{At: c.CreatedAt, Icon: "ticket", Tone: web.ToneInfo, Text: b.T("office.timeline.ticket", "Number", c.Number, "Subject", c.Subject), Small: statusName(b.Translator, c.Status), Href: ticketHref(c.ID)})
	}
	for _, c := range f.calls {
		badge := callBadge(b.Translator, c)
		all = append(all, TimelineEntry{At: c.StartedAt, Icon: "phone", Tone: badge.Tone, Text: b.T("office.timeline.call." + string(c.Direction)), Small: badge.Text, Href: callHref(c.ID)})
	}
	return all
}

// supportFound is what the support rooms have to do with a text.
type supportFound struct {
	tickets []tickets.Card
	calls   []telephony.Call
}

func (r *Room) findSupport(ctx context.Context, actor prolong.Actor, text string) (f supportFound, err error) {
	if r.tickets != nil {
		if f.tickets, _, err = r.tickets.ListTickets(ctx, actor, tickets.Filter{Search: text, Order: tickets.OrderNewest, Limit: supportRowsMax}); err != nil {
			return f, err
		}
	}
	const phoneDigitsMin = 5
	if r.telephony != nil && looksLikePhone(text, phoneDigitsMin) {
		f.calls, _, err = r.telephony.ListCalls(ctx, actor, telephony.Filter{Phone: lastDigits(text), Limit: supportRowsMax})
	}
	return f, err
}

func (f supportFound) ticketRows(b web.Base) []TicketRow { return ticketRows(b, f.tickets, nil, nil) }

func (f supportFound) callRows(b web.Base) []CallRow { return callRows(b, f.calls, nil) }

// looksLikePhone says whether a text may be a telephone number or a part of one.
func looksLikePhone(text string, digitsMin int) bool {
	digits := 0
	for _, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r != '+' && r != '-' && r != '(' && r != ')' && r != ' ':
			return false
		}
	}
	return digits >= digitsMin
}

// lastDigits returns what of a telephone is the same however it is written: the last ten
// digits.
func lastDigits(text string) string {
	const phoneDigits = 10
	var digits []rune
	for _, r := range text {
		if r >= '0' && r <= '9' {
			digits = append(digits, r)
		}
	}
	return string(digits[max(0, len(digits)-phoneDigits):])
}

// Promise is what was promised about a ticket, counted in working time.
type Promise struct {
	Metric  string
	Text    string
	Due     time.Time // zero while the count stands or is over
	Tone    web.Tone
	Percent int // of the promised time that is used, 0 to 100
	Shown   bool
}

// promiseOf words a countdown for the staff; nothing was promised where there is none.
func promiseOf(t i18n.Translator, d *tickets.Countdown) Promise {
	if d == nil {
		return Promise{}
	}
	p := Promise{Shown: true, Metric: t.T("ticket.metric." + string(d.Metric)), Tone: web.ToneNeutral}
	if d.Target > 0 {
		p.Percent = int(min(max(d.Used*100/d.Target, 0), 100))
	}
	switch {
	case d.State == tickets.ClockMet && d.Broken():
		p.Text, p.Tone, p.Percent = t.T("ticket.countdown.met_late"), web.ToneWarn, 0
	case d.State == tickets.ClockMet:
		p.Text, p.Tone, p.Percent = t.T("ticket.countdown.met"), web.ToneGood, 0
	case d.Left < 0:
		p.Text, p.Tone, p.Percent = t.T("ticket.countdown.overdue_office", "Over", wholeMinutes(-d.Left)), web.ToneBad, 100
	case d.State == tickets.ClockPaused:
		p.Text = t.T("office.promise.paused", "Left", wholeMinutes(d.Left))
	default:
		p.Text, p.Due, p.Tone = t.T("ticket.countdown.left", "Left", wholeMinutes(d.Left)), d.DueAt, web.ToneInfo
		if p.Percent >= percentLate {
			p.Tone = web.ToneWarn
		}
	}
	return p
}

// wholeMinutes leaves the seconds to the last minute.
func wholeMinutes(d time.Duration) time.Duration {
	if d < time.Minute {
		return d.Truncate(time.Second)
	}
	return d.Truncate(time.Minute)
}

func ticketHref(id int64) string { return ticketsPath + "/" + strconv.FormatInt(id, 10) }

func callHref(id int64) string { return callsPath + "/" + strconv.FormatInt(id, 10) }

// statusName names the status of a ticket as the staff see it.
func statusName(t i18n.Translator, s tickets.Status) string {
	if key := "ticket.status_office." + string(s); t.Has(key) {
		return t.T(key)
	}
	return t.T("ticket.status." + string(s))
}

func statusBadge(t i18n.Translator, s tickets.Status) web.Badge {
	tone := web.ToneNeutral
	switch s {
	case tickets.StatusNew:
		tone = web.ToneWarn
	case tickets.StatusOpen:
		tone = web.ToneInfo
	case tickets.StatusResolved:
		tone = web.ToneGood
	case tickets.StatusWaiting, tickets.StatusOnHold, tickets.StatusClosed:
	}
	return web.Badge{Tone: tone, Text: statusName(t, s)}
}
