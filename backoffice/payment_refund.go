package backoffice

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/internal/web"
	"prolong/invoices"
)

// How an invoice goes on whose money is paid back.
const (
	refundAdjust = "adjust" // a credit note takes the amount off it
	refundReopen = "reopen" // it asks for the amount again
	fromBalance  = "0"      // the money lies on no invoice
)

// refundFacts is what the page of a refund is made of.
type refundFacts struct {
	payment billing.Payment
	client  billing.AccountBrief
	parts   []invoices.PaidPart // by invoice, what the payment has there
}

func refundHref(id billing.PaymentID) string { return paymentHref(id) + "/refund" }

// refundFacts reads a payment of one client of which something is left to pay back.
func (r *Room) refundFacts(ctx context.Context, id billing.PaymentID) (f refundFacts, err error) {
	if f.payment, err = r.billing.FindPayment(ctx, id); err != nil {
		return f, err
	}
	if !refundable(f.payment) {
		return f, prolong.NewError(prolong.CodeConflict, "error.payment_not_refundable", prolong.Args{"ID": int64(id)})
	}
	client, err := r.clientOfList(ctx, f.payment.AccountID)
	if err != nil {
		return f, err
	}
	f.client = *client
	list, err := r.invoices.PaidBy(ctx, []billing.PaymentID{id})
	for _, p := range list {
		f.add(p)
	}
	return f, err
}

// add sums what a payment has on an invoice: it may lie there in several parts.
func (f *refundFacts) add(p invoices.PaidPart) {
	for i := range f.parts {
		if f.parts[i].InvoiceID == p.InvoiceID {
			f.parts[i].Amount = prolong.NewMoney(f.parts[i].Amount.Minor()+p.Amount.Minor(), p.Amount.Currency())
			return
		}
	}
	f.parts = append(f.parts, p)
}

// refundable says whether money of a payment can go back to the client.
func refundable(p billing.Payment) bool {
	return p.State == billing.PaymentMatched && p.Channel != billing.ChannelWriteOff && p.Amount.Minor() > p.Refunded.Minor()
}

// first fills the form: everything from the asked invoice or, without one, from the balance.
func (f refundFacts) first(c *gin.Context, day prolong.Date) url.Values {
	v := url.Values{"from": {fromBalance}, "amount": {f.payment.Rest().String()}, "then": {refundAdjust}, "on": {day.String()}}
	asked := c.Query("invoice")
	for i, p := range f.parts {
		if id := invoiceKey(p.InvoiceID); id == asked || i == 0 && f.payment.Rest().IsZero() {
			v.Set("from", id)
			v.Set("amount", p.Amount.String())
		}
	}
	return v
}

func invoiceKey(id invoices.InvoiceID) string { return strconv.FormatInt(int64(id), 10) }

// refundPayment says what paying money back would change, and books it when that is confirmed.
func (r *Room) refundPayment(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	f, err := r.refundFacts(ctx, billing.PaymentID(id))
	if err != nil {
		return err
	}
	d, err := beginDeciding(c, f.first(c, today(r.site.Base(c, ""))))
	if err != nil {
		return err
	}
	d.sworn = true
	remedy := invoices.Remedy{Kind: invoices.RemedyRefund, Payment: f.payment.ID}
	if d.asked {
		froms := []string{fromBalance}
		for _, p := range f.parts {
			froms = append(froms, invoiceKey(p.InvoiceID))
		}
		from, _ := strconv.ParseInt(d.form.Choice("from", froms...), 10, 64) //nolint:errcheck // one of ours, or the form is wrong
		remedy.Invoice, remedy.Amount, remedy.On = invoices.InvoiceID(from), d.form.Money("amount", f.payment.Amount.Currency()), d.form.Date("on")
		remedy.Adjust = d.form.Choice("then", refundAdjust, refundReopen) == refundAdjust
	}
	remedy.Reason = d.reason()
	return r.decide(c, d, func() (*DecisionQuote, error) {
		done, err := r.invoices.QuoteRemedy(c.Request.Context(), web.Actor(c), remedy)
		if err != nil {
			return nil, err
		}
		return refundQuote(r.site.Base(c, ""), f, done), nil
	}, func() error {
		agreed := remedy
		agreed.Agree = func(done invoices.Remedied) error { return d.agree(done.Agreement()) }
		if _, err := r.invoices.Remedy(c.Request.Context(), web.Actor(c), agreed); err != nil {
			return err
		}
		r.site.SetFlash(c, web.ToneGood, "flash.payment_refunded", "Amount", r.site.Translator(c).Money(remedy.Amount))
		web.Redirect(c, paymentHref(f.payment.ID))
		return nil
	}, func(b web.Base) DecisionPage { return refundPage(b, f, d.form) })
}

