package statement_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"

	"prolong"
	"prolong/banksync/statement"
)

const benchAccount = "40702810938000000001"

// oneCFile writes a statement of many days with so many documents, all credits of 1000.00.
func oneCFile(documents int) []byte {
	var b strings.Builder
	const perDay = 200
	start := prolong.MustDate("2026-01-01")
	dotted := func(n int) string { return start.AddDays(n / perDay).Time().Format("02.01.2006") }
	b.WriteString("1CClientBankExchange\r\nВерсияФормата=1.03\r\nКодировка=Windows\r\nОтправитель=Банк\r\nРасчСчет=" + benchAccount + "\r\n")
	fmt.Fprintf(&b, "СекцияРасчСчет\r\nДатаНачала=%s\r\nДатаКонца=%s\r\nРасчСчет=%s\r\nНачальныйОстаток=0.00\r\nВсегоПоступило=%d.00\r\n"+
		"ВсегоСписано=0.00\r\nКонечныйОстаток=%d.00\r\nКонецРасчСчет\r\n", dotted(0), dotted(documents), benchAccount, documents*1000, documents*1000)
	for i := range documents {
		fmt.Fprintf(&b, "СекцияДокумент=Платежное поручение\r\nНомер=%d\r\nДата=%s\r\nСумма=1000.00\r\nКвитанцияДата=%s\r\n"+
			"ПлательщикСчет=407028105000%08d\r\nДатаСписано=\r\nПлательщик=ИНН 7701001238 ООО \"Пример %d\"\r\nПлательщикИНН=7701001238\r\n"+
			"Плательщик1=ООО \"Пример %d\"\r\nПлательщикРасчСчет=407028105000%08d\r\nПлательщикБанк1=ПАО БАНК \"ПРИМЕР\"\r\nПлательщикБанк2=г. Москва\r\n"+
			"ПлательщикБИК=044525225\r\nПлательщикКорсчет=30101810400000000225\r\nПолучательСчет=%s\r\nДатаПоступило=%s\r\n"+
			"Получатель=ООО \"Пример Софт\"\r\nПолучательИНН=7701001238\r\nПолучатель1=ООО \"Пример Софт\"\r\nПолучательРасчСчет=%s\r\n"+
			"ПолучательБИК=044525225\r\nВидПлатежа=\r\nВидОплаты=01\r\nКод=0\r\nПоказательКБК=\r\nОКАТО=\r\nОчередность=5\r\n"+
			"НазначениеПлатежа=Оплата по счету № 58291375-%d от %s за доступ к сервису. НДС не облагается\r\nПлательщикКПП=770101001\r\nПолучательКПП=770101001\r\nКонецДокумента\r\n",
			i, dotted(i), dotted(i), i%5000, i%5000, i%5000, i%5000, benchAccount, dotted(i), benchAccount, i%40, dotted(i))
	}
	b.WriteString("КонецФайла\r\n")
	return []byte(b.String())
}

func cp1251(t testing.TB, text []byte) []byte {
	t.Helper()
	out, err := charmap.Windows1251.NewEncoder().Bytes(text)
	require.NoError(t, err)
	return out
}

func bench(b *testing.B, data []byte, entries int) {
	b.Helper()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		statements, err := statement.Parse(bytes.NewReader(data), statement.Options{})
		require.NoError(b, err)
		total := 0
		for i := range statements {
			total += len(statements[i].Entries)
		}
		require.Equal(b, entries, total)
	}
}

func BenchmarkParseOneCWindows1251(b *testing.B) { bench(b, cp1251(b, oneCFile(10_000)), 10_000) }

func BenchmarkParseOneCUTF8(b *testing.B) { bench(b, oneCFile(10_000), 10_000) }

// repeated puts the body of a sample, between two marks, many times.
func repeated(b *testing.B, name, begin, end string, times int) []byte {
	b.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "samples", name))
	require.NoError(b, err)
	from, to := bytes.Index(data, []byte(begin)), bytes.LastIndex(data, []byte(end))+len(end)
	require.Less(b, from, to)
	out := bytes.Clone(data[:from])
	for range times {
		out = append(append(out, data[from:to]...), '\n')
	}
	return append(out, data[to:]...)
}

func BenchmarkParseCamt053(b *testing.B) {
	bench(b, repeated(b, "viafintech__camt_parser/valid_example_v4.xml", "<Ntry>", "</Ntry>", 100), 1300)
}

func BenchmarkParseMT940(b *testing.B) {
	bench(b, repeated(b, "sandermarechal__jejik-mt940/volksbankenraiffeisenbanken.txt", ":61:200219C65,00", "friedbert und ronja engel\r\n", 2000), 4010)
}

// rows puts one row of a table or an answer many times, each with a number of its own.
func rows(head, row, separator, tail string, times int) []byte {
	var b strings.Builder
	b.WriteString(head)
	for i := range times {
		if i > 0 {
			b.WriteString(separator)
		}
		b.WriteString(strings.ReplaceAll(row, "%", strconv.Itoa(i)))
	}
	b.WriteString(tail)
	return []byte(b.String())
}

func BenchmarkParseCSV(b *testing.B) {
	bench(b, rows("Тип счёта;Номер счета;Валюта;Дата операции;Референс проводки;Описание операции;Приход;Расход;\n",
		"Текущий счёт;40702810938000000001;RUR;02.03.26;A%;\"Оплата по счету 58291375-12; НДС не облагается\";14 900,50;0;\n", "", "", 10_000), 10_000)
}

func BenchmarkParseDirectBank(b *testing.B) {
	const begin, end = "<OperationInfo>", "</OperationInfo>"
	from, to := strings.Index(directSeed, begin), strings.Index(directSeed, end)+len(end)
	bench(b, rows(directSeed[:from], strings.Replace(directSeed[from:to], `id="1"`, `id="%"`, 1), "\n", directSeed[to:], 5000), 5000)
}

func BenchmarkParsePrivatBank(b *testing.B) {
	from, to := strings.Index(privatSeed, `{"AUT_MY_ACC`), strings.LastIndex(privatSeed, "]}")
	bench(b, rows(privatSeed[:from], strings.Replace(privatSeed[from:to], `"REF":"A"`, `"REF":"A%"`, 1), ",\n", privatSeed[to:], 5000), 5000)
}
