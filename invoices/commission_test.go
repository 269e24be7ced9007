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

// partners declares a representative with 50 % and his agent with 20 % for a year, held for two
// weeks.
func (h *house) partners(t testing.TB) {
	t.Helper()
	from := prolong.MustDate("2026-01-01")
	require.NoError(t, h.invoices.DeclarePartners(context.Background(), []invoices.PartnerSpec{
		{Partner: invoices.Partner{Key: "rep", Name: "ООО «Пример Представитель»", TaxID: "7713699602"}, Agreements: []invoices.Agreement{{From: from, PercentBP: 5000, Months: 12, HoldDays: 14}}},
		{Partner: invoices.Partner{Key: "agent", Name: "ИП Пример", Of: "rep"}, Agreements: []invoices.Agreement{{From: from, PercentBP: 2000, Months: 12, HoldDays: 14}}},
	}))
}

// commissions accrues and returns "partner account base percent commission" by line.
func (h *house) commissions(t testing.TB) []string {
	t.Helper()
	_, err := h.invoices.AccrueCommissions(context.Background())
	require.NoError(t, err)
	var list []string
	require.NoError(t, h.invoices.ExportCommissions(context.Background(), "", prolong.Date{}, func(e invoices.CommissionExport) error {
		list = append(list, strings.Join([]string{e.Partner, e.AccruedOn.String(), e.PayableOn.String(), e.Base, e.Percent, e.Commission}, " "))
		return nil
	}))
	return list
}

// passes.md section 15: accrual only on matched money, net of tax, pro rata, the agent's part and
// the representative's rest; an equal negative entry when it is taken back, never an edit.
func TestCommissionFollowsTheMoneyAndNothingElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.partners(t)
	client := h.client(t)
	require.NoError(t, h.invoices.AttributeAccount(context.Background(), tester, client, "agent", prolong.MustDate("2026-02-01")))
	h.clock.Set(time.Date(2026, 5, 1, 9, 0, 0, 0, moscow))
	inv := h.issue(t)[0]
	require.Empty(t, h.commissions(t), "an invoice is not money")
	h.receive(t, client, 50000, "2026-05-01") // a quarter
	quarter := []string{"agent 2026-05-01 2026-05-15 409.84 20 81.97", "rep 2026-05-01 2026-05-15 409.84 30 122.95"}
	require.Equal(t, quarter, h.commissions(t))
	require.Equal(t, quarter, h.commissions(t), "accrued once")

	rest := h.receive(t, client, 150000, "2026-05-02")
	require.Equal(t, []string{"agent 2026-05-01 2026-05-15 1229.51 20 245.90", "rep 2026-05-01 2026-05-15 1229.51 30 368.85"},
		[]string{h.commissions(t)[1], h.commissions(t)[3]})
	h.clock.Advance(5 * 24 * time.Hour)
	_, err := h.invoices.Chargeback(context.Background(), tester, rest.ID, prolong.MustDate("2026-05-06"), "возврат банка")
	require.NoError(t, err)
	require.Equal(t, []string{"agent 2026-05-06 2026-05-15 -1229.51 20 -245.90", "rep 2026-05-06 2026-05-15 -1229.51 30 -368.85"},
		[]string{h.commissions(t)[2], h.commissions(t)[5]}, "held as long as what it takes back")
	h.clock.Advance(20 * 24 * time.Hour)
	_, err = h.invoices.Void(context.Background(), tester, inv.ID, "ошибка")
	require.NoError(t, err)
	require.Contains(t, h.commissions(t), "agent 2026-05-26 2026-05-26 -409.84 20 -81.97", "paid out already: taken off at once")
	totals, err := h.invoices.PartnerTotals(context.Background(), prolong.MustDate("2026-05-01"), prolong.MustDate("2026-05-31"))
	require.NoError(t, err)
	for _, total := range totals {
		require.Zero(t, total.Accrued.Minor(), "all money was taken back")
	}
	h.sound(t)
}

