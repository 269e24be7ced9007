package onec

import (
	"prolong/invoices/render"
)

// Correction writes a credit note on a supply that was given out: what its lines were before, and
// what they are after it. The order of elements is that of the schema of EnterpriseData 1.6.23
// (Документ.КорректировкаРеализацииТоваров); Refs names the supply.
func (w *Writer) Correction(note *render.Document, before, after []render.Line, reason string, r Refs) error {
	d := *note
	d.Lines = before
	w.entries(&d, r)
	supply := func(name string) {
		w.in(name, func() {
			w.in("РеализацияТоваровУслугСсылка", func() { w.documentKey(r.Supply, r.SupplyNumber, r.SupplyDate, r.Organisation, &d.Seller) })
		})
	}
	w.in("Документ.КорректировкаРеализацииТоваров", func() {
		w.in("КлючевыеСвойства", func() { w.documentKey(r.Document, d.Number, d.Date, r.Organisation, &d.Seller) })
		w.value("Комментарий", reason)
		w.in("Валюта", func() { w.currency(d.Currency) })
		w.in("Контрагент", func() { w.partnerKey(r.Partner, &d.Buyer) })
		w.in("Договор", func() { w.contractKey(&d, r) })
		w.value("СуммаВключаетНДС", "true")
		supply("ДокументРеализации")
		supply("ИсправляемыйДокументРеализации")
		w.value("ВидОперации", "СогласованноеИзменение")
		w.value("ОтражатьВУчете", "true")
		w.in("Услуги", func() {
			for i := range before {
				w.changedLine(&d, &before[i], &after[i], r)
			}
		})
		w.value("Налогообложение", taxation(&d))
	})
	w.counts.Corrections++
	return w.err
}

// changedLine is a service before and after a correction.
func (w *Writer) changedLine(d *render.Document, was, is *render.Line, r Refs) {
	content := lineContent(was)
	w.in("Строка", func() {
		w.in("Номенклатура", func() { w.serviceKey(r.Service(was), was) })
		w.value("Количество", quantity(is.QuantityMilli))
		w.value("КоличествоДоИзменения", quantity(was.QuantityMilli))
		w.value("Сумма", w.money(d, is.Gross))
		w.value("СуммаДоИзменения", w.money(d, was.Gross))
		w.value("Цена", price(is.Gross, is.QuantityMilli))
		w.value("ЦенаДоИзменения", price(was.Gross, was.QuantityMilli))
		w.value("СтавкаНДС", w.rate(is))
		w.value("СтавкаНДСДоИзменения", w.rate(was))
		if was.TaxKind != render.TaxExempt {
			w.value("СуммаНДС", w.money(d, is.Tax))
			w.value("СуммаНДСДоИзменения", w.money(d, was.Tax))
		}
		w.value("Содержание", content)
		w.value("СодержаниеДоИзменения", content)
		w.value("ЕстьВДокументеПоступленияРеализации", "true")
	})
}
