package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong/internal/testdb"
)

// A demo company has a support line with a past: tickets from cabinet and mail with their clocks,
// letters in both directions, calls with their webhooks, and nothing in it breaks a rule.
func TestDemoHasASupportLine(t *testing.T) {
	t.Parallel()
	path, err := binary()
	require.NoError(t, err)
	db, dir := testdb.NewEmpty(t), t.TempDir()
	b := &bench{t: t, dir: dir, path: path, env: append(os.Environ(), "DATABASE_URL="+db.URL, "PROLONG_DATA="+filepath.Join(dir, "var"), "PROLONG_NOW=2026-11-20T16:00:00+03:00", "PROLONG_LOG_LEVEL=error")}
	b.run("migrate", "up")
	b.run("simulate", "--accounts", "90", "--days", "14")
	b.run("doctor")

	count := func(sql string) (n int) {
		t.Helper()
		require.NoError(t, db.Pool.QueryRow(t.Context(), sql).Scan(&n))
		return n
	}
	for what, sql := range map[string]string{
		"tickets of the cabinet":            `SELECT count(*) FROM tickets WHERE channel = 'cabinet' AND account_id IS NOT NULL AND contact_id IS NOT NULL`,
		"tickets of the mail":               `SELECT count(*) FROM tickets WHERE channel = 'mail' AND account_id IS NOT NULL`,
		"tickets that are solved":           `SELECT count(*) FROM tickets WHERE status IN ('resolved', 'closed')`,
		"promises that were kept":           `SELECT count(*) FROM ticket_clocks WHERE state = 'met' AND breached_at IS NULL`,
		"tags":                              `SELECT count(*) FROM ticket_taggings`,
		"letters put aside":                 `SELECT count(*) FROM ticket_mails WHERE state = 'ignored'`,
		"answers that left":                 `SELECT count(*) FROM messages WHERE purpose = 'ticket.replied' AND state = 'sent'`,
		"calls of clients":                  `SELECT count(*) FROM calls WHERE final AND state = 'ended' AND account_id IS NOT NULL AND contact_id IS NOT NULL`,
		"conversations that an agent noted": `SELECT count(*) FROM calls WHERE note <> '' AND agent_id IS NOT NULL`,
		"webhooks":                          `SELECT count(*) FROM phone_hooks WHERE processed_at IS NOT NULL`,
		"acts in the trail":                 `SELECT count(*) FROM audit_entries WHERE action = 'ticket.assign' AND account_id IS NOT NULL`,
	} {
		require.Positive(t, count(sql), what)
	}
	require.Zero(t, count(`SELECT count(*) FROM ticket_mails WHERE state IN ('new', 'quarantine')`), "every letter found its place")
	require.Zero(t, count(`SELECT count(*) FROM phone_hooks WHERE processed_at IS NULL`), "every webhook was worked in")
	require.Zero(t, count(`SELECT count(*) FROM tickets t WHERE NOT EXISTS (SELECT FROM ticket_clocks c WHERE c.ticket_id = t.id AND c.metric = 'first_response')`), "every ticket has its promise")
	require.Zero(t, count(`SELECT count(*) FROM messages WHERE state = 'failed'`))

	exported := rows[ticketExport](b, "tickets")
	require.Len(t, exported, count(`SELECT count(*) FROM tickets`))
	require.Equal(t, strings.Join(ticketExportColumns, ","), strings.SplitN(b.run("export", "tickets"), "\n", 2)[0])
	tagged, taken := 0, map[string]bool{}
	for _, x := range exported {
		tagged += len(x.Tags)
		taken[x.Assignee] = true
		require.NotEmpty(t, x.CreatedAt)
		require.Equal(t, x.Status == "closed", x.ClosedAt != "", x.Number)
	}
	require.Equal(t, count(`SELECT count(*) FROM ticket_taggings`), tagged)
	require.Contains(t, taken, "support@example.test")
	calls := rows[callExport](b, "calls")
	require.Len(t, calls, count(`SELECT count(*) FROM calls`))
	clients, noted := 0, 0
	for _, x := range calls {
		if x.AccountExternalID != "" {
			clients++
		}
		if x.Note != "" {
			noted++
		}
	}
	require.Equal(t, count(`SELECT count(*) FROM calls WHERE account_id IS NOT NULL`), clients)
	require.Equal(t, count(`SELECT count(*) FROM calls WHERE note <> ''`), noted)
	require.Equal(t, count(`SELECT count(*) FROM calls WHERE started_at >= '2026-11-16T00:00:00+03:00' AND started_at < '2026-11-18T00:00:00+03:00'`)+1,
		strings.Count(b.run("export", "calls", "--from", "2026-11-16", "--to", "2026-11-17"), "\n"), "days of the seller, both included")
	_, _, code := b.try("export", "calls", "--from", "yesterday")
	require.Equal(t, 2, code)
	info, err := os.Stat(filepath.Join(dir, "var", "secret"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}
