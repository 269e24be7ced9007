package backoffice

import (
	"encoding/json"
	"time"

	"github.com/riverqueue/river/rivertype"

	"prolong"
	"prolong/banksync"
	"prolong/banksync/match"
	"prolong/identity"
	"prolong/internal/jobs"
	"prolong/internal/web"
	"prolong/internal/web/gallery"
	"prolong/invoices"
	"prolong/tickets"
)

func systemEntries() []gallery.Entry {
	return []gallery.Entry{
		{Page: "office/dashboard", State: "empty", Make: func(b web.Base) web.Page {
			b = officeBase(b, dashboardPath, "office.dashboard.title")
			return dashboardPage(b, dashboardFacts{})
		}},
		{Page: "office/dashboard", State: "filled", Make: filledDashboard},
		{Page: "office/job_list", State: "empty", Make: func(b web.Base) web.Page {
			return JobListPage{Base: officeBase(b, jobsPath, "office.jobs.title"), WithQueue: true}
		}},
		{Page: "office/job_list", State: "filled", Make: filledJobs},
		{Page: "office/run_list", State: "filled", Make: func(b web.Base) web.Page {
			b = officeBase(b, jobsPath+"/bank_pull", "office.jobs.title")
			ago := func(d time.Duration) time.Time { return b.Now.Add(-d) }
			return runListPage(b, "bank_pull", []jobs.Run{
				{Name: "bank_pull", DueAt: ago(5 * time.Minute), StartedAt: ago(5 * time.Minute), Outcome: jobs.OutcomeRunning},
				{Name: "bank_pull", DueAt: ago(20 * time.Minute), StartedAt: ago(20 * time.Minute), FinishedAt: ago(19 * time.Minute), Outcome: jobs.OutcomeFailed, Error: "файл kl_to_1c_22.txt: остаток на конец дня не сходится с движением"},
				{Name: "bank_pull", DueAt: ago(35 * time.Minute), StartedAt: ago(35 * time.Minute), FinishedAt: ago(35*time.Minute - 412*time.Millisecond), Outcome: jobs.OutcomeDone, Counts: jobs.Counts{"files": 0}},
				{Name: "bank_pull", DueAt: ago(50 * time.Minute), StartedAt: ago(49 * time.Minute), FinishedAt: ago(48 * time.Minute), Outcome: jobs.OutcomeDone, Counts: jobs.Counts{"files": 1, "lines": 31, "matched": 30, "review": 1}},
			})
		}},
		{Page: "office/staff_list", State: "filled", Make: func(b web.Base) web.Page {
			b = officeBase(b, staffPath, "office.staff.title")
			return staffListPage(b, galleryStaff(b), 1, web.NewForm(nil))
		}},
		{Page: "office/staff_list", State: "link", Make: func(b web.Base) web.Page {
			b = officeBase(b, staffPath, "office.staff.title")
			page := staffListPage(b, galleryStaff(b), 1, web.NewForm(nil))
			page.SetupLink, page.SetupFor = "https://billing.example.test/office/setup/3q2-7wEHAxIRICM_ZyXwVuTsRqPoNmLk", "new@example.test"
			return page
		}},
		{Page: "office/staff_list", State: "wrong", Make: func(b web.Base) web.Page {
			b = officeBase(b, staffPath, "office.staff.title")
			form := web.NewForm(map[string][]string{"email": {"new@"}, "name": {""}, "role": {string(identity.RoleSupport)}})
			form.Email("email")
			form.Required("name", clientRunesMax)
			page := staffListPage(b, galleryStaff(b), 1, form)
			page.Form.Problem = b.T("error.staff_lock_self")
			return page
		}},
		{Page: "office/me", State: "filled", Make: func(b web.Base) web.Page { return galleryMe(b, true, web.NewForm(nil)) }},
		{Page: "office/me", State: "wrong", Make: func(b web.Base) web.Page {
			form := web.NewForm(map[string][]string{"old": {"x"}, "password": {""}})
			form.Reject("old", prolong.NewError(prolong.CodeUnauthorized, "error.login_failed", nil))
			form.Secret("password", passwordRunesMax)
			return galleryMe(b, false, form)
		}},
		{Page: "office/audit_list", State: "empty", Make: func(b web.Base) web.Page {
			return auditListPage(officeBase(b, auditPath, "office.audit.title"), nil, 0)
		}},
		{Page: "office/audit_list", State: "filled", Make: filledAudit},
		{Page: "office/audit_list", State: "payments", Make: decidedPayments},
	}
}

