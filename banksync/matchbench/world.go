// Package matchbench measures payment matching on generated, labelled payments. The generator
// knows how people and banks write, not how matching reads: it was made from the list of
// distortions in the reference (7.2), and whoever adds a rule to matching adds the distortion
// here that would break it.
package matchbench

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"prolong"
	"prolong/banksync/match"
)

// Today is the day on which all generated payments arrive.
var Today = prolong.NewDate(2026, time.February, 5)

// Subscriber is a client of the generated vendor with his invoices.
type Subscriber struct {
	Account  match.Account
	Country  prolong.Country
	Person   bool   // ИП, ФОП, ЖК
	Director string // name of the director, or of the entrepreneur himself
	INN      string // the director's own tax id; an entrepreneur's is the account's
	KPP      string
	Branch   string   // КПП of an outlet that is registered as a branch
	Core     []string // identifying words of the name
	Form     string
	Price    int64
	Open     []match.Invoice // oldest first
	Closed   []int           // running numbers of closed invoices
	Next     int             // running number that was never issued
	Network  bool
	Street   string // of an outlet that its name tells apart; empty otherwise
	Namesake bool
}

// Code returns the payment code.
func (s *Subscriber) Code() string { return string(s.Account.Code) }

// World is a vendor with all its clients.
type World struct {
	Subscribers []*Subscriber
	Snapshot    *match.Snapshot
	legacy      map[string]*Subscriber
	taken       map[string]bool
	networks    map[string][]*Subscriber // outlets by tax id
	outlets     []*Subscriber
	nextAccount int64
	nextInvoice int64
}

// prices are the plans of reference 7.1 with their weights.
var prices = []struct{ minor, weight int64 }{
	{149000, 22}, {249000, 18}, {399000, 10}, {599000, 5}, {999000, 2}, {447000, 6}, {747000, 5}, {1197000, 3}, {1797000, 2}, {2997000, 1},
	{1490000, 10}, {2490000, 8}, {3990000, 5}, {5990000, 2}, {9990000, 1},
}

// The requisites of the vendor that the payments go to, one seller per country.
var (
	OwnTaxIDs   = []string{"7701001238", "14360570", "940140000385"}
	OwnAccounts = []string{"40702810938000000001", "UA213223130000026007233566001", "KZ86125KZT5004100100"}
	OwnNames    = []string{"ООО «Пример Софт»", "ТОВ «Приклад Софт»", "ТОО «Мысал Софт»"}
)

// NewWorld generates n subscribers: a tenth of them outlets of networks, some namesakes, some
// firms of one director, a quarter entrepreneurs.
func NewWorld(n int, rng *rand.Rand) (*World, error) {
	w := &World{legacy: map[string]*Subscriber{}, taken: map[string]bool{}, networks: map[string][]*Subscriber{}}
	for len(w.Subscribers) < n {
		switch p := rng.Float64(); {
		case p < 0.006:
			w.addNetwork(rng, n)
		case p < 0.03 && len(w.Subscribers) > 10:
			w.addNamesake(rng)
		case p < 0.045 && len(w.Subscribers) > 10:
			w.addSibling(rng)
		default:
			w.add(rng, w.newcomer(rng))
		}
	}
	b := match.Builder{Vocabulary: []string{"Пример Софт", "Приклад Софт"}}
	for _, s := range w.Subscribers {
		b.Accounts = append(b.Accounts, s.Account)
		b.Invoices = append(b.Invoices, s.Open...)
		for _, c := range s.Closed {
			b.Closed = append(b.Closed, match.ClosedInvoice{AccountID: s.Account.ID, Number: s.Account.Code.InvoiceNumber(c)})
		}
	}
	snapshot, err := match.NewSnapshot(b)
	if err != nil {
		return nil, err
	}
	w.Snapshot = snapshot
	return w, nil
}

// nameWords make names that nobody will take for a real company's. They are common words of
// the trade on purpose, so that names overlap.
var nameWords = strings.Fields(`Пример Образец Модель Макет Шаблон Эталон Проба Тест Север Юг Восток Запад Центр Город Берег Мост Парк Сад Поле Лес Гора Река Море Остров
	Кафе Кофейня Пекарня Бар Буфет Столовая Закусочная Сервис Трейд Групп Плюс Люкс Стиль Мастер Дом Хлеб Вкус Дар Луч Старт Рост Путь Круг Квадрат Вектор Контур Формат Фактор Ресурс Актив`)

var firstNames = strings.Fields(`Пример Образ Модест Тестислав Макет Проб`)
var patronymics = strings.Fields(`Примерович Образцович Моделевич Тестович Пробович Макетович`)

