package matchbench

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/encoding/charmap"

	"prolong"
	"prolong/banksync/match"
)

// distortion is one entry of reference 7.2.
type distortion struct {
	id    int
	group byte // A to I; a payment has at most one of a group
	name  string
	label Label
	apply func(d *draft) bool // false: does not fit this payment
}

// rewrite is a distortion of the number's writing.
func rewrite(id int, name string, fn func(d *draft)) distortion {
	return distortion{id, 'A', name, LabelA, func(d *draft) bool {
		if d.noNumber || d.bent {
			return false
		}
		fn(d)
		return true
	}}
}

func (d *draft) suffix() string { return strings.TrimPrefix(d.number, d.code+"-") }

// bare drops anchor and date.
func (d *draft) bare(number string) {
	d.pattern, d.number, d.bent = "{n}", number, true
}

var writing = []distortion{
	rewrite(1, "anchor_short", func(d *draft) { d.pattern, d.noDate = "Опл. сч {n}", true }),
	rewrite(2, "anchor_nospace", func(d *draft) {
		d.pattern, d.noDate = pick(d.rng, []string{"сч{n}", "счет{n}", "рах{n}", "по сч{n}"}), true
	}),
	rewrite(3, "prefix_added", func(d *draft) {
		d.number = pick(d.rng, []string{"СЧ-", "Сч.на опл.№СЧ-", "№СЧ", "СЧ ", "И-", "N-"}) + d.number
	}),
	rewrite(4, "leading_zeros", func(d *draft) { d.number = pick(d.rng, []string{"00", "0", "0000", "000"}) + d.number }),
	rewrite(5, "suffix_slash", func(d *draft) {
		d.number = d.code + pick(d.rng, []string{"/", " /", "\\", "_", " - ", "–", "—", "."}) + d.suffix()
	}),
	rewrite(6, "suffix_glued", func(d *draft) { d.number = d.code + d.suffix(); d.bent = true }),
	rewrite(7, "nbsp", func(d *draft) {
		sep := pick(d.rng, []string{"\u00a0", "\u2009", "\u202f", " "})
		d.number, d.bent = d.code[:3]+sep+d.code[3:6]+sep+d.code[6:]+pick(d.rng, []string{"", "-" + d.suffix()}), true
	}),
	rewrite(8, "dots", func(d *draft) {
		sep := pick(d.rng, []string{".", "-"})
		d.number, d.bent = d.code[:3]+sep+d.code[3:6]+sep+d.code[6:], true
	}),
	rewrite(9, "date_glued", func(d *draft) {
		d.number += formatDate(pick(d.rng, []string{"от{y}", "от{d}", "от{d}г"}), d.sub.Country, d.inv.IssuedOn)
		d.date, d.bent = "", true
	}),
	rewrite(10, "date_glued_hard", func(d *draft) {
		y, m, day := d.inv.IssuedOn.YMD()
		d.number = d.code + pick(d.rng, []string{"", d.suffix()}) + fmt.Sprintf("%02d%02d%04d", day, m, y)
		d.date, d.bent = "", true
	}),
	rewrite(11, "kopeck_glued", func(d *draft) { d.number, d.bent = d.code+pick(d.rng, []string{"-00", ",00", ".00"}), true }),
	rewrite(12, "case", func(d *draft) {
		d.whole = append(d.whole, pick(d.rng, []func(string) string{strings.ToUpper, strings.ToLower, mixedCase}))
	}),
	rewrite(13, "long_words", func(d *draft) {
		d.pattern = pick(d.rng, []string{"на основании выставленного счета на оплату услуг номер {n} {v}", "Оплата за оказанные услуги в соответствии с выставленным счетом за номером {n} {d} {v}", "в счет оплаты услуг по счету, номер счета {n} {d}"})
		d.bent = d.bent || !strings.Contains(d.pattern, "{d}")
	}),
	rewrite(14, "ua_anchor", func(d *draft) {
		d.anchor = pick(d.rng, []string{"зг.рах.№", "рах-фактура ", "рахунку ", "рах-ку №", "РАХ. "})
	}),
	rewrite(15, "eng", func(d *draft) {
		d.pattern = pick(d.rng, []string{"Invoice {n} dd {d}", "Payment for invoice No. {n} dated {d}", "inv. {n}", "INV#{n} {d}"})
		d.date = formatDate("{d}", d.sub.Country, d.inv.IssuedOn)
		d.noDate = !strings.Contains(d.pattern, "{d}")
	}),
	rewrite(16, "translit_text", func(d *draft) {
		d.pattern = pick(d.rng, []string{"oplata po schetu {n} ot {d}", "Oplata scheta N {n} ot {d} za uslugi. Bez NDS", "za uslugi po sch. {n}"})
		d.date = formatDate("{d}", d.sub.Country, d.inv.IssuedOn)
		d.noDate = !strings.Contains(d.pattern, "{d}")
	}),
	rewrite(17, "number_only", func(d *draft) { d.bare(pick(d.rng, []string{d.code, d.number, "№" + d.code, d.number + "."})) }),
	rewrite(18, "year_inserted", func(d *draft) { d.number += pick(d.rng, []string{"/2026", "/26", "-2026", " / 2026"}) }),
}

