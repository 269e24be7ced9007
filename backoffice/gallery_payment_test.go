package backoffice

import (
	"strings"
	"time"

	"prolong"
	"prolong/banksync"
	"prolong/banksync/match"
	"prolong/billing"
	"prolong/internal/web"
	"prolong/internal/web/gallery"
	"prolong/invoices"
)

func paymentEntries() []gallery.Entry {
	return []gallery.Entry{
		{Page: "office/payment_list", State: "filled", Make: func(b web.Base) web.Page { return paymentQueue(b, true) }},
		{Page: "office/payment_list", State: "empty", Make: func(b web.Base) web.Page { return paymentQueue(b, false) }},
		{Page: "office/payment", State: "review", Make: func(b web.Base) web.Page {
			return paymentPage(officeBase(b, paymentsPath, "office.payments.title"), reviewFacts(b), choice{text: "ромаш"})
		}},
		{Page: "office/payment", State: "refused", Make: func(b web.Base) web.Page {
			return paymentPage(officeBase(b, paymentsPath, "office.payments.title"), reviewFacts(b), choice{problem: b.T("error.payment_not_in_review", "ID", 41)})
		}},
		{Page: "office/payment", State: "matched", Make: func(b web.Base) web.Page {
			return paymentPage(officeBase(b, paymentsPath, "office.payments.title"), matchedFacts(b), choice{})
		}},
		{Page: "office/payment", State: "empty", Make: func(b web.Base) web.Page {
			return paymentPage(officeBase(b, paymentsPath, "office.payments.title"), paymentFacts{payment: banksync.Received{State: billing.PaymentReview, Amount: rub(100)}, mayAct: true}, choice{})
		}},
		{Page: "office/payment_split", State: "filled", Make: func(b web.Base) web.Page {
			page := splitPage(officeBase(b, paymentsPath, "office.payments.title"), reviewFacts(b), 3, web.NewForm(nil))
			page.Problem = b.T("error.share_sum", "Sum", rub(10_000_00), "Amount", rub(14_900_00))
			return page
		}},
		{Page: "office/payment", State: "answered", Make: func(b web.Base) web.Page {
			f := reviewFacts(b)
			f.payment.Parked = banksync.Park{Until: prolong.DateOf(b.Now, b.Zone).AddDays(5), Note: "ждём письма"}
			f.asked = []banksync.Question{{AccountID: 12, AskedAt: b.Now.Add(-30 * time.Hour), Answer: banksync.AnswerInvoices, Invoices: []invoices.InvoiceID{501}, Text: "платили через логистику"}}
			f.lessons = map[billing.AccountID][]banksync.Lesson{12: {{Payments: 7, Decides: 6, Confirmations: 1, Requisite: match.Requisite{Refusal: banksync.RefusalQuarantined}}}, 77: {{Requisite: match.Requisite{Refusal: match.RefusalSubscriber}}}}
			f.alike = map[billing.AccountID]int{12: 3}
			return paymentPage(officeBase(b, paymentsPath, "office.payments.title"), f, choice{})
		}},
		{Page: "office/payment_group", State: "filled", Make: func(b web.Base) web.Page { return groupExample(b, true) }},
		{Page: "office/payment_group", State: "empty", Make: func(b web.Base) web.Page { return groupExample(b, false) }},
		{Page: "office/incident_list", State: "filled", Make: func(b web.Base) web.Page { return incidentExample(b, true) }},
		{Page: "office/incident_list", State: "empty", Make: func(b web.Base) web.Page { return incidentExample(b, false) }},
		{Page: "office/return_list", State: "filled", Make: func(b web.Base) web.Page { return returnExample(b, true) }},
		{Page: "office/return_list", State: "empty", Make: func(b web.Base) web.Page { return returnExample(b, false) }},
		{Page: "office/alias_list", State: "filled", Make: func(b web.Base) web.Page { return aliasExample(b, true) }},
		{Page: "office/alias_list", State: "empty", Make: func(b web.Base) web.Page { return aliasExample(b, false) }},
		{Page: "office/statement_list", State: "filled", Make: func(b web.Base) web.Page { return statementListExample(b, true) }},
		{Page: "office/statement_list", State: "empty", Make: func(b web.Base) web.Page { return statementListExample(b, false) }},
		{Page: "office/statement", State: "known", Make: func(b web.Base) web.Page { return statementExample(b, false) }},
		{Page: "office/statement", State: "table", Make: func(b web.Base) web.Page { return statementExample(b, true) }},
		{Page: "office/payment_undo", State: "filled", Make: func(b web.Base) web.Page {
			day := prolong.DateOf(b.Now, b.Zone)
			return undoPage(officeBase(b, paymentsPath, "office.payments.title"), matchedFacts(b).payment, banksync.Undone{Automatic: true, Aliases: 1, Taken: invoices.Taken{
				Reopened: []string{"58291375-12"}, Cancelled: []string{"260000417"}, Sent: true,
				Shortened: []invoices.Shortened{{Plan: "Стандарт", Before: day.AddDays(28), After: day.AddDays(-2)}}}})
		}},
		{Page: "office/payment_undo", State: "split", Make: func(b web.Base) web.Page {
			payment := matchedFacts(b).payment
			payment.State, payment.Account = billing.PaymentSplit, ""
			return undoPage(officeBase(b, paymentsPath, "office.payments.title"), payment, banksync.Undone{Clients: []string{"ООО «Пример Кофейня»", "ООО «Пример Пекарня»"},
				Taken: invoices.Taken{Reopened: []string{"58291375-12", "60218427-03"}}})
		}},
	}
}

