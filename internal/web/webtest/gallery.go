// Package webtest holds what the tests of every room do with their pages.
package webtest

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong/internal/i18n"
	"prolong/internal/web"
	"prolong/internal/web/gallery"
)

// CheckGallery renders every entry in every language and inspects it, and demands that every page of
// the renderer is among the entries.
func CheckGallery(t *testing.T, r *web.Renderer, bases map[i18n.Lang]web.Base, entries []gallery.Entry) {
	t.Helper()
	shown := map[string]bool{}
	for _, e := range entries {
		shown[e.Page] = true
	}
	for _, page := range r.Names() {
		require.True(t, shown[page], "page %q is in no gallery: add entries with it full and empty", page)
	}
	for lang, base := range bases {
		for _, e := range entries {
			t.Run(e.Name()+"/"+string(lang), func(t *testing.T) {
				t.Parallel()
				page, err := e.Render(r, base)
				require.NoError(t, err)
				problems, err := gallery.Inspect(bytes.NewReader(page))
				require.NoError(t, err)
				require.Empty(t, problems)
			})
		}
	}
}

// Bases returns the beginning of page data in every language, at a fixed time.
func Bases(tb testing.TB, now time.Time) map[i18n.Lang]web.Base {
	tb.Helper()
	c, err := i18n.Embedded()
	require.NoError(tb, err)
	zone, err := time.LoadLocation("Europe/Moscow")
	require.NoError(tb, err)
	bases := map[i18n.Lang]web.Base{}
	for _, l := range i18n.Langs() {
		bases[l] = web.Base{Translator: c.Translator(l), Now: now, Zone: zone, Path: "/"}
	}
	return bases
}
