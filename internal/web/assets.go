package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"regexp"
	"strings"

	"github.com/gin-gonic/gin"
)

// StaticPath is the folder under which static files are served.
const StaticPath = "/static/"

// staticTypes names the kinds of files that are served; a file of another kind is a mistake
// and stops the start. The machine's own MIME table is not asked, for it differs.
var staticTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".ico":   "image/x-icon",
	".js":    "text/javascript; charset=utf-8",
	".png":   "image/png",
	".svg":   "image/svg+xml",
	".ttf":   "font/ttf",
	".txt":   "text/plain; charset=utf-8",
	".woff2": "font/woff2",
}

// Assets are the static files under names that hold the hash of their content, so that a
// browser may keep them for ever and a new version is a new address.
type Assets struct {
	byName map[string]*asset // "app.css"
	byPath map[string]*asset // "/static/3f2a…/app.css"
}

type asset struct {
	url, contentType string
	body, gzip       []byte // gzip is nil where it does not help
}

// LoadAssets reads the folder static of fsys. Dot files are left out: the embed folder holds
// some for the sake of the compiler and make. Addresses in url(…) of style sheets are
// rewritten to the hashed names; one that names no file is an error that says how to mend it.
func LoadAssets(fsys fs.FS) (*Assets, error) {
	sub, err := fs.Sub(fsys, "static")
	if err != nil {
		return nil, fmt.Errorf("web.LoadAssets: %w", err)
	}
	bodies := map[string][]byte{}
	err = fs.WalkDir(sub, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		bodies[name], err = fs.ReadFile(sub, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("web.LoadAssets: %w", err)
	}
	a := &Assets{byName: map[string]*asset{}, byPath: map[string]*asset{}}
	var problems []error
	// Style sheets come last, because they name the others.
	for _, sheets := range []bool{false, true} {
		for name, body := range bodies {
			if (path.Ext(name) == ".css") != sheets {
				continue
			}
			if sheets {
				body, err = a.rewriteURLs(name, body)
				problems = append(problems, err)
			}
			problems = append(problems, a.add(name, body))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("web.LoadAssets: %w", err)
	}
	return a, nil
}

// URL returns the address of the file with the given name. A name without a file is an error
// that says how to mend it: most likely the third-party files were not brought in.
func (a *Assets) URL(name string) (string, error) {
	f, ok := a.byName[name]
	if !ok {
		return "", fmt.Errorf("static file %q is not in this build: run \"make assets\" and build again, or mend the name", name)
	}
	return f.url, nil
}

// Serve answers a request for a static file.
func (a *Assets) Serve(c *gin.Context) bool {
	f, ok := a.byPath[c.Request.URL.Path]
	if !ok {
		return false
	}
	h := c.Writer.Header()
	h.Set("Content-Type", f.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	body := f.body
	if f.gzip != nil {
		h.Set("Vary", "Accept-Encoding")
		if strings.Contains(c.GetHeader("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = f.gzip
		}
	}
	c.Data(http.StatusOK, f.contentType, body)
	return true
}

func (a *Assets) add(name string, body []byte) error {
	contentType := staticTypes[path.Ext(name)]
	if contentType == "" {
		return fmt.Errorf("static file %q is of a kind that is not served (known: see staticTypes)", name)
	}
	sum := sha256.Sum256(body)
	f := &asset{url: StaticPath + hex.EncodeToString(sum[:8]) + "/" + name, contentType: contentType, body: body}
	if media, _, _ := mime.ParseMediaType(contentType); strings.HasPrefix(media, "text/") || media == "image/svg+xml" {
		var b bytes.Buffer
		w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if err != nil {
			return err
		}
		if _, err := w.Write(body); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
		if b.Len() < len(body) {
			f.gzip = b.Bytes()
		}
	}
	a.byName[name], a.byPath[f.url] = f, f
	return nil
}

var cssURL = regexp.MustCompile(`url\(\s*["']?([^"')]+)["']?\s*\)`)

func (a *Assets) rewriteURLs(sheet string, body []byte) ([]byte, error) {
	var problems []error
	out := cssURL.ReplaceAllFunc(body, func(m []byte) []byte {
		ref := string(cssURL.FindSubmatch(m)[1])
		if strings.HasPrefix(ref, "data:") || strings.HasPrefix(ref, "#") {
			return m
		}
		url, err := a.URL(path.Join(path.Dir(sheet), ref))
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", sheet, err))
			return m
		}
		return []byte("url(" + url + ")")
	})
	return out, errors.Join(problems...)
}

// Files lists the content of every file by its address, for a copy of the site on disk.
func (a *Assets) Files() map[string][]byte {
	files := make(map[string][]byte, len(a.byPath))
	for url, f := range a.byPath {
		files[url] = f.body
	}
	return files
}
