package notify

import (
	"fmt"
	"reflect"

	"prolong"
	"prolong/identity"
	"prolong/internal/i18n"
)

// Examples returns a filled payload of every purpose, for galleries, previews of templates
// and tests. The companies are made up.
func Examples() []Payload {
	bill := Bill{
		Number: "58291375-12", IssuedOn: prolong.MustDate("2026-11-21"), Total: prolong.NewMoney(1490000, prolong.RUB),
		Service: "Тариф «Стандарт»", Period: prolong.Period{From: prolong.MustDate("2026-12-01"), To: prolong.MustDate("2027-01-01")},
		PayBy: prolong.MustDate("2026-11-30"), AccountName: "ООО «Пример Кафе»",
		PaymentPurpose: "Оплата по счету № 58291375-12 от 21.11.2026 за доступ к сервису. В т.ч. НДС 22% 2686,89",
		Requisites: []Fact{
			{"Получатель", "ООО «Пример Софт»"}, {"ИНН / КПП", "7701001238 / 770101001"},
			{"Счёт", "40702810938000000001"}, {"Банк, БИК", "ПАО Сбербанк, 044525225"},
		},
		URL: "https://cabinet.example.test/cabinet/invoices/41",
	}
	return []Payload{
		CreditIssued{
			Number: "260000017", IssuedOn: prolong.MustDate("2026-12-02"), Total: prolong.NewMoney(50000, prolong.RUB), InvoiceNumber: bill.Number,
			AccountName: bill.AccountName, Reason: "Скидка за простой 14.11.2026", Balance: prolong.NewMoney(50000, prolong.RUB), URL: bill.URL,
		},
		DocumentReady{
			Kind: DocumentAct, Number: "58291375-12", IssuedOn: prolong.MustDate("2026-12-31"), Total: bill.Total, Period: bill.Period,
			AccountName: bill.AccountName, InvoiceNumber: bill.Number, URL: "https://cabinet.example.test/cabinet/documents",
		},
		InvoiceIssued{Bill: bill},
		InvoiceReminder{Bill: bill, PaidThrough: prolong.MustDate("2026-11-30"), DaysLeft: 3},
		LoginCode{Code: "482913", ValidMinutes: 10, IP: "192.0.2.17", Device: "Firefox, Windows"},
		PaymentQuestion{
			AccountName: bill.AccountName, Amount: prolong.NewMoney(1490000, prolong.RUB), ReceivedOn: prolong.MustDate("2026-11-27"), DocNo: "318", Payer: "ИП Пример Павел Петрович",
			Details: "Оплата за услуги по договору", Note: "Плательщик не тот, что обычно.",
			Answers: []PaymentAnswer{
				{Kind: AnswerInvoice, Invoice: bill.Number, URL: "https://cabinet.example.test/answer/token?answer=invoice-41"},
				{Kind: AnswerBalance, URL: "https://cabinet.example.test/answer/token?answer=balance"},
				{Kind: AnswerNotMine, URL: "https://cabinet.example.test/answer/token?answer=not_mine"},
				{Kind: AnswerOther, URL: "https://cabinet.example.test/answer/token?answer=other"},
			},
			URL: "https://cabinet.example.test/answer/token",
		},
		PaymentReceived{
			AccountName: bill.AccountName, Amount: prolong.NewMoney(1500000, prolong.RUB), ReceivedOn: prolong.MustDate("2026-11-27"),
			DocNo: "318", Invoices: []string{bill.Number}, Service: bill.Service, PaidThrough: prolong.MustDate("2026-12-31"),
			Balance: prolong.NewMoney(10000, prolong.RUB), URL: "https://cabinet.example.test/cabinet",
		},
		PersonInvited{AccountName: bill.AccountName, InvitedBy: "owner@example.test", Role: identity.MemberAccountant, Email: "anna@example.test"},
		ServiceClosed{AccountName: bill.AccountName, Service: bill.Service, PaidThrough: prolong.MustDate("2026-11-30"), ClosedOn: prolong.MustDate("2027-01-03"), Balance: prolong.NewMoney(10000, prolong.RUB)},
		ServiceClosing{Bill: bill, PaidThrough: prolong.MustDate("2026-11-30"), ClosesOn: prolong.MustDate("2027-01-03")},
		ServiceEnding{AccountName: bill.AccountName, Service: bill.Service, EndsOn: prolong.MustDate("2026-12-31"), PapersUntil: prolong.MustDate("2032-12-31"), Withdrawn: "58291375-13"},
		ServiceKept{AccountName: bill.AccountName, Service: bill.Service, Announced: prolong.MustDate("2026-12-31"), PaidThrough: prolong.MustDate("2026-12-31"), RenewOn: prolong.MustDate("2026-12-17")},
		ServiceSuspended{Bill: bill, PaidThrough: prolong.MustDate("2026-11-30"), StoppedOn: prolong.MustDate("2026-12-04")},
		ServiceSuspending{Bill: bill, PaidThrough: prolong.MustDate("2026-11-30"), StopsOn: prolong.MustDate("2026-12-04")},
		TicketReceived{Number: 1001, Title: "Не печатается чек", AnswerBy: "до 23.11.2026, 14:05", URL: "https://cabinet.example.test/cabinet"},
		TicketReplied{
			Number: 1001, Title: "Не печатается чек", Author: "Мария", Text: "Здравствуйте!\n\nОбновите, пожалуйста, приложение:\n1. Настройки.\n2. О программе.",
			URL: "https://cabinet.example.test/cabinet",
		},
		TicketWarning{Number: 1001, Title: "Не печатается чек", Metric: "Первый ответ", DueBy: "23.11.2026, 14:05", Percent: 80, URL: "https://cabinet.example.test/office"},
	}
}

