package upd

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"prolong"
	"prolong/invoices/render"
)

// Function is what the document is for the tax office.
type Function string

// The functions of a universal transfer document.
const (
	Both       Function = "СЧФДОП" // счёт-фактура and transfer document: УПД of status 1
	TaxInvoice Function = "СЧФ"    // счёт-фактура alone
	Transfer   Function = "ДОП"    // transfer document alone: УПД of status 2, an act
)

// Settings are what the snapshot of the document does not know. The same snapshot with the same
// settings gives the same bytes.
type Settings struct {
	// Function overrides what follows from the document: an УПД of status 1 is Both, of status 2
	// and an act Transfer, a счёт-фактура TaxInvoice.
	Function Function
	// SellerID and BuyerID are the ids of the participants at their operators of electronic
	// exchange ("2BM-..." Диадок, "2LT-..." ЭДО Лайт, "2BE..." Saby). One that is not known is
	// replaced by ИНН and КПП, with which accounting programs load the file all the same.
	SellerID, BuyerID string
	// FileID is the GUID of the file.
	FileID string
	// FormedAt is when the file was formed, in the seller's zone.
	FormedAt time.Time
	// Program names what formed it (ВерсПрог).
	Program string
}

// File is a formed title.
type File struct {
	Name     string // with .xml: the name is a part of the format
	Body     []byte // the very bytes that are signed
	Function Function
}

const (
	formatVersion = "5.03"
	classifier    = "1115131"
	factOfLife    = "Документ об отгрузке товаров (выполнении работ), передаче имущественных прав (документ об оказании услуг)"
	countryCode   = "643"
	roubleCode    = "643"
	// onAdvance is the special circumstance (СпОбстФСЧФ) of a счёт-фактура on money received: only
	// with it a счёт-фактура may name no shipment.
	onAdvance = "2"
	// digitsAfterPoint of a price; the format takes 26.11.
	digitsAfterPoint = 11
)

// titles name the document by its function (НаимДокОпр).
var titles = map[Function]string{
	Both: "Универсальный передаточный документ", TaxInvoice: "Счет-фактура", Transfer: "Универсальный передаточный документ",
}

// FunctionOf returns what a document is for the tax office, empty if it cannot be expressed.
func FunctionOf(d *render.Document) Function {
	switch {
	case d.Kind == render.KindUPD && d.UPDStatus == 1:
		return Both
	case d.Kind == render.KindUPD || d.Kind == render.KindActRU:
		return Transfer
	case d.Kind == render.KindTaxInvoice:
		return TaxInvoice
	}
	return ""
}

// Formable says whether a document can be given out in this format: a Russian primary document
// or счёт-фактура in roubles that cancels nothing. What cancels or lowers is a document of
// another format (УКД), agreed upon by both sides.
func Formable(d *render.Document) bool {
	return FunctionOf(d) != "" && d.Country == prolong.Russia && d.Currency == prolong.RUB && d.Reverses.IsZero()
}

// Form writes the seller's title. Returns CodeInvalid that names what is missing in the
// requisites, and what to do.
func Form(d render.Document, s Settings) (File, error) {
	if !Formable(&d) {
		return File{}, prolong.NewError(prolong.CodeInvalid, "error.upd_kind", prolong.Args{"Number": d.Number})
	}
	f := former{d: &d, s: s, function: s.Function}
	if f.function == "" {
		f.function = FunctionOf(&d)
	}
	if err := f.check(); err != nil {
		return File{}, err
	}
	id := FileName(f.participant(s.BuyerID, &d.Buyer), f.participant(s.SellerID, &d.Seller), s.FormedAt, s.FileID)
	root := element("Файл", "ИдФайл", id, "ВерсФорм", formatVersion, "ВерсПрог", s.Program).add(f.document())
	file := File{Name: id + ".xml", Body: encode(root), Function: f.function}
	if problems := Check(file.Name, file.Body); len(problems) > 0 {
		return File{}, prolong.NewError(prolong.CodeInvalid, "error.upd_rule", prolong.Args{"Number": d.Number, "Place": problems[0].Place, "Detail": problems[0].Text})
	}
	return file, nil
}

// FileName is the name of a title without .xml, and its ИдФайл: whom it is for, whom it is from,
// the day, the GUID, and six flags that are nought for services.
func FileName(buyer, seller string, on time.Time, guid string) string {
	return strings.Join([]string{"ON_NSCHFDOPPR", buyer, seller, on.Format("20060102"), strings.ToLower(guid), "0_0_0_0_0_00"}, "_")
}

