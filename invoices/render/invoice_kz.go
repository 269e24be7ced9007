package render

import "strconv"

// drawInvoiceKZ draws a счёт на оплату in the layout of the Kazakh edition of 1С
// (documents.md 2.7). There is no payment QR between companies in Kazakhstan.
func drawInvoiceKZ(s *sheet, d *Document) error {
	if d.Notice != "" {
		s.paragraph(plain, 7.5, center, d.Notice)
		s.space(2)
	}
	s.paragraph(bold, 9, left, "Образец платёжного поручения")
	s.space(1)
	f := frame{sheet: s, size: 9}
	a := d.Seller.Account
	f.row(slot{width: 100, caption: "Бенефициар", value: d.Seller.Name + "\n" + labelled(idLabelKZ(&d.Seller), d.Seller.TaxID), bold: true},
		slot{width: 58, caption: "ИИК", value: a.Number, bold: true},
		slot{width: 22, caption: "Кбе", value: d.Seller.KBe, bold: true})
	f.row(slot{width: 100, caption: "Банк бенефициара", value: a.Bank},
		slot{width: 40, caption: "БИК", value: a.BIC, bold: true},
		slot{width: 40, caption: "Код назначения платежа", value: d.Seller.KNP, bold: true})
	s.space(5)
	s.title(d, left)
	s.field("Поставщик:", partyKZ(&d.Seller))
	s.field("Покупатель:", partyKZ(&d.Buyer))
	s.field("Договор:", first(d.cite(d.Basis), "Без договора"))
	s.reverses(d)
	s.space(2)
	linesTable(s, d, lineTitles{code: "Код", name: "Наименование", quantity: "Кол-во", unit: "Ед.", price: "Цена",
		discount: "Скидка", sum: "Сумма", period: "за период "})
	s.sums(d.sumsOfAct(taxWordsRU, "Всего к оплате:"))
	s.space(2)
	return s.closing(d, closingWords{
		count: "Всего наименований " + strconv.Itoa(len(d.Lines)) + ", на сумму " + d.money(d.Totals.Gross) + " " + string(d.Currency),
		words: "Всего к оплате: ", purpose: "Назначение платежа (укажите без изменений):", notes: d.closingNotesRU(),
	}, func() error {
		s.space(9)
		lineX := s.signature(s.x, s.w*0.66, "Исполнитель", first(d.Seller.Accountant, d.Seller.Director), signWordsRU)
		return s.signImages(d, lineX)
	})
}

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
