package render

import "prolong/internal/i18n"

// layout is how a kind of document is drawn.
type layout struct {
	paper   paper
	margins margins
	draw    func(s *sheet, d *Document) error
}

var (
	letter = margins{left: 15, top: 12, right: 15, bottom: 10}
	wide   = margins{left: 10, top: 8, right: 10, bottom: 6}
	form   = margins{left: 15, top: 9, right: 15, bottom: 8} // statutory forms in landscape
)

// layouts has every kind; Validate refuses the others.
var layouts = map[Kind]layout{
	KindActKZ:          {paper: landscape, margins: form, draw: drawActKZ},
	KindActRU:          {paper: portrait, margins: letter, draw: drawActRU},
	KindActUA:          {paper: portrait, margins: letter, draw: drawActUA},
	KindInvoiceEN:      {paper: portrait, margins: letter, draw: drawInvoiceEN},
	KindInvoiceKZ:      {paper: portrait, margins: letter, draw: drawInvoiceKZ},
	KindInvoiceRU:      {paper: portrait, margins: letter, draw: drawInvoiceRU},
	KindInvoiceUA:      {paper: portrait, margins: letter, draw: drawInvoiceUA},
	KindReconciliation: {paper: portrait, margins: letter, draw: drawReconciliation},
	KindTaxInvoice:     {paper: landscape, margins: wide, draw: drawTaxInvoice},
	KindUPD:            {paper: landscape, margins: wide, draw: drawUPD},
}

// heading is the title line of the document, which also names the file to the reader.
func (d *Document) heading() string {
	words := headings[d.Kind]
	s := words.name
	if d.Number != "" {
		s += " " + words.number + string(nbsp) + d.Number
	}
	return s + " " + words.from + string(nbsp) + i18n.LongDate(d.Date, words.lang)
}

// headings are the words of the title line; a statutory form keeps its own language.
var headings = map[Kind]struct{ name, number, from, lang string }{
	KindActKZ:          {"Акт выполненных работ (оказанных услуг)", "№", "от", "ru"},
	KindActRU:          {"Акт", "№", "от", "ru"},
	KindActUA:          {"Акт надання послуг", "№", "від", "uk"},
	KindInvoiceEN:      {"Pro-forma invoice", "No.", "of", "en"},
	KindInvoiceKZ:      {"Счёт на оплату", "№", "от", "ru"},
	KindInvoiceRU:      {"Счёт на оплату", "№", "от", "ru"},
	KindInvoiceUA:      {"Рахунок на оплату", "№", "від", "uk"},
	KindReconciliation: {"Акт сверки взаимных расчётов", "№", "от", "ru"},
	KindTaxInvoice:     {"Счёт-фактура", "№", "от", "ru"},
	KindUPD:            {"Универсальный передаточный документ", "№", "от", "ru"},
}
