// Package gallery shows every page with made-up data: to tests, which look for what no page
// may have, and to people, who look whether it is good.
package gallery

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"prolong/internal/i18n"
	"prolong/internal/web"
)

// Entry is a page in one of its states: full of rows, empty, with a mistake in the form.
type Entry struct {
	Page  string // as the renderer knows it
	State string // "filled", "empty", …
	// Make builds the data in the language and at the time of base.
	Make func(base web.Base) web.Page
}

// Name returns the name of the entry for files and tests: "office-status-filled".
func (e Entry) Name() string { return strings.ReplaceAll(e.Page, "/", "-") + "-" + e.State }

// Render returns the page of the entry with base.
func (e Entry) Render(r *web.Renderer, base web.Base) ([]byte, error) {
	var b bytes.Buffer
	if err := r.Render(&b, e.Page, "", e.Make(base)); err != nil {
		return nil, fmt.Errorf("gallery: %s: %w", e.Name(), err)
	}
	return b.Bytes(), nil
}

// Write puts the pages and the static files that they refer to into the folder dir, to be
// looked at in a browser: <name>.<language>.html.
func Write(dir string, r *web.Renderer, a *web.Assets, bases map[i18n.Lang]web.Base, entries []Entry) error {
	for lang, base := range bases {
		for _, e := range entries {
			page, err := e.Render(r, base)
			if err != nil {
				return err
			}
			if err := writeFile(filepath.Join(dir, e.Name()+"."+string(lang)+".html"), page); err != nil {
				return err
			}
		}
	}
	for url, body := range a.Files() {
		if err := writeFile(filepath.Join(dir, filepath.FromSlash(url)), body); err != nil {
			return err
		}
	}
	return nil
}

func writeFile(name string, body []byte) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o750); err != nil {
		return fmt.Errorf("gallery: %w", err)
	}
	if err := os.WriteFile(name, body, 0o600); err != nil {
		return fmt.Errorf("gallery: %w", err)
	}
	return nil
}
