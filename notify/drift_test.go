package notify

import (
	"testing"

	"prolong/internal/testdb"
)

func TestRowsMatchTheirTables(t *testing.T) {
	t.Parallel()
	testdb.CheckRows(t, testdb.New(t), &messageRow{}, &suppressionRow{})
}
