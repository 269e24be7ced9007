package backoffice

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/web"
	"prolong/telephony"
	"prolong/tickets"
)

const callNoteRunesMax = 5000

// CallPage is the data of office/call, and of the pop-up of a ringing call.
type CallPage struct {
	web.Base
	Call        telephony.Call
	State       web.Badge
	Direction   string
	Phone       string
	Client      *billing.AccountBrief // nil while it is not known whose it is
	ClientHref  string
	ClientState web.Badge
	ClientWhy   string
	Candidates  []web.Link // clients whose number it may be; Href is the id
	Missed      int        // calls that nobody answered since we last spoke
	Talk        time.Duration
	Last        []CallRow
	Open        []TicketRow // tickets of the client that are open
	Debt        string      // what the client is asked to pay; empty for nothing
	Tags        []TagChoice
	Action      string
	Recording   string
	Ticket      string // the ticket that was made of it
	MayAct      bool
	Subject     string // proposed for a ticket
}

// LastRows returns the calls before this one for the partial "call-rows".
func (p CallPage) LastRows() CallRows { return CallRows{p.Last, p.Zone} }

// callFacts is what the page of a call is made of.
type callFacts struct {
	call   telephony.PopUp
	client *billing.AccountBrief
	open   []tickets.Card
	debt   []prolong.Money
	tags   []tickets.Tag
	names  map[billing.AccountID]billing.AccountBrief
	mayAct bool
}

func mayCalls(c *gin.Context) bool { return may(c, identity.RightOfficeCallsManage) }

func (r *Room) showCall(c *gin.Context) error { return r.showCallAs(c, "office/call", "") }

// showRinging answers with the pop-up of a call.
func (r *Room) showRinging(c *gin.Context) error {
	if !web.IsFragment(c) {
		web.Redirect(c, callsPath+"/"+c.Param("id"))
		return nil
	}
	return r.showCallAs(c, "office/call", "ringing")
}

func (r *Room) showCallAs(c *gin.Context, name, block string) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	base, err := r.base(c, "")
	if err != nil {
		return err
	}
	facts, err := r.callFacts(c.Request.Context(), web.Actor(c), id)
	if err != nil {
		return err
	}
	facts.mayAct = mayCalls(c)
	r.site.Show(c, http.StatusOK, name, block, callPage(base, facts))
	return nil
}

func (r *Room) callFacts(ctx context.Context, actor prolong.Actor, id int64) (f callFacts, err error) {
	if f.call, err = r.telephony.CallPopUp(ctx, actor, id); err != nil {
		return f, err
	}
	client := billing.AccountID(f.call.AccountID)
	if client == 0 && len(f.call.Candidates) == 1 {
		client = billing.AccountID(f.call.Candidates[0].AccountID)
	}
	if f.client, err = r.clientOfList(ctx, client); err != nil {
		return f, err
	}
	if f.client != nil {
		if f.debt, err = r.debtOf(ctx, client); err != nil {
			return f, err
		}
		if r.tickets != nil {
			if f.open, _, err = r.tickets.ListTickets(ctx, actor, tickets.Filter{AccountID: int64(client), Open: true, Limit: supportRowsMax}); err != nil {
				return f, err
			}
		}
	}
	if r.tickets != nil {
		if f.tags, err = r.tickets.Tags(ctx, actor, false); err != nil {
			return f, err
		}
	}
	f.names, err = r.namesOfCalls(ctx, f.call.Last, nil)
	return f, err
}

