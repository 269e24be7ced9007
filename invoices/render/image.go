package render

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"slices"
)

const paletteColors = 255 // beside the transparent entry

// NewImage prepares an uploaded PNG for documents: at most 255 colours and one fully
// transparent entry, which gofpdf draws as fast as an opaque picture, where a picture with
// shades of transparency costs milliseconds in every document. Returns CodeInvalid if the
// upload is no PNG or too large.
func NewImage(upload []byte) (Image, error) {
	picture, err := decodeImage(upload)
	if err != nil {
		return Image{}, err
	}
	return prepared(picture)
}

// paletted maps a picture to its most frequent colours; pixels less than half opaque become
// transparent, the others are laid on white.
func paletted(picture image.Image) *image.Paletted {
	bounds := picture.Bounds()
	counts := map[color.RGBA]int{}
	at := func(x, y int) (color.RGBA, bool) {
		r, g, b, a := picture.At(x, y).RGBA()
		if a < 0x8000 {
			return color.RGBA{}, false
		}
		onWhite := func(v uint32) uint8 { return uint8((v+0xffff-a)>>8) & 0xf8 }
		return color.RGBA{onWhite(r), onWhite(g), onWhite(b), 0xff}, true
	}
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			if c, opaque := at(x, y); opaque {
				counts[c]++
			}
		}
	}
	colors := make([]color.RGBA, 0, len(counts))
	for c := range counts {
		colors = append(colors, c)
	}
	slices.SortFunc(colors, func(a, b color.RGBA) int {
		return cmp.Or(counts[b]-counts[a], cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	palette := color.Palette{color.RGBA{}}
	for _, c := range colors[:min(len(colors), paletteColors)] {
		palette = append(palette, c)
	}
	index := make(map[color.RGBA]uint8, len(colors))
	for _, c := range colors {
		index[c] = uint8(palette[1:].Index(c) + 1)
	}
	out := image.NewPaletted(bounds, palette)
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			if c, opaque := at(x, y); opaque {
				out.SetColorIndex(x, y, index[c])
			}
		}
	}
	return out
}

// widened adds a transparent column at the right of a prepared picture.
func widened(data []byte) ([]byte, error) {
	picture, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	bounds := picture.Bounds()
	palette := color.Palette{color.RGBA{}}
	if p, ok := picture.(*image.Paletted); ok && len(p.Palette) > 0 {
		palette = p.Palette
	}
	out := image.NewPaletted(image.Rect(0, 0, bounds.Dx()+1, bounds.Dy()), palette)
	draw.Draw(out, bounds.Sub(bounds.Min), picture, bounds.Min, draw.Src)
	var b bytes.Buffer
	err = png.Encode(&b, out)
	return b.Bytes(), err
}
