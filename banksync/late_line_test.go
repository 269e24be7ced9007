package banksync_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
)

// billing.md case 24 (bcgov/entity #22625), from the statement to the service: sent on the last paid
// day, read two days later, on a plan without grace that renews from the payment. The value date counts:
// the days follow the old end, and the client is open again.
func TestALineOfTheLastDayIsNotLateHoweverLateItIsRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ sent, through string }{{"2026-03-20", "2026-04-20"}, {"2026-03-22", "2026-04-21"}} {
		t.Run("sent on "+c.sent, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			_, err := h.billing.Apply(context.Background(), nil, []billing.PlanSpec{{Seller: "main",
				Plan: billing.Plan{Key: "standard", Name: "Стандарт", Period: prolong.Term{Count: 1, Unit: prolong.Months}, Lead: billing.DefaultLead, RemindDays: 3, Resume: billing.ResumePayment}}})
			require.NoError(t, err)
			open := h.accounts(t, 1)
			h.clock.Set(time.Date(2026, 3, 22, 15, 0, 0, 0, moscow))
			access := func() billing.Access {
				a, _, err := h.billing.AccessOf(context.Background(), open[0].externalID)
				require.NoError(t, err)
				return a
			}
			require.Equal(t, billing.AccessSuspended, access().State)
			require.Equal(t, 1, h.bank(t, statementFile(prolong.MustDate(c.sent), exact(0, open[0]))).Paid)
			require.Equal(t, billing.AccessActive, access().State)
			require.Equal(t, c.through, access().PaidThrough.String())
			h.sound(t)
		})
	}
}

// billing.md case 35, ours: tenge that name an invoice in roubles, figure for figure, wait for a person,
// and the invoice for its roubles.
func TestMoneyOfAnotherCurrencyWaitsForAPerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const tenge = "40702398900000000001"
	catalog, err := h.billing.Catalog(context.Background())
	require.NoError(t, err)
	seller, _ := catalog.SellerByKey("main")
	_, err = h.billing.Apply(context.Background(), []billing.SellerSpec{{Seller: seller, BankAccounts: []billing.BankAccount{{Number: tenge, BIC: "044525225", Bank: "ПАО Сбербанк",
		CorrAccount: "30101810400000000225", Currency: prolong.KZT}}}}, nil)
	require.NoError(t, err)
	open := h.accounts(t, 1)
	report := h.bank(t, strings.ReplaceAll(statementFile(prolong.MustDate("2026-03-02"), exact(0, open[0])), ownAccount, tenge))
	require.Equal(t, []int{1, 0, 1, 0}, []int{report.New, report.Matched, report.Review, report.Paid})
	require.Equal(t, prolong.NewMoney(200000, prolong.KZT), h.inReview(t).Amount)
	require.Equal(t, int64(200000), h.open(t)[0].minor)
	h.sound(t)
	require.Equal(t, 1, h.bank(t, statementFile(prolong.MustDate("2026-03-03"), exact(0, open[0]))).Paid, "the roubles pay it")
	h.sound(t)
}
