package matchbench

import (
	"fmt"
	"strings"

	"prolong"
)

// remains are distortions of what a bank leaves of a payment: its own name in front of the payer's, a
// field that is too short, requisites of a neighbour. Each rule that reads them has one that would
// break it.
var remains = []distortion{
	rewrite(108, "code_in_pairs", func(d *draft) {
		sep := pick(d.rng, []string{"-", ".", " "})
		d.number, d.bent = strings.Join([]string{d.code[:2], d.code[2:4], d.code[4:6], d.code[6:]}, sep), true
	}),
	mistype(109, "letter_for_every_digit", LabelA, func(_ *draft, c []byte) []byte {
		if strings.Count(strings.Trim(string(c), "0136"), "")-1 < 4 {
			return nil // hardly a number any more
		}
		return []byte(strings.NewReplacer("0", "О", "1", "l", "3", "З", "6", "б").Replace(string(c)))
	}),
	{110, 'F', "own_card", LabelA, func(d *draft) bool {
		if d.noNumber || d.trap != 0 || !d.sub.Person || d.sub.Country != prolong.Russia || len(d.sub.Open) != 1 || d.p.Amount != d.inv.Residual || !d.silent("Оплата за {s}. {v}", "Оплата за услуги", "За {s}, {v}", "Абонентская плата. {v}") {
			return false
		}
		d.card(d.sub)
		return true
	}},
	// Somebody else's card, with the sum that its owner owes as well, for this account.
	{111, 'F', "card_of_another", LabelX, func(d *draft) bool {
		o := d.cardholder()
		if o == nil || d.noNumber || d.trap != 0 || d.p.Amount != d.inv.Residual || !d.silent("Оплата за услуги за "+d.plainName(), "За "+d.plainName()+" за {s}. {v}") {
			return false
		}
		d.card(o)
		d.minor(o.Open[0].Residual.Minor())
		d.inexact, d.bent, d.trap, d.accounts = true, true, o.Account.ID, nil
		return true
	}},
	{112, 'C', "number_cut_late", LabelA, func(d *draft) bool {
		if d.noNumber || d.bent || d.typo || d.stale || d.inexact || len(d.several) > 0 || len(d.whole) > 0 || len(d.before) > 0 || d.payer != payerKnown || d.sub.Network || d.p.Amount != d.inv.Residual {
			return false
		}
		d.cut(d.code[:5+d.rng.IntN(3)])
		d.noNumber = true
		return true
	}},
	// A partner's code cut off, and by chance the sum that the payer himself owes.
	{113, 'C', "partner_cut_late", LabelX, func(d *draft) bool {
		if d.noNumber || d.bent || d.typo || d.decoy || d.trap != 0 || d.stale || d.inexact || len(d.several) > 0 || len(d.whole) > 0 || d.payer != payerKnown {
			return false
		}
		o := d.other()
		if strings.HasPrefix(o.Code(), d.code[:5]) {
			return false
		}
		d.p.PayerName, d.p.PayerTaxID, d.p.PayerAccount, d.p.PayerKPP = o.Account.Name, o.Account.TaxIDs[0], o.Account.BankAccounts[0], o.KPP
		d.minor(o.Open[0].Residual.Minor())
		d.cut(d.code[:5+d.rng.IntN(3)])
		d.noNumber, d.inexact, d.payer, d.trap, d.accounts = true, true, payerOther, o.Account.ID, nil
		return true
	}},
	numbers(114, "numbers_make_the_sum", LabelA, func(d *draft, o *Subscriber) {
		d.pattern = pick(d.rng, []string{"Оплата по счетам № ", "по сч. ", "Оплата рахунків № "}) + d.number + pick(d.rng, []string{" и ", ", ", ", № "}) + o.Open[0].Number + ". {v}"
		d.accounts = append(d.accounts, o.Account.ID)
		d.several = []int64{d.inv.Residual.Minor(), o.Open[0].Residual.Minor()}
	}),
	// One of the two numbers is a contract's.
	numbers(115, "contract_makes_the_sum", LabelX, func(d *draft, o *Subscriber) {
		d.pattern = "Оплата по договору № " + o.Code() + ", счет № " + d.number
		d.accounts, d.trap = nil, o.Account.ID
	}),
	// The bank account of another outlet of the same company, and no tax id.
	{116, 'H', "sister_account", LabelA, func(d *draft) bool {
		if d.noNumber || d.bent || d.typo || d.decoy || d.trap != 0 || d.stale || d.inexact || len(d.whole) > 0 || d.payer != payerKnown || !d.visitOutlet(func(*Subscriber) bool { return true }) {
			return false
		}
		d.p.PayerTaxID, d.p.PayerAccount = pick(d.rng, []string{"", "0", "0000000000"}), d.sister().Account.BankAccounts[0]
		d.bent = true
		return true
	}},
	// The bank account of another client: who pays is certain, and it is not this one.
	{117, 'H', "account_of_another", LabelX, func(d *draft) bool {
		if d.noNumber || d.payer != payerKnown || d.trap != 0 || d.decoy || len(d.several) > 0 {
			return false
		}
		o := d.other()
		d.p.PayerTaxID, d.p.PayerAccount = "", o.Account.BankAccounts[0]
		d.decoy = true // his tax id in the text would say for whom
		d.payer, d.trap = payerOther, o.Account.ID
		return true
	}},
}

// numbers is a distortion of a payment whose sum two accounts' invoices make together.
func numbers(id int, name string, label Label, fn func(d *draft, o *Subscriber)) distortion {
	return distortion{id, 'G', name, label, func(d *draft) bool {
		if d.noNumber || d.bent || d.typo || d.decoy || d.trap != 0 || d.stale || d.inexact || len(d.several) > 0 || len(d.whole) > 0 || d.payer == payerOther || d.p.Amount != d.inv.Residual {
			return false
		}
		o := d.other()
		fn(d, o)
		d.minor(d.inv.Residual.Minor() + o.Open[0].Residual.Minor())
		d.bent = true
		return true
	}}
}

// cut lets the field end with the beginning of a number.
func (d *draft) cut(number string) {
	d.pattern, d.number, d.bent, d.noDate = "Оплата за {s} по {a} {n}", number, true, true
	d.whole = append(d.whole, func(s string) string {
		if i := strings.LastIndex(s, number); i >= 0 {
			return s[:i+len(number)]
		}
		return s
	})
}

// card makes the payment come from a person's card: the bank stands in front, the person and his
// tax id behind.
func (d *draft) card(s *Subscriber) {
	d.p.PayerTaxID, d.p.PayerKPP, d.p.PayerAccount = "7707083893", "773601001", "30233810"+digits(d.rng, 12)
	d.p.PayerName = fmt.Sprintf("ПАО СБЕРБАНК//%s//%s//%s//", strings.ToUpper(s.Director), digits(d.rng, 13), s.INN)
}

// cardholder returns an entrepreneur with a card, another one than the payer.
func (d *draft) cardholder() *Subscriber {
	for range 500 {
		o := pick(d.rng, d.w.Subscribers)
		if o.Person && o.Country == prolong.Russia && d.p.Amount.Currency() == prolong.RUB && o.Account.TaxIDs[0] != d.sub.Account.TaxIDs[0] {
			return o
		}
	}
	return nil
}
