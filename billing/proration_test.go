package billing

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"prolong"
)

func span(from, to string) prolong.Period {
	return prolong.Period{From: prolong.MustDate(from), To: prolong.MustDate(to)}
}

// Expected values of billing.md, cases 25 (Kill Bill), 28 (Flexprice calculator_test.go), 30 and 33
// (Lago upgrade_spec.rb, upgrade_proration_spec.rb, credit_note_rounding_spec.rb), 31 (Kill Bill
// testVoidRepairedInvoice).
func TestPartsOfPeriodsCostWhatOtherSystemsExpect(t *testing.T) {
	t.Parallel()
	march, april, half := span("2024-03-01", "2024-04-01"), span("2018-04-15", "2018-05-15"), span("2024-03-15", "2024-04-01")
	quarter := span("2024-04-15", "2024-07-15")
	thirty := span("2026-06-01", "2026-07-01")
	for name, c := range map[string]struct {
		price        int64
		period, part prolong.Period
		want         int64
	}{
		"25: 16 days at the old price":         {4995, april, span("2018-04-15", "2018-05-01"), 2664},
		"25: 14 days at the new price":         {5995, april, span("2018-05-01", "2018-05-15"), 2798},
		"28: unused of 10":                     {1000, march, half, 548},
		"28: the same days at 20":              {2000, march, half, 1097},
		"28: unused of 2 × 50":                 {10000, march, half, 5484},
		"28: the same days at 30":              {3000, march, half, 1645},
		"28: 5 seats at 10":                    {5000, march, half, 2742},
		"28: 10 seats at 10":                   {10000, march, half, 5484},
		"30: the last day of 31":               {1000, march, span("2024-03-31", "2024-04-01"), 32},
		"30: 32 days of a quarter":             {91000, quarter, span("2024-05-20", "2024-06-21"), 32000},
		"31: 14 of 30 days":                    {1995, thirty, span("2026-06-17", "2026-07-01"), 931},
		"31: the used 16 of 30":                {1995, thirty, span("2026-06-01", "2026-06-17"), 1064},
		"33: 29 of 30 days of 20000":           {20000, thirty, span("2026-06-02", "2026-07-01"), 19333},
		"33: 29 of 30 days of 16000":           {16000, thirty, span("2026-06-02", "2026-07-01"), 15467},
		"33: 6 of 7 days of 2999":              {2999, span("2026-06-01", "2026-06-08"), span("2026-06-02", "2026-06-08"), 2571},
		"what lies outside costs nothing":      {1000, march, span("2024-04-01", "2024-05-01"), 0},
		"a part that begins before is cut":     {3100, march, span("2024-02-01", "2024-03-02"), 100},
		"the whole is the price, whatever cut": {1995, thirty, span("2020-01-01", "2030-01-01"), 1995},
	} {
		got, err := Prorate(prolong.NewMoney(c.price, prolong.RUB), c.period, c.part)
		require.NoError(t, err, name)
		require.Equal(t, c.want, got.Minor(), name)
	}
}

// Whatever a period is cut into, the parts cost what the whole costs, to the kopeck.
func TestPartsOfAnyPartitionSumToThePrice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from := prolong.MustDate("2020-01-01").AddDays(rapid.IntRange(0, 4000).Draw(t, "from"))
		whole := prolong.Period{From: from, To: from.AddDays(rapid.IntRange(1, 800).Draw(t, "days"))}
		price := prolong.NewMoney(rapid.Int64Range(0, 1<<40).Draw(t, "price"), prolong.RUB)
		var sum int64
		for day := whole.From; day.Before(whole.To); {
			next := day.AddDays(rapid.IntRange(1, whole.To.DaysSince(day)).Draw(t, "part"))
			part, err := Prorate(price, whole, prolong.Period{From: day, To: next})
			require.NoError(t, err)
			require.GreaterOrEqual(t, part.Minor(), int64(0))
			sum, day = sum+part.Minor(), next
		}
		require.Equal(t, price.Minor(), sum)
	})
}

func TestSpreadNeverTakesMoreThanThereIsRoomFor(t *testing.T) {
	t.Parallel()
	require.Equal(t, []int64{33, 33, 34}, Spread(100, []int64{100, 100, 100}))
	require.Equal(t, []int64{0, 0}, Spread(5, []int64{0, 0}))
	rapid.Check(t, func(t *rapid.T) {
		room := rapid.SliceOfN(rapid.Int64Range(0, 1<<40), 1, 9).Draw(t, "room")
		amount := rapid.Int64Range(0, 1<<42).Draw(t, "amount")
		var sum, whole int64
		for i, share := range Spread(amount, room) {
			require.GreaterOrEqual(t, share, int64(0))
			require.LessOrEqual(t, share, room[i])
			sum, whole = sum+share, whole+room[i]
		}
		require.Equal(t, min(amount, whole), sum)
	})
}
