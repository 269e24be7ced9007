package match

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"

	"prolong"
)

// The texts are from public repositories (reference 3.2 and the project's samples). They pin
// what the payer named as an invoice, as a contract, and which sums and dates were read.
func TestExtractRealTexts(t *testing.T) {
	t.Parallel()
	s := world(t)
	for _, c := range []struct {
		text      string
		numbers   []string
		contracts []string
		sums      []int64
		dates     []string
	}{
		{
			"Предоплата по дог. ГПН-18/39000/03564/Р/64537-2018-174 от 29.12.2018 по сч 19-685 от 14.10.2019 по отгр. по РФ в 3 декаде октября 2019г. В т.ч.НДС(20%) 5.616.666,67=",
			[]string{"19-685"},
			[]string{"ГПН-18/39000/03564/Р/64537-2018-174"},
			[]int64{561666667},
			[]string{"2018-12-29", "2019-10-14"},
		},
		{"За транспортные услуги по счету № Ек2Тюм003221 от 18 Апреля 2019г. Сумма 2 999-00руб без НДС", []string{"Ек2Тюм003221"}, nil, []int64{299900}, []string{"2019-04-18"}},
		{"Оплата за металл по счету № ХИМ-ММР286 от 22.08.2018 г. в т.ч. НДС 18% - 7 248.81", []string{"ХИМ-ММР286"}, nil, []int64{724881}, []string{"2018-08-22"}},
		{"Оплата по сч.№ 183 от 31.05.2022 г, № 211 от 30.06.2022 г за медицинские услуги, без НДС", []string{"183", "211"}, nil, nil, []string{"2022-05-31", "2022-06-30"}},
		{"Оплата по счетам № 738, 791 и 792. Ежемесячное сопровождение…", []string{"738", "791", "792"}, nil, nil, nil},
		{
			"Для зачислений на р/с №40702810500700701026 №ЮПС30Y7X5 оплата по сч. №5520/SD от 31.12.2013 …, в том числе НДС 219.70",
			[]string{"5520/SD"},
			nil,
			[]int64{21970},
			[]string{"2013-12-31"},
		},
		{"Комиссия, в т. ч. НДС 6-48 RUR (по операции 31864-00 RUB)", nil, nil, []int64{648, 3186400}, nil},
		{"Перевод … по реестру № 58", nil, nil, nil, nil},
		{"Возврат депозита по договору 981200-АНОН", nil, []string{"981200-АНОН"}, nil, nil},
		{"Выплата аванса … ИНН 615409408591 Сумма 25000-00", nil, nil, []int64{2500000}, nil},
		{"Хоз расходы {53=33798.03}", nil, nil, nil, nil},
		{"Оплата за послуги зг.рах.№23/01/2023/Р-01 від 23.01.23 р.,", []string{"23/01/2023/Р-01"}, nil, nil, []string{"2023-01-23", "2023-01-23"}},
		{"Оплата за домент по рах СФ-00011650 від 14/01/2023 р. в т ч ПДВ - 585,00 грн.", []string{"00011650"}, nil, []int64{58500}, []string{"2023-01-14"}},
		{"Оплата згідно рахунку РМ00-027688 від 11.07.2025, у т.ч. ПДВ 1512,00", []string{"РМ00-027688"}, nil, []int64{151200}, []string{"2025-07-11"}},
		{"за комплектуючі згідно рах.№ 27751 від 22.07.25., клієнт: НВФ 'РЕГМІК'", []string{"27751"}, nil, nil, []string{"2025-07-22"}},
		{"Сплата за ТМЦ зг.дог. № БВ 17/07-2023 від 17.07.2023 в т.ч. ПДВ", nil, nil, nil, []string{"2023-07-17", "2023-07-17"}},
		{"Iнформацiйно-консультацiйнi послуги … згiдно Договiру № 2/01/2023/Р-5", nil, []string{"2/01/2023/Р-5"}, nil, nil},
		{"Повернення помилково перерахованих коштів ПД № 2 від 30.12.2022 р.", nil, nil, nil, []string{"2022-12-30"}},
		{"Оплата по счету № 00238 от 10.02.2016г. сумма - 2500р. за подключение к сети интернет", []string{"00238"}, nil, []int64{250000}, []string{"2016-02-10"}},
		{"Оплата по счету INV-000021", []string{"000021"}, nil, nil, nil},
		{"Оплата по счёту СЧ-2026-000001", []string{"2026-000001"}, nil, nil, nil},
		{"За товары, по счету №777 на сумму 375-25 Plus NDS 111-16", []string{"777"}, nil, []int64{37525, 11116}, nil},
		{"Оплата по договору №б/н от 31.03.2022 на 11.09.2022. Сумма 2007-35 руб., Без налога (НДС).", nil, nil, []int64{200735}, []string{"2022-03-31", "2022-09-11"}},
		{"Расчет по договору N 0320 от 21.06.2021 за проведение экспертизы. Не облагается НДС", nil, []string{"0320"}, nil, []string{"2021-06-21"}},
		{"Повернення строкового вкладу, зг. Генерального договору №703/001684/19 від 04-ЛИС-19", nil, []string{"703/001684/19"}, nil, []string{"2019-11-04"}},
		{"Комиссия за период с 01.09.2019 по 30.09.2019. НДС нет.", nil, nil, nil, []string{"2019-09-01", "2019-09-30"}},
		{"Авансовый платеж УСН за I квартал 2019 года Сумма 7 475,00р. НДС не облагается", nil, nil, []int64{747500}, nil},
	} {
		file := Current().gather(from("", "", 1490000, c.text), s)
		p := file.text
		var numbers, contracts, dates []string
		var sums []int64
		for _, n := range file.numbers {
			numbers = append(numbers, p.original(file.tokenSpan(n.first, n.last)))
		}
		for _, n := range file.contracts {
			contracts = append(contracts, p.original(file.tokenSpan(n.first, n.last)))
		}
		for _, sum := range p.sums {
			sums = append(sums, sum.minor)
		}
		for _, d := range p.dates {
			dates = append(dates, d.date.String())
		}
		require.Equal(t, c.numbers, numbers, "invoice numbers of %q", c.text)
		require.Equal(t, c.contracts, contracts, "contracts of %q", c.text)
		require.Equal(t, c.sums, sums, "sums of %q", c.text)
		require.Equal(t, c.dates, dates, "dates of %q", c.text)
	}
}