func mixedCase(s string) string {
	r := []rune(s)
	for i := range r {
		if i%2 == 0 {
			r[i] = []rune(strings.ToUpper(string(r[i])))[0]
		} else {
			r[i] = []rune(strings.ToLower(string(r[i])))[0]
		}
	}
	return string(r)
}

// mistype replaces the code in the number by another one.
func mistype(id int, name string, label Label, fn func(d *draft, c []byte) []byte) distortion {
	return distortion{id, 'B', name, label, func(d *draft) bool {
		if d.noNumber || d.typo || !strings.Contains(d.number, d.code) {
			return false
		}
		wrong := string(fn(d, []byte(d.code)))
		if wrong == d.code || wrong == "" {
			return false
		}
		d.number = strings.Replace(d.number, d.code, wrong, 1)
		d.code, d.typo = wrong, true
		return true
	}}
}

var typing = []distortion{
	mistype(19, "transposition", LabelA, func(d *draft, c []byte) []byte {
		i := d.rng.IntN(len(c) - 1)
		c[i], c[i+1] = c[i+1], c[i]
		return c
	}),
	mistype(20, "jump_transposition", LabelA, func(d *draft, c []byte) []byte {
		i := d.rng.IntN(len(c) - 2)
		c[i], c[i+2] = c[i+2], c[i]
		return c
	}),
	mistype(21, "phonetic", LabelA, func(_ *draft, c []byte) []byte {
		for i := range len(c) - 1 {
			switch {
			case c[i] == '1' && c[i+1] >= '2':
				c[i], c[i+1] = c[i+1], '0'
				return c
			case c[i] >= '2' && c[i+1] == '0':
				c[i], c[i+1] = '1', c[i]
				return c
			}
		}
		return nil
	}),
	mistype(22, "omit1", LabelA, func(d *draft, c []byte) []byte {
		i := d.rng.IntN(len(c))
		return append(c[:i:i], c[i+1:]...)
	}),
	mistype(23, "doubled_digit", LabelA, func(d *draft, c []byte) []byte {
		i := d.rng.IntN(len(c))
		return append(append(append([]byte{}, c[:i+1]...), c[i]), c[i+1:]...)
	}),
	mistype(24, "two_errors", LabelR, func(d *draft, c []byte) []byte {
		for range 2 {
			i := d.rng.IntN(len(c))
			c[i] = byte('0' + (int(c[i]-'0')+1+d.rng.IntN(9))%10)
		}
		return c
	}),
	mistype(25, "truncated_head", LabelR, func(d *draft, c []byte) []byte { return append([]byte("…"), c[2+d.rng.IntN(2):]...) }),
	{26, 'B', "typo_hits_legacy", LabelX, func(d *draft) bool {
		if d.noNumber || d.bent || d.trap != 0 {
			return false
		}
		for range 50 {
			other := pick(d.rng, d.w.Subscribers)
			if len(other.Account.LegacyNumbers) > 0 && other.Account.TaxIDs[0] != d.sub.Account.TaxIDs[0] {
				d.number, d.bent, d.typo, d.trap = other.Account.LegacyNumbers[0], true, true, other.Account.ID
				return true
			}
		}
		return false
	}},
	mistype(27, "letter_for_digit", LabelA, func(d *draft, c []byte) []byte {
		letters := map[byte][]string{'0': {"О", "O", "о"}, '1': {"l", "I", "І", "|"}, '3': {"З", "з"}, '8': {"В", "B"}, '5': {"S"}, '6': {"б"}, '4': {"Ч"}, '2': {"Z"}}
		at := d.rng.IntN(len(c))
		for k := range c {
			i := (at + k) % len(c)
			if l, ok := letters[c[i]]; ok {
				return []byte(string(c[:i]) + pick(d.rng, l) + string(c[i+1:]))
			}
		}
		return nil
	}),
	mistype(80, "wrong_digit", LabelA, func(d *draft, c []byte) []byte {
		i := d.rng.IntN(len(c))
		c[i] = byte('0' + (int(c[i]-'0')+1+d.rng.IntN(9))%10)
		return c
	}),
}