type former struct {
	d        *render.Document
	s        Settings
	function Function
}

func (f *former) check() error {
	missing := func(field string) error {
		return prolong.NewError(prolong.CodeInvalid, "error.upd_missing", prolong.Args{"Number": f.d.Number, "Field": field})
	}
	for _, p := range []struct {
		name  string
		party *render.Party
	}{{"seller", &f.d.Seller}, {"buyer", &f.d.Buyer}} {
		switch {
		case !prolong.ValidTaxID(prolong.Russia, p.party.TaxID):
			return missing(p.name + ".tax_id")
		case len(p.party.TaxID) == 10 && len(p.party.KPP) != 9:
			return missing(p.name + ".kpp")
		// НК 169 п. 5: a счёт-фактура names the addresses of both sides.
		case f.function != Transfer && p.party.Address == "":
			return missing(p.name + ".address")
		}
	}
	if family, given, _ := splitName(f.d.Seller.Director); family == "" || given == "" {
		return missing("seller.director")
	}
	if f.s.FileID == "" || f.s.FormedAt.IsZero() {
		return missing("file")
	}
	if f.d.ForAdvance && f.function != TaxInvoice {
		return prolong.NewError(prolong.CodeInvalid, "error.upd_kind", prolong.Args{"Number": f.d.Number})
	}
	return nil
}

// participant is an id at an operator, or what stands for one.
func (f *former) participant(id string, p *render.Party) string {
	if id != "" {
		return id
	}
	return p.TaxID + p.KPP
}

func (f *former) document() *node {
	d := f.d
	name := d.Seller.ShortName
	if name == "" {
		name = d.Seller.Name
	}
	doc := element("Документ", "КНД", classifier, "Функция", string(f.function))
	if f.function != TaxInvoice { // both are forbidden on a счёт-фактура alone
		doc.set("ПоФактХЖ", factOfLife)
		doc.set("НаимДокОпр", titles[f.function])
	}
	doc.set("ДатаИнфПр", f.s.FormedAt.Format("02.01.2006"))
	doc.set("ВремИнфПр", f.s.FormedAt.Format("15.04.05"))
	doc.set("НаимЭконСубСост", name+", ИНН "+d.Seller.TaxID)
	doc.add(f.invoice(), f.table())
	if f.function != TaxInvoice {
		doc.add(f.transfer())
	}
	return doc.add(f.signer())
}

// invoice is the head (СвСчФакт).
func (f *former) invoice() *node {
	d := f.d
	n := element("СвСчФакт", "НомерДок", d.Number, "ДатаДок", day(d.Date))
	if !d.Correction.IsZero() {
		n.add(element("ИспрДок", "НомИспр", d.Correction.Number, "ДатаИспр", day(d.Correction.Date)))
	}
	n.add(party("СвПрод", &d.Seller))
	for _, order := range d.PaymentOrders {
		n.add(element("СвПРД", "НомерПРД", order.Number, "ДатаПРД", day(order.Date)))
	}
	n.add(f.shipments()...)
	n.add(party("СвПокуп", &d.Buyer), element("ДенИзм", "КодОКВ", roubleCode, "НаимОКВ", "Российский рубль"))
	special := element("ДопСвФХЖ1", "ИдГосКон", d.StateContractID)
	if d.ForAdvance {
		special.set("СпОбстФСЧФ", onAdvance)
	}
	if len(special.attrs) > 0 {
		n.add(special)
	}
	return n.add(f.advances())
}

// shipments is line 5а. An УПД and an act name themselves; a счёт-фактура names what was
// shipped; one on an advance has shipped nothing.
func (f *former) shipments() []*node {
	d := f.d
	if f.function != TaxInvoice {
		return []*node{reference("ДокПодтвОтгрНом", render.Reference{Title: titles[f.function], Number: d.Number, Date: d.Date})}
	}
	if d.ForAdvance {
		return nil
	}
	list := d.Shipments
	if len(list) == 0 {
		list = []render.Reference{{Title: "Счет-фактура", Number: d.Number, Date: d.Date}}
	}
	nodes := make([]*node, len(list))
	for i, r := range list {
		if r.Title == "" {
			r.Title = "Акт"
		}
		nodes[i] = reference("ДокПодтвОтгрНом", r)
	}
	return nodes
}

