package main

import (
	"context"
	"strconv"
	"strings"
	"time"

	"prolong"
	"prolong/billing"
	"prolong/telephony"
	"prolong/tickets"
)

// ticketExport is a ticket as other programs read it. Instants are RFC 3339 in the seller's zone,
// empty for what has not happened.
type ticketExport struct {
	Number            int64    `json:"number"`
	AccountExternalID string   `json:"account_external_id"` // empty: it is not known whose it is
	Subject           string   `json:"subject"`
	Status            string   `json:"status"`
	Priority          string   `json:"priority"`
	Channel           string   `json:"channel"`
	Requester         string   `json:"requester"` // address, or what the caller said
	Assignee          string   `json:"assignee"`
	CreatedAt         string   `json:"created_at"`
	LastClientAt      string   `json:"last_client_at"`
	LastAgentAt       string   `json:"last_agent_at"`
	ResolvedAt        string   `json:"resolved_at"`
	ClosedAt          string   `json:"closed_at"`
	DueAt             string   `json:"due_at"`
	Breached          bool     `json:"breached"`
	Tags              []string `json:"tags"`
}

var ticketExportColumns = []string{"number", "account_external_id", "subject", "status", "priority", "channel", "requester", "assignee",
	"created_at", "last_client_at", "last_agent_at", "resolved_at", "closed_at", "due_at", "breached", "tags"}

// Cells returns the row for a table.
func (e ticketExport) Cells() []string {
	return []string{strconv.FormatInt(e.Number, 10), e.AccountExternalID, e.Subject, e.Status, e.Priority, e.Channel, e.Requester, e.Assignee,
		e.CreatedAt, e.LastClientAt, e.LastAgentAt, e.ResolvedAt, e.ClosedAt, e.DueAt, strconv.FormatBool(e.Breached), strings.Join(e.Tags, " ")}
}

// callExport is a call as other programs read it.
type callExport struct {
	StartedAt         string   `json:"started_at"`
	Direction         string   `json:"direction"`
	Outcome           string   `json:"outcome"`
	Missed            bool     `json:"missed"`
	ClientPhone       string   `json:"client_phone"` // E.164, empty if hidden
	AccountExternalID string   `json:"account_external_id"`
	Extension         string   `json:"extension"`
	Agent             string   `json:"agent"`
	AnsweredAt        string   `json:"answered_at"`
	EndedAt           string   `json:"ended_at"`
	TalkSeconds       int      `json:"talk_seconds"`
	Final             bool     `json:"final"` // the exchange's history has confirmed it
	Ticket            int64    `json:"ticket,omitempty"`
	Tags              []string `json:"tags"`
	Note              string   `json:"note"`
}

var callExportColumns = []string{"started_at", "direction", "outcome", "missed", "client_phone", "account_external_id", "extension", "agent",
	"answered_at", "ended_at", "talk_seconds", "final", "ticket", "tags", "note"}

// Cells returns the row for a table.
func (e callExport) Cells() []string {
	ticket := ""
	if e.Ticket != 0 {
		ticket = strconv.FormatInt(e.Ticket, 10)
	}
	return []string{e.StartedAt, e.Direction, e.Outcome, strconv.FormatBool(e.Missed), e.ClientPhone, e.AccountExternalID, e.Extension, e.Agent,
		e.AnsweredAt, e.EndedAt, strconv.Itoa(e.TalkSeconds), strconv.FormatBool(e.Final), ticket, strings.Join(e.Tags, " "), e.Note}
}

// span is which days an export of the support line takes, both included; zero days do not
// restrict.
type span struct{ from, to dateFlag }

// bounds are the instants of the days in the seller's zone.
func (s span) bounds(zone *time.Location) (from, to time.Time) {
	if !s.from.IsZero() {
		from = s.from.Start(zone)
	}
	if !s.to.IsZero() {
		to = s.to.AddDays(1).Start(zone)
	}
	return from, to
}

// names are what exports of the support line call accounts and staff.
type names struct {
	zone     *time.Location
	accounts map[billing.AccountID]string
	staff    map[int64]string
}

func (a *app) names(ctx context.Context) (n names, err error) {
	if n.zone, err = a.zone(ctx); err != nil {
		return n, err
	}
	if n.accounts, err = a.billing.ExternalIDs(ctx); err != nil {
		return n, err
	}
	staff, err := a.identity.FindStaff(ctx)
	n.staff = map[int64]string{}
	for _, s := range staff {
		n.staff[s.ID] = s.Email
	}
	return n, err
}

func (n names) instant(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(n.zone).Format(time.RFC3339)
}

// exportTickets gives every ticket filed within the span to yield.
func (a *app) exportTickets(ctx context.Context, s span, yield func(exportRow) error) error {
	n, err := a.names(ctx)
	if err != nil {
		return err
	}
	from, to := s.bounds(n.zone)
	return a.tickets.EachTicket(ctx, prolong.System("export"), from, to, func(t tickets.Ticket, tags []string) error {
		requester := t.ContactEmail
		if requester == "" {
			requester = t.ContactName
		}
		return yield(ticketExport{
			Number: t.Number, AccountExternalID: n.accounts[billing.AccountID(t.AccountID)], Subject: t.Subject, Status: string(t.Status),
			Priority: string(t.Priority), Channel: string(t.Channel), Requester: requester, Assignee: n.staff[t.AssigneeID],
			CreatedAt: n.instant(t.CreatedAt), LastClientAt: n.instant(t.LastClientAt), LastAgentAt: n.instant(t.LastAgentAt),
			ResolvedAt: n.instant(t.ResolvedAt), ClosedAt: n.instant(t.ClosedAt), DueAt: n.instant(t.DueAt), Breached: t.Breached, Tags: tags,
		})
	})
}

// exportCalls gives every call begun within the span to yield.
func (a *app) exportCalls(ctx context.Context, s span, yield func(exportRow) error) error {
	n, err := a.names(ctx)
	if err != nil {
		return err
	}
	numbers, err := a.tickets.Numbers(ctx, prolong.System("export"))
	if err != nil {
		return err
	}
	from, to := s.bounds(n.zone)
	return a.telephony.EachCall(ctx, prolong.System("export"), from, to, func(c telephony.Call) error {
		tags := make([]string, len(c.Tags))
		for i, t := range c.Tags {
			tags[i] = t.Key
		}
		return yield(callExport{
			StartedAt: n.instant(c.StartedAt), Direction: string(c.Direction), Outcome: string(c.Outcome), Missed: c.Missed, ClientPhone: c.Phone,
			AccountExternalID: n.accounts[billing.AccountID(c.AccountID)], Extension: c.Extension, Agent: n.staff[c.AgentID],
			AnsweredAt: n.instant(c.AnsweredAt), EndedAt: n.instant(c.EndedAt), TalkSeconds: c.TalkSeconds, Final: c.Final,
			Ticket: numbers[c.TicketID], Tags: tags, Note: c.Note,
		})
	})
}
