package backoffice

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/internal/web"
	"prolong/tickets"
)

// TicketListPage is the data of office/ticket_list.
type TicketListPage struct {
	web.Base
	Self   string // the address of this very list, to look again
	Tabs   []Tab
	Tags   []TagChip
	Search string
	View   string
	Client *billing.AccountBrief
	Rows   []TicketRow
	Pager  web.Pager
	New    string
	Mails  string // where letters wait that became no ticket
}

// TagChip is a word of the vocabulary as a filter.
type TagChip struct {
	Text, Href string
	Current    bool
}

// TicketRow is a ticket in a list.
type TicketRow struct {
	Href               string
	Number             int64
	Subject, Snippet   string
	Ours               bool // the last word is ours
	Client, ClientHref string
	Requester          string
	Status             web.Badge
	Priority           web.Badge // its text is empty for an ordinary one
	Assignee           string
	Promise            Promise
	UpdatedAt          time.Time
	Tags               []string
}

// The views of the list.
const (
	viewWaiting = "waiting" // the vendor has to act
	viewMine    = "mine"
	viewFree    = "free" // nobody has taken them
	viewLate    = "late"
	viewOpen    = "open"
	viewDone    = "done"
)

var ticketViews = []string{viewWaiting, viewMine, viewFree, viewLate, viewOpen, viewDone}

// ticketFilter turns a view into what the list is asked for.
func ticketFilter(view string, actor prolong.Actor) tickets.Filter {
	switch view {
	case viewMine:
		return tickets.Filter{AssigneeID: actor.ID, Open: true}
	case viewFree:
		return tickets.Filter{Unassigned: true, Open: true}
	case viewLate:
		return tickets.Filter{Breached: true, Open: true}
	case viewOpen:
		return tickets.Filter{Open: true}
	case viewDone:
		return tickets.Filter{Statuses: []tickets.Status{tickets.StatusResolved, tickets.StatusClosed}, Order: tickets.OrderUpdated}
	}
	return tickets.Filter{Statuses: []tickets.Status{tickets.StatusNew, tickets.StatusOpen}}
}

func (r *Room) listTickets(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	base, err := r.base(c, "office.tickets.title")
	if err != nil {
		return err
	}
	query := web.ReadQuery(c)
	view, client := query.Value("view"), idQuery(c, "client")
	if view == "" && client == 0 {
		view = viewWaiting
	}
	filter := ticketFilter(view, actor)
	if view == "" {
		filter = tickets.Filter{Order: tickets.OrderNewest}
	}
	paging := web.PagingOf(c, listRowsMax)
	filter.AccountID, filter.Search, filter.Tag, filter.Limit, filter.Offset = client, query.Text("q", searchRunesMax), query.Value("tag"), paging.Size, paging.Offset()
	cards, total, err := r.tickets.ListTickets(ctx, actor, filter)
	if err != nil {
		return err
	}
	page := TicketListPage{Base: base, Self: c.Request.URL.RequestURI(), Search: filter.Search, View: view, Pager: web.NewPager(c.Request.URL, paging, total), New: withParams(ticketsPath+"/new", "client", client), Mails: mailsPath}
	if page.Client, err = r.clientOfList(ctx, billing.AccountID(client)); err != nil {
		return err
	}
	if page.Client != nil {
		page.Crumbs = []web.Link{{Text: page.Client.LegalName(), Href: clientHref(page.Client.ID)}}
	}
	tags, err := r.tickets.Tags(ctx, actor, false)
	if err != nil {
		return err
	}
	names, staff, err := r.namesOfTickets(ctx, cards)
	if err != nil {
		return err
	}
	page.Tabs = ticketTabs(base, view, client, filter.Search)
	for _, tag := range tags {
		chip := TagChip{Text: tag.Name, Href: withParams(ticketsPath, "view", view, "client", client, "q", filter.Search, "tag", tag.Key), Current: tag.Key == filter.Tag}
		if chip.Current {
			chip.Href = withParams(ticketsPath, "view", view, "client", client, "q", filter.Search)
		}
		page.Tags = append(page.Tags, chip)
	}
	page.Rows = ticketRows(base, cards, names, staff)
	r.site.Show(c, http.StatusOK, "office/ticket_list", "list", page)
	return nil
}

func ticketTabs(b web.Base, view string, client int64, search string) []Tab {
	var tabs []Tab
	for _, v := range ticketViews {
		tabs = append(tabs, Tab{Text: b.T("office.tickets.tab." + v), Href: withParams(ticketsPath, "view", v, "client", client, "q", search), Current: v == view})
	}
	return tabs
}

// namesOfTickets reads the names of the clients and people of a list of tickets.
func (r *Room) namesOfTickets(ctx context.Context, cards []tickets.Card) (map[billing.AccountID]billing.AccountBrief, map[int64]string, error) {
	ids := []billing.AccountID{}
	for _, c := range cards {
		if c.AccountID != 0 {
			ids = append(ids, billing.AccountID(c.AccountID))
		}
	}
	names, err := r.billing.FindAccountBriefs(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	staff, err := r.staffNames(ctx)
	return names, staff, err
}

func ticketRows(b web.Base, cards []tickets.Card, names map[billing.AccountID]billing.AccountBrief, staff map[int64]string) []TicketRow {
	rows := make([]TicketRow, 0, len(cards))
	t := b.Translator
	for _, c := range cards {
		row := TicketRow{Href: ticketHref(c.ID), Number: c.Number, Subject: c.Subject, Snippet: c.Snippet, Ours: c.LastAuthor == tickets.AuthorStaff,
			Requester: cmp.Or(c.ContactName, c.ContactEmail), Status: statusBadge(t, c.Status), Assignee: staff[c.AssigneeID], Promise: promiseOf(t, c.Countdown), UpdatedAt: c.UpdatedAt}
		switch c.Priority {
		case tickets.PriorityUrgent:
			row.Priority = web.Badge{Tone: web.ToneBad, Text: t.T("ticket.priority.urgent")}
		case tickets.PriorityHigh:
			row.Priority = web.Badge{Tone: web.ToneWarn, Text: t.T("ticket.priority.high")}
		case tickets.PriorityLow, tickets.PriorityNormal:
		}
		if a, ok := names[billing.AccountID(c.AccountID)]; ok {
			row.Client, row.ClientHref = a.LegalName(), clientHref(a.ID)
		}
		for _, tag := range c.Tags {
			row.Tags = append(row.Tags, tag.Name)
		}
		rows = append(rows, row)
	}
	return rows
}
