package backoffice

import (
	"slices"
	"strings"
	"time"

	"prolong"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/invoices"
	"prolong/notify"
)

// clientTimelineMax bounds the time line of a client.
const clientTimelineMax = 40

// TimelineDay is a day of the time line with its entries, the latest first.
type TimelineDay struct {
	Date    string
	Entries []TimelineEntry
}

// TimelineEntry is something that happened with the client.
type TimelineEntry struct {
	At    time.Time
	Clock string
	Icon  string
	Tone  web.Tone
	Text  string
	Small string
	Href  string
}

// clientTimeline puts everything that happened with a client into one line, the latest first.
func clientTimeline(b web.Base, f clientFacts) []TimelineDay {
	t := b.Translator
	var all []TimelineEntry
	add := func(at time.Time, icon string, tone web.Tone, href, small, text string) {
		if !at.IsZero() {
			all = append(all, TimelineEntry{At: at, Icon: icon, Tone: tone, Text: text, Small: small, Href: href})
		}
	}
	for _, e := range f.extensions {
		if e.Cause == billing.ExtendedByImport && e.Before.IsZero() {
			add(e.At, "user", web.ToneNeutral, "", actorName(t, e.Actor, f.staff), t.T("office.timeline.opened", "After", e.After))
			continue
		}
		tone := web.ToneGood
		if e.After.Before(e.Before) {
			tone = web.ToneWarn
		}
		add(e.At, "calendar", tone, "", actorName(t, e.Actor, f.staff), t.T("office.timeline.extended", "Before", e.Before, "After", e.After))
	}
	for _, p := range f.payments {
		add(p.DecidedAt, "payment", web.ToneGood, paymentHref(p.ID), paymentWhy(t, p), t.T("office.timeline.payment", "Amount", p.Amount))
	}
	for _, inv := range f.invoices {
		add(inv.IssuedOn.Start(f.client.Location), "invoice", web.ToneInfo, invoiceHref(inv.ID), "", t.T("office.timeline.invoice", "Number", inv.Number, "Amount", inv.Total))
	}
	for _, d := range f.documents {
		tone := web.ToneInfo
		if d.Kind == invoices.DocumentStorno || d.Status != documentIssued {
			tone = web.ToneWarn
		}
		add(d.IssuedOn.Start(f.client.Location), "document", tone, documentPDFHref(d.ID), "", t.T("office.timeline.document", "Kind", documentKind(t, d.Kind), "Number", d.Number))
	}
	for _, l := range f.letters {
		at, tone := l.SentAt, web.ToneNeutral
		if at.IsZero() {
			at = l.QueuedAt
		}
		if l.State == notify.StateFailed {
			tone = web.ToneBad
		}
		add(at, "mail", tone, letterHref(l.ID), l.Recipient.Email, letterPurpose(t, l.Purpose))
	}
	for _, e := range f.audit {
		add(e.At, "shield", web.ToneNeutral, "", e.Actor.Name, auditAction(t, e.Action))
	}
	all = append(all, f.support.timeline(b)...)
	slices.SortStableFunc(all, func(x, y TimelineEntry) int { return y.At.Compare(x.At) })
	return timelineDays(b, all[:min(len(all), clientTimelineMax)])
}

// timelineDays groups entries by day.
func timelineDays(b web.Base, entries []TimelineEntry) []TimelineDay {
	var days []TimelineDay
	for _, e := range entries {
		date := b.Date(prolong.DateOf(e.At, b.Zone))
		if e.Clock = b.Clock(e.At, b.Zone); e.Clock == "00:00" {
			e.Clock = "" // a day of business, not an instant
		}
		if len(days) == 0 || days[len(days)-1].Date != date {
			days = append(days, TimelineDay{Date: date})
		}
		last := &days[len(days)-1]
		last.Entries = append(last.Entries, e)
	}
	return days
}

// auditAction names an action of the audit trail; one that has no name yet is called by its own.
func auditAction(t i18n.Translator, action string) string {
	if key := "office.audit." + strings.ReplaceAll(action, ".", "_"); t.Has(key) {
		return t.T(key)
	}
	return action
}
