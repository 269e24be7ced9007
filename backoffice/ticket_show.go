package backoffice

import (
	"cmp"
	"context"
	"crypto/rand"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/tickets"
)

const (
	replyRunesMax   = 100_000
	subjectRunesMax = 250
)

// TicketPage is the data of office/ticket: the conversation and everything that an agent needs
// beside it.
type TicketPage struct {
	web.Base
	No             int64 // its number; a field Number would hide the translator's method
	Status         web.Badge
	Client         *billing.AccountBrief // nil while it is not known whose it is
	ClientHref     string
	ClientState    web.Badge
	ClientWhy      string
	Debt           string      // what the client is asked to pay; empty for nothing
	Others         []TicketRow // of the client that are open, besides this one
	Requester      string
	RequesterEmail string
	Channel        string
	FiledAt        time.Time
	Follows        int64
	FollowsHref    string
	Promises       []Promise
	Entries        []TicketEntry
	Tags           []TagChoice
	Participants   []string
	Action         string // the beginning of the addresses of its forms
	Statuses       []Option
	Priorities     []Option
	Staff          []Option
	MayReply       bool
	MayAct         bool
	Draft          ReplyDraft
	Search         ClientSearch
	Times          []TimeRow
	HoursLeft      string // of the client's prepaid time; empty while it is not known whose it is
	Seen           int64
}

// Option is a choice of a list.
type Option struct {
	Value, Text string
	Selected    bool
}

// TagChoice is a word of the vocabulary, set or not.
type TagChoice struct {
	Key, Name string
	Set       bool
}

// TicketEntry is a message, a note or an event of the conversation.
type TicketEntry struct {
	ID     int64
	Author string
	Badge  string // of whom: the client, a colleague, nobody we know
	At     time.Time
	Text   string
	Whole  string // all of the letter, where only its new part is shown
	Event  string // what happened; Text is empty then
	Ours   bool
	Note   bool
	Folded bool // the letter of a machine
	HTML   string
	Files  []FileRow
}

// FileRow is a file of a message.
type FileRow struct {
	Name, Size, Href string
	Blocked          bool
}

// ReplyDraft is what was typed before a refusal.
type ReplyDraft struct {
	Text    string
	Note    bool
	Status  string
	Problem string
	Key     string // makes a repeated request write nothing
}

func (r *Room) showTicket(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	return r.showTicketWith(c, http.StatusOK, id, ReplyDraft{})
}

// ticketFacts is what the page of a ticket is made of.
type ticketFacts struct {
	thread tickets.Thread
	client *billing.AccountBrief
	staff  []identity.Staff
	tags   []tickets.Tag
	found  []billing.AccountBrief
	mayAct bool
	query  string
	draft  ReplyDraft
	times  []tickets.TimeEntry
	hours  billing.Prepaid
	debt   []prolong.Money
	others []tickets.Card
}

func (r *Room) showTicketWith(c *gin.Context, status int, id int64, draft ReplyDraft) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	base, err := r.base(c, "")
	if err != nil {
		return err
	}
	f := ticketFacts{mayAct: may(c, identity.RightOfficeTicketsAnswer), query: web.ReadQuery(c).Text("q", searchRunesMax), draft: draft}
	if f.thread, err = r.tickets.Thread(ctx, actor, id); err != nil {
		return err
	}
	if f.client, err = r.clientOfList(ctx, billing.AccountID(f.thread.AccountID)); err != nil {
		return err
	}
	if f.staff, err = r.identity.FindStaff(ctx); err != nil {
		return err
	}
	if f.tags, err = r.tickets.Tags(ctx, actor, false); err != nil {
		return err
	}
	if f.times, err = r.tickets.TimesOf(ctx, actor, id); err != nil {
		return err
	}
	if f.client != nil {
		if f.hours, err = r.billing.PrepaidOf(ctx, f.client.ID, 1); err != nil {
			return err
		}
		if f.debt, err = r.debtOf(ctx, f.client.ID); err != nil {
			return err
		}
		if f.others, _, err = r.tickets.ListTickets(ctx, actor, tickets.Filter{AccountID: f.thread.AccountID, Open: true, Limit: supportRowsMax}); err != nil {
			return err
		}
	}
	if f.query != "" {
		if f.found, err = r.billing.FindAccounts(ctx, billing.AccountFilter{Text: f.query, Limit: clientsFoundMax}); err != nil {
			return err
		}
	}
	r.site.Show(c, status, "office/ticket", "live", ticketPage(base, f))
	return nil
}

