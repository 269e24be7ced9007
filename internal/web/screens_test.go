package web_test

import (
	"flag"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"prolong/internal/web"
	"prolong/internal/web/gallery"
	"prolong/internal/web/webtest"
	"prolong/templates"
)

// pagesDir receives the gallery as files: go test ./internal/web -run TestGallery -pages DIR.
var pagesDir = flag.String("pages", "", "write the gallery of pages into this folder")

// statusPage is the data of the page that these tests show besides the site's own: the pages
// of the rooms are tested where their data is.
type statusPage struct {
	web.Base
	Rows []string
}

var galleryNow = time.Date(2026, 11, 22, 11, 5, 30, 0, time.UTC)

func TestGallery(t *testing.T) {
	t.Parallel()
	assets, renderer := pages(t)
	bases := webtest.Bases(t, galleryNow)
	webtest.CheckGallery(t, renderer, bases, galleryEntries())
	if *pagesDir != "" {
		require.NoError(t, gallery.Write(*pagesDir, renderer, assets, bases, galleryEntries()))
	}
}

// pages parses the frames and the failure page as the product has them, and the page
// office/status of these tests.
func pages(t *testing.T) (*web.Assets, *web.Renderer) {
	t.Helper()
	assets, err := web.LoadAssets(templates.FS)
	require.NoError(t, err)
	own := fstest.MapFS{"html/office/status.html": {Data: []byte(`{{define "content"}}<div id="live">{{template "live" .}}</div>{{end -}}
{{define "live"}}<header class="page-head"><h1>{{.T "status.title"}}</h1></header>
{{range .Rows}}<p>{{.}}</p>{{else}}{{template "empty" (.T "status.runs_empty")}}{{end}}{{end}}`)}}
	for _, name := range []string{"layouts/base", "layouts/office", "layouts/plain", "partials/common", "public/failure"} {
		data, err := templates.FS.ReadFile("html/" + name + ".html")
		require.NoError(t, err)
		own["html/"+name+".html"] = &fstest.MapFile{Data: data}
	}
	renderer, err := web.NewRenderer(own, assets, web.FailurePages(), web.Pages{
		"office/status": {"layouts/office", "partials/common"},
	})
	require.NoError(t, err)
	return assets, renderer
}

func galleryEntries() []gallery.Entry {
	return []gallery.Entry{
		{Page: "office/status", State: "filled", Make: filledStatus},
		{Page: "office/status", State: "empty", Make: func(b web.Base) web.Page { return statusPage{Base: office(b)} }},
		{Page: "public/failure", State: "filled", Make: func(b web.Base) web.Page {
			b.Title = b.T("failure.not_found")
			return web.FailurePage{Base: b, Status: 404, Message: b.T("error.not_found"), RequestID: "k3v9q0x1t7m2b4zd", Home: "/"}
		}},
		{Page: "public/failure", State: "empty", Make: func(b web.Base) web.Page {
			b.Title = b.T("failure.internal")
			return web.FailurePage{Base: b, Home: "/"}
		}},
	}
}

func office(b web.Base) web.Base {
	b.Title = b.T("status.title")
	b.Path = "/office/status"
	b.User = &web.User{Name: "Анна Примерова", Role: "Бухгалтер", LogoutTo: "/office/logout"}
	b.Nav = []web.NavSection{
		{Items: []web.NavItem{
			{Icon: "home", Text: "Обзор", Href: "/office"},
			{Icon: "review", Text: "Разбор платежей", Href: "/office/review", Count: 3},
		}},
		{Heading: "Система", Items: []web.NavItem{
			{Icon: "activity", Text: b.T("status.title"), Href: "/office/status"},
		}},
	}
	web.MarkCurrent(b.Nav, b.Path)
	return b
}

func filledStatus(b web.Base) web.Page {
	b = office(b)
	b.Flash = []web.Flash{{Tone: web.ToneWarn, Text: "Почтовый сервер не настроен: письма складываются в файлы .eml папки данных."}}
	return statusPage{Base: b, Rows: []string{"Счета на продление", "Выписки банка"}}
}
