package match

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// priced is the world with the bakery's price known, and the outlets' branches.
func priced(t *testing.T) *Snapshot {
	t.Helper()
	s := world(t)
	require.NoError(t, s.Apply(
		AccountPut{Account{ID: bakeryID, Code: code("613457"), TaxIDs: []string{bakeryTax}, Name: "ООО «Пример Хлеб»", LegacyNumbers: []string{"103078"}, PriceMinor: 300000}},
		AccountPut{Account{ID: outletAID, Code: code("701234"), TaxIDs: []string{networkTax}, Name: "ООО «Пример Сеть» точка 1", KPP: "773601001"}},
		AccountPut{Account{ID: outletBID, Code: code("812345"), TaxIDs: []string{networkTax}, Name: "ООО «Пример Сеть» точка 2", KPP: "773643002"}},
		VocabularySet{[]string{"Карты лояльности"}},
	))
	return s
}

// decided is what a payment comes to: the account, or 0 for a person's decision.
func decided(p Payment, s *Snapshot) (int64, Rule) {
	d := Decide(p, s)
	if !d.Class.Posts() {
		return 0, RuleNone
	}
	return d.AccountID, d.Rule
}

// TestDecideWhatAClientsOwnSumCanBe: each explanation, and beside it the sum that another client's
// invoice would have.
func TestDecideWhatAClientsOwnSumCanBe(t *testing.T) {
	t.Parallel()
	s := priced(t)
	for name, c := range map[string]struct {
		minor   int64
		purpose string
		posted  bool
	}{
		"the price once more":                  {300000, "Оплата за услуги", true},
		"a sum that is nothing of his":         {298000, "Оплата за услуги", false},
		"two prices, nothing said":             {600000, "Оплата за услуги", false},
		"two prices in advance":                {600000, "Предоплата за услуги", true},
		"months that are the price":            {900000, "Оплата за услуги за 3 месяца", true},
		"months that are another's price":      {900000, "Оплата за услуги за 4 месяца", false},
		"a part, said":                         {245000, "Частичная оплата за услуги", true},
		"a part, not said":                     {245000, "Оплата за услуги в т.ч. НДС", false},
		"a part of more than is owed":          {2450000, "Частичная оплата за услуги", false},
		"kopecks lost":                         {490040, "Оплата за услуги", true},
		"a rouble more":                        {490100, "Оплата за услуги", false},
		"a part for other goods":               {245000, "Частичная оплата за вывеску", false},
		"own books' number and day, our goods": {990000, "Оплата по счету 532 от 01.02.2026 за карты лояльности", false},
		"own books' number and day, lifts":     {990000, "Оплата по счету 532 от 01.02.2026 за обслуживание лифтов", false},
		"own books' number and day, no goods":  {990000, "Оплата по счету 532 от 01.02.2026", false},
		"own books' number on another day":     {990000, "Оплата по счету 532 от 02.02.2026 за карты лояльности", false},
		"words with long endings":              {990000, "Комплексне обслуговування, НДС не предусмотрен", true},
		"blanks left out":                      {990000, "Оплатауслуг", true},
		"blanks left out, lifts":               {990000, "обслуживаниелифтов", false},
		"blanks left out, paper rolls":         {990000, "касоваястрічка", false},
		"a plan's name in another case":        {990000, "за картами лояльности", true},
		"percent of a tax":                     {990000, "Оплата за услуги, НДС 22 процента", true},
		"percent of a loan":                    {990000, "Оплата процентов за услуги", false},
		"his status behind his tax id":         {990000, "ИНН " + bakeryTax + " ООО, оплата за услуги", true},
		"a legal form with a name cut off":     {990000, "оплата за услуги за ООО", false},
		"a transfer for something of ours":     {990000, "Перевод средств за подписку", true},
		"a transfer for nothing":               {990000, "Перевод средств", false},
	} {
		account, rule := decided(from(bakeryTax, "ООО Пример Хлеб", c.minor, c.purpose), s)
		if c.posted {
			require.Equal(t, int64(bakeryID), account, "%s: %q", name, c.purpose)
			require.Equal(t, RuleW5, rule, name)
			continue
		}
		require.Zero(t, account, "%s: %q by %s", name, c.purpose, rule)
	}
}

