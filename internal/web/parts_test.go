package web_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/web"
)

var flashCatalog = fstest.MapFS{"locale/test.ru.toml": {Data: []byte("[flash.saved]\nother = \"Сохранено: {{.Name}}\"\n[flash.open]\nother = \"Открыть\"\n")}}

func TestStaticFiles(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	assets, _ := pages(t)
	for name, kind := range map[string]string{
		"app.css":     "text/css; charset=utf-8",
		"app.js":      "text/javascript; charset=utf-8",
		"favicon.svg": "image/svg+xml",
		"lib/golos-text-cyrillic-wght-normal.woff2": "font/woff2",
		"lib/htmx.min.js": "text/javascript; charset=utf-8",
	} {
		url, err := assets.URL(name)
		require.NoError(t, err)
		rec := b.call(t, "GET", url, nil, "Accept-Encoding", "gzip, br")
		require.Equal(t, http.StatusOK, rec.Code, name)
		require.Equal(t, kind, rec.Header().Get("Content-Type"))
		require.Equal(t, "public, max-age=31536000, immutable", rec.Header().Get("Cache-Control"))
		if strings.HasPrefix(kind, "text/") {
			require.Equal(t, "gzip", rec.Header().Get("Content-Encoding"), name)
			require.Empty(t, b.call(t, "GET", url, nil).Header().Get("Content-Encoding"), "only to those who ask")
		}
	}
	for _, hidden := range []string{"lib/.gitignore", "lib/.stamp"} {
		_, err := assets.URL(hidden)
		require.ErrorContains(t, err, "make assets")
	}
}

func TestLoadAssets(t *testing.T) {
	t.Parallel()
	a, err := web.LoadAssets(fstest.MapFS{
		"static/app.css":      {Data: []byte(`@font-face{src:url("lib/a.woff2")} b{background:url(data:image/png;base64,AA)}`)},
		"static/lib/a.woff2":  {Data: []byte("font")},
		"static/lib/.stamp":   {Data: []byte("")},
		"static/.hidden/x.js": {Data: []byte("reachable only by a name that nobody is told")},
	})
	require.NoError(t, err)
	font, err := a.URL("lib/a.woff2")
	require.NoError(t, err)
	sheet, err := a.URL("app.css")
	require.NoError(t, err)
	require.Contains(t, string(a.Files()[sheet]), "url("+font+")")
	require.Contains(t, string(a.Files()[sheet]), "url(data:image/png")

	_, err = web.LoadAssets(fstest.MapFS{"static/app.css": {Data: []byte("a{src:url(lib/missing.woff2)}")}})
	require.ErrorContains(t, err, "app.css")
	require.ErrorContains(t, err, "make assets")
	_, err = web.LoadAssets(fstest.MapFS{"static/notes.docx": {Data: []byte("x")}})
	require.ErrorContains(t, err, "notes.docx")
}

func TestNewRendererRefuses(t *testing.T) {
	t.Parallel()
	base := `{{define "base"}}{{template "content" .}}{{end}}`
	tests := map[string]struct {
		files map[string]string
		want  string
	}{
		"a page that does not parse":     {map[string]string{"a/x.html": `{{define "content"}}{{.`}, `"a/x"`},
		"a template that does not exist": {map[string]string{"a/x.html": `{{define "content"}}{{template "nope" .}}{{end}}`}, "nope"},
		"a static file that is missing":  {map[string]string{"a/x.html": `{{define "content"}}{{asset "gone.js"}}{{end}}`}, "make assets"},
		"an icon that is missing":        {map[string]string{"a/x.html": `{{define "content"}}{{icon "unicorn"}}{{end}}`}, "unicorn"},
		"a page in no map":               {map[string]string{"a/x.html": `{{define "content"}}{{end}}`, "a/y.html": ""}, "a/y.html"},
		"a page without its file":        {map[string]string{}, "a/x.html"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fsys := fstest.MapFS{
				"html/layouts/base.html": {Data: []byte(base)},
				"static/icons.svg":       {Data: []byte(`<symbol id="home"></symbol>`)},
			}
			for path, body := range tt.files {
				fsys["html/"+path] = &fstest.MapFile{Data: []byte(body)}
			}
			assets, err := web.LoadAssets(fsys)
			require.NoError(t, err)
			_, err = web.NewRenderer(fsys, assets, web.Pages{"a/x": nil})
			require.ErrorContains(t, err, tt.want)
		})
	}
}

