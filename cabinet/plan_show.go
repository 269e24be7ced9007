package cabinet

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"prolong"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/invoices"
)

// PlanPage is the data of cabinet/plan: what a client is charged for, what he may choose from
// the next period on, and what that comes to.
type PlanPage struct {
	Frame
	Proof   Proof
	Action  string
	Facts   []Requisite
	Ends    string // that it is not renewed; empty while it goes on
	Shut    string // why nothing can be changed here now; empty if it can
	Plans   []Choice
	Wrong   string // of the choice of the plan
	Seats   web.Field
	Addons  []web.Field
	Problem string
	Quote   *PlanQuote
	Ask     PlanAsk
}

// PlanQuote is a change as it is shown before it is made.
type PlanQuote struct {
	Action string
	Notice string // why it is shown again
	From   prolong.Date
	Terms  string
	Lines  []QuoteLine
	Period prolong.Period
	Total  prolong.Money
	Tax    prolong.Money
	Notes  []QuoteNote
	Typed  []QuoteField
}

// QuoteLine is one thing that the invoice of a quote asks money for.
type QuoteLine struct{ Name, Price, Discount, Amount string }

// QuoteNote is one thing that a change does.
type QuoteNote struct{ Icon, Text string }

// QuoteField is what was typed, on its way to the confirmation.
type QuoteField struct{ Name, Value string }

// PlanAsk is whom to ask for what cannot be done on the page.
type PlanAsk struct {
	Href string // to a new ticket; empty without a support line
	Who  string // how to reach the seller then
}

// plans returns the plans to choose from: those that are offered in the client's currency, and
// the ones that he has or is going over to.
func (f planFacts) plans() []billing.Plan {
	var plans []billing.Plan
	for _, plan := range f.catalog.Plans {
		_, priced := f.priceOf(plan)
		own := plan.ID == f.sub.PlanID || plan.ID == f.sub.NextPlanID
		if plan.SellerID == f.sub.SellerID && (own || plan.Offered && priced) {
			plans = append(plans, plan)
		}
	}
	slices.SortFunc(plans, func(a, b billing.Plan) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Key, b.Key))
	})
	return plans
}

// priceOf returns what one seat of a plan costs from the next period on.
func (f planFacts) priceOf(plan billing.Plan) (prolong.Money, bool) {
	next := f.sub.Upcoming(f.catalog)
	switch {
	case plan.ID == next.PlanID && next.Price.Currency() != "":
		return next.Price, true
	case plan.ID == f.sub.PlanID && f.sub.Price.Currency() != "":
		return f.sub.Price, true
	}
	return billing.PriceFor(f.catalog.Prices[plan.ID], f.sub.Currency, f.sub.PaidThrough.AddDays(1), f.sub.Since)
}

func planPage(f Frame, v visit, of planFacts, has lines) PlanPage {
	t, sub := f.Translator, of.sub
	f.Crumbs = []web.Link{{Text: f.T("cabinet.nav.home"), Href: accountPath(v.account)}}
	path := planPath(v.account, sub.ID)
	page := PlanPage{Frame: f, Proof: proofOf(v, path), Action: path, Ask: planAsk(t, v, of.client.Seller, has)}
	rows := [][2]string{{"cabinet.plan.paid", t.Date(sub.ServedThrough())}, {"cabinet.plan.now", planTerms(t, of.catalog, sub.Terms())}}
	page.Facts = facts(t, rows)
	if sub.NextPlanID != 0 {
		page.Facts = append(page.Facts, Requisite{Label: t.T("cabinet.plan.from", "Date", sub.PlanFrom), Value: planTerms(t, of.catalog, sub.Upcoming(of.catalog))})
	}
	if !sub.EndsOn.IsZero() {
		page.Ends = t.T("cabinet.plan.ends", "Date", sub.LastDay())
	}
	if shut := of.shut(); shut != "" {
		page.Shut = t.T(shut)
		return page
	}
	form := of.form
	if form == nil {
		form = of.fill()
	}
	page.choose(t, of, form)
	if of.problem != nil {
		page.Problem = t.Error(of.problem)
	}
	if of.quote != nil {
		page.Quote = planQuote(t, of, form)
	}
	return page
}

