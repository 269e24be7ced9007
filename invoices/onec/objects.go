package onec

import (
	"math/big"
	"strings"

	"prolong"
	"prolong/invoices/render"
)

// Refs are the stable GUIDs that a document needs.
type Refs struct {
	Document     string // of the object itself
	TaxInvoice   string // of the счёт-фактура that an УПД of status 1 also is
	Organisation string // the seller
	Partner      string // the buyer (контрагент)
	Contract     string
	// Service returns the GUID of a line's service.
	Service func(line *render.Line) string

	// Invoice is what a closing document closes; empty for none.
	Invoice       string
	InvoiceNumber string
	InvoiceDate   prolong.Date

	// Supply is the act that a счёт-фактура belongs to, of an annulment the storno of that act;
	// empty for an advance.
	Supply       string
	SupplyNumber string
	SupplyDate   prolong.Date

	ContractNumber string       // the account's payment code
	ContractDate   prolong.Date // since when he is a client
}

// Document writes an invoice, an act, an УПД or a счёт-фактура, with whom and what it is about.
// What cannot be carried is counted and named in Counts.Skipped.
func (w *Writer) Document(d *render.Document, r Refs) error {
	sale := d.Kind == render.KindActRU || d.Kind == render.KindActUA || d.Kind == render.KindActKZ || d.Kind == render.KindActEN || d.Kind == render.KindUPD
	switch {
	case !d.Reverses.IsZero() && sale:
		// A sale with a minus under a GUID of its own: red storno, the cancelled sale stays.
		w.entries(d, r)
		w.sale(d, r)
		w.counts.Reversals++
		if d.Kind == render.KindUPD && d.UPDStatus == 1 && r.TaxInvoice != "" {
			w.taxInvoice(d, r, r.TaxInvoice, r.Document, d.Number, d.Date)
		}
	case !d.Reverses.IsZero() && d.Kind == render.KindTaxInvoice:
		// Likewise: with a minus on the storno of its sale, as the sales book has it.
		w.entries(d, r)
		w.taxInvoice(d, r, r.Document, r.Supply, r.SupplyNumber, r.SupplyDate)
		w.counts.Reversals++
	case !d.Reverses.IsZero():
		w.counts.Skipped = append(w.counts.Skipped, d.Number)
	case d.Kind == render.KindInvoiceRU || d.Kind == render.KindInvoiceUA || d.Kind == render.KindInvoiceKZ || d.Kind == render.KindInvoiceEN:
		w.entries(d, r)
		w.order(d, r)
		w.counts.Invoices++
	case sale:
		w.entries(d, r)
		w.sale(d, r)
		w.counts.Acts++
		if d.Kind == render.KindUPD && d.UPDStatus == 1 && r.TaxInvoice != "" {
			w.taxInvoice(d, r, r.TaxInvoice, r.Document, d.Number, d.Date)
			w.counts.TaxInvoices++
		}
	case d.Kind == render.KindTaxInvoice:
		w.entries(d, r)
		w.taxInvoice(d, r, r.Document, r.Supply, r.SupplyNumber, r.SupplyDate)
		w.counts.TaxInvoices++
	default:
		w.counts.Skipped = append(w.counts.Skipped, d.Number)
	}
	return w.err
}

// entries writes the catalogue entries that the document names, once each.
func (w *Writer) entries(d *render.Document, r Refs) {
	w.once(r.Partner, func() {
		w.in("Справочник.Контрагенты", func() { w.in("КлючевыеСвойства", func() { w.partnerKey(r.Partner, &d.Buyer) }) })
	})
	w.once(r.Contract, func() {
		w.in("Справочник.Договоры", func() {
			w.in("КлючевыеСвойства", func() { w.contractKey(d, r) })
		})
	})
	for i := range d.Lines {
		l := &d.Lines[i]
		ref := r.Service(l)
		w.once(ref, func() {
			w.in("Справочник.Номенклатура", func() {
				w.in("КлючевыеСвойства", func() { w.serviceKey(ref, l) })
				w.value("ТипНоменклатуры", "Услуга")
				w.in("ЕдиницаИзмерения", func() { w.classified(l.UnitCode, l.Unit) })
				w.value("СтавкаНДС", w.rate(l))
			})
		})
	}
}

