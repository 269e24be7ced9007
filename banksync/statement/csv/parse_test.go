package csv_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"

	"prolong"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/csv"
	"prolong/banksync/statement/record"
)

func parse(t *testing.T, data string, opts record.Options) ([]record.Statement, error) {
	t.Helper()
	text, err := charset.Open(strings.NewReader(data))
	require.NoError(t, err)
	require.True(t, csv.Sniff(text.Head()))
	return csv.Parse(text, opts)
}

func parseOne(t *testing.T, data string, opts record.Options) record.Statement {
	t.Helper()
	out, err := parse(t, data, opts)
	require.NoError(t, err)
	require.Len(t, out, 1)
	return out[0]
}

func errorOf(t *testing.T, err error) *prolong.Error {
	t.Helper()
	var e *prolong.Error
	require.ErrorAs(t, err, &e)
	return e
}

// figures lists direction, amount, day and status of the entries.
func figures(st record.Statement) []string {
	var out []string
	for _, e := range st.Entries {
		out = append(out, fmt.Sprintf("%d %s %s %s %s", e.Line, e.Direction, e.Amount, e.Date, e.Status))
	}
	return out
}

func codes(st record.Statement) []record.WarningCode {
	var out []record.WarningCode
	for _, w := range st.Warnings {
		out = append(out, w.Code)
	}
	return out
}

const alfa = "Тип счёта;Номер счета;Валюта;Дата операции;Референс проводки;Описание операции;Приход;Расход;\n" +
	"Текущий счёт;40817810000000000001;RUR;02.03.26;A12;Оплата по счету 5;1000,50;0;\n" +
	"Текущий счёт;40817810000000000001;RUR;03.03.26;A13;Комиссия;0;99,00;\n" +
	"Текущий счёт;40817810000000000001;RUR;04.03.26;HOLD;Покупка;0;5,00;\n" +
	"Текущий счёт;40817810000000000001;RUR;04.03.26;HOLD;Покупка;0;7,00;\n"

func TestPresets(t *testing.T) {
	t.Parallel()
	cp1251, err := charmap.Windows1251.NewEncoder().String(alfa)
	require.NoError(t, err)
	for name, test := range map[string]struct {
		data     string
		encoding string
		version  string
		want     []string
	}{
		"alfa": {cp1251, "windows-1251", "alfa", []string{"2 credit 1000.50 2026-03-02 booked", "3 debit 99.00 2026-03-03 booked",
			"4 debit 5.00 2026-03-04 pending", "5 debit 7.00 2026-03-04 pending"}},
		"vtb": {"Начало периода;2026-03-01\nКонец периода;2026-03-31\n\nВыписка по счету/карте;Номер\n\nВалюта;Баланс на конец периода;Поступления;Списания\nRUR;82 604,01;0,00;-17 351,00\n\n\n" +
			"Номер карты/счета/договора;Дата операции;Дата обработки;Сумма операции;Валюта операции;Сумма пересчитанная в валюту счета;Валюта счета;Основание;Статус\n" +
			"'462235******0001;2026-03-06 00:00:00;2026-03-08;-4,50;EUR;-1 336,15;RUR;Карта *1234;Исполнено\n" +
			"'462235******0001;2026-03-13 10:48:55;;600,00;RUR;600,00;RUR;Пополнение;В обработке\n", "utf-8", "vtb",
			[]string{"11 debit 1336.15 2026-03-08 booked", "12 credit 600.00 2026-03-13 pending"}},
		"sber": {"\xEF\xBB\xBFТип карты;Номер карты;Дата совершения операции;Дата обработки операции;Код авторизации;Тип операции;Город совершения операции;Страна совершения операции;Описание;Валюта операции;Сумма в валюте операции;Сумма в валюте счета;\n" +
			"Основная;*6833;31.10.2026;31.10.2026;204840;4829;MOSCOW;RUS;Перевод;;;-,01;\nОсновная;*6833;30.10.2026;31.10.2026;204841;4829;MOSCOW;RUS;Перевод;;;9,01;\n",
			"utf-8", "sber", []string{"2 debit 0.01 2026-10-31 booked", "3 credit 9.01 2026-10-31 booked"}},
		"tinkoff": {"Дата операции;Дата платежа;Номер карты;Статус;Сумма операции;Валюта операции;Сумма платежа;Валюта платежа;Кэшбэк;Категория;MCC;Описание;Бонусы\n" +
			"\"31.03.2026 12:00:00\";\"31.03.2026\";\"*1\";\"OK\";\"-5,00\";\"RUB\";\"-5,00\";\"RUB\";;\"Кафе\";\"5812\";\"Кофе; с собой\";\"0\"\n" +
			"31.03.2026 12:00:00;;*1;FAILED;-5,00;RUB;-5,00;RUB;;Кафе;5812;Кофе;0\n",
			"utf-8", "tinkoff", []string{"2 debit 5.00 2026-03-31 booked", "3 debit 5.00 2026-03-31 rejected"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st := parseOne(t, test.data, record.Options{})
			require.Equal(t, test.want, figures(st))
			require.Equal(t, test.encoding, st.Encoding)
			require.Equal(t, test.version, st.Version)
			require.Equal(t, prolong.RUB, st.Currency)
			seen := make(map[string]bool)
			for _, e := range st.Entries {
				require.False(t, seen[e.Key], "keys are distinct")
				seen[e.Key] = true
			}
		})
	}
	st := parseOne(t, cp1251, record.Options{})
	require.Equal(t, "b1:A12", st.Entries[0].Key)
}

