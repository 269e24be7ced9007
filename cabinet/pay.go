package cabinet

import (
	"strings"

	"prolong"
	"prolong/internal/i18n"
	"prolong/invoices"
	"prolong/invoices/render"
)

// PayBlock is the data of the partial "pay": everything that is needed to pay an invoice,
// ready to be copied.
type PayBlock struct {
	Number   string
	IssuedOn prolong.Date
	DueOn    prolong.Date
	Period   prolong.Period
	Amount   prolong.Money // what is left to pay
	Total    prolong.Money
	Partly   bool   // a part is paid already
	When     string // how urgent it is, in words
	Late     bool
	Href     string // of the invoice's page; empty on that page itself
	PDF      string
	Purpose  string
	// Requisites are the fields of a payment order in the words of the seller's country. All is
	// the whole of them as a text.
	Requisites []Requisite
	All        string
	QR         *QR
	QRHint     string
	// For who pays with the telephone that shows the page: the code as a picture to keep, or a
	// link into the program of the bank, where codes are links. At most one of them is set.
	QRPicture, BankLink string
	PhoneHint           string
}

// Requisite is a field of a payment order.
type Requisite struct {
	Label string
	Value string // as people read it
	Copy  string // as a bank's program takes it
}

// payBlock prepares an open invoice; today is the seller's day, href the invoice's page.
func payBlock(t i18n.Translator, inv invoices.ClientInvoice, today prolong.Date, href string) (PayBlock, error) {
	doc := inv.Payable()
	p := PayBlock{
		Number: inv.Number, IssuedOn: inv.IssuedOn, DueOn: inv.DueOn, Period: inv.Period, Amount: inv.Residual(), Total: inv.Total, Partly: inv.Paid.Minor() > 0,
		When: dueWords(t, inv.DueOn, today), Late: inv.DueOn.Before(today), Href: href, PDF: href + "/pdf", Purpose: doc.PaymentPurpose,
		Requisites: requisites(t, &doc, inv.Residual()),
	}
	var all strings.Builder
	for _, r := range p.Requisites {
		all.WriteString(r.Label + ": " + r.Copy + "\n")
	}
	all.WriteString(t.T("cabinet.pay.purpose") + ": " + p.Purpose + "\n")
	p.All = all.String()
	var err error
	if p.QR, err = paymentQR(&doc); err != nil {
		return p, err
	}
	if p.QR != nil {
		p.QRHint = t.T("cabinet.pay.qr_hint")
		p.QRPicture, p.PhoneHint = href+"/qr", t.T("cabinet.pay.qr_phone")
		if doc.Kind == render.KindInvoiceUA {
			p.QRHint = t.T("cabinet.pay.qr_hint_ua")
			p.QRPicture, p.BankLink, p.PhoneHint = "", bankLink(&doc), t.T("cabinet.pay.qr_phone_ua")
		}
	}
	return p, nil
}

// dueWords says how long there is to pay: "сегодня последний день", "осталось 12 дней".
func dueWords(t i18n.Translator, due, today prolong.Date) string {
	if due.Before(today) {
		return t.N("cabinet.pay.late", today.DaysSince(due))
	}
	return t.DaysLeft(due, today)
}

// countryWords are the keys of what a country calls the fields of a payment order.
type countryWords struct{ taxID, account, bic string }

var wordsOfCountry = map[prolong.Country]countryWords{
	prolong.Kazakhstan: {"cabinet.pay.bin", "cabinet.pay.iik", "cabinet.pay.bik"},
	prolong.Russia:     {"cabinet.pay.inn", "cabinet.pay.account", "cabinet.pay.bik"},
	prolong.Ukraine:    {"cabinet.pay.edrpou", "cabinet.pay.iban", "cabinet.pay.mfo"},
}

func wordsOf(country prolong.Country) countryWords {
	if words, ok := wordsOfCountry[country]; ok {
		return words
	}
	return countryWords{"cabinet.pay.tax_id", "cabinet.pay.iban", "cabinet.pay.swift"}
}

// requisites lists the fields in the order in which banks ask for them; empty ones are left out.
func requisites(t i18n.Translator, doc *render.Document, amount prolong.Money) []Requisite {
	words, s := wordsOf(doc.Country), &doc.Seller
	var list []Requisite
	add := func(key, value, paste string) {
		if value != "" {
			list = append(list, Requisite{Label: t.T(key), Value: value, Copy: paste})
		}
	}
	same := func(key, value string) { add(key, value, value) }
	same("cabinet.pay.payee", s.Name)
	same(words.taxID, s.TaxID)
	same("cabinet.pay.kpp", s.KPP)
	add(words.account, grouped(s.Account.Number), s.Account.Number)
	same("cabinet.pay.bank", s.Account.Bank)
	same(words.bic, s.Account.BIC)
	add("cabinet.pay.corr_account", grouped(s.Account.CorrAccount), s.Account.CorrAccount)
	same("cabinet.pay.kbe", s.KBe)
	same("cabinet.pay.knp", s.KNP)
	add("cabinet.pay.amount", t.Money(amount), amount.String())
	return list
}

// grouped splits a long number into fours, so that an eye can check it.
func grouped(number string) string {
	var b strings.Builder
	for i, r := range number {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}
