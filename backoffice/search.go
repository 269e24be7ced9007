package backoffice

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/web"
	"prolong/invoices"
)

const (
	searchRunesMax = 100
	searchRowsMax  = 10
	searchPastDays = 120
)

// SearchPage is the data of office/search: whatever has to do with a text, by kind.
type SearchPage struct {
	web.Base
	Query     string
	Clients   []ClientRow
	People    []FoundPerson
	Invoices  []InvoiceRow
	Payments  []PaymentRow
	Documents []DocumentRow
	Tickets   []TicketRow
	Calls     []CallRow
	Nothing   bool
	More      string // the whole list of clients
}

// CallRows returns the calls that were found for the partial "call-rows".
func (p SearchPage) CallRows() CallRows { return CallRows{p.Calls, p.Zone} }

// FoundPerson is a person with the clients that he belongs to.
type FoundPerson struct {
	Name, Email string
	Phone       prolong.Phone
	Clients     []web.Link
}

// searchFacts is what was found.
type searchFacts struct {
	text      string
	clients   []billing.AccountBrief
	people    []identity.FoundContact
	invoices  []invoices.Invoice
	payments  []banksync.Received
	documents []invoices.Document
	names     map[billing.AccountID]billing.AccountBrief
	support   supportFound
}

func (r *Room) search(c *gin.Context) error {
	base, err := r.base(c, "office.search.title")
	if err != nil {
		return err
	}
	text := web.ReadQuery(c).Text("q", searchRunesMax)
	facts, err := r.find(c.Request.Context(), web.Actor(c), text, base)
	if err != nil {
		return err
	}
	page := searchPage(base, facts)
	// One thing that was surely meant needs no list.
	if target := facts.onlyOne(); target != "" {
		web.Redirect(c, target)
		return nil
	}
	r.site.Show(c, http.StatusOK, "office/search", "", page)
	return nil
}

// find asks every room for what has to do with the text: names, numbers, requisites,
// addresses, telephones and sums.
func (r *Room) find(ctx context.Context, actor prolong.Actor, text string, b web.Base) (f searchFacts, err error) {
	f.text = text
	if text == "" {
		return f, nil
	}
	if f.clients, err = r.billing.FindAccounts(ctx, billing.AccountFilter{Text: text, Limit: searchRowsMax}); err != nil {
		return f, err
	}
	if f.people, err = r.identity.SearchContacts(ctx, text, searchRowsMax); err != nil {
		return f, err
	}
	if err = r.findNumbers(ctx, &f); err != nil {
		return f, err
	}
	if err = r.findMoney(ctx, &f, b); err != nil {
		return f, err
	}
	if f.support, err = r.findSupport(ctx, actor, text); err != nil {
		return f, err
	}
	f.names, err = r.billing.FindAccountBriefs(ctx, f.accountIDs())
	return f, err
}

// findNumbers looks for invoices and documents by their numbers.
func (r *Room) findNumbers(ctx context.Context, f *searchFacts) (err error) {
	number := strings.Trim(f.text, "№# ")
	if code, _, ok := strings.Cut(number, "-"); ok && prolong.ValidPaymentCode(code) {
		f.invoices, err = r.invoices.FindInvoices(ctx, invoices.Filter{Number: number})
		return err
	}
	if len(number) == documentNumberDigits && digitsOnly(number) {
		f.documents, err = r.invoices.FindDocuments(ctx, invoices.DocumentFilter{Number: number, Limit: searchRowsMax})
	}
	return err
}

// documentNumberDigits is the length of the numbers of closing documents: year, running number
// and check digit.
const documentNumberDigits = 9

