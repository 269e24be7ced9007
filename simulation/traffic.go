package simulation

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"

	"prolong"
)

// The bank's kinds of documents.
const (
	documentBank  = "Банковский ордер"
	documentOrder = "Платежное поручение"
)

// accountsPerStranger is how many clients there are to one stranger's payment a day.
const accountsPerStranger = 250

// traffic plans what else happens on the seller's accounts on a banking day.
func (w *world) traffic(day prolong.Date) {
	rng := w.chance("traffic", day.String())
	plan := func(kind Kind, hour time.Duration, o operation) {
		o.at = day.Start(w.loc).Add(hour + time.Duration(rng.IntN(50))*time.Minute)
		w.orders = append(w.orders, &order{kind: kind, operation: o})
	}
	w.serial++
	card := int64(rng.IntN(400)+50) * 1_00
	plan(KindAcquirer, 10*time.Hour, operation{
		docNo: strconv.Itoa(w.serial), document: documentBank, payer: party{name: payerBanks[0].name, taxID: companyTaxID(strangerNumbers), account: bankAccount(ledgerBank, payerBanks[0], 1), bank: payerBanks[0]},
		payee: w.bank.on(mainAccount), minor: card*19 - 5_70,
		purpose: fmt.Sprintf("Зачисление средств по операциям эквайринга. Мерчант №970000000%03d. Дата реестра %s. Реестр № %d. Комиссия %s. НДС не облагается",
			w.serial%1000, day.Time().Format(exchangeDate), w.serial, kopecks(card/4)),
	})
	plan(KindFee, 17*time.Hour, operation{
		docNo: strconv.Itoa(w.serial), document: documentBank, payer: w.bank.on(mainAccount), payee: party{name: sellerBank.name, account: bankAccount("70601", sellerBank, 2), bank: sellerBank},
		minor: int64(rng.IntN(30)+10) * 1_00, purpose: "Комиссия за обслуживание счета по тарифу. НДС не облагается",
	})
	switch day.Weekday() { //nolint:exhaustive // nothing special happens on the other days
	case time.Wednesday:
		plan(KindSpending, 12*time.Hour, operation{
			docNo: strconv.Itoa(w.serial), document: documentOrder, payer: w.bank.on(mainAccount), payee: stranger(rng, w.names, w.serial), minor: 85_000_00,
			purpose: "Арендная плата за помещение по договору № 7-А. В т.ч. НДС 22%",
		})
	case time.Friday:
		plan(KindOwnTransfer, 15*time.Hour, operation{
			docNo: strconv.Itoa(w.serial), document: documentOrder, payer: w.bank.on(mainAccount), payee: w.bank.on(spareAccount), minor: 100_000_00,
			purpose: "Перевод собственных средств. НДС не облагается",
		})
	case time.Monday:
		plan(KindInterest, 9*time.Hour, operation{
			docNo: strconv.Itoa(w.serial), document: documentBank, payer: party{name: sellerBank.name, account: bankAccount(ledgerIncome, sellerBank, 3), bank: sellerBank}, payee: w.bank.on(spareAccount),
			minor: int64(rng.IntN(900)+100) * 10, purpose: "Выплата процентов на неснижаемый остаток. НДС не облагается",
		})
	}
	count := len(w.clients) / accountsPerStranger
	if rng.IntN(accountsPerStranger) < len(w.clients)%accountsPerStranger+accountsPerStranger/4 {
		count++
	}
	for range count {
		w.serial++
		kind, purpose := strangePurpose(rng)
		plan(kind, 11*time.Hour, operation{
			docNo: strconv.Itoa(rng.IntN(900) + 1), document: documentOrder, payer: stranger(rng, w.names, w.serial), payee: w.bank.on(mainAccount),
			// The sum of a popular plan: the trap for whoever trusts in sums.
			minor: offers[rng.IntN(len(offers))].minor, purpose: purpose,
		})
	}
}

func stranger(rng *rand.Rand, names *namer, n int) party {
	id, bank := companyTaxID(strangerNumbers+n), payerBanks[rng.IntN(len(payerBanks))]
	return party{name: asBanksWrite("ООО", names.company(), rng.IntN(3)), taxID: id, kpp: kppOf(id, 0), account: bankAccount(ledgerCompany, bank, strangerNumbers+n), bank: bank}
}

// strangePurpose words money that is nobody's payment for a service of ours (matching.md 7.2,
// group I).
func strangePurpose(rng *rand.Rand) (Kind, string) {
	n := rng.IntN(9000) + 1000
	switch rng.IntN(4) {
	case 0:
		return KindRefund, fmt.Sprintf("Возврат ошибочно перечисленных средств по п/п № %d", n)
	case 1:
		return KindForeign, fmt.Sprintf("Оплата по счету № %d/92 за столы офисные. В т.ч. НДС 22%%", n)
	case 2:
		return KindForeign, fmt.Sprintf("Оплата по накладной %d за бумагу. НДС не облагается", n)
	}
	return KindUnexplained, "Оплата"
}
