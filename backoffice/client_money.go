package backoffice

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/web"
)

// clientMoney is what the card of a client's settlements is made of.
type clientMoney struct {
	mayAct    bool
	siblings  []billing.Account
	transfers []billing.Transfer
	typed     moneyForm
}

// moneyForm is what was typed into a form of the card that was refused.
type moneyForm struct {
	form, to, amount, reason string
	problem                  string
}

// MoneyCard is the card of settlements: the statement of an interval, money to another account
// of the client, a new beginning after a suspension.
type MoneyCard struct {
	Statement string // where the statement is asked for
	From, To  prolong.Date
	Transfer  string // where money is moved; empty where that cannot be
	Siblings  []MoneyChoice
	Currency  string
	Transfers []TransferRow
	Realign   string // where a suspended subscription begins again; empty where there is none
	Suspended []MoneyChoice
	Today     prolong.Date
	Typed     MoneyTyped
}

// MoneyChoice is an account or a subscription to choose.
type MoneyChoice struct {
	Value, Text string
	Chosen      bool
}

// MoneyTyped is what a refused form had in it, with the reason.
type MoneyTyped struct{ Form, Amount, Reason, Problem string }

// TransferRow is a transfer from the client's account or to it.
type TransferRow struct {
	On     string
	Text   string
	Reason string
	Amount prolong.Money
	Undone bool
	Undo   string // where it is undone; empty where it cannot be
}

func (r *Room) clientMoney(ctx context.Context, account billing.Account, mayAct bool) (m clientMoney, err error) {
	m.mayAct = mayAct
	if m.siblings, err = r.billing.SiblingsOf(ctx, account); err != nil {
		return m, err
	}
	m.transfers, err = r.billing.TransfersOf(ctx, account.ID)
	return m, err
}

func moneyCard(b web.Base, f clientFacts) MoneyCard {
	today := prolong.DateOf(b.Now, b.Zone)
	href, m := clientHref(f.client.ID), f.money
	card := MoneyCard{
		Statement: href + "/reconciliation", From: prolong.NewDate(today.Year(), today.Month()-2, 1), To: today, Today: today, Currency: string(f.client.Balance.Currency()),
		Typed: MoneyTyped{m.typed.form, m.typed.amount, m.typed.reason, m.typed.problem},
	}
	names := map[billing.AccountID]string{f.client.ID: f.client.ExternalID}
	for _, a := range m.siblings {
		names[a.ID] = a.ExternalID
		value := strconv.FormatInt(int64(a.ID), 10)
		card.Siblings = append(card.Siblings, MoneyChoice{value, a.ExternalID + " · " + a.LegalName(), value == m.typed.to})
	}
	if m.mayAct && len(card.Siblings) > 0 {
		card.Transfer = href + "/transfers"
	}
	for _, t := range m.transfers {
		row := TransferRow{On: b.Date(prolong.DateOf(t.At, b.Zone)), Text: names[t.From] + " → " + names[t.To], Reason: t.Reason, Amount: t.Amount, Undone: t.Undone}
		if m.mayAct && !t.Undone && t.Reverses == 0 {
			row.Undo = fmt.Sprintf("%s/transfers/%d/undo", href, int64(t.ID))
		}
		card.Transfers = append(card.Transfers, row)
	}
	for _, sub := range f.subs {
		plan := f.catalog.Plans[sub.PlanID]
		if m.mayAct && !sub.Metered && !today.Before(sub.Suspends(plan)) {
			card.Realign = href + "/realign"
			card.Suspended = append(card.Suspended, MoneyChoice{Value: strconv.FormatInt(int64(sub.ID), 10), Text: plan.Name})
		}
	}
	return card
}

// showReconciliation answers with the reconciliation act of an interval (акт сверки) as PDF, or
// with the statement as CSV.
func (r *Room) showReconciliation(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	from, err := prolong.ParseDate(c.Query("from"))
	if err != nil {
		return err
	}
	to, err := prolong.ParseDate(c.Query("to"))
	if err != nil {
		return err
	}
	st, err := r.invoices.Statement(c.Request.Context(), billing.AccountID(id), "", prolong.Period{From: from, To: to.AddDays(1)})
	if err != nil {
		return err
	}
	if c.Query("format") == "csv" {
		c.Header("Content-Disposition", `attachment; filename="statement.csv"`)
		c.Header("Content-Type", "text/csv; charset=utf-8")
		return st.WriteCSV(c.Writer)
	}
	name, body, err := r.invoices.Reconciliation(st)
	if err != nil {
		return err
	}
	c.Header("Content-Disposition", fmt.Sprintf("inline; filename=%q", name))
	// The browser's own viewer styles what it shows.
	c.Header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'")
	c.Data(http.StatusOK, "application/pdf", body)
	return nil
}

