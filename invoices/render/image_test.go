package render

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
)

func TestNewImageReducesToAPaletteWithOneTransparentEntry(t *testing.T) {
	t.Parallel()
	picture := image.NewNRGBA(image.Rect(0, 0, 200, 200))
	for y := range 200 {
		for x := range 200 {
			picture.SetNRGBA(x, y, color.NRGBA{R: uint8(x), G: uint8(y), B: uint8(x + y), A: uint8(x)})
		}
	}
	var upload bytes.Buffer
	require.NoError(t, png.Encode(&upload, picture))
	got, err := NewImage(upload.Bytes())
	require.NoError(t, err)
	again, err := NewImage(upload.Bytes())
	require.NoError(t, err)
	require.Equal(t, got, again, "the same upload gives the same bytes")

	decoded, err := png.Decode(bytes.NewReader(got.PNG))
	require.NoError(t, err)
	p, ok := decoded.(*image.Paletted)
	require.True(t, ok)
	require.LessOrEqual(t, len(p.Palette), 256)
	require.Zero(t, p.ColorIndexAt(10, 50), "less than half opaque is transparent")
	require.NotZero(t, p.ColorIndexAt(190, 50))
}

func TestNewImageRefusesWhatItCannotDraw(t *testing.T) {
	t.Parallel()
	var huge bytes.Buffer
	require.NoError(t, png.Encode(&huge, image.NewPaletted(image.Rect(0, 0, 2001, 1), color.Palette{color.Black})))
	for name, upload := range map[string][]byte{"nothing": nil, "jpeg": {0xff, 0xd8, 0xff}, "huge": huge.Bytes()} {
		_, err := NewImage(upload)
		require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(err), name)
	}
}
