package onec_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"prolong"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/onec"
	"prolong/banksync/statement/record"
)

const own = "40702810938000000001"

func parse(t *testing.T, data []byte, opts record.Options) ([]record.Statement, error) {
	t.Helper()
	text, err := charset.Open(bytes.NewReader(data))
	require.NoError(t, err)
	require.True(t, onec.Sniff(text.Head()))
	return onec.Parse(text, opts)
}

func parseOne(t *testing.T, text string) record.Statement {
	t.Helper()
	out, err := parse(t, []byte(text), record.Options{})
	require.NoError(t, err)
	require.Len(t, out, 1)
	return out[0]
}

func requireKey(t *testing.T, err error, key string, line int) {
	t.Helper()
	var e *prolong.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, key, e.Key)
	require.Equal(t, prolong.CodeInvalid, e.Code)
	require.Equal(t, line, e.Args["Line"])
}

func codes(st record.Statement) []record.WarningCode {
	var out []record.WarningCode
	for _, w := range st.Warnings {
		out = append(out, w.Code)
	}
	return out
}

// file frames documents: one account, opening 100.00, the closing as given.
func file(closing string, documents ...string) string {
	return "1CClientBankExchange\nВерсияФормата=1.03\nКодировка=Windows\nРасчСчет=" + own + "\nСекцияРасчСчет\nДатаНачала=10.03.2026\n" +
		"ДатаКонца=10.03.2026\nРасчСчет=" + own + "\nНачальныйОстаток=100.00\nКонечныйОстаток=" + closing + "\nКонецРасчСчет\n" +
		strings.Join(documents, "") + "КонецФайла\n"
}

// credit is a payment of ООО «Пример» to us.
func credit(number, amount, purpose string) string {
	return "СекцияДокумент=Платежное поручение\nНомер=" + number + "\nДата=09.03.2026\nСумма=" + amount +
		"\nПлательщикСчет=40702810500000000042\nПлательщикИНН=7701001238\nПлательщикКПП=770101001\nПлательщик1=ООО \"Пример\"\nПлательщикБИК=044525225\n" +
		"ПолучательСчет=" + own + "\nДатаПоступило=10.03.2026\nНазначениеПлатежа=" + purpose + "\nКонецДокумента\n"
}

func TestParseFields(t *testing.T) {
	t.Parallel()
	st := parseOne(t, file("15000.00", credit("7", "14900.00", "Оплата по счету № 58291375-12")))
	require.Equal(t, record.FormatOneC, st.Format)
	require.Equal(t, "1.03", st.Version)
	require.Equal(t, own, st.Account)
	require.Equal(t, prolong.RUB, st.Currency)
	require.Empty(t, st.Warnings)
	require.True(t, *st.BalanceOK)
	require.Len(t, st.Entries, 1)
	e := st.Entries[0]
	require.Equal(t, 12, e.Line)
	require.Equal(t, record.Credit, e.Direction)
	require.Equal(t, record.Booked, e.Status)
	require.Equal(t, "14900.00", e.Amount.String())
	require.Equal(t, "2026-03-10", e.Date.String())
	require.Equal(t, "2026-03-09", e.DocDate.String())
	require.Equal(t, "7", e.DocNo)
	require.Equal(t, record.Party{Name: `ООО "Пример"`, TaxID: "7701001238", KPP: "770101001", Account: "40702810500000000042", BIC: "044525225"}, e.Counterparty)
	require.Equal(t, own, e.Own.Account)
	require.Equal(t, "Оплата по счету № 58291375-12", e.Purpose)
	require.True(t, strings.HasPrefix(e.Raw, "СекцияДокумент="))
	require.True(t, strings.HasSuffix(e.Raw, "КонецДокумента"))
}