// transferMoney moves money from the client's balance to another account of his.
func (r *Room) transferMoney(c *gin.Context) error {
	id, form, err := moneyRequest(c)
	if err != nil {
		return err
	}
	briefs, err := r.billing.FindAccountBriefs(c.Request.Context(), []billing.AccountID{id})
	if err != nil {
		return err
	}
	typed := moneyForm{form: "transfer", to: form.Value("to"), amount: form.Value("amount"), reason: form.Required("reason", noteRunesMax)}
	to, amount := form.Int("to", 1, 1<<62), form.Money("amount", briefs[id].Balance.Currency())
	err = form.Err()
	if form.Valid() {
		_, err = r.invoices.Transfer(c.Request.Context(), web.Actor(c), id, billing.AccountID(to), amount, typed.reason)
	}
	return r.afterMoney(c, id, typed, err, "flash.money_moved")
}

// undoTransfer takes a transfer back.
func (r *Room) undoTransfer(c *gin.Context) error {
	id, form, err := moneyRequest(c)
	if err != nil {
		return err
	}
	transfer, err := idParam(c, "transfer")
	if err != nil {
		return err
	}
	typed := moneyForm{form: "undo", reason: form.Required("reason", noteRunesMax)}
	err = form.Err()
	if form.Valid() {
		_, err = r.invoices.UndoTransfer(c.Request.Context(), web.Actor(c), billing.TransferID(transfer), typed.reason)
	}
	return r.afterMoney(c, id, typed, err, "flash.money_returned")
}

// realignSubscription lets a suspended subscription begin again on a day.
func (r *Room) realignSubscription(c *gin.Context) error {
	id, form, err := moneyRequest(c)
	if err != nil {
		return err
	}
	typed := moneyForm{form: "realign", reason: form.Required("reason", noteRunesMax)}
	sub, from := form.Int("subscription", 1, 1<<62), form.Date("from")
	err = form.Err()
	if form.Valid() {
		var owned bool
		subs, findErr := r.billing.SubscriptionsOf(c.Request.Context(), id)
		for _, s := range subs {
			owned = owned || int64(s.ID) == sub
		}
		switch {
		case findErr != nil:
			return findErr
		case !owned:
			return prolong.NewError(prolong.CodeNotFound, "error.subscription_not_found", prolong.Args{"ID": sub})
		}
		_, err = r.invoices.Realign(c.Request.Context(), web.Actor(c), billing.SubscriptionID(sub), from, typed.reason)
	}
	return r.afterMoney(c, id, typed, err, "flash.realigned")
}

func moneyRequest(c *gin.Context) (billing.AccountID, *web.Form, error) {
	id, err := idParam(c, "id")
	if err != nil {
		return 0, nil, err
	}
	form, err := web.ReadForm(c)
	return billing.AccountID(id), form, err
}

// afterMoney leads back to the client's card with what was done, or shows it with the reason why
// not and everything typed.
func (r *Room) afterMoney(c *gin.Context, id billing.AccountID, typed moneyForm, cause error, done string) error {
	if cause == nil {
		r.site.SetFlash(c, web.ToneGood, done)
		web.Redirect(c, clientHref(id))
		return nil
	}
	switch prolong.CodeOf(cause) {
	case prolong.CodeInvalid, prolong.CodeConflict:
	case prolong.CodeForbidden, prolong.CodeInternal, prolong.CodeNotFound, prolong.CodeRateLimited, prolong.CodeUnauthorized, prolong.CodeUnavailable:
		return cause
	}
	base, err := r.base(c, "")
	if err != nil {
		return err
	}
	facts, err := r.clientFacts(c.Request.Context(), web.Actor(c), id, may(c, identity.RightOfficeAudit))
	if err != nil {
		return err
	}
	typed.problem = r.site.Translator(c).Error(cause)
	facts.manages = may(c, identity.RightOfficeInvoicesManage)
	facts.mayOrder = facts.manages
	facts.mayManage, facts.money.mayAct, facts.money.typed = may(c, identity.RightOfficeClientsManage), may(c, identity.RightOfficePaymentsReview), typed
	r.site.Show(c, web.StatusOf(cause), "office/client", "", clientPage(base, facts))
	return nil
}
