package matchbench

import (
	"fmt"
	"strconv"
	"strings"

	"prolong/banksync/match"
)

// sums are distortions of payments without a number whose sum is not an invoice's: each way in which a
// client's own sum comes about, and beside it the sum of somebody else that looks the same.
var sums = []distortion{
	{118, 'F', "price_again", LabelA, func(d *draft) bool {
		if !d.untouched() || !d.silent("Оплата за услуги. {v}", "за {s}", "Абонентская плата. {v}") {
			return false
		}
		d.closeAll()
		d.minor(d.sub.Price)
		return true
	}},
	{119, 'F', "price_of_another", LabelX, func(d *draft) bool {
		o := d.other()
		own, theirs := d.sub.Price, o.Open[0].Residual.Minor()
		if !d.untouched() || theirs == own || !d.silent("Оплата за услуги. {v}", "за {s}", "Предоплата за {s}") || strings.HasPrefix(d.pattern, "Предоплата") && theirs%own == 0 {
			return false
		}
		d.closeAll()
		d.minor(theirs)
		d.inexact, d.trap, d.accounts = true, d.sub.Account.ID, nil
		return true
	}},
	{120, 'F', "part_said", LabelA, func(d *draft) bool {
		if !d.untouched() || len(d.sub.Open) != 1 || !d.silent("Частичная оплата за {s}", "Оплата за {s}, часть", "доплата за {s}. {v}") {
			return false
		}
		d.minor(d.inv.Residual.Minor() / 2)
		d.bent = true
		return true
	}},
	{121, 'F', "kopecks_lost", LabelA, func(d *draft) bool {
		if !d.untouched() || len(d.sub.Open) != 1 || !d.silent("Оплата за {s}", "за услуги", "Абонплата") {
			return false
		}
		d.minor(d.inv.Residual.Minor() + pick(d.rng, []int64{-40, -1, 1, 40}))
		d.bent = true
		return true
	}},
	// Price lists hold sums that are close to each other.
	{122, 'F', "price_beside", LabelX, func(d *draft) bool {
		if !d.untouched() || len(d.sub.Open) != 1 || !d.silent("Оплата за {s}", "за услуги", "Абонплата") {
			return false
		}
		d.minor(d.inv.Residual.Minor() + pick(d.rng, []int64{-1000, -500, 500, 1000, 100}))
		d.inexact, d.bent, d.trap, d.accounts = true, true, d.sub.Account.ID, nil
		return true
	}},
	branch(123, "branch_pays", LabelA, func(*draft, *Subscriber) bool { return true }),
	branch(124, "branch_pays_sum_of_another", LabelX, func(d *draft, o *Subscriber) bool {
		if o.Open[0].Residual.Minor() == d.inv.Residual.Minor() {
			return false
		}
		d.minor(o.Open[0].Residual.Minor())
		d.inexact, d.trap, d.accounts = true, o.Account.ID, nil
		return true
	}),
	named(125, "stranger_names_client", LabelA, func(d *draft) string { return d.sub.Account.TaxIDs[0] }),
	// The name is one client's, the tax id another's.
	named(126, "stranger_names_two", LabelX, func(d *draft) string {
		o := d.other()
		d.trap, d.accounts = o.Account.ID, nil
		return o.Account.TaxIDs[0]
	}),
	// What people write before a bank account stands before the first of two codes.
	numbers(127, "account_word_hides_code", LabelR, func(d *draft, o *Subscriber) {
		d.pattern = pick(d.rng, []string{"Расч. сч. ", "на р/с ", "Корр. счет "}) + d.number + ", " + o.Open[0].Number + ". {v}"
		d.accounts = append(d.accounts, o.Account.ID)
		d.several = []int64{d.inv.Residual.Minor(), o.Open[0].Residual.Minor()}
	}),
	ownBooks(128, "own_books_number", LabelR, "за подписку", "абонплата", "за лицензию"),
	// Another seller's invoice of the same day and the same sum.
	ownBooks(129, "another_sellers_number", LabelX, "за столы", "", "за вывеску", "услуги", "монтаж касс", "за обслуживание лифтов"),
	// Interest is no tax rate.
	{130, 'F', "interest", LabelX, func(d *draft) bool {
		if !d.untouched() || !d.silent("Проценты по договору за {s}", "10 процентов годовых, без НДС", "Оплата процентов. {v}") {
			return false
		}
		d.bent, d.trap, d.accounts = true, d.sub.Account.ID, nil
		return true
	}},
}