func garble(id int, name string, label Label, fn func(d *draft, s string) string) distortion {
	return distortion{id, 'C', name, label, func(d *draft) bool {
		d.whole = append(d.whole, func(s string) string { return fn(d, s) })
		return true
	}}
}

// doubles are Latin letters that look like Cyrillic ones.
var doubles = map[rune]rune{'о': 'o', 'е': 'e', 'а': 'a', 'с': 'c', 'р': 'p', 'х': 'x', 'у': 'y', 'О': 'O', 'Е': 'E', 'А': 'A', 'С': 'C', 'Р': 'P', 'Х': 'X', 'Т': 'T', 'Н': 'H', 'К': 'K', 'М': 'M', 'В': 'B', 'і': 'i'}

var damage = []distortion{
	garble(28, "latin_in_cyrillic", LabelA, func(d *draft, s string) string {
		return strings.Map(func(r rune) rune {
			if l, ok := doubles[r]; ok && d.rng.Float64() < 0.4 {
				return l
			}
			return r
		}, s)
	}),
	garble(29, "latin_i", LabelA, func(_ *draft, s string) string {
		return strings.NewReplacer("і", "i", "І", "I").Replace(s)
	}),
	garble(30, "mojibake", LabelA, func(_ *draft, s string) string {
		out, err := charmap.Windows1251.NewDecoder().String(s)
		if err != nil {
			return s
		}
		return out
	}),
	garble(31, "lost_letters", LabelR, func(d *draft, s string) string {
		d.noDate = true
		return strings.Map(func(r rune) rune {
			if r >= 0x80 {
				return '?'
			}
			return r
		}, s)
	}),
	garble(32, "zero_width", LabelA, func(d *draft, s string) string {
		return strings.Replace(s, d.code, d.code[:4]+pick(d.rng, []string{"\u200b", "\u00ad", "\ufeff", "\u2060"})+d.code[4:], 1)
	}),
	garble(33, "line_break", LabelA, func(d *draft, s string) string {
		return strings.Replace(s, d.code, d.code[:4]+pick(d.rng, []string{"\n", "\r\n", " "})+d.code[4:], 1)
	}),
	garble(34, "truncated", LabelR, func(d *draft, s string) string {
		d.noDate = true
		r := []rune(s)
		i := strings.Index(s, d.code)
		if i < 0 {
			return s
		}
		return string(r[:min(len(r), len([]rune(s[:i]))+4)])
	}),
	garble(35, "repeated", LabelA, func(_ *draft, s string) string { return s + " " + s }),
}

func decoy(id int, name string, label Label, fn func(d *draft) bool) distortion {
	return distortion{id, 'D', name, label, func(d *draft) bool {
		if d.decoy || (label == LabelX && d.trap != 0) {
			return false
		}
		d.decoy, d.odd = true, id == 45 || id == 82
		return fn(d)
	}}
}