func (w *World) newcomer(rng *rand.Rand) *Subscriber {
	s := &Subscriber{Country: prolong.Russia}
	switch p := rng.Float64(); {
	case p < 0.25:
		s.Country = prolong.Ukraine
	case p < 0.4:
		s.Country = prolong.Kazakhstan
	}
	s.Person = rng.Float64() < 0.25
	s.Director = surname(rng) + " " + pick(rng, firstNames) + " " + pick(rng, patronymics)
	if s.Person {
		s.Form = map[prolong.Country]string{prolong.Russia: "ИП", prolong.Ukraine: "ФОП", prolong.Kazakhstan: "ИП"}[s.Country]
		s.Core = strings.Fields(s.Director)
	} else {
		s.Form = map[prolong.Country]string{prolong.Russia: "ООО", prolong.Ukraine: "ТОВ", prolong.Kazakhstan: "ТОО"}[s.Country]
		for range 2 + rng.IntN(2) {
			s.Core = append(s.Core, pick(rng, nameWords))
		}
		if rng.Float64() < 0.3 {
			s.Core = append(s.Core, strconv.Itoa(1+rng.IntN(99)))
		}
	}
	s.Account.Name = s.Form + " " + quoteName(s)
	s.Account.TaxIDs = []string{w.taxID(rng, s.Country, s.Person)}
	s.INN = w.taxID(rng, s.Country, true)
	if s.Person {
		s.INN = s.Account.TaxIDs[0]
	}
	if s.Country == prolong.Russia && !s.Person {
		s.KPP = s.Account.TaxIDs[0][:4] + "01001"
	}
	return s
}

func quoteName(s *Subscriber) string {
	if s.Person {
		return strings.Join(s.Core, " ")
	}
	return "«" + strings.Join(s.Core, " ") + "»"
}

// surname makes one of a few thousand surnames from syllables.
func surname(rng *rand.Rand) string {
	a := strings.Fields(`При Обра Моде Теста Проба Шабло Этало Маке Вари Слу Каза Мело Гора Поле Рече Бере`)
	b := strings.Fields(`мер з ль тов ник хин стов рин лин жан вер док гал пуш тур шин`)
	c := strings.Fields(`ов ин енко ский ев чук аров ович`)
	return pick(rng, a) + pick(rng, b) + pick(rng, c)
}

// streets tell the outlets of half of the networks apart.
var streets = strings.Fields(`Набережная Полевая Вишнёвая Школьная Дачная Озёрная Луговая Сиреневая`)

func (w *World) addNetwork(rng *rand.Rand, n int) {
	first := w.newcomer(rng)
	first.Network = true
	outlets := 2 + rng.IntN(6)
	if rng.Float64() < 0.15 {
		outlets = 10 + rng.IntN(31)
	}
	named := outlets <= len(streets) && rng.Float64() < 0.5
	for i := range min(outlets, max(2, n/4)) {
		outlet := *first
		outlet.Core = append(append([]string{}, first.Core...), strconv.Itoa(i+1))
		outlet.Account.Name = first.Account.Name + fmt.Sprintf(" точка %d", i+1)
		if named && i < len(streets) {
			outlet.Street = streets[i] + " " + strconv.Itoa(10+i)
			outlet.Account.Name = first.Account.Name + " (" + outlet.Street + ")"
		}
		if i > 0 && i < 50 && first.KPP != "" {
			outlet.Branch = first.KPP[:4] + "43" + fmt.Sprintf("%03d", i)
			outlet.Account.KPP = outlet.Branch
		}
		w.add(rng, &outlet)
		w.networks[outlet.Account.TaxIDs[0]] = append(w.networks[outlet.Account.TaxIDs[0]], &outlet)
		w.outlets = append(w.outlets, &outlet)
	}
}

// addNamesake adds a client with the name of another one and his own tax id.
func (w *World) addNamesake(rng *rand.Rand) {
	other := w.Subscribers[rng.IntN(len(w.Subscribers))]
	s := w.newcomer(rng)
	s.Country, s.Person, s.Form, s.Core, s.Director, s.Namesake = other.Country, other.Person, other.Form, other.Core, other.Director, true
	s.Account.Name = other.Account.Name
	s.Account.TaxIDs = []string{w.taxID(rng, s.Country, s.Person)}
	if s.Person {
		s.INN = s.Account.TaxIDs[0]
	}
	w.add(rng, s)
}

// addSibling adds another firm of the director of an existing one.
func (w *World) addSibling(rng *rand.Rand) {
	other := w.Subscribers[rng.IntN(len(w.Subscribers))]
	s := w.newcomer(rng)
	if s.Person || s.Country != other.Country {
		w.add(rng, s)
		return
	}
	s.Director, s.INN = other.Director, other.INN
	w.add(rng, s)
}

