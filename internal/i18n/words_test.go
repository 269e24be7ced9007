package i18n_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/i18n"
)

// The pairs of documents.md section 4.
func TestAmountInWordsOfReference(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		minor  int64
		ru, uk string
	}{
		{0, "Ноль рублей 00 копеек", "Нуль гривень 00 копійок"},
		{1, "Ноль рублей 01 копейка", "Нуль гривень 01 копійка"},
		{100, "Один рубль 00 копеек", "Одна гривня 00 копійок"},
		{101, "Один рубль 01 копейка", "Одна гривня 01 копійка"},
		{202, "Два рубля 02 копейки", "Дві гривні 02 копійки"},
		{505, "Пять рублей 05 копеек", "П’ять гривень 05 копійок"},
		{1111, "Одиннадцать рублей 11 копеек", "Одинадцять гривень 11 копійок"},
		{1200, "Двенадцать рублей 00 копеек", "Дванадцять гривень 00 копійок"},
		{2122, "Двадцать один рубль 22 копейки", "Двадцять одна гривня 22 копійки"},
		{10000, "Сто рублей 00 копеек", "Сто гривень 00 копійок"},
		{100000, "Одна тысяча рублей 00 копеек", "Одна тисяча гривень 00 копійок"},
		{100100, "Одна тысяча один рубль 00 копеек", "Одна тисяча одна гривня 00 копійок"},
		{1100000, "Одиннадцать тысяч рублей 00 копеек", "Одинадцять тисяч гривень 00 копійок"},
		{1490000, "Четырнадцать тысяч девятьсот рублей 00 копеек", "Чотирнадцять тисяч дев’ятсот гривень 00 копійок"},
		{100000000, "Один миллион рублей 00 копеек", "Один мільйон гривень 00 копійок"},
		{200000000, "Два миллиона рублей 00 копеек", "Два мільйони гривень 00 копійок"},
		{500000000000, "Пять миллиардов рублей 00 копеек", "П’ять мільярдів гривень 00 копійок"},
		{100100100100, "Один миллиард один миллион одна тысяча один рубль 00 копеек",
			"Один мільярд один мільйон одна тисяча одна гривня 00 копійок"},
		{-210000, "Минус две тысячи сто рублей 00 копеек", "Мінус дві тисячі сто гривень 00 копійок"},
	} {
		require.Equal(t, c.ru, i18n.AmountInWords(prolong.NewMoney(c.minor, prolong.RUB), "ru"))
		require.Equal(t, c.uk, i18n.AmountInWords(prolong.NewMoney(c.minor, prolong.UAH), "uk"))
	}
	for _, c := range []struct {
		minor  int64
		kk, ru string
	}{
		{0, "Нөл теңге 00 тиын", "Ноль тенге 00 тиын"},
		{1, "Нөл теңге 01 тиын", "Ноль тенге 01 тиын"},
		{2524, "Жиырма бес теңге 24 тиын", "Двадцать пять тенге 24 тиын"},
		{199640, "Бір мың тоғыз жүз тоқсан алты теңге 40 тиын", "Одна тысяча девятьсот девяносто шесть тенге 40 тиын"},
		{10000000, "Жүз мың теңге 00 тиын", "Сто тысяч тенге 00 тиын"},
		{63292451, "Алты жүз отыз екі мың тоғыз жүз жиырма төрт теңге 51 тиын",
			"Шестьсот тридцать две тысячи девятьсот двадцать четыре тенге 51 тиын"},
		{98765432112, "Тоғыз жүз сексен жеті миллион алты жүз елу төрт мың үш жүз жиырма бір теңге 12 тиын",
			"Девятьсот восемьдесят семь миллионов шестьсот пятьдесят четыре тысячи триста двадцать один тенге 12 тиын"},
	} {
		require.Equal(t, c.kk, i18n.AmountInWords(prolong.NewMoney(c.minor, prolong.KZT), "kk"))
		require.Equal(t, c.ru, i18n.AmountInWords(prolong.NewMoney(c.minor, prolong.KZT), "ru"))
	}
}

func TestAmountInWordsOfOtherCurrencies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		minor int64
		cur   prolong.Currency
		lang  string
		want  string
	}{
		{200, prolong.UAH, "ru", "Две гривны 00 копеек"},
		{2202, prolong.BYN, "ru", "Двадцать два белорусских рубля 02 копейки"},
		{101, prolong.USD, "ru", "Один доллар США 01 цент"},
		{312, prolong.EUR, "uk", "Три євро 12 центів"},
		{200000, prolong.UZS, "ru", "Две тысячи сумов 00 тийинов"},
		{2, prolong.JPY, "ru", "Две иены"},
		{100, prolong.EUR, "en", "One euro and 00 cents"},
		{101, prolong.USD, "en", "One US dollar and 01 cent"},
		{1234567, prolong.EUR, "en", "Twelve thousand three hundred forty-five euros and 67 cents"},
		{100000000, prolong.KZT, "en", "One million tenge and 00 tiyn"},
		{11500, prolong.USD, "kk", "Жүз он бес АҚШ доллары 00 цент"},
		{100, "GBP", "ru", "Один GBP 00"},
		{12345, "KWD", "en", "Twelve KWD and 345"},
		{-1, prolong.EUR, "en", "Minus zero euros and 01 cent"},
		{500, prolong.RUB, "ru-RU", "Пять рублей 00 копеек"},
		{500, prolong.RUB, "de", "Five rubles and 00 kopecks"},
		{math.MaxInt64, prolong.RUB, "ru", "Девяносто два квадриллиона двести тридцать три триллиона семьсот двадцать миллиардов " +
			"триста шестьдесят восемь миллионов пятьсот сорок семь тысяч семьсот пятьдесят восемь рублей 07 копеек"},
		{math.MinInt64, prolong.JPY, "en", "Minus nine quintillion two hundred twenty-three quadrillion three hundred seventy-two trillion " +
			"thirty-six billion eight hundred fifty-four million seven hundred seventy-five thousand eight hundred eight yen"},
	} {
		require.Equal(t, c.want, i18n.AmountInWords(prolong.NewMoney(c.minor, c.cur), c.lang))
	}
}

// Every group of every language is said without holes: no doubled, leading or trailing space.
func TestAmountInWordsHasNoHoles(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"ru", "uk", "kk", "en"} {
		for n := int64(0); n < 2_100_000; n += 7 {
			s := i18n.AmountInWords(prolong.NewMoney(n*100, prolong.UAH), lang)
			require.NotContains(t, s, "  ", "%s %d", lang, n)
		}
	}
}

func TestLongDate(t *testing.T) {
	t.Parallel()
	d := prolong.MustDate("2026-11-21")
	require.Equal(t, "21 ноября 2026 г.", i18n.LongDate(d, "ru"))
	require.Equal(t, "21 листопада 2026 р.", i18n.LongDate(d, "uk"))
	require.Equal(t, "2026 жылғы 21 қараша", i18n.LongDate(d, "kk"))
	require.Equal(t, "21 November 2026", i18n.LongDate(d, "en"))
	require.Equal(t, "1 мая 2026 г.", i18n.LongDate(prolong.MustDate("2026-05-01"), "ru"))
	require.Equal(t, "21 November 2026", i18n.LongDate(d, "fr"))
	require.Empty(t, i18n.LongDate(prolong.Date{}, "ru"))
}
