package render

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"prolong"
)

// Samples returns papers that look like the real ones, for the gallery, for golden files and for
// benchmarks: every kind of every country in every language that it has, plain and in the
// variants that its kind knows: "_discount", "_long" (long names, many lines, several pages),
// "_correction" (исправление), "_storno". All parties are invented; their check digits are right.
func Samples() map[string]Document {
	all := map[string]Document{}
	for name, d := range plainSamples() {
		all[name] = d
		maps.Copy(all, variants(name, d))
	}
	maps.Copy(all, map[string]Document{ // another side of a paper that has its variants already
		"invoice_ru_euro":         sampleInvoiceRUEuro(),
		"invoice_ru_simplified":   sampleInvoiceRUSimplified(),
		"invoice_ua_sole":         sampleInvoiceUASole(),
		"act_ua_one_sided":        sampleActUAOneSided(),
		"act_ua_sole":             sampleActUASole(),
		"act_ru_sole":             sampleActRUSole(),
		"sf_sole":                 sampleTaxInvoiceSole(),
		"reconciliation_ru_even":  sampleReconciliationEven(),
		"reconciliation_ru_ahead": sampleReconciliationAhead(),
	})
	maps.Copy(all, twoRateSamples())
	return all
}

func plainSamples() map[string]Document {
	return map[string]Document{
		"act_en":                   sampleActEN(),
		"act_kz":                   sampleActKZ(),
		"act_kz_kazakh":            sampleActKZKazakh(),
		"act_ru":                   sampleActRU(),
		"act_ua":                   sampleActUA(),
		"credit_note_en":           sampleCreditNoteEN(),
		"credit_note_kz":           sampleCreditNoteKZ(),
		"credit_note_kz_kazakh":    sampleCreditNoteKZKazakh(),
		"credit_note_ru":           sampleCreditNoteRU(),
		"credit_note_ua":           sampleCreditNoteUA(),
		"invoice_en":               sampleInvoiceEN(),
		"invoice_kz":               sampleInvoiceKZ(),
		"invoice_kz_kazakh":        sampleInvoiceKZKazakh(),
		"invoice_ru":               sampleInvoiceRU(),
		"invoice_ru_exempt":        sampleInvoiceRUExempt(),
		"invoice_ua":               sampleInvoiceUA(),
		"reconciliation_en":        sampleReconciliationEN(),
		"reconciliation_kz":        sampleReconciliationKZ(),
		"reconciliation_kz_kazakh": sampleReconciliationKZKazakh(),
		"reconciliation_ru":        sampleReconciliation(),
		"reconciliation_ua":        sampleReconciliationUA(),
		"sf":                       sampleTaxInvoice(),
		"sf_advance":               sampleTaxInvoiceAdvance(),
		"upd_1":                    sampleUPD(),
		"upd_2":                    sampleUPDExempt(),
	}
}

// variants are the other sides that a kind of paper has.
func variants(name string, d Document) map[string]Document {
	list := map[string]Document{name + "_long": longSample(d)}
	if d.Kind == KindReconciliation {
		return list
	}
	if !d.ForAdvance && d.Kind != KindCreditNote && !d.discounted() {
		list[name+"_discount"] = discountSample(d)
	}
	switch d.Kind {
	case KindActEN, KindActKZ, KindActRU, KindActUA, KindTaxInvoice, KindUPD:
		corrected := d
		corrected.Correction = Reference{Number: "1", Date: prolong.MustDate("2027-06-11")}
		list[name+"_correction"] = corrected
		list[name+"_storno"] = d.Reversal("260045131", prolong.MustDate("2027-06-11"))
	case KindCreditNote, KindInvoiceEN, KindInvoiceKZ, KindInvoiceRU, KindInvoiceUA, KindReconciliation:
	}
	return list
}

