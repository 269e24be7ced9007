package backoffice

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/banksync"
	"prolong/banksync/match"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/i18n"
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
	next := ""
	if len(list) > listRowsMax {
		list = list[:listRowsMax]
		next = withParams(incidentsPath, "before", list[listRowsMax-1].ID)
	}
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

// ReturnListPage is the data of office/return_list: debits that seem to give payments back.
type ReturnListPage struct {
	web.Base
	Tabs   []Tab
	Rows   []ReturnRow
	MayAct bool
	Next   string
}

// ReturnRow is such a debit.
type ReturnRow struct {
	Date        prolong.Date
	DocNo       string
	Party       string
	PartyTaxID  string
	Purpose     string
	Amount      prolong.Money
	State       web.Badge
	PaymentHref string // what it gave back
	Waits       bool
	Candidates  []ReturnCandidate
	Action      string
	Note        string
}

// ReturnCandidate is a payment that the debit may give back.
type ReturnCandidate struct {
	ID   int64
	Text string
}

func (r *Room) listReturns(c *gin.Context) error {
	ctx := c.Request.Context()
	state := banksync.ReturnState(c.DefaultQuery("state", string(banksync.ReturnReview)))
	filter := banksync.ReturnFilter{BeforeID: banksync.LineID(idQuery(c, "before")), Limit: listRowsMax + 1}
	if state != "all" {
		filter.State = state
	}
	list, err := r.banksync.FindReturns(ctx, filter)
	if err != nil {
		return err
	}
	base, err := r.base(c, "office.returns.title")
	if err != nil {
		return err
	}
	next := ""
	if len(list) > listRowsMax {
		list = list[:listRowsMax]
		next = withParams(returnsPath, "state", state, "before", int64(list[listRowsMax-1].LineID))
	}
	candidates := map[banksync.LineID][]banksync.Received{}
	for _, x := range list {
		if x.State == banksync.ReturnReview {
			if candidates[x.LineID], err = r.banksync.ReturnCandidates(ctx, x.LineID); err != nil {
				return err
			}
		}
	}
	page := returnListPage(base, list, candidates, state)
	page.MayAct, page.Next = may(c, identity.RightOfficePaymentsReview), next
	r.site.Show(c, http.StatusOK, "office/return_list", "", page)
	return nil
}

func returnListPage(b web.Base, list []banksync.Return, candidates map[banksync.LineID][]banksync.Received, state banksync.ReturnState) ReturnListPage {
	t := b.Translator
	b.Crumbs = []web.Link{{Text: t.T("office.payments.title"), Href: paymentsPath}}
	page := ReturnListPage{Base: b}
	for _, s := range []banksync.ReturnState{banksync.ReturnReview, banksync.ReturnBooked, "all"} {
		page.Tabs = append(page.Tabs, Tab{Text: t.T("office.returns.tab." + string(s)), Href: withParams(returnsPath, "state", s), Current: s == state})
	}
	for _, x := range list {
		row := ReturnRow{Date: x.PostedOn, DocNo: x.DocNo, Party: x.Party.Name, PartyTaxID: x.Party.TaxID, Purpose: x.Purpose, Amount: x.Amount, State: returnBadge(t, x.State), Note: x.Note,
			Waits: x.State == banksync.ReturnReview, Action: withID(returnsPath, int64(x.LineID))}
		if x.PaymentID != 0 {
			row.PaymentHref = paymentHref(x.PaymentID)
		}
		for _, p := range candidates[x.LineID] {
			row.Candidates = append(row.Candidates, ReturnCandidate{ID: int64(p.ID), Text: t.T("office.returns.candidate", "Date", p.ValueOn, "DocNo", p.DocNo, "Payer", p.Payer.Name)})
		}
		page.Rows = append(page.Rows, row)
	}
	return page
}

func returnBadge(t i18n.Translator, s banksync.ReturnState) web.Badge {
	tone := web.ToneNeutral
	switch s {
	case banksync.ReturnReview, banksync.ReturnPending:
		tone = web.ToneWarn
	case banksync.ReturnBooked, banksync.ReturnRefunded:
		tone = web.ToneGood
	case banksync.ReturnDismissed:
	}
	return web.Badge{Tone: tone, Text: t.T("office.returns.state." + string(s))}
}

// settleReturn books a return for a payment, or says that it gives back none.
func (r *Room) settleReturn(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	note := form.Lines("note", noteRunesMax)
	ctx, line := c.Request.Context(), banksync.LineID(id)
	if form.Checked("none") {
		err = r.banksync.DismissReturn(ctx, web.Actor(c), line, note)
	} else {
		payment := billing.PaymentID(form.Int("payment", 1, 1<<62))
		if !form.Valid() {
			r.site.SetFlash(c, web.ToneBad, "flash.return_refused", "Problem", r.site.Translator(c).Error(prolong.NewError(prolong.CodeInvalid, "error.return_payment", nil)))
			web.Redirect(c, returnsPath)
			return nil
		}
		_, err = r.banksync.BookReturn(ctx, web.Actor(c), line, payment, note)
	}
	switch prolong.CodeOf(err) {
	case "":
		r.site.SetFlash(c, web.ToneGood, "flash.return_settled")
	case prolong.CodeConflict, prolong.CodeInvalid:
		r.site.SetFlash(c, web.ToneBad, "flash.return_refused", "Problem", r.site.Translator(c).Error(err))
	case prolong.CodeForbidden, prolong.CodeInternal, prolong.CodeNotFound, prolong.CodeRateLimited, prolong.CodeUnauthorized, prolong.CodeUnavailable:
		return err
	}
	web.Redirect(c, returnsPath)
	return nil
}

// AliasListPage is the data of office/alias_list: what people taught about payers.
type AliasListPage struct {
	web.Base
	Tabs   []Tab
	Rows   []AliasRow
	MayAct bool
	Next   string
}

