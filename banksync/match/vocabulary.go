package match

import "strings"

// stopTaxIDs belong to banks and payment agents that stand as payer of other people's money;
// they identify nobody. Two come from reference 4.1 and 4.5, the others are the large banks'
// published requisites, check digits verified.
var stopTaxIDs = wordSet(`
	7707083893 7710140679 7728168971 7702070139 7744001497 7725114488 7706092528 7750005725 7734202860 7744000302
	7730060164 7710030411 4401116480 7744000912 9721194461 2204000595 7831000122 9703077050 3123011520 6608008004
	14360570 21133352 14305909 00032129 14282829 09807750 00032112 23494714 21685166 23697280 09807862 20953647
	971240001315 940140000385 980640000093 920140000084 950240000112 090740019001`)

// transitAccounts begin the accounts of banks, agents and clearing (reference 4.1, 5.4):
// they belong to nobody who pays.
var transitAccounts = []string{"301", "302", "303", "306", "40911", "474", "40821"}

// transitUA are Ukrainian balance accounts of banks inside an IBAN, after the MFO.
var transitUA = []string{"29", "37", "1919", "2924"}

func transitAccount(account string) bool {
	if strings.HasPrefix(account, "UA") && len(account) == 29 {
		number := strings.TrimLeft(account[10:], "0")
		for _, t := range transitUA {
			if strings.HasPrefix(number, t) {
				return true
			}
		}
		return false
	}
	if len(account) != accountDigits || strings.HasPrefix(account, "KZ") {
		return false
	}
	for _, t := range transitAccounts {
		if strings.HasPrefix(account, t) {
			return true
		}
	}
	return false
}

// refundStems say that money comes back or came by mistake: never posted.
var refundStems = []string{"возврат", "возвращ", "возвр", "поверненн", "повернут", "помилк", "ошиб", "неверно", "неправильн", "refund", "vozvrat", "oshib", "кайтар", "сторно", "излишн", "надмирн", "зайво", "chargeback", "reversal"}

// registerStems mark the money of an acquirer, a marketplace or a payment agent: many
// payers in one sum.
var registerStems = []string{"реестр", "reestr", "эквайр", "еквайр", "маркетплейс", "marketplace", "инкасс", "терминал", "мерчант", "merchant", "acquiring"}

// bankStems mark what is no payment for services.
var bankStems = []string{"депозит", "вклад", "кредит", "займ", "заем", "ссуд", "позик", "овердрафт", "зарплат", "заработн", "дивиденд", "алимент", "пени", "пеня", "штраф",
	"конверт", "кэшбэк", "кешбек", "cashback", "процент", "взнос", "внесок", "выручк", "валют", "неустойк", "гаранти", "ндфл", "нпфл", "есв", "енп", "комисс", "комис"}

// foreignStems name what a seller of subscriptions does not sell. They stop a payment unless
// code, tax id and sum all agree, or the word is in the vocabulary of our sellers.
var foreignStems = []string{
	"стол", "стул", "мебел", "метал", "труб", "цемент", "бетон", "кирпич", "стройматер", "материал", "топлив", "бензин", "дизел", "гсм", "запчаст", "шины", "шина",
	"мяс", "молок", "овощ", "хлеб", "напит", "алкогол", "пиво", "одежд", "обув", "ткан", "товар", "тмц", "поставк", "постачанн", "аренд", "оренд", "лизинг", "субаренд", "коммунал", "комунал",
	"электроэнерг", "отоплен", "водоснаб", "перевозк", "перевезен", "транспорт", "экспедиц", "груз", "вантаж", "ремонт", "строит", "будивел", "монтаж", "подряд", "пидряд", "реклам", "полиграф",
	"канцтовар", "канцел", "оборудован", "обладнан", "комплектующ", "медиц", "страхов", "медикамент", "доставк", "бумаг", "посуд", "инструмент", "упаков", "пиломатер", "дерев", "продукты", "продуктов", "кофе", "чай",
	"сырь", "удобрен", "автомоб", "запасн", "холодильн", "картон", "пленк", "чистящ", "хозтовар", "спецодежд", "недвижим", "земельн", "проживан", "гостин", "билет", "охран", "клининг", "уборк",
}

