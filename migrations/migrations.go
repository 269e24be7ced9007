// Package migrations holds the schema of the product: SQL files in the form of goose, named
// <timestamp>_<room>.sql, forward only. They are embedded, so that every program carries the
// schema that it needs.
package migrations

import "embed"

// FS has the migration files at its root.
//
//go:embed *.sql
var FS embed.FS
