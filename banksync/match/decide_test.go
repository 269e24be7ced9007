package match

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
)

// The world of the decision tests: a café with one open invoice, a bakery with two, a network
// of two outlets, an entrepreneur, and a Ukrainian and a Kazakh client.
const (
	cafeID     = 1
	bakeryID   = 2
	outletAID  = 3
	outletBID  = 4
	soleID     = 5
	ukraineID  = 6
	kazakhID   = 7
	cafeTax    = "7713699602"
	bakeryTax  = "7701001238"
	networkTax = "7736050003"
	soleTax    = "500100732259"
	ukraineTax = "43720363"
	kazakhTax  = "061211600012"
	ourTax     = "7707049388"
	ourAccount = "40702810938000000001"
)

func code(core string) prolong.PaymentCode {
	c, err := prolong.NewPaymentCode(core)
	if err != nil {
		panic(err)
	}
	return c
}

func rub(minor int64) prolong.Money { return prolong.NewMoney(minor, prolong.RUB) }

func open(id, account int64, core string, n int, minor int64, issued string) Invoice {
	day := prolong.MustDate(issued)
	period, err := prolong.NewPeriod(day, day.AddMonths(1, day.Day()))
	if err != nil {
		panic(err)
	}
	return Invoice{ID: id, AccountID: account, Number: code(core).InvoiceNumber(n), Residual: rub(minor), IssuedOn: day, DueOn: day.AddDays(30), Period: period, VATMinor: 248333}
}

func world(t testing.TB) *Snapshot {
	t.Helper()
	uah := prolong.NewMoney(100000, prolong.UAH)
	kzt := prolong.NewMoney(1490000, prolong.KZT)
	ukraine := open(60, ukraineID, "777777", 3, 0, "2026-02-01")
	ukraine.Residual = uah
	kazakh := open(70, kazakhID, "666666", 4, 0, "2026-02-01")
	kazakh.Residual = kzt
	s, err := NewSnapshot(Builder{
		Accounts: []Account{
			{ID: cafeID, Code: code("582913"), TaxIDs: []string{cafeTax}, Name: "ООО «Альфа»", BankAccounts: []string{"40702810500700701026"}, LegacyNumbers: []string{"СФ-00011650"}, Contracts: []string{"ДП-2024/117"}},
			{ID: bakeryID, Code: code("613457"), TaxIDs: []string{bakeryTax}, Name: "ООО «Пример Хлеб»", LegacyNumbers: []string{"103078"}},
			{ID: outletAID, Code: code("701234"), TaxIDs: []string{networkTax}, Name: "ООО «Пример Сеть» точка 1"},
			{ID: outletBID, Code: code("812345"), TaxIDs: []string{networkTax}, Name: "ООО «Пример Сеть» точка 2"},
			{ID: soleID, Code: code("923456"), TaxIDs: []string{soleTax}, Name: "ИП Примеров Пример Примерович"},
			{ID: ukraineID, Code: code("777777"), TaxIDs: []string{ukraineTax}, Name: "ТОВ «Приклад»"},
			{ID: kazakhID, Code: code("666666"), TaxIDs: []string{kazakhTax}, Name: "ТОО «Мысал»"},
		},
		Invoices: []Invoice{
			open(10, cafeID, "582913", 12, 1490000, "2026-02-01"),
			open(20, bakeryID, "613457", 3, 490000, "2026-01-01"),
			open(21, bakeryID, "613457", 4, 990000, "2026-02-01"),
			open(30, outletAID, "701234", 7, 149000, "2026-02-01"),
			open(40, outletBID, "812345", 8, 249000, "2026-02-01"),
			open(50, soleID, "923456", 9, 399000, "2026-02-01"),
			ukraine, kazakh,
		},
		Closed: []ClosedInvoice{{cafeID, "58291375-11"}, {cafeID, "58291375-10"}},
	})
	require.NoError(t, err)
	return s
}

// from returns a payment with the requisites of a payer.
func from(taxID, name string, minor int64, purpose string) Payment {
	return Payment{
		ID: 100, Amount: rub(minor), Date: prolong.MustDate("2026-02-05"), DocNo: "1356", PayerTaxID: taxID, PayerName: name, PayerAccount: "40702810100000000777",
		Purpose: purpose, OwnTaxIDs: []string{ourTax}, OwnAccounts: []string{ourAccount}, OwnNames: []string{"ООО «Пример Софт»"},
	}
}

