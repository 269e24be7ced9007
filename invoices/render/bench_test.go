package render

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Documents per second and allocations, by kind and by path: "page" is the 8-bit one,
// "wide" the one for characters outside it.
func BenchmarkRender(b *testing.B) {
	for _, name := range sampleNames() {
		for _, path := range []string{"page", "wide"} {
			b.Run(name+"/"+path, func(b *testing.B) {
				r, doc := renderer(b), Samples()[name]
				r.wide = path == "wide"
				pdf, err := r.Render(doc)
				require.NoError(b, err)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := r.Render(doc); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "docs/s")
				b.ReportMetric(float64(len(pdf)), "bytes/doc")
			})
		}
	}
}
