package billing

import (
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
)

func version(minor int64, from, existing string) Price {
	p := Price{PlanID: 1, Amount: prolong.NewMoney(minor, prolong.RUB), ValidFrom: day(from)}
	if existing != "" {
		p.ExistingFrom = day(existing)
	}
	return p
}

func TestNewestPriceThatReachesTheClientWins(t *testing.T) {
	t.Parallel()
	later := []Price{version(4995, "2018-01-01", ""), version(5995, "2018-04-01", "2018-05-01")}
	thrice := []Price{version(100, "2026-01-01", ""), version(50, "2026-07-15", ""), version(150, "2026-07-18", "")}
	sameDay := []Price{version(100, "2026-01-01", ""), version(200, "2026-07-01", "")}
	for name, c := range map[string]struct {
		prices    []Price
		since, on string
		want      int64
	}{
		"case 25: existing, before its day": {later, "2018-02-01", "2018-04-15", 4995},
		"case 25: existing, on its day":     {later, "2018-02-01", "2018-05-01", 5995},
		"case 25: new client":               {later, "2018-04-01", "2018-04-01", 5995},
		"case 26: first period":             {thrice, "2026-07-01", "2026-07-01", 100},
		"case 26: the last change wins":     {thrice, "2026-07-01", "2026-08-01", 150},
		"case 27: from the next period":     {sameDay, "2026-07-01", "2026-08-01", 200},
	} {
		got, ok := PriceFor(c.prices, prolong.RUB, day(c.on), day(c.since))
		require.True(t, ok, name)
		require.Equal(t, c.want, got.Minor(), name)
	}
	_, ok := PriceFor(later, prolong.KZT, day("2018-05-01"), day("2018-02-01"))
	require.False(t, ok, "a price of another currency is none")
}