func mapping(sign record.SignMode, columns map[record.Column]string) *record.Mapping {
	all := map[record.Column]string{record.ColumnDate: "Дата", record.ColumnPurpose: "Назначение"}
	for c, name := range columns {
		all[c] = name
	}
	return &record.Mapping{Name: "test", Delimiter: ";", Columns: all, Sign: sign, Currency: "RUB", Account: "40702810938000000001"}
}

func TestSigns(t *testing.T) {
	t.Parallel()
	amount := map[record.Column]string{record.ColumnAmount: "Сумма"}
	for name, test := range map[string]struct {
		sign    record.SignMode
		columns map[record.Column]string
		header  string
		rows    []string
		want    []string // direction and amount, "-" for a row that is left out
	}{
		"minus is out":  {record.SignMinus, amount, "Сумма", []string{"5,00", "-5,00", "−5,00", "5,00-", "(5,00)"}, []string{"credit", "debit", "debit", "debit", "debit"}},
		"minus is in":   {record.SignInverse, amount, "Сумма", []string{"5,00", "-5,00"}, []string{"debit", "credit"}},
		"plus is in":    {record.SignPlusOnly, amount, "Сумма", []string{"5,00", "+5,00"}, []string{"debit", "credit"}},
		"columns":       {"", map[record.Column]string{record.ColumnCredit: "Кт", record.ColumnDebit: "Дт"}, "Кт;Дт", []string{"5,00;", ";5,00", "5,00;0,00", "5,00;5,00", ";"}, []string{"credit", "debit", "credit", "-", "-"}},
		"debits minus":  {"", map[record.Column]string{record.ColumnCredit: "Кт", record.ColumnDebit: "Дт"}, "Кт;Дт", []string{"5,00;", ";-5,00", ";-5,00"}, []string{"credit", "debit", "debit"}},
		"reversals":     {"", map[record.Column]string{record.ColumnCredit: "Кт", record.ColumnDebit: "Дт"}, "Кт;Дт", []string{"-5,00;", ";-5,00", ";5,00"}, []string{"debit!", "credit!", "debit"}},
		"flag":          {"", map[record.Column]string{record.ColumnAmount: "Сумма", record.ColumnDirection: "Д/К"}, "Сумма;Д/К", []string{"5,00;К", "5,00;Дебет", "5,00;+", "5,00;?"}, []string{"credit", "debit", "credit", "-"}},
		"both accounts": {"", map[record.Column]string{record.ColumnAmount: "Сумма", record.ColumnPayerAcc: "От", record.ColumnPayeeAcc: "Кому"}, "Сумма;От;Кому", []string{"5,00;1234567;40702810938000000001", "5,00;40702810938000000001;1234567", "5,00;1234567;7654321"}, []string{"credit", "debit", "-"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := "Дата;Назначение;" + test.header + "\n"
			var want []string
			for i, row := range test.rows {
				data += "01.03.2026;Оплата;" + row + "\n"
				if test.want[i] != "-" {
					want = append(want, fmt.Sprintf("%d %s", i+2, test.want[i]))
				}
			}
			st := parseOne(t, data, record.Options{Mapping: mapping(test.sign, test.columns)})
			var got []string
			for _, e := range st.Entries {
				require.Equal(t, int64(500), e.Amount.Minor())
				mark := ""
				if e.Reversal {
					mark = "!"
				}
				got = append(got, fmt.Sprintf("%d %s%s", e.Line, e.Direction, mark))
			}
			require.Equal(t, want, got)
			for _, w := range st.Warnings {
				require.True(t, w.Code == record.WarnNoBalance || w.Raw != "", "a row that was left out is shown")
			}
		})
	}
}

