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
		line := e.On.String() + " " + string(e.Kind) + " " + e.ExternalID + " " + e.Amount.String()
		if e.Step != "" {
			line += " " + e.Step
		}
		lines = append(lines, line)
	}
	return lines
}

func TestRehearsalTellsWhatComesAndLeavesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-20", "")
	require.Equal(t, []string{
		"2026-03-01 invoiced c00000 2000.00", "2026-03-17 reminded c00000 2000.00 reminder 3 days before end", "2026-03-20 reminded c00000 2000.00 reminder on end",
		"2026-03-21 grace c00000 2000.00", "2026-03-23 reminded c00000 2000.00 suspending 1 day before suspension",
		"2026-03-24 reminded c00000 2000.00 suspended on suspension", "2026-03-24 suspended c00000 2000.00",
	}, happened(t, h, invoices.Rehearsal{Until: prolong.MustDate("2026-06-30")}), "nobody pays: unpaid periods do not pile up")
	require.Equal(t, []string{
		"2026-03-01 invoiced c00000 2000.00", "2026-03-17 reminded c00000 2000.00 reminder 3 days before end", "2026-03-20 reminded c00000 2000.00 reminder on end",
		"2026-03-21 invoiced c00000 2000.00", "2026-04-17 reminded c00000 2000.00 reminder 3 days before end", "2026-04-20 reminded c00000 2000.00 reminder on end",
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
			GraceDays: 10, TerminateDays: 20, Resume: billing.ResumeLatest, Dunning: []billing.DunningStep{
				step(t, "reminder", "1 day before end"), step(t, "suspending", "2 working days before suspension"), step(t, "closing", "7 days before closing"),
			}},
		Seller: "main", Prices: []prolong.Money{prolong.NewMoney(240000, prolong.RUB)},
	}
	require.Equal(t, []string{
		"2026-03-16 invoiced c00000 2400.00", "2026-03-19 reminded c00000 2400.00 reminder 1 day before end", "2026-03-21 grace c00000 2400.00",
		"2026-03-27 reminded c00000 2400.00 suspending 2 working days before suspension", "2026-03-31 suspended c00000 2400.00",
		"2026-04-13 reminded c00000 2400.00 closing 7 days before closing", "2026-04-20 closed c00000 0.00",
	}, happened(t, h, invoices.Rehearsal{Until: prolong.MustDate("2026-04-30"), Plans: []billing.PlanSpec{changed}}))
	require.Len(t, h.issue(t), 1, "the real settings are untouched")
}

func TestRehearsalOfThePastIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, err := h.invoices.Rehearse(context.Background(), invoices.Rehearsal{Until: prolong.MustDate("2026-02-01")})
	codeOf(t, err, "error.rehearsal_until")
}
