// Package invoices owns invoices, the allocations of payments to them, closing documents,
// their numbers and their taxes. See README.md.
package invoices

import (
	"log/slog"
	"sync"

	"prolong/internal/postgres"
	"prolong/invoices/render"
	"prolong/notify"
)

// Service is the door to the use cases of invoices and documents.
type Service struct {
	db       *postgres.DB
	notify   *notify.Service
	renderer *render.Renderer
	log      *slog.Logger
	banks    BankWatch // nil if nothing is watched
	edo      edoOperators
	images   sync.Map // bytes of stamps and facsimiles by their hash
}

// New returns the service on a database. Mails are queued with notify in the transaction of
// the document they carry; renderer draws the papers.
func New(db *postgres.DB, notify *notify.Service, renderer *render.Renderer, log *slog.Logger) *Service {
	return &Service{db: db, notify: notify, renderer: renderer, log: log}
}
