package backoffice

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/banksync"
	"prolong/banksync/match"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/web"
)

// Values of the parameter "queue" besides the reasons.
const (
	queueAll       = "all"
	queueTakenBack = "taken_back"
	queueAnswered  = "answered"
	queueParked    = "parked"
)

// PaymentListPage is the data of office/payment_list: the review queue, or received money in
// another state.
type PaymentListPage struct {
	web.Base
	Tabs   []Tab
	Links  []web.Link     // to the pages beside: statements, returns, what was learned, incidents
	Groups []QueueGroup   // of the queue, by reason
	Search *PaymentSearch // of what is not the queue
	Rows   []PaymentRow
	Queue  bool // the rows wait for a person
	Empty  string
	Next   string // continues the list; may be empty
}

// Tab leads to another view of the same list.
type Tab struct {
	Text, Href string
	Count      int // shown if not 0
	Current    bool
}

// QueueGroup is a reason with what waits for it.
type QueueGroup struct {
	Text, Href string
	Count      int
	Sum        string
	Oldest     prolong.Date
	OldDays    int
	Late       bool
	Current    bool
}

// PaymentRow is a received payment in a list.
type PaymentRow struct {
	ID                int64
	Href              string
	Date              prolong.Date
	DocNo             string
	Payer, PayerTaxID string
	Purpose           string
	Amount            prolong.Money
	State             web.Badge
	Why               string // why it waits, or by which rule it went
	Account           string // to whom it went, or the best candidate
	AccountHref       string
	Guess             bool // Account is only a candidate
	Invoices          string
}

// paymentTabs are the views of received money.
var paymentTabs = []billing.PaymentState{billing.PaymentReview, billing.PaymentMatched, billing.PaymentIgnored}

func (r *Room) listPayments(c *gin.Context) error {
	ctx := c.Request.Context()
	base, err := r.base(c, "office.payments.title")
	if err != nil {
		return err
	}
	state := billing.PaymentState(c.DefaultQuery("state", string(billing.PaymentReview)))
	groups, err := r.banksync.ReviewReasons(ctx)
	if err != nil {
		return err
	}
	page := PaymentListPage{Base: base, Tabs: paymentTabsOf(base, groups, state), Queue: state == billing.PaymentReview, Links: besidePayments(base)}
	if page.Queue {
		err = r.fillQueue(ctx, c, &page, groups)
	} else {
		err = r.fillReceived(ctx, c, &page, state)
	}
	if err != nil {
		return err
	}
	r.site.Show(c, http.StatusOK, "office/payment_list", "", page)
	return nil
}

func paymentTabsOf(b web.Base, groups []banksync.ReasonCount, state billing.PaymentState) []Tab {
	waiting := 0
	for _, g := range groups {
		if !g.Parked {
			waiting += g.Count
		}
	}
	tabs := []Tab{{Text: b.T("office.payments.tab.all"), Href: paymentsPath + "?state=any", Current: state == "any"}}
	for i, s := range paymentTabs {
		tab := Tab{Text: b.T("office.payments.tab." + string(s)), Href: paymentsPath + "?state=" + string(s), Current: s == state}
		if s == billing.PaymentReview {
			tab.Count, tab.Href = waiting, paymentsPath
		}
		tabs = append(tabs[:i], append([]Tab{tab}, tabs[i:]...)...)
	}
	return tabs
}

// queueOf reads which part of the queue the reader works on.
func queueOf(c *gin.Context) (name string, reason *match.Reason) {
	name = c.DefaultQuery("queue", queueAll)
	switch name {
	case queueAll, queueAnswered, queueParked:
		return name, nil
	case queueTakenBack:
		none := match.ReasonNone
		return name, &none
	}
	r := match.Reason(name)
	return name, &r
}

// queueHref keeps the part of the queue in an address.
func queueHref(path, queue string) string {
	if queue == queueAll || queue == "" {
		return path
	}
	return path + "?queue=" + url.QueryEscape(queue)
}

// queueFilter narrows the queue to its part.
func queueFilter(name string, reason *match.Reason) banksync.QueueFilter {
	return banksync.QueueFilter{Reason: reason, Answered: name == queueAnswered, Parked: name == queueParked}
}

