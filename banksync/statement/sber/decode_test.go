package sber_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync/statement/record"
	"prolong/banksync/statement/sber"
)

const rows = `{"operationId":"op-1","transactionId":"tr-1","uuid":"u-1","direction":"CREDIT","operationDate":"2026-03-10T00:00:00","documentDate":"2026-03-09","number":"15","operationCode":"01",
 "amount":{"amount":"14900.00","currencyName":"RUB"},"amountRub":{"amount":"14900.00","currencyName":"RUB"},"paymentPurpose":"Оплата по счету 58291375-12",
 "rurTransfer":{"payerAccount":"40702810500000000042","payerName":"ООО «Пример»","payerInn":"7701001238","payerKpp":"770101001","payerBankBic":"044525225","payerBankName":"ПАО Пример",
 "payeeAccount":"40702810938000000001","payeeInn":"0000000000","valueDate":"2026-03-10","departmentalInfo":{"uip":"0"}}},
 {"uuid":"u-2","direction":"DEBIT","operationDate":"2026-03-10","amount":{"amount":99.5,"currencyName":"810"},"paymentPurpose":"Комиссия","rurTransfer":{"payerAccount":"40702810938000000001"}},
 {"uuid":"u-3","direction":"IN","operationDate":"2026-03-10","amount":{"amount":1,"currencyName":"RUB"}}`

func TestDecode(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		bank  sber.Bank
		links string
		more  bool
		keys  [2]string
	}{
		"sber": {sber.Sber, `[{"rel":"prev","href":"/x"},{"rel":"next","href":"https://elsewhere.example/y"}]`, true, [2]string{"b1:op-1", "c1:"}},
		"alfa": {sber.Alfa, `{"next":{"href":"/y"}}`, true, [2]string{"b1:tr-1", "b1:u-2"}},
		"last": {sber.Alfa, `[]`, false, [2]string{"b1:tr-1", "b1:u-2"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := sber.Decode([]byte(`{"transactions":[`+rows+`],"_links":`+test.links+`}`), test.bank, sber.Options{})
			require.NoError(t, err)
			require.Equal(t, test.more, out.More)
			require.Len(t, out.Statements, 1)
			st := out.Statements[0]
			require.Equal(t, "40702810938000000001", st.Account)
			require.Len(t, st.Entries, 2)
			e := st.Entries[0]
			require.Contains(t, e.Key, test.keys[0])
			require.Contains(t, st.Entries[1].Key, test.keys[1])
			require.Equal(t, []string{"14900.00", "2026-03-10", "2026-03-09", "2026-03-10"}, []string{e.Amount.String(), e.Date.String(), e.DocDate.String(), e.ValueDate.String()})
			require.Equal(t, record.Party{Name: "ООО «Пример»", TaxID: "7701001238", KPP: "770101001", Account: "40702810500000000042", BIC: "044525225", Bank: "ПАО Пример"}, e.Counterparty)
			require.Empty(t, e.Own.TaxID, "a row of noughts is no tax id")
			require.Empty(t, e.PaymentID)
			require.Equal(t, record.Booked, e.Status)
			require.Equal(t, record.WarnDirectionUnknown, st.Warnings[0].Code)
		})
	}
}

func TestDecodeOpenDayIsPending(t *testing.T) {
	t.Parallel()
	out, err := sber.Decode([]byte(`{"transactions":[`+rows+`]}`), sber.Sber, sber.Options{DayOpen: true})
	require.NoError(t, err)
	require.Equal(t, record.Pending, out.Statements[0].Entries[0].Status)
}

func TestDecodeRefusal(t *testing.T) {
	t.Parallel()
	_, err := sber.Decode([]byte(`{"cause":"UNAUTHORIZED","message":"accessToken not found"}`), sber.Sber, sber.Options{})
	require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err))
}
