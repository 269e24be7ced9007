package render

import "prolong"

// twoRateSamples are papers of a period in which the tax changes: the country's rate, or the
// regime of the seller, who pays none before the day.
func twoRateSamples() map[string]Document {
	law, regime := sampleInvoiceTwoRates(), sampleInvoicePartExempt()
	kz := sampleInvoiceKZ()
	kz.Date = prolong.MustDate("2025-12-02")
	kz.twoRates("2025-12-15", "2026-01-01", "2026-12-15", 5_589_04, 1200, 114_410_96, 1600)
	kz.PaymentPurpose = "Оплата по счету № " + kz.Number + " от 02.12.2025. В т.ч. НДС 12% 598,83, НДС 16% 15780,82"
	act := closing(law, KindActRU, 0)
	return map[string]Document{
		"invoice_ru_two_rates":     law,
		"act_ru_two_rates":         act,
		"sf_two_rates":             closing(law, KindTaxInvoice, 0),
		"upd_1_two_rates":          closing(law, KindUPD, 1),
		"act_ru_two_rates_storno":  act.Reversal("260045131", prolong.MustDate("2026-12-20")),
		"credit_note_ru_two_rates": creditOnBoth(law),
		"invoice_ru_part_exempt":   regime,
		"act_ru_part_exempt":       closing(regime, KindActRU, 0),
		"upd_1_part_exempt":        closing(regime, KindUPD, 1),
		"invoice_kz_two_rates":     kz,
	}
}

// twoRates gives the document its first line in two parts, before and from the day of the change;
// no rate is none.
func (d *Document) twoRates(from, change, to string, before int64, beforeBP int, after int64, afterBP int) {
	name := d.Lines[0].Name
	first, second := d.line(name, 1000, before, 0, beforeBP), d.line(name, 1000, after, 0, afterBP)
	first.Period = prolong.Period{From: prolong.MustDate(from), To: prolong.MustDate(change)}
	second.Period = prolong.Period{From: first.Period.To, To: prolong.MustDate(to)}
	d.Lines = []Line{first, second}
	d.Totals = d.sumOfLines()
}

// sampleInvoiceTwoRates is of a year that was bought in December of 2025: its first 17 days bear
// 20 %, the other 348 bear 22 %.
func sampleInvoiceTwoRates() Document {
	d := sampleInvoiceRU()
	d.Date, d.DueOn, d.ValidUntil = prolong.MustDate("2025-12-02"), prolong.MustDate("2025-12-14"), prolong.MustDate("2026-01-01")
	d.Basis.Date = prolong.MustDate("2025-01-15")
	d.twoRates("2025-12-15", "2026-01-01", "2026-12-15", 1_117_81, 2000, 22_882_19, 2200)
	d.PaymentPurpose = "Оплата по счету № 58291375-12 от 02.12.2025. В т.ч. НДС 20% 186,30, НДС 22% 4126,30"
	return d
}

// sampleInvoicePartExempt is of a seller on УСН who crossed the threshold in June: what he supplies
// from July on bears 5 %.
func sampleInvoicePartExempt() Document {
	d := sampleInvoiceRU()
	d.Date, d.DueOn, d.ValidUntil = prolong.MustDate("2026-06-16"), prolong.MustDate("2026-06-19"), prolong.MustDate("2026-07-16")
	d.twoRates("2026-06-20", "2026-07-01", "2026-07-20", 733_33, 0, 1_266_67, 500)
	d.Seller.TaxStatus = "НДС не облагается (ст. 145 НК РФ): 20.06.2026–30.06.2026"
	d.PaymentPurpose = "Оплата по счету № 58291375-12 от 16.06.2026. В т.ч. НДС 5% 60,32, НДС не облагается 733,33"
	return d
}

// closing is what closes an invoice.
func closing(invoice Document, kind Kind, status int) Document {
	d := invoice
	d.Kind, d.UPDStatus, d.Number, d.Date = kind, status, "260045127", invoice.DueOn.AddDays(1)
	d.Notice, d.PaymentPurpose, d.DueOn, d.ValidUntil = "", "", prolong.Date{}, prolong.Date{}
	if kind == KindTaxInvoice || status == 1 {
		d.PaymentOrders = []Reference{{Number: "125", Date: invoice.DueOn}}
	}
	if kind == KindTaxInvoice {
		d.Shipments = []Reference{{Title: "Акт", Number: d.Number, Date: d.Date}}
	}
	return d
}

// creditOnBoth takes 1,000.00 off both lines in proportion.
func creditOnBoth(invoice Document) Document {
	d := creditNote(invoice, "Скидка за простой 14.11.2026")
	d.Lines = []Line{d.line(invoice.Lines[0].Name, -1000, 46_57, 0, 2000), d.line(invoice.Lines[1].Name, -1000, 953_43, 0, 2200)}
	for i := range d.Lines {
		d.Lines[i].Period = invoice.Lines[i].Period
	}
	d.Totals = d.sumOfLines()
	return d
}