// advances is line 5б (ПП РФ 23.01.2026 № 26): up to version 05 of the schema of 5.03 there is no
// element for it between lines 5а (ДокПодтвОтгрНом) and 6, and ДокПодтвОтгрНом must name the
// shipment, so it travels in the information field of the head.
func (f *former) advances() *node {
	if len(f.d.Advances) == 0 {
		return nil
	}
	parts := make([]string, len(f.d.Advances))
	for i, r := range f.d.Advances {
		parts[i] = "№ " + r.Number + " от " + day(r.Date)
	}
	return element("ИнфПолФХЖ1").add(element("ТекстИнф", "Идентиф", "СчетФактураНаАванс", "Значен", strings.Join(parts, "; ")))
}

func reference(name string, r render.Reference) *node {
	return element(name, "РеквНаимДок", r.Title, "РеквНомерДок", r.Number, "РеквДатаДок", day(r.Date))
}

func party(name string, p *render.Party) *node {
	id := element("ИдСв")
	if len(p.TaxID) == 12 {
		family, given, middle := splitName(withoutForm(p.Name))
		if given == "" {
			family, given, middle = splitName(p.Director)
		}
		id.add(element("СвИП", "ИННФЛ", p.TaxID, "ОГРНИП", p.RegNo, "ДатаОГРНИП", day(p.RegDate)).add(person(family, given, middle)))
	} else {
		id.add(element("СвЮЛУч", "НаимОрг", p.Name, "ИННЮЛ", p.TaxID, "КПП", p.KPP))
	}
	n := element(name).add(id)
	if p.Address != "" {
		n.add(element("Адрес").add(element("АдрИнф", "КодСтр", countryCode, "НаимСтран", "Россия", "АдрТекст", p.Address)))
	}
	if b := p.Account; b.Number != "" {
		bank := element("СвБанк", "НаимБанк", b.Bank, "БИК", b.BIC, "КорСчет", b.CorrAccount)
		n.add(element("БанкРекв", "НомерСчета", b.Number).add(bank))
	}
	contact := element("Контакт")
	if p.Phone != "" {
		contact.add(textNode("Тлф", p.Phone))
	}
	if p.Email != "" {
		contact.add(textNode("ЭлПочта", p.Email))
	}
	if len(contact.children) > 0 {
		n.add(contact)
	}
	return n
}

func person(family, given, middle string) *node {
	return element("ФИО", "Фамилия", family, "Имя", given, "Отчество", middle)
}

// table is the lines (ТаблСчФакт).
func (f *former) table() *node {
	d := f.d
	table := element("ТаблСчФакт")
	exempt := true
	for i := range d.Lines {
		l := &d.Lines[i]
		row := element("СведТов", "НомСтр", strconv.Itoa(i+1), "НаимТов", lineName(l))
		if !d.ForAdvance {
			row.set("ОКЕИ_Тов", unitCode(l))
			row.set("НаимЕдИзм", l.Unit)
			row.set("КолТов", quantity(l.QuantityMilli))
			row.set("ЦенаТов", netPrice(l.Net, l.QuantityMilli))
			row.set("СтТовБезНДС", amount(l.Net))
		}
		row.set("НалСт", rate(l))
		row.set("СтТовУчНал", amount(l.Gross))
		if !d.ForAdvance {
			row.add(element("ДопСведТов", "ПрТовРаб", "3", "КодТов", l.Code))
		}
		row.add(element("Акциз").add(textNode("БезАкциз", "без акциза")), element("СумНал").add(tax(l.TaxKind == render.TaxExempt, l.Tax)))
		table.add(row)
		exempt = exempt && l.TaxKind == render.TaxExempt
	}
	total := element("ВсегоОпл")
	if !d.ForAdvance {
		total.set("СтТовБезНДСВсего", amount(d.Totals.Net))
	}
	total.set("СтТовУчНалВсего", amount(d.Totals.Gross))
	return table.add(total.add(element("СумНалВсего").add(tax(exempt, d.Totals.Tax))))
}

func tax(exempt bool, minor int64) *node {
	if exempt {
		return textNode("БезНДС", "без НДС")
	}
	return textNode("СумНал", amount(minor))
}

