package backoffice

import (
	"prolong/billing"
	"prolong/internal/web"
	"prolong/internal/web/gallery"
	"prolong/invoices"
)

// galleryDispatches shows documents in every state of electronic exchange, and one to be sent.
func galleryDispatches(list []invoices.Document) dispatchFacts {
	states := []invoices.DispatchState{"", invoices.DispatchSigned, invoices.DispatchRejected, invoices.DispatchDraft, invoices.DispatchSent, invoices.DispatchFailed, invoices.DispatchQueued, invoices.DispatchRevoked}
	f := dispatchFacts{last: map[invoices.DocumentID]invoices.Dispatch{}, sellers: map[billing.SellerID]string{}, maySend: true}
	for i, d := range list {
		f.sellers[d.SellerID] = "diadoc"
		if state := states[i%len(states)]; state != "" {
			f.last[d.ID] = invoices.Dispatch{DocumentID: d.ID, State: state, HasCopy: state == invoices.DispatchSigned}
		}
	}
	return f
}

func exchangeEntries() []gallery.Entry {
	return []gallery.Entry{
		{Page: "office/exchange", State: "one", Make: func(b web.Base) web.Page {
			return exchangePage(officeBase(b, exchangePath, "office.exchange.title"), []billing.Seller{{Key: "main", Name: "ООО «Пример Софт»"}}, web.NewForm(nil))
		}},
		{Page: "office/exchange", State: "several", Make: func(b web.Base) web.Page {
			return exchangePage(officeBase(b, exchangePath, "office.exchange.title"), []billing.Seller{{Key: "kz", Name: "ТОО «Үлгі Софт»"}, {Key: "main", Name: "ООО «Пример Софт»"}},
				web.NewForm(map[string][]string{"seller": {"main"}, "from": {"2026-01-01"}, "to": {"2026-03-31"}}))
		}},
	}
}
