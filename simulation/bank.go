package simulation

import (
	"fmt"
	"slices"
	"time"

	"prolong"
)

// party is a side of a payment order.
type party struct {
	name, taxID, kpp, account string
	bank                      bankOffice
}

// operation is an executed payment order.
type operation struct {
	at           time.Time
	on           prolong.Date
	docNo        string
	document     string // the bank's kind of document
	payer, payee party
	minor        int64
	purpose      string
}

// bank is the seller's virtual bank. It is honest: what it has executed stays in every later
// statement as it was, balances follow from the operations, and no account goes below nought.
type bank struct {
	loc      *time.Location
	owner    party // the seller, without an account
	accounts []string
	opening  map[string]int64
	executed []operation // in the order of execution
}

// The balances before the first day, in kopecks.
const (
	openingMain  = 125_000_000
	openingSpare = 30_000_000
)

func newBank(loc *time.Location) *bank {
	return &bank{
		loc: loc, owner: party{name: `ООО "ПРИМЕР СОФТ"`, taxID: sellerTaxID, kpp: sellerKPP, bank: sellerBank},
		accounts: []string{mainAccount, spareAccount}, opening: map[string]int64{mainAccount: openingMain, spareAccount: openingSpare},
	}
}

// on returns the owner as the holder of one of its accounts.
func (b *bank) on(account string) party {
	p := b.owner
	p.account = account
	return p
}

// purposeRunesMax is the length of field 24 of a payment order (Положение Банка России
// № 762-П): the bank cuts what is longer.
const purposeRunesMax = 210

// execute books the order. ok is false if the payer is the seller and has not the money.
func (b *bank) execute(o operation) (ok bool) {
	if slices.Contains(b.accounts, o.payer.account) && b.balance(o.payer.account) < o.minor {
		return false
	}
	o.on = prolong.DateOf(o.at, b.loc)
	if runes := []rune(o.purpose); len(runes) > purposeRunesMax {
		o.purpose = string(runes[:purposeRunesMax])
	}
	b.executed = append(b.executed, o)
	return true
}

func (b *bank) balance(account string) int64 {
	total := b.opening[account]
	for i := range b.executed {
		total += b.executed[i].change(account)
	}
	return total
}

// change returns what the operation does to the account's balance.
func (o *operation) change(account string) int64 {
	switch account {
	case o.payee.account:
		return o.minor
	case o.payer.account:
		return -o.minor
	}
	return 0
}

// turnover is a day of an account.
type turnover struct {
	account          string
	on               prolong.Date
	opening, in, out int64
}

func (t turnover) closing() int64 { return t.opening + t.in - t.out }

// statement returns the turnovers of every account for the days from first to last, and the
// operations of these days, as far as they are executed.
func (b *bank) statement(first, last prolong.Date) (days []turnover, operations []operation) {
	for _, o := range b.executed {
		if !o.on.Before(first) && !o.on.After(last) {
			operations = append(operations, o)
		}
	}
	for _, account := range b.accounts {
		balance := b.opening[account]
		for i := range b.executed {
			if o := &b.executed[i]; o.on.Before(first) {
				balance += o.change(account)
			}
		}
		for day := first; !day.After(last); day = day.AddDays(1) {
			t := turnover{account: account, on: day, opening: balance}
			for i := range operations {
				if o := &operations[i]; o.on == day {
					if c := o.change(account); c > 0 {
						t.in += c
					} else {
						t.out -= c
					}
				}
			}
			balance = t.closing()
			if bankingDay(day) {
				days = append(days, t)
			}
		}
	}
	return days, operations
}

// bankingDay says whether the bank executes orders on the day.
func bankingDay(d prolong.Date) bool {
	return d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
}

// nextBankingDay returns d, or the first banking day after it.
func nextBankingDay(d prolong.Date) prolong.Date {
	for !bankingDay(d) {
		d = d.AddDays(1)
	}
	return d
}

// bankingDaysBack returns the banking day n banking days before d, d included.
func bankingDaysBack(d prolong.Date, n int) prolong.Date {
	for n > 1 || !bankingDay(d) {
		if bankingDay(d) {
			n--
		}
		d = d.AddDays(-1)
	}
	return d
}

// kopecks writes an amount as statements do: 14900.00.
func kopecks(minor int64) string { return fmt.Sprintf("%d.%02d", minor/100, minor%100) }