func TestCookies(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		c, rec := ginContext("/")
		k := web.Cookies{Secure: secure}
		k.SetSession(c, "12.secret", time.Hour)
		cookie := cookieOf(t, rec)
		require.Equal(t, map[bool]string{false: "session", true: "__Host-session"}[secure], cookie.Name)
		require.Equal(t, secure, cookie.Secure)
		require.True(t, cookie.HttpOnly)
		require.Equal(t, "/", cookie.Path)
		require.Empty(t, cookie.Domain)
		require.Equal(t, http.SameSiteLaxMode, cookie.SameSite)
		require.Equal(t, 3600, cookie.MaxAge)

		c, _ = ginContext("/")
		c.Request.AddCookie(cookie)
		require.Equal(t, "12.secret", k.Session(c))
		require.Empty(t, web.Cookies{Secure: !secure}.Session(c))
	}
}

func TestLocalPath(t *testing.T) {
	t.Parallel()
	for target, local := range map[string]bool{
		"/office": true, "/office?next=/x#y": true, "": false, "office": false, "//evil.test": false, "/\\evil.test": false,
		"https://evil.test": false, "javascript:alert(1)": false, "/a\r\nSet-Cookie: x": false, "/\tevil": false, "http:/x": false,
	} {
		want := "/home"
		if local {
			want = target
		}
		require.Equal(t, want, web.LocalPath(target, "/home"), "%q", target)
	}
}

func TestForm(t *testing.T) {
	t.Parallel()
	form := web.NewForm(url.Values{
		"name": {"  ООО\r\n «Пример»  "}, "note": {"a\r\nb"}, "email": {" Ivan@Example.RU "}, "bad_email": {"ivan@localhost"},
		"sum": {"14 900,00"}, "bad_sum": {"1.234.5"}, "day": {"2026-11-22"}, "bad_day": {"22.11.2026"}, "n": {"7"}, "bad_n": {"70"},
		"role": {"owner"}, "bad_role": {"root"}, "long": {strings.Repeat("ы", 11)}, "nul": {"a\x00b"}, "broken": {"a\xffb"},
		"password": {" with spaces "}, "agree": {"on"},
	})
	require.Equal(t, "ООО «Пример»", form.Required("name", 100))
	require.Equal(t, "a\nb", form.Lines("note", 100))
	require.Equal(t, "ivan@example.ru", form.Email("email"))
	require.Equal(t, prolong.NewMoney(1490000, prolong.RUB), form.Money("sum", prolong.RUB))
	require.Equal(t, prolong.MustDate("2026-11-22"), form.Date("day"))
	require.True(t, form.Date("no_day").IsZero())
	require.Equal(t, int64(7), form.Int("n", 1, 12))
	require.Equal(t, "owner", form.Choice("role", "owner", "accountant"))
	require.Equal(t, " with spaces ", form.Secret("password", 100))
	require.True(t, form.Checked("agree"))
	require.False(t, form.Checked("disagree"))
	require.True(t, form.Valid())
	require.NoError(t, form.Err())

	form.Required("missing", 10)
	form.Email("bad_email")
	form.Money("bad_sum", prolong.RUB)
	form.Money("no_sum", prolong.RUB)
	form.Date("bad_day")
	form.Int("bad_n", 1, 12)
	form.Choice("bad_role", "owner")
	form.Text("long", 10)
	form.Text("nul", 10)
	form.Text("broken", 10)
	form.Secret("no_password", 10)
	for field, key := range map[string]string{
		"missing": "error.field_required", "bad_email": "error.field_email", "bad_sum": "error.money_invalid", "no_sum": "error.field_required",
		"bad_day": "error.date_invalid", "bad_n": "error.field_number", "bad_role": "error.field_choice", "long": "error.field_too_long",
		"nul": "error.field_unreadable", "broken": "error.field_unreadable", "no_password": "error.field_required",
	} {
		var e *prolong.Error
		require.ErrorAs(t, form.Problem(field), &e, field)
		require.Equal(t, key, e.Key, field)
	}
	require.NoError(t, form.Problem("name"))
	require.Equal(t, prolong.CodeInvalid, prolong.CodeOf(form.Err()))

	voice := setup(t, nil).Translator(firstContext())
	require.Empty(t, form.Field(voice, "password", "password", "Пароль").Value, "a password is never sent back")
	field := form.Field(voice, "number", "bad_n", "Число")
	require.Equal(t, "70", field.Value)
	require.Equal(t, "Укажите целое число от 1 до 12.", field.Problem)
}

func FuzzFormText(f *testing.F) {
	f.Add("a=%00&b=1")
	f.Add("a=%ff%fe")
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		form := web.NewForm(values)
		for name := range values {
			text := form.Text(name, 20)
			require.NotContains(t, text, "\x00")
			require.LessOrEqual(t, len([]rune(text)), 20)
			form.Email(name)
			form.Date(name)
			form.Money(name, prolong.RUB)
			form.Int(name, 0, 10)
		}
	})
}

