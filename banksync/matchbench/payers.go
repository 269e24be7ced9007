package matchbench

import (
	"fmt"
	"strings"

	"prolong"
)

// stranger returns requisites that belong to nobody in the world.
func (d *draft) stranger() (name, taxID, account string) {
	s := d.w.newcomer(d.rng)
	return s.Account.Name, s.Account.TaxIDs[0], d.w.bankAccount(d.rng, s.Country, s.Person)
}

// fresh gives the payer a bank account that was never seen.
func (d *draft) fresh() { d.p.PayerAccount = d.w.bankAccount(d.rng, d.sub.Country, d.sub.Person) }

func payer(id int, name string, label Label, fn func(d *draft) bool) distortion {
	return distortion{id, 'H', name, label, func(d *draft) bool {
		if d.noNumber || d.payer != payerKnown {
			return false
		}
		return fn(d)
	}}
}

// plainName is the name without quotes, as people write it.
func (d *draft) plainName() string { return d.sub.Form + " \"" + d.nameCore() + "\"" }

func (d *draft) nameCore() string {
	if d.sub.Network {
		return strings.Join(d.sub.Core[:len(d.sub.Core)-1], " ")
	}
	return strings.Join(d.sub.Core, " ")
}

var payers = []distortion{
	payer(65, "third_party", LabelA, func(d *draft) bool {
		d.p.PayerName, d.p.PayerTaxID, d.p.PayerAccount = d.stranger()
		d.p.PayerKPP = ""
		word := map[prolong.Country]string{prolong.Russia: "ИНН", prolong.Ukraine: "ЄДРПОУ", prolong.Kazakhstan: "БИН"}[d.sub.Country]
		d.pre = append(d.pre, fmt.Sprintf(pick(d.rng, []string{"за %s %s %s", "Оплата за %s, %s %s,", "Оплата за клиента %s (%s %s)"}), d.plainName(), word, d.sub.Account.TaxIDs[0]))
		d.payer, d.namesItem = payerOther, true
		return true
	}),
	payer(66, "third_party_silent", LabelR, func(d *draft) bool {
		if d.bent || d.typo || d.decoy {
			return false
		}
		d.p.PayerName, d.p.PayerTaxID, d.p.PayerAccount = d.stranger()
		d.p.PayerKPP = ""
		d.pattern, d.noNumber, d.payer, d.accounts = "Оплата за услуги. {v}", true, payerOther, nil
		return true
	}),
	payer(67, "partner_pays", LabelX, func(d *draft) bool {
		if d.trap != 0 {
			return false
		}
		o := d.other()
		d.p.PayerName, d.p.PayerTaxID, d.p.PayerAccount, d.p.PayerKPP = o.Account.Name, o.Account.TaxIDs[0], o.Account.BankAccounts[0], o.KPP
		d.payer, d.trap = payerOther, o.Account.ID
		return true
	}),
	payer(68, "director_via_bank", LabelA, func(d *draft) bool {
		if d.sub.Country != prolong.Russia {
			return false
		}
		d.p.PayerTaxID, d.p.PayerKPP, d.p.PayerAccount = "7707083893", "773601001", "30233810"+digits(d.rng, 12)
		line := fmt.Sprintf("ПАО СБЕРБАНК//%s//%s//%s//", strings.ToUpper(d.sub.Director), digits(d.rng, 13), d.sub.INN)
		if d.rng.Float64() < 0.5 {
			d.p.PayerName = line
		} else {
			d.p.PayerName = "ПАО СБЕРБАНК"
			d.pre = append(d.pre, line)
		}
		d.payer, d.namesItem = payerOther, d.sub.Person
		return true
	}),
	payer(69, "new_account", LabelA, func(d *draft) bool { d.fresh(); return true }),
	payer(70, "renamed", LabelA, func(d *draft) bool { d.p.PayerName, _, _ = d.stranger(); return true }),
	payer(71, "branch_kpp", LabelA, func(d *draft) bool {
		if d.sub.KPP == "" {
			return false
		}
		d.p.PayerKPP = d.sub.KPP[:4] + "45001"
		d.p.PayerName = "Филиал " + d.p.PayerName
		return true
	}),
	payer(72, "no_tax_id", LabelA, func(d *draft) bool {
		d.p.PayerTaxID = pick(d.rng, []string{"", "0", "0000000000", "000000000000"})
		d.p.PayerKPP = ""
		d.fresh()
		d.payer = payerNamed
		if d.sub.Network {
			d.payer = payerOther
		}
		return true
	}),
	payer(73, "spelling_of_name", LabelA, func(d *draft) bool {
		core := d.nameCore()
		full := map[string]string{
			"ООО": "Общество с ограниченной ответственностью", "ТОВ": "Товариство з обмеженою відповідальністю", "ТОО": "Товарищество с ограниченной ответственностью",
			"ИП": "Индивидуальный предприниматель", "ФОП": "Фізична особа-підприємець",
		}[d.sub.Form]
		d.p.PayerName = pick(d.rng, []string{full + " «" + core + "» г.Омск", core + " " + d.sub.Form, strings.ToUpper(full) + " \"" + strings.ToUpper(core) + "\" Р/С 40702810000000000005", d.sub.Form + " ''" + core + "''"})
		return true
	}),
	payer(74, "transliterated", LabelA, func(d *draft) bool {
		d.p.PayerName = strings.ToUpper(latin(d.sub.Form + " " + d.nameCore()))
		if d.rng.Float64() < 0.3 {
			d.p.PayerTaxID = ""
			d.fresh()
			d.payer = payerOther
		}
		return true
	}),
	payer(75, "wrong_tax_id", LabelR, func(d *draft) bool {
		b := []byte(d.p.PayerTaxID)
		i := d.rng.IntN(len(b))
		b[i] = byte('0' + (int(b[i]-'0')+1+d.rng.IntN(9))%10)
		d.p.PayerTaxID = string(b)
		d.payer = payerOther
		return true
	}),
}

