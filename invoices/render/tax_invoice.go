package render

import (
	"strconv"
	"strings"

	"prolong"
)

// The tax invoice (счёт-фактура) follows appendix 1 to постановление № 1137 of 26.12.2011
// (documents.md 2.3). Columns 12 to 14 concern traceable goods only and are not formed for
// services.

// none is what statutory forms show where there is nothing.
const none = "--"

// drawTaxInvoice draws a счёт-фактура for a supply or, with ForAdvance, for an advance.
func drawTaxInvoice(s *sheet, d *Document) error {
	s.paragraph(plain, 6.5, right, "Приложение № 1 к постановлению Правительства Российской Федерации\nот 26.12.2011 № 1137")
	s.space(1)
	s.taxHeading(d, s.x, s.w, 11)
	s.space(1)
	for _, l := range append(d.sellerLines(), d.buyerLines()...) {
		s.codedLine(s.x, s.w, l)
	}
	s.space(2)
	t := newTaxTable(s, false)
	end := func() error {
		taxTotals(d, t, false)
		s.space(5)
		s.taxSignatures(d, s.x, s.w)
		return nil
	}
	s.closesWith(end)
	taxLines(d, t, false)
	return end()
}

// taxHeading is lines 1 and 1а, between x and x+w.
func (s *sheet) taxHeading(d *Document, x, w, size float64) {
	words := d.headingWords()
	s.font(bold, size)
	for _, line := range s.wrap("Счёт-фактура № "+d.Number+" от "+longDateRU(d.Date)+" (1)", w) {
		s.line(x, w, left, line)
	}
	number, day := first(d.Correction.Number, none), first(longDateRU(d.Correction.Date), none)
	s.font(plain, size-2)
	for _, line := range s.wrap("Исправление "+words.number+" "+number+" от "+day+" (1а)", w) {
		s.line(x, w, left, line)
	}
	if d.storno() {
		s.font(bold, size-2)
		for _, line := range s.wrap(words.reverses+" "+d.cite(d.Reverses), w) {
			s.line(x, w, left, line)
		}
	}
}

// taxLine is one line above the table of a tax invoice, with its number in the form.
type taxLine struct{ label, value, code string }

func (d *Document) sellerLines() []taxLine {
	shipments := d.citeAll(d.Shipments, "; ")
	if shipments == "" && d.Kind == KindUPD {
		shipments = "№ п/п 1" + rangeEnd(len(d.Lines)) + " № " + d.Number + " от " + date(d.Date)
	}
	return []taxLine{
		{"Продавец:", nameBoth(&d.Seller), "(2)"},
		{"Адрес:", address(d.Seller.Address), "(2а)"},
		{"ИНН/КПП продавца:", idsRU(&d.Seller), "(2б)"},
		{"Грузоотправитель и его адрес:", none, "(3)"},
		{"Грузополучатель и его адрес:", none, "(4)"},
		{"К платёжно-расчётному документу:", first(d.citeAll(d.PaymentOrders, ", "), none), "(5)"},
		{"Документ об отгрузке:", first(shipments, none), "(5а)"},
		{"Счёт-фактура на предоплату (аванс):", first(d.citeAll(d.Advances, "; "), none), "(5б)"},
	}
}

func (d *Document) buyerLines() []taxLine {
	return []taxLine{
		{"Покупатель:", nameBoth(&d.Buyer), "(6)"},
		{"Адрес:", address(d.Buyer.Address), "(6а)"},
		{"ИНН/КПП покупателя:", idsRU(&d.Buyer), "(6б)"},
		{"Валюта: наименование, код", first(currenciesRU[d.Currency], string(d.Currency)), "(7)"},
		{"Идентификатор государственного контракта, договора (соглашения) (при наличии):", first(d.StateContractID, none), "(8)"},
	}
}

// rangeEnd is "-5" of «№ п/п 1-5».
func rangeEnd(n int) string {
	if n < 2 {
		return ""
	}
	return "-" + strconv.Itoa(n)
}

// nameBoth is the full name with the short one, as line 2 asks.
func nameBoth(p *Party) string {
	if p.ShortName == "" || p.ShortName == p.Name {
		return p.Name
	}
	return p.Name + " (" + p.ShortName + ")"
}

func idsRU(p *Party) string {
	if p.KPP == "" {
		return p.TaxID
	}
	return p.TaxID + "/" + p.KPP
}

