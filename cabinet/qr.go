package cabinet

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"strconv"
	"strings"

	"prolong/invoices/render"
)

// qrQuiet is the white border of a code in modules: without it readers do not find the code
// on a dark page.
const qrQuiet = 4

// QR is a payment code as the page draws it: a path on a grid of Side times Side modules, the
// quiet zone included.
type QR struct {
	Side int
	Path string
	// Sign is set where the National Bank of Ukraine demands its hryvnia in the centre
	// (постанова № 97 of 19.08.2025); Middle and Radius place it.
	Sign   bool
	Middle string
	Radius string
}

// paymentQR draws the payment code of an invoice; nil where its country has none or a
// requisite is missing.
func paymentQR(doc *render.Document) (*QR, error) {
	modules, ok, err := render.PaymentQRModules(doc)
	if err != nil || !ok {
		return nil, err
	}
	q := &QR{Side: modules.Size + 2*qrQuiet}
	var b strings.Builder
	for y := range modules.Size {
		for x := 0; x < modules.Size; {
			run := 0
			for x+run < modules.Size && modules.Black(x+run, y) {
				run++
			}
			if run == 0 {
				x++
				continue
			}
			n := strconv.Itoa(run)
			b.WriteString("M" + strconv.Itoa(x+qrQuiet) + " " + strconv.Itoa(y+qrQuiet) + "h" + n + "v1h-" + n + "z")
			x += run
		}
	}
	q.Path = b.String()
	if doc.Kind == render.KindInvoiceUA {
		half := strconv.FormatFloat(float64(q.Side)/2, 'f', 1, 64)
		// The printed sign covers 2.4 of 16 mm of the half side; error correction bears that.
		q.Sign, q.Middle, q.Radius = true, half, strconv.FormatFloat(float64(modules.Size)*2.4/32, 'f', 2, 64)
	}
	return q, nil
}

// qrModule is the side of a module in the picture of a code, in pixels: telephones shrink pictures.
const qrModule = 10

// qrPicture draws the payment code of an invoice as a picture, for who reads the page on the very
// telephone that pays: its camera cannot see the page, but programs of banks take a picture. It is
// nil where the page shows no code, and for codes with a sign in their centre: those are links.
func qrPicture(doc *render.Document) ([]byte, error) {
	modules, ok, err := render.PaymentQRModules(doc)
	if err != nil || !ok || doc.Kind == render.KindInvoiceUA {
		return nil, err
	}
	side := (modules.Size + 2*qrQuiet) * qrModule
	picture := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range side {
		for x := range side {
			if mx, my := x/qrModule-qrQuiet, y/qrModule-qrQuiet; mx >= 0 && my >= 0 && mx < modules.Size && my < modules.Size && modules.Black(mx, my) {
				picture.SetColorIndex(x, y, 1)
			}
		}
	}
	var b bytes.Buffer
	err = png.Encode(&b, picture)
	return b.Bytes(), err
}

// bankLink is where the payment code of an invoice leads as a link: into the program of the
// reader's bank, with the payment filled in. Empty where the code is no link.
func bankLink(doc *render.Document) string {
	if doc.Kind != render.KindInvoiceUA {
		return ""
	}
	return strings.TrimSpace(string(render.PaymentQR(doc)))
}
