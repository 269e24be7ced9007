package prolong_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"prolong"
)

func TestParseMoneyAcceptsWhatBanksWrite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		cur      prolong.Currency
		want     int64
	}{
		{"whole", "14900", prolong.RUB, 1490000},
		{"point", "14900.00", prolong.RUB, 1490000},
		{"comma", "14900,00", prolong.RUB, 1490000},
		{"one decimal", "14900,5", prolong.RUB, 1490050},
		{"dash before kopecks", "14900-00", prolong.RUB, 1490000},
		{"dash and kopecks", "31864-07", prolong.RUB, 3186407},
		{"space groups", "14 900,00", prolong.RUB, 1490000},
		{"no-break spaces", "1\u00a0234\u00a0567,89", prolong.RUB, 123456789},
		{"narrow no-break spaces", "14\u202f900,00", prolong.RUB, 1490000},
		{"thin spaces", "14\u2009900,00", prolong.RUB, 1490000},
		{"apostrophes", "1'000.00", prolong.RUB, 100000},
		{"typographic apostrophes", "1’000’000.00", prolong.RUB, 100000000},
		{"groups without decimals", "14 900", prolong.RUB, 1490000},
		{"group and dash", "2 999-00", prolong.RUB, 299900},
		{"space around", "  14900.00\u00a0\n", prolong.RUB, 1490000},
		{"minus", "-14900.00", prolong.RUB, -1490000},
		{"plus", "+1", prolong.RUB, 100},
		{"minus and dash", "-5-07", prolong.RUB, -507},
		{"nought", "0", prolong.RUB, 0},
		{"minus nought", "-0.00", prolong.RUB, 0},
		{"leading zeros", "000014900.00", prolong.RUB, 1490000},
		{"kopecks only", "0,01", prolong.RUB, 1},
		{"yen have no decimals", "14900", prolong.JPY, 14900},
		{"yen in groups", "14 900", prolong.JPY, 14900},
		{"thousandths of a dinar", "1.234", "KWD", 1234},
		{"currency not known", "1.50", "", 150},
		{"largest", "92233720368547758.07", prolong.RUB, math.MaxInt64},
		{"largest negative", "-92233720368547758.07", prolong.RUB, -math.MaxInt64},
		{"largest yen", "9223372036854775807", prolong.JPY, math.MaxInt64},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := prolong.ParseMoney(c.in, c.cur)
			require.NoError(t, err)
			require.Equal(t, prolong.NewMoney(c.want, c.cur), got)
		})
	}
}

func TestParseMoneyRefusesWhatItWouldHaveToGuess(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		cur      prolong.Currency
	}{
		{"empty", "", prolong.RUB},
		{"spaces", " \u00a0", prolong.RUB},
		{"sign alone", "-", prolong.RUB},
		{"two signs", "--5", prolong.RUB},
		{"thousand or fraction", "1.234", prolong.RUB},
		{"thousand or fraction with comma", "1,234", prolong.RUB},
		{"two decimal signs", "1.234,56", prolong.RUB},
		{"comma groups", "14,900.00", prolong.RUB},
		{"point groups", "5.616.666,67", prolong.RUB},
		{"no whole part", ",01", prolong.RUB},
		{"minus without whole part", "-,01", prolong.RUB},
		{"decimal sign at the end", "14900.", prolong.RUB},
		{"dash at the end", "14900-", prolong.RUB},
		{"equals sign at the end", "14900-00=", prolong.RUB},
		{"short group", "12 34", prolong.RUB},
		{"short group before decimals", "1 23,45", prolong.RUB},
		{"long group", "1 2345", prolong.RUB},
		{"long first group", "1234 567", prolong.RUB},
		{"account number", "40702 810", prolong.RUB},
		{"two spaces", "1  000", prolong.RUB},
		{"group in the decimals", "1,0 0", prolong.RUB},
		{"space after the sign", "- 5", prolong.RUB},
		{"space before the decimals", "14 900 ,00", prolong.RUB},
		{"exponent", "1e5", prolong.RUB},
		{"hexadecimal", "0x10", prolong.RUB},
		{"underscore", "1_000", prolong.RUB},
		{"currency sign", "100 ₽", prolong.RUB},
		{"words", "сто", prolong.RUB},
		{"letter for a nought", "14900.O0", prolong.RUB},
		{"Arabic digits", "١٢٣", prolong.RUB},
		{"full-width digits", "１２３", prolong.RUB},
		{"minus sign U+2212", "−5", prolong.RUB},
		{"zero width space", "14\u200b900", prolong.RUB},
		{"broken UTF-8", "1\xff2", prolong.RUB},
		{"NaN", "NaN", prolong.RUB},
		{"infinity", "Inf", prolong.RUB},
		{"yen with decimals", "14900.00", prolong.JPY},
		{"yen with one decimal", "1,5", prolong.JPY},
		{"too many decimals for a dinar", "1.2345", "KWD"},
		{"one more than the largest", "92233720368547758.08", prolong.RUB},
		{"one less than the least", "-92233720368547758.08", prolong.RUB},
		{"overflows while the decimals are filled up", "922337203685477581", prolong.RUB},
		{"wraps 64 bits", "184467440737095516.16", prolong.RUB},
		{"wraps 64 bits twice", "36893488147419103233", prolong.JPY},
		{"endless", strings.Repeat("9", 5000), prolong.RUB},
		{"endless zeros", strings.Repeat("0", 5000), prolong.RUB},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := prolong.ParseMoney(c.in, c.cur)
			require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err), "read as %s", got)
			require.Equal(t, prolong.Money{}, got)
			require.Less(t, len(err.Error()), 200, "the message must not repeat an endless input")
		})
	}
}