// transfer is the fact of the service (СвПродПер), of transfer documents only.
func (f *former) transfer() *node {
	d := f.d
	on := d.SuppliedOn
	if on.IsZero() {
		on = d.Date
	}
	n := element("СвПер", "СодОпер", "Услуги оказаны в полном объеме", "ДатаПер", day(on))
	if p := d.Lines[0].Period; !p.From.IsZero() {
		from, to := p.From, p.Last()
		for _, l := range d.Lines[1:] {
			if l.Period.From.IsZero() {
				continue
			}
			if l.Period.From.Before(from) {
				from = l.Period.From
			}
			if l.Period.Last().After(to) {
				to = l.Period.Last()
			}
		}
		n.set("ДатаНачПер", day(from))
		n.set("ДатаОконПер", day(to))
	}
	// A basis must be whole or it is none.
	if b := d.Basis; b.Title != "" && b.Number != "" && !b.Date.IsZero() {
		n.add(reference("ОснПер", b))
	} else {
		n.add(textNode("БезДокОснПер", "1"))
	}
	return element("СвПродПер").add(n)
}

// signer is who is going to sign: the file leaves us unsigned, as a draft.
func (f *former) signer() *node {
	p := &f.d.Seller
	family, given, middle := splitName(p.Director)
	title := p.DirectorTitle
	if title == "" {
		if title = "Руководитель"; p.SoleTrader {
			title = "Индивидуальный предприниматель"
		}
	}
	return element("Подписант", "Должн", title, "ТипПодпис", "1", "СпосПодтПолном", "1").add(person(family, given, middle))
}

func day(d prolong.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.Time().Format("02.01.2006")
}

func lineName(l *render.Line) string {
	if l.Period.From.IsZero() {
		return l.Name
	}
	return fmt.Sprintf("%s за период с %s по %s", l.Name, day(l.Period.From), day(l.Period.Last()))
}

func unitCode(l *render.Line) string {
	if l.UnitCode == "" {
		return "796" // the piece: a service has no unit of its own in ОКЕИ
	}
	return l.UnitCode
}

// amount writes minor units as roubles: "12213.11".
func amount(minor int64) string { return prolong.NewMoney(minor, prolong.RUB).String() }

// quantity writes thousandths without needless zeros.
func quantity(milli int64) string { return trimZeros(big.NewRat(milli, 1000).FloatString(3), 0) }

// netPrice is the net amount through the quantity, which is why it may have many digits: net
// price times quantity has to give the net amount back.
func netPrice(net, milli int64) string {
	if milli == 0 {
		return amount(net)
	}
	price := new(big.Rat).Mul(big.NewRat(net, 100), big.NewRat(1000, milli))
	return trimZeros(price.FloatString(digitsAfterPoint), 2)
}

// trimZeros drops zeros at the end, but keeps so many digits after the point.
func trimZeros(s string, keep int) string {
	whole, fraction, _ := strings.Cut(s, ".")
	fraction = strings.TrimRight(fraction, "0")
	for len(fraction) < keep {
		fraction += "0"
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

// rate is the tax rate as the format lists it: "22%", "22/122", "без НДС".
func rate(l *render.Line) string {
	bp := l.TaxRateBP
	whole := func(bp int) string { return trimZeros(big.NewRat(int64(bp), 100).FloatString(2), 0) }
	switch l.TaxKind {
	case render.TaxExempt:
		return "без НДС"
	case render.TaxAdvance:
		return whole(bp) + "/" + whole(10_000+bp)
	case render.TaxRate:
	}
	return whole(bp) + "%"
}

// splitName splits «Образцов О. О.» or «Образцов Образец Образцович» into its parts. Initials
// stand for names: the snapshot has no more, and the format takes them.
func splitName(s string) (family, given, middle string) {
	parts := strings.Fields(strings.ReplaceAll(s, ".", ". "))
	switch len(parts) {
	case 0:
		return "", "", ""
	case 1:
		return parts[0], "", ""
	case 2:
		return parts[0], parts[1], ""
	}
	return parts[0], parts[1], strings.Join(parts[2:], " ")
}

// withoutForm drops the legal form in front of a sole trader's name.
func withoutForm(name string) string {
	for _, form := range []string{"Индивидуальный предприниматель ", "ИП "} {
		if rest, ok := strings.CutPrefix(name, form); ok {
			return rest
		}
	}
	return name
}
