package notify

import (
	"prolong"
	"prolong/identity"
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
		DocumentReady{
			Kind: DocumentAct, Number: "58291375-12", IssuedOn: prolong.MustDate("2026-12-31"), Total: bill.Total, Period: bill.Period,
			AccountName: bill.AccountName, InvoiceNumber: bill.Number, URL: "https://cabinet.example.test/cabinet/documents",
		},
		InvoiceIssued{Bill: bill},
		InvoiceReminder{Bill: bill, PaidThrough: prolong.MustDate("2026-11-30"), DaysLeft: 3},
		LoginCode{Code: "482913", ValidMinutes: 10, IP: "192.0.2.17", Device: "Firefox, Windows"},
		PaymentReceived{
			AccountName: bill.AccountName, Amount: prolong.NewMoney(1500000, prolong.RUB), ReceivedOn: prolong.MustDate("2026-11-27"),
			DocNo: "318", Invoices: []string{bill.Number}, Service: bill.Service, PaidThrough: prolong.MustDate("2026-12-31"),
			Balance: prolong.NewMoney(10000, prolong.RUB), URL: "https://cabinet.example.test/cabinet",
		},
		PersonInvited{AccountName: bill.AccountName, InvitedBy: "owner@example.test", Role: identity.MemberAccountant, Email: "anna@example.test"},
		TicketReceived{Number: 1001, Title: "Не печатается чек", AnswerBy: "до 23.11.2026, 14:05", URL: "https://cabinet.example.test/cabinet"},
		TicketReplied{
			Number: 1001, Title: "Не печатается чек", Author: "Мария", Text: "Здравствуйте!\n\nОбновите, пожалуйста, приложение:\n1. Настройки.\n2. О программе.",
			URL: "https://cabinet.example.test/cabinet",
		},
		TicketWarning{Number: 1001, Title: "Не печатается чек", Metric: "Первый ответ", DueBy: "23.11.2026, 14:05", Percent: 80, URL: "https://cabinet.example.test/office"},
	}
}