// currenciesRU are names and numeric codes of the ОКВ for line 7.
var currenciesRU = map[prolong.Currency]string{
	prolong.BYN: "белорусский рубль, 933",
	prolong.EUR: "евро, 978",
	prolong.JPY: "иена, 392",
	prolong.KGS: "сом, 417",
	prolong.KZT: "тенге, 398",
	prolong.RUB: "российский рубль, 643",
	prolong.UAH: "гривна, 980",
	prolong.USD: "доллар США, 840",
	prolong.UZS: "узбекский сум, 860",
}

const codedSize = 7.5 // points

// codedLine sets "label value (code)" between x and x+w, the value on a line to write on.
func (s *sheet) codedLine(x, w float64, l taxLine) {
	const codeWidth = 8.0
	s.font(plain, codedSize)
	labels := s.wrap(l.label, w*0.62)
	last := labels[len(labels)-1]
	valueX := x + s.width(last) + 1.5
	valueWidth := x + w - codeWidth - valueX
	values := clipLines(s.wrap(l.value, valueWidth), 4)
	s.room(float64(len(labels)+len(values)) * s.lineHeight())
	for _, label := range labels[:len(labels)-1] {
		s.line(x, w, left, label)
	}
	s.text(x, s.y+s.baseline(), left, last)
	for i, value := range values {
		y := s.y + s.baseline()
		s.text(valueX+0.5, y, left, value)
		s.stroke(0.15, valueX, y+0.7, valueX+valueWidth, y+0.7)
		if i == len(values)-1 {
			s.text(x+w, y, right, l.code)
		}
		s.y += s.lineHeight()
	}
	s.y += 0.4
}

// signedTogether is the height of the total row with the signatures below it.
const signedTogether = 38 // mm

// newTaxTable is the table of a tax invoice; coded adds column А of the УПД.
func newTaxTable(s *sheet, coded bool) *table {
	measure := "Единица измерения"
	country := "Страна происхождения товара"
	columns := []column{
		{title: "№ п/п", width: 8, align: center, number: "1"},
		{title: "Наименование товара (описание выполненных работ, оказанных услуг), имущественного права", number: "1а"},
		{title: "Код вида товара", width: 10, align: center, number: "1б"},
		{title: "код", width: 9, align: center, group: measure, number: "2"},
		{title: "условное обозна-\nчение (нацио-\nнальное)", width: 16, align: center, group: measure, number: "2а"},
		{title: "Количество (объём)", width: 14, align: right, number: "3"},
		{title: "Цена (тариф) за единицу измерения", width: 20, align: right, number: "4"},
		{title: "Стоимость товаров (работ, услуг), имущественных прав без налога – всего", width: 22, align: right, number: "5"},
		{title: "В том числе сумма акциза", width: 13, align: center, number: "6"},
		{title: "Налоговая ставка", width: 14, align: center, number: "7"},
		{title: "Сумма налога, предъявляемая покупателю", width: 20, align: right, number: "8"},
		{title: "Стоимость товаров (работ, услуг), имущественных прав с налогом – всего", width: 22, align: right, number: "9"},
		{title: "цифро-\nвой код", width: 10, align: center, group: country, number: "10"},
		{title: "краткое наимено-\nвание", width: 14, align: center, group: country, number: "10а"},
		{title: "Регистрационный номер декларации на товары или партии товара, подлежащего прослеживаемости", width: 23,
			align: center, number: "11"},
	}
	if coded {
		columns = append([]column{{title: "Код товара/ работ, услуг", width: updStrip, align: center, number: "А"}}, columns...)
	}
	nameAt := taxNameAt(coded)
	columns[nameAt].width = s.w
	for i, c := range columns {
		if i != nameAt {
			columns[nameAt].width -= c.width
		}
	}
	t := s.newTable(7, columns)
	t.headSize, t.headBold = 6, plain
	return t
}

func taxLines(d *Document, t *table, coded bool) {
	t.open()
	for i := range d.Lines {
		cells := d.taxCells(i)
		if coded {
			cells = append([]string{first(d.Lines[i].Code, none)}, cells...)
		}
		if i < len(d.Lines)-1 {
			t.row(cells...)
		} else {
			t.lastRow(cells...)
		}
	}
}

// taxNameAt is where column 1а stands.
func taxNameAt(coded bool) int {
	if coded {
		return 2
	}
	return 1
}

