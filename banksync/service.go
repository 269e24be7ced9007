// Package banksync brings the vendor's bank statements in, decides whose money each credit
// line is, and posts it. See README.md.
package banksync

import (
	"log/slog"
	"sync"

	"prolong/billing"
	"prolong/internal/postgres"
	"prolong/invoices"
)

// Service is the door to the use cases of bank statements and payments.
type Service struct {
	db       *postgres.DB
	billing  *billing.Service
	invoices *invoices.Service
	log      *slog.Logger
	// inboxRoot is where relative paths of folder sources begin.
	inboxRoot string

	// One import of this process at a time: they would wait for each other's locks anyway, and
	// each holds a snapshot of the clients in memory.
	importing sync.Mutex

	snapshots snapshots

	banks   bankSources
	mailbox *Mailbox  // nil: banks send no mail
	asker   AskSender // nil: no client can be asked
}

// New returns the service on a database. Relative folders of bank accounts begin at inboxRoot.
func New(db *postgres.DB, billing *billing.Service, invoices *invoices.Service, inboxRoot string, log *slog.Logger) *Service {
	return &Service{db: db, billing: billing, invoices: invoices, inboxRoot: inboxRoot, log: log}
}