func TestPager(t *testing.T) {
	t.Parallel()
	tests := []struct {
		query string
		total int
		want  web.Pager
	}{
		{"", 0, web.Pager{From: 0, To: 0, Total: 0}},
		{"", 20, web.Pager{From: 1, To: 20, Total: 20}},
		{"?q=a", 45, web.Pager{From: 1, To: 20, Total: 45, Next: "/list?page=2&q=a"}},
		{"?page=2&q=a", 45, web.Pager{From: 21, To: 40, Total: 45, Previous: "/list?q=a", Next: "/list?page=3&q=a"}},
		{"?page=3", 45, web.Pager{From: 41, To: 45, Total: 45, Previous: "/list?page=2"}},
		{"?page=2", 25, web.Pager{From: 21, To: 25, Total: 25, Previous: "/list"}},
		{"?page=99", 45, web.Pager{From: 41, To: 45, Total: 45, Previous: "/list?page=2"}},
		{"?page=-1", 45, web.Pager{From: 1, To: 20, Total: 45, Next: "/list?page=2"}},
		{"?page=99999999999999999999", 20, web.Pager{From: 1, To: 20, Total: 20}},
	}
	for _, tt := range tests {
		c, _ := ginContext("/list" + tt.query)
		require.Equal(t, tt.want, web.NewPager(c.Request.URL, web.PagingOf(c, 20), tt.total), tt.query)
	}
	require.Equal(t, 40, web.Paging{Number: 3, Size: 20}.Offset())
}

func TestLimiter(t *testing.T) {
	t.Parallel()
	clock := prolong.NewManualClock(galleryNow)
	l := web.NewLimiter(clock, 3, time.Second)
	for range 3 {
		require.Zero(t, l.Take("a"))
	}
	require.Equal(t, time.Second, l.Take("a"))
	require.Zero(t, l.Take("b"), "keys do not share")
	clock.Advance(500 * time.Millisecond)
	require.Equal(t, 500*time.Millisecond, l.Take("a"))
	clock.Advance(500 * time.Millisecond)
	require.Zero(t, l.Take("a"))
	clock.Advance(time.Hour)
	for range 3 {
		require.Zero(t, l.Take("a"), "a rest fills the bucket up to the burst, no further")
	}
	require.NotZero(t, l.Take("a"))
}

func TestLimiterForgetsTheRested(t *testing.T) {
	t.Parallel()
	clock := prolong.NewManualClock(galleryNow)
	l := web.NewLimiter(clock, 1, time.Hour)
	require.Zero(t, l.Take("a"))
	for i := range 60_000 {
		l.Take(strconv.Itoa(i))
	}
	require.NotZero(t, l.Take("a"), "one generation later the key is still known")
	for i := range 120_000 {
		l.Take("x" + strconv.Itoa(i))
	}
	require.Zero(t, l.Take("a"), "and then its memory serves others")
}

func TestMarkCurrent(t *testing.T) {
	t.Parallel()
	nav := []web.NavSection{{Items: []web.NavItem{{Href: "/office"}, {Href: "/office/clients"}, {Href: "/office/client"}}}}
	current := func(path string) string {
		web.MarkCurrent(nav, path)
		for _, item := range nav[0].Items {
			if item.Current {
				return item.Href
			}
		}
		return ""
	}
	require.Equal(t, "/office", current("/office"))
	require.Equal(t, "/office/clients", current("/office/clients/12"))
	require.Equal(t, "/office", current("/office/clients-of-others"))
	require.Empty(t, current("/cabinet"))
}

func TestInitials(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"Анна Примерова": "АП", "admin": "A", "": "", "Пётр  Иванович Примеров": "ПИ", "Анна-Мария": "АМ"} {
		require.Equal(t, want, web.User{Name: name}.Initials())
	}
}

func ginContext(target string) (*gin.Context, *httptest.ResponseRecorder) {
	rec := httptest.NewRecorder()
	c, _ := gin.CreateTestContext(rec)
	c.Request = httptest.NewRequestWithContext(context.Background(), http.MethodGet, target, nil)
	return c, rec
}

// cookieOf returns the one cookie that an answer sets.
func cookieOf(t *testing.T, rec *httptest.ResponseRecorder) *http.Cookie {
	t.Helper()
	require.Len(t, rec.Header().Values("Set-Cookie"), 1)
	cookie, err := http.ParseSetCookie(rec.Header().Get("Set-Cookie"))
	require.NoError(t, err)
	return cookie
}

func firstContext() *gin.Context {
	c, _ := ginContext("/")
	return c
}
