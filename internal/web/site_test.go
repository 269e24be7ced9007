package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/i18n"
	"prolong/internal/web"
)

// bundle is a site of its own for one test.
type bundle struct {
	*web.Site
	clock *prolong.ManualClock
	log   *lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func setup(t *testing.T, change func(cfg *web.Config)) *bundle {
	t.Helper()
	assets, renderer := pages(t)
	catalog, err := i18n.Embedded()
	require.NoError(t, err)
	b := &bundle{clock: prolong.NewManualClock(galleryNow), log: &lockedBuffer{}}
	cfg := web.Config{
		Assets: assets, Catalog: catalog, Clock: b.clock, Renderer: renderer,
		Logger: slog.New(web.LogHandler(slog.NewTextHandler(b.log, nil))),
		Logins: []web.LoginDoor{{Prefix: "/office", Path: "/office/login"}},
	}
	if change != nil {
		change(&cfg)
	}
	b.Site, err = web.NewSite(cfg)
	require.NoError(t, err)
	return b
}

// call sends a request; headers are names and values in turn.
func (b *bundle) call(t *testing.T, method, target string, body io.Reader, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, target, body)
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
		}
		req.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	b.Handler().ServeHTTP(rec, req)
	return rec
}

// rights allows what the map says and logs the actor in.
type rights map[web.Right]error

func (r rights) Authorize(c *gin.Context, right web.Right) error {
	if right == web.Public {
		return nil
	}
	err, known := r[right]
	if !known {
		return prolong.NewError(prolong.CodeForbidden, "error.forbidden", nil)
	}
	if err == nil {
		web.SetActor(c, prolong.Actor{Kind: prolong.ActorStaff, ID: 12})
	}
	return err
}

func text(s string) gin.HandlerFunc {
	return func(c *gin.Context) { c.String(http.StatusOK, s) }
}

func TestMountRefusesHoles(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		route web.Route
		a     web.Authorizer
		want  string
	}{
		"no right":       {web.Route{Method: "GET", Path: "/a", Handler: text("")}, rights{}, "states no right"},
		"no handler":     {web.Route{Method: "GET", Path: "/a", Right: web.Public}, rights{}, "no handler"},
		"unknown method": {web.Route{Method: "get", Path: "/a", Right: web.Public, Handler: text("")}, rights{}, "unknown method"},
		"nobody checks":  {web.Route{Method: "GET", Path: "/a", Right: "x", Handler: text("")}, nil, "nobody was given"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, nil)
			defer func() { require.Contains(t, recover(), tt.want) }()
			b.Mount([]web.Route{tt.route}, tt.a)
		})
	}
}

func TestMountAsksTheAuthorizer(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.Mount([]web.Route{
		{Method: "GET", Path: "/office/money", Right: "money.see", Handler: func(c *gin.Context) { c.String(http.StatusOK, web.Actor(c).String()) }},
		{Method: "GET", Path: "/office/staff", Right: "staff.manage", Handler: text("secret")},
		{Method: "GET", Path: "/office/new", Right: "session", Handler: text("secret")},
		{Method: "POST", Path: "/office/new", Right: "session", Handler: text("secret")},
		{Method: "GET", Path: "/api/v1/thing", Right: "session", Handler: text("secret")},
	}, rights{"money.see": nil, "session": prolong.NewError(prolong.CodeUnauthorized, "error.unauthorized", nil)})

	ok := b.call(t, "GET", "/office/money", nil)
	require.Equal(t, http.StatusOK, ok.Code)
	require.Equal(t, "staff:12", ok.Body.String())
	require.Contains(t, b.log.String(), "actor=staff:12")

	forbidden := b.call(t, "GET", "/office/staff", nil)
	require.Equal(t, http.StatusForbidden, forbidden.Code)
	require.NotContains(t, forbidden.Body.String(), "secret")
	require.Contains(t, forbidden.Body.String(), "Нет доступа")

	login := b.call(t, "GET", "/office/new?day=2026-11-22", nil)
	require.Equal(t, http.StatusSeeOther, login.Code)
	require.Equal(t, "/office/login?next=%2Foffice%2Fnew%3Fday%3D2026-11-22", login.Header().Get("Location"))

	posted := b.call(t, "POST", "/office/new", nil)
	require.Equal(t, "/office/login", posted.Header().Get("Location"), "a POST is not repeated after the login")

	part := b.call(t, "GET", "/office/new", nil, "HX-Request", "true", "HX-Request-Type", "partial")
	require.Equal(t, http.StatusNoContent, part.Code)
	require.Equal(t, "/office/login", part.Header().Get("HX-Redirect"))

	machine := b.call(t, "GET", "/api/v1/thing", nil)
	require.Equal(t, http.StatusUnauthorized, machine.Code)
	var answer web.ErrorAnswer
	require.NoError(t, json.Unmarshal(machine.Body.Bytes(), &answer))
	require.Equal(t, prolong.CodeUnauthorized, answer.Error.Code)
	require.Equal(t, "error.unauthorized", answer.Error.Key)
	require.Equal(t, machine.Header().Get(web.RequestIDHeader), answer.Error.RequestID)

	for _, r := range b.Routes() {
		require.NotEmpty(t, r.Right, r.Path)
	}
	require.Len(t, b.Routes(), 8, "three of the site itself and five of the room")
}

