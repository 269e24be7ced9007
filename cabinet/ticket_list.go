package cabinet

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/tickets"
)

// TicketsPage is the data of cabinet/tickets.
type TicketsPage struct {
	Frame
	Self    string // the address of the list as it is shown
	NewHref string
	Filters []FilterLink
	Rows    []TicketRow
	// Loose are the reader's own letters that belong to no company yet.
	Loose []TicketRow
	Empty string
	Pager web.Pager
}

// TicketRow is a ticket of a list.
type TicketRow struct {
	Number  int64
	Subject string
	Href    string
	Snippet string
	Ours    bool // the last word was the vendor's
	Badge   web.Badge
	Updated time.Time
	Promise Promise
}

func ticketsPath(account billing.AccountID) string { return accountPath(account) + "/tickets" }

// ticketHref opens a ticket by its id; letters about tickets lead there, too.
func ticketHref(account billing.AccountID, id int64) string {
	return ticketsPath(account) + "/" + strconv.FormatInt(id, 10)
}

func (r *Room) listTickets(c *gin.Context) error {
	v, _ := visitOf(c)
	ctx := c.Request.Context()
	f, err := r.frame(c, r.site.Translator(c).T("cabinet.nav.tickets"))
	if err != nil {
		return err
	}
	done := c.Query("status") == "done"
	paging := web.PagingOf(c, pageRows)
	filter := tickets.Filter{AccountID: int64(v.account), Open: !done, Limit: paging.Size, Offset: paging.Offset()}
	if done {
		filter.Statuses = []tickets.Status{tickets.StatusResolved, tickets.StatusClosed}
	}
	cards, total, err := r.tickets.ListTickets(ctx, v.session.Actor, filter)
	if err != nil {
		return err
	}
	var loose []tickets.Card
	if !done && paging.Number == 1 {
		if loose, _, err = r.tickets.ListTickets(ctx, v.session.Actor, tickets.Filter{ContactID: v.session.Actor.ID, NoAccount: true, Open: true, Limit: pageRows}); err != nil {
			return err
		}
	}
	page := ticketsPage(f, v.account, cards, loose, done)
	page.Pager, page.Self = web.NewPager(c.Request.URL, paging, total), c.Request.URL.RequestURI()
	r.site.Show(c, http.StatusOK, "cabinet/tickets", "live", page)
	return nil
}

func ticketsPage(f Frame, account billing.AccountID, cards, loose []tickets.Card, done bool) TicketsPage {
	path := ticketsPath(account)
	page := TicketsPage{Frame: f, NewHref: path + "/new", Empty: f.T("cabinet.tickets.empty"), Filters: []FilterLink{
		{f.T("cabinet.tickets.open"), path, !done},
		{f.T("cabinet.tickets.done"), path + "?status=done", done},
	}}
	if done {
		page.Empty = f.T("cabinet.tickets.empty_done")
	}
	page.Rows, page.Loose = ticketRows(f.Base, account, cards), ticketRows(f.Base, account, loose)
	return page
}

func ticketRows(b web.Base, account billing.AccountID, cards []tickets.Card) (rows []TicketRow) {
	for _, t := range cards {
		rows = append(rows, TicketRow{
			Number: t.Number, Subject: t.Subject, Href: ticketHref(account, t.ID), Snippet: t.Snippet, Ours: t.LastAuthor == tickets.AuthorStaff,
			Badge: ticketBadge(b.Translator, t.Status), Updated: t.UpdatedAt, Promise: promiseOf(b, t.Countdown),
		})
	}
	return rows
}

func ticketBadge(t i18n.Translator, s tickets.Status) web.Badge {
	badge := web.Badge{Tone: web.ToneInfo, Text: t.T("ticket.status." + string(s))}
	switch s {
	case tickets.StatusWaiting:
		badge.Tone = web.ToneWarn
	case tickets.StatusResolved:
		badge.Tone = web.ToneGood
	case tickets.StatusClosed, tickets.StatusOnHold:
		badge.Tone = web.ToneNeutral
	case tickets.StatusNew, tickets.StatusOpen:
	}
	return badge
}
