package cabinet

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/internal/web"
	"prolong/invoices"
)

const pageRows = 25

// InvoicesPage is the data of cabinet/invoices.
type InvoicesPage struct {
	Frame
	Filters []FilterLink
	Rows    []InvoiceRow
	Pager   web.Pager
}

// FilterLink is a choice above a list.
type FilterLink struct {
	Text    string
	Href    string
	Current bool
}

// InvoiceRow is an invoice of a list.
type InvoiceRow struct {
	Number   string
	Href     string
	PDF      string
	IssuedOn prolong.Date
	Period   prolong.Period
	Total    prolong.Money
	Rest     prolong.Money // zero once paid or void
	Badge    web.Badge
}

func invoiceHref(account billing.AccountID, id invoices.InvoiceID) string {
	return accountPath(account) + "/invoices/" + strconv.FormatInt(int64(id), 10)
}

func (r *Room) listInvoices(c *gin.Context) error {
	v, _ := visitOf(c)
	ctx := c.Request.Context()
	f, err := r.frame(c, r.site.Translator(c).T("cabinet.nav.invoices"))
	if err != nil {
		return err
	}
	client, err := r.billing.ClientView(ctx, v.account)
	if err != nil {
		return err
	}
	var statuses []invoices.Status
	filter := c.Query("status")
	switch invoices.Status(filter) {
	case invoices.StatusOpen, invoices.StatusPaid:
		statuses = []invoices.Status{invoices.Status(filter)}
	case invoices.StatusVoid:
		filter = ""
	default:
		filter = ""
	}
	paging := web.PagingOf(c, pageRows)
	list, total, err := r.invoices.InvoicesOf(ctx, v.account, paging.Size, paging.Offset(), statuses...)
	if err != nil {
		return err
	}
	page := invoicesPage(f, v.account, list, client.Seller.Today(f.Now), filter)
	page.Pager = web.NewPager(c.Request.URL, paging, total)
	r.site.Show(c, http.StatusOK, "cabinet/invoices", "", page)
	return nil
}

func invoicesPage(f Frame, account billing.AccountID, list []invoices.Invoice, today prolong.Date, filter string) InvoicesPage {
	path := accountPath(account) + "/invoices"
	page := InvoicesPage{Frame: f, Filters: []FilterLink{
		{f.T("cabinet.invoices.all"), path, filter == ""},
		{f.T("cabinet.invoices.open"), path + "?status=open", filter == "open"},
		{f.T("cabinet.invoices.paid"), path + "?status=paid", filter == "paid"},
	}}
	for _, inv := range list {
		row := InvoiceRow{
			Number: inv.Number, Href: invoiceHref(account, inv.ID), IssuedOn: inv.IssuedOn, Period: inv.Period, Total: inv.Total,
			Badge: invoiceBadge(f.Translator, inv, today),
		}
		row.PDF = row.Href + "/pdf"
		if inv.Status == invoices.StatusOpen && inv.Paid.Minor() > 0 {
			row.Rest = inv.Residual()
		}
		page.Rows = append(page.Rows, row)
	}
	return page
}
