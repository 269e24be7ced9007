package matchbench

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"prolong"
	"prolong/banksync/match"
)

// Label says what may happen to a payment.
type Label byte

// The labels of reference 7.1.
const (
	LabelA Label = 'A' // must be posted by itself
	LabelR Label = 'R' // may go to review, never to a wrong account
	LabelX Label = 'X' // must not be posted to the trap's target, or to anybody if the money is nobody's
)

// Case is one labelled payment.
type Case struct {
	Payment     match.Payment
	Label       Label
	Distortions []int
	Accounts    []int64 // the right accounts, one unless the payment is a split; empty for nobody's money
	// Invoices are those that the money belongs to, by what they owe; nil if a careful person
	// could not tell. Equal invoices of one account are as good as each other.
	Invoices   []int64
	TrapTarget int64 // whom a careless rule would post to
	// Before happens to the open invoices before the payment, After undoes it.
	Before, After []match.Change
}

// draft is a payment in the making: what the payer meant, in pieces that distortions bend.
type draft struct {
	w   *World
	rng *rand.Rand
	sub *Subscriber
	inv *match.Invoice
	p   match.Payment

	pattern string
	anchor  string // "счету №"
	number  string // as written
	code    string // the code as written inside number
	date    string // "от 01.02.2026"
	subject string
	vat     string
	pre     []string
	post    []string
	whole   []func(string) string

	label    Label
	accounts []int64
	trap     int64
	before   []match.Change
	after    []match.Change

	several   []int64 // what the invoices owe, if the payment is for several
	noNumber  bool    // the purpose names no invoice
	bent      bool    // the number was rewritten; another rewriting would undo it
	typo      bool
	inexact   bool // the sum is not the invoice's
	stale     bool
	noDate    bool // no right date stands in the text
	payer     payerKind
	namesItem bool // the purpose names the account by name or tax id
	decoy     bool
	outlet    bool // words of the purpose say which outlet is meant
	odd       bool // a decoy that looks like somebody else's number
}

// payerKind is what the payer's requisites say.
type payerKind byte

const (
	payerKnown payerKind = iota
	payerNamed           // no tax id, but the account's own name
	payerOther           // somebody unknown
)

// wording is how a country writes purposes.
type wording struct {
	patterns []string
	anchors  []string
	dates    []string // {d} day.month.year, {y} day.month.yy, {w} with the month's name
	subjects []string
	vats     []string // {v} VAT, {r} rate
}

