package web_test

import (
	"flag"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/web"
	"prolong/internal/web/gallery"
	"prolong/internal/web/webtest"
	"prolong/templates"
)

// pagesDir receives the gallery as files: go test ./internal/web -run TestGallery -pages DIR.
var pagesDir = flag.String("pages", "", "write the gallery of pages into this folder")

// The data of the pages in the shape that their templates document.
type (
	loginPage struct {
		web.Base
		Action, Next, Place, Problem string
		Fields                       []web.Field
	}
	statusPage struct {
		web.Base
		Verdict  web.Badge
		Tiles    []web.Tile
		Jobs     []statusJob
		Payments []statusPayment
		Runs     []statusRun
	}
	statusJob struct {
		Name, Kind      string
		Started         time.Time
		Took            time.Duration
		Outcome         web.Badge
		Counts, Problem string
		NextDue         time.Time
		LateBy          time.Duration
	}
	statusPayment struct {
		Date                          prolong.Date
		Payer, TaxID, Purpose         string
		Amount                        prolong.Money
		State                         web.Badge
		Account, AccountHref, Invoice string
	}
	statusRun struct {
		Name    string
		Started time.Time
		Took    time.Duration
		Outcome web.Badge
		Counts  string
	}
)

var galleryNow = time.Date(2026, 11, 22, 11, 5, 30, 0, time.UTC)

func TestGallery(t *testing.T) {
	t.Parallel()
	assets, renderer := pages(t)
	bases := webtest.Bases(t, galleryNow)
	webtest.CheckGallery(t, renderer, bases, galleryEntries())
	if *pagesDir != "" {
		require.NoError(t, gallery.Write(*pagesDir, renderer, assets, bases, galleryEntries()))
	}
}

// pages parses the pages that this package shows.
func pages(t *testing.T) (*web.Assets, *web.Renderer) {
	t.Helper()
	assets, err := web.LoadAssets(templates.FS)
	require.NoError(t, err)
	renderer, err := web.NewRenderer(templates.FS, assets, web.FailurePages(), web.Pages{
		"public/login":  {"layouts/plain", "partials/common"},
		"office/status": {"layouts/office", "partials/common"},
	})
	require.NoError(t, err)
	return assets, renderer
}

func galleryEntries() []gallery.Entry {
	return []gallery.Entry{
		{Page: "office/status", State: "filled", Make: filledStatus},
		{Page: "office/status", State: "empty", Make: emptyStatus},
		{Page: "public/failure", State: "filled", Make: func(b web.Base) web.Page {
			b.Title = b.T("failure.not_found")
			return web.FailurePage{Base: b, Status: 404, Message: b.T("error.not_found"), RequestID: "k3v9q0x1t7m2b4zd", Home: "/"}
		}},
		{Page: "public/failure", State: "empty", Make: func(b web.Base) web.Page {
			b.Title = b.T("failure.internal")
			return web.FailurePage{Base: b, Home: "/"}
		}},
		{Page: "public/login", State: "empty", Make: func(b web.Base) web.Page { return login(b, "") }},
		{Page: "public/login", State: "wrong", Make: func(b web.Base) web.Page { return login(b, b.T("login.failed")) }},
	}
}

func login(b web.Base, problem string) loginPage {
	b.Title = b.T("login.title")
	page := loginPage{Base: b, Action: "/office/login", Place: b.T("login.office"), Problem: problem, Fields: []web.Field{
		{Kind: "email", Name: "email", Label: b.T("login.email"), Autocomplete: "username", Required: true, Autofocus: true},
		{Kind: "password", Name: "password", Label: b.T("login.password"), Autocomplete: "current-password", Required: true},
		{Kind: "text", Name: "code", Label: b.T("login.code"), Hint: b.T("login.code_hint"), Autocomplete: "one-time-code", InputMode: "numeric", LenMax: 6},
	}}
	if problem != "" {
		page.Next = "/office/status?day=2026-11-22"
		page.Fields[0].Value = "accountant@example.test"
		page.Fields[1].Problem = b.T("error.field_required")
	}
	return page
}

func office(b web.Base) web.Base {
	b.Title = b.T("status.title")
	b.Path = "/office/status"
	b.User = &web.User{Name: "Анна Примерова", Role: "Бухгалтер", LogoutTo: "/office/logout"}
	b.Nav = []web.NavSection{
		{Items: []web.NavItem{
			{Icon: "home", Text: "Обзор", Href: "/office"},
			{Icon: "review", Text: "Разбор платежей", Href: "/office/review", Count: 3},
			{Icon: "ticket", Text: "Обращения", Href: "/office/tickets", Count: 12},
			{Icon: "phone", Text: "Звонки", Href: "/office/calls"},
		}},
		{Heading: "Учёт", Items: []web.NavItem{
			{Icon: "users", Text: "Клиенты", Href: "/office/clients"},
			{Icon: "invoice", Text: "Счета", Href: "/office/invoices"},
			{Icon: "payment", Text: "Платежи", Href: "/office/payments"},
			{Icon: "document", Text: "Документы", Href: "/office/documents"},
		}},
		{Heading: "Система", Items: []web.NavItem{
			{Icon: "activity", Text: b.T("status.title"), Href: "/office/status"},
			{Icon: "settings", Text: "Настройки", Href: "/office/settings"},
		}},
	}
	web.MarkCurrent(b.Nav, b.Path)
	return b
}

func emptyStatus(b web.Base) web.Page {
	return statusPage{Base: office(b), Verdict: web.Badge{Tone: web.ToneNeutral, Text: b.T("status.never")}}
}

func filledStatus(b web.Base) web.Page {
	b = office(b)
	b.Flash = []web.Flash{{Tone: web.ToneWarn, Text: "Почтовый сервер не настроен: письма складываются в файлы .eml папки данных."}}
	ok := web.Badge{Tone: web.ToneGood, Text: b.T("status.outcome_ok")}
	idle := web.Badge{Tone: web.ToneNeutral, Text: b.T("status.outcome_skipped")}
	failed := web.Badge{Tone: web.ToneBad, Text: b.T("status.outcome_failed")}
	running := web.Badge{Tone: web.ToneInfo, Text: b.T("status.outcome_running")}
	matched := web.Badge{Tone: web.ToneGood, Text: b.T("status.payment_matched")}
	review := web.Badge{Tone: web.ToneWarn, Text: b.T("status.payment_review")}
	ago := func(d time.Duration) time.Time { return b.Now.Add(-d) }
	rub := func(minor int64) prolong.Money { return prolong.NewMoney(minor, prolong.RUB) }
	day := prolong.MustDate("2026-11-22")
	return statusPage{
		Base:    b,
		Verdict: web.Badge{Tone: web.ToneBad, Text: b.T("status.verdict_bad")},
		Tiles: []web.Tile{
			{Label: "Клиентов", Value: b.Number(300), Hint: "287 активны, 9 на отсрочке"},
			{Label: "Счетов к оплате", Value: b.Number(41), Hint: b.Money(rub(8_214_000_00)), Href: "/office/invoices"},
			{Label: "Получено сегодня", Value: b.Money(rub(412_900_00)), Hint: "19 платежей", Tone: web.ToneGood},
			{Label: "На разборе", Value: b.Number(3), Hint: "старейший — 2 ч", Tone: web.ToneWarn, Href: "/office/review"},
			{Label: "Разнесено само", Value: "98,4" + "\u00a0%", Hint: "за 30 дней"},
			{Label: "Писем не ушло", Value: b.Number(1), Tone: web.ToneBad},
		},
		Jobs: []statusJob{
			{Name: "Счета на продление", Kind: "invoice.issue", Started: ago(30 * time.Second), Took: 412 * time.Millisecond, Outcome: ok, Counts: "12 счетов, 12 писем", NextDue: b.Now.Add(35 * time.Second)},
			{Name: "Напоминания", Kind: "reminder.send", Started: ago(5 * time.Minute), Took: 1200 * time.Millisecond, Outcome: idle, NextDue: b.Now.Add(55 * time.Minute)},
			{Name: "Выписки банка", Kind: "statement.pull", Started: ago(42 * time.Minute), Took: 31 * time.Second, Outcome: failed, Counts: "1 из 2 счетов", Problem: "Банк не ответил за 10 с. Повторим в 14:15.", NextDue: ago(27 * time.Minute), LateBy: 27 * time.Minute},
			{Name: "Закрывающие документы", Kind: "act.issue", Started: ago(9 * time.Minute), Took: 3*time.Second + 400*time.Millisecond, Outcome: ok, Counts: "19 актов", NextDue: b.Now.Add(6 * time.Minute)},
			{Name: "Отправка писем", Kind: "invoice.email", Started: ago(4 * time.Second), Outcome: running, NextDue: b.Now.Add(time.Minute)},
			{Name: "Ночная сверка", Kind: "doctor", NextDue: b.Now.Add(13 * time.Hour)},
		},
		Payments: []statusPayment{
			{Date: day, Payer: "ООО «Пример Торг»", TaxID: "7701001238", Purpose: "Оплата по счёту 58291375-12 от 01.11.2026 за подписку «Стандарт» за декабрь 2026 г. Сумма 14900-00. В т.ч. НДС (22%) 2686-89", Amount: rub(14_900_00), State: matched, Account: "ООО «Пример Торг»", AccountHref: "/office/clients/12", Invoice: "58291375-12"},
			{Date: day, Payer: "ИП Примеров Пётр Петрович", TaxID: "770100123845", Purpose: "за услуги", Amount: rub(2_000_00), State: review},
			{Date: day, Payer: "ООО «Пример Логистика Северо-Запад»", TaxID: "7701001238", Purpose: "Оплата по сч. 61044418-3, НДС не облагается", Amount: rub(149_000_00), State: matched, Account: "ООО «Пример Логистика Северо-Запад»", AccountHref: "/office/clients/77", Invoice: "61044418-3"},
			{Date: day.AddDays(-1), Payer: "ПАО «Пример Банк»", TaxID: "7701001238", Purpose: "Возмещение комиссии за октябрь", Amount: rub(312_50), State: web.Badge{Tone: web.ToneNeutral, Text: b.T("status.payment_ignored")}},
		},
		Runs: []statusRun{
			{Name: "Отправка писем", Started: ago(4 * time.Second), Outcome: running},
			{Name: "Счета на продление", Started: ago(30 * time.Second), Took: 412 * time.Millisecond, Outcome: ok, Counts: "12 счетов, 12 писем"},
			{Name: "Счета на продление", Started: ago(90 * time.Second), Took: 88 * time.Millisecond, Outcome: idle},
			{Name: "Напоминания", Started: ago(5 * time.Minute), Took: 1200 * time.Millisecond, Outcome: idle},
			{Name: "Закрывающие документы", Started: ago(9 * time.Minute), Took: 3400 * time.Millisecond, Outcome: ok, Counts: "19 актов"},
			{Name: "Выписки банка", Started: ago(42 * time.Minute), Took: 31 * time.Second, Outcome: failed, Counts: "1 из 2 счетов"},
		},
	}
}
