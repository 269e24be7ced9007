package web

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"
)

// IsFragment says whether htmx asks for a part of a page. A history restore and a request that
// replaces the whole body get the whole page.
func IsFragment(c *gin.Context) bool {
	return c.GetHeader("HX-Request") == "true" && c.GetHeader("HX-Request-Type") != "full" &&
		c.GetHeader("HX-Boosted") == "" && c.GetHeader("HX-History-Restore-Request") == ""
}

// Show answers with a page. If htmx asks for a part and block is not empty, only that template
// of the page is sent: the same handler serves both, and the page works without scripts.
func (s *Site) Show(c *gin.Context, status int, page, block string, data Page) {
	if block != "" {
		c.Header("Vary", "HX-Request, HX-Request-Type")
	}
	if !IsFragment(c) {
		block = ""
	}
	var b bytes.Buffer
	if err := s.renderer.Render(&b, page, block, data); err != nil {
		s.Fail(c, err)
		return
	}
	c.Data(status, "text/html; charset=utf-8", b.Bytes())
}

// Redirect sends the reader on after a POST. htmx is told to load the page as a whole.
func Redirect(c *gin.Context, target string) {
	if IsFragment(c) {
		c.Header("HX-Redirect", target)
		c.Status(http.StatusNoContent)
		c.Abort()
		return
	}
	c.Redirect(http.StatusSeeOther, target)
	c.Abort()
}

// LocalPath returns target if it is a page of this site, else fallback. It guards the
// parameter "next" of logins against sending people to strangers.
func LocalPath(target, fallback string) string {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" ||
		!strings.HasPrefix(target, "/") || strings.HasPrefix(target, "//") || strings.ContainsAny(target, "\\\x00\r\n\t") {
		return fallback
	}
	return target
}
