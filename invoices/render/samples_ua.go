package render

import "prolong"

func sampleInvoiceUA() Document {
	return Document{
		Version: SnapshotVersion, Kind: KindInvoiceUA, Country: prolong.Ukraine, Language: "uk", Currency: prolong.UAH,
		Number: "71934528-03", Date: prolong.MustDate("2026-11-21"),
		Seller: Party{
			Name: "Товариство з обмеженою відповідальністю «Приклад Софт»", ShortName: "ТОВ «Приклад Софт»",
			TaxID: "40000011", VATNo: "400000126590", TaxStatus: "платник податку на прибуток на загальних підставах, платник ПДВ",
			Address: "01001, м. Київ, вул. Прикладна, буд. 1, оф. 10", Phone: "+380 44 000 00 00",
			Director: "Зразковий З. З.", Accountant: "Прикладна П. П.",
			Account: BankAccount{Number: "UA223052990000026001234567890", Bank: "АТ КБ «ПРИВАТБАНК», м. Київ"},
		},
		Buyer: Party{
			Name: "ТОВ «Зразок Торг»", TaxID: "20000025", Address: "79000, м. Львів, вул. Зразкова, буд. 5",
			Phone: "+380 32 000 00 00", Director: "Ґанок Ї. Є.",
		},
		Basis:  Reference{Title: "Договір публічної оферти", Number: "71934528", Date: prolong.MustDate("2026-01-15")},
		Notice: "Увага! Оплата цього рахунку означає погодження з умовами публічної оферти.",
		Lines: []Line{{
			Name: "Доступ до сервісу «Приклад», тариф «Стандарт»", Unit: "міс", QuantityMilli: 3000, Price: 1_250_00,
			Period:  prolong.Period{From: prolong.MustDate("2026-12-01"), To: prolong.MustDate("2027-03-01")},
			TaxKind: TaxRate, TaxRateBP: 2000, Net: 3_750_00, Tax: 750_00, Gross: 4_500_00,
		}},
		Totals:         Totals{Net: 3_750_00, Tax: 750_00, Gross: 4_500_00},
		PaymentPurpose: "Оплата за послуги згідно з рахунком № 71934528-03 від 21.11.2026, у т.ч. ПДВ 20% 750,00 грн.",
		DueOn:          prolong.MustDate("2026-11-30"),
	}
}

// sampleInvoiceUASole is of a sole trader on the single tax, without VAT.
func sampleInvoiceUASole() Document {
	d := sampleInvoiceUA()
	d.Seller = Party{
		Name: "ФОП Зразковий Зразок Зразкович", SoleTrader: true, TaxID: "2000000009",
		TaxStatus: "платник єдиного податку 3 групи, не платник ПДВ", Address: "01001, м. Київ, вул. Прикладна, буд. 2",
		Director: "Зразковий З. З.", Account: d.Seller.Account,
	}
	d.Lines[0].TaxKind, d.Lines[0].TaxRateBP, d.Lines[0].Tax, d.Lines[0].Gross = TaxExempt, 0, 0, 3_750_00
	d.Totals = Totals{Net: 3_750_00, Gross: 3_750_00}
	d.PaymentPurpose = "Оплата за послуги згідно з рахунком № 71934528-03 від 21.11.2026, без ПДВ"
	return d
}

func sampleActUA() Document {
	d := sampleInvoiceUA()
	d.Kind, d.Number, d.Date = KindActUA, "260045127", prolong.MustDate("2027-02-28")
	d.Notice, d.PaymentPurpose, d.DueOn = "", "", prolong.Date{}
	return d
}

func sampleActUAOneSided() Document {
	d := sampleActUA()
	d.OneSided, d.AcceptanceDays = true, 5
	return d
}

func sampleActUASole() Document {
	d := sampleInvoiceUASole()
	d.Kind, d.Number, d.Date = KindActUA, "260045128", prolong.MustDate("2027-02-28")
	d.Notice, d.PaymentPurpose, d.DueOn = "", "", prolong.Date{}
	return d
}

func sampleReconciliationUA() Document {
	return reconciliation(sampleActUA(), "Реалізація (акт № %s)", "Оплата (п/і № 118)", 4_500_00)
}

func sampleCreditNoteUA() Document {
	return creditNote(sampleInvoiceUA(), "Знижка за простій 14.11.2026")
}
