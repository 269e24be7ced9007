package main

import (
	"mime"
	"strings"
	"testing"

	"github.com/jhillyerd/enmime/v2"
	"github.com/stretchr/testify/require"
)

var wordDecoder = new(mime.WordDecoder)

// plainText returns the text of a letter.
func plainText(t *testing.T, raw string) string {
	t.Helper()
	letter, err := enmime.ReadEnvelope(strings.NewReader(raw))
	require.NoError(t, err)
	return letter.Text
}
