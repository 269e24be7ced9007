package billing

import (
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
)

func catalogOf(plan Plan, prices []Price, items ...Item) Catalog {
	plan.ID, plan.Key, plan.Name = 1, "team", "Команда"
	return Catalog{Plans: map[PlanID]Plan{1: plan}, Prices: map[PlanID][]Price{1: prices}, Items: map[PlanID][]Item{1: items}}
}

func TestAChargeHasSeatsAddonsDiscountsAndFeesOnItsLines(t *testing.T) {
	t.Parallel()
	c := catalogOf(Plan{Period: prolong.Term{Count: 1, Unit: prolong.Months}}, []Price{version(100000, "2000-01-01", "")},
		Item{Key: "sms", Kind: ItemAddon, Name: "СМС", Prices: []Price{version(33333, "2000-01-01", "")}}, Item{Key: "setup", Kind: ItemFee, Name: "Подключение"})
	sub := &Subscription{PlanID: 1, Currency: prolong.RUB, Seats: 3, Addons: map[string]int{"sms": 1}, Since: day("2026-01-01")}
	ch, err := c.ChargeOf(sub, span("2026-03-01", "2026-04-01"), ChargeOptions{
		Discounts: []Discount{
			{ID: 1, Amount: prolong.NewMoney(10000, prolong.RUB), From: day("2026-01-01")},
			{ID: 2, PercentBP: 1000, From: day("2026-01-01"), Until: day("2026-03-01")},
			{ID: 3, PercentBP: 5000, From: day("2026-03-02")},
			{ID: 4, PercentBP: 333, From: day("2026-01-01"), Periods: 2, Used: 1},
			{ID: 5, PercentBP: 9000, From: day("2026-01-01"), Periods: 2, Used: 2},
		},
		OneOffs: []OneOff{{ID: 7, Key: "setup", Name: "Подключение", Quantity: 1, Price: prolong.NewMoney(500000, prolong.RUB)}},
	})
	require.NoError(t, err)
	// 333333 − 10 % (33333) = 300000; − 3.33 % (9990) = 290010; − 100.00 = 280010; and the fee untouched
	require.Equal(t, []DiscountUse{{2, 1, prolong.NewMoney(33333, prolong.RUB)}, {4, 1, prolong.NewMoney(9990, prolong.RUB)}, {1, 1, prolong.NewMoney(10000, prolong.RUB)}}, ch.Uses)
	require.Equal(t, int64(780010), ch.Total.Minor())
	require.Equal(t, int64(500000), ch.Once.Minor())
	require.Equal(t, int64(280010), ch.Recurring().Minor())
	require.Equal(t, int64(53323), ch.Discount.Minor())
	require.Equal(t, []LineKind{LinePlan, LineAddon, LineFee}, []LineKind{ch.Lines[0].Kind, ch.Lines[1].Kind, ch.Lines[2].Kind})
	for _, l := range ch.Lines {
		require.Equal(t, l.Amount.Minor(), l.Quantity*l.Price.Minor()-l.Discount.Minor(), l.Name)
	}
}

func TestDiscountsNeverTakeMoreThanThereIs(t *testing.T) {
	t.Parallel()
	c := catalogOf(Plan{}, []Price{version(100000, "2000-01-01", "")})
	sub := &Subscription{PlanID: 1, Currency: prolong.RUB, Since: day("2026-01-01")}
	ch, err := c.ChargeOf(sub, span("2026-03-01", "2026-04-01"), ChargeOptions{Discounts: []Discount{
		{ID: 1, Amount: prolong.NewMoney(90000, prolong.RUB), From: day("2026-01-01")}, {ID: 2, Amount: prolong.NewMoney(90000, prolong.RUB), From: day("2026-01-01")}}})
	require.NoError(t, err)
	require.Zero(t, ch.Total.Minor())
	require.Equal(t, int64(10000), ch.Uses[1].Amount.Minor())
}

// A discount for two periods on a first invoice that covers three of them is off two thirds.
func TestADiscountForTwoPeriodsIsOffTwoOfThree(t *testing.T) {
	t.Parallel()
	c := catalogOf(Plan{}, []Price{version(100000, "2000-01-01", "")})
	sub := &Subscription{PlanID: 1, Currency: prolong.RUB, Since: day("2026-01-01")}
	ch, err := c.ChargeOf(sub, span("2026-03-01", "2026-06-01"), ChargeOptions{Periods: 3, Discounts: []Discount{{ID: 1, PercentBP: 5000, From: day("2026-01-01"), Periods: 2}}})
	require.NoError(t, err)
	require.Equal(t, int64(200000), ch.Total.Minor())
	require.Equal(t, 2, ch.Uses[0].Periods)
	require.Equal(t, int64(3), ch.Lines[0].Quantity)
}

// billing.md case 25, Kill Bill TestCatalogWithEffectiveDateForExistingSubscriptions: published on
// 2018-04-01, for existing clients from 2018-05-01, billing day 15.
func TestAPriceThatChangesInsideAPeriodCountsFromItsDayIfThePlanSaysSo(t *testing.T) {
	t.Parallel()
	prices := []Price{version(4995, "2018-01-01", ""), version(5995, "2018-04-01", "2018-05-01")}
	sub := &Subscription{PlanID: 1, Currency: prolong.RUB, Since: day("2018-02-01")}
	period := span("2018-04-15", "2018-05-15")
	ch, err := catalogOf(Plan{Reprice: RepriceDay}, prices).ChargeOf(sub, period, ChargeOptions{})
	require.NoError(t, err)
	require.Len(t, ch.Lines, 2)
	require.Equal(t, []int64{2664, 2798}, []int64{ch.Lines[0].Amount.Minor(), ch.Lines[1].Amount.Minor()})
	require.Equal(t, "2018-04-15..2018-04-30", ch.Lines[0].Period.String())
	require.Equal(t, "2018-05-01..2018-05-14", ch.Lines[1].Period.String())

	ch, err = catalogOf(Plan{Reprice: RepricePeriod}, prices).ChargeOf(sub, period, ChargeOptions{})
	require.NoError(t, err)
	require.Equal(t, int64(4995), ch.Total.Minor(), "from the next period")
}