// findMoney looks for payments and debts of exactly a sum, and for the payments of a tax id.
func (r *Room) findMoney(ctx context.Context, f *searchFacts, b web.Base) error {
	if prolong.TaxIDLooksValid(f.text) {
		list, err := r.banksync.SearchReceived(ctx, banksync.ReceivedSearch{TaxID: f.text, Limit: searchRowsMax})
		f.payments = list
		return err
	}
	if !looksLikeSum(f.text) {
		return nil
	}
	catalog, err := r.billing.Catalog(ctx)
	if err != nil {
		return err
	}
	currencies := map[prolong.Currency]bool{}
	for _, account := range catalog.BankAccounts {
		currencies[account.Currency] = true
	}
	for _, cur := range slices.Sorted(maps.Keys(currencies)) {
		amount, err := prolong.ParseMoney(f.text, cur)
		if err != nil || amount.Minor() <= 0 {
			continue
		}
		payments, err := r.banksync.SearchReceived(ctx, banksync.ReceivedSearch{Amount: amount, Since: b.Now.AddDate(0, 0, -searchPastDays), Limit: searchRowsMax})
		if err != nil {
			return err
		}
		open, err := r.invoices.FindInvoices(ctx, invoices.Filter{Residual: amount, Limit: searchRowsMax})
		if err != nil {
			return err
		}
		f.payments, f.invoices = append(f.payments, payments...), append(f.invoices, open...)
	}
	return nil
}

// looksLikeSum says whether a text may be an amount: digits, few of them unless a fraction
// says what they are.
func looksLikeSum(text string) bool {
	const digitsMax = 9
	digits := 0
	for _, r := range text {
		switch {
		case unicode.IsDigit(r):
			digits++
		case !strings.ContainsRune(" \u00a0.,-", r):
			return false
		}
	}
	return digits > 0 && (digits <= digitsMax || strings.ContainsAny(text, ".,"))
}

func digitsOnly(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

func (f searchFacts) accountIDs() []billing.AccountID {
	ids := []billing.AccountID{}
	for _, p := range f.people {
		ids = append(ids, p.Accounts...)
	}
	for _, inv := range f.invoices {
		ids = append(ids, inv.AccountID)
	}
	for _, d := range f.documents {
		ids = append(ids, d.AccountID)
	}
	return ids
}

// onlyOne returns where to go at once: the client whose code, id or tax id was typed, or the
// invoice whose number was.
func (f searchFacts) onlyOne() string {
	if len(f.invoices) == 1 && f.invoices[0].Number == strings.Trim(f.text, "№# ") {
		return invoiceHref(f.invoices[0].ID)
	}
	if len(f.clients) == 1 && len(f.payments)+len(f.invoices)+len(f.documents) == 0 {
		a := f.clients[0]
		if f.text == string(a.PaymentCode) || f.text == a.ExternalID {
			return clientHref(a.ID)
		}
	}
	return ""
}

func searchPage(b web.Base, f searchFacts) SearchPage {
	t := b.Translator
	page := SearchPage{Base: b, Query: f.text}
	for _, a := range f.clients {
		page.Clients = append(page.Clients, clientRow(t, a))
	}
	if len(f.clients) == searchRowsMax {
		page.More = withParams(clientsPath, "q", f.text)
	}
	for _, p := range f.people {
		found := FoundPerson{Name: cmp.Or(p.Contact.Name, p.Contact.Email), Email: p.Contact.Email, Phone: p.Contact.Phone}
		for _, id := range p.Accounts {
			if a, ok := f.names[id]; ok {
				found.Clients = append(found.Clients, web.Link{Text: a.LegalName(), Href: clientHref(id)})
			}
		}
		page.People = append(page.People, found)
	}
	for _, inv := range f.invoices {
		row := invoiceRow(t, inv, today(b))
		row.Client, row.ClientHref = f.names[inv.AccountID].LegalName(), clientHref(inv.AccountID)
		page.Invoices = append(page.Invoices, row)
	}
	for _, p := range f.payments {
		page.Payments = append(page.Payments, paymentRow(t, p))
	}
	for _, d := range f.documents {
		row := documentRow(t, d)
		row.Client, row.ClientHref = f.names[d.AccountID].LegalName(), clientHref(d.AccountID)
		page.Documents = append(page.Documents, row)
	}
	page.Tickets, page.Calls = f.support.ticketRows(b), f.support.callRows(b)
	page.Nothing = f.text != "" && len(page.Clients)+len(page.People)+len(page.Invoices)+len(page.Payments)+len(page.Documents)+len(page.Tickets)+len(page.Calls) == 0
	return page
}
