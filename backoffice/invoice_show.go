package backoffice

import (
	"context"

	"prolong/billing"
	"prolong/internal/i18n"
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
	fate      invoices.Fate
	manages   bool // the reader may cancel, credit and pay back
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
	if f.fate, err = r.invoices.FateOf(ctx, id); err != nil {
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
		row := PayerRow{Href: paymentHref(p.PaymentID), Text: t.T("office.invoice.payment", "ID", int64(p.PaymentID)), Amount: p.Amount}
		if f.manages {
			row.Refund = withParams(refundHref(p.PaymentID), "invoice", int64(inv.ID))
		}
		page.Payers = append(page.Payers, row)
	}
	for _, n := range f.notes {
		page.Notes = append(page.Notes, PayerRow{Href: creditNoteHref(int64(n.ID)), Text: t.T("office.credit.note", "Number", n.Number, "Date", n.IssuedOn, "Reason", n.Reason), Amount: n.Total})
	}
	page.Fate = fateRows(t, f.fate)
	if f.manages {
		for _, kind := range remediesOf(inv, f.fate) {
			page.Remedies = append(page.Remedies, RemedyRow{Text: t.T("office.remedy." + string(kind) + ".name"), Why: t.T("office.remedy." + string(kind) + ".why"), Href: remedyHref(inv.ID, kind)})
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

// fateRows says why an invoice was cancelled and what stands in its place.
func fateRows(t i18n.Translator, f invoices.Fate) []FateRow {
	var rows []FateRow
	if !f.VoidedOn.IsZero() {
		rows = append(rows, FateRow{Name: t.T("office.invoice.voided"), Text: t.Date(f.VoidedOn) + " · " + f.Reason})
	}
	if f.ReplacedBy != nil {
		rows = append(rows, FateRow{Name: t.T("office.invoice.replaced_by"), Text: f.ReplacedBy.Number, Href: invoiceHref(f.ReplacedBy.ID)})
	}
	if f.Replaces != nil {
		rows = append(rows, FateRow{Name: t.T("office.invoice.replaces"), Text: f.Replaces.Number, Href: invoiceHref(f.Replaces.ID)})
	}
	return rows
}
