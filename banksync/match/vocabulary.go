package match

import (
	"slices"
	"strings"
)

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
	"конверт", "кэшбэк", "кешбек", "cashback", "процент", "взнос", "внесок", "выручк", "валют", "неустойк", "гаранти", "уставн", "статутн", "капитал", "финпомощ", "помощ", "допомог", "ндфл", "нпфл", "есв", "енп", "комисс", "комис"}

// foreignStems name what a seller of subscriptions does not sell. They stop a payment unless
// code, tax id and sum all agree, or the word is in the vocabulary of our sellers.
var foreignStems = []string{
	"стол", "стул", "мебел", "метал", "труб", "цемент", "бетон", "кирпич", "стройматер", "материал", "топлив", "бензин", "дизел", "гсм", "запчаст", "шины", "шина",
	"мяс", "молок", "овощ", "хлеб", "напит", "алкогол", "пиво", "одежд", "обув", "ткан", "товар", "тмц", "поставк", "постачанн", "аренд", "оренд", "лизинг", "субаренд", "коммунал", "комунал",
	"электроэнерг", "отоплен", "водоснаб", "перевозк", "перевезен", "транспорт", "экспедиц", "груз", "вантаж", "ремонт", "строит", "будивел", "монтаж", "подряд", "пидряд", "реклам", "полиграф",
	"канцтовар", "канцел", "оборудован", "обладнан", "комплектующ", "медиц", "страхов", "медикамент", "доставк", "бумаг", "посуд", "инструмент", "упаков", "пиломатер", "дерев", "продукты", "продуктов", "кофе", "чай",
	"сырь", "удобрен", "автомоб", "запасн", "холодильн", "картон", "пленк", "чистящ", "хозтовар", "спецодежд", "недвижим", "земельн", "проживан", "гостин", "билет", "охран", "клининг", "уборк",
}

// companyStems are legal forms that begin like goods.
var companyStems = []string{"товариств", "товариществ"}

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
	"техподдерж", "техпидтрим", "технолог", "эвм", "обновл", "оновл", "работ", "вознагражд", "винагород", "электронн", "електронн", "цифров", "удаленн", "виддален", "дистанцион", "автоматизац", "подключен", "пидключ",
	"активац", "настройк", "налаштув", "интеграц", "аккаунт", "акаунт", "экземпляр", "передач", "базов", "комплексн", "расширенн", "ежегодн", "щоричн", "помесячн", "багдарлам",
	// by what
	"соглас", "соглашен", "угод", "пользоват", "оказан", "возмездн", "сублиценз", "лицензион", "соответств", "видповидн", "договор", "договир", "оферт", "публичн", "выставлен", "виставлен", "реквизит", "основан", "пидстав", "услови", "умовам", "контракт", "schet",
	// tax and sum
	"облагает", "облагают", "обклад", "налог", "податк", "предусм", "передбач", "освобож", "звильн", "ставк", "упрощ", "спрощ", "применен", "застосув", "включа", "включн", "рубл", "грив", "тенге", "копе", "oblag", "платник", "плательщик",
	// sums in words
	"тысяч", "сотн", "двест", "трист", "четырест", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот", "десят", "двадцат", "тридцат", "сорок", "пятьдес", "шестьдес", "семьдес", "восемьдес", "девянос",
	// to pay, said otherwise
	"оплач", "проплач", "проплат", "уплат", "уплач", "доплач", "расчет", "расчит", "розрахун", "погаш", "задолж", "заборгов", "пополн", "поповн", "внесен", "внести", "поступл", "надходж", "толтыр", "телеу", "тулем",
	"авансов", "предварит", "попередн", "очередной", "прошл", "минул", "предыдущ", "следующ", "наступн", "истекш", "будущ", "майбутн", "постоян", "постийн", "регулярн", "ежекварт", "щокварт", "ежегод", "полугод", "пивр", "сайынг", "туракт", "алдын", "жарты", "наперед", "вперед", "заранее", "частич", "частков", "остат", "остач", "залиш", "недопла", "долг", "борг", "карыз", "плати", "облаг", "бонус",
	"просим", "зачесть", "учесть", "учтите", "принять", "прийнят", "срочн", "термин", "своеврем", "качествен", "якисн", "надлежащ", "объем", "обсяг", "полност", "повнист", "претенз", "размер", "розмир",
	// for what, said otherwise: what is sold as software by subscription everywhere
	"продовж", "подовж", "пролонж", "касов", "кассов", "лояльн", "бонусн", "дисконтн", "модул", "платформ", "портал", "облак", "хмар", "софтвер", "программн", "функцион", "администрир", "администрув",
	"бессрочн", "безстроков", "непередаваем", "пользовател", "користувач", "подключ", "внедрен", "впровад", "лицензиатск", "license", "licence", "software", "cloud", "access", "renewal", "monthly", "annual", "balance", "баланс", "пакетн", "тестов",
	"стоимост", "вартист", "сервисн", "продлева", "рассчитыв", "вноси", "вносит", "перечисля", "осуществ", "здийсн", "производит", "начислен", "нарахован", "находит", "перебува", "являет", "согласован", "утвержд", "умов", "указан", "вказан",
	"личн", "особист", "ежемес", "щомис", "застосун", "карточк", "картк", "верси", "просроч", "прострочен", "супровид", "толей", "жасал", "рухсат", "айынын",
	"servis", "programm", "licenz", "litsenz", "obsluzh", "avans", "predopl", "kassa", "kassy", "kassu", "mesyac", "mesyats",
	"выставл", "вистав", "предъявл", "действующ", "чинн", "заключен", "укладен", "акцепт", "присоедин", "приедн", "исполнит", "виконав", "поставщик", "постачальник", "заказчик", "замовник",
	"абонент", "абонемент", "неисключительн", "технологическ", "задолженн", "пользовательск", "функциональн", "обслуживающ", "лицензионн",
	"одиннадц", "двенадц", "тринадц", "четырнадц", "пятнадц", "шестнадц", "семнадц", "восемнадц", "девятнадц",
}

