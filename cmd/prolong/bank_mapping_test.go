package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/banksync/statement"
)

// TestATableOfUnknownLayoutIsConfirmedOnTheCommandLine: what the columns are guessed to be is shown
// with the first rows, corrected as a file, remembered, and then the table is imported by itself.
// Its last line has no end, as many programs write it: the payment in it is taken all the same.
func TestATableOfUnknownLayoutIsConfirmedOnTheCommandLine(t *testing.T) {
	t.Parallel()
	b := newBench(t, "2026-03-02T09:00:00+03:00")
	b.write("company.yaml", companyYAML)
	b.run("apply", "company.yaml")
	b.write("accounts.csv", accountsCSV(2))
	b.run("import", "accounts", "accounts.csv")
	b.run("invoices", "issue")
	list := rows[invoiceRow](b, "invoices")
	table := "Дата;Номер;Поступило;Ушло;ИНН;Кто;За что\n" +
		"01.03.2026;1;2000,00;;" + inn(0) + ";ООО Пример 0;Оплата по счету № " + list[0].Number + "\n" +
		"01.03.2026;2;;150,00;7707083893;Банк;Комиссия\n" +
		"01.03.2026;3;2000,00;;" + inn(1) + ";ООО Пример 1;Оплата по счету № " + list[1].Number + " от 01.03.2026"
	b.write("table.csv", table)

	_, errs, code := b.try("bank", "import", "table.csv")
	require.Equal(t, 1, code)
	require.NotEmpty(t, errs)

	// "Поступило" and "Ушло" are no words that anybody could guess; a person says what they are.
	var shown mappingReport
	require.NoError(t, json.Unmarshal([]byte(b.run("bank", "mapping", "table.csv", "--json")), &shown))
	require.Equal(t, "01.03.2026", shown.Sample[0][0])
	require.Contains(t, shown.Unused, "Ушло")
	require.False(t, shown.Confirmed)
	shown.Mapping.Columns = map[statement.Column]string{"date": "Дата", "doc_no": "Номер", "credit": "Поступило", "debit": "Ушло", "tax_id": "ИНН", "name": "Кто", "purpose": "За что"}
	corrected, err := json.Marshal(shown)
	require.NoError(t, err)
	b.write("mapping.json", string(corrected))
	out := b.run("bank", "mapping", "table.csv", "--mapping", "mapping.json")
	require.Contains(t, out, "4000.00")
	require.Contains(t, out, "--confirm")
	_, _, code = b.try("bank", "import", "table.csv")
	require.Equal(t, 1, code, "nothing was remembered")
	b.run("bank", "mapping", "table.csv", "--mapping", "mapping.json", "--confirm")

	b.run("bank", "import", "table.csv")
	require.Equal(t, []string{"matched", "matched"}, states(b))
	b.write("more.csv", table+"\n02.03.2026;4;10,00;;;Чужой;За столы\n")
	out = b.run("bank", "import", "more.csv")
	require.Contains(t, out, "новых 1;")
	require.Equal(t, []string{"matched", "matched", "review"}, states(b))

	_, errs, code = b.try("bank", "mapping", "more.csv")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "prolong bank import")
	b.write("wrong.json", `{"colour": 1}`)
	_, errs, code = b.try("bank", "mapping", "table.csv", "--mapping", "wrong.json")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "wrong.json")
}

func states(b *bench) []string {
	var out []string
	for _, p := range rows[paymentRow](b, "payments") {
		out = append(out, p.State)
	}
	return out
}

// TestATableThatIsCutInItsPurposeIsCompleted: the number at the end of the cut text is the beginning
// of another, so it must not decide anything.
func TestATableThatIsCutInItsPurposeIsCompleted(t *testing.T) {
	t.Parallel()
	b := newBench(t, "2026-03-02T09:00:00+03:00")
	b.write("company.yaml", companyYAML)
	b.run("apply", "company.yaml")
	b.write("accounts.csv", accountsCSV(1))
	b.run("import", "accounts", "accounts.csv")
	b.run("invoices", "issue")
	number := rows[invoiceRow](b, "invoices")[0].Number
	table := "Дата;Номер;Сумма;Контрагент;Назначение платежа\n01.03.2026;1;-150,00;Банк;Комиссия\n01.03.2026;3;2000,00;ООО Кто-то;Оплата по счету № " + number + "\n"
	b.write("table.csv", table)
	b.run("bank", "mapping", "table.csv", "--confirm")
	b.write("cut.csv", strings.TrimSuffix(table, "\n"))
	b.run("bank", "import", "cut.csv")
	require.Equal(t, []string{"review"}, states(b), "the last word names the client, and may be cut")
	b.run("bank", "import", "table.csv")
	require.Equal(t, []string{"matched"}, states(b))
	require.Contains(t, b.run("bank", "import", "cut.csv"), "новых 0;")
}
