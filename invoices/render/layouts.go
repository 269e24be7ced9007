package render

import (
	"strings"
	"unicode"

	"prolong/internal/i18n"
)

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
	s += " " + words.from + string(nbsp) + i18n.LongDate(d.Date, words.lang)
	if !d.Correction.IsZero() && d.Kind != KindTaxInvoice && d.Kind != KindUPD { // those have line 1а
		s += " (" + words.correction + " " + d.cite(d.Correction) + ")"
	}
	return s
}

// FileNames returns the names under which the document is sent and downloaded: one in ASCII
// for mail programs that know no other, "schet-58291375-12-2026-11-21.pdf", and one as people
// write it, «Счёт на оплату № 58291375-12 от 21.11.2026.pdf» (documents.md section 8).
func (d *Document) FileNames() (ascii, native string) {
	words := headings[d.Kind]
	safe := strings.Map(func(r rune) rune {
		if r < 0x80 && (r == '-' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') {
			return r
		}
		return '-'
	}, d.Number)
	ascii = strings.Trim(words.file+"-"+safe, "-") + "-" + d.Date.String() + ".pdf"
	native = words.name
	if d.Number != "" {
		native += " " + words.number + " " + d.Number
	}
	native = strings.Map(func(r rune) rune {
		if r < 0x20 || strings.ContainsRune(`/\:*?"<>|`, r) || unicode.Is(unicode.Cf, r) {
			return '-'
		}
		return r
	}, strings.ToValidUTF8(native+" "+words.from+" "+date(d.Date), "-"))
	return ascii, native + ".pdf"
}

// heading are the words of a kind's title line; a statutory form keeps its own language.
type heading struct{ name, number, from, lang, correction, reverses, file string }

var headings = map[Kind]heading{
	KindActKZ:          russianHeading("Акт выполненных работ (оказанных услуг)", "akt"),
	KindActRU:          russianHeading("Акт", "akt"),
	KindActUA:          {"Акт надання послуг", "№", "від", "uk", "виправлення", "Сторнує:", "akt"},
	KindInvoiceEN:      {"Pro-forma invoice", "No.", "of", "en", "correction", "Cancels:", "proforma"},
	KindInvoiceKZ:      russianHeading("Счёт на оплату", "schet"),
	KindInvoiceRU:      russianHeading("Счёт на оплату", "schet"),
	KindInvoiceUA:      {"Рахунок на оплату", "№", "від", "uk", "виправлення", "Скасовує:", "rahunok"},
	KindReconciliation: russianHeading("Акт сверки взаимных расчётов", "akt-sverki"),
	KindTaxInvoice:     russianHeading("Счёт-фактура", "sf"),
	KindUPD:            russianHeading("Универсальный передаточный документ", "upd"),
}

func russianHeading(name, file string) heading {
	return heading{name: name, number: "№", from: "от", lang: "ru", correction: "исправление", reverses: "Сторнирует:", file: file}
}