// AliasRow is a requisite that stands for a client.
type AliasRow struct {
	Kind, Value string
	Account     string
	AccountHref string
	State       web.Badge
	Confirmed   string
	Posted      int
	Used        string
	Steps       []HistoryRow
	Payments    []Link // posted through it
	Revoke      string // where it is forbidden; empty if it is
	Restore     string
}

func (r *Room) listAliases(c *gin.Context) error {
	ctx := c.Request.Context()
	state := match.AliasState(c.DefaultQuery("state", string(match.AliasActive)))
	filter := banksync.AliasFilter{BeforeID: banksync.AliasID(idQuery(c, "before")), AccountID: billing.AccountID(idQuery(c, "client")), Limit: listRowsMax + 1}
	if state != "all" {
		filter.State = state
	}
	list, err := r.banksync.FindAliases(ctx, filter)
	if err != nil {
		return err
	}
	base, err := r.base(c, "office.aliases.title")
	if err != nil {
		return err
	}
	next := ""
	if len(list) > listRowsMax {
		list = list[:listRowsMax]
		next = withParams(aliasesPath, "state", state, "before", int64(list[listRowsMax-1].ID))
	}
	page, err := r.aliasListPage(ctx, base, list, state)
	if err != nil {
		return err
	}
	page.MayAct, page.Next = may(c, identity.RightOfficePaymentsReview), next
	r.site.Show(c, http.StatusOK, "office/alias_list", "", page)
	return nil
}

func (r *Room) aliasListPage(ctx context.Context, b web.Base, list []banksync.Alias, state match.AliasState) (AliasListPage, error) {
	staff, err := r.staffNames(ctx)
	if err != nil {
		return AliasListPage{}, err
	}
	page := aliasListOf(b, list, state)
	for i, a := range list {
		steps, err := r.banksync.AliasSteps(ctx, a.ID)
		if err != nil {
			return page, err
		}
		page.Rows[i].Steps = aliasSteps(b, steps, staff)
		if a.Posted == 0 {
			continue
		}
		used, err := r.banksync.AliasPayments(ctx, a.ID)
		if err != nil {
			return page, err
		}
		for _, p := range used[:min(len(used), 10)] {
			page.Rows[i].Payments = append(page.Rows[i].Payments, Link{Text: b.Date(p.ValueOn) + ", " + b.Money(p.Amount), Href: paymentHref(p.ID)})
		}
	}
	return page, nil
}

func aliasListOf(b web.Base, list []banksync.Alias, state match.AliasState) AliasListPage {
	t := b.Translator
	b.Crumbs = []web.Link{{Text: t.T("office.payments.title"), Href: paymentsPath}}
	page := AliasListPage{Base: b}
	for _, s := range []match.AliasState{match.AliasActive, match.AliasCandidate, match.AliasQuarantined, match.AliasBlocked, "all"} {
		page.Tabs = append(page.Tabs, Tab{Text: t.T("office.aliases.tab." + string(s)), Href: withParams(aliasesPath, "state", s), Current: s == state})
	}
	for _, a := range list {
		row := AliasRow{Kind: t.T("office.aliases.kind." + string(a.Kind)), Value: a.Value, Account: a.Account, AccountHref: clientHref(a.AccountID), State: aliasBadge(t, a.State),
			Confirmed: t.N("office.aliases.confirmed", a.Confirmations), Posted: a.Posted, Used: t.DateTime(a.LastSeen, b.Zone)}
		action := withID(aliasesPath, int64(a.ID))
		if a.State != match.AliasBlocked {
			row.Revoke = action
		}
		if a.State == match.AliasBlocked || a.State == match.AliasQuarantined || a.State == match.AliasDropped {
			row.Restore = action
		}
		page.Rows = append(page.Rows, row)
	}
	return page
}

func aliasSteps(b web.Base, steps []banksync.AliasStep, staff map[int64]string) []HistoryRow {
	var rows []HistoryRow
	for _, s := range steps {
		rows = append(rows, HistoryRow{At: b.DateTime(s.At, b.Zone), Stamp: s.At.UTC().Format("2006-01-02T15:04:05Z"), Text: b.T("office.aliases.cause." + string(s.Cause)), By: actorName(b.Translator, s.By, staff), Note: s.Note,
			Tone: aliasBadge(b.Translator, s.State).Tone})
	}
	return rows
}

func aliasBadge(t i18n.Translator, s match.AliasState) web.Badge {
	tone := web.ToneGood
	switch s {
	case match.AliasActive:
	case match.AliasCandidate:
		tone = web.ToneInfo
	case match.AliasQuarantined:
		tone = web.ToneWarn
	case match.AliasBlocked, match.AliasDropped:
		tone = web.ToneNeutral
	}
	return web.Badge{Tone: tone, Text: t.T("office.aliases.state." + string(s))}
}

// changeAlias forbids what was learned about a payer, or lets it propose again.
func (r *Room) changeAlias(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	note := form.Lines("note", noteRunesMax)
	if form.Checked("restore") {
		err = r.banksync.RestoreAlias(c.Request.Context(), web.Actor(c), banksync.AliasID(id), note)
	} else {
		err = r.banksync.RevokeAlias(c.Request.Context(), web.Actor(c), banksync.AliasID(id), note)
	}
	if err != nil && prolong.CodeOf(err) != prolong.CodeConflict {
		return err
	}
	if err != nil {
		r.site.SetFlash(c, web.ToneBad, "flash.return_refused", "Problem", r.site.Translator(c).Error(err))
	} else {
		r.site.SetFlash(c, web.ToneGood, "flash.alias_changed")
	}
	web.Redirect(c, aliasesPath)
	return nil
}