// TestDecideBranchByKPP: a branch's КПП names the outlet, the head office's nobody.
func TestDecideBranchByKPP(t *testing.T) {
	t.Parallel()
	s := priced(t)
	for name, c := range map[string]struct {
		kpp     string
		minor   int64
		purpose string
		account int64
	}{
		"its own sum":           {"773643002", 249000, "Оплата за услуги", outletBID},
		"another outlet's sum":  {"773643002", 149000, "Оплата за услуги", 0},
		"the head office":       {"773601001", 149000, "Оплата за услуги", 0},
		"a branch nobody knows": {"773643009", 249000, "Оплата за услуги", 0},
		"other goods":           {"773643002", 249000, "Оплата за столы", 0},
		"somebody else's":       {"773643002", 249000, "Оплата за услуги за ООО \"Альфа\"", 0},
	} {
		p := from(networkTax, "ООО Пример Сеть", c.minor, c.purpose)
		p.PayerKPP = c.kpp
		account, rule := decided(p, s)
		require.Equal(t, c.account, account, "%s by %s", name, rule)
	}
}

// TestDecideStrangerNamesTheClient: name and tax id behind "за", and the sum.
func TestDecideStrangerNamesTheClient(t *testing.T) {
	t.Parallel()
	s := priced(t)
	for name, c := range map[string]struct {
		minor   int64
		purpose string
		account int64
	}{
		"name, tax id and sum":           {1490000, "Оплата за услуги за ООО \"Альфа\" ИНН " + cafeTax, cafeID},
		"instead of":                     {1490000, "Рассчитываемся за апрель вместо ООО \"Альфа\", ИНН " + cafeTax, cafeID},
		"in favour of":                   {1490000, "Проплата в пользу ООО \"Альфа\" (ИНН " + cafeTax + ")", cafeID},
		"another sum":                    {1480000, "Оплата за услуги за ООО \"Альфа\" ИНН " + cafeTax, 0},
		"another's tax id":               {1490000, "Оплата за услуги за ООО \"Альфа\" ИНН " + bakeryTax, 0},
		"only the tax id":                {1490000, "Оплата за услуги ИНН " + cafeTax, 0},
		"only the name":                  {1490000, "Оплата за услуги за ООО \"Альфа\"", 0},
		"a contract with the client":     {1490000, "Оплата по договору 17 с ООО \"Альфа\" ИНН " + cafeTax, 0},
		"other goods":                    {1490000, "Оплата за столы за ООО \"Альфа\" ИНН " + cafeTax, 0},
		"an invoice that is not ours":    {1490000, "по счету 4532 за ООО \"Альфа\" ИНН " + cafeTax, 0},
		"two clients":                    {1490000, "за ООО \"Альфа\" ИНН " + cafeTax + " и ООО \"Пример Хлеб\" ИНН " + bakeryTax, 0},
		"money that comes back":          {1490000, "Возврат за ООО \"Альфа\" ИНН " + cafeTax, 0},
		"a contribution in favour of it": {1490000, "Взнос в пользу ООО \"Альфа\" ИНН " + cafeTax, 0},
	} {
		account, rule := decided(from("7736207543", "ООО Посторонний", c.minor, c.purpose), s)
		require.Equal(t, c.account, account, "%s by %s", name, rule)
	}
}

// TestDecideByAccountAndName: where no tax id can be compared, contract account and name together.
func TestDecideByAccountAndName(t *testing.T) {
	t.Parallel()
	s := world(t)
	const account = "40702810500700701026"
	pay := func(tax, name string, minor int64) Payment {
		p := from(tax, name, minor, "Оплата за услуги")
		p.PayerAccount = account
		return p
	}
	got, rule := decided(pay("", "ООО \"Альфа\"", 1490000), s)
	require.EqualValues(t, cafeID, got)
	require.Equal(t, RuleW5, rule)
	for name, p := range map[string]Payment{
		"another name": pay("", "ООО \"Бета\"", 1490000), "another tax id": pay("7736207543", "ООО \"Альфа\"", 1490000), "another sum": pay("", "ООО \"Альфа\"", 1490050),
	} {
		got, rule := decided(p, s)
		require.Zero(t, got, "%s by %s", name, rule)
	}
}