func TestMoneyTextReadsBackAsTheSameMoney(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := prolong.NewMoney(rapid.Int64Range(-math.MaxInt64, math.MaxInt64).Draw(t, "minor"), anyCurrency().Draw(t, "currency"))
		got, err := prolong.ParseMoney(m.String(), m.Currency())
		require.NoError(t, err)
		require.Equal(t, m, got)
	})
}

// However a bank groups the thousands and marks the kopecks, the amount stays the same.
func TestParseMoneyIgnoresTheStyleOfSeparators(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := prolong.NewMoney(rapid.Int64Range(0, math.MaxInt64).Draw(t, "minor"), prolong.RUB)
		group := rapid.SampledFrom([]string{"", " ", "\u00a0", "\u202f", "\u2009", "'", "’"}).Draw(t, "group")
		mark := rapid.SampledFrom([]string{".", ",", "-"}).Draw(t, "mark")
		whole, kopecks, _ := strings.Cut(m.String(), ".")
		var b strings.Builder
		for i, digit := range whole {
			if i > 0 && (len(whole)-i)%3 == 0 {
				b.WriteString(group)
			}
			b.WriteRune(digit)
		}
		got, err := prolong.ParseMoney(b.String()+mark+kopecks, prolong.RUB)
		if len(b.String()) > 37 { // three-byte separators in the largest amounts leave no room
			return
		}
		require.NoError(t, err)
		require.Equal(t, m, got)
	})
}

func FuzzParseMoney(f *testing.F) {
	for _, s := range []string{
		"14900.00", "14 900,00", "14900-00", "1'000.00", "1\u00a0234\u202f567\u2009890.5", "-,01", "1.234", "--", "+", "9223372036854775807", "\xff", "1 2 3", "1,", "０",
	} {
		f.Add(s, "RUB")
		f.Add(s, "JPY")
		f.Add(s, "KWD")
	}
	f.Fuzz(func(t *testing.T, s, code string) {
		t.Parallel()
		cur := prolong.Currency(code)
		m, err := prolong.ParseMoney(s, cur)
		if err != nil {
			require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
			require.Equal(t, prolong.Money{}, m)
			return
		}
		again, err := prolong.ParseMoney(m.String(), cur)
		require.NoError(t, err)
		require.Equal(t, m, again)
	})
}

// anyCurrency draws currencies of every exponent.
func anyCurrency() *rapid.Generator[prolong.Currency] {
	return rapid.SampledFrom([]prolong.Currency{prolong.RUB, prolong.UAH, prolong.KZT, prolong.EUR, prolong.JPY, "KWD", ""})
}
