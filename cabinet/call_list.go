package cabinet

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/telephony"
)

// CallsPage is the data of cabinet/calls.
type CallsPage struct {
	Frame
	Rows  []CallRow
	Pager web.Pager
}

// CallList is the data of the partial "calls".
type CallList struct {
	Rows []CallRow
	Zone *time.Location
}

// List returns the calls for the partial.
func (p CallsPage) List() CallList { return CallList{p.Rows, p.Zone} }

// CallList returns the calls for the partial.
func (p HomePage) CallList() CallList { return CallList{p.Calls, p.Zone} }

// CallRow is a call as the client remembers it: who called whom, with whom he spoke, how long.
type CallRow struct {
	At       time.Time
	Inbound  bool // he called
	Title    string
	Phone    string
	Agent    string // first name; empty if nobody spoke
	Duration string // empty if nobody spoke
	Badge    web.Badge
}

func (r *Room) listCalls(c *gin.Context) error {
	v, _ := visitOf(c)
	f, err := r.frame(c, r.site.Translator(c).T("cabinet.nav.calls"))
	if err != nil {
		return err
	}
	paging := web.PagingOf(c, pageRows)
	list, total, err := r.telephony.ListCalls(c.Request.Context(), v.session.Actor, telephony.Filter{AccountID: int64(v.account), Limit: paging.Size, Offset: paging.Offset()})
	if err != nil {
		return err
	}
	r.site.Show(c, http.StatusOK, "cabinet/calls", "", CallsPage{Frame: f, Rows: callRows(f.Translator, list), Pager: web.NewPager(c.Request.URL, paging, total)})
	return nil
}

func callRows(t i18n.Translator, list []telephony.Call) (rows []CallRow) {
	for _, call := range list {
		row := CallRow{At: call.StartedAt, Inbound: call.Direction == telephony.DirectionInbound, Title: t.T("cabinet.calls.we_called"), Phone: call.Phone, Agent: call.AgentName, Badge: callBadge(t, call)}
		if row.Inbound {
			row.Title = t.T("cabinet.calls.you_called")
		}
		if call.TalkSeconds > 0 {
			row.Duration = t.Duration(time.Duration(call.TalkSeconds) * time.Second)
		}
		rows = append(rows, row)
	}
	return rows
}

// callBadge says what came of a call, from the client's side.
func callBadge(t i18n.Translator, call telephony.Call) web.Badge {
	switch {
	case call.State != telephony.StateEnded:
		return web.Badge{Tone: web.ToneInfo, Text: t.T("cabinet.calls.now")}
	case call.Outcome == telephony.OutcomeAnswered:
		return web.Badge{Tone: web.ToneGood, Text: t.T("cabinet.calls.spoke")}
	case call.Missed:
		return web.Badge{Tone: web.ToneWarn, Text: t.T("cabinet.calls.missed")}
	}
	return web.Badge{Tone: web.ToneNeutral, Text: t.T("cabinet.calls.no_answer")}
}
