package render

import (
	"maps"
	"slices"
	"strings"

	"prolong"
)

// RendererVersion names the layouts by which papers are drawn from now on. It is stored beside
// every snapshot, and a paper is drawn by the version that it was issued under for ever: a change
// that alters the bytes of any document raises it and leaves the earlier layouts in place.
const RendererVersion = "4"

// edition is a version of the layouts, as layouts ask for it.
type edition int

const (
	edition3 edition = 3
	edition4 edition = 4
)

// editions are the versions that stored papers name. Those of 1 and 2 were drawn anew by 3 before
// anything was released, and stay so.
var editions = map[string]edition{"1": edition3, "2": edition3, "3": edition3, RendererVersion: edition4}

// edition is the one by which the document is drawn: that of its issue, the newest for a new one.
func (d *Document) edition() edition {
	if d.Renderer == "" {
		return editions[RendererVersion]
	}
	return editions[d.Renderer]
}

// validateRenderer refuses a paper of layouts that this program does not have: drawn by others it
// would not be the paper that was issued.
func (d *Document) validateRenderer() error {
	if d.edition() == 0 {
		return prolong.NewError(prolong.CodeInvalid, "error.document_renderer",
			prolong.Args{"Version": d.Renderer, "Known": strings.Join(slices.Sorted(maps.Keys(editions)), ", ")})
	}
	return nil
}
