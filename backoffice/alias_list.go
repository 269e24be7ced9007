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
	list, next := cutPage(list, func(last banksync.Alias) string {
		return withParams(aliasesPath, "state", state, "before", int64(last.ID))
	})
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
