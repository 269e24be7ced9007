package backoffice

import (
	"cmp"
	"crypto/rand"
	"net/http"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/internal/web"
	"prolong/tickets"
)

// TicketNewPage is the data of office/ticket_new: an agent files what a client said.
type TicketNewPage struct {
	web.Base
	Client               *billing.AccountBrief
	Who                  web.Field // of the client, where none is given
	Email, Name, Subject web.Field
	Text                 string
	TextProblem          string
	Channels, Priorities []Option
	Key                  string
	Problem              string
}

func (r *Room) newTicket(c *gin.Context) error {
	form := web.NewForm(nil)
	return r.showNewTicket(c, http.StatusOK, billing.AccountID(idQuery(c, "client")), form, nil)
}

func (r *Room) showNewTicket(c *gin.Context, status int, client billing.AccountID, form *web.Form, problem error) error {
	base, err := r.base(c, "office.ticket.new")
	if err != nil {
		return err
	}
	brief, err := r.clientOfList(c.Request.Context(), client)
	if err != nil {
		return err
	}
	page := ticketNewPage(base, brief, form)
	if problem != nil {
		page.Problem = base.Error(problem)
	}
	r.site.Show(c, status, "office/ticket_new", "", page)
	return nil
}

func ticketNewPage(b web.Base, client *billing.AccountBrief, form *web.Form) TicketNewPage {
	t := b.Translator
	b.Crumbs = []web.Link{{Text: t.T("office.tickets.title"), Href: ticketsPath}}
	page := TicketNewPage{Base: b, Client: client, Who: form.Field(t, "text", "who", t.T("office.ticket.who")), Email: form.Field(t, "email", "email", t.T("office.ticket.email")),
		Name: form.Field(t, "text", "name", t.T("office.ticket.name")), Subject: form.Field(t, "text", "subject", t.T("office.ticket.subject")),
		Text: form.Value("text"), TextProblem: t.Error(form.Problem("text")), Key: form.Value("key")}
	page.Who.Hint = t.T("office.ticket.who_hint")
	page.Subject.LenMax = subjectRunesMax
	if page.Key == "" {
		page.Key = rand.Text()
	}
	for _, ch := range []tickets.Channel{tickets.ChannelPhone, tickets.ChannelOffice} {
		page.Channels = append(page.Channels, Option{Value: string(ch), Text: t.T("ticket.channel." + string(ch)), Selected: form.Value("channel") == string(ch)})
	}
	chosen := cmp.Or(form.Value("priority"), string(tickets.PriorityNormal))
	for _, p := range tickets.Priorities() {
		page.Priorities = append(page.Priorities, Option{Value: string(p), Text: t.T("ticket.priority." + string(p)), Selected: chosen == string(p)})
	}
	return page
}

func (r *Room) fileTicket(c *gin.Context) error {
	form, files, err := web.ReadFiles[tickets.Upload](c, "files", tickets.UploadsBytesMax)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	n := tickets.NewTicket{
		Email: form.Email("email"), Name: form.Text("name", clientRunesMax), Subject: form.Text("subject", subjectRunesMax), Text: form.Lines("text", replyRunesMax), Files: files,
		Priority: tickets.Priority(form.Value("priority")), Channel: tickets.Channel(form.Value("channel")), RequestKey: form.Value("key"),
	}
	if form.Value("client") != "" {
		n.AccountID = form.Int("client", 0, 1<<62)
	} else if who := form.Text("who", clientRunesMax); who != "" {
		account, _, err := r.resolveClient(ctx, who)
		if prolong.CodeOf(err) == prolong.CodeInternal {
			return err
		}
		if err != nil {
			form.Reject("who", err)
		}
		n.AccountID = int64(account.ID)
	}
	if n.Text == "" {
		form.Required("text", replyRunesMax)
	}
	if err := form.Err(); err != nil {
		return r.showNewTicket(c, http.StatusUnprocessableEntity, billing.AccountID(n.AccountID), form, err)
	}
	ticket, err := r.tickets.FileTicket(ctx, web.Actor(c), n)
	switch prolong.CodeOf(err) {
	case "":
		web.Redirect(c, ticketHref(ticket.ID))
		return nil
	case prolong.CodeInvalid:
		return r.showNewTicket(c, web.StatusOf(err), billing.AccountID(n.AccountID), form, err)
	case prolong.CodeConflict, prolong.CodeForbidden, prolong.CodeInternal, prolong.CodeNotFound, prolong.CodeRateLimited, prolong.CodeUnauthorized, prolong.CodeUnavailable:
	}
	return err
}
