package backoffice

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/invoices"
)

const firstPeriodsMax = 120

// openingFacts is what the page is made of on which a subscription is opened.
type openingFacts struct {
	client  billing.AccountBrief
	catalog billing.Catalog
	subs    []billing.Subscription // that the client has
	today   prolong.Date
}

func openingHref(id billing.AccountID) string { return clientHref(id) + "/subscribe" }

func (r *Room) openingFacts(ctx context.Context, id billing.AccountID, b web.Base) (f openingFacts, err error) {
	client, err := r.clientOfList(ctx, id)
	if err != nil {
		return f, err
	}
	if client == nil {
		return f, prolong.NewError(prolong.CodeNotFound, "error.account_not_found", prolong.Args{"ID": int64(id)})
	}
	f.client, f.today = *client, today(b)
	if f.subs, err = r.billing.SubscriptionsOf(ctx, id); err != nil {
		return f, err
	}
	f.catalog, err = r.billing.Catalog(ctx)
	return f, err
}

// offers lists the plans that the client's seller sells today, by name, one for each currency:
// the value names both.
func (f openingFacts) offers(t i18n.Translator) []Option {
	type offer struct {
		plan billing.Plan
		cur  prolong.Currency
		cost prolong.Money
	}
	var offers []offer
	for _, plan := range f.catalog.Plans {
		if plan.SellerID != f.client.SellerID {
			continue
		}
		var seen []prolong.Currency
		for _, p := range f.catalog.Prices[plan.ID] {
			cur := p.Amount.Currency()
			if slices.Contains(seen, cur) {
				continue
			}
			seen = append(seen, cur)
			if cost, ok := billing.PriceFor(f.catalog.Prices[plan.ID], cur, f.today, f.today); ok {
				offers = append(offers, offer{plan, cur, cost})
			}
		}
	}
	slices.SortFunc(offers, func(a, b offer) int {
		return cmp.Or(strings.Compare(a.plan.Name, b.plan.Name), strings.Compare(a.plan.Key, b.plan.Key), strings.Compare(string(a.cur), string(b.cur)))
	})
	options := make([]Option, len(offers))
	for i, o := range offers {
		options[i] = Option{Value: o.plan.Key + "|" + string(o.cur), Text: t.T("office.opening.offer", "Plan", o.plan.Name, "Price", o.cost, "Term", termName(t, o.plan.Period))}
	}
	return options
}

// addons lists the add-ons of every plan that may be chosen, each key once.
func (f openingFacts) addons() []billing.Item {
	var items []billing.Item
	for _, plan := range f.catalog.Plans {
		if plan.SellerID != f.client.SellerID {
			continue
		}
		for _, item := range f.catalog.Items[plan.ID] {
			if item.Kind == billing.ItemAddon && !slices.ContainsFunc(items, func(x billing.Item) bool { return x.Key == item.Key }) {
				items = append(items, item)
			}
		}
	}
	slices.SortFunc(items, func(a, b billing.Item) int { return strings.Compare(a.Name+a.Key, b.Name+b.Key) })
	return items
}

// read takes the form over. Add-ons that the chosen plan does not have are left out.
func (f openingFacts) read(t i18n.Translator, form *web.Form) invoices.NewSubscription {
	var values []string
	for _, o := range f.offers(t) {
		values = append(values, o.Value)
	}
	key, cur, _ := strings.Cut(form.Choice("plan", values...), "|")
	o := invoices.NewSubscription{Opening: billing.Opening{AccountID: f.client.ID, PlanKey: key, Currency: prolong.Currency(cur), NoTrial: !form.Checked("trial"), NoFees: !form.Checked("fees")}}
	o.Seats, o.From = int(form.Int("seats", 1, billing.SeatsMax)), form.Date("from")
	if form.Value("anchor") != "" {
		o.Anchor = form.Date("anchor")
	}
	if form.Value("price") != "" && cur != "" {
		o.Price = form.Money("price", o.Currency)
	}
	if form.Value("first") != "" {
		o.FirstPeriods = int(form.Int("first", 1, firstPeriodsMax))
	}
	plan, ok := f.catalog.PlanByKey(key)
	if ok {
		for _, item := range f.catalog.Items[plan.ID] {
			if item.Kind != billing.ItemAddon || form.Value(addonPrefix+item.Key) == "" {
				continue
			}
			if n := int(form.Int(addonPrefix+item.Key, 0, billing.SeatsMax)); n > 0 {
				if o.Addons == nil {
					o.Addons = map[string]int{}
				}
				o.Addons[item.Key] = n
			}
		}
	}
	if form.Value("percent") != "" {
		o.Discount = &billing.Discount{PercentBP: int(form.Money("percent", prolong.RUB).Minor()), Reason: form.Required("reason", reasonRunesMax)} // two decimals, as basis points have
		if form.Value("periods") != "" {
			o.Discount.Periods = int(form.Int("periods", 1, firstPeriodsMax))
		}
	}
	return o
}

