package render

import "prolong"

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
	d.AcceptanceDays = 5
	return d
}

// sampleActKZKazakh is in both languages of the country, with the tax above the prices.
func sampleActKZKazakh() Document {
	d := sampleActKZ()
	d.Language = "kk"
	d.Basis.Title = "Шарт"
	d.Lines[0].Name, d.Lines[0].Unit = "«Үлгі» сервисіне қолжетімділік, «Стандарт» тарифі / Доступ к сервису «Үлгі», тариф «Стандарт»", "ай / мес"
	return d
}

func sampleCreditNoteKZKazakh() Document {
	d := creditNote(sampleInvoiceKZKazakh(), "14.11.2026 күнгі үзіліс үшін жеңілдік")
	d.Lines[0].Unit = "ай"
	return d
}

// sampleInvoiceKZKazakh is of a sole trader, in both languages.
func sampleInvoiceKZKazakh() Document {
	d := sampleInvoiceKZ()
	d.Language = "kk"
	d.Seller = Party{
		Name: "ЖК Үлгібаев Үлгі Үлгіұлы", SoleTrader: true, TaxID: "900101300017", Address: "050000, Қазақстан Республикасы, Алматы қ., Үлгі к-сі, 2",
		Director: "Үлгібаев Ү. Ү.", KBe: "19", KNP: "859", Account: d.Seller.Account, TaxStatus: "Плательщиком НДС не является.",
	}
	d.Lines = []Line{d.line("«Үлгі» сервисіне қолжетімділік, «Стандарт» тарифі", 6000, 20_000_00, 0, 0)}
	d.Totals = d.sumOfLines()
	d.PaymentPurpose = "Оплата по счету № 64018297-07 от 21.11.2026 за доступ к сервису, без НДС"
	return d
}

func sampleReconciliationKZ() Document {
	return reconciliation(sampleActKZ(), "Реализация (акт № %s)", "Оплата (п/п № 118)", 120_000_00)
}

// sampleReconciliationKZKazakh is in both languages, as is what the books call the operations.
func sampleReconciliationKZKazakh() Document {
	return reconciliation(sampleActKZKazakh(), "Қызмет көрсету / Реализация (акт № %s)", "Төлем / Оплата (п/п № 118)", 120_000_00)
}

func sampleCreditNoteKZ() Document {
	return creditNote(sampleInvoiceKZ(), "Скидка за простой 14.11.2026")
}
