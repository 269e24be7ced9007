package backoffice

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/tickets"
)

// MailListPage is the data of office/mail_list: letters that came in, and above all those that
// became no ticket.
type MailListPage struct {
	web.Base
	Tabs   []Tab
	Rows   []MailRow
	Pager  web.Pager
	MayAct bool
}

// MailRow is a letter that came in.
type MailRow struct {
	At         time.Time
	From       string
	Subject    string
	State      web.Badge
	Reason     string
	Raw        string
	TicketHref string
	FileTo     string // makes a ticket of it; empty where it is one
	RereadTo   string
}

// mailStates are the states that the list can be narrowed to.
var mailStates = []tickets.LetterState{tickets.LetterQuarantine, tickets.LetterIgnored, tickets.LetterFiled, tickets.LetterNew}

func (r *Room) listMails(c *gin.Context) error {
	base, err := r.base(c, "office.mails.title")
	if err != nil {
		return err
	}
	state := tickets.LetterState(c.DefaultQuery("state", string(tickets.LetterQuarantine)))
	paging := web.PagingOf(c, listRowsMax)
	filter := tickets.LetterFilter{Limit: paging.Size, Offset: paging.Offset()}
	if state != "all" {
		filter.States = []tickets.LetterState{state}
	}
	list, total, err := r.tickets.ListLetters(c.Request.Context(), web.Actor(c), filter)
	if err != nil {
		return err
	}
	page := mailListPage(base, list, state)
	page.Pager = web.NewPager(c.Request.URL, paging, total)
	r.site.Show(c, http.StatusOK, "office/mail_list", "", page)
	return nil
}

func mailListPage(b web.Base, list []tickets.StoredLetter, state tickets.LetterState) MailListPage {
	t := b.Translator
	b.Crumbs = []web.Link{{Text: t.T("office.tickets.title"), Href: ticketsPath}}
	page := MailListPage{Base: b, MayAct: true}
	for _, s := range mailStates {
		page.Tabs = append(page.Tabs, Tab{Text: t.T("letter.state." + string(s)), Href: withParams(mailsPath, "state", s), Current: s == state})
	}
	page.Tabs = append(page.Tabs, Tab{Text: t.T("office.mails.all"), Href: withParams(mailsPath, "state", "all"), Current: state == "all"})
	for _, l := range list {
		page.Rows = append(page.Rows, mailRow(t, l))
	}
	return page
}

func mailRow(t i18n.Translator, l tickets.StoredLetter) MailRow {
	base := mailsPath + "/" + strconv.FormatInt(l.ID, 10)
	row := MailRow{At: l.ReceivedAt, From: cmp.Or(l.From.Name, l.From.Email), Subject: cmp.Or(l.Subject, "—"), State: web.Badge{Tone: web.ToneNeutral, Text: t.T("letter.state." + string(l.State))}, Reason: l.Reason, Raw: base + "/raw"}
	if l.From.Name != "" {
		row.From += " <" + l.From.Email + ">"
	}
	switch l.State {
	case tickets.LetterFiled:
		row.State.Tone, row.TicketHref = web.ToneGood, ticketHref(l.TicketID)
	case tickets.LetterQuarantine:
		row.State.Tone, row.FileTo, row.RereadTo = web.ToneBad, base+"/file", base+"/reread"
	case tickets.LetterIgnored:
		row.FileTo = base + "/file"
	case tickets.LetterNew:
		row.State.Tone = web.ToneInfo
	case tickets.LetterDuplicate:
	}
	return row
}

// mailRaw sends a letter as it came, to be saved.
func (r *Room) mailRaw(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	raw, err := r.tickets.RawLetter(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}
	c.Header("Content-Disposition", fmt.Sprintf("attachment; filename=\"letter-%d.eml\"", id))
	c.Data(http.StatusOK, "application/octet-stream", raw)
	return nil
}

// fileMail makes a ticket of a letter that became none.
func (r *Room) fileMail(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	ticket, err := r.tickets.FileLetter(c.Request.Context(), web.Actor(c), id, 0)
	if err != nil {
		return err
	}
	web.Redirect(c, ticketHref(ticket.ID))
	return nil
}

// rereadMail has a letter read again that could not be.
func (r *Room) rereadMail(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	if err := r.tickets.RereadLetter(c.Request.Context(), web.Actor(c), id); err != nil {
		return err
	}
	r.site.SetFlash(c, web.ToneGood, "flash.mail_reread")
	web.Redirect(c, mailsPath)
	return nil
}