func before(texts ...string) func(d *draft) bool {
	return func(d *draft) bool { d.pre = append(d.pre, pick(d.rng, texts)); return true }
}

func behind(texts ...string) func(d *draft) bool {
	return func(d *draft) bool { d.post = append(d.post, pick(d.rng, texts)); return true }
}

// other returns an unrelated subscriber of the same country.
func (d *draft) other() *Subscriber {
	for {
		o := pick(d.rng, d.w.Subscribers)
		if o.Account.TaxIDs[0] != d.sub.Account.TaxIDs[0] && o.Country == d.sub.Country {
			return o
		}
	}
}

var decoys = []distortion{
	decoy(36, "contract_number", LabelA, func(d *draft) bool {
		d.odd = len(d.sub.Account.Contracts) > 0
		n := pick(d.rng, []string{"214", "17/2024", "Д-00345", "ПР-18/390", "2/01/2023/Р-5"})
		return before("по договору № "+n+" от 12.03.2024,", "дог. "+n+" от 12.03.2024 г.,", "Договор №"+n+";")(d)
	}),
	decoy(37, "contract_is_code", LabelX, func(d *draft) bool {
		o := d.other()
		d.trap = o.Account.ID
		return before("по договору № " + o.Code() + " от 12.03.2024,")(d)
	}),
	decoy(38, "own_tax_id", LabelA, func(d *draft) bool {
		id := d.sub.Account.TaxIDs[0]
		if d.payer != payerKnown {
			id = OwnTaxIDs[0]
		}
		word := map[prolong.Country]string{prolong.Russia: "ИНН ", prolong.Ukraine: "ЄДРПОУ ", prolong.Kazakhstan: "БИН "}[d.sub.Country]
		kpp := ""
		if d.sub.KPP != "" {
			kpp = " КПП " + d.sub.KPP
		}
		return pick(d.rng, []func(*draft) bool{before(word + id + kpp), behind(word + id + kpp)})(d)
	}),
	decoy(39, "our_account", LabelA, before("на р/с "+OwnAccounts[0], "Для зачислений на р/с №"+OwnAccounts[0], "р/р "+OwnAccounts[1], "ИИК "+OwnAccounts[2])),
	decoy(40, "vat", LabelA, func(d *draft) bool {
		d.vat = ""
		return behind("В т.ч.НДС(20%) 2.483,33=", "НДС 5% - 709.52", "НДС 22% 2 687-12", "ПДВ 20% 2483.33", "НДС 12% 1 596,43 тенге", "в т.ч. НДС 16% - 2055.17")(d)
	}),
	decoy(41, "period", LabelA, behind("за период 01.02.2026-28.02.2026", "за февраль 2026", "с 01.02.2026 по 28.02.2026", "за 1 кв. 2026 г.", "период: 02.2026")),
	decoy(42, "quantity", LabelA, behind("3 мес х 4966,67", "1 шт", "за 12 месяцев", "5 точек", "2 лицензии")),
	decoy(43, "document_number", LabelA, before("п/п 1356", "ПП №1356 от 05.02.2026", "плат. поручение 1356")),
	decoy(44, "prefix", LabelA, func(d *draft) bool {
		if d.sub.Country == prolong.Kazakhstan {
			return before("ЕКНП 1417KZT859", "КНП 859", "{859}")(d)
		}
		return before("{VO20100}", "{VO99090PS}", "{VO35040}")(d)
	}),
	decoy(45, "personal_account", LabelA, before("л/с 100200300", "лицевой счет 100200300", "о/р 103078001", "абонент № 4512377")),
	decoy(46, "two_codes", LabelX, func(d *draft) bool {
		if d.noNumber || d.bent {
			return false
		}
		o := d.other()
		d.trap = o.Account.ID
		d.number += pick(d.rng, []string{", ", " и ", " / сч. "}) + o.Open[0].Number
		d.bent = true
		return true
	}),
	decoy(47, "uin", LabelA, behind("///УИН0///", "УИП 0", "УИН 0", "код 0")),
	decoy(81, "phone", LabelA, behind("тел. +7 (495) 123-45-67", "тел 89161234567", "т.8-800-555-35-35", "+380441234567", "8(727)2501234")),
	decoy(82, "act_and_order", LabelA, before("акт № 45 от 31.01.2026", "заказ № 004512", "спецификация 3", "УПД 118 от 31.01.2026")),
}

