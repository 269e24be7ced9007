package prolong_test

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"prolong"
)

func TestPaymentCodeOfTheReference(t *testing.T) {
	t.Parallel()
	code, err := prolong.NewPaymentCode("582913") // matching.md 4.4
	require.NoError(t, err)
	require.Equal(t, prolong.PaymentCode("58291375"), code)
	require.Equal(t, "582 913 75", code.Grouped())
	require.Equal(t, "58291375-12", code.InvoiceNumber(12))
	require.Equal(t, "58291375-01", code.InvoiceNumber(1))
	require.Equal(t, "58291375-100", code.InvoiceNumber(100))
	parsed, err := prolong.ParsePaymentCode("58291375")
	require.NoError(t, err)
	require.Equal(t, code, parsed)
}

func TestLongPaymentCode(t *testing.T) {
	t.Parallel()
	code, err := prolong.NewPaymentCode("58291300")
	require.NoError(t, err)
	require.Len(t, string(code), prolong.PaymentCodeDigitsLong)
	require.True(t, prolong.ValidPaymentCode(string(code)))
	require.Equal(t, string(code), code.Grouped())
}

func TestNewPaymentCodeRefusesOtherCores(t *testing.T) {
	t.Parallel()
	for _, core := range []string{"", "5", "58291", "5829137", "582913750", "482913", "082913", "58291x", "58291３", "-82913", " 82913"} {
		_, err := prolong.NewPaymentCode(core)
		require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err), core)
	}
}

func TestParsePaymentCodeRefuses(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]string{
		"empty":           "",
		"omitted digit":   "5829375",
		"doubled digit":   "582291375",
		"wrong check":     "58291376",
		"transposition":   "58219375",
		"jump":            "58192375",
		"Cyrillic letter": "58291З75",
		"Latin letter":    "5829l375",
		"space":           " 58291375",
		"with its suffix": "58291375-12",
		"first digit":     "08291375",
		"full-width":      "5829137５",
	} {
		_, err := prolong.ParsePaymentCode(s)
		require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err), name)
	}
}

// Exhaustive over all 500 000 codes of eight digits: a code has one spelling, and no error
// of the kinds that payers make in one place turns it into another code (matching.md 4.2).
// 97 is prime and divides neither a digit's difference nor 9, 99, 11 or 17 times it.
func TestNoSingleErrorMakesAnotherPaymentCode(t *testing.T) {
	t.Parallel()
	type tally struct{ tried, passed int }
	var substitution, adjacent, jump, twin, phonetic tally
	edrpou := 0
	try := func(kind *tally, code []byte) {
		kind.tried++
		if prolong.ValidPaymentCode(string(code)) {
			kind.passed++
		}
	}
	for core := 500000; core <= 999999; core++ {
		valid, err := prolong.NewPaymentCode(strconv.Itoa(core))
		if err != nil || !prolong.ValidPaymentCode(string(valid)) {
			require.FailNow(t, "a fresh code must be valid", "%d %s %v", core, valid, err)
		}
		if prolong.ValidTaxID(prolong.Ukraine, string(valid)) {
			edrpou++
		}
		code := []byte(valid)
		for i := range code {
			right := code[i]
			for digit := byte('0'); digit <= '9'; digit++ {
				if digit != right {
					code[i] = digit
					try(&substitution, code)
				}
			}
			code[i] = right
			if i+1 < len(code) && code[i] != code[i+1] {
				code[i], code[i+1] = code[i+1], code[i]
				try(&adjacent, code)
				code[i], code[i+1] = code[i+1], code[i]
			}
			if i+2 < len(code) && code[i] != code[i+2] {
				code[i], code[i+2] = code[i+2], code[i]
				try(&jump, code)
				code[i], code[i+2] = code[i+2], code[i]
			}
			if i+1 < len(code) && code[i] == code[i+1] {
				for digit := byte('0'); digit <= '9'; digit++ {
					if digit != right {
						code[i], code[i+1] = digit, digit
						try(&twin, code)
					}
				}
				code[i], code[i+1] = right, right
			}
			if i+1 < len(code) && code[i] == '1' && code[i+1] >= '2' { // thirteen heard as thirty
				ones := code[i+1]
				code[i], code[i+1] = ones, '0'
				try(&phonetic, code)
				code[i], code[i+1] = '1', ones
			}
		}
	}
	t.Logf("substitution %+v, adjacent %+v, jump %+v, twin %+v, phonetic %+v", substitution, adjacent, jump, twin, phonetic)
	t.Logf("%d of 500000 codes validate as ЄДРПОУ", edrpou)
	require.Equal(t, tally{tried: 500000 * 8 * 9}, substitution)
	for _, kind := range []tally{adjacent, jump, twin, phonetic} {
		require.Positive(t, kind.tried)
		require.Zero(t, kind.passed)
	}
	require.InDelta(t, 10, edrpou*100/500000, 1, "the tenth that RandomPaymentCode draws again")
}

