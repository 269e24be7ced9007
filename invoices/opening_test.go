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

func rub(minor int64) prolong.Money { return prolong.NewMoney(minor, prolong.RUB) }

// offer declares a plan with an add-on and a fee.
func (h *house) offer(t testing.TB, key string, minor int64, change func(p *billing.Plan)) {
	t.Helper()
	plan := billing.Plan{Key: key, Name: "Команда", Period: prolong.Term{Count: 1, Unit: prolong.Months}, Lead: prolong.Term{Count: 5, Unit: prolong.Days}, GraceDays: 3, RemindDays: 3, Resume: billing.ResumeLatest}
	if change != nil {
		change(&plan)
	}
	_, err := h.billing.Apply(context.Background(), nil, []billing.PlanSpec{{Plan: plan, Seller: "main", Prices: []prolong.Money{rub(minor)}, Items: []billing.ItemSpec{
		{Key: "sms", Kind: billing.ItemAddon, Name: "СМС-пакет", Prices: []prolong.Money{rub(30000)}},
		{Key: "setup", Kind: billing.ItemFee, Name: "Модуль подключения", Prices: []prolong.Money{rub(500000)}},
	}}})
	require.NoError(t, err)
}

// account returns the id of an imported client.
func (h *house) account(t testing.TB, externalID string) billing.AccountID {
	t.Helper()
	a, err := h.billing.FindAccountByExternalID(context.Background(), externalID)
	require.NoError(t, err)
	return a.ID
}

func TestTheFirstInvoiceCoversAFeeAndTheFirstThreeMonths(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-12-31", "")
	h.offer(t, "team", 100000, func(p *billing.Plan) { p.FirstPeriods = 3 })
	account := h.account(t, "c00000")
	sub, err := h.invoices.OpenSubscription(context.Background(), tester, billing.Opening{AccountID: account, PlanKey: "team", Currency: prolong.RUB, Seats: 2, Addons: map[string]int{"sms": 1}, From: prolong.MustDate("2026-03-01")})
	require.NoError(t, err)
	first := h.find(t, invoices.StatusOpen)[0]
	require.Equal(t, "2026-03-01..2026-05-31", first.Period.String())
	require.Equal(t, int64(3*2*100000+3*30000+500000), first.Total.Minor())
	require.Equal(t, int64(500000), first.Once.Minor())
	paper, err := h.invoices.InvoiceOf(context.Background(), account, first.ID)
	require.NoError(t, err)
	require.Len(t, paper.Paper.Lines, 3)
	require.Equal(t, []int64{6000, 3000, 1000}, []int64{paper.Paper.Lines[0].QuantityMilli, paper.Paper.Lines[1].QuantityMilli, paper.Paper.Lines[2].QuantityMilli})
	require.NoError(t, paper.Paper.Validate())

	// Cancelled and drawn up again, it is the same invoice, fee and all.
	again, err := h.invoices.Reissue(context.Background(), tester, first.ID, "опечатка")
	require.NoError(t, err)
	require.Equal(t, first.Total, again.New.Total)
	require.Equal(t, first.Period, again.New.Period)
	h.receive(t, account, first.Total.Minor(), "2026-03-02")
	h.sound(t)

	h.clock.Set(time.Date(2026, 5, 27, 9, 0, 0, 0, moscow))
	next := h.issue(t)
	require.Len(t, next, 1)
	require.Equal(t, "2026-06-01..2026-06-30", next[0].Period.String())
	require.Equal(t, int64(2*100000+30000), next[0].Total.Minor())
	require.Zero(t, next[0].Once.Minor())
	require.Equal(t, sub.ID, next[0].SubscriptionID)
	h.sound(t)
}

func TestATrialIsFreeAndItsInvoiceComesDaysAhead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-02-01", "")
	h.offer(t, "team", 100000, func(p *billing.Plan) { p.Trial = prolong.Term{Count: 14, Unit: prolong.Days} })
	account := h.account(t, "c00000")
	_, err := h.invoices.OpenSubscription(context.Background(), tester, billing.Opening{AccountID: account, PlanKey: "team", Currency: prolong.RUB, NoFees: true})
	require.NoError(t, err)
	require.Equal(t, "2026-03-14", h.paidThrough(t, "c00000"), "1 to 14 March are free")
	require.Empty(t, h.find(t, ""))
	h.clock.Set(time.Date(2026, 3, 9, 9, 0, 0, 0, moscow))
	require.Empty(t, h.teamInvoices(t), "five days ahead of the 15th is the 10th")
	h.clock.Set(time.Date(2026, 3, 10, 9, 0, 0, 0, moscow))
	open := h.teamInvoices(t)
	require.Len(t, open, 1)
	require.Equal(t, "2026-03-15..2026-04-14", open[0].Period.String())
	require.Equal(t, int64(100000), open[0].Total.Minor())
	h.sound(t)
}

// teamInvoices issues what is due and returns the invoices of the plan «team».
func (h *house) teamInvoices(t testing.TB) []invoices.Invoice {
	t.Helper()
	h.issue(t)
	var id int64
	require.NoError(t, h.db.Pool.QueryRow(context.Background(), `SELECT s.id FROM subscriptions s JOIN plans p ON p.id = s.plan_id WHERE p.key = 'team'`).Scan(&id))
	var list []invoices.Invoice
	for _, inv := range h.find(t, invoices.StatusOpen) {
		if int64(inv.SubscriptionID) == id {
			list = append(list, inv)
		}
	}
	return list
}

func TestOpeningWhatIsNotSoldIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-12-31", "")
	h.offer(t, "team", 100000, nil)
	account := h.account(t, "c00000")
	for name, c := range map[string]struct {
		opening billing.Opening
		key     string
	}{
		"plan":     {billing.Opening{PlanKey: "нет", Currency: prolong.RUB}, "error.plan_not_sold"},
		"add-on":   {billing.Opening{PlanKey: "team", Currency: prolong.RUB, Addons: map[string]int{"нет": 1}}, "error.addon_not_sold"},
		"fee":      {billing.Opening{PlanKey: "team", Currency: prolong.RUB, Addons: map[string]int{"setup": 1}}, "error.addon_not_sold"},
		"quantity": {billing.Opening{PlanKey: "team", Currency: prolong.RUB, Addons: map[string]int{"sms": 0}}, "error.seats"},
		"seats":    {billing.Opening{PlanKey: "team", Currency: prolong.RUB, Seats: billing.SeatsMax + 1}, "error.seats"},
		"currency": {billing.Opening{PlanKey: "team", Currency: prolong.KZT}, "error.seller_no_bank_account"},
	} {
		c.opening.AccountID = account
		_, err := h.invoices.OpenSubscription(context.Background(), tester, c.opening)
		require.Error(t, err, name)
		codeOf(t, err, c.key)
	}
}
