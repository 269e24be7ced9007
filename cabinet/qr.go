package cabinet

import (
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
