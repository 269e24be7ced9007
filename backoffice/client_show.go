package backoffice

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/invoices"
	"prolong/notify"
)

const clientRowsMax = 8

// ClientPage is the data of office/client: everything about a client on one page.
type ClientPage struct {
	web.Base
	Client      billing.AccountBrief
	State       web.Badge
	Why         string // until when the service is open, in one sentence
	Grouped     string // the payment code as it is printed
	Facts       []Fact
	Tiles       []web.Tile
	Plans       []PlanRow
	Company     string // where requisites are changed; empty for readers who may not
	Open        string // where a subscription is opened; empty for readers who may not
	Invoices    []InvoiceRow
	Documents   []DocumentRow
	Payments    []PaymentRow
	People      []PersonRow
	AddPerson   string // where somebody is added to the people; empty where nobody can be
	Shut        string // why letters to the company's address come back; empty if they do not
	Letters     []LetterRow
	Tickets     []TicketRow
	Calls       []CallRow
	Timeline    []TimelineDay
	All         ClientLinks
	Support     bool // tickets and calls are there
	Hours       HoursCard
	Settlements MoneyCard
}

// CallRows returns the calls of the client for the partial "call-rows".
func (p ClientPage) CallRows() CallRows { return CallRows{p.Calls, p.Zone} }

// ClientLinks lead to the whole lists.
type ClientLinks struct{ Invoices, Documents, Payments, Letters, Tickets, Calls string }

// Fact is a name with its value.
type Fact struct {
	Name, Value string
	Copy        bool // the value is worth a copy button
}

// PlanRow is a subscription.
type PlanRow struct {
	Plan, Price, Term string
	Href              string // where it is changed; empty for readers who may not
	PaidThrough       prolong.Date
	NextInvoice       prolong.Date // zero: already invoiced
	Ends              string       // when it ends, as announced; empty while it goes on
}

// PersonRow is a person of the client.
type PersonRow struct {
	Name, Role, Email string
	Phone             prolong.Phone
	Former            bool
	// Shut says why letters to the address come back; empty if they do not.
	Shut string
	// Receives is what the person is sent; ReceiveTo changes it, empty where that cannot be.
	Key       string
	Receives  []ReceiveChoice
	ReceiveTo string
	// Change and Remove are where the person is changed and taken out; empty where he cannot be.
	Change, Remove string
}

// ReceiveChoice is a sort of letter that a person may be sent.
type ReceiveChoice struct {
	Name, Label string
	Checked     bool
}

// clientFacts is what the page of a client is made of.
type clientFacts struct {
	client     billing.AccountBrief
	catalog    billing.Catalog
	subs       []billing.Subscription
	balances   []prolong.Money
	extensions []billing.ExtensionRecord
	invoices   []invoices.Invoice
	open       []invoices.Invoice
	documents  []invoices.Document
	payments   []banksync.Received
	people     []identity.Member
	letters    []notify.Sent
	audit      []identity.AuditEntry
	staff      map[int64]string
	support    supportFacts
	manages    bool                          // the reader may change subscriptions
	shut       map[string]notify.Suppression // by address
	mayManage  bool
	prepaid    billing.Prepaid
	packs      []billing.Pack
	mayOrder   bool
	money      clientMoney
}

func (r *Room) showClient(c *gin.Context) error {
	id, err := idParam(c, "id")
	if err != nil {
		return err
	}
	base, err := r.base(c, "")
	if err != nil {
		return err
	}
	facts, err := r.clientFacts(c.Request.Context(), web.Actor(c), billing.AccountID(id), may(c, identity.RightOfficeAudit))
	if err != nil {
		return err
	}
	facts.mayOrder = may(c, identity.RightOfficeInvoicesManage)
	facts.mayManage = may(c, identity.RightOfficeClientsManage)
	facts.manages = may(c, identity.RightOfficeInvoicesManage)
	facts.money.mayAct = may(c, identity.RightOfficePaymentsReview)
	r.site.Show(c, http.StatusOK, "office/client", "", clientPage(base, facts))
	return nil
}

