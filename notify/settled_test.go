package notify

import (
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/i18n"
)

// An invoice that the balance has paid asks for nothing: no amount of nought in the subject, no
// requisites, no purpose to copy.
func TestLetterOfAnInvoicePaidFromTheBalanceAsksForNothing(t *testing.T) {
	t.Parallel()
	r, err := embeddedRenderer()
	require.NoError(t, err)
	bill := Bill{Number: "58291375-12", IssuedOn: prolong.MustDate("2026-04-01"), Total: prolong.NewMoney(200000, prolong.RUB), AccountName: "A", PaymentPurpose: "Цель платежа"}
	settled := InvoiceIssued{Bill: bill, PaidFromBalance: bill.Total, Settled: true, PaidThrough: prolong.MustDate("2026-05-30")}
	for lang, want := range map[i18n.Lang]string{
		i18n.Russian: "Счёт № 58291375-12 от 1 апреля 2026 г. оплачен с баланса — B", i18n.English: "is paid from your balance — B",
		i18n.Ukrainian: "сплачено з балансу — B", i18n.Kazakh: "баланстан төленді — B",
	} {
		letter, err := r.render(lang, envelope{head: Letterhead{Brand: "B"}, recipient: Recipient{Email: "a@example.test"}}, settled)
		require.NoError(t, err)
		require.Contains(t, letter.Subject, want)
		require.NotContains(t, letter.Text, "Цель платежа")
		require.Contains(t, letter.Text, "2026")
	}
	partly := InvoiceIssued{Bill: bill, PaidFromBalance: prolong.NewMoney(50000, prolong.RUB)}
	letter, err := r.render(i18n.Russian, envelope{head: Letterhead{Brand: "B"}, recipient: Recipient{Email: "a@example.test"}}, partly)
	require.NoError(t, err)
	require.Contains(t, letter.Text, "С баланса уже зачтено 500,00")
	require.Contains(t, letter.Text, "Цель платежа")
}
