package backoffice

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"prolong/identity"
	"prolong/internal/web"
)

// The addresses that several files name.
const (
	aliasesPath        = "/office/payments/payers"
	auditPath          = "/office/audit"
	callbacksPath      = "/office/callbacks"
	callsPath          = "/office/calls"
	clientsPath        = "/office/clients"
	dashboardPath      = "/office/dashboard"
	documentsPath      = "/office/documents"
	incidentsPath      = "/office/payments/incidents"
	invoicesPath       = "/office/invoices"
	jobsPath           = "/office/jobs"
	lettersPath        = "/office/letters"
	letterSettingsPath = "/office/letter-settings"
	loginPath          = "/office/login"
	logoutPath         = "/office/logout"
	mailsPath          = "/office/mails"
	mePath             = "/office/me"
	paymentsPath       = "/office/payments"
	returnsPath        = "/office/payments/returns"
	secondFactorPath   = "/office/second-factor"
	setupPath          = "/office/setup"
	searchPath         = "/office/search"
	staffPath          = "/office/staff"
	subscriptionsPath  = "/office/subscriptions"
	statementsPath     = "/office/payments/statements"
	statusPath         = "/office"
	ticketsPath        = "/office/tickets"
)

// Prefix is the folder of the room, LoginPath its door: web.LoginDoor takes them.
const (
	Prefix    = "/office"
	LoginPath = loginPath
)

// Pages lists the files of each page of the room.
func Pages() web.Pages {
	office, plain := []string{"layouts/office", "partials/common", "partials/office"}, []string{"layouts/plain", "partials/common"}
	return web.Pages{
		"office/audit_list":     office,
		"office/call":           office,
		"office/call_list":      office,
		"office/client":         office,
		"office/company_list":   office,
		"office/client_list":    office,
		"office/dashboard":      office,
		"office/decision":       office,
		"office/document_list":  office,
		"office/exchange":       office,
		"office/invoice":        office,
		"office/invoice_list":   office,
		"office/job_list":       office,
		"office/letter":         office,
		"office/letter_list":    office,
		"office/search":         office,
		"office/login":          plain,
		"office/payment":        office,
		"office/payment_list":   office,
		"office/payment_split":  office,
		"office/payment_undo":   office,
		"office/second_factor":  plain,
		"office/seller_list":    office,
		"office/setup":          plain,
		"office/mail_list":      office,
		"office/me":             office,
		"office/run_list":       office,
		"office/staff_list":     office,
		"office/status":         office,
		"office/subscription":   office,
		"office/ticket":         office,
		"office/ticket_list":    office,
		"office/ticket_new":     office,
		"office/payment_group":  office,
		"office/alias_list":     office,
		"office/incident_list":  office,
		"office/return_list":    office,
		"office/statement":      office,
		"office/statement_list": office,
		"office/report_list":    office,

		"office/document":        office,
		"office/document_series": office,
		"office/letter_settings": office,
		"office/wording":         office,
	}
}

