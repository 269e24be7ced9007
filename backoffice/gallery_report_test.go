package backoffice

import (
	"prolong"
	"prolong/internal/web"
	"prolong/internal/web/gallery"
	"prolong/invoices"
)

func reportEntries() []gallery.Entry {
	return []gallery.Entry{
		{Page: "office/report_list", State: "filled", Make: func(b web.Base) web.Page {
			f := reportFacts{month: prolong.MustDate("2026-11-01")}
			f.totals = []invoices.MoneyTotal{{NotDue: rub(412_300_00), Days30: rub(59_600_00), Days60: rub(14_900_00), Days90: rub(0), Older: rub(29_800_00), Owed: rub(516_600_00), Deferred: rub(1_204_750_00)}}
			for i := range 13 {
				f.cash = append(f.cash, invoices.CashExport{Week: prolong.MustDate("2026-11-16").AddDays(7 * i), Currency: prolong.RUB, Overdue: []string{"104300.00", "0.00"}[min(i, 1)], Invoices: "88200.00", Renewals: "312900.00", Total: "505400.00"})
			}
			for i := range 12 {
				month := prolong.MustDate("2025-11-01").AddMonths(i, 1)
				f.mrr = append(f.mrr, invoices.MRRExport{Month: month, Currency: prolong.RUB, MRR: "1204300.00", New: "48900.00", Expansion: "12000.00", Contraction: "-3000.00", Churn: "-14900.00", WinBack: "14900.00"})
				f.churn = append(f.churn, invoices.ChurnExport{Month: month, Currency: prolong.RUB, ClientsBefore: 812, ClientsLost: 9, ClientsNew: 14, ClientsBack: 2, ClientChurn: "1.1", MRRBefore: "1158400.00", Lost: "14900.00", Shrunk: "3000.00", RevenueChurn: "1.3"})
			}
			f.partners = []invoices.PartnerTotal{
				{Partner: invoices.Partner{Key: "rep", Name: "ООО «Пример Партнёр»"}, Clients: 41, Currency: prolong.RUB, Accrued: rub(61_420_17), Payable: rub(402_115_03)},
				{Partner: invoices.Partner{Key: "agent", Name: "ИП Примерова", Of: "rep"}, Clients: 3},
			}
			return reportsPage(officeBase(b, reportsPath, "office.reports.title"), f)
		}},
		{Page: "office/report_list", State: "empty", Make: func(b web.Base) web.Page {
			return reportsPage(officeBase(b, reportsPath, "office.reports.title"), reportFacts{month: prolong.MustDate("2026-11-01")})
		}},
	}
}
