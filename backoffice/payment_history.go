package backoffice

import (
	"prolong"
	"prolong/banksync"
	"prolong/banksync/match"
	"prolong/billing"
	"prolong/internal/i18n"
	"prolong/internal/web"
)

// WhereRow is a share of the money of an assigned payment.
type WhereRow struct {
	Account, AccountHref string
	Invoice, InvoiceHref string // empty: on the balance
	Amount               prolong.Money
}

// HistoryRow is a decision about the payment.
type HistoryRow struct {
	At    string
	Text  string
	By    string
	Note  string
	Tone  web.Tone
	Stamp string
}

func whereOf(f paymentFacts) []WhereRow {
	name := func(id billing.AccountID) string { return f.accounts[id].LegalName() }
	type share struct {
		id      billing.PaymentID
		account billing.AccountID
		amount  prolong.Money
	}
	shares := []share{}
	if f.payment.State == billing.PaymentMatched {
		shares = append(shares, share{f.payment.ID, f.payment.AccountID, f.payment.Amount})
	}
	for _, p := range f.parts {
		shares = append(shares, share{p.ID, p.AccountID, p.Amount})
	}
	var rows []WhereRow
	for _, s := range shares {
		rest := s.amount.Minor()
		for _, gone := range f.refunds[s.id] {
			rest -= gone.Amount.Minor()
		}
		for _, w := range f.where {
			if w.PaymentID == s.id {
				rows = append(rows, WhereRow{Account: name(s.account), AccountHref: clientHref(s.account), Invoice: w.Number, InvoiceHref: invoiceHref(w.InvoiceID), Amount: w.Amount})
				rest -= w.Amount.Minor()
			}
		}
		if rest != 0 {
			rows = append(rows, WhereRow{Account: name(s.account), AccountHref: clientHref(s.account), Amount: prolong.NewMoney(rest, s.amount.Currency())})
		}
	}
	return rows
}

func historyOf(b web.Base, f paymentFacts) []HistoryRow {
	t := b.Translator
	var rows []HistoryRow
	for i := len(f.history) - 1; i >= 0; i-- {
		d := f.history[i]
		row := HistoryRow{At: t.DateTime(d.At, b.Zone), Stamp: d.At.UTC().Format("2006-01-02T15:04:05Z"), By: actorName(t, d.By, f.staff), Note: d.Note}
		row.Text, row.Tone = decisionText(t, d)
		rows = append(rows, row)
	}
	return rows
}

// decisionText says what was decided: posted to which invoices, by which rule, or not.
func decisionText(t i18n.Translator, d banksync.DecisionRecord) (text string, tone web.Tone) {
	tone = web.ToneGood
	switch {
	case d.Class == match.ClassReview && d.Manual():
		text, tone = t.T("office.history.taken_back"), web.ToneWarn
	case d.Class == match.ClassReview:
		text, tone = t.T("office.history.review", "Reason", reasonName(t, d.Reason)), web.ToneWarn
	case d.Class == match.ClassNotOurs:
		text, tone = t.T("office.history.not_ours"), web.ToneNeutral
	case d.Manual():
		text = t.T("office.history.assigned")
	default:
		text = t.T("office.history.posted", "Rule", ruleName(t, d.Rule))
	}
	if numbers := numbersOf(d.Allocations); numbers != "" {
		text += ": " + numbers
	}
	return text, tone
}
