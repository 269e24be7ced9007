package render

import (
	"bytes"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
)

// No text of any sample overlaps another or leaves the page.
func TestSamplesDoNotOverlap(t *testing.T) {
	t.Parallel()
	for name, doc := range Samples() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireNoOverlap(t, doc)
		})
	}
}

// A thousand random documents with hostile texts render, fast path or not, and nothing
// overlaps or leaves the page.
func TestHostileDocumentsRenderWithoutOverlap(t *testing.T) {
	t.Parallel()
	// Every kind in every country; what makes a sample long or dear is drawn by lot here.
	samples := plainSamples()
	kinds := make([]Document, 0, len(samples))
	for _, name := range slices.Sorted(maps.Keys(samples)) {
		kinds = append(kinds, samples[name])
	}
	var parallel sync.WaitGroup
	for worker := range 2 {
		parallel.Go(func() {
			for i := worker; i < hostileDocuments; i += 2 {
				rng := rand.New(rand.NewPCG(uint64(i), 7))
				doc := hostile(rng, kinds[i%len(kinds)])
				if i%5 == 4 {
					doc.Renderer = "3" // the layouts of earlier papers stay in the program
				}
				if !t.Failed() {
					requireNoOverlap(t, doc, fmt.Sprint("seed ", i))
				}
			}
		})
	}
	parallel.Wait()
}

func requireNoOverlap(t *testing.T, doc Document, note ...any) {
	t.Helper()
	r := renderer(t)
	pages := map[int][]box{}
	r.watch = func(page int, b box) { pages[page] = append(pages[page], b) }
	size := layouts[doc.Kind].paper
	if _, err := r.draw(doc, true); !asserted(t, err == nil, doc.Kind, note, err) {
		return
	}
	r.watch = nil
	if _, err := r.Render(doc); !asserted(t, err == nil, doc.Kind, note, err) {
		return
	}
	for page, boxes := range pages {
		for i, a := range boxes {
			inside := a.x >= 0 && a.y >= 0 && a.x+a.w <= size.w && a.y+a.h <= size.h
			asserted(t, inside, doc.Kind, note, "page", page, "off the page", a)
			for _, b := range boxes[:i] {
				if !apart(a, b) && !asserted(t, false, doc.Kind, note, "page", page, "overlap", a, b) {
					return
				}
			}
		}
	}
}

// apart says whether two texts do not touch.
func apart(a, b box) bool {
	const slack = 0.15 // mm
	return a.x+a.w <= b.x+slack || b.x+b.w <= a.x+slack || a.y+a.h <= b.y+slack || b.y+b.h <= a.y+slack
}

// What looks for overlaps finds one, in the boxes that the canvas itself reports.
func TestOverlapsAreFound(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	var boxes []box
	c := newCanvas(r.fonts, portrait, true, about{date: prolong.MustDate("2026-11-21")})
	c.watch = func(_ int, b box) { boxes = append(boxes, b) }
	c.newPage()
	c.font(plain, 9)
	c.text(20, 20, left, "Акт № 1")
	c.text(25, 20.5, left, "Акт № 2")
	c.text(20, 24, left, "Акт № 3")
	require.Len(t, boxes, 3)
	require.False(t, apart(boxes[0], boxes[1]))
	require.True(t, apart(boxes[0], boxes[2]))
	require.True(t, apart(boxes[1], boxes[2]))
}

// asserted reports without ending the goroutine, which only the test's own may do.
func asserted(t *testing.T, ok bool, what ...any) bool {
	t.Helper()
	if !ok {
		t.Error(what...)
	}
	return ok
}

var hostileTexts = []string{
	"", "я", "Ромашка 🌼🌼 и ко 👨\u200d👩\u200d👧", "\u202eобратно\u202c шиворот", "\u200bневидимое\u200b\ufeff", "مرحبا بالعالم", "שלום עולם",
	"и\u0306ога е\u0308лка", "таб\tи\x00нуль\x1b[31m", "битый \xff\xfe utf", "漢字かな交じり文", "Ёлка №5 «Цены» ₽₴₸€",
	"https://example.test/a/very/long/path/without/any/spaces?and=query&more=yes",
	"строка\nдругая\r\nтретья\u2028четвёртая", "a\u0301\u0302\u0303\u0304\u0305\u0306", "\U0001F3F3\uFE0F\u200D\U0001F308",
	"неразрывный\u00a0пробел\u00a0везде\u00a0и\u00a0всюду\u00a0без\u00a0конца\u00a0и\u00a0края",
}

func hostileText(rng *rand.Rand, limit int) string {
	switch rng.IntN(4) {
	case 0:
		return strings.Repeat("Ш", rng.IntN(limit)+1)
	case 1:
		s := strings.Repeat("Общество с ограниченной ответственностью ", limit/40+1)
		return string([]rune(s)[:limit])
	}
	var b strings.Builder
	for range rng.IntN(6) + 1 {
		b.WriteString(hostileTexts[rng.IntN(len(hostileTexts))] + " ")
	}
	return b.String()
}