func TestParseEncodings(t *testing.T) {
	t.Parallel()
	text := file("15000.00", credit("7", "14900.00", "Оплата за март, ёлка"))
	want := parseOne(t, text)
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	require.NoError(t, err)
	utf16be, err := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(text)
	require.NoError(t, err)
	encode := func(e encoding.Encoding, s string) string {
		out, err := e.NewEncoder().String(s)
		require.NoError(t, err)
		return out
	}
	for name, test := range map[string]struct{ data, encoding string }{
		"UTF-8 with a mark":       {"\xEF\xBB\xBF" + text, "utf-8"},
		"windows-1251":            {encode(charmap.Windows1251, strings.ReplaceAll(text, "№", "N")), "windows-1251"},
		"windows-1251 with №":     {encode(charmap.Windows1251, text), "windows-1251"},
		"cp866":                   {encode(charmap.CodePage866, text), "cp866"},
		"cp866, upper case":       {encode(charmap.CodePage866, strings.ToUpper(text)), "cp866"},
		"windows-1251 upper case": {encode(charmap.Windows1251, strings.ToUpper(text)), "windows-1251"},
		"KOI8-R":                  {encode(charmap.KOI8R, text), "koi8-u"},
		"KOI8-R upper case":       {encode(charmap.KOI8R, strings.ToUpper(text)), "koi8-u"},
		"UTF-16 with a mark":      {utf16, "utf-16"},
		"UTF-16 without one":      {utf16be, "utf-16"},
		"CRLF":                    {strings.ReplaceAll(text, "\n", "\r\n"), "utf-8"},
		"CR":                      {strings.ReplaceAll(text, "\n", "\r"), "utf-8"},
		"Cyrillic 1С, blank line": {"\n" + strings.Replace(text, "1C", "1С", 1), "utf-8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := parseOne(t, test.data)
			require.Equal(t, test.encoding, st.Encoding)
			require.Len(t, st.Entries, 1)
			require.True(t, *st.BalanceOK)
			if !strings.Contains(name, "pper case") {
				require.Equal(t, want.Entries[0].Purpose, st.Entries[0].Purpose)
				require.Equal(t, want.Entries[0].Key, st.Entries[0].Key)
			}
		})
	}
}

func TestParseDestroyed(t *testing.T) {
	t.Parallel()
	text := file("15000.00", credit("7", "14900.00", "Оплата"))
	lost := strings.Map(func(r rune) rune {
		if r >= 0x400 && r < 0x500 {
			return '\uFFFD'
		}
		return r
	}, text)
	asked := strings.ReplaceAll(lost, "\uFFFD", "?")
	twice, err := charmap.Windows1251.NewDecoder().String(text)
	require.NoError(t, err)

	_, err = parse(t, []byte(lost), record.Options{})
	requireKey(t, err, "error.statement_destroyed", 2)
	_, err = parse(t, []byte(asked), record.Options{})
	requireKey(t, err, "error.statement_unreadable", 2)
	_, err = parse(t, []byte(twice), record.Options{})
	var e *prolong.Error
	require.ErrorAs(t, err, &e)
	require.Contains(t, []string{"error.statement_unreadable", "error.statement_destroyed"}, e.Key)
	_, err = parse(t, []byte("1CClientBankExchange\n"), record.Options{})
	requireKey(t, err, "error.statement_no_rows", 1)

	// One letter that the bank has cut in the middle does not cost the file.
	st := parseOne(t, file("15000.00", credit("7", "14900.00", "Комиссия за получе\xd0")))
	require.Len(t, st.Entries, 1)
	require.Equal(t, []record.WarningCode{record.WarnTextDamaged}, codes(st))
	require.Equal(t, "utf-8", st.Encoding)
}