var wordings = map[prolong.Country]wording{
	prolong.Russia: {
		patterns: []string{
			"Оплата по {a} {n} {d}. {v}", "Оплата по {a} {n} {d} за {s}. {v}", "За {s} по {a} {n} {d}. {v}", "Оплата за {s} согласно {a} {n} {d}, {v}", "{a} {n} {d} {s} {v}",
			"Перечисление за {s} по {a} {n} {d} Сумма {m} {v}", "Аванс за {s} по {a} {n} {d}. {v}", "Оплата {s} {a} {n} {d} {v}", "опл. по {a} {n} {d}, {s}, {v}",
			"Оплата по {a} {n} {d} на сумму {m}. {v}", "Платеж по {a} {n} {d}; {v}", "Предоплата 100% по {a} {n} {d} за {s}. {v}", "Оплата за {s} ({a} {n} {d}). {v}",
		},
		anchors: []string{"счету №", "счету", "сч. №", "сч.№", "сч", "счёту №", "счет №", "счету N", "счету на оплату №", "счет на оплату", "счету No", "счета №", "сч. N", "счёту", "счет-оферте №", "выставленному счету №"},
		dates:   []string{"от {d}", "от {d}г.", "от {y}", "от {d} г.", "от {w} г."},
		subjects: []string{
			"услуги", "услуги связи", "подписку", "абонентское обслуживание", "доступ к сервису", "использование программы", "информационные услуги", "лицензию", "услуги сервиса", "продление подписки",
			"абонентскую плату", "услуги по договору-оферте", "право использования ПО", "обслуживание за февраль 2026", "услуги за март 2026 г.",
		},
		vats: []string{
			"НДС не облагается", "Без НДС", "В т.ч. НДС {r}% - {v}", "в том числе НДС {r} % - {v} руб.", "НДС({r}%) {v}", "Без налога (НДС)", "В т.ч.НДС({r}%) {k}=", "Сумма {m} НДС не облагается", "", "НДС {r}% в сумме {v}",
			"НДС не облагается на основании ст. 346.11 НК РФ",
		},
	},
	prolong.Ukraine: {
		patterns: []string{
			"Оплата за {s} зг. {a} {n} {d}, {v}", "Оплата згідно {a} {n} {d}, {v}", "За {s} зг.{a}{n} {d} {v}", "Сплата за {s} згідно {a} {n} {d}. {v}", "{s} {a} {n} {d} {v}", "Оплата {a} {n} {d} {v}", "Згідно {a} {n} {d}. {v}",
		},
		anchors:  []string{"рахунку №", "рахунку", "рах.№", "рах. №", "рах", "рах-ф №", "рахунку-фактури №", "рах №"},
		dates:    []string{"від {d}", "від {d} р.", "від {y} р.", "вiд {d}", "від {w} р.", "від {y}"},
		subjects: []string{"послуги", "доступ до сервісу", "абонентську плату", "підписку", "програмне забезпечення", "інформаційні послуги", "обслуговування", "користування програмою"},
		vats:     []string{"без ПДВ", "у т.ч. ПДВ {r}% {v} грн.", "в т ч ПДВ - {k} грн.", "ПДВ {r}% {v}", "Без ПДВ.", "", "у тому числі ПДВ {v}"},
	},
	prolong.Kazakhstan: {
		patterns: []string{
			"Оплата по {a} {n} {d}. {v}", "Оплата за {s} по {a} {n} {d} {v}", "За {s} согласно {a} {n} {d}, {v}", "{a} {n} {d}, {s}. {v}", "Оплата {s} {a} {n} {d} {v}",
		},
		anchors:  []string{"счету на оплату №", "счету №", "сч. №", "счет на оплату", "счёту", "шот №", "төлем шоты №", "счету N"},
		dates:    []string{"от {d}", "от {d}г.", "от {w} г.", "от {y}"},
		subjects: []string{"услуги", "информационные услуги", "подписку", "доступ к сервису", "абонентскую плату", "услуги сервиса", "лицензию"},
		vats:     []string{"НДС не облагается", "в т.ч. НДС {r}% {v} тенге", "Без НДС", "НДС {r}% - {v}", "", "в том числе НДС {r}% {v} тг"},
	},
}

var monthNames = map[prolong.Country][]string{
	prolong.Russia:     strings.Fields("января февраля марта апреля мая июня июля августа сентября октября ноября декабря"),
	prolong.Kazakhstan: strings.Fields("января февраля марта апреля мая июня июля августа сентября октября ноября декабря"),
	prolong.Ukraine:    strings.Fields("січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня"),
}

// newDraft begins an undistorted payment of the subscriber's oldest open invoice.
func newDraft(w *World, rng *rand.Rand, sub *Subscriber) *draft {
	d := &draft{w: w, rng: rng, sub: sub, inv: &sub.Open[rng.IntN(len(sub.Open))], label: LabelA, accounts: []int64{sub.Account.ID}}
	wd := wordings[sub.Country]
	d.pattern, d.anchor, d.subject = pick(rng, wd.patterns), pick(rng, wd.anchors), pick(rng, wd.subjects)
	d.code = sub.Code()
	d.number = d.inv.Number
	d.date = d.dateText(pick(rng, wd.dates))
	d.vat = pick(rng, wd.vats)
	d.p = match.Payment{
		Amount: d.inv.Residual, Date: Today, DocNo: strconv.Itoa(1 + rng.IntN(3000)), PayerName: d.payerName(), PayerTaxID: sub.Account.TaxIDs[0], PayerKPP: sub.KPP,
		PayerAccount: sub.Account.BankAccounts[0], OwnTaxIDs: OwnTaxIDs, OwnAccounts: OwnAccounts, OwnNames: OwnNames,
	}
	return d
}

// payerName writes the name as banks do.
func (d *draft) payerName() string {
	s := d.sub
	core := strings.Join(s.Core, " ")
	if s.Network {
		core = strings.Join(s.Core[:len(s.Core)-1], " ")
	}
	if s.Person {
		return pick(d.rng, []string{s.Form + " " + core, strings.ToUpper(s.Form + " " + core), core + " " + s.Form, "Индивидуальный предприниматель " + core})
	}
	full := map[string]string{
		"ООО": "Общество с ограниченной ответственностью", "ТОВ": "ТОВАРИСТВО З ОБМЕЖЕНОЮ ВІДПОВІДАЛЬНІСТЮ", "ТОО": "Товарищество с ограниченной ответственностью",
	}[s.Form]
	return pick(d.rng, []string{s.Form + " \"" + core + "\"", s.Form + " «" + core + "»", strings.ToUpper(s.Form + " \"" + core + "\""), full + " \"" + core + "\"", s.Form + " " + core})
}

