// Package backoffice is the staff's room: pages on which the vendor's people see what the
// product does by itself and decide what it leaves to them. It shows; the domains decide. See
// README.md.
package backoffice

import (
	"context"
	"errors"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/billing/lookup"
	"prolong/identity"
	"prolong/internal/jobs"
	"prolong/internal/web"
	"prolong/invoices"
	"prolong/notify"
	"prolong/telephony"
	"prolong/tickets"
)

// Deps is what the room stands on. Every service must be set but the optional ones.
type Deps struct {
	Banksync  *banksync.Service
	Billing   *billing.Service
	Identity  *identity.Service
	Invoices  *invoices.Service
	Notify    *notify.Service
	Schedules *jobs.Scheduler // with the schedules added, started or not
	Site      *web.Site
	// Queue shows and revives durable jobs. Optional: without it their part of the page of jobs
	// is not there.
	Queue *jobs.Client
	// Telephony and Tickets are optional: without them the pages of calls or tickets are not
	// there. Calls stand on tickets, whose vocabulary of tags they share.
	Telephony *telephony.Service
	Tickets   *tickets.Service
	// Companies are the public registers; nil: nothing can be looked up.
	Companies *lookup.Service
	// PasswordOnly lets staff in who have no second factor yet: for a demo company, where
	// everybody knows the passwords anyway. Who has a second factor is always asked for it.
	PasswordOnly bool
}

// Room is the staff's room.
type Room struct {
	banksync  *banksync.Service
	billing   *billing.Service
	identity  *identity.Service
	invoices  *invoices.Service
	notify    *notify.Service
	queue     *jobs.Client
	schedules *jobs.Scheduler
	site      *web.Site
	telephony *telephony.Service
	tickets   *tickets.Service
	companies *lookup.Service

	passwordOnly bool
}

// New returns the room. It fails if something is missing.
func New(d Deps) (*Room, error) {
	if d.Banksync == nil || d.Billing == nil || d.Identity == nil || d.Invoices == nil || d.Notify == nil || d.Schedules == nil || d.Site == nil {
		return nil, errors.New("backoffice.New: every service and the site are needed")
	}
	if d.Telephony != nil && d.Tickets == nil {
		return nil, errors.New("backoffice.New: calls stand on tickets")
	}
	return &Room{
		banksync: d.Banksync, billing: d.Billing, identity: d.Identity, invoices: d.Invoices, notify: d.Notify, queue: d.Queue, schedules: d.Schedules, site: d.Site,
		telephony: d.Telephony, tickets: d.Tickets, companies: d.Companies, passwordOnly: d.PasswordOnly,
	}, nil
}

// base begins the data of a page: its title, a key of the catalogue or empty, the navigation by
// the rights of the reader, and who he is.
func (r *Room) base(c *gin.Context, title string) (web.Base, error) {
	b := r.site.Base(c, "")
	if title != "" {
		b.Title = b.T(title)
	}
	session, ok := sessionOf(c)
	if !ok {
		return b, nil
	}
	counts, err := r.navCounts(c.Request.Context(), session.Actor)
	if err != nil {
		return b, err
	}
	b.User = userOf(b, session)
	b.Nav = navOf(b, session.Role, counts)
	markCurrent(b.Nav, b.Path)
	return b, nil
}

// markCurrent marks the section of a page. The first page stands for itself alone, though its
// address is the beginning of all others.
func markCurrent(nav []web.NavSection, path string) {
	web.MarkCurrent(nav, path)
	for i := range nav {
		for j := range nav[i].Items {
			if item := &nav[i].Items[j]; item.Href == statusPath && path != statusPath {
				item.Current = false
			}
		}
	}
}

// leadsTo reports whether the reader's navigation has a section, which is whether he may open
// it; waitingIn returns how much waits there.
func leadsTo(b web.Base, path string) bool {
	_, ok := sectionOf(b, path)
	return ok
}

func waitingIn(b web.Base, path string) int {
	item, _ := sectionOf(b, path)
	return item.Count
}

func sectionOf(b web.Base, path string) (web.NavItem, bool) {
	for _, section := range b.Nav {
		for _, item := range section.Items {
			if item.Href == path {
				return item, true
			}
		}
	}
	return web.NavItem{}, false
}

