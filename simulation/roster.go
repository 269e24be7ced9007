package simulation

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"strings"

	"prolong"
)

// client is a virtual business: what the vendor's system exports of it, and its habits.
type client struct {
	externalID, legalForm, name, taxID, kpp string
	email, phone                            string
	bank                                    bankOffice
	account                                 string
	offer                                   offer
	agreedMinor                             int64 // 0 takes the plan's price
	paidThrough                             prolong.Date
	joinsOn                                 prolong.Date

	habit     Kind
	nameStyle int
	// payer pays instead of a client of the habit third_party; it may be a client of ours too.
	payer         party
	payerIsClient bool
	// network is the outlets' common number, 0 for none; a joint network pays all at once.
	network int
	joint   bool

	bills  map[string]*bill
	orders int // running number of payment orders
}

// The make-up of the clients (matching.md 7.1), in parts of a hundred.
const (
	networkPercent  = 10 // outlets of a network under one tax id
	outletsMax      = 6
	namesakePercent = 3
	traderPercent   = 25
	agreedPercent   = 4 // have a price of their own
	joinerPercent   = 5 // join during the history
	unnamedAccount  = 30
)

// The ranges of running numbers that tax ids and accounts are scattered from.
const (
	partnerNumbers  = 1_000_000
	strangerNumbers = 2_000_000
)

// recruiter makes up the clients.
type recruiter struct {
	rng        *rand.Rand
	names      *namer
	start, end prolong.Date
	habits     []Kind
	networks   int
	list       []*client
}

// recruit returns n clients whose first of history is start.
func recruit(rng *rand.Rand, n int, start, end prolong.Date) []*client {
	r := &recruiter{rng: rng, names: newNamer(rng), start: start, end: end, habits: dealHabits(rng, n)}
	outlets := n * networkPercent / 100
	for len(r.list) < outlets && n-len(r.list) >= 2 {
		r.network(min(2+rng.IntN(outletsMax-1), n-len(r.list)))
	}
	for len(r.list) < n {
		r.single()
	}
	return r.list
}

// add finishes a client whose identity is set.
func (r *recruiter) add(c *client) {
	n := len(r.list)
	c.externalID = fmt.Sprintf("c%05d", n+1)
	c.email, c.phone = fmt.Sprintf("buh.%05d@example.test", n+1), phoneOf(n)
	c.bank = payerBanks[r.rng.IntN(len(payerBanks))]
	ledger := ledgerCompany
	if c.legalForm == "ИП" {
		ledger = ledgerTrader
	}
	c.account = bankAccount(ledger, c.bank, n)
	c.habit, c.nameStyle = r.habits[n], r.rng.IntN(3)
	c.bills, c.orders = map[string]*bill{}, r.rng.IntN(900)
	if r.rng.IntN(100) < agreedPercent {
		c.agreedMinor = c.offer.minor * 9 / 10
	}
	if c.habit == KindThirdParty {
		c.payer = partner(r.rng, r.names, n)
		if n > 0 && r.list[n-1].taxID != c.taxID && r.rng.IntN(3) == 0 {
			c.payer, c.payerIsClient = r.list[n-1].party(), true
		}
	}
	r.list = append(r.list, c)
}

// partner is another company of the same owner.
func partner(rng *rand.Rand, names *namer, n int) party {
	id := companyTaxID(partnerNumbers + n)
	bank := payerBanks[rng.IntN(len(payerBanks))]
	return party{name: asBanksWrite("ООО", names.company(), rng.IntN(3)), taxID: id, kpp: kppOf(id, 0), account: bankAccount(ledgerCompany, bank, partnerNumbers+n), bank: bank}
}