func TestParseKeepsNeighbours(t *testing.T) {
	t.Parallel()
	good := credit("1", "50.00", "Первый") + "%" + credit("2", "50.00", "Второй")
	for name, test := range map[string]struct {
		bad  string
		code record.WarningCode
	}{
		"negative amount":   {credit("9", "-5.00", "x"), record.WarnAmountInvalid},
		"three decimals":    {credit("9", "1.234", "x"), record.WarnAmountInvalid},
		"no amount":         {credit("9", "", "x"), record.WarnAmountInvalid},
		"no date":           {strings.NewReplacer("09.03.2026", "", "10.03.2026", "").Replace(credit("9", "5", "x")), record.WarnDateInvalid},
		"impossible date":   {strings.NewReplacer("09.03.2026", "31.02.2026", "10.03.2026", "").Replace(credit("9", "5", "x")), record.WarnDateInvalid},
		"strangers":         {strings.Replace(credit("9", "5", "x"), own, "40702810000000000077", 1) + "", record.WarnDirectionUnknown},
		"two amounts":       {strings.Replace(credit("9", "5", "x"), "Сумма=5\n", "Сумма=5\nСумма=500000\n", 1), record.WarnConflictingKey},
		"amount in purpose": {credit("9", "5", "Оплата\nСумма=500000"), record.WarnConflictingKey},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad := test.bad
			if name == "strangers" {
				bad = strings.Replace(bad, "ДатаПоступило=10.03.2026\n", "", 1)
			}
			text := strings.Replace(file("200.00", good), "%", bad, 1)
			st := parseOne(t, text)
			require.Len(t, st.Entries, 2)
			require.True(t, *st.BalanceOK)
			var found *record.Warning
			for i := range st.Warnings {
				if st.Warnings[i].Code == test.code {
					found = &st.Warnings[i]
				}
			}
			require.NotNil(t, found, "%v", codes(st))
			require.Equal(t, strings.Count(text[:strings.Index(text, bad)], "\n")+1, found.Line)
			require.Contains(t, found.Raw, "Номер=9")
		})
	}
}

func TestParseAllBadIsAnError(t *testing.T) {
	t.Parallel()
	_, err := parse(t, []byte(file("200.00", credit("1", "1.234", "x"))), record.Options{})
	requireKey(t, err, "error.statement_all_amount_invalid", 12)
}

func TestParseAmountSpellings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"100": "100.00", "100.5": "100.50", "100,5": "100.50", "1 000.50": "1000.50",
		"1\u00a0000.50": "1000.50", "0": "0.00", "14900-00": "14900.00", "0000100.00": "100.00", " 7.00 ": "7.00"} {
		st := parseOne(t, file("1", credit("1", text, "x")))
		require.Equal(t, want, st.Entries[0].Amount.String(), text)
	}
}

func TestParsePurpose(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ lines, want string }{
		"one line":            {"Оплата", "Оплата"},
		"further lines":       {"Оплата\nпо счету № 5\n\nНДС=20%\nИтого: 100", "Оплата по счету № 5 НДС=20% Итого: 100"},
		"parts only":          {"\nНазначениеПлатежа1=Оплата\nНазначениеПлатежа2=по счету\nНазначениеПлатежа3=5", "Оплата по счету 5"},
		"first part repeated": {"Оплата\nНазначениеПлатежа1=Оплата\nНазначениеПлатежа2=по счету 5", "Оплата по счету 5"},
		"whole and parts":     {"Оплата по счету 5\nНазначениеПлатежа1=Оплата\nНазначениеПлатежа2=по счету 5", "Оплата по счету 5"},
		"repeated field":      {"Оплата\nНазначениеПлатежа=по счету 5", "Оплата по счету 5"},
		"unknown field":       {"Оплата\nПлательщикОГРН=1027700000000", "Оплата"},
		"tabs":                {"Оплата\tза  март", "Оплата за март"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, test.want, parseOne(t, file("150", credit("1", "50", test.lines))).Entries[0].Purpose)
		})
	}
}