func TestFailTable(t *testing.T) {
	t.Parallel()
	tests := map[prolong.Code]int{
		prolong.CodeConflict: 409, prolong.CodeForbidden: 403, prolong.CodeInternal: 500, prolong.CodeInvalid: 422,
		prolong.CodeNotFound: 404, prolong.CodeRateLimited: 429, prolong.CodeUnauthorized: 401, prolong.CodeUnavailable: 503,
	}
	for code, status := range tests {
		require.Equal(t, status, web.StatusOf(prolong.NewError(code, "error.x", nil)), code)
	}
	require.Equal(t, 500, web.StatusOf(errors.New("foreign")))
	require.Equal(t, 413, web.StatusOf(prolong.NewError(prolong.CodeInvalid, "error.body_too_large", nil)))
	require.Equal(t, 500, web.StatusOf(prolong.NewError("made up", "error.x", nil)))
}

func TestFailNeverShowsInternals(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	secret := errors.New("dial tcp 10.0.0.5:5432: password=hunter2")
	b.Mount([]web.Route{
		{Method: "GET", Path: "/page", Right: web.Public, Handler: b.Handle(func(*gin.Context) error { return prolong.Wrap("billing.Extend", secret) })},
		{Method: "GET", Path: "/api/v1/x", Right: web.Public, Handler: b.Handle(func(*gin.Context) error { return secret })},
		{Method: "GET", Path: "/panic", Right: web.Public, Handler: func(*gin.Context) { panic("hunter2") }},
	}, nil)
	for _, path := range []string{"/page", "/api/v1/x", "/panic"} {
		rec := b.call(t, "GET", path, nil)
		require.Equal(t, http.StatusInternalServerError, rec.Code, path)
		require.NotContains(t, rec.Body.String(), "hunter2", path)
		require.NotContains(t, rec.Body.String(), "billing.Extend", path)
		require.Contains(t, rec.Body.String(), rec.Header().Get(web.RequestIDHeader), path)
	}
	require.Contains(t, b.log.String(), "billing.Extend")
	require.Contains(t, b.log.String(), "panic in a handler")
	require.Equal(t, 3, strings.Count(b.log.String(), "status=500"))
}

func TestFailInPlaceForFragments(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.Mount([]web.Route{{Method: "POST", Path: "/x", Right: web.Public, Handler: b.Handle(func(*gin.Context) error {
		return prolong.NewError(prolong.CodeConflict, "error.money_overflow", nil)
	})}}, nil)
	rec := b.call(t, "POST", "/x", nil, "HX-Request", "true", "HX-Request-Type", "partial", "Accept-Language", "en")
	require.Equal(t, http.StatusConflict, rec.Code)
	require.Equal(t, "#flash", rec.Header().Get("HX-Retarget"))
	require.Contains(t, rec.Body.String(), "The amount is too large")
	require.NotContains(t, rec.Body.String(), "<html")
}