func paymentQueue(b web.Base, filled bool) PaymentListPage {
	b = officeBase(b, paymentsPath, "office.payments.title")
	day := prolong.DateOf(b.Now, b.Zone)
	var groups []banksync.ReasonCount
	if filled {
		groups = []banksync.ReasonCount{
			{Reason: match.ReasonThirdParty, Currency: prolong.RUB, Count: 5, Amount: rub(74_500_00), Oldest: day.AddDays(-1)},
			{Reason: match.ReasonTypo, Currency: prolong.RUB, Count: 3, Amount: rub(18_900_00), Oldest: day},
			{Reason: match.ReasonAmount, Currency: prolong.RUB, Count: 2, Amount: rub(4_990_00), Oldest: day.AddDays(-6)},
			{Reason: match.ReasonNoEvidence, Currency: prolong.RUB, Count: 1, Amount: rub(2_000_00), Oldest: day},
			{Reason: match.ReasonNoEvidence, Currency: prolong.KZT, Count: 1, Amount: prolong.NewMoney(1_200_000, prolong.KZT), Oldest: day},
		}
	}
	page := PaymentListPage{Base: b, Tabs: paymentTabsOf(b, groups, billing.PaymentReview), Queue: true, Groups: queueGroups(b, groups, queueAll), Empty: b.T("office.payments.queue_empty")}
	if !filled {
		return page
	}
	for _, p := range reviewFacts(b).queue {
		row := paymentRow(b.Translator, p)
		row.Account = "ООО «Пример Торг»"
		page.Rows = append(page.Rows, row)
	}
	page.Rows[2].Account = ""
	page.Next = paymentsPath + "?after=1"
	return page
}

const galleryPurpose = "Оплата по счету № 5829l375-12 от 01.11.2026 за ООО «Пример Торг» за подписку «Стандарт», декабрь 2026 г. В т.ч. НДС (22%) 2686-89"

// spanOf is where a text stands in the purpose.
func spanOf(text string) match.Span {
	at := strings.Index(galleryPurpose, text)
	return match.Span{Field: match.FieldPurpose, From: at, To: at + len(text)}
}

