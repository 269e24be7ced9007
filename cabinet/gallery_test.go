package cabinet

import (
	"flag"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/web"
	"prolong/internal/web/gallery"
	"prolong/internal/web/webtest"
	"prolong/invoices"
	"prolong/invoices/render"
	"prolong/telephony"
	"prolong/templates"
	"prolong/tickets"
)

// pagesDir receives the gallery as files: go test ./cabinet -run TestGallery -args -pages DIR.
var pagesDir = flag.String("pages", "", "write the gallery of pages into this folder")

var galleryNow = time.Date(2026, 11, 22, 11, 5, 30, 0, time.UTC)

func TestGallery(t *testing.T) {
	t.Parallel()
	assets, err := web.LoadAssets(templates.FS)
	require.NoError(t, err)
	renderer, err := web.NewRenderer(templates.FS, assets, Pages())
	require.NoError(t, err)
	bases := webtest.Bases(t, galleryNow)
	webtest.CheckGallery(t, renderer, bases, galleryEntries())
	if *pagesDir != "" {
		require.NoError(t, gallery.Write(*pagesDir, renderer, assets, bases, galleryEntries()))
	}
}

const galleryAccount billing.AccountID = 12

var allLines = lines{tickets: true, calls: true}

func galleryEntries() []gallery.Entry {
	return []gallery.Entry{
		{Page: "cabinet/login", State: "empty", Make: func(b web.Base) web.Page { return loginPage(b, web.NewForm(nil), Prefix, "") }},
		{Page: "cabinet/login", State: "wrong", Make: func(b web.Base) web.Page {
			form := web.NewForm(map[string][]string{"email": {"anna@example"}})
			form.Email("email")
			return loginPage(b, form, Prefix, "")
		}},
		{Page: "cabinet/login", State: "too_often", Make: func(b web.Base) web.Page {
			form := web.NewForm(map[string][]string{"email": {"anna@example.test"}})
			return loginPage(b, form, Prefix, b.T("error.rate_limited", "Wait", 4*time.Minute))
		}},
		{Page: "cabinet/login_code", State: "sent", Make: func(b web.Base) web.Page {
			return loginCodePage(b, web.NewForm(nil), "buhgalter@primer-torg.example", Prefix, "")
		}},
		{Page: "cabinet/login_code", State: "wrong", Make: func(b web.Base) web.Page {
			form := web.NewForm(map[string][]string{"code": {"482 913"}})
			return loginCodePage(b, form, "buhgalter@primer-torg.example", Prefix, b.T("error.login_code_wrong"))
		}},
		{Page: "cabinet/accounts", State: "several", Make: func(b web.Base) web.Page {
			b.Title = b.T("cabinet.accounts.title")
			f := Frame{Base: b}
			f.dress(galleryVisit("", 0), allLines)
			return accountsPage(f, []billing.ClientAccount{
				{ID: 12, LegalName: "ООО «Пример Торг»", Subscribed: true, Zone: b.Zone, Access: galleryTerms(b, "2026-12-21").At(b.Now)},
				{ID: 13, LegalName: "ООО «Пример Логистика Северо-Запад»", Subscribed: true, Zone: b.Zone, Access: galleryTerms(b, "2026-11-20").At(b.Now)},
				{ID: 14, LegalName: "ИП Примеров Пётр Петрович", Subscribed: true, Zone: b.Zone, Access: galleryTerms(b, "2026-10-31").At(b.Now)},
				{ID: 15, LegalName: "ООО «Пример Новое»"},
			})
		}},
		{Page: "cabinet/accounts", State: "empty", Make: func(b web.Base) web.Page {
			b.Title = b.T("cabinet.accounts.title")
			f := Frame{Base: b}
			f.dress(galleryVisit("", 0), allLines)
			return accountsPage(f, nil)
		}},
		{Page: "cabinet/home", State: "to_pay", Make: func(b web.Base) web.Page {
			return galleryHome(b, identity.MemberOwner, "2026-12-21", galleryFacts(b, "2026-12-21", 1))
		}},
		{Page: "cabinet/home", State: "paid", Make: func(b web.Base) web.Page {
			facts := galleryFacts(b, "2027-01-21", 0)
			facts.client.Balances = []prolong.Money{rub(1_500_00)}
			facts.prepaid = billing.Prepaid{Minutes: 530, Lots: []billing.PrepaidLot{{ID: 1, Granted: 600, Left: 530, ExpiresOn: prolong.MustDate("2027-02-28")}},
				Entries: []billing.PrepaidEntry{{At: b.Now, Kind: "consume", Minutes: -70, Cause: "#1041 Настроили кассу"}, {At: b.Now, Kind: "grant", Minutes: 600}}}
			return galleryHome(b, identity.MemberAccountant, "2027-01-21", facts)
		}},
		{Page: "cabinet/home", State: "grace", Make: func(b web.Base) web.Page {
			return galleryHome(b, identity.MemberOwner, "2026-11-20", galleryFacts(b, "2026-11-20", 2))
		}},
		{Page: "cabinet/home", State: "suspended", Make: func(b web.Base) web.Page {
			return galleryHome(b, identity.MemberEmployee, "2026-10-31", galleryFacts(b, "2026-10-31", 0))
		}},
		{Page: "cabinet/home", State: "new", Make: func(b web.Base) web.Page {
			return galleryHome(b, identity.MemberOwner, "", homeFacts{client: billing.ClientView{Seller: billing.Seller{Location: b.Zone}}})
		}},
		{Page: "cabinet/home", State: "ukraine", Make: func(b web.Base) web.Page {
			facts := galleryFacts(b, "2026-12-21", 1)
			facts.toPay[0] = galleryInvoiceUA()
			return galleryHome(b, identity.MemberOwner, "2026-12-21", facts)
		}},
		{Page: "cabinet/invoices", State: "filled", Make: func(b web.Base) web.Page {
			partly := galleryInvoice(1, "2026-12-22").Invoice
			partly.Paid = rub(5_000_00)
			paid := galleryInvoice(2, "2026-11-22").Invoice
			paid.Status, paid.Paid, paid.PaidOn = invoices.StatusPaid, paid.Total, prolong.MustDate("2026-11-18")
			void := galleryInvoice(3, "2026-10-22").Invoice
			void.Status = invoices.StatusVoid
			late := galleryInvoice(4, "2026-11-20").Invoice
			page := invoicesPage(galleryFrame(b, identity.MemberOwner, "/invoices", b.T("cabinet.nav.invoices")), galleryAccount, []invoices.Invoice{partly, late, paid, void}, prolong.MustDate("2026-11-22"), "")
			page.Pager = web.Pager{From: 1, To: 25, Total: 41, Next: "?page=2"}
			return page
		}},
		{Page: "cabinet/invoices", State: "empty", Make: func(b web.Base) web.Page {
			return invoicesPage(galleryFrame(b, identity.MemberOwner, "/invoices", b.T("cabinet.nav.invoices")), galleryAccount, nil, prolong.MustDate("2026-11-22"), "open")
		}},
		{Page: "cabinet/invoice", State: "open", Make: func(b web.Base) web.Page {
			inv := galleryInvoice(1, "2026-12-22")
			inv.Paid = rub(5_000_00)
			inv.Payments = []invoices.InvoicePayment{{ValueOn: prolong.MustDate("2026-11-20"), Amount: rub(5_000_00)}}
			return galleryInvoicePage(b, inv)
		}},
		{Page: "cabinet/invoice", State: "paid", Make: func(b web.Base) web.Page {
			inv := galleryInvoice(2, "2026-11-22")
			inv.Status, inv.Paid, inv.PaidOn = invoices.StatusPaid, inv.Total, prolong.MustDate("2026-11-18")
			inv.Payments = []invoices.InvoicePayment{{ValueOn: prolong.MustDate("2026-11-18"), Amount: inv.Total}}
			inv.Documents = galleryDocuments()[:1]
			return galleryInvoicePage(b, inv)
		}},
		{Page: "cabinet/documents", State: "filled", Make: func(b web.Base) web.Page {
			f := galleryFrame(b, identity.MemberAccountant, "/documents", b.T("cabinet.nav.documents"))
			return DocumentsPage{Years: yearLinks(b.Translator, galleryAccount, []int{2026, 2025}), Statement: "/cabinet/a/12/reconciliation", From: prolong.MustDate("2026-09-01"), To: prolong.MustDate("2026-11-22"), Frame: f, Rows: documentRows(b.Translator, galleryAccount, galleryDocuments(), galleryDispatches())}
		}},
		{Page: "cabinet/documents", State: "empty", Make: func(b web.Base) web.Page {
			return DocumentsPage{Statement: "/cabinet/a/12/reconciliation", From: prolong.MustDate("2026-09-01"), To: prolong.MustDate("2026-11-22"), Frame: galleryFrame(b, identity.MemberAccountant, "/documents", b.T("cabinet.nav.documents"))}
		}},
		{Page: "cabinet/tickets", State: "filled", Make: func(b web.Base) web.Page {
			page := ticketsPage(galleryFrame(b, identity.MemberOwner, "/tickets", b.T("cabinet.nav.tickets")), galleryAccount, galleryTickets(b), galleryTickets(b)[:1], false)
			page.Self = page.Path
			return page
		}},
		{Page: "cabinet/tickets", State: "empty", Make: func(b web.Base) web.Page {
			page := ticketsPage(galleryFrame(b, identity.MemberEmployee, "/tickets", b.T("cabinet.nav.tickets")), galleryAccount, nil, nil, true)
			page.Self = page.Path
			return page
		}},
		{Page: "cabinet/ticket_new", State: "empty", Make: func(b web.Base) web.Page {
			return ticketNewPage(galleryFrame(b, identity.MemberOwner, "/tickets/new", b.T("cabinet.ticket.new")), galleryVisit(identity.MemberOwner, galleryAccount), web.NewForm(nil), "")
		}},
		{Page: "cabinet/ticket_new", State: "wrong", Make: func(b web.Base) web.Page {
			form := web.NewForm(map[string][]string{"subject": {"Не открывается касса"}, "high": {"1"}})
			form.Reject("text", prolong.NewError(prolong.CodeInvalid, "error.ticket_body_empty", nil))
			form.Reject("files", prolong.NewError(prolong.CodeInvalid, "error.ticket_file_blocked", prolong.Args{"Name": "otchet.exe"}))
			return ticketNewPage(galleryFrame(b, identity.MemberOwner, "/tickets/new", b.T("cabinet.ticket.new")), galleryVisit(identity.MemberOwner, galleryAccount), form, "")
		}},
		{Page: "cabinet/ticket", State: "waiting", Make: func(b web.Base) web.Page { return galleryTicketPage(b, tickets.StatusOpen) }},
		{Page: "cabinet/ticket", State: "closed", Make: func(b web.Base) web.Page { return galleryTicketPage(b, tickets.StatusClosed) }},
		{Page: "cabinet/calls", State: "filled", Make: func(b web.Base) web.Page {
			page := CallsPage{Frame: galleryFrame(b, identity.MemberEmployee, "/calls", b.T("cabinet.nav.calls")), Rows: callRows(b.Translator, galleryCalls(b))}
			page.Pager = web.Pager{From: 1, To: 25, Total: 60, Next: "?page=2"}
			return page
		}},
		{Page: "cabinet/calls", State: "empty", Make: func(b web.Base) web.Page {
			return CallsPage{Frame: galleryFrame(b, identity.MemberOwner, "/calls", b.T("cabinet.nav.calls"))}
		}},
		{Page: "cabinet/people", State: "filled", Make: func(b web.Base) web.Page {
			return peoplePage(galleryFrame(b, identity.MemberOwner, "/people", b.T("cabinet.nav.people")), galleryVisit(identity.MemberOwner, galleryAccount), galleryMembers(), prolong.MustDate("2026-11-22"), web.NewForm(nil))
		}},
		{Page: "cabinet/people", State: "wrong", Make: func(b web.Base) web.Page {
			form := web.NewForm(map[string][]string{"email": {"anna@primer-torg.example"}, "name": {"Анна"}, "role": {"boss"}})
			form.Choice("role", "owner")
			form.Reject("email", prolong.NewError(prolong.CodeConflict, "error.member_already", nil))
			return peoplePage(galleryFrame(b, identity.MemberOwner, "/people", b.T("cabinet.nav.people")), galleryVisit(identity.MemberOwner, galleryAccount), galleryMembers(), prolong.MustDate("2026-11-22"), form)
		}},
		{Page: "cabinet/people", State: "stale", Make: func(b web.Base) web.Page {
			return peoplePage(galleryFrame(b, identity.MemberOwner, "/people", b.T("cabinet.nav.people")), galleryStale(), galleryMembers(), prolong.MustDate("2026-11-22"), web.NewForm(nil))
		}},
		{Page: "cabinet/people", State: "returned", Make: func(b web.Base) web.Page {
			page := peoplePage(galleryFrame(b, identity.MemberOwner, "/people", b.T("cabinet.nav.people")), galleryVisit(identity.MemberOwner, galleryAccount), galleryMembers(), prolong.MustDate("2026-11-22"), web.NewForm(nil))
			page.Rows[1].Shut = "550 5.1.1 no such user"
			return page
		}},
		{Page: "cabinet/answer", State: "asked", Make: func(b web.Base) web.Page { return galleryAnswer(b) }},
		{Page: "cabinet/answer", State: "wrong", Make: func(b web.Base) web.Page {
			page := galleryAnswer(b)
			page.Problem = b.T("error.answer_text")
			return page
		}},
		{Page: "cabinet/answer", State: "done", Make: func(b web.Base) web.Page {
			page := galleryAnswer(b)
			page.Done = true
			return page
		}},
		{Page: "cabinet/answer", State: "closed", Make: func(b web.Base) web.Page {
			page := galleryAnswer(b)
			page.Closed = true
			return page
		}},
		{Page: "cabinet/unsubscribe", State: "asked", Make: func(b web.Base) web.Page { return unsubscribePage(b, "x", "anna@primer-torg.example", false) }},
		{Page: "cabinet/unsubscribe", State: "done", Make: func(b web.Base) web.Page { return unsubscribePage(b, "x", "anna@primer-torg.example", true) }},
		{Page: "cabinet/company", State: "filled", Make: func(b web.Base) web.Page {
			return companyPage(galleryFrame(b, identity.MemberAccountant, "/company", b.T("cabinet.nav.company")), galleryVisit(identity.MemberAccountant, galleryAccount), galleryClient(b).Account, nil, allLines)
		}},
		{Page: "cabinet/company", State: "wrong", Make: func(b web.Base) web.Page {
			form := web.NewForm(map[string][]string{"address": {"101000, Москва, ул. Примерная, д. 1"}, "bank_account": {"40702810138000000001"}, "bank_bic": {"044525225"}})
			form.Reject("bank_account", prolong.NewError(prolong.CodeInvalid, "error.bank_account_invalid", prolong.Args{"Value": "40702810138000000001"}))
			return companyPage(galleryFrame(b, identity.MemberOwner, "/company", b.T("cabinet.nav.company")), galleryVisit(identity.MemberOwner, galleryAccount), galleryClient(b).Account, form, allLines)
		}},
		{Page: "cabinet/company", State: "stale", Make: func(b web.Base) web.Page {
			return companyPage(galleryFrame(b, identity.MemberOwner, "/company", b.T("cabinet.nav.company")), galleryStale(), galleryClient(b).Account, nil, lines{})
		}},
		{Page: "cabinet/hours_order", State: "choose", Make: func(b web.Base) web.Page { return galleryHours(b, nil) }},
		{Page: "cabinet/hours_order", State: "quoted", Make: func(b web.Base) web.Page {
			return galleryHours(b, func(f *hoursFacts) {
				f.form = web.NewForm(map[string][]string{"pack": {"ten"}, "count": {"2"}})
				none := prolong.NewMoney(0, prolong.RUB)
				f.quote = &invoices.OrderedPacks{Pack: f.packs[0], Packs: 2, Price: f.packs[0].Prices[0], Invoice: invoices.Invoice{Total: prolong.NewMoney(3000000, prolong.RUB), Tax: prolong.NewMoney(540984, prolong.RUB), Paid: prolong.NewMoney(250000, prolong.RUB), Credited: none, DueOn: prolong.MustDate("2026-12-02")}}
				f.notice = prolong.NewError(prolong.CodeConflict, "error.quote_changed", nil)
			})
		}},
		{Page: "cabinet/hours_order", State: "wrong", Make: func(b web.Base) web.Page {
			return galleryHours(b, func(f *hoursFacts) {
				f.form = web.NewForm(map[string][]string{"pack": {"none"}, "count": {"0"}})
				f.form.Choice("pack", "ten")
				f.form.Int("count", 1, packsMax)
				f.problem = prolong.NewError(prolong.CodeInvalid, "error.pack_count", prolong.Args{"Max": packsMax})
			})
		}},
		{Page: "cabinet/hours_order", State: "empty", Make: func(b web.Base) web.Page { return galleryHours(b, func(f *hoursFacts) { f.packs = nil }) }},
		{Page: "cabinet/plan", State: "choose", Make: func(b web.Base) web.Page {
			return galleryPlan(b, galleryVisit(identity.MemberOwner, galleryAccount), nil)
		}},
		{Page: "cabinet/plan", State: "quoted", Make: func(b web.Base) web.Page {
			return galleryPlan(b, galleryVisit(identity.MemberOwner, galleryAccount), func(f *planFacts) { f.form, f.quote = galleryYear(), galleryQuote(*f) })
		}},
		{Page: "cabinet/plan", State: "changed_meanwhile", Make: func(b web.Base) web.Page {
			return galleryPlan(b, galleryVisit(identity.MemberOwner, galleryAccount), func(f *planFacts) {
				f.form, f.quote, f.notice = galleryYear(), galleryQuote(*f), prolong.NewError(prolong.CodeConflict, "error.quote_changed", nil)
				f.quote.Reissued = nil
			})
		}},
		{Page: "cabinet/plan", State: "wrong", Make: func(b web.Base) web.Page {
			return galleryPlan(b, galleryVisit(identity.MemberOwner, galleryAccount), func(f *planFacts) {
				f.form = web.NewForm(map[string][]string{"plan": {"gift"}, "seats": {"0"}})
				f.read(f.form)
				f.form.Int("seats", 1, billing.SeatsMax)
				f.problem = prolong.NewError(prolong.CodeInvalid, "error.terms_same", nil)
			})
		}},
		{Page: "cabinet/plan", State: "late", Make: func(b web.Base) web.Page {
			return galleryPlan(b, galleryVisit(identity.MemberOwner, galleryAccount), func(f *planFacts) { f.sub.PaidThrough = prolong.MustDate("2026-11-20") })
		}},
		{Page: "cabinet/plan", State: "stale", Make: func(b web.Base) web.Page { return galleryPlan(b, galleryStale(), nil) }},
		{Page: "cabinet/profile", State: "filled", Make: func(b web.Base) web.Page {
			f := galleryFrame(b, identity.MemberOwner, "", b.T("cabinet.profile.title"))
			f.Path, f.Nav, f.Tabs = profilePath, nil, nil
			form := web.NewForm(map[string][]string{"name": {"Анна Примерова"}, "phone": {"12"}, "language": {string(b.Lang())}})
			form.Reject("phone", prolong.NewError(prolong.CodeInvalid, "error.phone_invalid", prolong.Args{"Value": "12"}))
			v := galleryVisit(identity.MemberOwner, 0)
			v.members = []identity.Membership{
				{ID: 1, AccountID: galleryAccount, Role: identity.MemberOwner, Receives: identity.Receives{Invoices: true, Tickets: true}},
				{ID: 2, AccountID: 13, Role: identity.MemberEmployee, Receives: identity.Receives{Tickets: true}},
			}
			return profilePage(f, v, []identity.Session{
				{ID: "a", CreatedAt: b.Now.Add(-50 * time.Hour), LastSeenAt: b.Now, Origin: identity.Origin{IP: "192.0.2.17", UserAgent: "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}},
				{ID: "b", CreatedAt: b.Now.Add(-500 * time.Hour), LastSeenAt: b.Now.Add(-26 * time.Hour), Origin: identity.Origin{IP: "2001:db8::17", UserAgent: "Mozilla/5.0 (iPhone) Safari/605.1"}},
				{ID: "c", CreatedAt: b.Now.Add(-600 * time.Hour), LastSeenAt: b.Now.Add(-300 * time.Hour)},
			}, form)
		}},
	}
}

func galleryStale() visit {
	v := galleryVisit(identity.MemberOwner, galleryAccount)
	v.session.ProvedAt = v.session.LastSeenAt.Add(-48 * time.Hour)
	return v
}

func galleryMembers() []identity.Member {
	member := func(id int64, name, email string, role identity.MemberRole, from, to string) identity.Member {
		m := identity.Member{Contact: identity.Contact{ID: id, Name: name, Email: email}, Membership: identity.Membership{ID: id, ContactID: id, Role: role, ValidFrom: prolong.MustDate(from),
			Receives: identity.Receives{Invoices: role != identity.MemberEmployee, Documents: role == identity.MemberAccountant, Tickets: true}}}
		if to != "" {
			m.Membership.ValidTo = prolong.MustDate(to)
		}
		return m
	}
	return []identity.Member{
		member(7, "Анна Примерова", "anna@primer-torg.example", identity.MemberOwner, "2025-04-01", ""),
		member(8, "Борис Образцов", "buhgalter@primer-torg.example", identity.MemberAccountant, "2026-02-11", ""),
		member(9, "", "kassa.severo-zapadnyi@primer-torg.example", identity.MemberEmployee, "2026-10-02", ""),
		member(10, "Вера Демонова", "vera@primer-torg.example", identity.MemberAccountant, "2025-04-01", "2026-02-11"),
	}
}

func galleryCountdown(b web.Base, m tickets.Metric, left time.Duration) *tickets.Countdown {
	const target = 8 * time.Hour
	d := &tickets.Countdown{Metric: m, State: tickets.ClockRunning, Target: target, Used: target - left, Left: left, AsOf: b.Now, DueAt: b.Now.Add(left), Ticking: true, Zone: b.Zone}
	if left < 0 {
		d.BreachedAt = d.DueAt
	}
	return d
}

func galleryTickets(b web.Base) []tickets.Card {
	card := func(number int64, subject, snippet string, status tickets.Status, author tickets.AuthorKind, d *tickets.Countdown) tickets.Card {
		return tickets.Card{Ticket: tickets.Ticket{ID: number, Number: number, AccountID: int64(galleryAccount), Subject: subject, Status: status, UpdatedAt: b.Now}, Snippet: snippet, LastAuthor: author, Countdown: d}
	}
	paused := galleryCountdown(b, tickets.MetricResolution, time.Hour)
	paused.State, paused.DueAt = tickets.ClockPaused, time.Time{}
	return []tickets.Card{
		card(1041, "Не открывается смена на кассе № 2", "Добрый день! Утром обновились, и касса пишет «Смена уже открыта». Перезапуск не помогает, очередь уже до двери.", tickets.StatusNew, tickets.AuthorContact, galleryCountdown(b, tickets.MetricFirstResponse, 135*time.Minute)),
		card(1038, "Нужен акт сверки за третий квартал", "Пришлите, пожалуйста, период целиком или по месяцам?", tickets.StatusWaiting, tickets.AuthorStaff, paused),
		card(1033, "Выгрузка в 1С не проходит", "Передали разработчикам.", tickets.StatusOpen, tickets.AuthorStaff, galleryCountdown(b, tickets.MetricResolution, -30*time.Minute)),
	}
}

func galleryTicketPage(b web.Base, status tickets.Status) web.Page {
	at := func(minutes int) time.Time { return b.Now.Add(time.Duration(minutes) * time.Minute) }
	th := tickets.Thread{
		Ticket: tickets.Ticket{ID: 1041, Number: 1041, AccountID: int64(galleryAccount), Subject: "Не открывается смена на кассе № 2", Status: status, CreatedAt: at(-95)},
		Messages: []tickets.Message{
			{ID: 1, Kind: tickets.MessagePublic, AuthorKind: tickets.AuthorContact, AuthorID: 7, CreatedAt: at(-95), Body: "Добрый день!\n\nУтром обновились, и касса пишет «Смена уже открыта». Перезапуск не помогает.", Shown: "Добрый день!\n\nУтром обновились, и касса пишет «Смена уже открыта». Перезапуск не помогает.",
				Attachments: []tickets.Attachment{{ID: 1, Name: "снимок экрана.png", Size: 348_120}, {ID: 2, Name: "журнал кассы.zip", Size: 2_348_120}}},
			{ID: 2, Kind: tickets.MessageEvent, Event: tickets.EventStatus, EventArgs: prolong.Args{"From": "new", "To": "waiting"}, AuthorKind: tickets.AuthorStaff, CreatedAt: at(-60)},
			{ID: 3, Kind: tickets.MessagePublic, AuthorKind: tickets.AuthorStaff, AuthorName: "Мария", CreatedAt: at(-60), Body: "Здравствуйте! Закройте смену вручную: Меню, Смена, Закрыть.\nНапишите, помогло ли.", Shown: "Здравствуйте! Закройте смену вручную: Меню, Смена, Закрыть.\nНапишите, помогло ли."},
			{ID: 4, Kind: tickets.MessagePublic, AuthorKind: tickets.AuthorContact, AuthorID: 8, AuthorName: "Борис Образцов", CreatedAt: at(-12), Body: "Нет, кнопка серая.\n\n> Здравствуйте! Закройте смену вручную", Shown: "Нет, кнопка серая.", Attachments: []tickets.Attachment{{ID: 3, Name: "run.exe", Size: 100, Blocked: true}}},
		},
		MayReply: status != tickets.StatusClosed, AsOf: b.Now, FollowsNumber: 988,
	}
	if th.MayReply {
		th.NextStatuses = []tickets.Status{tickets.StatusResolved}
		th.Main = galleryCountdown(b, tickets.MetricNextResponse, 135*time.Minute)
	}
	page := ticketPage(galleryFrame(b, identity.MemberOwner, "/tickets/1041", th.Subject), galleryVisit(identity.MemberOwner, galleryAccount), th, web.NewForm(nil), "")
	page.Times = timeRows(b.Translator, []tickets.TimeEntry{{ID: 1, Minutes: 95, Billed: 90, Covered: 40, Note: "Настроили кассу", At: b.Now}})
	return page
}

func galleryCalls(b web.Base) []telephony.Call {
	return []telephony.Call{
		{ID: 4, Direction: telephony.DirectionInbound, State: telephony.StateTalking, Phone: "+79161234567", AgentName: "Мария", StartedAt: b.Now.Add(-2 * time.Minute)},
		{ID: 3, Direction: telephony.DirectionInbound, State: telephony.StateEnded, Outcome: telephony.OutcomeAnswered, Phone: "+79161234567", AgentName: "Мария", StartedAt: b.Now.Add(-26 * time.Hour), TalkSeconds: 254},
		{ID: 2, Direction: telephony.DirectionOutbound, State: telephony.StateEnded, Outcome: telephony.OutcomeNoAnswer, Phone: "+79161234567", AgentName: "Олег", StartedAt: b.Now.Add(-27 * time.Hour)},
		{ID: 1, Direction: telephony.DirectionInbound, State: telephony.StateEnded, Outcome: telephony.OutcomeGaveUp, Missed: true, StartedAt: b.Now.Add(-28 * time.Hour)},
	}
}

func rub(minor int64) prolong.Money { return prolong.NewMoney(minor, prolong.RUB) }

func galleryVisit(role identity.MemberRole, account billing.AccountID) visit {
	return visit{session: identity.Session{
		ID: "a", Actor: prolong.Actor{Kind: prolong.ActorContact, ID: 7}, Name: "Анна Примерова", Email: "anna@primer-torg.example", ProvedAt: galleryNow, LastSeenAt: galleryNow,
	}, account: account, role: role}
}

// galleryFrame puts the frame of a person of two companies around a page.
func galleryFrame(b web.Base, role identity.MemberRole, path, title string) Frame {
	b.Path, b.Title = accountPath(galleryAccount)+path, title
	f := Frame{Base: b, Accounts: []AccountLink{
		{ID: galleryAccount, Name: "ООО «Пример Торг»", Href: accountPath(galleryAccount), Current: true},
		{ID: 13, Name: "ООО «Пример Логистика Северо-Запад»", Href: accountPath(13)},
	}}
	f.Account = f.Accounts[0]
	f.dress(galleryVisit(role, galleryAccount), allLines)
	return f
}

func galleryTerms(b web.Base, paidThrough string) billing.AccessTerms {
	return billing.AccessTerms{PaidThrough: prolong.MustDate(paidThrough), GraceDays: 3, Location: b.Zone}
}

func galleryHome(b web.Base, role identity.MemberRole, paidThrough string, facts homeFacts) web.Page {
	page, err := homePage(galleryFrame(b, role, "", ""), galleryVisit(role, galleryAccount), facts)
	if err != nil {
		panic(err)
	}
	return page
}

func galleryFacts(b web.Base, paidThrough string, unpaid int) homeFacts {
	facts := homeFacts{documents: galleryDocuments(), paidOnce: true, last: galleryInvoice(2, "2026-11-22").Invoice}
	facts.has, facts.tickets, facts.calls = allLines, galleryTickets(b), galleryCalls(b)
	facts.last.PaidOn = prolong.MustDate("2026-11-18")
	facts.client = galleryClient(b)
	facts.client.Access = galleryTerms(b, paidThrough).At(b.Now)
	facts.client.Plans[0].RenewOn = facts.client.Access.PaidThrough.AddMonths(-1, 21)
	for i := range unpaid {
		facts.toPay = append(facts.toPay, galleryInvoice(10-i, facts.client.Access.PaidThrough.AddDays(1).AddMonths(i, 22).String()))
	}
	return facts
}

func galleryClient(b web.Base) billing.ClientView {
	return billing.ClientView{
		Account: billing.Account{ID: galleryAccount, Name: "«Пример Торг»", LegalForm: "ООО", Country: prolong.Russia, TaxID: "7713699602", KPP: "771301001", PaymentCode: "58291375"},
		Seller:  billing.Seller{Country: prolong.Russia, Name: "ООО «Пример Софт»", Location: b.Zone, Phone: "+74950000000", Email: "help@example.test"},
		Zone:    b.Zone, Subscribed: true,
		Plans: []billing.ClientPlan{{Name: "Стандарт", Term: prolong.Term{Count: 1, Unit: prolong.Months}, Price: rub(14_900_00)}},
	}
}

func galleryInvoice(id int, from string) invoices.ClientInvoice {
	number := prolong.PaymentCode("58291375").InvoiceNumber(id)
	start := prolong.MustDate(from)
	inv := invoices.Invoice{
		ID: invoices.InvoiceID(id), AccountID: galleryAccount, Number: number, IssuedOn: start.AddMonths(-1, start.Day()), DueOn: start.AddDays(-1),
		Period: prolong.Period{From: start, To: start.AddMonths(1, start.Day())}, Total: rub(14_900_00), Tax: rub(2_686_89), Status: invoices.StatusOpen, Paid: rub(0),
	}
	return invoices.ClientInvoice{Invoice: inv, Notes: []invoices.CreditNote{{ID: 1, Number: "260000017", IssuedOn: start, Total: rub(500_00)}}, Paper: render.Document{
		Version: render.SnapshotVersion, Kind: render.KindInvoiceRU, Country: prolong.Russia, Language: "ru", Currency: prolong.RUB, Number: number, Date: inv.IssuedOn,
		Seller: render.Party{Name: "ООО «Пример Софт»", TaxID: "7701001238", KPP: "770101001", Account: render.BankAccount{
			Number: "40702810938000000001", BIC: "044525225", Bank: "ПАО «Пример Банк»", CorrAccount: "30101810400000000225",
		}},
		Buyer:  render.Party{Name: "ООО «Пример Торг»", TaxID: "7713699602"},
		Lines:  []render.Line{{Name: "Доступ к сервису «Стандарт»", TaxKind: render.TaxRate, TaxRateBP: 2200, Gross: 14_900_00}},
		Totals: render.Totals{Net: 12_213_11, Tax: 2_686_89, Gross: 14_900_00}, DueOn: inv.DueOn,
		PaymentPurpose: "Оплата по счету № " + number + " от " + inv.IssuedOn.Time().Format("02.01.2006") + ". В т.ч. НДС 22% 2686,89",
	}}
}

func galleryInvoiceUA() invoices.ClientInvoice {
	inv := galleryInvoice(7, "2026-12-22")
	inv.Total, inv.Tax, inv.Paid = prolong.NewMoney(4_800_00, prolong.UAH), prolong.NewMoney(800_00, prolong.UAH), prolong.NewMoney(0, prolong.UAH)
	inv.Paper = render.Document{
		Version: render.SnapshotVersion, Kind: render.KindInvoiceUA, Country: prolong.Ukraine, Language: "uk", Currency: prolong.UAH, Number: inv.Number, Date: inv.IssuedOn,
		Seller: render.Party{Name: "ТОВ «Приклад Софт»", TaxID: "32855961", Account: render.BankAccount{Number: "UA213223130000026007233566001", BIC: "322313", Bank: "АТ «Приклад Банк»"}},
		Buyer:  render.Party{Name: "ТОВ «Приклад Торг»"}, Lines: []render.Line{{Name: "Доступ до сервісу «Стандарт»", TaxKind: render.TaxRate, TaxRateBP: 2000, Gross: 4_800_00}},
		Totals: render.Totals{Net: 4_000_00, Tax: 800_00, Gross: 4_800_00}, PaymentPurpose: "Оплата за послуги згідно з рахунком № " + inv.Number + " від 22.11.2026, у т.ч. ПДВ 20% 800.00 грн",
	}
	return inv
}

func galleryInvoicePage(b web.Base, inv invoices.ClientInvoice) web.Page {
	f := galleryFrame(b, identity.MemberOwner, "/invoices/1", b.T("cabinet.invoice.title", "Number", inv.Number))
	page, err := invoicePage(f, galleryVisit(identity.MemberOwner, galleryAccount), inv, galleryClient(b))
	if err != nil {
		panic(err)
	}
	return page
}

func galleryDocuments() []invoices.Document {
	doc := func(id int, number, on string) invoices.Document {
		d := prolong.MustDate(on)
		return invoices.Document{ID: invoices.DocumentID(id), AccountID: galleryAccount, Kind: invoices.DocumentAct, Number: number, IssuedOn: d,
			Period: prolong.Period{From: d.AddDays(3), To: d.AddDays(3).AddMonths(1, 22)}, Total: rub(14_900_00), Status: "issued"}
	}
	cancelled := doc(3, "260001018", "2026-09-19")
	cancelled.Status = "cancelled"
	return []invoices.Document{doc(1, "260004129", "2026-11-19"), doc(2, "260003006", "2026-10-19"), cancelled}
}

func galleryAnswer(b web.Base) AnswerPage {
	inv := galleryInvoice(1, "2026-12-22").Invoice
	letter := banksync.AskLetter{
		Question: banksync.Question{Note: "Плательщик не тот, что обычно."},
		Payment:  banksync.Received{Amount: rub(14_900_00), ValueOn: prolong.MustDate("2026-11-20"), Payer: banksync.Payer{Name: "ИП Пример Павел Петрович"}, Purpose: "Оплата за услуги по договору без номера"},
		Account:  billing.AccountBrief{Account: galleryClient(b).Account}, Open: []invoices.Invoice{inv},
	}
	return answerPage(b, letter, "x", answerInvoice+strconv.FormatInt(int64(inv.ID), 10), "")
}

// galleryDispatches lets documents be in electronic exchange.
func galleryDispatches() map[invoices.DocumentID]invoices.Dispatch {
	out := map[invoices.DocumentID]invoices.Dispatch{}
	for i, d := range galleryDocuments() {
		state := []invoices.DispatchState{invoices.DispatchSigned, invoices.DispatchSent, invoices.DispatchRejected}[i%3]
		out[d.ID] = invoices.Dispatch{DocumentID: d.ID, State: state, HasCopy: state == invoices.DispatchSigned}
	}
	return out
}

// galleryHours is the page on which hours are ordered.
func galleryHours(b web.Base, change func(f *hoursFacts)) web.Page {
	price := func(minor int64) []prolong.Money { return []prolong.Money{prolong.NewMoney(minor, prolong.RUB)} }
	f := hoursFacts{currency: prolong.RUB, prepaid: billing.Prepaid{Minutes: 200}, packs: []billing.Pack{
		{Key: "ten", Name: "Десять часов", Minutes: 600, ValidMonths: 12, Prices: price(1500000)}, {Key: "one", Name: "Один час", Minutes: 60, Prices: price(180000)},
	}}
	if change != nil {
		change(&f)
	}
	return hoursPage(galleryFrame(b, identity.MemberOwner, "/hours", b.T("cabinet.hours.title")), galleryVisit(identity.MemberOwner, galleryAccount), f)
}
