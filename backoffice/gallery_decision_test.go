package backoffice

import (
	"net/url"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/web"
	"prolong/internal/web/gallery"
	"prolong/invoices"
)

// decisionEntries are the pages of what is done in two steps.
func decisionEntries() []gallery.Entry {
	entry := func(state string, make func(b web.Base) DecisionPage) gallery.Entry {
		return gallery.Entry{Page: "office/decision", State: state, Make: func(b web.Base) web.Page { return make(b) }}
	}
	return []gallery.Entry{
		entry("void", func(b web.Base) DecisionPage {
			f := remedyExample(b, invoices.RemedyVoid)
			page := remedyPage(officeBase(b, invoicesPath, "office.invoices.title"), f, web.NewForm(nil))
			page.Quote = remedyQuote(b, f, voidExample(b, f))
			return page
		}),
		entry("reissue", func(b web.Base) DecisionPage {
			f := remedyExample(b, invoices.RemedyReissue)
			page := remedyPage(officeBase(b, invoicesPath, "office.invoices.title"), f, web.NewForm(url.Values{"reason": {"Сменились реквизиты"}}))
			done := voidExample(b, f)
			day, free := today(b), prolong.NewMoney(0, prolong.RUB)
			done.Shortened[0].After = done.Shortened[0].Before
			done.Successor = &invoices.Invoice{ID: 502, Number: "58291375-14", Kind: invoices.KindPeriod, Period: f.invoice.Period, Total: rub(15_900_00), Paid: rub(14_900_00), Credited: free, DueOn: day.AddDays(7), Status: invoices.StatusOpen}
			done.BalanceAfter = done.BalanceBefore
			done.Charge = billing.Charge{Total: rub(15_900_00), Lines: []billing.ChargeLine{{Name: "Команда", Quantity: 15, Price: rub(1_060_00), Discount: free, Amount: rub(15_900_00)}}}
			page.Quote = remedyQuote(b, f, done)
			page.Quote.Notice = b.T("error.quote_changed")
			return page
		}),
		entry("credit", func(b web.Base) DecisionPage {
			return remedyPage(officeBase(b, invoicesPath, "office.invoices.title"), remedyExample(b, invoices.RemedyCredit), web.NewForm(nil))
		}),
		entry("credit-wrong", func(b web.Base) DecisionPage {
			form := web.NewForm(url.Values{"amount": {"тысяча"}})
			form.Money("amount", prolong.RUB)
			form.Required("reason", reasonRunesMax)
			page := remedyPage(officeBase(b, invoicesPath, "office.invoices.title"), remedyExample(b, invoices.RemedyCredit), form)
			page.Problem = b.Error(form.Err())
			return page
		}),
		entry("end", func(b web.Base) DecisionPage {
			f := subscriptionExample(b)
			page := endPage(officeBase(b, clientsPath, "office.clients.title"), f, web.NewForm(url.Values{"reason": {"Заявление клиента"}}), false)
			page.Quote = endQuote(b, f, invoices.Ending{EndsOn: f.sub.PaidThrough, Withdrawn: "58291375-14", BalanceBefore: rub(0), BalanceAfter: rub(4_900_00), Owed: rub(1_096_78)})
			return page
		}),
		entry("end-hours", func(b web.Base) DecisionPage {
			f := subscriptionExample(b)
			f.sub.Metered = true
			last := today(b).AddDays(3)
			page := endPage(officeBase(b, clientsPath, "office.clients.title"), f, web.NewForm(url.Values{"on": {last.String()}, "reason": {"Заявление клиента"}}), false)
			page.Quote = endQuote(b, f, invoices.Ending{EndsOn: last, BalanceBefore: rub(0), BalanceAfter: rub(0), Owed: rub(0), Hours: prolong.Period{From: last.AddDays(-14), To: last.AddDays(1)}})
			return page
		}),
		entry("end-wrong", func(b web.Base) DecisionPage {
			f := subscriptionExample(b)
			page := endPage(officeBase(b, clientsPath, "office.clients.title"), f, web.NewForm(url.Values{"on": {today(b).AddDays(30).String()}}), false)
			page.Problem = b.Error(prolong.NewError(prolong.CodeInvalid, "error.end_inside_period", prolong.Args{"Date": today(b).AddDays(30), "Before": f.sub.PaidThrough, "After": f.sub.PaidThrough.AddDays(31)}))
			return page
		}),
		entry("keep", func(b web.Base) DecisionPage {
			f := subscriptionExample(b)
			f.sub.EndsOn = f.sub.PaidThrough
			page := endPage(officeBase(b, clientsPath, "office.clients.title"), f, web.NewForm(nil), true)
			page.Quote = endQuote(b, f, invoices.Ending{Before: f.sub.EndsOn, BalanceBefore: rub(0), BalanceAfter: rub(0), Owed: rub(0), RenewOn: today(b).AddDays(6)})
			return page
		}),
		entry("person-new", func(b web.Base) DecisionPage {
			f := personFacts{client: clientExample(b).client}
			page := personPage(officeBase(b, clientsPath, "office.clients.title"), f, web.NewForm(url.Values{"email": {"buh@example.test"}, "language": {"ru"}, "role": {"accountant"}}))
			page.Quote = inviteQuote(b, personForm{email: "buh@example.test", role: identity.MemberAccountant})
			return page
		}),
		entry("person-edit", func(b web.Base) DecisionPage {
			facts := clientExample(b)
			f := personFacts{client: facts.client, member: facts.people[0]}
			page := personPage(officeBase(b, clientsPath, "office.clients.title"), f, web.NewForm(url.Values{"name": {"Ольга Примерова"}, "language": {"kk"}, "role": {"owner"}}))
			page.Quote = personQuote(b, f, personForm{name: "Ольга Примерова", language: "kk", role: identity.MemberOwner})
			return page
		}),
		entry("person-remove", func(b web.Base) DecisionPage {
			facts := clientExample(b)
			f := personFacts{client: facts.client, member: facts.people[0]}
			page := removePage(officeBase(b, clientsPath, "office.clients.title"), f)
			page.Quote = removeQuote(b, f)
			return page
		}),
		entry("refund", func(b web.Base) DecisionPage {
			f := refundExample(b)
			page := refundPage(officeBase(b, paymentsPath, "office.payments.title"), f, web.NewForm(url.Values{"from": {"501"}, "amount": {"4900"}, "then": {refundAdjust}, "on": {today(b).String()}, "reason": {"Клиент сократил число касс"}}))
			inv := remedyExample(b, invoices.RemedyRefund).invoice
			after := inv
			after.Credited, after.Paid = rub(4_900_00), rub(10_000_00)
			page.Quote = refundQuote(b, f, invoices.Remedied{Kind: invoices.RemedyRefund, Before: inv, After: after, BalanceBefore: rub(0), BalanceAfter: rub(0), Cash: rub(4_900_00),
				Note: invoices.CreditNote{Total: rub(4_900_00), Tax: rub(883_61)}})
			page.Quote.Unsure = true
			return page
		}),
	}
}

