package charset_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"

	"prolong"
	"prolong/banksync/statement/charset"
)

// texts are what statements of several countries look like, in short.
var texts = map[string]string{
	"Russian":     "Оплата по счету 58291375-12 от 01.02.2026. НДС не облагается",
	"short":       "Комиссия",
	"upper case":  "ОПЛАТА ЗА УСЛУГИ СВЯЗИ ПО ДОГОВОРУ",
	"Ukrainian":   "Оплата згідно рахунку за послуги інтернет, є договір",
	"with Latin":  "Invoice 5 ООО Пример, ref ABC-15",
	"Kazakh name": "ТОО Пример, Алматы, услуги за март",
}

func TestDetectCyrillic(t *testing.T) {
	t.Parallel()
	for want, table := range map[charset.Encoding]encoding.Encoding{charset.CP1251: charmap.Windows1251, charset.CP866: charmap.CodePage866, charset.KOI8: charmap.KOI8U} {
		for name, text := range texts {
			data, err := encoding.ReplaceUnsupported(table.NewEncoder()).Bytes([]byte(text))
			require.NoError(t, err)
			require.Equal(t, want, charset.Detect(data, ""), "%s in %s", name, want)
		}
	}
}

func TestDetectOthers(t *testing.T) {
	t.Parallel()
	latin, err := charmap.ISO8859_1.NewEncoder().String("Müller Überweisung für März, Straße")
	require.NoError(t, err)
	dos, err := charmap.CodePage850.NewEncoder().String("Müller Überweisung für März, Straße")
	require.NoError(t, err)
	for name, test := range map[string]struct {
		data, declared string
		want           charset.Encoding
	}{
		"ASCII":                     {"Invoice 5", "", charset.ASCII},
		"UTF-8":                     {"Оплата", "", charset.UTF8},
		"UTF-8, declared otherwise": {"Оплата", "windows-1251", charset.UTF8},
		"UTF-8, cut in a letter":    {"Оплата"[:11], "", charset.UTF8},
		"UTF-8 with a broken word":  {strings.Repeat("Оплата ", 5) + "\xd0", "", charset.UTF8},
		"Latin-1":                   {latin, "", charset.ISO88591},
		"cp850":                     {dos, "", charset.CP850},
		"declared":                  {"\xc0\xc1", "iso-8859-5", "iso-8859-5"},
		"declared in words":         {"\xc0\xc1", "cp1251", charset.CP1251},
		"declared nonsense":         {"\xcf\xf0\xe8\xe2\xe5\xf2", "klingon", charset.CP1251},
	} {
		require.Equal(t, test.want, charset.Detect([]byte(test.data), test.declared), name)
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	read := func(data string) []string {
		text, err := charset.Open(strings.NewReader(data))
		require.NoError(t, err)
		var out []string
		lines := text.Lines()
		for lines.Next() {
			out = append(out, string(lines.Line()))
			require.Equal(t, len(out), lines.Number())
		}
		require.NoError(t, lines.Err())
		return out
	}
	require.Equal(t, []string{"a", "", "b"}, read("a\n\nb"))
	require.Equal(t, []string{"a", "b"}, read("a\r\nb\r\n"))
	require.Equal(t, []string{"a", "b"}, read("a\rb\r"))
	long := strings.Repeat("x", 400_000)
	require.Equal(t, []string{long, "b"}, read(long+"\nb\n"))
	require.Len(t, read(strings.Repeat("x", 3<<20) + "\nb\n")[0], 1<<20, "a line longer than any real one is cut")
	require.Equal(t, []string{"abc", "Оплата"}, read("abc\n"+"\xce\xef\xeb\xe0\xf2\xe0"))
}

// TestLinesLateLetters has the first letter above ASCII behind what is looked at first.
func TestLinesLateLetters(t *testing.T) {
	t.Parallel()
	data := strings.Repeat("plain text\n", 30_000) + "\xce\xef\xeb\xe0\xf2\xe0 \xef\xee \xf1\xf7\xe5\xf2\xf3\n"
	text, err := charset.Open(strings.NewReader(data))
	require.NoError(t, err)
	require.Equal(t, charset.ASCII, text.Encoding())
	lines, last := text.Lines(), ""
	for lines.Next() {
		last = string(lines.Line())
	}
	require.Equal(t, "Оплата по счету", last)
	require.Equal(t, charset.CP1251, lines.Encoding())
	require.False(t, lines.Damaged())
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, data := range []string{"", " \r\n\t"} {
		_, err := charset.Open(strings.NewReader(data))
		require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err))
	}
	broken := errors.New("disk")
	_, err := charset.Open(iotest.ErrReader(broken))
	require.ErrorIs(t, err, broken)
	text, err := charset.Open(io.MultiReader(bytes.NewReader(bytes.Repeat([]byte("line\n"), 100_000)), iotest.ErrReader(broken)))
	require.NoError(t, err)
	lines := text.Lines()
	for lines.Next() {
		continue
	}
	require.ErrorIs(t, lines.Err(), broken)
}