func TestParseParties(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fields string
		want   record.Party
	}{
		"placeholders":           {"ПлательщикИНН=000000000000\nПлательщикКПП=0\nПлательщик1=Казначейство\n", record.Party{Name: "Казначейство"}},
		"zero tax id":            {"ПлательщикИНН=0\nПлательщик=Казначейство\n", record.Party{Name: "Казначейство"}},
		"tax id before the name": {"Плательщик=ИНН 7701001238 ООО \"Пример\"\n", record.Party{Name: `ООО "Пример"`, TaxID: "7701001238"}},
		"tax id with a comma":    {"Плательщик=7701001238, ООО \"Пример\"\n", record.Party{Name: `ООО "Пример"`, TaxID: "7701001238"}},
		"bare tax id":            {"Плательщик1=7701001238 ООО \"Пример\"\n", record.Party{Name: `ООО "Пример"`, TaxID: "7701001238"}},
		"name and whole":         {"Плательщик=ИНН 7701001238 ООО \"Пример\" р/с 1\nПлательщик1=ООО \"Пример\"\n", record.Party{Name: `ООО "Пример"`, TaxID: "7701001238"}},
		"address of a person":    {"Плательщик1=ПРИМЕРОВ ПРИМЕР//127422 МОСКВА//\n", record.Party{Name: "ПРИМЕРОВ ПРИМЕР"}},
		"doubled quotes":         {"Плательщик1=ООО \"\"Пример\"\"\n", record.Party{Name: `ООО "Пример"`}},
		"quote never closed":     {"Плательщик1=\"Объединение собственников, 7\n", record.Party{Name: "Объединение собственников, 7"}},
		"a number as a name":     {"Плательщик1=7701001238\n", record.Party{Name: "7701001238"}},
		"client behind the bank": {"ПлательщикСчет=30232810000000000001\nПлательщикРасчСчет=40702810500000000042\n", record.Party{Account: "40702810500000000042"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := "СекцияДокумент=Платежное поручение\nНомер=1\nДата=10.03.2026\nСумма=50\n" + test.fields + "ПолучательСчет=" + own + "\nКонецДокумента\n"
			require.Equal(t, test.want, parseOne(t, file("150", doc)).Entries[0].Counterparty)
		})
	}
}

func TestParseDirections(t *testing.T) {
	t.Parallel()
	document := func(fields string) string {
		return "СекцияДокумент=Прочее\nНомер=1\nДата=10.03.2026\n" + fields + "КонецДокумента\n"
	}
	for name, test := range map[string]struct {
		fields string
		want   record.Direction // empty: left out
	}{
		"payer is ours":              {"Сумма=5\nПлательщикСчет=" + own + "\nПолучательСчет=1\n", record.Debit},
		"payer is ours at its bank":  {"Сумма=5\nПлательщикСчет=30232810000000000001\nПлательщикРасчСчет=" + own + "\n", record.Debit},
		"payee is ours":              {"Сумма=5\nПлательщикСчет=1\nПолучательСчет=" + own + "\n", record.Credit},
		"only credited":              {"Сумма=5\nДатаПоступило=10.03.2026\nДатаСписано=\nПлательщикСчет=407028*\n", record.Credit},
		"only debited":               {"Сумма=5\nДатаПоступило=\nДатаСписано=10.03.2026\n", record.Debit},
		"both dates, no account":     {"Сумма=5\nДатаПоступило=10.03.2026\nДатаСписано=10.03.2026\n", ""},
		"nothing":                    {"Сумма=5\n", ""},
		"stated in":                  {"СуммаПриход=5\n", record.Credit},
		"stated out, in nought":      {"СуммаПриход=0.00\nСуммаРасход=5\n", record.Debit},
		"stated in and out":          {"СуммаПриход=5\nСуммаРасход=5\n", ""},
		"stated against the account": {"СуммаПриход=5\nПлательщикСчет=" + own + "\nПолучательСчет=1\n", record.Credit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := parseOne(t, file("105", credit("2", "5", "сосед"), document(test.fields)))
			if test.want == "" {
				require.Len(t, st.Entries, 1)
				require.Contains(t, codes(st), record.WarnDirectionUnknown)
				return
			}
			require.Len(t, st.Entries, 2)
			require.Equal(t, test.want, st.Entries[1].Direction)
		})
	}
}

func TestParseOwnTransferOfUncoveredAccount(t *testing.T) {
	t.Parallel()
	// The other side is ours too, but this file is not its statement: its money comes with its
	// own file, and must not be counted from here.
	other := "40702810500000000042"
	out, err := parse(t, []byte(file("105", credit("2", "5", "перевод"))), record.Options{OwnAccounts: []string{own, other}})
	require.NoError(t, err)
	require.Len(t, out, 1)
	require.Equal(t, own, out[0].Account)
	require.Len(t, out[0].Entries, 1)
	require.True(t, *out[0].BalanceOK)
}

