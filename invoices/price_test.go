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

// priced declares a monthly plan at a price from a day on; existing clients may have a later one.
func (h *house) priced(t testing.TB, minor int64, from, forExisting string, change func(p *billing.Plan)) {
	t.Helper()
	spec := billing.PlanSpec{
		Plan:   billing.Plan{Key: "priced", Name: "Тариф", Period: month, Lead: aDay, GraceDays: 3, RemindDays: 0, Resume: billing.ResumeLatest},
		Seller: "main", Prices: []prolong.Money{rub(minor)},
	}
	if change != nil {
		change(&spec.Plan)
	}
	if from != "" {
		spec.PricesFrom = prolong.MustDate(from)
	}
	if forExisting != "" {
		spec.PricesForExisting = prolong.MustDate(forExisting)
	}
	_, err := h.billing.Apply(context.Background(), nil, []billing.PlanSpec{spec})
	require.NoError(t, err)
}

// asked lets the given days pass, paying in time, and returns what each invoice asked for.
func (h *house) asked(t testing.TB, account billing.AccountID, days ...string) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	for _, day := range days {
		h.sweepAt(t, prolong.MustDate(day).Start(moscow).Add(9*time.Hour).Format(time.RFC3339))
		for _, inv := range h.find(t, invoices.StatusOpen) {
			out[inv.Period.String()] = inv.Total.Minor()
			h.receive(t, account, inv.Total.Minor(), day)
		}
	}
	h.sound(t)
	return out
}

// billing.md case 25: Kill Bill, TestCatalogWithEffectiveDateForExistingSubscriptions. 49.95; 59.95 is
// published on 2018-04-01 and reaches those who were clients before on 2018-05-01. Whoever comes on
// 2018-04-01 pays it at once.
func TestAPriceReachesExistingClientsFromTheirOwnDay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.clock.Set(time.Date(2018, 2, 1, 9, 0, 0, 0, moscow))
	h.priced(t, 4995, "", "", nil)
	h.accounts(t, 2, "2030-12-31", "")
	old, fresh := h.account(t, "c00000"), h.account(t, "c00001")
	_, err := h.invoices.OpenSubscription(context.Background(), tester, billing.Opening{AccountID: old, PlanKey: "priced", Currency: prolong.RUB})
	require.NoError(t, err)
	h.priced(t, 5995, "2018-04-01", "2018-05-01", nil) // declared long before
	require.Equal(t, map[string]int64{
		"2018-02-01..2018-02-28": 4995, "2018-03-01..2018-03-31": 4995, "2018-04-01..2018-04-30": 4995, "2018-05-01..2018-05-31": 5995, "2018-06-01..2018-06-30": 5995,
	}, h.asked(t, old, "2018-02-01", "2018-02-28", "2018-03-31", "2018-04-30", "2018-05-31"))

	h.clock.Set(time.Date(2018, 4, 1, 9, 0, 0, 0, moscow))
	_, err = h.invoices.OpenSubscription(context.Background(), tester, billing.Opening{AccountID: fresh, PlanKey: "priced", Currency: prolong.RUB})
	require.NoError(t, err)
	require.Equal(t, map[string]int64{"2018-04-01..2018-04-30": 5995}, h.asked(t, fresh, "2018-04-01"))
}