var dating = []distortion{
	{48, 'E', "date_format", LabelA, func(d *draft) bool {
		y, m, day := d.inv.IssuedOn.YMD()
		d.date = pick(d.rng, []string{
			fmt.Sprintf("от %d.%d.%02d", day, m, y%100), fmt.Sprintf("от %02d/%02d/%d", day, m, y), formatDate("{w}г", d.sub.Country, d.inv.IssuedOn), fmt.Sprintf("від %02d.%02d.%02d р.", day, m, y%100),
			fmt.Sprintf("от %02d-%02d-%d", day, m, y), d.inv.IssuedOn.String(), fmt.Sprintf("від %02d/%02d-%d", day, m, y), formatDate("{d}", d.sub.Country, d.inv.IssuedOn),
		})
		return true
	}},
	{49, 'E', "day_month_swapped", LabelA, func(d *draft) bool {
		y, m, day := d.inv.IssuedOn.YMD()
		d.date, d.noDate = fmt.Sprintf("от %02d.%02d.%d", m, day, y), true
		return true
	}},
	{50, 'E', "impossible_date", LabelA, func(d *draft) bool {
		d.date, d.noDate = pick(d.rng, []string{"от 31.02.2026", "от 30.02.26", "от 00.02.2026", "от 32.01.2026"}), true
		return true
	}},
}

// silent removes the number from the purpose.
func (d *draft) silent(patterns ...string) bool {
	if d.bent || d.typo || d.payer != payerKnown || d.sub.Network {
		return false
	}
	d.pattern, d.noNumber, d.noDate = pick(d.rng, patterns), true, true
	return true
}

// minor sets the amount of the payment.
func (d *draft) minor(n int64) { d.p.Amount = prolong.NewMoney(n, d.p.Amount.Currency()) }

var choices = []distortion{
	{51, 'F', "stale_number", LabelA, func(d *draft) bool {
		if d.noNumber || d.bent || d.typo || len(d.sub.Closed) == 0 {
			return false
		}
		d.number = d.sub.Account.Code.InvoiceNumber(d.sub.Closed[len(d.sub.Closed)-1])
		d.date, d.stale, d.noDate = formatDate("от {d}", d.sub.Country, d.inv.IssuedOn.AddMonths(-1, 3)), true, true
		return true
	}},
	{52, 'F', "several_invoices", LabelA, func(d *draft) bool {
		if d.noNumber || d.bent || d.typo || len(d.sub.Open) < 2 {
			return false
		}
		sum := int64(0)
		var numbers []string
		for i, inv := range d.sub.Open {
			sum += inv.Residual.Minor()
			d.several = append(d.several, inv.Residual.Minor())
			n := inv.Number
			if i > 0 {
				n = strings.TrimPrefix(n, d.code+"-")
			}
			numbers = append(numbers, n)
		}
		d.number = strings.Join(numbers[:len(numbers)-1], ", ") + pick(d.rng, []string{" и ", ", ", " та "}) + numbers[len(numbers)-1]
		d.minor(sum)
		return true
	}},
	{53, 'F', "no_number_one_open", LabelA, func(d *draft) bool {
		return len(d.sub.Open) == 1 && d.silent("Оплата за {s}. {v}", "Оплата за услуги", "За {s}, {v}", "Абонентская плата. {v}", "Оплата услуг {v}", "Сплата за послуги", "оплата")
	}},
	{54, 'F', "no_number_sum_of_two", LabelA, func(d *draft) bool {
		if len(d.sub.Open) != 2 || !d.silent("Оплата за {s}. {v}", "Оплата за услуги", "За {s}") {
			return false
		}
		d.several = []int64{d.sub.Open[0].Residual.Minor(), d.sub.Open[1].Residual.Minor()}
		d.minor(d.several[0] + d.several[1])
		return true
	}},
	{55, 'F', "two_equal_open", LabelA, func(d *draft) bool {
		return len(d.sub.Open) == 2 && d.sub.Open[0].Residual == d.sub.Open[1].Residual && d.silent("Оплата за {s}. {v}", "Оплата за услуги")
	}},
	{56, 'F', "cancelled_number", LabelA, func(d *draft) bool {
		if d.noNumber || d.bent || d.typo {
			return false
		}
		d.number = d.sub.Account.Code.InvoiceNumber(d.sub.Next)
		d.stale, d.noDate = true, true
		return true
	}},
	{57, 'F', "contract_only", LabelA, func(d *draft) bool {
		return len(d.sub.Open) == 1 && d.silent("Оплата по договору-оферте. {v}", "по договору оферты за {s}", "Оплата согласно публичной оферте {v}", "Оплата згідно договору-оферти. {v}")
	}},
	{58, 'F', "annual", LabelA, func(d *draft) bool {
		if d.noNumber || d.p.Amount != d.inv.Residual {
			return false
		}
		d.minor(d.sub.Price * 12 * 9 / 10)
		d.inexact = true
		return true
	}},
}