func TestDecideWritingOfTheNumber(t *testing.T) {
	t.Parallel()
	s := world(t)
	for _, purpose := range []string{
		"Оплата по счету № 58291375-12 от 01.02.2026. НДС не облагается",
		"Опл. сч 58291375-12", "сч58291375-12", "СЧ-58291375-12", "Сч.на опл.№СЧ-58291375-12", "№ 0058291375-12", "счет 58291375/12", "счет 5829137512",
		"сч 582\u00a0913\u00a075", "сч 582.913.75", "сч. 58291375-12от01.02.26", "по сч 5829137501022026", "сч 58291375-00", "ПО СЧЁТУ 58291375-12", "сЧёТ 58291375-12",
		"на основании выставленного счета на оплату услуг номер 58291375-12", "зг.рах.№58291375-12", "рах-фактура 58291375-12 від 01.02.26 р.", "Invoice 58291375-12 dd 01.02.2026",
		"oplata po schetu 58291375-12", "58291375", "сч 58291375-12/2026", "58219375", "сч 58192375-12", "сч 5829375-12", "сч 582291375-12", "сч 58293075-12", "сч 58291З75-12",
		"сч 5829l375-12", "сч 5829I375", "сч 58291З75", "пo счeту 58291375", "рахунку 58291375 вiд 01.02.2026 послугi", "РћРїР»Р°С‚Р° РїРѕ СЃС‡РµС‚Сѓ 58291375-12",
		"╨Ю╨┐╨╗╨░╤В╨░ ╤Б╤З 58291375", "счету 5829\u200b1375-12", "счету 5829\n1375-12", "сч 58291375-12 сч 58291375-12", "по договору № 214 от 01.01.2024, сч. 58291375",
		"сч 58291375 ИНН 7713699602 КПП 771301001", "на р/с 40702810938000000001 по сч 58291375", "по сч 58291375 в т.ч.НДС(20%) 2.483,33=", "сч 58291375 за период 01.02.2026-28.02.2026",
		"сч 58291375 3 мес х 4966,67", "п/п 1356 сч 58291375", "{VO20100} сч 58291375", "л/с 100200300 сч 58291375", "сч 58291375///УИН0///", "сч 58291375-12 от 31.02.2026", "сч 58291375-11",
		"Сумма 14900-00 по 58291375-12", "НДС не облагается 58291375-12", "л/с 58291375", "ИНН/КПП 7713699602/771301001 58291375-12", "по договору 58291375 без НДС",
	} {
		d := Decide(from(cafeTax, "ООО Альфа", 1490000, purpose), s)
		require.Equal(t, ClassAuto, d.Class, "%q: %s %v %v", purpose, d.Reason, d.Vetoes, d.Candidates)
		require.EqualValues(t, cafeID, d.AccountID, purpose)
		require.Len(t, d.Allocations, 1, purpose)
		require.EqualValues(t, 10, d.Allocations[0].InvoiceID, purpose)
		stored, err := json.Marshal(d)
		require.NoError(t, err)
		var again Decision
		require.NoError(t, json.Unmarshal(stored, &again))
		require.Equal(t, d, again, "a decision survives storage")
	}
}