func userOf(b web.Base, s identity.Session) *web.User {
	name := s.Name
	if name == "" {
		name = s.Email
	}
	return &web.User{Name: name, Role: b.T("office.role." + string(s.Role)), LogoutTo: logoutPath}
}

// navCounts is what waits in the sections, and which of them are there.
type navCounts struct {
	review, tickets, callbacks int
	withTickets, withCalls     bool
}

func (r *Room) navCounts(ctx context.Context, actor prolong.Actor) (n navCounts, err error) {
	n.withTickets, n.withCalls = r.tickets != nil, r.telephony != nil
	if n.review, err = r.banksync.CountReview(ctx); err != nil {
		return n, err
	}
	if n.withTickets {
		if n.tickets, err = r.tickets.CountWaiting(ctx, actor); err != nil {
			return n, err
		}
	}
	if n.withCalls {
		n.callbacks, err = r.telephony.CountCallbacks(ctx, actor)
	}
	return n, err
}

// navOf lists the sections that the role may open.
func navOf(b web.Base, role identity.Role, counts navCounts) []web.NavSection {
	type entry struct {
		right identity.Right
		item  web.NavItem
	}
	sections := []struct {
		heading string
		entries []entry
	}{
		{"", []entry{
			{identity.RightOfficeDashboard, web.NavItem{Icon: "activity", Text: b.T("status.title"), Href: statusPath}},
			{identity.RightOfficePayments, web.NavItem{Icon: "review", Text: b.T("office.nav.review"), Href: paymentsPath, Count: counts.review}},
		}},
		{"office.nav.accounting", []entry{
			{identity.RightOfficeClients, web.NavItem{Icon: "users", Text: b.T("office.clients.title"), Href: clientsPath}},
			{identity.RightOfficeDocuments, web.NavItem{Icon: "invoice", Text: b.T("office.invoices.title"), Href: invoicesPath}},
			{identity.RightOfficeDocuments, web.NavItem{Icon: "document", Text: b.T("office.documents.title"), Href: documentsPath}},
			{identity.RightOfficeMessages, web.NavItem{Icon: "mail", Text: b.T("office.letters.title"), Href: lettersPath}},
			{identity.RightOfficeExports, web.NavItem{Icon: "chart", Text: b.T("office.reports.title"), Href: reportsPath}},
			{identity.RightOfficeExports, web.NavItem{Icon: "download", Text: b.T("office.exchange.title"), Href: exchangePath}},
		}},
		{"office.nav.system", []entry{
			{identity.RightOfficeDashboard, web.NavItem{Icon: "gauge", Text: b.T("office.dashboard.title"), Href: dashboardPath}},
			{identity.RightOfficeJobs, web.NavItem{Icon: "refresh", Text: b.T("office.jobs.title"), Href: jobsPath}},
			{identity.RightOfficeSellers, web.NavItem{Icon: "settings", Text: b.T("office.sellers.title"), Href: sellersPath}},
			{identity.RightOfficeSettings, web.NavItem{Icon: "pen", Text: b.T("office.letter_settings.title"), Href: letterSettingsPath}},
			{identity.RightOfficeStaff, web.NavItem{Icon: "user", Text: b.T("office.staff.title"), Href: staffPath}},
			{identity.RightOfficeAudit, web.NavItem{Icon: "shield", Text: b.T("office.audit.title"), Href: auditPath}},
		}},
	}
	if counts.withTickets {
		sections[0].entries = append(sections[0].entries, entry{identity.RightOfficeTickets, web.NavItem{Icon: "ticket", Text: b.T("office.tickets.title"), Href: ticketsPath, Count: counts.tickets}})
	}
	if counts.withCalls {
		sections[0].entries = append(sections[0].entries, entry{identity.RightOfficeCalls, web.NavItem{Icon: "phone", Text: b.T("office.calls.title"), Href: callsPath, Count: counts.callbacks}})
	}
	var nav []web.NavSection
	for _, s := range sections {
		section := web.NavSection{}
		if s.heading != "" {
			section.Heading = b.T(s.heading)
		}
		for _, e := range s.entries {
			if identity.StaffMay(role, e.right) {
				section.Items = append(section.Items, e.item)
			}
		}
		if len(section.Items) > 0 {
			nav = append(nav, section)
		}
	}
	return nav
}
