package backoffice

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/telephony"
)

// CallListPage is the data of office/call_list.
type CallListPage struct {
	web.Base
	Self      string // the address of this very list, to look again
	Tabs      []Tab
	Search    string
	View      string
	Client    *billing.AccountBrief
	Callbacks []CallbackRow
	Rows      []CallRow
	Pager     web.Pager
	MayAct    bool
}

// CallRow is a call in a list.
type CallRow struct {
	Href               string
	Direction          string
	Inbound            bool
	Phone              string
	Client, ClientHref string
	At                 time.Time
	Talk               time.Duration
	State              web.Badge
	Agent              string
	Tags               []string
	Note               string
}

// CallRows are calls with the time zone that they are shown in: the data of the partial
// "call-rows".
type CallRows struct {
	Calls []CallRow
	Zone  *time.Location
}

// CallRows returns the rows of the page for the partial.
func (p CallListPage) CallRows() CallRows { return CallRows{p.Rows, p.Zone} }

// CallbackRow is a caller who is waited to be called back.
type CallbackRow struct {
	Phone              string
	Client, ClientHref string
	Missed             string
	LastAt             time.Time
	Due                time.Time
	Late               bool
	Assignee           string
	Action             string // takes it, and with a reason drops it
}

// The views of the list.
const (
	callsMissed   = "missed"
	callsUntagged = "untagged"
	callsUnknown  = "unknown"
	callsMine     = "mine"
)

var callViews = []string{"", callsMissed, callsUntagged, callsUnknown, callsMine}

func (r *Room) listCalls(c *gin.Context) error {
	ctx, actor := c.Request.Context(), web.Actor(c)
	base, err := r.base(c, "office.calls.title")
	if err != nil {
		return err
	}
	query := web.ReadQuery(c)
	view, client := query.Value("view"), idQuery(c, "client")
	paging := web.PagingOf(c, listRowsMax)
	filter := telephony.Filter{AccountID: client, Phone: query.Text("q", searchRunesMax), Limit: paging.Size, Offset: paging.Offset()}
	switch view {
	case callsMissed:
		filter.Missed = true
	case callsUntagged:
		filter.Untagged = true
	case callsUnknown:
		filter.NoAccount = true
	case callsMine:
		filter.AgentID = actor.ID
	default:
		view = ""
	}
	list, total, err := r.telephony.ListCalls(ctx, actor, filter)
	if err != nil {
		return err
	}
	callbacks, err := r.telephony.ListCallbacks(ctx, actor, client, false)
	if err != nil {
		return err
	}
	names, err := r.namesOfCalls(ctx, list, callbacks)
	if err != nil {
		return err
	}
	staff, err := r.staffNames(ctx)
	if err != nil {
		return err
	}
	page := CallListPage{Base: base, Self: c.Request.URL.RequestURI(), Search: query.Value("q"), View: view, Pager: web.NewPager(c.Request.URL, paging, total), Rows: callRows(base, list, names),
		Callbacks: callbackRows(base.Translator, callbacks, names, staff), MayAct: mayCalls(c)}
	if page.Client, err = r.clientOfList(ctx, billing.AccountID(client)); err != nil {
		return err
	}
	if page.Client != nil {
		page.Crumbs = []web.Link{{Text: page.Client.LegalName(), Href: clientHref(page.Client.ID)}}
	}
	for _, v := range callViews {
		page.Tabs = append(page.Tabs, Tab{Text: base.T("office.calls.tab." + cmp.Or(v, "all")), Href: withParams(callsPath, "client", client, "q", page.Search, "view", v), Current: v == view})
	}
	r.site.Show(c, http.StatusOK, "office/call_list", "list", page)
	return nil
}

func (r *Room) namesOfCalls(ctx context.Context, list []telephony.Call, callbacks []telephony.Callback) (map[billing.AccountID]billing.AccountBrief, error) {
	ids := []billing.AccountID{}
	for _, c := range list {
		if c.AccountID != 0 {
			ids = append(ids, billing.AccountID(c.AccountID))
		}
	}
	for _, b := range callbacks {
		if b.AccountID != 0 {
			ids = append(ids, billing.AccountID(b.AccountID))
		}
	}
	return r.billing.FindAccountBriefs(ctx, ids)
}

func callRows(b web.Base, list []telephony.Call, names map[billing.AccountID]billing.AccountBrief) []CallRow {
	rows := make([]CallRow, 0, len(list))
	t := b.Translator
	for _, c := range list {
		row := CallRow{Href: callHref(c.ID), Direction: t.T("call.direction." + string(c.Direction)), Inbound: c.Direction == telephony.DirectionInbound, Phone: callPhone(t, c),
			At: c.StartedAt, Talk: time.Duration(c.TalkSeconds) * time.Second, State: callBadge(t, c), Agent: cmp.Or(c.AgentName, c.Extension), Note: c.Note}
		if a, ok := names[billing.AccountID(c.AccountID)]; ok {
			row.Client, row.ClientHref = a.LegalName(), clientHref(a.ID)
		}
		for _, tag := range c.Tags {
			row.Tags = append(row.Tags, tag.Name)
		}
		rows = append(rows, row)
	}
	return rows
}

func callbackRows(t i18n.Translator, list []telephony.Callback, names map[billing.AccountID]billing.AccountBrief, staff map[int64]string) []CallbackRow {
	rows := make([]CallbackRow, 0, len(list))
	for _, b := range list {
		row := CallbackRow{Phone: b.Phone, Missed: t.N("callback.missed", b.Missed), LastAt: b.LastMissedAt, Due: b.DueAt, Late: b.Overdue, Assignee: staff[b.AssigneeID], Action: callbackHref(b.ID)}
		if a, ok := names[billing.AccountID(b.AccountID)]; ok {
			row.Client, row.ClientHref = a.LegalName(), clientHref(a.ID)
		}
		rows = append(rows, row)
	}
	return rows
}

// callPhone names the other side of a call.
func callPhone(t i18n.Translator, c telephony.Call) string {
	return cmp.Or(prolong.Phone(c.Phone).Grouped(), c.PhoneRaw, t.T("office.call.hidden"))
}

// callBadge says what came of a call.
func callBadge(t i18n.Translator, c telephony.Call) web.Badge {
	if c.State != telephony.StateEnded {
		return web.Badge{Tone: web.ToneInfo, Text: t.T("call.state." + string(c.State))}
	}
	if c.Missed {
		return web.Badge{Tone: web.ToneBad, Text: t.T("call.missed")}
	}
	tone := web.ToneNeutral
	if c.Outcome == telephony.OutcomeAnswered {
		tone = web.ToneGood
	}
	return web.Badge{Tone: tone, Text: t.T("call.outcome." + cmp.Or(string(c.Outcome), string(telephony.OutcomeUnknown)))}
}
