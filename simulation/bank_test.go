package simulation

import (
	"bytes"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync/statement"
)

var moscow = func() *time.Location {
	sellers, _, err := Catalogue("inbox")
	if err != nil {
		panic(err)
	}
	return sellers[0].Seller.Location
}()

func on(day string, hour int) time.Time {
	return prolong.MustDate(day).Start(moscow).Add(time.Duration(hour) * time.Hour)
}

func TestBankIsHonest(t *testing.T) {
	t.Parallel()
	b := newBank(moscow)
	payer := party{name: `ООО "ПРИМЕР"`, taxID: companyTaxID(1), kpp: kppOf(companyTaxID(1), 0), account: bankAccount(ledgerCompany, payerBanks[0], 1), bank: payerBanks[0]}
	pay := func(day string, hour int, purpose string) {
		require.True(t, b.execute(operation{at: on(day, hour), docNo: "1", document: documentOrder, payer: payer, payee: b.on(mainAccount), minor: 149000, purpose: purpose}))
	}
	pay("2026-11-18", 12, "до выписки")
	pay("2026-11-19", 12, "Оплата по счету № 58291375-12")
	pay("2026-11-20", 12, "двойник")
	pay("2026-11-20", 12, "двойник")
	require.True(t, b.execute(operation{at: on("2026-11-20", 15), docNo: "2", document: documentOrder, payer: b.on(mainAccount), payee: b.on(spareAccount), minor: 10_000_00, purpose: "Перевод"}))
	require.False(t, b.execute(operation{at: on("2026-11-20", 16), payer: b.on(spareAccount), payee: payer, minor: 1_000_000_00}), "no account goes below nought")
	pay("2026-11-23", 9, strings.Repeat("я", 300))

	file, err := b.exchangeFile(prolong.MustDate("2026-11-19"), prolong.MustDate("2026-11-23"), on("2026-11-23", 11))
	require.NoError(t, err)
	statements, err := statement.Parse(bytes.NewReader(file), statement.Options{OwnAccounts: []string{mainAccount, spareAccount}})
	require.NoError(t, err)
	require.Len(t, statements, 2, "one for each account")
	main, spare := statements[0], statements[1]
	require.Equal(t, mainAccount, main.Account)
	require.Equal(t, "windows-1251", main.Encoding)
	require.Empty(t, main.Warnings)
	require.True(t, *main.BalanceOK)
	require.True(t, *spare.BalanceOK)
	require.Len(t, main.Balances, 3, "a section for each banking day, none for the weekend")
	require.Equal(t, int64(openingMain+149000), main.Opening.Minor())
	require.Equal(t, int64(openingMain+5*149000-10_000_00), main.Closing.Minor())
	require.Len(t, main.Entries, 5)
	require.Len(t, spare.Entries, 1, "an own transfer stands in both accounts")
	require.Equal(t, payer.taxID, main.Entries[0].Counterparty.TaxID)
	require.Equal(t, payer.account, main.Entries[0].Counterparty.Account)
	require.Equal(t, "Оплата по счету № 58291375-12", main.Entries[0].Purpose)
	require.NotEqual(t, main.Entries[1].Key, main.Entries[2].Key, "twins are two operations")
	require.Equal(t, strings.Repeat("я", purposeRunesMax), main.Entries[4].Purpose, "the bank cuts what its field does not hold")
}

func TestBankingDays(t *testing.T) {
	t.Parallel()
	monday, friday, saturday := prolong.MustDate("2026-11-23"), prolong.MustDate("2026-11-20"), prolong.MustDate("2026-11-21")
	require.Equal(t, monday, nextBankingDay(saturday))
	require.Equal(t, monday, nextBankingDay(monday))
	require.Equal(t, monday, bankingDaysBack(monday, 1))
	require.Equal(t, friday.AddDays(-1), bankingDaysBack(monday, 3))
	require.Equal(t, friday, bankingDaysBack(saturday, 1))
}

func TestRequisitesAreValid(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for n := range 20_000 {
		for _, id := range []string{companyTaxID(n), personTaxID(n)} {
			require.True(t, prolong.ValidTaxID(prolong.Russia, id), id)
			require.False(t, seen[id], id)
			seen[id] = true
		}
	}
	for _, at := range []struct{ bic, account string }{
		{sellerBank.bic, mainAccount}, {sellerBank.bic, spareAccount}, {payerBanks[0].bic, bankAccount(ledgerCompany, payerBanks[0], 7)},
		{payerBanks[1].bic, bankAccount(ledgerTrader, payerBanks[1], 8)}, {payerBanks[2].bic, bankAccount(ledgerBank, payerBanks[2], 9)}, {sellerBank.bic, bankAccount(ledgerIncome, sellerBank, 3)},
	} {
		require.Len(t, at.account, 20)
		sum := 0
		for i, digit := range at.bic[6:] + at.account {
			sum += int(digit-'0') * [3]int{7, 1, 3}[i%3]
		}
		require.Zero(t, sum%10, "the key of %s", at.account)
	}
	require.True(t, prolong.ValidTaxID(prolong.Russia, sellerTaxID))
}

var (
	placeholderCompany = regexp.MustCompile(`^«(Образцов|Примерн|Условн|Учебн|Пробн|Показательн|Вымышленн|Макетн)\p{L}+ \p{L}+( \d+)?»$`)
	placeholderPerson  = regexp.MustCompile(`^(Примеров|Образцов|Шаблонов|Макетов|Условнов|Эскизов|Черновиков|Трафаретов)а? \p{L}+ \p{L}+(ич|на)$`)
)