func TestUnknownAddresses(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.Mount([]web.Route{{Method: "GET", Path: "/only-get", Right: web.Public, Handler: text("")}}, nil)
	rec := b.call(t, "GET", "/nowhere", nil, "Accept-Language", "uk")
	require.Equal(t, http.StatusNotFound, rec.Code)
	require.Contains(t, rec.Body.String(), `<html lang="uk">`)
	require.Contains(t, rec.Body.String(), "Сторінку не знайдено")
	require.Equal(t, http.StatusMethodNotAllowed, b.call(t, "POST", "/only-get", nil).Code)
	require.Equal(t, http.StatusNotFound, b.call(t, "GET", "/static/0000/app.css", nil).Code)
	require.Equal(t, http.StatusNotFound, b.call(t, "GET", "/static/../templates.go", nil).Code)
	jsonAnswer := b.call(t, "GET", "/nowhere", nil, "Accept", "application/json")
	require.Contains(t, jsonAnswer.Header().Get("Content-Type"), "application/json")
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	plain, secure := setup(t, nil), setup(t, func(cfg *web.Config) { cfg.Secure = true })
	h := plain.call(t, "GET", "/nowhere", nil, web.RequestIDHeader, "forged").Header()
	require.Contains(t, h.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'; style-src 'self'")
	require.NotContains(t, h.Get("Content-Security-Policy"), "unsafe")
	require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"))
	require.Equal(t, "no-store", h.Get("Cache-Control"))
	require.Empty(t, h.Get("Strict-Transport-Security"))
	require.NotEqual(t, "forged", h.Get(web.RequestIDHeader))
	require.Len(t, h.Get(web.RequestIDHeader), 16)
	require.NotEmpty(t, secure.call(t, "GET", "/nowhere", nil).Header().Get("Strict-Transport-Security"))
}

func TestForeignOriginsAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.Mount([]web.Route{{Method: "POST", Path: "/pay", Right: web.Public, Handler: text("paid")}}, nil)
	tests := map[string]struct {
		headers []string
		status  int
	}{
		"a form of ours":             {[]string{"Sec-Fetch-Site", "same-origin"}, 200},
		"a form of another site":     {[]string{"Sec-Fetch-Site", "cross-site"}, 403},
		"a form of a neighbour":      {[]string{"Sec-Fetch-Site", "same-site"}, 403},
		"an old browser, our origin": {[]string{"Origin", "http://example.com", "Host", "example.com"}, 200},
		"an old browser, another":    {[]string{"Origin", "http://evil.test", "Host", "example.com"}, 403},
		"a webhook":                  {nil, 200},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.status, b.call(t, "POST", "/pay", nil, tt.headers...).Code)
		})
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	b := setup(t, func(cfg *web.Config) { cfg.BodyBytesMax = 1 << 20 })
	b.Mount([]web.Route{{Method: "POST", Path: "/form", Right: web.Public, Handler: b.Handle(func(c *gin.Context) error {
		form, err := web.ReadForm(c)
		if err != nil {
			return err
		}
		c.String(http.StatusOK, form.Text("a", 100))
		return nil
	})}}, nil)
	const kind = "application/x-www-form-urlencoded"
	require.Equal(t, "x", b.call(t, "POST", "/form", strings.NewReader("a=x"), "Content-Type", kind).Body.String())
	big := b.call(t, "POST", "/form", strings.NewReader("a="+strings.Repeat("x", 2<<20)), "Content-Type", kind)
	require.Equal(t, http.StatusRequestEntityTooLarge, big.Code)
	require.Contains(t, big.Body.String(), "1 МБ")
	require.Equal(t, http.StatusUnprocessableEntity, b.call(t, "POST", "/form", strings.NewReader("a=%zz"), "Content-Type", kind).Code)
}

func TestLogNamesRoutesNotAddresses(t *testing.T) {
	t.Parallel()
	var seen []web.Request
	b := setup(t, func(cfg *web.Config) { cfg.Observe = func(r web.Request) { seen = append(seen, r) } })
	b.Mount([]web.Route{{Method: "POST", Path: "/hooks/pbx/:token", Right: web.Public, Handler: text("")}}, nil)
	rec := b.call(t, "POST", "/hooks/pbx/s3cr3t?key=hush", nil)
	require.NotContains(t, b.log.String(), "s3cr3t")
	require.NotContains(t, b.log.String(), "hush")
	require.Contains(t, b.log.String(), "route=/hooks/pbx/:token")
	require.Equal(t, []web.Request{{Method: "POST", Route: "/hooks/pbx/:token", Status: 200}}, seen)
	require.Contains(t, b.log.String(), "request_id="+rec.Header().Get(web.RequestIDHeader))
}

