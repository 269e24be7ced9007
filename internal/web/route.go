package web

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"
)

// Right names what a caller must be allowed to do to use a route. The values belong to the
// rooms and to identity; this package only hands them on.
type Right string

// Public is the right that everybody has. It is written out like any other: a route without a
// right does not start.
const Public Right = "public"

// Route is one line of a room's map: who may call what.
type Route struct {
	Method  string
	Path    string // gin syntax: "/office/clients/:id"
	Right   Right
	Handler gin.HandlerFunc
}

// Authorizer decides whether the caller of a request has a right. It is asked for every
// route, Public ones too (where it may recognise a session), and attaches what it found by
// SetActor. An error ends the request: CodeUnauthorized if nobody is logged in,
// CodeForbidden if the right is missing; for Public only a failure of its own.
type Authorizer interface {
	Authorize(c *gin.Context, right Right) error
}

var methods = []string{http.MethodDelete, http.MethodGet, http.MethodHead, http.MethodPatch, http.MethodPost, http.MethodPut}

// Mount adds routes that the authorizer guards. It panics on a route without a right, handler
// or known method: a hole in the map must not wait for a visitor to be found.
func (s *Site) Mount(routes []Route, a Authorizer) {
	for _, r := range routes {
		switch {
		case r.Right == "":
			panic(fmt.Sprintf("web: route %s %s states no right; a route that everybody may use says web.Public", r.Method, r.Path))
		case r.Handler == nil:
			panic(fmt.Sprintf("web: route %s %s has no handler", r.Method, r.Path))
		case !slices.Contains(methods, r.Method):
			panic(fmt.Sprintf("web: route %s has the unknown method %q", r.Path, r.Method))
		case a == nil && r.Right != Public:
			panic(fmt.Sprintf("web: route %s %s asks for the right %q, but nobody was given to check it", r.Method, r.Path, r.Right))
		}
		s.engine.Handle(r.Method, r.Path, s.guard(r.Right, a), r.Handler)
		s.routes = append(s.routes, r)
	}
}

// Routes lists every mounted route with its right, for the test that walks route by role.
func (s *Site) Routes() []Route { return slices.Clone(s.routes) }

func (s *Site) guard(right Right, a Authorizer) gin.HandlerFunc {
	return func(c *gin.Context) {
		if a == nil {
			return
		}
		if err := a.Authorize(c, right); err != nil {
			s.Fail(c, err)
		}
	}
}
