package match

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hostile are payments of real life that the rules were not made for: they may go to a person,
// but to no other account than the one that a careful person would take (0: none).
// Distortions by their numbers in the reference (matching.md 7.2), or what they are.
func hostile() []struct {
	name    string
	payment Payment
	account int64
} {
	bakery := string(code("613457"))
	return []struct {
		name    string
		payment Payment
		account int64
	}{
		{"the bank's own number looks like a code (43)", from(cafeTax, "ООО Альфа", 1490000, "п/п "+bakery+" Оплата за услуги"), cafeID},
		{"a telephone that is a code (38)", from(cafeTax, "ООО Альфа", 1490000, "Оплата за услуги тел. +7 "+bakery+"00"), cafeID},
		{"somebody else's code as contract, own invoice behind (37)", from(cafeTax, "ООО Альфа", 1490000, "Дог."+bakery+" сч.58291375-12 от 01.02.2026"), cafeID},
		{"two payers in one name", from(cafeTax, "ООО Альфа (ООО Пример Хлеб)", 1490000, "сч 58291375-12"), cafeID},
		{"the code inside a longer number (D)", from("9999999999", "ООО Ромашка", 1490000, "договор 15829137512 от 01.02.2026"), 0},
		{"the code inside a bank account", from("9999999999", "ООО Ромашка", 1490000, "на р/с 40702810582913750001 от 01.02.2026"), 0},
		{"the code as a sum in kopecks", from("9999999999", "ООО Ромашка", 58291375, "сумма 582913-75 от 01.02.2026"), 0},
		{"the code in pairs, and sum and date besides", from("9999999999", "ООО Ромашка", 1490000, "операция 58.29.13 75 от 01.02.2026"), cafeID},
		{"correction of an earlier purpose", from(bakeryTax, "ООО Пример Хлеб", 1490000, "Уточнение назначения: верно считать сч 58291375-12 от 01.02.2026"), 0},
		{"instead of another's invoice", from(bakeryTax, "ООО Пример Хлеб", 1490000, "вместо сч 58291375-12 оплата по договору"), 0},
		{"not for this invoice", from(cafeTax, "ООО Альфа", 1490000, "Оплата аренды, не по счету 58291375-12"), cafeID},
		{"loan between partners", from(bakeryTax, "ООО Пример Хлеб", 1490000, "Выдача займа ООО Альфа ИНН "+cafeTax), 0},
		{"salary with an own number", from(cafeTax, "ООО Альфа", 1490000, "Заработная плата за февраль по реестру 58291375"), cafeID},
		{"set-off of two clients", from(bakeryTax, "ООО Пример Хлеб", 1490000, "Взаимозачет с ООО \"Альфа\" по сч 58291375-12"), cafeID},
		{"assignment of a claim", from("9999999999", "ООО Ромашка", 1490000, "по договору цессии за ООО \"Альфа\" ИНН "+cafeTax), cafeID},
		{"the seller's own name quoted", from(bakeryTax, "ООО Пример Хлеб", 1480000, "Оплата ООО \"Альфа\" за услуги"), 0},
		{"homoglyphs and a twin (27, 23)", from("9999999999", "ООО Ромашка", 1490000, "сч 58З913755-12"), 0},
		{"code read backwards", from(cafeTax, "ООО Альфа", 1490000, "сч 57319285"), cafeID},
		{"phonetic slip to another's code (21)", from("9999999999", "ООО Ромашка", 490000, "сч 6113457-03"), 0},
		{"two outlets, one sum of the third (52)", from(networkTax, "ООО Пример Сеть", 398000, "за точки 1 и 2"), 0},
		{"network's tax id with a stranger's name", from(networkTax, "ООО Ромашка", 149000, "Оплата за услуги"), 0},
		{"another currency, same figures (64)", func() Payment {
			p := from(cafeTax, "ООО Альфа", 0, "сч 58291375-12")
			p.Amount = rub(1490000)
			p.Purpose += " в тенге"
			return p
		}(), cafeID},
		{"a person with the name of a sole trader", from("", "Примеров Пример Примерович", 399000, "Оплата за услуги"), soleID},
		{"a namesake's tax id by one digit (75)", from("500100732268", "ИП Примеров Пример Примерович", 399000, "Оплата за услуги"), soleID},
		{"structured slot of a stranger's payee", func() Payment {
			p := from("9999999999", "ООО Ромашка", 490000, "Оплата за мебель")
			p.StructuredRef = "18210102010011000110"
			return p
		}(), 0},
		{"structured slot against the text", func() Payment {
			p := from(bakeryTax, "ООО Пример Хлеб", 490000, "сч "+bakery+"-03")
			p.StructuredRef = "58291375"
			return p
		}(), bakeryID},
		{"actual payer is another client", func() Payment {
			p := from(bakeryTax, "ООО Пример Хлеб", 490000, "Оплата за услуги")
			p.ActualPayerTaxID = cafeTax
			return p
		}(), cafeID},
		{"cut in the middle of the second number (34)", from(cafeTax, "ООО Альфа", 1980000, "сч 58291375-12, 61345"), cafeID},
		{"a list of somebody's invoices by running number (52)", from(cafeTax, "ООО Альфа", 1490000, "по счетам 3, 4 и 12"), cafeID},
		{"empty but for a sign", from(cafeTax, "ООО Альфа", 1490000, "№"), cafeID},
	}
}

