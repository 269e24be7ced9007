package templates_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/templates"
)

func TestFont(t *testing.T) {
	t.Parallel()
	for _, name := range []templates.FontName{templates.FontRegular, templates.FontBold} {
		data, err := templates.Font(name)
		require.NoError(t, err)
		// A TrueType file begins with the version number 1.0.
		require.Equal(t, []byte{0, 1, 0, 0}, data[:4], "%s is a TrueType font", name)
	}
}

func TestFontUnknownSaysHowToMend(t *testing.T) {
	t.Parallel()
	_, err := templates.Font("Missing.ttf")
	require.ErrorContains(t, err, "make assets")
}