func TestFigures(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		decimal string
		text    string
		want    string
	}{
		"comma":              {"", "1 234,56", "1234.56"},
		"point":              {"", "1234.56", "1234.56"},
		"both":               {"", "1,234.56", "1234.56"},
		"both, other way":    {"", "1.234,56", "1234.56"},
		"no-break space":     {"", "1\u00a0234,56", "1234.56"},
		"thin space and sum": {"", "1\u202f234,56\u00a0₸", "1234.56"},
		"currency words":     {"", "1 234,56 руб.", "1234.56"},
		"apostrophe":         {"", "1'234.56", "1234.56"},
		"no leading zero":    {"", ",01", "0.01"},
		"whole":              {"", "1234", "1234.00"},
		"a lone comma":       {",", "1,234", ""},
		"declared thousands": {".", "1,234", "1234.00"},
		"undeclared":         {"", "1,234", ""},
		"a word":             {"", "сто", ""},
		"letters inside":     {"", "1o0,00", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := mapping("", map[record.Column]string{record.ColumnAmount: "Сумма"})
			m.Decimal = test.decimal
			data := "Дата;Назначение;Сумма\n01.03.2026;Оплата;" + test.text + "\n01.03.2026;сосед;7\n"
			st := parseOne(t, data, record.Options{Mapping: m})
			if test.want == "" {
				require.Len(t, st.Entries, 1)
				require.Contains(t, codes(st), record.WarnAmountInvalid)
				return
			}
			require.Len(t, st.Entries, 2)
			require.Equal(t, test.want, st.Entries[0].Amount.String())
		})
	}
}

func TestRunningBalance(t *testing.T) {
	t.Parallel()
	m := mapping("", map[record.Column]string{record.ColumnAmount: "Сумма", record.ColumnBalance: "Остаток"})
	rows := []string{"01.03.2026;a;100,00;1 100,00", "02.03.2026;b;-50,00;1 050,00", "03.03.2026;c;25,00;1 075,00"}
	up := "Дата;Назначение;Сумма;Остаток\n" + strings.Join(rows, "\n") + "\n"
	down := "Дата;Назначение;Сумма;Остаток\n" + rows[2] + "\n" + rows[1] + "\n" + rows[0] + "\n"
	for _, data := range []string{up, down} {
		st := parseOne(t, data, record.Options{Mapping: m})
		require.Equal(t, "1000.00", st.Opening.String())
		require.Equal(t, "1075.00", st.Closing.String())
		require.True(t, *st.BalanceOK)
		require.Empty(t, st.Warnings)
	}
	st := parseOne(t, strings.Replace(up, rows[1]+"\n", "", 1), record.Options{Mapping: m})
	require.False(t, *st.BalanceOK)
	require.Contains(t, codes(st), record.WarnBalanceChain)
}

