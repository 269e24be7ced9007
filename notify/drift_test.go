package notify

import (
	"reflect"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"prolong"
	"prolong/internal/testdb"
)

// The row structs and the migrated tables have the same columns, and a column that can be NULL
// has a type that can say so.
func TestRowsMatchTheirTables(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	for _, row := range []any{&messageRow{}, &suppressionRow{}} {
		statement := &gorm.Statement{DB: db.Gorm}
		require.NoError(t, statement.Parse(row))
		fields := map[string]bool{}
		for _, f := range statement.Schema.Fields {
			holdsNull := f.FieldType.Kind() == reflect.Pointer || f.FieldType.Kind() == reflect.Slice || f.FieldType == reflect.TypeFor[prolong.Date]()
			fields[f.DBName] = holdsNull
		}
		const sql = "SELECT column_name, is_nullable = 'YES' FROM information_schema.columns WHERE table_schema = 'public' AND table_name = $1"
		rows, err := db.Pool.Query(t.Context(), sql, statement.Schema.Table)
		require.NoError(t, err)
		var column string
		var nullable bool
		seen := 0
		_, err = pgx.ForEachRow(rows, []any{&column, &nullable}, func() error {
			holdsNull, ok := fields[column]
			require.True(t, ok, "%s.%s has no field", statement.Schema.Table, column)
			require.True(t, holdsNull || !nullable, "%s.%s can be NULL, its field cannot", statement.Schema.Table, column)
			seen++
			return nil
		})
		require.NoError(t, err)
		require.Len(t, fields, seen, statement.Schema.Table)
	}
}