// orderEntries are the pages on which something is sold to a client.
func orderEntries() []gallery.Entry {
	entry := func(state string, make func(b web.Base) DecisionPage) gallery.Entry {
		return gallery.Entry{Page: "office/decision", State: state, Make: func(b web.Base) web.Page { return make(b) }}
	}
	charge := func(f subscriptionFacts, day prolong.Date) billing.Charge {
		period := prolong.Period{From: day, To: day.AddMonths(1, day.Day())}
		c, err := f.catalog.ChargeOf(&f.sub, period, billing.ChargeOptions{OneOffs: []billing.OneOff{{Key: "setup", Name: "Подключение", Quantity: 1, Price: rub(5_000_00)}}})
		if err != nil {
			panic(err)
		}
		return c
	}
	return []gallery.Entry{
		entry("opening", func(b web.Base) DecisionPage {
			f := openingExample(b)
			return openingPage(officeBase(b, clientsPath, "office.clients.title"), f, web.NewForm(url.Values{"plan": {"team|RUB"}, "seats": {"1"}, "from": {f.today.String()}, "trial": {"1"}, "fees": {"1"}}))
		}),
		entry("opening-quoted", func(b web.Base) DecisionPage {
			f, s := openingExample(b), subscriptionExample(b)
			page := openingPage(officeBase(b, clientsPath, "office.clients.title"), f, web.NewForm(url.Values{"plan": {"team|RUB"}, "seats": {"3"}, "addon.sms": {"1"}, "from": {f.today.String()}, "trial": {"1"}, "fees": {"1"}, "percent": {"10"}, "reason": {"Договор 14/2026"}}))
			first := f.today.AddDays(14)
			s.sub.FirstFrom, s.sub.PaidThrough, s.sub.NextPlanID = first, first.AddDays(-1), 0
			c := charge(s, first)
			page.Quote = openingQuote(b, f, invoices.Opened{Subscription: s.sub, Plan: billing.Plan{Name: "Команда", Trial: prolong.Term{Count: 14, Unit: prolong.Days}}, Others: 1, Charge: c, Tax: rub(1_496_72),
				Period: prolong.Period{From: first, To: first.AddMonths(1, first.Day())}, Invoice: &invoices.Invoice{Total: c.Total, Paid: rub(300_00), DueOn: first.AddDays(-1)}})
			return page
		}),
		entry("opening-aligned", func(b web.Base) DecisionPage {
			f, s := openingExample(b), subscriptionExample(b)
			begin := f.today.AddDays(1-f.today.Day()).AddMonths(1, 1) // the first of the next month
			page := openingPage(officeBase(b, clientsPath, "office.clients.title"), f, web.NewForm(url.Values{"plan": {"team|RUB"}, "seats": {"1"}, "from": {f.today.String()}, "anchor": {begin.String()}}))
			s.sub.FirstFrom, s.sub.FirstTo, s.sub.PaidThrough, s.sub.InvoicedTo, s.sub.NextPlanID = f.today, begin, f.today.AddDays(-1), f.today, 0
			c, err := f.catalog.ChargeOf(&s.sub, s.sub.NextPeriod(), billing.ChargeOptions{})
			if err != nil {
				panic(err)
			}
			page.Quote = openingQuote(b, f, invoices.Opened{Subscription: s.sub, Plan: billing.Plan{Name: "Команда"}, Charge: c, Period: s.sub.NextPeriod(), Invoice: &invoices.Invoice{Total: c.Total, Paid: rub(0), DueOn: f.today}})
			return page
		}),
		entry("opening-none", func(b web.Base) DecisionPage {
			f := openingExample(b)
			f.catalog = billing.Catalog{}
			return openingPage(officeBase(b, clientsPath, "office.clients.title"), f, web.NewForm(nil))
		}),
		entry("fee-quoted", func(b web.Base) DecisionPage {
			f := subscriptionExample(b)
			f.catalog.Items[1] = append(f.catalog.Items[1], billing.Item{ID: 2, PlanID: 1, Key: "setup", Kind: billing.ItemFee, Name: "Подключение", Prices: []billing.Price{{Amount: rub(5_000_00), ValidFrom: prolong.NewDate(2000, 1, 1)}}})
			page := feePage(officeBase(b, clientsPath, "office.clients.title"), f, web.NewForm(url.Values{"fee": {"setup"}, "quantity": {"1"}, "when": {feeNext}}))
			page.Quote = feeQuote(b, invoices.OrderedFee{Name: "Подключение", Total: rub(5_000_00), Charge: charge(f, today(b)), NextOn: today(b).AddDays(9)})
			return page
		}),
	}
}

