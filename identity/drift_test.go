package identity

import (
	"testing"

	"prolong/internal/testdb"
)

func TestRowsMatchTheirTables(t *testing.T) {
	t.Parallel()
	testdb.CheckRows(t, testdb.New(t), &apiKeyRow{}, &auditRow{}, &contactRow{}, &loginCodeRow{}, &membershipRow{}, &recoveryRow{}, &sessionRow{}, &setupRow{}, &staffRow{})
}