// untouched says whether nothing else has been done to the payment.
func (d *draft) untouched() bool {
	return !d.noNumber && !d.bent && !d.typo && !d.decoy && d.trap == 0 && !d.stale && !d.inexact && len(d.several) == 0 && len(d.whole) == 0 && len(d.before) == 0 && d.payer == payerKnown && d.p.Amount == d.inv.Residual
}

// closeAll pays what the account owes before the payment comes.
func (d *draft) closeAll() {
	for _, inv := range d.sub.Open {
		d.before = append(d.before, match.InvoiceClosed{ID: inv.ID, AccountID: inv.AccountID, Number: inv.Number})
		d.after = append(d.after, match.InvoicePut{Invoice: inv})
	}
	d.bent = true
}

// branch is a payment without a number from the branch of a Russian company, with its КПП.
func branch(id int, name string, label Label, fn func(d *draft, o *Subscriber) bool) distortion {
	return distortion{id, 'H', name, label, func(d *draft) bool {
		if !d.untouched() || !d.visitOutlet(func(s *Subscriber) bool { return s.Branch != "" && len(s.Open) == 1 }) || len(d.sister().Open) > 1 {
			return false
		}
		if !fn(d, d.sister()) {
			return false
		}
		d.p.PayerKPP = d.sub.Branch
		d.pattern = pick(d.rng, []string{"Оплата за обслуживание", "Оплата услуг. {v}", "за подписку"})
		d.noNumber, d.noDate, d.bent, d.outlet = true, true, true, true
		d.whole = append(d.whole, strings.TrimSpace)
		return true
	}}
}

// named is a payment of somebody unknown who writes for whom he pays.
func named(id int, name string, label Label, taxID func(d *draft) string) distortion {
	return distortion{id, 'H', name, label, func(d *draft) bool {
		if !d.untouched() || d.sub.Network || d.sub.Namesake || len(d.sub.Open) != 1 {
			return false
		}
		word := map[bool]string{true: "ИНН", false: "код"}[d.sub.Country != "UA"]
		d.pattern = fmt.Sprintf("%s {s} за %s %s %s", pick(d.rng, []string{"Оплата за", "Проплата за"}), d.sub.Account.Name, word, taxID(d))
		d.p.PayerName, d.p.PayerTaxID, d.p.PayerAccount = d.stranger()
		d.p.PayerKPP = ""
		d.noNumber, d.noDate, d.bent, d.namesItem, d.payer = true, true, true, true, payerOther
		d.whole = append(d.whole, strings.TrimSpace)
		return true
	}}
}

// ownBooks is a payment that quotes a short number with the day of our invoice.
func ownBooks(id int, name string, label Label, subjects ...string) distortion {
	return distortion{id, 'F', name, label, func(d *draft) bool {
		if !d.untouched() || len(d.sub.Open) != 1 {
			return false
		}
		text := "Оплата по счету № " + strconv.Itoa(1+d.rng.IntN(899)) + " " + formatDate("от {d}", d.sub.Country, d.inv.IssuedOn) + " " + pick(d.rng, subjects)
		if !d.silent(text) {
			return false
		}
		d.bent = true
		if label == LabelX {
			d.trap, d.accounts = d.sub.Account.ID, nil
		}
		return true
	}}
}
