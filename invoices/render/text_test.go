package render

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"
)

func TestCleanMakesAnyTextFitToBeSet(t *testing.T) {
	t.Parallel()
	fonts := renderer(t).fonts
	for _, c := range []struct{ in, want string }{
		{"Счёт № 1 – «Пример»", "Счёт № 1 – «Пример»"},
		{"и\u0306 е\u0308", "й ё"},
		{"а\u200bб\ufeffв\u202eг\u2066д\u00ad", "абвгд"},
		{"таб\tи\x00нуль\x1b", "таб инуль"},
		{"раз\r\nдва\u2028три", "раз\nдва\nтри"},
		{"тонкий\u2009пробел\u202f1", "тонкий пробел\u00a01"},
		{"дефис\u2011вот", "дефис-вот"},
		{"цветок 🌼!", "цветок □!"},
		{"漢字", "□□"},
		{"битый \xff\xfe", "битый □"},
		{"a\u0315", "a"},
		{"Їжак Ґедзь Ұлы Әже ₽₴₸€", "Їжак Ґедзь Ұлы Әже ₽₴₸€"},
	} {
		require.Equal(t, c.want, fonts.clean(c.in), "%q", c.in)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range hostileTexts {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		fonts := renderer(t).fonts
		got := fonts.clean(s)
		require.True(t, utf8.ValidString(got))
		for _, r := range got {
			require.True(t, r == '\n' || r == replacement || r >= 0x20 && r <= 0xffff && fonts.regular.has(r), "%q in %q", r, got)
		}
		require.Equal(t, got, fonts.clean(got), "cleaning twice changes nothing")
		for _, line := range fonts.regular.wrap(got, 9, 30) {
			one := utf8.RuneCountInString(line) == 1
			require.True(t, one || float64(fonts.regular.units(line))*9/unitsPerMM <= 30.01, "%q is too wide", line)
		}
	})
}

func TestWrapBreaksWhereReadersExpect(t *testing.T) {
	t.Parallel()
	m := renderer(t).fonts.regular
	width := float64(m.units("одиннадцать букв")) * 10 / unitsPerMM
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"", []string{""}},
		{"коротко", []string{"коротко"}},
		{"одиннадцать букв и ещё", []string{"одиннадцать букв", "и ещё"}},
		{"раз\n\nдва", []string{"раз", "", "два"}},
		{"сумма 14\u00a0900,00\u00a0руб.", []string{"сумма", "14\u00a0900,00\u00a0руб."}},
		{"https://example.test/very/long/path", []string{"https://example.", "test/very/long/", "path"}},
		{"ШШШШШШШШШШШШШШШШ", []string{"ШШШШШШШШШ", "ШШШШШШШ"}},
	} {
		require.Equal(t, c.want, m.wrap(c.in, 10, width))
	}
}

// The 8-bit page has one code for each character, and the font a glyph for each.
func TestPageIsOneToOne(t *testing.T) {
	t.Parallel()
	require.LessOrEqual(t, utf8.RuneCountInString(pageHigh), 256-pageUpper)
	fonts := renderer(t).fonts
	seen := map[byte]rune{}
	for r, code := range encoding {
		if code == 0 {
			continue
		}
		require.Zero(t, seen[code], "%q and %q share a code", seen[code], r)
		seen[code] = rune(r)
		require.True(t, r == replacement || fonts.regular.has(rune(r)) && fonts.bold.has(rune(r)), "%q", r)
	}
}

// What clean passes without looking is what it would pass after looking: no two characters of the page
// compose, and each is set as it is.
func TestCharactersOfThePageAreClean(t *testing.T) {
	t.Parallel()
	fonts := renderer(t).fonts
	page := []rune("\n")
	for r, code := range encoding {
		if code != 0 {
			page = append(page, rune(r))
		}
	}
	for _, a := range page {
		require.Equal(t, a, fonts.settable(a), "%q", a)
		for _, b := range page {
			if pair := string([]rune{a, b}); !norm.NFC.IsNormalString(pair) {
				t.Errorf("%q composes", pair)
			}
		}
	}
	for _, s := range []string{"и\u0306", "\xff", "🌼", "\u200b", "\u0301"} {
		require.False(t, isOfPage("Счёт "+s), "%q", s)
	}
}

// The fast path is the one that documents in our four languages take.
func TestSamplesNeedTheFastPathOnly(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for name, doc := range Samples() {
		c, err := r.draw(doc, true)
		require.NoError(t, err)
		require.False(t, c.beyondPage, name)
	}
	doc := sampleInvoiceRU()
	doc.Buyer.Name = "Žluťoučký kůň, s. r. o."
	c, err := r.draw(doc, true)
	require.NoError(t, err)
	require.True(t, c.beyondPage)
	pdf, err := r.Render(doc)
	require.NoError(t, err)
	require.Contains(t, string(pdfText(t, pdf)), "Žluťoučký kůň, s. r. o.")
}

func TestNewRendererRefusesWhatIsNoFont(t *testing.T) {
	t.Parallel()
	good := renderer(t).fonts.ttfRegular
	for name, broken := range map[string][]byte{
		"nothing": nil, "text": []byte("this is a text, not a font at all"), "half a font": good[:len(good)/2],
		"no tables": good[:12], "zeros behind the directory": append(append([]byte{}, good[:300]...), make([]byte, len(good)-300)...),
	} {
		_, err := NewRenderer(Fonts{Regular: good, Bold: broken})
		require.ErrorContains(t, err, "render: bold font", name)
	}
}