func (r *Room) clientFacts(ctx context.Context, actor prolong.Actor, id billing.AccountID, withAudit bool) (f clientFacts, err error) {
	briefs, err := r.billing.FindAccountBriefs(ctx, []billing.AccountID{id})
	if err != nil {
		return f, err
	}
	var ok bool
	if f.client, ok = briefs[id]; !ok {
		return f, prolong.NewError(prolong.CodeNotFound, "error.account_not_found", prolong.Args{"ID": int64(id)})
	}
	for _, read := range []func() error{
		func() error { f.catalog, err = r.billing.Catalog(ctx); return err },
		func() error { f.subs, err = r.billing.SubscriptionsOf(ctx, id); return err },
		func() error { f.money, err = r.clientMoney(ctx, f.client.Account, false); return err },
		func() error { f.balances, err = r.billing.BalancesOf(ctx, id); return err },
		func() error { f.extensions, err = r.billing.ExtensionsOf(ctx, id, clientTimelineMax); return err },
		func() error {
			f.invoices, err = r.invoices.FindInvoices(ctx, invoices.Filter{AccountID: id, Limit: clientTimelineMax})
			return err
		},
		func() error {
			open, err := r.invoices.OpenOf(ctx, []billing.AccountID{id})
			f.open = open[id]
			return err
		},
		func() error {
			f.documents, err = r.invoices.FindDocuments(ctx, invoices.DocumentFilter{AccountID: id, Limit: clientTimelineMax})
			return err
		},
		func() error {
			f.payments, err = r.banksync.FindReceived(ctx, banksync.ReviewFilter{AccountID: id, Limit: clientTimelineMax})
			return err
		},
		func() error { f.people, err = r.identity.Members(ctx, id, true); return err },
		func() error {
			addresses := []string{f.client.Email}
			for _, m := range f.people {
				addresses = append(addresses, m.Contact.Email)
			}
			f.shut, err = r.notify.Suppressions(ctx, addresses)
			return err
		},
		func() error {
			f.letters, err = r.notify.FindMessages(ctx, notify.MessageFilter{AccountID: id, Limit: clientTimelineMax})
			return err
		},
		func() error { f.prepaid, err = r.billing.PrepaidOf(ctx, id, hoursShownMax); return err },
		func() error { f.packs, err = r.billing.Packs(ctx, f.client.SellerID); return err },
		func() error { f.staff, err = r.staffNames(ctx); return err },
		func() error { f.support, err = r.supportFacts(ctx, actor, id); return err },
	} {
		if err := read(); err != nil {
			return f, err
		}
	}
	if withAudit {
		f.audit, err = r.identity.FindAudit(ctx, identity.AuditFilter{AccountID: id, Limit: clientTimelineMax})
	}
	return f, err
}

func clientPage(b web.Base, f clientFacts) ClientPage {
	t, a := b.Translator, f.client
	b.Title = a.LegalName()
	b.Crumbs = []web.Link{{Text: t.T("office.clients.title"), Href: clientsPath}}
	id := int64(a.ID)
	page := ClientPage{
		Base: b, Client: a, State: accessBadge(t, a.Access), Why: accessWhy(t, a), Grouped: a.PaymentCode.Grouped(), Facts: clientRequisites(t, a), Tiles: clientTiles(b, f), Plans: planRows(t, f),
		Support: f.support.there, Timeline: clientTimeline(b, f),
		All: ClientLinks{
			Invoices: withParams(invoicesPath, "client", id), Documents: withParams(documentsPath, "client", id), Payments: withParams(paymentsPath, "state", "any", "client", id),
			Letters: withParams(lettersPath, "client", id), Tickets: withParams(ticketsPath, "client", id), Calls: withParams(callsPath, "client", id),
		},
	}
	today := prolong.DateOf(b.Now, b.Zone)
	for _, inv := range f.invoices[:min(len(f.invoices), clientRowsMax)] {
		page.Invoices = append(page.Invoices, invoiceRow(t, inv, today))
	}
	for _, d := range f.documents[:min(len(f.documents), clientRowsMax)] {
		page.Documents = append(page.Documents, documentRow(t, d))
	}
	for _, p := range f.payments[:min(len(f.payments), clientRowsMax)] {
		page.Payments = append(page.Payments, paymentRow(t, p))
	}
	for _, l := range f.letters[:min(len(f.letters), clientRowsMax)] {
		page.Letters = append(page.Letters, letterRow(t, l))
	}
	for _, m := range f.people {
		page.People = append(page.People, personRow(t, f, m, today))
	}
	if f.mayManage {
		page.AddPerson = peopleHref(a.ID) + "/new"
	}
	page.Shut = shutReason(f, a.Email)
	if f.manages {
		page.Open, page.Company = openingHref(a.ID), companyHref(a.ID)
	}
	page.Hours = hoursCard(b, f.prepaid, f.packs, a.ID, f.mayOrder)
	page.Settlements = moneyCard(b, f)
	page.Tickets, page.Calls = f.support.ticketRows(b), f.support.callRows(b)
	return page
}

