package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"prolong"
)

// statusOfCode is the one table from the kind of a failure to the HTTP status.
var statusOfCode = map[prolong.Code]int{
	prolong.CodeConflict:     http.StatusConflict,
	prolong.CodeForbidden:    http.StatusForbidden,
	prolong.CodeInternal:     http.StatusInternalServerError,
	prolong.CodeInvalid:      http.StatusUnprocessableEntity,
	prolong.CodeNotFound:     http.StatusNotFound,
	prolong.CodeRateLimited:  http.StatusTooManyRequests,
	prolong.CodeUnauthorized: http.StatusUnauthorized,
	prolong.CodeUnavailable:  http.StatusServiceUnavailable,
}

// statusOfKey names the failures for which HTTP has a finer word than their code.
var statusOfKey = map[string]int{
	"error.body_too_large":     http.StatusRequestEntityTooLarge,
	"error.method_not_allowed": http.StatusMethodNotAllowed,
}

// StatusOf returns the HTTP status for an error.
func StatusOf(err error) int {
	var e *prolong.Error
	if errors.As(err, &e) {
		if status, ok := statusOfKey[e.Key]; ok {
			return status
		}
	}
	if status, ok := statusOfCode[prolong.CodeOf(err)]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// FailurePage is the data of the page public/failure.
type FailurePage struct {
	Base
	Status    int
	Message   string
	RequestID string
	Home      string // where the way out leads
}

// ErrorAnswer is the JSON form of a failure, the same at every machine door.
type ErrorAnswer struct {
	Error ErrorBody `json:"error"`
}

// ErrorBody names the failure for programs (code, key) and for people (message).
type ErrorBody struct {
	Code      prolong.Code `json:"code"`
	Key       string       `json:"key"`
	Message   string       `json:"message"`
	RequestID string       `json:"request_id"`
}

// Handle turns a handler that can fail into a gin handler.
func (s *Site) Handle(fn func(c *gin.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := fn(c); err != nil {
			s.Fail(c, err)
		}
	}
}

// Fail ends the request with the answer for err: a page for people, JSON for machines, a
// message in place for htmx, the login page for people who are not logged in. The log gets the
// chain of internal errors; the reader never does.
func (s *Site) Fail(c *gin.Context, err error) {
	err = known(err)
	ctx := c.Request.Context()
	switch {
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		// The reader has left; nobody sees the answer and nothing is broken.
		s.log.DebugContext(ctx, "the caller left", "route", c.FullPath())
	case prolong.CodeOf(err) == prolong.CodeInternal:
		s.log.ErrorContext(ctx, "request failed", "route", c.FullPath(), "error", err)
	default:
		s.log.InfoContext(ctx, "request refused", "route", c.FullPath(), "error", err)
	}
	s.fail(c, err)
}

func (s *Site) fail(c *gin.Context, err error) {
	c.Abort()
	status, t := StatusOf(err), s.Translator(c)
	var e *prolong.Error
	if !errors.As(err, &e) {
		e = prolong.NewError(prolong.CodeInternal, "error.internal", nil)
	}
	if wait, ok := e.Args["Wait"].(time.Duration); ok && e.Code == prolong.CodeRateLimited {
		c.Header("Retry-After", strconv.Itoa(int(wait/time.Second)))
	}
	key := e.Key
	if e.Code == prolong.CodeInternal {
		key = "error.internal"
	}
	switch {
	case wantsJSON(c):
		c.JSON(status, ErrorAnswer{ErrorBody{e.Code, key, t.Error(err), RequestID(c.Request.Context())}})
	case e.Code == prolong.CodeUnauthorized && s.sendToLogin(c):
	default:
		s.showFailure(c, status, e.Code, t.Error(err))
	}
}

func (s *Site) showFailure(c *gin.Context, status int, code prolong.Code, message string) {
	base := s.Base(c, "")
	base.Title = base.T("failure." + string(code))
	page := FailurePage{Base: base, Status: status, Message: message, RequestID: RequestID(c.Request.Context()), Home: "/"}
	block := ""
	if IsFragment(c) {
		// A whole page inside a table cell helps nobody: say it where messages stand.
		page.Flash = []Flash{{Tone: ToneBad, Text: message}}
		c.Header("HX-Retarget", "#flash")
		c.Header("HX-Reswap", "innerHTML")
		block = "flash"
	}
	var b strings.Builder
	if err := s.renderer.Render(&b, "public/failure", block, page); err != nil {
		s.log.ErrorContext(c.Request.Context(), "the failure page failed", "error", err)
		c.String(status, message)
		return
	}
	c.Data(status, "text/html; charset=utf-8", []byte(b.String()))
}

// sendToLogin leads a reader of pages to the login of the room, and from there back again.
func (s *Site) sendToLogin(c *gin.Context) bool {
	for _, door := range s.logins {
		if !under(c.Request.URL.Path, door.Prefix) || c.Request.URL.Path == door.Path {
			continue
		}
		target := door.Path
		if c.Request.Method == http.MethodGet && !IsFragment(c) {
			target += "?next=" + url.QueryEscape(c.Request.URL.RequestURI())
		}
		Redirect(c, target)
		return true
	}
	return false
}

// known translates the errors of the HTTP library into ours.
func known(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return prolong.NewError(prolong.CodeInvalid, "error.body_too_large", prolong.Args{"Limit": tooLarge.Limit >> 20}).Because(err)
	}
	return err
}

// wantsJSON says whether the caller is a program: the machine doors, or an Accept header that
// names JSON and not HTML.
func wantsJSON(c *gin.Context) bool {
	if under(c.Request.URL.Path, "/api") || under(c.Request.URL.Path, "/hooks") {
		return true
	}
	accept := c.GetHeader("Accept")
	return strings.Contains(accept, "json") && !strings.Contains(accept, "text/html")
}