func TestParseWithoutAccountUsesTheTenants(t *testing.T) {
	t.Parallel()
	text := "1CClientBankExchange\nВерсияФормата=1.02\n" + credit("1", "5", "x") + "КонецФайла\n"
	_, err := parse(t, []byte(text), record.Options{})
	requireKey(t, err, "error.statement_all_direction_unknown", 3)
	out, err := parse(t, []byte(text), record.Options{OwnAccounts: []string{"4070 2810 9380 0000 0001"}})
	require.NoError(t, err)
	require.Equal(t, own, out[0].Account)
	require.Nil(t, out[0].BalanceOK)
	require.Equal(t, []record.WarningCode{record.WarnNoBalance}, codes(out[0]))
}

func TestParseTwins(t *testing.T) {
	t.Parallel()
	twin := credit("1", "50.00", "Оплата")
	other := credit("2", "50.00", "Оплата")
	whole := parseOne(t, file("300.00", twin, other, twin, twin))
	require.Len(t, whole.Entries, 4)
	require.NotEqual(t, whole.Entries[0].Key, whole.Entries[2].Key)
	require.NotEqual(t, whole.Entries[2].Key, whole.Entries[3].Key)
	// A file of the same day, pulled earlier, holds the first of them and has the same keys;
	// days before it do not shift the count.
	earlier := parseOne(t, file("250.00", strings.ReplaceAll(twin, "10.03.2026", "08.03.2026"), twin, other, twin))
	require.Equal(t, whole.Entries[0].Key, earlier.Entries[1].Key)
	require.Equal(t, whole.Entries[2].Key, earlier.Entries[3].Key)
	// The type of the document and the version of the file may change.
	later := parseOne(t, strings.NewReplacer("Платежное поручение", "Мемориальный ордер", "1.03", "1.02").Replace(file("200.00", twin, other)))
	require.Equal(t, whole.Entries[0].Key, later.Entries[0].Key)
}

func TestParseEndings(t *testing.T) {
	t.Parallel()
	text := file("200.00", credit("1", "50.00", "Первый"), credit("2", "50.00", "Второй"))
	for name, test := range map[string]struct {
		text    string
		entries int
		codes   []record.WarningCode
	}{
		"complete":               {text, 2, nil},
		"КонецВыписки":           {strings.Replace(text, "КонецФайла", "КонецВыписки", 1), 2, nil},
		"no end":                 {strings.Replace(text, "КонецФайла\n", "", 1), 2, []record.WarningCode{record.WarnEndMissing}},
		"a control character":    {text + "\x1a\n", 2, nil},
		"cut in a document":      {text[:strings.Index(text, "торой")], 2, []record.WarningCode{record.WarnEndMissing}},
		"cut before the day":     {text[:strings.LastIndex(text, "ДатаПоступило")], 1, []record.WarningCode{record.WarnBalanceMismatch, record.WarnDocumentCut, record.WarnEndMissing}},
		"document without end":   {strings.Replace(text, "КонецДокумента\n", "", 1), 2, []record.WarningCode{record.WarnDocumentUnfinished}},
		"last without end":       {strings.TrimSuffix(text, "КонецДокумента\nКонецФайла\n") + "КонецФайла\n", 2, []record.WarningCode{record.WarnDocumentUnfinished}},
		"account without end":    {strings.Replace(text, "КонецРасчСчет\n", "", 1), 2, []record.WarningCode{record.WarnSectionUnfinished}},
		"end without beginning":  {strings.Replace(text, "КонецДокумента\n", "КонецДокумента\nКонецДокумента\n", 1), 2, []record.WarningCode{record.WarnUnexpectedLine}},
		"text between documents": {strings.Replace(text, "КонецДокумента\n", "КонецДокумента\nлишнее\n", 1), 2, []record.WarningCode{record.WarnUnexpectedLine}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := parseOne(t, test.text)
			require.Len(t, st.Entries, test.entries)
			require.Equal(t, test.codes, codes(st))
		})
	}
}

