package backoffice

import (
	"time"

	"prolong"
	"prolong/banksync"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/web"
	"prolong/internal/web/gallery"
	"prolong/invoices"
	"prolong/notify"
)

func clientEntries() []gallery.Entry {
	return []gallery.Entry{
		{Page: "office/client_list", State: "filled", Make: func(b web.Base) web.Page {
			f := clientExample(b)
			suspended := galleryAccount(13, "Иванов-Примеров Пётр Петрович", "m-00013", "73310584", billing.AccessSuspended, today(b).AddDays(-9))
			suspended.LegalForm, suspended.Balance = "ИП", rub(320_50)
			return clientListPage(officeBase(b, clientsPath, "office.clients.title"), []billing.AccountBrief{f.client, suspended}, billing.AccountFilter{Text: "пример"})
		}},
		{Page: "office/client_list", State: "empty", Make: func(b web.Base) web.Page {
			return clientListPage(officeBase(b, clientsPath, "office.clients.title"), nil, billing.AccountFilter{State: billing.AccessGrace})
		}},
		{Page: "office/client", State: "filled", Make: func(b web.Base) web.Page {
			return clientPage(officeBase(b, clientsPath, "office.clients.title"), clientExample(b))
		}},
		{Page: "office/client", State: "empty", Make: func(b web.Base) web.Page {
			return clientPage(officeBase(b, clientsPath, "office.clients.title"), clientFacts{client: billing.AccountBrief{Account: billing.Account{ID: 1, Name: "Новый", ExternalID: "m-1", PaymentCode: "58291375"}, Location: time.UTC}})
		}},
		{Page: "office/invoice_list", State: "filled", Make: func(b web.Base) web.Page {
			f := clientExample(b)
			return invoiceListPage(officeBase(b, invoicesPath, "office.invoices.title"), f.invoices, map[billing.AccountID]billing.AccountBrief{f.client.ID: f.client}, nil, "")
		}},
		{Page: "office/invoice_list", State: "empty", Make: func(b web.Base) web.Page {
			f := clientExample(b)
			return invoiceListPage(officeBase(b, invoicesPath, "office.invoices.title"), nil, nil, &f.client, statusOverdue)
		}},
		{Page: "office/invoice", State: "filled", Make: func(b web.Base) web.Page {
			f := clientExample(b)
			return invoicePage(officeBase(b, invoicesPath, "office.invoices.title"), invoiceFacts{invoice: f.invoices[1], client: f.client, documents: f.documents, letters: f.letters,
				payers: []invoices.PaidPart{{PaymentID: 41, InvoiceID: 501, Amount: rub(14_900_00)}}, manages: true,
				notes: []invoices.CreditNote{{ID: 1, Number: "260000013", IssuedOn: today(b), Total: rub(1_000_00), Reason: "простой сервиса"}}})
		}},
		{Page: "office/invoice", State: "empty", Make: func(b web.Base) web.Page {
			f := clientExample(b)
			void := f.invoices[0]
			void.Status, void.Kind = invoices.StatusVoid, invoices.KindPeriod
			return invoicePage(officeBase(b, invoicesPath, "office.invoices.title"), invoiceFacts{invoice: void, client: f.client,
				fate: invoices.Fate{VoidedOn: today(b), Reason: "Сменились реквизиты", ReplacedBy: &f.invoices[1]}})
		}},
		{Page: "office/document_list", State: "filled", Make: func(b web.Base) web.Page {
			f := clientExample(b)
			return documentListPage(officeBase(b, documentsPath, "office.documents.title"), f.documents, map[billing.AccountID]billing.AccountBrief{f.client.ID: f.client}, nil, "", galleryDispatches(f.documents))
		}},
		{Page: "office/document_list", State: "empty", Make: func(b web.Base) web.Page {
			return documentListPage(officeBase(b, documentsPath, "office.documents.title"), nil, nil, nil, invoices.DocumentStorno, dispatchFacts{})
		}},
		{Page: "office/document", State: "issued", Make: func(b web.Base) web.Page {
			f := clientExample(b)
			return documentPage(officeBase(b, documentsPath, "office.documents.title"), f.documents[0], &f.client, f.letters, true)
		}},
		{Page: "office/document", State: "wrong", Make: func(b web.Base) web.Page {
			f := clientExample(b)
			page := documentPage(officeBase(b, documentsPath, "office.documents.title"), f.documents[0], &f.client, nil, true)
			page.Problem = b.T("error.field_missing", "Field", "reason")
			return page
		}},
		{Page: "office/document", State: "cancelled", Make: func(b web.Base) web.Page {
			f := clientExample(b)
			return documentPage(officeBase(b, documentsPath, "office.documents.title"), f.documents[1], &f.client, nil, true)
		}},
		{Page: "office/document_series", State: "filled", Make: func(b web.Base) web.Page {
			b = officeBase(b, documentsPath, "office.series.title")
			return documentSeriesPage(b, []invoices.Series{
				{SellerID: 1, Kind: invoices.DocumentAct, Year: 2026, Last: 4170, Issued: 4170}, {SellerID: 1, Kind: invoices.DocumentSF, Year: 2026, Last: 812, Issued: 810, Missing: []int{7, 311}},
				{SellerID: 1, Kind: invoices.DocumentStorno, Year: 2026, Last: 3, Issued: 3},
			}, billing.Catalog{Sellers: map[billing.SellerID]billing.Seller{1: {Name: "ООО «Пример Софт»"}}})
		}},
		{Page: "office/document_series", State: "empty", Make: func(b web.Base) web.Page {
			return documentSeriesPage(officeBase(b, documentsPath, "office.series.title"), nil, billing.Catalog{})
		}},
		{Page: "office/letter_list", State: "filled", Make: func(b web.Base) web.Page {
			return letterListPage(officeBase(b, lettersPath, "office.letters.title"), clientExample(b).letters, nil, "")
		}},
		{Page: "office/letter_list", State: "empty", Make: func(b web.Base) web.Page {
			return letterListPage(officeBase(b, lettersPath, "office.letters.title"), nil, nil, notify.StateFailed)
		}},
		{Page: "office/letter", State: "failed", Make: func(b web.Base) web.Page {
			f := clientExample(b)
			letter := notify.Letter{Subject: "Счёт 58291375-13 на продление", Text: "Здравствуйте!\n\nВыставили счёт на продление подписки «Стандарт» на декабрь 2026 года.\n\nСумма: 14 900,00 ₽\nОплатить до: 30.11.2026\n\nСчёт во вложении."}
			return letterPage(officeBase(b, lettersPath, "office.letters.title"), f.letters[1], letter, false, &f.client, true)
		}},
		{Page: "office/letter", State: "returned", Make: func(b web.Base) web.Page {
			f := clientExample(b)
			sent := f.letters[1]
			sent.State, sent.SentAt, sent.ReturnedAt, sent.ReturnedHard, sent.TemplateVersion = notify.StateSent, b.Now.Add(-3*time.Hour), b.Now.Add(-time.Hour), true, 2
			letter := notify.Letter{Subject: "Счёт 58291375-13 на продление", Text: "Здравствуйте!\n\nСумма: 14 900,00 ₽"}
			page := letterPage(officeBase(b, lettersPath, "office.letters.title"), sent, letter, false, &f.client, true)
			page.shut(notify.Suppression{Scope: notify.ScopeAll, Reason: sent.LastError}, true)
			return page
		}},
		{Page: "office/letter", State: "held", Make: func(b web.Base) web.Page {
			f := clientExample(b)
			sent := f.letters[1]
			sent.State, sent.LastError, sent.NotBefore = notify.StateQueued, "", b.Now.Add(15*time.Hour)
			return letterPage(officeBase(b, lettersPath, "office.letters.title"), sent, notify.Letter{Subject: "Счёт 58291375-13 на продление", Text: "Здравствуйте!"}, false, &f.client, true)
		}},
		{Page: "office/letter_settings", State: "filled", Make: func(b web.Base) web.Page { return galleryLetterSettings(b) }},
		{Page: "office/letter_settings", State: "wrong", Make: func(b web.Base) web.Page {
			page := galleryLetterSettings(b)
			page.Sellers[0].Closes, page.Sellers[0].Problem = "08:00", b.T("error.sending_hours")
			return page
		}},
		{Page: "office/wording", State: "built-in", Make: func(b web.Base) web.Page { return galleryWording(b, nil) }},
		{Page: "office/wording", State: "wrong", Make: func(b web.Base) web.Page {
			return galleryWording(b, prolong.NewError(prolong.CodeInvalid, "error.wording_placeholder",
				prolong.Args{"Part": prolong.NewError(prolong.CodeInvalid, "error.wording_part.lead", nil), "Line": 3, "Detail": ".P.Summa"}))
		}},
		{Page: "office/letter", State: "wiped", Make: func(b web.Base) web.Page {
			return letterPage(officeBase(b, lettersPath, "office.letters.title"), notify.Sent{ID: 3, Purpose: notify.PurposeLoginCode, State: notify.StateSent, QueuedAt: b.Now, SentAt: b.Now}, notify.Letter{}, true, nil, true)
		}},
		{Page: "office/search", State: "filled", Make: func(b web.Base) web.Page {
			f := clientExample(b)
			return searchPage(officeBase(b, searchPath, "office.search.title"), searchFacts{text: "14900", clients: []billing.AccountBrief{f.client}, invoices: f.invoices[:1], payments: f.payments, documents: f.documents[:1],
				people: []identity.FoundContact{{Contact: f.people[0].Contact, Accounts: []billing.AccountID{12}}}, names: map[billing.AccountID]billing.AccountBrief{12: f.client},
				support: supportFound{tickets: galleryCards(b)[:1], calls: galleryCalls(b)[:1]}})
		}},
		{Page: "office/search", State: "nothing", Make: func(b web.Base) web.Page {
			return searchPage(officeBase(b, searchPath, "office.search.title"), searchFacts{text: "нетакого"})
		}},
		{Page: "office/search", State: "empty", Make: func(b web.Base) web.Page {
			return searchPage(officeBase(b, searchPath, "office.search.title"), searchFacts{})
		}},
	}
}

