package matchbench

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"prolong"
)

// The size of the benchmark: three seeds, three mixes, above 300,000 payments in all.
const (
	benchSubscribers = 10000
	benchPayments    = 34000 // per seed and mix
)

// BenchmarkCorpus measures matching on all mixes and seeds, and the baselines on the hard mix.
// It prints the report per distortion and fails on a wrong posting or a missed rate. Set
// MATCHBENCH_PAYMENTS for another number of payments per seed and mix.
func BenchmarkCorpus(b *testing.B) {
	n := benchPayments
	if text := os.Getenv("MATCHBENCH_PAYMENTS"); text != "" {
		var err error
		n, err = strconv.Atoi(text)
		require.NoError(b, err, "MATCHBENCH_PAYMENTS")
	}
	for b.Loop() {
		for _, mix := range Mixes {
			total := Report{ByDistortion: map[int]*Tally{}}
			for seed := uint64(1); seed <= 3; seed++ {
				w, err := NewWorld(benchSubscribers, NewRand(seed))
				require.NoError(b, err)
				r, err := Run(w, mix, n, 100+seed, Current, prolong.SystemClock{}.Now)
				require.NoError(b, err)
				total.merge(r)
			}
			check(b, mix, total)
			printout(b, fmt.Sprintf("\nmix %s, %d payments, 3 seeds\n%s", mix, total.Total.Count, summary(total)))
			b.ReportMetric(100*total.Total.AutoRate(), string(mix)+"-auto%")
			b.ReportMetric(float64(total.Total.Wrong), string(mix)+"-wrong")
			b.ReportMetric(float64(total.Percentile(0.99).Microseconds()), string(mix)+"-p99-µs")
			b.ReportMetric(float64(total.Percentile(0.5).Microseconds()), string(mix)+"-p50-µs")
		}
		w, err := NewWorld(benchSubscribers, NewRand(1))
		require.NoError(b, err)
		baselines := Baselines(w)
		var out strings.Builder
		for _, name := range slices.Sorted(maps.Keys(baselines)) {
			r, err := Run(w, Hard, n, 101, baselines[name], nil)
			require.NoError(b, err)
			fmt.Fprintf(&out, "%-24s auto(A) %6.2f%%  posted %6d  wrong %6d (%.3f%%)  strangers' %5d  traps %5d\n", name,
				100*r.Total.AutoRate(), r.Total.Auto, r.Total.Wrong, 100*ratio(r.Total.Wrong, r.Total.Auto), r.Total.Stranger, r.Total.XAuto)
		}
		printout(b, fmt.Sprintf("\nbaselines, mix hard, %d payments\n%s", n, &out))
	}
}

// printout writes the report itself: the testing package keeps only the first lines of a
// benchmark's log.
func printout(b *testing.B, text string) {
	b.Helper()
	_, err := os.Stdout.WriteString(text)
	require.NoError(b, err)
}

func summary(r Report) string {
	var out strings.Builder
	_ = r.WriteTable(&out) // a strings.Builder does not fail
	fmt.Fprintf(&out, "auto of all payments with an owner: %.2f%% by count, %.2f%% of the money; wrong < %.6f%% (95 %%); decide p50 %v p99 %v max %v\n",
		100*ratio(r.Total.Auto, r.Total.Auto+r.Total.Review), 100*float64(r.Total.AutoSum)/float64(r.Total.Sum), 100*r.Total.WrongBound(),
		r.Percentile(0.5).Round(time.Microsecond), r.Percentile(0.99).Round(time.Microsecond), r.Percentile(1).Round(time.Microsecond))
	return out.String()
}
