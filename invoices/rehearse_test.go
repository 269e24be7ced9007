package invoices_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
)

func happened(t *testing.T, h *house, r invoices.Rehearsal) []string {
	t.Helper()
	events, err := h.invoices.Rehearse(context.Background(), r)
	require.NoError(t, err)
	var lines []string
	for _, e := range events {
		lines = append(lines, e.On.String()+" "+string(e.Kind)+" "+e.ExternalID+" "+e.Amount.String())
	}
	return lines
}

func TestRehearsalTellsWhatComesAndLeavesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	require.Equal(t, []string{
		"2026-03-01 invoiced c00000 2000.00", "2026-03-17 reminded c00000 2000.00", "2026-03-21 grace c00000 2000.00", "2026-03-24 suspended c00000 2000.00",
	}, happened(t, h, invoices.Rehearsal{Until: prolong.MustDate("2026-06-30")}), "nobody pays: unpaid periods do not pile up")
	require.Equal(t, []string{
		"2026-03-01 invoiced c00000 2000.00", "2026-03-17 reminded c00000 2000.00", "2026-03-21 invoiced c00000 2000.00", "2026-04-17 reminded c00000 2000.00",
		"2026-04-21 invoiced c00000 2000.00",
	}, happened(t, h, invoices.Rehearsal{Until: prolong.MustDate("2026-04-30"), AllPay: true}))
	for _, table := range []string{"invoices", "payments", "messages", "river_job", "allocations"} {
		require.Zero(t, h.count(t, `SELECT count(*) FROM `+table), table)
	}

	// What was rehearsed is what comes.
	require.Equal(t, int64(200000), h.issue(t)[0].Total.Minor())
	h.sound(t)
}

func TestRehearsalTriesOtherSettings(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	changed := billing.PlanSpec{
		Plan: billing.Plan{Key: "standard", Name: "Стандарт", Period: prolong.Term{Count: 1, Unit: prolong.Months}, Lead: prolong.Term{Count: 5, Unit: prolong.Days},
			GraceDays: 10, RemindDays: 1, Resume: billing.ResumeLatest},
		Seller: "main", Prices: []prolong.Money{prolong.NewMoney(240000, prolong.RUB)},
	}
	require.Equal(t, []string{
		"2026-03-16 invoiced c00000 2400.00", "2026-03-19 reminded c00000 2400.00", "2026-03-21 grace c00000 2400.00", "2026-03-31 suspended c00000 2400.00",
	}, happened(t, h, invoices.Rehearsal{Until: prolong.MustDate("2026-04-30"), Plans: []billing.PlanSpec{changed}}))
	require.Len(t, h.issue(t), 1, "the real settings are untouched")
}

func TestRehearsalOfThePastIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, err := h.invoices.Rehearse(context.Background(), invoices.Rehearsal{Until: prolong.MustDate("2026-02-01")})
	codeOf(t, err, "error.rehearsal_until")
}