func TestCommissionEndsWithItsMonthsAndItsAgreementAndStaysWithinItsCap(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	client := h.client(t)
	require.NoError(t, h.invoices.DeclarePartners(context.Background(), []invoices.PartnerSpec{{Partner: invoices.Partner{Key: "p", Name: "Пример"}, Agreements: []invoices.Agreement{
		{From: prolong.MustDate("2026-01-01"), To: prolong.MustDate("2026-05-31"), PercentBP: 1000, Months: 3},
		{From: prolong.MustDate("2026-06-01"), PercentBP: 5000, Cap: prolong.NewMoney(10000, prolong.RUB), Months: 3},
	}}}))
	require.NoError(t, h.invoices.AttributeAccount(context.Background(), tester, client, "p", prolong.MustDate("2026-04-10")))
	for _, day := range []string{"2026-05-01", "2026-06-01", "2026-07-09", "2026-07-10"} {
		h.clock.Set(prolong.MustDate(day).Start(moscow).Add(9 * time.Hour))
		_, err := h.invoices.IssueDue(context.Background(), tester, prolong.Date{})
		require.NoError(t, err)
		h.receive(t, client, 200000, day)
	}
	require.Equal(t, []string{
		"p 2026-05-01 2026-05-01 1639.34 10 163.93",
		"p 2026-06-01 2026-06-01 1639.34 50 100.00", // the cap
	}, h.commissions(t)[:2])
	for _, line := range h.commissions(t) {
		require.NotContains(t, line, "p 2026-07-10", "three months are over")
	}

	// What was accrued is a fact.
	err := h.invoices.DeclarePartners(context.Background(), []invoices.PartnerSpec{{Partner: invoices.Partner{Key: "p", Name: "Пример"}, Agreements: []invoices.Agreement{
		{From: prolong.MustDate("2026-01-01"), To: prolong.MustDate("2026-05-31"), PercentBP: 900, Months: 3}}}})
	codeOf(t, err, "error.partner_agreement_used")
	h.sound(t)
}

func TestClientIsBroughtByOnePartnerAtATimeAndNeverByHimself(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.partners(t)
	client := h.client(t)
	ctx := context.Background()
	_, err := h.db.Pool.Exec(ctx, `UPDATE accounts SET tax_id = '7713699602'`)
	require.NoError(t, err)
	codeOf(t, h.invoices.AttributeAccount(ctx, tester, client, "rep", prolong.MustDate("2026-03-01")), "error.partner_self")
	codeOf(t, h.invoices.AttributeAccount(ctx, tester, client, "nobody", prolong.MustDate("2026-03-01")), "error.partner_unknown")
	require.NoError(t, h.invoices.AttributeAccount(ctx, tester, client, "agent", prolong.MustDate("2026-03-01")))
	require.NoError(t, h.invoices.AttributeAccount(ctx, tester, client, "agent", prolong.MustDate("2026-03-05")), "he is his already")
	_, err = h.db.Pool.Exec(ctx, `UPDATE accounts SET tax_id = ''`)
	require.NoError(t, err)
	codeOf(t, h.invoices.AttributeAccount(ctx, tester, client, "rep", prolong.MustDate("2026-03-01")), "error.partner_earlier")
	require.NoError(t, h.invoices.AttributeAccount(ctx, tester, client, "rep", prolong.MustDate("2026-05-02")))

	h.clock.Set(time.Date(2026, 5, 3, 9, 0, 0, 0, moscow))
	h.issue(t)
	h.receive(t, client, 100000, "2026-05-01")
	h.receive(t, client, 100000, "2026-05-02")
	require.Equal(t, []string{ // by the day of value
		"agent 2026-05-03 2026-05-17 819.67 20 163.93", "rep 2026-05-03 2026-05-17 819.67 30 245.90", "rep 2026-05-03 2026-05-17 819.67 50 409.84",
	}, h.commissions(t))
	codeOf(t, h.invoices.DeclarePartners(ctx, []invoices.PartnerSpec{{Partner: invoices.Partner{Key: "deep", Name: "Пример", Of: "agent"}}}), "error.partner_tree")
}

func TestHoursCountOnlyWhereOneOffSalesDo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	client := h.client(t)
	h.pack(t, "ten", 600, 0)
	from := prolong.MustDate("2026-01-01")
	require.NoError(t, h.invoices.DeclarePartners(context.Background(), []invoices.PartnerSpec{
		{Partner: invoices.Partner{Key: "all", Name: "Пример"}, Agreements: []invoices.Agreement{{From: from, PercentBP: 1000, OneOff: true}}},
		{Partner: invoices.Partner{Key: "some", Name: "Пример", Of: "all"}, Agreements: []invoices.Agreement{{From: from, PercentBP: 1000}}},
	}))
	require.NoError(t, h.invoices.AttributeAccount(context.Background(), tester, client, "all", from))
	h.buy(t, client, "ten")
	require.Equal(t, []string{"all 2026-03-01 2026-03-01 24590.16 10 2459.02"}, h.commissions(t))
	require.NoError(t, h.invoices.AttributeAccount(context.Background(), tester, client, "some", prolong.MustDate("2026-03-02")))
	h.clock.Advance(48 * time.Hour)
	h.buy(t, client, "ten")
	require.Len(t, h.commissions(t), 1, "an agent without, and a representative with nothing beyond him")
}
