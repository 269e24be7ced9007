package prolong_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
)

func TestParseCurrencyKnowsBankCodes(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]prolong.Currency{
		"RUB": prolong.RUB, "rub": prolong.RUB, " RUB ": prolong.RUB, "643": prolong.RUB,
		"RUR": prolong.RUB, "810": prolong.RUB, // the code before 1998, still in Russian account numbers
		"398": prolong.KZT, "980": prolong.UAH, "840": prolong.USD, "978": prolong.EUR,
		"933": prolong.BYN, "392": prolong.JPY, "417": prolong.KGS, "860": prolong.UZS,
		"CHF": "CHF", // no seller invoices in it, but a bank may send it
	} {
		got, err := prolong.ParseCurrency(in)
		require.NoError(t, err, in)
		require.Equal(t, want, got, in)
	}
}

func TestParseCurrencyRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"", " ", "RU", "RUBL", "999", "R1B", "₽", "руб", "РУБ", "R B"} {
		_, err := prolong.ParseCurrency(in)
		require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err), in)
	}
}

func TestCurrencyExponentAndSymbol(t *testing.T) {
	t.Parallel()
	for cur, want := range map[prolong.Currency]struct {
		exponent int
		symbol   string
	}{
		prolong.RUB: {2, "₽"}, prolong.UAH: {2, "₴"}, prolong.KZT: {2, "₸"}, prolong.EUR: {2, "€"}, prolong.USD: {2, "$"},
		prolong.BYN: {2, "BYN"}, prolong.UZS: {2, "UZS"}, prolong.KGS: {2, "KGS"}, prolong.JPY: {0, "JPY"}, "KWD": {3, "KWD"}, "": {2, ""},
	} {
		require.Equal(t, want.exponent, cur.Exponent(), cur)
		require.Equal(t, want.symbol, cur.Symbol(), cur)
	}
}