var subjectWords = wordSet(`
	поставщику постачальнику исполнителю для про опл плат связь связи звязку язку зв плата плату платы платою оплачено средств средства кошти коштив толеу
	по пз софт веб web saas продукт продукта тех эл аб инф касса кассу кассы кассе каса касу касы каси ккт ккм рро прро
	пакет пакета план плана планом планы право права прав online online доступ система системы систему системой системи ушин уш
	сч счет счета счету счете счетом счетам счетов рах рахунок рахунку рахунка рахунком шот дог договора зг згидно видп согл соотв
	ваш ваша ваше вашу ваши вашей вашего вашим ваша наш наша наше нашу нашей нашего это как также так же при что включительно еще уже только либо со об ко м ц мц
	саас выст лиц сразу одразу простой простая простую мам мау сау нау акп кан
	карты карта карту карт картам картами карток месяцу месяце мисяця старый новый роботу роботи лк плану планам
	часть частью частями частина частиною частина раз первый первая первую второй вторая третий третья дней день дня года годовой сегодня вчера мисяць тиждень неделя неделю
	осн основание назначение призначення приз нп система системы бонусы бонусов рахунка есеп есебине айы айына айга мерзими ушин толык ала жыл кызметтер сервистин
	ндс пдв vat nds ккс без нет нема немае не ни сумма сумму суммы сумой сума суму суми сум итого всего разом усього усн псн
	статьи статье стаття статти главы глава нк пку рф пункт пункта тому том числе числи числ вкл включая
	сто один одна два две три четыре пять шесть семь восемь девять ноль
	полгода полугодие пивроку пивриччя квартал
	все всё усе уси вси весь барлык торговые торгових кассам касс
	сыз сиз салынбайды салынбаган косылган кун куны салыгы толенди акы акысы жазылым узарту айлык жылдык негизинде сайкес аркылы колдау
	багдарламалык жасактама жасактаманы камтамасыз колдану пайдалану корсетилген жок ай айга жылга пайдаланганы ушин
	bez ne nds summa plata platezh platezha for services pay za po uslugi`)

// transferWords only say that money moves; they are harmless where the text says what for.
var transferWords = []string{"перевод", "переказ", "аударым", "перевед", "переказан", "выплат", "виплат"}

// aimStems begin what subscriptions are called.
var aimStems = []string{"подпис", "пидпис", "лиценз", "программ", "програм", "доступ", "сервис", "абон", "тариф", "касс", "касов", "касу", "каси", "лояльн", "бонус", "обслуж", "обслуг", "услуг", "послуг", "кызмет", "багдарлам", "модул", "хостинг"}

// aimed says whether the text says what the money is for, in words of ours.
func (c *caseFile) aimed() bool {
	return slices.ContainsFunc(c.text.tokens, func(tok token) bool {
		return tok.kind == tokenWord && (hasAnyStem(tok.text, aimStems) || c.s.soldWord(tok.text))
	})
}

// cutWord says whether the word at i is the last of a long text, and the beginning of a harmless one:
// the field was too short for it.
func (c *caseFile) cutWord(i int) bool {
	if len(c.text.chars) < cutCharsMin || i != len(c.text.tokens)-1 {
		return false
	}
	w := c.text.tokens[i].text
	begins := func(stem string) bool { return strings.HasPrefix(stem, w) }
	if slices.ContainsFunc(subjectStems, begins) {
		return true
	}
	for known := range subjectWords {
		if begins(known) {
			return true
		}
	}
	return false
}

// soldWord says whether the word is one of those that our sellers' plans are called, in whatever case
// it stands: "Карты лояльности" are "картам лояльности" as well. What begins like it and goes on
// by more than an ending is another word.
func (s *Snapshot) soldWord(w string) bool {
	if inSet(s.vocabulary, w) {
		return true
	}
	r := []rune(w)
	if len(r) < soldStemMin {
		return false
	}
	for cut := max(soldStemMin, len(r)-soldEndingMax); cut <= len(r); cut++ {
		if long, ok := s.soldStems[string(r[:cut])]; ok && len(r)-cut <= long {
			return true
		}
	}
	return false
}

const (
	soldStemMin   = 4 // letters that two cases of one word share at least
	soldEndingMax = 3 // letters of an ending
)

// soldStem returns what a word of a plan's name begins with in every case, and how long an ending
// may be; empty for a word too short to have one.
func soldStem(word string) (stem string, ending int) {
	r := []rune(word)
	if len(r) <= soldStemMin {
		return "", 0
	}
	cut := max(soldStemMin, len(r)-2)
	return string(r[:cut]), min(soldEndingMax, cut-2)
}

// shortSubject are words of one or two letters that mean nothing by themselves.
var shortSubject = wordSet(`пп в у т ч с з и й та а о по за на до от вид п ст гл тч г гг р к х x мес кв n no то`)
