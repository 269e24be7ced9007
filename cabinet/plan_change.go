package cabinet

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/internal/web"
	"prolong/invoices"
)

const (
	addonPrefix    = "addon."
	agreedRunesMax = 1000
)

func planPath(account billing.AccountID, sub billing.SubscriptionID) string {
	return accountPath(account) + "/plan/" + strconv.FormatInt(int64(sub), 10)
}

// planFacts is what the page of a subscription is made of.
type planFacts struct {
	sub     billing.Subscription
	client  billing.ClientView
	catalog billing.Catalog
	today   prolong.Date
	form    *web.Form         // as it was typed; nil shows the terms in force
	quote   *invoices.Changed // what the form would come to
	problem error
	notice  error // why there is a quote although a confirmation was sent
}

// planFacts reads the subscription of the address. Another client's does not exist.
func (r *Room) planFacts(c *gin.Context, v visit) (f planFacts, err error) {
	ctx := c.Request.Context()
	id, err := param(c, "subscription")
	if err != nil {
		return f, err
	}
	if f.sub, err = r.billing.FindSubscription(ctx, billing.SubscriptionID(id)); err != nil {
		return f, err
	}
	if f.sub.AccountID != v.account {
		return f, prolong.NewError(prolong.CodeNotFound, "error.subscription_not_found", prolong.Args{"ID": id})
	}
	if f.client, err = r.billing.ClientView(ctx, v.account); err != nil {
		return f, err
	}
	if f.catalog, err = r.billing.Catalog(ctx); err != nil {
		return f, err
	}
	f.today = f.client.Seller.Today(r.site.Base(c, "").Now)
	return f, nil
}

// shut returns the key of why the client cannot change the subscription himself now, "" if he
// can. Once the paid days are over, the period that is not paid has begun: on what terms it is
// paid is agreed with the office, or a late client would choose the cheapest for days behind him.
func (f planFacts) shut() string {
	switch {
	case f.sub.Metered:
		return "cabinet.plan.metered"
	case f.sub.PaidThrough.Before(f.today):
		return "cabinet.plan.late"
	}
	return ""
}

func (r *Room) showPlan(c *gin.Context) error {
	v, _ := visitOf(c)
	facts, err := r.planFacts(c, v)
	if err != nil {
		return err
	}
	return r.showPlanWith(c, http.StatusOK, facts)
}

func (r *Room) showPlanWith(c *gin.Context, status int, facts planFacts) error {
	v, _ := visitOf(c)
	f, err := r.frame(c, r.site.Translator(c).T("cabinet.plan.title"))
	if err != nil {
		return err
	}
	r.site.Show(c, status, "cabinet/plan", "", planPage(f, v, facts, r.lines()))
	return nil
}

// changePlan says what a change would come to, or makes it: the button says which. It is made
// only if it comes to what the person was shown.
func (r *Room) changePlan(c *gin.Context) error {
	v, _ := visitOf(c)
	facts, err := r.planFacts(c, v)
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	if facts.shut() != "" {
		return r.showPlanWith(c, http.StatusConflict, facts)
	}
	if r.refuseStale(c, v, planPath(v.account, facts.sub.ID)) {
		return nil
	}
	facts.form = form
	change := facts.read(form)
	if !form.Valid() {
		return r.showPlanWith(c, http.StatusUnprocessableEntity, facts)
	}
	if form.Value("do") != "confirm" {
		return r.quotePlan(c, http.StatusOK, facts, change)
	}
	agreed := form.Text("agreed", agreedRunesMax)
	quoting := change
	change.Agree = func(q invoices.Changed) error {
		if agreed != agreementOf(q) {
			return prolong.NewError(prolong.CodeConflict, "error.quote_changed", nil)
		}
		return nil
	}
	done, err := r.invoices.ChangeTerms(c.Request.Context(), v.session.Actor, facts.sub.ID, change)
	switch {
	case err == nil:
	case prolong.KeyOf(err) == "error.quote_changed":
		facts.notice = err
		return r.quotePlan(c, web.StatusOf(err), facts, quoting)
	case mendable(err):
		facts.problem = err
		return r.showPlanWith(c, web.StatusOf(err), facts)
	default:
		return err
	}
	r.site.SetFlash(c, web.ToneGood, "flash.cabinet_plan", "Date", r.site.Translator(c).Date(done.From))
	web.Redirect(c, planPath(v.account, facts.sub.ID))
	return nil
}