// clientExample is a client with a history.
func clientExample(b web.Base) clientFacts {
	day := today(b)
	first := prolong.NewDate(day.Year(), day.Month(), 1)
	month := func(n int) prolong.Period {
		from := first.AddMonths(n, 1)
		return prolong.Period{From: from, To: from.AddMonths(1, 1)}
	}
	ago := func(d time.Duration) time.Time { return b.Now.Add(-d) }
	f := clientFacts{client: galleryAccount(12, "«Пример Торг»", "m-00012", "58291375", billing.AccessActive, month(0).Last()), staff: map[int64]string{3: "Анна Примерова"}}
	f.client.Balance, f.client.Location = rub(900_00), b.Zone
	f.client.Access.Reason, f.client.KPP, f.client.BankAccount, f.client.BankBIC = "access.active", "770101001", "40702810900000012345", "044525225"
	f.balances = []prolong.Money{rub(900_00)}
	f.catalog = billing.Catalog{Plans: map[billing.PlanID]billing.Plan{1: {ID: 1, Name: "Стандарт", GraceDays: 3, Lead: prolong.Term{Count: 1, Unit: prolong.Months}}}}
	f.subs = []billing.Subscription{{ID: 12, AccountID: 12, PlanID: 1, Currency: prolong.RUB, Price: rub(14_900_00), Term: prolong.Term{Count: 1, Unit: prolong.Months}, AnchorDay: 1, PaidThrough: month(0).Last(), InvoicedTo: month(2).From}}
	inv := func(id invoices.InvoiceID, number string, n int, status invoices.Status, paid int64) invoices.Invoice {
		p := month(n)
		i := invoices.Invoice{ID: id, AccountID: 12, SubscriptionID: 12, Number: number, Period: p, IssuedOn: p.From.AddMonths(-1, 1), DueOn: p.From.AddDays(-1), Total: rub(14_900_00), Tax: rub(2_686_89), Paid: rub(paid), Status: status}
		if status == invoices.StatusPaid {
			i.PaidOn = p.From.AddDays(-4)
		}
		return i
	}
	f.invoices = []invoices.Invoice{inv(503, "58291375-13", 1, invoices.StatusOpen, 4_900_00), inv(502, "58291375-12", 0, invoices.StatusPaid, 14_900_00), inv(501, "58291375-11", -1, invoices.StatusVoid, 0), inv(500, "58291375-10", -1, invoices.StatusOpen, 0)}
	f.open = []invoices.Invoice{f.invoices[0], f.invoices[3]}
	f.documents = []invoices.Document{
		{ID: 71, AccountID: 12, InvoiceID: 502, Kind: invoices.DocumentAct, Number: "260000417", IssuedOn: day.AddDays(-2), Period: month(0), Total: rub(14_900_00), Tax: rub(2_686_89), Status: documentIssued},
		{ID: 70, AccountID: 12, InvoiceID: 501, Kind: invoices.DocumentAct, Number: "260000320", IssuedOn: day.AddDays(-31), Period: month(-1), Total: rub(14_900_00), Status: "cancelled"},
	}
	f.payments = []banksync.Received{matchedFacts(b).payment}
	f.people = []identity.Member{
		{Contact: identity.Contact{ID: 1, Name: "Ольга Примерова", Email: "owner@example.test", Phone: "+79160000001"}, Membership: identity.Membership{ID: 1, Role: identity.MemberOwner, Receives: identity.Receives{Invoices: true, Tickets: true}}},
		{Contact: identity.Contact{ID: 2, Email: "buh@example.test"}, Membership: identity.Membership{ID: 2, Role: identity.MemberAccountant, Receives: identity.Receives{Documents: true}}},
		{Contact: identity.Contact{ID: 3, Name: "Пётр Прежний", Email: "old@example.test"}, Membership: identity.Membership{Role: identity.MemberEmployee, ValidTo: day.AddDays(-10)}},
	}
	f.letters = []notify.Sent{
		{ID: 11, AccountID: 12, Purpose: notify.PurposePaymentReceived, State: notify.StateSent, QueuedAt: ago(50 * time.Hour), SentAt: ago(50*time.Hour - time.Second), Recipient: notify.Recipient{Email: "owner@example.test"}, Attempts: 1},
		{ID: 10, AccountID: 12, Purpose: notify.PurposeInvoiceIssued, State: notify.StateFailed, QueuedAt: ago(70 * time.Hour), Recipient: notify.Recipient{Email: "buh@example.test", Name: "Бухгалтерия"}, Attempts: 5, LastError: "550 5.1.1 mailbox unavailable",
			Attachments: []notify.Attachment{{Kind: invoices.AttachInvoice, ID: 503}}},
	}
	f.extensions = []billing.ExtensionRecord{
		{Extension: billing.Extension{Cause: billing.ExtendedByAllocation, Before: month(-1).Last(), After: month(0).Last()}, Actor: "system:bank_pull", At: ago(50 * time.Hour)},
		{Extension: billing.Extension{Cause: billing.ExtendedByImport, After: month(-2).Last()}, Actor: "system:import", At: ago(90 * 24 * time.Hour)},
	}
	f.prepaid, f.packs, f.mayOrder = galleryHours(b)
	f.support = supportFacts{there: true, tickets: galleryCards(b)[:1], calls: galleryCalls(b)[:2]}
	branch := billing.Account{ID: 14, ExternalID: "m-00014", Name: "«Пример Торг»", LegalForm: "ООО"}
	f.money = clientMoney{mayAct: true, siblings: []billing.Account{branch}, transfers: []billing.Transfer{
		{ID: 2, From: 12, To: 14, Amount: rub(2_000_00), Reason: "письмо клиента", At: ago(50 * time.Hour)},
		{ID: 1, From: 14, To: 12, Amount: rub(900_00), Undone: true, Reason: "ошибка", At: ago(900 * time.Hour)},
	}}
	f.mayManage, f.shut = true, map[string]notify.Suppression{"buh@example.test": {Scope: notify.ScopeAll, Reason: "550 5.1.1 mailbox unavailable"}}
	f.audit = []identity.AuditEntry{{At: ago(3 * time.Hour), Action: "member.role", Actor: prolong.Actor{Name: "anna@example.test"}}}
	return f
}

