package testdb

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// ReportPeakMemory adds the process's peak of resident memory to a benchmark, in megabytes,
// where the system tells it (Linux). It is the peak of everything the process has done so far.
func ReportPeakMemory(b *testing.B) {
	b.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return
	}
	for line := range strings.Lines(string(status)) {
		value, ok := strings.CutPrefix(line, "VmHWM:")
		if !ok {
			continue
		}
		kb, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")))
		if err == nil {
			b.ReportMetric(float64(kb)/1024, "MB-peak")
		}
	}
}
