package testdb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"prolong"
	"prolong/internal/postgres"
)

const (
	adminConnsMax = 4
	// templateLock is the advisory lock of whoever builds a template.
	templateLock int64 = 7766642
	// Version 15 brought STRATEGY; before, file_copy was the only way.
	strategySince = 150000

	stateUnknownDatabase = "3D000"
)

// testServer is the server that all tests of this process use.
type testServer struct {
	url      string
	admin    *pgxpool.Pool
	template string
	version  int // server_version_num
}

// server connects once per process.
var server = sync.OnceValues(func() (*testServer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), keeperStartMax)
	defer cancel()
	base := os.Getenv("TEST_DATABASE_URL")
	if base == "" {
		var err error
		if base, err = sharedServer(ctx); err != nil {
			return nil, err
		}
	}
	c, err := pgxpool.ParseConfig(base)
	if err != nil {
		return nil, fmt.Errorf("TEST_DATABASE_URL: %w", err)
	}
	c.MaxConns = adminConnsMax
	c.MaxConnIdleTime = time.Second
	admin, err := pgxpool.NewWithConfig(context.WithoutCancel(ctx), c)
	if err != nil {
		return nil, err
	}
	hash, err := postgres.SchemaHash()
	if err != nil {
		return nil, err
	}
	s := &testServer{url: base, admin: admin, template: templatePrefix + hash}
	var version string
	if err := admin.QueryRow(ctx, "SHOW server_version_num").Scan(&version); err != nil {
		return nil, err
	}
	if s.version, err = strconv.Atoi(version); err != nil {
		return nil, err
	}
	if err := s.ensureTemplate(ctx); err != nil {
		return nil, err
	}
	return s, s.sweep(ctx)
})

// ensureTemplate builds the template of this schema unless it exists. A template that is not
// marked as one was left half built by a killed process.
func (s *testServer) ensureTemplate(ctx context.Context) (err error) {
	conn, err := s.admin.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", templateLock); err != nil {
		return err
	}
	defer func() {
		_, unlockErr := conn.Exec(ctx, "SELECT pg_advisory_unlock($1)", templateLock)
		err = errors.Join(err, unlockErr)
	}()

	var finished bool
	err = conn.QueryRow(ctx, "SELECT datistemplate FROM pg_database WHERE datname = $1", s.template).Scan(&finished)
	switch {
	case err == nil && finished:
		return nil
	case err == nil:
		if _, err := conn.Exec(ctx, "DROP DATABASE "+quote(s.template)+" WITH (FORCE)"); err != nil {
			return err
		}
	case !errors.Is(err, pgx.ErrNoRows):
		return err
	}
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+quote(s.template)+" TEMPLATE template0"); err != nil {
		return err
	}
	if err := migrateTemplate(ctx, withDatabase(s.url, s.template)); err != nil {
		return err
	}
	// No connections, because a template in use cannot be copied.
	_, err = conn.Exec(ctx, "ALTER DATABASE "+quote(s.template)+" WITH IS_TEMPLATE true ALLOW_CONNECTIONS false")
	return err
}

func migrateTemplate(ctx context.Context, url string) error {
	quiet := slog.New(slog.DiscardHandler)
	db, err := postgres.Open(ctx, postgres.Config{URL: url, MaxConns: connsPerTestMax, Logger: quiet})
	if err != nil {
		return err
	}
	_, err = postgres.Migrate(ctx, db)
	return errors.Join(err, db.Close())
}

func (s *testServer) createFromTemplate(ctx context.Context, name string) error {
	err := s.create(ctx, name, s.template)
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) && pgErr.Code == stateUnknownDatabase {
		// Swept by a process with a newer schema; a long run may still want it.
		if err := s.ensureTemplate(ctx); err != nil {
			return err
		}
		err = s.create(ctx, name, s.template)
	}
	return err
}

func (s *testServer) createEmpty(ctx context.Context, name string) error {
	return s.create(ctx, name, "template0")
}

func (s *testServer) create(ctx context.Context, name, template string) error {
	query := "CREATE DATABASE " + quote(name) + " TEMPLATE " + quote(template)
	if s.version >= strategySince {
		query += " STRATEGY file_copy"
	}
	if _, err := s.admin.Exec(ctx, query); err != nil {
		return fmt.Errorf("create database from %s: %w", template, err)
	}
	return nil
}

func (s *testServer) drop(ctx context.Context, name string) error {
	if _, err := s.admin.Exec(ctx, "DROP DATABASE IF EXISTS "+quote(name)+" WITH (FORCE)"); err != nil {
		return fmt.Errorf("drop database %s: %w", name, err)
	}
	return nil
}

// sweep drops the databases of tests that failed or were killed long ago, and the templates of
// schemas that many newer ones have replaced.
func (s *testServer) sweep(ctx context.Context) error {
	rows, err := s.admin.Query(ctx, `SELECT datname FROM pg_database d WHERE starts_with(datname, $1)
		AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)`, databasePrefix)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	now := prolong.SystemClock{}.Now()
	for _, name := range names {
		stamp, _, _ := strings.Cut(strings.TrimPrefix(name, databasePrefix), "_")
		seconds, err := strconv.ParseInt(stamp, 10, 64)
		if err == nil && now.Sub(time.Unix(seconds, 0)) < leftoverAge {
			continue
		}
		if err := s.drop(ctx, name); err != nil {
			return err
		}
	}
	rows, err = s.admin.Query(ctx, `SELECT datname FROM pg_database WHERE starts_with(datname, $1) AND datistemplate AND datname <> $2
		ORDER BY oid DESC OFFSET $3`, templatePrefix, s.template, templatesKeptMax)
	if err != nil {
		return err
	}
	if names, err = pgx.CollectRows(rows, pgx.RowTo[string]); err != nil {
		return err
	}
	for _, name := range names {
		// Another process may be dropping it as well, which is as good.
		if _, err := s.admin.Exec(ctx, "ALTER DATABASE "+quote(name)+" WITH IS_TEMPLATE false"); err == nil {
			if err := s.drop(ctx, name); err != nil {
				return err
			}
		}
	}
	return nil
}
