package notify

import (
	"cmp"
	"strings"
	"unicode"

	"prolong"
)

// What the letters show beside their words: a table of facts, a text to copy, a code, a link.
// The layout leaves out what is empty.

// Facts returns the lines of the letter's table.
func (p *page) Facts() []Fact {
	switch v := p.P.(type) {
	case CreditIssued:
		return p.facts(
			"mail.label.document", p.numbered(p.DocumentName()+" ", v.Number, v.IssuedOn),
			"mail.label.invoice", p.order(v.InvoiceNumber),
			"mail.label.credited", v.Total,
			"mail.label.reason", v.Reason,
			"mail.label.owed", v.Owed,
			"mail.label.to_balance", v.Balance,
			"mail.label.refunded", v.Refunded)
	case DocumentReady:
		return p.facts(
			"mail.label.document", p.numbered(p.DocumentName()+" ", v.Number, v.IssuedOn),
			"mail.label.amount", v.Total,
			"mail.label.period", v.Period,
			"mail.label.invoice", p.order(v.InvoiceNumber))
	case InvoiceIssued:
		return p.billFacts(v.Bill)
	case InvoiceReminder:
		if v.DaysLeft < 0 { // the day to pay has passed
			v.Bill.PayBy = prolong.Date{}
		}
		return p.billFacts(v.Bill)
	case LoginCode:
		return p.facts("mail.label.ip", v.IP, "mail.label.device", v.Device)
	case PaymentQuestion:
		return p.facts(
			"mail.label.amount", v.Amount,
			"mail.label.received_on", v.ReceivedOn,
			"mail.label.payment", p.order(v.DocNo),
			"mail.label.payer", v.Payer,
			"mail.label.payment_purpose_short", v.Details)
	case PaymentReceived:
		invoices := "mail.label.invoices" // paid ones
		if !v.Owed.IsZero() {
			invoices = "mail.label.invoice"
		}
		return p.facts(
			"mail.label.amount", v.Amount,
			"mail.label.received_on", v.ReceivedOn,
			"mail.label.payment", p.order(v.DocNo),
			invoices, v.Invoices,
			"mail.label.for", v.Service,
			"mail.label.paid_through", v.PaidThrough,
			"mail.label.owed", v.Owed,
			"mail.label.balance", v.Balance)
	case PersonInvited:
		return p.facts(
			"mail.label.company", v.AccountName,
			"mail.label.role", p.T("mail.role."+string(v.Role)),
			"mail.label.login", v.Email,
			"mail.label.invited_by", v.InvitedBy)
	case ServiceClosed:
		return p.facts(
			"mail.label.company", v.AccountName,
			"mail.label.for", v.Service,
			"mail.label.paid_through", v.PaidThrough,
			"mail.label.closed_on", v.ClosedOn,
			"mail.label.owed", v.Owed,
			"mail.label.balance", v.Balance)
	case ServiceClosing:
		return p.stopFacts(v.Bill, "mail.label.closes_on", v.ClosesOn)
	case ServiceEnding:
		return p.facts(
			"mail.label.company", v.AccountName,
			"mail.label.for", v.Service,
			"mail.label.ends_on", v.EndsOn,
			"mail.label.papers_until", v.PapersUntil,
			"mail.label.withdrawn", p.order(v.Withdrawn),
			"mail.label.last_bill", v.LastBillOn,
			"mail.label.owed", v.Owed,
			"mail.label.balance", v.Balance)
	case ServiceKept:
		return p.facts(
			"mail.label.company", v.AccountName,
			"mail.label.for", v.Service,
			"mail.label.paid_through", v.PaidThrough,
			"mail.label.next_bill", v.RenewOn)
	case ServiceSuspended:
		return p.stopFacts(v.Bill, "mail.label.stopped_on", v.StoppedOn)
	case ServiceSuspending:
		return p.stopFacts(v.Bill, "mail.label.stops_on", v.StopsOn)
	}
	return nil
}

func (p *page) billFacts(b Bill) []Fact {
	return p.facts(
		"mail.label.invoice", p.numbered("", b.Number, b.IssuedOn),
		"mail.label.amount", b.Total,
		"mail.label.for", b.Service,
		"mail.label.period", b.Period,
		"mail.label.pay_by", b.PayBy)
}

