package statement_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync/statement"
	"prolong/banksync/statement/camt"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/csv"
	"prolong/banksync/statement/directbank"
	"prolong/banksync/statement/modulbank"
	"prolong/banksync/statement/monobank"
	"prolong/banksync/statement/mt940"
	"prolong/banksync/statement/onec"
	"prolong/banksync/statement/privatbank"
	"prolong/banksync/statement/record"
	"prolong/banksync/statement/sber"
	"prolong/banksync/statement/tbank"
	"prolong/banksync/statement/tochka"
)

// parser is a reader of one format.
type parser func(*charset.Text, record.Options) ([]record.Statement, error)

// fuzzOptions make the parsers go deeper: an account to tell directions by, a currency.
var fuzzOptions = record.Options{OwnAccounts: []string{benchAccount}, Currency: prolong.RUB}

// seed adds the samples with one of the suffixes, and texts.
func seed(f *testing.F, samples func(string) bool, more ...string) {
	f.Helper()
	err := filepath.WalkDir("testdata/samples", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !samples(path) {
			return err
		}
		data, err := os.ReadFile(path)
		f.Add(data)
		return err
	})
	require.NoError(f, err)
	for _, text := range more {
		f.Add([]byte(text))
	}
}

func fuzz(f *testing.F, parse parser) {
	f.Helper()
	f.Fuzz(func(t *testing.T, data []byte) {
		read := func() ([]record.Statement, error) {
			text, err := charset.Open(bytes.NewReader(data))
			if err != nil {
				return nil, err
			}
			return parse(text, fuzzOptions)
		}
		statements, err := read()
		if err != nil {
			require.NotEmpty(t, errorKey(err), "an error has a text: %v", err)
			return
		}
		check(t, statements)
		again, err := read()
		require.NoError(t, err)
		require.Equal(t, keys(statements), keys(again))
	})
}

// check holds for whatever any reader returns.
func check(t *testing.T, statements []record.Statement) {
	t.Helper()
	for i := range statements {
		st := &statements[i]
		require.Equal(t, len(st.Entries), st.Totals.Count)
		var in, out int64
		for j := range st.Entries {
			e := &st.Entries[j]
			require.NotEmpty(t, e.Key)
			require.GreaterOrEqual(t, e.Amount.Minor(), int64(0))
			require.False(t, e.Date.IsZero())
			require.Contains(t, []statement.Status{statement.Booked, statement.Pending, statement.Rejected, statement.Reversed}, e.Status)
			require.True(t, utf8.ValidString(e.Purpose) && utf8.ValidString(e.Counterparty.Name) && utf8.ValidString(e.Raw))
			if e.Status != statement.Booked || e.Amount.Currency() != st.Currency {
				continue
			}
			if e.Direction == statement.Credit {
				in += e.Amount.Minor()
			} else {
				require.Equal(t, statement.Debit, e.Direction)
				out += e.Amount.Minor()
			}
		}
		require.Equal(t, st.Totals.Credit.Minor(), in)
		require.Equal(t, st.Totals.Debit.Minor(), out)
		if len(st.Balances) == 1 && st.BalanceOK != nil && st.Opening != nil && st.Closing != nil && *st.BalanceOK {
			require.Equal(t, st.Closing.Minor(), st.Opening.Minor()+in-out)
		}
		for _, w := range st.Warnings {
			for _, name := range placeholders(record.WarningTexts()[w.Key()]) {
				require.Contains(t, w.Args, strings.Trim(name, "{.}"), "%s", w.Code)
			}
		}
	}
	var b bytes.Buffer
	require.NoError(t, statement.WriteJSON(&b, statements, nil))
}

func suffix(names ...string) func(string) bool {
	return func(path string) bool {
		for _, name := range names {
			if ok, _ := filepath.Match("*"+name+"*", filepath.Base(path)); ok {
				return true
			}
		}
		return false
	}
}

func nothing(string) bool { return false }

func FuzzParse(f *testing.F) {
	seed(f, func(path string) bool { return filepath.Ext(path) != ".tsv" }, csvSeed, privatSeed, monoSeed, tbankSeed, tochkaSeed, sberSeed, modulSeed, directSeed)
	f.Fuzz(func(t *testing.T, data []byte) {
		statements, err := statement.Parse(bytes.NewReader(data), fuzzOptions)
		if err != nil {
			require.NotEmpty(t, errorKey(err), "%v", err)
			return
		}
		check(t, statements)
	})
}

func FuzzParseOneC(f *testing.F) {
	seed(f, suffix("one_day", "test.txt"), string(oneCFile(3)), kazakhSeed)
	fuzz(f, onec.Parse)
}

func FuzzParseCamt(f *testing.F) { seed(f, suffix(".xml")); fuzz(f, camt.Parse) }

func FuzzParseMT940(f *testing.F) {
	seed(f, suffix("940", "942", "rabo", "ing", "knab", "sparkasse"))
	fuzz(f, mt940.Parse)
}

func FuzzParseDirectBank(f *testing.F) { seed(f, nothing, directSeed); fuzz(f, directbank.Parse) }