// thirdPartyStems speak of paying for somebody without a legal form behind.
var thirdPartyStems = []string{"треть", "третьи", "письм", "взаимозач", "взаиморасч", "переуступ", "цесси"}

// subjectStems and subjectWords are the words of a purpose that says nothing against a
// payment for our services. Rule W5, which has only tax id and sum, accepts no other words;
// so a stem must be long enough to mean one thing.
var subjectStems = []string{
	// to pay
	"оплат", "предоплат", "постоплат", "передплат", "доплат", "аванс", "сплат", "сплач", "платеж", "платиж", "перечисл", "зачисл", "зарахув", "перерах", "денежн", "безналич", "толем", "oplat", "payment",
	// for what
	"услуг", "послуг", "обслуж", "обслуг", "сопровож", "супров", "поддерж", "пидтрим", "подписк", "подписоч", "пидписк", "пидписц", "доступ", "сервис", "лиценз", "программ", "програм", "обеспечен", "забезпеч", "тариф",
	"продлен", "пролонг", "использован", "пользован", "користув", "використан", "неисключ", "невиключ", "предоставл", "надан", "информацион", "информацийн", "техническ", "техничн", "консультац", "абон", "ежемесяч",
	"щомисяч", "месячн", "мисячн", "годов", "ричн", "квартал", "очередн", "чергов", "текущ", "поточн", "период", "онлайн", "облачн", "хмарн", "кызмет", "бойынша", "uslug", "service", "subscription", "podpisk", "dostup", "abonent", "tarif",
	// by what
	"соглас", "соглашен", "угод", "пользоват", "оказан", "возмездн", "сублиценз", "лицензион", "соответств", "видповидн", "договор", "договир", "оферт", "публичн", "выставлен", "виставлен", "реквизит", "основан", "пидстав", "услови", "умовам", "контракт", "schet",
	// tax and sum
	"облагает", "облагают", "обклад", "налог", "податк", "предусм", "передбач", "освобож", "звильн", "ставк", "упрощ", "спрощ", "применен", "застосув", "включа", "включн", "рубл", "грив", "тенге", "копе", "oblag", "платник", "плательщик",
	// sums in words
	"тысяч", "сотн", "двест", "трист", "четырест", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот", "десят", "двадцат", "тридцат", "сорок", "пятьдес", "шестьдес", "семьдес", "восемьдес", "девянос",
	"одиннадц", "двенадц", "тринадц", "четырнадц", "пятнадц", "шестнадц", "семнадц", "восемнадц", "девятнадц",
}

var subjectWords = wordSet(`
	поставщику постачальнику исполнителю для про опл плат связь связи звязку язку зв плата плату платы платою оплачено средств средства кошти коштив толеу
	по софт пакет пакета план плана планом планы право права прав online online доступ система системы систему системой системи ушин уш
	сч счет счета счету счете счетом счетам счетов рах рахунок рахунку рахунка рахунком шот дог договора зг згидно видп согл соотв
	ндс пдв vat nds ккс без нет нема не ни сумма сумму суммы сумой сума суму суми сум итого всего разом усього усн псн
	статьи статье стаття статти главы глава нк пку рф пункт пункта тому том числе числи числ вкл включая
	сто один одна два две три четыре пять шесть семь восемь девять ноль
	bez ne nds summa plata platezh platezha for services pay za po uslugi`)

// shortSubject are words of one or two letters that mean nothing by themselves.
var shortSubject = wordSet(`пп в у т ч с з и й та а о по за на до от вид п ст гл тч г гг р к х x мес кв n no то`)