var amounts = []distortion{
	{59, 'G', "bank_fee", LabelA, func(d *draft) bool {
		if d.noNumber || d.p.Amount != d.inv.Residual {
			return false
		}
		d.minor(pick(d.rng, []int64{d.inv.Residual.Minor() - 5000, d.inv.Residual.Minor() * 985 / 1000}))
		d.inexact = true
		return true
	}},
	{60, 'G', "rounding", LabelA, func(d *draft) bool {
		if d.noNumber || d.p.Amount != d.inv.Residual {
			return false
		}
		d.minor(d.inv.Residual.Minor() + pick(d.rng, []int64{40, 1, 100, 10000}))
		d.inexact = true
		return true
	}},
	{61, 'G', "partial", LabelA, func(d *draft) bool {
		if d.noNumber || d.p.Amount != d.inv.Residual {
			return false
		}
		d.minor(d.inv.Residual.Minor() / 2)
		d.inexact = true
		return true
	}},
	{62, 'G', "paid_twice", LabelA, func(d *draft) bool {
		if d.noNumber || len(d.sub.Open) > 1 {
			return false
		}
		d.before = append(d.before, match.InvoiceClosed{ID: d.inv.ID})
		d.after = append(d.after, match.InvoicePut{Invoice: *d.inv})
		d.stale, d.inexact = true, true
		return true
	}},
	{63, 'G', "split", LabelA, func(d *draft) bool {
		if d.noNumber || d.bent || d.typo || d.decoy || d.stale || d.inexact || len(d.whole) > 0 || d.payer == payerOther {
			return false
		}
		var items []string
		var accounts, owed []int64
		sum := int64(0)
		for _, s := range []*Subscriber{d.sub, d.other(), d.other()} {
			if slices.Contains(accounts, s.Account.ID) {
				return false
			}
			inv := s.Open[0]
			text := pick(d.rng, []string{"%d", "%d-00", "%d.00", "%d руб"})
			items = append(items, "сч "+inv.Number+" "+pick(d.rng, []string{"", "- ", "на сумму "})+fmt.Sprintf(text, inv.Residual.Minor()/100))
			sum += inv.Residual.Minor()
			accounts = append(accounts, s.Account.ID)
			owed = append(owed, inv.Residual.Minor())
		}
		d.accounts, d.several = accounts, owed
		d.pattern, d.bent = strings.Join(items, ", "), true
		d.minor(sum)
		return true
	}},
	{64, 'G', "currency", LabelR, func(d *draft) bool {
		cur := prolong.RUB
		if d.p.Amount.Currency() == cur {
			cur = prolong.KZT
		}
		d.p.Amount = prolong.NewMoney(d.p.Amount.Minor(), cur)
		return true
	}},
}
