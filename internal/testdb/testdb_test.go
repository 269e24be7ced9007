package testdb

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/postgres"
)

func TestNewIsFreshAndOfTheRightSchema(t *testing.T) { //nolint:tparallel // the outer subtest waits for the parallel inner ones
	t.Parallel()
	const many = 20
	var mu sync.Mutex
	seen := map[string]bool{}
	begin := prolong.SystemClock{}.Now()
	t.Run("many", func(t *testing.T) {
		for i := range many {
			t.Run(strconv.Itoa(i), func(t *testing.T) {
				t.Parallel()
				db := New(t)
				require.NoError(t, postgres.CheckSchema(t.Context(), db))
				var name string
				require.NoError(t, db.Pool.QueryRow(t.Context(), "SELECT current_database()").Scan(&name))
				_, err := db.Pool.Exec(t.Context(), "CREATE TABLE mine ()")
				require.NoError(t, err, "nobody else has made it here")
				mu.Lock()
				defer mu.Unlock()
				require.False(t, seen[name])
				seen[name] = true
			})
		}
	})
	t.Logf("%d databases in %s", many, prolong.SystemClock{}.Now().Sub(begin))
	s, err := server()
	require.NoError(t, err)
	for name := range seen {
		require.False(t, exists(t, s, name), "dropped at the end of its test")
	}
}

func exists(t *testing.T, s *testServer, name string) (ok bool) {
	t.Helper()
	require.NoError(t, s.admin.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&ok))
	return ok
}

func TestNewAtStandsStill(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	db, clock := NewAt(t, now)
	require.Equal(t, now, db.Now())
	clock.Advance(time.Hour)
	require.Equal(t, now.Add(time.Hour), db.Now())
}

func TestACopyHasAllThatTheOtherHas(t *testing.T) {
	t.Parallel()
	db, _ := NewAt(t, time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))
	_, err := db.Pool.Exec(t.Context(), "CREATE TABLE mine AS SELECT 7 AS n")
	require.NoError(t, err)
	copied := CopyOf(t, db)
	for _, of := range []*postgres.DB{copied, db} {
		var n int
		require.NoError(t, of.Pool.QueryRow(t.Context(), "UPDATE mine SET n = n + 1 RETURNING n").Scan(&n))
		require.Equal(t, 8, n, "each has its own")
	}
	require.Equal(t, db.Now(), copied.Now())
}

// failedTest is a test that has failed, whose end we decide.
type failedTest struct {
	testing.TB

	cleanups []func()
	logged   string
}

func (f *failedTest) Cleanup(fn func())               { f.cleanups = append(f.cleanups, fn) }
func (f *failedTest) Failed() bool                    { return true }
func (f *failedTest) Logf(format string, args ...any) { f.logged += fmt.Sprintf(format, args...) }

func TestFailedTestLeavesItsDatabase(t *testing.T) {
	t.Parallel()
	failed := &failedTest{TB: t}
	db := New(failed)
	for _, fn := range failed.cleanups {
		fn()
	}
	require.Contains(t, failed.logged, db.URL)
	left, err := postgres.Open(t.Context(), postgres.Config{URL: db.URL, MaxConns: 2})
	require.NoError(t, err)
	require.NoError(t, left.Close())

	// It is swept away when it is old.
	s, err := server()
	require.NoError(t, err)
	old := databasePrefix + "1000000000_old"
	require.NoError(t, s.createEmpty(t.Context(), old))
	require.NoError(t, s.sweep(t.Context()))
	require.False(t, exists(t, s, old))
	left, err = postgres.Open(t.Context(), postgres.Config{URL: db.URL, MaxConns: 2})
	require.NoError(t, err, "this one is not")
	name := left.Pool.Config().ConnConfig.Database
	require.NoError(t, left.Close())
	require.NoError(t, s.drop(t.Context(), name))
}

func TestHalfBuiltTemplateIsBuiltAnew(t *testing.T) {
	t.Parallel()
	shared, err := server()
	require.NoError(t, err)
	s := *shared
	s.template = "half_" + databasePrefix + strings.ToLower(t.Name())
	require.NoError(t, s.createEmpty(t.Context(), s.template)) // as a killed process leaves it
	require.NoError(t, s.ensureTemplate(t.Context()))
	require.NoError(t, s.ensureTemplate(t.Context()))
	name := s.template + "_copy"
	require.NoError(t, s.createFromTemplate(t.Context(), name))
	db, err := postgres.Open(t.Context(), postgres.Config{URL: withDatabase(s.url, name), MaxConns: 2})
	require.NoError(t, err)
	require.NoError(t, postgres.CheckSchema(t.Context(), db))
	require.NoError(t, db.Close())
	require.NoError(t, s.drop(t.Context(), name))
	_, err = s.admin.Exec(t.Context(), "ALTER DATABASE "+quote(s.template)+" WITH IS_TEMPLATE false")
	require.NoError(t, err)
	require.NoError(t, s.drop(t.Context(), s.template))
}

func TestKeeperLeavesWhenNobodyIsThere(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("/tmp", "prolong-keeper-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755)) //nolint:gosec // the server's user must enter
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	user, err := lockUsers(dir)
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- keep(context.Background(), dir, 50*time.Millisecond, 5*time.Millisecond) }()
	require.Eventually(t, func() bool {
		url, err := postgres.FindServer(t.Context(), dir, "postgres")
		return err == nil && url != ""
	}, time.Minute, 5*time.Millisecond)
	second := make(chan error, 1)
	go func() { second <- keep(context.Background(), dir, time.Hour, time.Millisecond) }()
	require.NoError(t, <-second, "a second keeper sees that it is not needed")
	select {
	case err := <-ended:
		t.Fatalf("the keeper left although somebody is there: %v", err)
	default:
	}
	require.NoError(t, syscall.Close(user))
	require.NoError(t, <-ended)
	url, err := postgres.FindServer(t.Context(), dir, "postgres")
	require.NoError(t, err)
	require.Empty(t, url)
}

func TestWithDatabase(t *testing.T) {
	t.Parallel()
	require.Equal(t, "postgres://u:p@host:5432/t_1?sslmode=disable", withDatabase("postgres://u:p@host:5432/postgres?sslmode=disable", "t_1"))
	require.Equal(t, "postgres:///t_1?host=%2Ftmp", withDatabase("postgres:///postgres?host=%2Ftmp", "t_1"))
	require.Equal(t, "host=/tmp user=u dbname=postgres dbname=t_1", withDatabase("host=/tmp user=u dbname=postgres", "t_1"))
}

func TestLogEndsWithTheTest(t *testing.T) {
	t.Parallel()
	failed := &failedTest{TB: t}
	log := &testLog{tb: failed}
	logger := slog.New(slog.NewTextHandler(log, nil))
	logger.Info("before")
	log.end()
	logger.Info("after")
	require.Contains(t, failed.logged, "before")
	require.NotContains(t, failed.logged, "after")
}
