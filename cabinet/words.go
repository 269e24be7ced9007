package cabinet

import (
	"prolong"
	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/invoices"
)

// termWords writes the length of a period: "1 месяц", "30 дней".
func termWords(t i18n.Translator, term prolong.Term) string {
	if term.Unit == prolong.Months {
		return t.N("cabinet.months", term.Count)
	}
	return t.N("duration.days", term.Count)
}

// invoiceBadge shows how an invoice stands on the seller's day today.
func invoiceBadge(t i18n.Translator, inv invoices.Invoice, today prolong.Date) web.Badge {
	switch inv.Status {
	case invoices.StatusPaid:
		return web.Badge{Tone: web.ToneGood, Text: t.T("cabinet.invoice.paid")}
	case invoices.StatusVoid:
		return web.Badge{Tone: web.ToneNeutral, Text: t.T("cabinet.invoice.void")}
	case invoices.StatusOpen:
	}
	switch {
	case inv.DueOn.Before(today):
		return web.Badge{Tone: web.ToneBad, Text: t.T("cabinet.invoice.late")}
	case inv.Paid.Minor() > 0:
		return web.Badge{Tone: web.ToneWarn, Text: t.T("cabinet.invoice.partly")}
	}
	return web.Badge{Tone: web.ToneInfo, Text: t.T("cabinet.invoice.open")}
}

// documentKind names a closing document.
func documentKind(t i18n.Translator, kind invoices.DocumentKind) string {
	return t.T("cabinet.document." + string(kind))
}
