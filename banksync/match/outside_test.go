package match

import (
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
)

// Payments of a corpus that was made without knowledge of the rules. What a careful person decided
// at once and matching left to people is posted now; beside each stands what only looks like it.
func TestDecideReadsWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	s := world(t)
	for name, c := range map[string]struct {
		payment Payment
		account int64
	}{
		"Т is a seven":                                       {from(cafeTax, "ООО Альфа", 1490000, "по счету 582913T5-12"), cafeID},
		"running number behind a comma":                      {from(cafeTax, "ООО Альфа", 1000, "сч.58291375,12. за ПО"), cafeID},
		"running number behind a colon":                      {from(soleTax, "ИП", 1000, "сч 92345650:09"), soleID},
		"number of a cash register":                          {from(cafeTax, "ООО Альфа", 700000, "сч 58291375-12, касса №7, ЗН ККТ 9622066476529387"), cafeID},
		"number of a shop beside a slip of the pen":          {from(cafeTax, "ООО Альфа", 1490000, "магазин №5 по счету 58291385-12"), cafeID},
		"number of a cash register without a code":           {from(soleTax, "ИП Примеров", 399000, "Оплата услуг, касса №7"), soleID},
		"b is a six":                                         {from(kazakhTax, "ТОО Мысал", 0, "сч 6b666646-04"), kazakhID},
		"Kazakh order, number before its word":               {from(kazakhTax, "ТОО Мысал", 0, "Акт № 8372 от 4.1.26. №66666647-04 төлем шотына сәйкес"), kazakhID},
		"legal form in Ukrainian is no goods":                {from("", "Пробов", 0, "за ТОВАРИСТВО З ОБМЕЖЕНОЮ ВІДПОВІДАЛЬНІСТЮ \"Приклад\" рах 77777705"), ukraineID},
		"series of a contract":                               {from(ukraineTax, "ТОВ Приклад", 0, "За послуги зг договору БВ 13/07-2023 від 17.07.2023 без ПДВ"), ukraineID},
		"Kazakh without VAT":                                 {from(kazakhTax, "ТОО Мысал", 0, "Қызмет үшін төлем ҚҚС-сыз"), kazakhID},
		"КБе and КНП":                                        {from(kazakhTax, "ТОО Мысал", 0, "Оплата за услуги без НДС, КБе 17 КНП 859"), kazakhID},
		"a date that a line break has cut":                   {from(cafeTax, "ООО Альфа", 700000, "по счету 58291375 от 01.02 .2026 за услуги"), cafeID},
		"a year that a line break has cut":                   {from(cafeTax, "ООО Альфа", 700000, "по счету 58291375 от 1 февраля 202 6 г"), cafeID},
		"unknown payer, code, running number, sum":           {from("", "Пробов Проб", 1490000, "Предоплата по счету 58291375-12; за лицензию"), cafeID},
		"unknown payer, legal form written out":              {from("7736207543", "ООО Посторонний", 1490000, "за Общество с ограниченной ответственностью \"Альфа\" по сч 58291375"), cafeID},
		"another subscriber in settlement of debts":          {from(bakeryTax, "ООО Пример Хлеб", 1490000, "в счет взаиморасчетов с ООО Альфа, счет 58291375-12"), cafeID},
		"another subscriber for an entrepreneur's name":      {from(bakeryTax, "ООО Пример Хлеб", 399000, "Оплата по счету 92345650-09 за Примеров Пример Примерович"), soleID},
		"another subscriber with the payer's tax id in text": {from(bakeryTax, "ООО Пример Хлеб", 1490000, "по счету 58291375-12 ИНН "+cafeTax), cafeID},
		"two slips, own tax id, exact sum":                   {from(cafeTax, "ООО Альфа", 1490000, "Оплата по счету № 58391376-12 за лицензию"), cafeID},
		"months that the text counts":                        {from(soleTax, "ИП Примеров", 3*399000, "Оплата за услуги за 3 месяца"), soleID},
		"a year":                                             {from(soleTax, "ИП Примеров", 12*399000, "за подписку за 1 год"), soleID},
		"a range of months":                                  {from(soleTax, "ИП Примеров", 3*399000, "Абонентская плата за март-май 2026"), soleID},
	} {
		p := c.payment
		switch c.account {
		case ukraineID:
			p.Amount = prolong.NewMoney(100000, prolong.UAH)
		case kazakhID:
			p.Amount = prolong.NewMoney(1490000, prolong.KZT)
		}
		d := Decide(p, s)
		require.True(t, d.Class.Posts(), "%s: %q: %s %v %v", name, p.Purpose, d.Reason, d.Vetoes, d.Candidates)
		require.Equal(t, c.account, d.AccountID, name)
	}
}

