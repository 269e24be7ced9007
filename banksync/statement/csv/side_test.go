package csv_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync/statement/charset"
	"prolong/banksync/statement/csv"
	"prolong/banksync/statement/record"
)

// TestOtherSideFromColumnsOfPayerAndPayee: a table without columns of a counterparty tells who paid all
// the same; without that, his money would be a stranger's.
func TestOtherSideFromColumnsOfPayerAndPayee(t *testing.T) {
	t.Parallel()
	data := "Счет;Дата;№ документа;Плательщик;ИНН плательщика;КПП плательщика;Счет плательщика;Получатель;ИНН получателя;Приход;Расход;Основание\n" +
		"40702810938000000001;02.03.2026;1;ООО «Пример»;7701001238;770101001;40702810500000000042;ООО «Мы»;7707049388;100,00;;Оплата\n" +
		"40702810938000000001;02.03.2026;2;ООО «Мы»;7707049388;;;ООО «Поставщик»;7713699602;;50,00;За столы\n"
	text, err := charset.Open(strings.NewReader(data))
	require.NoError(t, err)
	proposal, err := csv.Guess(text)
	require.NoError(t, err)
	require.Empty(t, proposal.Missing)
	st := parseOne(t, data, record.Options{Mapping: &proposal.Mapping, Currency: prolong.RUB})
	require.Len(t, st.Entries, 2)
	require.Equal(t, record.Party{Name: "ООО «Пример»", TaxID: "7701001238", KPP: "770101001", Account: "40702810500000000042"}, st.Entries[0].Counterparty)
	require.Equal(t, "7713699602", st.Entries[1].Counterparty.TaxID)
}

// TestGuessKnowsTaxIDsOfKazakhstan: one word of the pair is enough.
func TestGuessKnowsTaxIDsOfKazakhstan(t *testing.T) {
	t.Parallel()
	for _, header := range []string{"БИН контрагента", "ИИН контрагента", "БИН"} {
		text, err := charset.Open(strings.NewReader("Дата;Контрагент;" + header + ";Кредит;Дебет;Назначение платежа\n02.03.2026;ТОО Пример;000740001307;100,00;;Оплата\n"))
		require.NoError(t, err)
		proposal, err := csv.Guess(text)
		require.NoError(t, err)
		require.Equal(t, header, proposal.Mapping.Columns[record.ColumnTaxID])
	}
}
