package invoices_test

import (
	"context"
	"flag"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/internal/testdb"
)

var (
	sweepSubscriptions = flag.Int("sweep.subscriptions", 1_000_000, "how many subscriptions there are in the sweep benchmarks")
	sweepDue           = flag.Int("sweep.due", 100_000, "how many of them are due")
)

// grow adds subscriptions by plain SQL, each of an account of its own, that fall due on a day.
func (h *house) grow(b *testing.B, prefix, code, renewOn string, n int) {
	b.Helper()
	for _, sql := range []string{`
		INSERT INTO accounts (external_id, seller_id, payment_code, name, country, email, created_at)
		SELECT $1 || n, s.id, $2 || lpad(n::text, 8, '0'), 'Пример ' || n, 'RU', $1 || n || '@example.test', now()
		FROM generate_series(1, $4::int) n, sellers s WHERE $3::date IS NOT NULL`, `
		INSERT INTO subscriptions (account_id, seller_id, plan_id, currency, period_count, period_unit, anchor_day, paid_through, invoiced_to, renew_on, created_at)
		SELECT a.id, a.seller_id, p.id, 'RUB', 1, 'month', extract(day FROM ($3::date + interval '1 month'))::int, ($3::date + interval '1 month')::date - 1, ($3::date + interval '1 month')::date, $3::date, now()
		FROM accounts a, plans p WHERE a.payment_code LIKE $2 || '%' AND a.external_id LIKE $1 || '%' AND $4::int > 0 ORDER BY a.id`} {
		_, err := h.db.Pool.Exec(context.Background(), `SET statement_timeout = 0`)
		require.NoError(b, err)
		_, err = h.db.Pool.Exec(context.Background(), sql, prefix, code, renewOn, n)
		require.NoError(b, err)
	}
}

// BenchmarkSweepAmongMillion issues the invoices of 100,000 due subscriptions among 1,000,000,
// compares with inserting the same rows by plain SQL, and then measures the sweep that finds
// nothing to do.
func BenchmarkSweepAmongMillion(b *testing.B) {
	var ours, idle time.Duration
	var inserts bareInserts
	for range b.N {
		b.StopTimer()
		h := newHouse(b)
		h.grow(b, "x", "50", "2027-01-15", *sweepSubscriptions-*sweepDue)
		h.grow(b, "d", "60", "2026-03-01", *sweepDue)
		_, err := h.db.Pool.Exec(context.Background(), `ANALYZE`)
		require.NoError(b, err)
		sweep := func() (invoices int, took time.Duration) {
			start := time.Now()
			done, err := h.invoices.IssueDue(context.Background(), tester, prolong.Date{})
			require.NoError(b, err)
			return done.Invoices, time.Since(start)
		}
		b.StartTimer()
		issued, took := sweep()
		b.StopTimer()
		require.Equal(b, *sweepDue, issued)
		ours += took
		issued, took = sweep()
		require.Zero(b, issued)
		idle += took
		h.insertAgain(b, &inserts)
		b.StartTimer()
	}
	b.ReportMetric(float64(*sweepDue*b.N)/ours.Seconds(), "invoices/s")
	b.ReportMetric(float64(idle.Microseconds())/1000/float64(b.N), "idle-ms")
	inserts.report(b, ours)
	testdb.ReportPeakMemory(b)
}
