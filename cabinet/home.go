package cabinet

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/web"
	"prolong/invoices"
	"prolong/telephony"
	"prolong/tickets"
)

const homeRows = 5 // of each list on the first page

// HomePage is the data of cabinet/home: the state in one sentence, what to pay, what is new.
type HomePage struct {
	Frame
	Term      Term
	SeesMoney bool       // the reader may see invoices
	Pay       *PayBlock  // the most urgent invoice; nil if there is nothing to pay
	AlsoPay   []PayBlock // the others, in short
	Idle      string     // what to expect while there is nothing to pay
	Balances  []Balance  // what lies with us on no invoice
	SeesPaper bool
	Documents []DocumentRow
	Has       HomeHas
	Tickets   []TicketRow // open ones
	Calls     []CallRow
	Links     HomeLinks
	Hours     *HoursBlock // nil without prepaid time
	Order     string      // where hours are ordered; empty where there is nothing to order
}

// HomeHas says which sections of support there are for the reader.
type HomeHas struct{ Tickets, Calls bool }

// HomeLinks are where the lists of the first page go on.
type HomeLinks struct{ Documents, Tickets, NewTicket, Calls string }

// Term is the answer to the first question: until when is it paid, and why.
type Term struct {
	Tone     web.Tone
	Badge    web.Badge
	Title    string
	Sentence string
	Why      string // the payment that it rests on; may be empty
	Left     string // how many days are left; empty when none are
	Remedy   string // what opens the service again, or keeps it open; empty while it is paid
	Ends     string // that it is not renewed, since its end was announced; empty while it goes on
	Plans    []TermPlan
}

// TermPlan is a subscription in a line; Change is where its terms are changed, empty for who may not.
type TermPlan struct{ Text, Change string }

// Balance is money of the client that lies with us.
type Balance struct{ Amount prolong.Money }

// homeFacts is what the first page is made from.
type homeFacts struct {
	client    billing.ClientView
	toPay     []invoices.ClientInvoice
	last      invoices.Invoice
	paidOnce  bool
	documents []invoices.Document
	has       lines
	tickets   []tickets.Card
	calls     []telephony.Call
	prepaid   billing.Prepaid
	packs     []billing.Pack // that are sold
}

func (r *Room) showHome(c *gin.Context) error {
	v, _ := visitOf(c)
	f, err := r.frame(c, "")
	if err != nil {
		return err
	}
	facts, err := r.readHome(c, v)
	if err != nil {
		return err
	}
	page, err := homePage(f, v, facts)
	if err != nil {
		return err
	}
	r.site.Show(c, http.StatusOK, "cabinet/home", "live", page)
	return nil
}

// readHome reads what the reader may see and nothing else.
func (r *Room) readHome(c *gin.Context, v visit) (facts homeFacts, err error) {
	ctx := c.Request.Context()
	if facts.client, err = r.billing.ClientView(ctx, v.account); err != nil {
		return facts, err
	}
	if facts.prepaid, err = r.billing.PrepaidOf(ctx, v.account, homeRows); err != nil {
		return facts, err
	}
	if v.may(identity.RightCabinetInvoices) {
		if facts.packs, err = r.billing.Packs(ctx, facts.client.Account.SellerID); err != nil {
			return facts, err
		}
		if facts.toPay, err = r.invoices.ToPay(ctx, v.account); err != nil {
			return facts, err
		}
		if facts.last, facts.paidOnce, err = r.invoices.LastPaid(ctx, v.account); err != nil {
			return facts, err
		}
	}
	if v.may(identity.RightCabinetDocuments) {
		if facts.documents, _, err = r.invoices.DocumentsOf(ctx, v.account, homeRows, 0); err != nil {
			return facts, err
		}
	}
	facts.has = lines{tickets: r.tickets != nil && v.may(identity.RightCabinetTickets), calls: r.telephony != nil && v.may(identity.RightCabinetCalls)}
	if facts.has.tickets {
		if facts.tickets, _, err = r.tickets.ListTickets(ctx, v.session.Actor, tickets.Filter{AccountID: int64(v.account), Open: true, Limit: homeRows}); err != nil {
			return facts, err
		}
	}
	if facts.has.calls {
		facts.calls, _, err = r.telephony.ListCalls(ctx, v.session.Actor, telephony.Filter{AccountID: int64(v.account), Limit: homeRows})
	}
	return facts, err
}

