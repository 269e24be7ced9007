package render

import "prolong"

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

// sampleInvoiceRUExempt is of a sole trader without VAT, with a discount.
func sampleInvoiceRUExempt() Document {
	d := sampleInvoiceRU()
	d.Seller = Party{
		Name: "Индивидуальный предприниматель Образцов Образец Образцович", ShortName: "ИП Образцов О. О.", SoleTrader: true,
		TaxID: "770300123462", RegNo: "304770000000016", RegDate: prolong.MustDate("2004-03-15"),
		Address: "109000, г. Москва, ул. Примерная, д. 2, кв. 3", Director: "Образцов О. О.",
		TaxStatus: "НДС не облагается на основании ст. 145 НК РФ.",
		Account: BankAccount{
			Number: "40802810000000000001", BIC: "044525974", Bank: "АО «ТБАНК» г. Москва", CorrAccount: "30101810145250000974",
		},
	}
	d.Lines = []Line{{
		Name: "Право доступа к сервису «Пример», тариф «Стандарт», год", Unit: "мес", UnitCode: "362", QuantityMilli: 12_000,
		Period: prolong.Period{From: prolong.MustDate("2026-12-01"), To: prolong.MustDate("2027-12-01")},
		Price:  2_000_00, Discount: 2_400_00, TaxKind: TaxExempt, Net: 21_600_00, Gross: 21_600_00,
	}}
	d.Totals = Totals{Net: 21_600_00, Gross: 21_600_00, Discount: 2_400_00}
	d.PaymentPurpose = "Оплата по счету № 58291375-12 от 21.11.2026 за доступ к сервису. НДС не облагается"
	d.Facsimile, d.Stamp = sampleImage(280, 120, onFacsimile), sampleImage(300, 300, onStamp)
	return d
}

func sampleTaxInvoice() Document {
	d := sampleActRU()
	d.Kind, d.AcceptanceDays = KindTaxInvoice, 0
	d.PaymentOrders = []Reference{{Number: "125", Date: prolong.MustDate("2026-11-25")}}
	d.Shipments = []Reference{{Title: "Акт, № п/п 1-2", Number: "260045127", Date: prolong.MustDate("2026-12-31")}}
	d.Advances = []Reference{{Number: "260044010", Date: prolong.MustDate("2026-11-25")}}
	return d
}

func sampleTaxInvoiceAdvance() Document {
	d := sampleTaxInvoice()
	d.Number, d.Date, d.ForAdvance = "260044010", prolong.MustDate("2026-11-25"), true
	d.Shipments, d.Advances = nil, nil
	d.Lines = []Line{{
		Name:    "Предоплата: право доступа к сервису «Пример», тариф «Стандарт»",
		TaxKind: TaxAdvance, TaxRateBP: 2200, Net: 12_213_11, Tax: 2_686_89, Gross: 14_900_00,
	}}
	return d
}

func sampleUPD() Document {
	d := sampleTaxInvoice()
	d.Kind, d.UPDStatus, d.Shipments, d.AcceptanceDays = KindUPD, 1, nil, 5
	d.Lines[0].Code = "STANDARD"
	return d
}

// sampleUPDExempt is of a sole trader without VAT: status 2.
func sampleUPDExempt() Document {
	d := sampleInvoiceRUExempt()
	d.Facsimile, d.Stamp = Image{}, Image{} // never on a primary document
	d.Kind, d.UPDStatus, d.Number, d.Date = KindUPD, 2, "260045128", prolong.MustDate("2027-11-30")
	d.Notice, d.PaymentPurpose, d.DueOn, d.ValidUntil = "", "", prolong.Date{}, prolong.Date{}
	return d
}

func sampleReconciliation() Document {
	return reconciliation(sampleActRU(), "Реализация (акт № %s)", "Оплата (п/п № 118)", 14_900_00)
}

// sampleReconciliationAhead ends with the buyer's money: he paid more than he was served.
func sampleReconciliationAhead() Document {
	d := sampleReconciliation()
	d.Reconciliation.Opening -= 30_000_00
	d.Reconciliation.Closing -= 30_000_00
	return d
}

// sampleReconciliationEven ends with nothing owed, after a period without operations.
func sampleReconciliationEven() Document {
	d := sampleReconciliation()
	d.Reconciliation = &Reconciliation{Period: d.Reconciliation.Period}
	return d
}

// sampleActRUSole is of a sole trader to a sole trader, without VAT.
func sampleActRUSole() Document {
	d := sampleInvoiceRUExempt()
	d.Facsimile, d.Stamp = Image{}, Image{} // never on a primary document
	d.Kind, d.Number, d.Date = KindActRU, "260045128", prolong.MustDate("2027-11-30")
	d.Notice, d.PaymentPurpose, d.DueOn, d.ValidUntil = "", "", prolong.Date{}, prolong.Date{}
	d.Buyer = Party{
		Name: "ИП Примерова Примера Примеровна", SoleTrader: true, TaxID: "500100000015", Address: "141000, Московская обл., г. Примерск, ул. Образцовая, д. 8",
		Director: "Примерова П. П.",
	}
	return d
}

// sampleTaxInvoiceSole is of a sole trader on the simplified system, who charges 5 %.
func sampleTaxInvoiceSole() Document {
	d := sampleTaxInvoice()
	d.Seller = sampleInvoiceRUExempt().Seller
	d.Seller.TaxStatus = ""
	d.Shipments = []Reference{{Title: "Акт, № п/п 1", Number: "260045127", Date: prolong.MustDate("2026-12-31")}}
	d.Lines = []Line{d.line("Право доступа к сервису «Пример», тариф «Стандарт»", 1000, 12_900_00, 0, 500)}
	d.Totals = d.sumOfLines()
	return d
}

// sampleInvoiceRUSimplified is of a seller on the simplified system, who charges 5 %.
func sampleInvoiceRUSimplified() Document {
	d := sampleInvoiceRU()
	d.Lines = []Line{d.line("Право доступа к сервису «Пример», тариф «Стандарт»", 1000, 12_900_00, 0, 500)}
	d.Totals = d.sumOfLines()
	d.PaymentPurpose = "Оплата по счету № 58291375-12 от 21.11.2026 за доступ к сервису. В т.ч. НДС 5% 614,29"
	return d
}

// sampleInvoiceRUEuro is in another currency: no QR, the currency in figures and words.
func sampleInvoiceRUEuro() Document {
	d := sampleInvoiceRU()
	d.Currency = prolong.EUR
	d.Lines = []Line{d.line("Право доступа к сервису «Пример», тариф «Стандарт»", 1000, 149_00, 0, 2200)}
	d.Totals = d.sumOfLines()
	d.PaymentPurpose = "Оплата по счету № 58291375-12 от 21.11.2026 за доступ к сервису. В т.ч. НДС 22% 26,87 EUR"
	return d
}

func sampleCreditNoteRU() Document {
	return creditNote(sampleInvoiceRU(), "Скидка за простой 14.11.2026")
}