func TestDecideAsksAboutWhatOnlyLooksLikeIt(t *testing.T) {
	t.Parallel()
	s := world(t)
	for name, p := range map[string]Payment{
		// The sum is the café's, and so is nothing else.
		"three slips are another number":                     from(cafeTax, "ООО Альфа", 1490000, "Оплата по счету № 58461376-12 за лицензию"),
		"two slips without the exact sum":                    from(cafeTax, "ООО Альфа", 1480000, "Оплата по счету № 58391376-12 за лицензию"),
		"two slips of a stranger":                            from("7736207543", "ООО Посторонний", 1490000, "Оплата по счету № 58391376-12 за лицензию"),
		"two slips beside somebody else's number":            from(cafeTax, "ООО Альфа", 1490000, "по счету № 58391376-12 и по счету 77001122"),
		"two slips from an outlet's code":                    from(networkTax, "ООО Пример Сеть", 149000, "по счету № 70213425-07"),
		"unknown payer, another date than the invoice's":     from("", "Пробов Проб", 1490000, "по счету 58291375-12 от 17.05.2024"),
		"unknown payer, no running number":                   from("", "Пробов Проб", 1490000, "по счету 58291375"),
		"unknown payer, the code of a contract":              from("", "Пробов Проб", 1490000, "по договору 58291375-12"),
		"unknown payer, the number of a cash register":       from("", "Пробов Проб", 1490000, "касса 58291375-12"),
		"unknown payer, other goods":                         from("", "Пробов Проб", 1490000, "по счету 58291375-12 за столы"),
		"unknown payer who is another subscriber's namesake": from("", "ИП Примеров Пример Примерович", 1490000, "по счету 58291375-12"),
		"another subscriber without a word for whom":         from(bakeryTax, "ООО Пример Хлеб", 1490000, "по счету 58291375-12"),
		"another subscriber for somebody else":               from(bakeryTax, "ООО Пример Хлеб", 1490000, "за ООО Бета по счету 58291375-12"),
		"another subscriber, another sum":                    from(bakeryTax, "ООО Пример Хлеб", 490000, "за ООО Альфа по счету 58291375-12"),
		"months at another price":                            from(soleTax, "ИП Примеров", 3*149000, "Оплата за услуги за 3 месяца"),
		"other months than the sum":                          from(soleTax, "ИП Примеров", 3*399000, "Оплата за услуги за 2 месяца"),
		"two counts of months":                               from(soleTax, "ИП Примеров", 3*399000, "Оплата за 3 месяца, за 6 мес"),
		"months without a word":                              from(soleTax, "ИП Примеров", 3*399000, "Оплата за услуги"),
		"months of other goods":                              from(soleTax, "ИП Примеров", 3*399000, "Аренда за 3 месяца"),
		"a count that is a year":                             from(soleTax, "ИП Примеров", 12*399000, "Оплата за 2026 год"),
		"a cash register of a network":                       from(networkTax, "ООО Пример Сеть", 398000, "Оплата услуг, касса №7"),
	} {
		d := Decide(p, s)
		require.False(t, d.Class.Posts(), "%s: %q: %s posts to %d", name, p.Purpose, d.Rule, d.AccountID)
	}
}