// line returns a line of the document whose tax and sums follow from the rest; no rate is none.
func (d *Document) line(name string, quantityMilli, price, discount int64, bp int) Line {
	l := Line{
		Name: name, Period: prolong.Period{From: prolong.MustDate("2026-12-01"), To: prolong.MustDate("2027-01-01")}, Unit: "мес", UnitCode: "362",
		QuantityMilli: quantityMilli, Price: price, Discount: discount, TaxKind: TaxExempt, TaxRateBP: bp,
	}
	if len(d.Lines) > 0 {
		l.Unit, l.UnitCode, l.Period = d.Lines[0].Unit, d.Lines[0].UnitCode, d.Lines[0].Period
	}
	sum := price*quantityMilli/1000 - discount
	l.Net, l.Gross = sum, sum
	if bp == 0 {
		return l
	}
	l.TaxKind = TaxRate
	if d.PricesIncludeTax {
		tax, _ := prolong.NewMoney(sum, d.Currency).TaxInside(bp)
		l.Tax, l.Net = tax.Minor(), sum-tax.Minor()
	} else {
		tax, _ := prolong.NewMoney(sum, d.Currency).MulRatio(int64(bp), 10_000, prolong.HalfUp)
		l.Tax, l.Gross = tax.Minor(), sum+tax.Minor()
	}
	return l
}

func (d *Document) sumOfLines() Totals {
	var t Totals
	for _, l := range d.Lines {
		t.Net, t.Tax, t.Gross, t.Discount = t.Net+l.Net, t.Tax+l.Tax, t.Gross+l.Gross, t.Discount+l.Discount
	}
	return t
}

// discountSample has a tenth off its first line.
func discountSample(d Document) Document {
	l := d.Lines[0]
	was := d.Totals.Tax
	cheaper := d.line(l.Name, l.QuantityMilli, l.Price, l.Price*l.QuantityMilli/10_000, l.TaxRateBP)
	cheaper.Code = l.Code
	d.Lines = append([]Line{cheaper}, d.Lines[1:]...)
	d.Totals = d.sumOfLines()
	d.purposeOfTax(was)
	return d
}

// purposeOfTax says in the payment purpose what the tax comes to now.
func (d *Document) purposeOfTax(was int64) {
	figures := func(minor int64) string {
		return strings.ReplaceAll(prolong.NewMoney(minor, d.Currency).String(), ".", ",")
	}
	d.PaymentPurpose = strings.Replace(d.PaymentPurpose, figures(was), figures(d.Totals.Tax), 1)
}

// longWords are the long names of a language.
type longWords struct{ company, address, line string }

var longOf = map[string]longWords{
	"ru": {
		"Общество с ограниченной ответственностью «Пример: научно-производственное объединение по разработке, внедрению и сопровождению программного обеспечения для торговли, общественного питания и гостиничного хозяйства»",
		"620000, Свердловская область, г. Екатеринбург, муниципальный округ Примерный, ул. Имени Примерного Образца Образцовича, д. 125, корп. 3, стр. 14, этаж 12, помещение 1205, комн. 3, офис 17",
		"Рабочее место кассира в торговой точке № %s, с правом одновременной работы на двух кассах и с выгрузкой остатков в учётную систему покупателя",
	},
	"uk": {
		"Товариство з обмеженою відповідальністю «Приклад: науково-виробниче об’єднання з розроблення, впровадження та супроводу програмного забезпечення для торгівлі, громадського харчування й готельного господарства»",
		"79000, Львівська область, Львівський район, м. Львів, вул. Імені Прикладного Зразка Зразковича, буд. 125, корп. 3, поверх 12, приміщення 1205, оф. 17",
		"Робоче місце касира в торговій точці № %s, з правом одночасної роботи на двох касах і з вивантаженням залишків до облікової системи покупця",
	},
	"kk": {
		"«Үлгі: сауда, қоғамдық тамақтану және қонақүй шаруашылығы үшін бағдарламалық қамтылымды әзірлеу, енгізу және сүйемелдеу жөніндегі ғылыми-өндірістік бірлестік» жауапкершілігі шектеулі серіктестігі",
		"050000, Қазақстан Республикасы, Алматы қаласы, Үлгі ауданы, Үлгі Үлгіұлы атындағы көше, 125-үй, 3-корпус, 12-қабат, 1205-үй-жай, 17-кеңсе",
		"№ %s сауда нүктесіндегі кассирдің жұмыс орны, екі кассада бір уақытта жұмыс істеу құқығымен / Рабочее место кассира, с правом одновременной работы на двух кассах",
	},
	"en": {
		"Example Association for the Development, Introduction and Maintenance of Software for Retail Trade, Catering and the Hotel Business, Limited Liability Company",
		"Building 125, wing C, floor 12, room 1205, Example Boulevard of the Long Street Names, 10115 Berlin, Free State of Examples, Germany",
		"Cashier's seat at outlet No. %s, with the right to work at two tills at once and with the transfer of stock to the buyer's books",
	},
}