func TestParseGluedFiles(t *testing.T) {
	t.Parallel()
	one := file("150.00", credit("1", "50.00", "Первый"))
	for _, glued := range []string{one + one, strings.Replace(one, "КонецФайла\n", "", 1) + one} {
		out, err := parse(t, []byte(glued), record.Options{})
		require.NoError(t, err)
		require.Len(t, out, 2)
		require.Equal(t, out[0].Entries[0].Key, out[1].Entries[0].Key, "the same file glued twice is the same operation")
	}
}

func TestParseDays(t *testing.T) {
	t.Parallel()
	section := func(day, opening, in, closing string) string {
		return "СекцияРасчСчет\nДатаНачала=" + day + "\nРасчСчет=" + own + "\nНачальныйОстаток=" + opening + "\nВсегоПоступило=" + in +
			"\nВсегоСписано=0\nКонечныйОстаток=" + closing + "\nКонецРасчСчет\n"
	}
	head := "1CClientBankExchange\nРасчСчет=" + own + "\nДатаНачала=10.03.20261\nДатаКонца=11.03.1926\n"
	first, second := credit("1", "50.00", "x"), strings.ReplaceAll(credit("2", "70.00", "x"), "10.03.2026", "11.03.2026")
	text := func(sections ...string) string {
		return head + strings.Join(sections, "") + first + second + "КонецФайла\n"
	}

	st := parseOne(t, text(section("10.03.2026", "100", "50", "150"), section("11.03.2026", "150", "70", "220")))
	require.Empty(t, st.Warnings)
	require.True(t, *st.BalanceOK)
	require.Equal(t, []string{"100.00", "220.00", "2026-03-10", "2026-03-11"},
		[]string{st.Opening.String(), st.Closing.String(), st.From.String(), st.To.String()})
	require.Len(t, st.Balances, 2)

	// A section that stands twice counts once.
	st = parseOne(t, text(section("10.03.2026", "100", "50", "150"), section("10.03.2026", "100", "50", "150"), section("11.03.2026", "150", "70", "220")))
	require.Empty(t, st.Warnings)

	// A declared turnover that differs on one day is a warning; the rows close the balance.
	st = parseOne(t, text(section("10.03.2026", "100", "55", "150"), section("11.03.2026", "150", "70", "220")))
	require.Equal(t, []record.WarningCode{record.WarnTotalsMismatch}, codes(st))
	require.True(t, *st.BalanceOK)

	// A break between the days, and a day without its section.
	st = parseOne(t, text(section("10.03.2026", "100", "50", "150"), section("11.03.2026", "151", "70", "221")))
	require.Equal(t, []record.WarningCode{record.WarnBalanceChain}, codes(st))
	require.False(t, *st.BalanceOK)
	st = parseOne(t, text(section("09.03.2026", "100", "0", "100"), section("11.03.2026", "150", "70", "220")))
	require.Contains(t, codes(st), record.WarnOutsidePeriod)
	require.False(t, *st.BalanceOK)
}