func TestStatedBalances(t *testing.T) {
	t.Parallel()
	m := mapping("", map[record.Column]string{record.ColumnAmount: "Сумма"})
	data := "Выписка по счету;40702810938000000001\nВходящий остаток;;1 000,00\nДата;Назначение;Сумма\n01.03.2026;a;100,00\n" +
		"Дата;Назначение;Сумма\n02.03.2026;b;-50,00\nИтого;;50,00\nИсходящий остаток:;;1 050,00\n"
	st := parseOne(t, data, record.Options{Mapping: m})
	require.Empty(t, st.Warnings)
	require.True(t, *st.BalanceOK)
	require.Equal(t, []string{"4 credit 100.00 2026-03-01 booked", "6 debit 50.00 2026-03-02 booked"}, figures(st))
	require.Equal(t, "2026-03-01", st.From.String())
	require.Equal(t, "2026-03-02", st.To.String())
}

func TestQuotes(t *testing.T) {
	t.Parallel()
	m := mapping("", map[record.Column]string{record.ColumnAmount: "Сумма", record.ColumnName: "Контрагент"})
	data := "Дата;Назначение;Сумма;Контрагент\n" +
		"01.03.2026;\"Оплата; счет 5\nпродолжение\";1,00;\"ООО \"\"Пример\"\"\"\n" +
		"01.03.2026;Оплата;2,00;\"ООО \"Пример\"\"\n" +
		"01.03.2026;Оплата;3,00;\"Объединение собственников, 7\n" +
		"01.03.2026;Оплата;4,00;ООО \"Пример\"\n"
	st := parseOne(t, data, record.Options{Mapping: m})
	require.Equal(t, []string{"2 credit 1.00 2026-03-01 booked", "4 credit 2.00 2026-03-01 booked", "5 credit 3.00 2026-03-01 booked", "6 credit 4.00 2026-03-01 booked"}, figures(st))
	require.Equal(t, "Оплата; счет 5 продолжение", st.Entries[0].Purpose)
	require.Equal(t, `ООО "Пример"`, st.Entries[0].Counterparty.Name)
	require.Equal(t, `ООО "Пример"`, st.Entries[1].Counterparty.Name)
	require.Equal(t, "Объединение собственников, 7", st.Entries[2].Counterparty.Name)
}

func TestColumnsByNumberAndDates(t *testing.T) {
	t.Parallel()
	m := &record.Mapping{Delimiter: ",", SkipRows: 1, Dates: record.MonthFirst, Currency: "USD",
		Columns: map[record.Column]string{record.ColumnDate: "#1", record.ColumnPurpose: "#2", record.ColumnAmount: "#3"}}
	st := parseOne(t, "whatever\n3/31/2026,Invoice,10.50\n12/1/26,Invoice,5\n", record.Options{Mapping: m})
	require.Equal(t, []string{"2 credit 10.50 2026-03-31 booked", "3 credit 5.00 2026-12-01 booked"}, figures(st))
	require.Equal(t, prolong.USD, st.Currency)
}

func TestRefused(t *testing.T) {
	t.Parallel()
	_, err := parse(t, "Дата;Сумма\n01.03.2026;5\n", record.Options{Mapping: mapping("", map[record.Column]string{record.ColumnAmount: "Сумма"})})
	require.Equal(t, "error.statement_csv_columns", errorOf(t, err).Key)
	require.Equal(t, "Назначение", errorOf(t, err).Args["Columns"])
	_, err = parse(t, "Дата операции;Сумма;Назначение платежа\n01.03.2026;5;x\n", record.Options{})
	require.Equal(t, "error.statement_csv_mapping", errorOf(t, err).Key)
	_, err = parse(t, "Дорогой дневник; сегодня,\nничего не было.\n", record.Options{})
	require.Equal(t, "error.statement_unknown_format", errorOf(t, err).Key)
	_, err = parse(t, "Дата;Назначение;Сумма\n", record.Options{Mapping: mapping("", map[record.Column]string{record.ColumnAmount: "Сумма"})})
	require.Equal(t, "error.statement_no_rows", errorOf(t, err).Key)
	_, err = parse(t, "Дата;Назначение;Сумма\n01.03.2026;x;сто\n", record.Options{Mapping: mapping("", map[record.Column]string{record.ColumnAmount: "Сумма"})})
	require.Equal(t, "error.statement_all_amount_invalid", errorOf(t, err).Key)
	require.Equal(t, 2, errorOf(t, err).Args["Line"])
}

