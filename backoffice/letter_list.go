package backoffice

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/invoices"
	"prolong/notify"
)

// LetterListPage is the data of office/letter_list.
type LetterListPage struct {
	web.Base
	Tabs   []Tab
	Client *billing.AccountBrief
	Rows   []LetterRow
	Next   string
}

// LetterRow is an outgoing message in a list.
type LetterRow struct {
	Href      string
	Purpose   string
	Recipient string
	At        time.Time // sent, or queued
	State     web.Badge
	Problem   string
}

// letterTabs are the states that the list can be narrowed to.
var letterTabs = []notify.State{"", notify.StateQueued, notify.StateSent, notify.StateFailed, notify.StateSuppressed}

func (r *Room) listLetters(c *gin.Context) error {
	base, err := r.base(c, "office.letters.title")
	if err != nil {
		return err
	}
	query := web.ReadQuery(c)
	filter := notify.MessageFilter{AccountID: billing.AccountID(idQuery(c, "client")), State: notify.State(query.Value("state")), BeforeID: idQuery(c, "before"), Limit: listRowsMax + 1}
	list, err := r.notify.FindMessages(c.Request.Context(), filter)
	if err != nil {
		return err
	}
	client, err := r.clientOfList(c.Request.Context(), filter.AccountID)
	if err != nil {
		return err
	}
	r.site.Show(c, http.StatusOK, "office/letter_list", "", letterListPage(base, list, client, filter.State))
	return nil
}

func letterListPage(b web.Base, list []notify.Sent, client *billing.AccountBrief, state notify.State) LetterListPage {
	page := LetterListPage{Base: b, Client: client}
	id := int64(0)
	if client != nil {
		id = int64(client.ID)
		page.Crumbs = []web.Link{{Text: client.LegalName(), Href: clientHref(client.ID)}}
	}
	for _, tab := range letterTabs {
		page.Tabs = append(page.Tabs, Tab{Text: b.T("office.letters.tab." + cmpOr(string(tab), "all")), Href: withParams(lettersPath, "client", id, "state", tab), Current: tab == state})
	}
	if len(list) > listRowsMax {
		list = list[:listRowsMax]
		page.Next = withParams(lettersPath, "client", id, "state", state, "before", list[listRowsMax-1].ID)
	}
	for _, l := range list {
		page.Rows = append(page.Rows, letterRow(b.Translator, l))
	}
	return page
}

func letterRow(t i18n.Translator, l notify.Sent) LetterRow {
	row := LetterRow{Href: letterHref(l.ID), Purpose: letterPurpose(t, l.Purpose), Recipient: l.Recipient.Email, At: l.SentAt, State: letterBadge(t, l.State)}
	if row.At.IsZero() {
		row.At = l.QueuedAt
	}
	if l.State == notify.StateFailed || l.State == notify.StateQueued {
		row.Problem = l.LastError
	}
	return row
}

func letterBadge(t i18n.Translator, s notify.State) web.Badge {
	tone := web.ToneNeutral
	switch s {
	case notify.StateSent:
		tone = web.ToneGood
	case notify.StateFailed:
		tone = web.ToneBad
	case notify.StateSending, notify.StateQueued:
		tone = web.ToneInfo
	case notify.StateSuppressed:
		tone = web.ToneWarn
	}
	return web.Badge{Tone: tone, Text: t.T("office.letter.state." + string(s))}
}

// letterPurpose names what a letter is about; a purpose that has no name yet is called by its
// own.
func letterPurpose(t i18n.Translator, p notify.Purpose) string {
	if key := "office.letter.purpose." + string(p); t.Has(key) {
		return t.T(key)
	}
	return string(p)
}

func letterHref(id int64) string { return lettersPath + "/" + strconv.FormatInt(id, 10) }

// LetterPage is the data of office/letter: a message as its reader sees it.
type LetterPage struct {
	web.Base
	Letter     notify.Sent
	Purpose    string
	State      web.Badge
	Subject    string
	Text       string
	Secret     bool // its content is wiped and cannot be shown
	Files      []web.Link
	Client     *billing.AccountBrief
	ClientHref string
	Retry      string // the address that sends it again; empty if that cannot be
}

func (r *Room) showLetter(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	base, err := r.base(c, "")
	if err != nil {
		return err
	}
	found, err := r.notify.FindMessages(ctx, notify.MessageFilter{BeforeID: id + 1, Limit: 1})
	if err != nil {
		return err
	}
	if len(found) == 0 || found[0].ID != id {
		return prolong.NewError(prolong.CodeNotFound, "error.message_not_found", prolong.Args{"ID": id})
	}
	letter, err := r.notify.Preview(ctx, id)
	secret := prolong.CodeOf(err) == prolong.CodeConflict
	if err != nil && !secret {
		return err
	}
	client, err := r.clientOfList(ctx, found[0].AccountID)
	if err != nil {
		return err
	}
	r.site.Show(c, http.StatusOK, "office/letter", "", letterPage(base, found[0], letter, secret, client, may(c, identity.RightOfficeMessagesSend)))
	return nil
}

func letterPage(b web.Base, l notify.Sent, letter notify.Letter, secret bool, client *billing.AccountBrief, maySend bool) LetterPage {
	t := b.Translator
	b.Title = letterPurpose(t, l.Purpose)
	b.Crumbs = []web.Link{{Text: t.T("office.letters.title"), Href: lettersPath}}
	page := LetterPage{Base: b, Letter: l, Purpose: letterPurpose(t, l.Purpose), State: letterBadge(t, l.State), Subject: letter.Subject, Text: letter.Text, Secret: secret, Client: client}
	if client != nil {
		page.ClientHref = clientHref(client.ID)
	}
	for _, a := range l.Attachments {
		switch a.Kind {
		case invoices.AttachInvoice:
			page.Files = append(page.Files, web.Link{Text: t.T("office.letter.file_invoice"), Href: invoicesPath + "/" + strconv.FormatInt(a.ID, 10) + "/pdf"})
		case invoices.AttachDocument:
			page.Files = append(page.Files, web.Link{Text: t.T("office.letter.file_document"), Href: documentsPath + "/" + strconv.FormatInt(a.ID, 10) + "/pdf"})
		}
	}
	if l.State == notify.StateFailed && !secret && maySend {
		page.Retry = letterHref(l.ID) + "/retry"
	}
	return page
}

func (r *Room) retryLetter(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	if err := r.notify.Retry(c.Request.Context(), id); err != nil {
		return err
	}
	r.site.SetFlash(c, web.ToneGood, "flash.letter_queued")
	web.Redirect(c, letterHref(id))
	return nil
}
