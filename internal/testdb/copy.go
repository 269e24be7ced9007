package testdb

import (
	"context"
	"testing"

	"prolong/internal/postgres"
)

// CopyOf returns a database with all that another one has now, at the same places of the same
// files: what a benchmark makes once and changes many times. Nobody may use the other one
// meanwhile.
func CopyOf(tb testing.TB, db *postgres.DB, opts ...Option) *postgres.DB {
	tb.Helper()
	source := db.Pool.Config().ConnConfig.Database
	db.Pool.Reset() // a database in use cannot be copied; the server waits a moment for who is going
	return open(tb, func(s *testServer, ctx context.Context, name string) error { return s.create(ctx, name, source) },
		append([]Option{WithClock(db.Clock)}, opts...))
}
