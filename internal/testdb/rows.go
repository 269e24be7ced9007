package testdb

import (
	"reflect"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"prolong"
	"prolong/internal/postgres"
)

// CheckRows demands of row structs, given as pointers, that each has the columns of its migrated
// table, no more and no fewer, and that a column that can be NULL has a field that can say so.
func CheckRows(tb testing.TB, db *postgres.DB, rows ...any) {
	tb.Helper()
	for _, row := range rows {
		statement := &gorm.Statement{DB: db.Gorm}
		require.NoError(tb, statement.Parse(row))
		table, fields := statement.Schema.Table, map[string]bool{}
		for _, f := range statement.Schema.Fields {
			fields[f.DBName] = f.FieldType.Kind() == reflect.Pointer || f.FieldType.Kind() == reflect.Slice || f.FieldType == reflect.TypeFor[prolong.Date]()
		}
		const sql = "SELECT column_name, is_nullable = 'YES' FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1"
		columns, err := db.Pool.Query(tb.Context(), sql, table)
		require.NoError(tb, err)
		var column string
		var nullable bool
		seen := 0
		_, err = pgx.ForEachRow(columns, []any{&column, &nullable}, func() error {
			holdsNull, ok := fields[column]
			require.True(tb, ok, "%s.%s has no field", table, column)
			require.True(tb, holdsNull || !nullable, "%s.%s can be NULL, its field cannot", table, column)
			seen++
			return nil
		})
		require.NoError(tb, err)
		require.Len(tb, fields, seen, table)
	}
}
