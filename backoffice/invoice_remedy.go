package backoffice

import (
	"context"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/invoices"
)

// remedyFacts is what the page of a remedy is made of.
type remedyFacts struct {
	invoiceFacts
	kind invoices.RemedyKind
}

func remedyHref(id invoices.InvoiceID, kind invoices.RemedyKind) string {
	return invoiceHref(id) + "/remedy/" + string(kind)
}

// remediesOf lists what can be done about an invoice now.
func remediesOf(inv invoices.Invoice, fate invoices.Fate) []invoices.RemedyKind {
	var kinds []invoices.RemedyKind
	if inv.Kind == invoices.KindPeriod && fate.ReplacedBy == nil {
		kinds = append(kinds, invoices.RemedyReissue)
	}
	if inv.Status == invoices.StatusVoid {
		return kinds
	}
	if inv.Owed().Minor() > 0 {
		kinds = append(kinds, invoices.RemedyCredit)
	}
	return append(kinds, invoices.RemedyVoid)
}

func (r *Room) remedyFacts(ctx context.Context, id invoices.InvoiceID, kind string) (f remedyFacts, err error) {
	f.kind = invoices.RemedyKind(kind)
	switch f.kind {
	case invoices.RemedyCredit, invoices.RemedyReissue, invoices.RemedyVoid:
	case invoices.RemedyRefund: // is of a payment
		fallthrough
	default:
		return f, prolong.NewError(prolong.CodeNotFound, "error.not_found", nil)
	}
	f.invoiceFacts, err = r.invoiceFacts(ctx, id)
	return f, err
}

// remedyInvoice says what cancelling, drawing up again or crediting an invoice would change, and
// does it when that is confirmed.
func (r *Room) remedyInvoice(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	f, err := r.remedyFacts(ctx, invoices.InvoiceID(id), c.Param("remedy"))
	if err != nil {
		return err
	}
	d, err := beginDeciding(c, url.Values{})
	if err != nil {
		return err
	}
	remedy := invoices.Remedy{Kind: f.kind, Invoice: f.invoice.ID}
	d.sworn = true
	if f.kind == invoices.RemedyCredit {
		if d.asked {
			remedy.Amount = d.form.Money("amount", f.invoice.Total.Currency())
		}
	} else {
		d.asked = true // there is nothing to type before it can be said
	}
	remedy.Reason = d.reason()
	return r.decide(c, d, func() (*DecisionQuote, error) {
		done, err := r.invoices.QuoteRemedy(c.Request.Context(), web.Actor(c), remedy)
		if err != nil {
			return nil, err
		}
		return remedyQuote(r.site.Base(c, ""), f, done), nil
	}, func() error {
		agreed := remedy
		agreed.Agree = func(done invoices.Remedied) error { return d.agree(done.Agreement()) }
		done, err := r.invoices.Remedy(c.Request.Context(), web.Actor(c), agreed)
		if err != nil {
			return err
		}
		to := f.invoice.ID
		number := f.invoice.Number
		if done.Successor != nil {
			to, number = done.Successor.ID, done.Successor.Number
		}
		r.site.SetFlash(c, web.ToneGood, "flash.invoice_"+string(f.kind), "Number", number)
		web.Redirect(c, invoiceHref(to))
		return nil
	}, func(b web.Base) DecisionPage { return remedyPage(b, f, d.form) })
}

func remedyPage(b web.Base, f remedyFacts, form *web.Form) DecisionPage {
	t, inv, kind := b.Translator, f.invoice, string(f.kind)
	b.Title = t.T("office.remedy."+kind+".title", "Number", inv.Number)
	b.Crumbs = []web.Link{{Text: f.client.LegalName(), Href: clientHref(f.client.ID)}, {Text: t.T("office.invoice.title", "Number", inv.Number), Href: invoiceHref(inv.ID)}}
	page := DecisionPage{Base: b, Lead: t.T("office.remedy." + kind + ".lead"), Action: remedyHref(inv.ID, f.kind), Back: invoiceHref(inv.ID)}
	page.About = []Fact{
		{t.T("status.account"), f.client.LegalName(), false},
		{t.T("status.state"), invoiceBadge(t, inv, today(b)).Text, false},
		{t.T("status.amount"), t.Money(inv.Total), false},
	}
	if inv.Paid.Minor() > 0 {
		page.About = append(page.About, Fact{t.T("office.remedy.paid"), t.Money(inv.Paid), false})
	}
	if inv.Credited.Minor() > 0 {
		page.About = append(page.About, Fact{t.T("office.remedy.credited"), t.Money(inv.Credited), false})
	}
	if inv.Kind != invoices.KindOrder {
		page.About = append(page.About, Fact{t.T("office.invoice.period"), t.Period(inv.Period), false})
	}
	if f.kind == invoices.RemedyCredit {
		page.Ask = t.T("office.remedy.ask")
		page.Fields = append(page.Fields, inputField(form, t, "money", "amount", t.T("office.credit.amount"), t.T("office.remedy.credit.up_to", "Amount", inv.Owed()), true))
	}
	page.Fields = append(page.Fields, inputField(form, t, "reason", "reason", t.T("office.subscription.reason"), t.T("office.remedy.reason_hint"), true))
	return page
}

