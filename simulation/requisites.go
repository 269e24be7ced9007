package simulation

import (
	"fmt"
	"strconv"
)

// fictitiousRegion opens the tax ids of all virtual parties: no tax office has this region
// code, so none of them can belong to anybody, although their check digits are right.
const fictitiousRegion = "97"

// scatter spreads running numbers over size values, a power of ten, without meeting twice:
// the factor has no divisor in common with it.
func scatter(n, size int) int { return (n*7654321 + 1234567) % size }

// companyTaxID returns the n-th ИНН of a company.
func companyTaxID(n int) string {
	core := fmt.Sprintf("%s%07d", fictitiousRegion, scatter(n, 10_000_000))
	return core + strconv.Itoa(weigh(core, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10)
}

// personTaxID returns the n-th ИНН of a person.
func personTaxID(n int) string {
	core := fmt.Sprintf("%s%08d", fictitiousRegion, scatter(n, 100_000_000))
	core += strconv.Itoa(weigh(core, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8) % 11 % 10)
	return core + strconv.Itoa(weigh(core, 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10)
}

// kppOf returns the КПП of a company's n-th place of business; 0 is its seat.
func kppOf(taxID string, n int) string {
	if n == 0 {
		return taxID[:4] + "01001"
	}
	return fmt.Sprintf("%s43%03d", taxID[:4], n)
}

// bankOffice is a bank as payment orders name it.
type bankOffice struct{ bic, name, corr string }

// payerBanks are fictitious: there are no such names and no such БИК.
var payerBanks = []bankOffice{
	{bic: "044599901", name: `АО "ПРИМЕР БАНК"`, corr: "30101810000000000901"},
	{bic: "044599902", name: `ПАО "ОБРАЗЦОВЫЙ БАНК"`, corr: "30101810000000000902"},
	{bic: "044599903", name: `АО "УСЛОВНЫЙ БАНК"`, corr: "30101810000000000903"},
}

// The balance accounts (балансовые счета) of payers by who they are.
const (
	ledgerCompany = "40702" // commercial companies
	ledgerTrader  = "40802" // sole traders
	ledgerBank    = "30232" // a bank's own settlements, as of card payments
	ledgerIncome  = "47426" // interest to be paid
)

// bankAccount returns the n-th rouble account on a balance account in the bank, with the key
// of Положение Банка России № 579-П: the digits of the БИК's end and of the number, weighed
// 7, 1, 3, sum to nought modulo ten.
func bankAccount(ledger string, bank bankOffice, n int) string {
	tail := fmt.Sprintf("0000%07d", scatter(n, 10_000_000))
	const keyWeight, keyInverse = 3, 3 // 3 · 3 = 9 = -1 modulo 10; position 12 of 23 weighs 3
	digits := bank.bic[6:] + ledger + "810" + "0" + tail
	sum := 0
	for i := range len(digits) {
		sum += int(digits[i]-'0') * []int{7, 1, keyWeight}[i%3]
	}
	return ledger + "810" + strconv.Itoa(sum%10*keyInverse%10) + tail
}

func weigh(digits string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += w * int(digits[i]-'0')
	}
	return sum
}

// phoneOf returns the n-th telephone number. No subscriber's number begins with 0.
func phoneOf(n int) string { return fmt.Sprintf("+7495000%04d", n%10_000) }
