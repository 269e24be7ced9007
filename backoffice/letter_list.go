package backoffice

import (
	"cmp"
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
	Until     time.Time // held until then; zero if not
}

// stateReturned is the tab of letters that came back; they are sent letters otherwise.
const stateReturned notify.State = "returned"

// letterTabs are the states that the list can be narrowed to.
var letterTabs = []notify.State{"", notify.StateQueued, notify.StateSent, notify.StateFailed, stateReturned, notify.StateSuppressed}

func (r *Room) listLetters(c *gin.Context) error {
	base, err := r.base(c, "office.letters.title")
	if err != nil {
		return err
	}
	query := web.ReadQuery(c)
	filter := notify.MessageFilter{AccountID: billing.AccountID(idQuery(c, "client")), State: notify.State(query.Value("state")), BeforeID: idQuery(c, "before"), Limit: listRowsMax + 1}
	state := filter.State
	if state == stateReturned {
		filter.State, filter.Returned = "", true
	}
	list, err := r.notify.FindMessages(c.Request.Context(), filter)
	if err != nil {
		return err
	}
	client, err := r.clientOfList(c.Request.Context(), filter.AccountID)
	if err != nil {
		return err
	}
	r.site.Show(c, http.StatusOK, "office/letter_list", "", letterListPage(base, list, client, state))
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
		page.Tabs = append(page.Tabs, Tab{Text: b.T("office.letters.tab." + cmp.Or(string(tab), "all")), Href: withParams(lettersPath, "client", id, "state", tab), Current: tab == state})
	}
	list, page.Next = cutPage(list, func(last notify.Sent) string {
		return withParams(lettersPath, "client", id, "state", state, "before", last.ID)
	})
	for _, l := range list {
		page.Rows = append(page.Rows, letterRow(b.Translator, l))
	}
	return page
}

func letterRow(t i18n.Translator, l notify.Sent) LetterRow {
	row := LetterRow{Href: letterHref(l.ID), Purpose: letterPurpose(t, l.Purpose), Recipient: l.Recipient.Email, At: l.SentAt, State: letterBadge(t, l), Until: l.NotBefore}
	if row.At.IsZero() {
		row.At = l.QueuedAt
	}
	if l.State == notify.StateFailed || l.State == notify.StateQueued || !l.ReturnedAt.IsZero() {
		row.Problem = l.LastError
	}
	return row
}

func letterBadge(t i18n.Translator, l notify.Sent) web.Badge {
	tone := web.ToneNeutral
	switch {
	case !l.ReturnedAt.IsZero():
		return web.Badge{Tone: web.ToneBad, Text: t.T("office.letter.state.returned")}
	case !l.NotBefore.IsZero():
		return web.Badge{Tone: web.ToneNeutral, Text: t.T("office.letter.state.held")}
	}
	switch l.State {
	case notify.StateSent:
		tone = web.ToneGood
	case notify.StateFailed:
		tone = web.ToneBad
	case notify.StateSending, notify.StateQueued:
		tone = web.ToneInfo
	case notify.StateSuppressed:
		tone = web.ToneWarn
	}
	return web.Badge{Tone: tone, Text: t.T("office.letter.state." + string(l.State))}
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
	HTML       string // where it is shown as mail programs show it; empty if that cannot be
	Retry      string // the address that sends it again; empty if that cannot be
	SendNow    string // the address that ends its waiting for working hours; empty if it does not wait
	SendAgain  string // the address that sends a copy; empty if that cannot be
	Shut       string // why letters to the recipient do not leave; empty if they do
	Allow      string // the address that lets them leave again
	Wording    string // which wording was sent
	Remedy     string // what to do about a letter that came back
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
	shut, err := r.notify.Suppressions(ctx, []string{found[0].Recipient.Email})
	if err != nil {
		return err
	}
	page := letterPage(base, found[0], letter, secret, client, may(c, identity.RightOfficeMessagesSend))
	page.shut(shut[found[0].Recipient.Email], may(c, identity.RightOfficeMessagesSend))
	r.site.Show(c, http.StatusOK, "office/letter", "", page)
	return nil
}

// shut says why letters to the recipient do not leave, if they do not.
func (p *LetterPage) shut(s notify.Suppression, maySend bool) {
	if s.Scope != notify.ScopeAll {
		return
	}
	p.Shut = s.Reason
	if maySend {
		p.Allow = letterHref(p.Letter.ID) + "/allow"
	}
}

