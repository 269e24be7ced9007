package telephony

import (
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
)

// TestReadNumber has the vectors of the reference (telephony.md, section 8).
func TestReadNumber(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		inputs    []string
		countries []prolong.Country
		want      prolong.Phone
		extension string
	}{
		{inputs: []string{"89161234567", "9161234567", "+7 (916) 123-45-67"}, countries: []prolong.Country{"RU", "KZ"}, want: "+79161234567"},
		{inputs: []string{"87011234567", "77011234567"}, countries: []prolong.Country{"RU", "KZ"}, want: "+77011234567"},
		{inputs: []string{"0671234567", "380671234567", "00380671234567"}, countries: []prolong.Country{"UA"}, want: "+380671234567"},
		{inputs: []string{"810380671234567"}, countries: []prolong.Country{"RU", "KZ"}, want: "+380671234567"},
		{inputs: []string{"380671234567"}, countries: []prolong.Country{"RU"}, want: "+380671234567"},
		{inputs: []string{"998935033635"}, countries: []prolong.Country{"RU"}, want: "+998935033635"},
		{inputs: []string{"77011234567"}, countries: []prolong.Country{"UA"}, want: "+77011234567"},
		{inputs: []string{"105"}, countries: []prolong.Country{"RU", "UA", "KZ"}, extension: "105"},
		{inputs: []string{"80671234567", "89161234567"}, countries: []prolong.Country{"UA"}},
		{inputs: []string{"00380671234567"}, countries: []prolong.Country{"RU"}},
		{inputs: []string{"810380671234567"}, countries: []prolong.Country{"UA"}},
		{inputs: []string{"", "anonymous", "+", "sip:abc"}, countries: []prolong.Country{"RU"}},
	} {
		for _, in := range tc.inputs {
			for _, country := range tc.countries {
				require.Equal(t, Number{Raw: in, Phone: tc.want, Extension: tc.extension}, ReadNumber(country, in), "%q in %s", in, country)
			}
		}
	}
}

func TestMask(t *testing.T) {
	t.Parallel()
	require.Equal(t, "+7916*****67", Mask("+79161234567"))
	require.Equal(t, "***", Mask("105"))
}
