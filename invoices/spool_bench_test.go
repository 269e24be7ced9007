package invoices_test

import (
	"context"
	"encoding/json"
	"flag"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/jobs"
	"prolong/internal/testdb"
	"prolong/invoices"
	"prolong/invoices/render"
	"prolong/notify"
)

var spoolInvoices = flag.Int("spool.invoices", 10_000, "how many invoices the spool benchmark issues; 500 with -short")

// lateAttacher is the attacher of an outbox that is made before the service behind it.
type lateAttacher struct{ *invoices.Service }

// BenchmarkIssueRenderSpool issues 10,000 invoices, renders each and spools its letter with the
// PDF attached into a folder, as the product does: transaction, claim, snapshot read back, PDF,
// letter in two forms, file, note. Beside it, in the same run and on as many cores, the PDF of the
// same snapshots alone: x-of-rendering is the price of everything else.
func BenchmarkIssueRenderSpool(b *testing.B) {
	n := *spoolInvoices
	if testing.Short() {
		n = min(n, 500)
	}
	ctx := context.Background()
	renderer, err := render.Embedded()
	require.NoError(b, err)
	var issued, ours, alone time.Duration
	for range b.N {
		b.StopTimer()
		h, dir := newHouse(b), b.TempDir()
		log, attach := slog.New(slog.DiscardHandler), &lateAttacher{}
		queue, err := jobs.NewClient(h.db, jobs.Config{})
		require.NoError(b, err)
		folder, err := notify.NewFolderTransport(dir)
		require.NoError(b, err)
		outbox, err := notify.New(h.db, queue, folder, attach, notify.Config{From: "billing@example.test", Letterhead: notify.Letterhead{Brand: "Prolong"}}, log)
		require.NoError(b, err)
		attach.Service = invoices.New(h.db, outbox, renderer, log)
		h.accounts(b, n, "2026-03-20", "")
		b.StartTimer()

		start := time.Now()
		done, err := attach.IssueDue(ctx, tester, prolong.Date{})
		require.NoError(b, err)
		require.Equal(b, n, done.Invoices)
		issued += time.Since(start)
		inParallel(b, column[int64](b, h, `SELECT id FROM messages ORDER BY id`), func(id int64) error { return outbox.Send(ctx, id) })
		ours += time.Since(start)

		b.StopTimer()
		files, err := filepath.Glob(filepath.Join(dir, "*.eml"))
		require.NoError(b, err)
		require.Len(b, files, n)
		require.Zero(b, h.count(b, `SELECT count(*) FROM messages WHERE state <> 'sent'`))
		snapshots := column[[]byte](b, h, `SELECT snapshot FROM invoices ORDER BY id`)
		start = time.Now()
		inParallel(b, snapshots, func(raw []byte) error {
			var doc render.Document
			if err := json.Unmarshal(raw, &doc); err != nil {
				return err
			}
			_, err := renderer.Render(doc)
			return err
		})
		alone += time.Since(start)
		require.NoError(b, os.RemoveAll(dir))
		b.StartTimer()
	}
	b.ReportMetric(float64(n*b.N)/ours.Seconds(), "invoices/s")
	b.ReportMetric(float64(n*b.N)/issued.Seconds(), "issued/s")
	b.ReportMetric(float64(n*b.N)/alone.Seconds(), "rendered/s")
	b.ReportMetric(ours.Seconds()/alone.Seconds(), "x-of-rendering")
	testdb.ReportPeakMemory(b)
}

// column reads one column of all rows.
func column[T any](b *testing.B, h *house, sql string) []T {
	b.Helper()
	rows, err := h.db.Pool.Query(context.Background(), sql)
	require.NoError(b, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[T])
	require.NoError(b, err)
	return list
}

// inParallel does something with each of the list, on as many goroutines as there are cores.
func inParallel[T any](b *testing.B, list []T, do func(T) error) {
	b.Helper()
	workers := runtime.GOMAXPROCS(0)
	failed := make([]error, workers)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < len(list) && failed[w] == nil; i += workers {
				failed[w] = do(list[i])
			}
		})
	}
	all.Wait()
	for _, err := range failed {
		require.NoError(b, err)
	}
}
