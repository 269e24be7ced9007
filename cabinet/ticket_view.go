package cabinet

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/tickets"
)

// TicketPage is the data of cabinet/ticket. The block "live" is sent alone when htmx asks.
type TicketPage struct {
	Frame
	Number     int64
	Badge      web.Badge
	FiledAt    time.Time
	Promise    Promise
	Messages   []MessageRow
	FollowsTo  string // the ticket that this one goes on from; empty for none
	Follows    int64
	MayReply   bool
	MayResolve bool
	Problem    string
	ReplyTo    string
	ResolveTo  string
	NewHref    string // for a closed ticket
	Key        string
	Text       web.Field
	Files      web.Field
	Times      []TimeRow
}

// MessageRow is an entry of the thread.
type MessageRow struct {
	ID     int64
	Ours   bool // of the vendor
	Event  string
	Author string
	At     time.Time
	Text   string
	Whole  string // with what was quoted; empty if that is all
	Files  []FileLink
}

// FileLink is a file to save.
type FileLink struct {
	Name, Href, Size string
	Blocked          bool
}

// thread returns the ticket of the address, if it is one of the account of the address or the
// reader's own that has none yet.
func (r *Room) thread(c *gin.Context, v visit) (tickets.Thread, error) {
	id, err := param(c, "ticket")
	if err != nil {
		return tickets.Thread{}, err
	}
	th, err := r.tickets.Thread(c.Request.Context(), v.session.Actor, id)
	if err != nil {
		return tickets.Thread{}, err
	}
	if th.AccountID != 0 && th.AccountID != int64(v.account) {
		return tickets.Thread{}, prolong.NewError(prolong.CodeNotFound, "error.ticket_not_found", prolong.Args{"ID": id})
	}
	return th, nil
}

func (r *Room) showTicket(c *gin.Context) error {
	v, _ := visitOf(c)
	th, err := r.thread(c, v)
	if err != nil {
		return err
	}
	return r.showThread(c, http.StatusOK, v, th, web.NewForm(nil), "")
}

func (r *Room) showThread(c *gin.Context, status int, v visit, th tickets.Thread, form *web.Form, problem string) error {
	f, err := r.frame(c, th.Subject)
	if err != nil {
		return err
	}
	times, err := r.tickets.TimesOf(c.Request.Context(), v.session.Actor, th.ID)
	if err != nil {
		return err
	}
	page := ticketPage(f, v, th, form, problem)
	page.Times = timeRows(f.Translator, times)
	r.site.Show(c, status, "cabinet/ticket", "live", page)
	return nil
}

func ticketPage(f Frame, v visit, th tickets.Thread, form *web.Form, problem string) TicketPage {
	f.Crumbs = []web.Link{{Text: f.T("cabinet.nav.tickets"), Href: ticketsPath(v.account)}}
	href := ticketHref(v.account, th.ID)
	page := TicketPage{
		Frame: f, Number: th.Number, Badge: ticketBadge(f.Translator, th.Status), FiledAt: th.CreatedAt, Promise: promiseOf(f.Base, th.Main), Follows: th.FollowsNumber,
		MayReply: th.MayReply, MayResolve: len(th.NextStatuses) > 0, Problem: problem, ReplyTo: href + "/reply", ResolveTo: href + "/resolve", NewHref: ticketsPath(v.account) + "/new",
		Text: textField(f, form, f.T("cabinet.ticket.reply")), Files: filesField(f, form), Key: form.Value("key"),
	}
	if page.Key == "" {
		// Another entry in the thread is another answer; the same form sent twice is not.
		page.Key = "cabinet-" + strconv.FormatInt(th.LastSeen(), 10)
	}
	if th.FollowsNumber != 0 {
		page.FollowsTo = ticketHref(v.account, th.FollowsID)
	}
	for _, m := range th.Messages {
		page.Messages = append(page.Messages, messageRow(f.Translator, v, m))
	}
	return page
}

