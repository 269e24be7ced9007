package invoices

import (
	"prolong"
	"prolong/billing"
	"prolong/invoices/render"
	"prolong/notify"
)

// message words the mail that brings the invoice, to nobody yet.
func (d *draft) message() notify.Message {
	return notify.Message{
		Subject: notify.Subject{Kind: "invoice", ID: int64(d.ID)}, AccountID: d.AccountID, SellerID: d.SellerID,
		Payload:     d.letter(),
		Attachments: []notify.Attachment{{Kind: AttachInvoice, ID: int64(d.ID)}},
	}
}

// threadOf ties a letter to those about an invoice: the invoice, its reminders, the receipt and the
// act stand together in the reader's mailbox.
func threadOf(id InvoiceID) notify.Subject {
	if id == 0 {
		return notify.Subject{}
	}
	return notify.Subject{Kind: "invoice", ID: int64(id)}
}

// letter says what is to be paid: an invoice that the balance has paid asks for nothing.
func (d *draft) letter() notify.InvoiceIssued {
	bill := billOf(d.document, d.Invoice, d.account, d.plan.Name)
	letter := notify.InvoiceIssued{Bill: bill, PaidFromBalance: d.Paid}
	if d.Status == StatusPaid {
		letter.Settled = true
		if d.sub != nil {
			letter.PaidThrough = d.sub.PaidThrough
		}
		letter.Bill.Total, letter.Bill.PayBy, letter.Bill.Requisites = d.Total, prolong.Date{}, nil
	}
	return letter
}

// billOf says in a mail what stands on the invoice.
func billOf(doc render.Document, inv Invoice, account billing.Account, service string) notify.Bill {
	return notify.Bill{
		Number: inv.Number, IssuedOn: inv.IssuedOn, Total: inv.Residual(), Service: service, Period: inv.Period, PayBy: inv.DueOn,
		AccountName: account.LegalName(), PaymentPurpose: doc.PaymentPurpose, Requisites: requisites(doc),
	}
}

func requisites(doc render.Document) []notify.Fact {
	s := doc.Seller
	var rows []notify.Fact
	switch doc.Country {
	case prolong.Ukraine:
		rows = []notify.Fact{{Label: "Одержувач", Value: s.Name}, {Label: "Код ЄДРПОУ/РНОКПП", Value: s.TaxID}, {Label: "IBAN", Value: s.Account.Number}, {Label: "Банк", Value: s.Account.Bank}}
	case prolong.Kazakhstan:
		rows = []notify.Fact{{Label: "Бенефициар", Value: s.Name}, {Label: "БИН/ИИН", Value: s.TaxID}, {Label: "ИИК", Value: s.Account.Number}, {Label: "Банк", Value: s.Account.Bank},
			{Label: "БИК", Value: s.Account.BIC}, {Label: "Кбе", Value: s.KBe}, {Label: "КНП", Value: s.KNP}}
	default:
		rows = []notify.Fact{{Label: "Получатель", Value: s.Name}, {Label: "ИНН", Value: s.TaxID}, {Label: "КПП", Value: s.KPP}, {Label: "Расчётный счёт", Value: s.Account.Number},
			{Label: "Банк", Value: s.Account.Bank}, {Label: "БИК", Value: s.Account.BIC}, {Label: "Корр. счёт", Value: s.Account.CorrAccount}}
	}
	filled := rows[:0]
	for _, r := range rows {
		if r.Value != "" {
			filled = append(filled, r)
		}
	}
	return filled
}
