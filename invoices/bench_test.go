package invoices_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/testdb"
	"prolong/invoices"
)

// BenchmarkIssue issues 10,000 invoices with their snapshots and queued letters, and compares
// with inserting the same rows by plain SQL in the same run.
func BenchmarkIssue(b *testing.B) {
	const clients = 10_000
	var ours, bare time.Duration
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
		bare += h.insertAgain(b, "invoices", "messages", "river_job")
		b.StartTimer()
	}
	b.ReportMetric(float64(clients*b.N)/ours.Seconds(), "invoices/s")
	b.ReportMetric(ours.Seconds()/bare.Seconds(), "x-of-bare-insert")
	testdb.ReportPeakMemory(b)
}

// insertAgain inserts the rows of the tables into bare copies with the same indexes.
func (h *house) insertAgain(b *testing.B, tables ...string) time.Duration {
	b.Helper()
	ctx := context.Background()
	for _, table := range tables {
		_, err := h.db.Pool.Exec(ctx, `CREATE TABLE bare_`+table+` (LIKE `+table+` INCLUDING ALL)`)
		require.NoError(b, err)
	}
	start := time.Now()
	for _, table := range tables {
		_, err := h.db.Pool.Exec(ctx, `INSERT INTO bare_`+table+` OVERRIDING SYSTEM VALUE SELECT * FROM `+table)
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
