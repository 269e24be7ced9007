package mt940_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/mt940"
	"prolong/banksync/statement/record"
)

func parse(t *testing.T, data string) ([]record.Statement, error) {
	t.Helper()
	text, err := charset.Open(strings.NewReader(data))
	require.NoError(t, err)
	require.True(t, mt940.Sniff(text.Head()))
	return mt940.Parse(text, record.Options{})
}

func parseOne(t *testing.T, data string) record.Statement {
	t.Helper()
	out, err := parse(t, data)
	require.NoError(t, err)
	require.Len(t, out, 1)
	return out[0]
}

// message frames lines: account, opening 500.00, closing as given.
func message(closing string, lines ...string) string {
	return ":20:REF\n:25:BANKKZKX/KZ86125KZT5004100100\n:28C:1/1\n:60F:C260301KZT500,00\n" + strings.Join(lines, "\n") + "\n:62F:C260331KZT" + closing + "\n-\n"
}

func codes(st record.Statement) []record.WarningCode {
	var out []record.WarningCode
	for _, w := range st.Warnings {
		out = append(out, w.Code)
	}
	return out
}

func TestParseMarks(t *testing.T) {
	t.Parallel()
	// The arithmetic of banks.md 5, with expected entries that must not count.
	st := parseOne(t, message("650,00", ":61:2603100310C200,00NTRFA", ":61:2603100310RD30,NTRFB", ":61:2603100310RCT80,00NTRFC",
		":61:2603100310EC7,00NTRFD", ":61:2603100310EDT7,00NTRFE"))
	require.True(t, *st.BalanceOK)
	require.Empty(t, st.Warnings)
	var got []string
	for _, e := range st.Entries {
		got = append(got, fmt.Sprintf("%s %s %s %s %v", e.DocNo, e.Direction, e.Amount, e.Status, e.Reversal))
	}
	require.Equal(t, []string{"A credit 200.00 booked false", "B credit 30.00 booked true", "C debit 80.00 booked true",
		"D credit 7.00 pending false", "E debit 7.00 pending false"}, got)
	require.Equal(t, "KZ86125KZT5004100100", st.Account)
	require.Equal(t, "BANKKZKX", st.BIC)
	require.Equal(t, prolong.KZT, st.Currency)
}

func TestParseLines(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		line              string
		date, value, want string
	}{
		"both dates":            {"2603100312C1,NTRFX", "2026-03-12", "2026-03-10", "credit 1.00 X"},
		"no entry date":         {"260310C1,NTRFX", "2026-03-10", "2026-03-10", "credit 1.00 X"},
		"into the next year":    {"2512310102C1,NTRFX", "2026-01-02", "2025-12-31", "credit 1.00 X"},
		"into the year before":  {"2601021231C1,NTRFX", "2025-12-31", "2026-01-02", "credit 1.00 X"},
		"30 February":           {"260230C1,NTRFX", "2026-02-28", "2026-02-28", "credit 1.00 X"},
		"funds letter":          {"2603100310DR1,5NTRFX", "2026-03-10", "2026-03-10", "debit 1.50 X"},
		"funds letter R of C":   {"2603100310CR1,50NTRFX", "2026-03-10", "2026-03-10", "credit 1.50 X"},
		"leading zeros":         {"260310D000000001213,28N044X", "2026-03-10", "2026-03-10", "debit 1213.28 X"},
		"no comma":              {"2603100310C500NTRFX//BANK", "2026-03-10", "2026-03-10", "credit 500.00 X"},
		"a space before type":   {"2603100310C50,00 NTRFNONREF//21", "2026-03-10", "2026-03-10", "credit 50.00 "},
		"no type":               {"2603100310C50,00", "2026-03-10", "2026-03-10", "credit 50.00 "},
		"a date that is no day": {"269954C50,00NTRFX", "2026-03-31", "", "credit 50.00 X"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := parseOne(t, message("1,00", ":61:"+test.line)).Entries[0]
			require.Equal(t, test.date, e.Date.String())
			require.Equal(t, test.value, e.ValueDate.String())
			require.Equal(t, test.want, fmt.Sprintf("%s %s %s", e.Direction, e.Amount, e.DocNo))
		})
	}
}