// once writes a catalogue entry the first time that it is needed.
func (w *Writer) once(ref string, write func()) {
	if ref == "" || w.written[ref] {
		return
	}
	w.written[ref] = true
	write()
}

func (w *Writer) partyNames(ref string, p *render.Party) {
	short := p.ShortName
	if short == "" {
		short = p.Name
	}
	w.value("Ссылка", ref)
	w.value("Наименование", short)
}

func (w *Writer) organisationKey(ref string, p *render.Party) {
	w.partyNames(ref, p)
	short := p.ShortName
	if short == "" {
		short = p.Name
	}
	w.value("НаименованиеСокращенное", short)
	w.value("НаименованиеПолное", p.Name)
	w.taxKey(p)
}

func (w *Writer) partnerKey(ref string, p *render.Party) {
	w.partyNames(ref, p)
	w.value("НаименованиеПолное", p.Name)
	w.taxKey(p)
}

// taxKey is what 1С matches a party by when it does not know the GUID: ИНН and КПП.
func (w *Writer) taxKey(p *render.Party) {
	w.value("ИНН", p.TaxID)
	w.value("КПП", p.KPP)
	person := "ЮридическоеЛицо"
	if p.SoleTrader || len(p.TaxID) == 12 && p.KPP == "" {
		person = "ФизическоеЛицо"
	}
	w.value("ЮридическоеФизическоеЛицо", person)
}

func (w *Writer) contractKey(d *render.Document, r Refs) {
	w.value("Ссылка", r.Contract)
	w.value("ВидДоговора", "СПокупателем")
	w.in("Организация", func() { w.organisationKey(r.Organisation, &d.Seller) })
	w.in("Контрагент", func() { w.partnerKey(r.Partner, &d.Buyer) })
	w.in("ВалютаВзаиморасчетов", func() { w.currency(d.Currency) })
	w.value("РасчетыВУсловныхЕдиницах", "false")
	w.contractNames(r.ContractNumber, r.ContractDate)
}

func (w *Writer) contractNames(number string, since prolong.Date) {
	w.value("Наименование", contractName(number))
	w.value("Дата", since.String())
	w.value("Номер", number)
}

func contractName(number string) string {
	if number == "" {
		return "Основной договор"
	}
	return "Договор-оферта № " + number
}

func (w *Writer) serviceKey(ref string, l *render.Line) {
	w.value("Ссылка", ref)
	w.value("НаименованиеПолное", l.Name)
	w.value("КодВПрограмме", l.Code)
	w.value("Наименование", l.Name)
}

// currencies are codes of ОКВ (ISO 4217) with the names that 1С has in its classifier.
var currencies = map[prolong.Currency][2]string{
	prolong.RUB: {"643", "руб."}, prolong.UAH: {"980", "грн"}, prolong.KZT: {"398", "тенге"}, prolong.EUR: {"978", "EUR"}, prolong.USD: {"840", "USD"},
}

func (w *Writer) currency(c prolong.Currency) {
	known, ok := currencies[c]
	if !ok {
		known = [2]string{"", string(c)}
	}
	w.classified(known[0], known[1])
}

// classified is an entry of a classifier: a currency, a unit.
func (w *Writer) classified(code, name string) {
	entry := func() {
		w.value("Код", code)
		w.value("Наименование", name)
	}
	if w.classifies() {
		w.in("ДанныеКлассификатора", entry)
		return
	}
	entry()
}

// settlement says by which contract and in which currency the parties settle; nil is a contract that
// nobody knows yet.
func (w *Writer) settlement(contract func(), cur prolong.Currency) {
	w.in("ДанныеВзаиморасчетов", func() {
		if contract != nil {
			w.in("Договор", contract)
		}
		w.in("ВалютаВзаиморасчетов", func() { w.currency(cur) })
		w.value("КурсВзаиморасчетов", "1")
		w.value("КратностьВзаиморасчетов", "1")
		w.value("РасчетыВУсловныхЕдиницах", "false")
	})
}

