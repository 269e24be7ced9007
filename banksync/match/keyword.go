package match

import "strings"

// keywords maps folded words to topics. A word ending in * stands for every word that begins
// so. Folding turns і and ї into и, є into е, so that Ukrainian stems are written with them.
var keywords = buildKeywords(map[topic]string{
	topicInvoice: `сч счет счета счету счете счетом счетам счетах счетами счетов счетик счт
		инвойс* инв invoice* invoise* inv bill
		рах рахунок рахунку рахунка рахунком рахунками рахунки рахункам рахункив рахунков* рахун рахф сф рахфактур*
		шот шоты шота шотына шоту шотка
		schet* sch scheta schyot* rahun* rakhun* shot`,
	topicContract: `дог договор* договир* контракт* контр госконтракт* муниципальн* соглаш* согл оферт* угод* шарт* келисим* dogovor* contract* agreement* dog`,
	topicDocument: `акт акта акту акты актам актов актом авр упд наклад* накл ттн тн торг эсф
		заказ* заявк* заявлен* замовлен* спецификац* приложен* додат* доп наряд* приказ* распоряжен* письм* лист листа листу
		лот* тендер* закупк* накладн* квитанц* чек чека чеку билет* полис* order*`,
	topicTaxInvoice: `счетфактур* счф`,
	topicPayOrder:   `пп поручен* доручен* платежка платежке пд`,
	topicRegister:   `реестр* ведомост* видомост*`,
	topicTaxID:      `инн бин иин эдрпоу едрпоу рнокпп дрфо ипн унп inn bin iin edrpou бининн бинн`,
	topicRequisite:  `кпп бик мфо огрн огрнип окпо октмо окато кбк swift bik kpp bic код коду`,
	topicAccount:    `иик iban счетник расчсчет рсч`,
	topicPersonal:   `лс лиц лицсчет лицев* особов* абонент* клиент* клиэнт* логин* login id ид ор`,
	topicPhone:      `тел телеф* моб phone tel whatsapp`,
	topicMoney:      `сумма сумму суммой суммы сумме сума суму сумою сум итого всего разом усього summa sum suma размере комиссия комиссии комисия`,
	topicVAT:        `ндс пдв vat nds pdv ккс`,
	topicPeriod:     `период* периуд* квартал* полугод* кв`,
	topicCode:       `екнп кнп кбе уин уип`,
	topicPlace: `касса кассы кассе кассу касс кассам кассовый кассового каса каси касу ккт ккм рро прро фн зн рн точка точки точку точке торгточка торгточки
		магазин магазина магазину магазини магазине маг павильон* киоск* ларек ларька отдел отдела офис офиса офису офиси салон салона аптека аптеки аптеку аптеци
		кафе ресторан* филиал филиала филия филии склад склада объект объекта обьект обьекта дом дома будинок будинку`,
})

type keywordTable struct {
	exact  map[string]topic
	prefix []struct {
		stem  string
		topic topic
	}
}

func buildKeywords(lists map[topic]string) keywordTable {
	table := keywordTable{exact: map[string]topic{}}
	for tp := topicNone; tp <= topicPlace; tp++ {
		for _, w := range strings.Fields(lists[tp]) {
			if stem, ok := strings.CutSuffix(w, "*"); ok {
				table.prefix = append(table.prefix, struct {
					stem  string
					topic topic
				}{FoldWord(stem), tp})
				continue
			}
			table.exact[FoldWord(w)] = tp
		}
	}
	return table
}

func (k keywordTable) find(word string) (topic, bool) {
	if tp, ok := k.exact[word]; ok {
		return tp, true
	}
	for _, p := range k.prefix {
		if strings.HasPrefix(word, p.stem) {
			return p.topic, true
		}
	}
	return topicNone, false
}

// numberSigns stand between a keyword and its number.
var numberSigns = wordSet(`n no но nr н номер номера номером номери num number nomer ном нум`)

// fillers may stand between a keyword and its number without changing what the number is.
var fillers = wordSet(`
	на за по от вид и та й а или в у с з до из к г р года року год рик б бн
	оплату оплата оплате оплаты опл оплати услуг услуги услугу послуг послуги сплату сплати сплата
	выставленного выставленному выставленный выставленным выставлен виставленого
	покупателю покупателя офертe оферта фактура фактуру фактуре фактуры ф
	dated dd from date of and oplatu na za po ot
	дан ден кун жылгы`)

// dateWords announce the date of the document that was named before.
var dateWords = wordSet(`от вид dd dated from date ot vid оt дата`)

// months of Russian, Ukrainian, Kazakh and English by stem; the value is the month.
var months = buildMonths(
	`январ янв сичн сич кантар january jan yanvar`,
	`феврал фев лют лютого лютий акпан february feb fevral`,
	`март мар берез бер наурыз march mar mart`,
	`апрел апр квитн квит кви сауир april apr aprel`,
	`май мая мае трав тра мамыр may maya`,
	`июн черв чер маусым june jun iyun`,
	`июл лип липн шилде july jul iyul`,
	`август авг серп сер тамыз august aug avgust`,
	`сентябр сен сент верес вер кыркуйек september sep sentyabr`,
	`октябр окт жовт жов казан october oct oktyabr`,
	`ноябр ноя листопад лис караша november nov noyabr`,
	`декабр дек груд гру желтоксан december dec dekabr`,
)

func buildMonths(lists ...string) map[string]int {
	m := map[string]int{}
	for i, list := range lists {
		for _, stem := range strings.Fields(list) {
			m[FoldWord(stem)] = i + 1
		}
	}
	return m
}

// monthOf returns the month that a folded word names, 0 if none. A stem matches with the
// endings of cases; stems shorter than four letters only with at most one letter more.
func monthOf(word string) int {
	if m, ok := months[word]; ok {
		return m
	}
	r := []rune(word)
	for cut := len(r) - 1; cut >= 3 && cut >= len(r)-4; cut-- {
		if m, ok := months[string(r[:cut])]; ok {
			if cut < 4 && len(r) > cut+1 {
				return 0
			}
			return m
		}
	}
	return 0
}

// currencyWords follow an amount.
var currencyWords = wordSet(`руб рубль рубля рублей р rub rur грн гривень гривня гривни uah тг тенге kzt тнг коп копеек коп byn usd eur долл`)

// quantityWords follow a number of things.
var quantityWords = wordSet(`мес месяц месяца месяцев мис мисяць мисяци мисяцив шт штук точка точки точек точкам точку чел дн дней дня дни днив раб рабочих лет года лицензия лицензии лицензий касса кассы касс каса каси касу mes sht months month ай жыл тарифа объекта объект декада декаде декаду декади`)
