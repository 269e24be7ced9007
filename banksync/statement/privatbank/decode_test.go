package privatbank_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/privatbank"
	"prolong/banksync/statement/record"
)

// numeric has codes and sums as numbers, as some integrations get them.
const numeric = `{"status":"SUCCESS","type":"transactions","exist_next_page":"true","next_page_id":"41_online","transactions":[
 {"AUT_CNTR_ACC":"UA213223130000026007233566001","AUT_CNTR_CRF":1234566,"AUT_CNTR_MFO":305299,"AUT_CNTR_NAM":"ТОВ \"Приклад\"",
  "AUT_MY_ACC":"UA213223130000026007233566002","AUT_MY_CRF":"00012319","CCY":"UAH","DAT_KL":"05.03.2024","DAT_OD":"06.03.2024","DOC_TYP":"p",
  "FL_DC":"C","FL_REAL":"r","NUM_DOC":"15","OSND":"Оплата за рахунком № 58291375-12","PR_PR":"r","REF":"D2P1X","REFN":"P","SUM":1,"SUM_E":100,"ID":1377885891,"TRANTYPE":"C"},
 {"AUT_MY_ACC":"UA213223130000026007233566002","CCY":"UAH","DAT_OD":"06.03.2024","FL_REAL":"r","PR_PR":"r","REF":"D2P1X","REFN":1,"SUM":"2.50","ID":1377885891,"TRANTYPE":"D"}]}`

func decode(t *testing.T, page string) []record.Statement {
	t.Helper()
	out, err := privatbank.Decode([]byte(page), record.Options{})
	require.NoError(t, err)
	return out.Statements
}

func TestDecode(t *testing.T) {
	t.Parallel()
	out, err := privatbank.Decode([]byte(numeric), record.Options{})
	require.NoError(t, err)
	require.True(t, out.More)
	require.Equal(t, "41_online", out.Next)
	require.Len(t, out.Statements, 1)
	st := out.Statements[0]
	require.Equal(t, "UA213223130000026007233566002", st.Account)
	require.Equal(t, prolong.UAH, st.Currency)
	require.Empty(t, st.Warnings)
	require.Len(t, st.Entries, 2)
	e := st.Entries[0]
	require.Equal(t, "b1:D2P1XP", e.Key)
	require.Equal(t, "1.00", e.Amount.String(), "SUM, not SUM_E")
	require.Equal(t, record.Credit, e.Direction)
	require.Equal(t, record.Booked, e.Status)
	require.Equal(t, "2024-03-06", e.Date.String())
	require.Equal(t, "2024-03-05", e.DocDate.String())
	require.Equal(t, record.Party{Name: `ТОВ "Приклад"`, TaxID: "01234566", Account: "UA213223130000026007233566001", BIC: "305299"}, e.Counterparty)
	require.Equal(t, "b1:D2P1X1", st.Entries[1].Key)
	require.Equal(t, record.Debit, st.Entries[1].Direction)
}

func TestDecodeStates(t *testing.T) {
	t.Parallel()
	row := func(ref, real, state string) string {
		return `{"REF":"` + ref + `","REFN":"1","SUM":"10.00","TRANTYPE":"C","FL_REAL":"` + real + `","PR_PR":"` + state + `","DAT_OD":"07.01.2020"}`
	}
	st := decode(t, `{"status":"SUCCESS","exist_next_page":false,"transactions":[`+strings.Join([]string{
		row("A", "r", "r"), row("B", "i", "r"), row("C", "r", "p"), row("D", "r", "t"), row("E", "r", "n"), row("F", "r", "z")}, ",")+`]}`)[0]
	var states []record.Status
	for _, e := range st.Entries {
		states = append(states, e.Status)
	}
	require.Equal(t, []record.Status{record.Booked, record.Pending, record.Pending, record.Reversed, record.Rejected, record.Pending}, states)
	require.Equal(t, "10.00", st.Totals.Credit.String(), "only booked rows count")
	require.Len(t, st.Warnings, 1)
	require.Equal(t, record.WarnStatusUnknown, st.Warnings[0].Code)
	require.Equal(t, 6, st.Warnings[0].Line)
}

func TestDecodeKeepsNeighbours(t *testing.T) {
	t.Parallel()
	st := decode(t, `{"status":"SUCCESS","transactions":[{"SUM":"x","TRANTYPE":"C","DAT_OD":"07.01.2020"},[1],{"SUM":"1","TRANTYPE":"?","DAT_OD":"07.01.2020"},
		{"SUM":"1","TRANTYPE":"C"},{"REF":"A","REFN":"1","SUM":"1.00","TRANTYPE":"C","FL_REAL":"r","PR_PR":"r","DAT_OD":"07.01.2020"}]}`)[0]
	require.Len(t, st.Entries, 1)
	require.Equal(t, 5, st.Entries[0].Line)
	require.Len(t, st.Warnings, 4)
	for i, code := range []record.WarningCode{record.WarnAmountInvalid, record.WarnRowInvalid, record.WarnDirectionUnknown, record.WarnDateInvalid} {
		require.Equal(t, code, st.Warnings[i].Code)
		require.Equal(t, i+1, st.Warnings[i].Line)
		require.NotEmpty(t, st.Warnings[i].Raw)
	}
}

func TestDecodeRefusals(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		page string
		key  string
		code prolong.Code
	}{
		"maintenance page": {"<html>\nТехнічні роботи</html>", "error.statement_bad_json", prolong.CodeInvalid},
		"cut":              {`{"status":"SUCCESS","transactions":[{"REF":"A"`, "error.statement_bad_json", prolong.CodeInvalid},
		"refusal":          {`{"status":"ERROR","message":"token is disabled"}`, "error.statement_bank_refused", prolong.CodeUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := privatbank.Decode([]byte(test.page), record.Options{})
			var e *prolong.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, test.key, e.Key)
			require.Equal(t, test.code, e.Code)
		})
	}
	out, err := privatbank.Decode([]byte(`{"status":"SUCCESS","exist_next_page":false,"transactions":[]}`), record.Options{})
	require.NoError(t, err)
	require.Empty(t, out.Statements)
}

// TestParseWithoutCharset reads an answer that the bank gave in windows-1251, as it does when
// the request does not name UTF-8.
func TestParseWithoutCharset(t *testing.T) {
	t.Parallel()
	text, err := charset.Open(strings.NewReader(numeric))
	require.NoError(t, err)
	require.True(t, privatbank.Sniff(text.Head()))
	out, err := privatbank.Parse(text, record.Options{})
	require.NoError(t, err)
	require.Len(t, out[0].Entries, 2)
}
