package field_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/banksync/statement/field"
)

func TestDate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"31.12.2026": "2026-12-31", " 31.12.2026 ": "2026-12-31", "31/12/2026": "2026-12-31", "31-12-2026": "2026-12-31", "31.12.26": "2026-12-31",
		"2026-12-31": "2026-12-31", "20261231": "2026-12-31", "2026-12-31T23:59:59": "2026-12-31", "2026-12-31+03:00": "2026-12-31", "2026-12-31-05:00": "2026-12-31",
		"2026-12-31Z": "2026-12-31", "31.12.2026 10:00:00": "2026-12-31", "29.02.2024": "2024-02-29", "29.02.2000": "2000-02-29",
		"29.02.2026": "", "29.02.2100": "", "31.04.2026": "", "00.00.0000": "", "31.12.20260": "", "01.01.0001": "", "31.12.9999": "",
		"31.13.2026": "", "2026-12-31-": "", "2026-12": "", "": "", "вчера": "", "31,12,2026": "", "aa.bb.cccc": "", "31.12-2026": "",
	} {
		got, ok := field.Date(text)
		require.Equal(t, want != "", ok, text)
		require.Equal(t, want, got.String(), text)
	}
}

func TestAmount(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"100": "100.00", "100.50": "100.50", "100.5": "100.50", "100,5": "100.50", "1 000.50": "1000.50", "0": "0.00", "12345678901234.56": "12345678901234.56",
		"-5.00": "", "+5.00": "", "1.234": "", "": "", "5.0.0": "", "5a.00": "", "1234567890123456.00": "", "123456789012345.00": "",
	} {
		got, ok := field.Amount(text, prolong.RUB)
		require.Equal(t, want != "", ok, text)
		if ok {
			require.Equal(t, want, got.String(), text)
		}
	}
	yen, ok := field.Amount("100", prolong.JPY)
	require.True(t, ok)
	require.Equal(t, "100", yen.String())
	_, ok = field.Amount("100.00", prolong.JPY)
	require.False(t, ok)
}

func TestDecimal(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"100.50000": "100.50", "-7.5": "-7.50", ".5": "0.50", "-.5": "-0.50", "5.": "5.00", "5.00001": "", "5,5": "", "1 000": "", "1e3": "", "": "", ".": "", "-.": "", "-": ""} {
		got, ok := field.Decimal(text, prolong.RUB)
		require.Equal(t, want != "", ok, text)
		if ok {
			require.Equal(t, want, got.String(), text)
		}
	}
	yen, ok := field.Decimal("100.00", prolong.JPY)
	require.True(t, ok)
	require.Equal(t, "100", yen.String())
}

func TestAccount(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"40702810938000000001": "40702810938000000001", " 40702 810 9 3800 0000001": "40702810938000000001", "40702.810.9.38000000001": "40702810938000000001",
		"kz86 125k zt50": "KZ86125KZT50", "00000000000000000000": "", "0 0": "", "": "", "407028*0001": "407028*0001"} {
		require.Equal(t, want, field.Account(text), text)
	}
}

func TestLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"a\r\nb": "a b", " a  b\t": "a b", "a\x00b": "ab", "\u0085a\u2028b\u2029": "a b", "a\u00a0b": "a\u00a0b", "a\u200bb": "a\u200bb", "\x7fa": "a", "": ""} {
		require.Equal(t, want, field.Line(text), "%q", text)
	}
}

func TestPlaceholders(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"0", "000000000000", "", "123", "12345678901234", "77010012З8"} {
		require.Empty(t, field.TaxID(text), text)
	}
	require.Equal(t, "7701001238", field.TaxID(" 7701001238 "))
	require.Empty(t, field.KPP("0"))
	require.Empty(t, field.KPP("000000000"))
	require.Equal(t, "770101001", field.KPP("770101001"))
	require.Empty(t, field.BIC("000000000"))
	require.Empty(t, field.PaymentID("0"))
}