func TestForwardedAddressIsNotBelievedByDefault(t *testing.T) {
	t.Parallel()
	show := func(c *gin.Context) { c.String(http.StatusOK, web.ClientKey(c)) }
	routes := []web.Route{{Method: "GET", Path: "/ip", Right: web.Public, Handler: show}}
	b := setup(t, nil)
	b.Mount(routes, nil)
	require.Equal(t, "192.0.2.1", b.call(t, "GET", "/ip", nil, "X-Forwarded-For", "203.0.113.9").Body.String())

	behind := setup(t, func(cfg *web.Config) { cfg.TrustedProxies = []string{"192.0.2.0/24"} })
	behind.Mount(routes, nil)
	require.Equal(t, "203.0.113.9", behind.call(t, "GET", "/ip", nil, "X-Forwarded-For", "203.0.113.9").Body.String())
	require.Equal(t, "2001:db8:1:2::/64", behind.call(t, "GET", "/ip", nil, "X-Forwarded-For", "2001:db8:1:2:3:4:5:6").Body.String())
}

func TestLanguageMenu(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	form := url.Values{"lang": {"kk"}, "next": {"/office/login?x=1"}}
	rec := b.call(t, "POST", web.LanguagePath, strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
	require.Equal(t, http.StatusSeeOther, rec.Code)
	require.Equal(t, "/office/login?x=1", rec.Header().Get("Location"))
	cookie := cookieOf(t, rec)
	require.Equal(t, "lang", cookie.Name)
	require.True(t, cookie.HttpOnly)
	page := b.call(t, "GET", "/nowhere", nil, "Cookie", cookie.Name+"="+cookie.Value, "Accept-Language", "en")
	require.Contains(t, page.Body.String(), `<html lang="kk">`, "the choice goes before the browser's wish")

	form.Set("next", "//evil.test")
	rec = b.call(t, "POST", web.LanguagePath, strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
	require.Equal(t, "/", rec.Header().Get("Location"))
}

func TestShowServesWholeAndPart(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.Mount([]web.Route{{Method: "GET", Path: "/office/status", Right: web.Public, Handler: func(c *gin.Context) {
		page, _ := filledStatus(b.Base(c, "")).(statusPage)
		b.Show(c, http.StatusOK, "office/status", "live", page)
	}}}, nil)
	whole := b.call(t, "GET", "/office/status", nil)
	require.Contains(t, whole.Body.String(), "<!doctype html>")
	part := b.call(t, "GET", "/office/status", nil, "HX-Request", "true", "HX-Request-Type", "partial")
	require.NotContains(t, part.Body.String(), "<html")
	require.Contains(t, part.Body.String(), "<h1>Состояние</h1>")
	require.Contains(t, part.Header().Get("Vary"), "HX-Request")
	restored := b.call(t, "GET", "/office/status", nil, "HX-Request", "true", "HX-Request-Type", "partial", "HX-History-Restore-Request", "true")
	require.Contains(t, restored.Body.String(), "<html")
}

func TestShowOfABrokenPageIsAFailurePage(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.Mount([]web.Route{{Method: "GET", Path: "/x", Right: web.Public, Handler: func(c *gin.Context) {
		b.Show(c, http.StatusOK, "office/status", "", b.Base(c, "no fields of the page"))
	}}}, nil)
	rec := b.call(t, "GET", "/x", nil)
	require.Equal(t, http.StatusInternalServerError, rec.Code)
	require.Equal(t, 1, strings.Count(rec.Body.String(), "<!doctype html>"), "nothing of the broken page leaves")
}

func TestFlashTravelsOnce(t *testing.T) {
	t.Parallel()
	catalog, err := i18n.Load(flashCatalog, "locale")
	require.NoError(t, err)
	b := setup(t, func(cfg *web.Config) { cfg.Catalog = catalog })
	b.Mount([]web.Route{
		{Method: "POST", Path: "/do", Right: web.Public, Handler: func(c *gin.Context) {
			b.SetFlash(c, web.ToneGood, "flash.saved", "Name", "<b>Пример</b>")
			web.Redirect(c, "/page")
		}},
		{Method: "POST", Path: "/link", Right: web.Public, Handler: func(c *gin.Context) {
			b.SetFlashLink(c, web.ToneGood, "flash.saved", "flash.open", c.Query("to"), "Name", "Пример")
			web.Redirect(c, "/page")
		}},
		{Method: "GET", Path: "/page", Right: web.Public, Handler: func(c *gin.Context) {
			for _, f := range b.Base(c, "").Flash {
				c.String(http.StatusOK, string(f.Tone)+":"+f.Text+f.Link.Text+f.Link.Href)
			}
		}},
	}, nil)
	cookie := cookieOf(t, b.call(t, "POST", "/do", nil))
	next := b.call(t, "GET", "/page", nil, "Cookie", cookie.Name+"="+cookie.Value)
	require.Equal(t, "good:Сохранено: <b>Пример</b>", next.Body.String(), "templates escape it")
	require.Negative(t, cookieOf(t, next).MaxAge, "the message is taken away")
	for to, want := range map[string]string{"/office/payments/7": "good:Сохранено: ПримерОткрыть/office/payments/7", "https://example.test/": "good:Сохранено: Пример", "//example.test": "good:Сохранено: Пример"} {
		cookie = cookieOf(t, b.call(t, "POST", "/link?to="+to, nil))
		require.Equal(t, want, b.call(t, "GET", "/page", nil, "Cookie", cookie.Name+"="+cookie.Value).Body.String(), "a link leads within the site only")
	}
	for _, forged := range []string{"x", "", strings.Repeat("A", 5000), "W3sidCI6Imdvb2QiLCJrIjoiZXJyb3IueCJ9XQ"} {
		require.Empty(t, b.call(t, "GET", "/page", nil, "Cookie", cookie.Name+"="+forged).Body.String(), forged)
	}
}

func TestGuardSlowsDown(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	limiter := web.NewLimiter(b.clock, 2, 30*time.Second)
	b.Mount([]web.Route{{Method: "POST", Path: "/login", Right: web.Public, Handler: func(c *gin.Context) {
		b.Guard(limiter, web.ClientKey)(c)
		if !c.IsAborted() {
			c.String(http.StatusOK, "tried")
		}
	}}}, nil)
	require.Equal(t, 200, b.call(t, "POST", "/login", nil).Code)
	require.Equal(t, 200, b.call(t, "POST", "/login", nil).Code)
	refused := b.call(t, "POST", "/login", nil)
	require.Equal(t, http.StatusTooManyRequests, refused.Code)
	require.Equal(t, "30", refused.Header().Get("Retry-After"))
	require.Contains(t, refused.Body.String(), "30 с")
	b.clock.Advance(30 * time.Second)
	require.Equal(t, 200, b.call(t, "POST", "/login", nil).Code)
}

func TestStreamSendsEvents(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.Mount([]web.Route{{Method: "GET", Path: "/events", Right: web.Public, Handler: b.Handle(func(c *gin.Context) error {
		events := make(chan web.Event, 3)
		events <- web.Event{ID: "7", Name: "call", Data: "first\nsecond"}
		events <- web.Event{Name: "x\nid: forged"}
		close(events)
		return web.Stream(c, events)
	})}}, nil)
	server := httptest.NewServer(b.Handler())
	defer server.Close()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/events", nil)
	require.NoError(t, err)
	res, err := server.Client().Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, "text/event-stream; charset=utf-8", res.Header.Get("Content-Type"))
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, ": open\n\nid: 7\nevent: call\ndata: first\ndata: second\n\nevent: xid: forged\ndata\n\n", string(body))
}

func TestStreamEndsWithItsReader(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	ended := make(chan struct{})
	b.Mount([]web.Route{{Method: "GET", Path: "/events", Right: web.Public, Handler: b.Handle(func(c *gin.Context) error {
		defer close(ended)
		return web.Stream(c, make(chan web.Event))
	})}}, nil)
	server := httptest.NewServer(b.Handler())
	defer server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/events", nil)
	require.NoError(t, err)
	res, err := server.Client().Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	cancel()
	<-ended
}
