package invoices_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/invoices"
	"prolong/invoices/render"
)

// paperSeller declares what stands on the papers of the seller of a house, with a stamp and a
// facsimile of a colour.
func (h *house) paperSeller(t testing.TB, p billing.Papers, c color.Color) billing.Papers {
	t.Helper()
	picture := image.NewNRGBA(image.Rect(0, 0, 300, 200))
	for y := 20; y < 180; y++ {
		for x := 20; x < 280; x++ {
			picture.Set(x, y, c)
		}
	}
	var file bytes.Buffer
	require.NoError(t, png.Encode(&file, picture))
	stamp, err := render.NewStamp(file.Bytes())
	require.NoError(t, err)
	facsimile, err := render.NewFacsimile(file.Bytes())
	require.NoError(t, err)
	p.Stamp, p.Facsimile = stamp.SHA256, facsimile.SHA256
	catalog, err := h.billing.Catalog(t.Context())
	require.NoError(t, err)
	seller, ok := catalog.SellerByKey("main")
	require.True(t, ok)
	seller.Papers = p
	_, err = h.billing.Apply(t.Context(), []billing.SellerSpec{{Seller: seller, Images: []billing.SellerImage{{SHA256: stamp.SHA256, PNG: stamp.PNG}, {SHA256: facsimile.SHA256, PNG: facsimile.PNG}}}}, nil)
	require.NoError(t, err)
	return p
}

// ink counts the pixels of a page in which a test tells the colour of a stamp.
func ink(t testing.TB, pdf []byte, is func(r, g, b uint32) bool) int {
	t.Helper()
	to := filepath.Join(t.TempDir(), "page")
	cmd := exec.CommandContext(t.Context(), "pdftoppm", "-r", "50", "-f", "1", "-singlefile", "-png", "-", to)
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	raw, err := os.ReadFile(to + ".png")
	require.NoError(t, err)
	page, err := png.Decode(bytes.NewReader(raw))
	require.NoError(t, err)
	n := 0
	for y := range page.Bounds().Dy() {
		for x := range page.Bounds().Dx() {
			if r, g, b, _ := page.At(x, y).RGBA(); is(r>>8, g>>8, b>>8) {
				n++
			}
		}
	}
	return n
}

func pdfText(t testing.TB, pdf []byte) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "pdftotext", "-", "-")
	cmd.Stdin = bytes.NewReader(pdf)
	out, err := cmd.Output()
	require.NoError(t, err)
	return strings.Join(strings.Fields(string(out)), " ")
}

func isRed(r, g, b uint32) bool  { return r > 150 && g < 60 && b < 60 }
func isBlue(r, g, b uint32) bool { return b > 150 && r < 60 && g < 60 }

