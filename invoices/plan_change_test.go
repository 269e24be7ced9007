package invoices_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
)

// plan declares another plan of the house's seller.
func (h *house) plan(t testing.TB, key string, period prolong.Term, minor int64) {
	t.Helper()
	_, err := h.billing.Apply(context.Background(), nil, []billing.PlanSpec{{
		Plan:   billing.Plan{Key: key, Name: "Другой", Period: period, Lead: billing.DefaultLead, GraceDays: 3, RemindDays: 3, Resume: billing.ResumeLatest},
		Seller: "main", Prices: []prolong.Money{prolong.NewMoney(minor, prolong.RUB)},
		Items: []billing.ItemSpec{{Key: "sms", Kind: billing.ItemAddon, Name: "СМС-пакет", Prices: []prolong.Money{prolong.NewMoney(30000, prolong.RUB)}}},
	}})
	require.NoError(t, err)
}

func TestPlanChangeFromTheNextPeriodReissuesTheOpenInvoiceAndIsQuotedFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	h.plan(t, "year", prolong.Term{Count: 12, Unit: prolong.Months}, 2000000)
	h.accounts(t, 1, "2026-03-20", "")
	old := h.issue(t)[0]
	h.receive(t, old.AccountID, 30000, "2026-03-05")

	quote, err := h.invoices.QuotePlan(ctx, tester, old.SubscriptionID, "year", prolong.Money{})
	require.NoError(t, err)
	require.Equal(t, prolong.MustDate("2026-03-21"), quote.From)
	require.Equal(t, int64(2000000), quote.Price.Minor())
	require.Equal(t, "2026-03-21..2027-03-20", quote.Reissued.New.Period.String())
	require.Equal(t, int64(1970000), quote.Reissued.New.Residual().Minor())
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM invoices`), "a quote leaves nothing behind")

	done, err := h.invoices.ChangePlan(ctx, tester, old.SubscriptionID, "year", prolong.Money{})
	require.NoError(t, err)
	require.Equal(t, quote.Reissued.New.Number, done.Reissued.New.Number, "the invoice is the quoted one")
	h.receive(t, old.AccountID, 1970000, "2026-03-06")
	require.Equal(t, "2027-03-20", h.paidThrough(t, "c00000"))
	h.sound(t)

	plan := func() int {
		return h.count(t, `SELECT count(*) FROM subscriptions s JOIN plans p ON p.id = s.plan_id WHERE p.key = 'year'`)
	}
	h.issue(t)
	require.Zero(t, plan(), "the paid days are still the old plan's")
	h.clock.Set(time.Date(2026, 3, 21, 9, 0, 0, 0, moscow))
	h.issue(t)
	require.Equal(t, 1, plan())
	h.clock.Set(time.Date(2027, 2, 21, 9, 0, 0, 0, moscow))
	require.Equal(t, "2027-03-21..2028-03-20", h.issue(t)[0].Period.String())
	h.sound(t)
}

func TestPlanOfNobodyAndSubscriptionOfNobodyAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	inv := h.issue(t)[0]
	_, err := h.invoices.QuotePlan(context.Background(), tester, inv.SubscriptionID, "нет", prolong.Money{})
	codeOf(t, err, "error.plan_not_sold")
	_, err = h.invoices.QuotePlan(context.Background(), tester, 999, "standard", prolong.Money{})
	codeOf(t, err, "error.subscription_not_found")
}

// billing.md case 25: Kill Bill, TestCatalogWithEffectiveDateForExistingSubscriptions, at the
// granularity of periods: an issued invoice keeps its amount.
func TestPriceReachesExistingClientsOnItsOwnLaterDay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	first := h.issue(t)[0]
	_, err := h.billing.Apply(context.Background(), nil, []billing.PlanSpec{{
		Plan:   billing.Plan{Key: "standard", Name: "Стандарт", Period: prolong.Term{Count: 1, Unit: prolong.Months}, Lead: billing.DefaultLead, GraceDays: 3, RemindDays: 3, Resume: billing.ResumeLatest},
		Seller: "main", Prices: []prolong.Money{prolong.NewMoney(240000, prolong.RUB)}, PricesFrom: prolong.MustDate("2026-03-10"), PricesForExisting: prolong.MustDate("2026-05-01"),
	}})
	require.NoError(t, err)
	var amounts []int64
	for range 3 {
		inv := h.find(t, invoices.StatusOpen)[0]
		amounts = append(amounts, inv.Total.Minor())
		h.receive(t, first.AccountID, inv.Total.Minor(), inv.DueOn.String())
		h.clock.Advance(31 * 24 * time.Hour)
		h.issue(t)
	}
	require.Equal(t, []int64{200000, 200000, 240000}, amounts, "periods of 21 March, 21 April, 21 May")
	h.sound(t)
}