// remedyQuote says what a remedy of an invoice comes to.
func remedyQuote(b web.Base, f remedyFacts, done invoices.Remedied) *DecisionQuote {
	t, kind := b.Translator, string(f.kind)
	q := &DecisionQuote{Agreed: done.Agreement(), Sure: t.T("office.remedy."+kind+".sure", "Number", f.invoice.Number), Do: t.T("office.remedy."+kind+".do", "Number", f.invoice.Number), Danger: f.kind != invoices.RemedyCredit}
	remedyTurns(b, q, done)
	remedyLines(b, q, done)
	switch f.kind {
	case invoices.RemedyReissue:
		if s := done.Successor; s != nil {
			q.Charge, q.Total = chargeRows(t, done.Charge), t.Money(s.Total)
			successorLines(t, q, *s)
		}
	case invoices.RemedyVoid:
		switch f.invoice.Kind {
		case invoices.KindPeriod:
			q.line("alert", web.ToneWarn, t.T("office.remedy.void.rests"))
		case invoices.KindChange:
			q.line("refresh", web.ToneWarn, t.T("office.remedy.void.change"))
		case invoices.KindOrder:
		}
	case invoices.RemedyCredit, invoices.RemedyRefund:
	}
	return q
}

// remedyTurns lists the sums and days that change.
func remedyTurns(b web.Base, q *DecisionQuote, done invoices.Remedied) {
	t, day := b.Translator, today(b)
	if done.Before.ID != 0 {
		q.turn(t.T("office.remedy.turn.state"), invoiceBadge(t, done.Before, day).Text, invoiceBadge(t, done.After, day).Text, web.ToneWarn)
		if done.After.Status != invoices.StatusVoid {
			q.turn(t.T("office.remedy.turn.owed"), t.Money(done.Before.Owed()), t.Money(done.After.Owed()), web.ToneInfo)
			q.turn(t.T("office.remedy.turn.paid"), t.Money(done.Before.Paid), t.Money(done.After.Paid), web.ToneInfo)
			q.turn(t.T("office.remedy.turn.left"), t.Money(done.Before.Residual()), t.Money(done.After.Residual()), web.ToneInfo)
		}
	}
	q.turn(t.T("office.remedy.turn.balance"), t.Money(done.BalanceBefore), t.Money(done.BalanceAfter), web.ToneInfo)
	for _, s := range done.Shortened {
		tone := web.ToneWarn
		if s.After.Before(day) {
			tone = web.ToneBad
		}
		q.turn(t.T("office.remedy.turn.through", "Plan", s.Plan), t.Date(s.Before), t.Date(s.After), tone)
	}
}

// remedyLines says what follows beside sums and days.
func remedyLines(b web.Base, q *DecisionQuote, done invoices.Remedied) {
	t, day := b.Translator, today(b)
	for _, s := range done.Shortened {
		if s.After.Before(day) {
			q.line("alert", web.ToneBad, t.T("office.undo.access_off", "After", s.After))
		}
	}
	if len(done.Cancelled) > 0 {
		q.line("document", web.ToneWarn, t.T("office.undo.cancelled", "Numbers", strings.Join(done.Cancelled, ", ")))
	}
	if done.Sent {
		q.line("mail", web.ToneBad, t.T("office.undo.sent"))
	}
	if done.Minutes > 0 {
		q.line("clock", web.ToneWarn, t.T("office.remedy.minutes", "Hours", t.Hours(done.Minutes)))
	}
	if done.Note.Total.Minor() > 0 {
		q.line("document", web.ToneInfo, noteWords(t, done.Note))
	}
	if done.Cash.Minor() > 0 {
		q.line("payment", web.ToneWarn, t.T("office.refund.cash", "Amount", done.Cash))
	}
}

func noteWords(t i18n.Translator, n invoices.CreditNote) string {
	if n.Tax.IsZero() {
		return t.T("office.remedy.note", "Amount", n.Total)
	}
	return t.T("office.remedy.note_tax", "Amount", n.Total, "Tax", n.Tax)
}

// successorLines says what an invoice that is drawn up asks for.
func successorLines(t i18n.Translator, q *DecisionQuote, inv invoices.Invoice) {
	if inv.Kind != invoices.KindOrder {
		q.line("calendar", web.ToneInfo, t.T("office.remedy.successor.period", "Period", inv.Period))
	}
	if inv.Paid.Minor() > 0 {
		q.line("payment", web.ToneGood, t.T("office.remedy.successor.paid", "Amount", inv.Paid))
	}
	if left := inv.Residual(); left.Minor() > 0 {
		q.line("invoice", web.ToneWarn, t.T("office.remedy.successor.left", "Amount", left, "Date", inv.DueOn))
	}
	q.line("mail", web.ToneInfo, t.T("office.remedy.successor.letter"))
}
