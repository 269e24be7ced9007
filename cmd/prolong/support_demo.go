package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"path"
	"strings"
	"time"

	"prolong"
	"prolong/billing"
	"prolong/identity"
	"prolong/internal/outbound"
	"prolong/simulation"
	"prolong/telephony"
	"prolong/telephony/onlinepbx"
	"prolong/telephony/onlinepbx/pbxsim"
	"prolong/tickets"
)

// The demo company's support line. Nothing of it exists outside of the process.
const (
	demoExchangeDomain = "demo.onpbx.example"
	demoExchangeKey    = "demo-exchange-key"
	demoHookToken      = "demo-exchange-webhooks"
	demoKey            = "demo" // of mailbox and line
	demoSupportAddress = "support@example.test"
	demoTrunk          = "74959990000" // no client has it: a caller from our own number is nobody
	demoHooks          = "/hooks/"
	demoHeaderTimeout  = 5 * time.Second
	demoHooksEvery     = time.Second
)

// demoExchange is a simulated exchange that the product talks to over HTTP, both ways, as it
// does with a real one.
type demoExchange struct {
	clock  prolong.Clock
	pbx    *pbxsim.PBX
	mux    *http.ServeMux
	server *http.Server
	url    string
}

// newDemoExchange starts an exchange on this machine; close ends it. The seed decides the ids of
// its calls.
func newDemoExchange(ctx context.Context, clock prolong.Clock, seed uint64) (*demoExchange, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, prolong.NewError(prolong.CodeUnavailable, "error.listen", prolong.Args{"Addr": "127.0.0.1"}).Because(err)
	}
	e := &demoExchange{clock: clock, mux: http.NewServeMux(), url: "http://" + listener.Addr().String()}
	e.pbx = pbxsim.New(pbxsim.Options{
		Domain: demoExchangeDomain, AuthKey: demoExchangeKey, Clock: clock, Seed: seed, HookURL: e.url + demoHooks + demoHookToken, Trunk: demoTrunk, Users: simulation.Extensions,
	})
	e.mux.Handle("/", e.pbx)
	e.server = &http.Server{Handler: e.mux, ReadHeaderTimeout: demoHeaderTimeout}
	go func() { _ = e.server.Serve(listener) }() // ends when it is closed
	return e, nil
}

func (e *demoExchange) close() error { return e.server.Close() }

// example is a command by which a visitor lets a client call and be answered after eight seconds.
func (e *demoExchange) example(phone prolong.Phone) string {
	const form = `curl -X POST -d '{"direction":"inbound","client":"%s","extension":"%s","ring":%d,"talk":%d}' %s/_sim/calls`
	return fmt.Sprintf(form, strings.TrimPrefix(string(phone), "+"), simulation.Extensions[0], demoRing, demoTalk, e.url)
}

// How long the visitor's call lasts.
const (
	demoRing = 8 * time.Second
	demoTalk = 30 * time.Second
)

// options connect the exchange to the product. A mailbox that does not exist cannot be fetched,
// so only the simulation, which hands letters over itself, has one.
func (e *demoExchange) options(mailboxes ...tickets.Mailbox) *supportOptions {
	line := telephony.Line{Key: demoKey, Country: prolong.Russia, HookToken: demoHookToken, OwnNumbers: []string{demoTrunk}}
	return &supportOptions{mailboxes: mailboxes, line: &line, connect: func(s *telephony.Service) error {
		// It is on this machine: there is no pace to keep.
		client := outbound.NewClient(outbound.Options{Service: "onlinePBX"})
		pbx, err := onlinepbx.New(onlinepbx.Config{
			Domain: demoExchangeDomain, AuthKey: demoExchangeKey, BaseURL: e.url, Country: line.Country, HTTP: client, Media: client, Sessions: s.Sessions(line.Key), Clock: e.clock,
		})
		if err != nil {
			return err
		}
		e.mux.Handle(demoHooks, s.HookHandler(func(r *http.Request) string { return path.Base(r.URL.Path) }))
		return s.SetPBX(line.Key, pbx)
	}}
}

// demoSupport is the support line for a simulation.
func (a *app) demoSupport(e *demoExchange) *simulation.Support {
	return &simulation.Support{
		Identity: a.identity, Telephony: a.telephony, Tickets: a.tickets, Exchange: e.pbx, Mailbox: demoKey, Address: demoSupportAddress,
		Ready: a.readyDemoSupport,
		Joined: func(ctx context.Context, accounts []billing.AccountID) error {
			return a.ensureContacts(ctx, accounts)
		},
	}
}

// readyDemoSupport makes staff, service level and vocabulary of the demo company.
func (a *app) readyDemoSupport(ctx context.Context) error {
	actor := prolong.System("demo")
	if _, err := a.identity.ApplyStaff(ctx, actor, demoStaff()); err != nil {
		return err
	}
	if err := errors.Join(a.ensureSupport(ctx), a.tickets.ApplyTags(ctx, actor, simulation.SupportTags())); err != nil {
		return err
	}
	staff, err := a.identity.FindStaff(ctx)
	if err != nil {
		return err
	}
	var seats []telephony.ExtensionSeat
	for _, role := range []identity.Role{identity.RoleSupport, identity.RoleAdministrator} {
		for _, s := range staff {
			if s.Role == role && len(seats) < len(simulation.Extensions) {
				seats = append(seats, telephony.ExtensionSeat{Line: demoKey, Extension: simulation.Extensions[len(seats)], StaffID: s.ID})
			}
		}
	}
	return a.telephony.ApplyExtensions(ctx, actor, demoKey, seats)
}