// Routes is the map of the room: every address with the right that it asks for.
func (r *Room) Routes() []web.Route {
	route := func(method, path string, right identity.Right, handler func(c *gin.Context) error) web.Route {
		return web.Route{Method: method, Path: path, Right: web.Right(right), Handler: r.site.Handle(handler)}
	}
	public := identity.Right(web.Public)
	routes := []web.Route{
		route(http.MethodGet, loginPath, public, r.showLogin),
		route(http.MethodPost, loginPath, public, r.login),
		route(http.MethodPost, logoutPath, public, r.logout),
		route(http.MethodGet, setupPath+"/:token", public, r.showSetup),
		route(http.MethodPost, setupPath+"/:token", public, r.setPassword),
		route(http.MethodGet, secondFactorPath, identity.RightOfficeSelf, r.showSecondFactor),
		route(http.MethodPost, secondFactorPath, identity.RightOfficeSelf, r.beginSecondFactor),
		route(http.MethodPost, secondFactorPath+"/confirm", identity.RightOfficeSelf, r.confirmSecondFactor),

		route(http.MethodGet, mePath, identity.RightOfficeSelf, r.showMe),
		route(http.MethodPost, mePath+"/password", identity.RightOfficeSelf, r.changePassword),
		route(http.MethodPost, mePath+"/sessions", identity.RightOfficeSelf, r.endSessions),

		route(http.MethodGet, statusPath, identity.RightOfficeDashboard, r.showStatus),
		route(http.MethodGet, dashboardPath, identity.RightOfficeDashboard, r.showDashboard),
		route(http.MethodGet, jobsPath, identity.RightOfficeJobs, r.listJobs),
		route(http.MethodGet, jobsPath+"/:name", identity.RightOfficeJobs, r.listRuns),
		route(http.MethodPost, jobsPath+"/queue/:id/retry", identity.RightOfficeJobs, r.retryJob),
		route(http.MethodGet, staffPath, identity.RightOfficeStaff, r.listStaff),
		route(http.MethodPost, staffPath, identity.RightOfficeStaff, r.saveStaff),
		route(http.MethodPost, staffPath+"/:id", identity.RightOfficeStaff, r.changeStaff),
		route(http.MethodGet, auditPath, identity.RightOfficeAudit, r.listAudit),

		route(http.MethodGet, searchPath, identity.RightOfficeSearch, r.search),
		route(http.MethodGet, clientsPath, identity.RightOfficeClients, r.listClients),
		route(http.MethodGet, clientsPath+"/:id", identity.RightOfficeClients, r.showClient),
		route(http.MethodPost, clientsPath+"/:id/order", identity.RightOfficeInvoicesManage, r.orderHours),
		route(http.MethodGet, clientsPath+"/:id/subscribe", identity.RightOfficeInvoicesManage, r.openSubscription),
		route(http.MethodPost, clientsPath+"/:id/subscribe", identity.RightOfficeInvoicesManage, r.openSubscription),
		route(http.MethodGet, clientsPath+"/:id/requisites", identity.RightOfficeInvoicesManage, r.changeCompany),
		route(http.MethodPost, clientsPath+"/:id/requisites", identity.RightOfficeInvoicesManage, r.changeCompany),
		route(http.MethodPost, clientsPath+"/:id/registry", identity.RightOfficeClientsManage, r.takeRegistry),
		route(http.MethodGet, companiesPath, identity.RightOfficeClients, r.listCompanies),
		route(http.MethodGet, clientsPath+"/:id/reconciliation", identity.RightOfficeDocuments, r.showReconciliation),
		route(http.MethodPost, clientsPath+"/:id/transfers", identity.RightOfficePaymentsReview, r.transferMoney),
		route(http.MethodPost, clientsPath+"/:id/transfers/:transfer/undo", identity.RightOfficePaymentsReview, r.undoTransfer),
		route(http.MethodPost, clientsPath+"/:id/realign", identity.RightOfficePaymentsReview, r.realignSubscription),
		route(http.MethodGet, clientsPath+"/:id/people/new", identity.RightOfficeClientsManage, r.invitePerson),
		route(http.MethodPost, clientsPath+"/:id/people/new", identity.RightOfficeClientsManage, r.invitePerson),
		route(http.MethodPost, clientsPath+"/:id/people/:member", identity.RightOfficeClientsManage, r.changeClientReceives),
		route(http.MethodGet, clientsPath+"/:id/people/:member/edit", identity.RightOfficeClientsManage, r.changePerson),
		route(http.MethodPost, clientsPath+"/:id/people/:member/edit", identity.RightOfficeClientsManage, r.changePerson),
		route(http.MethodGet, clientsPath+"/:id/people/:member/end", identity.RightOfficeClientsManage, r.removePerson),
		route(http.MethodPost, clientsPath+"/:id/people/:member/end", identity.RightOfficeClientsManage, r.removePerson),
		route(http.MethodGet, invoicesPath, identity.RightOfficeDocuments, r.listInvoices),
		route(http.MethodGet, invoicesPath+"/:id", identity.RightOfficeDocuments, r.showInvoice),
		route(http.MethodGet, invoicesPath+"/:id/pdf", identity.RightOfficeDocuments, r.invoicePDF),
		route(http.MethodGet, invoicesPath+"/:id/remedy/:remedy", identity.RightOfficeInvoicesManage, r.remedyInvoice),
		route(http.MethodPost, invoicesPath+"/:id/remedy/:remedy", identity.RightOfficeInvoicesManage, r.remedyInvoice),
		route(http.MethodGet, "/office/credit-notes/:id/pdf", identity.RightOfficeDocuments, r.creditPDF),
		route(http.MethodGet, subscriptionsPath+"/:id", identity.RightOfficeInvoicesManage, r.showSubscription),
		route(http.MethodPost, subscriptionsPath+"/:id", identity.RightOfficeInvoicesManage, r.changeSubscription),
		route(http.MethodGet, subscriptionsPath+"/:id/fee", identity.RightOfficeInvoicesManage, r.orderFee),
		route(http.MethodPost, subscriptionsPath+"/:id/fee", identity.RightOfficeInvoicesManage, r.orderFee),
		route(http.MethodPost, subscriptionsPath+"/:id/fees/:fee/drop", identity.RightOfficeInvoicesManage, r.dropFee),
		route(http.MethodGet, subscriptionsPath+"/:id/end", identity.RightOfficeInvoicesManage, r.endSubscription),
		route(http.MethodPost, subscriptionsPath+"/:id/end", identity.RightOfficeInvoicesManage, r.endSubscription),
		route(http.MethodGet, subscriptionsPath+"/:id/keep", identity.RightOfficeInvoicesManage, r.keepSubscription),
		route(http.MethodPost, subscriptionsPath+"/:id/keep", identity.RightOfficeInvoicesManage, r.keepSubscription),
		route(http.MethodPost, subscriptionsPath+"/:id/discounts", identity.RightOfficeInvoicesManage, r.giveDiscount),
		route(http.MethodPost, subscriptionsPath+"/:id/discounts/:discount/end", identity.RightOfficeInvoicesManage, r.endDiscount),
		route(http.MethodGet, documentsPath, identity.RightOfficeDocuments, r.listDocuments),
		route(http.MethodGet, documentsPath+"/:id/pdf", identity.RightOfficeDocuments, r.documentPDF),
		route(http.MethodGet, documentSeriesPath, identity.RightOfficeDocuments, r.showDocumentSeries),
		route(http.MethodGet, documentsPath+"/:id", identity.RightOfficeDocuments, r.showDocument),
		route(http.MethodPost, documentsPath+"/:id", identity.RightOfficeDocumentsManage, r.changeDocument),
		route(http.MethodGet, documentsPath+"/:id/upd", identity.RightOfficeDocuments, r.sendUPD),
		route(http.MethodGet, documentsPath+"/:id/signed", identity.RightOfficeDocuments, r.sendSigned),
		route(http.MethodPost, documentsPath+"/:id/edo", identity.RightOfficeDocumentsManage, r.sendEDO),
		route(http.MethodGet, reportsPath, identity.RightOfficeExports, r.showReports),
		route(http.MethodGet, reportsPath+"/:report", identity.RightOfficeExports, r.sendReport),
		route(http.MethodGet, sellersPath, identity.RightOfficeSellers, r.listSellers),
		route(http.MethodGet, sellersPath+"/images/:sha", identity.RightOfficeSellers, r.sellerPicture),
		route(http.MethodGet, exchangePath, identity.RightOfficeExports, r.showExchange),
		route(http.MethodGet, exchangePath+"/1c", identity.RightOfficeExports, r.sendOneC),
		route(http.MethodGet, exchangePath+"/:register/:format", identity.RightOfficeExports, r.sendRegister),
		route(http.MethodGet, lettersPath, identity.RightOfficeMessages, r.listLetters),
		route(http.MethodGet, lettersPath+"/:id", identity.RightOfficeMessages, r.showLetter),
		route(http.MethodPost, lettersPath+"/:id/retry", identity.RightOfficeMessagesSend, r.retryLetter),
		route(http.MethodGet, lettersPath+"/:id/html", identity.RightOfficeMessages, r.showLetterHTML),
		route(http.MethodPost, lettersPath+"/:id/again", identity.RightOfficeMessagesSend, r.sendLetterAgain),
		route(http.MethodPost, lettersPath+"/:id/now", identity.RightOfficeMessagesSend, r.sendLetterNow),
		route(http.MethodPost, lettersPath+"/:id/allow", identity.RightOfficeMessagesSend, r.allowLetters),
		route(http.MethodGet, letterSettingsPath, identity.RightOfficeSettings, r.showLetterSettings),
		route(http.MethodPost, letterSettingsPath+"/hours/:id", identity.RightOfficeSettings, r.changeHours),
		route(http.MethodGet, letterSettingsPath+"/wording/:purpose/:language", identity.RightOfficeSettings, r.showWording),
		route(http.MethodPost, letterSettingsPath+"/wording/:purpose/:language", identity.RightOfficeSettings, r.changeWording),

		route(http.MethodGet, paymentsPath, identity.RightOfficePayments, r.listPayments),
		route(http.MethodGet, aliasesPath, identity.RightOfficePayments, r.listAliases),
		route(http.MethodPost, aliasesPath+"/:id", identity.RightOfficePaymentsReview, r.changeAlias),
		route(http.MethodGet, incidentsPath, identity.RightOfficePayments, r.listIncidents),
		route(http.MethodGet, returnsPath, identity.RightOfficePayments, r.listReturns),
		route(http.MethodPost, returnsPath+"/:id", identity.RightOfficePaymentsReview, r.settleReturn),
		route(http.MethodGet, statementsPath, identity.RightOfficePayments, r.listStatements),
		route(http.MethodPost, statementsPath, identity.RightOfficePaymentsReview, r.uploadStatement),
		route(http.MethodGet, statementsPath+"/:id", identity.RightOfficePayments, r.showStatement),
		route(http.MethodPost, statementsPath+"/:id", identity.RightOfficePaymentsReview, r.decideStatement),
		route(http.MethodGet, paymentsPath+"/:id", identity.RightOfficePayments, r.showPayment),
		route(http.MethodGet, paymentsPath+"/:id/group", identity.RightOfficePaymentsReview, r.showGroup),
		route(http.MethodPost, paymentsPath+"/:id/group", identity.RightOfficePaymentsReview, r.acceptGroup),
		route(http.MethodPost, paymentsPath+"/:id/park", identity.RightOfficePaymentsReview, r.parkPayment),
		route(http.MethodPost, paymentsPath+"/:id/ask", identity.RightOfficePaymentsReview, r.askPayment),
		route(http.MethodGet, paymentsPath+"/:id/effect", identity.RightOfficePayments, r.showEffect),
		route(http.MethodPost, paymentsPath+"/:id/assign", identity.RightOfficePaymentsReview, r.assignPayment),
		route(http.MethodPost, paymentsPath+"/:id/ignore", identity.RightOfficePaymentsReview, r.ignorePayment),
		route(http.MethodGet, paymentsPath+"/:id/split", identity.RightOfficePaymentsReview, r.showSplit),
		route(http.MethodPost, paymentsPath+"/:id/split", identity.RightOfficePaymentsReview, r.splitPayment),
		route(http.MethodGet, paymentsPath+"/:id/refund", identity.RightOfficePaymentsReview, r.refundPayment),
		route(http.MethodPost, paymentsPath+"/:id/refund", identity.RightOfficePaymentsReview, r.refundPayment),
		route(http.MethodGet, paymentsPath+"/:id/undo", identity.RightOfficePaymentsReview, r.showUndo),
		route(http.MethodPost, paymentsPath+"/:id/undo", identity.RightOfficePaymentsReview, r.undoPayment),
	}
	if r.tickets != nil {
		routes = append(routes,
			route(http.MethodGet, ticketsPath, identity.RightOfficeTickets, r.listTickets),
			route(http.MethodPost, ticketsPath, identity.RightOfficeTicketsAnswer, r.fileTicket),
			route(http.MethodGet, ticketsPath+"/new", identity.RightOfficeTicketsAnswer, r.newTicket),
			route(http.MethodGet, ticketsPath+"/:id", identity.RightOfficeTickets, r.showTicket),
			route(http.MethodPost, ticketsPath+"/:id", identity.RightOfficeTicketsAnswer, r.changeTicket),
			route(http.MethodPost, ticketsPath+"/:id/reply", identity.RightOfficeTicketsAnswer, r.replyTicket),
			route(http.MethodGet, ticketsPath+"/:id/files/:file", identity.RightOfficeTickets, r.ticketFile),
			route(http.MethodGet, ticketsPath+"/:id/messages/:message", identity.RightOfficeTickets, r.ticketLetter),
			route(http.MethodGet, mailsPath, identity.RightOfficeTickets, r.listMails),
			route(http.MethodGet, mailsPath+"/:id/raw", identity.RightOfficeTickets, r.mailRaw),
			route(http.MethodPost, mailsPath+"/:id/file", identity.RightOfficeTicketsAnswer, r.fileMail),
			route(http.MethodPost, mailsPath+"/:id/reread", identity.RightOfficeTicketsAnswer, r.rereadMail),
		)
	}
	if r.telephony != nil {
		routes = append(routes,
			route(http.MethodGet, callsPath, identity.RightOfficeCalls, r.listCalls),
			route(http.MethodGet, callsPath+"/live", identity.RightOfficeCalls, r.watchCalls),
			route(http.MethodGet, callsPath+"/:id", identity.RightOfficeCalls, r.showCall),
			route(http.MethodGet, callsPath+"/:id/ringing", identity.RightOfficeCalls, r.showRinging),
			route(http.MethodGet, callsPath+"/:id/recording", identity.RightOfficeCallsManage, r.playRecording),
			route(http.MethodPost, callsPath+"/:id", identity.RightOfficeCallsManage, r.changeCall),
			route(http.MethodPost, callbacksPath+"/:id", identity.RightOfficeCallsManage, r.changeCallback),
		)
	}
	return routes
}
