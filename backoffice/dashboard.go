package backoffice

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/banksync"
	"prolong/internal/web"
	"prolong/invoices"
	"prolong/tickets"
)

const (
	dashboardWeeks  = 12
	dashboardMonths = 12
	// paymentTag is how the keys of tags about payment begin.
	paymentTag = "pay"
	perMille   = 1000
	hundred    = 100
	// automaticLow is the foot of the plot of the share matched by itself, in basis points: what
	// matters happens above it.
	automaticLow  = 8_000
	automaticHigh = 10_000
	// contactsScale is the least top of the plot of contacts: 4 of 1,000.
	contactsScale = 400
)

// DashboardPage is the data of office/dashboard: how well the product does its work.
type DashboardPage struct {
	web.Base
	Charts []Chart
	Tags   []TagChip // of which contacts the plot speaks
}

// dashboardFacts is what the page is made of.
type dashboardFacts struct {
	weeks     []banksync.WeekReceived
	months    []prolong.Date
	recurring []invoices.Recurring
	tags      []tickets.Tag
	tag       tickets.Tag
	contacts  []contactsOfMonth
}

// contactsOfMonth counts how many clients came with a subject in a month.
type contactsOfMonth struct {
	from     prolong.Date
	clients  int // who came
	accounts int // who could have
}

func (r *Room) showDashboard(c *gin.Context) error {
	base, err := r.base(c, "office.dashboard.title")
	if err != nil {
		return err
	}
	facts, err := r.dashboardFacts(c.Request.Context(), web.Actor(c), base, web.ReadQuery(c).Value("tag"))
	if err != nil {
		return err
	}
	r.site.Show(c, http.StatusOK, "office/dashboard", "", dashboardPage(base, facts))
	return nil
}

func (r *Room) dashboardFacts(ctx context.Context, actor prolong.Actor, b web.Base, tag string) (f dashboardFacts, err error) {
	day := today(b)
	if f.weeks, err = r.banksync.CountReceivedByWeek(ctx, day, dashboardWeeks, b.Zone); err != nil {
		return f, err
	}
	first := prolong.NewDate(day.Year(), day.Month(), 1)
	// The last day of each past month, and today.
	for i := dashboardMonths - 1; i > 0; i-- {
		f.months = append(f.months, first.AddMonths(-i+1, 1).AddDays(-1))
	}
	f.months = append(f.months, day)
	if f.recurring, err = r.invoices.RecurringOn(ctx, f.months); err != nil {
		return f, err
	}
	if r.tickets == nil {
		return f, nil
	}
	if f.tags, err = r.tickets.Tags(ctx, actor, false); err != nil {
		return f, err
	}
	f.tag = chosenTag(f.tags, tag)
	if f.tag.Key == "" {
		return f, nil
	}
	f.contacts, err = r.contactsByMonth(ctx, actor, b, first, f.tag.Key)
	return f, err
}

// chosenTag is the word that the reader asks for, else the one about payment.
func chosenTag(tags []tickets.Tag, key string) tickets.Tag {
	var best tickets.Tag
	for _, t := range tags {
		if t.Key == key {
			return t
		}
		if best.Key == "" && strings.HasPrefix(t.Key, paymentTag) {
			best = t
		}
	}
	if best.Key == "" && len(tags) > 0 {
		return tags[0]
	}
	return best
}

func (r *Room) contactsByMonth(ctx context.Context, actor prolong.Actor, b web.Base, first prolong.Date, tag string) ([]contactsOfMonth, error) {
	list := make([]contactsOfMonth, dashboardMonths)
	ends := make([]time.Time, dashboardMonths)
	for i := range list {
		list[i].from = first.AddMonths(i+1-dashboardMonths, 1)
		end := list[i].from.AddMonths(1, 1).Start(b.Zone)
		if ends[i] = end; end.After(b.Now) {
			ends[i] = b.Now
		}
		use, err := r.contactsByTag(ctx, actor, list[i].from.Start(b.Zone), end)
		if err != nil {
			return nil, err
		}
		for _, u := range use {
			if u.Key == tag {
				list[i].clients = len(u.Clients)
			}
		}
	}
	accounts, err := r.billing.CountAccountsAt(ctx, ends)
	for i, n := range accounts {
		list[i].accounts = n
	}
	return list, err
}

// contactsByTag counts tickets and calls together, where there are calls.
func (r *Room) contactsByTag(ctx context.Context, actor prolong.Actor, from, to time.Time) ([]tickets.TagUse, error) {
	if r.telephony == nil {
		return r.tickets.TagUse(ctx, actor, from, to)
	}
	return r.telephony.ContactsByTag(ctx, actor, from, to)
}

func dashboardPage(b web.Base, f dashboardFacts) DashboardPage {
	page := DashboardPage{Base: b, Charts: []Chart{automaticChart(b, f.weeks), receivedChart(b, f.weeks)}}
	page.Charts = append(page.Charts, recurringCharts(b, f)...)
	if f.tag.Key != "" {
		page.Charts = append(page.Charts, contactsChart(b, f))
		for _, t := range f.tags {
			page.Tags = append(page.Tags, TagChip{Text: t.Name, Href: withParams(dashboardPath, "tag", t.Key), Current: t.Key == f.tag.Key})
		}
	}
	return page
}

