package simulation

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"prolong"
)

// order is a payment order that is planned and, when its time comes, executed by the bank.
type order struct {
	operation
	kind   Kind
	client *client // nil for others than clients
	bill   *bill
	shares []Share // whose money it is; nil for nobody's
	done   bool
}

// The working hours of those who pay.
const (
	officeOpens  = 9 * time.Hour
	officeCloses = 18 * time.Hour
)

// read lets a client read a letter and plan what he does about it.
func (w *world) read(l letter, now time.Time) error {
	b, ok, err := readBill(l)
	if err != nil || !ok {
		return err
	}
	c := w.byEmail[l.to]
	if known := c.bills[b.number]; known != nil {
		w.remind(known, now)
		return nil
	}
	b.client = c
	c.bills[b.number] = b
	if b.minor > 0 { // otherwise his balance has paid it
		w.plan(b, now)
	}
	return nil
}

// remind moves what the client has not paid yet to the next hours, if a reminder is what he
// waits for.
func (w *world) remind(b *bill, now time.Time) {
	if b.client.habit != KindReminded {
		return
	}
	rng := w.chance(b.client.externalID, b.running(), "reminded")
	for _, o := range b.pending {
		if at := w.workingTime(rng, w.day(now).AddDays(rng.IntN(2)), now); !o.done && at.Before(o.at) {
			o.at = at
		}
	}
}

// plan decides by the client's habit when and how he pays the bill.
func (w *world) plan(b *bill, now time.Time) {
	c := b.client
	rng := w.chance(c.externalID, b.running(), "plan")
	today, term := w.day(now), b.lastPaid()
	day := term.AddDays(-1 - rng.IntN(6))
	if soonest := today.AddDays(rng.IntN(3)); day.Before(soonest) {
		day = soonest
	}
	pay := func(day prolong.Date, minor int64, purpose string) *order {
		o := w.orderOf(b, w.workingTime(rng, day, now), minor, purpose)
		if c.joint {
			o.at = w.workingTime(w.chance("network", strconv.Itoa(c.network), b.from.String()), day, now)
		}
		return o
	}
	switch c.habit {
	case KindNever:
	case KindEarly:
		pay(today.AddDays(rng.IntN(2)), b.minor, b.purpose)
	case KindLate:
		pay(term.AddDays(2+rng.IntN(8)), b.minor, b.purpose)
	case KindReminded:
		pay(term.AddDays(1+rng.IntN(3)), b.minor, b.purpose)
	case KindNoNumber:
		pay(day, b.minor, withoutNumber(rng, b))
	case KindSloppy:
		pay(day, b.minor, sloppyWordings[rng.IntN(len(sloppyWordings))](rng, b))
	case KindThirdParty:
		pay(day, b.minor, onBehalf(rng, b)).payer = c.payer
	case KindRounded:
		const hundred = 100_00
		pay(day, (b.minor+hundred-1)/hundred*hundred, b.purpose)
	case KindPartial:
		half := b.minor / 200 * 100
		pay(day, half, b.purpose)
		pay(day.AddDays(2), b.minor-half, b.purpose)
	case KindTwice:
		first := pay(day, b.minor, b.purpose)
		second := pay(day.AddDays(1+rng.IntN(3)), b.minor, b.purpose)
		second.shares[0].Invoice = "" // it is paid already
		if rng.IntN(3) == 0 {
			// The client-bank program sent the same order twice: genuine twins.
			second.at, second.docNo = first.at, first.docNo
		} else if second.at.Before(first.at) { // a weekend put both on one day
			second.at = first.at.Add(time.Minute)
		}
	default:
		if c.joint {
			day = w.jointDay(b, today)
		}
		pay(day, b.minor, b.purpose)
	}
}

// jointDay is the day on which the head of a network pays all bills of one term.
func (w *world) jointDay(b *bill, today prolong.Date) prolong.Date {
	day := b.lastPaid().AddDays(-1 - w.chance("network", strconv.Itoa(b.client.network), b.from.String()).IntN(6))
	if day.Before(today) {
		return today
	}
	return day
}

// orderOf plans an order of the bill's client.
func (w *world) orderOf(b *bill, at time.Time, minor int64, purpose string) *order {
	c := b.client
	c.orders++
	o := &order{kind: c.habit, client: c, bill: b, operation: operation{
		at: at, docNo: strconv.Itoa(c.orders), document: documentOrder, payer: c.party(), payee: w.bank.on(mainAccount), minor: minor, purpose: purpose,
	}, shares: []Share{{Account: c.externalID, Invoice: b.number, Amount: prolong.NewMoney(minor, prolong.RUB)}}}
	b.pending = append(b.pending, o)
	w.orders = append(w.orders, o)
	return o
}

// workingTime draws a moment of the first banking day from day on that is still to come.
func (w *world) workingTime(rng *rand.Rand, day prolong.Date, now time.Time) time.Time {
	day = nextBankingDay(day)
	at := day.Start(w.loc).Add(officeOpens + time.Duration(rng.IntN(int((officeCloses-officeOpens)/time.Minute)))*time.Minute)
	const reaction = 10 * time.Minute
	if at.After(now) {
		return at
	}
	if at = now.Add(reaction); at.Before(day.Start(w.loc).Add(officeCloses)) && bankingDay(w.day(at)) {
		return at
	}
	return nextBankingDay(w.day(now).AddDays(1)).Start(w.loc).Add(officeOpens + reaction)
}

// together puts the due orders of a joint network into one, as far as a purpose can name them.
func (w *world) together(due []*order) []*order {
	const billsMax = 5
	byNetwork := map[int][]*order{}
	var out []*order
	for _, o := range due {
		if o.client == nil || !o.client.joint {
			out = append(out, o)
			continue
		}
		group := byNetwork[o.client.network]
		if len(group) == 0 || len(group) == billsMax {
			group = nil
			out = append(out, o)
		}
		byNetwork[o.client.network] = append(group, o)
		if len(group) == 0 {
			continue
		}
		head := group[0]
		head.kind, head.minor = KindJoint, head.minor+o.minor
		head.shares = append(head.shares, o.shares...)
		bills := make([]*bill, 0, billsMax)
		for _, each := range byNetwork[o.client.network] {
			bills = append(bills, each.bill)
		}
		head.purpose = together(bills)
		o.done = true
	}
	return out
}

// execute lets the bank do what is due at now.
func (w *world) execute(now time.Time) {
	var due []*order
	rest := w.orders[:0]
	for _, o := range w.orders {
		if o.at.After(now) {
			rest = append(rest, o)
		} else {
			due = append(due, o)
		}
	}
	clear(w.orders[len(rest):])
	w.orders = rest
	slices.SortStableFunc(due, func(a, b *order) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return compareClients(a.client, b.client)
	})
	for _, o := range w.together(due) {
		o.done = true
		if !w.bank.execute(o.operation) {
			continue // the seller's own order, for which the money is not there
		}
		w.remember(o)
	}
}

func compareClients(a, b *client) int {
	switch {
	case a == nil || b == nil:
		return 0
	case a.externalID < b.externalID:
		return -1
	case a.externalID > b.externalID:
		return 1
	}
	return 0
}
