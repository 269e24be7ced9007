package statement_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync/statement"
)

// cutCases are files of every format that a cut can leave a partial entry of, beside the samples.
// Where an entry of equal money follows, telling which is which is the hard part.
var cutCases = map[string]struct {
	text    string
	mapping *statement.Mapping
}{
	"1C":            {text: string(oneCFile(6))},
	"1C Kazakhstan": {text: kazakhSeed},
	"MT940": {text: "{1:F01X}{2:I940X}{4:\r\n:20:R\r\n:25:KZ86125KZT5004100100\r\n:28C:7\r\n:60F:C260301KZT10,00\r\n" +
		":61:2603010301C100,5NTRFNONREF//77\r\n:86:Оплата по счету 58291375-1\r\n:61:2603010301C100,50NTRFNONREF\r\n:86:Оплата по счету 58291375-1\r\n" +
		":61:2603010301C100,50NTRF5\r\nTOO PRIMER\r\n:86:Оплата по счету 58291375-12\r\nза март:\r\n:08 и апрель\r\n-5 тенге\r\n:62F:C260301KZT311,50\r\n-}{5:}\r\n"},
	"MT942":                  {text: ":20:R\n:25:KZ86125KZT5004100100\n:28C:1\n:34F:KZTD0,\n:13D:2603101200+0500\n:61:2603100310C5,00NTRFX\n:86:First\n:61:2603100310C5,00NTRFX\n:86:First and second\n:90D:0KZT0,00\n:90C:2KZT10,00\n-\n"},
	"MT940, text first":      {text: ":20:R\n:25:12345678\n:60F:C260301EUR1,00\n:86:first\n:61:2603010301C1,00NTRFA\n:86:second\n:61:2603010301C1,00NTRFB\nmore\n:62F:C260301EUR3,00\n"},
	"MT940, two statements":  {text: ":20:R\n:25:12345678\n:60F:C260301EUR1,00\n:61:260301C1,00NTRFA\n:86:x\n:62F:C260301EUR2,00\n:20:R\n:25:12345678\n:60F:C260302EUR2,00\n:61:260302C1,00NTRFA\n:86:x y\n:62F:C260302EUR3,00\n"},
	"MT940, same statement":  {text: ":20:R\n:25:12345678\n:60F:C260301EUR1,00\n:61:260301C1,00NTRFA\n:86:x\n:61:260301D1,00NTRFA\n:86:x y\n:62F:C260301EUR1,00\n:20:R\n:25:12345678\n:60F:C260301EUR1,00\n:61:260301C1,00NTRFA\n:86:x\n:61:260301D1,00NTRFA\n:86:x y\n:62F:C260301EUR1,00\n"},
	"CSV, purpose last":      {text: "Дата;Номер;Сумма;ИНН контрагента;Контрагент;Назначение платежа\r\n10.03.2026;1;100,50;7701001238;ООО Пример;Оплата по счету 58291375-1\r\n10.03.2026;2;-100,50;;;Комиссия\r\n10.03.2026;1;100,50;7701001238;ООО Пример;Оплата по счету 58291375-12\r\n", mapping: cutMapping(";")},
	"CSV, no end of line":    {text: "Дата;Номер;Сумма;ИНН контрагента;Контрагент;Назначение платежа\n10.03.26;1;100.50;7701001238;ООО Пример;Оплата по счету 58291375-1\n11.03.26;1;100.50;7701001238;ООО Пример;Оплата", mapping: cutMapping(";")},
	"CSV, quotes":            {text: "Дата,Номер,Сумма,ИНН контрагента,Контрагент,Назначение платежа\n10.03.2026,1,\"100,50\",,\"ООО \"\"Пример\"\"\",\"Оплата, счет\nпо счету 5\"\n10.03.2026,1,\"100,50\",,\"ООО \"\"Пример\"\"\",\"Оплата, счет\nпо счету 5\nи 6\"\n", mapping: cutMapping(",")},
	"CSV, credit and debit":  {text: "Дата;Назначение;Приход;Расход\n2026-03-10;Оплата 1;1490,00;\n2026-03-10;Оплата 1;;20,00\n2026-03-11;Оплата 2;14900,00;0,00\n2026-03-11;Оплата 2;0,00;14900,00\n"},
	"CSV, known layout":      {text: csvSeed + "x;408178;RUR;02.03.26;A12345;\"Оплата; счет\";2 000,50;0;\n"},
	"CSV, a running balance": {text: "Дата;Сумма;Назначение;Остаток\n10.03.2026;100,00;Оплата;1100,00\n10.03.2026;50,00;Оплата;1150,00\n"},
	"CSV, status last":       {text: "Дата;Сумма;Назначение;Статус\n10.03.2026;100,00;Оплата;Исполнено\n10.03.2026;50,00;Оплата;Отклонено\n"},
	"CSV, id last":           {text: "Дата;Сумма;Назначение;Референс\n10.03.2026;100,00;Оплата;A1\n10.03.2026;100,00;Оплата;A12\n"},
	"PrivatBank":             {text: privatSeed}, "T-Bank": {text: tbankSeed}, "Tochka": {text: tochkaSeed}, "DirectBank": {text: directSeed},
}

