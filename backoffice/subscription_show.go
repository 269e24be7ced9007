package backoffice

import (
	"context"
	"fmt"
	"net/http"
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

const (
	addonPrefix    = "addon." // of the names of fields for quantities of add-ons
	reasonRunesMax = 300
)

// SubscriptionPage is the data of office/subscription: what a client is charged for, and the
// forms that change it.
type SubscriptionPage struct {
	web.Base
	Facts     []Fact
	Charge    []ChargeRow // the next whole period, line by line
	Total     string
	Discounts []DiscountGiven
	Fees      []FeeRow // that wait for the next invoice
	Fee       string   // where something is ordered once; empty where nothing can be
	End       string   // where its end is announced, or another day for it
	Keep      string   // where the announcement is taken back; empty while there is none
	Terms     TermsForm
	Give      GiveForm
	Action    string
	Back      string
}

// ChargeRow is a line of what a period costs.
type ChargeRow struct{ Name, Quantity, Price, Discount, Amount string }

// DiscountGiven is a discount in force.
type DiscountGiven struct{ Text, Why, End string }

// FeeRow is something that is charged once, on the next invoice.
type FeeRow struct{ Text, Drop string }

// TermsForm changes plan, seats and add-ons.
type TermsForm struct {
	Plans   []Option
	Seats   web.Field
	Addons  []web.Field
	AtOnce  bool
	Reason  web.Field
	Problem string
	Quote   []EffectLine // what it would do; empty until it was asked
	Agreed  string       // what the reader confirms
	Notice  string       // why there is a quote although it was confirmed
}

// GiveForm gives a discount.
type GiveForm struct {
	Fields  []web.Field
	Problem string
}

func subscriptionHref(id billing.SubscriptionID) string {
	return subscriptionsPath + "/" + strconv.FormatInt(int64(id), 10)
}

// subscriptionFacts is what the page of a subscription is made of.
type subscriptionFacts struct {
	sub     billing.Subscription
	client  billing.AccountBrief
	catalog billing.Catalog
	terms   *web.Form // as it was typed; nil shows the terms in force
	give    *web.Form
	problem error // of the terms
	wrong   error // of the discount
	notice  error // why there is a quote although it was confirmed
	quote   *invoices.Changed
}

func (r *Room) subscriptionFacts(ctx context.Context, id billing.SubscriptionID) (f subscriptionFacts, err error) {
	if f.sub, err = r.billing.FindSubscription(ctx, id); err != nil {
		return f, err
	}
	client, err := r.clientOfList(ctx, f.sub.AccountID)
	if err != nil {
		return f, err
	}
	f.client = *client
	f.catalog, err = r.billing.Catalog(ctx)
	return f, err
}

func (r *Room) showSubscription(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	f, err := r.subscriptionFacts(c.Request.Context(), billing.SubscriptionID(id))
	if err != nil {
		return err
	}
	return r.showSubscriptionWith(c, http.StatusOK, f)
}

func (r *Room) showSubscriptionWith(c *gin.Context, status int, f subscriptionFacts) error {
	base, err := r.base(c, "")
	if err != nil {
		return err
	}
	r.site.Show(c, status, "office/subscription", "", subscriptionPage(base, f))
	return nil
}

func subscriptionPage(b web.Base, f subscriptionFacts) SubscriptionPage {
	t, sub := b.Translator, f.sub
	plan := f.catalog.Plans[sub.PlanID]
	b.Title = t.T("office.subscription.title", "Plan", plan.Name)
	b.Crumbs = []web.Link{{Text: t.T("office.clients.title"), Href: clientsPath}, {Text: f.client.LegalName(), Href: clientHref(f.client.ID)}}
	page := SubscriptionPage{Base: b, Action: subscriptionHref(sub.ID), Back: clientHref(f.client.ID)}
	page.Facts = []Fact{
		{t.T("office.client.tile.paid_through"), t.Date(sub.ServedThrough()), false},
		{t.T("office.subscription.terms"), termsWords(t, f.catalog, sub.Terms()), false},
	}
	page.End = endHref(sub.ID)
	if !sub.EndsOn.IsZero() {
		page.Keep = keepHref(sub.ID)
		page.Facts = append(page.Facts, Fact{t.T("office.end.turn"), endWords(t, sub), false})
	}
	if sub.NextPlanID != 0 {
		page.Facts = append(page.Facts, Fact{t.T("office.subscription.from", "Date", sub.PlanFrom), termsWords(t, f.catalog, sub.Upcoming(f.catalog)), false})
	}
	for _, o := range sub.OneOffs {
		page.Fees = append(page.Fees, FeeRow{Text: fmt.Sprintf("%s, %d × %s", o.Name, o.Quantity, t.Money(o.Price)), Drop: feeDropHref(sub.ID, o.ID)})
	}
	if len(feesOf(f, b)) > 0 {
		page.Fee = feeHref(sub.ID)
	}
	next := sub
	next.InvoicedTo = sub.PaidThrough.AddDays(1)
	if renewal, err := f.catalog.RenewalOf(&next, f.client.Account); err == nil && !sub.Metered {
		page.Charge, page.Total = chargeRows(t, renewal.Charge), t.Money(renewal.Charge.Total)
	}
	for _, d := range sub.Discounts {
		page.Discounts = append(page.Discounts, discountGiven(t, d, page.Action))
	}
	page.Terms, page.Give = termsForm(t, f), giveForm(t, b, f)
	return page
}

// termsWords words terms in a line: "Команда, 3 места, СМС-пакет × 2".
func termsWords(t i18n.Translator, c billing.Catalog, terms billing.Terms) string {
	words := []string{c.Plans[terms.PlanID].Name}
	if terms.Seats > 1 {
		words = append(words, t.N("office.subscription.seats", terms.Seats))
	}
	for _, item := range c.Items[terms.PlanID] {
		if n := terms.Addons[item.Key]; n > 0 {
			words = append(words, fmt.Sprintf("%s × %d", item.Name, n))
		}
	}
	return strings.Join(words, ", ")
}

func chargeRows(t i18n.Translator, charge billing.Charge) []ChargeRow {
	rows := make([]ChargeRow, len(charge.Lines))
	for i, l := range charge.Lines {
		rows[i] = ChargeRow{Name: l.Name, Quantity: strconv.FormatInt(l.Quantity, 10), Price: t.Money(l.Price), Amount: t.Money(l.Amount)}
		if !l.Discount.IsZero() {
			rows[i].Discount = t.Money(l.Discount)
		}
	}
	return rows
}

func discountGiven(t i18n.Translator, d billing.Discount, action string) DiscountGiven {
	text := percentWords(t, d.PercentBP)
	if d.PercentBP == 0 {
		text = t.Money(d.Amount)
	}
	text = t.T("office.discount.off", "Value", text, "From", d.From)
	if !d.Until.IsZero() {
		text += ", " + t.T("office.discount.until", "Date", d.Until)
	}
	if d.Periods > 0 {
		text += ", " + t.T("office.discount.used", "Used", d.Used, "Periods", d.Periods)
	}
	return DiscountGiven{Text: text, Why: t.T("office.discount.why", "Reason", d.Reason, "Date", d.Given), End: fmt.Sprintf("%s/discounts/%d/end", action, d.ID)}
}

// percentWords words basis points as the reader's language does: "10 %", "2,5 %", "2.5 %".
func percentWords(t i18n.Translator, bp int) string {
	s := fmt.Sprintf("%d.%02d", bp/100, bp%100)
	return t.Number(strings.TrimSuffix(strings.TrimRight(s, "0"), ".")) + "\u00a0%"
}

// termsForm shows the terms in force, or what was typed.
func termsForm(t i18n.Translator, f subscriptionFacts) TermsForm {
	terms := f.sub.Upcoming(f.catalog)
	form := f.terms
	if form == nil {
		values := url.Values{"plan": {f.catalog.Plans[terms.PlanID].Key}, "seats": {strconv.Itoa(terms.Seats)}}
		for key, n := range terms.Addons {
			values.Set(addonPrefix+key, strconv.Itoa(n))
		}
		form = web.NewForm(values)
	}
	out := TermsForm{AtOnce: form.Checked("at_once"), Seats: form.Field(t, "number", "seats", t.T("office.subscription.seats_label"))}
	out.Seats.InputMode = "numeric"
	var seen []string
	for _, plan := range plansOf(f.catalog, f.sub) {
		option := Option{Value: plan.Key, Text: plan.Name, Selected: plan.Key == form.Value("plan")}
		if price, ok := billing.PriceFor(f.catalog.Prices[plan.ID], f.sub.Currency, f.sub.InvoicedTo, f.sub.Since); ok {
			option.Text = t.T("office.opening.offer", "Plan", plan.Name, "Price", price, "Term", termName(t, plan.Period))
		}
		out.Plans = append(out.Plans, option)
		for _, item := range f.catalog.Items[plan.ID] {
			if item.Kind != billing.ItemAddon || slices.Contains(seen, item.Key) {
				continue
			}
			seen = append(seen, item.Key)
			field := form.Field(t, "number", addonPrefix+item.Key, item.Name)
			field.InputMode = "numeric"
			out.Addons = append(out.Addons, field)
		}
	}
	out.Reason = form.Field(t, "text", "reason", t.T("office.subscription.reason"))
	out.Reason.LenMax = reasonRunesMax
	if f.problem != nil {
		out.Problem = t.Error(f.problem)
	}
	if f.quote != nil {
		out.Quote, out.Agreed = quoteLines(t, f.catalog, *f.quote), f.quote.Agreement()
	}
	if f.notice != nil {
		out.Notice = t.Error(f.notice)
	}
	return out
}

// plansOf returns the plans that a subscription may go over to, in the order of their names.
func plansOf(c billing.Catalog, sub billing.Subscription) []billing.Plan {
	var plans []billing.Plan
	for _, plan := range c.Plans {
		if _, priced := billing.PriceFor(c.Prices[plan.ID], sub.Currency, sub.InvoicedTo, sub.Since); plan.SellerID == sub.SellerID && (priced || plan.ID == sub.PlanID) {
			plans = append(plans, plan)
		}
	}
	slices.SortFunc(plans, func(a, b billing.Plan) int { return strings.Compare(a.Name+a.Key, b.Name+b.Key) })
	return plans
}

// quoteLines says what a change would do.
func quoteLines(t i18n.Translator, c billing.Catalog, q invoices.Changed) []EffectLine {
	lines := []EffectLine{{"calendar", t.T("office.change.from", "Date", q.From, "Terms", termsWords(t, c, q.After)), web.ToneInfo}}
	add := func(icon string, tone web.Tone, text string) { lines = append(lines, EffectLine{icon, text, tone}) }
	if !q.Credit.IsZero() || !q.Due.IsZero() {
		add("clock", web.ToneInfo, t.T("office.change.days", "Credit", q.Credit, "Due", q.Due))
	}
	switch {
	case q.Invoice != nil && q.Invoice.Status == invoices.StatusPaid:
		add("invoice", web.ToneGood, t.T("office.change.settled", "Amount", q.Invoice.Total))
	case q.Invoice != nil:
		add("invoice", web.ToneWarn, t.T("office.change.ask", "Amount", q.Invoice.Residual(), "Date", q.Invoice.DueOn))
	case q.Net().Minor() < 0:
		add("payment", web.ToneGood, t.T("office.change.back", "Amount", q.Net().Neg()))
	}
	if q.PaidOnce != q.PaidBefore {
		add("calendar", web.ToneWarn, t.T("office.change.through", "Before", q.PaidBefore, "After", q.PaidOnce))
	}
	if q.Reissued != nil {
		add("invoice", web.ToneInfo, t.T("office.change.reissued", "Old", q.Reissued.Old, "Amount", q.Reissued.New.Total))
	}
	add("info", web.ToneInfo, t.T("office.change.price", "Amount", q.Price))
	return lines
}

func giveForm(t i18n.Translator, b web.Base, f subscriptionFacts) GiveForm {
	form := f.give
	if form == nil {
		form = web.NewForm(url.Values{"from": {today(b).String()}})
	}
	out := GiveForm{}
	for _, field := range []struct{ kind, name, label, hint string }{
		{"text", "percent", "office.discount.percent", ""}, {"text", "amount", "office.discount.amount", "office.discount.amount_hint"}, {"date", "from", "office.discount.from", ""},
		{"date", "until", "office.discount.until_label", ""}, {"number", "periods", "office.discount.periods", ""}, {"text", "reason", "office.subscription.reason", ""},
	} {
		x := form.Field(t, field.kind, field.name, t.T(field.label))
		if field.hint != "" {
			x.Hint = t.T(field.hint)
		}
		x.Required = field.name == "reason" || field.name == "from"
		out.Fields = append(out.Fields, x)
	}
	if f.wrong != nil {
		out.Problem = t.Error(f.wrong)
	}
	return out
}

// refused says whether a failure is one that the reader can mend on the page.
func refused(err error) bool {
	code := prolong.CodeOf(err)
	return code == prolong.CodeInvalid || code == prolong.CodeConflict
}
