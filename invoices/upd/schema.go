package upd

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// rule describes an element of the format: its attributes and its children in their order. It
// holds the part of the format that services of a vendor use (documents.md 2.4; structure as in
// the schema ON_NSCHFDOPPR_1_997_01_05_03); anything else in a file is a problem.
type rule struct {
	attrs    []attrRule
	children []childRule
	// oneOf says that exactly one of the children is there, in place of all in their order.
	oneOf bool
	text  *simple // of an element that holds text
}

type attrRule struct {
	name     string
	required bool
	kind     simple
}

// simple is a simple type: a pattern, or any text of so many characters on one line.
type simple struct {
	pattern  *regexp.Regexp
	runesMax int
}

func (s simple) fits(value string) bool {
	if s.pattern != nil {
		return s.pattern.MatchString(value)
	}
	return value != "" && utf8.RuneCountInString(value) <= s.runesMax && !strings.Contains(value, "\n")
}

func (s simple) String() string {
	if s.pattern != nil {
		return s.pattern.String()
	}
	return fmt.Sprintf("1..%d", s.runesMax)
}

func match(pattern string) simple {
	return simple{pattern: regexp.MustCompile(`^(?:` + pattern + `)$`)}
}
func upTo(runes int) simple { return simple{runesMax: runes} }

type childRule struct {
	name     string
	min, max int // max 0: any number
	rule     *rule
}

func must(name string, kind simple) attrRule { return attrRule{name, true, kind} }
func may(name string, kind simple) attrRule  { return attrRule{name, false, kind} }

func one(name string, r *rule) childRule  { return childRule{name, 1, 1, r} }
func opt(name string, r *rule) childRule  { return childRule{name, 0, 1, r} }
func many(name string, r *rule) childRule { return childRule{name, 0, 0, r} }
func some(name string, r *rule) childRule { return childRule{name, 1, 0, r} }

func text(kind simple) *rule { return &rule{text: &kind} }

// The simple types of the format.
var (
	date    = match(`(?:0[1-9]|[12][0-9]|3[01])\.(?:0[1-9]|1[0-2])\.[12][0-9]{3}`)
	clock   = match(`(?:[01][0-9]|2[0-3])\.[0-5][0-9]\.[0-5][0-9]`)
	money   = match(`-?[0-9]{1,17}\.[0-9]{2}`)
	decimal = match(`-?[0-9]{1,15}(?:\.[0-9]{1,11})?`)
	inn10   = match(`[0-9]{10}`)
	inn12   = match(`[0-9]{12}`)
	kpp     = match(`[0-9]{4}[0-9A-Z]{2}[0-9]{3}`)
	line255 = upTo(255)
	line1k  = upTo(1000)
	line2k  = upTo(2000)
	name60  = upTo(60)
)

// fileID is the name of a title: receiver, sender, day, GUID, flags. An id at an operator has
// three characters of the operator and up to 43 of its own.
var fileID = regexp.MustCompile(`^ON_NSCHFDOPPR_([0-9A-Za-z-]{4,46})_([0-9A-Za-z-]{4,46})_([0-9]{8})_` +
	`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}_[0-9]_[0-9]_[0-9]_[0-9]_[0-9]_[0-9]{2}$`)