// TestDecideSeesACodeBehindOtherWords: "расчет" is a payment, "расч. сч." a bank account; a client's code
// behind either must not be lost beside another's.
func TestDecideSeesACodeBehindOtherWords(t *testing.T) {
	t.Parallel()
	s := world(t)
	outlet := string(code("812345"))
	for _, purpose := range []string{"Расчет сч. 70123435-07, " + outlet + "-08 от 01.02.2026", "Расч. сч. 70123435-07, " + outlet + "-08", "на р/с 70123435, сч. " + outlet + "-08"} {
		for _, minor := range []int64{149000, 249000, 398000, 500000} {
			d := Decide(from(networkTax, "ООО Пример Сеть", minor, purpose), s)
			if !d.Class.Posts() {
				continue
			}
			require.Len(t, d.Parts, 2, "%q %d: %s", purpose, minor, d.Rule)
			require.EqualValues(t, 398000, minor)
		}
	}
	d := Decide(from(networkTax, "ООО Пример Сеть", 398000, "Расчет сч. 70123435-07, "+outlet+"-08 от 01.02.2026"), s)
	require.Equal(t, RuleW8, d.Rule)
	d = Decide(from(cafeTax, "ООО Альфа", 1490000, "Расчет по сч. 58291375-12"), s)
	require.EqualValues(t, cafeID, d.AccountID)
	d = Decide(from(cafeTax, "ООО Альфа", 1490000, "?????? ?? ????? 58291375-12"), s)
	require.EqualValues(t, cafeID, d.AccountID, "lost letters: code, payer and sum agree")
}

// TestDecideOtherTradesWordsNeverPost: tax id and sum are right, and the words are of things that nobody
// sells by subscription, some of them beginning like ours.
func TestDecideOtherTradesWordsNeverPost(t *testing.T) {
	t.Parallel()
	s := priced(t)
	for _, purpose := range []string{
		"Оплата услуг Альфы", "подписка на журнал", "Оплата программы обучения", "Лицензия на алкоголь", "абонемент в бассейн", "услуги кассира", "обслуживание кассового оборудования",
		"сервисное обслуживание автомобиля", "Обслуживание сайта", "Продление домена", "Хостинг сайта", "Сопровождение сделки", "Оплата тарифа за вывоз ТКО", "тариф на воду", "Доступ в интернет",
		"Бонусная выплата сотруднику", "скидка", "Карты топливные", "Модуль солнечный", "Модульная постройка", "платформа грузовая", "ведение учета", "Бухгалтерский учет", "личные нужды",
		"Погашение основного долга", "погашение долга за ООО", "Оплата долга за Петрова", "Задолженность за аренду", "Пополнение баланса телефона", "пополнение лицевого счета 79161234567", "лицевой счет 100200",
		"по акту 15", "Оплата по акту приемки товара", "За нашего клиента", "за наш филиал", "Основной платеж", "За основные средства", "остаток по зарплате", "аванс сотруднику", "часть уставного капитала",
		"доплата за проезд", "Услуги по счету вашего партнера", "Внос наличных", "внесение наличных", "Внесение в уставной капитал", "учебная программа", "программа лояльности аэрофлот", "Касса взаимопомощи",
		"за документы", "подписание документов", "размещение рекламы", "Электронные компоненты", "электронная подпись", "электронные билеты", "мобильные телефоны", "выставка", "срочная доставка", "опция", "Опционы",
		"основные активы", "сбор", "организационный сбор", "Финансовая помощь учредителя", "Абонплата за гараж", "оплатамебели", "услугмойки", "доступмойка", "сервисавто", "лицензияалкоголь",
	} {
		account, rule := decided(from(bakeryTax, "ООО Пример Хлеб", 990000, purpose), s)
		require.Zero(t, account, "%q by %s", purpose, rule)
	}
	for _, purpose := range []string{
		"пополнение уставного капитала за ООО \"Альфа\" ИНН " + cafeTax, "Оплата за ООО \"Альфа\" ИНН " + cafeTax + " и ООО \"Бета\"", "Оплата за сотрудника ООО \"Альфа\" ИНН " + cafeTax,
		"Оплата за услуги от ООО \"Альфа\" ИНН " + cafeTax, "Финансовая помощь за ООО \"Альфа\" ИНН " + cafeTax,
	} {
		account, rule := decided(from("7736207543", "ООО Посторонний", 1490000, purpose), s)
		require.Zero(t, account, "%q by %s", purpose, rule)
	}
}
