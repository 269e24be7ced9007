package render

import "prolong"

// Papers of Kazakhstan for a client who is written to in Kazakh have both languages of the country,
// Kazakh first, as its forms are printed. The Kazakh names of the fields of form Р-1 are those of
// the order itself (приказ МФ РК 20.12.2012 № 562, app. 50, adilet V1200008265, Kazakh text).

// kazakh says whether the paper has both languages.
func (d *Document) kazakh() bool {
	_, known := kazakhHeadings[d.Kind]
	if d.Kind == KindReconciliation && d.edition() < edition4 {
		return false // had Russian only
	}
	return known && d.Country == prolong.Kazakhstan && d.Language == "kk"
}

// bi writes a text in Russian, on papers with both languages in Kazakh before it.
func (d *Document) bi(kazakh, russian string) string {
	if d.kazakh() {
		return kazakh + " / " + russian
	}
	return russian
}

// citeReversed names the paper that is cancelled or lowered, by both its names where it has two.
func (d *Document) citeReversed() string {
	r := d.Reverses
	if d.kazakh() && d.edition() >= edition4 {
		for kind, h := range kazakhHeadings {
			if russian := (&Document{Kind: kind, Country: d.Country}).headingWords().name; h.name == r.Title {
				r.Title += " / " + russian
				break
			}
		}
	}
	return d.cite(r)
}

// title2 is the Russian title below the Kazakh one; nothing on papers of one language.
func (d *Document) title2() string {
	if !d.kazakh() {
		return ""
	}
	russian := *d
	russian.Language, russian.Correction, russian.Reverses = "ru", Reference{}, Reference{}
	return russian.heading()
}

// kazakhHeadings are those of the papers with both languages.
var kazakhHeadings = map[Kind]heading{
	KindActKZ:      kazakhHeading("Орындалған жұмыстар (көрсетілген қызметтер) актісі", "akt"),
	KindCreditNote: lowering(kazakhHeading("Түзету (кредит-нота)", "kredit-nota"), "Құжатқа / К\u00a0документу:"),
	KindInvoiceKZ:  kazakhHeading("Төлемге шот", "schet"),

	KindReconciliation: kazakhHeading("Өзара есеп айырысуларды салыстыру актісі", "akt-sverki"),
}

// kazakhHeading has no word between number and date: in Kazakh it would be a suffix.
func kazakhHeading(name, file string) heading {
	return heading{name: name, number: "№", lang: "kk", correction: "түзету", storno: "сторно", reverses: "Сторно / Сторнирует:", file: file}
}

var (
	taxWordsKK = taxWords{
		"Жеңілдіксіз сома / Сумма без скидки:", "Жеңілдік / Скидка:", "Барлығы / Итого:",
		"Оның ішінде ҚҚС / В том числе НДС", "ҚҚС / НДС", "ҚҚС-сыз / Без налога (НДС)",
	}
	signWordsKK = signWords{sign: "қолы / подпись", name: "қолтаңбаның толық жазылуы / расшифровка подписи", seal: "М.О. / М.П."}
	linesKK     = lineTitles{
		code: "Коды / Код", name: "Атауы / Наименование", quantity: "Саны / Кол-во", unit: "Өлш. / Ед.", price: "Бағасы / Цена",
		discount: "Жеңілдік / Скидка", sum: "Сомасы / Сумма", period: "кезеңі / за период ",
	}
)

// reconciliationKK has whole sentences in Kazakh, beside which the Russian ones stand, and both
// languages in the cells of the table. Names keep their form: no suffix is hung on them.
var reconciliationKK = reconciliationWords{
	lang: "kk", period: "кезеңі: ", between: ", тараптар: ", and: " және ", basis: "құжат бойынша / по документу: ",
	preamble: "Біз, төменде қол қоюшылар: ", oneSide: " – бір тараптан, және ", other: " – екінші тараптан, ",
	said:      "есепке алу деректері бойынша өзара есеп айырысулардың жай-күйі мынадай екені туралы осы салыстыру актісін жасадық:",
	booksOf:   " деректері бойынша",
	operation: "Операцияның атауы, құжаттар / Наименование операции, документы", debit: "Дебет", credit: "Кредит",
	opening: "Бастапқы сальдо / Сальдо начальное", turnover: "Кезең ішіндегі айналым / Обороты за период", closing: "Соңғы сальдо / Сальдо конечное",
	on: ", ", onOf: " күніне", nobody: "берешек жоқ", owedTo: " пайдасына берешек:", is: " ", fromOf: " атынан",
}

// linesKK are the heads of the table and the word before a period.
func (d *Document) linesKK() lineTitles {
	titles := linesKK
	if d.edition() < edition4 {
		titles.period = "кезеңі / период "
	}
	return titles
}

// voiceKK is how papers without a form speak in both languages.
var voiceKK = voice{
	reconciliation: reconciliationKK,
	lowered:        "Көрсетілген құжат бойынша қызметтердің құны азайтылды / Стоимость услуг по указанному документу уменьшена на: ",
	goods:          "Жұмыстардың, қызметтердің атауы / Наименование работ, услуг",
	requisites:     partyKK, position: (*Party).titleKK,
	short:       func(p *Party) string { return list(first(p.ShortName, p.Name), labelled(idLabelKK(p), p.TaxID)) },
	represented: inFront,
	seller:      "Орындаушы / Исполнитель:", buyer: "Тапсырыс беруші / Заказчик:", sign: signWordsKK,
	table: func(s *sheet, d *Document, nameTitle string) {
		titles := d.linesKK()
		titles.code, titles.name = "", nameTitle
		linesTable(s, d, titles)
	},
	tax: taxWordsKK, total: "ҚҚС-мен барлығы / Всего с НДС:",
}

// idLabelKK names an identification number in both languages.
func idLabelKK(p *Party) string {
	if p.SoleTrader {
		return "ЖСН (ИИН)"
	}
	return "БСН (БИН)"
}

func partyKK(p *Party) string {
	return list(labelled("БСН/ЖСН (БИН/ИИН)", p.TaxID), p.Name, address(p.Address), labelled("тел.:", p.Phone))
}

// titleKK is the position under which a party signs.
func (p *Party) titleKK() string {
	if p.SoleTrader {
		return first(p.DirectorTitle, "Жеке кәсіпкер / Индивидуальный предприниматель")
	}
	return first(p.DirectorTitle, "Басшы / Руководитель")
}

// closingNotesKK are the sentences between the amount and the signatures in both languages.
func (d *Document) closingNotesKK() []string {
	var notes []string
	if !d.DueOn.IsZero() {
		notes = append(notes, "Төлеу мерзімі: "+longDate(d.DueOn, "kk")+" (осы күнді қоса алғанда), сонда қызмет көрсету үзілмейді.")
	}
	if !d.ValidUntil.IsZero() {
		notes = append(notes, "Шоттың жарамдылық мерзімі: "+longDate(d.ValidUntil, "kk")+" (осы күнді қоса алғанда).")
	}
	return append(notes, d.closingNotesRU()...)
}
