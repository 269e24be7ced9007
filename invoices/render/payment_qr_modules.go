package render

import "rsc.io/qr/coding"

// QRModules is a payment QR as a grid, for pages that draw it themselves. A quiet zone of four
// modules on each side is the drawer's.
type QRModules struct {
	Size  int // modules on a side
	Black func(x, y int) bool
}

// PaymentQRModules returns the payment QR of an invoice in the version that its paper shows;
// ok is false where there is none (see PaymentQR).
func PaymentQRModules(doc *Document) (modules QRModules, ok bool, err error) {
	payload := PaymentQR(doc)
	if payload == nil {
		return QRModules{}, false, nil
	}
	code, err := encodePaymentQR(doc.Kind, payload)
	if err != nil {
		return QRModules{}, false, err
	}
	return QRModules{Size: code.Size, Black: code.Black}, true, nil
}

// qrVersionMax is the largest version of a payment QR that a telephone still reads from paper.
const qrVersionMax = 25

// encodePaymentQR keeps to the versions that the standard of the kind allows.
func encodePaymentQR(kind Kind, payload []byte) (*coding.Code, error) {
	minimum, maximum := coding.Version(1), coding.Version(qrVersionMax)
	switch kind { //nolint:exhaustive // the others have no limits of their own
	case KindInvoiceUA:
		minimum, maximum = nbuVersionMin, nbuVersionMax
	case KindInvoiceEN:
		maximum = epcVersionMaxQR
	}
	return encodeQR(payload, minimum, maximum)
}
