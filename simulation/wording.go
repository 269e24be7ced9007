package simulation

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// sloppyWordings are ways in which people write the number of an invoice instead of copying
// the ready purpose: other spellings, other numbers around it, typing errors (matching.md
// 7.2; the number there stands in the name).
var sloppyWordings = []func(rng *rand.Rand, b *bill) string{
	func(_ *rand.Rand, b *bill) string { return "Опл. сч " + b.number },                 // 1
	func(_ *rand.Rand, b *bill) string { return "Оплата сч" + b.number + " за услуги" }, // 2
	func(_ *rand.Rand, b *bill) string {
		return "Сч.на опл.№СЧ-" + b.number + " от " + b.issued
	}, // 3
	func(_ *rand.Rand, b *bill) string {
		return "Оплата по счету № 00" + b.number + ". " + b.tax()
	}, // 4
	func(_ *rand.Rand, b *bill) string {
		return "Оплата счета " + b.code() + "/" + b.running() + " от " + b.issued
	}, // 5
	func(_ *rand.Rand, b *bill) string { return "Оплата по счету " + b.code() + b.running() }, // 6
	func(_ *rand.Rand, b *bill) string {
		return "Оплата по счету " + grouped(b.code(), " ") + "-" + b.running()
	}, // 7
	func(_ *rand.Rand, b *bill) string {
		return "Оплата по счету " + grouped(b.code(), ".") + " за услуги"
	}, // 8
	func(_ *rand.Rand, b *bill) string { return "сч." + b.number + "от" + b.issued }, // 9
	func(_ *rand.Rand, b *bill) string {
		return "ОПЛАТА ПО СЧЁТУ №" + b.number + " ОТ " + b.issued + "Г."
	}, // 12
	func(_ *rand.Rand, b *bill) string {
		return "На основании выставленного счета на оплату услуг номер " + b.number
	}, // 13
	func(_ *rand.Rand, b *bill) string { return "oplata po schetu " + b.number + " NDS ne oblagaetsya" }, // 16
	func(_ *rand.Rand, b *bill) string { return b.code() },                                               // 17
	func(rng *rand.Rand, b *bill) string {
		return "Оплата по счету № " + transposed(rng, b.code()) + "-" + b.running() + ". " + b.tax()
	}, // 19
	func(rng *rand.Rand, b *bill) string {
		return "Оплата по счету № " + omitted(rng, b.code()) + "-" + b.running() + ". " + b.tax()
	}, // 22
	func(rng *rand.Rand, b *bill) string {
		return "Оплата по счету № " + doubled(rng, b.code()) + "-" + b.running() + ". " + b.tax()
	}, // 23
	func(rng *rand.Rand, b *bill) string {
		return "Оплата по счету № " + withLetter(rng, b.code()) + "-" + b.running() + ". " + b.tax()
	}, // 27
	func(_ *rand.Rand, b *bill) string {
		return "По договору № 214 от 12.01.2025, сч. " + b.number + ", " + b.tax()
	}, // 36
	func(_ *rand.Rand, b *bill) string {
		return "ИНН " + sellerTaxID + " КПП " + sellerKPP + " Оплата по счету " + b.number
	}, // 38
	func(_ *rand.Rand, b *bill) string {
		return "Оплата по сч. " + b.number + " на р/с " + mainAccount + " за услуги"
	}, // 39
	func(_ *rand.Rand, b *bill) string {
		return "Оплата по счету " + b.number + " за доступ с " + shortDay(b) + ". " + b.tax()
	}, // 41
	func(_ *rand.Rand, b *bill) string { return "///УИН0/// Оплата по счету " + b.number }, // 47
	func(_ *rand.Rand, b *bill) string {
		return "Оплата по счету № " + b.number + ". " + b.tax() + " Оплата по счету № " + b.number + "."
	}, // 35
	func(_ *rand.Rand, b *bill) string {
		return "Оплата по счету № " + b.number[3:] + ". " + b.tax()
	}, // 25
	func(rng *rand.Rand, b *bill) string {
		return "Оплата по счету № " + transposed(rng, omitted(rng, b.code())) + ". " + b.tax()
	}, // 24
	func(_ *rand.Rand, b *bill) string {
		return "Оплата по счету № " + b.previous() + ". " + b.tax()
	}, // 51
}

func shortDay(b *bill) string { return b.from.Time().Format(exchangeDate) }

// grouped writes the code in threes.
func grouped(code, mark string) string {
	const group = 3
	var parts []string
	for len(code) > group {
		parts = append(parts, code[:group])
		code = code[group:]
	}
	return strings.Join(append(parts, code), mark)
}

// transposed swaps two neighbours that differ.
func transposed(rng *rand.Rand, code string) string {
	digits := []byte(code)
	for i, start := 0, rng.IntN(len(digits)-1); i < len(digits)-1; i++ {
		if at := (start + i) % (len(digits) - 1); digits[at] != digits[at+1] {
			digits[at], digits[at+1] = digits[at+1], digits[at]
			break
		}
	}
	return string(digits)
}

func omitted(rng *rand.Rand, code string) string {
	at := rng.IntN(len(code))
	return code[:at] + code[at+1:]
}

func doubled(rng *rand.Rand, code string) string {
	at := rng.IntN(len(code))
	return code[:at+1] + code[at:]
}

// withLetter writes a letter that looks like one of the digits.
func withLetter(rng *rand.Rand, code string) string {
	for _, pair := range []string{"0О", "3З", "8В", "1l", "5S", "6б"} {
		if strings.Contains(code, pair[:1]) {
			return strings.Replace(code, pair[:1], pair[1:], 1)
		}
	}
	return transposed(rng, code)
}

var wordingsWithoutNumber = []string{
	"Оплата за услуги. НДС 22%%", "За доступ к сервису с %s", "Оплата по договору-оферте", "Продление подписки с %s. В т.ч. НДС", "Абонентская плата",
}

func withoutNumber(rng *rand.Rand, b *bill) string {
	text := wordingsWithoutNumber[rng.IntN(len(wordingsWithoutNumber))]
	if strings.Contains(text, "%s") {
		return fmt.Sprintf(text, shortDay(b))
	}
	return strings.ReplaceAll(text, "%%", "%")
}

// onBehalf words a payment of somebody else. Only a partner who is no client himself forgets
// the number: of a client's payment without one nobody could say that it was not his own.
func onBehalf(rng *rand.Rand, b *bill) string {
	c := b.client
	switch rng.IntN(4) {
	case 3:
		if !c.payerIsClient {
			return withoutNumber(rng, b)
		}
	case 0:
		return fmt.Sprintf("Оплата за %s ИНН %s по счету № %s от %s. %s", c.legalName(), c.taxID, b.number, b.issued, b.tax())
	case 1:
		return fmt.Sprintf("За %s по сч. № %s. %s", c.legalName(), b.number, b.tax())
	}
	return b.purpose
}

// together words the payment of several bills, each with its sum.
func together(bills []*bill) string {
	parts := make([]string, len(bills))
	for i, b := range bills {
		parts[i] = fmt.Sprintf("№ %s - %s", b.number, strings.Replace(kopecks(b.minor), ".", ",", 1))
	}
	return "Оплата по счетам " + strings.Join(parts, "; ") + ". В т.ч. НДС 22%"
}