// 00, 01 and 99 are the same modulo 97 as 97, 98 and 02, but a code has one spelling only.
func TestPaymentCodeHasOnePairOfCheckDigits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		core := rapid.StringMatching(`[5-9][0-9]{5}([0-9]{2})?`).Draw(t, "core")
		want, err := prolong.NewPaymentCode(core)
		require.NoError(t, err)
		for check := range 100 {
			s := core + strconv.Itoa(check/10) + strconv.Itoa(check%10)
			require.Equal(t, s == string(want), prolong.ValidPaymentCode(s), s)
		}
	})
}

func TestNoSingleErrorMakesAnotherLongPaymentCode(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		valid, err := prolong.NewPaymentCode(rapid.StringMatching(`[5-9][0-9]{7}`).Draw(t, "core"))
		require.NoError(t, err)
		code := []byte(valid)
		i := rapid.IntRange(0, len(code)-2).Draw(t, "place")
		if code[i] != code[i+1] {
			code[i], code[i+1] = code[i+1], code[i]
			require.False(t, prolong.ValidPaymentCode(string(code)), "%s", code)
			code[i], code[i+1] = code[i+1], code[i]
		}
		code[i] = '0' + (code[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "shift")))%10
		require.False(t, prolong.ValidPaymentCode(string(code)), "%s", code)
	})
}

// A number whose dash was lost has ten digits. Modulo 97 it is 100 + NN, so exactly the
// running number 95 reads as a long code, for every account: whoever reads purposes must try
// the first eight digits as well.
func TestGluedInvoiceNumberReadsAsALongCodeOnlyForNumber95(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		code, err := prolong.NewPaymentCode(rapid.StringMatching(`[5-9][0-9]{5}`).Draw(t, "core"))
		require.NoError(t, err)
		for n := 1; n <= 99; n++ {
			number := code.InvoiceNumber(n)
			glued := number[:8] + number[9:]
			require.Equal(t, n == 95, prolong.ValidPaymentCode(glued), glued)
		}
	})
}

func TestRandomPaymentCodesAreValidAndNoTaxIDs(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a fixed seed makes the test repeatable
	first := map[byte]int{}
	for _, digits := range []int{prolong.PaymentCodeDigits, prolong.PaymentCodeDigitsLong} {
		for range 5000 {
			code := prolong.RandomPaymentCode(rng, digits)
			require.Len(t, string(code), digits)
			require.True(t, prolong.ValidPaymentCode(string(code)), code)
			require.False(t, prolong.TaxIDLooksValid(string(code)), code)
			first[code[0]]++
		}
	}
	require.Len(t, first, 5, "the first digit takes every value from 5 to 9")
}

func TestRandomPaymentCodeWantsAKnownLength(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a fixed seed makes the test repeatable
	for _, digits := range []int{-1, 0, 1, 2, 9, 11} {
		require.Panics(t, func() { prolong.RandomPaymentCode(rng, digits) }, digits)
	}
}
