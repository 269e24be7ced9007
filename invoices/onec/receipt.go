package onec

import (
	"prolong"
	"prolong/invoices/render"
)

// Receipt is money received on a bank account of the seller.
type Receipt struct {
	ID       string // GUID
	Number   string // of the payment order
	Date     prolong.Date
	BookedOn prolong.Date // the day of the statement
	Amount   prolong.Money
	Purpose  string
	Seller   render.Party // with the account that received
	SellerID string
	Payer    render.Party // with his account
	PayerID  string
	Parts    []Part
}

// Part is a share of a receipt: of an invoice, or on the client's balance.
type Part struct {
	Amount         prolong.Money
	Invoice        string // GUID, empty for the balance
	InvoiceNumber  string
	InvoiceDate    prolong.Date
	Contract       string // GUID, empty while nobody knows whose money it is
	ContractNumber string
	ContractDate   prolong.Date
}

// Receipt writes money received.
func (w *Writer) Receipt(r Receipt) error {
	payer := r.Payer
	w.once(r.PayerID, func() {
		w.in("Справочник.Контрагенты", func() { w.in("КлючевыеСвойства", func() { w.partnerKey(r.PayerID, &payer) }) })
	})
	w.in("Документ.ПБДСРасчетыСКонтрагентами", func() {
		w.in("КлючевыеСвойства", func() { w.documentKey(r.ID, r.Number, r.BookedOn, r.SellerID, &r.Seller) })
		w.in("ОбщиеДанные", func() {
			w.value("ДатаВыписки", r.BookedOn.String())
			w.value("ДатаВходящегоДокумента", r.Date.String())
			w.value("НомерВходящегоДокумента", r.Number)
			w.in("Валюта", func() { w.currency(r.Amount.Currency()) })
			w.value("Сумма", r.Amount.String())
			w.account("БанковскийСчетОрганизации", "ОрганизацииСсылка", &r.Seller, func() { w.organisationKey(r.SellerID, &r.Seller) })
			w.value("НазначениеПлатежа", r.Purpose)
		})
		w.value("ВидРасчетов", "СПокупателем")
		w.in("Контрагент", func() { w.partnerKey(r.PayerID, &payer) })
		w.account("БанковскийСчетКонтрагента", "КонтрагентыСсылка", &payer, func() { w.partnerKey(r.PayerID, &payer) })
		w.in("РасшифровкаПлатежа", func() {
			for _, p := range r.Parts {
				w.in("Строка", func() { w.part(&r, p) })
			}
		})
	})
	w.counts.Receipts++
	return w.err
}

// part is what of a receipt pays for one thing.
func (w *Writer) part(r *Receipt, p Part) {
	if p.Invoice != "" {
		w.in("Заказ", func() {
			w.in("ЗаказКлиента", func() { w.documentKey(p.Invoice, p.InvoiceNumber, p.InvoiceDate, r.SellerID, &r.Seller) })
		})
	}
	w.value("Сумма", p.Amount.String())
	w.value("СуммаВзаиморасчетов", p.Amount.String())
	var contract func()
	if p.Contract != "" {
		contract = func() {
			w.value("Ссылка", p.Contract)
			w.value("ВидДоговора", "СПокупателем")
			w.in("Организация", func() { w.organisationKey(r.SellerID, &r.Seller) })
			w.in("Контрагент", func() { w.partnerKey(r.PayerID, &r.Payer) })
			w.contractNames(p.ContractNumber, p.ContractDate)
		}
	}
	w.settlement(contract, r.Amount.Currency())
	w.value("СпособПогашенияЗадолженности", "Автоматически")
}