func (r *recruiter) single() {
	n := len(r.list)
	c := &client{offer: r.offer()}
	c.paidThrough = r.paidThrough(c.offer)
	switch older := r.namesake(); {
	case older != nil:
		c.legalForm, c.name = older.legalForm, older.name
	case r.rng.IntN(100) < traderPercent:
		c.legalForm, c.name = "ИП", r.names.trader()
	default:
		c.legalForm, c.name = "ООО", r.names.company()
	}
	if c.legalForm == "ИП" {
		c.taxID = personTaxID(n)
	} else {
		c.taxID = companyTaxID(n)
		c.kpp = kppOf(c.taxID, 0)
	}
	if days := r.end.DaysSince(r.start); days > 14 && r.rng.IntN(100) < joinerPercent {
		c.joinsOn = r.start.AddDays(3 + r.rng.IntN(days-10))
		c.paidThrough = c.joinsOn.AddDays(7 + r.rng.IntN(8)) // a trial
	}
	r.add(c)
}

// namesake returns an earlier company whose name the next one has by accident, or nil.
func (r *recruiter) namesake() *client {
	if len(r.list) == 0 || r.rng.IntN(100) >= namesakePercent {
		return nil
	}
	return r.list[r.rng.IntN(len(r.list))]
}

// network adds the outlets of one company: one tax id and name, accounts of their own.
func (r *recruiter) network(outlets int) {
	r.networks++
	id, name := companyTaxID(len(r.list)), r.names.company()
	joint := r.networks%2 == 1
	// A network that pays at once has all its outlets on one plan and one day.
	common := r.offer()
	through := r.paidThrough(common)
	for i := range outlets {
		c := &client{legalForm: "ООО", name: name, taxID: id, kpp: kppOf(id, i), network: r.networks, joint: joint, offer: common, paidThrough: through}
		if !joint {
			c.offer = r.offer()
			c.paidThrough = r.paidThrough(c.offer)
		}
		r.add(c)
		c.bank, c.account = r.list[len(r.list)-1-i].bank, r.list[len(r.list)-1-i].account
		if joint {
			c.habit = KindExact
		}
	}
}

func (r *recruiter) offer() offer {
	total := 0
	for _, o := range offers {
		total += o.weight
	}
	at := r.rng.IntN(total)
	for _, o := range offers {
		if at -= o.weight; at < 0 {
			return o
		}
	}
	return offers[0]
}

// paidThrough spreads the terms of those who are clients already: some have just run out,
// the others run out one after the other.
func (r *recruiter) paidThrough(o offer) prolong.Date {
	const overdueDays = 5
	days := o.term.After(r.start, r.start.Day()).DaysSince(r.start)
	return r.start.AddDays(r.rng.IntN(days+overdueDays) - overdueDays)
}

// legalName is the name with its legal form, as on papers.
func (c *client) legalName() string { return c.legalForm + " " + c.name }

// party returns the client as payer.
func (c *client) party() party {
	return party{name: asBanksWrite(c.legalForm, c.name, c.nameStyle), taxID: c.taxID, kpp: c.kpp, account: c.account, bank: c.bank}
}

// exportRoster writes the clients who have joined by the day as the vendor's own system
// exports them.
func exportRoster(clients []*client, by prolong.Date) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma = ';'
	header := "external_id,name,legal_form,country,tax_id,kpp,email,phone,bank_account,bank_bic,plan,price,currency,paid_through"
	if err := w.Write(strings.Split(header, ",")); err != nil {
		return nil, err
	}
	for i, c := range clients {
		if c.joinsOn.After(by) {
			continue
		}
		price, account, bic := "", c.account, c.bank.bic
		if c.agreedMinor != 0 {
			price = strings.Replace(prolong.NewMoney(c.agreedMinor, prolong.RUB).String(), ".", ",", 1)
		}
		if i*37%100 < unnamedAccount {
			account, bic = "", "" // not every vendor's system knows it
		}
		if err := w.Write([]string{c.externalID, c.name, c.legalForm, "RU", c.taxID, c.kpp, c.email, c.phone, account, bic, c.offer.key, price, "RUB", c.paidThrough.String()}); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}
