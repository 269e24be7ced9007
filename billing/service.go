// Package billing owns the money: accounts and their requisites, plans and prices,
// subscriptions, received payments, the ledger, balances, extensions and access. See README.md.
package billing

import (
	"log/slog"

	"prolong/internal/postgres"
)

// Service is the door to billing's use cases.
type Service struct {
	db  *postgres.DB
	log *slog.Logger
}

// New returns the service on a database.
func New(db *postgres.DB, log *slog.Logger) *Service { return &Service{db: db, log: log} }
