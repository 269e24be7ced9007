package banksync_test

import (
	"context"
	"flag"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
	"prolong/billing"
	"prolong/internal/testdb"
)

var (
	snapshotAccounts = flag.Int("snapshot.accounts", 1_000_000, "how many accounts, each with an open and a paid invoice, the snapshot benchmark loads")
	snapshotChanged  = flag.Int("snapshot.changed", 10_000, "of how many accounts the open invoice is changed before the snapshot catches up")
)

// BenchmarkSnapshotLoad reads what matching knows of a million clients from the database into
// memory, and then what has changed since. It reports the time of both, the peak of the heap while
// reading and what stays on it.
func BenchmarkSnapshotLoad(b *testing.B) {
	ctx := context.Background()
	h := newHouse(b)
	h.populate(b, *snapshotAccounts)
	catalog, err := h.billing.Catalog(ctx)
	require.NoError(b, err)
	var seller billing.SellerID
	for id := range catalog.Sellers {
		seller = id
	}
	today := prolong.MustDate("2026-03-01")
	b.ResetTimer()
	var load, follow time.Duration
	var peak, kept float64
	for range b.N {
		b.StopTimer()
		s := wire(b, h.db, h.clock).banksync
		before := heapMiB()
		most := watchHeap()
		b.StartTimer()
		start := time.Now() //nolint:forbidigo // a benchmark measures the machine
		accounts, open, err := s.LoadSnapshot(ctx, seller, today)
		load += time.Since(start) //nolint:forbidigo // as above
		b.StopTimer()
		require.NoError(b, err)
		require.Equal(b, *snapshotAccounts, accounts)
		require.Equal(b, *snapshotAccounts, open)
		peak = max(peak, most()-before)
		kept = max(kept, heapMiB()-before)

		_, err = h.db.Pool.Exec(ctx, `UPDATE invoices SET due_on = due_on + 1 WHERE id IN (SELECT id FROM invoices WHERE status = 'open' ORDER BY id LIMIT $1)`, *snapshotChanged)
		require.NoError(b, err)
		b.StartTimer()
		start = time.Now() //nolint:forbidigo // as above
		_, open, err = s.LoadSnapshot(ctx, seller, today)
		follow += time.Since(start) //nolint:forbidigo // as above
		require.NoError(b, err)
		require.Equal(b, *snapshotAccounts, open)
		runtime.KeepAlive(s)
	}
	b.ReportMetric(load.Seconds()/float64(b.N), "s-load")
	b.ReportMetric(follow.Seconds()/float64(b.N), "s-catch-up")
	b.ReportMetric(peak, "heap-peak-MiB")
	b.ReportMetric(kept, "heap-kept-MiB")
	testdb.ReportPeakMemory(b)
}

// populate adds clients by plain SQL: each with requisites, a payment code with true check digits,
// a subscription, an open invoice and a paid one.
func (h *house) populate(b *testing.B, n int) {
	b.Helper()
	ctx := context.Background()
	conn, err := h.db.Pool.Acquire(ctx)
	require.NoError(b, err)
	defer conn.Release()
	for _, sql := range []string{
		`SET statement_timeout = 0`,
		// 7654321 and 50 million have no common divisor: no core comes twice
		`INSERT INTO accounts (external_id, seller_id, payment_code, name, legal_form, country, tax_id, bank_account, created_at)
			SELECT 'p' || n, s.id, core::text || lpad((98 - core * 100 % 97)::text, 2, '0'), '«Пример Кофейня ' || n || '»', 'ООО', 'RU', (7700000000 + n * 13)::text, '4070281050001' || lpad(n::text, 7, '0'), now()
			FROM generate_series(1, $1::int) n CROSS JOIN LATERAL (SELECT 50000000 + n::bigint * 7654321 % 50000000 AS core) c CROSS JOIN sellers s ORDER BY n`,
		`INSERT INTO subscriptions (account_id, seller_id, plan_id, currency, period_count, period_unit, anchor_day, paid_through, invoiced_to, renew_on, created_at)
			SELECT a.id, a.seller_id, p.id, 'RUB', 1, 'month', 21, '2026-03-20', '2026-04-21', '2026-03-21', now() FROM accounts a, plans p WHERE $1::int > 0 ORDER BY a.id`,
		`INSERT INTO invoices (seller_id, account_id, subscription_id, bank_account_id, number, issued_on, due_on, period_from, period_to, currency, total_minor, tax_minor, paid_minor, status, paid_on, kind, snapshot, renderer, created_at)
			SELECT s.seller_id, s.account_id, s.id, k.id, a.payment_code || '-0' || i.no, i.period_from - 28, i.period_from + 3, i.period_from, i.period_to, 'RUB', 200000, 36066, i.paid, i.status, i.paid_on, 'period', '{}', 'none', now()
			FROM subscriptions s JOIN accounts a ON a.id = s.account_id CROSS JOIN seller_bank_accounts k CROSS JOIN (VALUES
				(1, date '2026-02-21', date '2026-03-21', 200000, 'paid', date '2026-02-10'), (2, date '2026-03-21', date '2026-04-21', 0, 'open', NULL)) i (no, period_from, period_to, paid, status, paid_on)
			WHERE $1::int > 0 ORDER BY i.no, s.id`,
		`VACUUM ANALYZE`,
	} {
		var args []any
		if sql[0] == 'I' {
			args = []any{n}
		}
		_, err := conn.Exec(ctx, sql, args...)
		require.NoError(b, err, sql)
	}
}

// heapMiB is what lives on the heap, rubbish taken away.
func heapMiB() float64 {
	runtime.GC()
	return heapNow()
}

func heapNow() float64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return float64(sample[0].Value.Uint64()) / (1 << 20)
}

// watchHeap looks at the heap, rubbish included, until most is called, which tells its peak.
func watchHeap() (most func() float64) {
	const every = 20 * time.Millisecond
	stop, peak := make(chan struct{}), make(chan float64)
	go func() {
		var highest float64
		for {
			highest = max(highest, heapNow())
			select {
			case <-stop:
				peak <- highest
				return
			case <-time.After(every):
			}
		}
	}()
	return func() float64 {
		close(stop)
		return <-peak
	}
}