func TestParseDetails(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 64) + "5"
	for name, test := range map[string]struct {
		lines string
		want  string // purpose|name|account|bic|payment id
	}{
		"plain":           {":86:Invoice 58291375-12\nfor March", "Invoice 58291375-12 for March||||"},
		"full line":       {":86:" + long + "8291375-12", long + "8291375-12||||"},
		"full line, next": {":86:" + long + "\n8291375-12", long + "8291375-12||||"},
		"several":         {":86:Invoice\n:86:58291375-12", "Invoice 58291375-12||||"},
		"subfields":       {":86:166?00CREDIT?20Invoice 5829?211375-12?30BANKKZKX?31KZ563190000012344567?32TOO PRI?33MER?60 and more", "Invoice 58291375-12 and more|TOO PRIMER|KZ563190000012344567|BANKKZKX|"},
		"other sign":      {":86:000>20Invoice>21 5>31123456789\n", "Invoice 5||123456789||"},
		"SEPA tags":       {":86:166?20EREF+E2E-1 KREF+K SVWZ+Invo?21ice 5 ABWA+X", "Invoice 5||||E2E-1"},
		"slashes":         {":86:/EREF/E2E-1//CNTP/KZ563190000012344567/BANKKZKX/TOO PRIMER///REMI/USTD//Invoice 5/", "Invoice 5|TOO PRIMER|KZ563190000012344567|BANKKZKX|E2E-1"},
		"names in them":   {":86:/TRTP/TRANSFER/IBAN/KZ563190000012344567/BIC/BANKKZKX/NAME/TOO PRIMER/REMI/Invoice 5/EREF/NOTPROVIDED", "Invoice 5|TOO PRIMER|KZ563190000012344567|BANKKZKX|"},
		"numbered":        {":NS:01Invoice 5\n02and 6\n15TOO\n16PRIMER", "Invoice 5 and 6|TOO PRIMER|||"},
		"supplement":      {"KZ563190000012344567\n:86:Invoice", "Invoice||KZ563190000012344567||"},
		"only supplement": {"/OCMT/CAD47,11\nCard payment", "Card payment||||"},
		"a colon":         {":86:at 03:46\n:08 cards", "at 03:46 :08 cards||||"},
		"a lone dash":     {":86:Invoice\n-\n5", "Invoice - 5||||"},
		"Cyrillic":        {":86:'Оплата по счету 5'", "'Оплата по счету 5'||||"},
		"binary":          {":86:Invoice\x01\x02 5", "Invoice 5||||"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := parseOne(t, message("501,00", ":61:2603100310C1,00NTRFX\n"+strings.TrimSuffix(test.lines, "\n")))
			require.True(t, *st.BalanceOK)
			e := st.Entries[0]
			require.Equal(t, test.want, strings.Join([]string{e.Purpose, e.Counterparty.Name, e.Counterparty.Account, e.Counterparty.BIC, e.PaymentID}, "|"))
			require.True(t, strings.HasPrefix(e.Raw, ":61:2603100310C1,00NTRFX"))
		})
	}
}

func TestParseDescriptionBeforeLine(t *testing.T) {
	t.Parallel()
	st := parseOne(t, message("503,00", ":86:first", ":61:2603100310C1,00NTRFX", ":86:second", ":61:2603100310C2,00NTRFX"))
	require.Equal(t, []string{"first", "second"}, []string{st.Entries[0].Purpose, st.Entries[1].Purpose})
	st = parseOne(t, message("501,00", ":61:2603100310C1,00NTRFX", ":86:first")+":86:about the statement\n")
	require.Equal(t, "first", st.Entries[0].Purpose)
	st = parseOne(t, strings.Replace(message("501,00", ":61:2603100310C1,00NTRFX", ":86:first"), "\n-\n", "\n:86:about the statement\n-}", 1))
	require.Equal(t, "first", st.Entries[0].Purpose)
}