func TestReadTextUndoesDamage(t *testing.T) {
	t.Parallel()
	for damaged, want := range map[string]string{
		"РћРїР»Р°С‚Р° РїРѕ СЃС‡РµС‚Сѓ в„– 5": "оплата по счету # 5",
		"Îïëàòà ïî ñ÷åòó 5":                  "оплата по счету 5",
		"Ð\u009eÐ¿Ð»Ð°Ñ\u0082Ð° 5":           "оплата 5",
		"РЈР\ufffdРќ 0 РћРїР»Р°С‚Р°":         "уин 0 оплата",
		"\xce\xef\xeb\xe0\xf2\xe0 5":         "оплата 5",
		"сче\u0308т «５»\u200b":               "счёт \"5\"",
		"58\u00ad29":                         "5829",
	} {
		r := readText(FieldPurpose, damaged)
		got := r.text(0, len(r.chars))
		require.Equal(t, want, got, "%q", damaged)
		for i := range r.chars {
			s := r.span(i, i+1)
			require.True(t, s.From >= 0 && s.From < s.To && s.To <= len(damaged), "span of %d in %q", i, damaged)
		}
	}
}

func TestReadTextGuessesCodePage(t *testing.T) {
	t.Parallel()
	const text = "Оплата по счету 58291375-12 за услуги"
	for _, page := range []*charmap.Charmap{charmap.KOI8R, charmap.CodePage866} {
		raw, err := page.NewEncoder().String(text)
		require.NoError(t, err)
		read, err := charmap.Windows1251.NewDecoder().String(raw)
		require.NoError(t, err)
		r := readText(FieldPurpose, read)
		require.Equal(t, strings.ToLower(text), r.text(0, len(r.chars)), "%s read as windows-1251: %q", page, read)
	}
}

