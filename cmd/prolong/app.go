package main

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/riverqueue/river"

	"prolong"
	"prolong/banksync"
	"prolong/banksync/banks"
	"prolong/billing"
	"prolong/billing/lookup"
	"prolong/cabinet"
	"prolong/identity"
	"prolong/internal/jobs"
	"prolong/internal/postgres"
	"prolong/invoices"
	"prolong/invoices/render"
	"prolong/notify"
	"prolong/telephony"
	"prolong/tickets"
)

// app is the wired product: every service once, on one database.
type app struct {
	*cli
	clock    prolong.Clock
	db       *postgres.DB
	billing  *billing.Service
	invoices *invoices.Service
	banksync *banksync.Service
	identity *identity.Service
	// companies are the public registers that requisites come from.
	companies *lookup.Service
	notify    *notify.Service
	tickets   *tickets.Service
	// telephony is there without an exchange too: its past calls are.
	telephony *telephony.Service
	jobs      *jobs.Client

	mailboxes []tickets.Mailbox // that letters are fetched from
	hasLine   bool              // an exchange is connected
}

// appOptions differ between the server and a single command.
type appOptions struct {
	clock   prolong.Clock // nil takes the configuration's
	migrate bool          // bring the schema up to date; otherwise an old one is refused
	workers bool          // work queued jobs in this process
	// transport of letters; nil takes the configuration's
	transport notify.Transport
	// fetchEvery is how often the queue is looked at; 0 takes the usual. A simulation that
	// drains it after every step wants it small.
	fetchEvery time.Duration
	// support replaces the configured mailbox and exchange; nil takes those
	support *supportOptions
}

// open connects, checks or brings up the schema and wires the services. close must be called.
func (c *cli) open(ctx context.Context, o appOptions) (*app, error) {
	a := &app{cli: c, clock: o.clock}
	var err error
	if a.clock == nil {
		if a.clock, err = c.cfg.clock(); err != nil {
			return nil, err
		}
	}
	// Made before anything is put into it, and open to be passed through: the private database's
	// server runs as a user of its own, in a folder that only it can read.
	if err := os.MkdirAll(c.cfg.DataDir, 0o755); err != nil {
		return nil, prolong.NewError(prolong.CodeInvalid, "error.config", prolong.Args{"Detail": "PROLONG_DATA: " + err.Error()})
	}
	a.db, err = postgres.Open(ctx, postgres.Config{URL: c.cfg.DatabaseURL, DataDir: c.cfg.DataDir, Clock: a.clock, Logger: c.log})
	if err != nil {
		return nil, err
	}
	if err := a.wire(ctx, o); err != nil {
		return nil, errors.Join(err, a.db.Close())
	}
	return a, nil
}

func (a *app) wire(ctx context.Context, o appOptions) error {
	// A private database belongs to us alone, so it is brought up to date without asking.
	if o.migrate || a.cfg.DatabaseURL == "" {
		if _, err := postgres.Migrate(ctx, a.db); err != nil {
			return err
		}
	}
	if err := postgres.CheckSchema(ctx, a.db); err != nil {
		return err
	}
	renderer, err := render.Embedded()
	if err != nil {
		return err
	}
	transport := o.transport
	if transport == nil {
		if transport, err = a.cfg.transport(); err != nil {
			return err
		}
	}
	a.billing = billing.New(a.db, a.log)
	zone, err := a.zone(ctx)
	if err != nil {
		return err
	}
	if o.support == nil {
		if o.support, err = a.configuredSupport(); err != nil {
			return err
		}
	}
	attachments := &attachments{}
	workers := river.NewWorkers()
	queue := &lateQueue{}
	a.notify, err = notify.New(a.db, queue, transport, attachments, a.letters(o.support), a.log)
	if err != nil {
		return err
	}
	a.invoices = invoices.New(a.db, a.notify, renderer, a.log)
	attachments.invoices = a.invoices
	a.connectEDO()
	a.companies = a.registers()
	a.banksync = banksync.New(a.db, a.billing, a.invoices, a.cfg.DataDir, a.log)
	a.invoices.WatchBanks(a.banksync)
	a.banksync.ConnectBanks(banks.Config{Secrets: banks.Secrets{LookupEnv: os.LookupEnv, Dir: a.cfg.DataDir}})
	a.banksync.AskThrough(&asker{invoices: a.invoices, baseURL: a.cfg.BaseURL})
	if err := a.connectBankMail(); err != nil {
		return err
	}
	a.identity = identity.New(a.db, queue, a.notify, identity.Config{Issuer: a.cfg.brand(), Location: zone})
	notify.Register(workers, a.notify)
	identity.Register(workers, a.identity)
	if err := a.wireSupport(o.support, queue, zone, workers); err != nil {
		return err
	}
	attachments.tickets = a.tickets
	config := jobs.Config{Logger: a.log, FetchCooldown: o.fetchEvery, FetchPollInterval: o.fetchEvery}
	if o.workers {
		config.Workers = workers
	}
	a.jobs, err = jobs.NewClient(a.db, config)
	queue.Enqueuer = a.jobs
	return err
}

// letters says who writes the letters, where their matters can be seen and where answers go.
func (a *app) letters(support *supportOptions) notify.Config {
	return notify.Config{
		From: a.cfg.MailFrom, ReplyTo: support.replyTo(), UnsubscribeURL: a.cfg.BaseURL + cabinet.UnsubscribePath("{token}"),
		Letterhead:  notify.Letterhead{Brand: a.cfg.brand(), CabinetURL: a.cfg.BaseURL, SupportEmail: support.replyTo()},
		SellerBrand: a.cfg.MailBrand == "",
		PageOf: func(m notify.Matter) string {
			if path := cabinet.LetterPath(m); path != "" {
				return a.cfg.BaseURL + path
			}
			return ""
		},
	}
}

// close ends the connections, and the private server if this process started it.
func (a *app) close() error { return a.db.Close() }

// lateQueue breaks the circle of wiring: services that enqueue are made before the client,
// which needs their workers.
type lateQueue struct{ jobs.Enqueuer }

// attachments gives notify the papers that other rooms render.
type attachments struct {
	invoices *invoices.Service
	tickets  *tickets.Service
}

func (a *attachments) Attachment(ctx context.Context, kind string, id int64) (name, mime string, body []byte, err error) {
	switch kind {
	case invoices.AttachCreditNote, invoices.AttachDocument, invoices.AttachInvoice:
		return a.invoices.Attachment(ctx, kind, id)
	case attachTicketFile:
		return a.tickets.AttachmentContent(ctx, id)
	}
	return "", "", nil, prolong.NewError(prolong.CodeNotFound, "error.document_not_found", prolong.Args{"ID": id})
}

// zone is the calendar of people who have none of their own: that of the seller who was
// declared first.
func (a *app) zone(ctx context.Context) (*time.Location, error) {
	catalog, err := a.billing.Catalog(ctx)
	if err != nil {
		return nil, err
	}
	first, zone := billing.SellerID(0), time.UTC
	for id, s := range catalog.Sellers {
		if first == 0 || id < first {
			first, zone = id, s.Location
		}
	}
	return zone, nil
}