func filledDashboard(b web.Base) web.Page {
	b = officeBase(b, dashboardPath, "office.dashboard.title")
	day := today(b)
	monday := prolong.MustDate("2026-11-16")
	facts := dashboardFacts{tags: []tickets.Tag{{Key: "documents", Name: "Документы"}, {Key: "payment", Name: "Оплата"}, {Key: "access", Name: "Доступ"}}}
	facts.tag = facts.tags[1]
	for i, n := range []struct{ count, automatic int }{{140, 131}, {152, 146}, {0, 0}, {171, 166}, {168, 165}, {177, 174}, {181, 176}, {190, 188}, {184, 183}, {193, 190}, {201, 199}, {88, 87}} {
		facts.weeks = append(facts.weeks, banksync.WeekReceived{Monday: monday.AddDays(7 * (i - dashboardWeeks + 1)), Count: n.count, Automatic: n.automatic})
	}
	first := prolong.NewDate(day.Year(), day.Month(), 1)
	for i := range dashboardMonths {
		from := first.AddMonths(i+1-dashboardMonths, 1)
		on := from.AddMonths(1, 1).AddDays(-1)
		if i == dashboardMonths-1 {
			on = day
		}
		facts.months = append(facts.months, on)
		facts.contacts = append(facts.contacts, contactsOfMonth{from: from, clients: 24 - i, accounts: 230 + 6*i})
		if i > 2 {
			facts.recurring = append(facts.recurring, invoices.Recurring{On: on, Amount: rub(int64(1_900_000_00 + i*71_300_00)), Payers: 230 + 5*i})
		}
	}
	return dashboardPage(b, facts)
}

func filledJobs(b web.Base) web.Page {
	b = officeBase(b, jobsPath, "office.jobs.title")
	status := filledStatus(b).(StatusPage)
	page := JobListPage{Base: b, Jobs: status.Jobs, WithQueue: true}
	ago := func(d time.Duration) time.Time { return b.Now.Add(-d) }
	for _, n := range []jobs.Count{
		{Kind: "message.send", State: rivertype.JobStateAvailable, Count: 3, Oldest: ago(4 * time.Second)},
		{Kind: "message.send", State: rivertype.JobStateRetryable, Count: 2, Oldest: ago(7 * time.Minute)},
		{Kind: "message.send", State: rivertype.JobStateCompleted, Count: 1_912, Oldest: ago(24 * time.Hour)},
		{Kind: "letter.read", State: rivertype.JobStateDiscarded, Count: 1, Oldest: ago(3 * time.Hour)},
		{Kind: "mailbox.pull", State: rivertype.JobStateRunning, Count: 1, Oldest: ago(2 * time.Second)},
		{Kind: "sla.check", State: rivertype.JobStateScheduled, Count: 14, Oldest: ago(-time.Hour)},
		{Kind: "call.hook", State: rivertype.JobStateCancelled, Count: 2, Oldest: ago(9 * time.Hour)},
	} {
		page.Queue = append(page.Queue, queueRow(b, n))
	}
	ended := ago(3 * time.Hour)
	page.Failed = append(page.Failed, failedRow(b, &rivertype.JobRow{ID: 40_112, Kind: "letter.read", Attempt: 8, CreatedAt: ago(27 * time.Hour), FinalizedAt: &ended,
		Errors: []rivertype.AttemptError{{Error: "tickets: letter 311: malformed MIME header: missing colon: \"Received from mx\""}}}))
	return page
}

