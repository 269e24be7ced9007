package render

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
)

// drawnPages are the texts of every page, in the order in which they are drawn.
func drawnPages(t *testing.T, doc Document) map[int][]string {
	t.Helper()
	r := renderer(t)
	pages := map[int][]string{}
	r.watch = func(page int, b box) { pages[page] = append(pages[page], b.text) }
	_, err := r.draw(doc, true)
	require.NoError(t, err)
	return pages
}

// withLines is a sample with n lines, or entries, the last of which is called «последняя».
func withLines(d Document, n int) Document {
	if d.Kind == KindReconciliation {
		r := *d.Reconciliation
		r.Rows, r.Closing = nil, r.Opening
		for i := range n {
			r.Rows = append(r.Rows, Entry{Title: lineName(i, n), Debit: 100_00})
			r.Closing += 100_00
		}
		d.Reconciliation = &r
		return d
	}
	first := d.Lines[0]
	d.Lines = nil
	for i := range n {
		l := first
		l.Name, l.Period = lineName(i, n), prolong.Period{}
		d.Lines = append(d.Lines, l)
	}
	d.Totals = d.sumOfLines()
	return d
}

const lastLineName = "последняя"

func lineName(i, n int) string {
	if i == n-1 {
		return lastLineName
	}
	return "строка " + strconv.Itoa(i+1)
}

// Signatures never stand on a page without a line of what is signed, however many lines there are:
// accountants ask for such papers to be printed again, and 1С keeps the last row with the foot too.
func TestLastRowStandsOnThePageOfTheSignatures(t *testing.T) {
	t.Parallel()
	samples := plainSamples()
	for _, name := range slices.Sorted(maps.Keys(samples)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for n := 2; n <= 40; n++ {
				pages := drawnPages(t, withLines(samples[name], n))
				last := pages[len(pages)]
				require.Contains(t, last, lastLineName, "%d lines on %d pages: the last page has no line of the table", n, len(pages))
				require.True(t, slices.ContainsFunc(last, isSignatureCaption), "%d lines", n)
				for page := 1; page < len(pages); page++ {
					require.False(t, slices.ContainsFunc(pages[page], isSignatureCaption), "%d lines: signed on page %d of %d", n, page, len(pages))
				}
			}
		})
	}
}

func isSignatureCaption(text string) bool {
	for _, caption := range []string{"подпись", "підпис", "signature"} {
		if strings.Contains(strings.ToLower(text), caption) && !strings.Contains(text, "подписания") && len(text) < 60 {
			return true
		}
	}
	return false
}

// A table of one line whose ending does not fit keeps its line: no page ends with an empty head.
func TestHeadNeverStandsWithoutItsRow(t *testing.T) {
	t.Parallel()
	for _, doc := range []Document{sampleActKZKazakh(), sampleUPD(), sampleInvoiceRU(), sampleActUA()} {
		for size := range 20 {
			d := withLines(doc, 1)
			d.Lines[0].Name += strings.Repeat(" с длинным описанием того, что сделано", size*4)
			pages := drawnPages(t, d)
			require.True(t, slices.ContainsFunc(pages[1], func(s string) bool { return strings.HasPrefix(s, lastLineName) }), "%s, %d", d.Kind, size)
		}
	}
}

// Measuring draws nothing and leaves the sheet as it was.
func TestMeasureLeavesNoTrace(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	doc := sampleInvoiceRU()
	seen := 0
	c := newCanvas(r.fonts, portrait, true, about{date: doc.Date, edition: edition4})
	c.watch = func(int, box) { seen++ }
	s := newSheet(c, letter, edition4)
	s.font(plain, 8)
	before := *s
	h := s.measure(func() error { return endInvoiceRU(s, &doc) })
	require.Greater(t, h, 50.0)
	require.Zero(t, seen)
	require.Equal(t, 1, c.pages)
	require.InDelta(t, before.y, s.y, 0)
	require.InDelta(t, 8, c.size, 0)
	require.Equal(t, plain, c.style)
	require.False(t, c.dry)
	top := s.y
	require.NoError(t, endInvoiceRU(s, &doc))
	require.InDelta(t, h, s.y-top, 0.01, "as high as measured")
}

// A storno of form Р-1 in both languages is one page.
func TestBilingualStornoOfR1IsOnePage(t *testing.T) {
	t.Parallel()
	doc := sampleActKZKazakh()
	storno := doc.Reversal("260045131", prolong.MustDate("2027-06-11"))
	pages := drawnPages(t, storno)
	require.Len(t, pages, 1)
	text := strings.Join(pages[1], "\n")
	require.Contains(t, text, "Орындалған жұмыстар (көрсетілген қызметтер) актісі / Акт выполненных работ (оказанных услуг) №\u00a0260045127")
}

// The thick line of a УПД runs down the table of every page.
func TestFrameOfUPDRunsOverAllPages(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for version, want := range map[string]int{"3": 2, RendererVersion: 5} {
		doc := withLines(sampleUPD(), 90)
		doc.Renderer = version
		c, err := r.draw(doc, true)
		require.NoError(t, err)
		c.pdf.SetCompression(false)
		pdf, err := c.output()
		require.NoError(t, err)
		lines := 0
		x := fmt.Sprintf("%.2f", (wide.left+updStrip)*ptPerMM)
		for line := range strings.Lines(string(pdf)) {
			if strings.HasPrefix(line, "1.70 w "+x+" ") && strings.Contains(line, " l S") && strings.Count(line, x) == 2 {
				lines++
			}
		}
		require.Equal(t, want+1, lines, "version %s on %d pages: one for the signatures", version, c.pages)
	}
}
