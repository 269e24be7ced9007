package main

import (
	"bytes"
	endian "encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/billing"
	"prolong/internal/i18n"
)

// pngOf is a PNG with a filled rectangle in a transparent frame.
func pngOf(t *testing.T, width, height int, c color.Color) []byte {
	t.Helper()
	picture := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := height / 10; y < height*9/10; y++ {
		for x := width / 10; x < width*9/10; x++ {
			picture.Set(x, y, c)
		}
	}
	var out bytes.Buffer
	require.NoError(t, png.Encode(&out, picture))
	return out.Bytes()
}

// resized is a PNG whose head says another size.
func resized(file []byte, width, height uint32) []byte {
	out := bytes.Clone(file)
	endian.BigEndian.PutUint32(out[16:], width)
	endian.BigEndian.PutUint32(out[20:], height)
	endian.BigEndian.PutUint32(out[29:], crc32.ChecksumIEEE(out[12:29]))
	return out
}

const papersSeller = `sellers:
  - key: main
    country: %s
    name: Пример Софт
    tax_id: "%s"
    time_zone: Europe/Moscow
    documents: {%s}
`

func declarePapers(t *testing.T, country, documents string, files map[string][]byte) (billing.SellerSpec, error) {
	t.Helper()
	dir := t.TempDir()
	for name, body := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), body, 0o600))
	}
	taxID := map[string]string{"RU": "7701001238", "UA": "12345678", "KZ": "200240000345"}[country]
	file := filepath.Join(dir, "company.yaml")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, papersSeller, country, taxID, documents), 0o600))
	d, err := readDeclaration(file)
	if err != nil {
		return billing.SellerSpec{}, err
	}
	return d.Sellers[0], nil
}

func TestStampAndFacsimileAreReadBesideTheDeclaration(t *testing.T) {
	t.Parallel()
	blue := color.NRGBA{B: 200, A: 255}
	files := map[string][]byte{"stamp.png": pngOf(t, 300, 200, blue), "sign.png": pngOf(t, 200, 200, blue)}
	spec, err := declarePapers(t, "RU", "stamp: stamp.png, facsimile: sign.png, notice: Внимание, valid_days: 10, acceptance_days: 5", files)
	require.NoError(t, err)
	require.Len(t, spec.Images, 2)
	facts := paperFacts(spec)
	require.Equal(t, "stamp 300×300 "+spec.Seller.Papers.Stamp[:8], facts[0], "laid on a square, not distorted")
	require.Equal(t, "facsimile 300×200 "+spec.Seller.Papers.Facsimile[:8], facts[1])
	require.Equal(t, []string{"notice «Внимание»", "valid_days 10", "acceptance_days 5"}, facts[2:])

	again, err := declarePapers(t, "RU", "stamp: stamp.png, facsimile: sign.png, notice: Внимание, valid_days: 10, acceptance_days: 5", files)
	require.NoError(t, err)
	require.Equal(t, spec.Seller.Papers, again.Seller.Papers, "the same files have the same hashes")
}

// The size stands in the head of a PNG, so a file of a few bytes may ask for gigabytes.
func TestHostilePicturesAreRefusedByKeyAndRemedy(t *testing.T) {
	t.Parallel()
	whole := pngOf(t, 200, 200, color.NRGBA{B: 200, A: 255})
	var photo bytes.Buffer
	require.NoError(t, jpeg.Encode(&photo, image.NewGray(image.Rect(0, 0, 200, 200)), nil))
	catalog, err := i18n.Embedded()
	require.NoError(t, err)
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"truncated":      {whole[:len(whole)/2], "damaged or cut off"},
		"head only":      {whole[:20], "damaged or cut off"},
		"20000 pixels":   {resized(whole, 20000, 20000), "20000×20000"},
		"JPEG named png": {photo.Bytes(), "Save it as PNG"},
		"empty":          {nil, "Save it as PNG"},
		"too small":      {pngOf(t, 40, 40, color.Black), "40×40"},
		"blank":          {pngOf(t, 200, 200, color.White), "blank"},
		"too heavy":      {append(bytes.Clone(whole), make([]byte, 9<<20)...), "8 MiB"},
	} {
		for _, key := range []string{"stamp", "facsimile"} {
			_, err := declarePapers(t, "RU", key+": picture.png", map[string][]byte{"picture.png": c.file})
			require.Error(t, err, name)
			text := catalog.Translator(i18n.English).Error(err)
			require.Contains(t, text, c.says, name)
			require.Contains(t, text, "documents."+key+": picture.png", name)
		}
	}
	_, err = declarePapers(t, "RU", "stamp: missing.png", nil)
	require.Contains(t, catalog.Translator(i18n.English).Error(err), "missing.png")
}

func TestWhatNoPaperWouldShowIsRefused(t *testing.T) {
	t.Parallel()
	files := map[string][]byte{"sign.png": pngOf(t, 200, 200, color.Black)}
	for documents, key := range map[string]string{
		"RU one_sided: true":                                                 "error.one_sided_country", // law 4791-IX is Ukraine's
		"KZ one_sided: true":                                                 "error.one_sided_country",
		"RU acceptance_days: 5, document: upd":                               "",
		"KZ acceptance_days: 5":                                              "",
		"RU acceptance_days: 91":                                             "error.paper_days",
		"RU valid_days: -1":                                                  "error.paper_days",
		"UA facsimile: sign.png":                                             "error.facsimile_agreement", // documents.md 2.6
		"RU notice: " + strings.Repeat("д", 501):                             "error.document_field_long",
		"UA facsimile: sign.png, valid_days: 366":                            "error.paper_days",
		"UA one_sided: true, facsimile_agreed: true":                         "",
		"UA facsimile: sign.png, facsimile_agreed: true, acceptance_days: 5": "",
	} {
		country, rest, _ := strings.Cut(documents, " ")
		_, err := declarePapers(t, country, rest, files)
		if key == "" {
			require.NoError(t, err, documents)
			continue
		}
		require.ErrorContains(t, err, key, documents)
	}
}