// openSubscription says what opening a subscription comes to, and opens it when that is confirmed.
func (r *Room) openSubscription(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	f, err := r.openingFacts(ctx, billing.AccountID(id), r.site.Base(c, ""))
	if err != nil {
		return err
	}
	d, err := beginDeciding(c, url.Values{"seats": {"1"}, "from": {f.today.String()}, "trial": {"1"}, "fees": {"1"}})
	if err != nil {
		return err
	}
	var o invoices.NewSubscription
	if d.asked {
		o = f.read(r.site.Translator(c), d.form)
	}
	d.quotable = d.form.Valid()
	return r.decide(c, d, func() (*DecisionQuote, error) {
		opened, err := r.invoices.QuoteOpening(c.Request.Context(), web.Actor(c), o)
		if err != nil {
			return nil, err
		}
		return openingQuote(r.site.Base(c, ""), f, opened), nil
	}, func() error {
		agreed := o
		agreed.Agree = func(opened invoices.Opened) error { return d.agree(opened.Agreement()) }
		opened, err := r.invoices.Open(c.Request.Context(), web.Actor(c), agreed)
		if err != nil {
			return err
		}
		r.site.SetFlash(c, web.ToneGood, "flash.subscription_opened", "Plan", opened.Plan.Name)
		web.Redirect(c, clientHref(f.client.ID))
		return nil
	}, func(b web.Base) DecisionPage { return openingPage(b, f, d.form) })
}

func openingPage(b web.Base, f openingFacts, form *web.Form) DecisionPage {
	t := b.Translator
	b.Title = t.T("office.opening.title")
	b.Crumbs = []web.Link{{Text: t.T("office.clients.title"), Href: clientsPath}, {Text: f.client.LegalName(), Href: clientHref(f.client.ID)}}
	page := DecisionPage{Base: b, Lead: t.T("office.opening.lead", "Account", f.client.LegalName()), Action: openingHref(f.client.ID), Back: clientHref(f.client.ID), Ask: t.T("office.opening.ask"), Pairs: true}
	offers := f.offers(t)
	if len(offers) == 0 {
		page.Problem = t.T("office.opening.no_plans")
	}
	add := func(field DecisionField) { page.Fields = append(page.Fields, field) }
	add(choiceField(form, t, "plan", t.T("office.subscription.plan"), offers))
	add(inputField(form, t, "number", "seats", t.T("office.subscription.seats_label"), "", true))
	for _, item := range f.addons() {
		add(inputField(form, t, "number", addonPrefix+item.Key, item.Name, "", false))
	}
	add(inputField(form, t, "date", "from", t.T("office.opening.from"), "", true))
	add(inputField(form, t, "date", "anchor", t.T("office.opening.anchor"), t.T("office.opening.anchor_hint"), false))
	add(inputField(form, t, "money", "price", t.T("office.opening.price"), t.T("office.opening.price_hint"), false))
	add(inputField(form, t, "number", "first", t.T("office.opening.first"), t.T("office.opening.first_hint"), false))
	add(inputField(form, t, "checkbox", "trial", t.T("office.opening.trial"), "", false))
	add(inputField(form, t, "checkbox", "fees", t.T("office.opening.fees"), "", false))
	add(inputField(form, t, "money", "percent", t.T("office.opening.percent"), t.T("office.opening.percent_hint"), false))
	add(inputField(form, t, "number", "periods", t.T("office.opening.periods"), t.T("office.opening.periods_hint"), false))
	add(inputField(form, t, "reason", "reason", t.T("office.opening.reason"), "", false))
	return page
}

// openingQuote says what opening a subscription comes to.
func openingQuote(b web.Base, f openingFacts, o invoices.Opened) *DecisionQuote {
	t, sub := b.Translator, o.Subscription
	q := &DecisionQuote{Agreed: o.Agreement(), Do: t.T("office.opening.do")}
	for _, other := range f.subs {
		q.line("alert", web.ToneWarn, t.T("office.opening.other", "Plan", f.catalog.Plans[other.PlanID].Name, "Date", other.PaidThrough))
	}
	if sub.Metered {
		q.line("calendar", web.ToneInfo, t.T("office.opening.rent", "Period", o.Period))
		q.line("invoice", web.ToneInfo, t.T("office.opening.later", "Date", o.IssueOn))
		return q
	}
	q.Charge, q.Total = chargeRows(t, o.Charge), totalWords(t, o.Charge.Total, o.Tax)
	if last := sub.FirstFrom.AddDays(-1); !last.Before(f.today) && sub.PaidThrough == last && !o.Plan.Trial.IsZero() {
		q.line("calendar", web.ToneGood, t.T("office.opening.trial_through", "Date", last))
	}
	q.line("calendar", web.ToneInfo, t.T("office.opening.covers", "Period", o.Period))
	if !sub.FirstTo.IsZero() {
		q.line("calendar", web.ToneInfo, t.T("office.opening.aligned", "Date", sub.FirstTo))
	}
	if o.Invoice == nil {
		q.line("invoice", web.ToneInfo, t.T("office.opening.later", "Date", o.IssueOn))
		return q
	}
	q.line("invoice", web.ToneWarn, t.T("office.opening.now", "Date", o.Invoice.DueOn))
	if o.Invoice.Paid.Minor() > 0 {
		q.line("payment", web.ToneGood, t.T("office.remedy.successor.paid", "Amount", o.Invoice.Paid))
	}
	q.line("mail", web.ToneInfo, t.T("office.opening.letter"))
	return q
}

// totalWords writes a sum with the tax inside of it.
func totalWords(t i18n.Translator, total, tax prolong.Money) string {
	if tax.IsZero() {
		return t.Money(total)
	}
	return t.T("office.opening.total", "Total", total, "Tax", tax)
}

// feeHref is where something is ordered once.
func feeHref(id billing.SubscriptionID) string { return subscriptionHref(id) + "/fee" }

func feeDropHref(id billing.SubscriptionID, fee int64) string {
	return subscriptionHref(id) + "/fees/" + strconv.FormatInt(fee, 10) + "/drop"
}