func refundPage(b web.Base, f refundFacts, form *web.Form) DecisionPage {
	t, p := b.Translator, f.payment
	b.Title = t.T("office.refund.title")
	b.Crumbs = []web.Link{{Text: t.T("office.payments.title"), Href: paymentsPath}, {Text: t.T("office.payment.title", "Amount", p.Amount, "Date", p.ValueOn), Href: paymentHref(p.ID)}}
	page := DecisionPage{Base: b, Lead: t.T("office.refund.lead"), Action: refundHref(p.ID), Back: paymentHref(p.ID), Ask: t.T("office.remedy.ask")}
	page.About = []Fact{
		{t.T("status.account"), f.client.LegalName(), false},
		{t.T("status.amount"), t.Money(p.Amount), false},
		{t.T("office.refund.value_on"), t.Date(p.ValueOn), false},
	}
	if p.Refunded.Minor() > 0 {
		page.About = append(page.About, Fact{t.T("office.refund.before"), t.Money(p.Refunded), false})
	}
	var froms []Option
	if rest := p.Rest(); rest.Minor() > 0 || len(f.parts) == 0 {
		froms = append(froms, Option{Value: fromBalance, Text: t.T("office.refund.from_balance", "Amount", rest)})
	}
	for _, part := range f.parts {
		froms = append(froms, Option{Value: invoiceKey(part.InvoiceID), Text: t.T("office.refund.from_invoice", "Number", part.Number, "Amount", part.Amount)})
	}
	page.Fields = []DecisionField{
		choiceField(form, t, "from", t.T("office.refund.from"), froms),
		inputField(form, t, "money", "amount", t.T("office.refund.amount", "Currency", p.Amount.Currency()), "", true),
		choiceField(form, t, "then", t.T("office.refund.then"), []Option{{Value: refundAdjust, Text: t.T("office.refund.adjust")}, {Value: refundReopen, Text: t.T("office.refund.reopen")}}),
		inputField(form, t, "date", "on", t.T("office.refund.on"), t.T("office.refund.on_hint"), false),
		inputField(form, t, "reason", "reason", t.T("office.subscription.reason"), t.T("office.remedy.reason_hint"), true),
	}
	page.Fields[2].Hint = t.T("office.refund.then_hint")
	return page
}

// refundQuote says what a refund comes to.
func refundQuote(b web.Base, f refundFacts, done invoices.Remedied) *DecisionQuote {
	t := b.Translator
	q := &DecisionQuote{Agreed: done.Agreement(), Sure: t.T("office.refund.sure", "Amount", done.Cash, "Account", f.client.LegalName()), Do: t.T("office.refund.do", "Amount", done.Cash), Danger: true}
	remedyTurns(b, q, done)
	remedyLines(b, q, done)
	if done.Before.ID != 0 && done.Note.Total.IsZero() {
		q.line("invoice", web.ToneWarn, t.T("office.refund.asks", "Number", done.Before.Number, "Amount", done.After.Residual()))
	}
	return q
}

// refundRows lists what of a payment has left again.
func refundRows(b web.Base, records []billing.RefundRecord) []RefundRow {
	rows := make([]RefundRow, len(records))
	for i, r := range records {
		rows[i] = RefundRow{Text: fmt.Sprintf("%s, %s", b.T("office.refund.kind."+string(r.Kind)), b.Date(r.BookedOn)), Reason: r.Reason, Amount: r.Amount}
	}
	return rows
}

// RefundRow is money of a payment that has left again.
type RefundRow struct {
	Text, Reason string
	Amount       prolong.Money
}
