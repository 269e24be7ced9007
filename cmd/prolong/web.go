package main

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"prolong"
	"prolong/backoffice"
	"prolong/cabinet"
	"prolong/internal/jobs"
	"prolong/internal/postgres"
	"prolong/internal/web"
	"prolong/passes"
	"prolong/templates"
)

// readyTimeout bounds how long /readyz may think.
const readyTimeout = 3 * time.Second

// handler mounts the rooms and the machines' doors. The doors that are asked by the thousand
// stand in front of the pages' engine.
func (a *app) handler(replica *passes.Replica, schedules *jobs.Scheduler, demo bool) (http.Handler, error) {
	assets, err := web.LoadAssets(templates.FS)
	if err != nil {
		return nil, err
	}
	renderer, err := web.NewRenderer(templates.FS, assets, web.FailurePages(), backoffice.Pages(), cabinet.Pages())
	if err != nil {
		return nil, err
	}
	zone, err := a.zone(context.Background())
	if err != nil {
		return nil, err
	}
	site, err := web.NewSite(web.Config{
		Assets: assets, Catalog: a.catalog, Clock: a.clock, Logger: slog.New(web.LogHandler(a.log.Handler())), Renderer: renderer, Zone: zone,
		Secure: strings.HasPrefix(a.cfg.BaseURL, "https://"), TrustedProxies: a.cfg.TrustedProxies,
		Logins: []web.LoginDoor{{Prefix: backoffice.Prefix, Path: backoffice.LoginPath}, {Prefix: cabinet.Prefix, Path: cabinet.LoginPath}},
	})
	if err != nil {
		return nil, err
	}
	officeDeps := backoffice.Deps{
		Banksync: a.banksync, Billing: a.billing, Identity: a.identity, Invoices: a.invoices, Notify: a.notify, Schedules: schedules, Site: site,
		PasswordOnly: demo, Queue: a.jobs, Tickets: a.tickets, Companies: a.companies,
	}
	if a.hasLine { // without an exchange there are no calls to be shown
		officeDeps.Telephony = a.telephony
	}
	office, err := backoffice.New(officeDeps)
	if err != nil {
		return nil, err
	}
	site.Mount(office.Routes(), office.Authorizer())
	clientDeps := cabinet.Deps{Companies: a.companies, Billing: a.billing, Identity: a.identity, Invoices: a.invoices, Site: site, Tickets: a.tickets, Letters: a.notify, Questions: a.banksync}
	if a.hasLine {
		clientDeps.Telephony = a.telephony
	}
	client, err := cabinet.New(clientDeps)
	if err != nil {
		return nil, err
	}
	site.Mount(client.Routes(), client.Authorizer())
	// Most of those who come to the bare address are clients; staff know theirs.
	site.Mount([]web.Route{{Method: http.MethodGet, Path: "/", Right: web.Public, Handler: func(c *gin.Context) { c.Redirect(http.StatusSeeOther, cabinet.Prefix) }}}, nil)

	mux := http.NewServeMux()
	mux.Handle("GET /api/v1/accounts/{external_id}/access", passes.NewAPI(replica, a.identity, a.clock, a.catalog))
	mux.Handle("POST /api/v1/availability", passes.NewAvailabilityAPI(a.billing, a.identity, a.catalog))
	mux.Handle("POST /hooks/onlinepbx/{token}", a.telephony.HookHandler(func(r *http.Request) string { return r.PathValue("token") }))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", a.ready(replica))
	mux.Handle("/", site.Handler())
	return mux, nil
}

// ready says whether this process can serve: the database answers, its schema is ours, and the
// access replica is loaded.
func (a *app) ready(replica *passes.Replica) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
		defer cancel()
		if err := postgres.CheckSchema(ctx, a.db); err != nil {
			answer(w, http.StatusServiceUnavailable, string(prolong.CodeOf(err)))
			return
		}
		if !replica.Ready() {
			answer(w, http.StatusServiceUnavailable, "the access replica is loading")
			return
		}
		answer(w, http.StatusOK, "ok")
	}
}

func answer(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text + "\n")) // the asker has gone away; there is nobody to tell
}
