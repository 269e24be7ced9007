package render

import (
	"maps"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// cpuTime is what the process has used so far: on a machine with neighbours the clock on the
// wall says little.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// Documents per second of CPU and allocations, by kind and by path: "page" is the 8-bit one,
// "wide" the one for characters outside it.
func BenchmarkRender(b *testing.B) {
	samples := plainSamples()
	samples["invoice_ru_long"] = longSample(sampleInvoiceRU()) // several pages
	for _, name := range slices.Sorted(maps.Keys(samples)) {
		for _, path := range []string{"page", "wide"} {
			b.Run(name+"/"+path, func(b *testing.B) {
				r, doc := renderer(b), samples[name]
				r.wide = path == "wide"
				pdf, err := r.Render(doc)
				require.NoError(b, err)
				b.ReportAllocs()
				before := cpuTime(b)
				for b.Loop() {
					if _, err := r.Render(doc); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N)/(cpuTime(b)-before).Seconds(), "docs/cpu-s")
				b.ReportMetric(float64(len(pdf)), "bytes/doc")
			})
		}
	}
}
