package backoffice

import (
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/invoices"
)

func endHref(id billing.SubscriptionID) string { return subscriptionHref(id) + "/end" }

func keepHref(id billing.SubscriptionID) string { return subscriptionHref(id) + "/keep" }

// endSubscription says what announcing the end of a subscription comes to, and announces it when
// that is confirmed.
func (r *Room) endSubscription(c *gin.Context) error { return r.decideEnd(c, false) }

// keepSubscription does so with taking the announcement back.
func (r *Room) keepSubscription(c *gin.Context) error { return r.decideEnd(c, true) }

func (r *Room) decideEnd(c *gin.Context, keep bool) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	f, err := r.subscriptionFacts(c.Request.Context(), billing.SubscriptionID(id))
	if err != nil {
		return err
	}
	first := url.Values{}
	if !f.sub.EndsOn.IsZero() {
		first.Set("on", f.sub.EndsOn.String())
	}
	d, err := beginDeciding(c, first)
	if err != nil {
		return err
	}
	end := invoices.End{Subscription: f.sub.ID, Keep: keep}
	if keep {
		d.asked = true // there is nothing to fill in before
	} else if d.asked && d.form.Value("on") != "" {
		end.On = d.form.Date("on")
	}
	end.Reason = d.reason()
	return r.decide(c, d, func() (*DecisionQuote, error) {
		done, err := r.invoices.QuoteEnd(c.Request.Context(), web.Actor(c), end)
		if err != nil {
			return nil, err
		}
		return endQuote(r.site.Base(c, ""), f, done), nil
	}, func() error {
		agreed := end
		agreed.Agree = func(done invoices.Ending) error { return d.agree(done.Agreement()) }
		done, err := r.invoices.DecideEnd(c.Request.Context(), web.Actor(c), agreed)
		if err != nil {
			return err
		}
		if keep {
			r.site.SetFlash(c, web.ToneGood, "flash.subscription_kept")
		} else {
			r.site.SetFlash(c, web.ToneGood, "flash.subscription_ends", "Date", r.site.Translator(c).Date(done.EndsOn))
		}
		web.Redirect(c, subscriptionHref(f.sub.ID))
		return nil
	}, func(b web.Base) DecisionPage { return endPage(b, f, d.form, keep) })
}

// endPage is the form of either.
func endPage(b web.Base, f subscriptionFacts, form *web.Form, keep bool) DecisionPage {
	t, sub := b.Translator, f.sub
	b.Title = t.T("office.end.title")
	b.Crumbs = []web.Link{{Text: f.client.LegalName(), Href: clientHref(f.client.ID)}, {Text: t.T("office.subscription.title", "Plan", f.catalog.Plans[sub.PlanID].Name), Href: subscriptionHref(sub.ID)}}
	page := DecisionPage{Base: b, Lead: t.T("office.end.lead"), Action: endHref(sub.ID), Back: subscriptionHref(sub.ID), Ask: t.T("office.remedy.ask")}
	page.About = []Fact{
		{t.T("status.account"), f.client.LegalName(), false},
		{t.T("office.client.tile.paid_through"), t.Date(sub.ServedThrough()), false},
	}
	reason := inputField(form, t, "reason", "reason", t.T("office.subscription.reason"), t.T("office.remedy.reason_hint"), true)
	if keep {
		page.Title, page.Lead, page.Action, page.Ask = t.T("office.end.keep_title"), t.T("office.end.keep_lead"), keepHref(sub.ID), ""
		page.Fields = []DecisionField{reason}
		return page
	}
	hint := t.T("office.end.on_hint", "Date", sub.PaidThrough)
	if sub.Metered {
		page.Lead, hint = t.T("office.end.lead_hours"), t.T("office.end.on_hint_hours")
	}
	page.Fields = []DecisionField{inputField(form, t, "date", "on", t.T("office.end.on"), hint, false), reason}
	return page
}

// endQuote says what the end of a subscription comes to, or its taking back.
func endQuote(b web.Base, f subscriptionFacts, done invoices.Ending) *DecisionQuote {
	t := b.Translator
	q := &DecisionQuote{Agreed: done.Agreement(), Do: t.T("office.end.do_keep")}
	if !done.EndsOn.IsZero() {
		q.Do, q.Danger = t.T("office.end.do", "Date", done.EndsOn), true
	}
	q.turn(t.T("office.end.turn"), endWords(t, f.sub), endWords(t, billing.Subscription{EndsOn: done.EndsOn}), web.ToneWarn)
	q.turn(t.T("office.remedy.turn.balance"), t.Money(done.BalanceBefore), t.Money(done.BalanceAfter), web.ToneInfo)
	if done.EndsOn.IsZero() {
		switch {
		case f.sub.Metered:
			q.line("clock", web.ToneInfo, t.T("office.end.counted_on"))
		case done.RenewOn.IsZero():
			q.line("invoice", web.ToneInfo, t.T("office.end.invoiced"))
		case done.RenewOn.After(today(b)):
			q.line("invoice", web.ToneInfo, t.T("office.end.renewed", "Date", done.RenewOn))
		default:
			q.line("invoice", web.ToneInfo, t.T("office.end.renewed_now"))
		}
		return q
	}
	if done.Withdrawn != "" {
		q.line("invoice", web.ToneWarn, t.T("office.end.withdrawn", "Number", done.Withdrawn))
	}
	if len(done.Taken.Cancelled) > 0 {
		q.line("document", web.ToneWarn, t.T("office.undo.cancelled", "Numbers", strings.Join(done.Taken.Cancelled, ", ")))
	}
	if done.Hours.Days() > 0 {
		q.line("clock", web.ToneInfo, t.T("office.end.hours", "Hours", done.Hours, "Date", done.Hours.To))
	}
	if done.Owed.Minor() > 0 {
		q.line("alert", web.ToneWarn, t.T("office.end.owed", "Amount", done.Owed))
	}
	if done.EndsOn.Before(today(b)) {
		q.line("alert", web.ToneBad, t.T("office.end.at_once"))
	} else {
		q.line("calendar", web.ToneInfo, t.T("office.end.until", "Date", done.EndsOn))
	}
	return q
}

// endWords says when a subscription ends.
func endWords(t i18n.Translator, sub billing.Subscription) string {
	if sub.EndsOn.IsZero() {
		return t.T("office.end.never")
	}
	return t.Date(sub.LastDay())
}
