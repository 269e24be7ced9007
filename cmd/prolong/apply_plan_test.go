package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
)

func declarationOf(t *testing.T, plan string) (declared, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "prolong.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`sellers:
  - {key: main, country: RU, name: ООО «Пример Софт», tax_id: "7701001238", time_zone: Europe/Moscow, write_off: "1.50"}
plans:
  - `+plan), 0o600))
	return readDeclaration(file)
}

func TestPlansDeclareAddonsFeesTrialAndPricesForExistingClients(t *testing.T) {
	t.Parallel()
	d, err := declarationOf(t, `{key: team, seller: main, period: 1 month, price: {RUB: "1000"}, price_from: 2027-01-01, prices_for_existing: 2027-04-01, reprice: day, trial: 14 days, first: 3, offered: true,
     addons: [{key: sms, name: СМС, price: {RUB: "300"}}], fees: [{key: setup, price: {RUB: "5000"}}]}`)
	require.NoError(t, err)
	require.Equal(t, int64(150), d.Sellers[0].Seller.WriteOffMinor)
	plan := d.Plans[0]
	require.Equal(t, prolong.MustDate("2027-04-01"), plan.PricesForExisting)
	require.Equal(t, billing.RepriceDay, plan.Plan.Reprice)
	require.Equal(t, prolong.Term{Count: 14, Unit: prolong.Days}, plan.Plan.Trial)
	require.Equal(t, 3, plan.Plan.FirstPeriods)
	require.True(t, plan.Plan.Offered)
	require.Equal(t, []billing.ItemSpec{
		{Key: "sms", Kind: billing.ItemAddon, Name: "СМС", Prices: []prolong.Money{prolong.NewMoney(30000, prolong.RUB)}},
		{Key: "setup", Kind: billing.ItemFee, Name: "setup", Prices: []prolong.Money{prolong.NewMoney(500000, prolong.RUB)}},
	}, plan.Items)
}

func TestWrongPlansAreNamed(t *testing.T) {
	t.Parallel()
	for key, plan := range map[string]string{
		"error.prices_for_existing": `{key: team, seller: main, period: 1 month, price_from: 2027-01-01, prices_for_existing: 2026-12-01}`,
		"error.field_not_allowed":   `{key: team, seller: main, period: 1 month, reprice: hour}`,
		"error.first_periods":       `{key: team, seller: main, period: 1 month, first: 121}`,
		"error.item_twice":          `{key: team, seller: main, period: 1 month, addons: [{key: a}], fees: [{key: a}]}`,
		"error.field_missing":       `{key: team, seller: main, period: 1 month, addons: [{name: a}]}`,
	} {
		_, err := declarationOf(t, plan)
		var refusal *prolong.Error
		require.ErrorAs(t, err, &refusal, key)
		require.Equal(t, key, refusal.Key)
	}
}
