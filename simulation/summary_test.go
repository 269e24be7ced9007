package simulation_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/i18n"
	"prolong/simulation"
)

func TestSummaryIsWorded(t *testing.T) {
	t.Parallel()
	catalog, err := i18n.Embedded()
	require.NoError(t, err)
	s := simulation.Summary{Accounts: 300, Payments: 254, Posted: 251, Review: 3, Wrong: 7}
	for _, lang := range i18n.Langs() {
		text := s.Text(catalog.Translator(lang).T)
		require.Contains(t, text, "300", lang)
		require.Contains(t, text, "98.8", lang)
		require.Contains(t, text, "7.", lang)
		require.NotContains(t, text, "{{", lang)
		require.False(t, i18n.Missing(text), lang)
	}
	require.InDelta(t, 100, simulation.Summary{}.AutoPercent(), 0)
}

func TestFaultAsJSON(t *testing.T) {
	t.Parallel()
	f := simulation.Fault{What: simulation.FaultWrongAccount, Accounts: []string{"c00002"}, Payment: simulation.Payment{
		On: prolong.MustDate("2026-11-20"), DocNo: "7", Amount: prolong.NewMoney(149000, prolong.RUB), Purpose: "Оплата", Kind: simulation.KindSloppy,
		Shares: []simulation.Share{{Account: "c00001", Invoice: "58291375-12"}},
	}}
	text, err := json.Marshal(f)
	require.NoError(t, err)
	require.JSONEq(t, `{"what":"wrong account","kind":"sloppy","date":"2026-11-20","doc_no":"7","amount":"1490.00","purpose":"Оплата","meant":["c00001"],"accounts":["c00002"]}`, string(text))
}
