package billing_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
)

func vatChange(from string, regime billing.VATRegime) billing.VATChange {
	return billing.VATChange{From: prolong.MustDate(from), Regime: regime}
}

// documents.md section 1: whoever crosses the threshold of УСН pays VAT from the 1st of the next
// month; the day before it still has the regime of before.
func TestARegimeHoldsFromItsDay(t *testing.T) {
	t.Parallel()
	s := billing.Seller{Country: prolong.Russia, VAT: billing.VATUSNExempt, VATChanges: []billing.VATChange{vatChange("2026-07-01", billing.VATUSN5), vatChange("2027-01-01", billing.VATGeneral)}}
	for day, want := range map[string]billing.VATRegime{
		"2020-01-01": billing.VATUSNExempt, "2026-06-30": billing.VATUSNExempt, "2026-07-01": billing.VATUSN5,
		"2026-12-31": billing.VATUSN5, "2027-01-01": billing.VATGeneral, "2099-01-01": billing.VATGeneral,
	} {
		require.Equal(t, want, s.VATOn(prolong.MustDate(day)), day)
	}
	require.Equal(t, billing.VATNone, billing.Seller{VAT: billing.VATNone}.VATOn(prolong.MustDate("2026-01-01")))
}

func TestChangesOfARegimeAreHeldAgainstTheLawAndEachOther(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		country prolong.Country
		changes []billing.VATChange
		said    string
	}{
		{prolong.Russia, []billing.VATChange{vatChange("2026-07-01", billing.VATUSN5)}, ""},
		{prolong.Russia, []billing.VATChange{vatChange("2026-07-02", billing.VATUSN5)}, "error.vat_change_month"},
		{prolong.Ukraine, []billing.VATChange{vatChange("2026-07-02", billing.VATGeneral)}, ""},
		{prolong.Russia, []billing.VATChange{vatChange("2026-07-01", billing.VATUSNExempt)}, "error.vat_change_same"},
		{prolong.Russia, []billing.VATChange{vatChange("2026-07-01", "usn_6")}, "error.field_not_allowed"},
		{prolong.Russia, []billing.VATChange{{Regime: billing.VATUSN5}}, "error.field_missing"},
		{prolong.Russia, []billing.VATChange{vatChange("2026-07-01", billing.VATUSN5), vatChange("2026-07-01", billing.VATUSN7)}, "error.vat_change_order"},
		{prolong.Russia, []billing.VATChange{vatChange("2026-07-01", billing.VATUSN5), vatChange("2026-05-01", billing.VATUSN7)}, "error.vat_change_order"},
		{prolong.Russia, []billing.VATChange{vatChange("2026-07-01", billing.VATUSN5), vatChange("2026-08-01", billing.VATUSN5)}, "error.vat_change_same"},
	} {
		s := billing.Seller{Country: c.country, VAT: billing.VATUSNExempt, VATChanges: c.changes}
		err := s.CheckVATChange(len(c.changes) - 1)
		if c.said == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, c.said)
	}
}

// The declaration is the whole truth about the changes: one that is named no more is gone, and the
// catalogue that others have read is renewed.
func TestChangesOfARegimeAreKeptAsDeclared(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	ctx := context.Background()
	read := func() billing.Seller {
		c, err := s.Catalog(ctx)
		require.NoError(t, err)
		seller, ok := c.SellerByKey("main")
		require.True(t, ok)
		return seller
	}
	seller := read()
	require.Empty(t, seller.VATChanges)
	for _, changes := range [][]billing.VATChange{
		{vatChange("2026-07-01", billing.VATUSN5)},
		{vatChange("2026-07-01", billing.VATUSN7), vatChange("2027-01-01", billing.VATNone)},
		{vatChange("2027-01-01", billing.VATUSN5)},
		nil,
	} {
		seller.VATChanges = changes
		_, err := s.Apply(ctx, []billing.SellerSpec{{Seller: seller}}, nil)
		require.NoError(t, err)
		require.Equal(t, changes, read().VATChanges)
	}
	seller.VATChanges = []billing.VATChange{vatChange("2026-07-15", billing.VATUSN5)}
	_, err := s.Apply(ctx, []billing.SellerSpec{{Seller: seller}}, nil)
	require.ErrorContains(t, err, "error.vat_change_month")
	require.Empty(t, read().VATChanges)
}
