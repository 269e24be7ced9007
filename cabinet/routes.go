package cabinet

import (
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"prolong/billing"
	"prolong/identity"
	"prolong/internal/web"
)

// The addresses that several files name.
const (
	accountRoute  = Prefix + "/:" + accountParam
	loginCodePath = LoginPath + "/code"
	logoutPath    = Prefix + "/logout"
)

// Prefix is the folder of the room, LoginPath its door: web.LoginDoor takes them.
const (
	Prefix    = "/cabinet"
	LoginPath = "/login"
)

func accountPath(id billing.AccountID) string { return Prefix + "/" + strconv.FormatInt(int64(id), 10) }

// Pages lists the files of each page of the room.
func Pages() web.Pages {
	plain := []string{"layouts/plain", "partials/common"}
	framed := []string{"layouts/cabinet", "partials/common"}
	pay := append(framed[:2:2], "partials/pay")
	return web.Pages{
		"cabinet/accounts":   framed,
		"cabinet/documents":  framed,
		"cabinet/home":       pay,
		"cabinet/invoice":    pay,
		"cabinet/invoices":   framed,
		"cabinet/login":      plain,
		"cabinet/login_code": plain,
	}
}

// Routes is the map of the room: every address with the right that it asks for. Whatever lies
// below an account is asked for that account.
func (r *Room) Routes() []web.Route {
	route := func(method, path string, right identity.Right, handler func(c *gin.Context) error) web.Route {
		return web.Route{Method: method, Path: path, Right: web.Right(right), Handler: r.site.Handle(handler)}
	}
	public := identity.Right(web.Public)
	return []web.Route{
		route(http.MethodGet, LoginPath, public, r.showLogin),
		route(http.MethodPost, LoginPath, public, r.requestCode),
		route(http.MethodGet, loginCodePath, public, r.showCode),
		route(http.MethodPost, loginCodePath, public, r.verifyCode),
		route(http.MethodPost, logoutPath, public, r.logout),

		route(http.MethodGet, Prefix, identity.RightCabinetSelf, r.chooseAccount),

		route(http.MethodGet, accountRoute, identity.RightCabinetHome, r.showHome),
		route(http.MethodGet, accountRoute+"/invoices", identity.RightCabinetInvoices, r.listInvoices),
		route(http.MethodGet, accountRoute+"/invoices/:invoice", identity.RightCabinetInvoices, r.showInvoice),
		route(http.MethodGet, accountRoute+"/invoices/:invoice/pdf", identity.RightCabinetInvoices, r.sendInvoice),
		route(http.MethodGet, accountRoute+"/documents", identity.RightCabinetDocuments, r.listDocuments),
		route(http.MethodGet, accountRoute+"/documents/:document/pdf", identity.RightCabinetDocuments, r.sendDocument),
	}
}
