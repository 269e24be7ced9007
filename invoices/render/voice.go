package render

import "prolong"

// voice is how those papers speak that every country has and no law gives a form: the акт
// сверки and the credit note.
type voice struct {
	reconciliation reconciliationWords
	lowered        string // «Стоимость услуг по указанному документу уменьшена на»
	goods          string // head of the column of names
	requisites     func(*Party) string
	short          func(*Party) string // what stands above a signature
	position       func(*Party) string // under which a party signs
	represented    func(name, position, person string) string
	seller, buyer  string // labels of the two sides
	sign           signWords
	table          func(s *sheet, d *Document, nameTitle string)
	tax            taxWords
	total          string // label of the total with tax
}

// voices are by the seller's country.
var voices = map[prolong.Country]*voice{
	prolong.Belarus:    &voiceRU,
	prolong.Kazakhstan: &voiceKZ,
	prolong.Russia:     &voiceRU,
	prolong.Ukraine:    &voiceUA,
}

// voice returns that of the seller's country, English for those that have none here.
func (d *Document) voice() *voice {
	if d.kazakh() {
		return &voiceKK
	}
	if v, ok := voices[d.Country]; ok {
		return v
	}
	return &voiceEN
}

var voiceRU = voice{
	reconciliation: reconciliationRU,
	lowered:        "Стоимость услуг по указанному документу уменьшена на ",
	goods:          "Наименование работ, услуг",
	requisites:     partyRU, short: shortRU, position: (*Party).titleRU,
	represented: inFront,
	seller:      "Исполнитель:", buyer: "Заказчик:", sign: signWordsRU,
	table: linesTableRU, tax: taxWordsRU, total: "Всего с НДС:",
}

var voiceKZ = voice{
	reconciliation: reconciliationRU,
	lowered:        voiceRU.lowered,
	goods:          voiceRU.goods,
	requisites:     partyKZ, position: (*Party).titleRU,
	short:       func(p *Party) string { return list(first(p.ShortName, p.Name), labelled(idLabelKZ(p), p.TaxID)) },
	represented: inFront,
	seller:      "Исполнитель:", buyer: "Заказчик:", sign: signWordsRU,
	table: linesTableRU, tax: taxWordsRU, total: "Всего с НДС:",
}

var voiceUA = voice{
	reconciliation: reconciliationUA,
	lowered:        "Вартість послуг за вказаним документом зменшено на ",
	goods:          "Найменування робіт, послуг",
	requisites:     partyUA,
	short:          func(p *Party) string { return list(first(p.ShortName, p.Name), labelled(codeUA(p), p.TaxID)) },
	position:       func(p *Party) string { return capital(p.titleUA()) },
	represented:    func(name, position, person string) string { return inFront(name, small(position), person) },
	seller:         "Виконавець:", buyer: "Замовник:", sign: signWordsUA,
	table: linesTableUA, tax: taxWordsUA, total: "Усього з ПДВ:",
}

var voiceEN = voice{
	reconciliation: reconciliationEN,
	lowered:        "The price of the services of the document above is lowered by ",
	goods:          "Description",
	requisites:     partyEN,
	short:          func(p *Party) string { return list(first(p.ShortName, p.Name), labelled("VAT No.", p.VATNo)) },
	position:       (*Party).titleEN,
	represented: func(name, position, person string) string {
		return name + ", represented by " + small(position) + " " + person
	},
	seller: "Seller:", buyer: "Buyer:", sign: signWordsEN,
	table: linesTableEN, tax: taxWordsEN, total: "Total with VAT:",
}

// inFront is «директор ООО «Пример» Образцов О. О.».
func inFront(name, position, person string) string { return position + " " + name + " " + person }
