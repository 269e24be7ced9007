package matchbench

import (
	"fmt"
	"strings"
)

// further are distortions that other people's payments have taught: each looks like evidence for
// one of the rules, or hides it.
var further = []distortion{
	// A register, a shop, a house: numbers of the payer's own world.
	decoy(83, "place_number", LabelA, func(d *draft) bool {
		text := pick(d.rng, []string{"касса №7, ЗН ККТ 9622066476529387", "магазин № 5", "ККТ рег. № 0003622547033318", "торговая точка 12", "склад №2", "аптека №14"})
		return pick(d.rng, []func(*draft) bool{before(text), behind(text)})(d)
	}),
	decoy(84, "contract_series", LabelA, func(d *draft) bool {
		d.odd = len(d.sub.Account.Contracts) > 0
		return before("зг договору БВ 13/07-2023 від 17.07.2023,", "по дог. КС 214/24 от 12.03.2024,", "договор № ПК 88-1 от 01.02.2025;")(d)
	}),
	// Letters that some hands and some eyes take for a digit.
	mistype(85, "unusual_letter", LabelA, func(d *draft, c []byte) []byte {
		letters := map[byte][]string{'7': {"T", "Т"}, '6': {"b"}, '3': {"Э"}, '0': {"D"}}
		for k := range len(c) - 1 {
			i := 1 + (d.rng.IntN(len(c)-1)+k)%(len(c)-1)
			if l, ok := letters[c[i]]; ok {
				return []byte(string(c[:i]) + pick(d.rng, l) + string(c[i+1:]))
			}
		}
		return nil
	}),
	rewrite(86, "running_number_apart", func(d *draft) {
		d.number = d.code + pick(d.rng, []string{",", ":", " N", " №"}) + fmt.Sprintf("%02s", d.suffix())
		d.bent = true
	}),
	{87, 'E', "date_broken", LabelA, func(d *draft) bool {
		y, m, day := d.inv.IssuedOn.YMD()
		d.date = pick(d.rng, []string{fmt.Sprintf("от %02d.%02d .%d", day, m, y), fmt.Sprintf("от %02d.%02d.%d %02d", day, m, y/100, y%100), fmt.Sprintf("от %02d.%02d. %d", day, m, y)})
		return true
	}},
	// The partner's code with two slips of the pen, and by chance the sum that the payer himself owes.
	{88, 'H', "partner_mistyped_twice", LabelX, func(d *draft) bool {
		if d.noNumber || d.bent || d.typo || d.decoy || d.trap != 0 || d.payer != payerKnown || d.stale || d.inexact || len(d.whole) > 0 || !strings.Contains(d.number, d.code) {
			return false
		}
		o := d.other()
		c := []byte(d.code)
		for range 2 {
			i := d.rng.IntN(len(c))
			c[i] = byte('0' + (int(c[i]-'0')+1+d.rng.IntN(9))%10)
		}
		d.p.PayerName, d.p.PayerTaxID, d.p.PayerAccount, d.p.PayerKPP = o.Account.Name, o.Account.TaxIDs[0], o.Account.BankAccounts[0], o.KPP
		d.p.Amount = o.Open[0].Residual
		d.number = strings.Replace(d.number, d.code, string(c), 1)
		d.code, d.typo, d.payer, d.trap, d.inexact, d.accounts = string(c), true, payerOther, o.Account.ID, true, nil
		return true
	}},
	// Months that the text counts, at the price of somebody else's.
	{89, 'G', "months_of_another", LabelX, func(d *draft) bool {
		if d.trap != 0 || d.decoy {
			return false
		}
		o := d.other()
		n := pick(d.rng, []int64{3, 6, 12})
		for _, inv := range d.sub.Open {
			for k := int64(1); k <= 36; k++ {
				if inv.Residual.Minor()*k == o.Open[0].Residual.Minor()*n {
					return false // it may well be his own
				}
			}
		}
		if !d.silent(map[int64]string{3: "Оплата за услуги за 3 месяца. {v}", 6: "Абонентская плата за полгода", 12: "за подписку за год"}[n]) {
			return false
		}
		d.bent = true // another text would take the months away
		d.minor(o.Open[0].Residual.Minor() * n)
		d.inexact, d.trap, d.accounts = true, d.sub.Account.ID, nil
		return true
	}},
	{102, 'G', "months_counted", LabelA, func(d *draft) bool {
		if len(d.sub.Open) != 1 || d.p.Amount != d.inv.Residual || d.inv.Period.From.AddMonths(1, d.inv.Period.From.Day()) != d.inv.Period.To || d.decoy {
			return false
		}
		n := 2 + d.rng.Int64N(5)
		text := fmt.Sprintf(pick(d.rng, []string{"Оплата за услуги за %d месяца. {v}", "за %d мес. {v}", "Абонентская плата, %d мес"}), n)
		if !d.silent(text) {
			return false
		}
		d.bent = true
		d.minor(d.inv.Residual.Minor() * n)
		return true
	}},
	// The outlet's own name instead of its number.
	streetOutlet(103, "outlet_named", LabelA, func(d *draft, _ *Subscriber) string { return d.sub.Street }),
	// Two outlets are named: nobody knows which one is meant.
	streetOutlet(104, "two_outlets_named", LabelX, func(d *draft, o *Subscriber) string {
		d.trap, d.accounts = o.Account.ID, nil
		return d.sub.Street + " и " + o.Street
	}),
	// The outlet is named, and the sum is another's.
	streetOutlet(105, "outlet_named_sum_of_another", LabelX, func(d *draft, o *Subscriber) string {
		if o.Open[0].Residual.Minor() == d.inv.Residual.Minor() {
			return ""
		}
		d.minor(o.Open[0].Residual.Minor())
		d.inexact, d.trap, d.accounts = true, o.Account.ID, nil
		return d.sub.Street
	}),
}