func queueName(g banksync.ReasonCount) string {
	reason := g.Reason
	if g.Parked {
		return queueParked
	}
	if g.Answered {
		return queueAnswered
	}
	if reason == match.ReasonNone {
		return queueTakenBack
	}
	return string(reason)
}

func (r *Room) fillQueue(ctx context.Context, c *gin.Context, page *PaymentListPage, groups []banksync.ReasonCount) error {
	queue, reason := queueOf(c)
	page.Groups = queueGroups(page.Base, groups, queue)
	afterID, _ := strconv.ParseInt(c.Query("after"), 10, 64) //nolint:errcheck // nonsense begins at the start
	afterOn, err := prolong.ParseDate(c.Query("after_on"))
	if err != nil {
		afterID, afterOn = 0, prolong.Date{}
	}
	filter := queueFilter(queue, reason)
	filter.AfterOn, filter.AfterID, filter.Limit = afterOn, billing.PaymentID(afterID), listRowsMax+1
	list, err := r.banksync.FindQueue(ctx, filter)
	if err != nil {
		return err
	}
	list, page.Next = cutPage(list, func(last banksync.Received) string {
		return paymentsPath + "?" + url.Values{"queue": {queue}, "after_on": {last.ValueOn.String()}, "after": {strconv.FormatInt(int64(last.ID), 10)}}.Encode()
	})
	guesses, err := r.namesOf(ctx, list)
	if err != nil {
		return err
	}
	for _, p := range list {
		row := paymentRow(page.Translator, p)
		row.Href = queueHref(row.Href, queue)
		if len(p.Decision.Candidates) > 0 {
			if a, ok := guesses[billing.AccountID(p.Decision.Candidates[0].AccountID)]; ok {
				row.Account, row.Guess = a.LegalName(), true
			}
		}
		page.Rows = append(page.Rows, row)
	}
	page.Empty = page.T("office.payments.queue_empty")
	return nil
}

func (r *Room) fillReceived(ctx context.Context, c *gin.Context, page *PaymentListPage, state billing.PaymentState) error {
	filter := banksync.ReviewFilter{Limit: listRowsMax + 1, BeforeID: billing.PaymentID(idQuery(c, "before")), AccountID: billing.AccountID(idQuery(c, "client"))}
	if state != "any" {
		filter.State = state
	}
	search, kept, wrong := paymentSearch(page.Base, c, string(state), &filter)
	page.Search = &search
	if wrong != nil {
		page.Empty = page.T("office.payments.nothing_found")
		return nil //nolint:nilerr // the search itself shows what is wrong with it
	}
	for i := range page.Tabs { // what was looked for in one state is looked for in the next
		if tab := &page.Tabs[i]; tab.Href != paymentsPath && len(kept) > 0 {
			tab.Href += "&" + kept.Encode()
		}
	}
	var err error
	if filter.Amounts, err = r.amountsOf(ctx, filter.Text); err != nil {
		return err
	}
	if len(kept) > 0 || filter.AccountID != 0 {
		found, err := r.banksync.SumReceived(ctx, filter)
		if err != nil {
			return err
		}
		page.Search.Found = foundWords(page.Base, found)
	}
	client, err := r.clientOfList(ctx, filter.AccountID)
	if err != nil {
		return err
	}
	if client != nil {
		page.Crumbs = []web.Link{{Text: client.LegalName(), Href: clientHref(client.ID)}}
	}
	list, err := r.banksync.FindReceived(ctx, filter)
	if err != nil {
		return err
	}
	list, page.Next = cutPage(list, func(last banksync.Received) string {
		return withParams(paymentsPath, "state", state, "client", int64(filter.AccountID), "q", kept.Get("q"), "from", kept.Get("from"), "to", kept.Get("to"), "before", int64(last.ID))
	})
	for _, p := range list {
		page.Rows = append(page.Rows, paymentRow(page.Translator, p))
	}
	page.Empty = page.T("status.payments_empty")
	if len(kept) > 0 {
		page.Empty = page.T("office.payments.nothing_found")
	}
	return nil
}

// namesOf reads the accounts of the best candidates.
func (r *Room) namesOf(ctx context.Context, list []banksync.Received) (map[billing.AccountID]billing.AccountBrief, error) {
	var ids []billing.AccountID
	for _, p := range list {
		if len(p.Decision.Candidates) > 0 {
			ids = append(ids, billing.AccountID(p.Decision.Candidates[0].AccountID))
		}
	}
	return r.billing.FindAccountBriefs(ctx, ids)
}

