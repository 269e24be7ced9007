// Package cabinet is the client's room: pages on which the people of a client see until when
// their service is paid, pay, take documents, ask for help and manage their company. It shows;
// the domains decide. See README.md.
package cabinet

import (
	"errors"

	"github.com/gin-gonic/gin"

	"prolong/banksync"
	"prolong/billing"
	"prolong/billing/lookup"
	"prolong/identity"
	"prolong/internal/web"
	"prolong/invoices"
	"prolong/notify"
	"prolong/telephony"
	"prolong/tickets"
)

// Deps is what the room stands on. Tickets and Telephony may be nil: a vendor without a support
// line or an exchange has a cabinet without those sections. All else must be set.
type Deps struct {
	Billing   *billing.Service
	Identity  *identity.Service
	Invoices  *invoices.Service
	Site      *web.Site
	Telephony *telephony.Service
	Tickets   *tickets.Service
	// Letters tells which addresses letters come back from, and takes "no more offers". Questions
	// has what clients are asked about payments. Without them their pages are not there.
	Letters   *notify.Service
	Questions *banksync.Service
	// Companies are the public registers that requisites are filled in from; nil: people type.
	Companies *lookup.Service
}

// Room is the client's room.
type Room struct {
	billing   *billing.Service
	identity  *identity.Service
	invoices  *invoices.Service
	site      *web.Site
	telephony *telephony.Service
	tickets   *tickets.Service
	letters   *notify.Service
	questions *banksync.Service
	companies *lookup.Service
}

// New returns the room. It fails if something is missing.
func New(d Deps) (*Room, error) {
	if d.Billing == nil || d.Identity == nil || d.Invoices == nil || d.Site == nil {
		return nil, errors.New("cabinet.New: billing, identity, invoices and the site are all needed")
	}
	return &Room{billing: d.Billing, identity: d.Identity, invoices: d.Invoices, site: d.Site, telephony: d.Telephony, tickets: d.Tickets, letters: d.Letters, questions: d.Questions, companies: d.Companies}, nil
}

// lines says which sections of support the vendor has.
type lines struct{ tickets, calls bool }

func (r *Room) lines() lines { return lines{tickets: r.tickets != nil, calls: r.telephony != nil} }

// Frame is what every page of a logged-in person carries around its content.
type Frame struct {
	web.Base
	Account  AccountLink   // the account that the page is about; zero on a person's own pages
	Accounts []AccountLink // all that he may open, for the switcher
	Tabs     []web.NavItem // the few sections within reach of a thumb
	Email    string        // of the person
}

// AccountLink is an account as the switcher shows it.
type AccountLink struct {
	ID      billing.AccountID
	Name    string
	Href    string
	Current bool
}

// frame begins the data of a page.
func (r *Room) frame(c *gin.Context, title string) (Frame, error) {
	f := Frame{Base: r.site.Base(c, title)}
	v, ok := visitOf(c)
	if !ok {
		return f, nil
	}
	if v.account == 0 && len(v.members) == 1 { // on his own pages, too, he keeps the sections of his one company
		v.account, v.role = v.members[0].AccountID, v.members[0].Role
	}
	ids := make([]billing.AccountID, len(v.members))
	for i, m := range v.members {
		ids[i] = m.AccountID
	}
	accounts, err := r.billing.ClientAccounts(c.Request.Context(), ids)
	if err != nil {
		return f, err
	}
	for _, a := range accounts {
		link := AccountLink{ID: a.ID, Name: a.LegalName, Href: accountPath(a.ID), Current: a.ID == v.account}
		if link.Current {
			f.Account = link
			if a.Zone != nil {
				f.Zone = a.Zone
			}
		}
		f.Accounts = append(f.Accounts, link)
	}
	f.dress(v, r.lines())
	return f, nil
}

// dress adds what depends on who reads: sections, name, role.
func (f *Frame) dress(v visit, has lines) {
	f.Email = v.session.Email
	f.User = &web.User{Name: v.session.Name, LogoutTo: logoutPath}
	if f.User.Name == "" {
		f.User.Name = v.session.Email
	}
	if v.account == 0 {
		return
	}
	f.User.Role = f.T("cabinet.role." + string(v.role))
	f.Nav, f.Tabs = navOf(f.Base, v, has)
}

// navOf lists the sections that the reader may open, and those for the bar of a phone.
func navOf(b web.Base, v visit, has lines) (nav []web.NavSection, tabs []web.NavItem) {
	home := accountPath(v.account)
	sections := []struct {
		right identity.Right
		there bool
		tab   bool // one of the four that fit under a thumb beside the menu
		icon  string
		text  string
		href  string
	}{
		{identity.RightCabinetHome, true, true, "home", b.T("cabinet.nav.home"), home},
		{identity.RightCabinetInvoices, true, true, "invoice", b.T("cabinet.nav.invoices"), home + "/invoices"},
		{identity.RightCabinetDocuments, true, true, "document", b.T("cabinet.nav.documents"), home + "/documents"},
		{identity.RightCabinetTickets, has.tickets, true, "ticket", b.T("cabinet.nav.tickets"), home + "/tickets"},
		{identity.RightCabinetCalls, has.calls, v.role == identity.MemberEmployee, "phone", b.T("cabinet.nav.calls"), home + "/calls"},
		{identity.RightCabinetPeople, true, false, "users", b.T("cabinet.nav.people"), home + "/people"},
		{identity.RightCabinetCompany, true, false, "bank", b.T("cabinet.nav.company"), home + "/company"},
	}
	var items []web.NavItem
	isTab := map[string]bool{}
	for _, s := range sections {
		if s.there && v.may(s.right) {
			items = append(items, web.NavItem{Icon: s.icon, Text: s.text, Href: s.href})
			isTab[s.href] = s.tab
		}
	}
	nav = []web.NavSection{{Items: items}}
	web.MarkCurrent(nav, b.Path)
	for _, item := range nav[0].Items {
		if isTab[item.Href] {
			tabs = append(tabs, item)
		}
	}
	return nav, tabs
}