func FuzzParseCSV(f *testing.F) {
	seed(f, nothing, csvSeed, "Дата операции;Дата платежа;Статус;Сумма платежа;Валюта платежа;Категория;Описание\n31.03.2026;31.03.2026;OK;-5,00;RUB;Кафе;Кофе\n")
	mapping := record.Mapping{Delimiter: ";", Columns: map[record.Column]string{record.ColumnDate: "#1", record.ColumnCredit: "#2", record.ColumnDebit: "#3",
		record.ColumnPurpose: "#4", record.ColumnBalance: "#5"}}
	fuzz(f, func(text *charset.Text, opts record.Options) ([]record.Statement, error) {
		if len(text.Head())%2 == 0 {
			opts.Mapping = &mapping
		}
		return csv.Parse(text, opts)
	})
}

func FuzzGuessMapping(f *testing.F) {
	seed(f, nothing, csvSeed)
	f.Fuzz(func(t *testing.T, data []byte) {
		proposal, err := statement.GuessMapping(bytes.NewReader(data))
		if err != nil {
			require.NotEmpty(t, errorKey(err), "%v", err)
			return
		}
		opts := fuzzOptions
		opts.Mapping = &proposal.Mapping
		statements, err := statement.Parse(bytes.NewReader(data), opts)
		if err == nil {
			check(t, statements)
		}
	})
}

func FuzzParsePrivatBank(f *testing.F) { seed(f, nothing, privatSeed); fuzz(f, privatbank.Parse) }

func FuzzParseMonobank(f *testing.F) { seed(f, nothing, monoSeed); fuzz(f, monobank.Parse) }

func FuzzParseTBank(f *testing.F) { seed(f, nothing, tbankSeed); fuzz(f, tbank.Parse) }

func FuzzParseTochka(f *testing.F) { seed(f, nothing, tochkaSeed); fuzz(f, tochka.Parse) }

func FuzzParseSber(f *testing.F) { seed(f, nothing, sberSeed); fuzz(f, sber.Parse) }

func FuzzParseModulbank(f *testing.F) { seed(f, nothing, modulSeed); fuzz(f, modulbank.Parse) }

// The seeds of formats without a public sample.
const (
	kazakhSeed = "1CClientBankExchange\nВерсияФормата=2.00\nСЕКЦИЯРАСЧСЧЕТ\nДАТАНАЧАЛА=01.10.2024\nРАСЧСЧЕТ=KZ86125KZT5004100100\nНАЧАЛЬНЫЙОСТАТОК=1\nКОНЕЦРАСЧСЧЕТ\n" +
		"СЕКЦИЯДОКУМЕНТ=Выписка\nНомерДокумента=1\nСуммаПриход=7745.7\nПолучательИИК=KZ86125KZT5004100100\nПлательщикНаименование=ТОО \"Пример\"\nДатаОперации=03.10.2024\nНазначениеПлатежа=a\nb\nКонецДокумента\nКонецФайла\n"
	csvSeed    = "Тип счёта;Номер счета;Валюта;Дата операции;Референс проводки;Описание операции;Приход;Расход;\nx;408178;RUR;02.03.26;A12;\"Оплата; счет\";1 000,50;0;\n;;;;;Итого;1;2\n"
	privatSeed = `{"status":"SUCCESS","exist_next_page":"true","next_page_id":"1","transactions":[{"AUT_MY_ACC":"UA21","AUT_CNTR_CRF":1234566,"CCY":"UAH","DAT_OD":"06.03.2024","FL_REAL":"r","PR_PR":"r","REF":"A","REFN":1,"SUM":"2.50","TRANTYPE":"D"}]}`
	monoSeed   = `[{"id":"A","time":1774996200,"amount":-9550,"operationAmount":1,"currencyCode":980,"hold":true,"comment":"x","counterEdrpou":"01234566"}]`
	tbankSeed  = `{"operations":[{"operationId":"a","operationDate":"2026-03-09T21:30:00Z","operationStatus":"Transaction","typeOfOperation":"Credit","accountAmount":14900.00,"accountCurrencyDigitalCode":"643","payer":{"acct":"1"}}],"saldoIn":1,"operation":[{"id":"","date":"2026-03-10","amount":20.50,"payerAccount":"40702810938000000001"}]}`
	tochkaSeed = `{"Data":{"Statement":[{"accountId":"40702810938000000001/044525104","status":"Ready","startDateBalance":100,"endDateBalance":90,"Transaction":[{"transactionId":"1;1","creditDebitIndicator":"Debit","status":"Booked","documentProcessDate":"2026-03-10","Amount":{"amount":10,"currency":"RUB"}}]}]}}`
	sberSeed   = `{"transactions":[{"operationId":"1","direction":"CREDIT","operationDate":"2026-03-10T00:00:00","amount":{"amount":"1.00","currencyName":"RUB"},"paymentPurpose":"x","rurTransfer":{"payerInn":"0"}}],"_links":[{"rel":"next"}]}`
	modulSeed  = `[{"id":"1","status":"Received","category":"Debet","contragentName":"x","currency":"RUR","amount":14900.5,"bankAccountNumber":"1","executed":"2026-03-10T00:00:00"}]`
	directSeed = `<Statement xmlns="http://directbank.1c.ru/XMLSchema" formatVersion="2.3.1"><Data><StatementType>0</StatementType><Account>40702810938000000001</Account><OpeningBalance>1</OpeningBalance><ClosingBalance>15</ClosingBalance>` +
		`<OperationInfo><PayDoc id="1"><PayDocRu><DocNo>1</DocNo><DocDate>2026-03-10</DocDate><Sum>14</Sum><Payer><Name>x</Name><INN>0</INN></Payer><Purpose>y</Purpose></PayDocRu></PayDoc><DC>2</DC><Date>2026-03-10</Date></OperationInfo></Data></Statement>`
)
