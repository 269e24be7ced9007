package invoices_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/invoices"
)

func (h *house) cash(t testing.TB, on string, weeks int) []string {
	t.Helper()
	var list []string
	require.NoError(t, h.invoices.ExportCash(context.Background(), prolong.MustDate(on), weeks, func(e invoices.CashExport) error {
		list = append(list, strings.Join(e.Cells(), " "))
		return nil
	}))
	return list
}

func TestExpectedCashIsOpenInvoicesAndTheRenewalsThatFollow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 2, "2026-03-20", "")
	require.Equal(t, []string{
		"2026-03-16 RUB 0.00 0.00 4000.00 4000.00", // nothing invoiced yet: the end of both terms
	}, h.cash(t, "2026-03-16", 1))
	first := h.issue(t)[0]
	require.Equal(t, []string{
		"2026-03-16 RUB 0.00 4000.00 0.00 4000.00", "2026-03-23 RUB 0.00 0.00 0.00 0.00", "2026-03-30 RUB 0.00 0.00 0.00 0.00", "2026-04-06 RUB 0.00 0.00 0.00 0.00",
		"2026-04-13 RUB 0.00 0.00 0.00 0.00", "2026-04-20 RUB 0.00 0.00 4000.00 4000.00",
	}, h.cash(t, "2026-03-16", 6))
	h.receiveFor(t, first)
	require.Equal(t, []string{"2026-03-23 RUB 2000.00 0.00 0.00 2000.00"}, h.cash(t, "2026-03-23", 1), "one is paid, one is late")
	require.Equal(t, []string{"2026-04-20 RUB 2000.00 0.00 2000.00 4000.00"}, h.cash(t, "2026-04-20", 1), "of a stopped service only the debt is expected")
}

func TestChurnCountsWhoIsLostAgainstTheMonthBefore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	h.accounts(t, 4, "2026-03-20", "")
	h.issue(t)
	h.pay(t)
	h.clock.Set(time.Date(2026, 4, 15, 9, 0, 0, 0, moscow))
	for _, inv := range h.issue(t)[:3] { // the fourth does not pay
		h.receiveFor(t, inv)
	}
	var list []string
	require.NoError(t, h.invoices.ExportChurn(ctx, prolong.MustDate("2026-04-30"), func(e invoices.ChurnExport) error {
		list = append(list, strings.Join(e.Cells(), " "))
		return nil
	}))
	require.Equal(t, []string{
		"2026-03-01 RUB 0 0 4 0 0.0 0.00 0.00 0.00 0.0",
		"2026-04-01 RUB 4 1 0 0 25.0 6557.36 1639.34 0.00 25.0",
	}, list)
}
