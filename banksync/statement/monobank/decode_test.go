package monobank_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync/statement/monobank"
	"prolong/banksync/statement/record"
)

func TestDecode(t *testing.T) {
	t.Parallel()
	// 22:30 UTC on 31 March 2026 is 1 April in Kyiv.
	page := `[{"id":"ZuHWzqkKGVo=","time":1774996200,"description":"Від: ТОВ Приклад","mcc":4829,"hold":false,"amount":1490000,"operationAmount":1490000,"currencyCode":980,
 "balance":2000000,"comment":"Рахунок 58291375-12","counterEdrpou":"01234566","counterIban":"UA213223130000026007233566001","counterName":"ТОВ Приклад"},
 {"id":"B","time":1774996100,"description":"Кава","hold":true,"amount":-9550,"currencyCode":980},
 {"id":"C","time":0,"amount":5,"currencyCode":980},{"id":"D","time":1774996100,"amount":"5.5","currencyCode":980}]`
	out, err := monobank.Decode([]byte(page), record.Options{OwnAccounts: []string{"UA903052992990004149123456789"}})
	require.NoError(t, err)
	require.False(t, out.More)
	require.Empty(t, out.Next)
	st := out.Statements[0]
	require.Equal(t, "UA903052992990004149123456789", st.Account)
	require.Len(t, st.Entries, 2)
	e := st.Entries[0]
	require.Equal(t, "b1:ZuHWzqkKGVo=", e.Key)
	require.Equal(t, "14900.00", e.Amount.String())
	require.Equal(t, record.Credit, e.Direction)
	require.Equal(t, "2026-04-01", e.Date.String())
	require.Equal(t, "Рахунок 58291375-12", e.Purpose)
	require.Equal(t, "01234566", e.Counterparty.TaxID)
	require.Equal(t, record.Pending, st.Entries[1].Status)
	require.Equal(t, record.Debit, st.Entries[1].Direction)
	require.Equal(t, "95.50", st.Entries[1].Amount.String())
	require.Len(t, st.Warnings, 2)
}

func TestDecodeFullAnswerGoesOn(t *testing.T) {
	t.Parallel()
	rows := make([]string, monobank.RowsPerAnswerMax)
	for i := range rows {
		rows[i] = fmt.Sprintf(`{"id":"%d","time":%d,"amount":1,"currencyCode":980}`, i, 1774996200-i)
	}
	out, err := monobank.Decode([]byte("["+strings.Join(rows, ",")+"]"), record.Options{})
	require.NoError(t, err)
	require.True(t, out.More)
	require.Equal(t, fmt.Sprint(1774996200-len(rows)+1), out.Next)
}

func TestDecodeRefusal(t *testing.T) {
	t.Parallel()
	_, err := monobank.Decode([]byte(`{"errorDescription":"Too many requests"}`), record.Options{})
	require.Equal(t, prolong.CodeUnavailable, prolong.CodeOf(err))
	_, err = monobank.Decode([]byte(`<html>`), record.Options{})
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
}