func TestHostilePaymentsNeverGoAstray(t *testing.T) {
	t.Parallel()
	s := world(t)
	for _, c := range hostile() {
		d := Decide(c.payment, s)
		for _, part := range d.Parts {
			assert.Equal(t, c.account, part.AccountID, "%s: %q %s", c.name, c.payment.Purpose, d.Rule)
		}
	}
}

// TestHostilePaymentsOfATaughtPayer: the same payments from a payer of whom people taught that he
// pays for the café. What the text says of others still counts; the alias alone moves nothing
// that names somebody else.
func TestHostilePaymentsOfATaughtPayer(t *testing.T) {
	t.Parallel()
	s := world(t)
	const partner, account = "5003052454", "40702810400000000077"
	require.NoError(t, s.Apply(AliasPut{Alias{AliasTaxID, partner, cafeID, AliasActive, 2}}, AliasPut{Alias{AliasAccount, account, cafeID, AliasActive, 2}}))
	bakery := string(code("613457"))
	for _, purpose := range []string{
		"за ООО \"Пример Хлеб\" за услуги", "Оплата за ООО Пример Хлеб ИНН " + bakeryTax, "сч " + bakery + "-03 от 01.01.2026", "сч " + bakery + "-03", "Оплата по договору " + bakery,
		"Оплата за ИП Примеров Пример Примерович", "Оплата по счету 103078", "Возврат ошибочно перечисленных", "Оплата за мебель", "Оплата по счету 4567 от 01.02.2026", "по письму за третье лицо",
		"Оплата за услуги по реестру № 5", "сч 58291375-12 и " + bakery + "-03", "?????? ?? ?????", "Оплата за услуги ТОВ Приклад",
	} {
		for _, minor := range []int64{1490000, 490000, 990000} {
			p := from(partner, "ООО Партнёр", minor, purpose)
			p.PayerAccount = account
			d := Decide(p, s)
			for _, part := range d.Parts {
				require.Equal(t, int64(bakeryID), part.AccountID, "%q %d went to %d by %s", purpose, minor, part.AccountID, d.Rule)
				require.Contains(t, purpose, bakery)
			}
		}
	}
	p := from(partner, "ООО Партнёр", 1490000, "Оплата за услуги")
	p.PayerAccount = account
	require.Equal(t, int64(cafeID), Decide(p, s).AccountID, "and what names nobody goes where people said")
}
