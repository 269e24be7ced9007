// Package templates holds the texts and looks of the product as embedded files: pages
// (html), scripts, styles and fonts (static) and the catalogue of messages (locale). It knows
// nothing of how they are used.
package templates

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
)

// FS has the folders html, locale and static. The prefix all: is needed because a fresh clone
// has nothing but .gitignore in static/lib, and a pattern that finds no file does not
// compile; so whoever serves from here must leave out the dot files.
//
//go:embed all:html all:locale all:static
var FS embed.FS

// FontName names a font file for PDFs.
type FontName string

// The fonts that documents are set in: Golos Text, which has every Russian, Ukrainian and
// Kazakh letter and the signs of the rouble, hryvnia and tenge.
const (
	FontBold    FontName = "GolosText_700Bold.ttf"
	FontRegular FontName = "GolosText_400Regular.ttf"
)

// Font returns the TrueType file of a font. It fails if the program was built before the
// third-party files were brought in, and says so.
func Font(name FontName) ([]byte, error) {
	data, err := FS.ReadFile("static/lib/" + string(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("templates: font %s is not in this build: run \"make assets\" and build again", name)
	}
	if err != nil {
		return nil, fmt.Errorf("templates: font %s: %w", name, err)
	}
	return data, nil
}
