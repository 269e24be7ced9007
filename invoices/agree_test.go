package invoices_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
)

func TestChangeThatWasNotAgreedToLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	h.plan(t, "year", prolong.Term{Count: 12, Unit: prolong.Months}, 2000000)
	h.accounts(t, 1, "2026-03-20", "")
	old := h.issue(t)[0]
	var seen invoices.Changed
	_, err := h.invoices.ChangeTerms(ctx, tester, old.SubscriptionID, invoices.Change{PlanKey: "year", Agree: func(q invoices.Changed) error {
		seen = q
		return prolong.NewError(prolong.CodeConflict, "error.quote_changed", nil)
	}})
	codeOf(t, err, "error.quote_changed")
	require.Equal(t, seen.Price, seen.Reissued.New.Total)
	require.Equal(t, seen.Tax, seen.Reissued.New.Tax)
	require.Equal(t, seen.Period, seen.Reissued.New.Period)
	require.Equal(t, 1, h.count(t, `SELECT count(*) FROM invoices WHERE status = 'open'`))
	require.Zero(t, h.count(t, `SELECT count(*) FROM audit_entries WHERE action = 'subscription.change'`))
	require.Zero(t, h.count(t, `SELECT count(*) FROM subscriptions WHERE next_plan_id IS NOT NULL`))
	h.sound(t)
}

// What the open invoice took of a discount comes back with it, so the charge of its successor is
// not the one of a period after it.
func TestChargeOfTheSuccessorHasTheDiscountThatTheOpenInvoiceUsed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ctx := context.Background()
	h.plan(t, "month", prolong.Term{Count: 1, Unit: prolong.Months}, 500000)
	h.accounts(t, 1, "2026-03-20", "")
	_, err := h.invoices.GiveDiscount(ctx, tester, 1, billing.Discount{PercentBP: 1000, Periods: 1, From: prolong.MustDate("2026-03-01"), Reason: "первый раз"})
	require.NoError(t, err)
	old := h.issue(t)[0]
	require.Equal(t, int64(180000), old.Total.Minor())
	quote, err := h.invoices.QuoteTerms(ctx, tester, old.SubscriptionID, invoices.Change{PlanKey: "month", Seats: 2})
	require.NoError(t, err)
	require.Equal(t, int64(900000), quote.Reissued.New.Total.Minor())
	require.Equal(t, quote.Reissued.New.Total, quote.Reissued.Charge.Total)
	require.Equal(t, int64(100000), quote.Reissued.Charge.Discount.Minor())
	h.sound(t)
}