func personRow(t i18n.Translator, f clientFacts, m identity.Member, today prolong.Date) PersonRow {
	row := PersonRow{Key: strconv.FormatInt(m.Membership.ID, 10), Name: cmp.Or(m.Contact.Name, m.Contact.Email, string(m.Contact.Phone)), Role: t.T("office.member." + string(m.Membership.Role)),
		Email: m.Contact.Email, Phone: m.Contact.Phone, Shut: shutReason(f, m.Contact.Email),
		Former: !m.Membership.ValidTo.IsZero() && !m.Membership.ValidTo.After(today) || m.Contact.Disabled}
	if row.Former {
		return row
	}
	r := m.Membership.Receives
	for _, choice := range []struct {
		right identity.Right
		ReceiveChoice
	}{
		{identity.RightCabinetInvoices, ReceiveChoice{"invoices", t.T("cabinet.receives.invoices"), r.Invoices}},
		{identity.RightCabinetDocuments, ReceiveChoice{"documents", t.T("cabinet.receives.documents"), r.Documents}},
		{identity.RightCabinetTickets, ReceiveChoice{"tickets", t.T("cabinet.receives.tickets"), r.Tickets}},
	} {
		if identity.MemberMay(m.Membership.Role, choice.right) || choice.Checked {
			row.Receives = append(row.Receives, choice.ReceiveChoice)
		}
	}
	if f.mayManage {
		row.ReceiveTo = personHref(f.client.ID, m.Membership.ID)
		row.Change, row.Remove = row.ReceiveTo+"/edit", row.ReceiveTo+"/end"
	}
	return row
}

// shutReason says why letters to an address come back.
func shutReason(f clientFacts, address string) string {
	if s := f.shut[strings.ToLower(address)]; s.Scope == notify.ScopeAll {
		return s.Reason
	}
	return ""
}

// changeClientReceives changes what a person of the client is sent, in his name.
func (r *Room) changeClientReceives(c *gin.Context) error {
	account, err := idParam(c, "id")
	if err != nil {
		return err
	}
	member, err := idParam(c, "member")
	if err != nil {
		return err
	}
	form, err := web.ReadForm(c)
	if err != nil {
		return err
	}
	// somebody of another client does not exist here
	if _, err := r.memberOf(c.Request.Context(), billing.AccountID(account), member); err != nil {
		return err
	}
	wish := identity.Receives{Invoices: form.Checked("invoices"), Documents: form.Checked("documents"), Tickets: form.Checked("tickets")}
	if err := r.identity.SetReceives(c.Request.Context(), web.Actor(c), member, wish); err != nil {
		return err
	}
	r.site.SetFlash(c, web.ToneGood, "flash.receives_saved")
	web.Redirect(c, clientHref(billing.AccountID(account)))
	return nil
}

