package backoffice

import (
	"net/url"

	"github.com/gin-gonic/gin"

	"prolong/billing"
	"prolong/internal/web"
	"prolong/invoices"
)

// When a fee is asked for.
const (
	feeNext = "next" // on the next invoice
	feeOwn  = "own"  // by an invoice of its own
)

// feesOf lists the fees of the subscription's plan that have a price.
func feesOf(f subscriptionFacts, b web.Base) []Option {
	var fees []Option
	for _, item := range f.catalog.Items[f.sub.PlanID] {
		if item.Kind != billing.ItemFee {
			continue
		}
		if price, ok := billing.PriceFor(item.Prices, f.sub.Currency, today(b), f.sub.Since); ok {
			fees = append(fees, Option{Value: item.Key, Text: item.Name + ", " + b.Money(price)})
		}
	}
	return fees
}

// orderFee says what ordering something once comes to, and orders it when that is confirmed.
func (r *Room) orderFee(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	f, err := r.subscriptionFacts(ctx, billing.SubscriptionID(id))
	if err != nil {
		return err
	}
	d, err := beginDeciding(c, url.Values{"quantity": {"1"}, "when": {feeNext}})
	if err != nil {
		return err
	}
	var o invoices.FeeOrder
	if d.asked {
		var keys []string
		for _, fee := range feesOf(f, r.site.Base(c, "")) {
			keys = append(keys, fee.Value)
		}
		o = invoices.FeeOrder{Key: d.form.Choice("fee", keys...), Quantity: int(d.form.Int("quantity", 1, billing.SeatsMax)), Own: d.form.Choice("when", feeNext, feeOwn) == feeOwn}
		o.Reason = d.form.Text("reason", reasonRunesMax)
	}
	d.quotable = d.form.Valid()
	return r.decide(c, d, func() (*DecisionQuote, error) {
		done, err := r.invoices.QuoteFee(c.Request.Context(), web.Actor(c), f.sub.ID, o)
		if err != nil {
			return nil, err
		}
		return feeQuote(r.site.Base(c, ""), done), nil
	}, func() error {
		agreed := o
		agreed.Agree = func(done invoices.OrderedFee) error { return d.agree(done.Agreement()) }
		done, err := r.invoices.OrderFee(c.Request.Context(), web.Actor(c), f.sub.ID, agreed)
		if err != nil {
			return err
		}
		to := subscriptionHref(f.sub.ID)
		if done.Invoice != nil {
			to = invoiceHref(done.Invoice.ID)
		}
		r.site.SetFlash(c, web.ToneGood, "flash.fee_ordered", "Fee", done.Name)
		web.Redirect(c, to)
		return nil
	}, func(b web.Base) DecisionPage { return feePage(b, f, d.form) })
}

func feePage(b web.Base, f subscriptionFacts, form *web.Form) DecisionPage {
	t := b.Translator
	fees := feesOf(f, b)
	b.Title = t.T("office.fee.title")
	b.Crumbs = []web.Link{{Text: f.client.LegalName(), Href: clientHref(f.client.ID)}, {Text: t.T("office.subscription.title", "Plan", f.catalog.Plans[f.sub.PlanID].Name), Href: subscriptionHref(f.sub.ID)}}
	page := DecisionPage{Base: b, Lead: t.T("office.fee.lead"), Action: feeHref(f.sub.ID), Back: subscriptionHref(f.sub.ID), Ask: t.T("office.fee.ask")}
	if len(fees) == 0 {
		page.Problem = t.T("office.fee.none")
	}
	page.Fields = []DecisionField{
		choiceField(form, t, "fee", t.T("office.fee.what"), fees),
		inputField(form, t, "number", "quantity", t.T("office.fee.quantity"), "", true),
		choiceField(form, t, "when", t.T("office.fee.when"), []Option{{Value: feeNext, Text: t.T("office.fee.next")}, {Value: feeOwn, Text: t.T("office.fee.own")}}),
		inputField(form, t, "reason", "reason", t.T("office.opening.reason"), "", false),
	}
	return page
}

// feeQuote says what ordering something once comes to.
func feeQuote(b web.Base, done invoices.OrderedFee) *DecisionQuote {
	t := b.Translator
	q := &DecisionQuote{Agreed: done.Agreement(), Do: t.T("office.fee.do"), Charge: chargeRows(t, done.Charge), Total: totalWords(t, done.Charge.Total, done.Tax)}
	if inv := done.Invoice; inv != nil {
		q.line("invoice", web.ToneWarn, t.T("office.opening.now", "Date", inv.DueOn))
		if inv.Paid.Minor() > 0 {
			q.line("payment", web.ToneGood, t.T("office.remedy.successor.paid", "Amount", inv.Paid))
		}
		q.line("mail", web.ToneInfo, t.T("office.opening.letter"))
		return q
	}
	if done.NextOn.IsZero() {
		q.line("calendar", web.ToneInfo, t.T("office.fee.after_open"))
		return q
	}
	q.line("calendar", web.ToneInfo, t.T("office.opening.later", "Date", done.NextOn))
	return q
}

// dropFee takes back a fee that waits for the next invoice.
func (r *Room) dropFee(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	fee, err := idParam(c, "fee")
	if err != nil {
		return err
	}
	if err := r.invoices.DropFee(c.Request.Context(), web.Actor(c), billing.SubscriptionID(id), fee); err != nil {
		return err
	}
	r.site.SetFlash(c, web.ToneGood, "flash.fee_dropped")
	web.Redirect(c, subscriptionHref(billing.SubscriptionID(id)))
	return nil
}
