package tbank_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync/statement/record"
	"prolong/banksync/statement/tbank"
)

const own = "40702810938000000001"

func TestDecode(t *testing.T) {
	t.Parallel()
	page := `{"operations":[
 {"operationId":"a-1","operationDate":"2026-03-09T21:30:00Z","operationStatus":"Transaction","typeOfOperation":"Credit","accountNumber":"` + own + `",
  "accountAmount":14900.00,"accountCurrencyDigitalCode":"643","documentNumber":"15","docDate":"2026-03-09T00:00:00Z","payPurpose":"Оплата по счету 58291375-12","category":"income",
  "payer":{"acct":"40702810500000000042","inn":"7701001238","kpp":"770101001","name":"ООО «Пример»","bicRu":"044525225","bankName":"ПАО Пример"},"receiver":{"acct":"` + own + `"}},
 {"operationId":"a-2","operationDate":"2026-03-10T10:00:00Z","operationStatus":"Authorization","typeOfOperation":"Debit","accountNumber":"` + own + `","accountAmount":"99.5","accountCurrencyDigitalCode":643,
  "counterParty":{"account":"40702810500000000043","inn":"7701001238","bankBic":"044525225","name":"Кафе"}},
 {"operationId":"a-3","operationDate":"2026-03-10","operationStatus":"Whatever","typeOfOperation":"Debit","accountNumber":"` + own + `","accountAmount":1,"accountCurrencyDigitalCode":"643"},
 {"operationId":"a-4","operationDate":"2026-03-10","operationStatus":"Transaction","typeOfOperation":"?","accountAmount":1}],
 "nextCursor":"c2","balances":{"incomingBalance":1}}`
	out, err := tbank.Decode([]byte(page), record.Options{})
	require.NoError(t, err)
	require.True(t, out.More)
	require.Equal(t, "c2", out.Next)
	require.Len(t, out.Statements, 1)
	st := out.Statements[0]
	require.Equal(t, prolong.RUB, st.Currency)
	require.Len(t, st.Entries, 3)
	e := st.Entries[0]
	require.Equal(t, []string{"b1:a-1", "14900.00", "2026-03-10", "15"}, []string{e.Key, e.Amount.String(), e.Date.String(), e.DocNo}, "the day is Moscow's")
	require.Equal(t, record.Party{Name: "ООО «Пример»", TaxID: "7701001238", KPP: "770101001", Account: "40702810500000000042", BIC: "044525225", Bank: "ПАО Пример"}, e.Counterparty)
	require.Equal(t, []record.Status{record.Booked, record.Pending, record.Pending}, []record.Status{e.Status, st.Entries[1].Status, st.Entries[2].Status})
	require.Equal(t, "40702810500000000043", st.Entries[1].Counterparty.Account)
	require.Len(t, st.Warnings, 2)
}

func TestDecodeOld(t *testing.T) {
	t.Parallel()
	page := `{"accountNumber":"` + own + `","saldoIn":100.00,"income":50,"outcome":20.5,"saldoOut":129.50,"operation":[
 {"operationId":"o-1","id":"7","date":"2026-03-10","drawDate":"2026-03-10","amount":50,"payerName":"ООО «Пример»","payerInn":"7701001238","payerAccount":"40702810500000000042","recipient":"Мы","recipientAccount":"` + own + `","paymentPurpose":"Счет 5","operationType":"01"},
 {"id":"","date":"2026-03-10","amount":20.50,"payerAccount":"` + own + `","recipient":"Кафе","recipientAccount":"40702810500000000043","paymentPurpose":"Обед"},
 {"id":"","date":"2026-03-10","amount":1,"payerAccount":"1111111","recipientAccount":"2222222"}]}`
	out, err := tbank.Decode([]byte(page), record.Options{})
	require.NoError(t, err)
	st := out.Statements[0]
	require.True(t, *st.BalanceOK)
	require.Len(t, st.Entries, 2)
	require.Equal(t, []record.Direction{record.Credit, record.Debit}, []record.Direction{st.Entries[0].Direction, st.Entries[1].Direction})
	require.Equal(t, "b1:o-1", st.Entries[0].Key)
	require.Contains(t, st.Entries[1].Key, "c1:", "rows without an id are known by their content")
	require.Equal(t, record.WarnDirectionUnknown, st.Warnings[0].Code)
}

func TestDecodeRefusal(t *testing.T) {
	t.Parallel()
	_, err := tbank.Decode([]byte(`{"errorMessage":"Токен истёк","errorCode":"UNAUTHORIZED"}`), record.Options{})
	require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err))
}
