package modulbank_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync/statement/modulbank"
	"prolong/banksync/statement/record"
)

func row(id, status, category string) string {
	return fmt.Sprintf(`{"id":"%s","status":"%s","category":"%s","contragentName":"ООО «Пример»","contragentInn":"7701001238","contragentKpp":"770101001",
 "contragentBankAccountNumber":"40702810500000000042","contragentBankBic":"044525225","currency":"RUR","amount":14900.5,"bankAccountNumber":"40702810938000000001",
 "paymentPurpose":"Оплата по счету 58291375-12","executed":"2026-03-10T00:00:00","created":"2026-03-09T23:50:00","docNumber":"15"}`, id, status, category)
}

func TestDecode(t *testing.T) {
	t.Parallel()
	states := []string{"Received", "PayReceived", "Executed", "SendToBank", "RejectByBank", "RejectByBeneficiary", "Canceled", "UnderControl", "ClarifyRequiredOutcome", "New"}
	var rows []string
	for i, s := range states {
		category := "Debet"
		if i > 1 {
			category = "Credit"
		}
		rows = append(rows, row(fmt.Sprintf("id-%d", i), s, category))
	}
	rows = append(rows, row("x", "Received", "Debit"))
	out, err := modulbank.Decode([]byte("["+strings.Join(rows, ",")+"]"), record.Options{})
	require.NoError(t, err)
	require.True(t, out.More)
	st := out.Statements[0]
	require.Equal(t, prolong.RUB, st.Currency)
	require.Len(t, st.Entries, len(states))
	var got []string
	for _, e := range st.Entries {
		got = append(got, string(e.Direction)+" "+string(e.Status))
	}
	require.Equal(t, []string{"credit booked", "credit booked", "debit booked", "debit pending", "debit rejected", "debit rejected", "debit rejected",
		"debit pending", "debit pending", "debit pending"}, got)
	e := st.Entries[0]
	require.Equal(t, []string{"b1:id-0", "14900.50", "2026-03-10", "2026-03-09", "7701001238"}, []string{e.Key, e.Amount.String(), e.Date.String(), e.DocDate.String(), e.Counterparty.TaxID})
	require.Len(t, st.Warnings, 2)

	out, err = modulbank.Decode([]byte("[]"), record.Options{})
	require.NoError(t, err)
	require.False(t, out.More)
	require.Empty(t, out.Statements)
}
