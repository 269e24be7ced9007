package cabinet

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/web"
)

// AccountsPage is the data of cabinet/accounts: a person of several companies chooses one.
type AccountsPage struct {
	Frame
	Rows []AccountRow
}

// AccountRow is a company to choose.
type AccountRow struct {
	Name     string
	Href     string
	Sentence string // until when it is paid
	Badge    web.Badge
}

// chooseAccount leads a person of one company straight to it.
func (r *Room) chooseAccount(c *gin.Context) error {
	v, _ := visitOf(c)
	if len(v.members) == 1 {
		web.Redirect(c, accountPath(v.members[0].AccountID))
		return nil
	}
	f, err := r.frame(c, r.site.Translator(c).T("cabinet.accounts.title"))
	if err != nil {
		return err
	}
	ids := make([]billing.AccountID, len(v.members))
	for i, m := range v.members {
		ids[i] = m.AccountID
	}
	accounts, err := r.billing.ClientAccounts(c.Request.Context(), ids)
	if err != nil {
		return err
	}
	r.site.Show(c, http.StatusOK, "cabinet/accounts", "", accountsPage(f, accounts))
	return nil
}

func accountsPage(f Frame, accounts []billing.ClientAccount) AccountsPage {
	page := AccountsPage{Frame: f}
	for _, a := range accounts {
		row := AccountRow{Name: a.LegalName, Href: accountPath(a.ID), Sentence: f.T("cabinet.term.none"), Badge: web.Badge{Tone: web.ToneNeutral, Text: f.T("cabinet.access.none")}}
		if a.Subscribed {
			row.Sentence, row.Badge = accessSentence(f.Translator, a.Access, a.Zone), accessBadge(f.Translator, a.Access.State)
		}
		page.Rows = append(page.Rows, row)
	}
	return page
}

// accessSentence says until when and why, as every way of asking says it.
func accessSentence(t i18n.Translator, a billing.Access, zone *time.Location) string {
	return t.T(a.Reason, a.Args(zone))
}

func accessBadge(t i18n.Translator, s billing.AccessState) web.Badge {
	switch s {
	case billing.AccessGrace:
		return web.Badge{Tone: web.ToneWarn, Text: t.T("cabinet.access.grace")}
	case billing.AccessSuspended:
		return web.Badge{Tone: web.ToneBad, Text: t.T("cabinet.access.suspended")}
	case billing.AccessActive:
	}
	return web.Badge{Tone: web.ToneGood, Text: t.T("cabinet.access.active")}
}