// streetOutlet is a distortion of an outlet's payment that says where the outlet is.
func streetOutlet(id int, name string, label Label, fn func(d *draft, o *Subscriber) string) distortion {
	return distortion{id, 'H', name, label, func(d *draft) bool {
		if d.noNumber || d.bent || d.typo || d.decoy || d.trap != 0 || d.stale || d.inexact || len(d.whole) > 0 || d.payer != payerKnown || !d.visitOutlet(func(s *Subscriber) bool { return s.Street != "" && len(s.Open) == 1 }) {
			return false
		}
		o := d.sister()
		if len(o.Open) > 1 {
			return false
		}
		where := fn(d, o)
		if where == "" {
			return false
		}
		d.pattern = pick(d.rng, []string{"Оплата за обслуживание, ", "Оплата услуг: ", "за точку "}) + where
		d.noNumber, d.noDate, d.bent, d.outlet = true, true, true, true
		d.whole = append(d.whole, strings.TrimSpace)
		return true
	}}
}

// lookalikePoison is strangers' money with numbers of our own form: eight digits and two, for
// other things.
var lookalikePoison = []distortion{
	{106, 'I', "strangers_long_number", LabelX, func(d *draft) bool {
		d.p.PayerName, d.p.PayerTaxID, d.p.PayerAccount = d.stranger()
		for {
			n := fmt.Sprintf("%d%s", 5+d.rng.IntN(5), digits(d.rng, 7))
			if d.w.taken[n] {
				continue // it would be our client's after all
			}
			d.pattern = pick(d.rng, []string{"Оплата по счету № ", "сч. ", "Оплата рахунку ", "Шот "}) + n + pick(d.rng, []string{"-01", "-12", ""}) + pick(d.rng, []string{"", " за услуги", " {v}"})
			break
		}
		d.accounts = nil
		return true
	}},
	{107, 'I', "strangers_code_elsewhere", LabelX, func(d *draft) bool {
		o := d.other()
		d.p.PayerName, d.p.PayerTaxID, d.p.PayerAccount = d.stranger()
		d.p.Amount = o.Open[0].Residual
		d.pattern = strings.ReplaceAll(pick(d.rng, []string{
			"по договору № {x} от 12.01.2026", "Акт сверки {x}", "за товар по накладной {x}", "Заказ {x}, доставка", "касса {x}", "полис {x}", "тел. {x}", "реестр {x}",
		}), "{x}", o.Code())
		d.accounts, d.trap = nil, o.Account.ID
		return true
	}},
}
