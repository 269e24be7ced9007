package render

import (
	"strings"
	"unicode"

	"prolong"
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
	KindActEN:          {paper: portrait, margins: letter, draw: drawActEN},
	KindActKZ:          {paper: landscape, margins: form, draw: drawActKZ},
	KindActRU:          {paper: portrait, margins: letter, draw: drawActRU},
	KindActUA:          {paper: portrait, margins: letter, draw: drawActUA},
	KindCreditNote:     {paper: portrait, margins: letter, draw: drawCreditNote},
	KindInvoiceEN:      {paper: portrait, margins: letter, draw: drawInvoiceEN},
	KindInvoiceKZ:      {paper: portrait, margins: letter, draw: drawInvoiceKZ},
	KindInvoiceRU:      {paper: portrait, margins: letter, draw: drawInvoiceRU},
	KindInvoiceUA:      {paper: portrait, margins: letter, draw: drawInvoiceUA},
	KindReconciliation: {paper: portrait, margins: letter, draw: drawReconciliation},
	KindTaxInvoice:     {paper: landscape, margins: wide, draw: drawTaxInvoice},
	KindUPD:            {paper: landscape, margins: wide, draw: drawUPD},
}

// statutory says whether the form has a line of its own for corrections (1а) and none for what
// a document cancels.
func (k Kind) statutory() bool { return k == KindTaxInvoice || k == KindUPD }

// heading is the title line of the document, which also names the file to the reader.
func (d *Document) heading() string {
	s := d.name()
	if d.Number != "" {
		s += " " + d.headingWords().number + string(nbsp) + d.Number
	}
	s += d.headingWords().dated(longDate(d.Date, d.headingWords().lang))
	if change := d.change(); change != "" {
		s += " (" + change + ")"
	}
	return s
}

// name is what the document is called.
func (d *Document) name() string { return d.headingWords().name }

// change says of a corrected issue which one it is and since when, and of a storno that it is one.
func (d *Document) change() string {
	switch words := d.headingWords(); {
	case d.storno():
		return words.storno
	case !d.Correction.IsZero() && !d.Kind.statutory():
		return words.correction + " " + d.cite(d.Correction)
	}
	return ""
}

// storno says whether the document cancels another one of its kind.
func (d *Document) storno() bool { return !d.Reverses.IsZero() && d.Kind != KindCreditNote }

// FileNames returns the names under which the document is sent and downloaded: one in ASCII
// for mail programs that know no other, "schet-58291375-12-2026-11-21.pdf", and one as people
// write it, «Счёт на оплату № 58291375-12 от 21.11.2026.pdf» (documents.md section 8).
func (d *Document) FileNames() (ascii, native string) {
	words := d.headingWords()
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
	}, strings.ToValidUTF8(native+strings.ReplaceAll(words.dated(d.date(d.Date)), string(nbsp), " "), "-"))
	return ascii, native + ".pdf"
}

// heading are the words of a kind's title line; a statutory form keeps its own language.
type heading struct{ name, number, from, lang, correction, storno, reverses, file string }

// dated puts a day behind a name: " от 21.11.2026", where a language has no word for it after a comma.
func (h heading) dated(day string) string {
	if h.from == "" {
		return ", " + day
	}
	return " " + h.from + string(nbsp) + day
}

// headings are of the kinds that belong to one country.
var headings = map[Kind]heading{
	KindActEN:      englishHeading("Certificate of services", "certificate"),
	KindActKZ:      russianHeading("Акт выполненных работ (оказанных услуг)", "akt"),
	KindActRU:      russianHeading("Акт", "akt"),
	KindActUA:      ukrainianHeading("Акт надання послуг", "akt"),
	KindInvoiceEN:  englishHeading("Pro-forma invoice", "proforma"),
	KindInvoiceKZ:  russianHeading("Счёт на оплату", "schet"),
	KindInvoiceRU:  russianHeading("Счёт на оплату", "schet"),
	KindInvoiceUA:  ukrainianHeading("Рахунок на оплату", "rahunok"),
	KindTaxInvoice: russianHeading("Счёт-фактура", "sf"),
	KindUPD:        russianHeading("Универсальный передаточный документ", "upd"),
}

// sharedHeadings are of the kinds that every country has.
type sharedHeadings struct{ creditNote, reconciliation heading }

var (
	sharedRU = sharedHeadings{lowering(russianHeading("Корректировка (кредит-нота)", "kredit-nota"), "К документу:"), russianHeading("Акт сверки взаимных расчётов", "akt-sverki")}
	sharedUA = sharedHeadings{lowering(ukrainianHeading("Коригування (кредит-нота)", "kredyt-nota"), "До документа:"), ukrainianHeading("Акт звірки взаємних розрахунків", "akt-zvirky")}
	sharedEN = sharedHeadings{lowering(englishHeading("Credit note", "credit-note"), "Concerning:"), englishHeading("Reconciliation statement", "reconciliation")}
)

// headingWords are those of the kind, or of the country where a kind has no country of its own.
func (d *Document) headingWords() heading {
	if d.kazakh() {
		return kazakhHeadings[d.Kind]
	}
	if d.Kind != KindCreditNote && d.Kind != KindReconciliation {
		return headings[d.Kind]
	}
	shared := &sharedEN
	switch d.Country {
	case prolong.Belarus, prolong.Kazakhstan, prolong.Russia:
		shared = &sharedRU
	case prolong.Ukraine:
		shared = &sharedUA
	}
	if d.Kind == KindCreditNote {
		return shared.creditNote
	}
	return shared.reconciliation
}

// lowering is the heading of a document that takes off another what concerns says.
func lowering(h heading, concerns string) heading {
	h.reverses = concerns
	return h
}

func russianHeading(name, file string) heading {
	return heading{name: name, number: "№", from: "от", lang: "ru", correction: "исправление", storno: "сторно", reverses: "Сторнирует:", file: file}
}

func ukrainianHeading(name, file string) heading {
	return heading{name: name, number: "№", from: "від", lang: "uk", correction: "виправлення", storno: "сторно", reverses: "Сторнує:", file: file}
}

func englishHeading(name, file string) heading {
	return heading{name: name, number: "No.", from: "of", lang: "en", correction: "correction", storno: "cancellation", reverses: "Cancels:", file: file}
}