func galleryAccount(id billing.AccountID, name, external string, code prolong.PaymentCode, state billing.AccessState, through prolong.Date) billing.AccountBrief {
	return billing.AccountBrief{Account: billing.Account{ID: id, SellerID: 1, Name: name, LegalForm: "ООО", ExternalID: external, PaymentCode: code, TaxID: "7701001238", Country: prolong.Russia,
		Email: "buh@example.test", Phone: "+79160000000", Address: "101000, Москва, ул. Примерная, д. 1", Language: "ru"},
		Access: billing.Access{State: state, PaidThrough: through}, Location: time.UTC, Balance: rub(0)}
}

func reviewFacts(b web.Base) paymentFacts {
	day := prolong.DateOf(b.Now, b.Zone)
	month := func(from prolong.Date) prolong.Period {
		return prolong.Period{From: from, To: from.AddMonths(1, from.Day())}
	}
	december, november := month(prolong.MustDate("2026-12-01")), month(prolong.MustDate("2026-11-01"))
	decision := match.Decision{
		RulesetVersion: "2026.1", Class: match.ClassReview, Reason: match.ReasonThirdParty, Currency: prolong.RUB,
		Vetoes: []match.Fact{{Kind: match.FactVeto, Text: "match.veto.behalf", Sign: -1, Args: map[string]string{"Name": "ООО «Пример Торг»"}, Span: spanOf("за ООО «Пример Торг»")}},
		Candidates: []match.Candidate{
			{AccountID: 12, Bits: 21, Facts: []match.Fact{
				{Kind: match.FactR1, Text: "match.fact.repaired", Sign: 1, Args: map[string]string{"Written": "5829l375", "Code": "58291375"}, Span: spanOf("5829l375-12")},
				{Kind: match.FactA4, Text: "match.fact.amount_referenced", Sign: 1, Args: map[string]string{"Amount": "14900.00", "Numbers": "58291375-12"}},
				{Kind: match.FactDate, Text: "match.fact.date", Sign: 1, Args: map[string]string{"Date": "01.11.2026", "Number": "58291375-12"}, Span: spanOf("01.11.2026")},
				{Kind: match.FactVAT, Text: "match.fact.vat", Sign: 1, Args: map[string]string{"Amount": "2686.89", "Number": "58291375-12"}, Span: spanOf("2686-89")},
			}, Allocations: []match.Allocation{{AccountID: 12, InvoiceID: 501, Number: "58291375-12", AmountMinor: 14_900_00}}},
			{AccountID: 77, Bits: 12, Facts: []match.Fact{
				{Kind: match.FactI4, Text: "match.fact.tax_id", Sign: 1, Args: map[string]string{"TaxID": "7701001238", "Account": "ООО «Пример Логистика»"}, Span: match.Span{Field: match.FieldPayerTaxID, To: 10}},
				{Kind: match.FactA0, Text: "match.fact.amount_none", Args: map[string]string{"Amount": "14900.00"}},
			}},
		},
	}
	payment := banksync.Received{ID: 41, State: billing.PaymentReview, SellerID: 1, Amount: rub(14_900_00), ValueOn: day, PostedOn: day, DocNo: "1356", Purpose: galleryPurpose,
		Payer:    banksync.Payer{Name: "ООО «Пример Логистика Северо-Запад»", TaxID: "7701001238", KPP: "770101001", Account: "40702810900000012345", BIC: "044525225"},
		Decision: decision, DecidedBy: "system:bank_pull", DecidedAt: b.Now.Add(-20 * time.Minute)}
	second, third := payment, payment
	second.ID, second.Amount, second.Purpose, second.Payer.Name, second.Decision.Reason = 42, rub(2_000_00), "за услуги", "ИП Примеров Пётр Петрович", match.ReasonNoEvidence
	third.ID, third.Amount, third.Purpose, third.Decision.Reason = 43, rub(4_990_00), "Оплата по сч. 61044418-3, НДС не облагается", match.ReasonAmount
	third.ValueOn = day.AddDays(-6)
	inv := func(id invoices.InvoiceID, account billing.AccountID, number string, p prolong.Period, minor int64) invoices.Invoice {
		return invoices.Invoice{ID: id, AccountID: account, SubscriptionID: billing.SubscriptionID(account), Number: number, Period: p, DueOn: p.From.AddDays(-1), Total: rub(minor), Paid: rub(0), Tax: rub(0), Status: invoices.StatusOpen}
	}
	sub := func(account billing.AccountID, through prolong.Date) []billing.Subscription {
		return []billing.Subscription{{ID: billing.SubscriptionID(account), AccountID: account, SellerID: 1, PlanID: 1, Currency: prolong.RUB, Term: prolong.Term{Count: 1, Unit: prolong.Months}, AnchorDay: 1, PaidThrough: through}}
	}
	return paymentFacts{
		payment: payment, queue: []banksync.Received{third, payment, second}, queueBy: queueAll, mayAct: true,
		history:  []banksync.DecisionRecord{{Decision: decision, By: "system:bank_pull", At: payment.DecidedAt}},
		past:     []banksync.PayerPast{{AccountID: 77, Account: "«Пример Логистика Северо-Запад»", Count: 7, LastOn: day.AddDays(-30)}},
		accounts: map[billing.AccountID]billing.AccountBrief{12: galleryAccount(12, "«Пример Торг»", "m-00012", "58291375", billing.AccessSuspended, november.From.AddDays(-1)), 77: galleryAccount(77, "«Пример Логистика Северо-Запад»", "m-00077", "61044418", billing.AccessActive, november.Last())},
		open:     map[billing.AccountID][]invoices.Invoice{12: {inv(501, 12, "58291375-12", december, 14_900_00), inv(502, 12, "58291375-13", month(december.To), 14_900_00)}, 77: {inv(601, 77, "61044418-4", december, 39_900_00)}},
		subs:     map[billing.AccountID][]billing.Subscription{12: sub(12, november.Last()), 77: sub(77, november.Last())},
		catalog:  billing.Catalog{Plans: map[billing.PlanID]billing.Plan{1: {ID: 1, Name: "Стандарт", GraceDays: 3, Resume: billing.ResumeLatest}}},
		found:    []billing.AccountBrief{galleryAccount(90, "«Примерная ромашка»", "m-00090", "73310584", billing.AccessGrace, day.AddDays(-1))},
	}
}

