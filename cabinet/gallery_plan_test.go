package cabinet

import (
	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/web"
	"prolong/invoices"
)

// galleryPlan is the page of a subscription between two plans; dress makes a state of it.
func galleryPlan(b web.Base, v visit, dress func(f *planFacts)) web.Page {
	months := func(n int) prolong.Term { return prolong.Term{Count: n, Unit: prolong.Months} }
	prices := func(minor int64) []billing.Price {
		return []billing.Price{{Amount: rub(minor), ValidFrom: prolong.MustDate("2025-01-01")}}
	}
	f := planFacts{
		client: galleryClient(b), today: prolong.MustDate("2026-11-22"),
		sub: billing.Subscription{ID: 31, AccountID: galleryAccount, SellerID: 1, PlanID: 1, Currency: prolong.RUB, Term: months(1), Seats: 3, AnchorDay: 22,
			PaidThrough: prolong.MustDate("2026-12-21"), InvoicedTo: prolong.MustDate("2027-01-22"), Since: prolong.MustDate("2025-04-01"),
			NextPlanID: 1, NextSeats: 5, PlanFrom: prolong.MustDate("2026-12-22")},
		catalog: billing.Catalog{
			Plans: map[billing.PlanID]billing.Plan{
				1: {ID: 1, Key: "standard", SellerID: 1, Name: "Стандарт", Period: months(1), Offered: true},
				2: {ID: 2, Key: "team", SellerID: 1, Name: "Команда на год", Period: months(12), Offered: true},
				3: {ID: 3, Key: "gift", SellerID: 1, Name: "Только для офиса", Period: months(1)},
			},
			Prices: map[billing.PlanID][]billing.Price{1: prices(1_490_00), 2: prices(14_900_00), 3: prices(1_00)},
			Items: map[billing.PlanID][]billing.Item{
				1: {{ID: 1, PlanID: 1, Key: "sms", Kind: billing.ItemAddon, Name: "СМС-пакет", Prices: prices(300_00)}},
				2: {{ID: 2, PlanID: 2, Key: "sms", Kind: billing.ItemAddon, Name: "СМС-пакет", Prices: prices(3_000_00)},
					{ID: 3, PlanID: 2, Key: "manager", Kind: billing.ItemAddon, Name: "Личный менеджер по внедрению", Prices: prices(60_000_00)}},
			},
		},
	}
	if dress != nil {
		dress(&f)
	}
	return planPage(galleryFrame(b, identity.MemberOwner, "/plan/31", b.T("cabinet.plan.title")), v, f, allLines)
}

func galleryYear() *web.Form {
	return web.NewForm(map[string][]string{"plan": {"team"}, "seats": {"10"}, "addon.sms": {"5"}})
}

// galleryQuote is a change to a year with a part of the open invoice paid already.
func galleryQuote(f planFacts) *invoices.Changed {
	line := func(kind billing.LineKind, name string, quantity, price, discount int64) billing.ChargeLine {
		return billing.ChargeLine{Kind: kind, Name: name, Quantity: quantity, Price: rub(price), Discount: rub(discount), Amount: rub(quantity*price - discount)}
	}
	charge := billing.Charge{Total: rub(149_100_00), Lines: []billing.ChargeLine{
		line(billing.LinePlan, "Команда на год", 10, 14_900_00, 14_900_00), line(billing.LineAddon, "СМС-пакет", 5, 3_000_00, 0),
	}}
	period := prolong.Period{From: prolong.MustDate("2026-12-22"), To: prolong.MustDate("2027-12-22")}
	before := f.sub.Terms()
	before.Price = rub(1_200_00)
	return &invoices.Changed{
		From: period.From, Plan: f.catalog.Plans[2], Before: before, After: billing.Terms{PlanID: 2, Term: f.catalog.Plans[2].Period, Seats: 10, Addons: map[string]int{"sms": 5}},
		Charge: charge, Price: charge.Total, Tax: rub(26_886_89), Period: period, PaidBefore: f.sub.PaidThrough, PaidAfter: f.sub.PaidThrough,
		Reissued: &invoices.Reissued{Old: "58291375-0014", Charge: charge, New: invoices.Invoice{Number: "58291375-0015", Total: charge.Total, Tax: rub(26_886_89),
			Paid: rub(1_000_00), Credited: rub(0), Period: period, DueOn: prolong.MustDate("2026-12-21"), Status: invoices.StatusOpen}},
	}
}