func cutMapping(delimiter string) *statement.Mapping {
	return &statement.Mapping{Delimiter: delimiter, Account: benchAccount, Currency: "RUB", Decimal: "", Columns: map[statement.Column]string{
		"date": "Дата", "doc_no": "Номер", "amount": "Сумма", "tax_id": "ИНН контрагента", "name": "Контрагент", "purpose": "Назначение платежа"}}
}

// TestAFileThatIsCutTellsAPartOfTheWhole cuts files behind every byte, large samples at some of
// them: an entry of the cut file is one of the whole file, with the same key, or is marked as
// cut, and then it is recognised in an entry of the whole that nothing else in the cut file is. So
// importing both, in whichever order, gives the entries of the whole.
func TestAFileThatIsCutTellsAPartOfTheWhole(t *testing.T) {
	t.Parallel()
	for name, c := range cutCases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mapping := c.mapping
			if mapping == nil {
				mapping = guessed(c.text)
			}
			cutEverywhere(t, []byte(c.text), mapping, 1)
		})
	}
	for _, s := range samples(t) {
		t.Run(s.file, func(t *testing.T) {
			t.Parallel()
			data := s.read(t)
			cutEverywhere(t, data, nil, max(len(data)/40, 1))
		})
	}
}

// guessed is what a person would confirm; nil for what is no table, or a known one.
func guessed(text string) *statement.Mapping {
	proposal, err := statement.GuessMapping(bytes.NewReader([]byte(text)))
	if err != nil || proposal.Mapping.Name != "" {
		return nil
	}
	proposal.Mapping.Account, proposal.Mapping.Currency = benchAccount, "RUB"
	return &proposal.Mapping
}

func cutEverywhere(t *testing.T, data []byte, mapping *statement.Mapping, step int) {
	t.Helper()
	options := statement.Options{OwnAccounts: []string{benchAccount}, Mapping: mapping}
	whole, err := statement.Parse(bytes.NewReader(data), options)
	if err != nil {
		return // a sample that is refused
	}
	known := byKey(whole)
	for size := len(data) - 1; size > 0; size -= step {
		cut, err := statement.Parse(bytes.NewReader(data[:size]), options)
		if err != nil {
			require.NotEmpty(t, errorKey(err), "%v", err)
			continue
		}
		for i := range cut {
			// A statement that stands twice in the file may be cut the second time.
			requirePart(t, size, known, byKey(cut[i:i+1]))
		}
	}
}

func requirePart(t *testing.T, size int, known, told map[lineKey]*statement.Entry) {
	t.Helper()
	for key, e := range told {
		if known[key] != nil {
			require.Equal(t, known[key].Amount, e.Amount)
			continue
		}
		require.NotEqual(t, statement.CutNothing, e.Cut, "cut at %d: %s %q", size, e.Amount, e.Raw)
		found := false
		for other, w := range known {
			found = found || key.account == other.account && told[other] == nil && w.Continues(e)
		}
		require.True(t, found, "cut at %d: %s %q", size, e.Amount, e.Raw)
	}
}