func ticketPage(b web.Base, f ticketFacts) TicketPage {
	t, th := b.Translator, f.thread
	b.Title = th.Subject
	b.Crumbs = []web.Link{{Text: t.T("office.tickets.title"), Href: ticketsPath}}
	page := TicketPage{
		Base: b, No: th.Number, Status: statusBadge(t, th.Status), Client: f.client, Requester: cmp.Or(th.ContactName, th.ContactEmail), RequesterEmail: th.ContactEmail,
		Channel: t.T("ticket.channel." + string(th.Channel)), FiledAt: th.CreatedAt, Action: ticketHref(th.ID), MayReply: th.MayReply && f.mayAct, MayAct: f.mayAct, Draft: f.draft, Seen: th.LastSeen(),
	}
	if page.Draft.Key == "" {
		page.Draft.Key = rand.Text() // sending the same page twice writes once
	}
	if f.client != nil {
		page.ClientHref, page.ClientState, page.ClientWhy = clientHref(f.client.ID), accessBadge(t, f.client.Access), accessWhy(t, *f.client)
		if len(f.debt) > 0 {
			page.Debt = sums(t, f.debt)
		}
		page.Others = ticketRows(b, slices.DeleteFunc(slices.Clone(f.others), func(c tickets.Card) bool { return c.ID == th.ID }), nil, nil)
	} else {
		page.Search = ClientSearch{Text: f.query, Asked: f.query != "", Action: ticketHref(th.ID)}
		for _, a := range f.found {
			page.Search.Found = append(page.Search.Found, FoundClient{Account: a, State: accessBadge(t, a.Access), Href: strconv.FormatInt(int64(a.ID), 10)})
		}
	}
	if th.FollowsID != 0 {
		page.Follows, page.FollowsHref = th.FollowsNumber, ticketHref(th.FollowsID)
	}
	for i := range th.Countdowns {
		page.Promises = append(page.Promises, promiseOf(t, &th.Countdowns[i]))
	}
	for _, m := range th.Messages {
		page.Entries = append(page.Entries, ticketEntry(t, th.ID, m))
	}
	for _, p := range th.Participants {
		page.Participants = append(page.Participants, p.Email)
	}
	names := make(map[int64]string, len(f.staff))
	for _, s := range f.staff {
		names[s.ID] = s.Name
	}
	page.Times = timeRows(t, f.times, names)
	if f.client != nil {
		page.HoursLeft = t.Hours(f.hours.Minutes)
	}
	page.fillChoices(t, f)
	return page
}

// fillChoices lists what the agent can set.
func (p *TicketPage) fillChoices(t i18n.Translator, f ticketFacts) {
	for _, s := range f.thread.NextStatuses {
		p.Statuses = append(p.Statuses, Option{Value: string(s), Text: statusName(t, s)})
	}
	for _, priority := range tickets.Priorities() {
		p.Priorities = append(p.Priorities, Option{Value: string(priority), Text: t.T("ticket.priority." + string(priority)), Selected: priority == f.thread.Priority})
	}
	p.Staff = []Option{{Value: "0", Text: t.T("office.ticket.nobody"), Selected: f.thread.AssigneeID == 0}}
	for _, s := range f.staff {
		if !s.Locked || s.ID == f.thread.AssigneeID {
			p.Staff = append(p.Staff, Option{Value: strconv.FormatInt(s.ID, 10), Text: s.Name, Selected: s.ID == f.thread.AssigneeID})
		}
	}
	set := map[string]bool{}
	for _, tag := range f.thread.Tags {
		set[tag.Key] = true
	}
	for _, tag := range f.tags {
		p.Tags = append(p.Tags, TagChoice{Key: tag.Key, Name: tag.Name, Set: set[tag.Key]})
	}
}

func ticketEntry(t i18n.Translator, ticketID int64, m tickets.Message) TicketEntry {
	e := TicketEntry{ID: m.ID, Author: cmp.Or(m.AuthorName, m.AuthorEmail), At: m.CreatedAt, Text: m.Shown, Ours: m.AuthorKind == tickets.AuthorStaff, Note: m.Kind == tickets.MessageNote, Folded: m.Folded}
	if m.Kind == tickets.MessageEvent {
		e.Event, e.Text = eventText(t, m), ""
		return e
	}
	if m.Trimmed() {
		e.Whole = m.Body
	}
	switch m.AuthorKind {
	case tickets.AuthorStranger:
		e.Badge = t.T("office.ticket.stranger")
	case tickets.AuthorSystem:
		e.Author = t.T("ticket.channel.system")
	case tickets.AuthorContact, tickets.AuthorStaff:
	}
	base := ticketHref(ticketID)
	if m.HasHTML {
		e.HTML = base + "/messages/" + strconv.FormatInt(m.ID, 10)
	}
	for _, a := range m.Attachments {
		e.Files = append(e.Files, FileRow{Name: a.Name, Size: fileSize(t, a.Size), Href: base + "/files/" + strconv.FormatInt(a.ID, 10), Blocked: a.Blocked})
	}
	return e
}

// eventText says what happened to a ticket. Names of statuses, priorities and promises travel
// as codes and are put into words here.
func eventText(t i18n.Translator, m tickets.Message) string {
	args := prolong.Args{}
	for k, v := range m.EventArgs {
		args[k] = v
		code, _ := v.(string)
		switch {
		case m.Event == tickets.EventStatus && code != "":
			args[k] = strings.ToLower(statusName(t, tickets.Status(code)))
		case m.Event == tickets.EventPriority && code != "":
			args[k] = strings.ToLower(t.T("ticket.priority." + code))
		case k == "Metric" && code != "":
			args[k] = strings.ToLower(t.T("ticket.metric." + code))
		}
	}
	text := t.T("ticket.event."+string(m.Event), args)
	if _, has := args["To"]; has && (m.Event == tickets.EventStatus || m.Event == tickets.EventPriority) {
		text = t.T("office.ticket.changed", "What", text, "From", args["From"], "To", args["To"])
	}
	return text
}

// fileSize writes the size of a file: "12 КБ", "3,4 МБ".
func fileSize(t i18n.Translator, bytes int64) string {
	const kilo, mega = 1 << 10, 1 << 20
	if bytes < mega {
		return t.T("office.size_kb", "Size", t.Number(max(1, (bytes+kilo-1)/kilo)))
	}
	return t.T("office.size_mb", "Size", t.Number(strconv.FormatFloat(float64(bytes)/mega, 'f', 1, 64)))
}

// ticketID is what every change of a ticket begins with.
func (r *Room) ticketID(c *gin.Context) (context.Context, prolong.Actor, int64, error) {
	id, err := idParam(c, "id")
	return c.Request.Context(), web.Actor(c), id, err
}