func homePage(f Frame, v visit, facts homeFacts) (HomePage, error) {
	home := accountPath(v.account)
	page := HomePage{
		Frame: f, SeesMoney: v.may(identity.RightCabinetInvoices), SeesPaper: v.may(identity.RightCabinetDocuments),
		Has:   HomeHas{Tickets: facts.has.tickets, Calls: facts.has.calls},
		Links: HomeLinks{Documents: home + "/documents", Tickets: home + "/tickets", NewTicket: home + "/tickets/new", Calls: home + "/calls"},
	}
	today := facts.client.Seller.Today(f.Now)
	page.Term = termOf(f.Base, v, facts, today)
	page.Title = page.Term.Title
	switch lapsed := page.Term.Tone == web.ToneBad || page.Term.Tone == web.ToneWarn; {
	case lapsed && len(facts.toPay) > 0:
		page.Term.Remedy = f.T("cabinet.term.remedy")
	case lapsed && !page.SeesMoney:
		page.Term.Remedy = f.T("cabinet.term.remedy_employee")
	}
	for i, inv := range facts.toPay {
		block, err := payBlock(f.Translator, inv, today, invoiceHref(v.account, inv.ID))
		if err != nil {
			return page, err
		}
		if i == 0 { // one code on a page: of two, the wrong one is read
			page.Pay = &block
			continue
		}
		page.AlsoPay = append(page.AlsoPay, block)
	}
	if page.SeesMoney {
		for _, m := range facts.client.Balances {
			page.Balances = append(page.Balances, Balance{m})
		}
		if page.Pay == nil {
			page.Idle = idleWords(f.Base, facts.client, today)
		}
	}
	page.Hours = hoursBlock(f.Translator, facts.prepaid)
	if len(facts.packs) > 0 {
		page.Order = hoursPath(v.account)
	}
	page.Documents = documentRows(f.Translator, v.account, facts.documents, nil)
	page.Tickets = ticketRows(f.Base, v.account, facts.tickets)
	page.Calls = callRows(f.Translator, facts.calls)
	return page, nil
}

// termOf words the state. The payment behind it is for those who may see money.
func termOf(b web.Base, v visit, facts homeFacts, today prolong.Date) Term {
	client, seesMoney := facts.client, v.may(identity.RightCabinetInvoices)
	if !client.Subscribed {
		return Term{Tone: web.ToneNeutral, Badge: web.Badge{Tone: web.ToneNeutral, Text: b.T("cabinet.access.none")}, Title: b.T("cabinet.term.none_title"), Sentence: b.T("cabinet.term.none")}
	}
	t := Term{Badge: accessBadge(b.Translator, client.Access.State), Sentence: accessSentence(b.Translator, client.Access, client.Zone)}
	t.Tone = t.Badge.Tone
	switch client.Access.State {
	case billing.AccessActive:
		t.Title = b.T("cabinet.term.active", "Date", client.Access.PaidThrough)
		t.Left = b.DaysLeft(client.Access.PaidThrough, today)
	case billing.AccessGrace:
		t.Title = b.T("cabinet.term.grace", "Date", client.Access.PaidThrough)
	case billing.AccessSuspended:
		t.Title = b.T("cabinet.term.suspended", "Date", client.Access.PaidThrough)
	}
	if facts.paidOnce && seesMoney {
		t.Why = b.T("cabinet.term.why", "Number", facts.last.Number, "Total", facts.last.Total, "PaidOn", facts.last.PaidOn, "Period", facts.last.Period)
	}
	if t.Why != "" && client.Access.State == billing.AccessActive {
		t.Sentence = "" // the title has said it, and the payment says why
	}
	if ends := client.Access.EndsOn; !ends.IsZero() && client.Access.State != billing.AccessSuspended {
		t.Ends = b.T("cabinet.plan.ends", "Date", ends)
	}
	for _, p := range client.Plans {
		words := "«" + p.Name + "»"
		if seesMoney && p.Price.Currency() != "" {
			words = b.T("cabinet.term.plan", "Name", p.Name, "Price", p.Price, "Term", termWords(b.Translator, p.Term))
		}
		plan := TermPlan{Text: words}
		if v.may(identity.RightCabinetPlan) {
			plan.Change = planPath(v.account, p.ID)
		}
		t.Plans = append(t.Plans, plan)
	}
	return t
}

// idleWords says when the next invoice comes.
func idleWords(b web.Base, client billing.ClientView, today prolong.Date) string {
	var next prolong.Date
	for _, p := range client.Plans {
		if !p.RenewOn.IsZero() && p.RenewOn.After(today) && (next.IsZero() || p.RenewOn.Before(next)) {
			next = p.RenewOn
		}
	}
	if next.IsZero() {
		return b.T("cabinet.pay.nothing")
	}
	return b.T("cabinet.pay.nothing_until", "Date", next)
}