// lineKey is what a line is stored under.
type lineKey struct{ account, key string }

func byKey(statements []statement.Statement) map[lineKey]*statement.Entry {
	out := make(map[lineKey]*statement.Entry)
	for i := range statements {
		st := &statements[i]
		for j := range st.Entries {
			out[lineKey{st.Account, st.Entries[j].Key}] = &st.Entries[j]
		}
	}
	return out
}

// TestAnEntryThatIsCutKeepsItsMoneyOrIsLeftOut cuts in the figures themselves: a part of an
// amount is never taken for the amount.
func TestAnEntryThatIsCutKeepsItsMoneyOrIsLeftOut(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"MT940, in the amount":     {":20:R\n:25:1234567\n:60F:C260301KZT10,00\n:61:260301C5,00NTRFA\n:61:260301C14900", []string{"5.00 "}},
		"MT940, behind the amount": {":20:R\n:25:1234567\n:60F:C260301KZT10,00\n:61:260301C5,00NTRFA\n:61:260301C14900,00N", []string{"5.00 ", "14900.00 text"}},
		"MT940, a whole line":      {":20:R\n:25:1234567\n:60F:C260301KZT10,00\n:61:260301C14900,00\n", []string{"14900.00 text"}},
		"MT940, closed":            {":20:R\n:25:1234567\n:60F:C260301KZT10,00\n:61:260301C14900,00NTRFA\n:62F:C260301KZT14910,00", []string{"14900.00 "}},
		"MT942, ended by a dash":   {":20:R\n:25:1234567\n:34F:KZT0,\n:61:260301C14900,00NTRFA\n:86:x\n-\n", []string{"14900.00 "}},
		"CSV, in the amount":       {"Дата;Назначение;Сумма\n10.03.2026;a;5,00\n10.03.2026;b;1490", []string{"5.00 "}},
		"CSV, both decimals":       {"Дата;Назначение;Сумма\n10.03.2026;a;5,00\n10.03.2026;b;14900,00", []string{"5.00 ", "14900.00 "}},
		"CSV, in the date":         {"Сумма;Назначение;Дата\n5,00;a;10.03.2026\n7,00;b;10.03.20", []string{"5.00 "}},
		"CSV, in the purpose":      {"Дата;Сумма;Назначение\n10.03.2026;5,00;a\n10.03.2026;7,00;b", []string{"5.00 ", "7.00 word"}},
		"CSV, before the purpose":  {"Дата;Сумма;Контрагент;Назначение\n10.03.2026;5,00;x;a\n10.03.2026;7,00;ООО При", []string{"5.00 ", "7.00 text"}},
		"CSV, in a quoted purpose": {"Дата;Сумма;Назначение\n10.03.2026;5,00;a\n10.03.2026;7,00;\"b; c", []string{"5.00 ", "7.00 text"}},
		"CSV, a careless quote":    {"Дата;Сумма;Назначение\n10.03.2026;5,00;a\n10.03.2026;7,00;\"Пример\" за март\n", []string{"5.00 ", "7.00 "}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			statements, err := statement.Parse(bytes.NewReader([]byte(test.text)), statement.Options{Currency: prolong.RUB, Mapping: guessed(test.text)})
			require.NoError(t, err)
			var got []string
			for _, e := range statements[0].Entries {
				got = append(got, e.Amount.String()+" "+e.Cut.String())
			}
			require.Equal(t, test.want, got)
			if len(test.want) == 1 && test.want[0] == "5.00 " {
				require.Equal(t, []string{"document_cut"}, documentCuts(statements[0]), "what is left out is named")
			}
		})
	}
}

func documentCuts(st statement.Statement) (out []string) {
	for _, w := range st.Warnings {
		if w.Code == "document_cut" && w.Raw != "" {
			out = append(out, string(w.Code))
		}
	}
	return out
}