// companyEntries are the pages on which a client's requisites are changed.
func companyEntries() []gallery.Entry {
	return []gallery.Entry{
		{Page: "office/decision", State: "requisites", Make: func(b web.Base) web.Page {
			f := companyExample(b)
			f.note = &web.Flash{Tone: web.ToneWarn, Text: b.T("company.status.liquidating")}
			return companyPage(officeBase(b, clientsPath, "office.clients.title"), f, web.NewForm(f.fill()))
		}},
		{Page: "office/decision", State: "requisites-quoted", Make: func(b web.Base) web.Page {
			f := companyExample(b)
			before := billing.CompanyOf(f.client.Account)
			after := before
			after.TaxID, after.KPP, after.Address, after.Email, after.Signatory = "7702001230", "770201001", "127000, г Москва, ул Образцовая, д 25", "", "Примеров П. П."
			form := url.Values{}
			for k, v := range companyValues(after) {
				form.Set(k, v)
			}
			page := companyPage(officeBase(b, clientsPath, "office.clients.title"), f, web.NewForm(form))
			quote, err := companyQuote(b.Translator, before, after)
			if err != nil {
				panic(err)
			}
			page.Quote = quote
			return page
		}},
	}
}

func companyExample(b web.Base) companyFacts {
	return companyFacts{client: clientExample(b).client, ready: true, staff: map[int64]string{3: "Анна Примерова"}, history: []identity.AuditEntry{
		{ID: 2, At: b.Now, Actor: prolong.Actor{Kind: prolong.ActorStaff, ID: 3}, Action: identity.ActionCompany, Before: []byte(`{"Name":"«Торг»","Address":"","KPP":""}`), After: []byte(`{"Name":"«Пример Торг»","Address":"101000, Москва, ул. Примерная, д. 1","KPP":"770101001"}`)},
		{ID: 1, At: b.Now.AddDate(0, -2, 0), Actor: prolong.Actor{Kind: prolong.ActorContact, ID: 7, Name: "Пётр Образцов"}, Action: identity.ActionRequisites, Before: []byte(`{"Email":"old@example.test"}`), After: []byte(`{"Email":"buh@example.test"}`)},
	}}
}

