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
	confirmPath   = Prefix + "/confirm"
	loginCodePath = LoginPath + "/code"
	logoutPath    = Prefix + "/logout"
	profilePath   = Prefix + "/profile"
	sessionsPath  = Prefix + "/sessions"
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
	framed := func(parts ...string) []string {
		return append([]string{"layouts/cabinet", "partials/common"}, parts...)
	}
	return web.Pages{
		"cabinet/accounts":    framed(),
		"cabinet/answer":      plain,
		"cabinet/calls":       framed("partials/cabinet"),
		"cabinet/company":     framed("partials/cabinet"),
		"cabinet/hours_order": framed(),
		"cabinet/documents":   framed(),
		"cabinet/home":        framed("partials/cabinet", "partials/pay"),
		"cabinet/invoice":     framed("partials/pay"),
		"cabinet/invoices":    framed(),
		"cabinet/login":       plain,
		"cabinet/login_code":  plain,
		"cabinet/people":      framed("partials/cabinet"),
		"cabinet/plan":        framed("partials/cabinet"),
		"cabinet/profile":     framed("partials/cabinet"),
		"cabinet/ticket":      framed("partials/cabinet"),
		"cabinet/ticket_new":  framed("partials/cabinet"),
		"cabinet/tickets":     framed("partials/cabinet"),
		"cabinet/unsubscribe": plain,
	}
}

// Routes is the map of the room: every address with the right that it asks for. Whatever lies
// below an account is asked for that account.
func (r *Room) Routes() []web.Route {
	route := func(method, path string, right identity.Right, handler func(c *gin.Context) error) web.Route {
		return web.Route{Method: method, Path: path, Right: web.Right(right), Handler: r.site.Handle(handler)}
	}
	public := identity.Right(web.Public)
	routes := []web.Route{
		route(http.MethodGet, LoginPath, public, r.showLogin),
		route(http.MethodPost, LoginPath, public, r.requestCode),
		route(http.MethodGet, loginCodePath, public, r.showCode),
		route(http.MethodPost, loginCodePath, public, r.verifyCode),
		route(http.MethodPost, logoutPath, public, r.logout),

		route(http.MethodGet, Prefix, identity.RightCabinetSelf, r.chooseAccount),
		route(http.MethodPost, confirmPath, identity.RightCabinetSelf, r.askAgain),
		route(http.MethodGet, profilePath, identity.RightCabinetSelf, r.showProfile),
		route(http.MethodPost, profilePath, identity.RightCabinetSelf, r.changeProfile),
		route(http.MethodPost, sessionsPath+"/end-others", identity.RightCabinetSelf, r.endOtherSessions),
		route(http.MethodPost, sessionsPath+"/:session/end", identity.RightCabinetSelf, r.endSession),

		route(http.MethodGet, accountRoute, identity.RightCabinetHome, r.showHome),
		route(http.MethodGet, accountRoute+"/invoices", identity.RightCabinetInvoices, r.listInvoices),
		route(http.MethodGet, accountRoute+"/invoices/:invoice", identity.RightCabinetInvoices, r.showInvoice),
		route(http.MethodGet, accountRoute+"/invoices/:invoice/pdf", identity.RightCabinetInvoices, r.sendInvoice),
		route(http.MethodGet, accountRoute+"/invoices/:invoice/qr", identity.RightCabinetInvoices, r.sendPaymentCode),
		route(http.MethodGet, accountRoute+"/documents", identity.RightCabinetDocuments, r.listDocuments),
		route(http.MethodGet, accountRoute+"/papers", identity.RightCabinetDocuments, r.sendYear),
		route(http.MethodGet, accountRoute+"/reconciliation", identity.RightCabinetDocuments, r.sendReconciliation),
		route(http.MethodGet, accountRoute+"/credit-notes/:note/pdf", identity.RightCabinetDocuments, r.sendCreditNote),
		route(http.MethodGet, accountRoute+"/documents/:document/pdf", identity.RightCabinetDocuments, r.sendDocument),
		route(http.MethodGet, accountRoute+"/documents/:document/upd", identity.RightCabinetDocuments, r.sendUPD),
		route(http.MethodGet, accountRoute+"/documents/:document/signed", identity.RightCabinetDocuments, r.sendSigned),
		route(http.MethodPost, accountRoute+"/receives", identity.RightCabinetHome, r.changeOwnReceives),
		route(http.MethodGet, accountRoute+"/people", identity.RightCabinetPeople, r.listPeople),
		route(http.MethodPost, accountRoute+"/people", identity.RightCabinetPeople, r.invitePerson),
		route(http.MethodPost, accountRoute+"/people/:member/role", identity.RightCabinetPeople, r.changeRole),
		route(http.MethodPost, accountRoute+"/people/:member/receives", identity.RightCabinetPeople, r.changeReceives),
		route(http.MethodPost, accountRoute+"/people/:member/end", identity.RightCabinetPeople, r.endMembership),
		route(http.MethodGet, accountRoute+"/plan/:subscription", identity.RightCabinetPlan, r.showPlan),
		route(http.MethodPost, accountRoute+"/plan/:subscription", identity.RightCabinetPlan, r.changePlan),
		route(http.MethodGet, accountRoute+"/hours", identity.RightCabinetInvoices, r.showHours),
		route(http.MethodPost, accountRoute+"/hours", identity.RightCabinetInvoices, r.orderHours),
		route(http.MethodGet, accountRoute+"/company", identity.RightCabinetCompany, r.showCompany),
		route(http.MethodPost, accountRoute+"/company", identity.RightCabinetCompany, r.changeCompany),
		route(http.MethodPost, accountRoute+"/company/fill", identity.RightCabinetCompany, r.fillCompany),
	}
	if r.tickets != nil {
		routes = append(routes,
			route(http.MethodGet, accountRoute+"/tickets", identity.RightCabinetTickets, r.listTickets),
			route(http.MethodGet, accountRoute+"/tickets/new", identity.RightCabinetTickets, r.showNewTicket),
			route(http.MethodPost, accountRoute+"/tickets", identity.RightCabinetTickets, r.fileTicket),
			route(http.MethodGet, accountRoute+"/tickets/:ticket", identity.RightCabinetTickets, r.showTicket),
			route(http.MethodPost, accountRoute+"/tickets/:ticket/reply", identity.RightCabinetTickets, r.replyToTicket),
			route(http.MethodPost, accountRoute+"/tickets/:ticket/resolve", identity.RightCabinetTickets, r.resolveTicket),
			route(http.MethodGet, accountRoute+"/tickets/:ticket/files/:file", identity.RightCabinetTickets, r.sendTicketFile),
		)
	}
	if r.telephony != nil {
		routes = append(routes, route(http.MethodGet, accountRoute+"/calls", identity.RightCabinetCalls, r.listCalls))
	}
	if r.questions != nil {
		routes = append(routes,
			route(http.MethodGet, AnswerPath(":token"), public, r.showQuestion),
			route(http.MethodPost, AnswerPath(":token"), public, r.answerQuestion),
		)
	}
	if r.letters != nil {
		routes = append(routes,
			route(http.MethodGet, UnsubscribePath(":letter"), public, r.showUnsubscribe),
			route(http.MethodPost, UnsubscribePath(":letter"), public, r.unsubscribe),
		)
	}
	return routes
}
