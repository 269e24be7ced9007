package backoffice

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/web"
)

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
	list, next := cutPage(list, func(last banksync.Return) string {
		return withParams(returnsPath, "state", state, "before", int64(last.LineID))
	})
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
