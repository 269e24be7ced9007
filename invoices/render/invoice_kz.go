package render

import "strconv"

// drawInvoiceKZ draws a счёт на оплату in the layout of the Kazakh edition of 1С
// (documents.md 2.7). There is no payment QR between companies in Kazakhstan.
func drawInvoiceKZ(s *sheet, d *Document) error {
	if d.Notice != "" {
		s.paragraph(plain, 7.5, center, d.Notice)
		s.space(2)
	}
	s.paragraph(bold, 9, left, d.bi("Төлем тапсырмасының үлгісі", "Образец платёжного поручения"))
	s.space(1)
	words := invoiceWordsOf(d)
	f := frame{sheet: s, size: 9}
	a := d.Seller.Account
	f.row(slot{width: 100, caption: "Бенефициар", value: d.Seller.Name + "\n" + labelled(words.id(&d.Seller), d.Seller.TaxID), bold: true},
		slot{width: 58, caption: d.bi("ЖСК", "ИИК"), value: a.Number, bold: true},
		slot{width: 22, caption: "Кбе", value: d.Seller.KBe, bold: true})
	f.row(slot{width: 100, caption: d.bi("Бенефициар банкі", "Банк бенефициара"), value: a.Bank},
		slot{width: 40, caption: d.bi("БСК", "БИК"), value: a.BIC, bold: true},
		slot{width: 40, caption: d.bi("Төлем мақсатының коды", "Код назначения платежа"), value: d.Seller.KNP, bold: true})
	s.space(5)
	s.title(d, left)
	s.field(d.bi("Жеткізуші", "Поставщик:"), words.party(&d.Seller))
	s.field(d.bi("Сатып алушы", "Покупатель:"), words.party(&d.Buyer))
	s.field(d.bi("Шарт", "Договор:"), first(d.cite(d.Basis), d.bi("Шартсыз", "Без договора")))
	s.reverses(d)
	s.space(2)
	end := func() error { return endInvoiceKZ(s, d) }
	s.closesWith(end)
	linesTable(s, d, words.lines)
	return end()
}

// endInvoiceKZ is the totals, how to pay and the signatures.
func endInvoiceKZ(s *sheet, d *Document) error {
	words := invoiceWordsOf(d)
	s.sums(d.sumsOfAct(words.tax, d.bi("Барлығы төлеуге", "Всего к оплате:")))
	s.space(2)
	lines, total := strconv.Itoa(len(d.Lines)), d.money(d.Totals.Gross)+" "+string(d.Currency)
	return s.closing(d, closingWords{
		count: d.bi("Барлығы "+lines+" атау, сомасы "+total, "Всего наименований "+lines+", на сумму "+total),
		words: d.bi("Барлығы төлеуге", "Всего к оплате: "), purpose: d.bi("Төлем мақсаты (өзгертпей көрсетіңіз)", "Назначение платежа (укажите без изменений):"), notes: words.notes(),
	}, func() error {
		s.space(9)
		lineX := s.signature(s.x, s.w*0.66, d.bi("Орындаушы", "Исполнитель"), first(d.Seller.Accountant, d.Seller.Director), words.sign)
		return s.signImages(d, lineX)
	})
}

// invoiceWords are those of a счёт на оплату that its languages decide together.
type invoiceWords struct {
	id, party func(*Party) string
	lines     lineTitles
	tax       taxWords
	sign      signWords
	notes     func() []string
}

func invoiceWordsOf(d *Document) invoiceWords {
	if d.kazakh() {
		return invoiceWords{idLabelKK, partyKK, d.linesKK(), taxWordsKK, signWordsKK, d.closingNotesKK}
	}
	return invoiceWords{idLabelKZ, partyKZ, linesKZ, taxWordsRU, signWordsRU, d.closingNotesRU}
}

var linesKZ = lineTitles{code: "Код", name: "Наименование", quantity: "Кол-во", unit: "Ед.", price: "Цена", discount: "Скидка", sum: "Сумма", period: "за период "}

// idLabelKZ names a Kazakh identification number: of a company or of a person.
func idLabelKZ(p *Party) string {
	if p.SoleTrader {
		return "ИИН"
	}
	return "БИН"
}

func partyKZ(p *Party) string {
	return list(labelled("БИН / ИИН", p.TaxID), p.Name, address(p.Address), labelled("тел.:", p.Phone))
}
