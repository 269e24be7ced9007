package cabinet

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/invoices/render"
)

// TestPaymentCodeIsReadFromThePage draws the path of the page as a browser does and has a
// reader of codes read it.
func TestPaymentCodeIsReadFromThePage(t *testing.T) {
	t.Parallel()
	for name, inv := range map[string]struct {
		doc  render.Document
		sign bool
	}{
		"russia":  {galleryInvoice(1, "2026-12-22").Payable(), false},
		"ukraine": {galleryInvoiceUA().Payable(), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			q, err := paymentQR(&inv.doc)
			require.NoError(t, err)
			require.Equal(t, inv.sign, q.Sign)
			require.Equal(t, strings.TrimSpace(string(render.PaymentQR(&inv.doc))), scan(t, q))
		})
	}
	none := galleryInvoice(1, "2026-12-22").Payable()
	none.Seller.Account.BIC = ""
	q, err := paymentQR(&none)
	require.NoError(t, err)
	require.Nil(t, q, "an invoice is payable without a code")
}

// TestPaymentCodeForThePayingTelephone: a telephone cannot photograph its own page, so it gets the
// code as a picture, or the link that the code is.
func TestPaymentCodeForThePayingTelephone(t *testing.T) {
	t.Parallel()
	russia, ukraine := galleryInvoice(1, "2026-12-22").Payable(), galleryInvoiceUA().Payable()
	picture, err := qrPicture(&russia)
	require.NoError(t, err)
	require.Equal(t, strings.TrimSpace(string(render.PaymentQR(&russia))), readCode(t, picture))
	require.Empty(t, bankLink(&russia), "the code of GOST is no link")

	picture, err = qrPicture(&ukraine)
	require.NoError(t, err)
	require.Nil(t, picture, "without its sign the code of Ukraine is not the prescribed one")
	require.Regexp(t, `^https://(bank\.gov\.ua/qr|qr\.bank\.gov\.ua)/`, bankLink(&ukraine))

	russia.Seller.Account.BIC = ""
	picture, err = qrPicture(&russia)
	require.NoError(t, err)
	require.Nil(t, picture)
}

func scan(t *testing.T, q *QR) string {
	t.Helper()
	const module = 6 // pixels
	picture := image.NewGray(image.Rect(0, 0, q.Side*module, q.Side*module))
	for i := range picture.Pix {
		picture.Pix[i] = 255
	}
	for _, run := range strings.Split(strings.Trim(q.Path, "Mz"), "zM") {
		var x, y, width, back int
		_, err := fmt.Sscanf(run, "%d %dh%dv1h-%d", &x, &y, &width, &back)
		require.NoError(t, err, run)
		require.Equal(t, width, back)
		for px := x * module; px < (x+width)*module; px++ {
			for py := y * module; py < (y+1)*module; py++ {
				picture.Set(px, py, color.Black)
			}
		}
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, picture))
	return readCode(t, b.Bytes())
}

func readCode(t *testing.T, picture []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "code.png")
	require.NoError(t, os.WriteFile(file, picture, 0o600))
	path, err := exec.LookPath("zbarimg")
	require.NoError(t, err, "zbarimg is not installed: run tools/needs.sh test")
	out, err := exec.CommandContext(t.Context(), path, "-q", "--raw", "--nodbus", file).Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(out))
}
