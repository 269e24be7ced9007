package web

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"prolong"
	"prolong/internal/i18n"
)

// Pages maps each page to the files that it is built from besides its own and the common
// frame layouts/base.html: its layout first, then its partials. Names are paths below the
// folder html without the suffix: "office/status": {"layouts/office", "partials/badge"}.
type Pages map[string][]string

// commonFile is the frame of every page; it defines the template "base".
const commonFile = "layouts/base"

// Renderer holds every page parsed and escaped once. Nothing of a request is ever bound to a
// template: what a page needs travels in its data.
type Renderer struct {
	pages   map[string]*template.Template
	buffers sync.Pool
}

// NewRenderer parses the pages from the folder html of fsys. It fails, naming page and file, if
// a page is declared twice, a file does not parse, a referred template, static file or icon
// does not exist, or a file lies beside declared pages without being declared.
func NewRenderer(fsys fs.FS, assets *Assets, rooms ...Pages) (*Renderer, error) {
	r := &Renderer{pages: map[string]*template.Template{}}
	r.buffers.New = func() any { return new(bytes.Buffer) }
	all := Pages{}
	var problems []error
	for _, room := range rooms {
		for page, files := range room {
			if _, twice := all[page]; twice {
				problems = append(problems, fmt.Errorf("page %q is declared twice", page))
			}
			all[page] = files
		}
	}
	for _, page := range slices.Sorted(maps.Keys(all)) {
		t, err := parsePage(fsys, assets, page, all[page])
		if err != nil {
			problems = append(problems, fmt.Errorf("page %q: %w", page, err))
			continue
		}
		r.pages[page] = t
	}
	problems = append(problems, undeclared(fsys, all)...)
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("web.NewRenderer: %w", err)
	}
	return r, nil
}

// Names lists the pages in order.
func (r *Renderer) Names() []string { return slices.Sorted(maps.Keys(r.pages)) }

// Render writes a page, or with a block name only that template of the page's set. It writes
// nothing if the template fails, so that half a page never leaves.
func (r *Renderer) Render(w io.Writer, page, block string, data any) error {
	t := r.pages[page]
	if t == nil {
		return fmt.Errorf("web.Render: no page %q", page)
	}
	if block == "" {
		block = "base"
	}
	b, _ := r.buffers.Get().(*bytes.Buffer)
	b.Reset()
	defer r.buffers.Put(b)
	if err := t.ExecuteTemplate(b, block, data); err != nil {
		return fmt.Errorf("web.Render: page %q: %w", page, err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// View is what a partial gets that speaks: the voice of its page beside its own value.
type View struct {
	i18n.Translator
	V any
}

// funcs are the functions of the templates. They know nothing of the request.
func funcs(assets *Assets) template.FuncMap {
	return template.FuncMap{
		// asset gives the address of a static file.
		"asset": assets.URL,
		// icon gives a drawing of the sprite; it is an ornament, hidden from screen readers.
		"icon": func(name string) (template.HTML, error) {
			url, err := assets.URL(spriteName)
			if err != nil {
				return "", err
			}
			if !assets.hasIcon(name) {
				return "", fmt.Errorf("no icon %q in static/%s", name, spriteName)
			}
			return template.HTML(`<svg class="icon" aria-hidden="true" focusable="false"><use href="` + // both parts are ours: a checked name and a hashed address
				template.HTMLEscapeString(url+"#"+name) + `"></use></svg>`), nil
		},
		// phone gives a telephone number as people read it; links and copies keep the plain one.
		"phone": func(number any) string { return prolong.Phone(fmt.Sprint(number)).Grouped() },
		// view hands the voice of the page to a partial: {{template "x" (view $ .Row)}}.
		"view": func(page interface{ Voice() i18n.Translator }, v any) View {
			return View{Translator: page.Voice(), V: v}
		},
	}
}

const spriteName = "icons.svg"

func (a *Assets) hasIcon(name string) bool {
	sprite, ok := a.byName[spriteName]
	return ok && bytes.Contains(sprite.body, []byte(`id="`+name+`"`))
}

var (
	assetCall = regexp.MustCompile(`\basset "([^"]+)"`)
	iconCall  = regexp.MustCompile(`\bicon "([^"]+)"`)
)

func parsePage(fsys fs.FS, assets *Assets, page string, files []string) (*template.Template, error) {
	t := template.New(page).Option("missingkey=error").Funcs(funcs(assets))
	for _, name := range slices.Concat([]string{commonFile}, files, []string{page}) {
		text, err := fs.ReadFile(fsys, path.Join("html", name+".html"))
		if err != nil {
			return nil, err
		}
		if _, err := t.New(name + ".html").Parse(string(text)); err != nil {
			return nil, err
		}
		for _, m := range assetCall.FindAllSubmatch(text, -1) {
			if _, err := assets.URL(string(m[1])); err != nil {
				return nil, fmt.Errorf("%s.html: %w", name, err)
			}
		}
		for _, m := range iconCall.FindAllSubmatch(text, -1) {
			if !assets.hasIcon(string(m[1])) {
				return nil, fmt.Errorf("%s.html: no icon %q in static/%s", name, m[1], spriteName)
			}
		}
	}
	// The escaper runs at the first execution and finds templates that are referred to but not
	// defined; failing on the data comes after that and does not matter here.
	var escape *template.Error
	if err := t.ExecuteTemplate(io.Discard, "base", nil); errors.As(err, &escape) {
		return nil, err
	}
	return t, nil
}

// undeclared finds the files that lie in a folder of declared pages but belong to no page.
func undeclared(fsys fs.FS, all Pages) []error {
	folders := map[string]bool{}
	for page := range all {
		folders[path.Dir(page)] = true
	}
	var problems []error
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		entries, err := fs.ReadDir(fsys, path.Join("html", folder))
		if err != nil {
			problems = append(problems, err)
			continue
		}
		for _, e := range entries {
			name, isPage := strings.CutSuffix(e.Name(), ".html")
			if _, declared := all[path.Join(folder, name)]; isPage && !declared {
				problems = append(problems, fmt.Errorf("html/%s/%s is declared in no map of pages", folder, e.Name()))
			}
		}
	}
	return problems
}
