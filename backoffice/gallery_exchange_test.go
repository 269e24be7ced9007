package backoffice

import (
	"prolong/billing"
	"prolong/internal/web"
	"prolong/internal/web/gallery"
)

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