func letterPage(b web.Base, l notify.Sent, letter notify.Letter, secret bool, client *billing.AccountBrief, maySend bool) LetterPage {
	t := b.Translator
	b.Title = letterPurpose(t, l.Purpose)
	b.Crumbs = []web.Link{{Text: t.T("office.letters.title"), Href: lettersPath}}
	page := LetterPage{Base: b, Letter: l, Purpose: letterPurpose(t, l.Purpose), State: letterBadge(t, l), Subject: letter.Subject, Text: letter.Text, Secret: secret, Client: client}
	if client != nil {
		page.ClientHref = clientHref(client.ID)
	}
	for _, a := range l.Attachments {
		switch a.Kind {
		case invoices.AttachCreditNote:
			page.Files = append(page.Files, web.Link{Text: t.T("office.letter.file_document"), Href: creditNoteHref(a.ID)})
		case invoices.AttachInvoice:
			page.Files = append(page.Files, web.Link{Text: t.T("office.letter.file_invoice"), Href: invoicesPath + "/" + strconv.FormatInt(a.ID, 10) + "/pdf"})
		case invoices.AttachDocument:
			page.Files = append(page.Files, web.Link{Text: t.T("office.letter.file_document"), Href: documentsPath + "/" + strconv.FormatInt(a.ID, 10) + "/pdf"})
		}
	}
	if !secret {
		page.HTML = letterHref(l.ID) + "/html"
	}
	if maySend && !secret {
		if l.State == notify.StateFailed {
			page.Retry = letterHref(l.ID) + "/retry"
		} else {
			page.SendAgain = letterHref(l.ID) + "/again"
		}
		if !l.NotBefore.IsZero() {
			page.SendNow = letterHref(l.ID) + "/now"
		}
	}
	if page.Wording = t.T("office.letter.wording_built_in"); l.TemplateVersion > 0 {
		page.Wording = t.T("office.letter.wording_own", "Version", l.TemplateVersion)
	}
	switch {
	case l.ReturnedHard:
		page.Remedy = t.T("office.letter.returned_hard")
	case !l.ReturnedAt.IsZero():
		page.Remedy = t.T("office.letter.returned_soft")
	}
	return page
}

// showLetterHTML shows a letter as mail programs do, cut off from our own pages.
func (r *Room) showLetterHTML(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	letter, err := r.notify.Preview(c.Request.Context(), id)
	if err != nil {
		return err
	}
	sendLetterHTML(c, letter)
	return nil
}

// ownLetterPolicy lets a letter of ours bring its own style and nothing else: no script, no picture from
// elsewhere, no form.
const ownLetterPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-popups"

func sendLetterHTML(c *gin.Context, letter notify.Letter) {
	c.Header("Content-Security-Policy", ownLetterPolicy)
	c.Header("Cache-Control", "private, no-store")
	c.Data(http.StatusOK, "text/html; charset=utf-8", []byte(letter.HTML))
}

// actOnLetter runs an act on the letter of the address and leads to a letter.
func (r *Room) actOnLetter(c *gin.Context, flash string, act func(id int64, form *web.Form) (leadTo int64, err error)) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	to, err := act(id, form)
	if code := prolong.CodeOf(err); code == prolong.CodeInvalid || code == prolong.CodeConflict {
		r.site.SetFlash(c, web.ToneBad, "flash.letter_refused", "Problem", r.site.Translator(c).Error(err))
		to = id
	} else if err != nil {
		return err
	} else {
		r.site.SetFlash(c, web.ToneGood, flash)
	}
	web.Redirect(c, letterHref(to))
	return nil
}

func (r *Room) sendLetterNow(c *gin.Context) error {
	return r.actOnLetter(c, "flash.letter_queued", func(id int64, _ *web.Form) (int64, error) {
		return id, r.notify.SendNow(c.Request.Context(), web.Actor(c), id)
	})
}

func (r *Room) sendLetterAgain(c *gin.Context) error {
	return r.actOnLetter(c, "flash.letter_queued", func(id int64, form *web.Form) (int64, error) {
		return r.notify.SendAgain(c.Request.Context(), web.Actor(c), id, form.Value("email"))
	})
}

// allowLetters lets letters to the recipient leave again.
func (r *Room) allowLetters(c *gin.Context) error {
	return r.actOnLetter(c, "flash.letters_allowed", func(id int64, _ *web.Form) (int64, error) {
		found, err := r.notify.FindMessages(c.Request.Context(), notify.MessageFilter{BeforeID: id + 1, Limit: 1})
		if err != nil {
			return id, err
		}
		if len(found) == 0 || found[0].ID != id {
			return id, prolong.NewError(prolong.CodeNotFound, "error.message_not_found", prolong.Args{"ID": id})
		}
		return id, r.notify.Allow(c.Request.Context(), web.Actor(c), found[0].Recipient.Email)
	})
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