func automaticChart(b web.Base, weeks []banksync.WeekReceived) Chart {
	values := make([]chartValue, len(weeks))
	var all banksync.ReceivedTotal
	low := int64(automaticLow)
	for i, w := range weeks {
		values[i] = chartValue{label: shortDay(w.Monday)}
		all.Count, all.Automatic = all.Count+w.Count, all.Automatic+w.Automatic
		if bp, ok := (banksync.ReceivedTotal{Count: w.Count, Automatic: w.Automatic}).AutomaticShare(); ok {
			values[i].value, values[i].known = int64(bp), true
			values[i].text = b.T("office.chart.automatic_point", "Share", share(b.Translator, bp), "Automatic", b.Number(w.Automatic), "Count", b.Number(w.Count))
			if int64(bp) < low {
				low = 0
			}
		}
	}
	c := drawChart(chartSpec{id: "automatic", title: b.T("office.chart.automatic"), empty: b.T("office.chart.no_payments"), low: low, high: automaticHigh,
		scale: func(v int64) string { return b.T("office.percent", "Value", b.Number(v/hundred)) }}, values)
	if bp, ok := all.AutomaticShare(); ok {
		c.Now = share(b.Translator, bp)
		c.Lead = b.T("office.chart.automatic_lead", "Automatic", b.Number(all.Automatic), "Count", b.Number(all.Count), "Weeks", dashboardWeeks)
	}
	return c
}

func receivedChart(b web.Base, weeks []banksync.WeekReceived) Chart {
	values := make([]chartValue, len(weeks))
	for i, w := range weeks {
		values[i] = chartValue{label: shortDay(w.Monday), value: int64(w.Count), text: b.N("office.tile.payments", w.Count), known: true}
	}
	c := drawChart(chartSpec{id: "received", title: b.T("office.chart.received"), lead: b.T("office.chart.received_lead"), empty: b.T("office.chart.no_payments"), bars: true, open: true,
		scale: func(v int64) string { return b.Number(v) }}, values)
	return c
}

// recurringCharts draws the recurring revenue, a plot for each currency.
func recurringCharts(b web.Base, f dashboardFacts) []Chart {
	byCurrency := map[prolong.Currency]map[prolong.Date]invoices.Recurring{}
	var order []prolong.Currency
	for _, r := range f.recurring {
		cur := r.Amount.Currency()
		if byCurrency[cur] == nil {
			byCurrency[cur] = map[prolong.Date]invoices.Recurring{}
			order = append(order, cur)
		}
		byCurrency[cur][r.On] = r
	}
	if len(order) == 0 {
		return []Chart{drawChart(chartSpec{id: "mrr", title: b.T("office.chart.mrr"), empty: b.T("office.chart.no_revenue")}, nil)}
	}
	var charts []Chart
	for _, cur := range order {
		values := make([]chartValue, len(f.months))
		payers := 0
		for i, day := range f.months {
			r, ok := byCurrency[cur][day]
			values[i] = chartValue{label: monthLabel(day), value: r.Amount.Minor(), known: ok, text: b.T("office.chart.mrr_point", "Amount", r.Amount, "Payers", b.Number(r.Payers))}
			payers = r.Payers
		}
		c := drawChart(chartSpec{id: "mrr-" + strings.ToLower(string(cur)), title: b.T("office.chart.mrr"), lead: b.N("office.chart.mrr_lead", payers), bars: true,
			scale: func(v int64) string { return shortMoney(b, v, cur) }}, values)
		c.Now = b.Money(byCurrency[cur][f.months[len(f.months)-1]].Amount)
		charts = append(charts, c)
	}
	return charts
}

func contactsChart(b web.Base, f dashboardFacts) Chart {
	values := make([]chartValue, len(f.contacts))
	for i, m := range f.contacts {
		values[i] = chartValue{label: monthLabel(m.from)}
		if m.accounts > 0 {
			values[i].value, values[i].known = int64(m.clients)*perMille*hundred/int64(m.accounts), true
			values[i].text = b.T("office.chart.contacts_point", "PerMille", decimals(b, values[i].value), "Clients", b.Number(m.clients), "Accounts", b.Number(m.accounts))
		}
	}
	c := drawChart(chartSpec{id: "contacts", title: b.T("office.chart.contacts", "Tag", f.tag.Name), lead: b.T("office.chart.contacts_lead"), empty: b.T("office.chart.no_contacts"), reaches: contactsScale,
		scale: func(v int64) string { return decimals(b, v) }}, values)
	if n := len(f.contacts); n > 0 && f.contacts[n-1].accounts > 0 {
		c.Now = decimals(b, values[n-1].value)
	}
	return c
}

// decimals writes a value in hundredths with one decimal.
func decimals(b web.Base, hundredths int64) string {
	const ten = 10
	return b.Number(strconv.FormatInt(hundredths/hundred, 10) + "." + strconv.FormatInt(hundredths%hundred/ten, 10))
}

// shortMoney writes an amount for the scale of a plot, in thousands or millions.
func shortMoney(b web.Base, minor int64, cur prolong.Currency) string {
	whole := minor
	for range cur.Exponent() {
		whole /= 10
	}
	const ten, thousand, million = 10, 1_000, 1_000_000
	switch {
	case whole >= million && whole%million == 0:
		return b.T("office.chart.millions", "Amount", b.Number(whole/million))
	case whole >= million:
		return b.T("office.chart.millions", "Amount", b.Number(strconv.FormatInt(whole/million, 10)+"."+strconv.FormatInt(whole%million/(million/ten), 10)))
	case whole >= ten*thousand:
		return b.T("office.chart.thousands", "Amount", b.Number(whole/thousand))
	}
	return b.Number(whole)
}

// shortDay and monthLabel are read below an axis in every language: 22.11, 11.26.
func shortDay(d prolong.Date) string { return d.Time().Format("02.01") }

func monthLabel(d prolong.Date) string { return d.Time().Format("01.06") }
