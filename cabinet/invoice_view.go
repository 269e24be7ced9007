package cabinet

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/web"
	"prolong/invoices"
)

// InvoicePage is the data of cabinet/invoice.
type InvoicePage struct {
	Frame
	Number    string
	Badge     web.Badge
	PDF       string
	IssuedOn  prolong.Date
	DueOn     prolong.Date
	PaidOn    prolong.Date
	Period    prolong.Period
	Total     prolong.Money
	Tax       prolong.Money
	Payer     string // as it stands on the paper
	Lines     []string
	Pay       *PayBlock // nil unless open
	Payments  []invoices.InvoicePayment
	Documents []DocumentRow
}

func (r *Room) showInvoice(c *gin.Context) error {
	v, _ := visitOf(c)
	id, err := param(c, "invoice")
	if err != nil {
		return err
	}
	inv, err := r.invoices.InvoiceOf(c.Request.Context(), v.account, invoices.InvoiceID(id))
	if err != nil {
		return err
	}
	client, err := r.billing.ClientView(c.Request.Context(), v.account)
	if err != nil {
		return err
	}
	f, err := r.frame(c, r.site.Translator(c).T("cabinet.invoice.title", "Number", inv.Number))
	if err != nil {
		return err
	}
	page, err := invoicePage(f, v, inv, client)
	if err != nil {
		return err
	}
	r.site.Show(c, http.StatusOK, "cabinet/invoice", "", page)
	return nil
}

func invoicePage(f Frame, v visit, inv invoices.ClientInvoice, client billing.ClientView) (InvoicePage, error) {
	today := client.Seller.Today(f.Now)
	href := invoiceHref(v.account, inv.ID)
	f.Crumbs = []web.Link{{Text: f.T("cabinet.nav.invoices"), Href: accountPath(v.account) + "/invoices"}}
	page := InvoicePage{
		Frame: f, Number: inv.Number, Badge: invoiceBadge(f.Translator, inv.Invoice, today), PDF: href + "/pdf", IssuedOn: inv.IssuedOn, DueOn: inv.DueOn, PaidOn: inv.PaidOn,
		Period: inv.Period, Total: inv.Total, Tax: inv.Tax, Payer: inv.Paper.Buyer.Name, Payments: inv.Payments,
	}
	for _, line := range inv.Paper.Lines {
		page.Lines = append(page.Lines, line.Name)
	}
	if v.may(identity.RightCabinetDocuments) {
		page.Documents = documentRows(f.Translator, v.account, inv.Documents, nil)
		for _, n := range inv.Notes {
			page.Documents = append(page.Documents, DocumentRow{Kind: f.T("cabinet.document.credit_note"), Number: n.Number,
				PDF: accountPath(v.account) + "/credit-notes/" + strconv.FormatInt(int64(n.ID), 10) + "/pdf", IssuedOn: n.IssuedOn, Total: n.Total.Neg()})
		}
	}
	if inv.Status != invoices.StatusOpen {
		return page, nil
	}
	block, err := payBlock(f.Translator, inv, today, href)
	if err != nil {
		return page, err
	}
	block.Href = ""
	page.Pay = &block
	return page, nil
}