func TestDecideNeverPosts(t *testing.T) {
	t.Parallel()
	s := world(t)
	for _, c := range []struct {
		name    string
		payment Payment
		reason  Reason
	}{
		{"refund", from(cafeTax, "ООО Альфа", 1490000, "Возврат ошибочно перечисленных средств по сч 58291375-12"), ReasonRefund},
		{"other vendor", from(cafeTax, "ООО Альфа", 1490000, "по счету № 1595/92 за столы"), ReasonForeignNumber},
		{"other vendor, no number", from(cafeTax, "ООО Альфа", 1490000, "Оплата за столы"), ReasonSubject},
		{"register", from("7750005725", "НКО", 1490000, "по реестру № 58 от 01.02.2026 комиссия 120-50"), ReasonRegister},
		{"nothing", from("9999999999", "ООО Ромашка", 1490000, ""), ReasonNoEvidence},
		{"partner's code", from(bakeryTax, "ООО Пример Хлеб", 1490000, "сч 58291375-12 от 01.02.2026"), ReasonThirdParty},
		{"two codes", from(cafeTax, "ООО Альфа", 1490000, "сч 58291375-12, сч "+string(code("613457"))), ReasonSeveralAccounts},
		{"behalf of another", from(cafeTax, "ООО Альфа", 1490000, "за ООО \"Бета\" по сч 58291375-12"), ReasonThirdParty},
		{"contract is another's code", from(cafeTax, "ООО Альфа", 1490000, "по договору № "+string(code("613457"))+", сч. 58291375-12"), ReasonSeveralAccounts},
		{"code alone", from("9999999999", "ООО Ромашка", 1490000, "58291375"), ReasonUnconfirmed},
		{"typo alone", from("9999999999", "ООО Ромашка", 1490000, "сч 58219375-12 от 01.02.2026"), ReasonTypo},
		{"supply", from(cafeTax, "ООО Альфа", 1490000, "аванс по договору поставки"), ReasonSubject},
		{"unknown number", from(cafeTax, "ООО Альфа", 1490000, "Оплата по счету 4567 от 01.02.2026"), ReasonForeignNumber},
		{"lost letters, another sum", from(cafeTax, "ООО Альфа", 1480000, "?????? ?? ????? 58291375-12"), ReasonSubject},
		{"lost letters from a stranger", from("9999999999", "ООО Ромашка", 1490000, "?????? ?? ????? 58291375-12 ?? 01.02.2026"), ReasonSubject},
		{"number cut off", from(cafeTax, "ООО Альфа", 1490000, "Оплата за услуги по счету №"), ReasonSubject},
		{"number cut off after the word", from(cafeTax, "ООО Альфа", 1490000, "Оплата за услуги по предоставлению доступа к сервису за февраль 2026 года согласно выставленному счету"), ReasonSubject},
		{"someone's number for an amount", from(cafeTax, "ООО Альфа", 1490000, "94529341-03."), ReasonForeignNumber},
		{"a code and nearly another's", from(cafeTax, "ООО Альфа", 1490000, "сч 58291375-12, сч "+string(code("613457"))[:7]+"8-03"), ReasonSeveralAccounts},
		{"unknown sum", from(cafeTax, "ООО Альфа", 777700, "Оплата за услуги"), ReasonAmount},
		{"network", from(networkTax, "ООО Пример Сеть", 149000, "Оплата за услуги"), ReasonNetwork},
		{"legacy of another", from(cafeTax, "ООО Альфа", 490000, "Оплата по счету 103078"), ReasonThirdParty},
	} {
		d := Decide(c.payment, s)
		require.False(t, d.Class.Posts(), c.name)
		require.Equal(t, c.reason, d.Reason, "%s: %+v", c.name, d)
		require.Empty(t, d.Allocations, c.name)
	}
}

func TestDecideRules(t *testing.T) {
	t.Parallel()
	s := world(t)
	for _, c := range []struct {
		name    string
		payment Payment
		rule    Rule
		account int64
	}{
		{"W2 third party with date", from("9999999999", "ООО Ромашка", 1490000, "сч 58291375-12 от 01.02.2026"), RuleW2, cafeID},
		{"W2 name", from("", "АЛЬФА ООО", 1490000, "сч 58291375-12"), RuleW2, cafeID},
		{"W1 on behalf", from("9999999999", "ООО Ромашка", 1490000, "за ООО \"Альфа\" ИНН 7713699602 по сч 58291375-12"), RuleW1, cafeID},
		{"W1 bank's line", from("7707083893", "ПАО СБЕРБАНК//ПРИМЕРОВ ПРИМЕР ПРИМЕРОВИЧ//3600467115214//500100732259//", 399000, "сч "+string(code("923456"))), RuleW1, soleID},
		{"W1 account", func() Payment {
			p := from("", "", 1490000, "58291375")
			p.PayerAccount = "40702810500700701026"
			return p
		}(), RuleW1, cafeID},
		{"W3", from(cafeTax, "ООО Альфа", 1490000, "сч 58219375-12 от 01.02.2026"), RuleW3, cafeID},
		{"W4", from(cafeTax, "ООО Альфа", 1490000, "сч 58291375-11"), RuleW4, cafeID},
		{"W5", from(cafeTax, "ООО Альфа", 1490000, "Оплата за услуги"), RuleW5, cafeID},
		{"W5 two", from(bakeryTax, "ООО Пример Хлеб", 1480000, "Оплата за услуги по договору-оферте"), RuleW5, bakeryID},
		{"W6", from(cafeTax, "ООО Альфа", 1490000, "Оплата за домент по рах СФ-00011650 від 14/01/2023 р. в т ч ПДВ - 585,00 грн."), RuleW6, cafeID},
		{"W7", from(networkTax, "ООО Пример Сеть", 149000, "сч "+string(code("701234"))), RuleW7, outletAID},
		{"W7 all", from(networkTax, "ООО Пример Сеть", 398000, "Оплата за услуги"), RuleW7All, 0},
		{"W8", from("", "", 389000, "сч "+string(code("701234"))+"-07 1490-00, сч "+string(code("812345"))+"-08 2400"), RuleNone, 0},
		{"W8", from("", "", 398000, "сч "+string(code("701234"))+"-07 1490-00, сч "+string(code("812345"))+"-08 2490"), RuleW8, 0},
		{"W9", from(bakeryTax, "ООО Пример Хлеб", 1490000, "за ООО \"Альфа\" по сч 58291375-12"), RuleW9, cafeID},
		{"R5", func() Payment {
			p := from("", "", 1490000, "")
			p.StructuredRef = "0000000000582913750012"
			return p
		}(), RuleW1, cafeID},
	} {
		d := Decide(c.payment, s)
		require.Equal(t, c.rule, d.Rule, "%s: %s %+v", c.name, d.Reason, d)
		require.Equal(t, c.account, d.AccountID, c.name)
	}
}