func taxTotals(d *Document, t *table, coded bool) {
	t.sheet.room(signedTogether) // signatures never stand on a page without the total
	nameAt := taxNameAt(coded)
	total := []span{
		{nameAt + 7 - 1, "Всего к оплате (9)", left}, {1, d.money(d.Totals.Net), right}, {2, "X", center},
		{1, d.taxTotal(), right}, {1, d.money(d.Totals.Gross), right}, {3, "", center},
	}
	if d.ForAdvance {
		total[1].text = "X"
	}
	if coded {
		total[0].columns--
		total = append([]span{{1, "", center}}, total...)
	}
	t.merged(bold, total...)
	t.end()
}

// taxCells are columns 1 to 11 of line i. An advance has only name, rate, tax and gross.
func (d *Document) taxCells(i int) []string {
	l := &d.Lines[i]
	rate, tax := percent(l.TaxKind, l.TaxRateBP), d.money(l.Tax)
	if l.TaxKind == TaxExempt {
		rate, tax = "без НДС", "без НДС"
	}
	number, name := strconv.Itoa(i+1), d.named(l, "за период ")
	if d.ForAdvance {
		return []string{number, name, none, none, none, none, none, none, none, rate, tax, d.money(l.Gross), none, none, none}
	}
	return []string{number, name, none, first(l.UnitCode, none), first(l.Unit, none), d.quantity(l.QuantityMilli),
		d.money(perUnit(l.Net, l.QuantityMilli)), d.money(l.Net), "без акциза", rate, tax, d.money(l.Gross), none, none, none}
}

// taxTotal is column 8 of the total.
func (d *Document) taxTotal() string {
	if d.exempt() {
		return "без НДС"
	}
	return d.money(d.Totals.Tax)
}

// perUnit divides an amount by a quantity in thousandths, half away from nought. It gives
// column 4 from column 5, without tax and after discount, so that 4 times 3 is 5.
func perUnit(amount, quantityMilli int64) int64 {
	if quantityMilli == 0 {
		return 0
	}
	half := quantityMilli / 2
	if (amount < 0) != (quantityMilli < 0) {
		half = -half
	}
	return (amount*1000 + half) / quantityMilli
}

// taxSignatures are the signatures of a tax invoice, between x and x+w.
func (s *sheet) taxSignatures(d *Document, x, w float64) {
	s.room(24)
	half := w/2 - 3
	director, accountant, trader := d.Seller.Director, d.Seller.Accountant, ""
	registration := ""
	if d.Seller.SoleTrader {
		director, accountant, trader = "", "", d.Seller.Director
		registration = strings.TrimSpace(d.Seller.RegNo + " " + date(d.Seller.RegDate))
	}
	s.signTwo(x, half, "Руководитель организации или иное уполномоченное лицо", director)
	s.signTwo(x+half+6, half, "Главный бухгалтер или иное уполномоченное лицо", accountant)
	s.space(11)
	s.signTwo(x, half, "Индивидуальный предприниматель или иное уполномоченное лицо", trader)
	s.font(plain, codedSize)
	y := s.y + s.lineHeight() + s.baseline()
	from := x + half + 6
	s.text(from+half/2, y, center, clipLines(s.wrap(registration, half), 1)[0])
	s.stroke(0.15, from, y+0.7, from+half, y+0.7)
	s.font(plain, 5.5)
	s.text(from+half/2, y+3, center, "(реквизиты свидетельства о государственной регистрации индивидуального предпринимателя)")
	s.space(10)
}

// signTwo sets a label of two lines, a line to sign on and the name.
func (s *sheet) signTwo(x, w float64, label, name string) {
	const lineLen = 30.0
	labelWidth := 46.0
	if s.edition >= edition4 {
		labelWidth = 51 // «Индивидуальный предприниматель» on one line
	}
	s.font(plain, codedSize)
	for i, line := range s.wrap(label, labelWidth) {
		s.text(x, s.y+float64(i)*s.lineHeight()+s.baseline(), left, line)
	}
	y, lineX := s.y+s.lineHeight()+s.baseline(), x+labelWidth+2
	nameX := lineX + lineLen + 3
	s.stroke(0.15, lineX, y+0.7, lineX+lineLen, y+0.7)
	s.stroke(0.15, nameX, y+0.7, x+w, y+0.7)
	s.text((nameX+x+w)/2, y, center, clipLines(s.wrap(name, x+w-nameX-2), 1)[0])
	s.font(plain, 5.5)
	s.text(lineX+lineLen/2, y+3, center, "(подпись)")
	s.text((nameX+x+w)/2, y+3, center, "(ф.и.о.)")
}