// quotePlan shows what a change would come to.
func (r *Room) quotePlan(c *gin.Context, status int, facts planFacts, change invoices.Change) error {
	v, _ := visitOf(c)
	upcoming := facts.sub.Upcoming(facts.catalog)
	change.Agree = func(q invoices.Changed) error {
		if q.After.Same(upcoming) {
			return prolong.NewError(prolong.CodeInvalid, "error.terms_same", nil)
		}
		return nil
	}
	quote, err := r.invoices.QuoteTerms(c.Request.Context(), v.session.Actor, facts.sub.ID, change)
	switch {
	case err == nil:
		facts.quote = &quote
	case mendable(err):
		facts.problem, status = err, web.StatusOf(err)
	default:
		return err
	}
	return r.showPlanWith(c, status, facts)
}

// mendable says whether a failure is one that the reader can do something about on the page.
func mendable(err error) bool {
	code := prolong.CodeOf(err)
	return code == prolong.CodeInvalid || code == prolong.CodeConflict
}

// agreementOf writes down what a person agrees to, so that nothing else is done: from when,
// the terms, and the invoice to the kopeck.
func agreementOf(q invoices.Changed) string {
	charge, inv := quotedCharge(q)
	old := "none"
	if q.Reissued != nil {
		old = q.Reissued.Old + ";" + inv.Number
	}
	return fmt.Sprintf("%v;%s;%d;%v;%v;%v;%v;%v;%s", q.From, q.Plan.Key, q.After.Seats, q.After.Addons, charge.Total, inv.Tax, inv.Period, inv.Paid, old)
}

// quotedCharge returns the lines of the invoice that a change makes, and that invoice; without
// an open one to replace it is the next to come, and has no number yet.
func quotedCharge(q invoices.Changed) (billing.Charge, invoices.Invoice) {
	if q.Reissued != nil {
		return q.Reissued.Charge, q.Reissued.New
	}
	zero := prolong.NewMoney(0, q.Price.Currency())
	return q.Charge, invoices.Invoice{Total: q.Price, Tax: q.Tax, Period: q.Period, Paid: zero, Credited: zero, Status: invoices.StatusOpen}
}

// read takes the form over. A plan that is not on the page is refused; add-ons that the chosen
// plan does not have are left out.
func (f planFacts) read(form *web.Form) invoices.Change {
	change := invoices.Change{Addons: map[string]int{}}
	next := f.sub.Upcoming(f.catalog)
	var keys []string
	for _, plan := range f.plans() {
		keys = append(keys, plan.Key)
	}
	plan, ok := f.catalog.PlanByKey(form.Choice("plan", keys...))
	if !ok {
		return change
	}
	if plan.ID != next.PlanID {
		change.PlanKey = plan.Key
		if plan.ID == f.sub.PlanID { // what was agreed for it is agreed still
			change.Price = f.sub.Price
		}
	}
	change.Seats = int(form.Int("seats", 1, billing.SeatsMax))
	for _, item := range f.catalog.Items[plan.ID] {
		if item.Kind != billing.ItemAddon {
			continue
		}
		if form.Value(addonPrefix+item.Key) == "" {
			change.Addons[item.Key] = 0
			continue
		}
		change.Addons[item.Key] = int(form.Int(addonPrefix+item.Key, 0, billing.SeatsMax))
	}
	return change
}

// fill puts the terms that are to come into an empty form.
func (f planFacts) fill() *web.Form {
	terms := f.sub.Upcoming(f.catalog)
	values := url.Values{"plan": {f.catalog.Plans[terms.PlanID].Key}, "seats": {strconv.Itoa(terms.Seats)}}
	for key, n := range terms.Addons {
		values.Set(addonPrefix+key, strconv.Itoa(n))
	}
	return web.NewForm(values)
}
