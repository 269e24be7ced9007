package render

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"

	"prolong"
)

// Samples returns a document of every kind that looks like the real ones, for the gallery,
// for golden files and for benchmarks. All parties are invented; their check digits are right.
func Samples() map[string]Document {
	return map[string]Document{
		"act_kz":            sampleActKZ(),
		"act_ru_storno":     sampleActRUStorno(),
		"act_ru":            sampleActRU(),
		"act_ua":            sampleActUA(),
		"act_ua_one_sided":  sampleActUAOneSided(),
		"invoice_en":        sampleInvoiceEN(),
		"invoice_kz":        sampleInvoiceKZ(),
		"invoice_ru":        sampleInvoiceRU(),
		"invoice_ru_exempt": sampleInvoiceRUExempt(),
		"invoice_ru_long":   sampleInvoiceRULong(),
		"invoice_ua":        sampleInvoiceUA(),
		"invoice_ua_sole":   sampleInvoiceUASole(),
		"reconciliation":    sampleReconciliation(),
		"sf":                sampleTaxInvoice(),
		"sf_advance":        sampleTaxInvoiceAdvance(),
		"upd_1":             sampleUPD(),
		"upd_2":             sampleUPDExempt(),
	}
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

// sampleActRUStorno takes the act back: the same lines with negative amounts.
func sampleActRUStorno() Document {
	d := sampleActRU()
	return d.Reversal("260045131", prolong.MustDate("2027-01-11"))
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

// sampleInvoiceRULong runs over several pages.
func sampleInvoiceRULong() Document {
	d := sampleInvoiceRU()
	d.Lines, d.Totals = nil, Totals{}
	for i := range int64(64) {
		l := Line{
			Name: "Рабочее место кассира в торговой точке № " + d.quantity((i+1)*1000), Unit: "мес", UnitCode: "362",
			Period:  prolong.Period{From: prolong.MustDate("2026-12-01"), To: prolong.MustDate("2027-01-01")},
			TaxKind: TaxRate, TaxRateBP: 2200, QuantityMilli: 1000 * (i%3 + 1), Price: 610_00,
		}
		l.Gross = l.Price * l.QuantityMilli / 1000
		l.Tax = l.Gross * 22 / 122
		l.Net = l.Gross - l.Tax
		d.Lines = append(d.Lines, l)
		d.Totals = Totals{Net: d.Totals.Net + l.Net, Tax: d.Totals.Tax + l.Tax, Gross: d.Totals.Gross + l.Gross}
	}
	d.PaymentPurpose = "Оплата по счету № 58291375-12 от 21.11.2026 за доступ к сервису. В т.ч. НДС 22% 13970,00"
	return d
}

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
		PaymentPurpose: "Оплата за послуги згідно рахунку № 71934528-03 від 21.11.2026, у т.ч. ПДВ 20% 750,00 грн.",
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
	d.PaymentPurpose = "Оплата за послуги згідно рахунку № 71934528-03 від 21.11.2026, без ПДВ"
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

func sampleInvoiceKZ() Document {
	return Document{
		Version: SnapshotVersion, Kind: KindInvoiceKZ, Country: prolong.Kazakhstan, Language: "ru", Currency: prolong.KZT,
		Number: "64018297-07", Date: prolong.MustDate("2026-11-21"),
		Seller: Party{
			Name: "ТОО «Үлгі Софт»", TaxID: "190140000129", Address: "050000, Республика Казахстан, г. Алматы, ул. Примерная, д. 1",
			Phone: "+7 727 000 00 00", Email: "buh@example.test", Director: "Үлгібаев Ү. Ү.", DirectorTitle: "Директор",
			Accountant: "Мысалова М. М.", KBe: "17", KNP: "859",
			Account: BankAccount{Number: "KZ75125KZT1001300335", BIC: "HSBKKZKX", Bank: "АО «Народный Банк Казахстана»"},
		},
		Buyer: Party{
			Name: "ТОО «Мысал Сауда»", TaxID: "200240000345", Address: "010000, Республика Казахстан, г. Астана, ул. Образцовая, д. 7",
			Phone: "+7 717 000 00 00", Director: "Қоңырбаев Ә. Ғ.", DirectorTitle: "Директор",
		},
		Basis:            Reference{Title: "Договор", Number: "64018297", Date: prolong.MustDate("2026-01-15")},
		Notice:           "Внимание! Оплата данного счёта означает согласие с условиями публичного договора.",
		PricesIncludeTax: true,
		Lines: []Line{{
			Code: "STANDARD", Name: "Доступ к сервису «Үлгі», тариф «Стандарт»", Unit: "мес", QuantityMilli: 6000, Price: 20_000_00,
			Period:  prolong.Period{From: prolong.MustDate("2026-12-01"), To: prolong.MustDate("2027-06-01")},
			TaxKind: TaxRate, TaxRateBP: 1600, Net: 103_448_28, Tax: 16_551_72, Gross: 120_000_00,
		}},
		Totals:         Totals{Net: 103_448_28, Tax: 16_551_72, Gross: 120_000_00},
		PaymentPurpose: "Оплата по счету № 64018297-07 от 21.11.2026 за доступ к сервису, в т.ч. НДС 16% 16551,72",
		DueOn:          prolong.MustDate("2026-11-30"),
	}
}

func sampleActKZ() Document {
	d := sampleInvoiceKZ()
	d.Kind, d.Number, d.Date, d.Language = KindActKZ, "260045127", prolong.MustDate("2027-05-31"), "ru"
	d.Notice, d.PaymentPurpose, d.DueOn = "", "", prolong.Date{}
	return d
}

func sampleInvoiceEN() Document {
	return Document{
		Version: SnapshotVersion, Kind: KindInvoiceEN, Country: "LT", Language: "en", Currency: prolong.EUR,
		Number: "80517462-01", Date: prolong.MustDate("2026-11-21"),
		Seller: Party{
			Name: "Example Software UAB", RegNo: "300000001", VATNo: "LT100000000019", Address: "Example g. 1, LT-01001 Vilnius, Lithuania",
			Email: "billing@example.test", Director: "Sample Sampleson",
			Account: BankAccount{Number: "LT353250012345678901", BIC: "REVOLT21", Bank: "Example Bank UAB, Vilnius"},
		},
		Buyer: Party{
			Name: "Muster Handels GmbH", VATNo: "DE000000000", Address: "Musterstraße 5, 10115 Berlin, Germany", Email: "ap@example.test",
		},
		Basis: Reference{Title: "Terms of service", Date: prolong.MustDate("2026-01-15")},
		Lines: []Line{{
			Name: "Access to the service “Example”, plan “Standard”", Unit: "month", QuantityMilli: 12_000, Price: 49_00, Discount: 58_80,
			Period:  prolong.Period{From: prolong.MustDate("2026-12-01"), To: prolong.MustDate("2027-12-01")},
			TaxKind: TaxExempt, Net: 529_20, Gross: 529_20,
		}},
		Totals:         Totals{Net: 529_20, Gross: 529_20, Discount: 58_80},
		PaymentPurpose: "Invoice 80517462-01",
		DueOn:          prolong.MustDate("2026-12-05"), ValidUntil: prolong.MustDate("2026-12-31"),
		Notes: []string{"VAT reverse charge: the recipient accounts for the tax (Article 196, Directive 2006/112/EC)."},
	}
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
	d.Kind, d.UPDStatus, d.Shipments = KindUPD, 1, nil
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
	d := sampleActRU()
	d.Kind, d.Number, d.Date, d.AcceptanceDays = KindReconciliation, "", prolong.MustDate("2027-01-11"), 0
	d.Lines, d.Totals = nil, Totals{}
	d.Reconciliation = &Reconciliation{
		Period:  prolong.Period{From: prolong.MustDate("2026-10-01"), To: prolong.MustDate("2027-01-01")},
		Opening: -14_900_00,
		Rows: []Entry{
			{Date: prolong.MustDate("2026-10-31"), Title: "Акт № 260040112", Debit: 14_900_00},
			{Date: prolong.MustDate("2026-11-05"), Title: "Оплата, п/п № 118", Credit: 14_900_00},
			{Date: prolong.MustDate("2026-11-30"), Title: "Акт № 260042650", Debit: 14_900_00},
			{Date: prolong.MustDate("2026-12-31"), Title: "Акт № 260045127", Debit: 14_900_00},
		},
		Closing: 14_900_00,
	}
	return d
}

// sampleImage draws in ink what on says.
func sampleImage(w, h int, on func(x, y float64) bool) Image {
	picture := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			if on(float64(x), float64(y)) {
				picture.SetNRGBA(x, y, color.NRGBA{R: 40, G: 60, B: 170, A: 255})
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return Image{}
	}
	prepared, err := NewImage(out.Bytes())
	if err != nil {
		return Image{}
	}
	return prepared
}

// onStamp is two rings and a star between them.
func onStamp(x, y float64) bool {
	r, angle := math.Hypot(x-150, y-150), math.Atan2(y-150, x-150)
	return r > 138 && r < 146 || r > 92 && r < 96 || r < 40+16*math.Cos(5*angle) && r > 30+14*math.Cos(5*angle)
}

// onFacsimile is a stroke of the pen.
func onFacsimile(x, y float64) bool {
	return math.Abs(y-60-40*math.Sin(x/22)*math.Exp(-x/220)) < 3.5
}