func callPage(b web.Base, f callFacts) CallPage {
	t, call := b.Translator, f.call.Call
	page := CallPage{
		Call: call, State: callBadge(t, call), Direction: t.T("call.direction." + string(call.Direction)), Phone: callPhone(t, call), Client: f.client, Missed: f.call.Missed,
		Talk: time.Duration(call.TalkSeconds) * time.Second, Last: callRows(b, f.call.Last, f.names), Open: ticketRows(b, f.open, nil, nil), Action: callHref(call.ID), MayAct: f.mayAct,
	}
	b.Title = t.T("office.call.title", "Phone", page.Phone)
	b.Crumbs = []web.Link{{Text: t.T("office.calls.title"), Href: callsPath}}
	page.Base = b
	page.Subject = t.T("office.call.subject", "Phone", cmp.Or(call.Phone, page.Phone)) // kept in the ticket, and searched there
	if f.client != nil {
		page.ClientHref, page.ClientState, page.ClientWhy = clientHref(f.client.ID), accessBadge(t, f.client.Access), accessWhy(t, *f.client)
		if len(f.debt) > 0 {
			page.Debt = sums(t, f.debt)
		}
	}
	if call.AccountID == 0 {
		for _, a := range f.call.Candidates {
			page.Candidates = append(page.Candidates, web.Link{Text: cmp.Or(a.AccountName, a.ContactName), Href: strconv.FormatInt(a.AccountID, 10)})
		}
	}
	if call.TicketID != 0 {
		page.Ticket = ticketHref(call.TicketID)
	}
	if call.Recording {
		page.Recording = callHref(call.ID) + "/recording"
	}
	set := map[string]bool{}
	for _, tag := range call.Tags {
		set[tag.Key] = true
	}
	for _, tag := range f.tags {
		page.Tags = append(page.Tags, TagChoice{Key: tag.Key, Name: tag.Name, Set: set[tag.Key]})
	}
	return page
}

// changeCall does what a form of the call's page or pop-up says: tags, note, client, ticket.
func (r *Room) changeCall(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	target := callHref(id)
	switch form.Value("what") {
	case "tag":
		err = r.telephony.TagCall(ctx, actor, id, form.Value("tag"))
	case "untag":
		err = r.telephony.UntagCall(ctx, actor, id, form.Value("tag"))
	case "note":
		note := form.Lines("note", callNoteRunesMax)
		if err = form.Err(); err == nil {
			err = r.telephony.NoteCall(ctx, actor, id, note)
		}
	case "client":
		err = r.setCallClient(ctx, actor, id, form)
	case "ticket":
		var ticket tickets.Ticket
		ticket, err = r.telephony.FileCallTicket(ctx, actor, id, form.Text("subject", subjectRunesMax), form.Lines("text", replyRunesMax))
		target = ticketHref(ticket.ID)
	default:
		err = prolong.NewError(prolong.CodeInvalid, "error.field_choice", nil)
	}
	if err != nil {
		return err
	}
	web.Redirect(c, target)
	return nil
}

// setCallClient says whose call it was: by the id of a candidate, or as a person names a
// client.
func (r *Room) setCallClient(ctx context.Context, actor prolong.Actor, id int64, form *web.Form) error {
	client, err := strconv.ParseInt(form.Value("client"), 10, 64)
	if err != nil {
		account, _, err := r.resolveClient(ctx, form.Text("who", clientRunesMax))
		if err != nil {
			return err
		}
		client = int64(account.ID)
	}
	return r.telephony.SetCallAccount(ctx, actor, id, client, form.Checked("remember"))
}

// playRecording relays the recording of a call; links of the exchange never leave us.
func (r *Room) playRecording(c *gin.Context) (err error) {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	recording, err := r.telephony.PlayRecording(c.Request.Context(), web.Actor(c), id, c.GetHeader("Range"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, recording.Body.Close()) }()
	h := c.Writer.Header()
	h.Set("Content-Type", recording.ContentType)
	for name, value := range map[string]string{"Content-Range": recording.ContentRange, "Accept-Ranges": recording.AcceptRanges} {
		if value != "" {
			h.Set(name, value)
		}
	}
	if recording.ContentLength >= 0 {
		h.Set("Content-Length", strconv.FormatInt(recording.ContentLength, 10))
	}
	c.Status(recording.Status)
	// What has been sent cannot be taken back; a broken relay ends the stream.
	if _, err := io.Copy(c.Writer, recording.Body); err != nil && c.Request.Context().Err() == nil {
		return prolong.Wrap("backoffice.playRecording", err)
	}
	return nil
}

// changeCallback takes a task to call back, or drops it for a reason.
func (r *Room) changeCallback(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	ctx, actor := c.Request.Context(), web.Actor(c)
	if form.Value("what") == "drop" {
		err = r.telephony.DropCallback(ctx, actor, id, form.Text("reason", noteRunesMax))
	} else {
		err = r.telephony.AssignCallback(ctx, actor, id, actor.ID)
	}
	if err != nil {
		return err
	}
	web.Redirect(c, callsPath)
	return nil
}

func callbackHref(id int64) string { return callbacksPath + "/" + strconv.FormatInt(id, 10) }
