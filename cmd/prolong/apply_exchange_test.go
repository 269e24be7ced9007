package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/invoices"
	"prolong/invoices/upd"
)

const exchangeSeller = `sellers:
  - key: main
    country: RU
    name: ООО «Пример Софт»
    tax_id: "7701001238"
    time_zone: Europe/Moscow
`

func declareExchange(t *testing.T, rest string) (declared, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "prolong.yaml")
	require.NoError(t, os.WriteFile(file, []byte(exchangeSeller+rest), 0o600))
	return readDeclaration(file)
}

func TestExchangeIsDeclared(t *testing.T) {
	t.Parallel()
	d, err := declareExchange(t, `    documents: {closing: next_day, upd: both}
    onec: {format: "1.10", rates: {"22": НДС22, "7": НДС7}}
    accounting: {advances: "62.22", revenue_vat: "-"}
    edo: {kind: diadoc, automatic: true, client_id: "${DIADOC_CLIENT}", login: buh@example.test, password: "file:diadoc.txt"}
`)
	require.NoError(t, err)
	require.Len(t, d.Exchange, 1)
	x := d.Exchange[0].Exchange
	require.Equal(t, upd.Both, x.UPDFunction)
	require.Equal(t, "1.10", x.OneCVersion)
	require.Equal(t, map[int]string{2200: "НДС22", 700: "НДС7"}, x.OneCRates)
	require.Equal(t, invoices.Chart{Advances: "62.22", RevenueVAT: "-"}, x.Chart)
	require.Equal(t, "diadoc", x.EDO.Operator)
	require.True(t, x.EDO.Automatic)
	require.Equal(t, "${DIADOC_CLIENT}", x.EDO.Values["client_id"], "where the key lies, not the key")
	require.True(t, filepath.IsAbs(strings.TrimPrefix(x.EDO.Values["password"], "file:")), "beside the file that names it")
}

func TestWrongExchangeIsNamedWithItsLine(t *testing.T) {
	t.Parallel()
	for name, rest := range map[string]string{
		"function":    "    documents: {upd: СЧФ}\n",
		"rate":        "    onec: {rates: {\"220\": НДС}}\n",
		"operator":    "    edo: {kind: sbis}\n",
		"no kind":     "    edo: {token: \"${T}\"}\n",
		"bare secret": "    edo: {kind: vchasno, token: abc}\n",
		"unknown":     "    edo: {kind: vchasno, token: \"${T}\", tokens: x}\n",
	} {
		_, err := declareExchange(t, rest)
		require.Error(t, err, name)
		require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err), name)
		require.Contains(t, err.Error(), "prolong.yaml:2:", name)
	}
}