func openingExample(b web.Base) openingFacts {
	s := subscriptionExample(b)
	return openingFacts{client: s.client, catalog: s.catalog, subs: []billing.Subscription{s.sub}, today: today(b)}
}

func remedyExample(b web.Base, kind invoices.RemedyKind) remedyFacts {
	f := clientExample(b)
	inv := f.invoices[1]
	inv.Kind, inv.Credited = invoices.KindPeriod, rub(0)
	return remedyFacts{invoiceFacts: invoiceFacts{invoice: inv, client: f.client}, kind: kind}
}

// voidExample cancels an invoice that was paid and closed.
func voidExample(b web.Base, f remedyFacts) invoices.Remedied {
	after, day := f.invoice, today(b)
	after.Status, after.Paid = invoices.StatusVoid, rub(0)
	return invoices.Remedied{
		Kind: f.kind, Before: f.invoice, After: after, BalanceBefore: rub(320_50), BalanceAfter: rub(320_50 + f.invoice.Paid.Minor()),
		Taken: invoices.Taken{Cancelled: []string{"260000412"}, Sent: true, Shortened: []invoices.Shortened{{Subscription: 12, Plan: "Команда", Before: day.AddDays(20), After: day.AddDays(-11)}}},
	}
}

func refundExample(b web.Base) refundFacts {
	free := rub(0)
	return refundFacts{
		payment: billing.Payment{ID: 41, State: billing.PaymentMatched, Amount: rub(15_220_50), Allocated: rub(14_900_00), Refunded: free, ValueOn: today(b).AddDays(-3)},
		client:  clientExample(b).client,
		parts:   []invoices.PaidPart{{PaymentID: 41, InvoiceID: 501, Number: "58291375-13", Amount: rub(14_900_00)}},
	}
}