var (
	personRule = &rule{attrs: []attrRule{must("Фамилия", name60), must("Имя", name60), may("Отчество", name60)}}

	referenceRule = &rule{attrs: []attrRule{must("РеквНаимДок", line255), must("РеквНомерДок", line255), must("РеквДатаДок", date)}}

	partyRule = &rule{children: []childRule{
		one("ИдСв", &rule{oneOf: true, children: []childRule{
			one("СвЮЛУч", &rule{attrs: []attrRule{must("НаимОрг", line1k), must("ИННЮЛ", inn10), must("КПП", kpp)}}),
			one("СвИП", &rule{
				attrs:    []attrRule{must("ИННФЛ", inn12), may("ОГРНИП", match(`[0-9]{15}`)), may("ДатаОГРНИП", date)},
				children: []childRule{one("ФИО", personRule)},
			}),
		}}),
		opt("Адрес", &rule{children: []childRule{
			one("АдрИнф", &rule{attrs: []attrRule{must("КодСтр", match(`[0-9]{3}`)), must("НаимСтран", line255), must("АдрТекст", line1k)}}),
		}}),
		opt("БанкРекв", &rule{
			attrs: []attrRule{must("НомерСчета", match(`[0-9A-Z]{1,34}`))},
			children: []childRule{
				one("СвБанк", &rule{attrs: []attrRule{may("НаимБанк", line1k), may("БИК", match(`[0-9]{9}`)), may("КорСчет", match(`[0-9]{1,20}`))}}),
			},
		}),
		opt("Контакт", &rule{children: []childRule{many("Тлф", text(line255)), many("ЭлПочта", text(line255))}}),
	}}

	taxRule = &rule{oneOf: true, children: []childRule{one("СумНал", text(money)), one("БезНДС", text(match("без НДС")))}}

	// rates are those of the schema; the estimated ones are for advances.
	rates = match(`0%|5%|7%|10%|18%|20%|22%|5/105|7/107|10/110|18/118|20/120|22/122|без НДС`)

	lineRule = &rule{
		attrs: []attrRule{
			must("НомСтр", match(`[1-9][0-9]{0,5}`)), must("НаимТов", line2k), may("ОКЕИ_Тов", match(`[0-9]{3,4}`)), may("НаимЕдИзм", line255), may("КолТов", decimal),
			may("ЦенаТов", decimal), may("СтТовБезНДС", money), must("НалСт", rates), must("СтТовУчНал", money),
		},
		children: []childRule{
			opt("ДопСведТов", &rule{attrs: []attrRule{may("ПрТовРаб", match(`[1-5]`)), may("КодТов", upTo(100))}}),
			one("Акциз", &rule{children: []childRule{one("БезАкциз", text(match("без акциза")))}}),
			one("СумНал", taxRule),
		},
	}

	documentRule = &rule{
		attrs: []attrRule{
			must("КНД", match(classifier)), must("Функция", match("СЧФДОП|СЧФ|ДОП")), may("ПоФактХЖ", line255), may("НаимДокОпр", line255),
			must("ДатаИнфПр", date), must("ВремИнфПр", clock), must("НаимЭконСубСост", line1k),
		},
		children: []childRule{
			one("СвСчФакт", &rule{
				attrs: []attrRule{must("НомерДок", line1k), must("ДатаДок", date)},
				children: []childRule{
					opt("ИспрДок", &rule{attrs: []attrRule{must("НомИспр", match(`[1-9][0-9]{0,2}`)), must("ДатаИспр", date)}}),
					some("СвПрод", partyRule),
					many("СвПРД", &rule{attrs: []attrRule{must("НомерПРД", upTo(30)), must("ДатаПРД", date)}}),
					many("ДокПодтвОтгрНом", referenceRule),
					some("СвПокуп", partyRule),
					one("ДенИзм", &rule{attrs: []attrRule{must("КодОКВ", match(`[0-9]{3}`)), must("НаимОКВ", upTo(100))}}),
					opt("ДопСвФХЖ1", &rule{attrs: []attrRule{may("ИдГосКон", match(`.{20,25}`)), may("СпОбстФСЧФ", match(`[1-6]`))}}),
					opt("ИнфПолФХЖ1", &rule{children: []childRule{
						some("ТекстИнф", &rule{attrs: []attrRule{must("Идентиф", upTo(50)), must("Значен", line2k)}}),
					}}),
				},
			}),
			one("ТаблСчФакт", &rule{children: []childRule{
				some("СведТов", lineRule),
				one("ВсегоОпл", &rule{attrs: []attrRule{may("СтТовБезНДСВсего", money), must("СтТовУчНалВсего", money)}, children: []childRule{one("СумНалВсего", taxRule)}}),
			}}),
			opt("СвПродПер", &rule{children: []childRule{
				one("СвПер", &rule{
					attrs:    []attrRule{must("СодОпер", line255), may("ВидОпер", line255), must("ДатаПер", date), may("ДатаНачПер", date), may("ДатаОконПер", date)},
					oneOf:    true,
					children: []childRule{one("ОснПер", referenceRule), one("БезДокОснПер", text(match("1")))},
				}),
			}}),
			some("Подписант", &rule{
				// Operators demand the position though the schema leaves it open (documents.md 2.4).
				attrs:    []attrRule{must("Должн", line255), must("ТипПодпис", match(`[1-3]`)), must("СпосПодтПолном", match(`[1-6]`))},
				children: []childRule{one("ФИО", personRule)},
			}),
		},
	}

	rootRule = &rule{
		attrs:    []attrRule{must("ИдФайл", line255), must("ВерсФорм", match(`5\.03`)), may("ВерсПрог", upTo(40))},
		children: []childRule{one("Документ", documentRule)},
	}
)
