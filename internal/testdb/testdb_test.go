package testdb_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/internal/postgres"
	"prolong/internal/testdb"
)

func TestNewHasTheSchema(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	require.NoError(t, postgres.CheckSchema(t.Context(), db))
}