// latin spells a Cyrillic text in Latin letters, as banks abroad do.
func latin(s string) string {
	table := strings.NewReplacer(
		"Щ", "SHCH", "Ж", "ZH", "Х", "KH", "Ц", "TS", "Ч", "CH", "Ш", "SH", "Ю", "YU", "Я", "YA", "А", "A", "Б", "B", "В", "V", "Г", "G", "Д", "D", "Е", "E", "Ё", "E", "З", "Z",
		"И", "I", "Й", "Y", "К", "K", "Л", "L", "М", "M", "Н", "N", "О", "O", "П", "P", "Р", "R", "С", "S", "Т", "T", "У", "U", "Ф", "F", "Ъ", "", "Ы", "Y", "Ь", "", "Э", "E", "І", "I", "Ї", "YI", "Є", "YE", "«", "\"", "»", "\"")
	return table.Replace(strings.ToUpper(s))
}

// poison are payments that are nobody's.
var poison = []distortion{
	{76, 'I', "refund", LabelX, func(d *draft) bool {
		if d.rng.Float64() < 0.6 {
			d.p.PayerName, d.p.PayerTaxID, d.p.PayerAccount = d.stranger()
		}
		d.pattern = pick(d.rng, []string{
			"Возврат ошибочно перечисленных средств по п/п 58291", "Возврат по письму от 01.02.2026 ошибочно перечисленных денежных средств по сч. {n}", "Повернення помилково перерахованих коштів ПД № 2 від 30.12.2022 р.",
			"Возврат излишне уплаченной суммы по счету {n}", "возврат аванса по договору 44", "Повернення коштів згідно листа", "Возврат средств",
		})
		d.accounts = nil
		return true
	}},
	{77, 'I', "other_vendor", LabelX, func(d *draft) bool {
		if d.rng.Float64() < 0.5 {
			d.p.PayerName, d.p.PayerTaxID, d.p.PayerAccount = d.stranger()
		}
		d.pattern = pick(d.rng, []string{
			"по счету № 1595/92 за столы", "Оплата по счету № {x} от 14.01.2026 за мебель. {v}", "Оплата по сч. {x} за транспортные услуги", "За металл по счету ХИМ-ММР{x} от 22.01.2026", "Оплата за комплектующие зг. рах.№ {x}",
			"аванс по договору поставки № {x}", "Оплата за аренду помещения за февраль 2026", "по накладной {x} за товар", "Оплата по счету {x} от 03.02.2026. {v}", "Оплата за рекламные услуги", "Оплата за кофе и чай", "Оплата заказа {x}",
			"Оплата по счету №00{x} от 10.01.2026 за подключение к сети интернет и аванс за услуги.", "Оплата за канцтовары, счет {x}",
			"Оплата за электромонтажные работы", "Агентское вознаграждение за январь", "за эл. энергию", "Оплата за подключение к газопроводу", "за офис", "Настройка фортепиано", "Обновление парка машин", "Ремонт кассы",
		})
		d.pattern = strings.ReplaceAll(d.pattern, "{x}", digits(d.rng, 3+d.rng.IntN(4)))
		d.accounts = nil
		return true
	}},
	{78, 'I', "register", LabelX, func(d *draft) bool {
		d.p.PayerName, d.p.PayerTaxID, d.p.PayerAccount = d.stranger()
		d.p.PayerName = pick(d.rng, []string{"ООО НКО «Пример Платеж»", "АО \"ПРИМЕР БАНК\"", d.p.PayerName})
		d.pattern = pick(d.rng, []string{
			"по реестру № 58 от 03.02.2026 комиссия 120-50", "Перевод средств по договору эквайринга 45-ЭК от 01.01.2020. Комиссия 120-50. Реестр 58", "Принятые платежи за 02.02.2026 Общая сумма платежей 7820.00 по реестру 12",
			"Возмещение по операциям с картами, реестр № 558 от 02.02.26. Без НДС",
		})
		d.accounts = nil
		return true
	}},
	{79, 'I', "popular_sum_empty", LabelX, func(d *draft) bool {
		d.p.PayerName, d.p.PayerTaxID, d.p.PayerAccount = d.stranger()
		d.pattern = pick(d.rng, []string{"", "оплата", "Оплата за услуги", "Услуги", "Оплата по договору", "перевод средств"})
		d.accounts = nil
		return true
	}},
}
