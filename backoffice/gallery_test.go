package backoffice

import (
	"flag"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync"
	"prolong/banksync/match"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/jobs"
	"prolong/internal/web"
	"prolong/internal/web/gallery"
	"prolong/internal/web/webtest"
	"prolong/invoices"
	"prolong/notify"
	"prolong/templates"
)

// pagesDir receives the gallery as files: go test ./backoffice -run TestGallery -args -pages DIR.
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

func galleryEntries() []gallery.Entry {
	return slices.Concat(doorEntries(), paymentEntries(), clientEntries(), decisionEntries(), orderEntries(), companyEntries(), subscriptionEntries(), supportEntries(), systemEntries(), reportEntries(), exchangeEntries(), sellerEntries())
}

func doorEntries() []gallery.Entry {
	return []gallery.Entry{
		{Page: "office/login", State: "empty", Make: func(b web.Base) web.Page { return loginPage(b, web.NewForm(nil), statusPath, "") }},
		{Page: "office/login", State: "wrong", Make: func(b web.Base) web.Page {
			form := web.NewForm(map[string][]string{"email": {"accountant@example.test"}})
			form.Email("email")
			form.Secret("password", passwordRunesMax)
			return loginPage(b, form, "/office?day=2026-11-22", b.T("error.login_failed"))
		}},
		{Page: "office/setup", State: "empty", Make: func(b web.Base) web.Page {
			return setupPage(b, setupPath+"/x", galleryOwner, web.NewForm(nil))
		}},
		{Page: "office/second_factor", State: "asked", Make: func(b web.Base) web.Page {
			b.Title = b.T("office.second_factor.title")
			return SecondFactorPage{Base: b, Home: statusPath}
		}},
		{Page: "office/second_factor", State: "drawn", Make: func(b web.Base) web.Page {
			b.Title = b.T("office.second_factor.title")
			setup := identity.SecondFactorSetup{Secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", URL: "otpauth://totp/Prolong:anna@example.test?issuer=Prolong&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}
			picture, err := qrPicture(setup.URL)
			if err != nil {
				panic(err)
			}
			return SecondFactorPage{Base: b, Setup: &setup, Picture: picture, Home: statusPath, Field: web.Field{Kind: "text", Name: "code", Label: b.T("login.code"), Problem: b.T("error.second_factor_wrong"), InputMode: "numeric"}}
		}},
		{Page: "office/second_factor", State: "done", Make: func(b web.Base) web.Page {
			b.Title = b.T("office.second_factor.title")
			return SecondFactorPage{Base: b, Home: statusPath, Codes: []string{"abcd-efgh-ijkl-mnop", "qrst-uvwx-yz23-4567", "bcde-fghi-jklm-nopq", "rstu-vwxy-z234-567a"}}
		}},
		{Page: "office/status", State: "empty", Make: func(b web.Base) web.Page { return statusPage(officeBase(b, statusPath, "status.title"), statusFacts{}) }},
		{Page: "office/status", State: "filled", Make: filledStatus},
	}
}

var galleryOwner = identity.Staff{ID: 3, Email: "anna@example.test", Name: "Анна Примерова", Role: identity.RoleAccountant}

// officeBase puts the frame of an administrator around a page.
func officeBase(b web.Base, path, title string) web.Base {
	b.Path, b.Title = path, b.T(title)
	b.User = userOf(b, identity.Session{Name: "Анна Примерова", Role: identity.RoleAdministrator})
	b.Nav = navOf(b, identity.RoleAdministrator, navCounts{review: 12, tickets: 5, callbacks: 2, withTickets: true, withCalls: true})
	markCurrent(b.Nav, b.Path)
	return b
}

func rub(minor int64) prolong.Money { return prolong.NewMoney(minor, prolong.RUB) }

func filledStatus(b web.Base) web.Page {
	b = officeBase(b, statusPath, "status.title")
	ago := func(d time.Duration) time.Time { return b.Now.Add(-d) }
	run := func(name string, before, took time.Duration, outcome jobs.Outcome, counts jobs.Counts, problem string) jobs.Run {
		r := jobs.Run{Name: name, DueAt: ago(before), StartedAt: ago(before), FinishedAt: ago(before - took), Outcome: outcome, Counts: counts, Error: problem}
		if outcome == jobs.OutcomeRunning {
			r.FinishedAt = time.Time{}
		}
		return r
	}
	renewals := run("renewals", 30*time.Second, 412*time.Millisecond, jobs.OutcomeDone, jobs.Counts{"invoices": 12, "settled": 1}, "")
	reminders := run("reminders", 5*time.Minute, 1200*time.Millisecond, jobs.OutcomeDone, jobs.Counts{"reminders": 0}, "")
	pull := run("bank_pull", 47*time.Minute, 31*time.Second, jobs.OutcomeFailed, jobs.Counts{"files": 1, "lines": 14, "matched": 13, "review": 1}, "файл kl_to_1c_22.txt: остаток на конец дня не сходится с движением")
	closing := run("closing_documents", 9*time.Minute, 3400*time.Millisecond, jobs.OutcomeDone, jobs.Counts{"documents": 19}, "")
	status := func(r jobs.Run, period time.Duration, late bool) jobs.Status {
		s := jobs.Status{Name: r.Name, Period: period, Last: &r, LastDoneAt: r.FinishedAt, NextDue: r.StartedAt.Add(period), Late: late}
		if late {
			s.LastDoneAt = ago(62 * time.Minute)
		}
		return s
	}
	posted := func(number string) match.Decision {
		return match.Decision{RulesetVersion: "2026.1", Class: match.ClassAuto, Rule: match.RuleW1, Allocations: []match.Allocation{{Number: number, AmountMinor: 1}}}
	}
	day := prolong.MustDate("2026-11-22")
	return statusPage(b, statusFacts{
		access:   billing.AccessCounts{Active: 287, Grace: 9, Suspended: 4},
		open:     []invoices.OpenTotal{{Count: 41, Amount: rub(821_400_00), Overdue: 4, OverdueAmount: rub(8_000_00)}},
		lastDay:  []banksync.ReceivedTotal{{Count: 19, Amount: rub(412_900_00), Automatic: 18, Review: 1}},
		lastWeek: []banksync.ReceivedTotal{{Count: 191, Amount: rub(2_812_900_00), Automatic: 188, Review: 3}},
		review:   []banksync.ReasonCount{{Reason: match.ReasonTypo, Currency: prolong.RUB, Count: 2, Amount: rub(16_900_00), Oldest: day.AddDays(-4)}, {Reason: match.ReasonAmount, Currency: prolong.RUB, Count: 1, Amount: rub(2_000_00), Oldest: day}},
		waiting:  &supportWaiting{tickets: 5, callbacks: 2},
		letters:  notify.Stats{Waiting: 2, OldestWaiting: ago(40 * time.Second), Failed: 1},
		jobs: []jobs.Status{
			status(renewals, time.Minute, false), status(reminders, time.Hour, false), status(pull, 15*time.Minute, true), status(closing, 15*time.Minute, false),
			{Name: "doctor", Period: 24 * time.Hour, NextDue: b.Now.Add(13 * time.Hour)},
		},
		runs:  []jobs.Run{renewals, closing, run("renewals", 12*time.Minute, 88*time.Millisecond, jobs.OutcomeDone, jobs.Counts{"invoices": 1}, ""), pull, run("bank_pull", 62*time.Minute, 4*time.Second, jobs.OutcomeDone, jobs.Counts{"files": 1, "lines": 31, "matched": 30, "review": 1}, "")},
		pulls: []banksync.LastPull{{Number: "40702810938000000001", Bank: "ПАО «Пример Банк»", At: ago(47 * time.Minute), Lines: 14, Failure: pull.Error}, {Number: "40702810400000000002", Bank: "АО «Банк Образец»", At: ago(4 * time.Minute), Lines: 3}},
		payments: []banksync.Received{
			{ID: 4, State: billing.PaymentMatched, AccountID: 12, Account: "«Пример Торг»", Amount: rub(14_900_00), ValueOn: day, Payer: banksync.Payer{Name: "ООО «Пример Торг»", TaxID: "7701001238"},
				Purpose: "Оплата по счёту 58291375-12 от 01.11.2026 за подписку «Стандарт» за декабрь 2026 г. Сумма 14900-00. В т.ч. НДС (22%) 2686-89", Decision: posted("58291375-12")},
			{ID: 3, State: billing.PaymentReview, Amount: rub(2_000_00), ValueOn: day, Payer: banksync.Payer{Name: "ИП Примеров Пётр Петрович", TaxID: "770100123845"}, Purpose: "за услуги", Decision: match.Decision{Class: match.ClassReview, Reason: match.ReasonNoEvidence}},
			{ID: 2, State: billing.PaymentMatched, AccountID: 77, Account: "«Пример Логистика Северо-Запад»", Amount: rub(149_000_00), ValueOn: day, Payer: banksync.Payer{Name: "ООО «Пример Логистика Северо-Запад»", TaxID: "7701001238"},
				Purpose: "Оплата по сч. 61044418-3, НДС не облагается", Decision: match.Decision{RulesetVersion: "manual", Allocations: []match.Allocation{{Number: "61044418-3"}}}},
			{ID: 1, State: billing.PaymentIgnored, Amount: rub(312_50), ValueOn: day.AddDays(-1), Payer: banksync.Payer{Name: "ПАО «Пример Банк»", TaxID: "7701001238"}, Purpose: "Проценты на остаток за октябрь", Decision: match.Decision{Class: match.ClassNotOurs, Reason: match.ReasonBank}},
		},
	})
}
