package backoffice

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/internal/web"
	"prolong/invoices"
)

// changeSubscription quotes a change of terms, or makes it: the button says which. It is made only
// if it comes to what the reader was shown.
func (r *Room) changeSubscription(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	f, err := r.subscriptionFacts(ctx, billing.SubscriptionID(id))
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	f.terms = form
	ch := changeOf(form, f)
	if !form.Valid() {
		f.problem = form.Err()
		return r.showSubscriptionWith(c, http.StatusUnprocessableEntity, f)
	}
	if form.Value("do") != "apply" {
		return r.quoteTerms(c, http.StatusOK, f, ch)
	}
	agreed := form.Text("agreed", agreedRunesMax)
	confirmed := ch
	confirmed.Agree = func(q invoices.Changed) error {
		if q.Agreement() != agreed {
			return prolong.NewError(prolong.CodeConflict, "error.quote_changed", nil)
		}
		return nil
	}
	done, err := r.invoices.ChangeTerms(ctx, web.Actor(c), f.sub.ID, confirmed)
	switch {
	case err == nil:
	case prolong.KeyOf(err) == "error.quote_changed":
		f.notice = err
		return r.quoteTerms(c, web.StatusOf(err), f, ch)
	case refused(err):
		f.problem = err
		return r.showSubscriptionWith(c, web.StatusOf(err), f)
	default:
		return err
	}
	r.site.SetFlash(c, web.ToneGood, "flash.subscription_changed", "Date", r.site.Translator(c).Date(done.From))
	web.Redirect(c, subscriptionHref(f.sub.ID))
	return nil
}

// quoteTerms shows what a change of terms comes to.
func (r *Room) quoteTerms(c *gin.Context, status int, f subscriptionFacts, ch invoices.Change) error {
	quote, err := r.invoices.QuoteTerms(c.Request.Context(), web.Actor(c), f.sub.ID, ch)
	switch {
	case err == nil:
		f.quote = &quote
	case refused(err):
		f.problem, status = err, web.StatusOf(err)
	default:
		return err
	}
	return r.showSubscriptionWith(c, status, f)
}

// changeOf reads the form of terms. Add-ons that the chosen plan does not have are left out.
func changeOf(form *web.Form, f subscriptionFacts) invoices.Change {
	ch := invoices.Change{AtOnce: form.Checked("at_once"), Reason: form.Text("reason", reasonRunesMax), Addons: map[string]int{}}
	now := f.sub.Upcoming(f.catalog)
	if ch.AtOnce {
		now = f.sub.Terms()
	}
	plan, ok := f.catalog.PlanByKey(form.Value("plan"))
	if !ok {
		plan = f.catalog.Plans[now.PlanID]
	}
	if plan.ID != now.PlanID {
		ch.PlanKey = plan.Key
	}
	ch.Seats = int(form.Int("seats", 1, billing.SeatsMax))
	for _, item := range f.catalog.Items[plan.ID] {
		if item.Kind != billing.ItemAddon {
			continue
		}
		if form.Value(addonPrefix+item.Key) == "" {
			ch.Addons[item.Key] = 0
			continue
		}
		ch.Addons[item.Key] = int(form.Int(addonPrefix+item.Key, 0, billing.SeatsMax))
	}
	return ch
}

// giveDiscount takes something off the coming periods of a subscription.
func (r *Room) giveDiscount(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	f, err := r.subscriptionFacts(ctx, billing.SubscriptionID(id))
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	f.give = form
	d := billing.Discount{Reason: form.Required("reason", reasonRunesMax), From: form.Date("from")}
	if form.Value("percent") != "" {
		d.PercentBP = int(form.Money("percent", prolong.RUB).Minor()) // two decimals, as basis points have
	}
	if form.Value("amount") != "" {
		d.Amount = form.Money("amount", f.sub.Currency)
	}
	if form.Value("until") != "" {
		d.Until = form.Date("until")
	}
	if form.Value("periods") != "" {
		d.Periods = int(form.Int("periods", 1, 1200))
	}
	err = form.Err()
	if err == nil {
		_, err = r.invoices.GiveDiscount(ctx, web.Actor(c), f.sub.ID, d)
	}
	if refused(err) {
		f.wrong = err
		return r.showSubscriptionWith(c, web.StatusOf(err), f)
	}
	if err != nil {
		return err
	}
	r.site.SetFlash(c, web.ToneGood, "flash.discount_given")
	web.Redirect(c, subscriptionHref(f.sub.ID))
	return nil
}

// endDiscount ends a discount for every invoice to come.
func (r *Room) endDiscount(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	discount, err := idParam(c, "discount")
	if err != nil {
		return err
	}
	if _, err := r.invoices.EndDiscount(c.Request.Context(), web.Actor(c), billing.SubscriptionID(id), billing.DiscountID(discount), ""); err != nil {
		return err
	}
	r.site.SetFlash(c, web.ToneGood, "flash.discount_ended")
	web.Redirect(c, subscriptionHref(billing.SubscriptionID(id)))
	return nil
}

func creditNoteHref(id int64) string {
	return "/office/credit-notes/" + strconv.FormatInt(id, 10) + "/pdf"
}

func (r *Room) creditPDF(c *gin.Context) error { return r.attachInline(c, invoices.AttachCreditNote) }