// TestDecideByTaxIDAndSum pins what rule W5 takes for harmless, and what not: there is no
// reference, so one unknown word is enough to ask a person.
func TestDecideByTaxIDAndSum(t *testing.T) {
	t.Parallel()
	s := world(t)
	for _, purpose := range []string{
		"", "Услуги", "Подписка", "Оплата по реквизитам", "Оплата за услуги", "Оплата за услуги (14900,00)", "Оплата за услуги 14 900 руб", "Оплата за услуги 14900", "Оплата за услуги, сумма 14900, НДС нет",
		"Оплата за услуги. Сумма 14900.00 (четырнадцать тысяч девятьсот руб. 00 коп.)", "Абонентская плата за февраль 2026г. НДС не облагается", "Оплата за услуги за 02.26", "Оплата за услуги за 1 кв. 2026",
		"Оплата за услуги с 01.02 по 28.02", "За услуги за период 01.02-28.02.2026", "Оплата за услуги 3 мес х 4966,67", "Оплата подписки ООО Альфа", "Оплата услуг ООО «Пример Софт»", "Оплата услуг, дог. ДП-2024/117",
		"Оплата услуг инн 7713699602", "Оплата услуг, тел. 89161234567", "{VO20100} Оплата услуг", "п/п 1356 Оплата услуг", "Оплата по счету", "Оплата по счету № б/н", "Оплата по счету от 01.02.2026",
		"Оплата за послуги згідно договору-оферти. Без ПДВ", "Қызмет үшін төлем", "oplata za uslugi", "Оплата за услуги. НДС не облагается на основании ст. 346.11 НК РФ", "ИИК KZ86125KZT5004100100 Оплата услуг", "Oплaтa зa ycлyги",
	} {
		d := Decide(from(cafeTax, "ООО Альфа", 1490000, purpose), s)
		require.Equal(t, RuleW5, d.Rule, "%q: %s %v", purpose, d.Reason, d.Vetoes)
		require.Equal(t, ClassHold, d.Class, purpose)
	}
	for _, purpose := range []string{
		"Оплата 1595-92", "Оплата №1595", "Оплата 1595", "Оплата по с/ф 1595 за услуги", "Оплата по акту 1595", "Оплата по заказу 1595", "Оплата за услуги, сумма 4900", "Оплата за услуги за ИП Петров А.А.",
		"Оплата за Петрова А.А. услуги", "за кафе Ромашка, услуги", "Оплата подписки для ООО Бета", "Оплата услуг, дог. ДП-2024/118", "код 4567 оплата услуг", "Оплата услуг инн 7728240240", "Оплата услуг инн 7701001238",
		"Оплата услуг за третьих лиц", "Оплата услуг по письму", "Оплата за аренду", "Оплата за рекламные услуги", "Оплата за бухгалтерские услуги", "НДФЛ за август 2021 года", "Комиссия за обслуживание", "Перевод",
		"Оплата по счету от 17.03.2025", "л/с 100200300 Оплата услуг", "8219375", "Оплата услуг №", "Оплата счета 01.12.2025",
	} {
		d := Decide(from(cafeTax, "ООО Альфа", 1490000, purpose), s)
		require.False(t, d.Class.Posts(), "%q: %s", purpose, d.Rule)
		require.EqualValues(t, cafeID, d.Candidates[0].AccountID, purpose)
	}
}
