package i18n

import "prolong"

// The tables below are checked against documents.md section 4: thousand is feminine in
// Russian and Ukrainian, the hryvnia too; tenge and tiyn do not decline in Russian; Kazakh
// has neither gender nor a plural after numerals and says «жүз» without «бір».

var russian = speech{
	minus: "минус", joint: " ", zero: "ноль",
	plural: slavicPlural,
	group: slavicGroup(&slavicWords{
		units:    [10]string{"", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"},
		feminine: [3]string{"", "одна", "две"},
		teens: [10]string{"десять", "одиннадцать", "двенадцать", "тринадцать", "четырнадцать",
			"пятнадцать", "шестнадцать", "семнадцать", "восемнадцать", "девятнадцать"},
		tens: [10]string{"", "", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто"},
		hundreds: [10]string{"", "сто", "двести", "триста", "четыреста", "пятьсот",
			"шестьсот", "семьсот", "восемьсот", "девятьсот"},
	}),
	scaleFeminine: true,
	scales: []wordForms{
		{"тысяча", "тысячи", "тысяч"},
		{"миллион", "миллиона", "миллионов"},
		{"миллиард", "миллиарда", "миллиардов"},
		{"триллион", "триллиона", "триллионов"},
		{"квадриллион", "квадриллиона", "квадриллионов"},
		{"квинтиллион", "квинтиллиона", "квинтиллионов"},
	},
	nouns: map[prolong.Currency]currencyNoun{
		prolong.BYN: {unit: wordForms{"белорусский рубль", "белорусских рубля", "белорусских рублей"}, minor: kopeckRU},
		prolong.EUR: {unit: same("евро"), minor: wordForms{"цент", "цента", "центов"}},
		prolong.JPY: {unit: wordForms{"иена", "иены", "иен"}, feminine: true},
		prolong.KGS: {unit: wordForms{"сом", "сома", "сомов"}, minor: wordForms{"тыйын", "тыйына", "тыйынов"}},
		prolong.KZT: {unit: same("тенге"), minor: same("тиын")},
		prolong.RUB: {unit: wordForms{"рубль", "рубля", "рублей"}, minor: kopeckRU},
		prolong.UAH: {unit: wordForms{"гривна", "гривны", "гривен"}, minor: kopeckRU, feminine: true},
		prolong.USD: {unit: wordForms{"доллар США", "доллара США", "долларов США"}, minor: wordForms{"цент", "цента", "центов"}},
		prolong.UZS: {unit: wordForms{"сум", "сума", "сумов"}, minor: wordForms{"тийин", "тийина", "тийинов"}},
	},
}

var kopeckRU = wordForms{"копейка", "копейки", "копеек"}

var ukrainian = speech{
	minus: "мінус", joint: " ", zero: "нуль",
	plural: slavicPlural,
	group: slavicGroup(&slavicWords{
		units:    [10]string{"", "один", "два", "три", "чотири", "п’ять", "шість", "сім", "вісім", "дев’ять"},
		feminine: [3]string{"", "одна", "дві"},
		teens: [10]string{"десять", "одинадцять", "дванадцять", "тринадцять", "чотирнадцять",
			"п’ятнадцять", "шістнадцять", "сімнадцять", "вісімнадцять", "дев’ятнадцять"},
		tens: [10]string{"", "", "двадцять", "тридцять", "сорок", "п’ятдесят", "шістдесят", "сімдесят", "вісімдесят", "дев’яносто"},
		hundreds: [10]string{"", "сто", "двісті", "триста", "чотириста", "п’ятсот",
			"шістсот", "сімсот", "вісімсот", "дев’ятсот"},
	}),
	scaleFeminine: true,
	scales: []wordForms{
		{"тисяча", "тисячі", "тисяч"},
		{"мільйон", "мільйони", "мільйонів"},
		{"мільярд", "мільярди", "мільярдів"},
		{"трильйон", "трильйони", "трильйонів"},
		{"квадрильйон", "квадрильйони", "квадрильйонів"},
		{"квінтильйон", "квінтильйони", "квінтильйонів"},
	},
	nouns: map[prolong.Currency]currencyNoun{
		prolong.BYN: {unit: wordForms{"білоруський рубль", "білоруські рублі", "білоруських рублів"}, minor: kopeckUK},
		prolong.EUR: {unit: same("євро"), minor: centUK},
		prolong.JPY: {unit: wordForms{"єна", "єни", "єн"}, feminine: true},
		prolong.KGS: {unit: wordForms{"сом", "соми", "сомів"}, minor: same("тийин")},
		prolong.KZT: {unit: same("теньге"), minor: same("тиїн")},
		prolong.RUB: {unit: wordForms{"рубль", "рублі", "рублів"}, minor: kopeckUK},
		prolong.UAH: {unit: wordForms{"гривня", "гривні", "гривень"}, minor: kopeckUK, feminine: true},
		prolong.USD: {unit: wordForms{"долар США", "долари США", "доларів США"}, minor: centUK},
		prolong.UZS: {unit: wordForms{"сум", "суми", "сумів"}, minor: same("тийин")},
	},
}

var (
	kopeckUK = wordForms{"копійка", "копійки", "копійок"}
	centUK   = wordForms{"цент", "центи", "центів"}
)

var kazakh = speech{
	minus: "минус", joint: " ", zero: "нөл",
	plural: func(uint64) int { return 0 },
	group:  kazakhGroup,
	scales: []wordForms{
		same("мың"), same("миллион"), same("миллиард"), same("триллион"), same("квадриллион"), same("квинтиллион"),
	},
	nouns: map[prolong.Currency]currencyNoun{
		prolong.BYN: {unit: same("беларусь рублі"), minor: same("тиын")},
		prolong.EUR: {unit: same("еуро"), minor: same("цент")},
		prolong.JPY: {unit: same("жапон иенасы")},
		prolong.KGS: {unit: same("қырғыз сомы"), minor: same("тыйын")},
		prolong.KZT: {unit: same("теңге"), minor: same("тиын")},
		prolong.RUB: {unit: same("ресей рублі"), minor: same("тиын")},
		prolong.UAH: {unit: same("гривна"), minor: same("тиын")},
		prolong.USD: {unit: same("АҚШ доллары"), minor: same("цент")},
		prolong.UZS: {unit: same("өзбек сумы"), minor: same("тийин")},
	},
}

var (
	kazakhUnits = [10]string{"", "бір", "екі", "үш", "төрт", "бес", "алты", "жеті", "сегіз", "тоғыз"}
	kazakhTens  = [10]string{"", "он", "жиырма", "отыз", "қырық", "елу", "алпыс", "жетпіс", "сексен", "тоқсан"}
)

func kazakhGroup(n uint64, _ bool) string {
	s := ""
	if hundreds := n / 100; hundreds > 1 {
		s = kazakhUnits[hundreds] + " жүз "
	} else if hundreds == 1 {
		s = "жүз "
	}
	if tens := n / 10 % 10; tens > 0 {
		s += kazakhTens[tens] + " "
	}
	if units := n % 10; units > 0 {
		s += kazakhUnits[units] + " "
	}
	return s[:len(s)-1]
}

var english = speech{
	minus: "minus", joint: " and ", zero: "zero",
	plural: func(n uint64) int {
		if n == 1 {
			return 0
		}
		return 2
	},
	group: englishGroup,
	scales: []wordForms{
		same("thousand"), same("million"), same("billion"), same("trillion"), same("quadrillion"), same("quintillion"),
	},
	nouns: map[prolong.Currency]currencyNoun{
		prolong.BYN: {unit: plain("Belarusian ruble", "Belarusian rubles"), minor: plain("kopeck", "kopecks")},
		prolong.EUR: {unit: plain("euro", "euros"), minor: plain("cent", "cents")},
		prolong.JPY: {unit: same("yen")},
		prolong.KGS: {unit: same("som"), minor: same("tyiyn")},
		prolong.KZT: {unit: same("tenge"), minor: same("tiyn")},
		prolong.RUB: {unit: plain("ruble", "rubles"), minor: plain("kopeck", "kopecks")},
		prolong.UAH: {unit: plain("hryvnia", "hryvnias"), minor: plain("kopiyka", "kopiykas")},
		prolong.USD: {unit: plain("US dollar", "US dollars"), minor: plain("cent", "cents")},
		prolong.UZS: {unit: same("sum"), minor: same("tiyin")},
	},
}

// plain returns the wordForms of a language that knows one and many only.
func plain(one, many string) wordForms { return wordForms{one, many, many} }

var (
	englishUnits = [20]string{"", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
		"twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"}
	englishTens = [10]string{"", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"}
)

func englishGroup(n uint64, _ bool) string {
	s := ""
	if n >= 100 {
		s = englishUnits[n/100] + " hundred"
		if n %= 100; n == 0 {
			return s
		}
		s += " "
	}
	if n < 20 {
		return s + englishUnits[n]
	}
	s += englishTens[n/10]
	if n%10 > 0 {
		s += "-" + englishUnits[n%10]
	}
	return s
}