// longLines is how many lines a long sample has: several pages of every kind.
const longLines = 45

// longSample has names, addresses and lines as long as they come, over several pages.
func longSample(d Document) Document {
	words, ok := longOf[d.Language]
	if !ok {
		words = longOf["ru"]
	}
	d.Buyer.Name, d.Buyer.Address = words.company, words.address
	if !d.Seller.SoleTrader { // whose name is a person's
		d.Seller.Name = words.company
	}
	d.Buyer.DirectorTitle = "Исполняющий обязанности генерального директора"
	if d.Language != "ru" {
		d.Buyer.DirectorTitle = ""
	}
	if d.Kind == KindReconciliation {
		r := *d.Reconciliation
		rows := r.Rows
		for range longLines / len(rows) {
			r.Rows = append(slices.Clip(r.Rows), rows...)
		}
		r.Closing = r.Opening
		for _, e := range r.Rows {
			r.Closing += e.Debit - e.Credit
		}
		d.Reconciliation = &r
		return d
	}
	if d.ForAdvance { // has one line
		d.Lines = slices.Clone(d.Lines)
		d.Lines[0].Name = fmt.Sprintf(words.line, "1")
		return d
	}
	sign, kept, was := int64(1), d.Lines, d.Totals.Tax
	if d.Kind == KindCreditNote {
		sign = -1
	}
	d.Lines = slices.Clone(kept[:1])
	for i := range int64(longLines) {
		discount := int64(0)
		if i%3 == 2 && sign > 0 {
			discount = 61_00
		}
		name := fmt.Sprintf(words.line, strconv.FormatInt(i+1, 10))
		d.Lines = append(d.Lines, d.line(name, sign*1000*(i%3+1), 610_00, discount, kept[0].TaxRateBP))
	}
	d.Lines = d.Lines[1:]
	d.Totals = d.sumOfLines()
	d.purposeOfTax(was)
	return d
}

// creditNote takes 500.00 off the first line of an invoice.
func creditNote(invoice Document, reason string) Document {
	d := invoice.Reversal("260000017", prolong.MustDate("2026-12-02"))
	d.Kind, d.Basis, d.Notes = KindCreditNote, Reference{}, []string{reason}
	first := invoice.Lines[0]
	l := d.line(first.Name, -1000, 500_00, 0, first.TaxRateBP)
	l.Period = first.Period
	d.Lines = []Line{l}
	d.Totals = d.sumOfLines()
	return d
}

// reconciliation is of the parties of an act: three of them, one paid, money ahead before.
func reconciliation(act Document, actTitle, payment string, amount int64) Document {
	d := act
	d.Kind, d.Number, d.Date, d.AcceptanceDays = KindReconciliation, "", prolong.MustDate("2027-01-11"), 0
	d.Lines, d.Totals, d.Notes = nil, Totals{}, nil
	d.Reconciliation = &Reconciliation{
		Period:  prolong.Period{From: prolong.MustDate("2026-10-01"), To: prolong.MustDate("2027-01-01")},
		Opening: -amount,
		Rows: []Entry{
			{Date: prolong.MustDate("2026-10-31"), Title: fmt.Sprintf(actTitle, "260040112"), Debit: amount},
			{Date: prolong.MustDate("2026-11-05"), Title: payment, Credit: amount},
			{Date: prolong.MustDate("2026-11-30"), Title: fmt.Sprintf(actTitle, "260042650"), Debit: amount},
			{Date: prolong.MustDate("2026-12-31"), Title: fmt.Sprintf(actTitle, "260045127"), Debit: amount},
		},
		Closing: amount,
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
