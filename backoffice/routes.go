package backoffice

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"prolong/identity"
	"prolong/internal/web"
)

// The addresses that several files name.
const (
	loginPath        = "/office/login"
	logoutPath       = "/office/logout"
	secondFactorPath = "/office/second-factor"
	setupPath        = "/office/setup"
	statusPath       = "/office"
)

// Prefix is the folder of the room, LoginPath its door: web.LoginDoor takes them.
const (
	Prefix    = "/office"
	LoginPath = loginPath
)

// Pages lists the files of each page of the room.
func Pages() web.Pages {
	office, plain := []string{"layouts/office", "partials/common"}, []string{"layouts/plain", "partials/common"}
	return web.Pages{
		"office/login":         plain,
		"office/second_factor": plain,
		"office/setup":         plain,
		"office/status":        office,
	}
}

// Routes is the map of the room: every address with the right that it asks for.
func (r *Room) Routes() []web.Route {
	route := func(method, path string, right identity.Right, handler func(c *gin.Context) error) web.Route {
		return web.Route{Method: method, Path: path, Right: web.Right(right), Handler: r.site.Handle(handler)}
	}
	public := identity.Right(web.Public)
	return []web.Route{
		route(http.MethodGet, loginPath, public, r.showLogin),
		route(http.MethodPost, loginPath, public, r.login),
		route(http.MethodPost, logoutPath, public, r.logout),
		route(http.MethodGet, setupPath+"/:token", public, r.showSetup),
		route(http.MethodPost, setupPath+"/:token", public, r.setPassword),
		route(http.MethodGet, secondFactorPath, identity.RightOfficeSelf, r.showSecondFactor),
		route(http.MethodPost, secondFactorPath, identity.RightOfficeSelf, r.beginSecondFactor),
		route(http.MethodPost, secondFactorPath+"/confirm", identity.RightOfficeSelf, r.confirmSecondFactor),

		route(http.MethodGet, statusPath, identity.RightOfficeDashboard, r.showStatus),
	}
}
