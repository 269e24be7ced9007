package backoffice

import (
	"net/url"

	"prolong"
	"prolong/billing"
	"prolong/internal/web"
	"prolong/internal/web/gallery"
	"prolong/invoices"
)

func subscriptionEntries() []gallery.Entry {
	base := func(b web.Base) web.Base { return officeBase(b, clientsPath, "office.clients.title") }
	return []gallery.Entry{
		{Page: "office/subscription", State: "filled", Make: func(b web.Base) web.Page {
			return subscriptionPage(base(b), subscriptionExample(b))
		}},
		{Page: "office/subscription", State: "empty", Make: func(b web.Base) web.Page {
			f := subscriptionExample(b)
			f.sub.Discounts, f.sub.Addons, f.sub.NextPlanID, f.catalog.Prices, f.catalog.Items = nil, nil, 0, nil, nil
			return subscriptionPage(base(b), f)
		}},
		{Page: "office/subscription", State: "ending", Make: func(b web.Base) web.Page {
			f := subscriptionExample(b)
			f.sub.EndsOn, f.sub.NextPlanID = f.sub.PaidThrough, 0
			return subscriptionPage(base(b), f)
		}},
		{Page: "office/subscription", State: "quoted", Make: func(b web.Base) web.Page {
			f := subscriptionExample(b)
			f.terms = web.NewForm(url.Values{"plan": {"team"}, "seats": {"5"}, "addon.sms": {"1"}, "at_once": {"1"}, "reason": {"Открыли две точки"}})
			after := f.sub.Terms()
			after.Seats = 5
			f.quote = &invoices.Changed{From: today(b), Before: f.sub.Terms(), After: after, Credit: rub(1_645_16), Due: rub(2_741_94), Price: rub(5_300_00), PaidBefore: f.sub.PaidThrough, PaidOnce: f.sub.PaidThrough,
				Invoice: &invoices.Invoice{Total: rub(1_096_78), DueOn: today(b).AddDays(7), Status: invoices.StatusOpen}, Reissued: &invoices.Reissued{Old: "58291375-13", New: invoices.Invoice{Total: rub(5_300_00)}}}
			return subscriptionPage(base(b), f)
		}},
		{Page: "office/subscription", State: "wrong", Make: func(b web.Base) web.Page {
			f := subscriptionExample(b)
			f.problem = prolong.NewError(prolong.CodeConflict, "error.change_unpaid", prolong.Args{"Invoice": "58291375-14"})
			f.wrong = prolong.NewError(prolong.CodeInvalid, "error.discount_kind", nil)
			return subscriptionPage(base(b), f)
		}},
	}
}

// subscriptionExample is a subscription with everything that it can have.
func subscriptionExample(b web.Base) subscriptionFacts {
	day := today(b)
	month := prolong.Term{Count: 1, Unit: prolong.Months}
	price := func(minor int64) []billing.Price {
		return []billing.Price{{Amount: rub(minor), ValidFrom: prolong.NewDate(2000, 1, 1)}}
	}
	return subscriptionFacts{
		client: clientExample(b).client,
		catalog: billing.Catalog{
			Plans:  map[billing.PlanID]billing.Plan{1: {ID: 1, SellerID: 1, Key: "team", Name: "Команда", Period: month}, 2: {ID: 2, SellerID: 1, Key: "net", Name: "Сеть", Period: prolong.Term{Count: 12, Unit: prolong.Months}}},
			Prices: map[billing.PlanID][]billing.Price{1: price(1_000_00), 2: price(9_900_00)},
			Items:  map[billing.PlanID][]billing.Item{1: {{ID: 1, PlanID: 1, Key: "sms", Kind: billing.ItemAddon, Name: "СМС-пакет", Prices: price(300_00)}}},
		},
		sub: billing.Subscription{ID: 12, SellerID: 1, AccountID: 12, PlanID: 1, Currency: prolong.RUB, Term: month, Seats: 3, Addons: map[string]int{"sms": 1}, AnchorDay: 1, PaidThrough: day.AddDays(20), InvoicedTo: day.AddDays(21), Since: day.AddDays(-400),
			NextPlanID: 2, NextSeats: 3, PlanFrom: day.AddDays(51),
			Discounts: []billing.Discount{{ID: 4, PercentBP: 1250, From: day.AddDays(-30), Periods: 3, Used: 1, Reason: "Возвращение", Given: day.AddDays(-31)}},
			OneOffs:   []billing.OneOff{{ID: 3, Key: "setup", Name: "Модуль подключения", Quantity: 1, Price: rub(5_000_00)}}},
	}
}
