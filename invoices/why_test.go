package invoices_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
)

func TestWhyNamesTheInvoicesAndPaymentsBehindAPaidTerm(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	inv := h.issue(t)[0]
	h.receive(t, inv.AccountID, 50000, "2026-03-03")
	second := h.receive(t, inv.AccountID, 150000, "2026-03-05")
	trail, err := h.invoices.Why(context.Background(), inv.AccountID)
	require.NoError(t, err)
	require.Len(t, trail, 2)
	require.Equal(t, billing.ExtendedByAllocation, trail[0].Cause)
	require.Equal(t, "2026-04-20", trail[0].After.String())
	require.Equal(t, inv.Number, trail[0].Invoice)
	require.Equal(t, inv.Total, trail[0].Total)
	require.Equal(t, inv.Period, trail[0].Period)
	require.Len(t, trail[0].Payments, 2)
	require.Equal(t, second.ID, trail[0].Payments[1].ID)
	require.True(t, trail[1].InForce)
	require.Equal(t, billing.ExtendedByImport, trail[1].Cause)

	_, err = h.invoices.Chargeback(context.Background(), tester, second.ID, prolong.MustDate("2026-03-06"), "банк вернул")
	require.NoError(t, err)
	trail, err = h.invoices.Why(context.Background(), inv.AccountID)
	require.NoError(t, err)
	require.Equal(t, []bool{false, false, true}, []bool{trail[0].InForce, trail[1].InForce, trail[2].InForce})
	require.Equal(t, billing.ExtendedByUndo, trail[0].Cause)
}