// dateText fills a date pattern with the invoice's date.
func (d *draft) dateText(pattern string) string {
	return formatDate(pattern, d.sub.Country, d.inv.IssuedOn)
}

func formatDate(pattern string, c prolong.Country, date prolong.Date) string {
	y, m, day := date.YMD()
	return strings.NewReplacer(
		"{d}", fmt.Sprintf("%02d.%02d.%04d", day, m, y),
		"{y}", fmt.Sprintf("%02d.%02d.%02d", day, m, y%100),
		"{w}", fmt.Sprintf("%d %s %d", day, monthNames[c][m-1], y),
	).Replace(pattern)
}

// money writes an amount in one of the ways of the country.
func (d *draft) money(minor int64) string {
	whole, cents := minor/100, minor%100
	return pick(d.rng, []string{
		fmt.Sprintf("%d.%02d", whole, cents), fmt.Sprintf("%d-%02d", whole, cents), fmt.Sprintf("%d,%02d", whole, cents), groupDigits(whole, " ") + fmt.Sprintf(",%02d", cents), fmt.Sprintf("%d.%02d руб.", whole, cents),
	})
}

func groupDigits(n int64, sep string) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return s
}

// render writes the purpose.
func (d *draft) render() string {
	vat := strings.NewReplacer(
		"{r}", strconv.FormatInt(vatRate(d.sub.Country), 10),
		"{v}", fmt.Sprintf("%d.%02d", d.inv.VATMinor/100, d.inv.VATMinor%100),
		"{k}", groupDigits(d.inv.VATMinor/100, ".")+fmt.Sprintf(",%02d", d.inv.VATMinor%100),
		"{m}", fmt.Sprintf("%d-%02d", d.p.Amount.Minor()/100, d.p.Amount.Minor()%100),
	).Replace(d.vat)
	text := strings.NewReplacer("{a}", d.anchor, "{n}", d.number, "{d}", d.date, "{s}", d.subject, "{v}", vat, "{m}", d.money(d.p.Amount.Minor())).Replace(d.pattern)
	text = strings.Join(append(append(append([]string{}, d.pre...), text), d.post...), " ")
	for _, fn := range d.whole {
		text = fn(text)
	}
	return strings.TrimSpace(text)
}

// finish makes the case of the draft.
func (d *draft) finish(ids []int) Case {
	d.p.Purpose = d.render()
	d.relabel()
	return Case{Payment: d.p, Label: d.label, Distortions: ids, Accounts: d.accounts, Invoices: d.invoices(), TrapTarget: d.trap, Before: d.before, After: d.after}
}

// relabel lowers a label where distortions together take away what a careful person would
// need: a mistyped number without the payer's tax id, a number that nothing confirms.
func (d *draft) relabel() {
	if d.label != LabelA {
		return
	}
	// Without a number the sum must fit, and a number of something else speaks against.
	if d.noNumber && (d.inexact || d.odd || d.sub.Network && !d.outlet) {
		d.label = LabelR
	}
	if d.payer == payerKnown {
		return
	}
	confirmed := !d.noDate && !d.bent || d.payer == payerNamed
	switch {
	case d.namesItem && !d.noNumber && !(d.typo && (d.inexact || d.stale)):
	case d.noNumber, d.typo, d.stale, d.inexact, !confirmed:
		d.label = LabelR
	}
}

// invoices returns what the invoices of the payment owe.
func (d *draft) invoices() []int64 {
	sum := int64(0)
	for _, minor := range d.several {
		sum += minor
	}
	switch {
	case len(d.accounts) == 0, len(d.before) > 0:
		return nil
	case sum > 0 && sum == d.p.Amount.Minor():
		return d.several
	case d.p.Amount == d.inv.Residual:
		return []int64{d.inv.Residual.Minor()}
	}
	return nil
}

// worsen sets a label if it is worse than the present one.
func (d *draft) worsen(l Label) { d.label = max(d.label, l) }
