package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheStateOfTheSchemaIsReadable(t *testing.T) {
	t.Parallel()
	b := newBench(t, "2026-03-02T09:00:00+03:00")
	lines := strings.Split(strings.TrimSpace(b.run("migrate", "status")), "\n")
	require.Greater(t, len(lines), 10)
	for _, line := range lines {
		require.Regexp(t, `^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ  (\d{14}_[a-z_]+\.sql|river \d+)$`, line)
	}
}