// stopFacts are those of a bill whose day to pay has passed, with the day that matters instead.
func (p *page) stopFacts(b Bill, label string, on prolong.Date) []Fact {
	b.PayBy = prolong.Date{}
	return append(p.billFacts(b), p.facts(label, on)...)
}

// Box returns the text that the reader is asked to copy; nil if there is none.
func (p *page) Box() *Fact {
	if b := p.bill(); b != nil {
		return &Fact{Label: p.T("mail.label.payment_purpose"), Value: b.PaymentPurpose}
	}
	return nil
}

// Code returns the code of a login letter; "" for other letters.
func (p *page) Code() string {
	v, ok := p.P.(LoginCode)
	if !ok {
		return ""
	}
	return v.Code
}

// Tel returns the telephone for a link: people write it with spaces, and add an extension.
func (p *page) Tel() string {
	var b strings.Builder
	for i, r := range p.Head.SupportPhone {
		if r == '+' && i == 0 || r >= '0' && r <= '9' {
			b.WriteRune(r)
		} else if r == ',' || r == ';' || unicode.IsLetter(r) { // an extension, or a second number
			break
		}
	}
	return b.String()
}

// DocumentName returns «Акт», «УПД», «Кредит-нота».
func (p *page) DocumentName() string {
	switch v := p.P.(type) {
	case CreditIssued:
		return p.T("mail.document.credit_note")
	case DocumentReady:
		return p.T("mail.document." + string(v.Kind))
	}
	return ""
}

// Requisites returns where to pay to.
func (p *page) Requisites() []Fact {
	if b := p.bill(); b != nil {
		return b.Requisites
	}
	return nil
}

// URL returns where the letter's button leads: the address that the payload names, otherwise the
// page of the matter, otherwise the cabinet for letters about the whole account; "" for none.
func (p *page) URL() string {
	own, account := "", false
	switch v := p.P.(type) {
	case CreditIssued:
		own = v.URL
	case DocumentReady:
		own = v.URL
	case InvoiceIssued:
		own = v.Bill.URL
	case InvoiceReminder:
		own = v.Bill.URL
	case PaymentQuestion:
		if len(v.Answers) > 0 { // they are the buttons
			return ""
		}
		return v.URL // its token opens the page without a login
	case PaymentReceived:
		own = v.URL
	case PersonInvited, ServiceClosed, ServiceEnding, ServiceKept:
		account = true
	case ServiceClosing:
		own = v.Bill.URL
	case ServiceSuspended:
		own = v.Bill.URL
	case ServiceSuspending:
		own = v.Bill.URL
	case TicketReceived:
		return v.URL
	case TicketReplied:
		return v.URL
	case TicketWarning:
		return v.URL
	}
	if account {
		return cmp.Or(own, p.Link, p.Head.CabinetURL)
	}
	return cmp.Or(own, p.Link)
}

func (p *page) bill() *Bill {
	switch v := p.P.(type) {
	case InvoiceIssued:
		if v.Settled { // nothing is to be copied into a payment order
			return nil
		}
		return &v.Bill
	case InvoiceReminder:
		return &v.Bill
	case ServiceClosing:
		return &v.Bill
	case ServiceSuspended:
		return &v.Bill
	case ServiceSuspending:
		return &v.Bill
	}
	return nil
}

// facts pairs label keys with values written as the letter's language does; a line without a
// value is left out.
func (p *page) facts(pairs ...any) []Fact {
	var facts []Fact
	for i := 0; i+1 < len(pairs); i += 2 {
		if value := p.value(pairs[i+1]); value != "" {
			facts = append(facts, Fact{Label: p.T(pairs[i].(string)), Value: value})
		}
	}
	return facts
}

// numbered writes "№ 12 от 22.11.2026".
func (p *page) numbered(prefix, number string, on prolong.Date) string {
	return prefix + p.T("mail.numbered", "Number", number, "Date", p.LongDate(on))
}

// order writes "№ 12", nothing for no number.
func (p *page) order(number string) string {
	if number == "" {
		return ""
	}
	return p.T("mail.order", "Number", number)
}
