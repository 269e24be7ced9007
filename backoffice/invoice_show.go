package backoffice

import (
	"context"
	"strconv"

	"prolong/billing"
	"prolong/internal/web"
	"prolong/invoices"
	"prolong/notify"
)

// invoiceFacts is what the page of an invoice is made of.
type invoiceFacts struct {
	invoice   invoices.Invoice
	client    billing.AccountBrief
	payers    []invoices.PaidPart
	documents []invoices.Document
	letters   []notify.Sent
	notes     []invoices.CreditNote
	manages   bool      // the reader may credit it
	credit    *web.Form // as it was typed
	wrong     error
}

func (r *Room) invoiceFacts(ctx context.Context, id invoices.InvoiceID) (f invoiceFacts, err error) {
	if f.invoice, err = r.invoices.FindInvoice(ctx, id); err != nil {
		return f, err
	}
	client, err := r.clientOfList(ctx, f.invoice.AccountID)
	if err != nil {
		return f, err
	}
	f.client = *client
	if f.payers, err = r.invoices.Payers(ctx, []invoices.InvoiceID{id}); err != nil {
		return f, err
	}
	if f.documents, err = r.invoices.FindDocuments(ctx, invoices.DocumentFilter{InvoiceID: id}); err != nil {
		return f, err
	}
	if f.notes, err = r.invoices.CreditNotesOn(ctx, id); err != nil {
		return f, err
	}
	f.letters, err = r.notify.FindMessages(ctx, notify.MessageFilter{Subject: notify.Subject{Kind: "invoice", ID: int64(id)}})
	return f, err
}

func invoicePage(b web.Base, f invoiceFacts) InvoicePage {
	t, inv := b.Translator, f.invoice
	b.Title = t.T("office.invoice.title", "Number", inv.Number)
	b.Crumbs = []web.Link{{Text: f.client.LegalName(), Href: clientHref(f.client.ID)}, {Text: t.T("office.invoices.title"), Href: withParams(invoicesPath, "client", int64(f.client.ID))}}
	page := InvoicePage{Base: b, Invoice: inv, State: invoiceBadge(t, inv, today(b)), Client: f.client, ClientHref: clientHref(f.client.ID), PDF: invoiceHref(inv.ID) + "/pdf"}
	for _, p := range f.payers {
		page.Payers = append(page.Payers, PayerRow{Href: paymentHref(p.PaymentID), Text: t.T("office.invoice.payment", "ID", int64(p.PaymentID)), Amount: p.Amount})
	}
	for _, n := range f.notes {
		page.Notes = append(page.Notes, PayerRow{Href: "/office/credit-notes/" + strconv.FormatInt(int64(n.ID), 10) + "/pdf", Text: t.T("office.credit.note", "Number", n.Number, "Date", n.IssuedOn, "Reason", n.Reason), Amount: n.Total})
	}
	if f.manages && inv.Status != invoices.StatusVoid && inv.Owed().Minor() > 0 {
		form := f.credit
		if form == nil {
			form = web.NewForm(nil)
		}
		amount, reason := form.Field(t, "text", "amount", t.T("office.credit.amount")), form.Field(t, "text", "reason", t.T("office.subscription.reason"))
		amount.InputMode, amount.Required, reason.Required, reason.LenMax = "decimal", true, true, reasonRunesMax
		page.Credit = []web.Field{amount, reason}
		page.CreditAction = invoiceHref(inv.ID) + "/credit"
		if f.wrong != nil {
			page.CreditProblem = t.Error(f.wrong)
		}
	}
	for _, d := range f.documents {
		page.Documents = append(page.Documents, documentRow(t, d))
	}
	for _, l := range f.letters {
		page.Letters = append(page.Letters, letterRow(t, l))
	}
	return page
}
