package backoffice

import (
	"time"

	"prolong"
	"prolong/billing"
	"prolong/internal/web"
	"prolong/tickets"
)

// galleryHours are two packs, one of them begun.
func galleryHours(b web.Base) (billing.Prepaid, []billing.Pack, bool) {
	return billing.Prepaid{Minutes: 1130, Lots: []billing.PrepaidLot{{ID: 1, Granted: 600, Left: 530, ExpiresOn: today(b).AddDays(40)}, {ID: 2, Granted: 600, Left: 600}},
		Entries: []billing.PrepaidEntry{
			{At: b.Now.Add(-3 * time.Hour), Kind: "consume", Minutes: -70, Cause: "#1041 Настроили выгрузку в 1С"},
			{At: b.Now.Add(-90 * time.Hour), Kind: "grant", Minutes: 600},
			{At: b.Now.Add(-99 * time.Hour), Kind: "grant", Minutes: 600},
			{At: b.Now.Add(-999 * time.Hour), Kind: "expire", Minutes: -15},
		}}, []billing.Pack{{Key: "hours-10", Name: "10 часов", Minutes: 600, Prices: []prolong.Money{rub(30_000_00)}}}, true
}

func galleryTimes(b web.Base) []tickets.TimeEntry {
	return []tickets.TimeEntry{
		{ID: 1, StaffID: 3, Minutes: 70, Billed: 70, Covered: 70, Note: "Настроили выгрузку в 1С", At: b.Now.Add(-3 * time.Hour)},
		{ID: 2, StaffID: 3, Minutes: 95, Billed: 90, Covered: 40, Note: "Обучили бухгалтера", At: b.Now.Add(-2 * time.Hour)},
		{ID: 3, StaffID: 3, Minutes: 20, Note: "Разобрались, в чём дело", At: b.Now.Add(-time.Hour), Cancelled: true},
	}
}