func matchedFacts(b web.Base) paymentFacts {
	f := reviewFacts(b)
	d := &f.payment.Decision
	d.Class, d.Rule, d.Reason, d.AccountID, d.Vetoes = match.ClassAuto, match.RuleW1, match.ReasonNone, 12, nil
	d.Facts, d.Allocations = d.Candidates[0].Facts, d.Candidates[0].Allocations
	f.payment.State, f.payment.AccountID, f.payment.Account, f.queue = billing.PaymentMatched, 12, "«Пример Торг»", nil
	f.history = []banksync.DecisionRecord{
		{Decision: *d, By: "system:bank_pull", At: b.Now.Add(-50 * time.Hour)},
		{Decision: match.Decision{RulesetVersion: "manual", Class: match.ClassReview}, By: "staff:3", At: b.Now.Add(-2 * time.Hour), Note: "клиент попросил зачесть другому договору"},
		{Decision: match.Decision{RulesetVersion: "manual", Class: match.ClassAuto, AccountID: 12, Allocations: d.Allocations}, By: "staff:3", At: b.Now.Add(-time.Hour)},
	}
	f.staff = map[int64]string{3: "Анна Примерова"}
	f.where = []invoices.PaidPart{{PaymentID: 41, InvoiceID: 501, Number: "58291375-12", Amount: rub(14_000_00)}}
	return f
}
