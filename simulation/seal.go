package simulation

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"

	"prolong/billing"
	"prolong/invoices/render"
)

// sampleWord stands across the vendor's stamp and signature, so that nobody takes a paper of the
// demo for one: «ОБРАЗЕЦ» in seven columns of five by seven points.
var sampleWord = [7][7]string{
	{".###.", "#...#", "#...#", "#...#", "#...#", "#...#", ".###."},
	{"#####", "#....", "#....", "####.", "#...#", "#...#", "####."},
	{"####.", "#...#", "#...#", "####.", "#....", "#....", "#...."},
	{".###.", "#...#", "#...#", "#####", "#...#", "#...#", "#...#"},
	{".###.", "#...#", "....#", "..##.", "....#", "#...#", ".###."},
	{"#####", "#....", "#....", "####.", "#....", "#....", "#####"},
	{"#..#.", "#..#.", "#..#.", "#..#.", "#..#.", "#####", "....#"},
}

// Columns and rows of the word in points; a letter has one column of room behind it.
const (
	letterColumns = 6
	wordColumns   = letterColumns * len(sampleWord)
	wordRows      = 7
)

// inWord says whether a place of the word, in points from its left top, is ink.
func inWord(x, y float64) bool {
	if x < 0 || y < 0 || x >= float64(wordColumns) || y >= wordRows {
		return false
	}
	column := int(x)
	return column%letterColumns < letterColumns-1 && sampleWord[column/letterColumns][int(y)][column%letterColumns] == '#'
}

// onSampleStamp draws a round stamp of 600 points: two rings, between them the word three times
// around, and once across.
func onSampleStamp(x, y float64) bool {
	dx, dy := x-300, y-300
	r := math.Hypot(dx, dy)
	if r > 282 && r < 294 || r > 196 && r < 202 {
		return true
	}
	const times, ringTop, ringPoint = 3, 266.0, 7.5
	// Clockwise from the top; a word takes nearly its third of the ring.
	turn := math.Mod(math.Atan2(dx, -dy)+2*math.Pi, 2*math.Pi) / (2 * math.Pi) * times
	if inWord((turn-math.Floor(turn))*float64(wordColumns+4), (ringTop-r)/ringPoint) {
		return true
	}
	const point = 7.5
	return inWord(dx/point+float64(wordColumns)/2, dy/point+wordRows/2.0)
}

// onSampleFacsimile draws a stroke of the pen over the word, 600 points by 240.
func onSampleFacsimile(x, y float64) bool {
	stroke := 92 - 70*math.Sin(x/44)*math.Exp(-x/420)
	slope := 70 / 44.0 * math.Cos(x/44) * math.Exp(-x/420)
	if x > 20 && x < 580 && math.Abs(y-stroke) < 4*math.Hypot(1, slope) {
		return true
	}
	const point = 6.0
	return inWord((x-300)/point+float64(wordColumns)/2, (y-180)/point)
}

// sampleImage prepares a drawing for papers as `prolong apply` does with a file.
func sampleImage(width, height int, on func(x, y float64) bool, prepare func([]byte) (render.Image, error)) (billing.SellerImage, error) {
	picture := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			if on(float64(x), float64(y)) {
				picture.SetNRGBA(x, y, color.NRGBA{R: 40, G: 60, B: 170, A: 255})
			}
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil {
		return billing.SellerImage{}, err
	}
	prepared, err := prepare(file.Bytes())
	return billing.SellerImage{SHA256: prepared.SHA256, PNG: prepared.PNG}, err
}

// samplePapers is what stands on the papers of the virtual vendor.
func samplePapers() (billing.Papers, []billing.SellerImage, error) {
	stamp, err := sampleImage(600, 600, onSampleStamp, render.NewStamp)
	if err != nil {
		return billing.Papers{}, nil, err
	}
	facsimile, err := sampleImage(600, 240, onSampleFacsimile, render.NewFacsimile)
	return billing.Papers{
		Stamp: stamp.SHA256, Facsimile: facsimile.SHA256, ValidDays: 30, AcceptanceDays: 5,
		Notice: "Внимание! Это образец вымышленной компании. Оплата счёта означает согласие с условиями договора-оферты.",
	}, []billing.SellerImage{stamp, facsimile}, err
}