// TestCheckDigits pins the vectors of reference 4.1 that matching relies on.
func TestCheckDigits(t *testing.T) {
	t.Parallel()
	for country, ids := range map[prolong.Country][]string{
		prolong.Russia:     {"7707083893", "7713699602", "500100732259"},
		prolong.Ukraine:    {"14360570", "43720363", "00032129"},
		prolong.Kazakhstan: {"971240001315", "940140000385", "061211600012"},
	} {
		for _, id := range ids {
			require.True(t, prolong.ValidTaxID(country, id), id)
			last := id[:len(id)-1] + string('0'+(id[len(id)-1]-'0'+1)%10)
			require.False(t, prolong.ValidTaxID(country, last), last)
		}
	}
	require.True(t, validISO11649("rf18539007547034"))
	require.False(t, validISO11649("rf19539007547034"))
	require.True(t, prolong.ValidPaymentCode("58291375"))
	for id := range stopTaxIDs {
		require.True(t, prolong.TaxIDLooksValid(id), "stop list: %s", id)
	}
}

func TestRepairFindsEveryHumanError(t *testing.T) {
	t.Parallel()
	s := world(t)
	for written, why := range map[string]string{
		"58291376": "wrong digit", "85291375": "first two exchanged", "58219375": "neighbours exchanged", "58192375": "next but one exchanged", "5829375": "one left out",
		"582291375": "one twice", "582913755": "last twice", "58293075": "thirteen heard as thirty", "5829175": "left out in the middle", "8291375": "first left out",
	} {
		var found []string
		s.neighbours(written, func(code string, _ int32) { found = append(found, code) })
		require.Contains(t, found, "58291375", "%s: %s", written, why)
	}
	var found []string
	s.neighbours("58291999", func(code string, _ int32) { found = append(found, code) })
	require.Empty(t, found, "two errors are not repaired")
}

func TestSameName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"ООО «Альфа»", "АЛЬФА ООО", true},
		{"Общество с ограниченной ответственностью \"Альфа\" г.Омск", "ООО Альфа", true},
		{"ТОВАРИСТВО З ОБМЕЖЕНОЮ ВІДПОВІДАЛЬНІСТЮ \"ПРИКЛАД\"", "ТОВ «Приклад»", true},
		{"ФОП Шевченко Т. Г.", "Шевченко Тест Григорович", true},
		{"ИП Петров А.А.", "Петров Алексей Андреевич ИП", true},
		{"ИП Петров А.А.", "Петрова Алла Андреевна ИП", false},
		{"ИП Примеров П.", "ИП Примеров Пример", true},
		{"ООО Кофейня 1", "ООО Кофейня 12", false},
		{"ООО Кофейня Б 1", "ООО Кофейня Бета 12", false},
		{"ООО Альфа", "ООО Альфа Трейд", false},
		{"Кофейня №1", "Кофейня №2", false},
		{"ИНН 7713699602 ООО \"Альфа\"", "ООО Альфа", true},
		{"ООО «Альфа» ИНН 7713699602 Р/С 40702810000000000005", "ООО Альфа", true},
		{"ПРИМЕРОВ ПРИМЕР ПРИМЕРОВИЧ//127422 МОСКВА//", "ИП Примеров П. П.", true},
		{"", "", false},
	} {
		require.Equal(t, c.same, sameName(nameTokens(c.a), nameTokens(c.b)), "%q and %q", c.a, c.b)
	}
}
