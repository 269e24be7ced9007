package banksync_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/postgres"
	"prolong/internal/testdb"
)

// BenchmarkImportMatchPost measures payments from the bytes of a statement to extended accounts,
// and in the same run the bare limit of the database: the same rows, written into a copy of the
// same database by COPY and by one UPDATE per table, in one transaction. It reports the ratio of
// the two, and for comparison the ratio to a database that checks no foreign key and runs no
// trigger, which nobody would keep money in.
func BenchmarkImportMatchPost(b *testing.B) {
	for _, payments := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(payments), func(b *testing.B) {
			before := newHouse(b)
			open := before.accounts(b, payments)
			credits := make([]credit, len(open))
			for i, o := range open {
				credits[i] = exact(i, o)
			}
			file := statementFile(prolong.MustDate("2026-03-02"), credits...)
			_, err := before.db.Pool.Exec(context.Background(), `VACUUM ANALYZE`)
			require.NoError(b, err)
			b.ResetTimer()
			var ours, bare, unchecked time.Duration
			for range b.N {
				b.StopTimer()
				h := wire(b, testdb.CopyOf(b, before.db), before.clock)
				b.StartTimer()
				start := time.Now() //nolint:forbidigo // a benchmark measures the machine
				report := h.bank(b, file)
				ours += time.Since(start) //nolint:forbidigo // as above
				b.StopTimer()
				require.Equal(b, payments, report.Paid)
				bare += rewrite(b, testdb.CopyOf(b, before.db), h.db, "origin")
				unchecked += rewrite(b, testdb.CopyOf(b, before.db), h.db, "replica")
				b.StartTimer()
			}
			b.ReportMetric(float64(payments*b.N)/ours.Seconds(), "payments/s")
			b.ReportMetric(ours.Seconds()/bare.Seconds(), "x-of-bare-copy")
			b.ReportMetric(ours.Seconds()/unchecked.Seconds(), "x-of-unchecked-copy")
			testdb.ReportPeakMemory(b)
		})
	}
}

// written are the tables that posting adds rows to, in an order that their foreign keys allow,
// with the key by which the new rows are told. What triggers write they write again.
var written = [][2]string{
	{"bank_imports", "id"}, {"bank_balances", "import_id"}, {"bank_lines", "id"}, {"payments", "id"}, {"payment_orders", "payment_id"}, {"ledger_postings", "id"},
	{"allocations", "id"}, {"extensions", "id"}, {"access_feed", "seq"}, {"match_decisions", "id"}, {"messages", "id"}, {"river_job", "id"},
}

// changed are the columns that posting changes in rows that are there.
var changed = [][2]string{
	{"invoices", "paid_minor, status, paid_on, close_on"},
	{"subscriptions", "paid_through, invoiced_to, renew_on, anchor_day, suspend_on, dunning_on, ended_on"},
}

// rewrite writes what made has and db has not, as fast as the database takes it. Reading it and
// putting it into the form that the database wants is not counted. The role of the session says
// whether foreign keys and triggers are at work: "origin" or "replica".
func rewrite(b *testing.B, db, made *postgres.DB, role string) time.Duration {
	b.Helper()
	ctx := context.Background()
	from, err := made.Pool.Acquire(ctx)
	require.NoError(b, err)
	defer from.Release()
	to, err := db.Pool.Acquire(ctx)
	require.NoError(b, err)
	defer to.Release()
	var bulks []bytes.Buffer
	for _, t := range written {
		var last int64
		require.NoError(b, to.QueryRow(ctx, fmt.Sprintf(`SELECT coalesce(max(%s), 0) FROM %s`, t[1], t[0])).Scan(&last))
		var bulk bytes.Buffer
		_, err := from.Conn().PgConn().CopyTo(ctx, &bulk, fmt.Sprintf(`COPY (SELECT * FROM %s WHERE %s > %d ORDER BY %s) TO STDOUT (FORMAT binary)`, t[0], t[1], last, t[1]))
		require.NoError(b, err, t[0])
		bulks = append(bulks, bulk)
	}
	updates := make([]string, len(changed))
	arrays := make([][]any, len(changed))
	for i, c := range changed {
		columns := append([]string{"id"}, strings.Split(c[1], ", ")...)
		var read, set, types []string
		for k, name := range columns {
			var typ string
			require.NoError(b, from.QueryRow(ctx, `SELECT atttypid::regtype::text FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2`, c[0], name).Scan(&typ))
			read = append(read, fmt.Sprintf("array_agg(%s ORDER BY id)", name))
			types = append(types, fmt.Sprintf("$%d::%s[]", k+1, typ))
			if name != "id" {
				set = append(set, fmt.Sprintf("%[1]s = u.%[1]s", name))
			}
		}
		rows, err := from.Query(ctx, fmt.Sprintf(`SELECT %s FROM %s`, strings.Join(read, ", "), c[0]))
		require.NoError(b, err)
		arrays[i], err = pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) ([]any, error) { return row.Values() })
		require.NoError(b, err)
		updates[i] = fmt.Sprintf(`UPDATE %[1]s t SET %[2]s FROM unnest(%[3]s) AS u (%[4]s) WHERE t.id = u.id`, c[0], strings.Join(set, ", "), strings.Join(types, ", "), strings.Join(columns, ", "))
	}

	_, err = to.Exec(ctx, "SET session_replication_role = "+role)
	require.NoError(b, err)
	start := time.Now() //nolint:forbidigo // a benchmark measures the machine
	tx, err := to.Begin(ctx)
	require.NoError(b, err)
	for i, t := range written {
		_, err := tx.Conn().PgConn().CopyFrom(ctx, &bulks[i], fmt.Sprintf(`COPY %s FROM STDIN (FORMAT binary)`, t[0]))
		require.NoError(b, err, t[0])
	}
	for i, update := range updates {
		_, err := tx.Exec(ctx, update, arrays[i]...)
		require.NoError(b, err, update)
	}
	require.NoError(b, tx.Commit(ctx))
	return time.Since(start) //nolint:forbidigo // as above
}
