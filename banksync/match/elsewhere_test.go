package match

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// bankLine is how a bank stands for a person who pays from his card (reference 4.5).
func bankLine(minor int64, inn, purpose string) Payment {
	p := from("7707083893", "ПАО СБЕРБАНК//ПРИМЕРОВ ПРИМЕР ПРИМЕРОВИЧ//3600467115214//"+inn+"//", minor, purpose)
	p.PayerAccount = "30233810642000600001"
	return p
}

// A second corpus that was made without knowledge of the rules: statements through the importer,
// written as banks write them. What a careful person decided at once is posted.
func TestDecideFollowsWhatBanksLeaveOfAPayment(t *testing.T) {
	t.Parallel()
	s := world(t)
	for name, c := range map[string]struct {
		payment Payment
		account int64
	}{
		"entrepreneur's own card, no number":     {bankLine(399000, soleTax, "Оплата за обслуживание кассы"), soleID},
		"entrepreneur's own card, code alone":    {bankLine(399000, soleTax, "по сч.№ 92345650"), soleID},
		"code in pairs":                          {from(cafeTax, "ООО Альфа", 700000, "Оплата по счету № 58-29-13-75"), cafeID},
		"code in pairs with a date":              {from(cafeTax, "ООО Альфа", 700000, "СЧЕТ № 58-29-13-75 ОТ 5 ЯНВАРЯ 2026"), cafeID},
		"letters for every digit that has one":   {from(soleTax, "ИП Примеров", 1000, "Сч.на опл.№ 9zз45бSО-09"), soleID},
		"number cut off at the end of the field": {from(cafeTax, "ООО Альфа", 1490000, "Предоплата за доступ к сервису по счету № 58291"), cafeID},
		"Ukrainian word for no VAT":              {from(soleTax, "ИП Примеров", 399000, "Оплата за послуги ПДВ немає"), soleID},
		"Ukrainian abbreviation of months":       {from(soleTax, "ИП Примеров", 3*399000, "Оплата за послуги за 3 міс"), soleID},
		"legal form that a line break has cut":   {from("7736207543", "ООО Посторонний", 1490000, "по счету 58291375-12 за Товариществ о с ограниченной ответственностью \"Альфа\""), cafeID},
		"part of the name behind the tax id":     {from("", "", 1490000, "ИНН "+cafeTax+" ООО Пример Хлеб Кафе. Оплата по счету 58291375-12"), cafeID},
		"joint-stock company written out":        {from("", "Примеров Пример Примерович", 1490000, "по счету 58291375-12 за Публичное акционерное общество \"Альфа\""), cafeID},
		"contract with letters and a date in it": {from(soleTax, "ИП Примеров", 399000, "Оплата за услуги зг. договору № 2/01/2023/Р-5"), soleID},
		"contract with a series behind its sign": {from(soleTax, "ИП Примеров", 399000, "договор № БВ 88-1 от 01.02.2025; Абонентская плата"), soleID},
		"support of the cash register":           {from(soleTax, "ИП Примеров", 399000, "Оплата за техподдержку, обновление ПО и работу кассы. Без НДС"), soleID},
		"electronic services, shortened":         {from(soleTax, "ИП Примеров", 399000, "за эл. услуги по аб. обслуживанию"), soleID},
		"right to a computer program":            {from(soleTax, "ИП Примеров", 399000, "Вознаграждение за право использования программы для ЭВМ"), soleID},
		"outlet by the name of its company":      {from("7736207543", "ООО Посторонний", 149000, "по счету 70123435-07 за ООО \"Пример Сеть\""), outletAID},
		"last digit of the code cut off":         {from(cafeTax, "ООО Альфа", 1490000, "Оплата по счету №5829137"), cafeID},
	} {
		d := Decide(c.payment, s)
		require.True(t, d.Class.Posts(), "%s: %q: %s %v %v", name, c.payment.Purpose, d.Reason, d.Vetoes, d.Candidates)
		require.Equal(t, c.account, d.AccountID, name)
	}
}

func TestDecideSplitsByNumbersThatMakeTheSum(t *testing.T) {
	t.Parallel()
	s := world(t)
	d := Decide(from("7736207543", "ООО Посторонний", 1490000+399000, "Оплата по счетам 58291375-12 и 92345650-09"), s)
	require.Equal(t, RuleW8, d.Rule, "%s %v", d.Reason, d.Vetoes)
	require.Len(t, d.Parts, 2)
	for name, p := range map[string]Payment{
		"one number has no running number": from("7736207543", "ООО Посторонний", 1490000+399000, "Оплата по счетам 58291375-12 и 92345650"),
		"another sum":                      from("7736207543", "ООО Посторонний", 1490000+399001, "Оплата по счетам 58291375-12 и 92345650-09"),
		"the sum of one of them":           from("7736207543", "ООО Посторонний", 1490000, "Оплата по счетам 58291375-12 и 92345650-09"),
		"one invoice is paid":              from("7736207543", "ООО Посторонний", 1490000+399000, "Оплата по счетам 58291375-11 и 92345650-09"),
		"one number is a contract's":       from("7736207543", "ООО Посторонний", 1490000+399000, "Оплата по договору 58291375-12, счет 92345650-09"),
		"the payer is a third subscriber":  from(bakeryTax, "ООО Пример Хлеб", 1490000+399000, "Оплата по счетам 58291375-12 и 92345650-09"),
		"for somebody else":                from("7736207543", "ООО Посторонний", 1490000+399000, "за ООО Бета по счетам 58291375-12 и 92345650-09"),
	} {
		d := Decide(p, s)
		require.False(t, d.Class.Posts(), "%s: %q: %s posts %v", name, p.Purpose, d.Rule, d.Parts)
	}
}