func galleryLetterSettings(b web.Base) LetterSettingsPage {
	moscow, almaty := time.FixedZone("Europe/Moscow", 3*3600), time.FixedZone("Asia/Almaty", 5*3600)
	catalog := billing.Catalog{Sellers: map[billing.SellerID]billing.Seller{
		1: {ID: 1, Key: "main", Name: "ООО «Пример Софт»", Location: moscow}, 2: {ID: 2, Key: "kz", Name: "ТОО «Пример Софт Казахстан»", Location: almaty},
	}}
	var wordings []notify.WordingState
	for i, purpose := range notify.Purposes() {
		for _, lang := range []string{"ru", "uk", "kk", "en"} {
			w := notify.WordingState{Purpose: purpose, Language: lang, BuiltIn: i%3 != 0 || lang != "ru", Version: i}
			if i == 6 && lang == "ru" {
				w.Broken = ".P.Gone"
			}
			wordings = append(wordings, w)
		}
	}
	return letterSettingsPage(officeBase(b, letterSettingsPath, "office.letter_settings.title"), catalog,
		map[billing.SellerID]notify.Hours{1: {OpensMinute: 540, ClosesMinute: 1080, Weekdays: [7]bool{true, true, true, true, true}}}, wordings)
}

func galleryWording(b web.Base, problem error) WordingPage {
	b = officeBase(b, letterSettingsPath, "office.letter_settings.title")
	w := notify.Wording{
		Subject: "Оплата {{.Sum .P.Amount}} получена — {{.Head.Brand}}", Preview: "Спасибо! Ничего делать не нужно", Title: "Оплата {{.Money .P.Amount}} получена",
		Lead: "Здравствуйте!\n\nСпасибо за оплату от {{.P.AccountName}}.", Note: "Закрывающие документы пришлём отдельным письмом.", Action: "Открыть кабинет",
	}
	revisions := []notify.Revision{{Version: 2, Wording: w, Actor: "staff:3", At: b.Now.Add(-time.Hour)}, {Version: 1, BuiltIn: true, Actor: "staff:3", At: b.Now.Add(-50 * time.Hour)}}
	placeholders := []notify.Placeholder{{Code: "{{.Head.Brand}}", Value: "Пример Софт"}, {Code: "{{.Money .P.Amount}}", Value: "15 000,00 ₽"}, {Code: "{{.P.AccountName}}", Value: "ООО «Пример Кафе»"}, {Code: "{{.P.DocNo}}", Value: ""}}
	letter := notify.Letter{Subject: "Оплата 15 000 ₽ получена — Пример Софт", Text: "Оплата 15 000,00 ₽ получена\n\nЗдравствуйте!\n\nСпасибо за оплату от ООО «Пример Кафе»."}
	if problem != nil {
		letter = notify.Letter{}
	}
	page := wordingPage(b, notify.PurposePaymentReceived, "ru", w, 2, revisions, map[int64]string{3: "Анна Примерова"}, placeholders, letter, problem)
	page.TestTo = "anna@example.test"
	return page
}
