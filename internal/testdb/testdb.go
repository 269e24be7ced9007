// Package testdb gives each test a PostgreSQL database of its own, with the product's schema,
// in tens of milliseconds. Its README.md tells where the server comes from.
package testdb

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"prolong"
	"prolong/internal/postgres"
)

const (
	connsPerTestMax  = 8
	closeTimeout     = 15 * time.Second
	databasePrefix   = "t_"
	templatePrefix   = "tpl_"
	templatesKeptMax = 8
	// leftoverAge is how long the database of a failed or killed test may be looked at.
	leftoverAge = time.Hour
)

// Option changes what New returns.
type Option func(*postgres.Config)

// WithClock gives the database another clock than the machine's.
func WithClock(c prolong.Clock) Option { return func(pc *postgres.Config) { pc.Clock = c } }

// New returns a fresh database with the schema of the embedded migrations. It is dropped when
// the test ends, unless the test failed: then its URL is logged and it stays for about an hour,
// or as long as the server does. DB.URL opens it from another process.
func New(tb testing.TB, opts ...Option) *postgres.DB {
	tb.Helper()
	return open(tb, (*testServer).createFromTemplate, opts)
}

// NewAt is New with a clock that stands at now until the test moves it.
func NewAt(tb testing.TB, now time.Time, opts ...Option) (*postgres.DB, *prolong.ManualClock) {
	tb.Helper()
	clock := prolong.NewManualClock(now)
	return New(tb, append([]Option{WithClock(clock)}, opts...)...), clock
}

// NewEmpty is New without a schema, for tests of migrations.
func NewEmpty(tb testing.TB, opts ...Option) *postgres.DB {
	tb.Helper()
	return open(tb, (*testServer).createEmpty, opts)
}

func open(tb testing.TB, create func(s *testServer, ctx context.Context, name string) error, opts []Option) *postgres.DB {
	tb.Helper()
	s, err := server()
	if err != nil {
		tb.Fatalf("testdb: %v", err)
	}
	ctx := context.Background() // not the test's: the cleanup needs it after the test has ended
	name := fmt.Sprintf("%s%d_%s", databasePrefix, prolong.SystemClock{}.Now().Unix(), strings.ToLower(rand.Text()[:10]))
	if err := create(s, ctx, name); err != nil {
		tb.Fatalf("testdb: %v", err)
	}
	log := &testLog{tb: tb}
	c := postgres.Config{
		URL: withDatabase(s.url, name), MaxConns: connsPerTestMax, ApplicationName: applicationName(tb.Name()),
		Logger: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	for _, o := range opts {
		o(&c)
	}
	db, err := postgres.Open(ctx, c)
	if err != nil {
		tb.Fatalf("testdb: %v", err)
	}
	tb.Cleanup(func() {
		closed := make(chan error, 1)
		go func() { closed <- db.Close() }()
		select {
		case err := <-closed:
			if err != nil {
				tb.Errorf("testdb: close %s: %v", name, err)
			}
		case <-time.After(closeTimeout):
			tb.Errorf("testdb: %d connections were never given back", db.Pool.Stat().AcquiredConns())
		}
		log.end()
		if tb.Failed() {
			tb.Logf("testdb: the database stays for a while: psql %q", c.URL)
			return
		}
		if err := s.drop(ctx, name); err != nil {
			tb.Errorf("testdb: %v", err)
		}
	})
	return db
}

func withDatabase(base, name string) string {
	u, err := url.Parse(base)
	if err == nil && u.Scheme != "" {
		u.Path = "/" + name
		return u.String()
	}
	return base + " dbname=" + name // the keyword form: the last one wins
}

// applicationName fits what pg_stat_activity shows.
func applicationName(test string) string {
	const bytesMax = 60
	return test[:min(len(test), bytesMax)]
}

// testLog writes to the test's output as long as there is a test.
type testLog struct {
	mu sync.Mutex
	tb testing.TB // nil once the test has ended
}

func (l *testLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.tb != nil {
		l.tb.Logf("%s", bytes.TrimRight(p, "\n"))
	}
	return len(p), nil
}

func (l *testLog) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tb = nil
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
