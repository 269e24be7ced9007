package cabinet

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/invoices"
)

// packsMax keeps a slip of the finger off the paper; who wants more asks the office.
const packsMax = 50

// HoursPage is the data of cabinet/hours_order: packs of specialists' time with their prices, and
// the invoice that an order makes.
type HoursPage struct {
	Frame
	Left    string // what the client has; empty without any
	Packs   []PackChoice
	Wrong   string
	Count   web.Field
	Problem string
	Quote   *HoursQuote
	Action  string
	Back    string
}

// PackChoice is a pack that can be ordered.
type PackChoice struct {
	Value, Label, Hint string
	Chosen             bool
}

// HoursQuote is the invoice of an order, before it is drawn up.
type HoursQuote struct {
	Notice     string // why it is shown again although it was confirmed
	Name       string
	Price      string
	Total, Tax prolong.Money
	Paid       prolong.Money // from the balance
	DueOn      prolong.Date
	Pack       string
	Packs      int
	Agreed     string
}

func hoursPath(account billing.AccountID) string { return accountPath(account) + "/hours" }

// hoursFacts is what the page of an order is made of.
type hoursFacts struct {
	prepaid  billing.Prepaid
	packs    []billing.Pack // that have a price for this client
	currency prolong.Currency
	form     *web.Form
	quote    *invoices.OrderedPacks
	problem  error
	notice   error
}

func (r *Room) hoursFacts(c *gin.Context, v visit) (f hoursFacts, err error) {
	ctx := c.Request.Context()
	client, err := r.billing.ClientView(ctx, v.account)
	if err != nil {
		return f, err
	}
	if f.prepaid, err = r.billing.PrepaidOf(ctx, v.account, 1); err != nil {
		return f, err
	}
	packs, err := r.billing.Packs(ctx, client.Account.SellerID)
	if err != nil {
		return f, err
	}
	if f.currency, err = r.billing.CurrencyOf(ctx, v.account); err != nil {
		return f, err
	}
	for _, p := range packs {
		if _, ok := priceOf(p, f.currency); ok {
			f.packs = append(f.packs, p)
		}
	}
	return f, nil
}

// priceOf is the price of a pack for a client: in his currency, or the first where he has none.
func priceOf(p billing.Pack, cur prolong.Currency) (prolong.Money, bool) {
	if cur == "" && len(p.Prices) > 0 {
		return p.Prices[0], true
	}
	return p.Price(cur)
}

func (r *Room) showHours(c *gin.Context) error {
	v, _ := visitOf(c)
	f, err := r.hoursFacts(c, v)
	if err != nil {
		return err
	}
	return r.showHoursWith(c, http.StatusOK, f)
}

func (r *Room) showHoursWith(c *gin.Context, status int, f hoursFacts) error {
	v, _ := visitOf(c)
	frame, err := r.frame(c, r.site.Translator(c).T("cabinet.hours.title"))
	if err != nil {
		return err
	}
	r.site.Show(c, status, "cabinet/hours_order", "", hoursPage(frame, v, f))
	return nil
}

// orderHours says what an order comes to, or places it: the button says which. It is placed only
// if it comes to what the person was shown.
func (r *Room) orderHours(c *gin.Context) error {
	v, _ := visitOf(c)
	f, err := r.hoursFacts(c, v)
	if err != nil {
		return err
	}
	if f.form, err = web.ReadForm(c); err != nil {
		return err
	}
	var keys []string
	for _, p := range f.packs {
		keys = append(keys, p.Key)
	}
	order := invoices.PackOrder{Account: v.account, Pack: f.form.Choice("pack", keys...), Packs: int(f.form.Int("count", 1, packsMax))}
	if !f.form.Valid() {
		return r.showHoursWith(c, http.StatusUnprocessableEntity, f)
	}
	if f.form.Value("do") != "confirm" {
		return r.quoteHours(c, http.StatusOK, f, order)
	}
	agreed := f.form.Text("agreed", agreedRunesMax)
	confirmed := order
	confirmed.Agree = func(o invoices.OrderedPacks) error {
		if o.Agreement() != agreed {
			return prolong.NewError(prolong.CodeConflict, "error.quote_changed", nil)
		}
		return nil
	}
	done, err := r.invoices.PlaceOrder(c.Request.Context(), v.session.Actor, confirmed)
	switch {
	case err == nil:
	case prolong.KeyOf(err) == "error.quote_changed":
		f.notice = err
		return r.quoteHours(c, web.StatusOf(err), f, order)
	case mendable(err):
		f.problem = err
		return r.showHoursWith(c, web.StatusOf(err), f)
	default:
		return err
	}
	r.site.SetFlash(c, web.ToneGood, "flash.cabinet_hours", "Number", done.Invoice.Number)
	web.Redirect(c, invoiceHref(v.account, done.Invoice.ID))
	return nil
}

// quoteHours shows what an order comes to.
func (r *Room) quoteHours(c *gin.Context, status int, f hoursFacts, order invoices.PackOrder) error {
	v, _ := visitOf(c)
	quote, err := r.invoices.QuoteOrder(c.Request.Context(), v.session.Actor, order)
	switch {
	case err == nil:
		f.quote = &quote
	case mendable(err):
		f.problem, status = err, web.StatusOf(err)
	default:
		return err
	}
	return r.showHoursWith(c, status, f)
}

func hoursPage(frame Frame, v visit, f hoursFacts) HoursPage {
	t := frame.Translator
	page := HoursPage{Frame: frame, Action: hoursPath(v.account), Back: accountPath(v.account)}
	if f.prepaid.Minutes > 0 {
		page.Left = t.Hours(f.prepaid.Minutes)
	}
	form := f.form
	if form == nil {
		form = web.NewForm(map[string][]string{"count": {"1"}})
		if len(f.packs) > 0 {
			form = web.NewForm(map[string][]string{"count": {"1"}, "pack": {f.packs[0].Key}})
		}
	}
	for _, p := range f.packs {
		price, _ := priceOf(p, f.currency)
		page.Packs = append(page.Packs, PackChoice{Value: p.Key, Label: fmt.Sprintf("%s: %s", p.Name, t.Money(price)), Hint: packHint(t, p), Chosen: form.Value("pack") == p.Key})
	}
	if p := form.Problem("pack"); p != nil {
		page.Wrong = t.Error(p)
	}
	page.Count = form.Field(t, "number", "count", t.T("cabinet.hours.count"))
	page.Count.InputMode, page.Count.Required = "numeric", true
	if f.problem != nil {
		page.Problem = t.Error(f.problem)
	}
	if q := f.quote; q != nil {
		page.Quote = &HoursQuote{Name: q.Pack.Name, Price: t.Money(q.Price), Total: q.Invoice.Total, Tax: q.Invoice.Tax, Paid: q.Invoice.Paid, DueOn: q.Invoice.DueOn, Pack: q.Pack.Key, Packs: q.Packs, Agreed: q.Agreement()}
		if f.notice != nil {
			page.Quote.Notice = t.Error(f.notice)
		}
	}
	return page
}

// packHint says how much time a pack is and until when it can be used.
func packHint(t i18n.Translator, p billing.Pack) string {
	if p.ValidMonths == 0 {
		return t.T("cabinet.hours.for_ever", "Hours", t.Hours(p.Minutes))
	}
	return t.N("cabinet.hours.valid", p.ValidMonths, "Hours", t.Hours(p.Minutes))
}
