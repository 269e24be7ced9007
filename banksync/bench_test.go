package banksync_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/testdb"
)

// BenchmarkImportMatchPost measures 10,000 payments from the bytes of a statement to extended
// accounts, and the same rows written by plain COPY and UPDATE in the same run: the bare limit
// of the database. It reports the ratio of the two.
func BenchmarkImportMatchPost(b *testing.B) {
	const payments = 10_000
	ours, bare := time.Duration(0), time.Duration(0)
	for range b.N {
		b.StopTimer()
		h := newHouse(b)
		open := h.accounts(b, payments)
		credits := make([]credit, len(open))
		for i, o := range open {
			credits[i] = exact(i, o)
		}
		file := statementFile(prolong.MustDate("2026-03-02"), credits...)
		mark := h.mark(b)
		b.StartTimer()
		start := time.Now() //nolint:forbidigo // a benchmark measures the machine
		report := h.bank(b, file)
		ours += time.Since(start) //nolint:forbidigo // as above
		b.StopTimer()
		require.Equal(b, payments, report.Paid)
		bare += h.rewrite(b, mark)
		b.StartTimer()
	}
	b.ReportMetric(float64(payments*b.N)/ours.Seconds(), "payments/s")
	b.ReportMetric(ours.Seconds()/bare.Seconds(), "x-of-bare-copy")
	testdb.ReportPeakMemory(b)
}

// posted are the tables that a posted payment adds rows to.
var posted = []string{"bank_lines", "payments", "ledger_postings", "allocations", "extensions", "access_feed", "match_decisions", "messages", "river_job"}

// mark remembers where the tables end before the import.
func (h *house) mark(b *testing.B) map[string]int64 {
	b.Helper()
	mark := map[string]int64{}
	for _, table := range posted {
		id := "id"
		if table == "access_feed" {
			id = "seq"
		}
		var last int64
		require.NoError(b, h.db.Pool.QueryRow(context.Background(), fmt.Sprintf(`SELECT coalesce(max(%s), 0) FROM %s`, id, table)).Scan(&last))
		mark[table] = last
	}
	return mark
}

// rewrite copies the rows that the import made into bare copies of their tables, with the same
// indexes and constraints, and updates as many invoices and subscriptions, in one transaction.
// Reading the rows is not counted.
func (h *house) rewrite(b *testing.B, mark map[string]int64) time.Duration {
	b.Helper()
	ctx := context.Background()
	conn, err := h.db.Pool.Acquire(ctx)
	require.NoError(b, err)
	defer conn.Release()
	type bulk struct {
		table   string
		columns []string
		rows    [][]any
	}
	var bulks []bulk
	for _, table := range posted {
		id := "id"
		if table == "access_feed" {
			id = "seq"
		}
		_, err := conn.Exec(ctx, fmt.Sprintf(`CREATE TABLE bare_%s (LIKE %s INCLUDING ALL)`, table, table))
		require.NoError(b, err)
		rows, err := conn.Query(ctx, fmt.Sprintf(`SELECT * FROM %s WHERE %s > $1`, table, id), mark[table])
		require.NoError(b, err)
		x := bulk{table: "bare_" + table}
		for _, f := range rows.FieldDescriptions() {
			x.columns = append(x.columns, f.Name)
		}
		x.rows, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]any, error) { return row.Values() })
		require.NoError(b, err)
		bulks = append(bulks, x)
	}
	for _, table := range []string{"invoices", "subscriptions"} {
		_, err := conn.Exec(ctx, fmt.Sprintf(`CREATE TABLE bare_%[1]s (LIKE %[1]s INCLUDING ALL); INSERT INTO bare_%[1]s OVERRIDING SYSTEM VALUE SELECT * FROM %[1]s; ANALYZE bare_%[1]s`, table))
		require.NoError(b, err)
	}
	start := time.Now() //nolint:forbidigo // a benchmark measures the machine
	tx, err := conn.Begin(ctx)
	require.NoError(b, err)
	for _, x := range bulks {
		if len(x.rows) == 0 {
			continue
		}
		_, err := tx.CopyFrom(ctx, pgx.Identifier{x.table}, x.columns, pgx.CopyFromRows(x.rows))
		require.NoError(b, err, x.table)
	}
	_, err = tx.Exec(ctx, `UPDATE bare_invoices SET paid_minor = paid_minor, paid_on = paid_on, close_on = close_on; UPDATE bare_subscriptions SET paid_through = paid_through, invoiced_to = invoiced_to, renew_on = renew_on`)
	require.NoError(b, err)
	require.NoError(b, tx.Commit(ctx))
	return time.Since(start) //nolint:forbidigo // as above
}