func TestParseKeepsNeighbours(t *testing.T) {
	t.Parallel()
	st := parseOne(t, message("503,00", ":61:2603100310C1,00NTRFX", ":86:first", ":61:rubbish", ":86:lost", ":61:2603100310C2,00NTRFX", ":86:second"))
	require.Len(t, st.Entries, 2)
	require.Equal(t, []string{"first", "second"}, []string{st.Entries[0].Purpose, st.Entries[1].Purpose})
	require.Equal(t, []record.WarningCode{record.WarnRowInvalid}, codes(st))
	require.Equal(t, 7, st.Warnings[0].Line)
	_, err := parse(t, message("503,00", ":61:rubbish"))
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
}

func TestParsePages(t *testing.T) {
	t.Parallel()
	page := func(number, open, opening, line, closed, closing string) string {
		return "{1:F01X}{2:I940X}{4:\n:20:R\n:25:KZ86125KZT5004100100KZT\n:28C:" + number + "\n:" + open + ":C260301KZT" + opening + "\n" + line + "\n:" + closed + ":C260301KZT" + closing + "\n-}{5:}\n"
	}
	line := ":61:2603010301C1,00NTRFX\n:86:twin"
	st := parseOne(t, page("7/1", "60F", "10,", line, "62M", "11,")+page("7/2", "60M", "11,", line, "62M", "12,")+page("7/3", "60M", "12,", line, "62F", "13,"))
	require.Equal(t, []string{"10.00", "13.00"}, []string{st.Opening.String(), st.Closing.String()})
	require.True(t, *st.BalanceOK)
	require.Len(t, st.Entries, 3)
	require.NotEqual(t, st.Entries[0].Key, st.Entries[1].Key, "twins on two pages are two operations")
	require.Equal(t, "KZ86125KZT5004100100", st.Account)

	// A page is missing.
	st = parseOne(t, page("7/1", "60F", "10,", line, "62M", "11,")+page("7/3", "60M", "12,", line, "62F", "13,"))
	require.Contains(t, codes(st), record.WarnBalanceChain)
	require.False(t, *st.BalanceOK)

	// Two statements of one day follow each other; twins are counted through both.
	out, err := parse(t, page("7/1", "60F", "10,", line, "62F", "11,")+page("8/1", "60F", "11,", line, "62F", "12,"))
	require.NoError(t, err)
	require.Len(t, out, 2)
	require.NotEqual(t, out[0].Entries[0].Key, out[1].Entries[0].Key)
	// The same statement twice holds the same operations.
	one := page("7/1", "60F", "10,", line, "62F", "11,")
	out, err = parse(t, one+one)
	require.NoError(t, err)
	require.Equal(t, out[0].Entries[0].Key, out[1].Entries[0].Key)
	// A statement between two is missing.
	out, err = parse(t, page("7/1", "60F", "10,", line, "62F", "11,")+page("9/1", "60F", "20,", line, "62F", "21,"))
	require.NoError(t, err)
	require.Contains(t, codes(out[1]), record.WarnBalanceChain)
	require.True(t, *out[1].BalanceOK)
}

func TestParseInterimReport(t *testing.T) {
	t.Parallel()
	st := parseOne(t, ":20:R\n:25:KZ86125KZT5004100100\n:28C:1\n:34F:KZTD0,\n:13D:2603101200+0500\n:61:2603100310C5,00NTRFX\n:90D:0KZT0,00\n:90C:1KZT5,00\n-")
	require.Equal(t, record.FormatMT942, st.Format)
	require.Equal(t, prolong.KZT, st.Currency)
	require.Nil(t, st.BalanceOK, "no balances: unverified, not zero")
	require.Nil(t, st.Opening)
	require.Empty(t, st.Warnings)
	st = parseOne(t, ":20:R\n:25:X1234567\n:34F:KZTD0,\n:61:2603100310C5,00NTRFX\n:90C:1KZT6,00\n-")
	require.Contains(t, codes(st), record.WarnTotalsMismatch)
}

func TestParseOverdrawn(t *testing.T) {
	t.Parallel()
	st := parseOne(t, ":20:R\n:25:12345678\n:60F:D260301EUR10,00\n:61:260301C4,00NTRFX\n:62F:D260301EUR6,00")
	require.Equal(t, "-10.00", st.Opening.String())
	require.True(t, *st.BalanceOK)
}
