package postgres_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/postgres"
	"prolong/internal/testdb"
)

func TestMigrateByFourAtOnce(t *testing.T) {
	t.Parallel()
	db := testdb.NewEmpty(t)
	requireKey(t, "error.schema_behind", postgres.CheckSchema(t.Context(), db))
	pending, err := postgres.Status(t.Context(), db)
	require.NoError(t, err)
	for _, m := range pending {
		require.Zero(t, m.AppliedAt, m.Name)
	}

	const callers = 4
	counts := make(chan int, callers)
	errs := make(chan error, callers)
	for range callers {
		go func() {
			n, err := postgres.Migrate(context.Background(), db)
			counts <- n
			errs <- err
		}()
	}
	total := 0
	for range callers {
		total += <-counts
		require.NoError(t, <-errs)
	}
	require.Equal(t, len(pending), total, "each migration ran once")
	require.NoError(t, postgres.CheckSchema(t.Context(), db))
	n, err := postgres.Migrate(t.Context(), db)
	require.NoError(t, err)
	require.Zero(t, n)

	status, err := postgres.Status(t.Context(), db)
	require.NoError(t, err)
	require.Len(t, status, len(pending))
	for _, m := range status {
		require.NotZero(t, m.AppliedAt, m.Name)
	}
}

func TestCheckSchema(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ change, key string }{
		"ours is behind":        {"DELETE FROM goose_db_version WHERE version_id = 20261122100000", "error.schema_behind"},
		"the queue is behind":   {"DELETE FROM river_migration WHERE version = (SELECT max(version) FROM river_migration)", "error.schema_behind"},
		"ours is ahead":         {"INSERT INTO goose_db_version (version_id, is_applied) VALUES (29991231000000, true)", "error.schema_ahead"},
		"the queue is ahead":    {"INSERT INTO river_migration (line, version, created_at) VALUES ('main', 999, now())", "error.schema_ahead"},
		"an early one is late":  {"DELETE FROM goose_db_version WHERE version_id = (SELECT min(version_id) FROM goose_db_version WHERE version_id > 0)", "error.schema_behind"},
		"nothing was migrated":  {"DROP TABLE goose_db_version", "error.schema_behind"},
		"the queue was dropped": {"DROP TABLE river_migration", "error.schema_behind"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := testdb.New(t)
			require.NoError(t, postgres.CheckSchema(t.Context(), db))
			_, err := db.Pool.Exec(t.Context(), c.change)
			require.NoError(t, err)
			requireKey(t, c.key, postgres.CheckSchema(t.Context(), db))
		})
	}
}

func TestSchemaHashIsStable(t *testing.T) {
	t.Parallel()
	a, err := postgres.SchemaHash()
	require.NoError(t, err)
	b, err := postgres.SchemaHash()
	require.NoError(t, err)
	require.Equal(t, a, b)
	require.Len(t, a, 16)
}

func requireKey(t *testing.T, key string, err error) {
	t.Helper()
	var e *prolong.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, key, e.Key, "%v", err)
}