// exampleRecipient reads the examples.
var exampleRecipient = Recipient{Email: "anna@example.test", Name: "Анна Примерова"}

// exampleOf returns the example of a purpose, and after it those that show the letter's other
// sides: paid from the balance, nothing extended, after the term.
func exampleOf(purpose Purpose) (list []Payload) {
	for _, p := range Examples() {
		if p.Purpose() != purpose {
			continue
		}
		list = append(list, p)
		switch p := p.(type) {
		case CreditIssued:
			unpaid := p
			unpaid.Balance, unpaid.Owed = prolong.Money{}, prolong.NewMoney(1440000, prolong.RUB)
			p.Balance, p.Refunded = prolong.Money{}, p.Total
			list = append(list, unpaid, p)
		case InvoiceIssued:
			settled := p
			settled.Settled, settled.PaidFromBalance, settled.PaidThrough = true, p.Bill.Total, prolong.MustDate("2026-12-31")
			settled.Bill.PayBy, settled.Bill.Requisites = prolong.Date{}, nil
			list = append(list, settled)
		case InvoiceReminder:
			for _, days := range []int{0, -2} {
				p.DaysLeft = days
				list = append(list, p)
			}
		case ServiceClosed:
			p.Announced, p.PaidThrough, p.ClosedOn = true, prolong.MustDate("2026-12-31"), prolong.MustDate("2027-01-01")
			owing := p
			owing.Balance, owing.Owed = prolong.Money{}, prolong.NewMoney(450000, prolong.RUB)
			list = append(list, p, owing)
		case ServiceEnding:
			owing, rent := p, p
			owing.Withdrawn, owing.Owed = "", prolong.NewMoney(1490000, prolong.RUB)
			rent.Withdrawn, rent.LastBillOn, rent.Balance = "", prolong.MustDate("2027-01-01"), prolong.NewMoney(10000, prolong.RUB)
			list = append(list, owing, rent)
		case ServiceKept:
			p.RenewOn, p.PaidThrough = prolong.Date{}, prolong.Date{}
			list = append(list, p)
		case PaymentQuestion:
			p.Answers, p.DocNo, p.Payer, p.Details, p.Note = nil, "", "", "", ""
			list = append(list, p)
		case PaymentReceived:
			part, order, balance := p, p, p
			part.Amount, part.Owed = prolong.NewMoney(500000, prolong.RUB), prolong.NewMoney(990000, prolong.RUB)
			part.PaidThrough, part.Service, part.Balance = prolong.Date{}, "", prolong.Money{}
			order.PaidThrough, order.Service = prolong.Date{}, "" // hours that were ordered extend nothing
			balance.PaidThrough, balance.Invoices, balance.Service, balance.Balance = prolong.Date{}, nil, "", p.Amount
			list = append(list, balance, part, order)
		}
	}
	return list
}

// Placeholder is what a wording may say, with what it stands for in the example.
type Placeholder struct {
	Code  string // "{{.Money .P.Amount}}"
	Value string
}

// Placeholders lists what the wording of a letter may refer to, as the example fills it.
// Returns CodeNotFound for a letter that is not there.
func (s *Service) Placeholders(purpose Purpose, language string) ([]Placeholder, error) {
	key, err := letterKeyOf(purpose, language)
	if err != nil {
		return nil, err
	}
	p := &page{Translator: s.renderer.catalog.Translator(key.lang), Head: s.cfg.Letterhead, Recipient: exampleRecipient, P: exampleOf(purpose)[0]}
	list := []Placeholder{{"{{.Head.Brand}}", p.Head.Brand}}
	var walk func(path string, v reflect.Value)
	walk = func(path string, v reflect.Value) {
		t := v.Type()
		for i := range t.NumField() {
			f, name, value := t.Field(i), path+"."+t.Field(i).Name, v.Field(i)
			if !f.IsExported() {
				continue
			}
			switch x := value.Interface().(type) {
			case prolong.Money:
				list = append(list, Placeholder{"{{.Money " + name + "}}", p.Money(x)})
			case prolong.Date:
				list = append(list, Placeholder{"{{.LongDate " + name + "}}", p.value(x)})
			case prolong.Period:
				list = append(list, Placeholder{"{{.Period " + name + "}}", p.value(x)})
			case string, int, int64, identity.MemberRole, DocumentKind:
				list = append(list, Placeholder{"{{" + name + "}}", fmt.Sprint(x)})
			case Bill:
				walk(name, value)
			}
		}
	}
	walk(".P", reflect.ValueOf(p.P))
	return list, nil
}

// exampleHead is the letterhead of the examples.
var exampleHead = Letterhead{
	Brand: "Пример Софт", LegalName: "ООО «Пример Софт»", CabinetURL: "https://cabinet.example.test",
	SupportEmail: "help@example.test", SupportPhone: "+7 495 000-00-00",
}

// ExampleLetters renders every side of every letter in every language in the built-in wording,
// by names like "invoice.issued.2.ru": for galleries.
func ExampleLetters() (map[string]Letter, error) {
	r, err := embeddedRenderer()
	if err != nil {
		return nil, err
	}
	letters := map[string]Letter{}
	for _, purpose := range Purposes() {
		for i, payload := range exampleOf(purpose) {
			for _, lang := range i18n.Langs() {
				name := fmt.Sprintf("%s.%d.%s", purpose, i+1, lang)
				if letters[name], err = r.render(lang, envelope{head: exampleHead, recipient: exampleRecipient}, payload); err != nil {
					return nil, fmt.Errorf("%s: %w", name, err)
				}
			}
		}
	}
	return letters, nil
}
