package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"prolong"
)

// contentPolicy lets a page load only from its own origin, run no inline script or style, and
// be framed by nobody.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; media-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// transportMaxAge is how long browsers remember to use https only: two years, in seconds.
const transportMaxAge = "max-age=63072000"

// RequestIDHeader carries the number of the request back to the caller.
const RequestIDHeader = "X-Request-Id"

// number gives the request its number. One sent by the caller is not taken over: it would let
// a stranger write into the log.
func (s *Site) number(c *gin.Context) {
	id := strings.ToLower(rand.Text()[:16])
	c.Request = c.Request.WithContext(context.WithValue(c.Request.Context(), requestIDKey, id))
	c.Header(RequestIDHeader, id)
}

// logAccess writes one line for each request. It names the route, not the address: addresses
// hold tokens of webhooks and links. Static files go to the debug level.
func (s *Site) logAccess(c *gin.Context) {
	begun := s.clock.Now()
	c.Next()
	done := Request{Method: c.Request.Method, Route: c.FullPath(), Status: c.Writer.Status(), Took: s.clock.Now().Sub(begun)}
	s.observe(done)
	level := slog.LevelInfo
	if strings.HasPrefix(c.FullPath(), StaticPath) {
		level = slog.LevelDebug
	}
	attrs := []slog.Attr{
		slog.String("method", done.Method),
		slog.String("route", done.Route),
		slog.Int("status", done.Status),
		slog.Int("bytes", max(c.Writer.Size(), 0)),
		slog.Int64("duration_ms", done.Took.Milliseconds()),
		slog.String("ip", c.ClientIP()),
	}
	s.log.LogAttrs(c.Request.Context(), level, "request", attrs...)
}

// recoverPanic turns a panic of a handler into a failure page and a log entry with the stack.
func (s *Site) recoverPanic(c *gin.Context) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(cause) // the server's own way to drop a connection
		}
		s.log.ErrorContext(c.Request.Context(), "panic in a handler", "route", c.FullPath(), "panic", fmt.Sprint(cause), "stack", string(debug.Stack()))
		c.Abort()
		if c.Writer.Written() {
			return
		}
		s.fail(c, prolong.NewError(prolong.CodeInternal, "error.internal", nil))
	}()
	c.Next()
}

// setHeaders forbids by default; a handler that serves something cacheable says so itself.
func (s *Site) setHeaders(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	if s.secure {
		h.Set("Strict-Transport-Security", transportMaxAge)
	}
}

// limitBody cuts request bodies off; whoever reads past the limit gets *http.MaxBytesError,
// which Fail knows.
func limitBody(bytesMax int64) gin.HandlerFunc {
	return func(c *gin.Context) {
		if c.Request.Body != nil {
			c.Set(bodyKey, c.Request.Body) // ReadFiles has a limit of its own
			c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, bytesMax)
		}
	}
}

// refuseOddPath answers that there is no such page to addresses that no page has and that the
// database would choke on: with a NUL or with bytes that are no UTF-8.
func (s *Site) refuseOddPath(c *gin.Context) {
	if path := c.Request.URL.Path; strings.ContainsRune(path, 0) || !utf8.ValidString(path) {
		s.Fail(c, prolong.NewError(prolong.CodeNotFound, "error.not_found", nil))
	}
}

// refuseForeignOrigin stops forms that another site sends in the name of a logged-in user.
// Callers that are no browsers send neither Origin nor Sec-Fetch-Site and pass.
func (s *Site) refuseForeignOrigin() gin.HandlerFunc {
	protection := http.NewCrossOriginProtection()
	return func(c *gin.Context) {
		if err := protection.Check(c.Request); err != nil {
			s.Fail(c, prolong.NewError(prolong.CodeForbidden, "error.cross_origin", nil).Because(err))
		}
	}
}

// Server timeouts. Answers that take longer are streams, which lift the limit for themselves.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 60 * time.Second
	writeTimeout      = 60 * time.Second
	idleTimeout       = 2 * time.Minute
	headerBytesMax    = 64 << 10
)

// NewServer returns a server with the limits that a public address needs. Its own complaints
// go to the log.
func NewServer(addr string, h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Addr:              addr,
		Handler:           h,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    headerBytesMax,
		ReadHeaderTimeout: readHeaderTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
	}
}