func TestRoster(t *testing.T) {
	t.Parallel()
	const n = 500
	start, end := prolong.MustDate("2026-10-01"), prolong.MustDate("2026-11-01")
	clients := recruit(rand.New(rand.NewPCG(1, 2)), n, start, end)
	require.Len(t, clients, n)
	byTaxID, byName, joiners, traders := map[string]int{}, map[string]map[string]bool{}, 0, 0
	for _, c := range clients {
		byTaxID[c.taxID]++
		if byName[c.name] == nil {
			byName[c.name] = map[string]bool{}
		}
		byName[c.name][c.taxID] = true
		if c.legalForm == "ИП" {
			traders++
			require.Regexp(t, placeholderPerson, c.name)
		} else {
			require.Regexp(t, placeholderCompany, c.name)
		}
		require.True(t, strings.HasSuffix(c.email, "@example.test"))
		phone, err := prolong.ParsePhone(prolong.Russia, c.phone)
		require.NoError(t, err)
		require.Equal(t, c.phone, string(phone))
		if !c.joinsOn.IsZero() {
			joiners++
			require.True(t, c.joinsOn.After(start) && c.joinsOn.Before(end))
		}
	}
	outlets, namesakes := 0, 0
	for _, count := range byTaxID {
		if count > 1 {
			outlets += count
		}
	}
	for _, ids := range byName {
		namesakes += len(ids) - 1
	}
	require.InDelta(t, n*networkPercent/100, outlets, 6)
	require.Positive(t, namesakes)
	require.Positive(t, joiners)
	require.InDelta(t, n*traderPercent/100, traders, 40)

	// Everybody is exported once and only after he has joined.
	before, err := exportRoster(clients, start)
	require.NoError(t, err)
	after, err := exportRoster(clients, end)
	require.NoError(t, err)
	require.Equal(t, n-joiners+1, bytes.Count(before, []byte("\n")))
	require.Equal(t, n+1, bytes.Count(after, []byte("\n")))
}

func TestHabitsAreDealtByTheirShares(t *testing.T) {
	t.Parallel()
	sum := 0
	for _, h := range habits {
		sum += h.share
	}
	require.Equal(t, 1000, sum)
	for _, n := range []int{1, 10, 60, 300, 10_000} {
		deck := dealHabits(rand.New(rand.NewPCG(1, 2)), n)
		require.Len(t, deck, n)
		count := map[Kind]int{}
		for _, kind := range deck {
			count[kind]++
		}
		if n >= 60 {
			require.Len(t, count, len(habits), "every habit occurs")
		}
		require.GreaterOrEqual(t, 2*count[KindExact], n*9/10, "most pay exactly")
	}
}

func TestSloppyWordings(t *testing.T) {
	t.Parallel()
	b := &bill{number: "58291375-12", minor: 149000, issued: "01.11.2026", from: prolong.MustDate("2026-11-20"), purpose: "Оплата по счету № 58291375-12 от 01.11.2026. В т.ч. НДС 22% 268,69"}
	seen := map[string]bool{}
	for _, word := range sloppyWordings {
		text := word(rand.New(rand.NewPCG(1, 2)), b)
		require.False(t, seen[text], "%s occurs twice", text)
		require.NotEqual(t, b.purpose, text)
		seen[text] = true
	}
	for range 100 {
		rng := rand.New(rand.NewPCG(rand.Uint64(), 0))
		for _, code := range []string{"58291375", "55555555", "99999998"} {
			require.False(t, code != "55555555" && transposed(rng, code) == code)
			require.Len(t, omitted(rng, code), 7)
			require.Len(t, doubled(rng, code), 9)
		}
	}
	require.Equal(t, "582.913.75", grouped("58291375", "."))
	require.Equal(t, "58291375-11", b.previous())
}

func TestReadBill(t *testing.T) {
	t.Parallel()
	good := letter{to: "a@example.test", subject: "Счёт", papers: 1, text: "Счёт: № 58291375-12 от 21\u00a0ноября\u00a02026\u00a0г.\nСумма: 14\u00a0900,00\u00a0₽\nПериод: 1–31\u00a0декабря\u00a02026\u00a0г.\n\nНазначение платежа:\nОплата по счету № 58291375-12 от 21.11.2026. В т.ч. НДС 22% 2686,89\n"}
	b, ok, err := readBill(good)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, int64(1490000), b.minor)
	require.Equal(t, "58291375-12", b.number)
	require.Equal(t, prolong.MustDate("2026-11-30"), b.lastPaid())
	require.Equal(t, "В т.ч. НДС 22% 2686,89", b.tax())

	_, ok, err = readBill(letter{text: "Оплата получена. Спасибо."})
	require.NoError(t, err)
	require.False(t, ok, "a letter about something else")

	for name, spoil := range map[string]func(*letter){
		"no paper":           func(l *letter) { l.papers = 0 },
		"no sum":             func(l *letter) { l.text = strings.Replace(l.text, "₽", "", 1) },
		"no period":          func(l *letter) { l.text = strings.Replace(l.text, "декабря", "скоро", 1) },
		"another number":     func(l *letter) { l.text = strings.Replace(l.text, "58291375-12", "58291375-13", 1) },
		"no number anywhere": func(l *letter) { l.text = strings.ReplaceAll(l.text, "58291375", "") },
	} {
		l := good
		spoil(&l)
		_, _, err := readBill(l)
		require.Error(t, err, name)
	}
}
