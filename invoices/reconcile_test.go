package invoices_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
)

// The statement of whatever interval begins where the one before it ended, and says what the
// ledger says: payments, services by their acts, refunds, transfers; not what moves between the
// client's balance and his invoices.
func TestStatementOfAccountComesFromTheLedger(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 2, "2026-03-20", "")
	ids := h.family(t)
	_, err := h.invoices.IssueDue(context.Background(), tester, prolong.Date{})
	require.NoError(t, err)
	h.pay(t)
	h.deposit(t, ids[0], 70000, "2026-03-01")
	h.clock.Set(time.Date(2026, 3, 2, 12, 0, 0, 0, moscow))
	_, err = h.invoices.CloseDue(context.Background(), tester, prolong.Date{})
	require.NoError(t, err)
	_, err = h.invoices.Transfer(context.Background(), tester, ids[0], ids[1], prolong.NewMoney(20000, prolong.RUB), "test")
	require.NoError(t, err)
	var deposit int64
	require.NoError(t, h.db.Pool.QueryRow(context.Background(), `SELECT id FROM payments WHERE amount_minor = 70000`).Scan(&deposit))
	require.NoError(t, h.billing.RefundBalance(context.Background(), tester, billing.PaymentID(deposit), prolong.NewMoney(10000, prolong.RUB), prolong.MustDate("2026-04-05"), "test"))

	of := func(from, to string) []string {
		st, err := h.invoices.Statement(context.Background(), ids[0], "", prolong.Period{From: prolong.MustDate(from), To: prolong.MustDate(to)})
		require.NoError(t, err)
		lines := []string{st.Opening.String()}
		for _, r := range st.Rows {
			lines = append(lines, r.On.String()+" "+r.Title+" "+r.Debit.String()+" "+r.Credit.String())
		}
		name, pdf, err := h.invoices.Reconciliation(st)
		require.NoError(t, err)
		require.Contains(t, name, "akt-sverki")
		require.True(t, strings.HasPrefix(string(pdf), "%PDF"))
		return append(lines, st.Closing.String())
	}
	march := of("2026-03-01", "2026-04-01")
	require.Equal(t, []string{
		"0.00", "2026-03-01 Оплата 0.00 2000.00", "2026-03-01 Оплата 0.00 700.00", "2026-03-02 Реализация (акт № 260000013) 2000.00 0.00",
		"2026-03-02 Перевод между лицевыми счетами 200.00 0.00", "-500.00",
	}, march)
	require.Equal(t, []string{"-500.00", "2026-04-05 Возврат денег 100.00 0.00", "-400.00"}, of("2026-04-01", "2026-05-01"))
	require.Equal(t, []string{"-400.00", "-400.00"}, of("2026-05-01", "2026-06-01"))
	require.Equal(t, int64(40000), h.balance(t, ids[0]), "what he has paid ahead lies on his balance")

	var out strings.Builder
	st, err := h.invoices.Statement(context.Background(), ids[0], prolong.RUB, prolong.Period{From: prolong.MustDate("2026-04-01"), To: prolong.MustDate("2026-05-01")})
	require.NoError(t, err)
	require.NoError(t, st.WriteCSV(&out))
	require.Equal(t, "date,title,debit,credit,balance\n2026-04-01,opening,,,-500.00\n2026-04-05,Возврат денег,100.00,0.00,-400.00\n2026-04-30,closing,,,-400.00\n", out.String())
	_, err = h.invoices.Statement(context.Background(), ids[0], "", prolong.Period{From: prolong.MustDate("2026-05-01"), To: prolong.MustDate("2026-04-01")})
	codeOf(t, err, "error.period_invalid")
}
