package backoffice

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/invoices"
)

// InvoiceListPage is the data of office/invoice_list.
type InvoiceListPage struct {
	web.Base
	Tabs   []Tab
	Client *billing.AccountBrief // of whom; nil: of all
	Rows   []InvoiceRow
	Next   string
}

// InvoiceRow is an invoice in a list.
type InvoiceRow struct {
	Href, PDF          string
	Number             string
	IssuedOn, DueOn    prolong.Date
	Period             prolong.Period
	Total, Residual    prolong.Money
	State              web.Badge
	Client, ClientHref string
}

// statusOverdue is the tab of open invoices whose day has passed.
const statusOverdue = "overdue"

func (r *Room) listInvoices(c *gin.Context) error {
	ctx := c.Request.Context()
	base, err := r.base(c, "office.invoices.title")
	if err != nil {
		return err
	}
	status := web.ReadQuery(c).Value("status")
	filter := invoices.Filter{AccountID: billing.AccountID(idQuery(c, "client")), BeforeID: invoices.InvoiceID(idQuery(c, "before")), Limit: listRowsMax + 1}
	today := prolong.DateOf(base.Now, base.Zone)
	switch status {
	case statusOverdue:
		filter.Status, filter.DueBefore = invoices.StatusOpen, today
	case string(invoices.StatusOpen), string(invoices.StatusPaid), string(invoices.StatusVoid):
		filter.Status = invoices.Status(status)
	default:
		status = ""
	}
	list, err := r.invoices.FindInvoices(ctx, filter)
	if err != nil {
		return err
	}
	client, err := r.clientOfList(ctx, filter.AccountID)
	if err != nil {
		return err
	}
	ids := []billing.AccountID{}
	for _, inv := range list {
		ids = append(ids, inv.AccountID)
	}
	names, err := r.billing.FindAccountBriefs(ctx, ids)
	if err != nil {
		return err
	}
	r.site.Show(c, http.StatusOK, "office/invoice_list", "", invoiceListPage(base, list, names, client, status))
	return nil
}

// clientOfList reads the client that a list is narrowed to; nil for none.
func (r *Room) clientOfList(ctx context.Context, id billing.AccountID) (*billing.AccountBrief, error) {
	if id == 0 {
		return nil, nil // a list of all clients
	}
	briefs, err := r.billing.FindAccountBriefs(ctx, []billing.AccountID{id})
	if err != nil {
		return nil, err
	}
	brief, ok := briefs[id]
	if !ok {
		return nil, prolong.NewError(prolong.CodeNotFound, "error.account_not_found", prolong.Args{"ID": int64(id)})
	}
	return &brief, nil
}

func invoiceListPage(b web.Base, list []invoices.Invoice, names map[billing.AccountID]billing.AccountBrief, client *billing.AccountBrief, status string) InvoiceListPage {
	page := InvoiceListPage{Base: b, Client: client}
	id := int64(0)
	if client != nil {
		id = int64(client.ID)
		page.Crumbs = []web.Link{{Text: client.LegalName(), Href: clientHref(client.ID)}}
	}
	for _, tab := range []string{"", string(invoices.StatusOpen), statusOverdue, string(invoices.StatusPaid), string(invoices.StatusVoid)} {
		page.Tabs = append(page.Tabs, Tab{Text: b.T("office.invoices.tab." + cmp.Or(tab, "all")), Href: withParams(invoicesPath, "client", id, "status", tab), Current: tab == status})
	}
	list, page.Next = cutPage(list, func(last invoices.Invoice) string {
		return withParams(invoicesPath, "client", id, "status", status, "before", int64(last.ID))
	})
	today := prolong.DateOf(b.Now, b.Zone)
	for _, inv := range list {
		row := invoiceRow(b.Translator, inv, today)
		if a, ok := names[inv.AccountID]; ok {
			row.Client, row.ClientHref = a.LegalName(), clientHref(a.ID)
		}
		page.Rows = append(page.Rows, row)
	}
	return page
}

func invoiceRow(t i18n.Translator, inv invoices.Invoice, today prolong.Date) InvoiceRow {
	return InvoiceRow{Href: invoiceHref(inv.ID), PDF: invoiceHref(inv.ID) + "/pdf", Number: inv.Number, IssuedOn: inv.IssuedOn, DueOn: inv.DueOn, Period: inv.Period,
		Total: inv.Total, Residual: inv.Residual(), State: invoiceBadge(t, inv, today)}
}

// invoiceBadge shows how an invoice stands on a day.
func invoiceBadge(t i18n.Translator, inv invoices.Invoice, today prolong.Date) web.Badge {
	switch {
	case inv.Status == invoices.StatusPaid:
		return web.Badge{Tone: web.ToneGood, Text: t.T("office.invoice.paid")}
	case inv.Status == invoices.StatusVoid:
		return web.Badge{Tone: web.ToneNeutral, Text: t.T("office.invoice.void")}
	case inv.DueOn.Before(today):
		return web.Badge{Tone: web.ToneBad, Text: t.T("office.invoice.overdue")}
	case inv.Paid.Minor() > 0:
		return web.Badge{Tone: web.ToneWarn, Text: t.T("office.invoice.partial")}
	}
	return web.Badge{Tone: web.ToneInfo, Text: t.T("office.invoice.open")}
}

// InvoicePage is the data of office/invoice.
type InvoicePage struct {
	web.Base
	Invoice    invoices.Invoice
	State      web.Badge
	Client     billing.AccountBrief
	ClientHref string
	PDF        string
	Payers     []PayerRow
	Notes      []PayerRow // credit notes
	Fate       []FateRow
	Remedies   []RemedyRow // what the reader can do about it
	Documents  []DocumentRow
	Letters    []LetterRow
}

// FateRow says what became of an invoice.
type FateRow struct{ Name, Text, Href string }

// RemedyRow leads to something that can be done about an invoice.
type RemedyRow struct{ Text, Why, Href string }

// PayerRow is a payment on an invoice.
type PayerRow struct {
	Href   string
	Text   string
	Amount prolong.Money
	Refund string // where it is paid back; empty for readers who may not
}

func (r *Room) showInvoice(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	base, err := r.base(c, "")
	if err != nil {
		return err
	}
	facts, err := r.invoiceFacts(c.Request.Context(), invoices.InvoiceID(id))
	if err != nil {
		return err
	}
	facts.manages = may(c, identity.RightOfficeInvoicesManage)
	r.site.Show(c, http.StatusOK, "office/invoice", "", invoicePage(base, facts))
	return nil
}

// attachInline answers with a paper for the browser to show, under the name it is saved as.
func (r *Room) attachInline(c *gin.Context, kind string) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	name, mime, body, err := r.invoices.Attachment(c.Request.Context(), kind, id)
	if err != nil {
		return err
	}
	c.Header("Content-Disposition", fmt.Sprintf("inline; filename=%q", name))
	// The browser's own viewer styles what it shows.
	c.Header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'")
	c.Data(http.StatusOK, mime, body)
	return nil
}

func (r *Room) invoicePDF(c *gin.Context) error { return r.attachInline(c, invoices.AttachInvoice) }

func (r *Room) documentPDF(c *gin.Context) error { return r.attachInline(c, invoices.AttachDocument) }

func invoiceHref(id invoices.InvoiceID) string {
	return invoicesPath + "/" + strconv.FormatInt(int64(id), 10)
}
