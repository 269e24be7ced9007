package render

import "prolong/templates"

// Embedded returns a renderer with the document font that the program carries. It fails if the
// program was built before the fonts were fetched.
func Embedded() (*Renderer, error) {
	regular, err := templates.Font(templates.FontRegular)
	if err != nil {
		return nil, err
	}
	bold, err := templates.Font(templates.FontBold)
	if err != nil {
		return nil, err
	}
	return NewRenderer(Fonts{Regular: regular, Bold: bold})
}
