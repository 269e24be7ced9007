package backoffice

import (
	"prolong"
	"prolong/billing"
	"prolong/billing/lookup"
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
	payer := true
	company := lookup.Company{Country: prolong.Russia, Name: "ООО «Образец Торг»", LegalName: "Общество с ограниченной ответственностью «Образец Торг»", TaxID: "7702001230", KPP: "770201001", RegNo: "1027700000018",
		Address: "127000, г Москва, ул Образцовая, д 25", Head: "Покупателев Пётр Петрович", Status: lookup.Liquidating, VATPayer: &payer, Source: "DaData", RetrievedAt: galleryNow}
	return []gallery.Entry{
		{Page: "office/company_list", State: "client", Make: func(b web.Base) web.Page {
			client := &billing.AccountBrief{Account: billing.Account{ID: 12, Name: "ООО «Образец Торг»", TaxID: "7702001230", Country: prolong.Russia}}
			return companyListPage(officeBase(b, companiesPath, "office.companies.title"), prolong.Russia, "7702001230", client, []lookup.Company{company}, nil, true)
		}},
		{Page: "office/company_list", State: "none", Make: func(b web.Base) web.Page {
			return companyListPage(officeBase(b, companiesPath, "office.companies.title"), prolong.Kazakhstan, "Мысал", nil, nil, prolong.NewError(prolong.CodeUnavailable, "error.lookup_none", nil), true)
		}},
		{Page: "office/exchange", State: "one", Make: func(b web.Base) web.Page {
			return exchangePage(officeBase(b, exchangePath, "office.exchange.title"), []billing.Seller{{Key: "main", Name: "ООО «Пример Софт»"}}, web.NewForm(nil))
		}},
		{Page: "office/exchange", State: "several", Make: func(b web.Base) web.Page {
			return exchangePage(officeBase(b, exchangePath, "office.exchange.title"), []billing.Seller{{Key: "kz", Name: "ТОО «Үлгі Софт»"}, {Key: "main", Name: "ООО «Пример Софт»"}},
				web.NewForm(map[string][]string{"seller": {"main"}, "from": {"2026-01-01"}, "to": {"2026-03-31"}}))
		}},
	}
}
