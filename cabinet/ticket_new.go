package cabinet

import (
	"crypto/rand"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/internal/web"
	"prolong/tickets"
)

const (
	subjectRunesMax = 250
	bodyRunesMax    = 50_000
	requestKeyMax   = 40
)

// TicketNewPage is the data of cabinet/ticket_new.
type TicketNewPage struct {
	Frame
	Action  string
	Key     string // makes a form that is sent twice file one ticket
	Problem string
	Subject web.Field
	Text    web.Field
	Files   web.Field
	High    bool
}

func (r *Room) showNewTicket(c *gin.Context) error {
	form := web.NewForm(map[string][]string{"subject": {strings.TrimSpace(c.Query("subject"))}})
	return r.showTicketForm(c, http.StatusOK, form, "")
}

func (r *Room) showTicketForm(c *gin.Context, status int, form *web.Form, problem string) error {
	v, _ := visitOf(c)
	f, err := r.frame(c, r.site.Translator(c).T("cabinet.ticket.new"))
	if err != nil {
		return err
	}
	r.site.Show(c, status, "cabinet/ticket_new", "", ticketNewPage(f, v, form, problem))
	return nil
}

func ticketNewPage(f Frame, v visit, form *web.Form, problem string) TicketNewPage {
	f.Crumbs = []web.Link{{Text: f.T("cabinet.nav.tickets"), Href: ticketsPath(v.account)}}
	page := TicketNewPage{Frame: f, Action: ticketsPath(v.account), Key: form.Value("key"), Problem: problem, High: form.Checked("high")}
	if page.Key == "" {
		page.Key = rand.Text()
	}
	page.Subject = form.Field(f.Translator, "text", "subject", f.T("cabinet.ticket.subject"))
	page.Subject.LenMax, page.Subject.Hint = subjectRunesMax, f.T("cabinet.ticket.subject_hint")
	page.Text = textField(f, form, f.T("cabinet.ticket.text"))
	page.Files = filesField(f, form)
	return page
}

func textField(f Frame, form *web.Form, label string) web.Field {
	text := form.Field(f.Translator, "text", "text", label)
	text.LenMax = bodyRunesMax
	return text
}

func filesField(f Frame, form *web.Form) web.Field {
	files := form.Field(f.Translator, "file", "files", f.T("cabinet.ticket.files"))
	files.Value, files.Hint = "", f.T("cabinet.ticket.files_hint")
	return files
}

// fileTicket files a ticket of the company of the address.
func (r *Room) fileTicket(c *gin.Context) error {
	v, _ := visitOf(c)
	form, uploads, err := web.ReadFiles[tickets.Upload](c, "files", tickets.UploadsBytesMax)
	if err != nil {
		return err
	}
	n := tickets.NewTicket{
		AccountID: int64(v.account), Subject: form.Text("subject", subjectRunesMax), Text: form.Lines("text", bodyRunesMax), Files: uploads,
		RequestKey: form.Text("key", requestKeyMax),
	}
	if form.Checked("high") {
		n.Priority = tickets.PriorityHigh
	}
	if !form.Valid() {
		return r.showTicketForm(c, http.StatusUnprocessableEntity, form, "")
	}
	t, err := r.tickets.FileTicket(c.Request.Context(), v.session.Actor, n)
	switch prolong.CodeOf(err) {
	case "":
	case prolong.CodeInvalid:
		rejectMessage(form, err)
		return r.showTicketForm(c, http.StatusUnprocessableEntity, form, "")
	default:
		return err
	}
	r.site.SetFlash(c, web.ToneGood, "flash.cabinet_filed")
	web.Redirect(c, ticketHref(v.account, t.ID))
	return nil
}

// rejectMessage puts what support finds wrong beside the field that it is about.
func rejectMessage(form *web.Form, err error) {
	if strings.Contains(prolong.KeyOf(err), "ticket_file") {
		form.Reject("files", err)
		return
	}
	form.Reject("text", err)
}
