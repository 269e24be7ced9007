package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/draw"
	"image/png"

	"prolong"
)

// Limits of an uploaded stamp or facsimile.
const (
	imageEdgePixelsMin = 100 // less is blurred at the size in which it is printed
	imageEdgePixelsMax = 2000
	uploadBytesMax     = 8 << 20
	paperWhite         = 0xf0 // from here on, in every colour, it is the paper that was scanned
)

// NewStamp prepares a stamp for invoices as NewImage does. White becomes transparent, so that a
// scan does not cover the text below it, and what is not square is laid on a transparent square,
// so that it is never distorted. Errors are CodeInvalid and say what is wrong with the file.
func NewStamp(upload []byte) (Image, error) { return newSeal(upload, 1, 1) }

// NewFacsimile prepares a signature for invoices as NewStamp does; it is laid on a transparent
// rectangle that is at least half as wide again as high, which is the room it has on the line.
func NewFacsimile(upload []byte) (Image, error) { return newSeal(upload, 3, 2) }

// newSeal makes a picture whose width is to its height as w to h, at least.
func newSeal(upload []byte, w, h int) (Image, error) {
	picture, err := decodeImage(upload)
	if err != nil {
		return Image{}, err
	}
	from := picture.Bounds()
	if min(from.Dx(), from.Dy()) < imageEdgePixelsMin {
		return Image{}, prolong.NewError(prolong.CodeInvalid, "error.image_small", prolong.Args{"Width": from.Dx(), "Height": from.Dy(), "Min": imageEdgePixelsMin})
	}
	width, height := max(from.Dx(), (from.Dy()*w+h-1)/h), from.Dy()
	if w == h {
		height = width
	}
	out, drawn := image.NewNRGBA(image.Rect(0, 0, width, height)), false
	left, top := (width-from.Dx())/2, (height-from.Dy())/2
	draw.Draw(out, image.Rect(left, top, left+from.Dx(), top+from.Dy()), picture, from.Min, draw.Src)
	for i := 0; i < len(out.Pix); i += 4 {
		p := out.Pix[i : i+4 : i+4]
		if p[3] < 0x80 || p[0] >= paperWhite && p[1] >= paperWhite && p[2] >= paperWhite {
			copy(p, []byte{0, 0, 0, 0})
			continue
		}
		drawn = true
	}
	if !drawn {
		return Image{}, prolong.NewError(prolong.CodeInvalid, "error.image_empty", nil)
	}
	return prepared(out)
}

// decodeImage reads an uploaded PNG. It looks at the head before it takes memory for the picture.
func decodeImage(upload []byte) (image.Image, error) {
	if len(upload) > uploadBytesMax {
		return nil, prolong.NewError(prolong.CodeInvalid, "error.image_heavy", prolong.Args{"Max": uploadBytesMax >> 20})
	}
	config, err := png.DecodeConfig(bytes.NewReader(upload))
	if err == nil && (config.Width > imageEdgePixelsMax || config.Height > imageEdgePixelsMax) {
		return nil, prolong.NewError(prolong.CodeInvalid, "error.image_large", prolong.Args{"Width": config.Width, "Height": config.Height, "Max": imageEdgePixelsMax})
	}
	var picture image.Image
	if err == nil {
		picture, err = png.Decode(bytes.NewReader(upload))
	}
	switch {
	case err == nil:
		return picture, nil
	case bytes.HasPrefix(upload, pngSignature):
		return nil, prolong.NewError(prolong.CodeInvalid, "error.image_damaged", nil).Because(err)
	}
	return nil, prolong.NewError(prolong.CodeInvalid, "error.document_image_format", nil).Because(err)
}

var pngSignature = []byte("\x89PNG\r\n\x1a\n")

// prepared encodes a picture as documents draw it.
func prepared(picture image.Image) (Image, error) {
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&out, paletted(picture)); err != nil {
		return Image{}, prolong.NewError(prolong.CodeInvalid, "error.document_image_format", nil).Because(err)
	}
	if out.Len() > imageBytesMax {
		return Image{}, prolong.NewError(prolong.CodeInvalid, "error.image_detailed", prolong.Args{"Max": imageBytesMax >> 10})
	}
	hash := sha256.Sum256(out.Bytes())
	return Image{SHA256: hex.EncodeToString(hash[:]), PNG: out.Bytes()}, nil
}

// Size returns width and height of a prepared picture in pixels; 0 for one that has no bytes.
func (i Image) Size() (width, height int) {
	config, err := png.DecodeConfig(bytes.NewReader(i.PNG))
	if err != nil {
		return 0, 0
	}
	return config.Width, config.Height
}