// add gives the subscriber a code, requisites and invoices.
func (w *World) add(rng *rand.Rand, s *Subscriber) {
	w.nextAccount++
	s.Account.ID = w.nextAccount
	w.taken[s.Account.TaxIDs[0]], w.taken[s.INN] = true, true
	for {
		code := prolong.RandomPaymentCode(rng, prolong.PaymentCodeDigits)
		if !w.taken[string(code)] {
			s.Account.Code = code
			w.taken[string(code)] = true
			break
		}
	}
	s.Price = price(rng)
	s.Account.PriceMinor = s.Price
	s.Account.Currency = currencyOf(s.Country)
	s.Account.BankAccounts = []string{w.bankAccount(rng, s.Country, s.Person)}
	if rng.Float64() < 0.1 {
		number := strconv.Itoa(100000 + rng.IntN(900000))
		if w.legacy[number] == nil {
			w.legacy[number] = s
			s.Account.LegacyNumbers = []string{number}
		}
	}
	if rng.Float64() < 0.2 {
		s.Account.Contracts = []string{fmt.Sprintf("П-%05d/%d", rng.IntN(100000), 2020+rng.IntN(6))}
	}
	s.Closed = []int{}
	history := 1 + rng.IntN(12)
	for i := range history {
		s.Closed = append(s.Closed, i+1)
	}
	opens := 1
	switch p := rng.Float64(); {
	case p < 0.12:
		opens = 2
	case p < 0.16:
		opens = 3
	}
	for i := range opens {
		minor := s.Price
		if i > 0 && rng.Float64() < 0.4 {
			minor = price(rng)
		}
		month := i - opens + 1
		issued := prolong.NewDate(2026, time.February, 1+rng.IntN(4)).AddMonths(month, 1+rng.IntN(4))
		w.nextInvoice++
		period, _ := prolong.NewPeriod(issued.AddMonths(1, 1), issued.AddMonths(2, 1))
		s.Open = append(s.Open, match.Invoice{
			ID: w.nextInvoice, AccountID: s.Account.ID, Number: s.Account.Code.InvoiceNumber(history + 1 + i),
			Residual: prolong.NewMoney(minor, s.Account.Currency), IssuedOn: issued, DueOn: issued.AddDays(30), Period: period, VATMinor: vatOf(s.Country, minor),
		})
	}
	s.Next = history + opens + 1
	w.Subscribers = append(w.Subscribers, s)
}

func currencyOf(c prolong.Country) prolong.Currency {
	switch c {
	case prolong.Ukraine:
		return prolong.UAH
	case prolong.Kazakhstan:
		return prolong.KZT
	default:
		return prolong.RUB
	}
}

// vatRate is the rate of the generated sellers in percent.
func vatRate(c prolong.Country) int64 {
	switch c {
	case prolong.Ukraine:
		return 20
	case prolong.Kazakhstan:
		return 16
	default:
		return 22
	}
}

func vatOf(c prolong.Country, minor int64) int64 {
	r := vatRate(c)
	return (minor*r*2 + (100 + r)) / (2 * (100 + r))
}

func price(rng *rand.Rand) int64 {
	n := rng.Int64N(100)
	for _, p := range prices {
		if n -= p.weight; n < 0 {
			return p.minor
		}
	}
	return prices[0].minor
}

// taxID draws a number with right check digits that nobody has yet.
func (w *World) taxID(rng *rand.Rand, c prolong.Country, person bool) string {
	for {
		var id string
		switch {
		case c == prolong.Russia && person:
			id = digits(rng, 12)
		case c == prolong.Russia:
			id = digits(rng, 10)
		case c == prolong.Ukraine && person:
			id = digits(rng, 10)
		case c == prolong.Ukraine:
			id = digits(rng, 8)
		default:
			id = digits(rng, 12)
		}
		if !w.taken[id] && prolong.ValidTaxID(c, id) {
			return id
		}
	}
}

func (w *World) bankAccount(rng *rand.Rand, c prolong.Country, person bool) string {
	switch c {
	case prolong.Ukraine:
		return "UA" + digits(rng, 2) + digits(rng, 6) + "000002600" + digits(rng, 10)
	case prolong.Kazakhstan:
		return "KZ" + digits(rng, 2) + digits(rng, 3) + "KZT" + digits(rng, 10)
	default:
		if person {
			return "40802810" + digits(rng, 12)
		}
		return "40702810" + digits(rng, 12)
	}
}

func digits(rng *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + rng.IntN(10))
	}
	if b[0] == '0' {
		b[0] = '1'
	}
	return string(b)
}

func pick[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }
