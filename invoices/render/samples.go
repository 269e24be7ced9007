package render

import "prolong"

// Samples returns a document of every kind that looks like the real ones, for the gallery,
// for golden files and for benchmarks. All parties are invented; their check digits are right.
func Samples() map[string]Document {
	samples := map[string]Document{
		"invoice_ru": sampleInvoiceRU(),
		"act_ru":     sampleActRU(),
	}
	return samples
}

func sampleSellerRU() Party {
	return Party{
		Name: "Общество с ограниченной ответственностью «Пример Софт»", ShortName: "ООО «Пример Софт»",
		TaxID: "7701001238", KPP: "770101001", RegNo: "1027700000018",
		Address: "101000, г. Москва, ул. Примерная, д. 1, офис 10", Phone: "+7 495 000-00-00",
		Director: "Образцов О. О.", DirectorTitle: "Генеральный директор", Accountant: "Примерова П. П.",
		Account: BankAccount{
			Number: "40702810938000000001", BIC: "044525225", Bank: "ПАО СБЕРБАНК г. Москва", CorrAccount: "30101810400000000225",
		},
	}
}

func sampleBuyerRU() Party {
	return Party{
		Name: "ООО «Образец Торг»", TaxID: "7702001230", KPP: "770201001",
		Address: "127000, г. Москва, ул. Образцовая, д. 25, стр. 3", Phone: "+7 495 000-00-01",
		Director: "Покупателев П. П.", DirectorTitle: "Директор",
	}
}

func sampleInvoiceRU() Document {
	return Document{
		Version: SnapshotVersion, Kind: KindInvoiceRU, Country: prolong.Russia, Language: "ru", Currency: prolong.RUB,
		Number: "58291375-12", Date: prolong.MustDate("2026-11-21"),
		Seller: sampleSellerRU(), Buyer: sampleBuyerRU(),
		Basis: Reference{Title: "Договор-оферта", Number: "58291375", Date: prolong.MustDate("2026-01-15")},
		Notice: "Внимание! Оплата данного счёта означает согласие с условиями договора-оферты. " +
			"Доступ к сервису продлевается автоматически после поступления денег на расчётный счёт.",
		PricesIncludeTax: true,
		Lines: []Line{
			{
				Name:   "Право доступа к сервису «Пример», тариф «Стандарт»",
				Period: prolong.Period{From: prolong.MustDate("2026-12-01"), To: prolong.MustDate("2027-01-01")},
				Unit:   "мес", UnitCode: "362", QuantityMilli: 1000, Price: 12_900_00,
				TaxKind: TaxRate, TaxRateBP: 2200, Net: 10_573_77, Tax: 2_326_23, Gross: 12_900_00,
			},
			{
				Name: "Дополнительное рабочее место", Period: prolong.Period{From: prolong.MustDate("2026-12-01"), To: prolong.MustDate("2027-01-01")},
				Unit: "шт", UnitCode: "796", QuantityMilli: 2000, Price: 1_000_00,
				TaxKind: TaxRate, TaxRateBP: 2200, Net: 1_639_34, Tax: 360_66, Gross: 2_000_00,
			},
		},
		Totals: Totals{Net: 12_213_11, Tax: 2_686_89, Gross: 14_900_00},
		PaymentPurpose: "Оплата по счету № 58291375-12 от 21.11.2026 за доступ к сервису. " +
			"В т.ч. НДС 22% 2686,89",
		DueOn: prolong.MustDate("2026-11-30"), ValidUntil: prolong.MustDate("2026-12-31"),
	}
}

func sampleActRU() Document {
	d := sampleInvoiceRU()
	d.Kind, d.Number, d.Date = KindActRU, "260045127", prolong.MustDate("2026-12-31")
	d.Notice, d.PaymentPurpose, d.DueOn, d.ValidUntil = "", "", prolong.Date{}, prolong.Date{}
	d.AcceptanceDays = 5
	return d
}