// hostile spoils every text of a sample and gives it random lines that add up.
func hostile(rng *rand.Rand, d Document) Document {
	for _, text := range []*string{
		&d.Seller.Name, &d.Seller.ShortName, &d.Seller.Address, &d.Seller.Director, &d.Seller.DirectorTitle, &d.Seller.Accountant,
		&d.Seller.Phone, &d.Seller.TaxStatus, &d.Seller.Account.Bank, &d.Buyer.Name, &d.Buyer.Address, &d.Buyer.Director,
		&d.Buyer.DirectorTitle, &d.Basis.Title, &d.Basis.Number, &d.PaymentPurpose, &d.Notice, &d.Seller.Authority,
	} {
		if rng.IntN(2) == 0 {
			*text = hostileText(rng, 500)
		}
	}
	for _, name := range []*string{&d.Seller.Name, &d.Buyer.Name} {
		if *name == "" {
			*name = "Ы"
		}
	}
	if rng.IntN(8) == 0 {
		d.Buyer.Name = "ſŒœŐő Žluťoučký kůň " + d.Buyer.Name // beyond the fast path's page
	}
	if rng.IntN(4) == 0 {
		d.Number = hostileText(rng, 38)
		d.Number = string([]rune(d.Number)[:min(38, len([]rune(d.Number)))])
	}
	if rng.IntN(4) == 0 {
		d.Correction = Reference{Number: "1", Date: d.Date}
	}
	if rng.IntN(3) == 0 {
		d.Notes = append(slices.Clip(d.Notes), hostileText(rng, 500), hostileText(rng, 40))
	}
	d.OneSided = rng.IntN(4) == 0
	if d.Kind == KindReconciliation {
		return hostileReconciliation(rng, d)
	}
	d.Lines, d.Totals = nil, Totals{}
	d.PricesIncludeTax = rng.IntN(2) == 0
	for range rng.IntN(5) + 1 + 60*(rng.IntN(12)/11) {
		d.Lines = append(d.Lines, randomLine(rng, &d))
	}
	for _, l := range d.Lines {
		d.Totals.Net += l.Net
		d.Totals.Tax += l.Tax
		d.Totals.Gross += l.Gross
		d.Totals.Discount += l.Discount
	}
	if d.Kind == KindCreditNote || rng.IntN(5) == 0 && !d.ForAdvance {
		kind := d.Kind
		d = d.Reversal(d.Number, d.Date)
		d.Kind, d.Reverses.Title, d.Reverses.Number = kind, hostileText(rng, 200), hostileText(rng, 38)
	}
	return d
}

func hostileReconciliation(rng *rand.Rand, d Document) Document {
	r := *d.Reconciliation
	r.Rows, r.Closing = nil, r.Opening
	for range rng.IntN(40) {
		e := Entry{Date: d.Date, Title: hostileText(rng, 500), Debit: rng.Int64N(99_999_999_99)}
		if rng.IntN(2) == 0 {
			e.Debit, e.Credit = 0, e.Debit
		}
		r.Rows, r.Closing = append(r.Rows, e), r.Closing+e.Debit-e.Credit
	}
	d.Reconciliation = &r
	return d
}

func randomLine(rng *rand.Rand, d *Document) Line {
	l := Line{
		Name: first(hostileText(rng, 500), "строка"), Unit: "шт", UnitCode: "796", QuantityMilli: rng.Int64N(20_000) + 1,
		Price: rng.Int64N(99_999_999) + 1, TaxKind: TaxRate, TaxRateBP: []int{2200, 500, 0}[rng.IntN(3)],
	}
	if rng.IntN(3) == 0 {
		l.Unit = hostileTexts[rng.IntN(len(hostileTexts))]
	}
	if rng.IntN(3) == 0 {
		l.TaxKind, l.TaxRateBP = TaxExempt, 0
	}
	if d.ForAdvance {
		l.TaxKind = TaxAdvance
	}
	if rng.IntN(3) > 0 {
		l.Period = prolong.Period{From: prolong.MustDate("2026-12-01"), To: prolong.MustDate("2027-01-01")}
	}
	amount, _ := prolong.NewMoney(l.Price, d.Currency).MulRatio(l.QuantityMilli, 1000, prolong.HalfUp)
	if rng.IntN(5) == 0 {
		l.Discount = amount.Minor() / 10
	}
	sum := amount.Minor() - l.Discount
	if d.PricesIncludeTax {
		tax, _ := prolong.NewMoney(sum, d.Currency).TaxInside(l.TaxRateBP)
		l.Gross, l.Tax, l.Net = sum, tax.Minor(), sum-tax.Minor()
		return l
	}
	tax, _ := prolong.NewMoney(sum, d.Currency).MulRatio(int64(l.TaxRateBP), 10000, prolong.HalfUp)
	l.Net, l.Tax, l.Gross = sum, tax.Minor(), sum+tax.Minor()
	return l
}

// Two pictures of one width are what gofpdf puts into random order.
func TestPicturesOfOneWidthKeepTheirOrder(t *testing.T) {
	t.Parallel()
	r, doc := renderer(t), sampleInvoiceRU()
	doc.Facsimile, doc.Stamp = sampleImage(300, 120, onFacsimile), sampleImage(300, 300, onStamp)
	want, err := r.Render(doc)
	require.NoError(t, err)
	for range 20 {
		got, err := r.Render(doc)
		require.NoError(t, err)
		require.True(t, bytes.Equal(want, got))
	}
}

// Parallel goroutines render the same bytes.
func TestRenderIsTheSameByteForByte(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for name, doc := range plainSamples() {
		for _, wide := range []bool{false, true} {
			r := r
			r.wide = wide
			want, err := r.Render(doc)
			require.NoError(t, err)
			var parallel sync.WaitGroup
			for range 4 {
				parallel.Go(func() {
					got, err := r.Render(doc)
					asserted(t, err == nil && bytes.Equal(got, want), name, "differs", err)
				})
			}
			parallel.Wait()
		}
	}
}