// The bank account of one outlet is on file, the tax id is missing or mistyped, the code is another
// outlet's of the same company: who pays is certain. The account of another company is a conflict.
func TestDecideTakesAnOutletsBankAccountForItsNeighbour(t *testing.T) {
	t.Parallel()
	const network, stranger = "40702810938000001111", "40702810938000002222"
	build := func(owner string) *Snapshot {
		s, err := NewSnapshot(Builder{
			Accounts: []Account{
				{ID: 1, Code: code("582913"), TaxIDs: []string{networkTax}, Name: "ООО «Пример Сеть» (Ленина 5)"},
				{ID: 2, Code: code("613457"), TaxIDs: []string{owner}, Name: "ООО «Пример Сеть» (Мира 7)", BankAccounts: []string{network}},
				{ID: 3, Code: code("701234"), TaxIDs: []string{cafeTax}, Name: "ООО «Альфа»", BankAccounts: []string{stranger}},
			},
			Invoices: []Invoice{open(10, 1, "582913", 1, 149000, "2026-02-01"), open(20, 2, "613457", 1, 149000, "2026-02-01")},
		})
		require.NoError(t, err)
		return s
	}
	pay := func(account, tax string) Payment {
		p := from(tax, "ООО Пример Сеть", 149000, "Оплата по счету 58291375-01")
		p.PayerAccount = account
		return p
	}
	for _, tax := range []string{"", "0000000000", "7736050004"} {
		d := Decide(pay(network, tax), build(networkTax))
		require.Equal(t, int64(1), d.AccountID, "%q: %s %v", tax, d.Reason, d.Vetoes)
	}
	d := Decide(pay(network, ""), build(soleTax))
	require.False(t, d.Class.Posts(), "the account is another owner's: %s", d.Rule)
	d = Decide(pay(stranger, ""), build(networkTax))
	require.False(t, d.Class.Posts(), "the account is another subscriber's: %s", d.Rule)
}

func TestDecideAsksAboutCardsAndCuts(t *testing.T) {
	t.Parallel()
	s := world(t)
	behind := bankLine(399000, "", "ПАО СБЕРБАНК//ПРИМЕРОВ ПРИМЕР ПРИМЕРОВИЧ//3600467115214//"+soleTax+"// Оплата услуг")
	behind.PayerName = "ПАО СБЕРБАНК"
	for name, p := range map[string]Payment{
		"a card without a tax id":                     bankLine(399000, "", "Оплата услуг"),
		"another person's card":                       bankLine(399000, "381505107980", "Оплата услуг"),
		"own card, other goods":                       bankLine(399000, soleTax, "Оплата за столы"),
		"own card, his own savings":                   bankLine(399000, soleTax, "Перевод собственных средств"),
		"works of another trade":                      from(soleTax, "ИП Примеров", 399000, "Оплата за электромонтажные работы"),
		"an agent's reward":                           from(soleTax, "ИП Примеров", 399000, "Агентское вознаграждение"),
		"electric energy, shortened":                  from(soleTax, "ИП Примеров", 399000, "за эл. энергию"),
		"an office":                                   from(soleTax, "ИП Примеров", 399000, "Оплата за офис"),
		"repair of the cash register":                 from(soleTax, "ИП Примеров", 399000, "Ремонт кассы"),
		"own card, another sum":                       bankLine(399001, soleTax, "Оплата услуг"),
		"own card, somebody else's number":            bankLine(399000, soleTax, "Оплата по счету 214"),
		"own card for somebody else":                  bankLine(399000, soleTax, "Оплата услуг за ООО Бета"),
		"a tax id that anybody may write in the text": behind,
		"four digits of the code":                     from(cafeTax, "ООО Альфа", 1490000, "Предоплата за доступ к сервису по счету № 5829"),
		"beginning of the code, text goes on":         from(cafeTax, "ООО Альфа", 1490000, "по счету № 58291 за столы"),
		"beginning of the code, another sum":          from(cafeTax, "ООО Альфа", 1480000, "Предоплата за доступ к сервису по счету № 58291"),
		"beginning of another subscriber's code":      from(bakeryTax, "ООО Пример Хлеб", 490000, "Предоплата за доступ к сервису по счету № 58291"),
		"beginning of an outlet's code":               from(networkTax, "ООО Пример Сеть", 149000, "Предоплата за доступ к сервису по счету № 70123"),
		"beginning of a code from a stranger":         from("7736207543", "ООО Посторонний", 1490000, "Предоплата за доступ к сервису по счету № 58291"),
		"the company's other outlet":                  from("7736207543", "ООО Посторонний", 149000, "по счету 70123435-07 за ООО \"Пример Сеть точка 2\""),
		"a name that only begins like the company's":  from("7736207543", "ООО Посторонний", 149000, "по счету 70123435-07 за ООО \"Пример\""),
	} {
		d := Decide(p, s)
		require.False(t, d.Class.Posts(), "%s: %q: %s posts to %d", name, p.Purpose, d.Rule, d.AccountID)
	}
}