func TestGuess(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		data string
		want record.Mapping
	}{
		"a Russian business table": {
			"Выписка\n\nДата операции;Номер документа;Дебет;Кредит;Контрагент;ИНН контрагента;Счет контрагента;БИК;Назначение платежа;Примечание\n" +
				"01.03.2026;15;;14 900,00;ООО Пример;7701001238;40702810500000000042;044525225;Оплата по счету;\n",
			record.Mapping{Delimiter: ";", Decimal: ",", Dates: record.DayFirst, Columns: map[record.Column]string{
				record.ColumnDate: "Дата операции", record.ColumnDocNo: "Номер документа", record.ColumnDebit: "Дебет", record.ColumnCredit: "Кредит",
				record.ColumnName: "Контрагент", record.ColumnTaxID: "ИНН контрагента", record.ColumnCounter: "Счет контрагента",
				record.ColumnBIC: "БИК", record.ColumnPurpose: "Назначение платежа"}},
		},
		"both parties": {
			"Дата,Номер,Сумма,Плательщик,Счет плательщика,Получатель,Счет получателя,Назначение\n2026-03-01,1,100.50,А,1,Б,2,x\n",
			record.Mapping{Delimiter: ",", Decimal: ".", Dates: record.DayFirst, Columns: map[record.Column]string{
				record.ColumnDate: "Дата", record.ColumnDocNo: "Номер", record.ColumnAmount: "Сумма", record.ColumnPayerName: "Плательщик",
				record.ColumnPayerAcc: "Счет плательщика", record.ColumnPayeeName: "Получатель", record.ColumnPayeeAcc: "Счет получателя", record.ColumnPurpose: "Назначение"}},
		},
		"Ukrainian": {
			"Дата операції\tСума\tВалюта\tКонтрагент\tЄДРПОУ\tПризначення платежу\n01.03.2026\t100.00\tUAH\tПриклад\t12345678\tОплата\n",
			record.Mapping{Delimiter: "\t", Decimal: ".", Dates: record.DayFirst, Columns: map[record.Column]string{
				record.ColumnDate: "Дата операції", record.ColumnAmount: "Сума", record.ColumnCurrency: "Валюта", record.ColumnName: "Контрагент",
				record.ColumnTaxID: "ЄДРПОУ", record.ColumnPurpose: "Призначення платежу"}},
		},
		"American dates": {
			"Date,Description,Amount\n03/31/2026,Invoice,10.50\n",
			record.Mapping{Delimiter: ",", Decimal: ".", Dates: record.MonthFirst, Columns: map[record.Column]string{
				record.ColumnDate: "Date", record.ColumnPurpose: "Description", record.ColumnAmount: "Amount"}},
		},
		"a preset": {alfa, csv.Presets[0]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := charset.Open(strings.NewReader(test.data))
			require.NoError(t, err)
			got, err := csv.Guess(text)
			require.NoError(t, err)
			require.Equal(t, test.want, got.Mapping)
			require.Empty(t, got.Missing)
			require.NotEmpty(t, got.Sample)
			if name != "both parties" {
				// What was proposed reads the file.
				got.Mapping.Currency = "RUB"
				require.NotEmpty(t, parseOne(t, test.data, record.Options{Mapping: &got.Mapping}).Entries)
			}
		})
	}
	text, err := charset.Open(strings.NewReader("a;b\nc;d\n"))
	require.NoError(t, err)
	_, err = csv.Guess(text)
	require.Equal(t, "error.statement_csv_unlike", errorOf(t, err).Key)
}