// order writes an invoice.
func (w *Writer) order(d *render.Document, r Refs) {
	w.in("Документ.ЗаказКлиента", func() {
		w.in("КлючевыеСвойства", func() { w.documentKey(r.Document, d.Number, d.Date, r.Organisation, &d.Seller) })
		w.in("Валюта", func() { w.currency(d.Currency) })
		w.value("Сумма", w.money(d, d.Totals.Gross))
		w.in("Контрагент", func() { w.partnerKey(r.Partner, &d.Buyer) })
		w.settlement(func() { w.contractKey(d, r) }, d.Currency)
		w.value("СуммаВключаетНДС", "true")
		w.sellersAccount(d, r)
		w.services(d, r)
	})
}

// sale writes a closing document.
func (w *Writer) sale(d *render.Document, r Refs) {
	w.in("Документ.РеализацияТоваровУслуг", func() {
		w.in("КлючевыеСвойства", func() { w.documentKey(r.Document, d.Number, d.Date, r.Organisation, &d.Seller) })
		w.value("ВидОперации", "РеализацияКлиенту")
		w.in("Валюта", func() { w.currency(d.Currency) })
		w.value("Сумма", w.money(d, d.Totals.Gross))
		w.value("СуммаВключаетНДС", "true")
		w.sellersAccount(d, r)
		w.in("Контрагент", func() { w.partnerKey(r.Partner, &d.Buyer) })
		w.settlement(func() { w.contractKey(d, r) }, d.Currency)
		if r.Invoice != "" {
			w.in("Заказ", func() { w.documentKey(r.Invoice, r.InvoiceNumber, r.InvoiceDate, r.Organisation, &d.Seller) })
		}
		w.value("Налогообложение", taxation(d))
		w.services(d, r)
		w.value("СпособПогашенияЗадолженности", "Автоматически")
	})
}

func (w *Writer) sellersAccount(d *render.Document, r Refs) {
	w.account("БанковскийСчетОрганизации", "ОрганизацииСсылка", &d.Seller, func() { w.organisationKey(r.Organisation, &d.Seller) })
}

func (w *Writer) services(d *render.Document, r Refs) {
	w.in("Услуги", func() {
		for i := range d.Lines {
			w.line(d, &d.Lines[i], r)
		}
	})
}

// documentKey is what 1С knows a document by.
func (w *Writer) documentKey(ref, number string, on prolong.Date, organisation string, seller *render.Party) {
	w.value("Ссылка", ref)
	w.value("Дата", moment(on))
	w.value("Номер", number)
	w.in("Организация", func() { w.organisationKey(organisation, seller) })
}

func taxation(d *render.Document) string {
	for _, l := range d.Lines {
		if l.TaxKind != render.TaxExempt {
			return "ПродажаОблагаетсяНДС"
		}
	}
	return "ПродажаНеОблагаетсяНДС"
}

// line is a service. Price and sum contain the tax, as СуммаВключаетНДС says.
func (w *Writer) line(d *render.Document, l *render.Line, r Refs) {
	w.in("Строка", func() {
		w.in("Номенклатура", func() { w.serviceKey(r.Service(l), l) })
		w.value("Количество", quantity(l.QuantityMilli))
		w.value("Сумма", w.money(d, l.Gross))
		w.value("Цена", price(l.Gross, l.QuantityMilli))
		w.value("СтавкаНДС", w.rate(l))
		if l.TaxKind != render.TaxExempt {
			w.value("СуммаНДС", w.money(d, l.Tax))
		}
		w.value("Содержание", reversing(d)+lineContent(l))
	})
}

// lineContent is what a line is about, with the days of the service.
func lineContent(l *render.Line) string {
	if l.Period.From.IsZero() {
		return l.Name
	}
	return l.Name + ", период " + l.Period.From.Time().Format("02.01.2006") + "–" + l.Period.Last().Time().Format("02.01.2006")
}

