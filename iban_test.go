package prolong_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
)

// The first is the example of ISO 13616 itself, the second that of the National Bank of Ukraine's
// standard.
func TestValidIBAN(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"GB82WEST12345698765432":                  true,
		"UA213223130000026007233566001":           true,
		"GB82WEST12345698765433":                  false, // a wrong digit
		"GB28WEST12345698765432":                  false, // check digits the other way round
		"gb82west12345698765432":                  false,
		"GB82 WEST 1234 5698 7654 32":             false,
		"":                                        false,
		"NO93860111179":                           false, // too short
		"GB82WEST1234569876543212345698765432123": false, // too long
	} {
		require.Equal(t, want, prolong.ValidIBAN(text), text)
	}
}
