package tochka_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync/statement/record"
	"prolong/banksync/statement/tochka"
)

const statementJSON = `{"accountId":"40702810938000000001/044525104","statementId":"s-1","status":"Ready","startDateTime":"2026-03-10","endDateTime":"2026-03-11",
 "startDateBalance":100,"endDateBalance":14980.5,"Transaction":[
 {"transactionId":"123;1","paymentId":"1;123","creditDebitIndicator":"Credit","status":"Booked","documentNumber":"15","transactionTypeCode":"Платежное поручение","documentProcessDate":"2026-03-10",
  "description":"Оплата по счету 58291375-12","Amount":{"amount":14900,"amountNat":14900,"currency":"RUB"},"DebtorParty":{"inn":"7701001238","name":"ООО «Пример»","kpp":"770101001"},
  "DebtorAccount":{"schemeName":"RU.CBR.PAN","identification":"40702810500000000042"},"DebtorAgent":{"identification":"044525225","name":"ПАО Пример"}},
 {"transactionId":"124;1","creditDebitIndicator":"Debit","status":"Booked","documentProcessDate":"2026-03-11","description":"Комиссия","Amount":{"amount":19.5,"currency":"RUB"},"CreditorParty":{"name":"Банк"}},
 {"transactionId":"125;1","creditDebitIndicator":"Debit","status":"Pending","documentProcessDate":"2026-03-11","transactionTypeCode":"Мемориальный ордер","Amount":{"amount":5,"currency":"RUB"}},
 {"transactionId":"126;1","creditDebitIndicator":"Debit","status":"Booked","documentProcessDate":"вчера","Amount":{"amount":5,"currency":"RUB"}}]}`

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, page := range []string{`{"Data":{"Statement":[` + statementJSON + `]}}`, `{"Data":{"Statement":` + statementJSON + `},"Links":{}}`} {
		out, err := tochka.Decode([]byte(page), record.Options{})
		require.NoError(t, err)
		require.True(t, out.Ready)
		require.Equal(t, "s-1", out.ID)
		st := out.Statements[0]
		require.Equal(t, "40702810938000000001", st.Account)
		require.Equal(t, "044525104", st.BIC)
		require.True(t, *st.BalanceOK, "the pending row does not count")
		require.Len(t, st.Entries, 3)
		e := st.Entries[0]
		require.Equal(t, "b1:123;1", e.Key)
		require.Equal(t, "14900.00", e.Amount.String())
		require.Equal(t, record.Party{Name: "ООО «Пример»", TaxID: "7701001238", KPP: "770101001", Account: "40702810500000000042", BIC: "044525225", Bank: "ПАО Пример"}, e.Counterparty)
		require.Equal(t, record.Pending, st.Entries[2].Status)
		require.Equal(t, record.WarnDateInvalid, st.Warnings[0].Code)
	}
}

func TestDecodeNotReady(t *testing.T) {
	t.Parallel()
	out, err := tochka.Decode([]byte(`{"Data":{"Statement":{"statementId":"s-1","status":"Processing","Transaction":[]}}}`), record.Options{})
	require.NoError(t, err)
	require.False(t, out.Ready)
	require.Empty(t, out.Statements)
	for _, page := range []string{`{"Data":{"Statement":{"status":"Error"}}}`, `{"code":"401","message":"token expired"}`} {
		_, err = tochka.Decode([]byte(page), record.Options{})
		require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err))
	}
}