func galleryStaff(b web.Base) []identity.Staff {
	return []identity.Staff{
		{ID: 1, Email: "anna@example.test", Name: "Анна Примерова", Role: identity.RoleAdministrator, HasPassword: true, SecondFactor: true, CreatedAt: b.Now},
		{ID: 2, Email: "boris@example.test", Name: "Борис Образцов", Role: identity.RoleSupport, HasPassword: true, SecondFactor: true},
		{ID: 3, Email: "new@example.test", Name: "Вера Новая", Role: identity.RoleAccountant},
		{ID: 4, Email: "former@example.test", Name: "Глеб Бывший", Role: identity.RoleSupport, HasPassword: true, Locked: true},
	}
}

func galleryMe(b web.Base, factor bool, form *web.Form) web.Page {
	b = officeBase(b, mePath, "office.me.title")
	here := identity.Session{ID: "a", Name: "Анна Примерова", Email: "anna@example.test", Role: identity.RoleAdministrator, SecondFactor: factor, CreatedAt: b.Now.Add(-5 * time.Hour), LastSeenAt: b.Now,
		Origin: identity.Origin{IP: "192.0.2.10", UserAgent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36"}}
	phone := identity.Session{ID: "b", CreatedAt: b.Now.Add(-74 * time.Hour), LastSeenAt: b.Now.Add(-3 * time.Hour),
		Origin: identity.Origin{IP: "198.51.100.7", UserAgent: "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"}}
	return mePage(b, here, []identity.Session{here, phone}, 7, form)
}

func filledAudit(b web.Base) web.Page {
	b = officeBase(b, auditPath, "office.audit.title")
	ago := func(d time.Duration) time.Time { return b.Now.Add(-d) }
	anna, contact := prolong.Actor{Kind: prolong.ActorStaff, ID: 1}, prolong.Actor{Kind: prolong.ActorContact, ID: 52, Name: "Ольга Примерова"}
	page := auditListPage(b, galleryStaff(b), 0)
	page.Rows = auditRows(b, []identity.AuditEntry{
		{ID: 9, At: ago(2 * time.Minute), Actor: anna, Action: "member.role", SubjectKind: "membership", SubjectID: 311, AccountID: 12, IP: "192.0.2.10",
			Before: json.RawMessage(`{"role":"employee"}`), After: json.RawMessage(`{"role":"accountant"}`)},
		{ID: 8, At: ago(20 * time.Minute), Actor: contact, Action: "account.requisites", SubjectKind: "account", SubjectID: 12, AccountID: 12, IP: "198.51.100.7",
			Before: json.RawMessage(`{"legal_name":"ООО «Пример»"}`), After: json.RawMessage(`{"legal_name":"ООО «Пример Торг»"}`)},
		{ID: 7, At: ago(3 * time.Hour), Actor: prolong.Actor{Kind: prolong.ActorStaff, ID: 2}, Action: "staff.login", SubjectKind: "staff", SubjectID: 2, IP: "2001:db8::1f"},
		{ID: 6, At: ago(25 * time.Hour), Actor: prolong.System("cli"), Action: "staff.create", SubjectKind: "staff", SubjectID: 3, After: json.RawMessage(`{"role":"accountant"}`)},
		{ID: 5, At: ago(26 * time.Hour), Actor: anna, Action: "ticket.unheard_of", SubjectKind: "ticket", SubjectID: 7},
	}, galleryStaff(b))
	return page
}

func decidedPayments(b web.Base) web.Page {
	b = officeBase(b, auditPath, "office.audit.title")
	page := auditListPage(b, galleryStaff(b), 2)
	page.Kind, page.Tabs = auditPayments, auditTabs(b.Translator, auditPayments, 0, 2)
	manual := match.Decision{RulesetVersion: "manual", Class: match.ClassAuto, Allocations: []match.Allocation{{Number: "58291375-12", AmountMinor: 1}}}
	page.Rows = decisionRows(b, []banksync.StaffDecision{
		{ID: 4, PaymentID: 311, AccountID: 12, DecisionRecord: banksync.DecisionRecord{Decision: manual, By: "staff:2", At: b.Now.Add(-time.Hour), Note: "по письму бухгалтера"}},
		{ID: 3, PaymentID: 310, DecisionRecord: banksync.DecisionRecord{Decision: match.Decision{RulesetVersion: "manual", Class: match.ClassNotOurs}, By: "staff:2", At: b.Now.Add(-2 * time.Hour)}},
	}, galleryStaff(b))
	return page
}