// outlets is a network whose outlets differ by street, two of them in one.
func outlets(t *testing.T) *Snapshot {
	t.Helper()
	s, err := NewSnapshot(Builder{
		Accounts: []Account{
			{ID: 1, Code: code("582913"), TaxIDs: []string{networkTax}, Name: "ООО «Пример Сеть» (ул. Ленина 5)"},
			{ID: 2, Code: code("613457"), TaxIDs: []string{networkTax}, Name: "ООО «Пример Сеть» (ул. Мира 7)"},
			{ID: 3, Code: code("701234"), TaxIDs: []string{networkTax}, Name: "ООО «Пример Сеть» (ул. Мира 9)"},
			{ID: 4, Code: code("923456"), TaxIDs: []string{soleTax}, Name: "ИП Ленина Мира Мировна"},
		},
		Invoices: []Invoice{
			open(10, 1, "582913", 1, 149000, "2026-02-01"), open(20, 2, "613457", 1, 149000, "2026-02-01"), open(30, 3, "701234", 1, 149000, "2026-02-01"),
			open(40, 4, "923456", 1, 149000, "2026-02-01"),
		},
	})
	require.NoError(t, err)
	return s
}

func TestDecideTellsOutletsApartByTheirOwnNames(t *testing.T) {
	t.Parallel()
	s := outlets(t)
	for purpose, want := range map[string]int64{
		"Оплата за обслуживание, ул. Ленина 5":  1,
		"Оплата за обслуживание, Ленина":        0, // the house is missing: a person looks
		"за точку Мира 7":                       2,
		"за точку Мира, 9":                      3,
		"за точку на Мира":                      0, // there are two
		"за точки Мира 7 и Мира 9":              0,
		"за Ленина 5 и Мира 7":                  0,
		"за Ленина 5, по счету 214":             0,
		"Возврат, Ленина 5":                     0,
		"за ООО Бета, Ленина 5":                 0,
		"Ленина 5, счет 70123435":               3, // the code counts
		"Оплата за обслуживание, ул. Садовая 5": 0,
	} {
		d := Decide(from(networkTax, "ООО Пример Сеть", 149000, purpose), s)
		require.Equal(t, want, d.AccountID, "%q: %s %s %v", purpose, d.Rule, d.Reason, d.Vetoes)
	}
	d := Decide(from(networkTax, "ООО Пример Сеть", 150000, "за точку Мира 7"), s)
	require.False(t, d.Class.Posts(), "another sum")
	d = Decide(from("7736207543", "ООО Посторонний", 149000, "за точку Мира 7"), s)
	require.False(t, d.Class.Posts(), "a stranger in the same street")
}

func TestNamesKeepTheirInitials(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"ИП Морозов Р. С.":                   {"морозов", "р", "с"},
		"Николаев И. И. ИП":                  {"николаев", "и", "и"},
		"ФОП Волков Г.М.":                    {"волков", "г", "м"},
		"ООО Рога и Копыта":                  {"рога", "копыта"},
		"ООО Альфа р/с 40702810938000000001": {"альфа"},
		"ООО Альфа г. Омск":                  {"альфа"},
		"ООО Альфа г. М":                     {"альфа", "г", "м"},
	} {
		require.Equal(t, want, nameTokens(name), name)
	}
}

func TestSlipsOfThePen(t *testing.T) {
	t.Parallel()
	for pair, want := range map[[2]string]int{
		{"58291375", "58291375"}: 0, {"58291357", "58291375"}: 1, {"5829137", "58291375"}: 1, {"582913755", "58291375"}: 1, {"58391376", "58291375"}: 2,
		{"85291357", "58291375"}: 2, {"12345678", "58291375"}: 7, {"", "58"}: 2,
	} {
		require.Equal(t, want, slips(pair[0], pair[1]), pair)
	}
}