func queueGroups(b web.Base, groups []banksync.ReasonCount, queue string) []QueueGroup {
	today := prolong.DateOf(b.Now, b.Zone)
	out := []QueueGroup{{Text: b.T("office.payments.queue_all"), Href: paymentsPath, Current: queue == queueAll}}
	at := map[string]int{}
	sum := map[int][]prolong.Money{}
	add := func(i int, g banksync.ReasonCount) {
		out[i].Count += g.Count
		sum[i] = addSum(sum[i], g.Amount)
		if out[i].Oldest.IsZero() || g.Oldest.Before(out[i].Oldest) {
			out[i].Oldest = g.Oldest
		}
	}
	for _, g := range groups {
		name := queueName(g)
		i, ok := at[name]
		if !ok {
			i = len(out)
			at[name] = i
			out = append(out, QueueGroup{Text: groupName(b.Translator, name, g.Reason), Href: paymentsPath + "?queue=" + name, Current: name == queue})
		}
		add(i, g)
		if !g.Parked {
			add(0, g)
		}
	}
	for i := range out {
		if out[i].Count > 0 {
			out[i].Sum = sums(b.Translator, sum[i])
			out[i].OldDays = today.DaysSince(out[i].Oldest)
			out[i].Late = out[i].OldDays > reviewAgeDaysMax
		}
	}
	if len(out) == 1 {
		return nil
	}
	return out
}

func groupName(t i18n.Translator, name string, reason match.Reason) string {
	switch name {
	case queueAnswered, queueParked:
		return t.T("office.queue." + name)
	}
	return reasonName(t, reason)
}

// addSum adds an amount to sums by currency.
func addSum(list []prolong.Money, m prolong.Money) []prolong.Money {
	for i := range list {
		if list[i].Currency() == m.Currency() {
			list[i] = prolong.NewMoney(list[i].Minor()+m.Minor(), m.Currency())
			return list
		}
	}
	return append(list, m)
}

func paymentRow(t i18n.Translator, p banksync.Received) PaymentRow {
	row := PaymentRow{ID: int64(p.ID), Href: paymentHref(p.ID), Date: p.ValueOn, DocNo: p.DocNo, Payer: shortPayer(p.Payer.Name), PayerTaxID: p.Payer.TaxID, Purpose: p.Purpose, Amount: p.Amount,
		State: paymentBadge(t, p.State), Why: paymentWhy(t, p), Account: p.Account}
	if p.AccountID != 0 {
		row.AccountHref = clientHref(p.AccountID)
	}
	if p.State != billing.PaymentReview {
		row.Invoices = numbersOf(p.Decision.Allocations)
	}
	return row
}

// paymentWhy says why a payment waits, or why it went where it went.
func paymentWhy(t i18n.Translator, p banksync.Received) string {
	switch {
	case p.State == billing.PaymentReview:
		return reasonName(t, p.Decision.Reason)
	case p.Manual():
		return t.T("office.rule.manual")
	case p.State == billing.PaymentIgnored:
		return reasonName(t, p.Decision.Reason)
	}
	return ruleName(t, p.Decision.Rule)
}

func numbersOf(allocations []match.Allocation) string {
	text := ""
	for _, a := range allocations {
		if a.Number == "" {
			continue
		}
		if text != "" {
			text += ", "
		}
		text += a.Number
	}
	return text
}

func paymentHref(id billing.PaymentID) string {
	return paymentsPath + "/" + strconv.FormatInt(int64(id), 10)
}

func clientHref(id billing.AccountID) string {
	return clientsPath + "/" + strconv.FormatInt(int64(id), 10)
}

// idQuery reads an id of the address; nonsense is 0.
func idQuery(c *gin.Context, name string) int64 {
	id, err := strconv.ParseInt(c.Query(name), 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}

// idParam reads an id in the path; nonsense is a page that does not exist.
func idParam(c *gin.Context, name string) (int64, error) { //nolint:unparam // pages with two ids in their path name them
	id, err := strconv.ParseInt(c.Param(name), 10, 64)
	if err != nil || id < 0 {
		return 0, prolong.NewError(prolong.CodeNotFound, "error.not_found", nil)
	}
	return id, nil
}