// billing.md case 25, with the billing day 15 and a plan that reckons a changed price by days: the
// period of 04-15 costs 16 days at the old price, 26.64, and 14 at the new one, 27.98; two lines.
func TestAPriceThatChangesInsideAPeriodIsTwoLinesOfItsInvoice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	byDay := func(p *billing.Plan) { p.Reprice = billing.RepriceDay }
	h.clock.Set(time.Date(2018, 2, 15, 9, 0, 0, 0, moscow))
	h.priced(t, 4995, "", "", byDay)
	h.accounts(t, 1, "2030-12-31", "")
	account := h.account(t, "c00000")
	_, err := h.invoices.OpenSubscription(context.Background(), tester, billing.Opening{AccountID: account, PlanKey: "priced", Currency: prolong.RUB})
	require.NoError(t, err)
	h.priced(t, 5995, "2018-04-01", "2018-05-01", byDay)
	require.Equal(t, map[string]int64{
		"2018-02-15..2018-03-14": 4995, "2018-03-15..2018-04-14": 4995, "2018-04-15..2018-05-14": 2664 + 2798, "2018-05-15..2018-06-14": 5995,
	}, h.asked(t, account, "2018-02-15", "2018-03-14", "2018-04-14", "2018-05-14"))
	for _, inv := range h.find(t, invoices.StatusPaid) {
		if inv.Period.From != prolong.MustDate("2018-04-15") {
			continue
		}
		paper, err := h.invoices.InvoiceOf(context.Background(), account, inv.ID)
		require.NoError(t, err)
		require.NoError(t, paper.Paper.Validate())
		require.Len(t, paper.Paper.Lines, 2)
		require.Equal(t, []int64{2664, 2798}, []int64{paper.Paper.Lines[0].Gross, paper.Paper.Lines[1].Gross})
	}
}

// billing.md case 26 (Kill Bill #2291, its test is disabled; it bills 50 for ever): 100 from 07-01, 50
// from 07-15, 150 from 07-18 of one period 07-01..08-01: that costs 100, and the last change wins from
// 2026-08-01 on.
func TestOfTwoPriceChangesInsideAPeriodTheLastWins(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.clock.Set(time.Date(2026, 7, 1, 9, 0, 0, 0, moscow))
	h.priced(t, 10000, "", "", nil)
	h.accounts(t, 1, "2030-12-31", "")
	account := h.account(t, "c00000")
	_, err := h.invoices.OpenSubscription(context.Background(), tester, billing.Opening{AccountID: account, PlanKey: "priced", Currency: prolong.RUB})
	require.NoError(t, err)
	asked := h.asked(t, account, "2026-07-01")
	for day, minor := range map[int]int64{15: 5000, 18: 15000} {
		h.priced(t, minor, prolong.NewDate(2026, 7, day).String(), "", nil) // in whatever order they are declared
	}
	for period, minor := range h.asked(t, account, "2026-07-20", "2026-07-31", "2026-08-31") {
		asked[period] = minor
	}
	require.Equal(t, map[string]int64{"2026-07-01..2026-07-31": 10000, "2026-08-01..2026-08-31": 15000, "2026-09-01..2026-09-30": 15000}, asked)
}

// billing.md case 27 (Kill Bill #2291, its test is disabled; it bills 100 for ever): begun on 2026-07-01
// at 10:00 at 100; from 11:00 of the same day it costs 200: the first period keeps its 100, the next one
// costs 200. Cancelled and drawn up again, the first one is worth today's price.
func TestAPriceThatChangesOnTheFirstDayCountsFromTheNextPeriod(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.clock.Set(time.Date(2026, 6, 1, 10, 0, 0, 0, time.UTC))
	h.priced(t, 10000, "", "", nil)
	h.accounts(t, 1, "2030-12-31", "")
	account := h.account(t, "c00000")
	h.clock.Set(time.Date(2026, 7, 1, 10, 0, 0, 0, time.UTC))
	_, err := h.invoices.OpenSubscription(context.Background(), tester, billing.Opening{AccountID: account, PlanKey: "priced", Currency: prolong.RUB})
	require.NoError(t, err)
	h.clock.Set(time.Date(2026, 7, 1, 11, 0, 0, 0, time.UTC))
	h.priced(t, 20000, "", "", nil) // from today
	require.Equal(t, map[string]int64{"2026-07-01..2026-07-31": 10000, "2026-08-01..2026-08-31": 20000, "2026-09-01..2026-09-30": 20000},
		h.asked(t, account, "2026-07-01", "2026-07-31", "2026-08-31"))
}
