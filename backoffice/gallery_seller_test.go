package backoffice

import (
	"time"

	"prolong"
	"prolong/billing"
	"prolong/internal/web"
	"prolong/internal/web/gallery"
	"prolong/invoices"
	"prolong/invoices/upd"
	"prolong/notify"
)

// gallerySellers are a seller of Russia with all that can be set, and one of Kazakhstan with little.
func gallerySellers() sellerFacts {
	moscow, almaty := time.FixedZone("Europe/Moscow", 3*60*60), time.FixedZone("Asia/Almaty", 5*60*60)
	return sellerFacts{
		catalog: billing.Catalog{
			Sellers: map[billing.SellerID]billing.Seller{
				1: {ID: 1, Key: "main", Country: prolong.Russia, Name: "Общество с ограниченной ответственностью «Пример Софт»", ShortName: "Пример Софт", TaxID: "7701001238", KPP: "770101001", RegNo: "1027700000008",
					Address: "101000, Москва, ул. Примерная, д. 1", Phone: "+7 495 000-00-00", Email: "buh@vendor.example", Director: "Примеров П. П.", Accountant: "Примерова А. А.", Location: moscow,
					VAT: billing.VATUSNExempt, VATChanges: []billing.VATChange{{From: prolong.MustDate("2026-07-01"), Regime: billing.VATUSN5}, {From: prolong.MustDate("2027-01-01"), Regime: billing.VATGeneral}},
					ClosingPolicy: billing.CloseNextDay, Closing: billing.ClosingActSF, AdvanceFrom: prolong.MustDate("2026-04-01"), WriteOffMinor: 100,
					Papers: billing.Papers{Notice: "Оплата счёта означает согласие с условиями оферты.", ValidDays: 30, AcceptanceDays: 5}},
				2: {ID: 2, Key: "kz", Country: prolong.Kazakhstan, Name: "ТОО «Үлгі Софт»", TaxID: "160140012348", Address: "050000, Алматы, Мысал көшесі, 1", KBe: "17", KNP: "859", Location: almaty,
					VAT: billing.VATNone, ClosingPolicy: billing.CloseEndOfMonth, Closing: billing.ClosingAct},
			},
			BankAccounts: map[billing.BankAccountID]billing.BankAccount{
				1: {ID: 1, SellerID: 1, Number: "40702810938000000001", BIC: "044525225", Bank: "ПАО Сбербанк", CorrAccount: "30101810400000000225", Currency: prolong.RUB, SourceKind: "tbank"},
				2: {ID: 2, SellerID: 1, Number: "40702810500000000002", BIC: "044525974", Bank: "АО «ТБанк»", CorrAccount: "30101810145250000974", Currency: prolong.RUB, SourceKind: "folder", SourcePath: "./inbox", Position: 1},
			},
		},
		hours:    map[billing.SellerID]notify.Hours{1: {OpensMinute: 9 * 60, ClosesMinute: 18 * 60, Weekdays: [7]bool{true, true, true, true, true}}},
		exchange: map[billing.SellerID]invoices.Exchange{1: {UPDFunction: upd.Both, OneCVersion: "1.6", Chart: invoices.Chart{Customers: "62.Р"}, EDO: invoices.EDOSettings{Operator: "diadoc", Automatic: true}}},
	}
}

func sellerEntries() []gallery.Entry {
	return []gallery.Entry{
		{Page: "office/seller_list", State: "filled", Make: func(b web.Base) web.Page {
			return sellerListPage(officeBase(b, sellersPath, "office.sellers.title"), gallerySellers())
		}},
		{Page: "office/seller_list", State: "none", Make: func(b web.Base) web.Page {
			return sellerListPage(officeBase(b, sellersPath, "office.sellers.title"), sellerFacts{})
		}},
	}
}