// choose prepares the fields of the form.
func (p *PlanPage) choose(t i18n.Translator, facts planFacts, form *web.Form) {
	p.Wrong = t.Error(form.Problem("plan"))
	p.Seats = form.Field(t, "number", "seats", t.T("cabinet.plan.seats_label"))
	p.Seats.InputMode, p.Seats.Hint = "numeric", t.T("cabinet.plan.seats_hint")
	plans := facts.plans()
	at := map[string]int{}
	for _, plan := range plans {
		choice := Choice{Value: plan.Key, Label: plan.Name, Chosen: plan.Key == form.Value("plan")}
		if price, ok := facts.priceOf(plan); ok {
			choice.Hint = t.T("cabinet.plan.price", "Price", price, "Term", termWords(t, facts.termOf(plan)))
		}
		p.Plans = append(p.Plans, choice)
		for _, item := range facts.catalog.Items[plan.ID] {
			price, priced := billing.PriceFor(item.Prices, facts.sub.Currency, facts.sub.PaidThrough.AddDays(1), facts.sub.Since)
			if item.Kind != billing.ItemAddon || !priced {
				continue
			}
			words := t.Money(price)
			if len(plans) > 1 {
				words = t.T("cabinet.plan.addon", "Plan", plan.Name, "Price", price)
			}
			if i, seen := at[item.Key]; seen {
				p.Addons[i].Hint += "; " + words
				continue
			}
			at[item.Key] = len(p.Addons)
			field := form.Field(t, "number", addonPrefix+item.Key, item.Name)
			field.InputMode, field.Hint = "numeric", words
			p.Addons = append(p.Addons, field)
		}
	}
}

// termOf returns how long a period of a plan is for this client.
func (f planFacts) termOf(plan billing.Plan) prolong.Term {
	if plan.ID == f.sub.PlanID {
		return f.sub.Term
	}
	return plan.Period
}

// planTerms words terms in a line: "«Команда», 3 места, СМС-пакет × 2".
func planTerms(t i18n.Translator, c billing.Catalog, terms billing.Terms) string {
	words := []string{"«" + c.Plans[terms.PlanID].Name + "»", t.N("cabinet.plan.seats", max(terms.Seats, 1))}
	for _, item := range c.Items[terms.PlanID] {
		if n := terms.Addons[item.Key]; n > 0 {
			words = append(words, fmt.Sprintf("%s × %d", item.Name, n))
		}
	}
	return strings.Join(words, ", ")
}

// planQuote shows the invoice that a change makes, and what else it does.
func planQuote(t i18n.Translator, facts planFacts, form *web.Form) *PlanQuote {
	q := *facts.quote
	charge, inv := quotedCharge(q)
	out := &PlanQuote{Action: planPath(facts.sub.AccountID, facts.sub.ID), From: q.From, Terms: planTerms(t, facts.catalog, q.After), Period: inv.Period, Total: inv.Total, Tax: inv.Tax}
	if facts.notice != nil {
		out.Notice = t.Error(facts.notice)
	}
	for _, l := range charge.Lines {
		line := QuoteLine{Name: l.Name, Price: strconv.FormatInt(l.Quantity, 10) + " × " + t.Money(l.Price), Amount: t.Money(l.Amount)}
		if !l.Discount.IsZero() {
			line.Discount = t.T("cabinet.plan.less", "Amount", l.Discount)
		}
		out.Lines = append(out.Lines, line)
	}
	note := func(icon, key string, args ...any) { out.Notes = append(out.Notes, QuoteNote{icon, t.T(key, args...)}) }
	if q.Before.Price.Currency() != "" && q.After.Price.Currency() == "" {
		note("alert", "cabinet.plan.agreed_ends", "Price", q.Before.Price)
	}
	switch {
	case q.Reissued == nil:
		renew := facts.sub.RenewOn(facts.catalog.Plans[facts.sub.PlanID].Lead)
		if renew.After(facts.today) {
			note("mail", "cabinet.plan.next", "Date", renew)
		} else {
			note("mail", "cabinet.plan.next_soon")
		}
	case inv.Status == invoices.StatusPaid:
		note("invoice", "cabinet.plan.settled", "Old", q.Reissued.Old, "New", inv.Number)
	default:
		note("invoice", "cabinet.plan.reissued", "Old", q.Reissued.Old, "New", inv.Number, "Date", inv.DueOn)
		if !inv.Paid.IsZero() {
			note("payment", "cabinet.plan.carried", "Paid", inv.Paid, "Rest", inv.Residual())
		}
	}
	note("calendar", "cabinet.plan.days_stay", "Date", q.PaidBefore)
	out.Typed = []QuoteField{{"plan", form.Value("plan")}, {"seats", form.Value("seats")}, {"agreed", agreementOf(q)}}
	for _, item := range facts.catalog.Items[q.Plan.ID] {
		if value := form.Value(addonPrefix + item.Key); value != "" {
			out.Typed = append(out.Typed, QuoteField{addonPrefix + item.Key, value})
		}
	}
	return out
}

func planAsk(t i18n.Translator, v visit, seller billing.Seller, has lines) PlanAsk {
	if has.tickets {
		return PlanAsk{Href: accountPath(v.account) + "/tickets/new?subject=" + url.QueryEscape(t.T("cabinet.plan.ask_subject"))}
	}
	var who []string
	for _, way := range []string{seller.Email, seller.Phone} {
		if way != "" {
			who = append(who, way)
		}
	}
	return PlanAsk{Who: strings.Join(who, ", ")}
}
