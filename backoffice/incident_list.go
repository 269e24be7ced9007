package backoffice

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/banksync"
	"prolong/banksync/match"
	"prolong/internal/web"
)

// IncidentListPage is the data of office/incident_list: what matching had decided by itself and
// a person corrected.
type IncidentListPage struct {
	web.Base
	Rows []IncidentRow
	Next string
}

// IncidentRow is a corrected decision.
type IncidentRow struct {
	Href       string
	Date       prolong.Date
	Amount     prolong.Money
	Payer      string
	Purpose    string
	Rule       string
	Wrong      string
	WrongHref  string
	Right      string
	RightHref  string
	By, At     string
	Note       string
	Facts      []Chip
	NotOurs    bool // it had been taken for nobody's
	Unresolved bool // nobody has it yet
}

func (r *Room) listIncidents(c *gin.Context) error {
	ctx := c.Request.Context()
	list, err := r.banksync.FindIncidents(ctx, banksync.IncidentFilter{BeforeID: idQuery(c, "before"), Limit: listRowsMax + 1})
	if err != nil {
		return err
	}
	staff, err := r.staffNames(ctx)
	if err != nil {
		return err
	}
	base, err := r.base(c, "office.incidents.title")
	if err != nil {
		return err
	}
	list, next := cutPage(list, func(last banksync.Incident) string { return withParams(incidentsPath, "before", last.ID) })
	page := incidentListPage(base, list, staff)
	page.Next = next
	r.site.Show(c, http.StatusOK, "office/incident_list", "", page)
	return nil
}

func incidentListPage(b web.Base, list []banksync.Incident, staff map[int64]string) IncidentListPage {
	t := b.Translator
	b.Crumbs = []web.Link{{Text: t.T("office.payments.title"), Href: paymentsPath}}
	page := IncidentListPage{Base: b}
	for _, x := range list {
		row := IncidentRow{Href: paymentHref(x.PaymentID), Date: x.Date, Amount: x.Amount, Payer: x.Payer, Purpose: x.Purpose, Rule: ruleName(t, x.Decision.Rule), Wrong: x.Wrong, Right: x.Right,
			By: actorName(t, x.CorrectedBy, staff), At: t.DateTime(x.CorrectedAt, b.Zone), Note: x.Note, NotOurs: x.Decision.Class == match.ClassNotOurs, Unresolved: x.RightID == 0,
			Facts: chipsOf(t, x.Decision.Facts, nil, x.Amount.Currency())}
		if x.WrongID != 0 {
			row.WrongHref = clientHref(x.WrongID)
		}
		if x.RightID != 0 {
			row.RightHref = clientHref(x.RightID)
		}
		page.Rows = append(page.Rows, row)
	}
	return page
}