// The whole way of a stamp: declared, on the invoice, on nothing that supports an expense
// (documents.md 2.2), and on the same invoice for ever.
func TestAnInvoiceKeepsTheStampThatItWasIssuedWith(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-31", "2000.00")
	was := h.paperSeller(t, billing.Papers{Notice: "Внимание! Оплата означает согласие.", ValidDays: 40, AcceptanceDays: 5}, color.NRGBA{R: 200, A: 255})
	_, err := h.invoices.IssueDue(t.Context(), prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	var id int64
	var account billing.AccountID
	require.NoError(t, h.db.Pool.QueryRow(t.Context(), `SELECT id, account_id FROM invoices`).Scan(&id, (*int64)(&account)))
	invoice, err := h.invoices.FileOf(t.Context(), account, invoices.AttachInvoice, id)
	require.NoError(t, err)
	require.Greater(t, ink(t, invoice.Body, isRed), 500, "the stamp is seen")
	text := pdfText(t, invoice.Body)
	require.Contains(t, text, "Внимание! Оплата означает согласие.")
	require.Contains(t, text, "Счёт действителен до 10 апреля 2026")
	require.NotContains(t, text, "мотивированн")

	// Another process, the seller having another stamp and other words.
	is := h.paperSeller(t, billing.Papers{Notice: "Другое"}, color.NRGBA{B: 200, A: 255})
	require.NotEqual(t, was.Stamp, is.Stamp)
	renderer, err := render.Embedded()
	require.NoError(t, err)
	other := invoices.New(h.db, h.notify, renderer, slog.New(slog.DiscardHandler))
	_, _, again, err := other.Attachment(t.Context(), invoices.AttachInvoice, id)
	require.NoError(t, err)
	require.True(t, bytes.Equal(invoice.Body, again), "an issued paper is the same for ever")

	h.pay(t)
	h.clock.Advance(40 * 24 * time.Hour)
	_, err = h.invoices.IssueDue(t.Context(), prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	var later int64
	require.NoError(t, h.db.Pool.QueryRow(t.Context(), `SELECT max(id) FROM invoices`).Scan(&later))
	require.NotEqual(t, id, later)
	_, _, body, err := other.Attachment(t.Context(), invoices.AttachInvoice, later)
	require.NoError(t, err)
	require.Greater(t, ink(t, body, isBlue), 500)
	require.Zero(t, ink(t, body, isRed))

	// What is never changed cannot be lost either.
	_, err = h.db.Pool.Exec(t.Context(), `DELETE FROM seller_images`)
	require.ErrorContains(t, err, "append-only")
}

func TestAnActHasNoStampAndSaysWhenItCountsAsAccepted(t *testing.T) {
	t.Parallel()
	for _, closing := range []billing.ClosingDocument{billing.ClosingAct, billing.ClosingActSF, billing.ClosingUPD} {
		h := newHouse(t)
		h.taxSeller(t, closing, "")
		h.accounts(t, 1, "2026-03-31", "2000.00")
		h.paperSeller(t, billing.Papers{Notice: "Внимание!", ValidDays: 40, AcceptanceDays: 5}, color.NRGBA{R: 200, A: 255})
		_, err := h.invoices.IssueDue(t.Context(), prolong.System("test"), prolong.Date{})
		require.NoError(t, err)
		h.prepay(t, 0, "318", 2000_00)
		h.clock.Advance(24 * time.Hour)
		_, err = h.invoices.CloseDue(t.Context(), prolong.System("test"), prolong.Date{})
		require.NoError(t, err)
		rows, err := h.db.Pool.Query(t.Context(), `SELECT id, kind FROM documents ORDER BY id`)
		require.NoError(t, err)
		papers := map[string]int64{}
		for rows.Next() {
			var id int64
			var kind string
			require.NoError(t, rows.Scan(&id, &kind))
			papers[kind] = id
		}
		require.NoError(t, rows.Err())
		require.NotEmpty(t, papers)
		for kind, id := range papers {
			_, _, body, err := h.invoices.Attachment(t.Context(), invoices.AttachDocument, id)
			require.NoError(t, err)
			require.Zero(t, ink(t, body, isRed), kind)
			text := pdfText(t, body)
			require.NotContains(t, text, "Внимание!", kind)
			require.NotContains(t, text, "действителен", kind)
			if kind == "sf" { // accepts nothing
				require.NotContains(t, text, "в течение 5", kind)
			} else {
				require.Contains(t, text, "в течение 5", kind)
			}
		}
	}
}

// An invoice may be paid until it is due, however short its prices are said to hold.
func TestAnInvoiceIsValidUntilItIsDueAtLeast(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.accounts(t, 1, "2026-03-31", "2000.00")
	h.paperSeller(t, billing.Papers{ValidDays: 3}, color.NRGBA{R: 200, A: 255})
	_, err := h.invoices.IssueDue(t.Context(), prolong.System("test"), prolong.Date{})
	require.NoError(t, err)
	var until, due prolong.Date
	require.NoError(t, h.db.Pool.QueryRow(t.Context(), `SELECT (snapshot->>'valid_until')::date, due_on FROM invoices`).Scan(&until, &due))
	require.Equal(t, due, until)
}
