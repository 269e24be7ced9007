package markup

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"prolong/banksync/statement/charset"
)

// What XML forbids becomes a space wherever a block of the file ends.
func TestForbiddenCharactersBecomeSpaces(t *testing.T) {
	t.Parallel()
	const text = "a\x01b\uFFFEc\uFFFF\uFFFDd\tж\x00\r\n"
	const want = "a b c \uFFFDd\tж \r\n"
	for name, r := range map[string]io.Reader{
		"whole":      strings.NewReader(text),
		"byte":       iotest.OneByteReader(strings.NewReader(text)),
		"data error": iotest.DataErrReader(strings.NewReader(text)),
		"half":       iotest.HalfReader(strings.NewReader(text)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := io.ReadAll(newSource(r))
			require.NoError(t, err)
			require.Equal(t, want, string(got))
		})
	}
	for pad := blockBytes - 4; pad <= blockBytes+1; pad++ {
		long := strings.Repeat("x", pad)
		got, err := io.ReadAll(newSource(strings.NewReader(long + text)))
		require.NoError(t, err)
		require.Equal(t, long+want, string(got))
	}
}

// The text of an element is that of the file, however many blocks it spans, and what lies before
// it is not kept.
func TestAnElementHasItsTextAndTheFileIsNotKept(t *testing.T) {
	t.Parallel()
	element := `<e a="1">` + strings.Repeat("ж & <b/>", blockBytes/8) + `</e>`
	text, err := charset.Open(strings.NewReader("<root>\n" + strings.Repeat(element+"\n", 20) + "</root>"))
	require.NoError(t, err)
	c := New(text)
	count := 0
	for {
		start, err := c.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if start.Name.Local != "e" {
			continue
		}
		count++
		var skipped struct {
			A string `xml:"a,attr"`
		}
		got, err := c.Read(start, &skipped)
		require.NoError(t, err)
		require.Equal(t, element, got.Raw)
		require.Equal(t, 1+count, got.Line)
		require.Equal(t, "1", skipped.A)
		require.LessOrEqual(t, len(c.source.buf), len(element)+3*blockBytes)
	}
	require.Equal(t, 20, count)
	require.NoError(t, c.End())
}

// A file that cannot be read to its end is refused, even if its XML breaks off before.
func TestTheReadersErrorIsFoundBehindBrokenMarkup(t *testing.T) {
	t.Parallel()
	broken := errors.New("disk")
	text, err := charset.Open(io.MultiReader(strings.NewReader("<a></b>"+strings.Repeat(" ", 1<<20)), iotest.ErrReader(broken)))
	require.NoError(t, err)
	c := New(text)
	for err == nil {
		_, err = c.Next()
	}
	require.NotErrorIs(t, err, io.EOF)
	var syntax *xml.SyntaxError
	require.ErrorAs(t, err, &syntax)
	require.ErrorIs(t, c.End(), broken)
}
