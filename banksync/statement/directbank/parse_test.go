package directbank_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/directbank"
	"prolong/banksync/statement/record"
)

const own = "40702810938000000001"

func parse(t *testing.T, data string) ([]record.Statement, error) {
	t.Helper()
	text, err := charset.Open(strings.NewReader(data))
	require.NoError(t, err)
	require.True(t, directbank.Sniff(text.Head()))
	return directbank.Parse(text, record.Options{})
}

func document(kind, closing string, operations ...string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>
<Statement xmlns="http://directbank.1c.ru/XMLSchema" id="1" formatVersion="2.3.1" creationDate="2026-03-11T00:00:00">
<Sender bic="044525225" name="Банк"/><Recipient id="1" name="ООО «Пример Софт»" inn="7701001238"/>
<Data><StatementType>` + kind + `</StatementType><DateFrom>2026-03-10T00:00:00</DateFrom><DateTo>2026-03-10T23:59:59</DateTo><Account>` + own + `</Account>
<Bank><BIC>044525225</BIC><Name>Банк</Name></Bank><OpeningBalance>100</OpeningBalance><TotalDebits>20</TotalDebits><TotalCredits>70</TotalCredits><ClosingBalance>` + closing + `</ClosingBalance>
` + strings.Join(operations, "\n") + `
</Data></Statement>`
}

func operation(id, dc, sum, status string) string {
	stamp := ""
	if status != "" {
		stamp = "<Stamp><BIC>044525225</BIC><Status><Code>" + status + "</Code></Status></Stamp>"
	}
	return `<OperationInfo><PayDoc id="` + id + `" docKind="10"><PayDocRu><DocNo>15</DocNo><DocDate>2026-03-09</DocDate><Sum>` + sum + `</Sum>
<Payer><Name>ООО «Пример»</Name><INN>7701001238</INN><KPP>0</KPP><Account>40702810500000000042</Account><Bank><BIC>044525225</BIC><Name>Банк</Name></Bank></Payer>
<Payee><Name>Мы</Name><INN>0</INN><Account>` + own + `</Account><Bank><BIC>044525225</BIC></Bank></Payee><Priority>5</Priority><Code>0</Code><Purpose>Оплата по счету 58291375-12</Purpose></PayDocRu></PayDoc>
<DC>` + dc + `</DC><Date>2026-03-10</Date>` + stamp + `</OperationInfo>`
}

func TestParse(t *testing.T) {
	t.Parallel()
	memo := `<OperationInfo><PayDoc id="m-1" docKind="17"><MemOrder><DocNo>1</DocNo><DocDate>2026-03-10</DocDate><Sum>20.00</Sum><TransitionContent>Комиссия</TransitionContent><AddInfo>за март</AddInfo></MemOrder></PayDoc><DC>1</DC><Date>2026-03-10</Date></OperationInfo>`
	out, err := parse(t, document("0", "150", operation("768", "2", "70.00", "02"), memo))
	require.NoError(t, err)
	st := out[0]
	require.Equal(t, []string{"directbank", "2.3.1", own, "044525225", "RUB", "2026-03-10", "2026-03-10"},
		[]string{string(st.Format), st.Version, st.Account, st.BIC, string(st.Currency), st.From.String(), st.To.String()})
	require.True(t, *st.BalanceOK)
	require.Empty(t, st.Warnings)
	e := st.Entries[0]
	require.Equal(t, 6, e.Line)
	require.Equal(t, "b1:768", e.Key)
	require.Equal(t, record.Credit, e.Direction)
	require.Equal(t, []string{"70.00", "2026-03-10", "2026-03-09", "15", "Оплата по счету 58291375-12", ""},
		[]string{e.Amount.String(), e.Date.String(), e.DocDate.String(), e.DocNo, e.Purpose, e.PaymentID})
	require.Equal(t, record.Party{Name: "ООО «Пример»", TaxID: "7701001238", Account: "40702810500000000042", BIC: "044525225", Bank: "Банк"}, e.Counterparty)
	require.Equal(t, "Комиссия за март", st.Entries[1].Purpose)
	require.Equal(t, record.Debit, st.Entries[1].Direction)
}

func TestParseStates(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind, code string
		want       record.Status
	}{{"0", "02", record.Booked}, {"0", "", record.Booked}, {"1", "02", record.Booked}, {"1", "", record.Pending}, {"0", "01", record.Pending},
		{"0", "03", record.Rejected}, {"0", "05", record.Rejected}, {"0", "77", record.Pending}} {
		out, err := parse(t, document(test.kind, "150", operation("1", "2", "70", test.code)))
		require.NoError(t, err)
		require.Equal(t, test.want, out[0].Entries[0].Status, "%+v", test)
	}
}

func TestParseIDs(t *testing.T) {
	t.Parallel()
	// One operation twice is one; one id on two amounts is two operations.
	out, err := parse(t, document("0", "150", operation("1", "2", "30", "01"), operation("1", "2", "30", "02"), operation("1", "2", "40", "02")))
	require.NoError(t, err)
	st := out[0]
	require.Len(t, st.Entries, 2)
	require.Equal(t, record.Booked, st.Entries[0].Status, "the more final row is kept")
	require.NotEqual(t, st.Entries[0].Key, st.Entries[1].Key)
	require.Equal(t, "b1:1", st.Entries[0].Key)
}

func TestParseDamaged(t *testing.T) {
	t.Parallel()
	whole := document("0", "150", operation("1", "2", "70", "02"), operation("2", "1", "20", "02"), operation("3", "9", "20", "02"), operation("4", "1", "x", "02"))
	out, err := parse(t, whole)
	require.NoError(t, err)
	require.Len(t, out[0].Entries, 2)
	require.True(t, *out[0].BalanceOK)
	require.Len(t, out[0].Warnings, 2)

	out, err = parse(t, whole[:strings.Index(whole, `id="2"`)])
	require.NoError(t, err)
	require.Len(t, out[0].Entries, 1)
	require.False(t, *out[0].BalanceOK)

	_, err = parse(t, document("0", "150", operation("4", "1", "x", "02")))
	var e *prolong.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "error.statement_all_amount_invalid", e.Key)
}