func messageRow(t i18n.Translator, v visit, m tickets.Message) MessageRow {
	row := MessageRow{ID: m.ID, Ours: m.AuthorKind == tickets.AuthorStaff || m.AuthorKind == tickets.AuthorSystem, At: m.CreatedAt, Author: m.AuthorName, Text: m.Shown}
	switch {
	case m.Kind == tickets.MessageEvent && m.Event == tickets.EventStatus:
		row.Event = t.T("cabinet.ticket.became", "Status", statusArg(t, m.EventArgs))
	case m.Kind == tickets.MessageEvent:
		row.Event = t.T("ticket.event."+string(m.Event), m.EventArgs)
	case m.AuthorKind == tickets.AuthorContact && m.AuthorID == v.session.Actor.ID:
		row.Author = t.T("cabinet.ticket.you")
	case row.Author == "" && row.Ours:
		row.Author = t.T("cabinet.ticket.support")
	case row.Author == "":
		row.Author = m.AuthorEmail
	}
	if m.Trimmed() {
		row.Whole = m.Body
	}
	for _, a := range m.Attachments {
		row.Files = append(row.Files, FileLink{Name: a.Name, Href: fileHref(v.account, m.TicketID, a.ID), Size: sizeWords(t, a.Size), Blocked: a.Blocked})
	}
	return row
}

func statusArg(t i18n.Translator, args prolong.Args) string {
	to, _ := args["To"].(string)
	return t.T("ticket.status." + to)
}

func fileHref(account billing.AccountID, ticket, file int64) string {
	return ticketHref(account, ticket) + "/files/" + strconv.FormatInt(file, 10)
}

// sizeWords writes the size of a file: "0,4 МБ".
func sizeWords(t i18n.Translator, bytes int64) string {
	const kilo, mega = 1 << 10, 1 << 20
	if bytes < mega {
		return t.T("cabinet.size_kb", "Size", t.Number(max((bytes+kilo-1)/kilo, 1)))
	}
	return t.T("cabinet.size_mb", "Size", t.Number(strconv.FormatFloat(float64(bytes)/mega, 'f', 1, 64)))
}

func (r *Room) replyToTicket(c *gin.Context) error {
	v, _ := visitOf(c)
	th, err := r.thread(c, v)
	if err != nil {
		return err
	}
	form, uploads, err := web.ReadFiles[tickets.Upload](c, "files", tickets.UploadsBytesMax)
	if err != nil {
		return err
	}
	reply := tickets.Reply{Text: form.Lines("text", bodyRunesMax), Files: uploads, RequestKey: form.Text("key", requestKeyMax)}
	if !form.Valid() {
		return r.showThread(c, http.StatusUnprocessableEntity, v, th, form, "")
	}
	_, err = r.tickets.Reply(c.Request.Context(), v.session.Actor, th.ID, reply)
	switch prolong.CodeOf(err) {
	case "":
	case prolong.CodeInvalid:
		rejectMessage(form, err)
		return r.showThread(c, http.StatusUnprocessableEntity, v, th, form, "")
	case prolong.CodeConflict:
		// It was closed meanwhile: what was typed goes on in a new ticket.
		form = web.NewForm(map[string][]string{"text": {reply.Text}, "subject": {th.Subject}})
		return r.showTicketForm(c, http.StatusConflict, form, r.site.Translator(c).Error(err))
	default:
		return err
	}
	r.site.SetFlash(c, web.ToneGood, "flash.cabinet_replied")
	web.Redirect(c, ticketHref(v.account, th.ID)+"#last")
	return nil
}

// resolveTicket takes the client's word that his question is solved.
func (r *Room) resolveTicket(c *gin.Context) error {
	v, _ := visitOf(c)
	th, err := r.thread(c, v)
	if err != nil {
		return err
	}
	err = r.tickets.SetStatus(c.Request.Context(), v.session.Actor, th.ID, tickets.StatusResolved)
	switch prolong.CodeOf(err) {
	case "":
	case prolong.CodeConflict:
		return r.showThread(c, http.StatusConflict, v, th, web.NewForm(nil), r.site.Translator(c).Error(err))
	default:
		return err
	}
	r.site.SetFlash(c, web.ToneGood, "flash.cabinet_resolved")
	web.Redirect(c, ticketHref(v.account, th.ID))
	return nil
}

// sendTicketFile answers with a file of the ticket of the address, and of no other.
func (r *Room) sendTicketFile(c *gin.Context) error {
	v, _ := visitOf(c)
	th, err := r.thread(c, v)
	if err != nil {
		return err
	}
	id, err := param(c, "file")
	if err != nil {
		return err
	}
	for _, m := range th.Messages {
		for _, a := range m.Attachments {
			if a.ID != id || a.Blocked {
				continue
			}
			file, err := r.tickets.AttachmentFile(c.Request.Context(), v.session.Actor, id)
			if err != nil {
				return err
			}
			// The type is the sender's word; a browser is told to save and to believe nothing.
			sendFile(c, "application/octet-stream", file.Name, file.Name, file.Data)
			return nil
		}
	}
	return prolong.NewError(prolong.CodeNotFound, "error.ticket_file_not_found", nil)
}
