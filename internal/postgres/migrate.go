package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"prolong"
	"prolong/migrations"
)

const (
	// migrateLock is the advisory lock that one migrating process holds ("prolong" on a phone
	// keypad and a one).
	migrateLock     int64 = 7766641
	migrateLockPoll       = 50 * time.Millisecond
	migrateWaitMax        = 10 * time.Minute
)

// MigrationStatus is one migration of the program and whether the database has it.
type MigrationStatus struct {
	Version   int64     // the file's timestamp, or 1.. for the job queue's own migrations
	Name      string    // the file name, or "river"
	AppliedAt time.Time // zero if pending
}

// Migrate brings the schema up to what this program needs: our files, then the job queue's
// tables. It may run in several processes at once (one works, the others wait up to ten
// minutes and find nothing to do) and as often as one likes. It returns how many migrations it
// applied.
func Migrate(ctx context.Context, db *DB) (applied int, err error) {
	unlock, err := lockMigrations(ctx, db)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, unlock()) }()

	provider, closeProvider, err := gooseProvider(db)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, closeProvider()) }()
	results, err := provider.Up(ctx)
	if err != nil {
		return 0, fmt.Errorf("postgres.Migrate: %w", err)
	}
	river, err := riverMigrator(db)
	if err != nil {
		return len(results), err
	}
	res, err := river.Migrate(ctx, rivermigrate.DirectionUp, nil)
	if err != nil {
		return len(results), fmt.Errorf("postgres.Migrate: job queue: %w", err)
	}
	return len(results) + len(res.Versions), nil
}

// Status lists every migration of the program, ours first, oldest first. It changes nothing:
// an empty database has them all pending.
func Status(ctx context.Context, db *DB) ([]MigrationStatus, error) {
	s, err := readSchema(ctx, db)
	if err != nil {
		return nil, err
	}
	list := make([]MigrationStatus, 0, len(s.ours)+len(s.river))
	for _, v := range s.ours {
		list = append(list, MigrationStatus{Version: v.version, Name: v.name, AppliedAt: s.oursApplied[v.version]})
	}
	for _, v := range s.river {
		list = append(list, MigrationStatus{Version: v.version, Name: "river", AppliedAt: s.riverApplied[v.version]})
	}
	return list, nil
}

// CheckSchema refuses a database that this program must not work on: CodeUnavailable with
// "error.schema_behind" if a migration is missing, "error.schema_ahead" if a newer program has
// already migrated it.
func CheckSchema(ctx context.Context, db *DB) error {
	s, err := readSchema(ctx, db)
	if err != nil {
		return err
	}
	if n := len(missing(s.ours, s.oursApplied)) + len(missing(s.river, s.riverApplied)); n > 0 {
		return prolong.NewError(prolong.CodeUnavailable, "error.schema_behind", prolong.Args{"Count": n})
	}
	unknown := slices.Concat(unknownVersions(s.ours, s.oursApplied), unknownVersions(s.river, s.riverApplied))
	if len(unknown) > 0 {
		return prolong.NewError(prolong.CodeUnavailable, "error.schema_ahead", prolong.Args{"Version": slices.Max(unknown)})
	}
	return nil
}

type migration struct {
	version int64
	name    string
}

// schema compares what the program brings with what the database has.
type schema struct {
	ours, river               []migration
	oursApplied, riverApplied map[int64]time.Time
}

func readSchema(ctx context.Context, db *DB) (s schema, err error) {
	provider, closeProvider, err := gooseProvider(db)
	if err != nil {
		return schema{}, err
	}
	for _, src := range provider.ListSources() {
		s.ours = append(s.ours, migration{src.Version, src.Path})
	}
	if err := closeProvider(); err != nil {
		return schema{}, fmt.Errorf("postgres: %w", err)
	}
	river, err := riverMigrator(db)
	if err != nil {
		return schema{}, err
	}
	for _, v := range river.AllVersions() {
		s.river = append(s.river, migration{int64(v.Version), v.Name})
	}
	// The tables' own bookkeeping is read directly: the libraries would create it.
	s.oursApplied, err = appliedVersions(ctx, db, "goose_db_version",
		"SELECT version_id, max(tstamp) FROM goose_db_version WHERE version_id > 0 GROUP BY 1")
	if err != nil {
		return schema{}, err
	}
	s.riverApplied, err = appliedVersions(ctx, db, "river_migration",
		"SELECT version, max(created_at) FROM river_migration WHERE line = 'main' GROUP BY 1")
	return s, err
}

