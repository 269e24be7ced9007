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

// documents.md section 1: the rates of three countries by the day of the supply, on its very borders,
// and the regimes of a Russian seller that do not follow them.
func TestTheRateIsThatOfTheDayOfSupply(t *testing.T) {
	t.Parallel()
	const exempt = -1
	for _, c := range []struct {
		country prolong.Country
		regime  billing.VATRegime
		on      string
		want    int
	}{
		{prolong.Russia, billing.VATGeneral, "2018-12-31", 1800},
		{prolong.Russia, billing.VATGeneral, "2019-01-01", 2000},
		{prolong.Russia, billing.VATGeneral, "2025-12-31", 2000},
		{prolong.Russia, billing.VATGeneral, "2026-01-01", 2200},
		{prolong.Ukraine, billing.VATGeneral, "2026-11-22", 2000},
		{prolong.Kazakhstan, billing.VATGeneral, "2025-12-31", 1200},
		{prolong.Kazakhstan, billing.VATGeneral, "2026-01-01", 1600},
		{prolong.Russia, billing.VATUSN5, "2026-01-01", 500},
		{prolong.Russia, billing.VATUSN7, "2026-01-01", 700},
		{prolong.Russia, billing.VATUSNExempt, "2026-01-01", exempt},
		{prolong.Kazakhstan, billing.VATNone, "2026-01-01", exempt},
	} {
		rate, err := invoices.TaxOn(c.country, c.regime, prolong.MustDate(c.on))
		require.NoError(t, err)
		require.Equal(t, c.want == exempt, rate.Exempt, "%s %s", c.country, c.on)
		if c.want != exempt {
			require.Equal(t, c.want, rate.BasisPoints, "%s %s %s", c.country, c.regime, c.on)
		}
	}
	_, err := invoices.TaxOn("DE", billing.VATGeneral, prolong.MustDate("2026-01-01"))
	require.ErrorContains(t, err, "error.tax_rate_unknown")
}

// documents.md section 1 (letter of the Ministry of Finance 03-07-11/125182): what is invoiced in
// December for January has January's rate, what is served by the end of the year the old one, whenever it
// is paid and closed; and the tax of 14900.00 at 22 % is 2686.89. It stays on the paper as it was.
func TestInvoicesOfDecemberForJanuaryCarryTheNewRate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.standard(t, func(p *billing.Plan) { p.Lead = prolong.Term{Count: 45, Unit: prolong.Days} })
	h.at(2025, time.November, 28)
	h.accounts(t, 1, "2025-11-30", "14900.00")
	old := h.issue(t)[0]
	require.Equal(t, "2025-12-01..2025-12-31", old.Period.String())
	h.receive(t, old.AccountID, 14900_00, "2025-11-28")
	h.at(2025, time.December, 10)
	fresh := h.issue(t)[0]
	require.Equal(t, "2026-01-01..2026-01-31", fresh.Period.String())
	require.Equal(t, []int64{2483_33, 2686_89}, []int64{old.Tax.Minor(), fresh.Tax.Minor()})
	for inv, want := range map[invoices.InvoiceID]struct {
		rate    int
		purpose string
	}{old.ID: {2000, "НДС 20% 2483,33"}, fresh.ID: {2200, "НДС 22% 2686,89"}} {
		paper, err := h.invoices.InvoiceOf(context.Background(), old.AccountID, inv)
		require.NoError(t, err)
		require.Equal(t, want.rate, paper.Paper.Lines[0].TaxRateBP)
		require.Contains(t, paper.Paper.PaymentPurpose, want.purpose)
	}

	// Closed in the new year only, the old supply keeps its 20 %.
	h.at(2026, time.January, 15)
	_, err := h.invoices.CloseDue(context.Background(), tester, prolong.Date{})
	require.NoError(t, err)
	docs, err := h.invoices.FindDocuments(context.Background(), invoices.DocumentFilter{InvoiceID: old.ID})
	require.NoError(t, err)
	require.Len(t, docs, 1)
	require.Equal(t, int64(2483_33), docs[0].Tax.Minor())
	h.sound(t)
}
