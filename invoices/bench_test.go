package invoices_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/testdb"
	"prolong/invoices"
)

// BenchmarkIssue issues 10,000 invoices with their snapshots and queued letters, and compares
// with inserting the same rows by plain SQL in the same run.
func BenchmarkIssue(b *testing.B) {
	const clients = 10_000
	var ours time.Duration
	var inserts bareInserts
	for range b.N {
		b.StopTimer()
		h := newHouse(b)
		h.accounts(b, clients, "2026-03-20", "")
		b.StartTimer()
		start := time.Now()
		done, err := h.invoices.IssueDue(context.Background(), prolong.System("test"), prolong.Date{})
		require.NoError(b, err)
		ours += time.Since(start)
		b.StopTimer()
		require.Equal(b, clients, done.Invoices)
		h.insertAgain(b, &inserts)
		b.StartTimer()
	}
	b.ReportMetric(float64(clients*b.N)/ours.Seconds(), "invoices/s")
	inserts.report(b, ours)
	testdb.ReportPeakMemory(b)
}

// bareInserts is how long INSERT ... SELECT takes for the rows that a sweep has written, on one
// connection and in one statement for each table, into copies with the same columns, checks and
// indexes. It moves no subscription on, numbers no invoice and words no letter.
type bareInserts struct {
	bare      time.Duration // with the foreign keys and triggers that the tables have
	unchecked time.Duration // without them
}

func (h *house) insertAgain(b *testing.B, sum *bareInserts) {
	b.Helper()
	tables := []string{"invoices", "invoice_counters", "messages", "river_job"}
	sum.unchecked += h.insertInto(b, "unchecked_", false, tables)
	sum.bare += h.insertInto(b, "bare_", true, tables)
}

func (sum bareInserts) report(b *testing.B, ours time.Duration) {
	b.Helper()
	b.ReportMetric(ours.Seconds()/sum.bare.Seconds(), "x-of-bare-insert")
	b.ReportMetric(ours.Seconds()/sum.unchecked.Seconds(), "x-of-unchecked-insert")
}

// insertInto inserts the rows of tables into copies and returns how long that took.
func (h *house) insertInto(b *testing.B, prefix string, checked bool, tables []string) time.Duration {
	b.Helper()
	ctx := context.Background()
	conn, err := h.db.Pool.Acquire(ctx)
	require.NoError(b, err)
	defer conn.Release()
	for _, table := range tables {
		_, err := conn.Exec(ctx, `CREATE TABLE `+prefix+table+` (LIKE `+table+` INCLUDING ALL)`)
		require.NoError(b, err)
		if !checked {
			continue
		}
		rows, err := conn.Query(ctx, `
			SELECT format('ALTER TABLE %I ADD CONSTRAINT %I %s', $1 || $2, conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE conrelid = $2::regclass AND contype = 'f'
			UNION ALL
			SELECT replace(pg_get_triggerdef(oid), ' ON public.' || $2 || ' ', ' ON ' || $1 || $2 || ' ') FROM pg_trigger WHERE tgrelid = $2::regclass AND NOT tgisinternal`, prefix, table)
		require.NoError(b, err)
		ddl, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(b, err)
		for _, sql := range ddl {
			_, err := conn.Exec(ctx, sql)
			require.NoError(b, err)
		}
	}
	start := time.Now()
	for _, table := range tables {
		_, err := conn.Exec(ctx, `INSERT INTO `+prefix+table+` OVERRIDING SYSTEM VALUE SELECT * FROM `+table)
		require.NoError(b, err)
	}
	return time.Since(start)
}

// BenchmarkIssueWithPDF issues 1,000 invoices and renders each as the letter's attachment, on
// one goroutine.
func BenchmarkIssueWithPDF(b *testing.B) {
	const clients = 1000
	var ours time.Duration
	for range b.N {
		b.StopTimer()
		h := newHouse(b)
		h.accounts(b, clients, "2026-03-20", "")
		b.StartTimer()
		start := time.Now()
		_, err := h.invoices.IssueDue(context.Background(), prolong.System("test"), prolong.Date{})
		require.NoError(b, err)
		for id := range int64(clients) {
			_, _, body, err := h.invoices.Attachment(context.Background(), invoices.AttachInvoice, id+1)
			require.NoError(b, err)
			require.NotEmpty(b, body)
		}
		ours += time.Since(start)
	}
	b.ReportMetric(float64(clients*b.N)/ours.Seconds(), "invoices/s")
	testdb.ReportPeakMemory(b)
}
