package backoffice

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/web"
)

// ClientListPage is the data of office/client_list.
type ClientListPage struct {
	web.Base
	Tabs   []Tab
	Search string
	State  string
	Rows   []ClientRow
	Next   string
}

// ClientRow is a client in a list.
type ClientRow struct {
	Href        string
	Account     billing.AccountBrief
	State       web.Badge
	PaidThrough prolong.Date
}

func (r *Room) listClients(c *gin.Context) error {
	base, err := r.base(c, "office.clients.title")
	if err != nil {
		return err
	}
	query := web.ReadQuery(c)
	filter := billing.AccountFilter{Text: query.Text("q", searchRunesMax), State: billing.AccessState(query.Value("state")), BeforeID: billing.AccountID(idQuery(c, "before")), Limit: listRowsMax + 1}
	switch filter.State {
	case "", billing.AccessActive, billing.AccessGrace, billing.AccessSuspended:
	default:
		filter.State = ""
	}
	list, err := r.billing.FindAccounts(c.Request.Context(), filter)
	if err != nil {
		return err
	}
	r.site.Show(c, http.StatusOK, "office/client_list", "rows", clientListPage(base, list, filter))
	return nil
}

func clientListPage(b web.Base, list []billing.AccountBrief, filter billing.AccountFilter) ClientListPage {
	page := ClientListPage{Base: b, Search: filter.Text, State: string(filter.State), Tabs: []Tab{{Text: b.T("office.clients.tab.all"), Href: withParams(clientsPath, "q", filter.Text), Current: filter.State == ""}}}
	for _, s := range []billing.AccessState{billing.AccessActive, billing.AccessGrace, billing.AccessSuspended} {
		page.Tabs = append(page.Tabs, Tab{Text: b.T("office.clients.tab." + string(s)), Href: withParams(clientsPath, "q", filter.Text, "state", s), Current: filter.State == s})
	}
	list, page.Next = cutPage(list, func(last billing.AccountBrief) string {
		return withParams(clientsPath, "q", filter.Text, "state", filter.State, "before", int64(last.ID))
	})
	for _, a := range list {
		page.Rows = append(page.Rows, clientRow(b.Translator, a))
	}
	return page
}

func clientRow(t i18n.Translator, a billing.AccountBrief) ClientRow {
	return ClientRow{Href: clientHref(a.ID), Account: a, State: accessBadge(t, a.Access), PaidThrough: a.Access.PaidThrough}
}