func TestParseKazakhstan(t *testing.T) {
	t.Parallel()
	const account = "KZ86125KZT5004100100"
	text := "1CClientBankExchange\nВерсияФормата=2.00\nДатаНачала=01.10.2024\nРасчСчет=" + account + "\nСЕКЦИЯРАСЧСЧЕТ\nДАТАНАЧАЛА=01.10.2024\nДатаКонца=31.10.2024\n" +
		"РАСЧСЧЕТ=" + account + "\nНАЧАЛЬНЫЙОСТАТОК=2742.8\nВсегоПоступило=7745.7\nВсегоСписано=2000\nКОНЕЧНЫЙОСТАТОК=8488.5\nКОНЕЦРАСЧСЧЕТ\n" +
		"СЕКЦИЯДОКУМЕНТ=Выписка\nВидДокумента=ПлатежноеПоручение\nДатаОперации=02.10.2024\nСуммаРасход=2000\nНомерДокумента=NT-475719\nДатаДокумента=01.10.2024\n" +
		"ПлательщикНаименование=ТОО \"Пример\"\nПлательщикБИН_ИИН=000740001307\nПлательщикКБЕ=17\nПлательщикИИК=" + account + "\n" +
		"ПолучательНаименование=АО \"Пример Банк\"\nПолучательБИН_ИИН=000140002217\nПолучательИИК=KZ298561005127073713\nПолучательБанкБИК=KCJBKZKX\n" +
		"НазначениеПлатежа=Комиссия\nза обслуживание\nКодНазначенияПлатежа=841\nДатаВалютирования=03.10.2024\nСумма=2000\nВалюта=KZT\nКонецДокумента\n" +
		"СекцияДокумент=\"выписка\"\nНомерДокумента=95022\nДатаДокумента=03.10.2024\nСуммаПриход=7745.7\nПолучательНаименование=ТОО \"Пример\"\nПолучательБИН=000740001307\nПолучательИИК=" + account + "\n" +
		"ПлательщикНаименование=АО \"Пример Банк\"\nПлательщикБИН=000140002217\nПлательщикИИК=KZ81722S000001159377\nДатаОперации=03.10.2024\n" +
		"НазначениеПлатежа=Принятые платежи за 02.10.2024 ком. 74.30 тг. (7820.00 - 0.00 ) Общая сумма платежей 7820.00\nКонецДокумента\nКонецФайла\n"
	st := parseOne(t, text)
	require.Empty(t, st.Warnings)
	require.True(t, *st.BalanceOK)
	require.Equal(t, prolong.KZT, st.Currency)
	require.Len(t, st.Entries, 2)
	out, in := st.Entries[0], st.Entries[1]
	require.Equal(t, record.Debit, out.Direction)
	require.Equal(t, "2000.00", out.Amount.String())
	require.Equal(t, []string{"2024-10-02", "2024-10-01", "2024-10-03"}, []string{out.Date.String(), out.DocDate.String(), out.ValueDate.String()})
	require.Equal(t, []string{"NT-475719", "841", "Комиссия за обслуживание", "ПлатежноеПоручение"}, []string{out.DocNo, out.PurposeCode, out.Purpose, out.Kind})
	require.Equal(t, record.Party{Name: `АО "Пример Банк"`, TaxID: "000140002217", Account: "KZ298561005127073713", BIC: "KCJBKZKX"}, out.Counterparty)
	require.Equal(t, record.Credit, in.Direction)
	require.Equal(t, "7745.70", in.Amount.String())
	require.Equal(t, "000140002217", in.Counterparty.TaxID)
	require.Equal(t, "выписка", in.Kind)
}

func TestParseCurrency(t *testing.T) {
	t.Parallel()
	swap := func(account string) string {
		return strings.ReplaceAll(file("105", credit("1", "5", "x")), own, account)
	}
	for name, test := range map[string]struct {
		account string
		extra   string
		opts    record.Options
		want    prolong.Currency
	}{
		"roubles":                    {own, "", record.Options{}, prolong.RUB},
		"dollars by the number":      {"40702840938000000001", "", record.Options{}, prolong.USD},
		"yuan by the number":         {"40702156938000000001", "", record.Options{}, "CNY"},
		"number before the caller":   {"40702840938000000001", "", record.Options{Currency: prolong.RUB}, prolong.USD},
		"caller for an IBAN":         {"KZ86125KZT5004100100", "", record.Options{Currency: prolong.USD}, prolong.USD},
		"document for an IBAN":       {"KZ86125KZT5004100100", "Валюта=USD\n", record.Options{}, prolong.USD},
		"country of the IBAN":        {"UA213223130000026007233566001", "", record.Options{}, prolong.UAH},
		"masked number":              {"407028XXXXXXXXXXXXXX", "", record.Options{}, prolong.RUB},
		"old number of Ukraine":      {"26007233566001", "", record.Options{Currency: prolong.UAH}, prolong.UAH},
		"an old rouble in documents": {"26007233566001", "Валюта=RUR\n", record.Options{}, prolong.RUB},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(swap(test.account), "Сумма=", test.extra+"Сумма=", 1)
			out, err := parse(t, []byte(text), test.opts)
			require.NoError(t, err)
			require.Equal(t, test.want, out[0].Currency)
			require.Equal(t, test.want, out[0].Entries[0].Amount.Currency())
		})
	}
}