// reversing names what a document cancels, before the names of its lines.
func reversing(d *render.Document) string {
	if d.Reverses.IsZero() {
		return ""
	}
	return "Сторно документа № " + d.Reverses.Number + " от " + d.Reverses.Date.Time().Format("02.01.2006") + ": "
}

// taxInvoice writes a счёт-фактура under ref, on the sale basis with its number and date unless
// that is empty. The order of elements is that of the schema of EnterpriseData 1.6.23.
func (w *Writer) taxInvoice(d *render.Document, r Refs, ref, basis, number string, on prolong.Date) {
	w.in("Документ.СчетФактураВыданный", func() {
		w.in("КлючевыеСвойства", func() { w.documentKey(ref, d.Number, d.Date, r.Organisation, &d.Seller) })
		w.in("Валюта", func() { w.currency(d.Currency) })
		w.value("Сумма", w.money(d, d.Totals.Gross))
		w.in("Контрагент", func() { w.partnerKey(r.Partner, &d.Buyer) })
		w.value("СуммаНДС", w.money(d, d.Totals.Tax))
		kind := "НаРеализацию"
		if d.ForAdvance {
			kind = "НаАванс"
		}
		w.value("ВидСчетаФактуры", kind)
		w.value("Выставлен", "true")
		w.value("ДатаВыставления", d.Date.String())
		if basis != "" {
			w.in("ДокументыОснования", func() {
				w.in("Строка", func() {
					w.in("ДокументОснование", func() {
						w.in("РеализацияТоваровУслуг", func() { w.documentKey(basis, number, on, r.Organisation, &d.Seller) })
					})
				})
			})
		}
		if len(d.PaymentOrders) > 0 {
			w.in("ПлатежноРасчетныеДокументы", func() {
				for _, o := range d.PaymentOrders {
					w.in("Строка", func() {
						w.value("ДатаДокумента", o.Date.String())
						w.value("НомерДокумента", o.Number)
					})
				}
			})
		}
		if d.ForAdvance {
			w.in("Авансы", func() {
				for i := range d.Lines {
					l := &d.Lines[i]
					w.in("Строка", func() {
						w.value("Содержание", reversing(d)+l.Name)
						w.value("Сумма", w.money(d, l.Gross))
						w.value("СтавкаНДС", w.rate(l))
						w.value("СуммаНДС", w.money(d, l.Tax))
					})
				}
			})
		}
	})
}

// account is a bank account with its owner; nothing if it is not known.
func (w *Writer) account(name, ownerName string, p *render.Party, owner func()) {
	if p.Account.Number == "" {
		return
	}
	w.in(name, func() {
		w.value("НомерСчета", p.Account.Number)
		if p.Account.BIC != "" {
			w.in("Банк", func() {
				w.value("БИК", p.Account.BIC)
				w.value("КоррСчет", p.Account.CorrAccount)
				w.value("Наименование", p.Account.Bank)
			})
		}
		w.in("Владелец", func() { w.in(ownerName, owner) })
	})
}

func (w *Writer) money(d *render.Document, minor int64) string {
	return prolong.NewMoney(minor, d.Currency).String()
}

func (w *Writer) rate(l *render.Line) string {
	if l.TaxKind == render.TaxExempt {
		return "БезНДС"
	}
	if name, ok := w.o.Rates[l.TaxRateBP]; ok && l.TaxKind == render.TaxRate {
		return name
	}
	return DefaultRate(l.TaxRateBP, l.TaxKind == render.TaxAdvance)
}

func quantity(milli int64) string {
	s := big.NewRat(milli, 1000).FloatString(3)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// price is the gross amount of one unit, discount taken off: 1С recomputes the sum from it.
func price(gross, milli int64) string {
	if milli == 0 {
		return ""
	}
	p := new(big.Rat).Mul(big.NewRat(gross, 100), big.NewRat(1000, milli))
	return p.FloatString(2)
}
