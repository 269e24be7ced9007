package render

import "prolong"

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

func sampleActEN() Document {
	d := sampleInvoiceEN()
	d.Kind, d.Number, d.Date = KindActEN, "260045127", prolong.MustDate("2026-12-31")
	d.Basis = Reference{Title: "Invoice", Number: "80517462-01", Date: prolong.MustDate("2026-11-21")}
	d.Notice, d.PaymentPurpose, d.DueOn, d.ValidUntil = "", "", prolong.Date{}, prolong.Date{}
	return d
}

func sampleReconciliationEN() Document {
	return reconciliation(sampleActEN(), "Services (act %s)", "Payment (order 118)", 529_20)
}

func sampleCreditNoteEN() Document {
	return creditNote(sampleInvoiceEN(), "Discount for the outage of 14 November 2026")
}
