package match

import (
	"math/rand/v2"
	"runtime"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"prolong"
)

// BenchmarkSnapshotMillion builds a snapshot of a million accounts with an open invoice and a
// year of closed ones each, and reports what it weighs and how long a decision takes on it.
func BenchmarkSnapshotMillion(b *testing.B) {
	const accounts = 1_000_000
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		s, err := NewSnapshot(Builder{})
		require.NoError(b, err)
		rng := rand.New(rand.NewPCG(1, 2))
		issued := prolong.MustDate("2026-02-01")
		period, err := prolong.NewPeriod(issued, issued.AddMonths(1, 1))
		require.NoError(b, err)
		taken := make(map[prolong.PaymentCode]struct{}, accounts)
		var some prolong.PaymentCode
		for i := range accounts {
			c := prolong.RandomPaymentCode(rng, prolong.PaymentCodeDigitsLong)
			for _, dup := taken[c]; dup; _, dup = taken[c] {
				c = prolong.RandomPaymentCode(rng, prolong.PaymentCodeDigitsLong)
			}
			taken[c] = struct{}{}
			some = c
			id := int64(i + 1)
			n := strconv.Itoa(i)
			changes := []Change{
				AccountPut{Account{
					ID: id, Code: c, TaxIDs: []string{"7" + n + "00"}, Name: "ООО «Пример Кофейня " + n + "»", Currency: prolong.RUB,
					BankAccounts: []string{"407028105000" + strconv.Itoa(10_000_000+i)},
				}},
				InvoicePut{Invoice{ID: id, AccountID: id, Number: c.InvoiceNumber(13), Residual: rub(1490000), IssuedOn: issued, DueOn: issued.AddDays(30), Period: period}},
			}
			for k := 1; k <= 12; k++ {
				changes = append(changes, InvoiceClosed{AccountID: id, Number: c.InvoiceNumber(k)})
			}
			require.NoError(b, s.Apply(changes...))
		}
		clear(taken)
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "heap-MiB")
		b.ReportMetric(float64(after.Sys)/(1<<20), "process-MiB")
		p := from("7"+strconv.Itoa(accounts-1)+"00", "ООО «Пример Кофейня 999999»", 1490000, "Оплата по счету № "+some.InvoiceNumber(13)+" от 01.02.2026. НДС не облагается")
		d := Decide(p, s)
		require.Equal(b, RuleW1, d.Rule)
		start := prolong.SystemClock{}.Now()
		const rounds = 20000
		for range rounds {
			Decide(p, s)
		}
		b.ReportMetric(float64(prolong.SystemClock{}.Now().Sub(start).Nanoseconds())/rounds, "decide-ns")
		runtime.KeepAlive(s)
	}
}