// accessWhy says in one sentence until when the service is open, and why.
func accessWhy(t i18n.Translator, a billing.AccountBrief) string {
	if a.Access.State == "" {
		return t.T("office.client.no_subscription")
	}
	return t.T(a.Access.Reason, a.Access.Args(a.Location))
}

func clientRequisites(t i18n.Translator, a billing.AccountBrief) []Fact {
	facts := []Fact{
		{t.T("office.client.external_id"), a.ExternalID, true},
		{t.T("office.client.tax_id"), string(a.TaxID), true},
		{t.T("office.client.kpp"), a.KPP, false},
		{t.T("office.client.email"), a.Email, true},
		{t.T("office.client.phone"), a.Phone, true},
		{t.T("office.client.address"), a.Address, false},
		{t.T("office.client.bank_account"), a.BankAccount, true},
		{t.T("office.client.bank_bic"), a.BankBIC, false},
		{t.T("office.company.signatory"), strings.TrimSpace(a.SignatoryTitle + " " + a.Signatory), false},
		{t.T("office.client.language"), languageName(a.Language), false},
	}
	return slices.DeleteFunc(facts, func(f Fact) bool { return f.Value == "" })
}

func languageName(code string) string {
	if lang, ok := i18n.ParseLang(code); ok {
		return lang.Native()
	}
	return code
}

func clientTiles(b web.Base, f clientFacts) []web.Tile {
	t := b.Translator
	paid := web.Tile{Label: t.T("office.client.tile.paid_through"), Value: t.Date(f.client.Access.PaidThrough)}
	today := prolong.DateOf(b.Now, b.Zone)
	if through := f.client.Access.PaidThrough; !through.IsZero() {
		paid.Hint = t.DaysLeft(through, today)
		if through.Before(today) {
			paid.Hint, paid.Tone = t.N("office.client.days_over", today.DaysSince(through)), web.ToneBad
		}
	}
	var debt []prolong.Money
	late := 0
	for _, inv := range f.open {
		debt = addSum(debt, inv.Residual())
		if inv.DueOn.Before(today) {
			late++
		}
	}
	owed := web.Tile{Label: t.T("office.client.tile.owed"), Value: sums(t, debt), Hint: t.N("office.client.open_invoices", len(f.open))}
	if late > 0 {
		owed.Tone, owed.Hint = web.ToneWarn, owed.Hint+", "+t.N("office.tile.overdue", late)
	}
	balance := web.Tile{Label: t.T("office.client.tile.balance"), Value: sums(t, f.balances), Hint: t.T("office.client.balance_hint")}
	last := web.Tile{Label: t.T("office.client.tile.last_payment"), Value: "—"}
	if len(f.payments) > 0 {
		last.Value, last.Hint, last.Href = t.Money(f.payments[0].Amount), t.Date(f.payments[0].ValueOn), paymentHref(f.payments[0].ID)
	}
	return []web.Tile{paid, owed, balance, last}
}

func planRows(t i18n.Translator, f clientFacts) []PlanRow {
	var rows []PlanRow
	for _, s := range f.subs {
		plan := f.catalog.Plans[s.PlanID]
		row := PlanRow{Plan: plan.Name, Term: termName(t, s.Term), PaidThrough: s.ServedThrough(), NextInvoice: s.RenewOn(plan.Lead)}
		if renewal, err := f.catalog.RenewalOf(&s, f.client.Account); err == nil {
			row.Price = t.Money(renewal.Charge.Total)
		}
		if !s.EndsOn.IsZero() {
			row.Ends = t.T("office.client.ends_on", "Date", s.LastDay())
		}
		if f.manages {
			row.Href = subscriptionHref(s.ID)
		}
		if s.Metered {
			row.Term = t.T("office.client.per_hour")
		}
		rows = append(rows, row)
	}
	return rows
}

// termName words a term: "1 месяц", "30 дней".
func termName(t i18n.Translator, term prolong.Term) string {
	if term.Unit == prolong.Days {
		return t.N("duration.days", term.Count)
	}
	return t.N("office.months", term.Count)
}
