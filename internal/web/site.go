package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/internal/i18n"
)

// BodyBytesMax is the default limit of a request body: a bank statement of a large day, a
// scanned contract.
const BodyBytesMax = 20 << 20

// multipartMemoryBytesMax is how much of an uploaded file is held in memory; the rest goes to
// a temporary file.
const multipartMemoryBytesMax = 1 << 20

// Config says how a site is run.
type Config struct {
	Assets       *Assets
	BodyBytesMax int64 // 0: BodyBytesMax
	Catalog      *i18n.Catalog
	Clock        prolong.Clock
	Logger       *slog.Logger
	Logins       []LoginDoor
	// Observe receives every finished request, for metrics; may be nil.
	Observe  func(Request)
	Renderer *Renderer
	// Secure says that people reach the site over https: cookies get the __Host- prefix and
	// browsers are told to never use http again.
	Secure bool
	// TrustedProxies lists the networks whose X-Forwarded-For is believed; none by default,
	// because whoever is believed can write any address into the log and the limits.
	TrustedProxies []string
	// Zone is the time zone of pages whose user has none; UTC if nil.
	Zone *time.Location
}

// Request is what a finished request came to.
type Request struct {
	Method string
	Route  string // the pattern, not the address; empty if no route fits
	Status int
	Took   time.Duration
}

// LoginDoor says where a person is sent who opens a page below Prefix without being logged in.
type LoginDoor struct {
	Prefix, Path string
}

// Site is the HTTP face of the product. Rooms mount their routes on it.
type Site struct {
	assets   *Assets
	catalog  *i18n.Catalog
	clock    prolong.Clock
	cookies  Cookies
	engine   *gin.Engine
	log      *slog.Logger
	logins   []LoginDoor
	observe  func(Request)
	renderer *Renderer
	routes   []Route
	secure   bool
	zone     *time.Location
}

// FailurePages are the pages that a site itself shows; NewRenderer needs them.
func FailurePages() Pages {
	return Pages{"public/failure": {"layouts/plain", "partials/common"}}
}

// NewSite sets up the engine: numbers and log of requests, recovery, headers, limits,
// protection against foreign origins, failure pages, static files and the language menu.
func NewSite(cfg Config) (*Site, error) {
	if cfg.Assets == nil || cfg.Catalog == nil || cfg.Clock == nil || cfg.Logger == nil || cfg.Renderer == nil {
		return nil, errors.New("web.NewSite: assets, catalogue, clock, logger and renderer are all needed")
	}
	if cfg.BodyBytesMax == 0 {
		cfg.BodyBytesMax = BodyBytesMax
	}
	if cfg.Observe == nil {
		cfg.Observe = func(Request) {}
	}
	if cfg.Zone == nil {
		cfg.Zone = time.UTC
	}
	gin.SetMode(gin.ReleaseMode)
	s := &Site{
		assets:   cfg.Assets,
		catalog:  cfg.Catalog,
		clock:    cfg.Clock,
		cookies:  Cookies{Secure: cfg.Secure},
		engine:   gin.New(),
		log:      cfg.Logger,
		logins:   cfg.Logins,
		observe:  cfg.Observe,
		renderer: cfg.Renderer,
		secure:   cfg.Secure,
		zone:     cfg.Zone,
	}
	if err := s.engine.SetTrustedProxies(cfg.TrustedProxies); err != nil {
		return nil, fmt.Errorf("web.NewSite: trusted proxies: %w", err)
	}
	s.engine.ContextWithFallback = true
	s.engine.HandleMethodNotAllowed = true
	s.engine.MaxMultipartMemory = multipartMemoryBytesMax
	s.engine.RedirectTrailingSlash = false
	s.engine.Use(s.number, s.logAccess, s.recoverPanic, s.setHeaders, s.refuseOddPath, limitBody(cfg.BodyBytesMax), s.refuseForeignOrigin())
	s.engine.NoRoute(func(c *gin.Context) {
		s.Fail(c, prolong.NewError(prolong.CodeNotFound, "error.not_found", nil))
	})
	s.engine.NoMethod(func(c *gin.Context) {
		s.Fail(c, prolong.NewError(prolong.CodeInvalid, "error.method_not_allowed", nil))
	})
	s.Mount([]Route{
		{http.MethodGet, StaticPath + "*name", Public, s.serveStatic},
		{http.MethodHead, StaticPath + "*name", Public, s.serveStatic},
		{http.MethodPost, LanguagePath, Public, s.chooseLanguage},
	}, nil)
	return s, nil
}

// Cookies returns the maker of the site's cookies.
func (s *Site) Cookies() Cookies { return s.cookies }

// Engine returns the gin engine, for handlers of machines that bring their own protocol.
// Pages and forms go through Mount.
func (s *Site) Engine() *gin.Engine { return s.engine }

// Handler returns what a server serves.
func (s *Site) Handler() http.Handler { return s.engine }

func (s *Site) serveStatic(c *gin.Context) {
	if !s.assets.Serve(c) {
		s.Fail(c, prolong.NewError(prolong.CodeNotFound, "error.not_found", nil))
	}
}
