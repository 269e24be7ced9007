package invoices_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
)

func TestReportsOfOneClientFollowTheInvoicesAndTheLedger(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	h.accounts(t, 1, "2026-03-20", "")
	h.plan(t, "small", prolong.Term{Count: 1, Unit: prolong.Months}, 122000)
	first := h.issue(t)[0]
	var ageing, deferred, mrr []string
	read := func(on string) {
		ageing, deferred, mrr = nil, nil, nil
		require.NoError(t, h.invoices.ExportAgeing(ctx, prolong.MustDate(on), func(e invoices.AgeingExport) error {
			ageing = append(ageing, strings.Join(e.Cells(), " "))
			return nil
		}))
		require.NoError(t, h.invoices.ExportDeferred(ctx, func(e invoices.DeferredExport) error {
			deferred = append(deferred, strings.Join(e.Cells(), " "))
			return nil
		}))
		require.NoError(t, h.invoices.ExportMRR(ctx, prolong.MustDate(on), func(e invoices.MRRExport) error {
			mrr = append(mrr, strings.Join(e.Cells(), " "))
			return nil
		}))
	}
	read("2026-03-20")
	require.Equal(t, []string{"c00000 RUB 2000.00 0.00 0.00 0.00 0.00 2000.00"}, ageing, "due on the 20th")
	read("2026-04-20")
	require.Equal(t, []string{"c00000 RUB 0.00 0.00 2000.00 0.00 0.00 2000.00"}, ageing, "31 days late")
	require.Empty(t, mrr, "revenue begins with money")

	h.receive(t, first.AccountID, 200000, "2026-03-05")
	read("2026-03-20")
	require.Empty(t, ageing)
	require.Equal(t, []string{"c00000 RUB 2000.00"}, deferred)
	h.clock.Set(time.Date(2026, 4, 1, 9, 0, 0, 0, moscow))
	_, err := h.invoices.CloseDue(ctx, tester, prolong.Date{})
	require.NoError(t, err)

	// April's period at a smaller plan; the next one is paid two months late.
	_, err = h.invoices.ChangePlan(ctx, tester, first.SubscriptionID, "small", prolong.Money{})
	require.NoError(t, err)
	h.issue(t)
	h.receive(t, first.AccountID, 122000, "2026-04-02")
	h.clock.Set(time.Date(2026, 4, 25, 9, 0, 0, 0, moscow))
	h.issue(t)
	read("2026-05-01")
	require.Equal(t, []string{"c00000 RUB 1220.00"}, deferred)
	require.Equal(t, -122000, h.ledger(t, billing.LedgerDeferred))
	require.Equal(t, []string{
		"2026-03-01 RUB 1639.34 1639.34 0.00 0.00 0.00 0.00", "2026-04-01 RUB 1000.00 0.00 0.00 -639.34 0.00 0.00",
	}, mrr)
	h.clock.Set(time.Date(2026, 7, 10, 9, 0, 0, 0, moscow))
	h.receive(t, first.AccountID, 122000, "2026-07-10")
	read("2026-07-31")
	require.Equal(t, []string{
		"2026-05-01 RUB 0.00 0.00 0.00 0.00 -1000.00 0.00", "2026-07-01 RUB 1000.00 0.00 0.00 0.00 0.00 1000.00",
	}, mrr[2:])
	h.sound(t)
}