func appliedVersions(ctx context.Context, db *DB, table, query string) (map[int64]time.Time, error) {
	var exists bool
	if err := db.Pool.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", table).Scan(&exists); err != nil {
		return nil, fmt.Errorf("postgres: read schema version: %w", err)
	}
	applied := map[int64]time.Time{}
	if !exists {
		return applied, nil
	}
	rows, err := db.Pool.Query(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("postgres: read schema version: %w", err)
	}
	var version int64
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&version, &at}, func() error { applied[version] = at; return nil })
	if err != nil {
		return nil, fmt.Errorf("postgres: read schema version: %w", err)
	}
	return applied, nil
}

func missing(want []migration, applied map[int64]time.Time) (versions []int64) {
	for _, m := range want {
		if _, ok := applied[m.version]; !ok {
			versions = append(versions, m.version)
		}
	}
	return versions
}

func unknownVersions(want []migration, applied map[int64]time.Time) (versions []int64) {
	for v := range applied {
		if !slices.ContainsFunc(want, func(m migration) bool { return m.version == v }) {
			versions = append(versions, v)
		}
	}
	return versions
}

func gooseProvider(db *DB) (*goose.Provider, func() error, error) {
	sqlDB := stdlib.OpenDBFromPool(db.Pool) // closing it leaves the pool open
	p, err := goose.NewProvider(goose.DialectPostgres, sqlDB, migrations.FS,
		goose.WithSlog(db.Logger),
		goose.WithDisableGlobalRegistry(true),
		// Rooms add migrations in parallel; one that is merged late has an older timestamp
		// than those a database already has, and must still be applied.
		goose.WithAllowOutofOrder(true))
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("postgres: migrations: %w", err), sqlDB.Close())
	}
	return p, p.Close, nil
}

func riverMigrator(db *DB) (*rivermigrate.Migrator[pgx.Tx], error) {
	// Without a logger of ours only warnings are written: eight lines of internals at every
	// first start would be the first thing that a newcomer reads.
	m, err := rivermigrate.New(riverpgxv5.New(db.Pool), nil)
	if err != nil {
		return nil, fmt.Errorf("postgres: job queue's migrations: %w", err)
	}
	return m, nil
}

// lockMigrations takes one lock around both libraries (the job queue's migrator has none). It
// polls: a session that waits inside the server would hold a snapshot, and CREATE INDEX
// CONCURRENTLY in a migration would wait for that for ever.
func lockMigrations(ctx context.Context, db *DB) (unlock func() error, err error) {
	ctx, cancel := context.WithTimeout(ctx, migrateWaitMax)
	defer cancel()
	conn, err := db.Pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("postgres.Migrate: %w", err)
	}
	for {
		var ok bool
		err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", migrateLock).Scan(&ok)
		if err == nil && ok {
			break
		}
		if err == nil {
			select {
			case <-ctx.Done():
				err = ctx.Err()
			case <-time.After(migrateLockPoll):
				continue
			}
		}
		conn.Release()
		return nil, fmt.Errorf("postgres.Migrate: wait for another process that migrates: %w", err)
	}
	return func() error {
		defer conn.Release()
		// The lock belongs to the session, which goes back to the pool.
		_, err := conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", migrateLock)
		return err
	}, nil
}

// SchemaHash names the schema that this program makes: it changes with every edit of a
// migration and with the job queue's version. Test databases are copied from a template of
// this name.
func SchemaHash() (string, error) {
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		return "", fmt.Errorf("postgres.SchemaHash: %w", err)
	}
	h := sha256.New()
	for _, name := range names {
		data, err := fs.ReadFile(migrations.FS, name)
		if err != nil {
			return "", fmt.Errorf("postgres.SchemaHash: %w", err)
		}
		fmt.Fprintf(h, "%s %d\n%s", name, len(data), data)
	}
	river, err := rivermigrate.New(riverpgxv5.New(nil), nil)
	if err != nil {
		return "", fmt.Errorf("postgres.SchemaHash: %w", err)
	}
	for _, m := range river.AllVersions() {
		fmt.Fprintf(h, "river %d\n%s", m.Version, m.SQLUp)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}
